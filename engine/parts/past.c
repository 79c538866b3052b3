#include "parts/past.h"

#include <math.h>
#include <string.h>

#include "pintop/series.h"

static float *past_ring(struct pt_series_section *series, enum pt_series_figure figure)
{
    return (float *)(uintptr_t)pt_series_ring(series, figure);
}

static int64_t past_first(const struct pt_series_section *series)
{
    int64_t first = series->last_sample - PT_SERIES_LEN + 1;
    return first > 0 ? first : 0;
}

static int64_t past_time(const struct pt_series_section *series, int64_t sample)
{
    return series->last_sample_ms - (series->last_sample - sample) * PAST_MINUTE_MS;
}

static bool past_is_known(const struct pt_series_section *series, int64_t sample)
{
    for (enum pt_series_figure i = 0; i < PT_SERIES_FIGURES; i++)
        if (!isnan(pt_series_ring(series, i)[sample % PT_SERIES_LEN]))
            return true;
    return false;
}

int64_t past_oldest_ms(const struct pt_series_section *series)
{
    for (int64_t i = past_first(series); i <= series->last_sample; i++)
        if (past_is_known(series, i))
            return past_time(series, i);
    return PT_UNKNOWN;
}

/* How many minutes before this time a sample's minute begins, to the nearest one: minutes after a
 * step of the clock do not begin with those of the clock. */
static int64_t past_minutes_back(int64_t own_ms, int64_t sample_ms)
{
    int64_t far_ms = own_ms - sample_ms + PAST_MINUTE_MS / 2;
    return far_ms > 0 ? far_ms / PAST_MINUTE_MS : 0;
}

/* How many minutes before the own ones the oldest one begins that has room. */
static int64_t past_depth(const struct pt_series_section *past, int64_t own_ms, int64_t room)
{
    for (int64_t i = past_first(past); i <= past->last_sample; i++) {
        int64_t back = past_minutes_back(own_ms, past_time(past, i));
        if (back >= 1 && back <= room && past_is_known(past, i))
            return back;
    }
    return 0;
}

static void past_put_ring(float *ring, int64_t last, int64_t depth, int64_t own_ms,
                          const struct pt_series_section *past, const float *from)
{
    float was[PT_SERIES_LEN];
    memcpy(was, ring, sizeof was);
    for (int i = 0; i < PT_SERIES_LEN; i++)
        ring[i] = NAN;
    for (int64_t i = past_first(past); i <= past->last_sample; i++) {
        int64_t back = past_minutes_back(own_ms, past_time(past, i));
        if (back >= 1 && back <= depth)
            ring[(depth - back) % PT_SERIES_LEN] = from[i % PT_SERIES_LEN];
    }
    for (int64_t i = 0; i <= last; i++)
        ring[(i + depth) % PT_SERIES_LEN] = was[i % PT_SERIES_LEN];
}

/* Those within the time that is shown, and behind them that of the section itself. */
static void past_put_restarts(struct pt_series_section *to, int64_t begun_ms,
                              const struct pt_series_section *past)
{
    int64_t after_ms = past_time(to, 0); /* one whose clock was ahead is left out */
    to->n_restarts = 0;
    for (size_t i = 0; i < past->n_restarts; i++) {
        struct pt_restart restart = past->restarts[i];
        bool is_own = i + 1 == past->n_restarts;
        if (is_own)
            restart.begun_ms = begun_ms;
        if (is_own || (restart.begun_ms >= after_ms && restart.begun_ms < begun_ms)) {
            to->restarts[to->n_restarts++] = restart;
            after_ms = restart.begun_ms + 1;
        }
    }
}

int64_t past_put(struct pt_series_section *to, int64_t next_ms, int64_t begun_ms,
                 const struct pt_series_section *past)
{
    int64_t n = to->last_sample + 1, own_ms = next_ms - n * PAST_MINUTE_MS;
    int64_t depth = past_depth(past, own_ms, PT_SERIES_LEN - n);
    if (depth == 0)
        return 0;
    for (enum pt_series_figure i = 0; i < PT_SERIES_FIGURES; i++)
        past_put_ring(past_ring(to, i), to->last_sample, depth, own_ms, past,
                      pt_series_ring(past, i));
    to->last_sample += depth;
    to->last_sample_ms = next_ms - PAST_MINUTE_MS;
    past_put_restarts(to, begun_ms, past);
    return depth;
}

void past_forget(struct pt_series_section *to, int64_t n)
{
    for (int64_t i = past_first(to); i < n; i++)
        for (enum pt_series_figure figure = 0; figure < PT_SERIES_FIGURES; figure++)
            past_ring(to, figure)[i % PT_SERIES_LEN] = NAN;
    to->n_restarts = 0;
}

void past_drop_restarts(struct pt_series_section *series)
{
    int64_t first_ms = past_time(series, past_first(series));
    size_t n = 0;
    while (n < series->n_restarts && series->restarts[n].begun_ms < first_ms)
        n++;
    series->n_restarts -= n;
    memmove(series->restarts, series->restarts + n, series->n_restarts * sizeof *series->restarts);
}
