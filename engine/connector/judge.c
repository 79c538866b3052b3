#include "connector/judge.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum {
    MINUTE_MS = 60 * 1000,
    LATE_MS = 1000,        /* an answer is late */
    SILENT_MS = 10000,     /* it doesn't come */
    SETTLE_MS = MINUTE_MS, /* tasks may be none or unassigned for so long */
    GROW_MS = 15 * MINUTE_MS,
    QUIET_MS = 10 * MINUTE_MS,   /* nothing read for so long */
    WORKERS_MS = 15 * MINUTE_MS, /* for new workers to come */
    FILL_S = 3600,               /* an object that takes longer to fill is one nobody waits for */
    STORM_PER_HOUR = 30
};

void witnesses_init(struct witnesses *w)
{
    memset(w, 0, sizeof *w);
    w->backend = w->state = w->state_error = w->state_fix = w->code = w->message = "";
    w->task_said = w->operation = w->operation_state = w->operation_code = "";
    w->operation_message = w->stuck_topic = w->lag_error = w->lag_fix = w->missing_topic = "";
    w->flush_topic = w->s3_error = w->s3_fix = w->log_said = w->check_says = "";
    w->state_since_ms = w->state_asked_ms = w->state_error_since_ms = PT_UNKNOWN;
    w->failed_since_ms = w->tasks_since_ms = w->operation_ms = PT_UNKNOWN;
    w->lag = w->stuck_since_ms = w->in_ms = w->out_ms = w->oldest_ms = PT_UNKNOWN;
    w->grows_since_ms = w->s3_asked_ms = w->newest_object_ms = PT_UNKNOWN;
    w->metrics_ms = w->log_ms = PT_UNKNOWN;
    w->stuck_partition = w->flush_partition = w->workers_wanted = -1;
    w->tasks_max = PT_UNKNOWN;
    w->lag_per_s = w->in_per_s = w->fill_s = NAN;
    w->metric_running = w->metric_errored = w->metric_workers = NAN;
    w->read_per_s = w->send_per_s = w->rebalances_per_h = NAN;
}

/* ------------------------------------------------------------------ states */

static const struct {
    const char *word;
    enum state_kind kind;
    int64_t normal_ms;
    const char *normal;
} states[] = {
    {"RUNNING",    STATE_RUNNING, 0,              ""           },
    {"PAUSED",     STATE_PAUSED,  0,              ""           },
    {"STOPPED",    STATE_PAUSED,  0,              ""           },
    {"FAILED",     STATE_FAILED,  0,              ""           },
    {"CREATING",   STATE_PASSING, 30 * MINUTE_MS, "5 to 15 min"},
    {"UPDATING",   STATE_PASSING, 30 * MINUTE_MS, "5 to 15 min"},
    {"DELETING",   STATE_PASSING, 30 * MINUTE_MS, "a few min"  },
    {"PAUSING",    STATE_PASSING, 10 * MINUTE_MS, "1 to 3 min" },
    {"RESUMING",   STATE_PASSING, 10 * MINUTE_MS, "1 to 3 min" },
    {"RESTARTING", STATE_PASSING, 10 * MINUTE_MS, "under 2 min"},
    {"UNASSIGNED", STATE_PASSING, MINUTE_MS,      "seconds"    },
    {"STARTING",   STATE_PASSING, MINUTE_MS,      "seconds"    },
};

enum state_kind judge_state(const char *state, int64_t *normal_ms, const char **normal_text)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strcmp(states[i].word, state) != 0)
            continue;
        *normal_ms = states[i].normal_ms;
        *normal_text = states[i].normal;
        return states[i].kind;
    }
    *normal_ms = 0;
    *normal_text = "";
    return STATE_UNKNOWN;
}

/* ------------------------------------------------------------------ saying */

static void __attribute__((format(printf, 4, 5)))
say(struct judgement *j, enum pt_verdict verdict, int64_t since_ms, const char *fmt, ...)
{
    va_list args;
    j->verdict = verdict;
    j->since_ms = since_ms;
    va_start(args, fmt);
    vsnprintf(j->cause, sizeof j->cause, fmt, args);
    va_end(args);
}

static void fix(struct judgement *j, const char *text)
{
    text_copy(j->fix, sizeof j->fix, text);
}

