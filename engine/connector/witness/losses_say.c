/* The words for the losses that were seen, by kind. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "connector/witness/losses_private.h"

enum {
    DAY_MS = 24 * 3600 * 1000, /* an older loss is only a remark */
    BEYOND_MS = 10 * 1000,     /* ends and commits are read one after the other */
    FRESH_LETTER_MS = 3600 * 1000
};

static bool losses_say_is_known(int64_t value)
{
    return value != PT_UNKNOWN;
}

static void say_deleted(const struct losses_ask *ask, struct losses *out)
{
    struct loss_sums sums = {.is_grave = true};
    char place[340], span[120];
    for (size_t i = 0; i < ask->n; i++) {
        const struct loss_partition *at = &ask->rows[i];
        const struct loss_row *row = at->row;
        struct loss_extent extent = {.kind = LOSS_DELETED,
                                     .topic = at->topic,
                                     .partition = at->partition,
                                     .from = row->deleted_from,
                                     .to = row->deleted_to,
                                     .records = row->deleted,
                                     .born_ms = row->deleted_born_ms,
                                     .is_found = !row->was_whole,
                                     .is_even = true,
                                     .end = at->high};
        const struct loss_times times = {row->written_from_ms, row->written_to_ms,
                                         row->deleted_seen_ms};
        loss_sum_extent(ask, &sums, at, &extent, &times);
    }
    loss_say_marked(&sums, "were deleted by retention before they were read", out);
    const struct loss_sum *sum = &sums.told;
    if (sum->n == 0)
        return;
    struct loss *loss = losses_add(
        out, "lost-to-retention", sum->at_ms, sum->records,
        "%" PRId64 " records of %s were deleted by retention before %s read them (its committed "
        "offset was %" PRId64 ", the topic begins at %" PRId64 ")%s",
        sum->records, loss_where(sum, place), ask->conn->name, sum->most->row->deleted_from,
        sum->most->row->deleted_to, loss_between(", written", sum->from_ms, sum->to_ms, span));
    loss_mend(
        loss,
        "Generate the records again from their source, because Kafka does not have them any more. "
        "Raise retention.ms of %s until the connector has caught up, and fix what slows it",
        sum->most->topic);
}

static void say_skipped(const struct losses_ask *ask, struct losses *out)
{
    struct loss_sums sums = {.is_grave = true};
    char place[340], when[40];
    for (size_t i = 0; i < ask->n; i++) {
        const struct loss_partition *at = &ask->rows[i];
        const struct loss_row *row = at->row;
        struct loss_extent extent = {.kind = LOSS_SKIPPED,
                                     .topic = at->topic,
                                     .partition = at->partition,
                                     .from = row->skipped_from,
                                     .to = row->skipped_to,
                                     .records = row->skipped,
                                     .born_ms = row->skipped_born_ms,
                                     .is_even = true,
                                     .end = at->high};
        const struct loss_times times = {PT_UNKNOWN, PT_UNKNOWN, row->skipped_ms};
        loss_sum_extent(ask, &sums, at, &extent, &times);
    }
    loss_say_marked(&sums, "were skipped because an offset was moved forward", out);
    const struct loss_sum *sum = &sums.told;
    if (sum->n == 0)
        return;
    const struct loss_row *most = sum->most->row;
    struct loss *loss = losses_add(
        out, "lost-to-reset", sum->at_ms, sum->records,
        "%" PRId64
        " records of %s were skipped: the offset of group %s was moved forward from %" PRId64
        " to %" PRId64 " at %s, while the group had no consumer",
        sum->records, loss_where(sum, place), ask->group, most->skipped_from, most->skipped_to,
        loss_when(sum->at_ms, when));
    loss_mend(
        loss,
        "If that was not intended, stop the connector and reset the group: "
        "`kafka-consumer-groups.sh --group %s --topic %s:%d --reset-offsets --to-offset %" PRId64
        " --execute`, as long as Kafka keeps the records. What was read since is then written a "
        "second time, into other objects",
        ask->group, sum->most->topic, sum->most->partition, sum->from);
}

