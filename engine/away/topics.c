#include "away/topics_private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/msk_topics.h"
#include "base/clock.h"
#include "base/printable.h"
#include "base/text.h"
#include "kafka/topic_name.h"

enum { DEFAULT_REPLICAS = 3 };
/* The reads before a change, it and the look after it take 40 s at most: less than who asked waits
 * for (ANSWER_MS of the command line). */
enum { AWAY_READS_MS = 15000 };

void away_say(struct pt_result *result, const char *fmt, ...)
{
    char text[sizeof result->text];
    va_list args;
    va_start(args, fmt);
    text_put_args(text, sizeof text, fmt, args);
    va_end(args);
    printable_str(result->text, sizeof result->text, text);
}

pt_code away_begin_topic(struct away *away, struct away_call *call, const char *topic, bool is_new,
                         struct pt_error *err)
{
    const char *prefix = is_new ? pt_config_get(away_config(away), "pintop.topics.prefix") : NULL;
    memset(call, 0, sizeof *call);
    pt_code code = topic_name_check(topic, prefix, err);
    return code == PT_OK ? away_call_begin(away, call, AWAY_READS_MS, err) : code;
}

pt_code away_begin_change(struct away *away, struct away_call *call, const char *topic, bool is_new,
                          struct pt_error *err)
{
    memset(call, 0, sizeof *call);
    if (pt_config_is_readonly(away_config(away)))
        return pt_error_set(err, PT_EREADONLY, "Start pintop without --readonly",
                            "topic %.60s: it is not changed, because pintop runs with --readonly",
                            topic);
    return away_begin_topic(away, call, topic, is_new, err);
}

const char *away_cluster_name(const struct away_call *call, char *out, size_t cap)
{
    const char *at = strchr(call->arn, '/');
    snprintf(out, cap, "%.*s", at != NULL ? (int)strcspn(at + 1, "/") : 0,
             at != NULL ? at + 1 : "");
    return out;
}

/* What MSK lists, as of up to a minute ago. */
struct away_listed {
    bool is_listed, is_missing;        /* neither: it may be among those that were not listed */
    int32_t n_partitions, replication; /* -1 unknown */
};

static pt_code away_look_up(struct away_call *call, const char *topic, struct away_listed *listed,
                            struct pt_error *err)
{
    struct msk_topics found;
    *listed = (struct away_listed){.n_partitions = -1, .replication = -1};
    pt_code code =
        msk_list_topics(&call->setup.client, &call->keys, call->arn, topic, 1000, &found, err);
    if (code != PT_OK)
        return code;
    for (size_t i = 0; i < found.n; i++)
        if (strcmp(found.items[i].name, topic) == 0)
            *listed = (struct away_listed){.is_listed = true,
                                           .n_partitions = found.items[i].n_partitions,
                                           .replication = found.items[i].replication};
    listed->is_missing = !listed->is_listed && !found.is_truncated;
    msk_topics_done(&found);
    return PT_OK;
}

pt_code away_no_topic(const char *topic, struct pt_error *err)
{
    return pt_error_set(err, PT_ENOTFOUND,
                        "List the topics with pintop topics list; AWS's list is up to a minute old",
                        "topic %.100s: AWS lists no topic of that name, or hides it from this "
                        "identity",
                        topic);
}

static pt_code away_too_many(const char *topic, struct pt_error *err)
{
    return pt_error_set(err, PT_EDATA, "Look it up with `pintop topics describe`",
                        "topic %.100s: whether it exists is unknown, because AWS lists more topics "
                        "that begin with this name than were read",
                        topic);
}

/* ------------------------------------------------------------------ a lost answer */

void away_nap(void)
{
    const struct timespec nap = {.tv_nsec = AWAY_BETWEEN_MS * 1000000L};
    nanosleep(&nap, NULL);
}

/* Looks until the topic has appeared (is_create) or has gone. What AWS lists is up to a minute old,
 * so only that proves anything. */
