/* `teardown` of topics, over Kafka's mock: gone is only what the cluster says is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kafka/ask.h"
#include "kafka/embedded.h"
#include "kafka/handle.h"
#include "mock_records.h"
#include "teardown_world.h"

static const char *const topics[] = {"0a1b.pin"};
static struct embedded kafka;
static char servers[300];

static void note_topic(void)
{
    struct created thing = {.kind = CREATED_TOPIC, .name = "0a1b.pin"};
    struct pt_error err;
    rd_kafka_t *client = mock_producer(&kafka);
    char *id = rd_kafka_clusterid(client, 10000);
    assert_non_null(id);
    snprintf(thing.cluster, sizeof thing.cluster, "%s", id);
    rd_kafka_mem_free(client, id);
    handle_free(client);
    assert_int_equal(created_begin(scratch_path("state"), &thing, &err), PT_OK);
    assert_int_equal(created_made(scratch_path("state"), &thing, &err), PT_OK);
}

static int open_kafka(void **state)
{
    int rc = aws_room_open(state);
    assert_int_equal(embedded_start(NULL, topics, 1, &kafka, NULL), PT_OK);
    snprintf(servers, sizeof servers, "bootstrap.servers=%s", kafka.bootstrap);
    note_topic();
    return rc;
}

static int close_kafka(void **state)
{
    embedded_stop(&kafka);
    return close_room(state);
}

static void topic_says(rd_kafka_resp_err_t code, bool is_plan)
{
    struct pt_error err;
    rd_kafka_mock_topic_set_error(kafka.mock, topics[0], code);
    if (tear_with(servers, is_plan, &err) != PT_OK)
        fail_msg("%s. %s", err.what, err.fix);
}

static void only_a_topic_that_is_not_there_is_gone(void **state)
{
    (void)state;
    topic_says(RD_KAFKA_RESP_ERR_NO_ERROR, true);
    is_left("topic", PT_MADE_THERE, "partition");
    topic_says(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, false);
    is_left("topic", PT_MADE_UNKNOWN, "permission denied on this topic");
    assert_non_null(strstr(made_of("topic")->fix, "kafka-cluster:DescribeTopic"));
    topic_says(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, false);
    is_left("topic", PT_MADE_UNKNOWN, "");
    topic_says(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, false);
    is_left("topic", PT_MADE_GONE, "no such topic any more");
    topic_says(RD_KAFKA_RESP_ERR_NO_ERROR, false);
    assert_int_equal(made.n, 0);
}

static void a_topic_with_records_is_left_when_nobody_is_asked(void **state)
{
    (void)state;
    rd_kafka_t *client = mock_producer(&kafka);
    mock_put(client, topics[0], 0, 1, 1);
    handle_free(client);
    topic_says(RD_KAFKA_RESP_ERR_NO_ERROR, true);
    is_left("topic", PT_MADE_THERE, "partition");
    assert_non_null(strstr(made_of("topic")->loss, "created it again since"));
    is_unattended = true;
    topic_says(RD_KAFKA_RESP_ERR_NO_ERROR, false);
    is_left("topic", PT_MADE_OTHER, "up to 1 records");
    assert_string_equal(made_of("topic")->fix, "If it is yours: pintop topics delete 0a1b.pin");
}

int main(void)
{
#define AT_KAFKA(test) cmocka_unit_test_setup_teardown(test, open_kafka, close_kafka)
    const struct CMUnitTest tests[] = {
        AT_KAFKA(only_a_topic_that_is_not_there_is_gone),
        AT_KAFKA(a_topic_with_records_is_left_when_nobody_is_asked),
    };
    return cmocka_run_group_tests_name("teardown_topic", tests, NULL, NULL);
}
