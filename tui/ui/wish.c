/* Wishes: start, stop, pace. */
#include "ui/wish.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pintop/config.h"
#include "ui/cost.h"
#include "ui/format.h"

/* Names of the streams in bits: "pin, geo". */
static void names_of(unsigned streams, char *out, size_t cap)
{
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < PT_STREAMS; i++)
        if ((streams & PT_STREAM_BIT(i)) != 0 && len < cap)
            len += (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "",
                                    pt_stream_name((enum pt_stream_id)i));
}

static bool is_unanswered(const struct ui *ui, enum pt_stream_id id)
{
    return ui->wishes[id].is_pending || wish_stream(ui, id)->is_wish_pending;
}

/* What the unanswered wish of a stream is. */
static bool was_wanted(const struct ui *ui, enum pt_stream_id id)
{
    return ui->wishes[id].is_pending ? ui->wishes[id].is_wanted : wish_stream(ui, id)->is_wanted;
}

static bool refuse(struct ui *ui, unsigned streams)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *stream = wish_stream(ui, (enum pt_stream_id)i);
        if ((streams & PT_STREAM_BIT(i)) == 0)
            continue;
        if (ui->snap->session->is_readonly)
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

static void run_now(struct ui *ui, unsigned streams, bool is_on)
{
    struct pt_command cmd = {.kind = is_on ? PT_CMD_START : PT_CMD_STOP, .streams = streams};
    uint64_t id = ui_submit(ui, &cmd, true, NULL);
    if (id == 0)
        return;
    for (int i = 0; i < PT_STREAMS; i++) {
        if ((streams & PT_STREAM_BIT(i)) == 0)
            continue;
        ui->wishes[i].is_pending = true;
        ui->wishes[i].is_wanted = is_on;
        ui->wishes[i].id = id;
        ui->wishes[i].since_ms = ui->now_ms;
    }
    char names[40], price[120] = "";
    names_of(streams, names, sizeof names);
    if (is_on) {
        struct cost cost = cost_of(ui, streams, NAN);
        cost_words(ui, &cost, price, sizeof price);
    }
    ui_say(ui, "%s %s%s%s", is_on ? "starting" : "stopping", names, price[0] != '\0' ? ": " : "",
           price);
}

/* Now, where the last wish is answered; the others' are kept until theirs is. A wish that takes
 * back a kept one only drops that. */
static void run_or_keep(struct ui *ui, unsigned streams, bool is_on)
{
    unsigned now = 0, kept = 0;
    for (int i = 0; i < PT_STREAMS; i++) {
        enum pt_stream_id id = (enum pt_stream_id)i;
        if ((streams & PT_STREAM_BIT(i)) == 0)
            continue;
        if (!is_unanswered(ui, id)) {
            now |= PT_STREAM_BIT(i);
            continue;
        }
        ui->wishes[i].is_kept = was_wanted(ui, id) != is_on;
        ui->wishes[i].is_kept_on = is_on;
        kept |= ui->wishes[i].is_kept ? PT_STREAM_BIT(i) : 0;
    }
    if (now != 0)
        run_now(ui, now, is_on);
    char names[40];
    names_of(kept != 0 ? kept : streams, names, sizeof names);
    if (kept != 0)
        ui_say(ui, "%s: %s as soon as the last wish is answered", names, is_on ? "start" : "stop");
    else if (now == 0)
        ui_say(ui, "%s: %s", names, is_on ? "starting" : "stopping");
}

static bool start_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    if (is_yes && !refuse(ui, (unsigned)dialog->tag))
        run_or_keep(ui, (unsigned)dialog->tag, true);
    return true;
}

/* What it costs is said, and asked above the limit: "" it is not. */
static void cost_question(const struct ui *ui, const struct cost *cost, char *out, size_t cap)
{
    char price[160];
    out[0] = '\0';
    if (!cost_must_ask(ui, cost))
        return;
    cost_words(ui, cost, price, sizeof price);
    snprintf(out, cap,
             "The sink then writes %s.\n\nAbove %s objects/h pintop asks "
             "(pintop.stream.confirm.objects.per.hour). A larger flush.size makes fewer.",
             price, show_count(ui->snap->session->confirm_objects_per_hour).s);
}

/* NULL: too many questions are open already, and nothing is done. */
static struct dialog *ask(struct ui *ui, const char *title, const char *text, unsigned streams,
                          dialog_done_fn done)
{
    struct dialog *dialog = ui_ask(ui, DIALOG_CONFIRM, title, text, done);
    if (dialog != NULL)
        dialog->tag = (intptr_t)streams;
    return dialog;
}

