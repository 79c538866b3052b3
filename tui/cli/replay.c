/* `pintop replay`: the dashboard over a recording. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "cli/session.h"
#include "pintop/record.h"
#include "term/signals.h"
#include "ui/dashboard.h"
#include "ui/when.h"

struct replay_args {
    const char *at;
    int64_t at_ms;
};

static const struct cli_option replay_options[] = {
    {"at", 0, "TIME", "what is shown first: 03:10 or 2026-11-30T03:10:00Z in UTC, or -2h"},
    CLI_NO_MORE_OPTIONS,
};

static pt_code replay_take(struct cli *cli, void *args, const char *option, const char *value,
                           struct pt_error *err)
{
    struct replay_args *a = args;
    (void)cli, (void)option;
    a->at = value;
    return when_parse(value, session_real_ms(), "--at", &a->at_ms, err);
}

static pt_code replay_ready(struct cli *cli, void *args, struct pt_error *err)
{
    struct replay_args *a = args;
    if (!a->at) {
        a->at_ms = PT_UNKNOWN;
    }
    if (cli->n_words > 1) {
        return pt_error_set(err, PT_EUSAGE, "Name one recording.",
                            "replay: unexpected argument '%s'", cli->words[1]);
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return pt_error_set(err, PT_EUSAGE, "Without a terminal, use `pintop history`.",
                            "replay: standard input and output are not a terminal");
    }
    return PT_OK;
}

static int replay_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    const struct replay_args *a = args;
    struct pt_error err;
    char path[4096];
    struct pt_run run = {.first_index = -1, .recording = path, .recording_at_ms = a->at_ms};
    if (cli->n_words > 0) {
        snprintf(path, sizeof path, "%s", cli->words[0]);
    } else if (pt_record_find(cfg, path, sizeof path, &err) != PT_OK) {
        return print_err(&err);
    }
    signals_block();
    /* A recording that is read by a thread cannot be closed in time for certain. */
    _exit(print_finish(dashboard_run(cfg, &run, pt_replay_open, &cli->looks)));
}

const struct cli_command command_replay = {
    .name = "replay",
    .synopsis = "[FILE] [--at TIME]",
    .does = "the dashboard over a recording",
    .topic = "keys",
    .takes_words = true,
    .args_bytes = sizeof(struct replay_args),
    .options = replay_options,
    .take = replay_take,
    .ready = replay_ready,
    .run = replay_run,
};
