#include "away/view.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "away/metrics.h"
#include "aws/msk_topics.h"
#include "base/clock.h"
#include "base/text.h"

enum {
    AWAY_TOPICS_MAX = 5000,
    AWAY_CLUSTERS_MAX = 50, /* that are asked for their servers */
    ASKED_MAX = 50,         /* topics whose partitions and metrics are asked for in a look */
    AWAY_BROKERS_MAX = 120
};

void away_view_free(void *item)
{
    struct away_view *view = item;
    if (view == NULL)
        return;
    free(view->topics);
    free(view->partitions);
    free(view);
}

struct away_view *away_failed(const struct pt_error *err)
{
    struct away_view *view = calloc(1, sizeof *view);
    if (view != NULL) {
        view->error = *err;
        view->time_ms = clock_real_ms();
    }
    return view;
}

/* ------------------------------------------------------------------ which cluster */

bool away_is_msk(const struct pt_config *cfg)
{
    const char *servers = pt_config_get(cfg, "bootstrap.servers");
    char region[AWS_REGION_MAX];
    return pt_config_get(cfg, "pintop.msk.cluster") != NULL ||
           (servers != NULL && aws_region_of_broker(servers, region, sizeof region));
}

/* None has the servers, as far as could be seen. first: of the clusters whose servers could not be
 * asked for; PT_OK: there is none. */
static pt_code away_none_has(const struct aws_setup *setup, const struct msk_clusters *all,
                             const char *servers, const struct pt_error *first,
                             struct pt_error *err)
{
    int len = (int)strcspn(servers, ",");
    if (first->code != PT_OK)
        return pt_error_set(err, first->code, first->fix,
                            "MSK cluster: which one has the broker %.*s is unknown (%.300s)", len,
                            servers, first->what);
    if (all->is_truncated)
        return pt_error_set(err, PT_ENOTFOUND, "Set pintop.msk.cluster",
                            "MSK cluster: none of the first %zu in %s has the broker %.*s, and "
                            "there are more",
                            all->n, setup->client.region, len, servers);
    return pt_error_set(err, PT_ENOTFOUND, "Set pintop.msk.cluster, and check the region",
                        "MSK cluster: none in %s that you may see has the broker %.*s",
                        setup->client.region, len, servers);
}

/* The cluster that names these servers as its own. */
static pt_code away_find_by_servers(struct aws_setup *setup, const struct aws_keys *keys,
                                    const char *servers, char *arn, size_t cap,
                                    struct pt_error *err)
{
    struct msk_clusters all;
    struct msk_bootstrap bootstrap;
    struct pt_error why, first = {.code = PT_OK};
    pt_code code = msk_list_clusters(&setup->client, keys, NULL, AWAY_CLUSTERS_MAX, &all, err);
    if (code != PT_OK)
        return code;
    arn[0] = '\0';
    for (size_t i = 0; i < all.n && arn[0] == '\0'; i++) {
        code = msk_get_bootstrap(&setup->client, keys, all.items[i].arn, &bootstrap, &why);
        if (code == PT_OK && msk_bootstrap_has(&bootstrap, servers))
            text_copy(arn, cap, all.items[i].arn);
        else if (code != PT_OK && first.code == PT_OK)
            first = why;
    }
    code = arn[0] != '\0' ? PT_OK : away_none_has(setup, &all, servers, &first, err);
    msk_clusters_done(&all);
    return code;
}

/* Servers that are configured beside a cluster must be its own: nothing is to be told of, or
 * changed in, another cluster than the one that was named. */
static pt_code away_check_servers(struct aws_setup *setup, const struct aws_keys *keys,
                                  const char *arn, const char *servers, struct pt_error *err)
{
    struct msk_bootstrap bootstrap;
    pt_code code = msk_get_bootstrap(&setup->client, keys, arn, &bootstrap, err);
    if (code != PT_OK || msk_bootstrap_has(&bootstrap, servers))
        return code;
    return pt_error_set(err, PT_ECONFIG, "Leave one of the two out",
                        "bootstrap.servers: the brokers %.200s are not those of the cluster "
                        "%.200s (pintop.msk.cluster)",
                        servers, arn);
}

