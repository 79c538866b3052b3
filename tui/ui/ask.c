#include "ui/ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/names.h"
#include "page/wish_state.h"
#include "pintop/config.h"
#include "ui/ask_connector.h"
#include "ui/ask_leave.h"
#include "ui/context_next.h"
#include "ui/place.h"
#include "ui/wish.h"
#include "widget/format.h"

/* ---- quitting and suspending ---- */

static bool quit_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    (void)dialog;
    if (is_yes)
        quit_now(ui);
    else
        context_stay(ui);
    return true;
}

/* Names the streams that run: "pin, geo (12 in flight)". */
static void running_words(const struct ui *ui, char *out, size_t cap)
{
    int64_t in_flight = 0;
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *stream = &ui->desk.snap->streams->streams[i];
        enum pt_stream_state state = wish_state(&ui->desk, (enum pt_stream_id)i);
        if (!pt_stream_is_going(state))
            continue;
        in_flight += stream->in_flight;
        if (len < cap)
            len += (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "",
                                    pt_stream_name((enum pt_stream_id)i));
    }
    if (len < cap)
        snprintf(out + len, cap - len, " (%s in flight)", show_count(in_flight).s);
}

static void quit_streams_words(const struct ui *ui, char *out, size_t cap)
{
    char running[120];
    running_words(ui, running, sizeof running);
    snprintf(out, cap,
             "Running here: %s. They stop and wait at most %s for acknowledgements; the next start "
             "continues from there.%s",
             running, show_age(ui->stop_timeout_ms).s,
             !ui->desk.snap->session->is_embedded
                 ? " The cluster and its connectors continue without pintop."
             : context_next(ui) != NULL
                 ? " The embedded cluster ends with them; what its sink has written stays."
                 : " The embedded cluster ends with pintop; what its sink has written stays.");
}

/* What fixes have made that costs money, unless MSK Connect's list is known and has none of it any
 * more. */
static const char *quit_goes_on(const struct ui *ui)
{
    const struct pt_connectors_section *all = ui->desk.snap->connectors;
    const char *goes_on = ui->desk.snap->setup->goes_on;
    bool is_listed = strcmp(all->backend, "mskconnect") == 0 && all->asked_ms != PT_UNKNOWN &&
                     all->error[0] == '\0' && !all->is_truncated;
    for (size_t i = 0; i < all->n_connectors; i++)
        if (strstr(goes_on, all->connectors[i].name) != NULL)
            return goes_on;
    return is_listed ? "" : goes_on;
}

/* The fix that runs would be cut off. */
static void quit_fix_words(const struct ui *ui, char *out, size_t cap)
{
    const struct pt_progress *fix = &ui->desk.snap->setup->fix;
    out[0] = '\0';
    if (fix->id[0] == '\0')
        return;
    snprintf(out, cap,
             "The fix %s runs (%s). It is cut off; what AWS was asked for goes on%s, and the same "
             "fix goes on from there when it is done again.",
             fix->id, fix->does, pt_check_is_costly(fix->id) ? " and costs money" : "");
}

/* A record by hand whose outcome is awaited, or that was typed and not produced. */
static void quit_draft_words(const struct ui *ui, char *out, size_t cap)
{
    const struct ui_draft *draft = &ui->draft;
    const char *gap = out[0] != '\0' ? "\n\n" : "";
    size_t len = strlen(out);
    if (draft->phase == DRAFT_SENDS)
        snprintf(out + len, cap - len,
                 "%sA record for %.100s is on its way: whether it was written stays unknown then.",
                 gap, draft->topic);
    else if (draft->text != NULL)
        snprintf(out + len, cap - len,
                 "%sThe record for %.100s that you typed is not produced, and is lost then.", gap,
                 draft->topic);
}

/* Asks before what is shown here ends, because pintop is quit or shows another context. */
static void ask_end(struct ui *ui)
{
    char running[120], streams[600] = "", fix[1000], next[400], title[100] = "Quit?", *text = NULL;
    context_words(ui, next, sizeof next);
    const char *goes_on = quit_goes_on(ui);
    running_words(ui, running, sizeof running);
    quit_fix_words(ui, fix, sizeof fix);
    quit_draft_words(ui, fix, sizeof fix);
    if (ask_leave(ui, wish_any_runs(&ui->desk) ? running : NULL))
        return;
    if (wish_any_runs(&ui->desk))
        quit_streams_words(ui, streams, sizeof streams);
    bool has_fix = fix[0] != '\0', has_streams = streams[0] != '\0';
    if (!has_streams && !has_fix && goes_on[0] == '\0') {
        quit_now(ui);
        return;
    }
    if (asprintf(&text, "%s%s%s%s%s%s%s", streams, has_streams && has_fix ? "\n\n" : "", fix,
                 (has_streams || has_fix) && goes_on[0] != '\0' ? "\n\n" : "", goes_on,
                 next[0] != '\0' ? "\n\n" : "", next) < 0)
        return;
    if (context_next(ui) != NULL)
        snprintf(title, sizeof title, "Take context %.60s?", context_next(ui));
    ui_ask(ui, DIALOG_CONFIRM, title, text, quit_done);
    free(text);
}

