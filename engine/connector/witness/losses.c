#include "connector/witness/losses.h"

#include <string.h>

#include "base/text.h"

/* ------------------------------------------------------------------ one partition */

void losses_begin(struct loss_row *row)
{
    memset(row, 0, sizeof *row);
    row->deleted_seen_ms = row->written_from_ms = row->written_to_ms = PT_UNKNOWN;
    row->skipped_ms = row->repeated_ms = row->beyond_since_ms = row->uncovered_ms = PT_UNKNOWN;
    row->uncovered_grown_ms = row->uncovered_records = PT_UNKNOWN;
    row->first_committed = row->reborn_ms = row->held_by = PT_UNKNOWN;
    row->deleted_born_ms = row->skipped_born_ms = PT_UNKNOWN;
    row->reborn_at = -1;
}

static bool losses_is_known(int64_t value)
{
    return value != PT_UNKNOWN;
}

/* The log begins after what the group committed. */
static void note_deleted(struct loss_row *row, const struct loss_look *before,
                         const struct loss_look *now, int64_t now_ms)
{
    int64_t from = now->committed;
    if (!losses_is_known(now->committed) || !losses_is_known(now->low))
        return;
    if (now->low <= now->committed) {
        row->was_whole = true;
        return;
    }
    if (row->deleted > 0 && from < row->deleted_to)
        from = row->deleted_to;
    if (now->low <= from)
        return;
    if (row->deleted == 0) {
        row->deleted_from = from;
        row->was_read = false;
        row->deleted_born_ms = now_ms;
        row->written_from_ms = before != NULL ? before->first_ms : PT_UNKNOWN;
    }
    row->deleted += now->low - from;
    row->deleted_to = now->low;
    row->deleted_seen_ms = now_ms;
    row->written_to_ms = PT_UNKNOWN;
}

/* A commit that no member of the group can have made. */
static void note_moved(struct loss_row *row, const struct loss_look *before,
                       const struct loss_look *now, int64_t now_ms)
{
    if (before == NULL || !now->is_nobody_there || !losses_is_known(before->committed) ||
        !losses_is_known(now->committed) || now->committed == before->committed)
        return;
    if (now->committed < before->committed) {
        row->repeated = before->committed - now->committed;
        row->repeated_ms = now_ms;
        /* The offset is back where it was: nothing is skipped after all. */
        if (row->skipped > 0 && now->committed <= row->skipped_from)
            row->skipped = 0;
        return;
    }
    if (row->skipped == 0) {
        row->skipped_from = before->committed;
        row->skipped_born_ms = now_ms;
    }
    row->skipped += now->committed - before->committed;
    row->skipped_to = now->committed;
    row->skipped_ms = now_ms;
}

/* An end that did not fall may be outdated, from a leader that does not answer. */
static void note_beyond(struct loss_row *row, const struct loss_look *before,
                        const struct loss_look *now, int64_t now_ms)
{
    bool is_beyond =
        losses_is_known(now->committed) && losses_is_known(now->high) && now->committed > now->high;
    bool has_fallen = before == NULL || (losses_is_known(before->high) && now->high < before->high);
    is_beyond = is_beyond && (losses_is_known(row->beyond_since_ms) || has_fallen);
    if (!is_beyond)
        row->beyond_since_ms = PT_UNKNOWN;
    else if (!losses_is_known(row->beyond_since_ms))
        row->beyond_since_ms = now_ms;
    row->beyond = is_beyond ? now->committed - now->high : 0;
}

/* Returns how many of the offsets after the newest object are records that it cannot hold. */
static int64_t uncovered_records(const struct loss_look *now, int64_t from, int64_t holds)
{
    const struct newest_gaps *gaps = now->gaps;
    if (gaps == NULL || gaps->tail_to != now->newest_committed || gaps->tail_from != from ||
        !losses_is_known(gaps->tail_records))
        return PT_UNKNOWN;
    return gaps->tail_records > holds ? gaps->tail_records - holds : 0;
}

/* Returns what the newest object may hold: the earlier flush.size, if it was larger before that
 * object was found. */
