/* Wishes: start, stop, pace. */
#include "ui/wish.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/names.h"
#include "page/wish_state.h"
#include "pintop/config.h"
#include "ui/cost.h"
#include "widget/format.h"

/* The names of the streams in bits: "pin, geo". */
static void wish_names(unsigned streams, char *out, size_t cap)
{
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < PT_STREAMS; i++)
        if ((streams & PT_STREAM_BIT(i)) != 0 && len < cap)
            len += (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "",
                                    pt_stream_name((enum pt_stream_id)i));
}

static bool wish_is_unanswered(const struct ui *ui, enum pt_stream_id id)
{
    return ui->desk.wishes[id].is_pending || wish_stream(&ui->desk, id)->is_wish_pending;
}

/* Whether the unanswered wish of a stream is to run. */
static bool wish_was_wanted(const struct ui *ui, enum pt_stream_id id)
{
    return ui->desk.wishes[id].is_pending ? ui->desk.wishes[id].is_wanted
                                          : wish_stream(&ui->desk, id)->is_wanted;
}

static bool wish_refuse(struct ui *ui, unsigned streams)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *stream = wish_stream(&ui->desk, (enum pt_stream_id)i);
        if ((streams & PT_STREAM_BIT(i)) == 0)
            continue;
        if (ui->desk.snap->session->is_readonly)
            ui_say(ui, "READONLY: started with --readonly, so streams stay as they are");
        else if (stream->state == PT_STREAM_ELSEWHERE && stream->owner_pid == PT_UNKNOWN)
            ui_say(ui, "%s is run by another pintop: stop it there", stream->name);
        else if (stream->state == PT_STREAM_ELSEWHERE)
            ui_say(ui, "%s is run by pintop pid %lld: stop it there", stream->name,
                   (long long)stream->owner_pid);
        else
            continue;
        return true;
    }
    return false;
}

/* Submits a command and shows it on its streams as if it had been carried out. False: refused. */
static bool wish_submit(struct ui *ui, const struct pt_command *cmd)
{
    uint64_t id = ui_submit(ui, cmd, true, NULL);
    for (int i = 0; id != 0 && i < PT_STREAMS; i++) {
        struct wish *wish = &ui->desk.wishes[i];
        if ((cmd->streams & PT_STREAM_BIT(i)) == 0)
            continue;
        if (cmd->kind == PT_CMD_RATE) {
            wish->is_rate_pending = true;
            wish->rate_per_s = cmd->rate_per_s;
            wish->rate_id = id;
            wish->rate_since_ms = ui->desk.now_ms;
        } else {
            wish->is_pending = true;
            wish->is_wanted = cmd->kind == PT_CMD_START;
            wish->id = id;
            wish->since_ms = ui->desk.now_ms;
        }
    }
    return id != 0;
}

static void wish_run_now(struct ui *ui, unsigned streams, bool is_on)
{
    struct pt_command cmd = {.kind = is_on ? PT_CMD_START : PT_CMD_STOP, .streams = streams};
    if (!wish_submit(ui, &cmd))
        return;
    char names[40], price[120] = "";
    wish_names(streams, names, sizeof names);
    if (is_on) {
        struct cost cost = cost_of(&ui->desk, streams, NAN);
        cost_words(&ui->desk, &cost, price, sizeof price);
    }
    ui_say(ui, "%s %s%s%s", is_on ? "starting" : "stopping", names, price[0] != '\0' ? ": " : "",
           price);
}

/* Carries out the wish at once where the last one is answered, and keeps it for the other streams
 * until theirs is. A wish that repeats the unanswered one only drops the kept one. */
