/* `pintop status`: one snapshot, as soon as it has the facts that the verdict needs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/nagios.h"
#include "cli/on_change.h"
#include "cli/print.h"
#include "cli/session.h"
#include "cli/status.h"
#include "pintop/metrics.h"
#include "pintop/snapshot.h"
#include "term/signals.h"

enum {
    FACTS_MS = 5000,
    APART_MS = 1900, /* topics are polled once a second, so this is two polls later */
    LINE_MAX_BYTES = 4096,
    CHANGE_END_MS = 2000 /* at the end, for a command of --on-change that still runs */
};

struct status_args {
    int64_t watch_ms; /* 0: once */
    const char *on_change;
    bool is_nagios, is_openmetrics;
};

static const struct cli_option status_options[] = {
    CLI_JSON,
    {"wait",        0, "S",   "seconds to wait for the facts that the verdict needs (5)"     },
    {"watch",       0, "S",   "print one JSON line every S seconds, until a signal"          },
    {"on-change",   0, "CMD", "with --watch: run CMD by sh when the verdict changes"         },
    {"nagios",      0, NULL,  "one line with figures, and the exit status of a Nagios plugin"},
    {"openmetrics", 0, NULL,  "figures for Prometheus, in the OpenMetrics text format"       },
    CLI_NO_MORE_OPTIONS,
};

static pt_code status_take(struct cli *cli, void *args, const char *option, const char *value,
                           struct pt_error *err)
{
    struct status_args *a = args;
    (void)cli;
    if (!strcmp(option, "watch")) {
        return cli_parse_seconds(value, "--watch", &a->watch_ms, err);
    } else if (!strcmp(option, "on-change")) {
        a->on_change = value;
    } else if (!strcmp(option, "openmetrics")) {
        a->is_openmetrics = true;
    } else {
        a->is_nagios = true;
        print_err_for_nagios();
    }
    return PT_OK;
}

static pt_code status_ready(struct cli *cli, void *args, struct pt_error *err)
{
    const struct status_args *a = args;
    if (a->on_change && !a->watch_ms) {
        return pt_error_set(err, PT_EUSAGE, "Add --watch S.",
                            "status: --on-change needs --watch, which goes on looking");
    }
    if ((a->is_nagios || a->is_openmetrics) && (a->watch_ms || cli->given.is_json)) {
        return pt_error_set(err, PT_EUSAGE, "Leave --json and --watch out.",
                            "status: --%s has a form of its own, and prints it once",
                            a->is_nagios ? "nagios" : "openmetrics");
    }
    if (a->is_nagios && a->is_openmetrics) {
        return pt_error_set(err, PT_EUSAGE, "Use one of them.",
                            "status: --nagios and --openmetrics are two forms of the same");
    }
    return PT_OK;
}

static pt_code print_line(const struct pt_snapshot *snap, struct pt_error *err)
{
    char *text = pt_snapshot_json(snap);
    if (!text) {
        return pt_error_set(err, PT_ENOMEM, NULL, "status: out of memory");
    }
    puts(text);
    free(text);
    print_flush(); /* the reader needs each line at once, not when a block of them is full */
    return PT_OK;
}

static int exit_status(const struct pt_snapshot *snap)
{
    enum pt_verdict verdict = snap->session->verdict;
    return verdict == PT_V_OK || verdict == PT_V_IDLE ? 0 : pt_code_exit(PT_EUNHEALTHY);
}

/* Two polls of the topics are far enough apart for rates; an engine that this one is attached to
 * has made them. */
