/* What keeps the verdict on a connector from OK although no fault is known: a witness that is
 * missing, denied, old, or reports something that pintop does not know. */
#include <inttypes.h>

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "connector/judge/judge_private.h"

static void say_seconds(const struct witnesses *w, int64_t since_ms, char *out, size_t cap)
{
    double s = since_ms != PT_UNKNOWN ? (double)(w->now_ms - since_ms) / 1000 : 0;
    judge_how_long(s > 0 ? s : 0, out, cap);
}

static bool never_answered(const struct witnesses *w, struct judgement *j)
{
    if (judge_is_known(w->state))
        return false;
    if (judge_is_known(w->state_error)) {
        judge_say(j, PT_V_UNKNOWN, w->state_error_since_ms, "%s", w->state_error);
        judge_fix(j, "%s", w->state_fix);
        j->is_awaited = w->is_state_passing;
        return true;
    }
    judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN, "%s has not reported the state of the connector yet",
              w->backend);
    j->is_awaited = true;
    return true;
}

/* The settings name the topics that the connector should read. */
static bool never_read(const struct witnesses *w, struct judgement *j)
{
    if (!w->is_unread)
        return false;
    if (!judge_is_known(w->unread_error)) {
        judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN,
                  "the settings of the connector were not read yet, so it is unknown which topics "
                  "it should read. %s is asked about one connector after the other",
                  w->backend);
        judge_fix(
            j,
            "Wait, or name the connector: `pintop connector status %s` asks about this one first",
            w->name);
        j->is_awaited = true;
        return true;
    }
    judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN,
              "it is unknown which topics the connector should read, because its settings cannot "
              "be read: %s",
              w->unread_error);
    judge_fix(j, "Allow pintop kafkaconnect:DescribeConnector (`pintop doctor --policy watch` "
                 "prints the policy). If it has that permission, try again");
    return true;
}

bool doubt_state(const struct witnesses *w, struct judgement *j)
{
    char age[24];
    int64_t normal_ms;
    const char *normal;
    if (!judge_is_known(w->backend))
        return false; /* no back end reports a state: the offsets alone decide */
    if (never_answered(w, j))
        return true;
    if (judge_state(w->state, &normal_ms, &normal) == STATE_UNKNOWN) {
        judge_say(j, PT_V_UNKNOWN, w->state_since_ms,
                  "%s reports the state %s, which pintop does not know", w->backend, w->state);
        judge_fix(j, "Look up in the documentation of %s what %s means", w->backend, w->state);
        return true;
    }
    if (judge_is_known(w->state_error)) {
        say_seconds(w, w->state_asked_ms, age, sizeof age);
        judge_say(j, PT_V_UNKNOWN, w->state_error_since_ms, "%s (the last answer, %s, is %s old)",
                  w->state_error, w->state, age);
        judge_fix(j, "%s", w->state_fix);
        return true;
    }
    if (w->state_asked_ms != PT_UNKNOWN && w->now_ms - w->state_asked_ms > w->state_fresh_ms) {
        say_seconds(w, w->state_asked_ms, age, sizeof age);
        judge_say(j, PT_V_UNKNOWN, w->state_asked_ms,
                  "the last answer of %s (%s) is %s old, so the present state is unknown",
                  w->backend, w->state, age);
        judge_fix(j, "Press r to poll again, or run the command again");
        j->is_awaited = true;
        return true;
    }
    return never_read(w, j);
}

/* The running tasks: Kafka Connect lists them; for MSK Connect, CloudWatch has their number. */
bool doubt_tasks(const struct witnesses *w, struct judgement *j)
{
    if (!judge_is_known(w->backend))
        return false;
    if (w->has_tasks && w->n_tasks > 0 && w->running == w->n_tasks)
        return false;
    if (w->has_tasks && w->n_tasks > 0) {
        judge_say(
            j, PT_V_UNKNOWN, w->tasks_since_ms,
            "%d of %d tasks run; the state of the others (%s) is not one that pintop knows as good",
            w->running, w->n_tasks,
            w->unassigned > 0 ? "unassigned or restarting" : "neither running nor failed");
        judge_fix(j, "Read the worker log if this state lasts");
        return true;
    }
    if (w->has_tasks) {
        judge_say(j, PT_V_TRANSITION, w->tasks_since_ms, "the connector has no task yet");
        return true;
    }
    if (w->has_metrics && w->metric_running > 0)
        return false;
    if (w->has_metrics && w->metric_running == 0) {
        judge_say(j, PT_V_DEGRADED, w->metrics_ms, "CloudWatch counts no running task");
        judge_fix(j, "Read the worker log");
        return true;
    }
    if (judge_is_known(w->tasks_error)) {
        judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN, "it is unknown whether the tasks run: %s",
                  w->tasks_error);
        judge_fix(j, "%s",
                  "Allow pintop cloudwatch:GetMetricData (`pintop doctor --policy watch` prints "
                  "the policy). A new connector has no metrics for some minutes");
        return true;
    }
    judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN,
              "it is unknown whether the tasks run: %s has not answered yet", w->tasks_from);
    j->is_awaited = true;
    return true;
}