static void say_beyond(const char *group, const struct loss_partition *rows, size_t n,
                       int64_t now_ms, struct losses *out)
{
    struct loss_sum sum = {0};
    char place[340];
    for (size_t i = 0; i < n; i++) {
        const struct loss_row *row = rows[i].row;
        if (losses_say_is_known(row->beyond_since_ms) && now_ms - row->beyond_since_ms >= BEYOND_MS)
            loss_sum_up(&sum, &rows[i], row->beyond, row->beyond_since_ms);
    }
    if (sum.n == 0)
        return;
    struct loss *loss = losses_add(out, "offset-beyond-end", sum.at_ms, PT_UNKNOWN,
                                   "the committed offset of group %s is %" PRId64
                                   " beyond the end of %s: the topic was deleted and created "
                                   "again, or lost its newest records; new records may be skipped",
                                   group, sum.most_records, loss_where(&sum, place));
    loss_mend(loss,
              "Stop the connector and set the group to the start: `kafka-consumer-groups.sh "
              "--group %s --topic %s:%d --reset-offsets --to-earliest --execute`, and do so for "
              "each partition that is affected",
              group, sum.most->topic, sum.most->partition);
}

static void say_reborn(const struct loss_partition *rows, size_t n, int64_t now_ms,
                       struct losses *out)
{
    struct loss_sum sum = {0};
    char place[340];
    for (size_t i = 0; i < n; i++) {
        const struct loss_row *row = rows[i].row;
        if (losses_say_is_known(row->reborn_ms) && now_ms - row->reborn_ms >= BEYOND_MS)
            loss_sum_up(&sum, &rows[i], row->reborn_at + 1, row->reborn_ms);
    }
    if (sum.n > 0)
        losses_add(out, "objects-of-another-topic", sum.at_ms, PT_UNKNOWN,
                   "objects of %s begin at offset %" PRId64
                   ", beyond the end of the topic: they belong to an older topic of that name, and "
                   "the sink overwrites them as the new topic's offsets reach them",
                   loss_where(&sum, place), sum.most->row->reborn_at);
}

static void say_repeated(const char *group, const struct loss_partition *rows, size_t n,
                         struct losses *out)
{
    struct loss_sum sum = {0};
    char place[340], at[40];
    for (size_t i = 0; i < n; i++)
        loss_sum_up(&sum, &rows[i], rows[i].row->repeated, rows[i].row->repeated_ms);
    if (sum.n > 0)
        losses_add(out, "offset-set-back", sum.at_ms, 0,
                   "the offset of group %s was moved back by %" PRId64
                   " in %s at %s: those records are read again",
                   group, sum.records, loss_where(&sum, place), loss_when(sum.at_ms, at));
}

static int64_t losses_say_later(int64_t a, int64_t b)
{
    return !losses_say_is_known(a) || (losses_say_is_known(b) && b > a) ? b : a;
}

/* Returns how many came since the last acknowledgement, or since pintop watches; *mark is out.
 * In a topic that other connectors use, too, their origin is unknown. */
static int64_t count_letters(const struct losses_ask *ask, const struct loss_mark **mark)
{
    const struct dead_letters *dead = ask->dead;
    struct loss_extent extent = {.kind = LOSS_DEAD,
                                 .topic = dead->topic,
                                 .partition = -1,
                                 .to = dead->end,
                                 .records = dead->end,
                                 .is_found = true,
                                 .is_even = true,
                                 .end = dead->end};
    *mark = loss_marks_apply(ask->marks, &extent);
    return *mark != NULL ? extent.records : dead->end - dead->first_end;
}

static void note_letters(const struct losses_ask *ask)
{
    const struct dead_letters *dead = ask->dead;
    struct loss_mark mark = {.kind = LOSS_DEAD,
                             .partition = -1,
                             .to = dead->end,
                             .records = dead->records,
                             .end = dead->end};
    text_copy(mark.topic, sizeof mark.topic, dead->topic);
    if (ask->open != NULL)
        loss_marks_add(ask->open, &mark);
}

