/* kafka.acl over Kafka's mock: what may be written and read is told by what the brokers answer, and
 * nothing is stored by asking. The mock has no CreateTopics, so that this stays unknown here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "doctor_room.h"
#include "kafka/ask.h"
#include "kafka/embedded.h"
#include "kafka/handle.h"
#include "mock_records.h"

enum { TOPICS = 3, PRODUCE = 0, ASK_MS = 3000 };

static const char *const topics[TOPICS] = {"0a1b.geo", "0a1b.pin", "0a1b.user"};
static struct embedded kafka;
static char servers[300];

static int open_kafka(void **state)
{
    int rc = aws_room_open(state);
    assert_int_equal(embedded_start(NULL, topics, TOPICS, &kafka, NULL), PT_OK);
    snprintf(servers, sizeof servers, "bootstrap.servers=%s", kafka.bootstrap);
    return rc;
}

static int close_kafka(void **state)
{
    embedded_stop(&kafka);
    return aws_room_close(state);
}

#define AT_KAFKA AWS_ROOM_SET(servers, "security.protocol=", "sasl.mechanism=")

static int64_t count_records(void)
{
    int64_t n = 0, low = 0, high = 0;
    rd_kafka_t *client = mock_producer(&kafka);
    for (int t = 0; t < TOPICS; t++)
        for (int32_t p = 0; p < EMBEDDED_PARTITIONS; p++) {
            assert_int_equal(
                rd_kafka_query_watermark_offsets(client, topics[t], p, &low, &high, 10000),
                RD_KAFKA_RESP_ERR_NO_ERROR);
            n += high;
        }
    handle_free(client);
    return n;
}

static void each_answers(int16_t request, rd_kafka_resp_err_t code)
{
    rd_kafka_mock_push_request_errors(kafka.mock, request, 3, code, code, code);
}

static void rights_are_told_by_what_brokers_answer(void **state)
{
    (void)state;
    each_answers(PRODUCE, RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS);
    doctor_room_says("kafka.acl", AT_KAFKA, PT_CHECK_UNKNOWN,
                     "may write to the three; read the three; see the offsets of group "
                     "connect-0a1b-connector. Not checked: whether it may create topics",
                     "");
    assert_int_equal(count_records(), 0);
    each_answers(PRODUCE, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    doctor_room_says("kafka.acl", AT_KAFKA, PT_CHECK_FAIL,
                     "may not write to 0a1b.pin, 0a1b.geo, 0a1b.user; may read the three",
                     "kafka-cluster:WriteData on topic 0a1b.pin");
    assert_int_equal(count_records(), 0);
}

/* The mock takes what real brokers refuse: that is said, and no right. */
static void a_broker_that_takes_it_proves_nothing(void **state)
{
    (void)state;
    struct ask_right right = {.topic = "0a1b.pin"};
    const struct ask_token none = {NULL, NULL, 0};
    struct pt_error err;
    struct pt_config *cfg = aws_room_config(AT_KAFKA);
    assert_int_equal(ask_may_write(cfg, &none, &right, 1, ASK_MS, &err), PT_OK);
    assert_int_equal(right.err.code, PT_EDATA);
    assert_non_null(strstr(right.err.what, "should have refused"));
    pt_config_free(cfg);
}

/* Whatever is configured for the streams, the request stays one that is refused. */
static void settings_cannot_make_it_a_record(void **state)
{
    (void)state;
    struct ask_right right = {.topic = "0a1b.pin"};
    const struct ask_token none = {NULL, NULL, 0};
    struct pt_error err;
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET(
        servers, "security.protocol=", "sasl.mechanism=", "acks=all", "enable.idempotence=true"));
    rd_kafka_mock_push_request_errors(kafka.mock, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS);
    assert_int_equal(ask_may_write(cfg, &none, &right, 1, ASK_MS, &err), PT_OK);
    assert_int_equal(right.err.code, PT_OK);
    assert_int_equal(count_records(), 0);
    pt_config_free(cfg);
}

static void silence_is_not_known(void **state)
{
    (void)state;
    struct ask_right right = {.topic = "0a1b.pin"};
    const struct ask_token none = {NULL, NULL, 0};
    struct pt_error err;
    struct pt_config *cfg = aws_room_config(
        AWS_ROOM_SET("bootstrap.servers=127.0.0.1:1", "security.protocol=", "sasl.mechanism="));
    assert_int_equal(ask_may_write(cfg, &none, &right, 1, 500, &err), PT_OK);
    assert_int_equal(right.err.code, PT_ETIMEOUT);
    assert_int_equal(ask_may_read(cfg, &none, &right, 1, 500, &err), PT_OK);
    assert_int_equal(right.err.code, PT_ETIMEOUT);
    pt_config_free(cfg);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_kafka, close_kafka)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rights_are_told_by_what_brokers_answer),
        TEST(a_broker_that_takes_it_proves_nothing),
        TEST(settings_cannot_make_it_a_record),
        TEST(silence_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
