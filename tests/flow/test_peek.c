/* Records of the embedded cluster that are read back. */
#include "admin_fixture.h"

static void test_peek_merges_the_newest_by_time(void **state)
{
    struct fixture *f = *state;
    /* Each record has a timestamp of its own; the records go to the partitions in turn. */
    for (int i = 0; i < 12; i++) {
        char key[12];
        snprintf(key, sizeof(key), "%d", i);
        rd_kafka_resp_err_t code =
            rd_kafka_producev(f->producer, RD_KAFKA_V_TOPIC("demo.pin"),
                              RD_KAFKA_V_PARTITION(i % 3), RD_KAFKA_V_TIMESTAMP(1700000000000 + i),
                              RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_VALUE(key, strlen(key)),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
        assert_int_equal(code, RD_KAFKA_RESP_ERR_NO_ERROR);
        rd_kafka_flush(f->producer, 10000);
    }
    assert_int_equal(peek(f, "demo.pin", 5), PT_OK);
    assert_int_equal(f->result.n_records, 5);
    for (int i = 0; i < 5; i++) {
        char key[12];
        snprintf(key, sizeof(key), "%d", 7 + i); /* newest last */
        assert_string_equal(f->result.records[i].key, key);
        assert_string_equal(f->result.records[i].value, key);
        assert_int_equal(f->result.records[i].partition, (7 + i) % 3);
        assert_int_equal(f->result.records[i].offset, (7 + i) / 3);
        assert_int_equal(f->result.records[i].time_ms, 1700000000007 + i);
    }
    assert_false(f->result.is_truncated);
}

static void test_peek_of_little_and_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(peek(f, "demo.pin", 5), PT_OK);
    assert_int_equal(f->result.n_records, 0);
    mock_put(f->producer, "demo.pin", 1, 0, 2);
    assert_int_equal(peek(f, "demo.pin", 1000000), PT_OK);
    assert_int_equal(f->result.n_records, 2);
    assert_string_equal(f->result.records[1].value, "value 1");
}

static void test_peek_is_safe_for_a_screen_and_limited(void **state)
{
    struct fixture *f = *state;
    static char big[6000];
    memset(big, 'x', sizeof(big));
    mock_put_bytes(f->producer, "demo.pin", 0, "k\x1b", "a\x1b[2J\nb\xff", 8);
    mock_put_bytes(f->producer, "demo.pin", 0, "big", big, sizeof(big));
    mock_put_bytes(f->producer, "demo.pin", 0, "empty", "", 0);
    mock_put_bytes(f->producer, "demo.pin", 0, "whole", big, 4096);
    assert_int_equal(peek(f, "demo.pin", 10), PT_OK);
    assert_int_equal(f->result.n_records, 4);
    assert_null(strchr(f->result.records[0].key, 0x1b));
    assert_null(strchr(f->result.records[0].value, 0x1b));
    assert_null(strchr(f->result.records[0].value, '\n'));
    assert_int_equal(f->result.records[0].value_bytes, 8);
    assert_true(f->result.records[1].is_cut);
    assert_int_equal(f->result.records[1].value_bytes, 6000);
    assert_true(strlen(f->result.records[1].value) <= 4096);
    assert_string_equal(f->result.records[2].value, "");
    assert_false(f->result.records[3].is_cut);
    assert_int_equal(strlen(f->result.records[3].value), 4096);
}

static pt_code peek_at(struct fixture *f, int32_t partition, int64_t offset, int64_t count)
{
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_PEEK,
                             .topic = "demo.pin",
                             .count = count,
                             .is_at = true,
                             .partition = partition,
                             .offset = offset};
    result_clear(&f->result);
    memset(&f->result, 0, sizeof(f->result));
    return f->admin->ops->peek(f->admin, &cmd, &f->result, &f->err);
}

static pt_code peek_from(struct fixture *f, int64_t from_ms, int64_t count)
{
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_PEEK,
                             .topic = "demo.pin",
                             .count = count,
                             .is_from = true,
                             .from_ms = from_ms};
    result_clear(&f->result);
    memset(&f->result, 0, sizeof(f->result));
    return f->admin->ops->peek(f->admin, &cmd, &f->result, &f->err);
}