/* Records in a stream's topic that its account did not make: 0 none, PT_UNKNOWN it isn't known yet.
 * What was there before the account began was asked about then. */
static int64_t others_records(const struct ui *ui, enum pt_stream_id id)
{
    const struct pt_stream *stream = wish_stream(ui, id);
    if (stream->topic[0] == '\0')
        return 0; /* the engine says what to set */
    const struct pt_topic *topic = topic_find(ui->snap, stream->topic);
    if (stream->account_first_index != PT_UNKNOWN && stream->account_generated > 0) {
        int64_t others =
            stream->account_in_topic == PT_UNKNOWN
                ? 0
                : stream->account_in_topic - stream->account_generated - stream->doubles_possible;
        return others > 0 ? others : 0;
    }
    if (topic != NULL && topic->messages != PT_UNKNOWN)
        return topic->messages;
    /* The embedded cluster begins empty, and a topic that isn't there is empty too. */
    bool is_known = topic == NULL && ui->snap->topics->asked_ms != PT_UNKNOWN;
    return is_known || ui->snap->session->is_embedded ? 0 : PT_UNKNOWN;
}

/* "orders holds 12,345 records": each topic with somebody else's records; "" none. */
static void others_question(const struct ui *ui, unsigned streams, char *out, size_t cap)
{
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < PT_STREAMS && len < cap; i++) {
        int64_t n =
            (streams & PT_STREAM_BIT(i)) != 0 ? others_records(ui, (enum pt_stream_id)i) : 0;
        const char *topic = wish_stream(ui, (enum pt_stream_id)i)->topic;
        if (n == PT_UNKNOWN)
            len += (size_t)snprintf(out + len, cap - len,
                                    "What %.120s holds isn't known yet, so it may have records of "
                                    "somebody else.\n",
                                    topic);
        else if (n > 0)
            len += (size_t)snprintf(out + len, cap - len,
                                    "%.120s holds %s record%s that this pintop did not make.\n",
                                    topic, show_count(n).s, n == 1 ? "" : "s");
    }
    if (len > 0 && len < cap)
        snprintf(out + len, cap - len,
                 "\nThe stream adds invented records to them, which nobody can take out again, and "
                 "whatever reads the topic gets them too. n makes a topic of its own; "
                 "pintop.user.id or pintop.stream.<name>.topic chooses it.");
}

void wish_run(struct ui *ui, unsigned streams, bool is_on)
{
    char others[900] = "", price[500] = "", text[1500];
    if (streams == 0 || refuse(ui, streams))
        return;
    struct cost cost = cost_of(ui, streams, NAN);
    if (is_on) {
        others_question(ui, streams, others, sizeof others);
        cost_question(ui, &cost, price, sizeof price);
    }
    snprintf(text, sizeof text, "%s%s%s", others,
             others[0] != '\0' && price[0] != '\0' ? "\n\n" : "", price);
    const char *title = others[0] != '\0' ? "Start, beside the records of others?" : "Start?";
    if (text[0] == '\0')
        run_or_keep(ui, streams, is_on);
    else
        ask(ui, title, text, streams, start_done);
}

void wish_toggle(struct ui *ui, enum pt_stream_id id)
{
    wish_run(ui, PT_STREAM_BIT(id), !wish_is_on(ui, id));
}

/* The streams that S means, and whether to start them: stop what runs, else start all. */
static unsigned all_of(const struct ui *ui, bool *is_on)
{
    unsigned running = 0, able = 0;
    for (int i = 0; i < PT_STREAMS; i++) {
        if (!wish_can(ui, (enum pt_stream_id)i))
            continue;
        able |= PT_STREAM_BIT(i);
        if (wish_is_on(ui, (enum pt_stream_id)i))
            running |= PT_STREAM_BIT(i);
    }
    *is_on = running == 0;
    return running != 0 ? running : able;
}

void wish_toggle_all(struct ui *ui)
{
    bool is_on;
    unsigned streams = all_of(ui, &is_on);
    if (streams == 0)
        refuse(ui, PT_STREAM_ALL);
    wish_run(ui, streams, is_on);
}

void wish_word(const struct ui *ui, int stream, char *out, size_t cap)
{
    snprintf(out, cap, "%s %s", wish_is_on(ui, (enum pt_stream_id)stream) ? "stop" : "start",
             pt_stream_name((enum pt_stream_id)stream));
}