void ask_quit(struct ui *ui)
{
    context_stay(ui);
    if (ui->is_replay) /* nothing of what it shows runs here */
        quit_now(ui);
    else
        ask_end(ui);
}

void ask_other(struct ui *ui)
{
    ask_end(ui);
}

static bool suspend_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    (void)dialog;
    if (is_yes && ui->host.suspend != NULL)
        ui->host.suspend(ui->host.arg);
    return true;
}

void ask_suspend(struct ui *ui)
{
    if (ui->is_quitting) /* the drain would stop too, and the footer says how to leave at once */
        return;
    if (ui->is_replay || !wish_any_runs(&ui->desk)) {
        suspend_done(ui, NULL, true);
        return;
    }
    char running[120], text[400];
    running_words(ui, running, sizeof running);
    snprintf(text, sizeof text,
             "Running here: %s. The whole process stops until `fg`: nothing is sent meanwhile, and "
             "brokers may close its connections.",
             running);
    ui_ask(ui, DIALOG_CONFIRM, "Suspend?", text, suspend_done);
}

/* ---- contexts ---- */

static bool save_now(struct ui *ui, const char *name, struct pt_error *err)
{
    char path[512];
    if (ui->host.save(ui->host.arg, name, path, sizeof path, err) != PT_OK)
        return false;
    ui_say(ui, "saved as %s", path);
    snprintf(ui->desk.saved, sizeof ui->desk.saved, "%s", name);
    ui->desk.is_chosen = false;
    return true;
}

static void ask_change(struct ui *ui, const char *name, const char *plan);

/* Writes only the difference that the user agreed to, because the file may have changed since. */
static bool change_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    struct pt_error err = {.code = PT_OK};
    char *plan = NULL;
    if (!is_yes)
        return true;
    pt_code code = ui->host.save_plan(ui->host.arg, dialog->subject, &plan, &err);
    bool is_same = plan != NULL && strstr(dialog->text, plan) != NULL;
    if (code == PT_OK && plan != NULL && !is_same)
        ask_change(ui, dialog->subject, plan);
    else if (code != PT_OK || !save_now(ui, dialog->subject, &err))
        ui_fail(ui, "Not saved", &err);
    free(plan);
    return true;
}

static void ask_change(struct ui *ui, const char *name, const char *plan)
{
    char title[100], *text = NULL;
    snprintf(title, sizeof title, "Change the context %.60s?", name);
    if (asprintf(
            &text,
            "%s\nThe other lines stay as they are; the file as it is now is kept beside it, as "
            ".old.",
            plan) < 0)
        return;
    struct dialog *dialog = ui_ask(ui, DIALOG_CONFIRM, title, text, change_done);
    if (dialog != NULL)
        snprintf(dialog->subject, sizeof dialog->subject, "%s", name);
    free(text);
}

static bool save_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    struct pt_error err = {.code = PT_OK};
    const char *name = dialog->prompt.text;
    char *plan = NULL;
    if (!is_yes)
        return true;
    pt_code code = ui->host.save_plan(ui->host.arg, name, &plan, &err);
    bool is_over = code == PT_OK;
    if (is_over && plan == NULL)
        is_over = save_now(ui, name, &err);
    else if (is_over && strpbrk(plan, "+-") == NULL)
        ui_say(ui, "nothing to save: context %.60s says all this already", name);
    else if (is_over)
        ask_change(ui, name, plan);
    if (!is_over)
        snprintf(dialog->note, sizeof dialog->note, "%.200s. %.160s", err.what, err.fix);
    free(plan);
    return is_over;
}

void ask_save(struct ui *ui)
{
    if (ui->host.save == NULL || ui->host.save_plan == NULL) {
        ui_say(ui, "nothing to save yet");
        return;
    }
    struct dialog *dialog = ui_ask(
        ui, DIALOG_INPUT, "Save as context",
        "The settings in force, secrets left out, as a file for `pintop -c NAME`. The context "
        "`default` is loaded when no context is given. If the file exists, pintop shows the "
        "changes first.",
        save_done);
    const char *context = ui->desk.snap->session->context;
    if (dialog != NULL)
        prompt_set(&dialog->prompt, context[0] != '\0' ? context : "default");
}

/* ---- topics ---- */

