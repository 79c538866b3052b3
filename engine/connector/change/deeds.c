/* What an operator can have done to a connector: one deed for each command. */
#include "connector/watch/deed.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "connector/change/fact_lines.h"
#include "connector/watch/losses.h"
#include "connector/watch/probe.h"
#include "connector/watch/worker.h"

static bool deeds_begins(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* Describes what would be requested of the back end, for a dry run: only the connector's state is
 * read. */
static pt_code plan_line(struct conn_worker *worker, const struct conn_job *job, char mark,
                         const char *what, const char *end, struct pt_result *result,
                         struct pt_error *err)
{
    const struct conn *known = &job->conn;
    struct conn fresh;
    struct result_lines lines;
    char text[400];
    conn_init(&fresh);
    pt_code code = conn_worker_ops(worker)->read != NULL
                       ? conn_worker_ops(worker)->read(&worker->backend, known, &fresh, err)
                       : conn_cannot(worker, "change a connector", err);
    if (code != PT_OK)
        return code;
    result_lines_init(&lines);
    snprintf(text, sizeof text, "%s %.120s, which is %.40s now%s", what, known->name,
             fresh.state[0] != '\0' ? fresh.state : "in an unknown state", end);
    result_lines_add(&lines, &(struct pt_line){.time_ms = PT_UNKNOWN, .level = {mark}}, text);
    result_lines_done(&lines, result);
    conn_done(&fresh);
    return PT_OK;
}

/* ------------------------------------------------------------------ restart */

static pt_code restart_run(struct conn_worker *worker, const struct conn_job *job,
                           struct pt_result *result, char *said, struct pt_error *err)
{
    (void)result;
    return conn_worker_ops(worker)->restart != NULL
               ? conn_worker_ops(worker)->restart(&worker->backend, &job->conn,
                                                  job->command->is_failed_only, said, err)
               : conn_cannot(worker, "restart a connector", err);
}

static pt_code restart_plan(struct conn_worker *worker, const struct conn_job *job,
                            struct pt_result *result, struct pt_error *err)
{
    return plan_line(worker, job, '+',
                     job->command->is_failed_only ? "restart the failed tasks of"
                                                  : "restart, with all its tasks,",
                     "", result, err);
}

static bool restart_is_done(const struct conn *fresh)
{
    bool is = deeds_begins(fresh->state, "RESTART");
    for (size_t i = 0; i < fresh->n_tasks && !is; i++)
        is = deeds_begins(fresh->tasks[i].state, "RESTART");
    return is;
}

/* ------------------------------------------------------------------ pause, resume */

static pt_code pause_run(struct conn_worker *worker, const struct conn_job *job,
                         struct pt_result *result, char *said, struct pt_error *err)
{
    (void)result;
    return conn_worker_ops(worker)->pause != NULL
               ? conn_worker_ops(worker)->pause(&worker->backend, &job->conn, said, err)
               : conn_cannot(worker, "pause a connector", err);
}

static pt_code pause_plan(struct conn_worker *worker, const struct conn_job *job,
                          struct pt_result *result, struct pt_error *err)
{
    return plan_line(worker, job, '+', "pause", "", result, err);
}

static bool pause_is_done(const struct conn *fresh)
{
    return deeds_begins(fresh->state, "PAUS");
}

static pt_code resume_run(struct conn_worker *worker, const struct conn_job *job,
                          struct pt_result *result, char *said, struct pt_error *err)
{
    (void)result;
    return conn_worker_ops(worker)->resume != NULL
               ? conn_worker_ops(worker)->resume(&worker->backend, &job->conn, said, err)
               : conn_cannot(worker, "resume a connector", err);
}

static pt_code resume_plan(struct conn_worker *worker, const struct conn_job *job,
                           struct pt_result *result, struct pt_error *err)
{
    return plan_line(worker, job, '+', "resume", "", result, err);
}

static bool resume_is_done(const struct conn *fresh)
{
    return deeds_begins(fresh->state, "RESUM") || deeds_begins(fresh->state, "RUNNING");
}

/* ------------------------------------------------------------------ update, delete */

static pt_code update_run(struct conn_worker *worker, const struct conn_job *job,
                          struct pt_result *result, char *said, struct pt_error *err)
{
    return conn_worker_ops(worker)->update != NULL ? conn_update(worker, job, result, said, err)
                                                   : conn_cannot(worker, "change a connector", err);
}

static pt_code delete_run(struct conn_worker *worker, const struct conn_job *job,
                          struct pt_result *result, char *said, struct pt_error *err)
{
    (void)result;
    return conn_worker_ops(worker)->remove != NULL
               ? conn_worker_ops(worker)->remove(&worker->backend, &job->conn, said, err)
               : conn_cannot(worker, "delete a connector", err);
}

static pt_code delete_plan(struct conn_worker *worker, const struct conn_job *job,
                           struct pt_result *result, struct pt_error *err)
{
    return plan_line(worker, job, '-', "delete", "; its group's offsets stay in Kafka", result,
                     err);
}

static bool delete_is_done(const struct conn *fresh)
{
    return deeds_begins(fresh->state, "DELETING");
}

/* ------------------------------------------------------------------ the deeds */

const struct conn_deed conn_deed_describe = {.run = conn_describe};
const struct conn_deed conn_deed_logs = {.run = conn_logs};
const struct conn_deed conn_deed_restart = {.run = restart_run,
                                            .plan = restart_plan,
                                            .begins_anew = true,
                                            .is_done = restart_is_done,
                                            .is_passing = true};
const struct conn_deed conn_deed_pause = {
    .run = pause_run, .plan = pause_plan, .is_done = pause_is_done};
const struct conn_deed conn_deed_resume = {
    .run = resume_run, .plan = resume_plan, .begins_anew = true, .is_done = resume_is_done};
const struct conn_deed conn_deed_update = {
    .run = update_run, .makes_plan = true, .begins_anew = true};
const struct conn_deed conn_deed_create = {.run = conn_create, .makes_plan = true};
const struct conn_deed conn_deed_delete = {
    .run = delete_run, .plan = delete_plan, .is_done = delete_is_done, .is_removal = true};
const struct conn_deed conn_deed_acknowledge = {
    .run = conn_acknowledge, .makes_plan = true, .is_local = true, .fill = conn_losses_fill_marks};
const struct conn_deed conn_deed_probe = {
    .run = conn_probe_command, .makes_plan = true, .fill = conn_probe_fill};

pt_code conn_command(struct conn_worker *worker, const struct conn_job *job,
                     struct pt_result *result, struct pt_error *err)
{
    const struct conn_deed *deed = job->deed;
    bool is_plan = job->command->is_plan;
    char said[PT_REASON_MAX] = "";
    /* The engine has refused this before; if it ever does not, nothing is sent here either. */
    if (is_plan && deed->plan == NULL && !deed->makes_plan)
        return pt_error_set(err, PT_EUSAGE, NULL, "connector %s: there is no dry run of it",
                            job->conn.name);
    pt_code code = deed->is_local ? PT_OK : conn_worker_backend(worker, err);
    if (code != PT_OK)
        return code;
    code = is_plan && deed->plan != NULL ? deed->plan(worker, job, result, err)
                                         : deed->run(worker, job, result, said, err);
    code = conn_look_after(worker, job, code, said, err);
    if (code == PT_OK && said[0] != '\0')
        text_put(result->text, sizeof result->text, "connector %s: %s", result->topic, said);
    return code;
}
