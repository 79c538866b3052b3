/* Topics of the embedded cluster: create, delete, describe, peek. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk/section.h"
#include "kafka/admin_private.h"
#include "kafka/handle.h"
#include "kafka/topic_list.h"
#include "mock_records.h"
#include "pintop/snapshot.h"

struct fixture {
    struct embedded cluster;
    rd_kafka_t *producer;
    struct admin *admin;
    struct pt_result result;
    struct pt_error err;
};

static int start(void **state)
{
    static const char *const topics[] = {"demo.pin", "demo.geo", "demo.pin"};
    struct fixture *f = calloc(1, sizeof(*f));
    if (!f || embedded_start(NULL, topics, 3, &f->cluster, &f->err) != PT_OK) {
        return -1;
    }
    const struct admin_opts opts = {.bootstrap = f->cluster.bootstrap,
                                    .mock = f->cluster.mock,
                                    .mock_brokers = EMBEDDED_BROKERS,
                                    .group = "connect-demo"};
    f->admin = admin_new(&opts);
    f->producer = mock_producer(&f->cluster);
    *state = f;
    return 0;
}

static int stop(void **state)
{
    struct fixture *f = *state;
    result_clear(&f->result);
    admin_free(f->admin);
    handle_free(f->producer);
    embedded_stop(&f->cluster);
    free(f);
    return 0;
}

static pt_code create(struct fixture *f, const char *topic, int32_t partitions, int32_t replication)
{
    const struct pt_command cmd = {.kind = PT_CMD_TOPIC_CREATE,
                                   .topic = topic,
                                   .partitions = partitions,
                                   .replication = replication};
    result_clear(&f->result);
    memset(&f->result, 0, sizeof(f->result));
    return f->admin->ops->create(f->admin, &cmd, &f->result, &f->err);
}

static pt_code describe(struct fixture *f, const char *topic)
{
    result_clear(&f->result);
    memset(&f->result, 0, sizeof(f->result));
    return f->admin->ops->describe(f->admin, topic, &f->result, &f->err);
}

static pt_code peek(struct fixture *f, const char *topic, int64_t count)
{
    result_clear(&f->result);
    memset(&f->result, 0, sizeof(f->result));
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_PEEK, .topic = topic, .count = count};
    return f->admin->ops->peek(f->admin, &cmd, &f->result, &f->err);
}

/* The number of topics in the cluster, to check that a request for a topic does not create it. */
static int count_topics(struct fixture *f)
{
    const struct rd_kafka_metadata *metadata;
    assert_int_equal(topic_list_ask(f->producer, 5000, NULL, &metadata, &f->err), PT_OK);
    int n = metadata->topic_cnt;
    rd_kafka_metadata_destroy(metadata);
    return n;
}

static void test_create_says_so_and_is_there(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(f->admin->ops->name, "embedded");
    assert_int_equal(create(f, "demo.user", -1, -1), PT_OK);
    assert_string_equal(f->result.text, "Created topic demo.user.");
    assert_int_equal(describe(f, "demo.user"), PT_OK);
    assert_int_equal(f->result.n_partitions, EMBEDDED_PARTITIONS);
    assert_int_equal(create(f, "demo.wide", 7, 3), PT_OK);
    assert_int_equal(describe(f, "demo.wide"), PT_OK);
    assert_int_equal(f->result.n_partitions, 7);
}

static void test_create_refusals(void **state)
{
    struct fixture *f = *state;
    int before = count_topics(f);
    assert_int_equal(create(f, "demo.pin", -1, -1), PT_EEXISTS);
    assert_non_null(strstr(f->err.what, "demo.pin"));
    assert_int_equal(create(f, "..", -1, -1), PT_ENAME);
    assert_int_equal(create(f, "a\x1b[2J", -1, -1), PT_ENAME);
    assert_int_equal(create(f, "demo.x", 0, -1), PT_EKAFKA);
    assert_int_equal(create(f, "demo.x", -2, -1), PT_EKAFKA);
    assert_int_equal(create(f, "demo.x", -1, 4), PT_EKAFKA);
    assert_non_null(strstr(f->err.fix, "number of brokers that are up"));
    const char *config = "retention.ms=1";
    const struct pt_command cmd = {.kind = PT_CMD_TOPIC_CREATE,
                                   .topic = "demo.x",
                                   .partitions = -1,
                                   .replication = -1,
                                   .configs = &config,
                                   .n_configs = 1};
    assert_int_equal(f->admin->ops->create(f->admin, &cmd, &f->result, &f->err), PT_EUNSUPPORTED);
    assert_int_equal(count_topics(f), before);
}

