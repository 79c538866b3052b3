/* From facts to verdicts: the pipeline's, which names the first hop that does not
 * move, and since when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts/streams.h"
#include "parts/verdict.h"

#define NOW INT64_C(1790000000000)
#define MINUTE INT64_C(60000)

/* ---- the pipeline ---- */

static struct pt_streams_section streams;
static struct pt_cluster_section cluster;
static struct pt_connectors_section connectors;
static struct pt_connector sinks[2];
static struct pt_topics_section topics;
static struct pt_topic topic_list[3];
static struct moves moves;
static struct verdict_facts facts;
static struct verdict verdict;

/* Three streams run, and everything moves. */
static int well(void **state)
{
    (void)state;
    memset(&streams, 0, sizeof streams);
    memset(&cluster, 0, sizeof cluster);
    memset(&connectors, 0, sizeof connectors);
    memset(sinks, 0, sizeof sinks);
    connectors.connectors = sinks;
    memset(topic_list, 0, sizeof topic_list);
    for (int i = 0; i < PT_STREAMS; i++) {
        struct pt_stream *s = &streams.streams[i];
        snprintf(s->name, sizeof s->name, "%s", pt_stream_name((enum pt_stream_id)i));
        s->state = PT_STREAM_RUNNING;
        s->delivered = 100;
        s->in_flight = 1;
        s->oldest_unresolved_ms = 20;
        topic_list[i].is_watched = true;
        snprintf(topic_list[i].name, sizeof topic_list[i].name, "demo.%s", s->name);
    }
    cluster.state = PT_CLUSTER_UP;
    connectors.n_connectors = 1;
    sinks[0].verdict = PT_V_OK;
    sinks[0].is_ours = true;
    connectors.is_expected = true;
    connectors.asked_ms = NOW - 1000;
    connectors.sinkless_ms = PT_UNKNOWN;
    topics =
        (struct pt_topics_section){.asked_ms = NOW - 1000, .n_topics = 3, .topics = topic_list};
    moves = (struct moves){.in_ms = NOW - 100, .watched_since_ms = NOW - MINUTE};
    facts = (struct verdict_facts){.streams = &streams,
                                   .cluster = &cluster,
                                   .connectors = &connectors,
                                   .topics = &topics,
                                   .moves = &moves,
                                   .now_ms = NOW,
                                   .disk_error = ""};
    memset(&verdict, 0x5a, sizeof verdict);
    return 0;
}

static void stop_all(void)
{
    for (int i = 0; i < PT_STREAMS; i++)
        streams.streams[i].state = PT_STREAM_STOPPED;
}

/* Every verdict of these tests names its hop in the text and in the field, or in neither. */
static void assert_hop(void)
{
    static const char *const begins[] = {
        [PT_HOP_LOGIN] = "at the login: ", [PT_HOP_KAFKA] = "at Kafka: ",
        [PT_HOP_STREAM] = "at stream ",    [PT_HOP_DELIVERY] = "at delivery: ",
        [PT_HOP_SINK] = "at the sink: ",
    };
    enum pt_hop said = PT_HOP_NONE;
    for (enum pt_hop hop = PT_HOP_LOGIN; hop <= PT_HOP_SINK; hop++)
        if (strncmp(verdict.text, begins[hop], strlen(begins[hop])) == 0)
            said = hop;
    if (verdict.hop != said)
        fail_msg("\"%s\" has the hop %s", verdict.text, pt_hop_word(verdict.hop));
}

static void assert_verdict(enum pt_verdict want, const char *text, const char *detail)
{
    verdict_pipeline(&facts, &verdict);
    if (verdict.verdict != want)
        fail_msg("%s (%s), not %s", pt_verdict_word(verdict.verdict), verdict.text,
                 pt_verdict_word(want));
    if (!strstr(verdict.text, text))
        fail_msg("\"%s\" does not say \"%s\"", verdict.text, text);
    if (!strstr(verdict.detail, detail))
        fail_msg("\"%s\" does not say \"%s\"", verdict.detail, detail);
    assert_hop();
}

