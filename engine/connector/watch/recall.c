/* The losses that one pintop has seen are kept for those that run later, so that `status` after the
 * dashboard reports the same. They are stored with each list of connectors (loss_file.h). */
#include <string.h>

#include "base/text.h"
#include "connector/watch/internal.h"
#include "connector/watch/losses.h"
#include "connector/watch/worker.h"

enum {
    SEEN_MS = 24 * 3600 * 1000,
    HURRY_MS = 60000 /* while they cannot be stored, the list is not requested all the time */
};

static bool is_of_row(const struct loss_mark *mark, const struct lag_row *row)
{
    return mark->partition == row->partition && strcmp(mark->topic, row->topic) == 0;
}

void conn_losses_recall(struct conn_model *cm, int64_t now_ms)
{
    for (size_t i = 0; i < cm->losses.seen.n; i++) {
        const struct loss_mark *mark = &cm->losses.seen.items[i];
        for (size_t k = 0; k < cm->n_rows && now_ms - mark->marked_ms < SEEN_MS; k++)
            if (is_of_row(mark, &cm->rows[k])) {
                const struct lag_row *row = &cm->rows[k];
                const struct loss_look now = {
                    .committed = row->committed, .low = row->low, .high = row->high};
                losses_recall(&cm->rows[k].loss, mark, &now);
            }
    }
}

static void add_mark(const struct conn_model *cm, const struct lag_row *row, const char *cluster,
                     struct loss_mark *mark, struct loss_marks *out)
{
    text_copy(mark->cluster, sizeof mark->cluster, cluster);
    text_copy(mark->connector, sizeof mark->connector, cm->conn.id);
    text_copy(mark->group, sizeof mark->group, cm->group);
    text_copy(mark->topic, sizeof mark->topic, row->topic);
    mark->partition = row->partition;
    mark->end = row->high;
    loss_marks_add(out, mark); /* when out of memory, the next list takes it */
}

static bool is_written_down(const struct conn_model *cm, const struct lag_row *row,
                            const struct loss_mark *mark)
{
    for (size_t i = 0; i < cm->losses.seen.n; i++)
        if (is_of_row(&cm->losses.seen.items[i], row) &&
            losses_is_written_down(mark, &cm->losses.seen.items[i]))
            return true;
    return false;
}

static void fill_seen_of_row(const struct conn_model *cm, const struct lag_row *row,
                             const char *cluster, struct loss_marks *out)
{
    static const enum loss_kind kinds[] = {LOSS_DELETED, LOSS_SKIPPED};
    struct loss_mark mark;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (losses_to_recall(&row->loss, kinds[k], &mark) && !is_written_down(cm, row, &mark))
            add_mark(cm, row, cluster, &mark, out);
    for (size_t i = 0; i < cm->losses.seen.n; i++) {
        const struct loss_mark *seen = &cm->losses.seen.items[i];
        if (!is_of_row(seen, row) || !losses_is_put_right(&row->loss, seen))
            continue;
        mark = *seen;
        mark.records = 0;
        add_mark(cm, row, cluster, &mark, out);
    }
}

static void fill_seen_of(const struct conn_model *cm, const char *cluster, struct loss_marks *out)
{
    for (size_t i = 0; i < cm->n_rows; i++)
        fill_seen_of_row(cm, &cm->rows[i], cluster, out);
}

void conn_losses_hurry(struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    struct conn_losses *own = &cm->losses;
    struct loss_marks fresh = {0};
    bool is_due = own->hurried_ms == 0 || now_ms - own->hurried_ms >= HURRY_MS;
    if (cs->ops == NULL || cs->pause_ms > 0 || own->marks_version == 0 || !is_due)
        return;
    fill_seen_of(cm, "", &fresh);
    if (fresh.n > 0) {
        own->hurried_ms = now_ms;
        cs->next_ms = 0;
    }
    loss_marks_done(&fresh);
}

void conn_losses_fill_seen(const struct conn_models *cs, struct conn_job *job)
{
    const struct watch_report *r = cs->report;
    for (size_t i = 0; r != NULL && i < cs->n; i++)
        if (!cs->items[i].is_gone && cs->items[i].losses.marks_version != 0)
            fill_seen_of(&cs->items[i], r->cluster_id, &job->marks);
}