static void test_prefix_and_readonly_come_from_the_configuration(void **state)
{
    struct fixture *f = *state;
    static const char *const settings[] = {"bootstrap.servers=embedded",
                                           "pintop.topics.prefix=demo."};
    struct pt_config_args args = {.settings = settings, .n_settings = 2};
    struct pt_config *cfg = NULL;
    assert_int_equal(pt_config_load(&args, &cfg, &f->err), PT_OK);
    f->admin->opts.cfg = cfg;
    assert_int_equal(create(f, "other.pin", -1, -1), PT_ENAME);
    assert_non_null(strstr(f->err.what, "demo."));
    /* The prefix is required of new names only: an existing topic without it may be deleted. */
    assert_int_equal(f->admin->ops->remove(f->admin, "other.pin", &f->result, &f->err),
                     PT_ENOTFOUND);
    assert_int_equal(f->admin->ops->remove(f->admin, "other/pin", &f->result, &f->err), PT_ENAME);
    pt_config_free(cfg);
    args.is_readonly = true;
    assert_int_equal(pt_config_load(&args, &cfg, &f->err), PT_OK);
    f->admin->opts.cfg = cfg;
    assert_int_equal(create(f, "demo.new", -1, -1), PT_EREADONLY);
    assert_int_equal(f->admin->ops->remove(f->admin, "demo.pin", &f->result, &f->err),
                     PT_EREADONLY);
    assert_int_equal(describe(f, "demo.pin"), PT_OK);
    f->admin->opts.cfg = NULL;
    pt_config_free(cfg);
}

static void test_delete(void **state)
{
    struct fixture *f = *state;
    int before = count_topics(f);
    assert_int_equal(f->admin->ops->remove(f->admin, "demo.none", &f->result, &f->err),
                     PT_ENOTFOUND);
    pt_code code = f->admin->ops->remove(f->admin, "demo.geo", &f->result, &f->err);
#if RD_KAFKA_VERSION >= 0x020f0000
    assert_int_equal(code, PT_OK);
    assert_string_equal(f->result.text, "Deleted topic demo.geo.");
    assert_int_equal(count_topics(f), before - 1);
#else
    assert_int_equal(code, PT_EUNSUPPORTED);
    assert_non_null(strstr(f->err.what, "2.15"));
    assert_int_equal(count_topics(f), before);
#endif
}

static void test_describe(void **state)
{
    struct fixture *f = *state;
    bool has_leader[EMBEDDED_BROKERS + 1] = {false};
    mock_put(f->producer, "demo.pin", 0, 0, 30);
    mock_put(f->producer, "demo.pin", 2, 0, 5);
    mock_commit(&f->cluster, "connect-demo", "demo.pin", 0, 12);
    assert_int_equal(describe(f, "demo.pin"), PT_OK);
    assert_string_equal(f->result.text, "");
    assert_int_equal(f->result.n_partitions, 3);
    assert_false(f->result.has_configs);
    const struct pt_described_partition *p = f->result.partitions;
    for (int32_t i = 0; i < 3; i++) {
        assert_int_equal(p[i].partition, i);
        assert_int_equal(p[i].n_replicas, 3);
        assert_int_equal(p[i].n_in_sync, 3);
        assert_int_equal(p[i].low, 0);
        has_leader[p[i].leader] = true;
    }
    assert_true(has_leader[1] && has_leader[2] && has_leader[3]); /* on all brokers */
    assert_int_equal(p[0].high, 30);
    assert_int_equal(p[1].high, 0);
    assert_int_equal(p[2].high, 5);
    assert_int_equal(p[0].committed, 12);
    assert_int_equal(p[1].committed, PT_UNKNOWN);
    assert_int_equal(p[0].lag, 18);
    assert_int_equal(p[1].lag, 0);
    assert_int_equal(p[2].lag, 5); /* the group has never committed there */
}

