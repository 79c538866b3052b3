/* Changing a topic of a live cluster: more partitions by CreatePartitions, settings by
 * IncrementalAlterConfigs. The brokers check everything (validate_only) before anything is sent. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "kafka/admin_private.h"
#include "kafka/alter_private.h"

enum {
    ALTER_WHAT_MAX = 320,
    ALTER_WHY_MAX = 256,
    ALTER_LOOK_MS = 5000,
    ALTER_AGAIN_MS = 250,
    ALTER_MADE_MAX = 24
};

/* librdkafka has the incremental request since 2.2. */
#define HAS_INCREMENTAL (RD_KAFKA_VERSION >= 0x02020000)

struct alter_job {
    struct admin *admin;
    const struct pt_command *cmd;
    char what[ALTER_WHAT_MAX];
    struct admin_configs configs;
    struct alter_setting *settings;
    char (*made)[ALTER_MADE_MAX]; /* converted values of the settings */
    struct alter_now now;
    struct alter_plan plan;
    bool is_lost;  /* the answer to the last request */
    bool was_lost; /* that to any */
};

/* ------------------------------------------------------------------ the topic as it is */

/* A broker's setting that stands for a topic's in another unit. */
static const struct {
    const char *name;
    int64_t ms;
} ALTER_UNITS[] = {
    {"log.retention.hours",   3600000},
    {"log.retention.minutes", 60000  },
    {"log.roll.hours",        3600000},
};

/* The value of a broker's setting in the unit of the topic's, into made where it has to be
 * converted; NULL unknown. */
static const char *alter_job_value(const rd_kafka_ConfigEntry_t *of_broker, const char *name,
                                   char made[ALTER_MADE_MAX])
{
    const char *synonym = rd_kafka_ConfigEntry_name(of_broker);
    const char *value = rd_kafka_ConfigEntry_value(of_broker);
    int64_t n;
    for (size_t i = 0; i < sizeof ALTER_UNITS / sizeof *ALTER_UNITS; i++)
        if (strcmp(synonym, ALTER_UNITS[i].name) == 0 && alter_number(value, &n) &&
            n < INT64_MAX / ALTER_UNITS[i].ms) {
            snprintf(made, ALTER_MADE_MAX, "%" PRId64, n < 0 ? n : n * ALTER_UNITS[i].ms);
            return made;
        }
    if (strcmp(synonym, name) == 0 ||
        (strncmp(synonym, "log.", 4) == 0 && strcmp(synonym + 4, name) == 0))
        return value;
    return NULL;
}

/* What holds when the topic does not set it: the first of the synonyms that is not the topic's
 * own. */
static const char *alter_job_otherwise(const rd_kafka_ConfigEntry_t *entry,
                                       char made[ALTER_MADE_MAX])
{
    size_t n;
    const rd_kafka_ConfigEntry_t **synonyms = rd_kafka_ConfigEntry_synonyms(entry, &n);
    for (size_t i = 0; i < n; i++)
        if (rd_kafka_ConfigEntry_source(synonyms[i]) != RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG)
            return alter_job_value(synonyms[i], rd_kafka_ConfigEntry_name(entry), made);
    return NULL;
}

static pt_code alter_job_settings(struct alter_job *job, struct pt_error *err)
{
    pt_code code = admin_live_configs(job->admin, job->cmd->topic, &job->configs, err);
    if (code != PT_OK)
        return code;
    job->settings = calloc(job->configs.n + 1, sizeof *job->settings);
    job->made = calloc(job->configs.n + 1, sizeof *job->made);
    if (job->settings == NULL || job->made == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "%s: out of memory", job->what);
    for (size_t i = 0; i < job->configs.n; i++) {
        const rd_kafka_ConfigEntry_t *entry = job->configs.entries[i];
        bool is_sensitive = rd_kafka_ConfigEntry_is_sensitive(entry) == 1;
        job->settings[i] =
            (struct alter_setting){.name = rd_kafka_ConfigEntry_name(entry),
                                   .value = is_sensitive ? NULL : rd_kafka_ConfigEntry_value(entry),
                                   .otherwise = alter_job_otherwise(entry, job->made[i]),
                                   .is_default = rd_kafka_ConfigEntry_source(entry) !=
                                                 RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG,
                                   .is_sensitive = is_sensitive};
    }
    job->now.settings = job->settings;
    job->now.n_settings = job->configs.n;
    job->now.are_all_told = true;
    return PT_OK;
}

