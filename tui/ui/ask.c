/* The questions that stand before something that matters. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/page.h"
#include "pintop/config.h"
#include "ui/format.h"
#include "ui/wish.h"

/* --- quitting and stepping aside ----------------------------------------------------------------
 */

static void quit_now(struct ui *ui)
{
    ui->is_quitting = true;
    if (ui->link.quit != NULL)
        ui->link.quit(ui->link.arg);
}

static bool quit_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    (void)dialog;
    if (is_yes)
        quit_now(ui);
    return true;
}

/* "pin, geo (12 records in flight)" of the streams that are at work. */
static void running_words(const struct ui *ui, char *out, size_t cap)
{
    int64_t in_flight = 0;
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *stream = &ui->snap->streams->streams[i];
        enum pt_stream_state state = wish_state(ui, (enum pt_stream_id)i);
        if (state < PT_STREAM_STARTING || state > PT_STREAM_STOPPING)
            continue;
        in_flight += stream->in_flight;
        if (len < cap)
            len += (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "",
                                    pt_stream_name((enum pt_stream_id)i));
    }
    if (len < cap)
        snprintf(out + len, cap - len, " (%s in flight)", show_count(in_flight).s);
}

void ask_quit(struct ui *ui)
{
    if (!wish_any_runs(ui)) {
        quit_now(ui);
        return;
    }
    char running[120], text[600];
    running_words(ui, running, sizeof running);
    snprintf(text, sizeof text,
             "Running here: %s. They stop, what is in flight is brought home for at most %s, and "
             "the next start goes on where they stopped.%s",
             running, show_age(ui->stop_timeout_ms).s,
             ui->snap->session->is_embedded
                 ? " The embedded Kafka ends with pintop; what its sink has written stays."
                 : " The cluster and its connectors go on without pintop.");
    ui_ask(ui, DIALOG_CONFIRM, "Quit?", text, quit_done);
}

static bool suspend_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    (void)dialog;
    if (is_yes && ui->link.suspend != NULL)
        ui->link.suspend(ui->link.arg);
    return true;
}

void ui_ask_suspend(struct ui *ui)
{
    if (!wish_any_runs(ui)) {
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

/* --- contexts -----------------------------------------------------------------------------------
 */

static bool save_now(struct ui *ui, const char *name, struct pt_error *err)
{
    char path[512];
    if (ui->link.save(ui->link.arg, name, path, sizeof path, err) != PT_OK)
        return false;
    ui_say(ui, "saved as %s", path);
    return true;
}

static void ask_change(struct ui *ui, const char *name, const char *plan);

/* What was agreed to is what is written: somebody may have changed the file since. */
static bool change_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    struct pt_error err = {.code = PT_OK};
    char *plan = NULL;
    if (!is_yes)
        return true;
    pt_code code = ui->link.save_plan(ui->link.arg, dialog->subject, &plan, &err);
    bool is_same = plan != NULL && strncmp(dialog->text, plan, strlen(plan)) == 0;
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

static bool save_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    struct pt_error err = {.code = PT_OK};
    const char *name = dialog->prompt.text;
    char *plan = NULL;
    if (!is_yes)
        return true;
    pt_code code = ui->link.save_plan(ui->link.arg, name, &plan, &err);
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
    if (ui->link.save == NULL || ui->link.save_plan == NULL) {
        ui_say(ui, "nothing to save yet");
        return;
    }
    struct dialog *dialog =
        ui_ask(ui, DIALOG_INPUT, "Save as context",
               "The settings in force, secrets left out, as a file for `pintop -c NAME`. The name "
               "`default` is read when no other is asked for. What would change in a file that is "
               "there already is shown first.",
               save_done);
    const char *context = ui->snap->session->context;
    if (dialog != NULL)
        prompt_set(&dialog->prompt, context[0] != '\0' ? context : "default");
}

static bool connect_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    if (!is_yes) {
        ask_first(ui);
        return true;
    }
    if (strchr(dialog->prompt.text, ':') == NULL) {
        snprintf(dialog->note, sizeof dialog->note,
                 "host:port, or several with commas between; Kafka's usual port is 9092.");
        return false;
    }
    ui->link.connect(ui->link.arg, dialog->prompt.text);
    return true;
}

static bool first_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    if (!is_yes) {
        quit_now(ui);
        return true;
    }
    if (dialog->chosen == 0) {
        ui->link.connect(ui->link.arg, "embedded");
        return true;
    }
    struct dialog *input = ui_ask(ui, DIALOG_INPUT, "Connect to a Kafka",
                                  "Bootstrap servers, host:port. Security settings come from a "
                                  "file: pintop -F client.properties",
                                  connect_done);
    if (input != NULL)
        prompt_set(&input->prompt, "localhost:9092");
    return true;
}

