#include "connector/judge/judge_private.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "connector/conn.h"

enum {
    MINUTE_MS = JUDGE_MINUTE_MS,
    SETTLE_MS = MINUTE_MS,  /* how long a connector may have no tasks, or unassigned ones */
    PASSING_MS = MINUTE_MS, /* a rebalance or a start takes less */
    GONE_MS = 30 * 1000     /* a starting worker may omit connectors for this long */
};

static int64_t judge_earliest(int64_t a, int64_t b)
{
    if (a == PT_UNKNOWN)
        return b;
    return b == PT_UNKNOWN || a < b ? a : b;
}

/* A fault that is known, and the witness that reports it. */
struct judge_found {
    enum judge_source source;
    const struct rule *rule; /* NULL: only the text is known */
    const struct rule_words *words;
    const char *said, *own_fix;
};

/* Tries the static comparisons, the task's trace, the store, and the log, in this order. Returns
 * false when the cause is unknown. */
static bool find_cause(const struct witnesses *w, struct judge_found *f)
{
    const struct rule *task = w->task_rule, *log = w->log_rule;
    *f = (struct judge_found){.said = "", .own_fix = ""};
    bool has_log = judge_is_known(w->log_said);
    if (w->check_rule != NULL && w->check_rule->weight != RULE_WARNING)
        *f = (struct judge_found){JUDGE_CHECK, w->check_rule, w->check_words, w->check_says, ""};
    else if (task != NULL && !task->is_generic)
        *f = (struct judge_found){JUDGE_TASK, task, w->task_words, w->task_said, ""};
    else if (judge_is_known(w->s3_error))
        *f = (struct judge_found){JUDGE_STORE, w->s3_rule, w->s3_words, w->s3_error, w->s3_fix};
    else if (judge_is_known(w->probe_cause))
        *f = (struct judge_found){JUDGE_PROBE, NULL, NULL, w->probe_cause, w->probe_fix};
    else if (log != NULL && !log->is_generic)
        *f = (struct judge_found){JUDGE_LOG, log, w->log_words, w->log_said, ""};
    else if (task != NULL)
        *f = (struct judge_found){JUDGE_TASK, task, w->task_words, w->task_said, ""};
    else if (log != NULL || has_log)
        *f = (struct judge_found){JUDGE_LOG, log, w->log_words, w->log_said, ""};
    return f->source != JUDGE_NOBODY;
}

/* Names the other failure as well: an operator who fixes only the first one would find the sink
 * stopped again. */
static void add_other_task(const struct witnesses *w, struct judgement *j)
{
    size_t len = strlen(j->cause);
    text_put(j->cause + len, sizeof j->cause - len, ". Task %d failed for another reason: %s",
             (int)w->task_other, w->other_words->cause);
    len = strlen(j->fix);
    text_put(j->fix + len, sizeof j->fix - len, ". For task %d: %s", (int)w->task_other,
             w->other_words->fix);
}

/* Sets the verdict with its cause. Returns false, and sets nothing, when the cause is unknown. */
static bool with_cause(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict,
                       int64_t since_ms)
{
    struct judge_found f;
    if (!find_cause(w, &f))
        return false;
    j->source = f.source;
    if (f.rule != NULL) {
        judge_by_words(j, verdict, since_ms, f.rule, f.words, f.said);
        if (f.source == JUDGE_TASK && w->task_other >= 0)
            add_other_task(w, j);
    } else if (f.source == JUDGE_LOG) { /* shown as it is */
        judge_say(j, verdict, since_ms,
                  "the worker log shows an error that pintop does not know: %s", f.said);
        judge_fix(j,
                  "Read the whole error in the log (`pintop connector logs %s`, page 3), fix its "
                  "cause, then restart the connector",
                  w->name);
    } else {
        const struct rule *rule = f.source == JUDGE_PROBE ? w->probe_rule : NULL;
        judge_say(j, verdict, since_ms, "%s", f.said);
        judge_fix(j, "%s", f.own_fix);
        text_copy(j->rule, sizeof j->rule, rule != NULL ? rule->id : "");
        j->is_specific = true;
    }
    return true;
}

/* ------------------------------------------------------------------ witness by witness */

/* The back end answered that there is no such connector. A starting worker answers like that,
 * too. */
