/* What `pintop connector diagnose --probe` prints after the probe. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/answer.h"
#include "cli/connector.h"
#include "cli/session.h"

static bool is_probe_good(const struct pt_connector *c)
{
    return c && c->probe.asked_ms != PT_UNKNOWN && c->probe.does_take && !c->probe.is_slow;
}

static pt_code print_probe_json(const struct pt_snapshot *snap, const struct pt_connector *c,
                                const struct pt_result *result, struct pt_error *err)
{
    char *text = pt_connector_json(snap, c);
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    cJSON *lines = answer_lines_json(result);
    cJSON *steps = cJSON_DetachItemFromObject(lines, "lines");
    cJSON *probe = cJSON_GetObjectItem(json, "probe");
    if (cJSON_IsObject(probe)) {
        cJSON_AddItemToObject(probe, "steps", steps);
    } else {
        cJSON_Delete(steps);
    }
    cJSON_Delete(lines);
    free(text);
    return print_json(json, err);
}

int connector_probe_done(struct cli *cli, const struct connector_args *a,
                         const struct pt_snapshot *snap, const struct pt_result *result)
{
    struct pt_error err;
    const struct pt_snapshot *now = pt_snapshot_acquire(snap);
    pt_code code = session_interrupted("connector diagnose --probe", &err);
    if (code != PT_OK || !cli->given.is_json) {
        answer_print_steps(result, code != PT_OK ? stderr : stdout);
    }
    if (code == PT_OK) {
        code = connector_wait_verdict(cli, a, &now, &err);
    }
    const struct pt_connector *c = connector_named(now, a->name);
    if (code == PT_OK && !c) {
        code = connector_no_such(a, now, &err);
    } else if (code == PT_OK && cli->given.is_json) {
        code = print_probe_json(now, c, result, &err);
    } else if (code == PT_OK) {
        putchar('\n');
        connector_print_status(now, c, true);
    }
    int status = code != PT_OK || !c ? print_err(&err) : connector_exit(c);
    if (code == PT_OK && !is_probe_good(c)) {
        status = pt_code_exit(PT_EUNHEALTHY);
    }
    pt_snapshot_release(now);
    pt_snapshot_release(snap);
    return status;
}
