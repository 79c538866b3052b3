/* Topics of the embedded cluster: create, delete, describe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "admin_fixture.h"
#include "kafka/topic_list.h"

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

/* The mock cannot list groups: that is said, and no group is "none". The sink's own is known by
 * name. */
static void groups_are_those_that_can_be_asked(void **state)
{
    struct fixture *f = *state;
    mock_put(f->producer, "demo.pin", 0, 0, 30);
    mock_put(f->producer, "demo.pin", 2, 0, 5);
    mock_commit(&f->cluster, "another", "demo.pin", 0, 3);
    assert_int_equal(f->admin->ops->groups(f->admin, "demo.pin", &f->result, &f->err), PT_OK);
    assert_int_equal(f->result.n_groups, 1); /* not `another`, of which nobody can know */
    assert_string_equal(f->result.groups[0].group, "connect-demo");
    assert_int_equal(f->result.groups[0].n_committed, 0);
    assert_int_equal(f->result.groups_listed, PT_UNKNOWN);
    assert_int_equal(f->result.groups_asked, 1);
    assert_non_null(strstr(f->result.text, "the embedded cluster does not list groups"));
    result_clear(&f->result);
    mock_commit(&f->cluster, "connect-demo", "demo.pin", 0, 12);
    assert_int_equal(f->admin->ops->groups(f->admin, "demo.pin", &f->result, &f->err), PT_OK);
    assert_non_null(strstr(f->result.text, "the embedded cluster does not list groups"));
    assert_int_equal(f->result.n_groups, 1);
    const struct pt_described_group *group = f->result.groups;
    assert_string_equal(group->group, "connect-demo");
    assert_string_equal(group->state, "");
    assert_int_equal(group->members, PT_UNKNOWN);
    assert_int_equal(group->lag, 18 + 5); /* all of partition 2, where it has never committed */
    assert_int_equal(group->n_committed, 1);
    assert_int_equal(group->n_partitions, 3);
    result_clear(&f->result);
    assert_int_equal(f->admin->ops->groups(f->admin, "demo.none", &f->result, &f->err),
                     PT_ENOTFOUND);
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
        FLOW_TEST(groups_are_those_that_can_be_asked),
        FLOW_TEST(test_unreachable_cluster),
        FLOW_TEST(test_admin_requests_that_the_mock_does_not_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