static bool no_offsets(const struct witnesses *w, struct judgement *j)
{
    if (w->lag != PT_UNKNOWN && w->n_lag_samples >= 2)
        return false;
    if (w->lag == PT_UNKNOWN && judge_is_known(w->lag_error)) {
        judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN, "the offsets of the consumer group are unknown: %s",
                  w->lag_error);
        judge_fix(j, "%s", w->lag_fix);
        /* A caller that can wait gets what is known without them. */
        j->is_awaited = w->is_lag_error_passing || w->is_store_awaited || w->is_change_awaited;
        return true;
    }
    judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN, "%s",
              w->lag == PT_UNKNOWN ? "the offsets of the consumer group have not been read yet"
                                   : "the offsets of the consumer group were read only once, so it "
                                     "is unknown whether they move");
    j->is_awaited = true;
    return true;
}

static bool doubts_newborn(const struct witnesses *w, struct judgement *j)
{
    if (w->newborn <= 0)
        return false;
    judge_say(j, PT_V_TRANSITION, w->newborn_since_ms,
              "%" PRId64 " records wait in %d new %s: consumers look for new partitions every 5 "
              "minutes, unless metadata.max.age.ms sets another interval",
              w->newborn, w->n_newborn, w->n_newborn == 1 ? "partition" : "partitions");
    return true;
}

/* Adds why records may wait, as far as the worker log shows it. The log alone does not tell
 * whether an error is over. */
static void add_log(const struct witnesses *w, struct judgement *j)
{
    const struct rule *rule = w->log_rule;
    const struct rule_words *words = w->log_words;
    struct rule_words own;
    size_t len = strlen(j->cause);
    if (rule == NULL || rule->is_generic)
        return;
    if (words == NULL || words->cause[0] == '\0') {
        rule_explain(rule, w->log_said, NULL, &own);
        words = &own;
    }
    text_put(j->cause + len, sizeof j->cause - len, "; the last error in the worker log: %s",
             words->cause);
    judge_fix(j, "%s", words->fix);
    text_copy(j->rule, sizeof j->rule, rule->id);
}

/* After a restart only a commit shows that it reads again: also when what waits is less than an
 * object, which would be natural for one that reads. */
static bool nothing_since_restart(const struct witnesses *w, struct judgement *j)
{
    char ago[24];
    if ((w->unproven <= 0 && w->waiting_for_flush <= 0) || w->restarted_ms == PT_UNKNOWN ||
        w->now_ms - w->restarted_ms > w->patience_ms ||
        (w->unproven <= 0 && w->out_ms != PT_UNKNOWN && w->out_ms > w->restarted_ms))
        return false;
    say_seconds(w, w->restarted_ms, ago, sizeof ago);
    judge_say(j, PT_V_TRANSITION, w->restarted_ms,
              "the connector restarted %s ago: %" PRId64
              " records wait, and none has been committed since",
              ago, w->lag);
    j->is_awaited = true;
    return true;
}

/* The first object takes as long as it takes to fill: that it is not there yet is no fault, and no
 * proof either. */