static void wish_run_or_keep(struct ui *ui, unsigned streams, bool is_on)
{
    unsigned now = 0, kept = 0;
    for (int i = 0; i < PT_STREAMS; i++) {
        enum pt_stream_id id = (enum pt_stream_id)i;
        if ((streams & PT_STREAM_BIT(i)) == 0)
            continue;
        if (!wish_is_unanswered(ui, id)) {
            now |= PT_STREAM_BIT(i);
            continue;
        }
        ui->desk.wishes[i].is_kept = wish_was_wanted(ui, id) != is_on;
        ui->desk.wishes[i].is_kept_on = is_on;
        kept |= ui->desk.wishes[i].is_kept ? PT_STREAM_BIT(i) : 0;
    }
    if (now != 0)
        wish_run_now(ui, now, is_on);
    char names[40];
    wish_names(kept != 0 ? kept : streams, names, sizeof names);
    if (kept != 0)
        ui_say(ui, "%s: will %s when the previous request completes", names,
               is_on ? "start" : "stop");
    else if (now == 0)
        ui_say(ui, "%s: %s", names, is_on ? "starting" : "stopping");
}

static bool wish_start_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    if (is_yes && !wish_refuse(ui, (unsigned)dialog->tag))
        wish_run_or_keep(ui, (unsigned)dialog->tag, true);
    return true;
}

/* The question about the cost; "": the cost is not above the limit. */
static void wish_cost_question(const struct ui *ui, const struct cost *cost, char *out, size_t cap)
{
    char price[160];
    out[0] = '\0';
    if (!cost_must_ask(&ui->desk, cost))
        return;
    cost_words(&ui->desk, cost, price, sizeof price);
    snprintf(out, cap,
             "The sink then writes %s.\n\nAbove %s objects/h pintop asks "
             "(pintop.stream.confirm.objects.per.hour). A larger flush.size makes fewer.",
             price, show_count(ui->desk.snap->session->confirm_objects_per_hour).s);
}

/* Asks before a wish is carried out. NULL: too many questions are open, and nothing is done. */
static struct dialog *wish_ask(struct ui *ui, const char *title, const char *text, unsigned streams,
                               dialog_done_fn done)
{
    struct dialog *dialog = ui_ask(ui, DIALOG_CONFIRM, title, text, done);
    if (dialog != NULL)
        dialog->tag = (intptr_t)streams;
    return dialog;
}

/* The records in a stream's topic that its account did not make; PT_UNKNOWN while their number is
 * unknown. Those from before the account began are not counted, because pintop asked about them
 * then. */
static int64_t wish_others_records(const struct ui *ui, enum pt_stream_id id)
{
    const struct pt_stream *stream = wish_stream(&ui->desk, id);
    if (stream->topic[0] == '\0')
        return 0; /* the engine's error says what to set */
    const struct pt_topic *topic = topic_find(ui->desk.snap, stream->topic);
    if (stream->account_first_index != PT_UNKNOWN && stream->account_generated > 0) {
        /* Of the other records in the topic some are other shards'. */
        const char *shard = ui->desk.snap->session->shard;
        bool is_whole = shard[0] == '\0' || strcmp(shard, "1/1") == 0;
        int64_t others =
            stream->account_in_topic == PT_UNKNOWN || !is_whole
                ? 0
                : stream->account_in_topic - stream->account_generated - stream->doubles_possible;
        return others > 0 ? others : 0;
    }
    if (topic != NULL && topic->messages != PT_UNKNOWN)
        return topic->messages;
    /* The embedded cluster begins empty, and a topic that does not exist is empty too. */
    bool is_known = topic == NULL && ui->desk.snap->topics->asked_ms != PT_UNKNOWN;
    return is_known || ui->desk.snap->session->is_embedded ? 0 : PT_UNKNOWN;
}

/* Names each topic with records of somebody else: "orders holds 12,345 records"; "": none. */
static void wish_others_question(const struct ui *ui, unsigned streams, char *out, size_t cap)
{
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < PT_STREAMS && len < cap; i++) {
        int64_t n =
            (streams & PT_STREAM_BIT(i)) != 0 ? wish_others_records(ui, (enum pt_stream_id)i) : 0;
        const char *topic = wish_stream(&ui->desk, (enum pt_stream_id)i)->topic;
        if (n == PT_UNKNOWN)
            len += (size_t)snprintf(out + len, cap - len,
                                    "The number of records in %.120s is unknown yet, so it may "
                                    "hold records of somebody else.\n",
                                    topic);
        else if (n > 0)
            len += (size_t)snprintf(out + len, cap - len,
                                    "%.120s holds %s record%s that this pintop did not make.\n",
                                    topic, show_count(n).s, n == 1 ? "" : "s");
    }
    if (len > 0 && len < cap)
        snprintf(out + len, cap - len,
                 "\nThe stream adds generated records to them, which cannot be removed again, and "
                 "whatever reads the topic gets them too. Answer No and press n to create a "
                 "separate topic; "
                 "pintop.user.id or pintop.stream.<name>.topic chooses it.");
}

