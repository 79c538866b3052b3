#include "parts/series.h"

#include <math.h>

#include "desk/section.h"

void series_part_init(struct series_part *sp, const struct desk *desk)
{
    *sp = (struct series_part){.desk = desk};
    sp->series.last_sample = -1;
}

const struct pt_series_section *series_copy(const struct pt_series_section *series)
{
    struct pt_series_section *s = section_new(sizeof *s);
    if (s != NULL) {
        struct pt_section head = s->section;
        *s = *series;
        s->section = head;
    }
    return s;
}

static float series_sum(double a, double b)
{
    return (float)(isnan(a) ? b : isnan(b) ? a : a + b);
}

/* Of the topics that the streams fill, as the pipeline's picture counts it; unknown when one is. */
static double series_lag(const struct pt_topics_section *topics)
{
    double lag = NAN;
    for (size_t i = 0; topics != NULL && i < topics->n_topics; i++) {
        if (topics->topics[i].stream < 0)
            continue;
        if (topics->topics[i].lag == PT_UNKNOWN)
            return NAN;
        lag = (isnan(lag) ? 0 : lag) + (double)topics->topics[i].lag;
    }
    return lag;
}

static double series_slowest_ack(const struct pt_streams_section *streams)
{
    double slowest = NAN;
    for (int i = 0; streams != NULL && i < PT_STREAMS; i++) {
        const struct pt_stream *stream = &streams->streams[i];
        if (stream->state == PT_STREAM_RUNNING)
            slowest = fmax(slowest, stream->ack_p99_ms); /* the other one when one is unknown */
    }
    return slowest;
}

static double series_token_left(const struct pt_auth_section *auth, int64_t now_ms)
{
    if (auth == NULL || auth->auth.state == PT_AUTH_NOT_NEEDED ||
        auth->auth.token_expires_ms == PT_UNKNOWN)
        return NAN;
    int64_t left_ms = auth->auth.token_expires_ms - now_ms;
    return left_ms > 0 ? (double)left_ms / 1000 : 0;
}

static void series_sample(struct series_part *sp)
{
    struct pt_series_section *s = &sp->series;
    const struct pt_topics_section *topics = sp->desk->now->topics;
    const struct pt_streams_section *streams = sp->desk->now->streams;
    double produced = NAN, in = NAN, out = NAN;
    s->n_topics = 0;
    for (int i = 0; streams != NULL && i < PT_STREAMS; i++)
        produced = series_sum(produced, streams->streams[i].delivered_per_s);
    for (size_t i = 0; topics != NULL && i < topics->n_topics; i++) {
        if (!topics->topics[i].is_watched)
            continue;
        s->n_topics++;
        if (topics->source == PT_TOPICS_OF_AWS) /* means of a minute, minutes late */
            continue;
        in = series_sum(in, topics->topics[i].in_per_s);
        out = series_sum(out, topics->topics[i].out_per_s);
    }
    s->last_sample++;
    s->last_sample_ms = desk_real_ms(sp->desk);
    int64_t at = s->last_sample % PT_SERIES_LEN;
    s->produced[at] = (float)produced;
    s->in[at] = (float)in;
    s->out[at] = (float)out;
    s->lag[at] = (float)series_lag(topics);
    s->ack_p99_ms[at] = (float)series_slowest_ack(streams);
    s->token_left_s[at] = (float)series_token_left(sp->desk->now->auth, s->last_sample_ms);
}

static void series_tick(void *self, int64_t now_us)
{
    struct series_part *sp = self;
    (void)now_us;
    sp->is_due = true;
}

static const void *series_section(void *self)
{
    struct series_part *sp = self;
    if (sp->desk->now->series != NULL && !sp->is_due)
        return NULL;
    if (sp->is_due)
        series_sample(sp);
    sp->is_due = false;
    return series_copy(&sp->series);
}

const struct part series_part = {
    .name = "series",
    .tick = series_tick,
    .section = series_section,
};
