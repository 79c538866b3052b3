/* Commands on the reactor's thread: some are done at once, the others are given to a worker. */
#include "core/command_runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "connector/watch/deed.h"
#include "core/engine_state.h"

static const struct pt_command *command_of(const struct fact *fact)
{
    return fact->payload;
}

static void command_answer(struct pt_engine *eng, const struct fact *fact,
                           enum pt_result_state state, const struct pt_error *err, const char *text)
{
    const struct pt_command *cmd = fact->payload;
    struct result *result = result_new(fact->id, cmd->kind);
    if (result == NULL)
        return;
    result->pub.state = state;
    result->pub.streams = cmd->streams;
    if (err != NULL)
        result->pub.error = *err;
    text_copy(result->pub.text, sizeof result->pub.text, text);
    if (cmd->topic != NULL)
        text_copy(result->pub.topic, sizeof result->pub.topic, cmd->topic);
    results_add(&eng->parts.results, result);
}

void command_run(struct pt_engine *eng, const struct command_table *table, struct fact *fact,
                 int64_t now_us, int64_t now_ms)
{
    struct pt_error late = {0};
    const struct pt_command *cmd = fact->payload;
    const struct command_row *row = command_row(table, (int)cmd->kind);
    if (row != NULL && command_is_in_time(row->info.does, fact->number, now_ms, &late) != PT_OK)
        command_answer(eng, fact, PT_RESULT_FAILED, &late, "");
    else if (row != NULL)
        row->run(eng, row, fact, now_us);
}

void command_run_start(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                       int64_t now_us)
{
    struct pt_error err = {0};
    int64_t owner = atomic_load(&eng->owner.pid);
    (void)row;
    if (owner_is_other(&eng->owner)) {
        pt_error_set(
            &err, PT_ELOCKED,
            "Start them there, or end that pintop with `pintop engine --stop` and start this one "
            "again.",
            "streams: they are pintop %" PRId64 "'s", owner);
        command_answer(eng, fact, PT_RESULT_FAILED, &err, "");
        return;
    }
    streams_want(&eng->parts.streams, command_of(fact)->streams, true, now_us);
    command_answer(eng, fact, PT_RESULT_DONE, NULL, "");
}

void command_run_stop(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                      int64_t now_us)
{
    (void)row;
    streams_want(&eng->parts.streams, command_of(fact)->streams, false, now_us);
    command_answer(eng, fact, PT_RESULT_DONE, NULL, "");
}

void command_run_rate(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                      int64_t now_us)
{
    const struct pt_command *cmd = fact->payload;
    (void)row, (void)now_us;
    streams_set_rate(&eng->parts.streams, cmd->streams, cmd->rate_per_s);
    command_answer(eng, fact, PT_RESULT_DONE, NULL, "");
}

void command_run_refresh(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                         int64_t now_us)
{
    (void)row, (void)now_us;
    if (eng->desk.is_booted)
        watch_refresh(eng->watch);
    if (eng->desk.is_booted)
        away_refresh(eng->away);
    if (eng->desk.is_booted)
        auth_refresh(eng->auth);
    conn_models_refresh(&eng->parts.connectors);
    past_asking_refresh(&eng->parts.minutes.asking);
    atomic_store(&eng->is_look_asked, true);
    command_answer(eng, fact, PT_RESULT_DONE, NULL, "asked again");
}

/* A command that came while the engine starts waits for it, for as long as a command may wait at
 * all. */
static bool command_keep(struct pt_engine *eng, struct fact *fact)
{
    struct fact *kept = fact_new(FACT_COMMAND);
    if (kept == NULL)
        return false;
    kept->id = fact->id;
    kept->number = fact->number;
    command_answer(eng, fact, PT_RESULT_RUNNING, NULL, "waits until the engine has started");
    kept->payload = fact_claim(fact);
    kept->drop = free;
    if (!queue_push(eng->early_commands, kept))
        fact_free(kept);
    return true;
}

void command_run_kept(struct pt_engine *eng, int64_t now_us)
{
    struct fact *kept;
    while ((kept = queue_take(eng->early_commands, 0)) != NULL) {
        command_run(eng, eng->commands, kept, now_us, eng->desk.clock->even_ms());
        fact_free(kept);
    }
}

/* Why an engine that has not started cannot do it. */
static void command_unstarted(struct pt_engine *eng, const struct fact *fact)
{
    struct pt_error err = {0};
    if (inbox_failure(&eng->inbox, &err) == PT_OK)
        pt_error_set(&err, PT_ENOMEM, NULL, "topics: out of memory");
    command_answer(eng, fact, PT_RESULT_FAILED, &err, "");
}

void command_run_admin(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                       int64_t now_us)
{
    struct pt_error failure;
    bool has_failed = inbox_failure(&eng->inbox, &failure) != PT_OK;
    (void)now_us;
    if (!eng->desk.is_booted && !has_failed && command_keep(eng, fact))
        return;
    struct admin_job *job = eng->desk.is_booted ? calloc(1, sizeof *job) : NULL;
    if (job == NULL) {
        command_unstarted(eng, fact);
        return;
    }
    command_answer(eng, fact, PT_RESULT_RUNNING, NULL, "asked the cluster");
    job->id = fact->id;
    job->row = row;
    job->command = fact_claim(fact);
    if (!queue_push(eng->admin_jobs, job))
        admin_job_free(job);
}

void command_run_doctor(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                        int64_t now_us)
{
    struct pt_error err = {0};
    struct admin_job *job = calloc(1, sizeof *job);
    (void)now_us;
    if (job == NULL) {
        pt_error_set(&err, PT_ENOMEM, NULL, "setup: out of memory");
        command_answer(eng, fact, PT_RESULT_FAILED, &err, "");
        return;
    }
    command_answer(eng, fact, PT_RESULT_RUNNING, NULL, "checking");
    job->id = fact->id;
    job->row = row;
    job->command = fact_claim(fact);
    if (!queue_push(eng->doctor_jobs, job))
        admin_job_free(job);
}

/* The fix itself says in its result what goes on without pintop. */
void command_run_setup_cancel(struct pt_engine *eng, const struct command_row *row,
                              struct fact *fact, int64_t now_us)
{
    (void)row, (void)now_us;
    atomic_store(&eng->is_fix_cancelled, true);
    command_answer(eng, fact, PT_RESULT_DONE, NULL, "");
}

void command_run_connector(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                           int64_t now_us)
{
    struct pt_error err = {0};
    struct pt_command *cmd = fact->payload;
    struct result *result = result_new(fact->id, cmd->kind);
    (void)now_us;
    if (result == NULL)
        return;
    text_copy(result->pub.topic, sizeof result->pub.topic, cmd->connector);
    struct conn_job *job =
        conn_models_job(&eng->parts.connectors, &row->info, row->deed, fact->id, cmd, &err);
    result->pub.state = job != NULL ? PT_RESULT_RUNNING : PT_RESULT_FAILED;
    result->pub.error = err;
    text_copy(result->pub.text, sizeof result->pub.text, job != NULL ? "asked" : "");
    results_add(&eng->parts.results, result);
    if (job == NULL)
        return;
    fact_claim(fact); /* the job owns the command from here on */
    connectors_ask(eng->connectors, job);
}

void command_topics_changed(struct pt_engine *eng)
{
    if (eng->watch != NULL)
        watch_refresh(eng->watch);
    away_refresh(eng->away);
}
