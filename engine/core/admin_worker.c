/* The admin worker runs the topic commands, one after the other; through AWS while the topics that
 * are shown are told by AWS. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "away/topics.h"
#include "base/log.h"
#include "base/text.h"
#include "core/command_runs.h"
#include "core/engine_state.h"
#include "kafka/produce.h"
#include "state/created.h"
#include "state/remembered.h"

void admin_job_free(void *item)
{
    struct admin_job *job = item;
    if (job)
        free(job->command);
    free(job);
}

/* The embedded cluster ends with the process: the topic is remembered, so that the next run creates
 * it again. */
static void remember_topic(struct pt_engine *eng, const char *topic)
{
    struct remembered topics;
    struct pt_error err;
    remembered_load(eng->set.state_dir, &topics);
    if (remembered_add(&topics, topic) &&
        remembered_save(eng->set.state_dir, &topics, &err) != PT_OK)
        log_line(PT_WARN, "topics", "%s is not remembered for the next run: %s", topic, err.what);
    remembered_done(&topics);
    sink_add_topic(eng->sink, topic);
}

/* The servers in use are those that AWS named for pintop.msk.cluster. */
static bool are_servers_of_aws(const struct pt_config *cfg)
{
    for (size_t i = 0; i < pt_config_count(cfg); i++) {
        struct pt_property property = pt_config_at(cfg, i);
        if (strcmp(property.name, "bootstrap.servers") == 0)
            return strcmp(property.origin, "pintop.msk.cluster") == 0;
    }
    return false;
}

/* What tells the topic's cluster again, as far as it is known: Kafka's ID of it, its ARN. Servers
 * that the user named may be another cluster's than the ARN. */
static void note_cluster(struct pt_engine *eng, bool is_through_aws, struct created *note)
{
    const struct pt_config *cfg = eng->cfg;
    if (is_through_aws || are_servers_of_aws(cfg))
        away_cluster_arn(eng->away, note->arn, sizeof note->arn);
    if (is_through_aws || eng->admin->rk == NULL)
        return;
    char *id = rd_kafka_clusterid(eng->admin->rk, 0);
    text_copy(note->cluster, sizeof note->cluster, id);
    text_copy(note->ref, sizeof note->ref, pt_config_get(cfg, "bootstrap.servers"));
    rd_kafka_mem_free(eng->admin->rk, id);
}

static void note_failed(const char *topic, const char *what, const struct pt_error *err)
{
    log_line(PT_WARN, "topics", "%s: teardown does not learn that it was %s: %s", topic, what,
             err->what);
}

/* For `pintop teardown`, before it is created. id "": nothing is noted. */
static void note_begin(struct pt_engine *eng, const char *topic, bool is_through_aws,
                       struct created *note)
{
    struct pt_error err;
    *note = (struct created){.kind = CREATED_TOPIC};
    if (eng->set.is_embedded)
        return;
    text_copy(note->name, sizeof note->name, topic);
    text_copy(note->user, sizeof note->user, pt_config_get(eng->cfg, "pintop.user.id"));
    note_cluster(eng, is_through_aws, note);
    if (created_begin(eng->set.state_dir, note, &err) == PT_OK)
        return;
    note->id[0] = '\0';
    note_failed(topic, "created", &err);
}

static void note_end(struct pt_engine *eng, bool is_through_aws, struct created *note, pt_code code)
{
    struct pt_error err;
    if (note->id[0] == '\0')
        return;
    if (code == PT_OK)
        note_cluster(eng, is_through_aws, note); /* Kafka's client may be new */
    if (created_end(eng->set.state_dir, note, code, &err) != PT_OK)
        note_failed(note->name, code == PT_OK ? "created" : "not created", &err);
}

static void note_topic_deleted(struct pt_engine *eng, const char *topic, bool is_through_aws)
{
    struct created note = {.kind = CREATED_TOPIC};
    struct pt_error err;
    if (eng->set.is_embedded)
        return;
    text_copy(note.name, sizeof note.name, topic);
    note_cluster(eng, is_through_aws, &note);
    if (created_strike_named(eng->set.state_dir, &note, &err) != PT_OK)
        note_failed(topic, "deleted", &err);
}

pt_code command_create_topic(struct pt_engine *eng, const struct pt_command *cmd,
                             struct pt_result *result, struct pt_error *err)
{
    struct created note;
    bool is_away = away_is_shown(eng->away);
    note_begin(eng, cmd->topic, is_away, &note);
    pt_code code = is_away ? away_create_topic(eng->away, cmd, result, err)
                           : eng->admin->ops->create(eng->admin, cmd, result, err);
    if (code == PT_OK && eng->sink)
        remember_topic(eng, cmd->topic);
    /* An unsure one may be somebody else's: it stays noted as perhaps made. */
    if (code != PT_OK || !result->is_unsure)
        note_end(eng, is_away, &note, code);
    return code;
}