bool topic_create(struct ui *ui, const char *topic, struct pt_error *err)
{
    struct pt_command cmd = {
        .kind = PT_CMD_TOPIC_CREATE, .topic = topic, .partitions = -1, .replication = -1};
    if (ui_submit(ui, &cmd, true, err) == 0)
        return false;
    ui_say(ui, "%s %s …", pt_command_info((int)cmd.kind)->doing, topic);
    return true;
}

/* Creates each topic that the line names. False: the engine refused one; then the line has the
 * names that are left, and err says why. */
static bool create_each(struct ui *ui, char *line, size_t cap, struct pt_error *err)
{
    char *names = strdup(line), *at = names, name[PT_TOPIC_MAX + 1];
    bool is_made = names != NULL;
    for (bool is_last = false; is_made && !is_last;) {
        at += strspn(at, " ");
        size_t len = strcspn(at, ","), after = len;
        is_last = at[len] == '\0';
        while (len > 0 && at[len - 1] == ' ')
            len--;
        snprintf(name, sizeof name, "%.*s", (int)len, at);
        is_made = topic_create(ui, name, err);
        if (!is_made)
            snprintf(line, cap, "%s", at);
        at += after + !is_last;
    }
    free(names);
    return is_made;
}

static bool create_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    struct pt_error err;
    memset(&err, 0, sizeof err);
    if (!is_yes)
        return true;
    char line[PROMPT_MAX];
    snprintf(line, sizeof line, "%s", dialog->prompt.text);
    if (create_each(ui, line, sizeof line, &err))
        return true;
    prompt_begin(&dialog->prompt, line); /* those that are left */
    snprintf(dialog->note, sizeof dialog->note, "%.240s%s%.140s", err.what,
             err.fix[0] != '\0' ? ". " : "", err.fix);
    return false;
}

static bool place_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    struct pt_command place = {.kind = PT_CMD_TOPIC_PEEK};
    struct pt_error err;
    if (!is_yes)
        return true;
    if (place_parse(dialog->prompt.text, ui->desk.now_ms, "from", &place, &err) != PT_OK) {
        snprintf(dialog->note, sizeof dialog->note, "%.140s. %.140s", err.what, err.fix);
        return false;
    }
    ui_page(ui)->ops->records_from(ui_page_state(ui), &ui->desk, &place);
    return true;
}

void ask_records_from(struct ui *ui)
{
    if (ui_page(ui)->ops->records_from != NULL)
        ui_ask(ui, DIALOG_INPUT, "Records from where?",
               "The first 50 records from: " PLACE_WORDS ".", place_done);
}

void ask_topic_new(struct ui *ui)
{
    if (ui->desk.snap->session->is_readonly) {
        ui_say(ui, "READONLY: started with --readonly, so no topics are made");
        return;
    }
    const char *prefix = ui->desk.snap->session->prefix;
    char text[400];
    if (prefix[0] != '\0')
        snprintf(text, sizeof text,
                 "Its name begins with %s (pintop.topics.prefix); letters, digits, . _ - only; "
                 "several names are separated by commas. "
                 "Partitions and replicas are the broker's own.",
                 prefix);
    else
        snprintf(text, sizeof text,
                 "Letters, digits, . _ - only, at most 249; several names are separated by commas. "
                 "Partitions and replicas are the "
                 "broker's own.");
    struct dialog *dialog = ui_ask(ui, DIALOG_INPUT, "New topic", text, create_done);
    if (dialog != NULL)
        prompt_begin(&dialog->prompt, prefix);
}

/* Offers the setting as it is. A value that is not shown as it is, a secret or one with escapes, is
 * left out. */
static void alter_offer(struct prompt *prompt, const char *setting)
{
    char text[PROMPT_MAX];
    size_t len = strcspn(setting, "\n"), key = strcspn(setting, "=") + 1;
    bool is_plain = len < sizeof text && memchr(setting, '\\', len) == NULL &&
                    !(len > key && strncmp(setting + key, "***", len - key) == 0);
    if (key > len || key >= sizeof text)
        return;
    snprintf(text, sizeof text, "%.*s", (int)(is_plain ? len : key), setting);
    prompt_set(prompt, text);
}

void ask_topic_alter(struct ui *ui, const char *topic, const char *setting)
{
    char title[100];
    if (ui->desk.snap->session->is_readonly) {
        ui_say(ui, "READONLY: started with --readonly, so topics stay as they are");
        return;
    }
    snprintf(title, sizeof title, "Change %.80s", topic);
    struct dialog *dialog =
        ask_setting(ui, PT_CMD_TOPIC_ALTER, topic, title,
                    "partitions=N, or KEY=VALUE like retention.ms=86400000; KEY= lets the broker's "
                    "value hold again. pintop shows the difference, and what follows from it, "
                    "before sending it.");
    if (dialog != NULL && setting != NULL)
        alter_offer(&dialog->prompt, setting);
}

