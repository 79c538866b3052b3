#include "cli/engine_stop.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/print.h"
#include "cli/session.h"

enum {
    STOP_SPARE_MS = 2000, /* after the stop timeout: the checkpoint, and the end of the process */
    STOP_GONE_MS = 2000   /* between its last word and the end of its process */
};

struct stopping {
    int64_t pid;
    char user[33];
    int process; /* a descriptor that is readable when the process has ended; -1 none */
    const struct pt_snapshot *last; /* the newest one of that engine */
};

void engine_sums(const struct pt_snapshot *snap, int64_t *delivered, int64_t *unresolved)
{
    *delivered = *unresolved = 0;
    for (int id = 0; id < PT_STREAMS; id++) {
        const struct pt_stream *st = &snap->streams->streams[id];
        if (st->generated > 0) {
            *delivered += st->delivered;
            *unresolved += st->unresolved + st->in_flight;
        }
    }
}

/* ---- what is said ---- */

static pt_code stopping_print_json(const struct stopping *s, bool is_plan, struct pt_error *err)
{
    int64_t delivered, unresolved;
    char *text = pt_snapshot_json(s->last);
    cJSON *whole = text ? cJSON_Parse(text) : NULL, *json = cJSON_CreateObject();
    free(text);
    engine_sums(s->last, &delivered, &unresolved);
    json_time(json, "time", s->last->time_ms);
    json_count(json, "engine_pid", s->pid);
    json_text(json, "engine_user", s->user);
    cJSON_AddBoolToObject(json, "stopped", !is_plan);
    json_count(json, "delivered", delivered);
    json_count(json, is_plan ? "open" : "unresolved", unresolved);
    cJSON_AddItemToObject(json, "streams", cJSON_DetachItemFromObject(whole, "streams"));
    cJSON_Delete(whole);
    return print_json(json, err);
}

static void stopping_names(const struct pt_snapshot *snap, char *out, size_t cap)
{
    size_t len = 0;
    snprintf(out, cap, "no stream runs");
    for (unsigned id = 0; id < PT_STREAMS && len < cap; id++) {
        enum pt_stream_state state = snap->streams->streams[id].state;
        if (state >= PT_STREAM_STARTING && state <= PT_STREAM_STOPPING) {
            len += (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "running: ",
                                    pt_stream_name((enum pt_stream_id)id));
        }
    }
}

static pt_code stopping_print(const struct cli *cli, const struct stopping *s, struct pt_error *err)
{
    char names[120], a[CELL_MAX], b[CELL_MAX];
    int64_t delivered, unresolved;
    bool is_plan = cli->given.is_plan;
    if (cli->given.is_json) {
        return stopping_print_json(s, is_plan, err);
    }
    engine_sums(s->last, &delivered, &unresolved);
    stopping_names(s->last, names, sizeof names);
    if (is_plan) {
        printf("Would end the engine (pintop %" PRId64
               " of %s): %s; %s records delivered, %s to be "
               "acknowledged.\n",
               s->pid, s->user, names, cell_count(a, delivered), cell_count(b, unresolved));
    } else {
        printf("Ended the engine (pintop %" PRId64 " of %s): %s records delivered, %s "
               "unresolved.\n",
               s->pid, s->user, cell_count(a, delivered), cell_count(b, unresolved));
    }
    return PT_OK;
}

/* ---- the wait ---- */

static pt_code stopping_silent(const struct stopping *s, const char *means, struct pt_error *err)
{
    char fix[80];
    snprintf(fix, sizeof fix, "See what that process does: `ps -fp %" PRId64 "`.", s->pid);
    return pt_error_set(err, PT_ETIMEOUT, fix, "engine: pintop %" PRId64 " does not answer; %s",
                        s->pid, means);
}

static pt_code stopping_late(const struct stopping *s, int64_t wait_ms, struct pt_error *err)
{
    char open[CELL_MAX];
    int64_t delivered, unresolved;
    engine_sums(s->last, &delivered, &unresolved);
    return pt_error_set(err, PT_ETIMEOUT,
                        "`pintop stream --status` shows what it waits for; `pintop engine --stop` "
                        "again ends that wait, and the next run sends those records again.",
                        "engine: pintop %" PRId64 " has not ended in %" PRId64
                        " s: %s records are not acknowledged yet",
                        s->pid, wait_ms / 1000, cell_count(open, unresolved));
}

