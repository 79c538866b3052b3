/* `pintop status`: one snapshot, once the facts are in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "cli/session.h"
#include "cli/status.h"
#include "pintop/snapshot.h"
#include "term/signals.h"

enum {
    FACTS_MS = 5000,
    APART_MS = 1900 /* topics are looked at each second: two looks later */
};

struct status_args {
    bool is_json;
    int64_t watch_ms; /* 0: once */
    int64_t wait_ms;  /* for the facts that the verdict needs; 0: not given */
};

static const struct cli_option options[] = {
    {"json",  0, NULL, "as JSON"                                                  },
    {"wait",  0, "S",  "wait for the facts that the verdict needs for so long (5)"},
    {"watch", 0, "S",  "one JSON line each S seconds, until a signal"             },
    {NULL,    0, NULL, NULL                                                       },
};

static pt_code take(struct cli *cli, void *args, const char *option, const char *value,
                    struct pt_error *err)
{
    (void)cli;
    struct status_args *a = args;
    if (!strcmp(option, "wait")) {
        return cli_parse_seconds(value, "--wait", &a->wait_ms, err);
    }
    if (!strcmp(option, "watch")) {
        return cli_parse_seconds(value, "--watch", &a->watch_ms, err);
    }
    a->is_json = true;
    return PT_OK;
}

static pt_code ready(struct cli *cli, void *args, struct pt_error *err)
{
    (void)args;
    return cli_check_words(cli, 0, "status", err);
}

/* ---- */

static pt_code print_line(const struct pt_snapshot *snap, struct pt_error *err)
{
    char *text = pt_snapshot_json(snap);
    if (!text) {
        return pt_error_set(err, PT_ENOMEM, NULL, "status: no memory");
    }
    puts(text);
    free(text);
    print_flush(); /* a line is of use when it comes, not when a block of them is full */
    return PT_OK;
}

static int exit_status(const struct pt_snapshot *snap)
{
    enum pt_verdict verdict = snap->session->verdict;
    return verdict == PT_V_OK || verdict == PT_V_IDLE ? 0 : pt_code_exit(PT_EUNHEALTHY);
}

/* Two looks at the topics, far enough from each other for rates, and whatever the verdict still
 * waits for; at most wait_ms. What is missing then is the verdict's to say. *snap is the caller's.
 */
static pt_code wait_for_facts(struct cli *cli, int64_t wait_ms, const struct pt_snapshot **snap,
                              struct pt_error *err)
{
    int64_t until_ms = session_now_ms() + wait_ms, first_ms = PT_UNKNOWN;
    for (;;) {
        const struct pt_snapshot *now = session_next(cli, until_ms);
        int64_t asked_ms = now->topics->asked_ms;
        if (first_ms == PT_UNKNOWN) {
            first_ms = asked_ms;
        }
        bool has_two =
            first_ms != PT_UNKNOWN && asked_ms != PT_UNKNOWN && asked_ms - first_ms >= APART_MS;
        bool is_over =
            (has_two && !now->session->is_verdict_awaited) || session_now_ms() >= until_ms;
        pt_code code = pt_engine_failure(cli->eng, err);
        if (code == PT_ENOTFOUND) { /* there is no cluster to ask: the verdict says it */
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

/* Lines until a signal comes or nobody reads them. Takes snap; returns the last exit status. */
static int watch(struct cli *cli, const struct pt_snapshot *snap, int64_t period_ms)
{
    struct pt_error err;
    int64_t next_ms = session_now_ms();
    int status = exit_status(snap);
    while (!signals_stopped_by() && print_is_ok()) {
        if (session_now_ms() >= next_ms) {
            next_ms += period_ms;
            status = exit_status(snap);
            if (print_line(snap, &err) != PT_OK) {
                status = print_err(&err);
                break;
            }
        }
        pt_snapshot_release(snap);
        snap = session_next(cli, next_ms);
    }
    pt_snapshot_release(snap);
    return status;
}

static int run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    const struct status_args *a = args;
    struct pt_run run = {
        .first_index = -1, .wait_ms = a->wait_ms, .is_oneshot = true, .has_connectors = true};
    struct pt_error err;
    const struct pt_snapshot *snap = NULL;
    pt_code code = session_open(cli, cfg, &run, &err);
    if (code == PT_OK) {
        code = wait_for_facts(cli, a->wait_ms ? a->wait_ms : FACTS_MS, &snap, &err);
    }
    if (code != PT_OK) {
        return print_err(&err);
    }
    if (a->watch_ms) {
        return watch(cli, snap, a->watch_ms);
    }
    int status = exit_status(snap);
    if (!a->is_json) {
        status_print(snap);
    } else if (print_line(snap, &err) != PT_OK) {
        status = print_err(&err);
    }
    pt_snapshot_release(snap);
    return status;
}

const struct cli_command command_status = {
    .name = "status",
    .synopsis = "[--json] [--wait S] [--watch S]",
    .does = "one snapshot of the pipeline",
    .args_bytes = sizeof(struct status_args),
    .options = options,
    .take = take,
    .ready = ready,
    .run = run,
};
