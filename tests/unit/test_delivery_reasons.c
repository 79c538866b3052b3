/* Why a stream's records are not acknowledged: one reason, from what the brokers answered, what the
 * cluster reports of the topic, and what the client counts. A pure function of the part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "parts/streams.h"
#include "test_desk.h"

static struct test_desk desk;
static struct streams_part part;
static struct watch_report report;
static struct pt_topic topic;
static struct pt_partition partitions[2];
static struct pt_broker brokers[2];

/* Two brokers that answer; the stream's topic with a partition on each, both replicas in sync. */
static int start(void **state)
{
    (void)state;
    test_desk_init(&desk, test_desk_usual);
    topic = (struct pt_topic){.n_partitions = 2};
    snprintf(topic.name, sizeof topic.name, "%s", desk.set.topics[0]);
    for (int i = 0; i < 2; i++) {
        partitions[i] =
            (struct pt_partition){.partition = i, .leader = i + 1, .replicas = 2, .in_sync = 2};
        brokers[i] = (struct pt_broker){
            .id = i + 1, .port = 9092, .state = PT_BROKER_UP, .throttle_ms = NAN};
        snprintf(brokers[i].host, sizeof brokers[i].host, "b-%d", i + 1);
    }
    report = (struct watch_report){.topics = &topic,
                                   .n_topics = 1,
                                   .partitions = partitions,
                                   .n_partitions = 2,
                                   .brokers = brokers,
                                   .n_brokers = 2};
    part = (struct streams_part){.desk = &desk.desk, .report = &report, .has_stats = true};
    part.streams[0].is_open = true;
    part.stats.n_brokers = 2;
    memcpy(part.stats.brokers, brokers, sizeof brokers);
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_desk_done(&desk);
    return 0;
}

/* A record has waited for ten seconds: what is said of it, and what to do. */
static struct pt_stream explained(void)
{
    struct pt_stream s = {.in_flight = 1, .oldest_unresolved_ms = 10000};
    snprintf(s.topic, sizeof s.topic, "%s", desk.set.topics[0]);
    streams_explain_delivery(&part, 0, &s);
    return s;
}

static void says(const char *words, const char *fix)
{
    struct pt_stream s = explained();
    if (strstr(s.blocked_by, words) == NULL || strstr(s.blocked_fix, fix) == NULL)
        fail_msg("wanted \"%s\" and \"%s\": %s. %s", words, fix, s.blocked_by, s.blocked_fix);
}

static void refuse(rd_kafka_resp_err_t code, int32_t partition)
{
    struct delivery_refusal *r = &part.stats.delivery.refusals[part.stats.delivery.n_refusals++];
    *r = (struct delivery_refusal){
        .code = code, .partition = partition, .last_us = desk_mono_us(&desk.desk)};
    snprintf(r->topic, sizeof r->topic, "%s", desk.set.topics[0]);
}

static void nothing_is_said_while_all_is_in_order(void **state)
{
    (void)state;
    assert_string_equal(explained().blocked_by, "");
    part.stats.brokers[0].state = PT_BROKER_DOWN;
    struct pt_stream young = {.in_flight = 1, .oldest_unresolved_ms = 100};
    streams_explain_delivery(&part, 0, &young);
    assert_string_equal(young.blocked_by, "");
}

static void too_few_replicas_are_counted_where_they_are_known(void **state)
{
    (void)state;
    refuse(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, 1);
    says("demo.pin-1: too few of its replicas are in sync", "min.insync.replicas");
    part.stats.min_isr[0] = 2;
    partitions[1].in_sync = 1;
    says("demo.pin-1 has 1 of 2 replicas in sync and min.insync.replicas asks for 2",
         "Bring the missing brokers back");
    part.stats.min_isr[0] = 3; /* no broker that comes back changes that */
    says("demo.pin-1 has 2 replicas and min.insync.replicas asks for 3",
         "lower min.insync.replicas");
}

static void a_refusal_is_told_in_its_own_words(void **state)
{
    static const struct {
        rd_kafka_resp_err_t code;
        const char *words, *fix;
    } cases[] = {
        {RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,        "cannot write demo.pin-0 to its disk", "disks"     },
        {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,   "no broker takes demo.pin-0",          "controller"},
        {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "TOPIC_AUTHORIZATION_FAILED",          ""          },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        part.stats.delivery.n_refusals = 0;
        refuse(cases[i].code, 0);
        says(cases[i].words, cases[i].fix);
    }
}

/* Of partitions that are refused alike the first is named, so that the text does not change each
 * second; the newest kind of refusal counts, and one that is old may be over. */
static void the_newest_refusal_counts_while_it_is_fresh(void **state)
{
    (void)state;
    refuse(RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, 1);
    refuse(RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, 0);
    part.stats.delivery.refusals[1].last_us -= 1000;
    says("demo.pin-0 to its disk", "");
    part.stats.delivery.refusals[0].last_us -= 600000000;
    part.stats.delivery.refusals[1].last_us -= 600000000;
    assert_string_equal(explained().blocked_by, "");
}

static void partitions_without_a_leader_are_counted(void **state)
{
    (void)state;
    partitions[1].leader = -1;
    says("partition 1 of demo.pin has no leader", "Bring back the brokers");
    partitions[0].leader = -1;
    says("2 of 2 partitions of demo.pin have no leader", "Bring back the brokers");
    topic.n_partitions = 0;
    says("names no partition of it with a leader", "controller");
}

static void a_leader_that_is_away_is_named(void **state)
{
    (void)state;
    part.stats.brokers[1].state = PT_BROKER_DOWN;
    says("broker 2 (b-2:9092) leads partitions of demo.pin and cannot be reached", "");
    part.stats.n_brokers = 1; /* the client forgets a broker that the cluster does not list */
    says("broker 2 (b-2:9092) leads partitions of demo.pin and cannot be reached", "");
    partitions[1].leader = 1; /* it leads nothing here */
    assert_string_equal(explained().blocked_by, "");
}

static void a_broker_that_hangs_or_throttles_is_named(void **state)
{
    (void)state;
    part.stats.brokers[0].throttle_ms = 2500;
    says("broker 1 (b-1:9092)", "");
    part.stats.delivery.n_silent = 1;
    part.stats.delivery.silent[0].broker = 2;
    part.stats.delivery.silent[0].since_us = desk_mono_us(&desk.desk) - 60000000;
    says("broker 2 (b-2:9092) has not answered a produce request for 10 s", "hangs");
    partitions[1].leader = 1;
    says("broker 1 (b-1:9092)", "");
}

static void without_a_producer_id_nothing_is_sent(void **state)
{
    (void)state;
    part.stats.no_producer_id_ms = 12000;
    says("the cluster has given no producer id for 12 s", "__transaction_state");
}

#define ON(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(nothing_is_said_while_all_is_in_order),
        ON(too_few_replicas_are_counted_where_they_are_known),
        ON(a_refusal_is_told_in_its_own_words),
        ON(the_newest_refusal_counts_while_it_is_fresh),
        ON(partitions_without_a_leader_are_counted),
        ON(a_leader_that_is_away_is_named),
        ON(a_broker_that_hangs_or_throttles_is_named),
        ON(without_a_producer_id_nothing_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
