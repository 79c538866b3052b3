/* What an operator can do to a connector: one deed for each command. The table of commands names
 * them, the reactor fills the job, and the commands' worker carries it out. */
#ifndef CONNECTOR_WATCH_DEED_H
#define CONNECTOR_WATCH_DEED_H

#include <stdbool.h>

#include "pintop/error.h"

struct conn;
struct conn_job;
struct conn_model;
struct conn_models;
struct conn_worker;
struct pt_result;

struct conn_deed {
    /* Runs on the worker's thread; result is out. said: out, PT_REASON_MAX bytes, what the back end
     * answered. */
    pt_code (*run)(struct conn_worker *worker, const struct conn_job *job, struct pt_result *result,
                   char *said, struct pt_error *err);
    /* The same for a dry run. NULL: run does that too, or there is none. */
    pt_code (*plan)(struct conn_worker *worker, const struct conn_job *job,
                    struct pt_result *result, struct pt_error *err);
    bool makes_plan; /* run does the dry run, too */
    bool is_local;   /* no back end is called */
    /* It restarts the tasks: commits seen before prove nothing any more. */
    bool begins_anew;
    /* Fills in what the job needs from the model, on the reactor's thread. NULL: nothing. */
    pt_code (*fill)(const struct conn_models *cs, const struct conn_model *cm, struct conn_job *job,
                    struct pt_error *err);
    /* The answer was lost: was the change made, judging by the connector as it is now? NULL: run
     * finds that out itself. */
    bool (*is_done)(const struct conn *fresh);
    bool is_passing; /* its effect is visible only while it happens */
    bool is_removal; /* it is done when the connector does not exist */
};

/* In connector/change/. */
extern const struct conn_deed conn_deed_describe, conn_deed_logs, conn_deed_restart,
    conn_deed_pause, conn_deed_resume, conn_deed_update, conn_deed_create, conn_deed_delete,
    conn_deed_acknowledge, conn_deed_probe;

#endif