static bool delete_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    if (!is_yes)
        return true;
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_DELETE, .topic = dialog->expected};
    if (ui_submit(ui, &cmd, true, NULL) != 0)
        ui_say(ui, "%s %s …", pt_command_info((int)cmd.kind)->doing, dialog->expected);
    return true;
}

void topic_lag_words(const struct ui *ui, const struct pt_topic *facts, char *lag, size_t cap)
{
    const struct pt_topics_section *all = ui->desk.snap->topics;
    if (all->source == PT_TOPICS_OF_AWS && (facts == NULL || facts->lag == PT_UNKNOWN))
        snprintf(lag, cap, "whether a sink has committed them is unknown");
    else if (all->source == PT_TOPICS_OF_AWS)
        snprintf(lag, cap, "AWS said %s ago that no sink has committed %s of them",
                 show_since(all->asked_ms, ui->desk.now_ms).s, show_count(facts->lag).s);
    else if (facts == NULL || facts->lag == PT_UNKNOWN)
        snprintf(lag, cap, "no sink is known that has committed any of them");
    else
        snprintf(lag, cap, "%s of them no sink has committed", show_count(facts->lag).s);
}

void ask_topic_delete(struct ui *ui, const char *topic)
{
    char text[900], lag[120];
    if (ui->desk.snap->session->is_readonly) {
        ui_say(ui, "READONLY: started with --readonly, so topics stay as they are");
        return;
    }
    const struct pt_topic *facts = topic_find(ui->desk.snap, topic);
    int64_t messages = facts != NULL ? facts->messages : PT_UNKNOWN;
    topic_lag_words(ui, facts, lag, sizeof lag);
    snprintf(text, sizeof text,
             "Deleting %s loses its %s records for good; %s.\n\nA new topic of that name starts at "
             "offset 0, and an S3 sink then overwrites the objects it wrote before.\n\n"
             "Type the topic's name to delete it.",
             topic, messages == PT_UNKNOWN ? "(unknown how many)" : show_count(messages).s, lag);
    struct dialog *dialog = ui_ask(ui, DIALOG_INPUT, "Delete topic", text, delete_done);
    if (dialog != NULL)
        snprintf(dialog->expected, sizeof dialog->expected, "%s", topic);
}

/* ---- pace ---- */

static bool rate_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    double per_s;
    if (!is_yes)
        return true;
    if (pt_rate_parse(dialog->prompt.text, &per_s, NULL) != PT_OK) {
        snprintf(dialog->note, sizeof dialog->note, "0.1 and up, max, original");
        return false;
    }
    wish_set_rate(ui, (unsigned)dialog->tag, per_s);
    return true;
}

/* Shows what Enter would do while the user types. */
static void rate_changed(void *owner, const char *text)
{
    struct ui *ui = owner;
    struct dialog *dialog = &ui->dialogs[ui->n_dialogs - 1];
    double per_s;
    if (pt_rate_parse(text, &per_s, NULL) != PT_OK)
        snprintf(dialog->note, sizeof dialog->note, "a number (0.1 and up), max or original");
    else if (per_s == PT_RATE_MAX)
        snprintf(dialog->note, sizeof dialog->note, "Enter: as fast as it goes");
    else if (per_s == PT_RATE_ORIGINAL)
        snprintf(dialog->note, sizeof dialog->note, "Enter: the original's pace");
    else if (per_s < 10)
        snprintf(dialog->note, sizeof dialog->note, "Enter: %.3g records a second", per_s);
    else
        snprintf(dialog->note, sizeof dialog->note, "Enter: %s records a second",
                 show_count((int64_t)per_s).s);
}

void ask_rate(struct ui *ui)
{
    int stream = ui_selected_stream(ui);
    char title[80], now[32] = "";
    if (stream < 0 || !wish_can(&ui->desk, (enum pt_stream_id)stream)) {
        ui_say(ui, "no stream of this pintop is selected");
        return;
    }
    snprintf(title, sizeof title, "%s records/s: ", pt_stream_name((enum pt_stream_id)stream));
    struct dialog *dialog = ui_ask(ui, DIALOG_LINE, title, NULL, rate_done);
    if (dialog == NULL)
        return;
    double rate = wish_rate(&ui->desk, (enum pt_stream_id)stream);
    if (rate != 0)
        pt_rate_format(rate, now, sizeof now);
    prompt_set(&dialog->prompt, now);
    snprintf(dialog->note, sizeof dialog->note, "a number, max or original");
    dialog->change = rate_changed;
    dialog->tag = (intptr_t)PT_STREAM_BIT(stream);
}
