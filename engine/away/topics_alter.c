/* Changing a topic by MSK's UpdateTopic, which takes either settings or a number of partitions in
 * one call. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "away/metrics.h"
#include "away/topics_private.h"
#include "aws/msk_topics.h"
#include "base/clock.h"
#include "base/text.h"

struct away_alter {
    const struct pt_command *cmd;
    struct away_call *call;
    struct pt_result told; /* its settings as AWS lists them */
    struct alter_setting *settings;
    struct alter_now now;
    struct alter_plan plan;
    struct msk_topic_change change; /* of the last request */
    bool was_lost;                  /* the answer to any */
};

/* ------------------------------------------------------------------ the topic as it is */

static pt_code away_alter_settings(struct away_alter *alter, const char *lines,
                                   struct pt_error *err)
{
    away_take_configs(lines, &alter->told);
    size_t n = alter->told.n_configs;
    alter->settings = calloc(n + 1, sizeof *alter->settings);
    if (alter->settings == NULL || !alter->told.has_configs)
        return pt_error_set(err, PT_ENOMEM, NULL, "change topic %.100s: out of memory",
                            alter->cmd->topic);
    for (size_t i = 0; i < n; i++)
        alter->settings[i] = (struct alter_setting){.name = alter->told.configs[i].name,
                                                    .value = alter->told.configs[i].value};
    alter->now.settings = alter->settings;
    alter->now.n_settings = n;
    alter->now.missing = "(not listed)";
    return PT_OK;
}

static pt_code away_alter_read(struct away_alter *alter, struct pt_error *err)
{
    struct away_call *call = alter->call;
    struct msk_topic_details details = {.configs = NULL};
    pt_code code = msk_describe_topic(&call->setup.client, &call->keys, call->arn,
                                      alter->cmd->topic, &details, err);
    if (code == PT_ENOTFOUND)
        code = away_no_topic(alter->cmd->topic, err);
    alter->now = (struct alter_now){.topic = alter->cmd->topic,
                                    .n_partitions = details.n_partitions,
                                    .replication = details.replication,
                                    .no_unset = "MSK's UpdateTopic can only set values"};
    if (code == PT_OK && details.configs != NULL)
        code = away_alter_settings(alter, details.configs, err);
    msk_topic_details_done(&details);
    return code == PT_OK ? alter_plan_make(alter->cmd, &alter->now, &alter->plan, err) : code;
}

static void away_alter_done(struct away_alter *alter)
{
    alter_plan_done(&alter->plan);
    free(alter->settings);
    free((void *)(uintptr_t)alter->told.configs);
}

/* ------------------------------------------------------------------ the calls */

static pt_code away_alter_send_settings(struct away_alter *alter, struct pt_error *err)
{
    struct away_call *call = alter->call;
    const char **configs = calloc(alter->plan.n_steps + 1, sizeof *configs);
    if (configs == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "change topic %.100s: out of memory",
                            alter->cmd->topic);
    for (size_t i = 0; i < alter->plan.n_steps; i++)
        configs[i] = alter->plan.steps[i].name; /* "key=value", as it was given */
    pt_code code = msk_update_topic(&call->setup.client, &call->keys, call->arn, alter->cmd->topic,
                                    0, configs, alter->plan.n_steps, &alter->change, err);
    free(configs);
    return code;
}

static pt_code away_alter_send(struct away_alter *alter, enum alter_request request,
                               struct pt_error *err)
{
    struct away_call *call = alter->call;
    if (request == ALTER_SETTINGS)
        return away_alter_send_settings(alter, err);
    return msk_update_topic(&call->setup.client, &call->keys, call->arn, alter->cmd->topic,
                            alter->plan.to, NULL, 0, &alter->change, err);
}

/* AWS's list is up to a minute old: only a topic that is as asked for proves anything. */
static bool away_alter_await(struct away_alter *alter, enum alter_request request)
{
    int64_t until_us = clock_mono_us() + AWAY_LOOK_MS * INT64_C(1000);
    alter->call->until_us = until_us;
    do {
        struct away_alter now = {.cmd = alter->cmd, .call = alter->call};
        struct pt_error why = {.code = PT_OK};
        bool is_made = away_alter_read(&now, &why) == PT_OK && alter_is_made(&now.plan, request);
        away_alter_done(&now);
        if (is_made || why.code == PT_ECANCELLED)
            return is_made;
        away_nap();
    } while (clock_mono_us() < until_us);
    return false;
}

