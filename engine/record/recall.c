#include "record/recall.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pintop/series.h"
#include "record/reading.h"

enum {
    RECALL_MINUTE_MS = 60000,
    RECALL_STEPS_MAX = 300 /* a ring of a day has 144 files, and one more for each start */
};

struct recall {
    char path[4096];
    struct recorded *reading;
    /* Sample i is of the minute i - PT_SERIES_LEN + 1 after the present one. Its restarts are
     * newest first until they are asked for. */
    struct pt_series_section found;
    bool is_taken[PT_SERIES_LEN]; /* by a later engine */
    bool has_found, has_damage, has_others;
    int64_t now_ms;   /* when the engine began that asks */
    int64_t later_ms; /* when the engine began whose minutes were found last; PT_UNKNOWN none */
    int n_steps;
};

/* ---- the rings ---- */

static int64_t recall_minute(int64_t ms)
{
    return (ms >= 0 ? ms : ms - RECALL_MINUTE_MS + 1) / RECALL_MINUTE_MS;
}

static bool series_has_sample(const struct pt_series_section *series, int64_t sample)
{
    for (enum pt_series_figure i = 0; i < PT_SERIES_FIGURES; i++)
        if (!isnan(pt_series_ring(series, i)[sample % PT_SERIES_LEN]))
            return true;
    return false;
}

static int64_t series_first(const struct pt_series_section *series)
{
    int64_t first = series->last_sample - PT_SERIES_LEN + 1;
    return first > 0 ? first : 0;
}

static int64_t series_time(const struct pt_series_section *series, int64_t sample, int64_t period)
{
    return series->last_sample_ms - (series->last_sample - sample) * period;
}

/* The place of a minute among those that are found, free or not; -1: it is not within these hours.
 */
static int recall_place(const struct recall *recall, int64_t minute)
{
    int64_t back = recall_minute(recall->found.last_sample_ms) - minute;
    return back >= 0 && back < PT_SERIES_LEN ? (int)(PT_SERIES_LEN - 1 - back) : -1;
}

static void recall_put(struct recall *recall, int place, enum pt_series_figure figure, float value)
{
    ((float *)(uintptr_t)pt_series_ring(&recall->found, figure))[place] = value;
}

/* A later engine's minute stays, where an earlier one has the same: their clock was set back, or it
 * is the one in which the later one began. */
static void recall_take_minutes(struct recall *recall, const struct pt_series_section *minutes)
{
    for (int64_t i = series_first(minutes); i <= minutes->last_sample; i++) {
        int64_t ms = series_time(minutes, i, RECALL_MINUTE_MS) + RECALL_MINUTE_MS / 2;
        int place = recall_place(recall, recall_minute(ms));
        if (place < 0 || recall->is_taken[place] || !series_has_sample(minutes, i))
            continue;
        for (enum pt_series_figure figure = 0; figure < PT_SERIES_FIGURES; figure++)
            recall_put(recall, place, figure, pt_series_ring(minutes, figure)[i % PT_SERIES_LEN]);
        recall->is_taken[place] = recall->has_found = true;
    }
}

/* The seconds of one minute, from one sample up to another one. */
static void recall_take_seconds_of(struct recall *recall, const struct pt_series_section *seconds,
                                   int64_t from, int64_t to, int64_t minute)
{
    int place = recall_place(recall, minute);
    if (place < 0 || recall->is_taken[place])
        return;
    for (enum pt_series_figure figure = 0; figure < PT_SERIES_FIGURES; figure++) {
        struct pt_series_sum sum = {0};
        for (int64_t i = from; i < to; i++)
            pt_series_add(&sum, figure, (double)pt_series_ring(seconds, figure)[i % PT_SERIES_LEN]);
        recall_put(recall, place, figure, (float)pt_series_end(&sum, figure));
        recall->is_taken[place] = recall->is_taken[place] || sum.n > 0;
    }
    recall->has_found = recall->has_found || recall->is_taken[place];
}

