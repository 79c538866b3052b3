#include "page/screen_cost.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pintop/stream.h"
#include "widget/format.h"

struct screen_cost screen_cost_unknown(void)
{
    struct screen_cost cost = {
        .used = {PT_UNKNOWN, PT_UNKNOWN,   NAN,                         NAN},
        .round_trip_ms = PT_UNKNOWN,
        .pacing = {.every_ms = PT_UNKNOWN,          .why = PACING_FULL, .why_ms = PT_UNKNOWN}
    };
    return cost;
}

bool screen_cost_is_slow(const struct screen_cost *cost)
{
    return cost->pacing.why == PACING_ANSWER || cost->pacing.why == PACING_WRITE;
}

/* With one digit behind the point; a dash when it is unknown. */
static struct shown screen_cost_tenths(double value, const char *unit)
{
    struct shown text;
    if (isnan(value))
        snprintf(text.s, sizeof text.s, "%s", show_count(PT_UNKNOWN).s);
    else
        snprintf(text.s, sizeof text.s, "%.1f%s", value, unit);
    return text;
}

void screen_cost_figures(const struct screen_cost *cost, char *out, size_t cap)
{
    const struct meter_reading *used = &cost->used;
    struct shown trip = show_count(cost->round_trip_ms);
    snprintf(out, cap, "sent %s B/s, most %s  %s frames/s  round trip %s%s  CPU %s",
             show_count(used->bytes_per_s).s, show_count(used->bytes_per_s_most).s,
             screen_cost_tenths(used->frames_per_s, "").s, trip.s,
             cost->round_trip_ms != PT_UNKNOWN ? " ms" : "",
             screen_cost_tenths(used->cpu_pct, "%").s);
}

static struct shown screen_cost_every(int64_t every_ms)
{
    struct shown text;
    if (every_ms % 1000 == 0)
        snprintf(text.s, sizeof text.s, "%" PRId64 " s", every_ms / 1000);
    else
        snprintf(text.s, sizeof text.s, "%" PRId64 " ms", every_ms);
    return text;
}

void screen_cost_pace(const struct screen_cost *cost, char *out, size_t cap)
{
    char why[80] = "";
    if (cost->pacing.every_ms == PT_UNKNOWN) {
        snprintf(out, cap, "updates every %s", show_count(PT_UNKNOWN).s);
        return;
    }
    if (cost->pacing.why == PACING_ANSWER)
        snprintf(why, sizeof why, ": the terminal takes %s ms for an answer",
                 show_count(cost->pacing.why_ms).s);
    else if (cost->pacing.why == PACING_WRITE)
        snprintf(why, sizeof why, ": the terminal takes %s ms to accept a frame",
                 show_count(cost->pacing.why_ms).s);
    else if (cost->pacing.why == PACING_UNFOCUSED)
        snprintf(why, sizeof why, ": another window has the focus");
    else if (cost->pacing.why == PACING_IDLE)
        snprintf(why, sizeof why, ": no key was pressed for 10 minutes");
    snprintf(out, cap, "updates every %s%s%s", screen_cost_every(cost->pacing.every_ms).s, why,
             cost->is_unanswered ? "; round trip unknown: this terminal does not answer" : "");
}
