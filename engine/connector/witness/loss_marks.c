#include "connector/witness/loss_marks.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[LOSS_KINDS] = {
    [LOSS_DELETED] = "deleted-by-retention",
    [LOSS_SKIPPED] = "offset-set-forward",
    [LOSS_MISSING] = "in-no-object",
    [LOSS_DEAD] = "dead-letters",
};

const char *loss_kind_word(enum loss_kind kind)
{
    return (int)kind >= 0 && kind < LOSS_KINDS ? words[kind] : NULL;
}

enum loss_kind loss_kind_of(const char *word)
{
    enum loss_kind kind = LOSS_DELETED;
    while (kind < LOSS_KINDS && strcmp(words[kind], word) != 0)
        kind++;
    return kind;
}

void loss_marks_done(struct loss_marks *marks)
{
    free(marks->items);
    *marks = (struct loss_marks){0};
}

bool loss_marks_add(struct loss_marks *marks, const struct loss_mark *mark)
{
    struct loss_mark *grown = realloc(marks->items, (marks->n + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    marks->items = grown;
    grown[marks->n++] = *mark;
    return true;
}

static bool loss_marks_is_of(const struct loss_mark *mark, const char *cluster,
                             const char *connector, const char *group)
{
    return strcmp(mark->cluster, cluster) == 0 && strcmp(mark->connector, connector) == 0 &&
           strcmp(mark->group, group) == 0;
}

static void loss_marks_drop(struct loss_marks *marks, size_t i)
{
    memmove(&marks->items[i], &marks->items[i + 1], (marks->n - i - 1) * sizeof *marks->items);
    marks->n--;
}

static bool loss_marks_contains(const struct loss_mark *mark, const struct loss_mark *old)
{
    return old->kind == mark->kind && old->partition == mark->partition &&
           strcmp(old->topic, mark->topic) == 0 && old->from >= mark->from && old->to <= mark->to &&
           loss_marks_is_of(old, mark->cluster, mark->connector, mark->group);
}

bool loss_marks_put(struct loss_marks *marks, const struct loss_mark *mark, size_t max)
{
    for (size_t i = marks->n; i > 0; i--)
        if (loss_marks_contains(mark, &marks->items[i - 1]))
            loss_marks_drop(marks, i - 1);
    while (marks->n > 0 && marks->n >= max)
        loss_marks_drop(marks, 0);
    return loss_marks_add(marks, mark);
}

bool loss_marks_of(const struct loss_marks *all, const char *cluster, const char *connector,
                   const char *group, struct loss_marks *out)
{
    bool is_good = true;
    *out = (struct loss_marks){0};
    for (size_t i = 0; i < all->n && is_good; i++)
        if (loss_marks_is_of(&all->items[i], cluster, connector,
                             all->items[i].kind == LOSS_DEAD ? all->items[i].group : group))
            is_good = loss_marks_add(out, &all->items[i]);
    if (!is_good)
        loss_marks_done(out);
    return is_good;
}

/* The range alone proves nothing: offsets restart in a topic that is created again, and a group
 * that is reset back and forth loses the same ones a second time. */
static bool does_cover(const struct loss_mark *mark, const struct loss_extent *e)
{
    bool is_there = e->from >= mark->from && e->from < mark->to;
    bool is_later = !e->is_found && e->born_ms > mark->marked_ms;
    bool is_other_log = mark->end != PT_UNKNOWN && e->end != PT_UNKNOWN && e->end < mark->end;
    return mark->kind == e->kind && mark->partition == e->partition &&
           strcmp(mark->topic, e->topic) == 0 && is_there && !is_later && !is_other_log &&
           (e->is_even || e->to <= mark->to);
}

const struct loss_mark *loss_marks_apply(const struct loss_marks *marks, struct loss_extent *extent)
{
    const struct loss_mark *best = NULL;
    for (size_t i = 0; marks != NULL && i < marks->n; i++)
        if (does_cover(&marks->items[i], extent) && (best == NULL || marks->items[i].to > best->to))
            best = &marks->items[i];
    if (best == NULL)
        return NULL;
    int64_t left = extent->to > best->to ? extent->to - best->to : 0;
    extent->from = best->to < extent->to ? best->to : extent->to;
    extent->records = extent->records < left ? extent->records : left;
    return best;
}
