/* Partitions that are assigned and taken away in quick succession, on the embedded cluster. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kafka/assign.h"
#include "kafka/embedded.h"
#include "kafka/handle.h"

static struct embedded cluster;

static int start(void **state)
{
    static const char *const topics[] = {"demo.pin"};
    (void)state;
    return embedded_start(NULL, topics, 1, &cluster, NULL) == PT_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    embedded_stop(&cluster);
    return 0;
}

/* librdkafka alone aborts the program within some hundreds of these. */
static void test_assignments_may_follow_each_other_at_once(void **state)
{
    enum { TIMES = 1000 };
    (void)state;
    rd_kafka_t *rk = NULL;
    struct handle_opts opts = {.kind = HANDLE_CONSUMER, .bootstrap = cluster.bootstrap};
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);
    assert_int_equal(handle_new(&opts, &rk, NULL), PT_OK);
    for (int i = 0; i < 4; i++)
        rd_kafka_topic_partition_list_add(list, "demo.pin", i)->offset = 0;
    for (int i = 0; i < TIMES; i++) {
        assert_int_equal(kafka_assign(rk, list), RD_KAFKA_RESP_ERR_NO_ERROR);
        /* Some have begun to fetch when they are taken away, others have not. */
        rd_kafka_message_t *message = i % 3 == 0 ? rd_kafka_consumer_poll(rk, 1) : NULL;
        if (message != NULL)
            rd_kafka_message_destroy(message);
        assert_int_equal(kafka_assign(rk, list), RD_KAFKA_RESP_ERR_NO_ERROR);
        assert_int_equal(kafka_assign(rk, NULL), RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    assert_int_equal(kafka_assign(rk, list), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_partition_list_destroy(list);
    handle_free(rk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assignments_may_follow_each_other_at_once),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