pt_code status_wait(struct cli *cli, int64_t wait_ms, const struct pt_snapshot **snap,
                    struct pt_error *err)
{
    int64_t until_ms = session_now_ms() + (wait_ms ? wait_ms : FACTS_MS), first_ms = PT_UNKNOWN;
    for (;;) {
        const struct pt_snapshot *now = session_next(cli, until_ms);
        int64_t asked_ms = now->topics->asked_ms;
        if (first_ms == PT_UNKNOWN) {
            first_ms = asked_ms;
        }
        bool is_known = now->session->link == PT_LINK_ATTACHED && asked_ms != PT_UNKNOWN;
        bool has_two = is_known || (first_ms != PT_UNKNOWN && asked_ms != PT_UNKNOWN &&
                                    asked_ms - first_ms >= APART_MS);
        bool is_over =
            (has_two && !now->session->is_verdict_awaited) || session_now_ms() >= until_ms;
        pt_code code = pt_link_failure(&cli->link, err);
        if (code == PT_ENOTFOUND) { /* there is no cluster to ask, as the verdict says */
            is_over = is_over || now->cluster->last_fix[0] != '\0';
            code = PT_OK;
        }
        if (code == PT_OK) {
            code = session_interrupted("status", err);
        }
        if (code == PT_OK && is_over) {
            *snap = now;
            return PT_OK;
        }
        pt_snapshot_release(now);
        if (code != PT_OK) {
            return code;
        }
    }
}

/* Prints lines until a signal comes or the reader closes the pipe. Releases snap; returns the last
 * exit status. */
static int status_watch(struct cli *cli, const struct pt_snapshot *snap,
                        const struct status_args *a)
{
    struct pt_error err;
    struct on_change change = {.command = a->on_change};
    int64_t next_ms = session_now_ms();
    int status = exit_status(snap);
    while (!signals_stopped_by() && print_is_ok()) {
        int64_t now_ms = session_now_ms();
        on_change_look(&change, snap, now_ms);
        if (now_ms >= next_ms) {
            next_ms += a->watch_ms;
            status = exit_status(snap);
            if (print_line(snap, &err) != PT_OK) {
                status = print_err(&err);
                break;
            }
        }
        int64_t look_ms = on_change_next_ms(&change, now_ms);
        pt_snapshot_release(snap);
        snap = session_next(cli, look_ms < next_ms ? look_ms : next_ms);
    }
    on_change_end(&change, CHANGE_END_MS);
    pt_snapshot_release(snap);
    return status;
}

/* Its exit status tells only whether there are figures: the verdict is one of them. */
static int status_openmetrics(const struct pt_snapshot *snap)
{
    struct pt_error err;
    char *text = pt_snapshot_openmetrics(snap, &err);
    if (!text) {
        return print_err(&err);
    }
    fputs(text, stdout);
    free(text);
    return 0;
}

/* Prints the one snapshot; returns the exit status. */
static int status_once(const struct cli *cli, const struct pt_snapshot *snap,
                       const struct status_args *a)
{
    struct pt_error err;
    if (a->is_nagios) {
        char line[LINE_MAX_BYTES];
        int status = nagios_line(snap, line, sizeof line);
        puts(line);
        return status;
    }
    if (a->is_openmetrics) {
        return status_openmetrics(snap);
    }
    if (!cli->given.is_json) {
        status_print(snap);
    } else if (print_line(snap, &err) != PT_OK) {
        return print_err(&err);
    }
    return exit_status(snap);
}

static int status_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    const struct status_args *a = args;
    struct pt_run run = {.first_index = -1,
                         .wait_ms = cli->given.wait_ms,
                         .is_oneshot = true,
                         .may_attach = true,
                         .has_connectors = true};
    struct pt_error err;
    const struct pt_snapshot *snap = NULL;
    pt_code code = session_open(cli, cfg, &run, &err);
    if (code == PT_OK) {
        code = status_wait(cli, cli->given.wait_ms, &snap, &err);
    }
    if (code != PT_OK) {
        return print_err(&err);
    }
    if (a->watch_ms) {
        return status_watch(cli, snap, a);
    }
    int status = status_once(cli, snap, a);
    pt_snapshot_release(snap);
    return status;
}

const struct cli_command command_status = {
    .name = "status",
    .synopsis = "[--json | --nagios | --openmetrics] [--wait S] [--watch S [--on-change CMD]]",
    .does = "one snapshot of the pipeline",
    .topic = "verdicts",
    .args_bytes = sizeof(struct status_args),
    .options = status_options,
    .take = status_take,
    .ready = status_ready,
    .run = status_run,
};
