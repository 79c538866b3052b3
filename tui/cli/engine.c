/* `pintop engine`: an engine without a screen, in the foreground, for systemd, tmux and containers.
 * Its events are lines for a journal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/engine_stop.h"
#include "cli/engine_words.h"
#include "cli/metrics_http.h"
#include "cli/notify.h"
#include "cli/print.h"
#include "cli/session.h"
#include "term/signals.h"

enum {
    HEADLESS_LOOK_MS = 1000,
    /* After a signal and the stop timeout the end is said from what is known then; 200 ms later the
     * signal thread would end the process. */
    HEADLESS_LATE_MS = 500
};

struct headless {
    bool is_journal; /* it adds the time itself, and reads the severity */
    bool is_ready, is_stopping;
    uint64_t next_event;              /* the number of the first one not printed yet */
    char status[PT_VERDICT_MAX + 32]; /* what the service manager was told last */
};

/* ---- lines ---- */

/* $JOURNAL_STREAM is "device:inode" of the stream that systemd has connected to the journal; a
 * shell or a redirection in between gives standard output another one. */
static bool headless_is_journal(void)
{
    const char *text = getenv("JOURNAL_STREAM");
    struct stat out;
    char own[64];
    if (!text || fstat(STDOUT_FILENO, &out) != 0) {
        return false;
    }
    snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)out.st_dev,
             (unsigned long long)out.st_ino);
    return strcmp(text, own) == 0;
}

/* The severities of syslog, which a journal reads as "<6>". */
static int headless_priority(enum pt_severity severity)
{
    static const int priorities[] = {
        [PT_DEBUG] = 7, [PT_INFO] = 6, [PT_NOTICE] = 5, [PT_WARN] = 4, [PT_ERROR] = 3};
    return priorities[severity];
}

static void headless_line(const struct headless *h, enum pt_severity severity, int64_t time_ms,
                          const char *area, const char *text)
{
    char time_text[TIME_TEXT];
    if (h->is_journal) {
        printf("<%d>%s: %s\n", headless_priority(severity), area, text);
        return;
    }
    print_time(time_text, time_ms);
    printf("%s %-7s %-8s %s\n", time_text, pt_severity_word(severity), area, text);
}

/* The events since the last time, oldest first. */
static void headless_events(struct headless *h, const struct pt_events_section *events)
{
    char text[80];
    if (events->first_number > h->next_event && events->n_events > 0 && h->next_event > 0) {
        snprintf(text, sizeof text, "%llu events came too fast to be printed",
                 (unsigned long long)(events->first_number - h->next_event));
        headless_line(h, PT_WARN, events->events[0]->time_ms, "pintop", text);
    }
    for (size_t i = 0; i < events->n_events; i++) {
        const struct pt_event *event = events->events[i];
        if (events->first_number + i >= h->next_event) {
            headless_line(h, event->severity, event->time_ms, event->area, event->text);
        }
    }
    h->next_event = events->first_number + events->n_events;
    print_flush();
}

/* ---- the service manager ---- */

static void headless_tell_ready(struct headless *h, const struct pt_snapshot *snap)
{
    char text[400];
    if (h->is_ready || !snap->session->is_lock_held) {
        return;
    }
    h->is_ready = true;
    snprintf(text, sizeof text, "engine %d serves state directory %s", (int)getpid(),
             snap->session->state_dir);
    headless_line(h, PT_INFO, snap->time_ms, "pintop", text);
    notify_send("READY=1");
}

static void headless_tell_status(struct headless *h, const struct pt_session_section *session)
{
    char text[sizeof h->status];
    if (session->is_stopping) {
        snprintf(text, sizeof text, "STATUS=stopping%s%s", session->stopping_text[0] ? ": " : "",
                 session->stopping_text);
    } else {
        snprintf(text, sizeof text, "STATUS=%s%s%s", pt_verdict_word(session->verdict),
                 session->verdict_text[0] ? ": " : "", session->verdict_text);
    }
    if (strcmp(text, h->status) != 0) {
        snprintf(h->status, sizeof h->status, "%s", text);
        notify_send(text);
    }
}

