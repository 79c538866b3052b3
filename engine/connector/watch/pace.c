/* How fast a sink reads what comes in. Between two commits the lag only grows, so its value at one
 * moment says nothing. What is compared are the low points of two windows side by side, each long
 * enough to contain a commit. */
#include <math.h>
#include <string.h>

#include "connector/watch/lag.h"

enum {
    HALF_MIN_MS = 30000,
    HALF_UNKNOWN_MS = 60000,
    SAMPLES_A_HALF = 16,
    SPACING_MIN_MS = 1000,
    WHOLE_MIN_MS = 120000, /* of polling that is compared as a whole */
    WHOLE_MAX_MS = 900000, /* older samples say nothing about now */
    FEW = 10               /* records: too few to mean anything */
};

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

static const struct conn_pace_sample *pace_back(const struct conn_pace *pace, unsigned i)
{
    return &pace->samples[(pace->next + 2 * PACE_SAMPLES - 1 - i) % PACE_SAMPLES];
}

/* The lowest lag between two times; PT_UNKNOWN without a sample. */
static int64_t pace_lowest(const struct conn_pace *pace, int64_t from_ms, int64_t to_ms)
{
    int64_t low = PT_UNKNOWN;
    for (unsigned i = 0; i < pace->n; i++) {
        const struct conn_pace_sample *s = pace_back(pace, i);
        if (s->time_ms > from_ms && s->time_ms <= to_ms && (low == PT_UNKNOWN || s->low_lag < low))
            low = s->low_lag;
    }
    return low;
}

static void note_behind(struct conn_pace *pace, bool is_behind, int64_t since_ms)
{
    if (!is_behind)
        pace->behind_since_ms = PT_UNKNOWN;
    else if (pace->behind_since_ms == PT_UNKNOWN)
        pace->behind_since_ms = since_ms;
}

/* For a time of polling that is too short for two windows of several commits. The lag right after a
 * commit does not rise and fall with the commits, however large they are: for a sink that keeps up
 * it differs by less than one commit takes. More than that is a trend, and the rates are those of
 * the whole time. Returns false when it cannot be decided. */
static bool weigh_whole(struct conn_pace *pace, int64_t now_ms)
{
    const struct conn_pace_sample *last = pace_back(pace, 0), *first = &pace->begun;
    int64_t look_ms = last->time_ms - first->time_ms, more = pace->left_more;
    int64_t lump = pace->most_taken + FEW;
    if (look_ms < WHOLE_MIN_MS || look_ms > WHOLE_MAX_MS || pace->most_taken == 0 ||
        (more <= lump && more >= -lump))
        return false;
    double look_s = (double)look_ms / 1000;
    double in_per_s = (last->in - first->in) / look_s;
    double lag_per_s = (double)(last->low_lag - first->low_lag) / look_s;
    bool is_behind = more > 0;
    if (is_behind && !(in_per_s > 0 && lag_per_s > 0.05 * in_per_s))
        return false;
    pace->in_per_s = in_per_s;
    pace->lag_per_s = lag_per_s;
    pace->out_per_s = fmax(0, in_per_s - lag_per_s);
    note_behind(pace, is_behind, now_ms - look_ms / 2);
    return true;
}

static void pace_weigh(struct conn_pace *pace, int64_t now_ms)
{
    const struct conn_pace_sample *last = pace_back(pace, 0), *first = NULL;
    for (unsigned i = 0; i < pace->n; i++)
        if (pace_back(pace, i)->time_ms <= now_ms - pace->half_ms) {
            first = pace_back(pace, i);
            break;
        }
    int64_t now_low = pace_lowest(pace, now_ms - pace->half_ms, now_ms);
    int64_t then_low = pace_lowest(pace, now_ms - 2 * pace->half_ms, now_ms - pace->half_ms);
    bool has_both =
        first != NULL && now_low != PT_UNKNOWN && then_low != PT_UNKNOWN &&
        pace_back(pace, pace->n - 1)->time_ms <= now_ms - 2 * pace->half_ms + pace->half_ms / 8;
    if (!has_both) {
        /* The window has just become longer: what was found with the shorter one stays, with its
         * rates, until there are enough samples. */
        if (!weigh_whole(pace, now_ms) && pace->behind_since_ms == PT_UNKNOWN)
            pace->lag_per_s = pace->in_per_s = pace->out_per_s = NAN;
        return;
    }
    double half_s = (double)pace->half_ms / 1000;
    double span_s = (double)(last->time_ms - first->time_ms) / 1000;
    pace->in_per_s = span_s > 0 ? (last->in - first->in) / span_s : NAN;
    pace->lag_per_s = (double)(now_low - then_low) / half_s;
    pace->out_per_s = fmax(0, pace->in_per_s - pace->lag_per_s);
    /* A sink whose commits leave nothing keeps up, however large the objects are that they wait
     * for. */
    bool leaves_nothing = pace->most_taken > 0 && pace->left <= FEW;
    bool is_behind = !leaves_nothing && pace->in_per_s > 0 && now_low - then_low > FEW &&
                     pace->lag_per_s > 0.05 * pace->in_per_s;
    note_behind(pace, is_behind, now_ms - pace->half_ms);
}

void pace_commits(struct conn_pace *pace, int64_t left, int64_t left_more, int64_t most_taken)
{
    pace->left = left;
    pace->left_more = left_more;
    pace->most_taken = most_taken;
}

void pace_add(struct conn_pace *pace, int64_t half_ms, int64_t now_ms, double in, int64_t lag)
{
    /* Samples have their own times, so a new window keeps them. Otherwise a slow sink, whose
     * commits come later and later, would start over each time. */
    if (pace->half_ms == 0 || half_ms > pace->half_ms + half_ms / 4 || half_ms < pace->half_ms / 2)
        pace->half_ms = half_ms;
    if (pace->low_lag == PT_UNKNOWN || lag < pace->low_lag)
        pace->low_lag = lag;
    int64_t spacing_ms = pace->half_ms / SAMPLES_A_HALF;
    spacing_ms = spacing_ms > SPACING_MIN_MS ? spacing_ms : SPACING_MIN_MS;
    if (pace->n > 0 && now_ms - pace_back(pace, 0)->time_ms < spacing_ms)
        return;
    pace->samples[pace->next] = (struct conn_pace_sample){now_ms, pace->low_lag, in};
    if (pace->n == 0)
        pace->begun = pace->samples[0];
    pace->next = (pace->next + 1) % PACE_SAMPLES;
    if (pace->n < PACE_SAMPLES)
        pace->n++;
    pace->low_lag = PT_UNKNOWN;
    pace_weigh(pace, now_ms);
}
