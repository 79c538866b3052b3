/* The change from one snapshot to the next, for the other end of a socket and for a recording.
 * Sections are compared by pointer: those that did not change are shared. */
#include "report/delta.h"

#include <string.h>

#include "desk/section.h"
#include "pintop/report.h"
#include "pintop/series.h"
#include "report/reader.h"
#include "report/settle.h"
#include "report/tables.h"
#include "report/writer.h"

static const struct field delta_result_fields[] = {
    PLAIN(delta_result, id, "id", 0),
};
static const struct field_table delta_result_table = TABLE(delta_result, delta_result_fields);

/* "keyframe" comes first, so that who looks for one need not read the line. */
static const struct field delta_fields[] = {
    PLAIN(delta, is_keyframe, "keyframe", 0),
    PLAIN(delta, events_from, "events_from", 0),
    PLAIN(delta, log_from, "log_from", 0),
    ROWS(delta, results, n_results, "results_order", delta_result_table),
    INLINE(delta, root, snapshot_table),
};
const struct field_table delta_table = TABLE(delta, delta_fields);

const struct pt_result *delta_find_result(const struct pt_completed_section *completed, uint64_t id)
{
    for (size_t i = completed->n_results; i > 0; i--)
        if (completed->results[i - 1]->id == id)
            return completed->results[i - 1];
    return NULL;
}

/* ---- writing ---- */

/* How many of the first events of a section the one before has, too. */
static size_t delta_shared(const struct pt_event *const *now, uint64_t now_first, size_t n_now,
                           const struct pt_event *const *old, uint64_t old_first, size_t n_old)
{
    if (now_first < old_first || now_first - old_first >= n_old)
        return 0;
    size_t skip = (size_t)(now_first - old_first), n = n_old - skip < n_now ? n_old - skip : n_now;
    for (size_t i = 0; i < n; i++)
        if (now[i] != old[skip + i])
            return 0;
    return n;
}

static void delta_trim_events(struct pt_events_section *now, const struct pt_events_section *old)
{
    size_t n = delta_shared(now->events, now->first_number, now->n_events, old->events,
                            old->first_number, old->n_events);
    now->events += n;
    now->n_events -= n;
    now->first_number += n;
}

static void delta_trim_log(struct pt_log_section *now, const struct pt_log_section *old)
{
    size_t n = delta_shared(now->lines, now->first_number, now->n_lines, old->lines,
                            old->first_number, old->n_lines);
    now->lines += n;
    now->n_lines -= n;
    now->first_number += n;
}

/* The order of all, and only those that the snapshot before has not. */
static void delta_trim_results(struct delta *delta, struct pt_completed_section *now,
                               const struct pt_completed_section *old)
{
    size_t n = 0;
    delta->n_results = now->n_results;
    for (size_t i = 0; i < now->n_results; i++) {
        const struct pt_result *result = now->results[i];
        delta->results[i].id = result->id;
        if (old == NULL || delta_find_result(old, result->id) != result)
            now->results[n++] = result;
    }
    now->n_results = n;
}

/* Whether two rings have the same samples from number `first` up to `last`, in at most two pieces.
 */
static bool delta_is_same_ring(const float *now, const float *old, int64_t first, int64_t last)
{
    size_t at = (size_t)first % PT_SERIES_LEN, n = (size_t)(last - first + 1);
    size_t head = n < PT_SERIES_LEN - at ? n : PT_SERIES_LEN - at;
    return memcmp(now + at, old + at, head * sizeof *now) == 0 &&
           memcmp(now, old, (n - head) * sizeof *now) == 0;
}

/* The number of the first sample that the series before has not; 0: all are written. */
static int64_t delta_first_sample(const struct pt_series_section *now,
                                  const struct pt_series_section *old)
{
    if (old == NULL || old == now || old->last_sample > now->last_sample)
        return 0;
    int64_t first = now->last_sample - PT_SERIES_LEN + 1;
    first = first < 0 ? 0 : first;
    for (enum pt_series_figure i = 0; first <= old->last_sample && i < PT_SERIES_FIGURES; i++)
        if (!delta_is_same_ring(pt_series_ring(now, i), pt_series_ring(old, i), first,
                                old->last_sample))
            return 0;
    return old->last_sample + 1;
}

/* What is left out of the root: NULL in place of a section that is the one before. */
#define DELTA_LEAVE_OUT(part, before, member)                                                      \
    do {                                                                                           \
        if ((part)->member == (before)->member)                                                    \
            (part)->member = NULL;                                                                 \
    } while (0)