static void headless_tell_stopping(struct headless *h, const struct pt_snapshot *snap)
{
    char text[200];
    if (h->is_stopping || !(snap->session->is_stopping || signals_stopped_by())) {
        return;
    }
    h->is_stopping = true;
    notify_send("STOPPING=1");
    const char *why = signals_stopped_by() ? session_signal_name(signals_stopped_by())
                                           : snap->session->stopping_why;
    snprintf(text, sizeof text, "stopping%s%s", why[0] ? ": " : "", why);
    headless_line(h, PT_INFO, snap->time_ms, "pintop", text);
}

/* ---- the run ---- */

static void headless_take(struct headless *h, const struct pt_snapshot *snap)
{
    headless_events(h, snap->events);
    headless_tell_ready(h, snap);
    headless_tell_stopping(h, snap);
    headless_tell_status(h, snap->session);
    print_flush();
}

/* Follows the engine until it has stopped, or until the stop timeout after a signal has passed.
 * What its threads cannot start with may show after it has said that it serves: it ends then, too,
 * so that whoever watches the process knows. Errors: why it could not start, or end in order. */
static pt_code headless_follow(struct cli *cli, const struct pt_config *cfg, struct headless *h,
                               struct pt_error *err)
{
    int64_t late_ms = INT64_MAX;
    pt_code code = PT_OK;
    bool is_given_up = false;
    while (!pt_link_is_stopped(&cli->link) && session_now_ms() < late_ms) {
        const struct pt_snapshot *snap = session_next(cli, session_now_ms() + HEADLESS_LOOK_MS);
        if (!is_given_up && (code = pt_link_failure(&cli->link, err)) != PT_OK) {
            is_given_up = true;
            pt_link_stop(&cli->link, "error", PT_STOP_CONFIGURED);
        }
        if (!is_given_up || h->is_ready) {
            headless_take(h, snap);
        }
        if (h->is_ready) {
            notify_starter(cli, NULL);
        }
        pt_snapshot_release(snap);
        if (late_ms == INT64_MAX && (is_given_up || signals_stopped_by())) {
            late_ms =
                session_now_ms() + pt_config_int(cfg, "pintop.stop.timeout.ms") + HEADLESS_LATE_MS;
        }
    }
    return code != PT_OK ? code : pt_link_failure(&cli->link, err);
}

/* As of `stream`: it ends well only when nothing is left open. */
static pt_code headless_end(struct cli *cli, struct headless *h, struct pt_error *err)
{
    const struct pt_snapshot *snap = pt_link_acquire(&cli->link);
    int64_t unresolved, delivered;
    char open[CELL_MAX], done[CELL_MAX], text[120];
    engine_sums(snap, &delivered, &unresolved);
    headless_take(h, snap);
    cell_count(open, unresolved);
    snprintf(text, sizeof text, "stopped: %s records delivered, %s unresolved",
             cell_count(done, delivered), open);
    headless_line(h, unresolved > 0 ? PT_ERROR : PT_INFO, snap->time_ms, "pintop", text);
    pt_snapshot_release(snap);
    print_flush();
    if (unresolved > 0) {
        return pt_error_set(
            err, PT_EUNRESOLVED, "The next run sends them again.",
            "engine: %s records unresolved: the run ended before they were acknowledged", open);
    }
    if (!pt_link_is_stopped(&cli->link)) {
        return pt_error_set(err, PT_ETIMEOUT, "The next run continues from the last checkpoint.",
                            "engine: it did not stop in time");
    }
    return PT_OK;
}

struct headless_args {
    const char *metrics; /* NULL: none are served */
    bool is_stop;        /* another one is to end */
};

