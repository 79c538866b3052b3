/* One record by hand into the embedded cluster, and what is said when no answer comes. */
#include "admin_fixture.h"

#include <librdkafka/rdkafka_mock.h>

#include "base/clock.h"
#include "kafka/produce.h"
#include "kafka/topic_scan.h"
#include "pintop/draft.h"

enum { PRODUCE_REQUEST = 0 };

static const struct produce_opts none = {0}, of_pin = {.stream = "pin"};

static pt_code produce(struct fixture *f, const char *record, bool is_plan, const char *seen,
                       const struct produce_opts *opts)
{
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_PRODUCE,
                             .topic = "demo.pin",
                             .record = record,
                             .is_plan = is_plan,
                             .seen = seen};
    result_clear(&f->result);
    memset(&f->result, 0, sizeof f->result);
    return admin_produce(f->admin, &cmd, opts, &f->result, &f->err);
}

/* The newest record of the topic as it is. */
static struct pt_draft *newest(struct fixture *f)
{
    struct pt_command cmd = {
        .kind = PT_CMD_TOPIC_PEEK, .topic = "demo.pin", .count = 1, .is_whole = true};
    struct pt_draft *draft = NULL;
    result_clear(&f->result);
    memset(&f->result, 0, sizeof f->result);
    assert_int_equal(f->admin->ops->peek(f->admin, &cmd, &f->result, &f->err), PT_OK);
    assert_int_equal(f->result.n_records, 1);
    const char *whole = f->result.records[0].whole;
    assert_non_null(whole);
    assert_int_equal(pt_draft_read(whole, strlen(whole), &draft, NULL, &f->err), PT_OK);
    return draft;
}

static void test_a_record_comes_back_as_it_was_written(void **state)
{
    struct fixture *f = *state;
    char want[120];
    int64_t before_ms = clock_real_ms(), time_ms;
    assert_int_equal(produce(f,
                             "key: \"k\\x00\\xff\"\nheader: a=1\nheader: n\npartition: 2\n"
                             "value: base64\nAAEC/w==\n",
                             false, NULL, &none),
                     PT_OK);
    assert_int_equal(f->result.n_records, 1);
    assert_int_equal(f->result.records[0].partition, 2);
    assert_int_equal(f->result.records[0].offset, 0);
    assert_true(f->result.records[0].time_ms >= before_ms);
    assert_true(f->result.records[0].time_ms <= clock_real_ms());
    snprintf(want, sizeof want, "Produced into demo.pin: partition 2, offset 0, 20");
    assert_memory_equal(f->result.text, want, strlen(want));
    time_ms = f->result.records[0].time_ms;
    struct pt_draft *draft = newest(f);
    assert_int_equal(f->result.records[0].time_ms, time_ms);
    assert_int_equal(draft->key_len, 3);
    assert_memory_equal(draft->key, "k\0\xff", 3);
    assert_int_equal(draft->value_len, 4);
    assert_memory_equal(draft->value, "\0\1\2\xff", 4);
    assert_int_equal(draft->partition, 2);
    assert_int_equal(draft->n_headers, 2);
    assert_string_equal(draft->headers[0].name, "a");
    assert_memory_equal(draft->headers[0].value, "1", 1);
    assert_null(draft->headers[1].value);
    pt_draft_free(draft);
}

static void test_a_plan_sends_nothing(void **state)
{
    struct fixture *f = *state;
    char seen[20];
    for (int i = 0; i < 5; i++)
        mock_put_bytes(f->producer, "demo.pin", 0, "k", "{\"a\":1}", 7);
    assert_int_equal(produce(f, "key: k\nvalue:\nnot JSON\n", true, NULL, &none), PT_OK);
    assert_string_equal(f->result.text,
                        "Would produce a record into topic demo.pin. Nothing was sent.");
    assert_int_equal(f->result.n_lines, 4);
    assert_memory_equal(f->result.lines[3].text, "The value is not JSON, and 5 of the newest 5",
                        44);
    memcpy(seen, f->result.seen, sizeof seen);
    struct pt_draft *draft = newest(f);
    assert_int_equal(draft->value_len, 7);
    pt_draft_free(draft);
    /* Another record than the one that was shown is refused. */
    assert_int_equal(produce(f, "key: k\nvalue:\nother\n", false, seen, &none), PT_EBUSY);
    assert_int_equal(produce(f, "key: k\nvalue:\nnot JSON\n", false, seen, &none), PT_OK);
    draft = newest(f);
    assert_memory_equal(draft->value, "not JSON", 8);
    pt_draft_free(draft);
}

/* A topic that is not there is not made by asking. */
static void test_what_is_not_there_is_refused(void **state)
{
    struct fixture *f = *state;
    struct pt_command cmd = {
        .kind = PT_CMD_TOPIC_PRODUCE, .topic = "demo.none", .record = "value:\n"};
    assert_int_equal(admin_produce(f->admin, &cmd, &none, &f->result, &f->err), PT_ENOTFOUND);
    assert_int_equal(produce(f, "partition: 3\nvalue:\n", false, NULL, &none), PT_EUSAGE);
    assert_int_equal(produce(f, "what\n", false, NULL, &none), PT_EDATA);
    assert_int_equal(peek(f, "demo.none", 1), PT_ENOTFOUND);
    assert_int_equal(peek(f, "demo.pin", 1), PT_OK);
    assert_int_equal(f->result.n_records, 0);
}