pt_code away_find(struct aws_setup *setup, const struct aws_keys *keys, const struct pt_config *cfg,
                  char *arn, size_t cap, struct pt_error *err)
{
    const char *name = pt_config_get(cfg, "pintop.msk.cluster");
    const char *servers = pt_config_get(cfg, "bootstrap.servers");
    if (name == NULL && servers != NULL)
        return away_find_by_servers(setup, keys, servers, arn, cap, err);
    pt_code code = msk_find(&setup->client, keys, name != NULL ? name : "auto", arn, cap, err);
    return code == PT_OK && servers != NULL ? away_check_servers(setup, keys, arn, servers, err)
                                            : code;
}

pt_code away_may_ask(const struct msk_cluster *cluster, struct pt_error *err)
{
    char *end = NULL;
    long major = strtol(cluster->kafka_version, &end, 10);
    long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    bool is_told = end != cluster->kafka_version && *end == '.';
    if (strcmp(cluster->type, "SERVERLESS") == 0)
        return pt_error_set(err, PT_EUNSUPPORTED,
                            "Run pintop on a host in the cluster's VPC, where it reaches a broker",
                            "MSK cluster %s: it is a Serverless one, and AWS's topic operations "
                            "are for provisioned clusters",
                            cluster->name);
    if (is_told && (major < 3 || (major == 3 && minor < 6)))
        return pt_error_set(err, PT_EUNSUPPORTED,
                            "Run pintop on a host in the cluster's VPC, where it reaches a broker",
                            "MSK cluster %s: it has Kafka %s, and AWS's topic operations need "
                            "Kafka 3.6.0 or later",
                            cluster->name, cluster->kafka_version);
    return PT_OK;
}

/* ------------------------------------------------------------------ one look */

struct away_round {
    struct aws_setup *setup;
    const struct aws_keys *keys;
    const char *arn, *group;
    struct msk_cluster cluster;
    struct away_view *view;
    size_t asked[ASKED_MAX]; /* the watched topics: places in view->topics */
    size_t n_asked;
};

/* Adds a sentence to the note. */
static void away_note(struct away_view *view, const char *text)
{
    size_t used = strlen(view->note);
    if (text[0] != '\0' && used + 8 < sizeof view->note)
        text_put(view->note + used, sizeof view->note - used, "%s%s", used > 0 ? "; " : "", text);
}

static void away_take_topic(const struct msk_topic *from, struct pt_topic *to)
{
    *to = (struct pt_topic){.n_partitions = from->n_partitions > 0 ? from->n_partitions : 0,
                            .replication = from->replication,
                            .leaderless = -1,
                            .under_replicated = from->n_out_of_sync == 0 ? 0 : -1,
                            .is_internal = strncmp(from->name, "__", 2) == 0,
                            .stream = -1,
                            .messages = PT_UNKNOWN,
                            .high = PT_UNKNOWN,
                            .committed = PT_UNKNOWN,
                            .lag = PT_UNKNOWN,
                            .max_lag = PT_UNKNOWN,
                            .lag_s = NAN,
                            .in_per_s = NAN,
                            .out_per_s = NAN,
                            .bytes_in_per_s = NAN,
                            .asked_ms = PT_UNKNOWN};
    text_copy(to->name, sizeof to->name, from->name);
}

static int away_compare(const void *a, const void *b)
{
    return strcmp(((const struct pt_topic *)a)->name, ((const struct pt_topic *)b)->name);
}

