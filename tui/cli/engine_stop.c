#include "cli/engine_stop.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/engine_words.h"
#include "cli/print.h"
#include "cli/session.h"

enum {
    /* After the drain: records are purged, and a slow disk is waited for, up to ten seconds. */
    STOP_SPARE_MS = 15000,
    STOP_GONE_MS = 5000 /* between an engine's last word and the end of its process */
};

struct stopping {
    int64_t pid, wait_ms;
    bool was_stopping; /* somebody else had asked it to end */
    bool is_over;      /* it has ended, and what it drained is known */
    int process;       /* a descriptor that is readable when the process has ended; -1 none */
    int process_errno; /* why there is none */
    const struct pt_snapshot *last; /* the newest one of that engine */
};

/* ---- what is said ---- */

static pt_code stopping_print_json(const struct stopping *s, bool is_plan, struct pt_error *err)
{
    int64_t delivered, unresolved;
    cJSON *json = engine_said(s->last);
    engine_sums(s->last, &delivered, &unresolved);
    cJSON *cluster = cJSON_AddObjectToObject(json, "cluster");
    json_text(cluster, "kind", s->last->session->is_embedded ? "embedded" : "kafka");
    json_text(cluster, "bootstrap_servers", s->last->cluster->bootstrap_servers);
    cJSON_AddBoolToObject(json, "stopped", !is_plan);
    json_count(json, "delivered", delivered);
    json_count(json, is_plan ? "open" : "unresolved", unresolved);
    return engine_said_print(json, s->last, err);
}

/* Whose engine it is, and of which cluster, because the configuration here may name another one. */
static const char *stopping_whose(const struct stopping *s, char *out, size_t cap)
{
    const struct pt_session_section *session = s->last->session;
    const char *servers = s->last->cluster->bootstrap_servers;
    snprintf(out, cap, "pintop %" PRId64 " of %s, cluster %s", s->pid, session->engine_user,
             session->is_embedded ? "embedded"
             : servers[0]         ? servers
                                  : "not found yet");
    return out;
}

static void stopping_print_plan(const struct stopping *s, const char *whose, const char *delivered,
                                const char *open)
{
    char names[80];
    unsigned going = engine_going(s->last);
    engine_names(going, names, sizeof names);
    printf("Would end the engine (%s): %s%s; %s records delivered, %s to be acknowledged%s.\n",
           whose, going ? "running: " : "no stream runs", names, delivered, open,
           s->was_stopping ? "; it is stopping already, and would not wait for them any longer"
                           : "");
}

static pt_code stopping_print(const struct cli *cli, const struct stopping *s, struct pt_error *err)
{
    char whose[400], a[CELL_MAX], b[CELL_MAX];
    int64_t delivered, unresolved;
    if (cli->given.is_json) {
        return stopping_print_json(s, cli->given.is_plan, err);
    }
    engine_sums(s->last, &delivered, &unresolved);
    stopping_whose(s, whose, sizeof whose);
    cell_count(a, delivered);
    cell_count(b, unresolved);
    if (cli->given.is_plan) {
        stopping_print_plan(s, whose, a, b);
    } else {
        printf("Ended the engine (%s): %s records delivered, %s unresolved.\n", whose, a, b);
    }
    return PT_OK;
}

/* ---- why its end cannot be told ---- */

static pt_code stopping_silent(const struct stopping *s, const char *means, struct pt_error *err)
{
    char fix[80];
    snprintf(fix, sizeof fix, "See what that process does: `ps -fp %" PRId64 "`.", s->pid);
    return pt_error_set(err, PT_ETIMEOUT, fix, "engine: pintop %" PRId64 " does not answer; %s",
                        s->pid, means);
}

/* A second call ends a drain, and nothing else. */
static void stopping_late_fix(const struct stopping *s, char *fix, size_t cap)
{
    char count[CELL_MAX];
    int64_t delivered, unresolved;
    engine_sums(s->last, &delivered, &unresolved);
    if (s->last->session->is_stopping && engine_going(s->last)) {
        snprintf(fix, cap,
                 "`pintop engine --stop` again ends its wait: the %s records that are not "
                 "acknowledged are unresolved then, and the next run sends them again, some of "
                 "them twice.",
                 cell_count(count, unresolved));
    } else {
        snprintf(fix, cap, "See what that process does: `ps -fp %" PRId64 "`.", s->pid);
    }
}

static pt_code stopping_late(const struct stopping *s, struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    const struct pt_session_section *session = s->last->session;
    stopping_late_fix(s, fix, sizeof fix);
    return pt_error_set(err, PT_ETIMEOUT, fix,
                        "engine: pintop %" PRId64 " was asked to end, and %s in %" PRId64 " s%s%s",
                        s->pid, session->is_stopping ? "has not ended" : "has not begun to stop",
                        s->wait_ms / 1000, session->stopping_text[0] ? ": it is " : "",
                        session->stopping_text);
}

/* It was asked, and its end cannot be followed to its last word. */
static pt_code stopping_lost(const struct stopping *s, const char *why, struct pt_error *err)
{
    return pt_error_set(
        err, PT_ECLOSED, "The next run continues from its last checkpoint, and says what was open.",
        "engine: pintop %" PRId64 " %s, so what it drained is not known", s->pid, why);
}