static void all_well(void **state)
{
    (void)state;
    assert_verdict(PT_V_OK, "records flow", "");
    assert_string_equal(verdict.detail, "");
    streams.streams[1].state = PT_STREAM_STOPPED;
    streams.streams[2].state = PT_STREAM_DONE;
    assert_verdict(PT_V_OK, "records flow", "");
    stop_all();
    assert_verdict(PT_V_OK, "nothing is held up", "");
}

/* OK of what is known; what wasn't asked yet is said beside it. */
static void connectors_that_were_not_asked_are_counted(void **state)
{
    (void)state;
    connectors.n_connectors = 1;
    connectors.n_not_asked = 1;
    snprintf(connectors.backend_title, sizeof connectors.backend_title, "MSK Connect");
    assert_verdict(PT_V_OK, "records flow", "1 of 1 connectors were not asked about yet");
}

/* Held streams are no flow: at once when it is the token, after a while when it is the embedded
 * cluster's back-pressure. */
static void what_is_held_does_not_flow(void **state)
{
    (void)state;
    streams.streams[0].state = PT_STREAM_HELD;
    streams.streams[0].since_ms = NOW - 2000;
    snprintf(streams.streams[0].reason, sizeof streams.streams[0].reason, "the token has run out");
    assert_verdict(PT_V_STALLED, "at stream pin: it is held: the token has run out", "");
    assert_int_equal(verdict.since_ms, NOW - 2000);
    facts.is_embedded = true;
    streams.streams[1].state = PT_STREAM_RUNNING;
    assert_verdict(PT_V_OK, "records flow", "");
    streams.streams[0].since_ms = NOW - 20000;
    assert_verdict(PT_V_STALLED, "it is held", "");
}

/* The age of the oldest record decides, long before a window is full, and against what is usual. */
static void delivery_is_judged_by_the_oldest_record(void **state)
{
    struct pt_stream *s = &streams.streams[1];
    (void)state;
    s->oldest_unresolved_ms = 4900;
    assert_verdict(PT_V_OK, "records flow", "");
    s->in_flight = 1961;
    s->oldest_unresolved_ms = 98000;
    assert_verdict(PT_V_STALLED, "1961 records of geo wait, the oldest for 98 s",
                   "Nothing is lost");
    assert_int_equal(verdict.since_ms, NOW - 98000);
    snprintf(s->blocked_by, sizeof s->blocked_by, "too few replicas in sync on demo.geo-0");
    snprintf(s->blocked_fix, sizeof s->blocked_fix, "Start broker 2");
    assert_verdict(PT_V_STALLED, "too few replicas in sync on demo.geo-0", "Start broker 2");
    s->patience_ms = 120000; /* a slow link, where that is usual */
    assert_verdict(PT_V_OK, "records flow", "");
    s->patience_ms = 0;
    s->state = PT_STREAM_STOPPING; /* what drains is judged alike */
    assert_verdict(PT_V_STALLED, "98 s", "");
    s->in_flight = 0;
    s->state = PT_STREAM_STOPPED;
    assert_verdict(PT_V_OK, "records flow", "");
    streams.streams[0].delivered = 0;
    assert_verdict(PT_V_TRANSITION, "the first records of pin are on their way", "");
    assert_true(verdict.is_awaited);
}

