/* `pintop status`: one snapshot, once the facts are in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "cli/session.h"
#include "pintop/snapshot.h"
#include "term/signals.h"

enum {
    FACTS_MS = 5000,
    APART_MS = 1900, /* topics are looked at each second: two looks later */
    EVENTS_SHOWN = 5
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

/* ---- for people ---- */

static void print_head(const struct pt_snapshot *snap)
{
    const struct pt_session_section *session = snap->session;
    const struct pt_cluster_section *cluster = snap->cluster;
    size_t up = 0;
    for (size_t i = 0; i < cluster->n_brokers; i++) {
        up += cluster->brokers[i].state == PT_BROKER_UP;
    }
    char since[CELL_MAX], brokers[64] = "its brokers are not known";
    if (cluster->n_brokers > 0) {
        snprintf(brokers, sizeof brokers, "%zu/%zu brokers", up, cluster->n_brokers);
    }
    printf("pintop %s  context %s  %s %s  %s, %s\n", session->version, cell_text(session->context),
           session->is_embedded ? "embedded" : "kafka", cell_text(cluster->bootstrap_servers),
           pt_cluster_state_word(cluster->state), brokers);
    if (cluster->last_error[0] && cluster->state != PT_CLUSTER_UP) {
        printf("last error: %s\n", cluster->last_error);
    }
    printf("%s since %s%s%s\n", pt_verdict_word(session->verdict),
           cell_since(since, session->verdict_since_ms, session->is_since_found),
           session->verdict_text[0] ? "  " : "", session->verdict_text);
    if (session->verdict_detail[0]) {
        printf("%s\n", session->verdict_detail);
    }
}

static void print_streams(const struct pt_snapshot *snap)
{
    static const char *const heads[] = {"<STREAM",    "<STATE",    "<TOPIC",    ">PACE",
                                        ">QUEUED",    ">FLIGHT",   ">P99 MS",   ">GENERATED",
                                        ">DELIVERED", ">IN TOPIC", ">COMMITTED"};
    struct table table;
    char cell[CELL_MAX], rate[CELL_MAX];
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const struct pt_stream *st = &snap->streams->streams[id];
        bool is_seen = st->state != PT_STREAM_ELSEWHERE && st->state != PT_STREAM_UNKNOWN;
        int64_t none = PT_UNKNOWN;
        pt_rate_format(st->target_per_s, rate, sizeof rate);
        table_cell(&table, st->name);
        table_cell(&table, pt_stream_state_word(st->state));
        table_cell(&table, cell_text(st->topic));
        table_cell(&table, is_seen ? rate : cell_count(cell, none));
        table_cell(&table, cell_count(cell, is_seen ? st->queued : none));
        table_cell(&table, cell_count(cell, is_seen ? st->in_flight : none));
        table_cell(&table, cell_figure(cell, st->ack_p99_ms, 1));
        table_cell(&table, cell_count(cell, is_seen ? st->account_generated : none));
        table_cell(&table, cell_count(cell, is_seen ? st->account_delivered : none));
        table_cell(&table, cell_count(cell, st->account_in_topic));
        table_cell(&table, cell_count(cell, st->account_committed));
    }
    putchar('\n');
    table_print(&table);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const struct pt_stream *st = &snap->streams->streams[id];
        if (st->reason[0]) {
            printf("%s: %s%s%s\n", st->name, st->reason, st->fix[0] ? "  " : "", st->fix);
        }
    }
}

static void print_topics(const struct pt_snapshot *snap)
{
    static const char *const heads[] = {"<TOPIC", ">PARTITIONS", ">MESSAGES",
                                        ">IN/S",  ">OUT/S",      ">LAG"};
    struct table table;
    char cell[CELL_MAX];
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < snap->topics->n_topics; i++) {
        const struct pt_topic *topic = &snap->topics->topics[i];
        if (!topic->is_watched) {
            continue;
        }
        table_cell(&table, topic->name);
        table_cell(&table, cell_count(cell, topic->n_partitions));
        table_cell(&table, cell_count(cell, topic->messages));
        table_cell(&table, cell_figure(cell, topic->in_per_s, 1));
        table_cell(&table, cell_figure(cell, topic->out_per_s, 1));
        table_cell(&table, cell_count(cell, topic->lag));
    }
    putchar('\n');
    table_print(&table);
    if (snap->topics->error[0]) {
        printf("topics: %s\n", snap->topics->error);
    }
}

static void print_connectors(const struct pt_snapshot *snap)
{
    for (size_t i = 0; i < snap->connectors->n_connectors; i++) {
        const struct pt_connector *sink = &snap->connectors->connectors[i];
        char lag[CELL_MAX], when[CELL_MAX];
        printf("\nSINK %s  %s", sink->name, pt_verdict_word(sink->verdict));
        if (sink->state[0])
            printf("  API: %s  tasks %d of %d", cell_state(when, sink, snap->time_ms),
                   (int)sink->running_tasks, (int)sink->n_tasks);
        printf("  lag %s%s", cell_count(lag, sink->lag_total), sink->is_ours ? "\n" : "");
        if (!sink->is_ours) {
            putchar('\n');
            continue;
        }
        if (sink->cause[0]) {
            printf("  cause %s\n  next  %s\n", sink->cause, cell_text(sink->fix));
        }
        if (sink->safe[0]) {
            printf("  safe  %s\n", sink->safe);
        }
        printf("  newest object %s  %s\n", cell_time(when, sink->newest_object_ms),
               cell_text(sink->newest_object));
    }
}

static void print_events(const struct pt_snapshot *snap)
{
    size_t n = snap->events->n_events;
    for (size_t i = n > EVENTS_SHOWN ? n - EVENTS_SHOWN : 0; i < n; i++) {
        const struct pt_event *event = snap->events->events[i];
        char when[CELL_MAX];
        printf("%s%s %-6s %-6s %s\n", i == 0 || i == n - EVENTS_SHOWN ? "\n" : "",
               cell_time(when, event->time_ms), pt_severity_word(event->severity), event->area,
               event->text);
    }
}

static void print_people(const struct pt_snapshot *snap)
{
    print_head(snap);
    print_streams(snap);
    print_topics(snap);
    print_connectors(snap);
    print_events(snap);
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
        print_people(snap);
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
