/* The words for losses: sentences, times, sums over partitions. */
#include "connector/witness/losses_private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static bool losses_words_is_known(int64_t value)
{
    return value != PT_UNKNOWN;
}

/* Returns the next free place, or that of the least severe finding when all are taken and this
 * one is more severe; else NULL. */
static struct loss *room_for(struct losses *out, const struct rule *rule)
{
    if (out->n < LOSSES_MAX)
        return &out->items[out->n++];
    struct loss *least = &out->items[0];
    for (size_t i = 1; i < out->n; i++)
        if (out->items[i].rule->weight <= least->rule->weight)
            least = &out->items[i];
    return rule->weight > least->rule->weight ? least : NULL;
}

struct loss *losses_add(struct losses *out, const char *rule, int64_t since_ms, int64_t lost,
                        const char *fmt, ...)
{
    va_list args;
    struct loss *loss = room_for(out, rules_by_id(rule));
    if (loss == NULL)
        return NULL;
    memset(loss, 0, sizeof *loss);
    loss->rule = rules_by_id(rule);
    loss->since_ms = since_ms;
    loss->lost_records = lost;
    va_start(args, fmt);
    text_put_args(loss->says, sizeof loss->says, fmt, args);
    va_end(args);
    text_copy(loss->fix, sizeof loss->fix, loss->rule->fix);
    return loss;
}

void loss_mend(struct loss *loss, const char *fmt, ...)
{
    va_list args;
    if (loss == NULL)
        return;
    va_start(args, fmt);
    text_put_args(loss->fix, sizeof loss->fix, fmt, args);
    va_end(args);
}

/* "29 Nov 22:13:03Z" */
const char *loss_when(int64_t time_ms, char out[40])
{
    char iso[32];
    clock_format_ms(time_ms, iso, sizeof iso);
    snprintf(out, 40, "%.10s %.8sZ", iso, iso + 11);
    return out;
}

/* Makes " between A and B", as far as known. */
const char *loss_between(const char *what, int64_t from_ms, int64_t to_ms, char out[120])
{
    char from[40], to[40];
    out[0] = '\0';
    if (losses_words_is_known(from_ms) && losses_words_is_known(to_ms) && from_ms <= to_ms)
        snprintf(out, 120, "%s between %s and %s", what, loss_when(from_ms, from),
                 loss_when(to_ms, to));
    else if (losses_words_is_known(to_ms))
        snprintf(out, 120, "%s before %s", what, loss_when(to_ms, to));
    else if (losses_words_is_known(from_ms))
        snprintf(out, 120, "%s from %s on", what, loss_when(from_ms, from));
    return out;
}

static int64_t losses_words_earlier(int64_t a, int64_t b)
{
    return !losses_words_is_known(a) || (losses_words_is_known(b) && b < a) ? b : a;
}

static int64_t losses_words_later(int64_t a, int64_t b)
{
    return !losses_words_is_known(a) || (losses_words_is_known(b) && b > a) ? b : a;
}

static void sum_up(struct loss_sum *sum, const struct loss_partition *at, int64_t records,
                   const struct loss_extent *extent, const struct loss_times *times)
{
    if (records <= 0)
        return;
    if (sum->n == 0)
        sum->from_ms = sum->to_ms = sum->at_ms = PT_UNKNOWN;
    sum->records += records;
    sum->from_ms = losses_words_earlier(sum->from_ms, times->from_ms);
    sum->to_ms = losses_words_later(sum->to_ms, times->to_ms);
    sum->at_ms = losses_words_later(sum->at_ms, times->at_ms);
    sum->n++;
    if (records > sum->most_records) {
        sum->most_records = records;
        sum->most = at;
        sum->from = extent->from;
        sum->to = extent->to;
    }
}

void loss_sum_up(struct loss_sum *sum, const struct loss_partition *at, int64_t records,
                 int64_t at_ms)
{
    const struct loss_extent none = {0};
    const struct loss_times times = {PT_UNKNOWN, PT_UNKNOWN, at_ms};
    sum_up(sum, at, records, &none, &times);
}

static void note_open(struct loss_marks *open, const struct loss_extent *whole)
{
    struct loss_mark mark = {.kind = whole->kind,
                             .partition = whole->partition,
                             .from = whole->from,
                             .to = whole->to,
                             .records = whole->records,
                             .end = whole->end};
    text_copy(mark.topic, sizeof mark.topic, whole->topic);
    loss_marks_add(open, &mark);
}

void loss_sum_extent(const struct losses_ask *ask, struct loss_sums *sums,
                     const struct loss_partition *at, struct loss_extent *extent,
                     const struct loss_times *times)
{
    const struct loss_extent whole = *extent;
    if (extent->records <= 0)
        return;
    const struct loss_mark *mark = loss_marks_apply(ask->marks, extent);
    if (mark != NULL) {
        struct loss_extent covered = whole;
        covered.to = extent->records > 0 ? extent->from : whole.to;
        sum_up(&sums->marked, at, whole.records - extent->records, &covered, times);
        if (sums->mark == NULL || mark->marked_ms > sums->mark->marked_ms)
            sums->mark = mark;
    }
    sum_up(&sums->told, at, extent->records, extent, times);
    if (extent->records > 0 && ask->open != NULL && sums->is_grave)
        note_open(ask->open, &whole);
}

/* "demo.pin-0", "3 partitions (most in demo.pin-0)" */
const char *loss_where(const struct loss_sum *sum, char out[340])
{
    if (sum->n == 1)
        snprintf(out, 340, "%s-%d", sum->most->topic, sum->most->partition);
    else
        snprintf(out, 340, "%d partitions (most in %s-%d)", sum->n, sum->most->topic,
                 sum->most->partition);
    return out;
}

void loss_say_marked(const struct loss_sums *sums, const char *what, struct losses *out)
{
    char place[340], at[40];
    const struct loss_sum *sum = &sums->marked;
    if (sum->n == 0 || sums->mark == NULL)
        return;
    losses_add(out, "loss-acknowledged", sum->at_ms, sum->records,
               "%" PRId64 " records of %s %s (offset %" PRId64 " to %" PRId64
               "): acknowledged %s by %s",
               sum->records, loss_where(sum, place), what, sum->from, sum->to - 1,
               loss_when(sums->mark->marked_ms, at), sums->mark->by);
}

bool loss_is_settled(const struct loss *loss)
{
    return strcmp(loss->rule->id, "loss-acknowledged") == 0 ||
           strcmp(loss->rule->id, "lost-under-old-group") == 0;
}

void losses_of_former(const struct losses *found, const char *group, int64_t now_ms,
                      struct losses *out)
{
    char at[40];
    for (size_t i = 0; i < found->n; i++) {
        const struct loss *loss = &found->items[i];
        if (loss->rule->weight != RULE_WARNING)
            losses_add(out, "lost-under-old-group", loss->since_ms, loss->lost_records,
                       "under the former group %s, which the connector had until %s: %s", group,
                       loss_when(now_ms, at), loss->says);
    }
}
