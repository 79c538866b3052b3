/* What keeps a connector's verdict from OK although nothing is known to be wrong: a witness that is
 * missing, denied, old, or speaks in words that nobody knows. */
#include <inttypes.h>

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "connector/judge_private.h"

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
    judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN, "%s has not said yet how it is", w->backend);
    j->is_awaited = true;
    return true;
}

/* What it should take stands in its settings. */
static bool never_read(const struct witnesses *w, struct judgement *j)
{
    if (!w->is_unread)
        return false;
    if (!judge_is_known(w->unread_error)) {
        judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN,
                  "its settings were not read yet: what it should take is not known. %s is asked "
                  "about one connector after the other",
                  w->backend);
        judge_fix(j,
                  "Wait for its turn, or name it: `pintop connector status %s` asks about this one "
                  "first",
                  w->name);
        j->is_awaited = true;
        return true;
    }
    judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN,
              "what it should take is not known, since its settings could not be read: %s",
              w->unread_error);
    judge_fix(j, "pintop needs the right kafkaconnect:DescribeConnector for it (`pintop doctor "
                 "--policy watch`); if it has that, ask again");
    return true;
}

bool doubt_state(const struct witnesses *w, struct judgement *j)
{
    char age[24];
    int64_t normal_ms;
    const char *normal;
    if (!judge_is_known(w->backend))
        return false; /* nobody is asked for its state: the offsets speak alone */
    if (never_answered(w, j))
        return true;
    if (judge_state(w->state, &normal_ms, &normal) == STATE_UNKNOWN) {
        judge_say(j, PT_V_UNKNOWN, w->state_since_ms,
                  "%s says that its state is %s, which pintop does not know", w->backend, w->state);
        judge_fix(j, "Look into the documentation of %s for what %s means", w->backend, w->state);
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
                  "the last answer of %s (%s) is %s old: how it is now is not known", w->backend,
                  w->state, age);
        judge_fix(j, "Press r to ask again, or run the command again");
        j->is_awaited = true;
        return true;
    }
    return never_read(w, j);
}

/* Tasks that run: Kafka Connect lists them, of MSK Connect's CloudWatch has the count. */
bool doubt_tasks(const struct witnesses *w, struct judgement *j)
{
    if (!judge_is_known(w->backend))
        return false;
    if (w->has_tasks && w->n_tasks > 0 && w->running == w->n_tasks)
        return false;
    if (w->has_tasks && w->n_tasks > 0) {
        judge_say(
            j, PT_V_UNKNOWN, w->tasks_since_ms,
            "%d of its %d tasks run; the state of the others (%s) is not one that pintop knows "
            "as good",
            w->running, w->n_tasks,
            w->unassigned > 0 ? "unassigned or restarting" : "neither running nor failed");
        judge_fix(j, "If it stays so, look into the log of the workers");
        return true;
    }
    if (w->has_tasks) {
        judge_say(j, PT_V_TRANSITION, w->tasks_since_ms, "it has no task yet");
        return true;
    }
    if (w->has_metrics && w->metric_running > 0)
        return false;
    if (w->has_metrics && w->metric_running == 0) {
        judge_say(j, PT_V_DEGRADED, w->metrics_ms, "CloudWatch counts no running task");
        judge_fix(j, "Look into the log of the workers");
        return true;
    }
    if (judge_is_known(w->tasks_error)) {
        judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN, "whether its tasks run is not known: %s",
                  w->tasks_error);
        judge_fix(j, "%s",
                  "pintop needs the right cloudwatch:GetMetricData for it (`pintop doctor --policy "
                  "watch`); a new connector has no figures there for some minutes");
        return true;
    }
    judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN,
              "whether its tasks run is not known yet: %s has not said",
              strcmp(w->backend, "Kafka Connect") == 0 ? w->backend : "CloudWatch");
    j->is_awaited = true;
    return true;
}

static bool no_offsets(const struct witnesses *w, struct judgement *j)
{
    if (w->lag != PT_UNKNOWN && w->n_lag_samples >= 2)
        return false;
    if (w->lag == PT_UNKNOWN && judge_is_known(w->lag_error)) {
        judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN, "its offsets are not known: %s", w->lag_error);
        judge_fix(j, "%s", w->lag_fix);
        j->is_awaited = w->is_lag_error_passing;
        return true;
    }
    judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN, "%s",
              w->lag == PT_UNKNOWN
                  ? "the offsets of its group are not known yet"
                  : "its offsets were read once: whether they move is not known yet");
    j->is_awaited = true;
    return true;
}