/* The last minute of an engine did not end, so it is in its seconds only. */
static void recall_take_seconds(struct recall *recall, const struct pt_series_section *seconds,
                                int64_t from_ms)
{
    int64_t i = series_first(seconds);
    while (i <= seconds->last_sample && series_time(seconds, i, 1000) < from_ms)
        i++;
    while (i <= seconds->last_sample) {
        int64_t minute = recall_minute(series_time(seconds, i, 1000)), from = i;
        while (i <= seconds->last_sample && recall_minute(series_time(seconds, i, 1000)) == minute)
            i++;
        recall_take_seconds_of(recall, seconds, from, i, minute);
    }
}

/* ---- snapshots ---- */

/* When that began of which a snapshot has something: its engine, which counts its seconds from its
 * own begin, or, when it has recalled earlier ones, the oldest of their minutes. */
static int64_t snapshot_since(const struct pt_snapshot *snap)
{
    const struct pt_series_section *minutes = snap->minutes, *seconds = snap->series;
    bool has_seconds = seconds->last_sample >= 0 && seconds->last_sample_ms != PT_UNKNOWN;
    int64_t engine_ms = has_seconds ? series_time(seconds, 0, 1000) : snap->time_ms;
    if (minutes->last_sample < 0 || minutes->last_sample_ms == PT_UNKNOWN)
        return engine_ms;
    int64_t oldest_ms = series_time(minutes, series_first(minutes), RECALL_MINUTE_MS);
    bool is_within = engine_ms > oldest_ms && engine_ms < oldest_ms + RECALL_MINUTE_MS;
    return is_within ? engine_ms : oldest_ms;
}

static bool recall_is_same(struct recall *recall, const struct pt_series_section *minutes)
{
    struct pt_series_section *found = &recall->found;
    bool is_same = strcmp(minutes->subject, found->subject) == 0 &&
                   (minutes->cluster_id[0] == '\0' || found->cluster_id[0] == '\0' ||
                    strcmp(minutes->cluster_id, found->cluster_id) == 0);
    if (is_same && found->cluster_id[0] == '\0')
        text_copy(found->cluster_id, sizeof found->cluster_id, minutes->cluster_id);
    return is_same;
}

static void recall_add_restart(struct recall *recall, int64_t ended_ms, int64_t begun_ms)
{
    struct pt_series_section *found = &recall->found;
    if (found->n_restarts < PT_RESTARTS_MAX)
        found->restarts[found->n_restarts++] = (struct pt_restart){ended_ms, begun_ms};
}

static void recall_take(struct recall *recall, const struct pt_snapshot *snap)
{
    const struct pt_series_section *minutes = snap->minutes, *seconds = snap->series;
    bool has_minutes = minutes->last_sample >= 0 && minutes->last_sample_ms != PT_UNKNOWN;
    if (has_minutes)
        recall_take_minutes(recall, minutes);
    if (seconds->last_sample >= 0 && seconds->last_sample_ms != PT_UNKNOWN)
        recall_take_seconds(recall, seconds,
                            has_minutes ? minutes->last_sample_ms + RECALL_MINUTE_MS : INT64_MIN);
    recall_add_restart(recall, snap->time_ms < recall->now_ms ? snap->time_ms : recall->now_ms,
                       recall->later_ms);
    for (size_t i = minutes->n_restarts; i > 0; i--)
        recall_add_restart(recall, minutes->restarts[i - 1].ended_ms,
                           minutes->restarts[i - 1].begun_ms);
    recall->later_ms = snapshot_since(snap);
}

/* Goes to the last snapshot before a time. False: there is none. */
static bool recall_seek(struct recall *recall, int64_t before_ms)
{
    enum { FILES_BACK_MAX = 8 }; /* the clock was set back while they were recorded */
    reading_seek(recall->reading, before_ms);
    int64_t ms = reading_ms(recall->reading);
    for (int i = 0; i < FILES_BACK_MAX && ms != PT_UNKNOWN && ms > before_ms; i++) {
        if (!reading_step(recall->reading, false))
            return false;
        ms = reading_ms(recall->reading);
    }
    return ms != PT_UNKNOWN && ms <= before_ms;
}