/* Nothing is believed beyond its age, and nothing that was never heard is well. */
static void what_is_not_known_is_not_well(void **state)
{
    static struct pt_auth_section auth;
    (void)state;
    topics.asked_ms = NOW - 20000;
    assert_verdict(PT_V_UNKNOWN, "what is known of the topics is 20 s old", "");
    topics.asked_ms = PT_UNKNOWN;
    assert_verdict(PT_V_UNKNOWN, "the topics are not known yet", "");
    assert_true(verdict.is_awaited);
    topics.asked_ms = NOW;
    connectors.n_connectors = 0;
    connectors.asked_ms = PT_UNKNOWN;
    snprintf(connectors.backend_title, sizeof connectors.backend_title, "MSK Connect");
    assert_verdict(PT_V_UNKNOWN, "at the sink: MSK Connect has not answered yet", "");
    assert_true(verdict.is_awaited);
    snprintf(connectors.error, sizeof connectors.error, "kafkaconnect:ListConnectors is denied");
    snprintf(connectors.fix, sizeof connectors.fix, "Allow it");
    assert_verdict(PT_V_UNKNOWN, "at the sink: kafkaconnect:ListConnectors is denied", "Allow it");
    assert_false(verdict.is_awaited);
    connectors.error[0] = '\0';
    connectors.asked_ms = NOW - 1000;
    connectors.n_unknown_readers = 2;
    assert_verdict(PT_V_UNKNOWN, "of 2 connectors it is not known which topics they read", "Name");
    connectors.n_unknown_readers = 0;
    connectors.sinkless_ms = NOW - MINUTE;
    assert_verdict(PT_V_DEGRADED, "no connector reads demo.pin and the other watched topics",
                   "pintop connector create");
    assert_int_equal(verdict.since_ms, NOW - MINUTE);
    connectors.is_expected = false; /* none is: the last hop is the topic */
    assert_verdict(PT_V_OK, "records flow", "");
    facts.auth = &auth;
    auth.auth = (struct pt_auth){.state = PT_AUTH_EXPIRED, PT_AUTH_NOTHING_KNOWN};
    assert_verdict(PT_V_FAILED, "at the login: the IAM token has run out", "");
    auth.auth.state = PT_AUTH_OK;
    assert_verdict(PT_V_OK, "records flow", "");
    auth.auth.state = PT_AUTH_REFUSED;
    snprintf(auth.auth.broker_said, sizeof auth.auth.broker_said,
             "b-1:9098: the broker denies the IAM login (Access denied)");
    assert_verdict(PT_V_OK, "records flow", ""); /* others answer */
    cluster.state = PT_CLUSTER_DOWN;
    assert_verdict(PT_V_FAILED, "at the login: the broker denies the IAM login", "");
    cluster.state = PT_CLUSTER_UP;
    memset(topic_list, 0, sizeof topic_list);
    assert_verdict(PT_V_UNKNOWN, "none of the watched topics exists yet", "topics create");
}

/* A rebalance passes, and so does a worker's start: for that long nothing is advised that would
 * make a second connector. */
static void a_worker_that_starts_is_waited_for(void **state)
{
    (void)state;
    connectors.n_connectors = 0;
    snprintf(connectors.backend, sizeof connectors.backend, "connect");
    connectors.sinkless_ms = NOW - 10000;
    assert_verdict(PT_V_TRANSITION, "Kafka Connect lists no connector. A worker that is starting",
                   "Wait half a minute");
    assert_null(strstr(verdict.detail, "create"));
    assert_true(verdict.is_awaited);
    connectors.sinkless_ms = NOW - 31000;
    assert_verdict(PT_V_DEGRADED, "no connector reads", "pintop connector create");
    connectors.sinkless_ms = NOW - 10000;
    connectors.n_connectors = 1; /* the list is there, and ours isn't in it */
    sinks[0].is_ours = false;
    assert_verdict(PT_V_DEGRADED, "no connector reads", "pintop connector create");
    snprintf(connectors.error, sizeof connectors.error,
             "Kafka Connect: 500, a rebalance is expected");
    connectors.error_since_ms = NOW - 10000;
    connectors.is_error_passing = true;
    assert_verdict(PT_V_TRANSITION, "at the sink: Kafka Connect: 500, a rebalance", "");
    assert_true(verdict.is_awaited);
    connectors.error_since_ms = NOW - 61000;
    assert_verdict(PT_V_UNKNOWN, "a rebalance is expected", "");
}

/* What another pintop streams is seen only by what arrives. */
static void streams_elsewhere_are_known_by_what_arrives(void **state)
{
    (void)state;
    for (int i = 0; i < PT_STREAMS; i++) {
        streams.streams[i].state = PT_STREAM_ELSEWHERE;
        streams.streams[i].owner_pid = 4127;
    }
    assert_verdict(PT_V_OK, "nothing is held up", "");
    moves.in_ms = NOW - 10 * MINUTE;
    assert_verdict(PT_V_UNKNOWN, "run by another pintop (pid 4127), and no record has arrived", "");
}

