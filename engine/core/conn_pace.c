/* How fast a sink takes what comes in. Between two commits the lag only grows, so that its value at
 * a moment says nothing: what is compared are the low points of two windows side by side, each long
 * enough to hold a commit. */
#include <math.h>
#include <string.h>

#include "core/conn_lag.h"

enum {
    HALF_MIN_MS = 30000,
    HALF_UNKNOWN_MS = 60000,
    SAMPLES_A_HALF = 16,
    SPACING_MIN_MS = 1000,
    WHOLE_MIN_MS = 120000, /* of a look that is compared as a whole */
    WHOLE_MAX_MS = 900000, /* how it was before says nothing of now */
    FEW = 10               /* records, that may be anything */
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

static void note_behind(struct conn_pace *pace, bool is_behind, int64_t since_ms)
{
    if (!is_behind)
        pace->behind_since_ms = PT_UNKNOWN;
    else if (pace->behind_since_ms == PT_UNKNOWN)
        pace->behind_since_ms = since_ms;
}

/* The look is too short for two windows of several commits. What is left right after a commit has
 * no tooth, however large the commits are: of a sink that keeps up it differs by less than what one
 * commit takes. More than that is a direction, and the look's own rates are those of it. False: it
 * can't be told. */
static bool weigh_whole(struct conn_pace *pace, int64_t now_ms)
{
    const struct conn_pace_sample *last = back(pace, 0), *first = &pace->begun;
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
        /* Of a window that has just become longer: what was found by the shorter one stands, with
         * its rates, until it can be looked at again. */
        if (!weigh_whole(pace, now_ms) && pace->behind_since_ms == PT_UNKNOWN)
            pace->lag_per_s = pace->in_per_s = pace->out_per_s = NAN;
        return;
    }
    double half_s = (double)pace->half_ms / 1000;
    double span_s = (double)(last->time_ms - first->time_ms) / 1000;
    pace->in_per_s = span_s > 0 ? (last->in - first->in) / span_s : NAN;
    pace->lag_per_s = (double)(now_low - then_low) / half_s;
    pace->out_per_s = fmax(0, pace->in_per_s - pace->lag_per_s);
    /* Whose commits leave nothing keeps up, however large the objects are that they wait for. */
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
    if (pace->n == 0)
        pace->begun = pace->samples[0];
    pace->next = (pace->next + 1) % PACE_SAMPLES;
    if (pace->n < PACE_SAMPLES)
        pace->n++;
    pace->low_lag = PT_UNKNOWN;
    weigh(pace, now_ms);
}
