/* `pintop connector list`, `status` and `diagnose`: they print what the snapshot has. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/connector.h"

int connector_exit(const struct pt_connector *c)
{
    return c->verdict == PT_V_OK || c->verdict == PT_V_IDLE ? 0 : pt_code_exit(PT_EUNHEALTHY);
}

pt_code connector_no_such(const struct connector_args *a, const struct pt_snapshot *snap,
                          struct pt_error *err)
{
    if (a->name) {
        return pt_error_set(err, PT_ENOTFOUND, "`pintop connector list` shows the connectors.",
                            "connector %s: there is no %s", a->row.name, a->name);
    }
    if (snap->connectors->n_connectors == 0) {
        return pt_error_set(err, PT_ENOTFOUND,
                            "A Kafka Connect worker that is starting lists no connectors for some "
                            "seconds. If none was created yet, `pintop connector create` does it.",
                            "connector %s: there is no connector", a->row.name);
    }
    return pt_error_set(err, PT_EUSAGE, "Name one of them: `pintop connector list` shows them.",
                        "connector %s: there are %zu connectors, and none was named", a->row.name,
                        snap->connectors->n_connectors);
}

static pt_code print_one(const struct pt_snapshot *snap, const struct pt_connector *c,
                         struct pt_error *err)
{
    char *text = pt_connector_json(snap, c);
    if (!text) {
        return pt_error_set(err, PT_ENOMEM, NULL, "connector: out of memory");
    }
    puts(text);
    free(text);
    return PT_OK;
}

static pt_code print_all(const struct pt_snapshot *snap, struct pt_error *err)
{
    printf("{\"connectors\":[");
    for (size_t i = 0; i < snap->connectors->n_connectors; i++) {
        char *text = pt_connector_json(snap, &snap->connectors->connectors[i]);
        if (!text) {
            return pt_error_set(err, PT_ENOMEM, NULL, "connector: out of memory");
        }
        printf("%s%s", i > 0 ? "," : "", text);
        free(text);
    }
    printf("]}\n");
    return PT_OK;
}

int connector_print_names(const struct cli *cli, const void *args, const struct pt_snapshot *snap)
{
    (void)args;
    struct pt_error err;
    if (!cli->given.is_json) {
        connector_print_list(snap);
        return 0;
    }
    return print_all(snap, &err) == PT_OK ? 0 : print_err(&err);
}

/* An AWS account may have many connectors: those of other people do not count, unless there are no
 * others. */
static int exit_of_all(const struct pt_snapshot *snap)
{
    bool has_ours = false;
    int status = 0;
    for (size_t i = 0; i < snap->connectors->n_connectors; i++) {
        has_ours = has_ours || snap->connectors->connectors[i].is_ours;
    }
    for (size_t i = 0; i < snap->connectors->n_connectors && status == 0; i++) {
        const struct pt_connector *c = &snap->connectors->connectors[i];
        status = c->is_ours || !has_ours ? connector_exit(c) : 0;
    }
    return status;
}

int connector_print_statuses(const struct cli *cli, const void *args,
                             const struct pt_snapshot *snap)
{
    const struct connector_args *a = args;
    struct pt_error err;
    const struct pt_connector *only = connector_named(snap, a->name);
    if (!only && (a->name || snap->connectors->n_connectors == 0)) {
        connector_no_such(a, snap, &err);
        return print_err(&err);
    }
    if (only && cli->given.is_json) {
        return print_one(snap, only, &err) == PT_OK ? connector_exit(only) : print_err(&err);
    }
    if (cli->given.is_json && print_all(snap, &err) != PT_OK) {
        return print_err(&err);
    }
    for (size_t i = 0; !cli->given.is_json && i < snap->connectors->n_connectors; i++) {
        const struct pt_connector *c = &snap->connectors->connectors[i];
        if (!only || c == only) {
            printf("%s", i > 0 && !only ? "\n" : "");
            connector_print_status(snap, c, a->row.is_thorough);
        }
    }
    return only ? connector_exit(only) : exit_of_all(snap);
}