void wish_run(struct ui *ui, unsigned streams, bool is_on)
{
    char others[900] = "", price[500] = "", text[1500];
    if (streams == 0 || wish_refuse(ui, streams))
        return;
    struct cost cost = cost_of(&ui->desk, streams, NAN);
    if (is_on) {
        wish_others_question(ui, streams, others, sizeof others);
        wish_cost_question(ui, &cost, price, sizeof price);
    }
    snprintf(text, sizeof text, "%s%s%s", others,
             others[0] != '\0' && price[0] != '\0' ? "\n\n" : "", price);
    const char *title = others[0] != '\0' ? "Start, beside the records of others?" : "Start?";
    if (text[0] == '\0')
        wish_run_or_keep(ui, streams, is_on);
    else
        wish_ask(ui, title, text, streams, wish_start_done);
}

void wish_toggle(struct ui *ui, enum pt_stream_id id)
{
    wish_run(ui, PT_STREAM_BIT(id), !wish_is_on(&ui->desk, id));
}

/* The streams that the key S acts on, and whether it starts them: it stops those that run, or
 * starts all if none runs. */
static unsigned wish_all(const struct ui *ui, bool *is_on)
{
    unsigned running = 0, able = 0;
    for (int i = 0; i < PT_STREAMS; i++) {
        if (!wish_can(&ui->desk, (enum pt_stream_id)i))
            continue;
        able |= PT_STREAM_BIT(i);
        if (wish_is_on(&ui->desk, (enum pt_stream_id)i))
            running |= PT_STREAM_BIT(i);
    }
    *is_on = running == 0;
    return running != 0 ? running : able;
}

void wish_toggle_all(struct ui *ui)
{
    bool is_on;
    unsigned streams = wish_all(ui, &is_on);
    if (streams == 0)
        wish_refuse(ui, PT_STREAM_ALL);
    wish_run(ui, streams, is_on);
}

void wish_word(const struct ui *ui, int stream, char *out, size_t cap)
{
    snprintf(out, cap, "%s %s", wish_is_on(&ui->desk, (enum pt_stream_id)stream) ? "stop" : "start",
             pt_stream_name((enum pt_stream_id)stream));
}

void wish_all_word(const struct ui *ui, char *out, size_t cap)
{
    bool is_on;
    unsigned streams = wish_all(ui, &is_on);
    unsigned able = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        able |= wish_can(&ui->desk, (enum pt_stream_id)i) ? PT_STREAM_BIT(i) : 0;
    char names[40] = "all";
    if (streams != able)
        wish_names(streams, names, sizeof names);
    snprintf(out, cap, "%s %s", is_on ? "start" : "stop", names);
}

/* ---- pace ---- */

static void wish_set_rate_now(struct ui *ui, unsigned streams, double per_s)
{
    struct pt_command cmd = {.kind = PT_CMD_RATE, .streams = streams, .rate_per_s = per_s};
    wish_submit(ui, &cmd);
}

static bool wish_rate_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    double per_s;
    if (is_yes && pt_rate_parse(dialog->subject, &per_s, NULL) == PT_OK)
        wish_set_rate_now(ui, (unsigned)dialog->tag, per_s);
    return true;
}

/* Whether a running stream gets a faster pace. The original pace counts as 2 records per second. */
static bool wish_is_raise(const struct ui *ui, unsigned streams, double per_s)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        double now = wish_rate(&ui->desk, (enum pt_stream_id)i);
        if ((streams & PT_STREAM_BIT(i)) != 0 && wish_is_on(&ui->desk, (enum pt_stream_id)i) &&
            (per_s < 0 ? 2 : per_s) > (now < 0 ? 2 : now))
            return true;
    }
    return false;
}

