/* What one pintop has seen of losses, for those that come later: nothing tells it anew. */
#include <string.h>

#include "connector/losses.h"

/* One log only grows, and what was deleted from it stays deleted. */
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
        row->was_whole = true; /* that one saw it come */
    }
    /* Set back to where it stood, the group takes them after all. */
    bool is_back = (committed != PT_UNKNOWN && committed <= seen->from) ||
                   (row->repeated_ms != PT_UNKNOWN && row->repeated_ms >= seen->marked_ms);
    if (seen->kind == LOSS_SKIPPED && row->skipped == 0 && !is_back) {
        row->skipped = seen->records;
        row->skipped_from = seen->from;
        row->skipped_to = seen->to;
        row->skipped_ms = row->skipped_born_ms = seen->marked_ms;
    }
}

/* What is written down is no loss any more: the group was set back, or the object came. */
static bool is_put_right(const struct loss_row *row, const struct loss_mark *known)
{
    if (known == NULL || known->records <= 0)
        return false;
    if (known->kind == LOSS_DELETED)
        return row->deleted == 0 && row->was_read && row->deleted_from == known->from;
    return row->skipped == 0 && row->repeated_ms != PT_UNKNOWN &&
           row->repeated_ms >= known->marked_ms;
}

bool losses_to_recall(const struct loss_row *row, enum loss_kind kind,
                      const struct loss_mark *known, struct loss_mark *mark)
{
    memset(mark, 0, sizeof *mark);
    mark->kind = kind;
    mark->written_from_ms = mark->written_to_ms = PT_UNKNOWN;
    if (is_put_right(row, known)) {
        *mark = *known;
        mark->records = 0;
        return true;
    }
    if (kind == LOSS_DELETED && row->deleted > 0) {
        mark->from = row->deleted_from;
        mark->to = row->deleted_to;
        mark->records = row->deleted;
        mark->marked_ms = row->deleted_seen_ms;
        mark->written_from_ms = row->written_from_ms;
        mark->written_to_ms = row->written_to_ms;
    } else if (kind == LOSS_SKIPPED && row->skipped > 0) {
        mark->from = row->skipped_from;
        mark->to = row->skipped_to;
        mark->records = row->skipped;
        mark->marked_ms = row->skipped_ms;
    }
    bool is_known = known != NULL && known->from == mark->from && known->to == mark->to &&
                    known->records == mark->records && known->written_to_ms == mark->written_to_ms;
    return mark->records > 0 && mark->to > mark->from && !is_known;
}