static bool away_await_change(struct away_call *call, const char *topic, bool is_create,
                              struct away_listed *now)
{
    int64_t until_us = clock_mono_us() + AWAY_LOOK_MS * INT64_C(1000);
    call->until_us = until_us;
    for (;;) {
        struct pt_error looked = {.code = PT_OK};
        if (away_look_up(call, topic, now, &looked) == PT_OK &&
            (is_create ? now->is_listed : now->is_missing))
            return true;
        if (looked.code == PT_ECANCELLED || clock_mono_us() >= until_us)
            return false;
        away_nap();
    }
}

static pt_code away_is_unknown(const char *topic, bool is_create, pt_code code,
                               struct pt_result *result, struct pt_error *err)
{
    char why[AWAY_WHY_MAX];
    text_copy(why, sizeof why, err->what);
    result->is_unsure = true;
    return pt_error_set(
        err, code, "Check with `pintop topics list` in a minute, before you send it again",
        "%s topic %.200s: the answer was lost, and it is unknown whether the change was made (%s)",
        is_create ? "create" : "delete", topic, why);
}

/* Finds out what became of a deletion that was sent without an answer; it is never sent again. Only
 * a topic that was listed before can be seen to go. */
static pt_code away_look_if_gone(struct away_call *call, const char *topic, bool was_listed,
                                 pt_code code, struct pt_result *result, struct pt_error *err)
{
    struct away_listed now;
    if (!was_listed || !away_await_change(call, topic, false, &now))
        return away_is_unknown(topic, false, code, result, err);
    away_say(result, "Deleted topic %s. The answer was lost, but AWS lists the topic no more.",
             topic);
    return PT_OK;
}

/* ------------------------------------------------------------------ create */

/* The numbers of a new topic; MSK's API has no default for them. */
struct away_shape {
    int32_t n_partitions, replication;
    bool is_chosen; /* one of them was not given */
};

/* MSK's own defaults, unless the cluster's configuration sets others: one partition, and a replica
 * in each zone, at most three. A cluster of unknown zones gives none. */
static pt_code away_choose_shape(struct away_call *call, const struct pt_command *cmd,
                                 struct away_shape *shape, struct pt_error *err)
{
    struct msk_cluster cluster;
    if (cmd->partitions == 0 || cmd->partitions < -1 || cmd->replication == 0 ||
        cmd->replication < -1)
        return pt_error_set(err, PT_EUSAGE, "Use 1 or more, or omit the option",
                            "topic %.100s: it cannot have %d partitions with %d replicas",
                            cmd->topic, (int)cmd->partitions, (int)cmd->replication);
    pt_code code = msk_describe_cluster(&call->setup.client, &call->keys, call->arn, &cluster, err);
    if (code == PT_OK)
        code = away_may_ask(&cluster, err);
    if (code != PT_OK)
        return code;
    *shape = (struct away_shape){.n_partitions = cmd->partitions > 0 ? cmd->partitions : 1,
                                 .replication = cmd->replication,
                                 .is_chosen = cmd->partitions < 0 || cmd->replication < 0};
    if (shape->replication > 0)
        return PT_OK;
    int32_t zones = cluster.n_vpcs > 0 ? 1 : 0;
    for (const char *c = cluster.vpcs[0].subnets; *c != '\0'; c++)
        zones += *c == ',';
    if (zones == 0)
        return pt_error_set(err, PT_EUSAGE, "Name it with --replication-factor",
                            "topic %.100s: AWS needs the number of replicas, and does not report "
                            "in how many zones the brokers are",
                            cmd->topic);
    shape->replication = zones < DEFAULT_REPLICAS ? zones : DEFAULT_REPLICAS;
    if (cluster.n_brokers > 0 && shape->replication > cluster.n_brokers)
        shape->replication = cluster.n_brokers;
    return PT_OK;
}

static void away_shape_words(int32_t n_partitions, int32_t replication, char *out, size_t cap)
{
    snprintf(out, cap, "%" PRId32 " partition%s and %" PRId32 " replica%s", n_partitions,
             text_s(n_partitions), replication, text_s(replication));
}

/* The same for a creation. One that has appeared with other numbers may be someone else's, and even
 * one with the same numbers is not known for certain to be this one (is_unsure). */
