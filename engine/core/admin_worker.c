/* The admin worker: topic commands, one after the other. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "core/engine_state.h"
#include "core/remembered.h"

void admin_job_free(void *item)
{
    struct admin_job *job = item;
    if (job)
        free(job->command);
    free(job);
}

/* The embedded cluster dies with the process: the next run makes the topic again. */
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

static pt_code execute(struct pt_engine *eng, const struct pt_command *cmd,
                       struct pt_result *result, struct pt_error *err)
{
    const struct admin_ops *ops = eng->admin->ops;
    pt_code code;
    if (cmd->is_plan)
        return admin_plan(eng->admin, cmd, result, err);
    switch (cmd->kind) {
    case PT_CMD_TOPIC_CREATE:
        code = ops->create(eng->admin, cmd, result, err);
        if (code == PT_OK && eng->sink)
            remember_topic(eng, cmd->topic);
        return code;
    case PT_CMD_TOPIC_DELETE:
        return ops->remove(eng->admin, cmd->topic, result, err);
    case PT_CMD_TOPIC_DESCRIBE:
        return ops->describe(eng->admin, cmd->topic, result, err);
    case PT_CMD_TOPIC_PEEK:
        return ops->peek(eng->admin, cmd, result, err);
    default:
        return pt_error_set(err, PT_EUNSUPPORTED, NULL, "command: not one for the admin worker");
    }
}

static void serve(struct pt_engine *eng, const struct admin_job *job)
{
    struct result *result = result_new(job->id, job->command->kind);
    struct fact *fact = fact_new(FACT_RESULT);
    if (result == NULL || fact == NULL) {
        free(result);
        fact_free(fact);
        return;
    }
    struct pt_result *pub = &result->pub;
    snprintf(pub->topic, sizeof pub->topic, "%s", job->command->topic ? job->command->topic : "");
    pt_code code = execute(eng, job->command, pub, &pub->error);
    pub->state = code == PT_OK ? PT_RESULT_DONE : PT_RESULT_FAILED;
    fact->u.result = result;
    engine_post(eng, fact);
}

void *admin_run(void *arg)
{
    struct pt_engine *eng = arg;
    struct admin_job *job;
    pthread_setname_np(pthread_self(), "admin");
    while ((job = queue_take(eng->admin_jobs, INT64_MAX)) != NULL) {
        if (!atomic_load(&eng->is_stopping))
            serve(eng, job);
        admin_job_free(job);
    }
    return NULL;
}
