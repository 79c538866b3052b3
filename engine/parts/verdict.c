#include "parts/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "kafka/connection.h"

enum {
    IDLE_MS = 5 * 60 * 1000,
    ANSWER_FRESH_MS = 12000,    /* topics are polled each second */
    ELSEWHERE_QUIET_MS = 60000, /* for another pintop's streams: without a record for so long, their
                                   state is unknown */
    HELD_MS = 15000, /* a shorter hold by the embedded cluster is ordinary back-pressure */
    DELIVERY_MIN_MS = 5000,
    PASSING_MS = 60000, /* a rebalance takes less */
    STARTING_MS = 30000 /* for so long a starting worker lists none of its connectors */
};

/* How a verdict's text begins. */
static const char *const hop_phrases[] = {
    [PT_HOP_NONE] = "",
    [PT_HOP_LOGIN] = "at the login: ",
    [PT_HOP_KAFKA] = "at Kafka: ",
    [PT_HOP_STREAM] = "at stream ",
    [PT_HOP_DELIVERY] = "at delivery: ",
    [PT_HOP_SINK] = "at the sink: ",
};

static void __attribute__((format(printf, 5, 6)))
verdict_say(struct verdict *v, enum pt_verdict verdict, enum pt_hop hop, int64_t since_ms,
            const char *fmt, ...)
{
    va_list args;
    v->verdict = verdict;
    v->hop = hop;
    v->since_ms = since_ms;
    size_t n = strlen(hop_phrases[hop]);
    text_put(v->text, sizeof v->text, "%s", hop_phrases[hop]);
    va_start(args, fmt);
    text_put_args(v->text + n, sizeof v->text - n, fmt, args);
    va_end(args);
}

static void verdict_put_detail(struct verdict *v, const char *text)
{
    text_put(v->detail, sizeof v->detail, "%s", text);
}

/* Returns the first stream in that state; NULL none. */
static const struct pt_stream *find_stream(const struct verdict_facts *f,
                                           enum pt_stream_state state)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (f->streams->streams[i].state == state)
            return &f->streams->streams[i];
    return NULL;
}

static double seconds_since(const struct verdict_facts *f, int64_t since_ms)
{
    return since_ms != PT_UNKNOWN && since_ms < f->now_ms ? (double)(f->now_ms - since_ms) / 1000
                                                          : 0;
}

/* ------------------------------------------------------------------ the cluster */

static bool by_login(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_auth *a = f->auth != NULL ? &f->auth->auth : NULL;
    if (a == NULL || (a->state != PT_AUTH_EXPIRED && a->state != PT_AUTH_FAILED))
        return false;
    verdict_say(v, PT_V_FAILED, PT_HOP_LOGIN,
                a->state == PT_AUTH_EXPIRED ? a->token_expires_ms : a->failed_ms, "%s%s%s",
                a->state == PT_AUTH_EXPIRED ? "the IAM token has run out" : "there is no IAM token",
                a->last_error[0] ? ": " : "", a->last_error);
    verdict_put_detail(v, a->last_fix);
    return true;
}

/* Used only while no broker answers: when one of several brokers refuses a login for a moment,
 * nothing stops. */
static bool by_refused_login(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_auth *a = f->auth != NULL ? &f->auth->auth : NULL;
    if (a == NULL || a->state != PT_AUTH_REFUSED)
        return false;
    verdict_say(v, PT_V_FAILED, PT_HOP_LOGIN, f->cluster->since_ms, "%s",
                connection_why(a->broker_said));
    verdict_put_detail(v, a->broker_meaning);
    return true;
}

/* Brokers that were never reached from here may well serve others, since AWS tells their topics:
 * that is no failure, unless a stream is to run here. */
static bool is_only_away(const struct verdict_facts *f)
{
    if (f->topics->source != PT_TOPICS_OF_AWS || f->cluster->n_brokers > 0)
        return false;
    for (int i = 0; i < PT_STREAMS; i++)
        if (f->streams->streams[i].is_wanted)
            return false;
    return true;
}