pt_code command_plan_create_topic(struct pt_engine *eng, const struct pt_command *cmd,
                                  struct pt_result *result, struct pt_error *err)
{
    if (away_is_shown(eng->away))
        return away_plan_create_topic(eng->away, cmd, result, err);
    return admin_plan_create(eng->admin, cmd, result, err);
}

pt_code command_delete_topic(struct pt_engine *eng, const struct pt_command *cmd,
                             struct pt_result *result, struct pt_error *err)
{
    bool is_away = away_is_shown(eng->away);
    pt_code code = is_away ? away_delete_topic(eng->away, cmd, result, err)
                           : eng->admin->ops->remove(eng->admin, cmd->topic, result, err);
    if (code == PT_OK)
        note_topic_deleted(eng, cmd->topic, is_away);
    return code;
}

pt_code command_plan_delete_topic(struct pt_engine *eng, const struct pt_command *cmd,
                                  struct pt_result *result, struct pt_error *err)
{
    if (away_is_shown(eng->away))
        return away_plan_delete_topic(eng->away, cmd, result, err);
    return admin_plan_delete(eng->admin, cmd->topic, result, err);
}

static enum alter_writer admin_writer(const struct pt_engine *eng, const char *topic)
{
    for (size_t i = 0; i < PT_STREAMS; i++)
        if (strcmp(eng->set.topics[i], topic) == 0)
            return eng->set.has_keys ? ALTER_WRITER_KEYED : ALTER_WRITER_KEYLESS;
    return ALTER_WRITER_NONE;
}

pt_code command_alter_topic(struct pt_engine *eng, const struct pt_command *cmd,
                            struct pt_result *result, struct pt_error *err)
{
    enum alter_writer writer = admin_writer(eng, cmd->topic);
    if (away_is_shown(eng->away))
        return away_alter_topic(eng->away, cmd, writer, result, err);
    return eng->admin->ops->alter(eng->admin, cmd, writer, result, err);
}

pt_code command_describe_topic(struct pt_engine *eng, const struct pt_command *cmd,
                               struct pt_result *result, struct pt_error *err)
{
    if (away_is_shown(eng->away))
        return away_describe_topic(eng->away, cmd, result, err);
    return eng->admin->ops->describe(eng->admin, cmd->topic, result, err);
}

pt_code command_peek_topic(struct pt_engine *eng, const struct pt_command *cmd,
                           struct pt_result *result, struct pt_error *err)
{
    if (away_is_shown(eng->away))
        return away_peek_topic(eng->away, cmd, result, err);
    return eng->admin->ops->peek(eng->admin, cmd, result, err);
}

pt_code command_topic_groups(struct pt_engine *eng, const struct pt_command *cmd,
                             struct pt_result *result, struct pt_error *err)
{
    if (away_is_shown(eng->away))
        return away_topic_groups(cmd, err);
    return eng->admin->ops->groups(eng->admin, cmd->topic, result, err);
}

static const char *admin_stream_of(const struct pt_engine *eng, const char *topic)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (strcmp(eng->set.topics[i], topic) == 0)
            return pt_stream_name((enum pt_stream_id)i);
    return NULL;
}

/* Through AWS no records can be written: while no broker can be reached the error says so. */
pt_code command_produce_record(struct pt_engine *eng, const struct pt_command *cmd,
                               struct pt_result *result, struct pt_error *err)
{
    const struct produce_opts opts = {.stream = admin_stream_of(eng, cmd->topic)};
    return admin_produce(eng->admin, cmd, &opts, result, err);
}

void admin_job_serve(struct pt_engine *eng, const struct admin_job *job)
{
    struct result *result = result_new(job->id, job->command->kind);
    if (result == NULL)
        return;
    struct pt_result *pub = &result->pub;
    const struct pt_command *cmd = job->command;
    snprintf(pub->topic, sizeof pub->topic, "%s",
             cmd->topic   ? cmd->topic
             : cmd->check ? cmd->check
                          : "");
    command_work_fn work = job->command->is_plan ? job->row->plan : job->row->work;
    pt_code code = work(eng, job->command, pub, &pub->error);
    pub->state = code == PT_OK ? PT_RESULT_DONE : PT_RESULT_FAILED;
    inbox_result(&eng->inbox, pub);
}

void *admin_run(void *arg)
{
    struct pt_engine *eng = arg;
    struct admin_job *job;
    pthread_setname_np(pthread_self(), "admin");
    while ((job = queue_take(eng->admin_jobs, INT64_MAX)) != NULL) {
        if (!atomic_load(&eng->is_stopping))
            admin_job_serve(eng, job);
        admin_job_free(job);
    }
    return NULL;
}