static pt_code away_take_topics(struct away_round *round, const struct pt_config *cfg,
                                struct pt_error *err)
{
    struct away_view *view = round->view;
    const char *watched = pt_config_get(cfg, "pintop.topics");
    char whole[4096];
    regex_t regex;
    struct msk_topics all;
    pt_code code = msk_list_topics(&round->setup->client, round->keys, round->arn, NULL,
                                   AWAY_TOPICS_MAX, &all, err);
    if (code != PT_OK)
        return code;
    snprintf(whole, sizeof whole, "^(%s)$", watched != NULL && watched[0] != '\0' ? watched : ".*");
    bool has_regex = regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB) == 0;
    view->topics = calloc(all.n + 1, sizeof *view->topics);
    for (size_t i = 0; view->topics != NULL && i < all.n; i++) {
        struct pt_topic *topic = &view->topics[view->n_topics++];
        away_take_topic(&all.items[i], topic);
        topic->is_watched = has_regex && (!topic->is_internal || strstr(whole, "__") != NULL) &&
                            regexec(&regex, topic->name, 0, NULL, 0) == 0;
    }
    if (has_regex)
        regfree(&regex);
    if (all.is_truncated)
        away_note(view, "there are more topics than these");
    msk_topics_done(&all);
    if (view->topics == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "MSK ListTopics: out of memory");
    qsort(view->topics, view->n_topics, sizeof *view->topics, away_compare);
    view->time_ms = clock_real_ms();
    return PT_OK;
}

static void away_choose(struct away_round *round)
{
    const struct away_view *view = round->view;
    size_t n_watched = 0;
    for (size_t i = 0; i < view->n_topics; i++) {
        if (!view->topics[i].is_watched)
            continue;
        if (n_watched++ < ASKED_MAX)
            round->asked[round->n_asked++] = i;
    }
    if (n_watched > ASKED_MAX)
        away_note(round->view, "only the first 50 watched topics have figures");
}

/* ------------------------------------------------------------------ partitions */

static int compare_msk_partitions(const void *a, const void *b)
{
    const struct msk_partition *left = a, *right = b;
    return (left->partition > right->partition) - (left->partition < right->partition);
}

/* Returns false when out of memory, or when there are others than the list of topics said. */
static bool away_put_partitions(struct away_view *view, struct pt_topic *topic,
                                const struct msk_partitions *from)
{
    struct pt_partition *grown =
        realloc(view->partitions, (view->n_partitions + from->n + 1) * sizeof *grown);
    if (grown == NULL || from->n != (size_t)topic->n_partitions)
        return grown != NULL ? (view->partitions = grown, false) : false;
    view->partitions = grown;
    topic->first_partition = view->n_partitions;
    topic->leaderless = topic->under_replicated = 0;
    for (size_t i = 0; i < from->n; i++) {
        const struct msk_partition *part = &from->items[i];
        topic->leaderless += part->leader < 0;
        topic->under_replicated += part->n_in_sync < part->n_replicas;
        view->partitions[view->n_partitions++] = (struct pt_partition){.partition = part->partition,
                                                                       .leader = part->leader,
                                                                       .replicas = part->n_replicas,
                                                                       .in_sync = part->n_in_sync,
                                                                       .low = PT_UNKNOWN,
                                                                       .high = PT_UNKNOWN,
                                                                       .committed = PT_UNKNOWN,
                                                                       .lag = PT_UNKNOWN};
    }
    return true;
}

static void away_take_partitions(struct away_round *round)
{
    struct away_view *view = round->view;
    struct pt_error why;
    bool has_all = true;
    for (size_t i = 0; i < view->n_topics; i++)
        view->topics[i].first_partition = SIZE_MAX;
    for (size_t i = 0; i < round->n_asked; i++) {
        struct pt_topic *topic = &view->topics[round->asked[i]];
        struct msk_partitions parts;
        if (msk_list_partitions(&round->setup->client, round->keys, round->arn, topic->name, &parts,
                                &why) != PT_OK) {
            if (why.code == PT_ENOTFOUND) { /* deleted since it was listed: the others are there */
                has_all = false;
                continue;
            }
            away_note(view, why.what);
            break;
        }
        qsort(parts.items, parts.n, sizeof *parts.items, compare_msk_partitions);
        has_all = away_put_partitions(view, topic, &parts) && has_all;
        msk_partitions_done(&parts);
    }
    if (!has_all)
        away_note(view, "the partitions of a topic are changing, and are not shown");
    for (size_t i = 0; i < view->n_topics; i++)
        if (view->topics[i].first_partition == SIZE_MAX)
            view->topics[i].first_partition = view->n_partitions;
}

/* ------------------------------------------------------------------ figures */

