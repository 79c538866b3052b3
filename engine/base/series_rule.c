#include "pintop/series.h"

#include <math.h>

static const struct series_row {
    size_t ring; /* its place in the section */
    enum pt_series_rule rule;
} series_rows[PT_SERIES_FIGURES] = {
    [PT_SERIES_PRODUCED] = {offsetof(struct pt_series_section, produced),     PT_SERIES_MEAN   },
    [PT_SERIES_IN] = {offsetof(struct pt_series_section, in),           PT_SERIES_MEAN   },
    [PT_SERIES_OUT] = {offsetof(struct pt_series_section, out),          PT_SERIES_MEAN   },
    [PT_SERIES_LAG] = {offsetof(struct pt_series_section, lag),          PT_SERIES_HIGHEST},
    [PT_SERIES_ACK_P99] = {offsetof(struct pt_series_section, ack_p99_ms),   PT_SERIES_HIGHEST},
    [PT_SERIES_TOKEN_LEFT] = {offsetof(struct pt_series_section, token_left_s), PT_SERIES_LOWEST },
};

const float *pt_series_ring(const struct pt_series_section *series, enum pt_series_figure figure)
{
    const char *at = (const char *)series + series_rows[figure].ring;
    return (const float *)(const void *)at;
}

void pt_series_add(struct pt_series_sum *sum, enum pt_series_figure figure, double sample)
{
    enum pt_series_rule rule = series_rows[figure].rule;
    if (isnan(sample))
        return;
    if (sum->n == 0)
        sum->value = sample;
    else if (rule == PT_SERIES_MEAN)
        sum->value += sample;
    else
        sum->value =
            rule == PT_SERIES_HIGHEST ? fmax(sum->value, sample) : fmin(sum->value, sample);
    sum->n++;
}

double pt_series_end(const struct pt_series_sum *sum, enum pt_series_figure figure)
{
    if (sum->n == 0)
        return NAN;
    return series_rows[figure].rule == PT_SERIES_MEAN ? sum->value / sum->n : sum->value;
}