/* The fewest replicas of its partitions. */
static int32_t alter_job_replicas(const struct rd_kafka_metadata_topic *topic)
{
    int32_t fewest = -1;
    for (int i = 0; i < topic->partition_cnt; i++)
        if (fewest < 0 || topic->partitions[i].replica_cnt < fewest)
            fewest = topic->partitions[i].replica_cnt;
    return fewest;
}

static pt_code alter_job_read(struct alter_job *job, struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata;
    const struct rd_kafka_metadata_topic *found;
    pt_code code = admin_find_topic(job->admin, job->cmd->topic, &metadata, &found, err);
    if (code != PT_OK)
        return code;
    if (found == NULL)
        code = admin_no_topic(job->cmd->topic, err);
    else
        job->now = (struct alter_now){.topic = job->cmd->topic,
                                      .n_partitions = found->partition_cnt,
                                      .replication = alter_job_replicas(found)};
    rd_kafka_metadata_destroy(metadata);
    if (code == PT_OK && admin_live_is_mock(job->admin))
        code = pt_error_set(err, PT_EUNSUPPORTED,
                            "Change it in the pintop that runs the embedded cluster",
                            "%s: only its own process can change an embedded cluster", job->what);
    if (code == PT_OK && job->cmd->n_configs > 0)
        code = alter_job_settings(job, err);
    else if (code == PT_OK) /* another permission, which new partitions do not need */
        (void)alter_job_settings(job, NULL);
    return code == PT_OK ? alter_plan_make(job->cmd, &job->now, &job->plan, err) : code;
}

static void alter_job_done(struct alter_job *job)
{
    alter_plan_done(&job->plan);
    admin_live_configs_done(&job->configs);
    free(job->settings);
    free(job->made);
}

/* ------------------------------------------------------------------ the requests */

static rd_kafka_AdminOptions_t *alter_options(struct alter_job *job, rd_kafka_admin_op_t op,
                                              bool is_only_asked)
{
    char why[ALTER_WHY_MAX];
    rd_kafka_AdminOptions_t *options = admin_live_options(job->admin, op);
    if (is_only_asked)
        rd_kafka_AdminOptions_set_validate_only(options, 1, why, sizeof why);
    return options;
}

static pt_code alter_send_partitions(struct alter_job *job, bool is_only_asked,
                                     struct pt_error *err)
{
    char why[ALTER_WHY_MAX] = "";
    rd_kafka_event_t *event;
    size_t n = 0;
    rd_kafka_NewPartitions_t *more =
        rd_kafka_NewPartitions_new(job->cmd->topic, (size_t)job->plan.to, why, sizeof why);
    if (more == NULL)
        return pt_error_set(err, PT_EUSAGE, "Correct the number of partitions", "%s: %s", job->what,
                            why);
    rd_kafka_AdminOptions_t *options =
        alter_options(job, RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, is_only_asked);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(job->admin->rk);
    rd_kafka_CreatePartitions(job->admin->rk, &more, 1, options, queue);
    pt_code code = admin_live_wait(job->admin, queue, ASK_ADD_PARTITIONS, job->cmd->topic,
                                   job->what, &event, &job->is_lost, err);
    if (code == PT_OK) {
        const rd_kafka_topic_result_t **results = rd_kafka_CreatePartitions_result_topics(
            rd_kafka_event_CreatePartitions_result(event), &n);
        code = admin_live_outcome(results, n, ASK_ADD_PARTITIONS, job->what, &job->is_lost, err);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewPartitions_destroy(more);
    return code;
}

static bool alter_is_step_of(const struct alter_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_steps; i++)
        if (strncmp(plan->steps[i].name, name, (size_t)plan->steps[i].name_len) == 0 &&
            name[plan->steps[i].name_len] == '\0')
            return true;
    return false;
}

static pt_code alter_bad_setting(const struct alter_job *job, const char *name,
                                 struct pt_error *err)
{
    return pt_error_set(err, PT_EUSAGE, "Correct the setting",
                        "%s: the setting %.100s cannot be sent", job->what, name);
}

static pt_code alter_put_step(const struct alter_job *job, const struct alter_step *step,
                              rd_kafka_ConfigResource_t *resource, struct pt_error *err)
{
    char name[256];
    snprintf(name, sizeof name, "%.*s", step->name_len, step->name);
#if HAS_INCREMENTAL
    rd_kafka_error_t *why = rd_kafka_ConfigResource_add_incremental_config(
        resource, name,
        step->to != NULL ? RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET : RD_KAFKA_ALTER_CONFIG_OP_TYPE_DELETE,
        step->to);
    if (why == NULL)
        return PT_OK;
    rd_kafka_error_destroy(why);
    return alter_bad_setting(job, name, err);
#else
    if (step->to == NULL ||
        rd_kafka_ConfigResource_set_config(resource, name, step->to) == RD_KAFKA_RESP_ERR_NO_ERROR)
        return PT_OK;
    return alter_bad_setting(job, name, err);
#endif
}