static bool by_cluster(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_cluster_section *c = f->cluster;
    bool is_up = c->state == PT_CLUSTER_UP || c->state == PT_CLUSTER_PARTIAL;
    if (is_up)
        return false;
    if (f->is_embedded && c->state == PT_CLUSTER_UNKNOWN && c->last_error[0]) {
        verdict_say(v, PT_V_UNKNOWN, PT_HOP_NONE, PT_UNKNOWN, "%s", c->last_error);
        verdict_put_detail(v, c->last_fix);
        return true;
    }
    if (is_only_away(f)) {
        verdict_say(v, PT_V_UNKNOWN, PT_HOP_KAFKA, c->since_ms,
                    "no broker can be reached from here; AWS tells the topics");
        verdict_put_detail(v, c->last_error);
        return true;
    }
    if (c->last_fix[0]) { /* waiting does not help: it will be refused again */
        verdict_say(v, PT_V_FAILED, PT_HOP_KAFKA, c->since_ms, "%s", connection_why(c->last_error));
        verdict_put_detail(v, c->last_fix);
        return true;
    }
    if (by_login(f, v) || by_refused_login(f, v))
        return true;
    if (c->state == PT_CLUSTER_DOWN) {
        char why[PT_HOST_MAX + 64] = "";
        const char *detail = c->last_error;
        bool is_known = connection_passing(c->last_error, why, sizeof why, &detail);
        verdict_say(v, PT_V_FAILED, PT_HOP_KAFKA, c->since_ms, "no broker answers%s%s",
                    is_known ? ": " : "", why);
        verdict_put_detail(v, detail);
        return true;
    }
    verdict_say(v, PT_V_UNKNOWN, PT_HOP_NONE, PT_UNKNOWN, "the cluster has not answered yet");
    verdict_put_detail(v, c->last_error);
    v->is_awaited = true;
    return true;
}

/* The cluster was up, but the figures of the topics are old. */
static bool by_age(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_topics_section *t = f->topics;
    if (t->asked_ms == PT_UNKNOWN) {
        verdict_say(v, PT_V_UNKNOWN, PT_HOP_NONE, PT_UNKNOWN, "the topics are not known yet");
        verdict_put_detail(v, t->error);
        v->is_awaited = true;
        return true;
    }
    if (f->now_ms - t->asked_ms <= ANSWER_FRESH_MS)
        return false;
    verdict_say(v, PT_V_UNKNOWN, PT_HOP_NONE, t->asked_ms,
                "what is known of the topics is %.0f s old%s%s", seconds_since(f, t->asked_ms),
                t->error[0] ? ": " : "", t->error);
    v->is_awaited = true;
    return true;
}

/* ------------------------------------------------------------------ delivery */

static int64_t patience_ms(const struct pt_stream *s)
{
    return s->patience_ms > DELIVERY_MIN_MS ? s->patience_ms : DELIVERY_MIN_MS;
}

/* The stream whose oldest record has waited for its acknowledgement for the longest time, if that
 * is longer than usual. */
static const struct pt_stream *late_stream(const struct verdict_facts *f)
{
    const struct pt_stream *worst = NULL;
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *s = &f->streams->streams[i];
        bool is_here = s->state != PT_STREAM_ELSEWHERE && s->state != PT_STREAM_UNKNOWN;
        if (is_here && s->in_flight > 0 && s->oldest_unresolved_ms >= patience_ms(s) &&
            (worst == NULL || s->oldest_unresolved_ms > worst->oldest_unresolved_ms))
            worst = s;
    }
    return worst;
}

static bool by_delivery(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_stream *s = late_stream(f);
    if (s == NULL)
        return false;
    int64_t since_ms = f->now_ms - s->oldest_unresolved_ms;
    bool has_cause = s->blocked_by[0] != '\0';
    bool has_other =
        !has_cause && f->cluster->last_error[0] != '\0' && f->cluster->last_error_ms >= since_ms;
    /* The cause comes first, because a narrow screen cuts the end. */
    const char *why = has_cause   ? s->blocked_by
                      : has_other ? connection_why(f->cluster->last_error)
                                  : "no acknowledgement comes";
    verdict_say(v, PT_V_STALLED, PT_HOP_DELIVERY, since_ms,
                "%s; %" PRId64 " records of %s wait, the oldest for %.0f s", why, s->in_flight,
                s->name, (double)s->oldest_unresolved_ms / 1000);
    verdict_put_detail(v, s->blocked_fix[0]
                              ? s->blocked_fix
                              : "Nothing is lost: the stream keeps its records and sends them "
                                "when the brokers answer.");
    return true;
}