static void brokers_out_of_reach_may_serve_others(void **state)
{
    (void)state;
    snprintf(cluster.last_error, sizeof cluster.last_error, "connect timed out");
    cluster.state = PT_CLUSTER_DOWN;
    topics.source = PT_TOPICS_OF_AWS;
    assert_verdict(PT_V_UNKNOWN, "no broker can be reached from here; AWS tells the topics",
                   "connect timed out");
    cluster.n_brokers = 3; /* they were reached before */
    assert_verdict(PT_V_FAILED, "no broker answers", "connect timed out");
    cluster.n_brokers = 0;
    streams.streams[1].is_wanted = true; /* it cannot deliver */
    assert_verdict(PT_V_FAILED, "no broker answers", "connect timed out");
}

static void a_sink_that_aws_reports_as_down_is_told_without_brokers(void **state)
{
    (void)state;
    cluster.state = PT_CLUSTER_DOWN;
    topics.source = PT_TOPICS_OF_AWS;
    sinks[0].verdict = PT_V_FAILED;
    snprintf(sinks[0].cause, sizeof sinks[0].cause, "MSK Connect reports FAILED");
    assert_verdict(PT_V_FAILED, "at the sink: MSK Connect reports FAILED", "");
    sinks[0].verdict = PT_V_PAUSED;
    assert_verdict(PT_V_PAUSED, "at the sink: ", "");
    sinks[0].verdict = PT_V_UNKNOWN;
    assert_verdict(PT_V_UNKNOWN, "no broker can be reached from here", "");
    sinks[0].verdict = PT_V_FAILED;
    sinks[0].is_ours = false;
    assert_verdict(PT_V_UNKNOWN, "no broker can be reached from here", "");
    sinks[0].is_ours = true;
    cluster.n_brokers = 3; /* they were reached before */
    assert_verdict(PT_V_FAILED, "no broker answers", "");
}

static void the_cluster_comes_first(void **state)
{
    (void)state;
    snprintf(cluster.last_error, sizeof cluster.last_error, "Connection refused");
    streams.streams[0].state = PT_STREAM_ERROR;
    sinks[0].verdict = PT_V_FAILED;
    facts.disk_error = "full";
    cluster.state = PT_CLUSTER_UNKNOWN;
    assert_verdict(PT_V_UNKNOWN, "has not answered yet", "Connection refused");
    cluster.state = PT_CLUSTER_CONNECTING;
    assert_verdict(PT_V_UNKNOWN, "has not answered yet", "Connection refused");
    cluster.state = PT_CLUSTER_DOWN;
    assert_verdict(PT_V_FAILED, "no broker answers: the broker refuses connections",
                   "Start the broker");
    snprintf(cluster.last_error, sizeof cluster.last_error, "b:1/1: Disconnected");
    assert_verdict(PT_V_FAILED, "at Kafka: no broker answers", "b:1/1: Disconnected");
}

static void what_will_be_refused_again_is_told_with_its_fix(void **state)
{
    (void)state;
    snprintf(cluster.last_error, sizeof cluster.last_error,
             "topics: b:1: the broker's certificate has expired");
    snprintf(cluster.last_fix, sizeof cluster.last_fix, "to renew it");
    cluster.state = PT_CLUSTER_CONNECTING;
    assert_verdict(PT_V_FAILED, "at Kafka: the broker's certificate has expired", "to renew it");
    cluster.state = PT_CLUSTER_DOWN;
    assert_verdict(PT_V_FAILED, "has expired", "to renew it");
    cluster.state = PT_CLUSTER_UP; /* it was once */
    assert_verdict(PT_V_OK, "", "");
}

static void then_the_streams(void **state)
{
    (void)state;
    sinks[0].verdict = PT_V_STALLED;
    facts.disk_error = "full";
    cluster.state = PT_CLUSTER_PARTIAL;
    streams.streams[1].state = PT_STREAM_WAITING;
    streams.streams[1].oldest_unresolved_ms = 42400;
    assert_verdict(
        PT_V_STALLED,
        "at delivery: no acknowledgement comes; 1 records of geo wait, the oldest for 42 s",
        "Nothing is lost");
    streams.streams[2].state = PT_STREAM_ERROR;
    snprintf(streams.streams[2].reason, sizeof streams.streams[2].reason, "no right to write");
    snprintf(streams.streams[2].fix, sizeof streams.streams[2].fix, "Ask for it.");
    assert_verdict(PT_V_FAILED, "at stream user: no right to write", "Ask for it.");
    /* The longest reason is cut, not overrun. */
    memset(streams.streams[2].reason, 'r', sizeof streams.streams[2].reason - 1);
    memset(streams.streams[2].fix, 'f', sizeof streams.streams[2].fix - 1);
    assert_verdict(PT_V_FAILED, "at stream user: rrr", "fff");
    assert_true(strlen(verdict.text) < sizeof verdict.text);
    assert_true(strlen(verdict.detail) < sizeof verdict.detail);
}

