#include "cli/session.h"

#include <stdio.h>

#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "term/signals.h"

/* What restoring and leaving may take after the drain. */
enum { GRACE_EXTRA_MS = 700, END_WAIT_MS = 200, PROBE_END_MS = 10000 };

int64_t session_now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

pt_code session_open(struct cli *cli, const struct pt_config *cfg, const struct pt_run *run,
                     struct pt_error *err)
{
    signals_block();
    pt_code code = pt_engine_start(cfg, run, &cli->eng, err);
    if (code != PT_OK) {
        cli->eng = NULL;
        return code;
    }
    int64_t grace_ms = pt_config_int(cfg, "pintop.stop.timeout.ms") + GRACE_EXTRA_MS;
    return signals_start(cli->eng, grace_ms, false, err);
}

static void drain(int fd)
{
    uint64_t bytes;
    ssize_t n = read(fd, &bytes, sizeof bytes);
    (void)n; /* empty already: nothing to do */
}

const struct pt_snapshot *session_next(struct cli *cli, int64_t until_ms)
{
    struct pollfd fds[2] = {
        {.fd = pt_engine_wake_fd(cli->eng), .events = POLLIN},
        {.fd = signals_fd(),                .events = POLLIN}
    };
    int64_t left_ms = until_ms - session_now_ms();
    left_ms = left_ms < 0 ? 0 : left_ms;
    int n = poll(fds, 2, left_ms > 60000 ? 60000 : (int)left_ms);
    for (int i = 0; n > 0 && i < 2; i++) {
        if (fds[i].revents & POLLIN) {
            drain(fds[i].fd);
        }
    }
    return pt_engine_acquire(cli->eng);
}

const char *session_signal_name(int number)
{
    switch (number) {
    case SIGTERM:
        return "SIGTERM";
    case SIGINT:
        return "SIGINT";
    case SIGHUP:
        return "SIGHUP";
    default:
        return "signal";
    }
}

pt_code session_interrupted(const char *what, struct pt_error *err)
{
    int number = signals_stopped_by();
    if (!number) {
        return PT_OK;
    }
    return pt_error_set(err, PT_ECANCELLED, NULL, "%s: interrupted: %s", what,
                        session_signal_name(number));
}

void session_end(struct cli *cli)
{
    if (!cli->eng) {
        return;
    }
    if (!pt_engine_is_stopped(cli->eng)) {
        pt_engine_stop(cli->eng, "command done", 0);
    }
    pt_engine_abandon(cli->eng, END_WAIT_MS);
}

static const struct pt_result *find_result(const struct pt_snapshot *snap, uint64_t id)
{
    for (size_t i = snap->completed->n_results; i > 0; i--) {
        const struct pt_result *result = snap->completed->results[i - 1];
        if (result->id == id && result->state != PT_RESULT_RUNNING) {
            return result;
        }
    }
    return NULL;
}

/* A change that is under way goes on without us. */
static pt_code interrupted(const struct pt_command *cmd, const char *what, const char *which,
                           struct pt_error *err)
{
    char fix[80];
    pt_code code = session_interrupted(what, err);
    if (code == PT_OK || cmd->is_plan ||
        !pt_row_is(pt_command_row((int)cmd->kind), PT_ROW_CHANGES)) {
        return code;
    }
    snprintf(fix, sizeof fix, "Look with `pintop %s list` what became of it.", what);
    return pt_error_set(err, code, fix,
                        "%s %s: interrupted by %s after it was asked for: it may be "
                        "done all the same",
                        what, which, session_signal_name(signals_stopped_by()));
}

/* The signal has stopped the engine, and that ends a probe: it takes away what it wrote, and tells.
 * That is waited for. */
static bool is_probe_ending(const struct pt_command *cmd, int64_t *until_ms, bool *is_ending)
{
    if (cmd->kind != PT_CMD_CONNECTOR_PROBE || cmd->is_plan || !signals_stopped_by()) {
        return false;
    }
    if (!*is_ending) {
        *until_ms = session_now_ms() + PROBE_END_MS;
        *is_ending = true;
    }
    return true;
}

pt_code session_ask(struct cli *cli, const struct pt_command *cmd, int64_t wait_ms,
                    const char *what, const char *which, const struct pt_snapshot **snap,
                    const struct pt_result **result, struct pt_error *err)
{
    uint64_t id;
    char fix[120];
    bool is_ending = false;
    *snap = NULL;
    *result = NULL;
    pt_code code = pt_engine_submit(cli->eng, cmd, &id, err);
    int64_t until_ms = session_now_ms() + wait_ms;
    while (code == PT_OK) {
        const struct pt_snapshot *now = session_next(cli, until_ms);
        *result = find_result(now, id);
        if (*result && (*result)->state == PT_RESULT_DONE) {
            *snap = now;
            return PT_OK;
        }
        if (*result) {
            *err = (*result)->error;
            code = err->code != PT_OK ? err->code : PT_EIO;
        } else if (session_now_ms() >= until_ms) {
            snprintf(fix, sizeof fix, "Look with `pintop %s list` what became of it.", what);
            code = pt_error_set(err, PT_ETIMEOUT, fix, "%s %s: no answer in %d s", what, which,
                                (int)(wait_ms / 1000));
        } else if (!is_probe_ending(cmd, &until_ms, &is_ending)) {
            code = interrupted(cmd, what, which, err);
        }
        pt_snapshot_release(now);
    }
    *result = NULL;
    return code;
}