static pt_code away_look_if_there(struct away_call *call, const char *topic,
                                  const struct away_shape *shape, pt_code code,
                                  struct pt_result *result, struct pt_error *err)
{
    struct away_listed now;
    char listed[96], asked[96];
    if (!away_await_change(call, topic, true, &now))
        return away_is_unknown(topic, true, code, result, err);
    result->is_unsure = true;
    if (now.n_partitions == shape->n_partitions && now.replication == shape->replication) {
        away_say(result, "Created topic %s. The answer was lost, but AWS lists the topic.", topic);
        return PT_OK;
    }
    away_shape_words(now.n_partitions, now.replication, listed, sizeof listed);
    away_shape_words(shape->n_partitions, shape->replication, asked, sizeof asked);
    if (now.n_partitions < 0 || now.replication < 0)
        text_put(listed, sizeof listed, "an unknown number of partitions or replicas");
    return pt_error_set(err, code, "Look at it with `pintop topics describe`, before you use it",
                        "create topic %.200s: the answer was lost, and AWS lists a topic of this "
                        "name with %s, where %s were asked for: whose it is, is unknown",
                        topic, listed, asked);
}

static pt_code away_check_configs(const struct pt_command *cmd, struct pt_error *err)
{
    for (size_t i = 0; i < cmd->n_configs; i++) {
        const char *equals = strchr(cmd->configs[i], '=');
        if (equals == NULL || equals == cmd->configs[i] || strchr(cmd->configs[i], '\n') != NULL)
            return pt_error_set(err, PT_EUSAGE, "Write it like --config retention.ms=86400000",
                                "topic configuration %.100s: it is not KEY=VALUE", cmd->configs[i]);
    }
    return PT_OK;
}

static void away_say_created(const struct away_call *call, const struct pt_command *cmd,
                             const struct away_shape *shape, const struct msk_topic_change *change,
                             struct pt_result *result)
{
    char numbers[96], words[120] = "", status[120] = "", cluster[AWAY_CLUSTER_MAX];
    away_shape_words(shape->n_partitions, shape->replication, numbers, sizeof numbers);
    if (shape->is_chosen)
        snprintf(words, sizeof words, ", with %s", numbers);
    if (strcmp(change->status, "ACTIVE") != 0)
        snprintf(status, sizeof status, " Its status is %s; AWS lists it within about a minute.",
                 change->status[0] != '\0' ? change->status : "unknown");
    away_say(result, "Created topic %s. It was created " THROUGH_AWS "%s, on the cluster %s.%s",
             cmd->topic, words, away_cluster_name(call, cluster, sizeof cluster), status);
}

/* Everything before the request itself; nothing is changed by it. */
static pt_code away_prepare(struct away_call *call, const struct pt_command *cmd,
                            struct away_shape *shape, struct pt_error *err)
{
    struct away_listed listed = {0};
    pt_code code = away_check_configs(cmd, err);
    if (code == PT_OK)
        code = away_choose_shape(call, cmd, shape, err);
    if (code == PT_OK)
        code = away_look_up(call, cmd->topic, &listed, err);
    if (code == PT_OK && listed.is_listed)
        code = pt_error_set(err, PT_EEXISTS, "Choose another name",
                            "create topic %.200s: a topic of this name already exists", cmd->topic);
    return code;
}

pt_code away_create_topic(struct away *away, const struct pt_command *cmd, struct pt_result *result,
                          struct pt_error *err)
{
    struct away_call call;
    struct away_shape shape = {0};
    struct msk_topic_change change = {.is_lost = false};
    pt_code code = away_begin_change(away, &call, cmd->topic, true, err);
    if (code == PT_OK)
        code = away_prepare(&call, cmd, &shape, err);
    if (code == PT_OK) {
        code = msk_create_topic(&call.setup.client, &call.keys, call.arn, cmd->topic,
                                shape.n_partitions, shape.replication, cmd->configs, cmd->n_configs,
                                &change, err);
        if (code == PT_OK)
            away_say_created(&call, cmd, &shape, &change, result);
        else if (change.is_lost)
            code = away_look_if_there(&call, cmd->topic, &shape, code, result, err);
    }
    away_call_done(&call);
    return code;
}