static void test_describe_with_a_leader_down_knows_the_rest(void **state)
{
    struct fixture *f = *state;
    mock_put(f->producer, "demo.pin", 0, 0, 3);
    assert_int_equal(describe(f, "demo.pin"), PT_OK); /* connects to every broker */
    rd_kafka_mock_broker_set_down(f->cluster.mock, f->result.partitions[1].leader);
    assert_int_equal(describe(f, "demo.pin"), PT_OK);
    assert_int_equal(f->result.partitions[0].high, 3);
    assert_int_equal(f->result.partitions[1].high, PT_UNKNOWN);
    assert_int_equal(f->result.partitions[2].high, 0);
}

static void test_unknown_topics_are_not_created_by_asking(void **state)
{
    struct fixture *f = *state;
    int before = count_topics(f);
    assert_int_equal(describe(f, "demo.nope"), PT_ENOTFOUND);
    assert_true(f->err.fix[0]);
    assert_int_equal(peek(f, "demo.nope", 5), PT_ENOTFOUND);
    assert_int_equal(count_topics(f), before);
}

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

static void test_unreachable_cluster(void **state)
{
    struct fixture *f = *state;
    const struct admin_opts opts = {.bootstrap = "127.0.0.1:1", .timeout_ms = 700};
    struct admin *admin = admin_new(&opts);
    struct pt_result result = {0};
    struct pt_error err = {0};
    (void)f;
    assert_string_equal(admin->ops->name, "live");
    assert_int_equal(admin->ops->create(admin, &(struct pt_command){.topic = "a b"}, &result, &err),
                     PT_ENAME); /* refused before a request is sent */
    pt_code code = admin->ops->describe(admin, "demo.pin", &result, &err);
    assert_true(code == PT_EKAFKA || code == PT_ETIMEOUT);
    assert_non_null(strstr(err.what, "refused")); /* librdkafka's reason */
    assert_true(err.fix[0]);
    const struct pt_command cmd = {
        .kind = PT_CMD_TOPIC_CREATE, .topic = "demo.x", .partitions = -1, .replication = -1};
    code = admin->ops->create(admin, &cmd, &result, &err);
    assert_true(code == PT_EKAFKA || code == PT_ETIMEOUT);
    admin_free(admin);
}

/* The embedded cluster of another pintop, reached through its bootstrap servers like a real
 * cluster. */
static void test_admin_requests_that_the_mock_does_not_know(void **state)
{
    struct fixture *f = *state;
    const struct admin_opts opts = {.bootstrap = f->cluster.bootstrap, .timeout_ms = 3000};
    struct admin *admin = admin_new(&opts);
    struct pt_result result = {0};
    struct pt_error err = {0};
    const struct pt_command cmd = {
        .kind = PT_CMD_TOPIC_CREATE, .topic = "demo.x", .partitions = -1, .replication = -1};
    assert_int_equal(admin->ops->create(admin, &cmd, &result, &err), PT_EUNSUPPORTED);
    assert_int_equal(admin->ops->remove(admin, "demo.pin", &result, &err), PT_EUNSUPPORTED);
    const struct pt_command more = {.topic = "demo.pin", .partitions = 6};
    assert_int_equal(admin->ops->alter(admin, &more, ALTER_WRITER_NONE, &result, &err),
                     PT_EUNSUPPORTED);
    assert_int_equal(admin->ops->describe(admin, "demo.pin", &result, &err), PT_OK);
    assert_int_equal(result.n_partitions, 3);
    assert_false(result.has_configs);
    result_clear(&result);
    admin_free(admin);
}