/* The stream's topic: the record carries the mark, once, and a scan tells it by that. */
struct counted {
    int records, by_hand;
};

static void count_record(void *arg, int32_t partition, int64_t offset, const void *key,
                         size_t key_len, const void *value, size_t value_len)
{
    (void)partition, (void)offset, (void)key, (void)key_len, (void)value, (void)value_len;
    ((struct counted *)arg)->records++;
}

static void count_by_hand(void *arg)
{
    ((struct counted *)arg)->by_hand++;
}

static void test_a_record_for_a_stream_is_marked(void **state)
{
    struct fixture *f = *state;
    struct counted counted = {0};
    struct scan_partition parts[] = {{.partition = 0}, {.partition = 1}, {.partition = 2}};
    const struct scan_opts scan = {.bootstrap = f->cluster.bootstrap,
                                   .topic = "demo.pin",
                                   .partitions = parts,
                                   .n_partitions = 3,
                                   .arg = &counted,
                                   .record = count_record,
                                   .by_hand = count_by_hand};
    mock_put(f->producer, "demo.pin", 1, 0, 2);
    assert_int_equal(produce(f, "key: 1\nvalue:\n{\"index\":1}\n", false, NULL, &of_pin), PT_OK);
    struct pt_draft *draft = newest(f);
    assert_int_equal(draft->n_headers, 1);
    assert_string_equal(draft->headers[0].name, PT_DRAFT_MARK);
    char *again = pt_draft_write(draft, NULL); /* the record once more, as it was read */
    pt_draft_free(draft);
    assert_int_equal(produce(f, again, false, NULL, &of_pin), PT_OK);
    free(again);
    draft = newest(f);
    assert_int_equal(draft->n_headers, 1);
    pt_draft_free(draft);
    assert_int_equal(topic_scan(&scan, &f->err), PT_OK);
    assert_int_equal(counted.records, 2);
    assert_int_equal(counted.by_hand, 2);
}

/* Produce requests are answered with an error; the broker may or may not have the record. */
static void fail_produce(struct fixture *f, rd_kafka_resp_err_t code, size_t n)
{
    rd_kafka_resp_err_t codes[200];
    assert_true(n <= 200);
    for (size_t i = 0; i < n; i++)
        codes[i] = code;
    rd_kafka_mock_push_request_errors_array(f->cluster.mock, PRODUCE_REQUEST, n, codes);
}

static void test_a_refusal_is_no_unknown_outcome(void **state)
{
    struct fixture *f = *state;
    fail_produce(f, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 1);
    assert_int_equal(produce(f, "key: k\nvalue:\nv\n", false, NULL, &none), PT_EAUTH);
    assert_false(f->result.is_unsure);
    assert_non_null(strstr(f->err.what, "nothing was written"));
    assert_non_null(strstr(f->err.fix, "kafka-cluster:WriteData"));
    assert_int_equal(peek(f, "demo.pin", 5), PT_OK);
    assert_int_equal(f->result.n_records, 0);
}

/* The answer comes later than anybody waits: it is said that the record may be there, it is there,
 * and it is there once. */
static void test_no_answer_is_an_unknown_outcome(void **state)
{
    struct fixture *f = *state;
    f->admin->opts.timeout_ms = 2000;
    fail_produce(f, RD_KAFKA_RESP_ERR__TRANSPORT, 200);
    assert_int_equal(produce(f, "key: k\nvalue:\nv\n", false, NULL, &none), PT_ETIMEOUT);
    assert_true(f->result.is_unsure);
    assert_int_equal(f->result.n_records, 0);
    assert_non_null(strstr(f->err.what, "it may have been written"));
    assert_non_null(strstr(f->err.fix, "duplicate"));
}

/* No broker takes it: nothing was sent, and that is certain. */
static void test_what_was_never_sent_was_not_written(void **state)
{
    struct fixture *f = *state;
    f->admin->opts.timeout_ms = 2000;
    assert_int_equal(peek(f, "demo.pin", 1), PT_OK); /* the admin's handle is connected */
    for (int32_t id = 1; id <= EMBEDDED_BROKERS; id++)
        rd_kafka_mock_broker_set_down(f->cluster.mock, id);
    assert_int_not_equal(produce(f, "key: k\nvalue:\nv\n", false, NULL, &none), PT_OK);
    assert_false(f->result.is_unsure);
    for (int32_t id = 1; id <= EMBEDDED_BROKERS; id++)
        rd_kafka_mock_broker_set_up(f->cluster.mock, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_record_comes_back_as_it_was_written, start, stop),
        cmocka_unit_test_setup_teardown(test_a_plan_sends_nothing, start, stop),
        cmocka_unit_test_setup_teardown(test_what_is_not_there_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(test_a_record_for_a_stream_is_marked, start, stop),
        cmocka_unit_test_setup_teardown(test_a_refusal_is_no_unknown_outcome, start, stop),
        cmocka_unit_test_setup_teardown(test_no_answer_is_an_unknown_outcome, start, stop),
        cmocka_unit_test_setup_teardown(test_what_was_never_sent_was_not_written, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
