#include "away/past.h"

#include <string.h>

#include "away/metrics.h"
#include "aws/cloudwatch.h"
#include "aws/msk.h"
#include "base/text.h"

enum { PAST_BROKERS_MAX = CW_QUERIES_MAX };

/* The question while it is made. */
struct past_round {
    struct aws_setup *setup;
    const struct aws_keys *keys;
    const char *arn;
    struct msk_cluster cluster;
    int32_t brokers[PAST_BROKERS_MAX];
    const char *watched[AWAY_PAST_TOPICS_MAX], *lags[PT_STREAMS];
    char note[PT_REASON_MAX];
};

bool away_past_is_refused(pt_code code)
{
    return code == PT_EAUTH || code == PT_ECONFIG || code == PT_EUNSUPPORTED || code == PT_EREFUSED;
}

static void past_note(struct past_round *round, const char *text)
{
    size_t used = strlen(round->note);
    if (text[0] != '\0' && used + 8 < sizeof round->note)
        text_put(round->note + used, sizeof round->note - used, "%s%s", used > 0 ? "; " : "", text);
}

/* All brokers of the cluster, also those that are down now: each has its part of a topic's rate.
 * Without leave to list them there is no rate, but a lag. */
static pt_code past_list_brokers(struct past_round *round, size_t *n, struct pt_error *err)
{
    struct msk_nodes nodes;
    pt_code code = msk_list_nodes(&round->setup->client, round->keys, round->arn, &nodes, err);
    *n = 0;
    if (code == PT_EAUTH) {
        past_note(round, err->what);
        return PT_OK;
    }
    if (code != PT_OK)
        return code;
    for (size_t i = 0; i < nodes.n && *n < PAST_BROKERS_MAX; i++)
        if (nodes.items[i].broker_id >= 0)
            round->brokers[(*n)++] = nodes.items[i].broker_id;
    msk_nodes_done(&nodes);
    return PT_OK;
}

/* The rate is the sum over all watched topics, and the sum over some of them would be too little:
 * it is asked for as a whole, or not at all. */
static pt_code past_ask_rates(struct past_round *round, const struct away_past_wish *wish,
                              struct away_past_ask *asked, struct pt_error *err)
{
    char words[PT_REASON_MAX];
    size_t n_brokers = 0;
    away_level_words(round->cluster.monitoring, words, sizeof words);
    past_note(round, words);
    if (!away_level_has_rates(round->cluster.monitoring) || wish->n_watched == 0)
        return PT_OK;
    if (wish->n_watched > AWAY_PAST_TOPICS_MAX) {
        text_put(words, sizeof words,
                 "the rate in is not asked for, because %zu topics are watched, and CloudWatch is "
                 "asked for at most %d",
                 wish->n_watched, AWAY_PAST_TOPICS_MAX);
        past_note(round, words);
        return PT_OK;
    }
    pt_code code = past_list_brokers(round, &n_brokers, err);
    if (wish->n_watched * n_brokers + wish->n_lags > CW_QUERIES_MAX) {
        text_put(words, sizeof words,
                 "the rate in is not asked for, because that of %zu topics on %zu brokers is more "
                 "than the %d metrics that CloudWatch tells at once",
                 wish->n_watched, n_brokers, CW_QUERIES_MAX);
        past_note(round, words);
    } else {
        asked->rates.n_brokers = n_brokers;
        asked->rates.n_topics = wish->n_watched;
    }
    return code;
}

static pt_code past_ask(struct past_round *round, const struct away_past_wish *wish,
                        struct pt_away_past *past, struct pt_error *err)
{
    struct away_past_ask asked = {
        .rates = {.cluster = round->cluster.name,
                  .brokers = round->brokers,
                  .group = "",
                  .topics = round->watched},
        .lags = {.cluster = round->cluster.name,
                  .group = wish->group,
                  .topics = round->lags,
                  .n_topics = wish->n_lags}
    };
    for (size_t i = 0; i < wish->n_watched && i < AWAY_PAST_TOPICS_MAX; i++)
        round->watched[i] = wish->watched[i];
    for (size_t i = 0; i < wish->n_lags; i++)
        round->lags[i] = wish->lags[i];
    if (wish->group[0] == '\0')
        past_note(round, "lag is unknown, because no sink is known: set pintop.connector.name");
    pt_code code = past_ask_rates(round, wish, &asked, err);
    if (code == PT_OK && away_past_queries(&asked) > 0)
        code = away_metrics_past(&round->setup->client, round->keys, &asked, past, err);
    return code;
}

void away_past_ask(struct aws_setup *setup, const struct aws_keys *keys, const char *arn,
                   const struct away_past_wish *wish, struct away_past_told *told)
{
    struct past_round round = {.setup = setup, .keys = keys, .arn = arn};
    struct pt_error *err = &told->error;
    *told = (struct away_past_told){.past = {.first_ms = PT_UNKNOWN}};
    pt_code code = msk_describe_cluster(&setup->client, keys, arn, &round.cluster, err);
    if (code == PT_OK && strcmp(round.cluster.type, "SERVERLESS") == 0)
        code = pt_error_set(err, PT_EUNSUPPORTED, "Keep recordings (pintop.record)",
                            "MSK cluster %s: it is a Serverless one, whose metrics have no brokers "
                            "and no lag",
                            round.cluster.name);
    if (code == PT_OK)
        code = past_ask(&round, wish, &told->past, err);
    if (code != PT_OK)
        return;
    err->code = PT_OK;
    past_note(&round, told->past.note);
    text_copy(told->past.note, sizeof told->past.note, round.note);
    if (told->past.n > 0)
        told->past.first_ms -= aws_skew_ms(&setup->client);
}