/* A rule's cause, with what was really said behind it. */
static void by_rule(struct judgement *j, enum pt_verdict verdict, int64_t since_ms,
                    const struct rule *rule, const char *said)
{
    say(j, verdict, since_ms, "%s%s%s", rule->cause, *said != '\0' ? ": " : "", said);
    fix(j, rule->fix);
    text_copy(j->rule, sizeof j->rule, rule->id);
}

static bool is_known(const char *text)
{
    return *text != '\0';
}

static int64_t earliest(int64_t a, int64_t b)
{
    if (a == PT_UNKNOWN)
        return b;
    return b == PT_UNKNOWN || a < b ? a : b;
}

/* What is known to be wrong, whichever witness says it: the static comparisons, the task's own
 * trace, the store, the log. False: nothing is. */
static bool find_cause(const struct witnesses *w, const struct rule **rule, const char **said,
                       const char **own_fix)
{
    *rule = NULL;
    *said = *own_fix = "";
    const struct rule *task = w->task_rule, *log = w->log_rule;
    if (w->check_rule != NULL && w->check_rule->weight != RULE_WARNING) {
        *rule = w->check_rule;
        *said = w->check_says;
    } else if (task != NULL && !task->is_generic) {
        *rule = task;
        *said = w->task_said;
    } else if (is_known(w->s3_error)) {
        *rule = w->s3_rule;
        *said = w->s3_error;
        *own_fix = w->s3_fix;
    } else if (log != NULL) {
        *rule = log;
        *said = w->log_said;
    } else if (task != NULL) {
        *rule = task;
        *said = w->task_said;
    } else {
        return false;
    }
    return true;
}

/* With the cause, as far as it is known; false: it isn't, and nothing was said. */
static bool with_cause(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict,
                       int64_t since_ms)
{
    const struct rule *rule;
    const char *said, *own_fix;
    if (!find_cause(w, &rule, &said, &own_fix))
        return false;
    if (rule != NULL) {
        by_rule(j, verdict, since_ms, rule, said);
    } else {
        say(j, verdict, since_ms, "%s", said);
        fix(j, own_fix);
    }
    return true;
}

/* ------------------------------------------------------------------ witness by witness */

static bool by_state(const struct witnesses *w, struct judgement *j)
{
    int64_t normal_ms;
    const char *normal;
    enum state_kind kind = judge_state(w->state, &normal_ms, &normal);
    int64_t age_ms = w->state_since_ms != PT_UNKNOWN ? w->now_ms - w->state_since_ms : 0;
    if (w->is_gone) {
        say(j, PT_V_UNKNOWN, w->state_asked_ms, "%s has no such connector", w->backend);
        fix(j, "Create it again, or name another one");
        return true;
    }
    if (is_known(w->state_error) && !w->is_state_denied)
        return false; /* what was said before isn't believed any more */
    switch (kind) {
    case STATE_FAILED:
        if (w->state_rule != NULL && !w->state_rule->is_generic)
            by_rule(j, PT_V_FAILED, w->state_since_ms, w->state_rule, w->message);
        else if (with_cause(w, j, PT_V_FAILED, w->state_since_ms))
            ;
        else if (w->state_rule != NULL)
            by_rule(j, PT_V_FAILED, w->state_since_ms, w->state_rule, w->message);
        else
            say(j, PT_V_FAILED, w->state_since_ms, "%s says FAILED%s%s", w->backend,
                is_known(w->message) ? ": " : " and no more", w->message);
        if (!is_known(j->fix))
            fix(j, "Read the connector's log, mend the cause, then restart");
        return true;
    case STATE_PAUSED:
        say(j, PT_V_PAUSED, w->state_since_ms, "it is %s%s", w->state,
            w->lag > 0 ? ": nothing is taken, records wait in Kafka" : "");
        fix(j, "Resume it");
        return true;
    case STATE_PASSING:
        if (age_ms > normal_ms) {
            say(j, PT_V_DEGRADED, w->state_since_ms, "it is %s for %" PRId64 " min, normal is %s",
                w->state, age_ms / MINUTE_MS, normal);
            fix(j, "Look at its log; what hangs so long is best deleted and made again");
        } else {
            say(j, PT_V_TRANSITION, w->state_since_ms, "it is %s, that takes %s", w->state, normal);
        }
        return true;
    default:
        return false;
    }
}