/* Sends one of the two requests, unless there is nothing to send. */
static pt_code away_alter_make_one(struct away_alter *alter, enum alter_request request,
                                   struct pt_result *result, struct pt_error *err)
{
    if (alter_is_made(&alter->plan, request))
        return PT_OK;
    pt_code code = away_alter_send(alter, request, err);
    if (code == PT_ENOTFOUND)
        code = away_no_topic(alter->cmd->topic, err);
    if (code == PT_OK || !alter->change.is_lost)
        return alter_refused(&alter->plan, request, code, err);
    alter->was_lost = true;
    if (away_alter_await(alter, request))
        return PT_OK;
    result->is_unsure = true;
    return alter_lost(&alter->plan, request, false, code, err);
}

static pt_code away_alter_make(struct away_alter *alter, struct pt_result *result,
                               struct pt_error *err)
{
    char words[1024], cluster[AWAY_CLUSTER_MAX];
    alter_words(&alter->plan, words, sizeof words);
    pt_code code = away_alter_make_one(alter, ALTER_SETTINGS, result, err);
    if (code == PT_OK)
        code = away_alter_make_one(alter, ALTER_PARTITIONS, result, err);
    if (code != PT_OK)
        return code;
    away_say(result,
             "Changed topic %s: %s. It was changed " THROUGH_AWS
             ", on the cluster %s.%s Its status is %s; AWS lists it within about a minute.",
             alter->cmd->topic, words, away_cluster_name(alter->call, cluster, sizeof cluster),
             alter->was_lost ? " An answer was lost, but AWS lists the topic as asked for." : "",
             alter->change.status[0] != '\0' ? alter->change.status : "unknown");
    return PT_OK;
}

/* Without metrics, or the permission to read them, the lag stays unknown. */
static void away_alter_lag(const struct away_alter *alter, const char *cluster,
                           struct alter_facts *facts)
{
    struct away_call *call = alter->call;
    struct away_figures figures;
    const struct away_ask ask = {
        .cluster = cluster, .group = facts->group, .topics = &alter->cmd->topic, .n_topics = 1};
    if (!alter_wants_lag(&alter->plan) || facts->group[0] == '\0' ||
        away_metrics(&call->setup.client, &call->keys, &ask, &figures, NULL) != PT_OK ||
        isnan(figures.lag))
        return;
    facts->is_lag_late = true;
    facts->lag = (int64_t)figures.lag;
    if (!isnan(figures.lag_s))
        facts->oldest_ms = facts->now_ms - (int64_t)(figures.lag_s * 1000);
}

static pt_code away_alter_plan_or_make(struct away_alter *alter, enum alter_writer writer,
                                       struct pt_result *result, struct pt_error *err)
{
    char words[1024], cluster[AWAY_CLUSTER_MAX], group[PT_NAME_MAX];
    struct alter_facts facts;
    bool is_empty = alter_is_empty(&alter->plan);
    away_cluster_name(alter->call, cluster, sizeof cluster);
    away_group(alter->call->away, group, sizeof group);
    alter_facts_init(&facts, group, writer, clock_real_ms());
    pt_code code = alter_judge(&alter->plan, &facts, err);
    if (code == PT_OK && !is_empty)
        away_alter_lag(alter, cluster, &facts);
    if (code == PT_OK)
        code = alter_tell(&alter->plan, &facts, result, err);
    if (code == PT_OK)
        code = alter_check_seen(alter->cmd, result, err);
    if (code != PT_OK)
        return code;
    if (is_empty) {
        away_say(result, "Topic %s is like that already, as AWS lists it. Nothing was sent.",
                 alter->cmd->topic);
        return PT_OK;
    }
    if (!alter->cmd->is_plan)
        return away_alter_make(alter, result, err);
    alter_words(&alter->plan, words, sizeof words);
    away_say(result,
             "Would change topic %s: %s, " THROUGH_AWS
             ", on the cluster %s; AWS checks the settings only when they are sent. Nothing was "
             "sent.",
             alter->cmd->topic, words, cluster);
    return PT_OK;
}

pt_code away_alter_topic(struct away *away, const struct pt_command *cmd, enum alter_writer writer,
                         struct pt_result *result, struct pt_error *err)
{
    struct away_call call;
    struct msk_cluster cluster;
    struct away_alter *alter = calloc(1, sizeof *alter);
    if (alter == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "change topic %.100s: out of memory", cmd->topic);
    *alter = (struct away_alter){.cmd = cmd, .call = &call};
    pt_code code = cmd->is_plan ? away_begin_topic(away, &call, cmd->topic, false, err)
                                : away_begin_change(away, &call, cmd->topic, false, err);
    if (code == PT_OK)
        code = msk_describe_cluster(&call.setup.client, &call.keys, call.arn, &cluster, err);
    if (code == PT_OK)
        code = away_may_ask(&cluster, err);
    if (code == PT_OK)
        code = away_alter_read(alter, err);
    if (code == PT_OK)
        code = away_alter_plan_or_make(alter, writer, result, err);
    away_alter_done(alter);
    free(alter);
    away_call_done(&call);
    return code;
}