static bool by_streams(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_stream *s = find_stream(f, PT_STREAM_ERROR);
    if (s != NULL) {
        verdict_say(v, PT_V_FAILED, PT_HOP_STREAM, s->since_ms, "%s: %s", s->name, s->reason);
        verdict_put_detail(v, s->fix);
        return true;
    }
    s = find_stream(f, PT_STREAM_HELD);
    if (s != NULL && (!f->is_embedded || seconds_since(f, s->since_ms) * 1000 >= HELD_MS)) {
        verdict_say(v, PT_V_STALLED, PT_HOP_STREAM, s->since_ms, "%s: it is held%s%s", s->name,
                    s->reason[0] ? ": " : "", s->reason);
        verdict_put_detail(v, s->fix);
        return true;
    }
    return by_delivery(f, v);
}

/* ------------------------------------------------------------------ the sink */

/* The sink with the gravest verdict of those that read the watched topics; other connectors are not
 * part of this pipeline. */
static const struct pt_connector *worst_sink(const struct verdict_facts *f)
{
    const struct pt_connector *worst = NULL;
    for (size_t i = 0; i < f->connectors->n_connectors; i++) {
        const struct pt_connector *c = &f->connectors->connectors[i];
        if (c->is_ours &&
            (worst == NULL || verdict_rank(c->verdict) > verdict_rank(worst->verdict)))
            worst = c;
    }
    return worst;
}

static bool by_sink(const struct verdict_facts *f, struct verdict *v, bool is_fault)
{
    const struct pt_connector *c = worst_sink(f);
    if (c == NULL || c->verdict == PT_V_OK || c->verdict == PT_V_IDLE)
        return false;
    if ((c->verdict >= PT_V_PAUSED) != is_fault)
        return false;
    verdict_say(v, c->verdict, PT_HOP_SINK, c->verdict_since_ms, "%s",
                c->cause[0] ? c->cause : "how it is is not known");
    v->is_since_found = c->is_since_found;
    v->is_of_sink = true;
    v->is_awaited = c->is_awaited;
    verdict_put_detail(v, c->safe[0] && c->verdict != PT_V_DEGRADED && is_fault ? c->safe : c->fix);
    return true;
}

/* Where the brokers are only out of this host's reach, AWS may still tell that the sink stands. */
static bool by_sink_away(const struct verdict_facts *f, struct verdict *v)
{
    return is_only_away(f) && by_sink(f, v, true);
}

static size_t watched_topics(const struct verdict_facts *f, const char **first)
{
    size_t n = 0;
    for (size_t i = 0; i < f->topics->n_topics; i++) {
        if (!f->topics->topics[i].is_watched)
            continue;
        if (n++ == 0)
            *first = f->topics->topics[i].name;
    }
    return n;
}

/* A starting worker lists no connector: an operator who trusted that would create a second one. */
static bool is_worker_starting(const struct verdict_facts *f)
{
    const struct pt_connectors_section *all = f->connectors;
    return pt_backend_info(all->backend)->does_start_empty && all->n_connectors == 0 &&
           all->sinkless_ms != PT_UNKNOWN && f->now_ms - all->sinkless_ms < STARTING_MS;
}

/* With a back end, it must have answered, and one of its connectors must read the watched
 * topics. */
