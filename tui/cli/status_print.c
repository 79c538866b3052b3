/* `pintop status` for people. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/print.h"
#include "cli/status.h"
#include "page/away_words.h"

enum { EVENTS_SHOWN = 5 };

/* Whose engine tells all this. */
static void print_engine(const struct pt_session_section *session)
{
    char since[CELL_MAX];
    if (session->link == PT_LINK_HERE) {
        return;
    }
    printf("engine: pid %" PRId64 " %s", session->engine_pid, session->engine_user);
    if (session->link >= PT_LINK_OLD) {
        printf("  %s since %s: all that follows is from then",
               session->link == PT_LINK_GONE ? "gone" : "does not answer",
               cell_time(since, session->link_since_ms));
    }
    putchar('\n');
}

static void print_head(const struct pt_snapshot *snap)
{
    const struct pt_session_section *session = snap->session;
    const struct pt_cluster_section *cluster = snap->cluster;
    size_t up = 0;
    for (size_t i = 0; i < cluster->n_brokers; i++) {
        up += cluster->brokers[i].state == PT_BROKER_UP;
    }
    char since[CELL_MAX], brokers[64] = "its brokers are unknown";
    if (cluster->n_brokers > 0) {
        snprintf(brokers, sizeof brokers, "%zu/%zu brokers", up, cluster->n_brokers);
    }
    printf("pintop %s  context %s  %s %s  %s, %s\n", session->version, cell_text(session->context),
           session->is_embedded ? "embedded" : "kafka", cell_text(cluster->bootstrap_servers),
           pt_cluster_state_word(cluster->state), brokers);
    print_engine(session);
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

void status_print_streams(const struct pt_snapshot *snap)
{
    static const char *const heads[] = {"<STREAM",    "<STATE",    "<TOPIC",    ">PACE",
                                        ">QUEUED",    ">FLIGHT",   ">P99 MS",   ">GENERATED",
                                        ">DELIVERED", ">IN TOPIC", ">COMMITTED"};
    struct text_table table;
    char cell[CELL_MAX], rate[CELL_MAX];
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const struct pt_stream *st = &snap->streams->streams[id];
        bool is_seen = pt_stream_is_seen(st->state);
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
    struct text_table table;
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
    char sentence[PT_REASON_MAX + 80];
    away_sentence(snap->topics, snap->time_ms, sentence, sizeof sentence);
    if (sentence[0]) {
        printf("%s.\n", sentence);
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
            printf("%s\n", sink->kind[0] ? "" : "  the topics that it reads are unknown");
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

void status_print(const struct pt_snapshot *snap)
{
    print_head(snap);
    status_print_streams(snap);
    print_topics(snap);
    print_connectors(snap);
    print_events(snap);
}
