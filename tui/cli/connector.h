/* What the actions of `pintop connector` share. */
#ifndef CLI_CONNECTOR_H
#define CLI_CONNECTOR_H

#include <stdio.h>

#include "cli/action.h"
#include "cli/print.h"
#include "pintop/snapshot.h"

enum { CONNECTOR_CONFIGS_MAX = 128 };

struct connector_args {
    const char *action;
    const char *name;                           /* NULL: the only one there is, or all */
    const char *configs[CONNECTOR_CONFIGS_MAX]; /* KEY=VALUE; argv's */
    size_t n_configs;
    int64_t minutes; /* logs: back from now */
    int64_t wait_ms; /* for the facts that a verdict needs; 0 not said */
    bool is_json, is_failed_only;
    char seen[20];     /* of the plan that was shown; "" none */
    bool names_others; /* a back end is named, beside the embedded cluster */
    struct cli_given given;
    const struct cli_action *row;
};

/* The table of actions, ended by a NULL name. */
const struct cli_action *connector_actions(void);

/* status and diagnose for people; the rest as the result has it. */
void connector_print_list(const struct pt_snapshot *snap);
void connector_print_status(const struct pt_snapshot *snap, const struct pt_connector *c,
                            bool is_thorough);
void connector_print_described(const struct pt_result *result);
void connector_print_lines(const struct pt_result *result, bool has_wholes);
/* The steps of a write probe. */
void connector_print_probe(const struct pt_result *result, FILE *out);
/* Of a result: settings and lines. Errors of print_json. */
cJSON *connector_result_json(const struct pt_result *result);

#endif