void ask_first(struct ui *ui)
{
    struct dialog *dialog = ui_ask(
        ui, DIALOG_MENU, "No cluster is named yet",
        "Which one shall pintop look at? w then saves the answer as a context. Esc quits.\n\n"
        "For Amazon MSK start it as: pintop -X pintop.msk.cluster=NAME (`pintop discover` "
        "lists the clusters).",
        first_done);
    if (dialog == NULL)
        return;
    dialog->choices[0] = "Try it here: a Kafka inside pintop, three streams";
    dialog->choices[1] = "Connect to host:port";
    dialog->n_choices = 2;
}

/* --- topics -------------------------------------------------------------------------------------
 */

bool topic_create(struct ui *ui, const char *topic, struct pt_error *err)
{
    struct pt_command cmd = {
        .kind = PT_CMD_TOPIC_CREATE, .topic = topic, .partitions = -1, .replication = -1};
    if (ui_submit(ui, &cmd, true, err) == 0)
        return false;
    ui_say(ui, "creating %s …", topic);
    return true;
}

static bool create_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    struct pt_error err;
    memset(&err, 0, sizeof err);
    if (!is_yes || topic_create(ui, dialog->prompt.text, &err))
        return true;
    snprintf(dialog->note, sizeof dialog->note, "%.240s%s%.140s", err.what,
             err.fix[0] != '\0' ? ". " : "", err.fix);
    return false;
}

void ask_topic_new(struct ui *ui)
{
    if (ui->snap->session->is_readonly) {
        ui_say(ui, "READONLY: started with --readonly, so no topics are made");
        return;
    }
    const char *prefix = ui->snap->session->prefix;
    char text[400];
    if (prefix[0] != '\0')
        snprintf(text, sizeof text,
                 "Its name begins with %s (pintop.topics.prefix); letters, digits, . _ - only. "
                 "Partitions and replicas are the broker's own.",
                 prefix);
    else
        snprintf(text, sizeof text,
                 "Letters, digits, . _ - only, at most 249. Partitions and replicas are the "
                 "broker's own.");
    struct dialog *dialog = ui_ask(ui, DIALOG_INPUT, "New topic", text, create_done);
    if (dialog != NULL)
        prompt_begin(&dialog->prompt, prefix);
}

static bool delete_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    if (!is_yes)
        return true;
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_DELETE, .topic = dialog->expected};
    if (ui_submit(ui, &cmd, true, NULL) != 0)
        ui_say(ui, "deleting %s …", dialog->expected);
    return true;
}

void ask_topic_delete(struct ui *ui, const char *topic)
{
    char text[900], lag[120];
    const struct pt_topic *facts = topic_find(ui->snap, topic);
    int64_t messages = facts != NULL ? facts->messages : PT_UNKNOWN;
    if (facts == NULL || facts->lag == PT_UNKNOWN)
        snprintf(lag, sizeof lag, "no sink is known that has committed any of them");
    else
        snprintf(lag, sizeof lag, "%s of them no sink has committed", show_count(facts->lag).s);
    snprintf(text, sizeof text,
             "Deleting %s loses its %s records for good; %s.\n\nA new topic of that name starts at "
             "offset 0, and an S3 sink then overwrites the objects it wrote before.\n\n"
             "Type the topic's name to delete it.",
             topic, messages == PT_UNKNOWN ? "(unknown how many)" : show_count(messages).s, lag);
    struct dialog *dialog = ui_ask(ui, DIALOG_INPUT, "Delete topic", text, delete_done);
    if (dialog != NULL)
        snprintf(dialog->expected, sizeof dialog->expected, "%s", topic);
}

/* --- pace ---------------------------------------------------------------------------------------
 */

static bool rate_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
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

/* What Enter would do is shown as it is typed. */
static void rate_changed(struct ui *ui, const char *text)
{
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
    const struct page_ops *ops = page_at(ui->page);
    int stream = ops->stream != NULL ? ops->stream(ui->pages[ui->page], ui) : -1;
    char title[80], now[32] = "";
    if (stream < 0 || !wish_can(ui, (enum pt_stream_id)stream)) {
        ui_say(ui, "no stream of this pintop is selected");
        return;
    }
    snprintf(title, sizeof title, "%s records/s: ", pt_stream_name((enum pt_stream_id)stream));
    struct dialog *dialog = ui_ask(ui, DIALOG_LINE, title, NULL, rate_done);
    if (dialog == NULL)
        return;
    double rate = wish_rate(ui, (enum pt_stream_id)stream);
    if (rate != 0)
        pt_rate_format(rate, now, sizeof now);
    prompt_set(&dialog->prompt, now);
    snprintf(dialog->note, sizeof dialog->note, "a number, max or original");
    dialog->change = rate_changed;
    dialog->tag = (intptr_t)PT_STREAM_BIT(stream);
}
