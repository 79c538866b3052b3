/* Keeps what one pintop has seen of losses for later ones, because no source reports it again. */
#include <string.h>

#include "connector/witness/losses.h"

/* A log only grows, and what was deleted from it stays deleted. */
static bool is_other_log(const struct loss_mark *seen, const struct loss_look *now)
{
    bool ends_before = now->high != PT_UNKNOWN && seen->end != PT_UNKNOWN && now->high < seen->end;
    bool begins_before =
        seen->kind == LOSS_DELETED && now->low != PT_UNKNOWN && now->low < seen->to;
    return ends_before || begins_before;
}

void losses_recall(struct loss_row *row, const struct loss_mark *seen, const struct loss_look *now)
{
    int64_t committed = now->committed;
    if (seen->records <= 0 || is_other_log(seen, now))
        return;
    bool was_read = row->was_read && row->deleted_from == seen->from;
    if (seen->kind == LOSS_DELETED && row->deleted == 0 && !was_read) {
        row->deleted = seen->records;
        row->deleted_from = seen->from;
        row->deleted_to = seen->to;
        row->deleted_seen_ms = row->deleted_born_ms = seen->marked_ms;
        row->written_from_ms = seen->written_from_ms;
        row->written_to_ms = seen->written_to_ms;
        row->was_whole = true; /* the other pintop saw it happen */
    }
    /* When the group is moved back to where it was, it reads them after all. */
    bool is_back = (committed != PT_UNKNOWN && committed <= seen->from) ||
                   (row->repeated_ms != PT_UNKNOWN && row->repeated_ms >= seen->marked_ms);
    if (seen->kind == LOSS_SKIPPED && row->skipped == 0 && !is_back) {
        row->skipped = seen->records;
        row->skipped_from = seen->from;
        row->skipped_to = seen->to;
        row->skipped_ms = row->skipped_born_ms = seen->marked_ms;
    }
}

bool losses_is_put_right(const struct loss_row *row, const struct loss_mark *seen)
{
    if (seen->records <= 0)
        return false;
    if (seen->kind == LOSS_DELETED)
        return row->deleted == 0 && row->was_read && row->deleted_from == seen->from;
    return row->skipped == 0 && row->repeated_ms != PT_UNKNOWN &&
           row->repeated_ms >= seen->marked_ms;
}

bool losses_is_written_down(const struct loss_mark *mark, const struct loss_mark *seen)
{
    bool contains = seen->from <= mark->from && seen->to >= mark->to;
    bool is_newer = seen->records > 0 || seen->marked_ms >= mark->marked_ms;
    bool has_times = seen->written_to_ms != PT_UNKNOWN || mark->written_to_ms == PT_UNKNOWN;
    return seen->kind == mark->kind && contains && is_newer && has_times;
}

bool losses_to_recall(const struct loss_row *row, enum loss_kind kind, struct loss_mark *mark)
{
    bool is_deleted = kind == LOSS_DELETED && row->deleted > 0;
    bool is_skipped = kind == LOSS_SKIPPED && row->skipped > 0;
    if (!is_deleted && !is_skipped)
        return false;
    memset(mark, 0, sizeof *mark);
    mark->kind = kind;
    mark->from = is_deleted ? row->deleted_from : row->skipped_from;
    mark->to = is_deleted ? row->deleted_to : row->skipped_to;
    mark->records = is_deleted ? row->deleted : row->skipped;
    mark->marked_ms = is_deleted ? row->deleted_seen_ms : row->skipped_ms;
    mark->written_from_ms = is_deleted ? row->written_from_ms : PT_UNKNOWN;
    mark->written_to_ms = is_deleted ? row->written_to_ms : PT_UNKNOWN;
    return mark->to > mark->from;
}
