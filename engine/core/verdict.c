#include "core/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kafka/connection.h"

enum { IDLE_MS = 5 * 60 * 1000, WAIT_MS = 5000 };

static void __attribute__((format(printf, 3, 4)))
say(struct verdict *v, enum pt_verdict verdict, const char *fmt, ...)
{
    va_list args;
    v->verdict = verdict;
    va_start(args, fmt);
    vsnprintf(v->text, sizeof v->text, fmt, args);
    va_end(args);
}

static void detail(struct verdict *v, const char *text)
{
    snprintf(v->detail, sizeof v->detail, "%s", text);
}

static const struct pt_stream *find_stream(const struct verdict_facts *f,
                                           enum pt_stream_state state)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (f->streams->streams[i].state == state)
            return &f->streams->streams[i];
    return NULL;
}

static bool cluster_hop(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_cluster_section *c = f->cluster;
    bool is_up = c->state == PT_CLUSTER_UP || c->state == PT_CLUSTER_PARTIAL;
    if (!is_up && c->last_fix[0]) { /* it will be refused again: not a matter of waiting */
        say(v, PT_V_FAILED, "at Kafka: %.160s", connection_why(c->last_error));
        detail(v, c->last_fix);
        return true;
    }
    if (c->state == PT_CLUSTER_UNKNOWN || c->state == PT_CLUSTER_CONNECTING) {
        say(v, PT_V_UNKNOWN, "no answer from the cluster yet");
        detail(v, c->last_error);
        return true;
    }
    if (c->state == PT_CLUSTER_DOWN) {
        say(v, PT_V_FAILED, "at Kafka: no broker answers");
        detail(v, c->last_error);
        return true;
    }
    return false;
}

static bool streams_hop(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_stream *bad = find_stream(f, PT_STREAM_ERROR);
    if (bad) {
        say(v, PT_V_FAILED, "at stream %s: %.160s", bad->name, bad->reason);
        detail(v, bad->fix);
        return true;
    }
    /* A leader moves in a second or two: that is no news. */
    bad = find_stream(f, PT_STREAM_WAITING);
    if (bad && bad->oldest_unresolved_ms >= WAIT_MS) {
        say(v, PT_V_STALLED, "at delivery: no acknowledgement for %s in %.0f s", bad->name,
            (double)bad->oldest_unresolved_ms / 1000);
        detail(v,
               "Nothing is lost: the stream waits and goes on by itself when the brokers answer.");
        return true;
    }
    return false;
}

/* The gravest of those that carry the watched topics; somebody else's are not our pipeline. */
static const struct pt_connector *worst_sink(const struct verdict_facts *f)
{
    const struct pt_connector *worst = NULL;
    for (size_t i = 0; i < f->connectors->n_connectors; i++) {
        const struct pt_connector *c = &f->connectors->connectors[i];
        if (c->is_ours && (worst == NULL || c->verdict > worst->verdict))
            worst = c;
    }
    return worst;
}

static bool sink_hop(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_connector *c = worst_sink(f);
    if (c == NULL)
        return false;
    bool is_bad = c->verdict == PT_V_FAILED || c->verdict == PT_V_STALLED ||
                  c->verdict == PT_V_DEGRADED || c->verdict == PT_V_PAUSED;
    /* Who should know doesn't answer; before the first answer nothing is known to be wrong. */
    bool is_silent = c->verdict == PT_V_UNKNOWN && f->connectors->error[0] != '\0';
    if (!is_bad && !is_silent)
        return false;
    say(v, c->verdict, "at the sink: %.150s",
        c->cause[0] ? c->cause : "records wait and none is taken");
    detail(v, c->safe[0] && c->verdict != PT_V_DEGRADED ? c->safe
              : c->fix[0]                               ? c->fix
                          : "Nothing is lost yet: Kafka keeps what waits.");
    return true;
}

/* It is being made, restarted, changed. */
static bool sink_passes(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_connector *c = worst_sink(f);
    if (c == NULL || c->verdict != PT_V_TRANSITION || c->cause[0] == '\0')
        return false;
    say(v, PT_V_TRANSITION, "at the sink: %.150s", c->cause);
    return true;
}

static bool small_troubles(const struct verdict_facts *f, struct verdict *v)
{
    if (f->disk_error[0]) {
        say(v, PT_V_DEGRADED, "the checkpoint cannot be written: %.140s", f->disk_error);
        detail(v, "Streams go on; after a crash more records than usual would be sent again.");
        return true;
    }
    if (f->cluster->state == PT_CLUSTER_PARTIAL) {
        int leaderless = 0;
        for (size_t i = 0; i < f->topics->n_topics; i++)
            leaderless += f->topics->topics[i].is_watched ? f->topics->topics[i].leaderless : 0;
        say(v, PT_V_DEGRADED,
            leaderless ? "%d watched partitions have no leader" : "a broker is down", leaderless);
        detail(v, f->cluster->last_error);
        return true;
    }
    return false;
}

void verdict_pipeline(const struct verdict_facts *f, struct verdict *v)
{
    memset(v, 0, sizeof *v);
    if (cluster_hop(f, v) || streams_hop(f, v) || sink_hop(f, v) || small_troubles(f, v))
        return;
    if (find_stream(f, PT_STREAM_STARTING)) {
        say(v, PT_V_TRANSITION, "streams are starting");
        return;
    }
    if (sink_passes(f, v))
        return;
    const struct moves *m = f->moves;
    int64_t came_ms = m->in_ms != PT_UNKNOWN ? m->in_ms : m->watched_since_ms;
    bool is_running = find_stream(f, PT_STREAM_RUNNING) || find_stream(f, PT_STREAM_HELD) ||
                      find_stream(f, PT_STREAM_WAITING);
    if (!is_running && came_ms != PT_UNKNOWN && f->now_ms - came_ms >= IDLE_MS) {
        say(v, PT_V_IDLE, "nothing came in for %" PRId64 " min", (f->now_ms - came_ms) / 60000);
        return;
    }
    say(v, PT_V_OK, is_running ? "records flow" : "nothing is held up");
}
