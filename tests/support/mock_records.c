#include "mock_records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kafka/handle.h"
#include "kafka/nudge.h"

rd_kafka_t *mock_producer(const struct embedded *embedded)
{
    struct pt_error err = {0};
    const struct handle_opts opts = {.kind = HANDLE_PRODUCER, .bootstrap = embedded->bootstrap};
    rd_kafka_t *rk = NULL;
    if (handle_new(&opts, &rk, &err) != PT_OK) {
        fail_msg("%s", err.what);
    }
    return rk;
}

static void put(rd_kafka_t *producer, const char *topic, int32_t partition, const char *key,
                const void *value, size_t len)
{
    rd_kafka_resp_err_t code = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_VALUE((void *)(uintptr_t)value, len),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    assert_int_equal(code, RD_KAFKA_RESP_ERR_NO_ERROR);
}

void mock_put_bytes(rd_kafka_t *producer, const char *topic, int32_t partition, const char *key,
                    const void *value, size_t len)
{
    put(producer, topic, partition, key, value, len);
    assert_int_equal(rd_kafka_flush(producer, 20000), RD_KAFKA_RESP_ERR_NO_ERROR);
}

void mock_put(rd_kafka_t *producer, const char *topic, int32_t partition, int64_t first, int64_t n)
{
    for (int64_t i = first; i < first + n; i++) {
        char key[24], value[40];
        snprintf(key, sizeof(key), "%lld", (long long)i);
        snprintf(value, sizeof(value), "value %lld", (long long)i);
        put(producer, topic, partition, key, value, strlen(value));
    }
    assert_int_equal(rd_kafka_flush(producer, 20000), RD_KAFKA_RESP_ERR_NO_ERROR);
}

void mock_set_up(const struct embedded *embedded, int32_t broker, bool is_up)
{
    struct nudge nudge;
    const char *second = strchr(embedded->bootstrap, ',');
    assert_non_null(second);
    nudge_start(&nudge, broker == 1 ? second + 1 : embedded->bootstrap);
    if (is_up) {
        rd_kafka_mock_broker_set_up(embedded->mock, broker);
    } else {
        rd_kafka_mock_broker_set_down(embedded->mock, broker);
    }
    nudge_stop(&nudge);
}

void mock_commit(const struct embedded *embedded, const char *group, const char *topic,
                 int32_t partition, int64_t offset)
{
    const struct handle_opts opts = {
        .kind = HANDLE_CONSUMER, .bootstrap = embedded->bootstrap, .group = group};
    rd_kafka_t *rk = NULL;
    assert_int_equal(handle_new(&opts, &rk, NULL), PT_OK);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
    assert_int_equal(rd_kafka_commit(rk, list, 0), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_partition_list_destroy(list);
    handle_free(rk);
}