static bool by_missing_sink(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_connectors_section *all = f->connectors;
    const char *topic = "";
    if (!all->is_expected || worst_sink(f) != NULL)
        return false;
    if (all->error[0]) {
        bool is_passing = all->is_error_passing && f->now_ms - all->error_since_ms < PASSING_MS;
        verdict_say(v, is_passing ? PT_V_TRANSITION : PT_V_UNKNOWN, PT_HOP_SINK,
                    all->error_since_ms, "%s", all->error);
        verdict_put_detail(v, all->fix);
        v->is_awaited = is_passing;
        return true;
    }
    if (all->asked_ms == PT_UNKNOWN) {
        verdict_say(v, PT_V_UNKNOWN, PT_HOP_SINK, PT_UNKNOWN, "%s has not answered yet",
                    all->backend_title[0] ? all->backend_title : "nobody");
        v->is_awaited = true;
        return true;
    }
    if (all->is_truncated) {
        verdict_say(v, PT_V_UNKNOWN, PT_HOP_SINK, PT_UNKNOWN,
                    "none of the first %zu connectors reads the watched topics, and there are "
                    "more",
                    all->n_connectors);
        verdict_put_detail(v, "Name the connector: pintop.connector.name");
        return true;
    }
    if (all->n_unknown_readers > 0) {
        verdict_say(v, PT_V_UNKNOWN, PT_HOP_SINK, PT_UNKNOWN,
                    "of %zu connectors it is not known which topics they read",
                    all->n_unknown_readers);
        verdict_put_detail(v, "Name the connector that carries them: pintop.connector.name");
        v->is_awaited = true;
        return true;
    }
    size_t n = watched_topics(f, &topic);
    if (n == 0)
        return false;
    if (is_worker_starting(f)) {
        verdict_say(v, PT_V_TRANSITION, PT_HOP_SINK, all->sinkless_ms,
                    "Kafka Connect lists no connector. A worker that is starting answers so "
                    "for some seconds");
        verdict_put_detail(v, "Wait half a minute: then this says whether one reads the topics");
        v->is_awaited = true;
        return true;
    }
    verdict_say(v, PT_V_DEGRADED, PT_HOP_SINK, all->sinkless_ms,
                "no connector reads %s%s: what arrives stays in Kafka", topic,
                n > 1 ? " and the other watched topics" : "");
    verdict_put_detail(
        v, "`pintop connector create` makes one; pintop.connector.backend=none says that none is "
           "expected");
    return true;
}

/* ------------------------------------------------------------------ the rest */

static bool by_small_troubles(const struct verdict_facts *f, struct verdict *v)
{
    if (f->disk_error[0]) {
        verdict_say(v, PT_V_DEGRADED, PT_HOP_NONE, PT_UNKNOWN,
                    "the checkpoint cannot be written: %s", f->disk_error);
        verdict_put_detail(
            v, "Streams go on; after a crash more records than usual would be sent again.");
        return true;
    }
    if (f->cluster->state != PT_CLUSTER_PARTIAL)
        return false;
    int leaderless = 0;
    for (size_t i = 0; i < f->topics->n_topics; i++)
        if (f->topics->topics[i].is_watched && f->topics->topics[i].leaderless > 0)
            leaderless += f->topics->topics[i].leaderless;
    if (leaderless > 0)
        verdict_say(v, PT_V_DEGRADED, PT_HOP_NONE, f->cluster->since_ms,
                    "%d watched partition%s no leader", leaderless,
                    leaderless > 1 ? "s have" : " has");
    else
        verdict_say(v, PT_V_DEGRADED, PT_HOP_NONE, f->cluster->since_ms, "a broker is down");
    verdict_put_detail(v, f->cluster->last_error);
    return true;
}

/* The pipeline is in transition: a stream starts, its first records are in flight, or the sink is
 * being created, restarted or changed. */
static bool by_transitions(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_stream *s = find_stream(f, PT_STREAM_STARTING);
    if (s != NULL) {
        verdict_say(v, PT_V_TRANSITION, PT_HOP_NONE, s->since_ms, "stream %s is starting%s%s",
                    s->name, s->reason[0] ? ": " : "", s->reason);
        v->is_awaited = true;
        return true;
    }
    for (int i = 0; i < PT_STREAMS; i++) {
        s = &f->streams->streams[i];
        if (s->state == PT_STREAM_RUNNING && s->delivered == 0 && s->in_flight > 0) {
            verdict_say(v, PT_V_TRANSITION, PT_HOP_NONE, s->since_ms,
                        "the first records of %s are on their way", s->name);
            v->is_awaited = true;
            return true;
        }
    }
    return by_sink(f, v, false);
}

