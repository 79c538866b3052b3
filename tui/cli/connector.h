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
    bool is_nothing;   /* the plan that was shown is empty: nothing to be asked */
    bool names_others; /* a back end is named, beside the embedded cluster */
    struct cli_given given;
    const struct cli_action *row;
};

/* The table of actions, ended by a NULL name. */
const struct cli_action *connector_actions(void);

/* By name or id; NULL: the only one there is. */
const struct pt_connector *connector_named(const struct pt_snapshot *snap, const char *name);

/* connector_wait.c. snap: in and out; it is released and taken anew. Errors: why there is no
 * answer, or that a signal ended the wait. */
pt_code connector_wait_list(struct cli *cli, const struct connector_args *a,
                            const struct pt_snapshot **snap, struct pt_error *err);
/* A probe writes below each topic: they are waited for. */
pt_code connector_wait_topics(struct cli *cli, const struct connector_args *a,
                              const struct pt_snapshot **snap, struct pt_error *err);
/* Until the facts that the verdict needs are in, at most for --wait. */
pt_code connector_wait_verdict(struct cli *cli, const struct connector_args *a,
                               const struct pt_snapshot **snap, struct pt_error *err);

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
