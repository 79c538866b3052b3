#include "parts/past_asking.h"

#include <string.h>

#include "base/text.h"
#include "parts/topics.h"

/* The sink's group is waited for, because it may be found only after the topics. */
enum { GROUP_WAIT_S = 30, PAUSE_MAX_S = 3600, PAUSE_MIN_S = 60, AGAIN_S = 600 };

static const int64_t SECOND_US = 1000000;

void past_asking_init(struct past_asking *asking, const struct desk *desk,
                      const struct minutes_hooks *hooks)
{
    *asking = (struct past_asking){.desk = desk, .known_us = -1};
    if (hooks != NULL)
        asking->hooks = *hooks;
}

static void past_asking_fill(const struct pt_topics_section *topics, const char *group,
                             struct away_past_wish *wish)
{
    *wish = (struct away_past_wish){.n_watched = 0};
    text_copy(wish->group, sizeof wish->group, group);
    for (size_t i = 0; i < topics->n_topics; i++) {
        const struct pt_topic *topic = &topics->topics[i];
        if (topic->is_watched && wish->n_watched++ < AWAY_PAST_TOPICS_MAX)
            text_copy(wish->watched[wish->n_watched - 1], PT_TOPIC_MAX, topic->name);
        if (topic->stream >= 0 && wish->n_lags < PT_STREAMS)
            text_copy(wish->lags[wish->n_lags++], PT_TOPIC_MAX, topic->name);
    }
}

/* The group is the configured sink's, else that of a connector that carries the streams' topics. */
static const char *past_asking_group(struct past_asking *asking)
{
    const struct desk *desk = asking->desk;
    if (desk->set->group[0] != '\0')
        return desk->set->group;
    return topics_sink_group(desk->now->connectors, asking->sink, sizeof asking->sink);
}

static bool past_asking_is_due(struct past_asking *asking, const char *group, bool is_of_aws,
                               int64_t now_us)
{
    bool is_done = asking->next_us == INT64_MAX && !asking->is_refused;
    if (is_done && is_of_aws)
        asking->next_us = asking->asked_us + AGAIN_S * SECOND_US;
    if (is_done && !asking->has_group && group[0] != '\0')
        asking->next_us = now_us; /* of the lag nothing was asked */
    bool is_awaited = group[0] == '\0' && now_us < asking->known_us + GROUP_WAIT_S * SECOND_US;
    return now_us >= asking->next_us && !is_awaited;
}

void past_asking_tick(struct past_asking *asking, int64_t now_us)
{
    const struct pt_topics_section *topics = asking->desk->now->topics;
    struct away_past_wish wish;
    if (asking->hooks.may_ask == NULL || asking->is_open || topics == NULL ||
        topics->n_topics == 0 || !asking->hooks.may_ask(asking->hooks.arg))
        return;
    if (asking->known_us < 0)
        asking->known_us = now_us;
    const char *group = past_asking_group(asking);
    if (!past_asking_is_due(asking, group, topics->source == PT_TOPICS_OF_AWS, now_us))
        return;
    past_asking_fill(topics, group, &wish);
    if (wish.n_watched == 0 && wish.n_lags == 0)
        return;
    asking->has_group = group[0] != '\0';
    asking->asked_us = now_us;
    asking->is_open = true;
    asking->hooks.ask(asking->hooks.arg, &wish);
}

/* Each pause is twice as long as the one before, up to an hour. */
static int64_t past_asking_pause_s(const struct past_asking *asking)
{
    int64_t pause_s = PAUSE_MIN_S;
    for (int i = 1; i < asking->n_failed && pause_s < PAUSE_MAX_S; i++)
        pause_s *= 2;
    return pause_s < PAUSE_MAX_S ? pause_s : PAUSE_MAX_S;
}

static void past_asking_fail(struct past_asking *asking, const struct pt_error *err,
                             struct pt_away_past *past)
{
    char when[80] = "it is asked again when everything is refreshed";
    bool is_new = strcmp(past->note, err->what) != 0;
    asking->n_failed++;
    asking->is_refused = away_past_is_refused(err->code);
    asking->next_us = INT64_MAX;
    if (!asking->is_refused) {
        int64_t pause_s = past_asking_pause_s(asking);
        asking->next_us = desk_mono_us(asking->desk) + pause_s * SECOND_US;
        text_put(when, sizeof when, "it is asked again in %d min, and then less often",
                 (int)(pause_s / 60));
    }
    text_copy(past->note, sizeof past->note, err->what);
    if (is_new)
        desk_event(asking->desk, PT_NOTICE, "pintop",
                   "charts: CloudWatch does not tell the time before this start, and %s: %s%s%s",
                   when, err->what, err->fix[0] != '\0' ? ". " : "", err->fix);
}

void past_asking_take(struct past_asking *asking, const struct away_past_told *told,
                      struct pt_away_past *past)
{
    static const struct pt_error no_memory = {.code = PT_ENOMEM, .what = "out of memory"};
    const struct pt_error *err = told != NULL ? &told->error : &no_memory;
    asking->is_open = false;
    if (err->code != PT_OK) {
        past_asking_fail(asking, err, past);
        return;
    }
    bool is_new = told->past.note[0] != '\0' && strcmp(past->note, told->past.note) != 0;
    asking->n_failed = 0;
    asking->is_refused = false;
    asking->next_us = INT64_MAX;
    *past = told->past;
    if (is_new)
        desk_event(asking->desk, PT_INFO, "pintop",
                   "charts: CloudWatch tells not all of the time before this start: %s",
                   past->note);
}

void past_asking_refresh(struct past_asking *asking)
{
    if (asking->n_failed == 0)
        return;
    asking->n_failed = 0;
    asking->is_refused = false;
    asking->next_us = 0;
}