static int64_t away_whole(double value)
{
    return isnan(value) ? PT_UNKNOWN : llround(value);
}

/* The age of what is told is that of the oldest figure. */
static void away_put_figures(struct away_round *round, const struct away_figures *figures, size_t n)
{
    int64_t skew_ms = aws_skew_ms(&round->setup->client);
    for (size_t i = 0; i < n; i++) {
        int64_t oldest_ms = figures[i].oldest_ms;
        if (oldest_ms != INT64_MAX && oldest_ms - skew_ms < round->view->time_ms)
            round->view->time_ms = oldest_ms - skew_ms;
        struct pt_topic *topic = &round->view->topics[round->asked[i]];
        topic->in_per_s = figures[i].in_per_s;
        topic->bytes_in_per_s = figures[i].bytes_in_per_s;
        topic->lag = away_whole(figures[i].lag);
        topic->max_lag = away_whole(figures[i].max_lag);
        topic->lag_s = figures[i].lag_s;
    }
}

/* The IDs of the brokers, for rates; none where the level has no rates. Returns how many. */
static size_t away_brokers(struct away_round *round, int32_t *ids)
{
    char words[PT_REASON_MAX];
    struct msk_nodes nodes;
    struct pt_error why;
    size_t n = 0;
    away_level_words(round->cluster.monitoring, words, sizeof words);
    away_note(round->view, words);
    if (!away_level_has_rates(round->cluster.monitoring))
        return 0;
    if (msk_list_nodes(&round->setup->client, round->keys, round->arn, &nodes, &why) != PT_OK) {
        away_note(round->view, why.what);
        return 0;
    }
    for (size_t i = 0; i < nodes.n && n < AWAY_BROKERS_MAX; i++)
        if (nodes.items[i].broker_id >= 0)
            ids[n++] = nodes.items[i].broker_id;
    msk_nodes_done(&nodes);
    return n;
}

static void away_take_figures(struct away_round *round)
{
    int32_t brokers[AWAY_BROKERS_MAX];
    const char *topics[ASKED_MAX];
    struct away_figures figures[ASKED_MAX];
    struct pt_error why;
    struct away_ask ask = {.cluster = round->cluster.name,
                           .brokers = brokers,
                           .n_brokers = away_brokers(round, brokers),
                           .group = round->group,
                           .topics = topics,
                           .n_topics = round->n_asked};
    size_t limit = away_metrics_limit(ask.n_brokers, round->group[0] != '\0');
    if (round->group[0] == '\0')
        away_note(round->view,
                  "lag is unknown, because no sink is known: set pintop.connector.name");
    if (limit > 0 && ask.n_topics > limit) {
        ask.n_topics = limit;
        away_note(round->view,
                  "the figures from CloudWatch are those of the first watched topics only");
    }
    for (size_t i = 0; i < ask.n_topics; i++)
        topics[i] = round->view->topics[round->asked[i]].name;
    if (limit == 0 || ask.n_topics == 0)
        return;
    if (away_metrics(&round->setup->client, round->keys, &ask, figures, &why) != PT_OK)
        away_note(round->view, why.what);
    else
        away_put_figures(round, figures, ask.n_topics);
}

struct away_view *away_look(struct aws_setup *setup, const struct aws_keys *keys,
                            const struct pt_config *cfg, const char *arn, const char *group)
{
    struct away_round *round = calloc(1, sizeof *round);
    struct away_view *view = calloc(1, sizeof *view);
    if (round == NULL || view == NULL) {
        free(round);
        free(view);
        return NULL;
    }
    *round =
        (struct away_round){.setup = setup, .keys = keys, .arn = arn, .group = group, .view = view};
    pt_code code = msk_describe_cluster(&setup->client, keys, arn, &round->cluster, &view->error);
    if (code == PT_OK)
        code = away_may_ask(&round->cluster, &view->error);
    if (code == PT_OK)
        code = away_take_topics(round, cfg, &view->error);
    if (code == PT_OK) {
        view->error.code = PT_OK;
        away_choose(round);
        away_take_partitions(round);
        away_take_figures(round);
    } else {
        view->time_ms = clock_real_ms();
    }
    free(round);
    return view;
}