static void then_the_sink(void **state)
{
    struct pt_connector *c = &sinks[0];
    (void)state;
    facts.disk_error = "full";
    cluster.state = PT_CLUSTER_PARTIAL;
    c->verdict = PT_V_STALLED;
    c->verdict_since_ms = NOW - 9 * MINUTE;
    snprintf(c->cause, sizeof c->cause, "9 records wait and none is read");
    snprintf(c->safe, sizeof c->safe, "9 records wait in Kafka");
    assert_verdict(PT_V_STALLED, "at the sink: 9 records wait and none is read", "in Kafka");
    assert_int_equal(verdict.since_ms, NOW - 9 * MINUTE); /* the same on every page */
    c->safe[0] = '\0';
    c->verdict = PT_V_FAILED;
    snprintf(c->cause, sizeof c->cause, "disk full");
    snprintf(c->fix, sizeof c->fix, "Make room.");
    assert_verdict(PT_V_FAILED, "at the sink: disk full", "Make room.");
    /* A second connector is looked at, too; an idle one is no trouble. */
    connectors.n_connectors = 2;
    sinks[1] = *c;
    c->verdict = PT_V_IDLE;
    assert_verdict(PT_V_FAILED, "disk full", "");
    /* Somebody else's in the same account is not our pipeline. */
    sinks[1].is_ours = false;
    facts.disk_error = "";
    cluster.state = PT_CLUSTER_UP;
    assert_verdict(PT_V_OK, "records flow", "");
    c->verdict = PT_V_PAUSED;
    snprintf(c->cause, sizeof c->cause, "it is PAUSED");
    assert_verdict(PT_V_PAUSED, "at the sink: it is PAUSED", "");
    c->verdict = PT_V_UNKNOWN;
    snprintf(c->cause, sizeof c->cause, "Kafka Connect reports the state QUIESCING");
    assert_verdict(PT_V_UNKNOWN, "at the sink: Kafka Connect reports the state QUIESCING", "");
    c->verdict = PT_V_TRANSITION;
    assert_verdict(PT_V_TRANSITION, "at the sink", "");
    connectors.n_connectors = 0;
    connectors.is_expected = false; /* no sink is: the last hop is the topic */
    facts.disk_error = "";
    cluster.state = PT_CLUSTER_UP;
    assert_verdict(PT_V_OK, "records flow", "");
}

static void then_small_troubles(void **state)
{
    (void)state;
    cluster.state = PT_CLUSTER_PARTIAL;
    snprintf(cluster.last_error, sizeof cluster.last_error, "broker 2: refused");
    assert_verdict(PT_V_DEGRADED, "a broker is down", "broker 2: refused");
    topic_list[0] = (struct pt_topic){.is_watched = true, .leaderless = 2};
    topic_list[1] = (struct pt_topic){.is_watched = true, .leaderless = 1};
    topic_list[2] = (struct pt_topic){.is_watched = false, .leaderless = 50};
    assert_verdict(PT_V_DEGRADED, "3 watched partitions have no leader", "broker 2");
    facts.disk_error = "no space left";
    assert_verdict(PT_V_DEGRADED, "the checkpoint cannot be written: no space left", "");
}