#define FLOW_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

/* A dry run reports what would be done and changes nothing. */
static void a_plan_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_CREATE,
                             .topic = "demo.new",
                             .partitions = 2,
                             .replication = -1,
                             .is_plan = true};
    int before = count_topics(f);
    assert_int_equal(admin_plan_create(f->admin, &cmd, &f->result, &f->err), PT_OK);
    assert_non_null(strstr(f->result.text, "Would create topic demo.new: 2 partitions"));
    cmd.topic = "demo.pin";
    assert_int_equal(admin_plan_create(f->admin, &cmd, &f->result, &f->err), PT_EEXISTS);
    cmd.kind = PT_CMD_TOPIC_DELETE;
    assert_int_equal(admin_plan_delete(f->admin, cmd.topic, &f->result, &f->err), PT_OK);
    assert_non_null(strstr(f->result.text, "Would delete topic demo.pin"));
    cmd.topic = "demo.none";
    assert_int_equal(admin_plan_delete(f->admin, cmd.topic, &f->result, &f->err), PT_ENOTFOUND);
    assert_int_equal(count_topics(f), before);
}

/* When the answer to a change is lost, the topic list shows whether the change was made. */
static void a_lost_answer_is_looked_up(void **state)
{
    struct fixture *f = *state;
    struct admin_change change = {.topic = "demo.pin", .is_create = true};
    struct pt_error lost;
    assert_int_equal(admin_begin(f->admin, &f->err), PT_OK);
    pt_error_set(&lost, PT_ETIMEOUT, NULL, "create topic demo.pin: no answer");
    f->err = lost;
    assert_int_equal(admin_look_after(f->admin, &change, PT_ETIMEOUT, &f->result, &f->err), PT_OK);
    assert_non_null(strstr(f->result.text, "Created topic demo.pin: the answer was lost, but"));
    change = (struct admin_change){.topic = "demo.none", .was_there = true};
    assert_int_equal(admin_look_after(f->admin, &change, PT_ETIMEOUT, &f->result, &f->err), PT_OK);
    assert_non_null(strstr(f->result.text, "the topic is gone"));
    change = (struct admin_change){.topic = "demo.pin", .was_there = true};
    f->err = lost;
    assert_int_equal(admin_look_after(f->admin, &change, PT_ETIMEOUT, &f->result, &f->err),
                     PT_ETIMEOUT);
    assert_non_null(strstr(f->err.what, "has not been made so far"));
    /* The topic existed before, so that its existence does not prove that the change was made. */
    change = (struct admin_change){.topic = "demo.pin", .is_create = true, .was_there = true};
    f->err = lost;
    assert_int_equal(admin_look_after(f->admin, &change, PT_ETIMEOUT, &f->result, &f->err),
                     PT_ETIMEOUT);
    assert_non_null(strstr(f->err.what, "it is unknown whether the change was made"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(a_plan_changes_nothing),
        FLOW_TEST(a_lost_answer_is_looked_up),
        FLOW_TEST(test_create_says_so_and_is_there),
        FLOW_TEST(test_create_refusals),
        FLOW_TEST(test_prefix_and_readonly_come_from_the_configuration),
        FLOW_TEST(test_delete),
        FLOW_TEST(test_describe),
        FLOW_TEST(test_describe_with_a_leader_down_knows_the_rest),
        FLOW_TEST(test_unknown_topics_are_not_created_by_asking),
        FLOW_TEST(test_peek_merges_the_newest_by_time),
        FLOW_TEST(test_peek_of_little_and_nothing),
        FLOW_TEST(test_peek_is_safe_for_a_screen_and_limited),
        FLOW_TEST(test_peek_tells_null_from_empty),
        FLOW_TEST(test_peek_from_a_time),
        FLOW_TEST(test_peek_at_an_offset),
        FLOW_TEST(test_peek_result_is_at_most_a_mebibyte),
        FLOW_TEST(test_unreachable_cluster),
        FLOW_TEST(test_admin_requests_that_the_mock_does_not_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