/* The oldest records of all partitions, in the order of their times, however they are spread. */
static void test_peek_from_a_time(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(peek_from(f, 0, 5), PT_OK);
    assert_int_equal(f->result.n_records, 0);
    assert_string_equal(f->result.text, "there is no record");
    for (int i = 0; i < 60; i++) { /* two thirds of them in one partition */
        char key[12];
        int len = snprintf(key, sizeof key, "%d", i);
        int32_t partition = i % 3 == 0 ? (i / 3) % 2 : 2;
        assert_int_equal(
            rd_kafka_producev(f->producer, RD_KAFKA_V_TOPIC("demo.pin"),
                              RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_KEY(key, (size_t)len),
                              RD_KAFKA_V_VALUE(key, (size_t)len),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_TIMESTAMP(1000000 + i * 1000), RD_KAFKA_V_END),
            RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    rd_kafka_flush(f->producer, 10000);
    for (int64_t from = 0; from < 60; from += 7) {
        assert_int_equal(peek_from(f, from == 0 ? 0 : 1000000 + from * 1000, 6), PT_OK);
        size_t n = from > 54 ? (size_t)(60 - from) : 6;
        assert_int_equal(f->result.n_records, n);
        assert_string_equal(f->result.text, "");
        for (size_t i = 0; i < n; i++)
            assert_int_equal(f->result.records[i].time_ms, 1000000 + (from + (int64_t)i) * 1000);
    }
    assert_int_equal(peek_from(f, 1060000, 6), PT_OK);
    assert_int_equal(f->result.n_records, 0);
    assert_string_equal(f->result.text, "no record is from 1970-01-01T00:17:40.000Z or later");
}

/* A tombstone differs from an empty value, and headers are shown. */
static void test_peek_tells_null_from_empty(void **state)
{
    struct fixture *f = *state;
    mock_put_bytes(f->producer, "demo.pin", 0, "empty", "", 0);
    assert_int_equal(rd_kafka_producev(f->producer, RD_KAFKA_V_TOPIC("demo.pin"),
                                       RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_KEY("gone", 4),
                                       RD_KAFKA_V_VALUE(NULL, 0),
                                       RD_KAFKA_V_HEADER("trace", "a\x1b[b", 4),
                                       RD_KAFKA_V_HEADER("none", NULL, 0), RD_KAFKA_V_END),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_flush(f->producer, 10000);
    assert_int_equal(peek(f, "demo.pin", 10), PT_OK);
    assert_int_equal(f->result.n_records, 2);
    assert_string_equal(f->result.records[0].value, "");
    assert_string_equal(f->result.records[0].headers, "");
    assert_null(f->result.records[1].value);
    assert_string_equal(f->result.records[1].key, "gone");
    assert_null(strchr(f->result.records[1].headers, 0x1b));
    assert_memory_equal(f->result.records[1].headers, "trace=a", 7);
    assert_non_null(strstr(f->result.records[1].headers, "\nnone=null"));
}

static void test_peek_at_an_offset(void **state)
{
    struct fixture *f = *state;
    mock_put(f->producer, "demo.pin", 1, 0, 9);
    mock_put(f->producer, "demo.pin", 2, 100, 3);
    assert_int_equal(peek_at(f, 1, 4, 1), PT_OK);
    assert_int_equal(f->result.n_records, 1);
    assert_int_equal(f->result.records[0].partition, 1);
    assert_int_equal(f->result.records[0].offset, 4);
    assert_string_equal(f->result.records[0].value, "value 4");
    assert_string_equal(f->result.text, "");
    assert_int_equal(peek_at(f, 1, 6, 5), PT_OK); /* in the order of the offsets, up to the end */
    assert_int_equal(f->result.n_records, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(f->result.records[i].offset, 6 + i);
    }
    assert_int_equal(peek_at(f, 1, 9, 1), PT_OK);
    assert_int_equal(f->result.n_records, 0);
    assert_non_null(strstr(f->result.text, "no record waits: offset 9 is the end"));
    assert_int_equal(peek_at(f, 7, 0, 1), PT_ENOTFOUND);
}

static void test_peek_result_is_at_most_a_mebibyte(void **state)
{
    struct fixture *f = *state;
    static char big[4000];
    memset(big, 'y', sizeof(big));
    for (int i = 0; i < 400; i++) {
        char key[12];
        snprintf(key, sizeof(key), "%d", i);
        assert_int_equal(
            rd_kafka_producev(f->producer, RD_KAFKA_V_TOPIC("demo.pin"), RD_KAFKA_V_PARTITION(0),
                              RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_VALUE(big, sizeof(big)),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END),
            RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    rd_kafka_flush(f->producer, 10000);
    assert_int_equal(peek(f, "demo.pin", 400), PT_OK);
    assert_true(f->result.is_truncated);
    assert_true(f->result.bytes <= 1 << 20);
    assert_true(f->result.n_records > 200);
    /* The newest records are kept. */
    assert_string_equal(f->result.records[f->result.n_records - 1].key, "399");
}

#define FLOW_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(test_peek_merges_the_newest_by_time),
        FLOW_TEST(test_peek_of_little_and_nothing),
        FLOW_TEST(test_peek_is_safe_for_a_screen_and_limited),
        FLOW_TEST(test_peek_tells_null_from_empty),
        FLOW_TEST(test_peek_from_a_time),
        FLOW_TEST(test_peek_at_an_offset),
        FLOW_TEST(test_peek_result_is_at_most_a_mebibyte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