static int64_t flush_of_newest(struct loss_row *row, const struct loss_look *now,
                               int64_t flush_size)
{
    if (flush_size > row->flush_most)
        row->flush_most = flush_size;
    if (now->newest_offset != row->held_by) {
        row->held_by = now->newest_offset;
        row->held_most = row->flush_most;
        row->flush_most = flush_size;
    }
    return row->held_most > flush_size ? row->held_most : flush_size;
}

/* The newest object holds at most flush.size records, and was searched for after the commit:
 * anything committed beyond that is in no object. */
static void note_uncovered(struct loss_row *row, const struct loss_look *now, int64_t flush_size,
                           int64_t now_ms)
{
    int64_t from = now->newest_offset >= 0 ? now->newest_offset : row->first_committed, holds = 0;
    int64_t most = flush_of_newest(row, now, flush_size);
    if (!now->is_newest_sure || flush_size <= 0 || !losses_is_known(now->newest_committed))
        return;
    if (now->newest_offset >= 0)
        holds = now->gaps != NULL && now->gaps->widest > most ? now->gaps->widest : most;
    if (!losses_is_known(from) || now->newest_committed <= from + holds) {
        row->uncovered = 0;
        row->was_covered = row->was_covered || losses_is_known(from);
        return;
    }
    if (row->uncovered == 0)
        row->uncovered_ms = now_ms;
    if (now->newest_committed - (from + holds) > row->uncovered)
        row->uncovered_grown_ms = now_ms;
    row->uncovered = now->newest_committed - (from + holds);
    row->uncovered_from = from + holds;
    row->uncovered_records = uncovered_records(now, from, holds);
}

/* Objects that begin beyond the end of the log belong to another topic of the same name. */
static void note_reborn(struct loss_row *row, const struct loss_look *now, int64_t now_ms)
{
    bool is_reborn = losses_is_known(now->high) && now->newest_offset >= 0 && now->high > 0 &&
                     now->newest_offset >= now->high && losses_is_known(now->committed) &&
                     now->committed <= now->high;
    if (!is_reborn)
        row->reborn_ms = PT_UNKNOWN;
    else if (!losses_is_known(row->reborn_ms))
        row->reborn_ms = now_ms;
    row->reborn_at = is_reborn ? now->newest_offset : -1;
}

void losses_look(struct loss_row *row, const struct loss_look *before, const struct loss_look *now,
                 int64_t flush_size, int64_t now_ms)
{
    if (!losses_is_known(row->first_committed))
        row->first_committed = now->committed;
    note_deleted(row, before, now, now_ms);
    if (row->deleted > 0 && !losses_is_known(row->written_to_ms) &&
        losses_is_known(now->first_ms) && now->first_ms != row->written_from_ms)
        row->written_to_ms = now->first_ms;
    /* The sink wrote the object that begins there: it had read these records before they were
     * deleted. */
    if (row->deleted > 0 && now->newest_offset == row->deleted_from &&
        losses_is_known(now->committed) && now->committed >= row->deleted_to) {
        row->deleted = 0;
        row->was_read = true;
    }
    note_moved(row, before, now, now_ms);
    note_beyond(row, before, now, now_ms);
    note_uncovered(row, now, flush_size, now_ms);
    note_reborn(row, now, now_ms);
    if (now->gaps != NULL)
        row->gaps = *now->gaps;
}

/* ------------------------------------------------------------------ dead letters */

void dead_letters_init(struct dead_letters *dead)
{
    memset(dead, 0, sizeof *dead);
    dead->asked_ms = dead->records = dead->end = dead->first_end = PT_UNKNOWN;
    dead->grown_ms = dead->newest_ms = PT_UNKNOWN;
}

void dead_letters_name(struct dead_letters *dead, const char *topic)
{
    if (strcmp(dead->topic, topic) == 0)
        return;
    dead_letters_init(dead);
    text_copy(dead->topic, sizeof dead->topic, topic);
}

void dead_letters_look(struct dead_letters *dead, int64_t low, int64_t high, int64_t newest_ms,
                       int64_t now_ms)
{
    if (!losses_is_known(dead->first_end))
        dead->first_end = high;
    if (losses_is_known(dead->end) && high > dead->end)
        dead->grown_ms = now_ms;
    dead->end = high;
    dead->records = high - low;
    dead->asked_ms = now_ms;
    if (losses_is_known(newest_ms))
        dead->newest_ms = newest_ms;
}