static bool by_absence(const struct witnesses *w, struct judgement *j)
{
    if (!w->is_gone)
        return false;
    int64_t for_ms = w->gone_since_ms != PT_UNKNOWN ? w->now_ms - w->gone_since_ms : 0;
    if (for_ms < GONE_MS) {
        judge_say(j, PT_V_TRANSITION, w->gone_since_ms,
                  "%s does not list a connector of this name. A starting worker answers like this "
                  "for some seconds",
                  w->backend);
        judge_fix(j, "Wait half a minute; `pintop connector list` lists the existing connectors");
        j->is_awaited = true;
        return true;
    }
    judge_say(j, PT_V_UNKNOWN, w->gone_since_ms, "%s has no connector named %s", w->backend,
              w->name);
    judge_fix(j, "List the existing connectors with `pintop connector list`. Check whether it was "
                 "renamed or deleted, or whether this is another Connect cluster");
    return true;
}

static void say_failed(const struct witnesses *w, struct judgement *j)
{
    j->source = JUDGE_STATE;
    if (w->state_rule != NULL && !w->state_rule->is_generic)
        judge_by_words(j, PT_V_FAILED, w->state_since_ms, w->state_rule, w->state_words,
                       w->message);
    else if (with_cause(w, j, PT_V_FAILED, w->state_since_ms))
        ;
    else if (w->state_rule != NULL)
        judge_by_words(j, PT_V_FAILED, w->state_since_ms, w->state_rule, w->state_words,
                       w->message);
    else
        judge_say(j, PT_V_FAILED, w->state_since_ms, "%s reports FAILED%s%s", w->backend,
                  judge_is_known(w->message) ? ", with a message that pintop does not know: "
                  : w->is_reason_awaited     ? "; pintop is asking for the reason"
                                             : ", without a reason",
                  w->message);
    j->is_awaited = j->is_reason_awaited = w->is_reason_awaited;
    if (!judge_is_known(j->fix))
        judge_fix(j, "Read the log of the connector, fix the cause that it names, then restart the "
                     "connector");
}

static void say_passing(const struct witnesses *w, struct judgement *j, int64_t normal_ms,
                        const char *normal)
{
    char age[24];
    int64_t age_ms = w->state_since_ms != PT_UNKNOWN ? w->now_ms - w->state_since_ms : 0;
    judge_how_long((double)age_ms / 1000, age, sizeof age);
    if (age_ms > normal_ms) {
        judge_say(j, PT_V_DEGRADED, w->state_since_ms,
                  "the connector has been %s for %s; normal is %s", w->state, age, normal);
        judge_fix(j, "Read the log of the connector's workers: it shows what they wait for");
    } else {
        judge_say(j, PT_V_TRANSITION, w->state_since_ms, "the connector is %s, which takes %s",
                  w->state, normal);
        j->is_awaited = w->is_change_awaited; /* that answer shows since when */
    }
}

static bool by_state(const struct witnesses *w, struct judgement *j)
{
    int64_t normal_ms;
    const char *normal;
    enum state_kind kind = judge_state(w->state, &normal_ms, &normal);
    if (judge_is_known(w->state_error) && !w->is_state_denied)
        return false; /* the previous answer does not count any more */
    switch (kind) {
    case STATE_FAILED:
        say_failed(w, j);
        return true;
    case STATE_PAUSED:
        judge_say(j, PT_V_PAUSED, w->state_since_ms, "the connector is %s%s", w->state,
                  w->lag > 0 ? ": it reads no records, and they wait in Kafka" : "");
        judge_fix(j, "Resume the connector when it should continue");
        j->is_awaited = w->is_sink && w->lag == PT_UNKNOWN && !judge_is_known(w->lag_error);
        return true;
    case STATE_PASSING:
        say_passing(w, j, normal_ms, normal);
        return true;
    default:
        return false;
    }
}

