#include "parts/minutes.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "parts/series.h"

enum { MINUTE_MS = 60000 };

/* What a minute keeps of its seconds. A peak of the lag or of the latency is what is looked for in
 * a night, so a mean would hide it. */
enum minute_rule { MINUTE_MEAN, MINUTE_HIGHEST, MINUTE_LOWEST };

static const struct minute_row {
    size_t ring; /* its place in the section */
    enum minute_rule rule;
} minute_rows[MINUTE_FIGURES] = {
    {offsetof(struct pt_series_section, produced),     MINUTE_MEAN   },
    {offsetof(struct pt_series_section, in),           MINUTE_MEAN   },
    {offsetof(struct pt_series_section, out),          MINUTE_MEAN   },
    {offsetof(struct pt_series_section, lag),          MINUTE_HIGHEST},
    {offsetof(struct pt_series_section, ack_p99_ms),   MINUTE_HIGHEST},
    {offsetof(struct pt_series_section, token_left_s), MINUTE_LOWEST },
};

void minutes_part_init(struct minutes_part *mp, const struct desk *desk)
{
    *mp = (struct minutes_part){.desk = desk, .last_second = -1, .minute_ms = PT_UNKNOWN};
    mp->minutes.last_sample = -1;
    mp->minutes.last_sample_ms = PT_UNKNOWN;
}

static float *minutes_ring(struct pt_series_section *series, int row)
{
    return (float *)(void *)((char *)series + minute_rows[row].ring);
}

static void minutes_add(struct minute_figure *figure, enum minute_rule rule, double value)
{
    if (isnan(value))
        return;
    if (figure->n == 0)
        figure->value = value;
    else if (rule == MINUTE_MEAN)
        figure->value += value;
    else
        figure->value =
            rule == MINUTE_HIGHEST ? fmax(figure->value, value) : fmin(figure->value, value);
    figure->n++;
}

/* Appends a minute; one of which no second was seen is unknown. */
static void minutes_append(struct minutes_part *mp, int64_t begin_ms)
{
    struct pt_series_section *s = &mp->minutes;
    s->last_sample++;
    s->last_sample_ms = begin_ms;
    for (int i = 0; i < MINUTE_FIGURES; i++) {
        struct minute_figure *figure = &mp->figures[i];
        double value = figure->value;
        if (minute_rows[i].rule == MINUTE_MEAN && figure->n > 0)
            value /= figure->n;
        minutes_ring(s, i)[s->last_sample % PT_SERIES_LEN] = figure->n > 0 ? (float)value : NAN;
        *figure = (struct minute_figure){0};
    }
    mp->has_grown = true;
}

/* Ends the minutes that are over at that time, also those that the machine has slept through; of
 * these no more than are kept. */
static void minutes_pass(struct minutes_part *mp, int64_t now_ms)
{
    if (mp->minute_ms == PT_UNKNOWN)
        mp->minute_ms = now_ms - now_ms % MINUTE_MS;
    int64_t over = (now_ms - mp->minute_ms) / MINUTE_MS;
    if (over <= 0)
        return;
    int64_t slept = over - 1 < PT_SERIES_LEN ? over - 1 : PT_SERIES_LEN;
    int64_t end_ms = mp->minute_ms + over * MINUTE_MS;
    minutes_append(mp, mp->minute_ms);
    while (slept-- > 0)
        minutes_append(mp, end_ms - (slept + 1) * MINUTE_MS);
    mp->minute_ms = end_ms;
}

static const void *minutes_section(void *self)
{
    struct minutes_part *mp = self;
    const struct pt_series_section *seconds = mp->desk->now->series;
    if (seconds != NULL && seconds->last_sample > mp->last_second) {
        mp->last_second = seconds->last_sample;
        mp->minutes.n_topics = seconds->n_topics;
        minutes_pass(mp, seconds->last_sample_ms);
        for (int i = 0; i < MINUTE_FIGURES; i++) {
            const char *ring = (const char *)seconds + minute_rows[i].ring;
            const float *values = (const float *)(const void *)ring;
            minutes_add(&mp->figures[i], minute_rows[i].rule,
                        (double)values[seconds->last_sample % PT_SERIES_LEN]);
        }
    }
    if (mp->desk->now->minutes != NULL && !mp->has_grown)
        return NULL;
    mp->has_grown = false;
    return series_copy(&mp->minutes);
}

static void minutes_clock_set(void *self, int64_t by_ms)
{
    struct minutes_part *mp = self;
    if (mp->minute_ms != PT_UNKNOWN)
        mp->minute_ms += by_ms;
    if (mp->minutes.last_sample >= 0)
        mp->minutes.last_sample_ms += by_ms;
}

const struct part minutes_part = {
    .name = "minutes",
    .clock_set = minutes_clock_set,
    .section = minutes_section,
};
