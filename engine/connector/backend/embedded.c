/* The embedded sink as a connector with one task. It is in this process: no server is asked, and
 * it cannot be paused or changed through this interface. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "connector/backend/backend.h"

bool conn_of_embedded(const char *name, const char *state, const char *error, struct conn *out)
{
    conn_init(out);
    text_copy(out->id, sizeof out->id, name);
    text_copy(out->name, sizeof out->name, name);
    text_copy(out->kind, sizeof out->kind, "sink");
    text_copy(out->class_name, sizeof out->class_name, "pintop.EmbeddedSink");
    text_copy(out->state, sizeof out->state, state);
    text_copy(out->message, sizeof out->message, error);
    out->tasks = calloc(1, sizeof *out->tasks);
    if (out->tasks == NULL)
        return false;
    out->has_tasks = true;
    out->n_tasks = 1;
    text_copy(out->tasks[0].state, sizeof out->tasks[0].state, state);
    text_copy(out->tasks[0].worker, sizeof out->tasks[0].worker, "this pintop");
    out->tasks[0].trace = conn_trace(error);
    return true;
}

const struct conn_backend_ops conn_embedded = {
    .info = {.name = "embedded",
             .title = "embedded",
             .is_in_process = true,
             .cannot = "this sink is a part of pintop"},
    .is_meant = pt_config_is_embedded,
    .state_source = "embedded",
    .tasks_source = "embedded",
    .tasks_from = "pintop",
    .running_means = "",
};