void wish_set_rate(struct ui *ui, unsigned streams, double per_s)
{
    if (ui->desk.snap->session->is_readonly) {
        ui_say(ui, "READONLY: started with --readonly, so the pace stays as it is");
        return;
    }
    struct cost cost = cost_of(&ui->desk, streams, per_s);
    bool is_dearer = wish_is_raise(ui, streams, per_s);
    char question[500] = "";
    if (is_dearer)
        wish_cost_question(ui, &cost, question, sizeof question);
    if (question[0] != '\0') {
        struct dialog *dialog = wish_ask(ui, "Faster?", question, streams, wish_rate_done);
        if (dialog != NULL)
            pt_rate_format(per_s, dialog->subject, sizeof dialog->subject);
        return;
    }
    wish_set_rate_now(ui, streams, per_s);
    char price[160];
    cost_words(&ui->desk, &cost, price, sizeof price);
    if (is_dearer && price[0] != '\0')
        ui_say(ui, "%s", price);
}

/* The steps are 1, 2, 5, 10, … 500,000, then max. The original pace is about 2 records per
 * second. */
double wish_next_rate(double per_s, bool is_up)
{
    if (per_s < 0)
        return is_up ? 5 : 1;
    static const double steps[] = {1, 2, 5};
    double best = is_up ? PT_RATE_MAX : 1, power = 1;
    for (int i = 0; i < 18; i++) {
        double step = steps[i % 3] * power;
        if (i % 3 == 2)
            power *= 10;
        if (is_up && step > per_s * 1.000001)
            return step;
        if (!is_up && step < per_s * 0.999999)
            best = step;
    }
    return best;
}

void wish_step_rate(struct ui *ui, enum pt_stream_id id, bool is_up)
{
    double now = wish_rate(&ui->desk, id);
    if (isnan(now) || now == 0)
        now = 1;
    double next = wish_next_rate(now, is_up);
    if (is_up && now >= PT_RATE_MAX) {
        ui_say(ui, "%s is at max", pt_stream_name(id));
        return;
    }
    if (!is_up && now > 0 && next >= now) {
        ui_say(ui, "%s: 1/s is the lowest step; = asks for a number", pt_stream_name(id));
        return;
    }
    wish_set_rate(ui, PT_STREAM_BIT(id), next);
}

/* ---- answers ---- */

/* A wish without an answer is dropped after this time: the screen then shows the snapshot. */
enum { WISH_MS = 10000 };

static bool wish_is_answered(const struct ui *ui, uint64_t id, int64_t since_ms)
{
    const struct pt_result *result = ui_result(ui, id);
    return (result != NULL && result->state != PT_RESULT_RUNNING) ||
           ui->desk.now_ms - since_ms > WISH_MS;
}

/* Carries out the kept wishes of streams whose last wish is answered. The user was asked before. */
static void wish_run_kept(struct ui *ui, bool is_on)
{
    unsigned streams = 0;
    for (int i = 0; i < PT_STREAMS; i++) {
        struct wish *wish = &ui->desk.wishes[i];
        if (!wish->is_kept || wish->is_kept_on != is_on ||
            wish_is_unanswered(ui, (enum pt_stream_id)i))
            continue;
        wish->is_kept = false;
        streams |= PT_STREAM_BIT(i);
    }
    if (streams != 0)
        wish_run_now(ui, streams, is_on);
}

void wish_update(struct ui *ui)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct wish *wish = &ui->desk.wishes[i];
        const struct pt_stream *stream = wish_stream(&ui->desk, (enum pt_stream_id)i);
        if (wish->is_pending && wish_is_answered(ui, wish->id, wish->since_ms) &&
            !stream->is_wish_pending)
            wish->is_pending = false;
        if (wish->is_rate_pending && wish_is_answered(ui, wish->rate_id, wish->rate_since_ms))
            wish->is_rate_pending = false;
    }
    for (int is_on = 0; is_on < 2; is_on++)
        if (!ui->is_quitting)
            wish_run_kept(ui, is_on == 1);
}