static void delta_leave_out(struct pt_snapshot *part, const struct pt_snapshot *before)
{
    DELTA_LEAVE_OUT(part, before, session);
    DELTA_LEAVE_OUT(part, before, cluster);
    DELTA_LEAVE_OUT(part, before, streams);
    DELTA_LEAVE_OUT(part, before, topics);
    DELTA_LEAVE_OUT(part, before, connectors);
    DELTA_LEAVE_OUT(part, before, events);
    DELTA_LEAVE_OUT(part, before, log);
    DELTA_LEAVE_OUT(part, before, series);
    DELTA_LEAVE_OUT(part, before, minutes);
    DELTA_LEAVE_OUT(part, before, auth);
    DELTA_LEAVE_OUT(part, before, completed);
    DELTA_LEAVE_OUT(part, before, setup);
}

/* Copies of the sections of which only a part is written. */
struct delta_parts {
    struct pt_snapshot root;
    struct pt_events_section events;
    struct pt_log_section log;
    struct pt_completed_section completed;
};

static void delta_trim(struct delta *delta, struct delta_parts *parts,
                       const struct pt_snapshot *before)
{
    struct pt_snapshot *root = &parts->root;
    if (before != NULL)
        delta_leave_out(root, before);
    if (root->events != NULL) {
        section_copy(&parts->events, root->events, sizeof parts->events);
        delta->events_from = parts->events.first_number;
        if (before != NULL && before->events != NULL)
            delta_trim_events(&parts->events, before->events);
        root->events = &parts->events;
    }
    if (root->log != NULL) {
        section_copy(&parts->log, root->log, sizeof parts->log);
        delta->log_from = parts->log.first_number;
        if (before != NULL && before->log != NULL)
            delta_trim_log(&parts->log, before->log);
        root->log = &parts->log;
    }
    if (root->completed != NULL) {
        section_copy(&parts->completed, root->completed, sizeof parts->completed);
        delta_trim_results(delta, &parts->completed, before != NULL ? before->completed : NULL);
        root->completed = &parts->completed;
    }
}

char *pt_snapshot_delta_json(const struct pt_snapshot *snap, const struct pt_snapshot *before)
{
    struct delta_parts parts;
    struct delta delta = {.is_keyframe = before == NULL, .root = &parts.root};
    struct json_writer to;
    section_copy(&parts.root, snap, sizeof parts.root);
    delta_trim(&delta, &parts, before);
    json_writer_init(&to, snap);
    if (before != NULL && parts.root.series != NULL)
        to.from_sample = delta_first_sample(parts.root.series, before->series);
    if (before != NULL && parts.root.minutes != NULL)
        to.from_minute = delta_first_sample(parts.root.minutes, before->minutes);
    json_write_open(&to, '{');
    json_write_key(&to, FIELD_KEY("api"));
    json_write_int(&to, PT_JSON_API);
    json_write_fields(&to, &delta_table, &delta);
    json_write_close(&to, '}');
    return json_writer_take(&to);
}

/* ---- reading ---- */

/* Of a section that numbers its rows: those from `first` up to the new ones are in the one before,
 * and together they are not more than are ever kept. */
static bool delta_has_rows(uint64_t first, uint64_t first_new, size_t n_new, uint64_t old_first,
                           size_t n_old)
{
    if (first >= first_new)
        return first == first_new;
    return first >= old_first && first_new - old_first <= n_old &&
           first_new - first + n_new <= PT_LOG_MAX;
}

static bool delta_has_results(const struct settling *by)
{
    for (size_t i = 0; i < by->delta->n_results; i++) {
        uint64_t id = by->delta->results[i].id;
        if (delta_find_result(by->delta->root->completed, id) == NULL &&
            delta_find_result(by->before->completed, id) == NULL)
            return false;
    }
    return true;
}

bool delta_follows(const struct settling *by)
{
    struct json_reader *from = by->from;
    const struct pt_snapshot *before = by->before;
    from->key = NULL;
    if (before == NULL)
        return json_read_fail(from, PT_EDATA, "it is a change, and no snapshot came before it");
    const struct pt_events_section *events = by->delta->root->events;
    if (snapshot_is_revised(from, offsetof(struct pt_snapshot, events)) &&
        !delta_has_rows(by->delta->events_from, events->first_number, events->n_events,
                        before->events->first_number, before->events->n_events))
        return json_read_fail(from, PT_EDATA, "its events do not follow those before it");
    const struct pt_log_section *log = by->delta->root->log;
    if (snapshot_is_revised(from, offsetof(struct pt_snapshot, log)) &&
        !delta_has_rows(by->delta->log_from, log->first_number, log->n_lines,
                        before->log->first_number, before->log->n_lines))
        return json_read_fail(from, PT_EDATA, "its log lines do not follow those before it");
    if (!delta_has_results(by))
        return json_read_fail(from, PT_EDATA, "it keeps a result that was not there before it");
    return true;
}
