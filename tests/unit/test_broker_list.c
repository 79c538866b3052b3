/* A broker that is down isn't in the metadata's list; its partitions still name it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "kafka/broker_list.h"

static char host[] = "b-1.example", topic[] = "demo.pin";
static struct rd_kafka_metadata_broker listed[] = {
    {1, host, 9092}
};
static int32_t replicas[] = {2, 1, 3, -1};
static struct rd_kafka_metadata_partition partitions[2];
static struct rd_kafka_metadata_topic topics[1];
static struct rd_kafka_metadata metadata;

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        partitions[i] = (struct rd_kafka_metadata_partition){
            .id = i, .leader = 1, .replica_cnt = 4, .replicas = replicas};
    topics[0] = (struct rd_kafka_metadata_topic){topic, 2, partitions, 0};
    metadata = (struct rd_kafka_metadata){
        .broker_cnt = 1, .brokers = listed, .topic_cnt = 1, .topics = topics};
    return 0;
}

static void two_of_three_are_down(void **state)
{
    struct pt_broker before[] =
        {
            {.id = 3, .host = "b-3.example", .port = 9094}
    },
                     *brokers;
    (void)state;
    size_t n = broker_list_make(&metadata, before, 1, &brokers);
    assert_int_equal(n, 3);
    assert_int_equal(brokers[0].id, 1);
    assert_int_equal(brokers[0].state, PT_BROKER_UP);
    assert_string_equal(brokers[0].host, "b-1.example");
    assert_int_equal(brokers[1].id, 2);
    assert_int_equal(brokers[1].state, PT_BROKER_DOWN);
    assert_string_equal(brokers[1].host, "");
    assert_int_equal(brokers[2].id, 3);
    assert_int_equal(brokers[2].state, PT_BROKER_DOWN);
    assert_string_equal(brokers[2].host, "b-3.example");
    free(brokers);
}

static void all_are_up(void **state)
{
    struct pt_broker *brokers;
    (void)state;
    for (int i = 0; i < 2; i++)
        partitions[i].replica_cnt = 0;
    assert_int_equal(broker_list_make(&metadata, NULL, 0, &brokers), 1);
    free(brokers);
}

/* Partition 0 is led by broker 1 with all copies in sync but 3's; partition 1 has no leader, and
 * only broker 2 is in sync. */
static void partitions_are_counted(void **state)
{
    static int32_t first[] = {2, 1}, second[] = {2};
    static const int32_t behind[] = {1, 0, 2};
    struct pt_broker *brokers;
    (void)state;
    partitions[0].isrs = first;
    partitions[0].isr_cnt = 2;
    partitions[1].isrs = second;
    partitions[1].isr_cnt = 1;
    partitions[1].leader = -1;
    assert_int_equal(broker_list_make(&metadata, NULL, 0, &brokers), 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(brokers[i].id, i + 1);
        assert_int_equal(brokers[i].leads, i == 0);
        assert_int_equal(brokers[i].behind, behind[i]);
        assert_false(brokers[i].is_rack_known);
    }
    free(brokers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(two_of_three_are_down, setup),
        cmocka_unit_test_setup(all_are_up, setup),
        cmocka_unit_test_setup(partitions_are_counted, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