static void say_failed_tasks(const struct witnesses *w, struct judgement *j)
{
    int64_t failed = w->has_tasks ? w->failed : (int64_t)w->metric_errored;
    int64_t running = w->has_tasks            ? w->running
                      : w->metric_running > 0 ? (int64_t)w->metric_running
                                              : 0;
    enum pt_verdict verdict = running > 0 ? PT_V_DEGRADED : PT_V_FAILED;
    if (with_cause(w, j, verdict, w->failed_since_ms))
        return;
    const struct rule *rule = rules_by_id("errored-tasks");
    judge_say(j, verdict, w->failed_since_ms, "%" PRId64 " of %" PRId64 " tasks failed%s%s%s",
              failed, failed + running,
              strcmp(w->state, "RUNNING") == 0 ? ", though the state says RUNNING" : "",
              judge_is_known(w->task_said) ? ": " : "", w->task_said);
    judge_fix(j, "%s", rule->fix);
    text_copy(j->rule, sizeof j->rule, rule->id);
}

static bool by_tasks(const struct witnesses *w, struct judgement *j)
{
    bool is_old = w->tasks_since_ms != PT_UNKNOWN && w->now_ms - w->tasks_since_ms > SETTLE_MS;
    bool has_metric = w->has_metrics && w->metric_errored > 0;
    if (judge_is_known(w->state_error) && !w->is_state_denied)
        return false;
    if ((w->has_tasks && w->failed > 0) || (!w->has_tasks && has_metric)) {
        say_failed_tasks(w, j);
        return true;
    }
    if (w->has_tasks && w->n_tasks == 0 && strcmp(w->state, "RUNNING") == 0) {
        judge_say(
            j, is_old ? PT_V_DEGRADED : PT_V_TRANSITION, w->tasks_since_ms,
            is_old ? "the connector has no task, so it reads no records"
                   : "the connector has no task yet: tasks start some seconds after the connector");
        judge_fix(j, is_old ? "Read the worker log for the reason; restarting the connector "
                              "creates its tasks again"
                            : "");
        j->is_awaited = !is_old;
        return true;
    }
    if (w->has_tasks && w->unassigned > 0 && (w->running == 0 || !is_old)) {
        judge_say(j, is_old ? PT_V_DEGRADED : PT_V_TRANSITION, w->tasks_since_ms,
                  "no worker runs %s of the %d tasks%s", w->running == 0 ? "any" : "some",
                  w->n_tasks, is_old ? "" : " yet: a rebalance takes seconds");
        judge_fix(j, is_old ? "Check how many Connect workers are running" : "");
        j->is_awaited = !is_old;
        return true;
    }
    return false;
}

/* The back end does not answer, and a missing permission is not the reason. */
static bool by_silence(const struct witnesses *w, struct judgement *j)
{
    if (w->late_ms >= JUDGE_SILENT_MS) {
        judge_say(j, w->stuck > 0 ? PT_V_STALLED : PT_V_UNKNOWN, w->now_ms - w->late_ms,
                  "%s has not answered for %" PRId64 " s", w->backend, w->late_ms / 1000);
        judge_fix(j, "Check whether it hangs, and whether the network between is open");
        return true;
    }
    if (!judge_is_known(w->state_error) || w->is_state_denied)
        return false;
    bool is_passing =
        w->is_state_passing && w->stuck <= 0 &&
        (w->state_error_since_ms == PT_UNKNOWN || w->now_ms - w->state_error_since_ms < PASSING_MS);
    judge_say(j,
              is_passing     ? PT_V_TRANSITION
              : w->stuck > 0 ? PT_V_STALLED
                             : PT_V_UNKNOWN,
              w->state_error_since_ms, "%s", w->state_error);
    judge_fix(j, "%s", w->state_fix);
    j->is_awaited = is_passing;
    return true;
}

/* Describes how many records are stuck, of how many, and where. */
static void say_stuck(const struct witnesses *w, struct judgement *j, int64_t since_ms)
{
    if (w->n_stuck > 0 && w->n_partitions > w->n_stuck && w->stuck < w->lag) {
        judge_say(j, PT_V_STALLED, since_ms,
                  "%" PRId64 " records wait; in %d of %d partitions none of their %" PRId64
                  " records is read (most in %s-%d)",
                  w->lag, w->n_stuck, w->n_partitions, w->stuck, w->stuck_topic,
                  w->stuck_partition);
        return;
    }
    judge_say(j, PT_V_STALLED, since_ms, "%" PRId64 " records wait and none is read",
              w->lag > w->stuck ? w->lag : w->stuck);
}