/* Nobody knows who runs the streams: as of another pintop's, only what arrives shows that they do.
 */
static bool by_unseen_streams(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_stream *s = find_stream(f, PT_STREAM_UNKNOWN);
    int64_t in_ms = f->moves->in_ms;
    if (s == NULL || s->reason[0] == '\0' ||
        (in_ms != PT_UNKNOWN && f->now_ms - in_ms < ELSEWHERE_QUIET_MS))
        return false;
    verdict_say(v, PT_V_UNKNOWN, PT_HOP_STREAM, in_ms, "%s: %s", s->name, s->reason);
    verdict_put_detail(v, s->fix);
    v->is_awaited = in_ms == PT_UNKNOWN;
    return true;
}

/* The streams of another pintop cannot be seen from here: only the arriving records show whether
 * they run. */
static bool by_other_pintop(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_stream *s = find_stream(f, PT_STREAM_ELSEWHERE);
    int64_t in_ms = f->moves->in_ms;
    if (s == NULL && by_unseen_streams(f, v))
        return true;
    if (s == NULL || (in_ms != PT_UNKNOWN && f->now_ms - in_ms < ELSEWHERE_QUIET_MS))
        return false;
    int64_t looked_ms = in_ms != PT_UNKNOWN ? in_ms : f->moves->watched_since_ms;
    verdict_say(v, PT_V_UNKNOWN, PT_HOP_NONE, in_ms,
                "the streams are run by another pintop (pid %" PRId64
                "), and no record has arrived for %.0f "
                "s: whether they run is not known from here",
                s->owner_pid, seconds_since(f, looked_ms));
    verdict_put_detail(v, "Look at that pintop's screen");
    v->is_awaited = in_ms == PT_UNKNOWN;
    return true;
}

static bool by_lack_of_topics(const struct verdict_facts *f, struct verdict *v)
{
    const char *first;
    if (watched_topics(f, &first) > 0)
        return false;
    verdict_say(v, PT_V_UNKNOWN, PT_HOP_NONE, PT_UNKNOWN, "none of the watched topics exists yet");
    verdict_put_detail(v, "`pintop topics create` makes the three; n does on the Topics page");
    return true;
}

/* No fault is known, but there are connectors about which nothing is known yet. */
static void note_not_asked(const struct verdict_facts *f, struct verdict *v)
{
    const struct pt_connectors_section *all = f->connectors;
    if (all->n_not_asked > 0)
        text_put(v->detail, sizeof v->detail,
                 "%zu of %zu connectors were not asked about yet: %s is asked about one after the "
                 "other. `pintop connector list --wait 180` waits for them",
                 all->n_not_asked, all->n_connectors, all->backend_title);
}

void verdict_pipeline(const struct verdict_facts *f, struct verdict *v)
{
    memset(v, 0, sizeof *v);
    v->since_ms = PT_UNKNOWN;
    if (by_sink_away(f, v) || by_cluster(f, v) || by_streams(f, v) || by_login(f, v) ||
        by_sink(f, v, true) || by_small_troubles(f, v) || by_age(f, v) || by_transitions(f, v) ||
        by_missing_sink(f, v) || by_lack_of_topics(f, v))
        return;
    const struct moves *m = f->moves;
    int64_t came_ms = m->in_ms != PT_UNKNOWN ? m->in_ms : m->watched_since_ms;
    if (by_other_pintop(f, v))
        return;
    note_not_asked(f, v);
    bool is_running = find_stream(f, PT_STREAM_RUNNING) || find_stream(f, PT_STREAM_WAITING);
    if (!is_running && came_ms != PT_UNKNOWN && f->now_ms - came_ms >= IDLE_MS) {
        verdict_say(v, PT_V_IDLE, PT_HOP_NONE, came_ms, "nothing came in for %" PRId64 " min",
                    (f->now_ms - came_ms) / 60000);
        return;
    }
    verdict_say(v, PT_V_OK, PT_HOP_NONE, PT_UNKNOWN,
                is_running ? "records flow" : "nothing is held up");
}