static bool newborn(const struct witnesses *w, struct judgement *j)
{
    if (w->newborn <= 0)
        return false;
    judge_say(j, PT_V_TRANSITION, w->newborn_since_ms,
              "%" PRId64
              " records wait in %d %s that came of late: its consumers look for new ones "
              "each 5 minutes, unless metadata.max.age.ms says otherwise",
              w->newborn, w->n_newborn, w->n_newborn == 1 ? "partition" : "partitions");
    return true;
}

/* Why they may wait, as far as the worker's log tells: of an error alone it isn't known yet whether
 * it is over. */
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
    text_put(j->cause + len, sizeof j->cause - len, "; the last error in its worker's log: %s",
             words->cause);
    judge_fix(j, "%s", words->fix);
    text_copy(j->rule, sizeof j->rule, rule->id);
}

/* Records wait, and nothing was seen that takes them. */
static bool nothing_seen(const struct witnesses *w, struct judgement *j)
{
    char looked[24];
    if (w->unproven <= 0)
        return false;
    judge_how_long((double)w->looked_ms / 1000, looked, sizeof looked);
    if (w->restarted_ms != PT_UNKNOWN && w->now_ms - w->restarted_ms <= w->patience_ms) {
        char ago[24];
        say_seconds(w, w->restarted_ms, ago, sizeof ago);
        judge_say(j, PT_V_TRANSITION, w->restarted_ms,
                  "it began anew %s ago: %" PRId64 " records wait, and none was committed since",
                  ago, w->lag);
        j->is_awaited = true;
        return true;
    }
    if (w->is_reset_unknown) {
        judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN,
                  "%" PRId64
                  " records lie where its group has never committed anything: whether it "
                  "means to take them is not known",
                  w->unproven);
        judge_fix(j,
                  "A consumer that begins at the end (auto.offset.reset=latest) leaves them; one "
                  "that begins at the start should take them: look into the worker's log");
        add_log(w, j);
        j->is_awaited = true;
        return true;
    }
    judge_say(j, PT_V_UNKNOWN, PT_UNKNOWN,
              "%" PRId64 " records wait, and no commit was seen in the %s that pintop has looked",
              w->lag, looked);
    judge_fix(j, "Kafka Connect commits each 60 s unless offset.flush.interval.ms says otherwise: "
                 "look for longer (--wait 75), or keep the dashboard open");
    add_log(w, j);
    j->is_awaited = true;
    return true;
}

/* It takes, but what it takes is old: it may be working off what came while it was away, or fall
 * behind for good. The rates tell, and they need a minute or three. */
static bool keeps_up_unknown(const struct witnesses *w, struct judgement *j)
{
    char age[24], looked[24];
    bool is_known = !isnan(w->takes_per_s) && w->behind_since_ms == PT_UNKNOWN;
    if (w->backlog_ms == PT_UNKNOWN || is_known)
        return false;
    say_seconds(w, w->backlog_ms, age, sizeof age);
    judge_how_long((double)w->looked_ms / 1000, looked, sizeof looked);
    judge_say(j, PT_V_UNKNOWN, w->backlog_ms,
              "records are taken, but the first of the %" PRId64
              " that wait is %s old: whether it catches up or falls behind can't be told from the "
              "%s that pintop has looked",
              w->lag, age, looked);
    judge_fix(j, "Look for longer (--wait 200), or keep the dashboard open: it then compares what "
                 "is taken with what comes in");
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
        judge_say(j, PT_V_UNKNOWN, w->lag_asked_ms, "its offsets are %s old%s%s", age,
                  judge_is_known(w->lag_error) ? ": " : "", w->lag_error);
        judge_fix(j, "%s",
                  judge_is_known(w->lag_fix) ? w->lag_fix : "See whether the brokers answer");
        j->is_awaited = true;
        return true;
    }
    return nothing_seen(w, j) || newborn(w, j) || keeps_up_unknown(w, j);
}