/* Goes where something may be that is not found yet. False: there is nothing. */
static bool recall_go_on(struct recall *recall, const struct pt_snapshot *snap, bool is_same)
{
    struct recorded *reading = recall->reading;
    int64_t before_ms = reading_ms(reading) - RECALL_MINUTE_MS, key_ms = reading_key_ms(reading);
    int64_t oldest_ms =
        recall->found.last_sample_ms - (PT_SERIES_LEN - 1) * (int64_t)RECALL_MINUTE_MS;
    if (snap != NULL && is_same && snapshot_since(snap) - 1 < before_ms)
        before_ms = snapshot_since(snap) - 1;
    /* All of another engine's file is of others. And when the clock was set back, the file before
     * ends later than this one begins. */
    if (snap != NULL && reading_step_key(reading) && (!is_same || reading_ms(reading) > key_ms))
        return reading_ms(reading) >= oldest_ms;
    return before_ms >= oldest_ms && (snap == NULL || is_same) && recall_seek(recall, before_ms);
}

bool recall_step(struct recall *recall)
{
    const struct pt_snapshot *snap = reading_snapshot(recall->reading);
    bool is_same = snap != NULL && recall_is_same(recall, snap->minutes);
    recall->has_damage |= snap == NULL;
    recall->has_others |= snap != NULL && !is_same;
    if (is_same)
        recall_take(recall, snap);
    bool has_more = recall_go_on(recall, snap, is_same);
    recall->has_damage |= !reading_is_whole(recall->reading);
    pt_snapshot_release(snap);
    return has_more && ++recall->n_steps < RECALL_STEPS_MAX;
}

/* ---- the whole ---- */

pt_code recall_open(const char *path, const struct pt_snapshot *now, struct recall **out,
                    struct pt_error *err)
{
    struct recall *recall = calloc(1, sizeof *recall);
    if (recall == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
    pt_code code = reading_open(path, &recall->reading, err);
    if (code == PT_OK && reading_is_held(recall->reading))
        code = pt_error_set(err, PT_ELOCKED, NULL, "recording: another pintop records to %s", path);
    if (code != PT_OK) {
        recall_close(recall);
        return code;
    }
    struct pt_series_section *found = &recall->found;
    text_copy(recall->path, sizeof recall->path, path);
    text_copy(found->subject, sizeof found->subject, now->minutes->subject);
    text_copy(found->cluster_id, sizeof found->cluster_id, now->minutes->cluster_id);
    found->last_sample = PT_SERIES_LEN - 1;
    found->last_sample_ms = recall_minute(now->time_ms) * RECALL_MINUTE_MS;
    for (enum pt_series_figure i = 0; i < PT_SERIES_FIGURES; i++)
        for (int place = 0; place < PT_SERIES_LEN; place++)
            recall_put(recall, place, i, NAN);
    recall->now_ms = now->time_ms;
    /* The last of all, also when its clock was ahead. */
    reading_seek(recall->reading, INT64_MAX);
    recall->later_ms = PT_UNKNOWN;
    *out = recall;
    return PT_OK;
}

const struct pt_series_section *recall_found(struct recall *recall)
{
    struct pt_series_section *found = &recall->found;
    for (size_t i = 0, n = found->n_restarts; i < n / 2; i++) {
        struct pt_restart one = found->restarts[i];
        found->restarts[i] = found->restarts[n - 1 - i];
        found->restarts[n - 1 - i] = one;
    }
    return recall->has_found ? found : NULL;
}

void recall_say(const struct recall *recall, char *text, size_t cap)
{
    text[0] = '\0';
    if (recall->has_damage)
        snprintf(text, cap,
                 "charts: something in %s is damaged or is not a recording, so minutes before this "
                 "start may be missing",
                 recall->path);
    else if (recall->has_others && !recall->has_found)
        snprintf(text, cap,
                 "charts: they begin with this start, because what is recorded in %s before it is "
                 "of other servers, topics or groups",
                 recall->path);
}

void recall_close(struct recall *recall)
{
    if (recall == NULL)
        return;
    reading_close(recall->reading);
    free(recall);
}
