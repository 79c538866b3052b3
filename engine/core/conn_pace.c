/* How fast a sink takes what comes in. Between two commits the lag only grows, so that its value at
 * a moment says nothing: what is compared are the low points of two windows side by side, each long
 * enough to hold a commit. */
#include <math.h>
#include <string.h>

#include "core/conn_lag.h"

enum { HALF_MIN_MS = 30000, HALF_UNKNOWN_MS = 60000, SAMPLES_A_HALF = 16, SPACING_MIN_MS = 1000 };

void pace_init(struct conn_pace *pace)
{
    memset(pace, 0, sizeof *pace);
    pace->lag_per_s = pace->in_per_s = pace->out_per_s = NAN;
    pace->low_lag = pace->behind_since_ms = PT_UNKNOWN;
}

int64_t pace_half_ms(int64_t turn_ms, int64_t usual_gap_ms)
{
    int64_t half_ms = usual_gap_ms > 0 ? 3 * usual_gap_ms : HALF_UNKNOWN_MS;
    int64_t turns_ms = turn_ms > 0 ? turn_ms + turn_ms / 4 : 0;
    half_ms = half_ms > turns_ms ? half_ms : turns_ms;
    return half_ms > HALF_MIN_MS ? half_ms : HALF_MIN_MS;
}

static const struct conn_pace_sample *back(const struct conn_pace *pace, unsigned i)
{
    return &pace->samples[(pace->next + 2 * PACE_SAMPLES - 1 - i) % PACE_SAMPLES];
}

/* The lowest lag between two ages, and the span that the samples cover. */
static int64_t lowest(const struct conn_pace *pace, int64_t from_ms, int64_t to_ms)
{
    int64_t low = PT_UNKNOWN;
    for (unsigned i = 0; i < pace->n; i++) {
        const struct conn_pace_sample *s = back(pace, i);
        if (s->time_ms > from_ms && s->time_ms <= to_ms && (low == PT_UNKNOWN || s->low_lag < low))
            low = s->low_lag;
    }
    return low;
}

static void weigh(struct conn_pace *pace, int64_t now_ms)
{
    const struct conn_pace_sample *last = back(pace, 0), *first = NULL;
    for (unsigned i = 0; i < pace->n; i++)
        if (back(pace, i)->time_ms <= now_ms - pace->half_ms) {
            first = back(pace, i);
            break;
        }
    int64_t now_low = lowest(pace, now_ms - pace->half_ms, now_ms);
    int64_t then_low = lowest(pace, now_ms - 2 * pace->half_ms, now_ms - pace->half_ms);
    bool has_both =
        first != NULL && now_low != PT_UNKNOWN && then_low != PT_UNKNOWN &&
        back(pace, pace->n - 1)->time_ms <= now_ms - 2 * pace->half_ms + pace->half_ms / 8;
    if (!has_both) {
        /* Of a window that has just become longer: what was found by the shorter one stands until
         * it can be looked at again. */
        pace->lag_per_s = pace->in_per_s = pace->out_per_s = NAN;
        return;
    }
    double half_s = (double)pace->half_ms / 1000;
    double span_s = (double)(last->time_ms - first->time_ms) / 1000;
    pace->in_per_s = span_s > 0 ? (last->in - first->in) / span_s : NAN;
    pace->lag_per_s = (double)(now_low - then_low) / half_s;
    pace->out_per_s = fmax(0, pace->in_per_s - pace->lag_per_s);
    bool is_behind =
        pace->in_per_s > 0 && now_low - then_low > 10 && pace->lag_per_s > 0.05 * pace->in_per_s;
    if (!is_behind)
        pace->behind_since_ms = PT_UNKNOWN;
    else if (pace->behind_since_ms == PT_UNKNOWN)
        pace->behind_since_ms = now_ms - pace->half_ms;
}

void pace_add(struct conn_pace *pace, int64_t half_ms, int64_t now_ms, double in, int64_t lag)
{
    /* The samples are of their times, whatever the window: a slow sink, whose commits come ever
     * later, would begin anew each time. */
    if (pace->half_ms == 0 || half_ms > pace->half_ms + half_ms / 4 || half_ms < pace->half_ms / 2)
        pace->half_ms = half_ms;
    if (pace->low_lag == PT_UNKNOWN || lag < pace->low_lag)
        pace->low_lag = lag;
    int64_t spacing_ms = pace->half_ms / SAMPLES_A_HALF;
    spacing_ms = spacing_ms > SPACING_MIN_MS ? spacing_ms : SPACING_MIN_MS;
    if (pace->n > 0 && now_ms - back(pace, 0)->time_ms < spacing_ms)
        return;
    pace->samples[pace->next] = (struct conn_pace_sample){now_ms, pace->low_lag, in};
    pace->next = (pace->next + 1) % PACE_SAMPLES;
    if (pace->n < PACE_SAMPLES)
        pace->n++;
    pace->low_lag = PT_UNKNOWN;
    weigh(pace, now_ms);
}