void wish_all_word(const struct ui *ui, char *out, size_t cap)
{
    bool is_on;
    unsigned streams = all_of(ui, &is_on);
    unsigned able = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        able |= wish_can(ui, (enum pt_stream_id)i) ? PT_STREAM_BIT(i) : 0;
    char names[40] = "all";
    if (streams != able)
        names_of(streams, names, sizeof names);
    snprintf(out, cap, "%s %s", is_on ? "start" : "stop", names);
}

/* --- pace ---------------------------------------------------------------------------------------
 */

static void set_rate_now(struct ui *ui, unsigned streams, double per_s)
{
    struct pt_command cmd = {.kind = PT_CMD_RATE, .streams = streams, .rate_per_s = per_s};
    uint64_t id = ui_submit(ui, &cmd, true, NULL);
    if (id == 0)
        return;
    for (int i = 0; i < PT_STREAMS; i++) {
        if ((streams & PT_STREAM_BIT(i)) == 0)
            continue;
        ui->wishes[i].is_rate_pending = true;
        ui->wishes[i].rate_per_s = per_s;
        ui->wishes[i].rate_id = id;
        ui->wishes[i].rate_since_ms = ui->now_ms;
    }
}

static bool rate_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    double per_s;
    if (is_yes && pt_rate_parse(dialog->subject, &per_s, NULL) == PT_OK)
        set_rate_now(ui, (unsigned)dialog->tag, per_s);
    return true;
}

/* The faster of two paces. */
static bool is_raise(const struct ui *ui, unsigned streams, double per_s)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        double now = wish_rate(ui, (enum pt_stream_id)i);
        if ((streams & PT_STREAM_BIT(i)) != 0 && wish_is_on(ui, (enum pt_stream_id)i) &&
            (per_s < 0 ? 2 : per_s) > (now < 0 ? 2 : now))
            return true;
    }
    return false;
}

void wish_set_rate(struct ui *ui, unsigned streams, double per_s)
{
    if (ui->snap->session->is_readonly) {
        ui_say(ui, "READONLY: started with --readonly, so the pace stays as it is");
        return;
    }
    struct cost cost = cost_of(ui, streams, per_s);
    bool is_dearer = is_raise(ui, streams, per_s);
    char question[500] = "";
    if (is_dearer)
        cost_question(ui, &cost, question, sizeof question);
    if (question[0] != '\0') {
        struct dialog *dialog = ask(ui, "Faster?", question, streams, rate_done);
        if (dialog != NULL)
            pt_rate_format(per_s, dialog->subject, sizeof dialog->subject);
        return;
    }
    set_rate_now(ui, streams, per_s);
    char price[160];
    cost_words(ui, &cost, price, sizeof price);
    if (is_dearer && price[0] != '\0')
        ui_say(ui, "%s", price);
}

/* 1, 2, 5, 10, … 500,000, then max. The original pace is about 2 a second. */
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
    double now = wish_rate(ui, id);
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

/* --- answers ------------------------------------------------------------------------------------
 */

/* A wish that nobody answers is forgotten after a while: the snapshot says what is. */
enum { WISH_MS = 10000 };

static bool is_answered(const struct ui *ui, uint64_t id, int64_t since_ms)
{
    const struct pt_result *result = ui_result(ui, id);
    return (result != NULL && result->state != PT_RESULT_RUNNING) ||
           ui->now_ms - since_ms > WISH_MS;
}

/* The wishes that were kept, and whose turn it is now. What they needed was asked before. */
static void run_kept(struct ui *ui, bool is_on)
{
    unsigned streams = 0;
    for (int i = 0; i < PT_STREAMS; i++) {
        struct wish *wish = &ui->wishes[i];
        if (!wish->is_kept || wish->is_kept_on != is_on || is_unanswered(ui, (enum pt_stream_id)i))
            continue;
        wish->is_kept = false;
        streams |= PT_STREAM_BIT(i);
    }
    if (streams != 0)
        run_now(ui, streams, is_on);
}

void wish_update(struct ui *ui)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct wish *wish = &ui->wishes[i];
        const struct pt_stream *stream = wish_stream(ui, (enum pt_stream_id)i);
        if (wish->is_pending && is_answered(ui, wish->id, wish->since_ms) &&
            !stream->is_wish_pending)
            wish->is_pending = false;
        if (wish->is_rate_pending && is_answered(ui, wish->rate_id, wish->rate_since_ms))
            wish->is_rate_pending = false;
    }
    for (int is_on = 0; is_on < 2; is_on++)
        if (!ui->is_quitting)
            run_kept(ui, is_on == 1);
}