static bool by_stuck(const struct witnesses *w, struct judgement *j)
{
    if (w->stuck <= 0)
        return false;
    int64_t since_ms = judge_earliest(w->oldest_ms, w->stuck_since_ms);
    if (with_cause(w, j, PT_V_STALLED, since_ms))
        return true;
    if (fault_leader(w, j, PT_V_STALLED) || fault_commits(w, j, PT_V_STALLED) ||
        fault_worker(w, j, PT_V_STALLED) || fault_ghost(w, j, PT_V_STALLED) ||
        fault_poll(w, j, PT_V_STALLED) || fault_group(w, j, PT_V_STALLED)) {
        j->since_ms = since_ms;
        return true;
    }
    say_stuck(w, j, since_ms);
    /* Whether the group has a consumer for them is being requested, or will be certain after the
     * next poll. */
    j->is_awaited = w->is_group_awaited || (w->has_group && w->members == 0);
    bool is_store_seen = w->is_s3 && w->s3_asked_ms != PT_UNKNOWN;
    if (w->is_embedded)
        judge_fix(j, "Nothing is lost yet: the streams wait until the sink reads the records");
    else if (w->probed_ms != PT_UNKNOWN && w->does_probe_take)
        judge_fix(
            j,
            "Read the worker log from the moment the offsets stopped: the store accepts writes "
            "(the slowest write of the probe took %.2f s), so the store is not the cause",
            w->probe_s);
    else if (is_store_seen)
        judge_fix(j,
                  "Test a write into the store with `pintop connector diagnose %s --probe` (W on "
                  "page 3), or read what the worker log says about writes since then. The bucket "
                  "can be listed, which does not show whether the connector may write there",
                  w->name);
    else
        judge_fix(j, "Read the worker log from %s on, and fix the cause before a restart",
                  w->stuck_offset != PT_UNKNOWN ? "the moment the offsets stopped"
                                                : "its last start");
    return true;
}

static bool by_topics(const struct witnesses *w, struct judgement *j)
{
    j->source = JUDGE_OFFSETS;
    if (judge_is_known(w->missing_topic)) {
        judge_by_rule(j, PT_V_DEGRADED, PT_UNKNOWN, rules_by_id("kafka-topic-unknown"),
                      w->missing_topic);
        return true;
    }
    if (w->does_match_nothing) {
        judge_by_rule(j, PT_V_DEGRADED, PT_UNKNOWN, rules_by_id("no-records-matched"),
                      "none of its topics exists in the cluster");
        return true;
    }
    return false;
}

static bool by_store(const struct witnesses *w, struct judgement *j)
{
    /* A single slow answer of the store does not matter to a sink that keeps consuming. */
    bool is_probed = judge_is_known(w->probe_cause) && (w->is_probe_denied || w->unproven > 0);
    if ((!judge_is_known(w->s3_error) && !is_probed) ||
        !with_cause(w, j, PT_V_DEGRADED, PT_UNKNOWN))
        return false;
    j->is_awaited = w->unproven > 0; /* it will soon be known whether the connector is stuck */
    return true;
}

/* Notes are worth knowing but need no action. */
static void by_notes(const struct witnesses *w, struct judgement *j)
{
    int64_t running = w->has_tasks                                  ? w->running
                      : w->has_metrics && !isnan(w->metric_running) ? (int64_t)w->metric_running
                                                                    : PT_UNKNOWN;
    const struct rule *rule = NULL;
    if (judge_is_known(j->note) || note_loss(w, j))
        return;
    if (w->check_rule != NULL && w->check_rule->weight == RULE_WARNING)
        rule = w->check_rule;
    else if (running != PT_UNKNOWN && w->tasks_max != PT_UNKNOWN && running < w->tasks_max)
        rule = rules_by_id("fewer-tasks");
    if (rule == NULL)
        return;
    text_copy(j->note, sizeof j->note,
              rule == w->check_rule && w->check_words != NULL ? w->check_words->cause
                                                              : rule->cause);
    text_copy(j->rule, sizeof j->rule, rule->id);
}

/* Nothing is wrong and nothing is in doubt: the verdict is OK, or IDLE when there is nothing to
 * do. */