/* It was asked, and its end cannot be followed to its last word. */
static pt_code stopping_lost(const struct stopping *s, const char *why, struct pt_error *err)
{
    return pt_error_set(
        err, PT_ECLOSED, "The next run continues from its last checkpoint, and says what was open.",
        "engine: pintop %" PRId64 " %s, so what it drained is not known", s->pid, why);
}

static void stopping_take(struct stopping *s, const struct pt_snapshot *snap)
{
    pt_snapshot_release(s->last);
    s->last = snap;
}

/* Until the engine has said its last word. */
static pt_code stopping_follow(struct cli *cli, struct stopping *s, int64_t wait_ms,
                               struct pt_error *err)
{
    int64_t until_ms = session_now_ms() + wait_ms;
    for (;;) {
        const struct pt_snapshot *snap = session_next(cli, until_ms);
        const struct pt_session_section *session = snap->session;
        if (session->engine_pid != s->pid) {
            pt_snapshot_release(snap);
            return stopping_lost(s, "is gone, and another one is in its place", err);
        }
        stopping_take(s, snap);
        if (session_interrupted("engine", err) != PT_OK) {
            return pt_error_set(err, PT_ECANCELLED, "`pintop stream --status` shows whether it is.",
                                "engine --stop: interrupted after pintop %" PRId64
                                " was asked to end, so it ends all the same",
                                s->pid);
        }
        if (session->link == PT_LINK_GONE) {
            return session->link_why[0] != '\0' ? PT_OK
                                                : stopping_lost(s, "ended without a word", err);
        }
        if (session->link == PT_LINK_OLD) {
            return stopping_silent(s, "it was asked to end, and whether it does is not known", err);
        }
        if (session_now_ms() >= until_ms) {
            return stopping_late(s, wait_ms, err);
        }
    }
}

/* So that another engine can have its lock when this command is done. */
static void stopping_await_process(const struct stopping *s)
{
    struct pollfd fd = {.fd = s->process, .events = POLLIN};
    if (s->process >= 0) {
        (void)poll(&fd, 1, STOP_GONE_MS); /* it has said its last word, whether or not it is gone */
    }
}

static pt_code stopping_end(struct cli *cli, struct stopping *s, int64_t wait_ms,
                            struct pt_error *err)
{
    char open[CELL_MAX];
    int64_t delivered, unresolved;
    pt_link_end(&cli->link, "engine --stop", PT_STOP_CONFIGURED);
    pt_code code = stopping_follow(cli, s, wait_ms, err);
    if (code != PT_OK) {
        return code;
    }
    stopping_await_process(s);
    engine_sums(s->last, &delivered, &unresolved);
    if (unresolved == 0) {
        return PT_OK;
    }
    return pt_error_set(err, PT_EUNRESOLVED, "The next run sends them again.",
                        "engine: %s records unresolved: it ended before they were acknowledged",
                        cell_count(open, unresolved));
}

int engine_stop_run(struct cli *cli, const struct pt_config *cfg)
{
    const struct pt_run run = {
        .first_index = -1, .is_oneshot = true, .may_attach = true, .must_attach = true};
    int64_t wait_ms = pt_config_int(cfg, "pintop.stop.timeout.ms") + STOP_SPARE_MS;
    struct stopping s = {.process = -1};
    struct pt_error err, failed;
    pt_code code = session_open(cli, cfg, &run, &err);
    if (code == PT_ENOTFOUND) {
        snprintf(err.fix, sizeof err.fix,
                 "There is nothing to end; -X pintop.state.dir=DIR names another directory, -X "
                 "pintop.stream.shard=i/n another shard.");
    }
    if (code != PT_OK) {
        return print_err(&err);
    }
    s.last = pt_link_acquire(&cli->link);
    s.pid = s.last->session->engine_pid;
    snprintf(s.user, sizeof s.user, "%s", s.last->session->engine_user);
    s.process = (int)syscall(SYS_pidfd_open, (pid_t)s.pid, 0);
    if (s.last->session->link != PT_LINK_ATTACHED) {
        code = stopping_silent(&s, "nothing was asked of it", &err);
    } else if (!cli->given.is_plan) {
        code = stopping_end(cli, &s, wait_ms, &err);
    }
    if ((code == PT_OK || code == PT_EUNRESOLVED) && stopping_print(cli, &s, &failed) != PT_OK) {
        err = failed;
        code = failed.code;
    }
    pt_snapshot_release(s.last);
    print_flush();
    if (s.process >= 0) {
        close(s.process);
    }
    return code == PT_OK ? 0 : print_err(&err);
}