static bool by_tasks(const struct witnesses *w, struct judgement *j)
{
    bool is_old = w->tasks_since_ms != PT_UNKNOWN && w->now_ms - w->tasks_since_ms > SETTLE_MS;
    bool has_metric = w->has_metrics && w->metric_errored > 0;
    if (is_known(w->state_error) && !w->is_state_denied)
        return false;
    if ((w->has_tasks && w->failed > 0) || (!w->has_tasks && has_metric)) {
        int64_t failed = w->has_tasks ? w->failed : (int64_t)w->metric_errored;
        int64_t running = w->has_tasks            ? w->running
                          : w->metric_running > 0 ? (int64_t)w->metric_running
                                                  : 0;
        enum pt_verdict verdict = running > 0 ? PT_V_DEGRADED : PT_V_FAILED;
        if (!with_cause(w, j, verdict, w->failed_since_ms)) {
            const struct rule *rule = rules_by_id("errored-tasks");
            say(j, verdict, w->failed_since_ms, "%" PRId64 " of %" PRId64 " tasks failed%s", failed,
                failed + running,
                strcmp(w->state, "RUNNING") == 0 ? ", though the state says RUNNING" : "");
            fix(j, rule->fix);
            text_copy(j->rule, sizeof j->rule, rule->id);
        }
        return true;
    }
    if (w->has_tasks && w->n_tasks == 0 && is_old && strcmp(w->state, "RUNNING") == 0) {
        say(j, PT_V_DEGRADED, w->tasks_since_ms, "it has no task: nothing is carried");
        fix(j, "Restart it; if it stays so, look into the worker's log");
        return true;
    }
    if (w->has_tasks && w->unassigned > 0 && w->running == 0) {
        say(j, is_old ? PT_V_DEGRADED : PT_V_TRANSITION, w->tasks_since_ms,
            "no worker has its tasks%s", is_old ? "" : " yet: a rebalance takes seconds");
        fix(j, is_old ? "See whether the Connect workers live" : "");
        return true;
    }
    return false;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static bool by_operation(const struct witnesses *w, struct judgement *j)
{
    const struct rule *rule = NULL;
    char text[PT_REASON_MAX + 128];
    if (!ends_with(w->operation_state, "_FAILED") &&
        strcmp(w->operation_state, "ROLLBACK_COMPLETE") != 0)
        return false;
    snprintf(text, sizeof text, "%s: %.200s", w->operation_code, w->operation_message);
    rule = rules_match(text, RULE_STATE | RULE_LOG | RULE_API);
    say(j, PT_V_DEGRADED, w->operation_ms,
        "the last change (%s) ended %s: it runs as before%s%.120s", w->operation,
        w->operation_state, is_known(w->operation_message) ? ": " : "", w->operation_message);
    fix(j, rule != NULL && !rule->is_generic
               ? rule->fix
               : "Correct what the change asked for, and send it again");
    if (rule != NULL)
        text_copy(j->rule, sizeof j->rule, rule->id);
    return true;
}

/* It doesn't answer, and that isn't for want of a right. */
static bool by_silence(const struct witnesses *w, struct judgement *j)
{
    if (w->late_ms >= SILENT_MS) {
        say(j, w->stuck > 0 ? PT_V_STALLED : PT_V_UNKNOWN, w->now_ms - w->late_ms,
            "%s hasn't answered for %" PRId64 " s", w->backend, w->late_ms / 1000);
        fix(j, "See whether it hangs, and the way to it");
        return true;
    }
    if (!is_known(w->state_error) || w->is_state_denied)
        return false;
    say(j, w->stuck > 0 ? PT_V_STALLED : PT_V_UNKNOWN, w->state_error_since_ms, "%s",
        w->state_error);
    fix(j, w->state_fix);
    return true;
}

static bool by_stuck(const struct witnesses *w, struct judgement *j)
{
    if (w->stuck <= 0)
        return false;
    int64_t since_ms = earliest(w->oldest_ms, w->stuck_since_ms);
    if (with_cause(w, j, PT_V_STALLED, since_ms))
        return true;
    say(j, PT_V_STALLED, since_ms, "%" PRId64 " records wait and none is taken", w->stuck);
    if (w->is_embedded)
        fix(j, "Nothing is lost yet: the streams are held until the sink takes them");
    else if (w->is_s3 && w->s3_asked_ms != PT_UNKNOWN)
        fix(j,
            "Kafka and S3 answer pintop: look into the worker's log for the connector's own way to "
            "them, then restart it");
    else
        fix(j, "Look into the worker's log, then restart it");
    return true;
}

static bool by_topics(const struct witnesses *w, struct judgement *j)
{
    if (is_known(w->missing_topic)) {
        by_rule(j, PT_V_DEGRADED, PT_UNKNOWN, rules_by_id("kafka-topic-unknown"), w->missing_topic);
        return true;
    }
    if (w->does_match_nothing) {
        by_rule(j, PT_V_DEGRADED, PT_UNKNOWN, rules_by_id("no-records-matched"),
                "its topics are none of the cluster's");
        return true;
    }
    return false;
}

static bool by_store(const struct witnesses *w, struct judgement *j)
{
    if (!is_known(w->s3_error))
        return false;
    return with_cause(w, j, PT_V_DEGRADED, PT_UNKNOWN);
}

static bool is_flowing(const struct witnesses *w)
{
    return w->out_ms != PT_UNKNOWN && w->now_ms - w->out_ms <= w->patience_ms;
}

static bool by_checks(const struct witnesses *w, struct judgement *j)
{
    if (w->check_rule == NULL || w->check_rule->weight == RULE_WARNING || is_flowing(w))
        return false;
    by_rule(j, PT_V_DEGRADED, PT_UNKNOWN, w->check_rule, w->check_says);
    return true;
}

static bool by_metrics(const struct witnesses *w, struct judgement *j)
{
    bool is_settled = w->state_since_ms == PT_UNKNOWN || w->now_ms - w->state_since_ms > WORKERS_MS;
    if (!w->has_metrics)
        return false;
    if (w->workers_wanted > 0 && w->metric_workers < w->workers_wanted && is_settled) {
        char text[64];
        snprintf(text, sizeof text, "%.0f of %d", w->metric_workers, w->workers_wanted);
        by_rule(j, PT_V_DEGRADED, PT_UNKNOWN, rules_by_id("subnet-full"), text);
        return true;
    }
    /* CloudWatch's minutes against records that have waited for longer than it is late. */
    bool has_waited = w->oldest_ms != PT_UNKNOWN && w->now_ms - w->oldest_ms > QUIET_MS;
    if (w->is_sink && w->read_per_s == 0 && w->in_per_s > 0 && has_waited && !is_flowing(w) &&
        is_settled) {
        char text[64];
        snprintf(text, sizeof text, "0/s read, %.1f/s come in", w->in_per_s);
        by_rule(j, PT_V_DEGRADED, PT_UNKNOWN, rules_by_id("no-records-matched"), text);
        return true;
    }
    if (w->rebalances_per_h > STORM_PER_HOUR) {
        char text[64];
        snprintf(text, sizeof text, "%.0f in an hour", w->rebalances_per_h);
        by_rule(j, PT_V_DEGRADED, PT_UNKNOWN, rules_by_id("rebalance-storm"), text);
        return true;
    }
    return false;
}

static bool by_growth(const struct witnesses *w, struct judgement *j)
{
    if (w->grows_since_ms == PT_UNKNOWN || w->now_ms - w->grows_since_ms < GROW_MS)
        return false;
    char text[64];
    snprintf(text, sizeof text, "%" PRId64 " wait, %+.1f/s", w->lag, w->lag_per_s);
    by_rule(j, PT_V_DEGRADED, w->grows_since_ms, rules_by_id("lag-grows"), text);
    return true;
}

static void how_long(double seconds, char *out, size_t cap)
{
    if (seconds < 120)
        snprintf(out, cap, "%.0f s", seconds);
    else if (seconds < 7200)
        snprintf(out, cap, "%.0f min", seconds / 60);
    else if (seconds < 172800)
        snprintf(out, cap, "%.0f h", seconds / 3600);
    else
        snprintf(out, cap, "%.0f days", seconds / 86400);
}

static bool by_flush(const struct witnesses *w, struct judgement *j)
{
    char fill[24];
    if (w->waiting_for_flush <= 0 || w->flush_size <= 1)
        return false;
    char where[120] = "";
    if (w->flush_partition >= 0)
        snprintf(where, sizeof where, ", most on partition %d of %.80s", w->flush_partition,
                 w->flush_topic);
    snprintf(j->note, sizeof j->note,
             "%" PRId64 " records wait for the flush (flush.size %" PRId64 ")%s, not lost",
             w->waiting_for_flush, w->flush_size, where);
    if (isnan(w->fill_s) || w->fill_s < FILL_S)
        return false;
    how_long(w->fill_s, fill, sizeof fill);
    const struct rule *rule = rules_by_id("records-read-none-written");
    say(j, PT_V_DEGRADED, w->oldest_ms,
        "flush.size %" PRId64 " takes %s to fill at this rate: %" PRId64
        " records wait for the flush, not lost",
        w->flush_size, fill, w->waiting_for_flush);
    fix(j, rule->fix);
    text_copy(j->rule, sizeof j->rule, rule->id);
    return true;
}

/* Worth knowing, though nothing has to be done. */
static void by_notes(const struct witnesses *w, struct judgement *j)
{
    int64_t running = w->has_tasks                                  ? w->running
                      : w->has_metrics && !isnan(w->metric_running) ? (int64_t)w->metric_running
                                                                    : PT_UNKNOWN;
    const struct rule *rule = NULL;
    if (is_known(j->note))
        return;
    if (w->check_rule != NULL && w->check_rule->weight == RULE_WARNING)
        rule = w->check_rule;
    else if (running != PT_UNKNOWN && w->tasks_max != PT_UNKNOWN && running < w->tasks_max)
        rule = rules_by_id("fewer-tasks");
    if (rule == NULL)
        return;
    text_copy(j->note, sizeof j->note, rule->cause);
    text_copy(j->rule, sizeof j->rule, rule->id);
}

/* Nothing is wrong: is anything happening? */
static void by_flow(const struct witnesses *w, struct judgement *j)
{
    int64_t quiet_ms = w->in_ms != PT_UNKNOWN ? w->now_ms - w->in_ms : 0;
    by_notes(w, j);
    if (w->lag == w->waiting_for_flush && quiet_ms >= JUDGE_IDLE_MS) {
        j->verdict = PT_V_IDLE;
        j->since_ms = w->in_ms;
        return;
    }
    j->verdict = PT_V_OK;
    j->since_ms = PT_UNKNOWN;
}

static bool by_lack_of_lag(const struct witnesses *w, struct judgement *j)
{
    if (w->lag != PT_UNKNOWN && w->n_lag_samples >= 2)
        return false;
    if (w->lag == PT_UNKNOWN && is_known(w->lag_error)) {
        say(j, PT_V_UNKNOWN, PT_UNKNOWN, "%s", w->lag_error);
        fix(j, w->lag_fix);
    } else {
        say(j, PT_V_UNKNOWN, PT_UNKNOWN, "%s",
            w->lag == PT_UNKNOWN ? "its group's offsets aren't known yet"
                                 : "whether its lag grows isn't known yet");
    }
    return true;
}

void conn_judge(const struct witnesses *w, struct judgement *j)
{
    memset(j, 0, sizeof *j);
    j->since_ms = PT_UNKNOWN;
    bool has_backend = is_known(w->backend);
    if (by_state(w, j) || by_tasks(w, j) || by_silence(w, j))
        return;
    if (has_backend && !is_known(w->state) && !is_known(w->state_error)) {
        say(j, PT_V_UNKNOWN, PT_UNKNOWN, "%s hasn't answered yet", w->backend);
        return;
    }
    if (!w->is_sink) {
        if (by_operation(w, j) || by_checks(w, j) || by_metrics(w, j))
            return;
        j->verdict = PT_V_OK;
        by_notes(w, j);
        return;
    }
    if (by_stuck(w, j) || by_operation(w, j) || by_topics(w, j) || by_store(w, j) ||
        by_checks(w, j) || by_lack_of_lag(w, j) || by_metrics(w, j) || by_growth(w, j) ||
        by_flush(w, j))
        return;
    if (w->late_ms >= LATE_MS) {
        say(j, PT_V_TRANSITION, w->now_ms - w->late_ms, "%s hasn't answered for %" PRId64 " s",
            w->backend, w->late_ms / 1000);
        return;
    }
    by_flow(w, j);
}