static void no_object_yet(const struct witnesses *w, struct judgement *j)
{
    char fill[24];
    if (isnan(w->fill_s) ||
        (w->in_ms != PT_UNKNOWN && w->now_ms - w->in_ms > 2 * JUDGE_MINUTE_MS)) {
        judge_say(j, PT_V_UNKNOWN, w->oldest_ms,
                  "%" PRId64 " records wait for the first object of the connector, which is closed "
                  "only when a partition has %" PRId64 " of them (flush.size), and no more come. "
                  "Nothing was ever committed, so it is unknown whether the connector can write",
                  w->waiting_for_flush, w->flush_size);
        judge_fix(j, "Send more records, or set rotate.schedule.interval.ms, which also closes "
                     "objects by time");
        return;
    }
    judge_how_long(w->fill_s, fill, sizeof fill);
    judge_say(j, PT_V_TRANSITION, w->oldest_ms,
              "%" PRId64 " records wait for the first object of the connector, which is closed "
              "when a partition has %" PRId64 " of them (flush.size). At the present rate that "
              "takes %s",
              w->waiting_for_flush, w->flush_size, fill);
    j->is_awaited = w->fill_s * 1000 <= JUDGE_MINUTE_MS;
}

/* A group that has never committed has not shown yet that it works. */
static bool nothing_committed(const struct witnesses *w, struct judgement *j)
{
    if (w->has_committed || w->lag <= 0)
        return false;
    j->note[0] = '\0';
    if (w->waiting_for_flush == w->lag) {
        no_object_yet(w, j);
        return true;
    }
    judge_say(j, PT_V_TRANSITION, w->oldest_ms,
              "%" PRId64 " records wait for the first commit of the connector", w->lag);
    j->is_awaited = true;
    return true;
}

/* Records wait, and no commit was seen. */
static bool nothing_seen(const struct witnesses *w, struct judgement *j)
{
    char looked[24];
    if (w->unproven <= 0)
        return false;
    judge_how_long((double)w->looked_ms / 1000, looked, sizeof looked);
    if (w->is_reset_unknown) {
        judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN,
                  "%" PRId64 " records wait in partitions where the consumer group has never "
                  "committed, so it is unknown whether the connector means to read them",
                  w->unproven);
        judge_fix(j, "Check auto.offset.reset and the worker log: a consumer that begins at the "
                     "end (latest) skips these records, one that begins at the start (earliest) "
                     "should read them");
        add_log(w, j);
        j->is_awaited = true;
        return true;
    }
    judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN,
              "%" PRId64 " records wait, and no commit was seen in the %s that pintop has watched",
              w->lag, looked);
    judge_fix(j, "Watch for longer (--wait 75), or keep the dashboard open: Kafka Connect commits "
                 "every 60 s unless offset.flush.interval.ms sets another interval");
    add_log(w, j);
    j->is_awaited = true;
    return true;
}

/* The connector consumes, but the records are old: it may be working off a backlog, or fall
 * behind for good. The rates tell, after one to three minutes. */
static bool keeps_up_unknown(const struct witnesses *w, struct judgement *j)
{
    char age[24], looked[24];
    bool is_known = !isnan(w->takes_per_s) && w->behind_since_ms == PT_UNKNOWN;
    if (w->backlog_ms == PT_UNKNOWN || is_known)
        return false;
    say_seconds(w, w->backlog_ms, age, sizeof age);
    judge_how_long((double)w->looked_ms / 1000, looked, sizeof looked);
    judge_say(j, PT_V_UNKNOWN, w->backlog_ms,
              "records are read, but the first of the %" PRId64
              " that wait is %s old: the %s that pintop has watched are too short to tell whether "
              "the connector catches up or falls behind",
              w->lag, age, looked);
    judge_fix(j, "Watch for longer (--wait 200), or keep the dashboard open: pintop then compares "
                 "the records read with the records written");
    j->is_awaited = true;
    return true;
}

bool doubt_offsets(const struct witnesses *w, struct judgement *j)
{
    char age[24];
    if (no_offsets(w, j))
        return true;
    if (w->lag_asked_ms != PT_UNKNOWN && w->now_ms - w->lag_asked_ms > w->lag_fresh_ms) {
        say_seconds(w, w->lag_asked_ms, age, sizeof age);
        judge_say(j, PT_V_UNKNOWN, w->lag_asked_ms,
                  "the offsets of the consumer group are %s old%s%s", age,
                  judge_is_known(w->lag_error) ? ": " : "", w->lag_error);
        judge_fix(j, "%s",
                  judge_is_known(w->lag_fix) ? w->lag_fix : "Check whether the brokers answer");
        j->is_awaited = true;
        return true;
    }
    return nothing_since_restart(w, j) || nothing_seen(w, j) || doubts_newborn(w, j) ||
           nothing_committed(w, j) || keeps_up_unknown(w, j);
}
