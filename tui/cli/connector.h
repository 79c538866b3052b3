/* What the actions of `pintop connector` share. */
#ifndef CLI_CONNECTOR_H
#define CLI_CONNECTOR_H

#include <stdio.h>

#include "cli/action.h"
#include "cli/print.h"
#include "pintop/snapshot.h"

enum { CONNECTOR_CONFIGS_MAX = 128 };

struct connector_args {
    struct cli_action row;
    const char *name; /* NULL: the only connector there is, or all of them */
    const char *configs[CONNECTOR_CONFIGS_MAX]; /* KEY=VALUE; argv's */
    size_t n_configs;
    int64_t minutes; /* how far back from now the log is read */
    bool is_failed_only;
    char seen[20]; /* fingerprint of the plan that the user saw; "": none */
    char no_cluster[600], no_cluster_fix[400]; /* why no cluster is asked; "" */
    bool names_others; /* a back end is configured beside the embedded cluster */
};

extern const struct cli_group connector_group;

/* Finds a connector by name or id; with name NULL, the only one there is. NULL: not found. */
const struct pt_connector *connector_named(const struct pt_snapshot *snap, const char *name);

/* The waits of connector_wait.c. Each releases *snap and puts a newer snapshot in its place, which
 * the caller releases. Errors: why there is no answer, or that a signal ended the wait. */
pt_code connector_wait_list(struct cli *cli, const struct connector_args *a,
                            const struct pt_snapshot **snap, struct pt_error *err);
/* Waits for the list of topics, because a probe writes one object below each topic. */
pt_code connector_wait_topics(struct cli *cli, const struct connector_args *a,
                              const struct pt_snapshot **snap, struct pt_error *err);
/* Waits for the facts that the verdict needs, at most as long as --wait says. */
pt_code connector_wait_verdict(struct cli *cli, const struct connector_args *a,
                               const struct pt_snapshot **snap, struct pt_error *err);

/* connector_read.c: as cli_reading.print. */
int connector_print_names(const struct cli *cli, const void *args, const struct pt_snapshot *snap);
int connector_print_statuses(const struct cli *cli, const void *args,
                             const struct pt_snapshot *snap);
/* The exit status for a connector's verdict. */
int connector_exit(const struct pt_connector *c);
/* Fills in why no connector was found. Errors PT_ENOTFOUND: no connector has that name, or there
 * are no connectors; PT_EUSAGE: there are several and none was named. */
pt_code connector_no_such(const struct connector_args *a, const struct pt_snapshot *snap,
                          struct pt_error *err);

/* Asks the user, submits the change and prints the result (connector_do.c). Returns the exit
 * status. */
int connector_do(struct cli *cli, struct connector_args *a, const struct pt_snapshot *known);
/* Prints the result of a write probe and the verdict, which takes the probe into account
 * (connector_probe.c). result belongs to snap, and snap is released here. Returns the exit status.
 */
int connector_probe_done(struct cli *cli, const struct connector_args *a,
                         const struct pt_snapshot *snap, const struct pt_result *result);

/* What connector_print.c prints for people. */
void connector_print_list(const struct pt_snapshot *snap);
void connector_print_status(const struct pt_snapshot *snap, const struct pt_connector *c,
                            bool is_thorough);

#endif