static void away_say_create(const struct away_call *call, const struct pt_command *cmd,
                            const struct away_shape *shape, struct pt_result *result)
{
    char numbers[96], configs[1024] = "", cluster[AWAY_CLUSTER_MAX];
    size_t used = 0;
    away_shape_words(shape->n_partitions, shape->replication, numbers, sizeof numbers);
    for (size_t i = 0; i < cmd->n_configs && used + 8 < sizeof configs; i++) {
        text_put(configs + used, sizeof configs - used, ", %s", cmd->configs[i]);
        used = strlen(configs);
    }
    away_say(result,
             "Would create topic %s: %s%s, " THROUGH_AWS ", on the cluster %s. Nothing was sent.",
             cmd->topic, numbers, configs, away_cluster_name(call, cluster, sizeof cluster));
}

pt_code away_plan_create_topic(struct away *away, const struct pt_command *cmd,
                               struct pt_result *result, struct pt_error *err)
{
    struct away_call call;
    struct away_shape shape = {0};
    pt_code code = away_begin_topic(away, &call, cmd->topic, true, err);
    if (code == PT_OK)
        code = away_prepare(&call, cmd, &shape, err);
    if (code == PT_OK)
        away_say_create(&call, cmd, &shape, result);
    away_call_done(&call);
    return code;
}

/* ------------------------------------------------------------------ delete */

pt_code away_delete_topic(struct away *away, const struct pt_command *cmd, struct pt_result *result,
                          struct pt_error *err)
{
    struct away_call call;
    struct away_listed before = {.is_listed = false};
    struct msk_topic_change change = {.is_lost = false};
    struct pt_error ignored; /* a list that is denied does not keep anyone from deleting */
    char cluster[AWAY_CLUSTER_MAX];
    pt_code code = away_begin_change(away, &call, cmd->topic, false, err);
    if (code == PT_OK) {
        away_look_up(&call, cmd->topic, &before, &ignored);
        code = msk_delete_topic(&call.setup.client, &call.keys, call.arn, cmd->topic, &change, err);
    }
    if (code == PT_OK)
        away_say(result,
                 "Deleted topic %s. It was deleted " THROUGH_AWS
                 ", on the cluster %s; AWS may list it for another minute.",
                 cmd->topic, away_cluster_name(&call, cluster, sizeof cluster));
    else if (change.is_lost)
        code = away_look_if_gone(&call, cmd->topic, before.is_listed, code, result, err);
    else if (code == PT_ENOTFOUND)
        code = away_no_topic(cmd->topic, err);
    away_call_done(&call);
    return code;
}

pt_code away_plan_delete_topic(struct away *away, const struct pt_command *cmd,
                               struct pt_result *result, struct pt_error *err)
{
    struct away_call call;
    struct away_listed listed = {0};
    char cluster[AWAY_CLUSTER_MAX], partitions[48] = "";
    pt_code code = away_begin_topic(away, &call, cmd->topic, false, err);
    if (code == PT_OK)
        code = away_look_up(&call, cmd->topic, &listed, err);
    if (code == PT_OK && !listed.is_listed)
        code = listed.is_missing ? away_no_topic(cmd->topic, err) : away_too_many(cmd->topic, err);
    if (code == PT_OK && listed.n_partitions > 0)
        snprintf(partitions, sizeof partitions, ", its %" PRId32 " partition%s",
                 listed.n_partitions, text_s(listed.n_partitions));
    if (code == PT_OK)
        away_say(result,
                 "Would delete topic %s%s and all its records, " THROUGH_AWS
                 ", on the cluster %s. Nothing was sent.",
                 cmd->topic, partitions, away_cluster_name(&call, cluster, sizeof cluster));
    away_call_done(&call);
    return code;
}

/* ------------------------------------------------------------------ describe */