static void by_flow(const struct witnesses *w, struct judgement *j)
{
    int64_t quiet_ms = w->in_ms != PT_UNKNOWN ? w->now_ms - w->in_ms : 0;
    by_notes(w, j);
    j->cause[0] = j->fix[0] = '\0';
    bool is_idle = w->is_sink && w->lag == w->waiting_for_flush && quiet_ms >= JUDGE_IDLE_MS;
    j->verdict = is_idle ? PT_V_IDLE : PT_V_OK;
    j->since_ms = is_idle ? w->in_ms : PT_UNKNOWN;
    /* A caller that can wait also gets the results for the store, the group, the dead letter
     * queue and the rest. */
    j->is_awaited = w->is_store_awaited || w->is_group_awaited || w->are_letters_awaited ||
                    w->is_change_awaited || w->are_others_awaited;
}

static bool is_faulty(const struct witnesses *w, struct judgement *j)
{
    if (by_absence(w, j) || by_state(w, j) || by_tasks(w, j) || by_silence(w, j))
        return true;
    if (!w->is_sink)
        return fault_operation(w, j) || fault_checks(w, j) || fault_metrics(w, j);
    return by_stuck(w, j) || fault_leader(w, j, PT_V_DEGRADED) || fault_loss(w, j) ||
           fault_operation(w, j) || fault_commits(w, j, PT_V_DEGRADED) ||
           fault_worker(w, j, PT_V_DEGRADED) || fault_ghost(w, j, PT_V_DEGRADED) ||
           fault_group(w, j, PT_V_DEGRADED) || by_topics(w, j) || by_store(w, j) ||
           fault_checks(w, j) || fault_metrics(w, j) || fault_pace(w, j) || fault_flush(w, j);
}

static bool by_lateness(const struct witnesses *w, struct judgement *j)
{
    if (w->late_ms < JUDGE_LATE_MS)
        return false;
    judge_say(j, PT_V_TRANSITION, w->now_ms - w->late_ms, "%s has not answered for %" PRId64 " s",
              w->backend, w->late_ms / 1000);
    j->is_awaited = true;
    return true;
}

void conn_judge(const struct witnesses *w, struct judgement *j)
{
    *j = (struct judgement){.verdict = PT_V_UNKNOWN, .since_ms = PT_UNKNOWN};
    if (is_faulty(w, j)) {
        judge_add_change(w, j);
        return;
    }
    j->source = JUDGE_NOBODY;
    j->rule[0] = '\0';
    if (doubt_state(w, j) || doubt_tasks(w, j) || (w->is_sink && doubt_offsets(w, j)) ||
        by_lateness(w, j))
        return;
    by_flow(w, j);
}

/* ------------------------------------------------------------------ what was found before */

/* True when the witness that named the cause reports that it is over. */
static bool is_over(const struct judgement *before, const struct witnesses *w)
{
    if (w->out_ms != PT_UNKNOWN && w->out_ms > before->cause_ms && w->stuck == 0)
        return true; /* records are read again */
    if (before->source == JUDGE_STORE)
        return !judge_is_known(w->s3_error) && w->s3_asked_ms != PT_UNKNOWN &&
               w->s3_asked_ms > before->cause_ms;
    if (before->source == JUDGE_PROBE) /* by another probe */
        return w->probed_ms != PT_UNKNOWN && !judge_is_known(w->probe_cause);
    if (before->source == JUDGE_CHECK)
        return w->check_rule == NULL;
    if (before->source == JUDGE_GROUP)
        return w->has_group && w->members > 0 && w->unowned == 0 && w->foreign[0] == '\0';
    if (before->source == JUDGE_OFFSETS)
        return !judge_is_known(w->missing_topic) && !w->does_match_nothing &&
               w->n_leaderless == 0 && w->commits_since_ms == PT_UNKNOWN;
    return false;
}

void judge_remember(const struct judgement *before, const struct witnesses *w,
                    struct judgement *next)
{
    bool was_bad = before->verdict > PT_V_PAUSED, is_bad = next->verdict > PT_V_PAUSED;
    next->cause_ms = w->now_ms;
    if (!was_bad || !is_bad || !before->is_specific || next->is_specific ||
        before->source == JUDGE_NOBODY || is_over(before, w))
        return;
    text_copy(next->cause, sizeof next->cause, before->cause);
    text_copy(next->fix, sizeof next->fix, before->fix);
    text_copy(next->rule, sizeof next->rule, before->rule);
    next->source = before->source;
    next->is_specific = true;
    next->cause_ms = before->cause_ms;
}