/* Its engine, or the link to it, is gone, and its process is not. */
static pt_code stopping_stays(const struct stopping *s, struct pt_error *err)
{
    const struct pt_session_section *session = s->last->session;
    char fix[160];
    snprintf(fix, sizeof fix,
             "See what that process does: `ps -fp %" PRId64 "`. No other pintop can stream from "
             "this directory before it ends.",
             s->pid);
    if (session->is_stopped) {
        return pt_error_set(err, PT_ETIMEOUT, fix,
                            "engine: pintop %" PRId64
                            " has stopped its engine, but its process has not ended in %d s",
                            s->pid, STOP_GONE_MS / 1000);
    }
    return pt_error_set(err, PT_ETIMEOUT, fix,
                        "engine: pintop %" PRId64 " was asked to end, and whether it does is not "
                        "known: its process is still there, and the connection to it is gone%s%s",
                        s->pid, session->link_why[0] ? ": " : "", session->link_why);
}

static pt_code stopping_unseen(const struct stopping *s, struct pt_error *err)
{
    return pt_error_set(err, PT_EIO, "Look for it where it runs, perhaps in another container.",
                        "engine: %s, and whether the process of pintop %" PRId64
                        " has ended cannot be seen from here: %s",
                        s->last->session->is_stopped ? "it has stopped" : "the link to it is gone",
                        s->pid, strerror(s->process_errno));
}

/* ---- the wait ---- */

static void stopping_take(struct stopping *s, const struct pt_snapshot *snap)
{
    pt_snapshot_release(s->last);
    s->last = snap;
}

/* Until the link to the engine is gone, or another engine is at its end. Errors: before that. */
static pt_code stopping_follow(struct cli *cli, struct stopping *s, struct pt_error *err)
{
    int64_t until_ms = session_now_ms() + s->wait_ms;
    for (;;) {
        const struct pt_snapshot *snap = session_next(cli, until_ms);
        if (snap->session->engine_pid != s->pid) {
            pt_snapshot_release(snap);
            return PT_OK;
        }
        stopping_take(s, snap);
        if (session_interrupted("engine", err) != PT_OK) {
            return pt_error_set(err, PT_ECANCELLED, "`pintop stream --status` shows whether it is.",
                                "engine --stop: interrupted after pintop %" PRId64
                                " was asked to end, so it ends all the same",
                                s->pid);
        }
        if (snap->session->link == PT_LINK_GONE) {
            return PT_OK;
        }
        if (snap->session->link == PT_LINK_OLD) {
            return stopping_silent(s, "it was asked to end, and whether it does is not known", err);
        }
        if (session_now_ms() >= until_ms) {
            return stopping_late(s, err);
        }
    }
}

/* An engine has ended when its process has: then another one can have its lock, too. And what it
 * drained is known when it has said that it stopped. */
static pt_code stopping_judge(struct stopping *s, struct pt_error *err)
{
    struct pollfd fd = {.fd = s->process, .events = POLLIN};
    int n = s->process >= 0 ? poll(&fd, 1, STOP_GONE_MS) : -1;
    if (n < 0) {
        s->process_errno = s->process >= 0 ? errno : s->process_errno;
        return stopping_unseen(s, err);
    }
    if (n == 0) {
        return stopping_stays(s, err);
    }
    return s->last->session->is_stopped ? PT_OK : stopping_lost(s, "ended without a word", err);
}

static pt_code stopping_end(struct cli *cli, struct stopping *s, struct pt_error *err)
{
    char open[CELL_MAX];
    int64_t delivered, unresolved;
    pt_link_end(&cli->link, "engine --stop", PT_STOP_CONFIGURED);
    pt_code code = stopping_follow(cli, s, err);
    if (code == PT_OK) {
        code = stopping_judge(s, err);
    }
    if (code != PT_OK) {
        return code;
    }
    s->is_over = true;
    engine_sums(s->last, &delivered, &unresolved);
    const char *unwritten = s->last->session->unwritten;
    if (unresolved == 0) {
        return !unwritten[0]
                   ? PT_OK
                   : pt_error_set(err, PT_EIO,
                                  "Free or repair the disk. The next run sends again "
                                  "what came after the last checkpoint on the disk.",
                                  "engine: its last checkpoint is not written: %s", unwritten);
    }
    return pt_error_set(err, PT_EUNRESOLVED, "The next run sends them again.",
                        "engine: %s records unresolved: it ended before they were acknowledged%s",
                        cell_count(open, unresolved),
                        s->was_stopping ? "; it was stopping already, and this ended its wait"
                                        : "");
}

/* Notes whose engine it is, while it is there. */
static void stopping_begin(struct cli *cli, const struct pt_config *cfg, struct stopping *s)
{
    s->last = pt_link_acquire(&cli->link);
    s->pid = s->last->session->engine_pid;
    s->was_stopping = s->last->session->is_stopping;
    s->wait_ms =
        pt_session_stop_ms(s->last->session, pt_config_int(cfg, "pintop.stop.timeout.ms")) +
        STOP_SPARE_MS;
    s->process = (int)syscall(SYS_pidfd_open, (pid_t)s->pid, 0);
    s->process_errno = s->process < 0 ? errno : 0;
}

int engine_stop_run(struct cli *cli, const struct pt_config *cfg)
{
    const struct pt_run run = {.first_index = -1,
                               .is_oneshot = true,
                               .is_stop_alone = true,
                               .may_attach = true,
                               .must_attach = true};
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
    stopping_begin(cli, cfg, &s);
    if (s.last->session->link != PT_LINK_ATTACHED) {
        code = stopping_silent(&s, "nothing was asked of it", &err);
    } else if (!cli->given.is_plan) {
        code = stopping_end(cli, &s, &err);
    }
    if ((code == PT_OK || s.is_over) && stopping_print(cli, &s, &failed) != PT_OK) {
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
