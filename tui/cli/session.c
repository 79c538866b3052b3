#include "cli/session.h"

#include <stdio.h>

#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "term/even_clock.h"
#include "term/signals.h"

enum { END_WAIT_MS = 200, TIDY_MS = 10000 };
/* The longest wait until a link is looked at again, and the same for a link that cannot wake this
 * thread. */
enum { LOOK_MS = 60000, BLIND_LOOK_MS = 100 };

int64_t session_real_ms(void)
{
    return (int64_t)time(NULL) * 1000;
}

int64_t session_now_ms(void)
{
    return even_clock_ms(NULL);
}

pt_code session_open(struct cli *cli, const struct pt_config *cfg, const struct pt_run *run,
                     struct pt_error *err)
{
    signals_block();
    pt_code code = cli->open(cfg, run, &cli->link, err);
    if (code != PT_OK) {
        return code;
    }
    int64_t grace_ms = signals_grace_ms(pt_config_int(cfg, "pintop.stop.timeout.ms"));
    return signals_start(&cli->link, grace_ms, false, err);
}

static void drain_signals(void)
{
    char bytes[8];
    ssize_t n = read(signals_fd(), bytes, sizeof bytes);
    (void)n; /* the pipe was empty already */
}

const struct pt_snapshot *session_next(struct cli *cli, int64_t until_ms)
{
    struct pollfd fds[2] = {
        {.fd = pt_link_wake_fd(&cli->link), .events = POLLIN},
        {.fd = signals_fd(),                .events = POLLIN}
    };
    int64_t left_ms = until_ms - session_now_ms();
    int64_t look_ms = fds[0].fd >= 0 ? LOOK_MS : BLIND_LOOK_MS;
    left_ms = left_ms < 0 ? 0 : left_ms;
    int n = poll(fds, 2, (int)(left_ms > look_ms ? look_ms : left_ms));
    if (n > 0 && (fds[1].revents & POLLIN)) {
        drain_signals();
    }
    return pt_link_acquire(&cli->link);
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
    if (!pt_link_is_stopped(&cli->link)) {
        pt_link_stop(&cli->link, "command done", 0);
    }
    pt_link_close(&cli->link, END_WAIT_MS);
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

static void session_fix(const struct pt_command *cmd, char *fix, size_t cap)
{
    const struct pt_command_info *info = pt_command_info((int)cmd->kind);
    snprintf(fix, cap, "Check the outcome with `%s`.", pt_command_shown_by(info));
}

/* A change that was submitted continues after this process has ended, so the error says that it may
 * still be carried out. */
static pt_code session_cut_short(const struct pt_command *cmd, const char *what, const char *which,
                                 struct pt_error *err)
{
    char fix[80];
    pt_code code = session_interrupted(what, err);
    if (code == PT_OK || cmd->is_plan || !pt_command_matters(pt_command_info((int)cmd->kind))) {
        return code;
    }
    session_fix(cmd, fix, sizeof fix);
    return pt_error_set(
        err, code, fix,
        "%s %s: interrupted by %s after the request was sent, so it may be done all the same", what,
        which, session_signal_name(signals_stopped_by()));
}

/* After a signal the engine stops and ends the command, which removes what it wrote and reports the
 * result. This waits for that result. */
static bool is_tidying(const struct pt_command *cmd, int64_t *until_ms, bool *is_ending)
{
    if (!pt_command_is(pt_command_info((int)cmd->kind), PT_COMMAND_TIDIES) || cmd->is_plan ||
        !signals_stopped_by()) {
        return false;
    }
    if (!*is_ending) {
        *until_ms = session_now_ms() + TIDY_MS;
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
    pt_code code = pt_link_submit(&cli->link, cmd, &id, err);
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
            session_fix(cmd, fix, sizeof fix);
            code = pt_error_set(err, PT_ETIMEOUT, fix, "%s %s: no answer in %d s", what, which,
                                (int)(wait_ms / 1000));
        } else if (!is_tidying(cmd, &until_ms, &is_ending)) {
            code = session_cut_short(cmd, what, which, err);
        }
        pt_snapshot_release(now);
    }
    *result = NULL;
    return code;
}
