#include "parts/minutes.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "parts/past.h"
#include "parts/series.h"

enum { MINUTE_MS = PAST_MINUTE_MS };

/* What the figures are of, as it is configured: with another value of one of these, minutes would
 * stand side by side that are not of the same. The embedded cluster is its state directory's. */
static uint64_t minutes_subject_sum(const struct desk *desk)
{
    static const char *const properties[] = {"bootstrap.servers", "pintop.msk.cluster",
                                             "pintop.topics"};
    uint64_t sum = HASH64_EMPTY;
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        const char *value = pt_config_get(desk->cfg, properties[i]);
        sum = hash64_byte(hash64_text(sum, value != NULL ? value : ""), '\n');
    }
    for (int i = 0; i < PT_STREAMS; i++)
        sum = hash64_byte(hash64_text(sum, desk->set->topics[i]), '\n');
    sum = hash64_byte(hash64_text(sum, desk->set->group), '\n');
    sum = hash64_byte(hash64_text(sum, desk->set->connector), '\n');
    return hash64_text(sum, desk->set->is_embedded ? desk->set->state_dir : "");
}

void minutes_part_init(struct minutes_part *mp, const struct desk *desk,
                       const struct minutes_hooks *hooks)
{
    *mp = (struct minutes_part){
        .desk = desk, .last_second = -1, .minute_ms = PT_UNKNOWN, .begun_ms = PT_UNKNOWN};
    mp->minutes.last_sample = -1;
    mp->minutes.last_sample_ms = PT_UNKNOWN;
    mp->minutes.away.first_ms = PT_UNKNOWN;
    past_asking_init(&mp->asking, desk, hooks);
    snprintf(mp->minutes.subject, sizeof mp->minutes.subject, "%016" PRIx64,
             minutes_subject_sum(desk));
}

void minutes_part_done(struct minutes_part *mp)
{
    free(mp->past);
    mp->past = NULL;
}

/* ---- the engine's own ---- */

/* Appends a minute; one of which no second was seen is unknown. */
static void minutes_append(struct minutes_part *mp, int64_t begin_ms)
{
    struct pt_series_section *s = &mp->minutes;
    s->last_sample++;
    s->last_sample_ms = begin_ms;
    for (enum pt_series_figure i = 0; i < PT_SERIES_FIGURES; i++) {
        float *ring = (float *)(uintptr_t)pt_series_ring(s, i);
        ring[s->last_sample % PT_SERIES_LEN] = (float)pt_series_end(&mp->sums[i], i);
        mp->sums[i] = (struct pt_series_sum){0};
    }
    past_drop_restarts(s);
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

/* Takes in the newest second, once. */
static void minutes_take_second(struct minutes_part *mp)
{
    const struct pt_series_section *seconds = mp->desk->now->series;
    if (seconds == NULL || seconds->last_sample <= mp->last_second)
        return;
    if (mp->last_second < 0)
        mp->begun_ms = seconds->last_sample_ms;
    mp->last_second = seconds->last_sample;
    mp->minutes.n_topics = seconds->n_topics;
    minutes_pass(mp, seconds->last_sample_ms);
    for (enum pt_series_figure i = 0; i < PT_SERIES_FIGURES; i++) {
        const float *ring = pt_series_ring(seconds, i);
        pt_series_add(&mp->sums[i], i, (double)ring[seconds->last_sample % PT_SERIES_LEN]);
    }
}

/* ---- those of earlier engines ---- */

static bool minutes_take(void *self, struct fact *fact)
{
    struct minutes_part *mp = self;
    if (fact->kind == FACT_AWAY_PAST) {
        past_asking_take(&mp->asking, fact->payload, &mp->minutes.away);
        mp->has_grown = true;
        return true;
    }
    if (fact->kind != FACT_PAST || fact->payload == NULL)
        return false;
    free(mp->past);
    mp->past = fact_claim(fact);
    return true;
}

static void minutes_tick(void *self, int64_t now_us)
{
    struct minutes_part *mp = self;
    past_asking_tick(&mp->asking, now_us);
}

static const char *minutes_cluster_id(const struct minutes_part *mp)
{
    const struct pt_cluster_section *cluster = mp->desk->now->cluster;
    /* The mock cluster makes itself a new ID at each start. */
    if (mp->desk->set->is_embedded)
        return "embedded";
    return cluster != NULL ? cluster->id : "";
}

/* They were of a cluster whose ID was not known yet, or now another one answers at its address. */
static void minutes_look_at_cluster(struct minutes_part *mp)
{
    struct pt_series_section *s = &mp->minutes;
    const char *id = minutes_cluster_id(mp);
    if (id[0] == '\0' || strcmp(id, s->cluster_id) == 0)
        return;
    if (s->cluster_id[0] != '\0' && mp->own_from > 0 && s->n_restarts > 0) {
        past_forget(s, mp->own_from);
        desk_event(mp->desk, PT_NOTICE, "pintop",
                   "charts: what was recorded before this start is left out, because it is of "
                   "cluster %s, and this is cluster %s",
                   s->cluster_id, id);
    }
    text_copy(s->cluster_id, sizeof s->cluster_id, id);
    mp->has_grown = true;
}

static void minutes_say_past(const struct minutes_part *mp)
{
    char from[32], to[32];
    const struct pt_series_section *s = &mp->minutes;
    const struct pt_restart *last = s->n_restarts > 0 ? &s->restarts[s->n_restarts - 1] : NULL;
    clock_format_ms(past_oldest_ms(s), from, sizeof from);
    if (last == NULL || last->ended_ms == PT_UNKNOWN)
        text_copy(to, sizeof to, "this start");
    else
        clock_format_ms(last->ended_ms, to, sizeof to);
    desk_event(mp->desk, PT_INFO, "pintop",
               "charts: what was recorded from %s to %s stands before this start", from, to);
}

/* Waits for the first second, which tells where the own minutes begin. */
static void minutes_recall(struct minutes_part *mp)
{
    struct pt_series_section *s = &mp->minutes;
    const struct pt_series_section *past = mp->past;
    if (past == NULL || mp->minute_ms == PT_UNKNOWN)
        return;
    bool is_same = strcmp(past->subject, s->subject) == 0 &&
                   (past->cluster_id[0] == '\0' || s->cluster_id[0] == '\0' ||
                    strcmp(past->cluster_id, s->cluster_id) == 0);
    int64_t n = is_same && mp->own_from == 0 ? past_put(s, mp->minute_ms, mp->begun_ms, past) : 0;
    if (n > 0) {
        mp->own_from = n;
        mp->has_grown = true;
        if (s->cluster_id[0] == '\0')
            text_copy(s->cluster_id, sizeof s->cluster_id, past->cluster_id);
        minutes_say_past(mp);
    }
    free(mp->past);
    mp->past = NULL;
}

static const void *minutes_section(void *self)
{
    struct minutes_part *mp = self;
    minutes_take_second(mp);
    minutes_look_at_cluster(mp);
    minutes_recall(mp);
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
    clock_shift(&mp->begun_ms, by_ms);
    clock_shift(&mp->minutes.away.first_ms, by_ms);
    for (size_t i = 0; i < mp->minutes.n_restarts; i++) {
        clock_shift(&mp->minutes.restarts[i].ended_ms, by_ms);
        clock_shift(&mp->minutes.restarts[i].begun_ms, by_ms);
    }
}

const struct part minutes_part = {
    .name = "minutes",
    .take = minutes_take,
    .tick = minutes_tick,
    .clock_set = minutes_clock_set,
    .section = minutes_section,
};