static pt_code away_describe_partitions(struct away_call *call, const char *topic,
                                        struct pt_result *result, struct pt_error *err)
{
    struct msk_partitions from;
    pt_code code =
        msk_list_partitions(&call->setup.client, &call->keys, call->arn, topic, &from, err);
    if (code != PT_OK)
        return code;
    struct pt_described_partition *to = calloc(from.n + 1, sizeof *to);
    for (size_t i = 0; to != NULL && i < from.n; i++) {
        const struct msk_partition *part = &from.items[i];
        to[i] = (struct pt_described_partition){.partition = part->partition,
                                                .leader = part->leader,
                                                .n_replicas = part->n_replicas,
                                                .n_in_sync = part->n_in_sync,
                                                .low = PT_UNKNOWN,
                                                .high = PT_UNKNOWN,
                                                .committed = PT_UNKNOWN,
                                                .lag = PT_UNKNOWN};
        memcpy(to[i].replicas, part->replicas, sizeof to[i].replicas);
    }
    result->partitions = to;
    result->n_partitions = to != NULL ? from.n : 0;
    result->bytes += result->n_partitions * sizeof *to;
    msk_partitions_done(&from);
    return to != NULL ? PT_OK
                      : pt_error_set(err, PT_ENOMEM, NULL, "describe %.100s: out of memory", topic);
}

void away_take_configs(const char *lines, struct pt_result *result)
{
    size_t n = 1, len = strlen(lines);
    for (const char *c = lines; *c != '\0'; c++)
        n += *c == '\n';
    size_t size = n * sizeof(struct pt_config_entry) + 6 * len + 2 * n;
    struct pt_config_entry *entries = calloc(1, size);
    if (entries == NULL)
        return;
    char *at = (char *)(entries + n), *end = (char *)entries + size;
    n = 0;
    while (*lines != '\0') {
        char line[2048];
        size_t line_len = strcspn(lines, "\n");
        snprintf(line, sizeof line, "%.*s", (int)line_len, lines);
        lines += line_len + (lines[line_len] == '\n');
        char *equals = strchr(line, '=');
        if (equals == NULL)
            continue;
        *equals = '\0';
        struct pt_config_entry *entry = &entries[n++];
        entry->name = at;
        at += printable_str(at, (size_t)(end - at), line) + 1;
        entry->value = at;
        at += printable_str(at, (size_t)(end - at), equals + 1) + 1;
    }
    result->configs = entries;
    result->n_configs = n;
    result->has_configs = true;
    result->bytes += size;
}

pt_code away_describe_topic(struct away *away, const struct pt_command *cmd,
                            struct pt_result *result, struct pt_error *err)
{
    struct away_call call;
    struct msk_topic_details details = {.configs = NULL};
    struct pt_error why;
    pt_code code = away_begin_topic(away, &call, cmd->topic, false, err);
    if (code == PT_OK)
        code = away_describe_partitions(&call, cmd->topic, result, err);
    if (code == PT_ENOTFOUND)
        code = away_no_topic(cmd->topic, err);
    if (code == PT_OK) {
        bool has_details = msk_describe_topic(&call.setup.client, &call.keys, call.arn, cmd->topic,
                                              &details, &why) == PT_OK;
        if (details.configs != NULL && has_details)
            away_take_configs(details.configs, result);
        away_say(
            result, "Told " THROUGH_AWS "; offsets are unknown%s%s",
            has_details ? "" : ". The configuration is unknown: ", has_details ? "" : why.what);
        msk_topic_details_done(&details);
    }
    away_call_done(&call);
    return code;
}

pt_code away_peek_topic(struct away *away, const struct pt_command *cmd, struct pt_result *result,
                        struct pt_error *err)
{
    (void)away, (void)result;
    return pt_error_set(err, PT_EUNSUPPORTED,
                        "Run pintop on a host in the cluster's VPC, where it reaches a broker",
                        "topic %.100s: its records can only be read from a broker, and none can be "
                        "reached",
                        cmd->topic);
}

pt_code away_topic_groups(const struct pt_command *cmd, struct pt_error *err)
{
    return pt_error_set(err, PT_EUNSUPPORTED,
                        "Run pintop on a host in the cluster's VPC, where it reaches a broker",
                        "topic %.100s: its consumer groups can only be asked of a broker, and none "
                        "can be reached",
                        cmd->topic);
}
