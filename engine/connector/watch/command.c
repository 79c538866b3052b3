/* Makes the job of an operator's command, or says why it is impossible. */
#include <string.h>

#include "base/text.h"
#include "connector/watch/connectors.h"
#include "connector/watch/deed.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"

enum {
    HURRY_MS = 60000, /* after a change the list is read often for so long */
    OPEN_MS = 60000
};

static struct conn_model *command_find(struct conn_models *cs, const char *name,
                                       struct pt_error *err)
{
    struct conn_model *found = conn_item_find(cs, name);
    size_t n = 0;
    for (size_t i = 0; found == NULL && i < cs->n; i++)
        n += strcmp(cs->items[i].conn.name, name) == 0;
    for (size_t i = 0; found == NULL && n == 1 && i < cs->n; i++)
        if (strcmp(cs->items[i].conn.name, name) == 0)
            found = &cs->items[i];
    if (found != NULL && !found->is_gone)
        return found;
    if (n > 1)
        pt_error_set(err, PT_ENAME, "Name it by its ARN: `pintop connector list --json` has it.",
                     "connector %s: %zu have that name", name, n);
    else if (!cs->has_answer && cs->error.code != PT_OK)
        *err = cs->error;
    else
        pt_error_set(err, PT_ENOTFOUND, "`pintop connector list` shows those there are.",
                     "connector %s: no connector has that name", name);
    return NULL;
}

struct conn_job *conn_models_job(struct conn_models *cs, const struct pt_command_info *info,
                                 const struct conn_deed *deed, uint64_t id, struct pt_command *cmd,
                                 struct pt_error *err)
{
    struct conn_model *cm = NULL;
    struct conn_job *job = NULL;
    if (!cs->desk->is_booted || cs->watchers == NULL || cs->ops == NULL) {
        pt_error_set(err, PT_EUNSUPPORTED,
                     "Set pintop.connector.url for Kafka Connect, or pintop.msk.cluster for MSK "
                     "Connect.",
                     "connector: nobody is there to ask");
        return NULL;
    }
    if (!pt_command_is(info, PT_COMMAND_MAKES) &&
        (cm = command_find(cs, cmd->connector != NULL ? cmd->connector : "", err)) == NULL)
        return NULL;
    job = conn_job_new(CONN_ASK_COMMAND);
    if (job == NULL || (cm != NULL && !conn_copy(&job->conn, &cm->conn))) {
        conn_job_free(job);
        pt_error_set(err, PT_ENOMEM, NULL, "connector: out of memory");
        return NULL;
    }
    int64_t now_ms = desk_real_ms(cs->desk);
    if (pt_command_is(info, PT_COMMAND_CHANGES) && !pt_command_is(info, PT_COMMAND_BESIDE) &&
        !cmd->is_plan)
        cs->hurry_until_ms = now_ms + HURRY_MS;
    if (cm != NULL) {
        cm->open_until_ms = now_ms + OPEN_MS;
        job->key = cm->key;
    }
    if (cm != NULL && deed->begins_anew && !cmd->is_plan)
        conn_lag_restarted(cm, now_ms);
    if (cm != NULL && deed->fill != NULL && deed->fill(cs, cm, job, err) != PT_OK) {
        conn_job_free(job);
        return NULL;
    }
    job->deed = deed;
    job->id = id;
    job->command = cmd;
    return job;
}