static void say_letters(const struct losses_ask *ask, int64_t grown, const struct loss_mark *mark,
                        struct losses *out)
{
    const struct dead_letters *dead = ask->dead;
    char at[40], then[40] = "", newest[80] = "";
    int64_t seen_ms = losses_say_later(dead->newest_ms, dead->grown_ms);
    bool is_former = losses_say_is_known(ask->group_since_ms) && losses_say_is_known(seen_ms) &&
                     seen_ms <= ask->group_since_ms; /* of the group it had before */
    bool is_fresh = !dead->is_shared && !is_former && losses_say_is_known(seen_ms) &&
                    ask->now_ms - seen_ms <= FRESH_LETTER_MS;
    struct loss *loss;
    if (losses_say_is_known(seen_ms))
        snprintf(newest, sizeof newest, ", the newest of %s", loss_when(seen_ms, at));
    if (mark != NULL)
        loss_when(mark->marked_ms, then);
    if (grown > 0 && !dead->is_shared)
        loss =
            losses_add(out, "dead-letters", seen_ms, grown,
                       "%" PRId64 " records went to the dead letter queue topic %s instead of the "
                       "bucket %s%s; it holds %" PRId64 "%s",
                       grown, dead->topic,
                       mark != NULL ? "since the last acknowledgement, " : "while pintop watched",
                       then, dead->records, newest);
    else
        loss =
            losses_add(out, is_fresh ? "dead-letters" : "old-dead-letters", seen_ms, dead->records,
                       "the dead letter queue topic %s holds %" PRId64 " records%s%s", dead->topic,
                       dead->records,
                       dead->is_shared ? ", of this connector or of another one that uses it"
                                       : " that are not in the bucket",
                       newest);
    loss_mend(loss,
              "Read the headers of the records, which give the reason "
              "(__connect.errors.exception.message) when "
              "errors.deadletterqueue.context.headers.enable is true: `pintop topics peek %s`",
              dead->topic);
    if ((grown > 0 || is_fresh) && !dead->is_shared)
        note_letters(ask);
}

static void say_dead(const struct losses_ask *ask, struct losses *out)
{
    const struct dead_letters *dead = ask->dead;
    const struct loss_mark *mark;
    char at[40];
    if (dead->topic[0] == '\0' || !losses_say_is_known(dead->records) || dead->records <= 0)
        return;
    int64_t grown = count_letters(ask, &mark);
    if (mark == NULL || grown > 0) {
        say_letters(ask, grown, mark, out);
        return;
    }
    losses_add(
        out, "loss-acknowledged", losses_say_later(dead->newest_ms, dead->grown_ms), dead->records,
        "there are %" PRId64 " records in the dead letter queue topic %s: acknowledged %s by %s",
        dead->records, dead->topic, loss_when(mark->marked_ms, at), mark->by);
}

static bool is_so_now(const char *rule)
{
    return strcmp(rule, "offset-beyond-end") == 0 || strcmp(rule, "objects-of-another-topic") == 0;
}

/* Old findings are history: reported, but not an alarm. */
static void losses_say_age(struct losses *out, int64_t now_ms)
{
    for (size_t i = 0; i < out->n; i++)
        if (!loss_is_settled(&out->items[i]) && losses_say_is_known(out->items[i].since_ms) &&
            now_ms - out->items[i].since_ms > DAY_MS && !is_so_now(out->items[i].rule->id))
            out->items[i].rule = rules_by_id("lost-long-ago");
}

void losses_sort(struct losses *out)
{
    for (size_t i = 1; i < out->n; i++)
        for (size_t k = i; k > 0 && out->items[k].rule->weight > out->items[k - 1].rule->weight;
             k--) {
            struct loss loss = out->items[k];
            out->items[k] = out->items[k - 1];
            out->items[k - 1] = loss;
        }
}

void losses_say(const struct losses_ask *ask, struct losses *out)
{
    memset(out, 0, sizeof *out);
    say_deleted(ask, out);
    say_skipped(ask, out);
    losses_say_missing(ask, out);
    say_dead(ask, out);
    say_beyond(ask->group, ask->rows, ask->n, ask->now_ms, out);
    say_reborn(ask->rows, ask->n, ask->now_ms, out);
    say_repeated(ask->group, ask->rows, ask->n, out);
    losses_say_age(out, ask->now_ms);
    losses_sort(out);
}
