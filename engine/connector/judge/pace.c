/* Faults of a sink that consumes: it falls behind, waits for the flush, or is badly configured. */
#include "connector/judge/judge_private.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum {
    MINUTE_MS = JUDGE_MINUTE_MS,
    BEHIND_MS = 2 * MINUTE_MS,   /* it must fall behind this long before it is reported */
    QUIET_MS = 10 * MINUTE_MS,   /* nothing was read for this long */
    WORKERS_MS = 15 * MINUTE_MS, /* new workers may take this long to start */
    FILL_S = 3600                /* an object that takes longer to fill is a fault */
};

static bool is_flowing(const struct witnesses *w)
{
    return w->out_ms != PT_UNKNOWN && w->now_ms - w->out_ms <= w->patience_ms;
}

bool fault_checks(const struct witnesses *w, struct judgement *j)
{
    if (w->check_rule == NULL || w->check_rule->weight == RULE_WARNING || is_flowing(w))
        return false;
    j->source = JUDGE_CHECK;
    judge_by_words(j, PT_V_DEGRADED, PT_UNKNOWN, w->check_rule, w->check_words, w->check_says);
    return true;
}

bool fault_metrics(const struct witnesses *w, struct judgement *j)
{
    bool is_settled = w->state_since_ms == PT_UNKNOWN || w->now_ms - w->state_since_ms > WORKERS_MS;
    if (!w->has_metrics)
        return false;
    if (w->workers_wanted > 0 && w->metric_workers < w->workers_wanted && is_settled) {
        char text[64];
        snprintf(text, sizeof text, "%.0f of %d", w->metric_workers, w->workers_wanted);
        judge_by_rule(j, PT_V_DEGRADED, PT_UNKNOWN, rules_by_id("subnet-full"), text);
        return true;
    }
    /* CloudWatch's minutes are compared only when records have waited for longer than its delay. */
    bool has_waited = w->oldest_ms != PT_UNKNOWN && w->now_ms - w->oldest_ms > QUIET_MS;
    if (w->is_sink && w->read_per_s == 0 && w->in_per_s > 0 && has_waited && !is_flowing(w) &&
        is_settled) {
        char text[64];
        snprintf(text, sizeof text, "0/s read, %.1f/s written to the topics", w->in_per_s);
        judge_by_rule(j, PT_V_DEGRADED, PT_UNKNOWN, rules_by_id("no-records-matched"), text);
        return true;
    }
    if (w->rebalances_per_h > JUDGE_STORM_PER_HOUR) {
        char text[64];
        snprintf(text, sizeof text, "%.0f within an hour", w->rebalances_per_h);
        judge_by_rule(j, PT_V_DEGRADED, PT_UNKNOWN, rules_by_id("rebalance-storm"), text);
        return true;
    }
    return false;
}

/* Throttling by the brokers shows only in the rate. */
#define QUOTA                                                                                      \
    "If the brokers have a quota for its consumers (kafka-configs --describe --entity-type "       \
    "clients, and users), raise it"

/* Slow is not stuck: the sink consumes, but less than comes in, so it never catches up. */
bool fault_pace(const struct witnesses *w, struct judgement *j)
{
    if (w->behind_since_ms == PT_UNKNOWN || w->now_ms - w->behind_since_ms < BEHIND_MS ||
        isnan(w->takes_per_s) || isnan(w->comes_per_s))
        return false;
    const struct rule *rule = rules_by_id("lag-grows");
    judge_say(j, PT_V_DEGRADED, w->behind_since_ms,
              "the connector reads %.1f/s of the %.1f/s that come in: %" PRId64
              " records wait, %.1f/s more",
              w->takes_per_s, w->comes_per_s, w->lag, w->comes_per_s - w->takes_per_s);
    text_copy(j->rule, sizeof j->rule, rule->id);
    int64_t tasks = w->has_tasks ? w->n_tasks : w->tasks_max;
    double wanted = w->takes_per_s > 0 ? w->comes_per_s / w->takes_per_s : 2;
    if (tasks > 0 && w->n_partitions > tasks)
        judge_fix(
            j,
            "Raise tasks.max: %" PRId64
            " task%s read%s %d partitions, and tasks.max %.0f would keep up if each task keeps "
            "its present rate. Larger objects (flush.size) also cost fewer PUTs. " QUOTA,
            tasks, text_s(tasks), tasks == 1 ? "s" : "", w->n_partitions,
            fmin(ceil((double)tasks * wanted), (double)w->n_partitions));
    else
        judge_fix(
            j,
            "Write larger objects (flush.size), or find out what slows the writes, from retries in "
            "the worker log to the CPU of the worker: each partition already has a task. " QUOTA);
    return true;
}

bool fault_flush(const struct witnesses *w, struct judgement *j)
{
    char fill[24], where[120] = "";
    if (w->waiting_for_flush <= 0 || w->flush_size <= 1)
        return false;
    if (w->flush_partition >= 0)
        snprintf(where, sizeof where, ", most on partition %d of %.80s", w->flush_partition,
                 w->flush_topic);
    bool is_quiet =
        isnan(w->fill_s) || (w->in_ms != PT_UNKNOWN && w->now_ms - w->in_ms > BEHIND_MS);
    snprintf(j->note, sizeof j->note,
             "%" PRId64 " records wait for the flush (flush.size %" PRId64 ")%s%s",
             w->waiting_for_flush, w->flush_size, where,
             is_quiet
                 ? "; no more records come, and no object is closed by time: these records reach "
                   "the store only when more come, or with rotate.schedule.interval.ms set"
                 : ", not lost");
    if (is_quiet || w->fill_s < FILL_S)
        return false;
    judge_how_long(w->fill_s, fill, sizeof fill);
    const struct rule *rule = rules_by_id("records-read-none-written");
    judge_say(j, PT_V_DEGRADED, w->oldest_ms,
              "flush.size %" PRId64 " takes %s to fill at this rate: %" PRId64
              " records wait for the flush, not lost",
              w->flush_size, fill, w->waiting_for_flush);
    judge_fix(j, "%s", rule->fix);
    text_copy(j->rule, sizeof j->rule, rule->id);
    return true;
}