static const struct cli_option headless_options[] = {
    {"metrics", 0, "WHERE", "serve metrics for Prometheus at WHERE: 9404 is 127.0.0.1:9404"   },
    {"stop",    0, NULL,    "stop the streams of the engine that runs, drain them, and end it"},
    {"dry-run", 0, NULL,    "with --stop: print what would end, and do nothing"               },
    {"json",    0, NULL,    "with --stop: the outcome as JSON"                                },
    CLI_NO_MORE_OPTIONS,
};

static pt_code headless_option(struct cli *cli, void *args, const char *option, const char *value,
                               struct pt_error *err)
{
    struct headless_args *a = args;
    (void)cli;
    if (!strcmp(option, "stop")) {
        a->is_stop = true;
        return PT_OK;
    }
    a->metrics = value;
    return metrics_http_check(value, err);
}

/* What an engine that is started changes is guarded by its own commands; --stop ends another's. */
static pt_code headless_ready(struct cli *cli, void *args, struct pt_error *err)
{
    const struct headless_args *a = args;
    cli->given.is_look = !a->is_stop;
    if (a->is_stop && (a->metrics || cli->has_start)) {
        return pt_error_set(err, PT_EUSAGE, "Give --stop alone, or with --dry-run or --json.",
                            "engine: --stop starts no engine, so %s has no meaning",
                            a->metrics ? "--metrics" : "--start");
    }
    if (!a->is_stop && (cli->given.is_json || cli->given.is_plan)) {
        return pt_error_set(err, PT_EUSAGE, "Leave it out, or add --stop.",
                            "engine: %s goes with --stop",
                            cli->given.is_json ? "--json" : "--dry-run");
    }
    return PT_OK;
}

static pt_code headless_serve(const struct cli *cli, const struct headless *h,
                              const struct headless_args *a, struct metrics_http **server,
                              struct pt_error *err)
{
    char where[120], text[200];
    if (!a->metrics) {
        return PT_OK;
    }
    pt_code code = metrics_http_start(a->metrics, &cli->link, server, where, sizeof where, err);
    if (code == PT_OK) {
        const struct pt_snapshot *snap = pt_link_acquire(&cli->link);
        snprintf(text, sizeof text, "metrics at %s", where);
        headless_line(h, PT_INFO, snap->time_ms, "pintop", text);
        pt_snapshot_release(snap);
        print_flush();
    }
    return code;
}

static int headless_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    const struct headless_args *a = args;
    if (a->is_stop) {
        return engine_stop_run(cli, cfg);
    }
    struct metrics_http *server = NULL;
    struct headless h = {.is_journal = headless_is_journal()};
    struct pt_run run = {
        .start = cli->start, .first_index = -1, .has_connectors = true, .is_holder = true};
    struct pt_error err, late;
    pt_code code = session_open(cli, cfg, &run, &err);
    if (code == PT_OK) {
        code = headless_serve(cli, &h, a, &server, &err);
    }
    if (code != PT_OK) {
        notify_starter(cli, &err);
        return print_err(&err);
    }
    code = headless_follow(cli, cfg, &h, &err);
    metrics_http_stop(server);
    if (h.is_ready && headless_end(cli, &h, &late) != PT_OK && code == PT_OK) {
        err = late;
        code = late.code;
    }
    if (code != PT_OK) {
        notify_starter(cli, &err);
    }
    return code == PT_OK ? 0 : print_err(&err);
}

const struct cli_command command_engine = {
    .name = "engine",
    .synopsis = "[--start[=LIST]] [--metrics WHERE] | --stop [--dry-run] [--json]",
    .does = "run an engine without a screen, in the foreground",
    .does_change = true,
    .takes_start = true,
    .args_bytes = sizeof(struct headless_args),
    .options = headless_options,
    .take = headless_option,
    .ready = headless_ready,
    .has_own_log = true,
    .run = headless_run,
};