static void starting_and_idle(void **state)
{
    (void)state;
    streams.streams[0].state = PT_STREAM_STARTING;
    assert_verdict(PT_V_TRANSITION, "starting", "");
    stop_all();
    moves.in_ms = NOW - 5 * MINUTE + 1;
    assert_verdict(PT_V_OK, "", "");
    moves.in_ms = NOW - 7 * MINUTE;
    assert_verdict(PT_V_IDLE, "nothing came in for 7 min", "");
    /* A stream that runs is not idle, however slow. */
    streams.streams[2].state = PT_STREAM_RUNNING;
    assert_verdict(PT_V_OK, "records flow", "");
    stop_all();
    moves.in_ms = PT_UNKNOWN;
    moves.watched_since_ms = NOW - 6 * MINUTE;
    assert_verdict(PT_V_IDLE, "6 min", "");
}

/* What is usual for an acknowledgement is learnt while they come, and never from an outage. */
static void an_outage_teaches_no_patience(void **state)
{
    (void)state;
    for (int learns = 0; learns < 2; learns++) {
        struct stream_model sm = {.usual_ms = 40};
        for (int s = 1; s < 120; s++) {
            struct window_figures figures = {.in_flight = 5, .delivered = learns ? (uint64_t)s : 0};
            figures.oldest_us = learns ? s * 1000000 - 3000000 : 0;
            streams_learn_patience(&sm, &figures, s * INT64_C(1000000));
            sm.last_delivered = figures.delivered;
        }
        assert_int_equal(streams_patience_ms(&sm), learns ? 11999 : 5000);
    }
}

/* ---- since when ---- */

/* Who looks for the first time finds a state of unknown age; who saw it come knows its time. */
static void what_was_found_may_be_older(void **state)
{
    (void)state;
    struct since since;
    since_init(&since, NOW);
    assert_false(since.is_found);
    since_note(&since, PT_V_UNKNOWN, PT_V_UNKNOWN, PT_UNKNOWN, NOW + 1000);
    assert_int_equal(since.ms, NOW);
    since_note(&since, PT_V_UNKNOWN, PT_V_DEGRADED, PT_UNKNOWN, NOW + 2000);
    assert_int_equal(since.ms, NOW + 2000);
    assert_true(since.is_found);
    since_note(&since, PT_V_DEGRADED, PT_V_DEGRADED, PT_UNKNOWN, NOW + 3000);
    assert_true(since.is_found);
    /* A witness learns when it began: before pintop looked. */
    since_note(&since, PT_V_DEGRADED, PT_V_DEGRADED, NOW - 5 * MINUTE, NOW + 4000);
    assert_int_equal(since.ms, NOW - 5 * MINUTE);
    assert_false(since.is_found);
    since_note(&since, PT_V_DEGRADED, PT_V_OK, PT_UNKNOWN, NOW + 5000);
    assert_int_equal(since.ms, NOW + 5000);
    assert_false(since.is_found);
    /* Blind for a while: it may have come at any time meanwhile. */
    since_note(&since, PT_V_OK, PT_V_UNKNOWN, PT_UNKNOWN, NOW + 6000);
    since_note(&since, PT_V_UNKNOWN, PT_V_FAILED, NOW + 7000, NOW + 8000);
    assert_int_equal(since.ms, NOW + 7000);
    assert_true(since.is_found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_well, well),
        cmocka_unit_test_setup(connectors_that_were_not_asked_are_counted, well),
        cmocka_unit_test_setup(what_will_be_refused_again_is_told_with_its_fix, well),
        cmocka_unit_test_setup(what_is_held_does_not_flow, well),
        cmocka_unit_test_setup(delivery_is_judged_by_the_oldest_record, well),
        cmocka_unit_test_setup(what_is_not_known_is_not_well, well),
        cmocka_unit_test_setup(a_worker_that_starts_is_waited_for, well),
        cmocka_unit_test_setup(streams_elsewhere_are_known_by_what_arrives, well),
        cmocka_unit_test_setup(brokers_out_of_reach_may_serve_others, well),
        cmocka_unit_test_setup(a_sink_that_aws_reports_as_down_is_told_without_brokers, well),
        cmocka_unit_test_setup(the_cluster_comes_first, well),
        cmocka_unit_test_setup(then_the_streams, well),
        cmocka_unit_test_setup(then_the_sink, well),
        cmocka_unit_test_setup(then_small_troubles, well),
        cmocka_unit_test_setup(starting_and_idle, well),
        cmocka_unit_test(an_outage_teaches_no_patience),
        cmocka_unit_test(what_was_found_may_be_older),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