/* An older librdkafka replaces all settings of the topic: those that do not change are sent again
 * as they are, which a sensitive one cannot be. */
static pt_code alter_put_others(const struct alter_job *job, rd_kafka_ConfigResource_t *resource,
                                struct pt_error *err)
{
    for (size_t i = 0; !HAS_INCREMENTAL && i < job->now.n_settings; i++) {
        const struct alter_setting *setting = &job->settings[i];
        if (setting->is_default || alter_is_step_of(&job->plan, setting->name))
            continue;
        if (setting->value == NULL)
            return pt_error_set(err, PT_EUNSUPPORTED,
                                "Change the topic with kafka-configs.sh, or build pintop with "
                                "librdkafka 2.2 or later",
                                "%s: its setting %.100s is secret, and librdkafka %s can only "
                                "send all settings together",
                                job->what, setting->name, rd_kafka_version_str());
        if (rd_kafka_ConfigResource_set_config(resource, setting->name, setting->value) !=
            RD_KAFKA_RESP_ERR_NO_ERROR)
            return alter_bad_setting(job, setting->name, err);
    }
    return PT_OK;
}

static pt_code alter_resource_outcome(struct alter_job *job, rd_kafka_event_t *event,
                                      struct pt_error *err)
{
    size_t n = 0;
#if HAS_INCREMENTAL
    const rd_kafka_ConfigResource_t **resources = rd_kafka_IncrementalAlterConfigs_result_resources(
        rd_kafka_event_IncrementalAlterConfigs_result(event), &n);
#else
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &n);
#endif
    if (n != 1)
        return pt_error_set(err, PT_EKAFKA, NULL, "%s: the broker gave no result", job->what);
    rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resources[0]);
    job->is_lost = admin_is_lost(code);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return PT_OK;
    pt_code ours = kafka_asked(err, code, ASK_ALTER_CONFIG, job->cmd->topic, job->what,
                               rd_kafka_ConfigResource_error_string(resources[0]));
    if (code == RD_KAFKA_RESP_ERR_INVALID_CONFIG && err != NULL)
        text_copy(err->fix, sizeof err->fix, "Correct the value of that setting");
    return ours;
}

static pt_code alter_send_resource(struct alter_job *job, rd_kafka_ConfigResource_t *resource,
                                   bool is_only_asked, struct pt_error *err)
{
    rd_kafka_event_t *event;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(job->admin->rk);
#if HAS_INCREMENTAL
    rd_kafka_AdminOptions_t *options =
        alter_options(job, RD_KAFKA_ADMIN_OP_INCREMENTALALTERCONFIGS, is_only_asked);
    rd_kafka_IncrementalAlterConfigs(job->admin->rk, &resource, 1, options, queue);
#else
    rd_kafka_AdminOptions_t *options =
        alter_options(job, RD_KAFKA_ADMIN_OP_ALTERCONFIGS, is_only_asked);
    rd_kafka_AlterConfigs(job->admin->rk, &resource, 1, options, queue);
#endif
    pt_code code = admin_live_wait(job->admin, queue, ASK_ALTER_CONFIG, job->cmd->topic, job->what,
                                   &event, &job->is_lost, err);
    if (code == PT_OK) {
        code = alter_resource_outcome(job, event, err);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    return code;
}

static pt_code alter_send_settings(struct alter_job *job, bool is_only_asked, struct pt_error *err)
{
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, job->cmd->topic);
    pt_code code = alter_put_others(job, resource, err);
    for (size_t i = 0; i < job->plan.n_steps && code == PT_OK; i++)
        code = alter_put_step(job, &job->plan.steps[i], resource, err);
    if (code == PT_OK)
        code = alter_send_resource(job, resource, is_only_asked, err);
    rd_kafka_ConfigResource_destroy(resource);
    return code;
}

/* The brokers check both requests before one is sent. */
static pt_code alter_validate(struct alter_job *job, struct pt_error *err)
{
    pt_code code = PT_OK;
    if (!alter_is_made(&job->plan, ALTER_SETTINGS))
        code = alter_send_settings(job, true, err);
    if (code == PT_OK && !alter_is_made(&job->plan, ALTER_PARTITIONS))
        code = alter_send_partitions(job, true, err);
    return code;
}

/* ------------------------------------------------------------------ the outcome */

