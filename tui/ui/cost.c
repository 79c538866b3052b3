#include "ui/cost.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/wish_state.h"
#include "widget/format.h"

/* Records per second at the pace "original". */
#define ORIGINAL_PER_S 2.0

/* The S3 sink that reads the streams' topics; NULL: none is known, or it costs nothing. */
static const struct pt_connector *cost_sink_of(const struct page_desk *desk)
{
    const struct pt_connectors_section *all = desk->snap->connectors;
    for (size_t i = 0; i < all->n_connectors && !desk->snap->session->is_embedded; i++) {
        const struct pt_connector *c = &all->connectors[i];
        if (c->is_ours && c->is_s3 && c->flush_size > 0)
            return c;
    }
    return NULL;
}

struct cost cost_of(const struct page_desk *desk, unsigned streams, double per_s)
{
    struct cost cost = {NAN, NAN, false};
    const struct pt_connector *sink = cost_sink_of(desk);
    double sum = 0;
    if (sink == NULL)
        return cost;
    for (int i = 0; i < PT_STREAMS; i++) {
        bool is_one = (streams & PT_STREAM_BIT(i)) != 0;
        double rate = is_one && !isnan(per_s) ? per_s : wish_rate(desk, (enum pt_stream_id)i);
        if (!is_one && !wish_is_on(desk, (enum pt_stream_id)i))
            continue;
        cost.is_endless = cost.is_endless || rate >= PT_RATE_MAX;
        sum += rate < 0 ? ORIGINAL_PER_S : isnan(rate) ? 0 : rate;
    }
    if (!cost.is_endless)
        cost.objects_per_hour =
            pt_objects_per_hour(sink->flush_size, sink->turn_ms, sum, (int64_t)sink->n_lags);
    cost.usd_per_hour = cost.objects_per_hour * PT_USD_PER_PUT;
    return cost;
}

bool cost_must_ask(const struct page_desk *desk, const struct cost *cost)
{
    int64_t limit = desk->snap->session->confirm_objects_per_hour;
    return cost->is_endless ||
           (!isnan(cost->objects_per_hour) && cost->objects_per_hour > (double)limit);
}

void cost_words(const struct page_desk *desk, const struct cost *cost, char *out, size_t cap)
{
    const struct pt_connector *sink = cost_sink_of(desk);
    out[0] = '\0';
    if (sink == NULL)
        return;
    if (cost->is_endless)
        snprintf(out, cap, "an unlimited number of objects (pace max, flush.size %" PRId64 ")",
                 sink->flush_size);
    else if (!isnan(cost->objects_per_hour))
        snprintf(out, cap, "about %s objects/h, $%.2f/h (flush.size %" PRId64 ")",
                 show_count((int64_t)cost->objects_per_hour).s, cost->usd_per_hour,
                 sink->flush_size);
}