/* Returns false when the topic cannot be looked at. */
static bool alter_look(const struct alter_job *job, enum alter_request request, bool *is_made)
{
    struct alter_job now = {.admin = job->admin, .cmd = job->cmd};
    bool has_looked = alter_job_read(&now, NULL) == PT_OK;
    if (has_looked)
        *is_made = alter_is_made(&now.plan, request);
    alter_job_done(&now);
    return has_looked;
}

/* Looks whether a request was carried out whose answer was lost. The request is never sent a second
 * time. */
static pt_code alter_look_after(struct alter_job *job, enum alter_request request, pt_code code,
                                struct pt_error *err)
{
    bool has_looked = false, is_made = false;
    int64_t until_us = clock_mono_us() + ALTER_LOOK_MS * INT64_C(1000);
    do {
        has_looked = alter_look(job, request, &is_made) || has_looked;
        if (is_made)
            return PT_OK;
        rd_kafka_poll(job->admin->rk, ALTER_AGAIN_MS);
    } while (clock_mono_us() < until_us);
    return alter_lost(&job->plan, request, has_looked, code, err);
}

/* Sends one of the two requests, unless there is nothing to send. */
static pt_code alter_make_one(struct alter_job *job, enum alter_request request,
                              struct pt_result *result, struct pt_error *err)
{
    if (alter_is_made(&job->plan, request))
        return PT_OK;
    job->is_lost = false;
    pt_code code = request == ALTER_SETTINGS ? alter_send_settings(job, false, err)
                                             : alter_send_partitions(job, false, err);
    if (code == PT_OK || !job->is_lost)
        return alter_refused(&job->plan, request, code, err);
    job->was_lost = true;
    code = alter_look_after(job, request, code, err);
    result->is_unsure = code != PT_OK;
    return code;
}

static pt_code alter_make(struct alter_job *job, struct pt_result *result, struct pt_error *err)
{
    char words[1024];
    alter_words(&job->plan, words, sizeof words);
    pt_code code = alter_make_one(job, ALTER_SETTINGS, result, err);
    if (code == PT_OK)
        code = alter_make_one(job, ALTER_PARTITIONS, result, err);
    if (code != PT_OK)
        return code;
    if (job->plan.to > 0)
        (void)admin_wait_topic(job->admin, job->cmd->topic, job->plan.to);
    admin_say(result, "Changed topic %s: %s.%s", job->cmd->topic, words,
              job->was_lost ? " An answer was lost, but the topic is as asked for." : "");
    return PT_OK;
}

/* What is quickly known comes first, since a look at lag and keys takes seconds. */
static pt_code alter_check(struct alter_job *job, enum alter_writer writer,
                           struct alter_facts *facts, struct pt_error *err)
{
    alter_facts_init(facts, job->admin->opts.group, writer, clock_real_ms());
    pt_code code = alter_judge(&job->plan, facts, err);
    if (code == PT_OK)
        code = alter_validate(job, err);
    if (code != PT_OK)
        return code;
    admin_alter_facts(job->admin, &job->plan, facts);
    return alter_judge(&job->plan, facts, err);
}

static pt_code alter_plan_or_make(struct alter_job *job, enum alter_writer writer,
                                  struct pt_result *result, struct pt_error *err)
{
    struct alter_facts facts = {.group = ""};
    char words[1024];
    bool is_empty = alter_is_empty(&job->plan);
    pt_code code = is_empty ? PT_OK : alter_check(job, writer, &facts, err);
    if (code == PT_OK)
        code = alter_tell(&job->plan, &facts, result, err);
    if (code == PT_OK)
        code = alter_check_seen(job->cmd, result, err);
    if (code != PT_OK)
        return code;
    if (is_empty) {
        admin_say(result, "Topic %s is like that already. Nothing was sent.", job->cmd->topic);
        return PT_OK;
    }
    if (!job->cmd->is_plan)
        return alter_make(job, result, err);
    alter_words(&job->plan, words, sizeof words);
    admin_say(result, "Would change topic %s: %s. Nothing was sent.", job->cmd->topic, words);
    return PT_OK;
}

pt_code admin_live_alter(struct admin *admin, const struct pt_command *cmd,
                         enum alter_writer writer, struct pt_result *result, struct pt_error *err)
{
    struct alter_job job = {.admin = admin, .cmd = cmd};
    snprintf(job.what, sizeof job.what, "change topic %s", cmd->topic);
    pt_code code =
        cmd->is_plan ? admin_begin(admin, err) : admin_begin_change(admin, cmd->topic, false, err);
    if (code == PT_OK)
        code = alter_job_read(&job, err);
    if (code == PT_OK)
        code = alter_plan_or_make(&job, writer, result, err);
    alter_job_done(&job);
    return code;
}
