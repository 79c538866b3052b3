/* Nothing is changed that was not asked for: every row of the tables of commands, refused by the
 * engine where it must be. The program itself is run in test_guard_lines.c and
 * test_guard_answers.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <pty.h>

#include <cjson/cJSON.h>

#include "cli/connector.h"
#include "cli/topics.h"
#include "core/command.h"
#include "guard_rows.h"
#include "pintop/config.h"

/* ---- the engine's door ---- */

static struct pt_command good(int kind)
{
    static const char *const configs[] = {"a=b"};
    const struct pt_command_info *row = pt_command_info(kind);
    return (struct pt_command){.kind = (enum pt_command_kind)kind,
                               .streams = PT_STREAM_ALL,
                               .rate_per_s = 10,
                               .topic = "demo.pin",
                               .connector = "sink",
                               .check = "kafka.topics",
                               .configs = configs,
                               .record = "value:\n",
                               .n_configs = pt_command_is(row, PT_COMMAND_CONFIGS) ? 1 : 0};
}

static pt_code check(const struct pt_command *cmd, bool is_readonly)
{
    struct pt_error err;
    return command_check(pt_command_info((int)cmd->kind), cmd, is_readonly, "demo.", &err);
}

static void each_row_is_found_by_its_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < pt_command_count(); i++) {
        const struct pt_command_info *row = pt_command_info((int)i);
        assert_int_equal(pt_command_find(row->name), i);
        struct pt_command cmd = good((int)i);
        assert_int_equal(check(&cmd, false), PT_OK);
    }
    assert_int_equal(pt_command_find("connector"), -1);
    for (int kind = -2; kind < 100; kind++)
        if (pt_command_info(kind) == NULL) {
            struct pt_command cmd = {.kind = (enum pt_command_kind)kind};
            assert_int_equal(check(&cmd, false), PT_EUSAGE);
            assert_int_equal(check(&cmd, true), PT_EUSAGE);
        }
}

static void readonly_refuses_each_change(void **state)
{
    (void)state;
    int n = 0;
    for (size_t i = 0; i < pt_command_count(); i++) {
        const struct pt_command_info *row = pt_command_info((int)i);
        struct pt_command cmd = good((int)i);
        bool does_change = pt_command_is(row, PT_COMMAND_CHANGES);
        assert_int_equal(check(&cmd, true), does_change ? PT_EREADONLY : PT_OK);
        n += does_change;
        cmd.is_plan = true; /* a dry run is one only where there is one */
        assert_int_equal(check(&cmd, true),
                         pt_command_is(row, PT_COMMAND_PLAN) ? PT_OK : PT_EUSAGE);
        assert_int_equal(check(&cmd, false),
                         pt_command_is(row, PT_COMMAND_PLAN) ? PT_OK : PT_EUSAGE);
    }
    assert_true(n >= 9);
}

static void what_must_be_named_must_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < pt_command_count(); i++) {
        const struct pt_command_info *row = pt_command_info((int)i);
        struct pt_command cmd = good((int)i);
        cmd.connector = NULL;
        assert_int_equal(check(&cmd, false), needs_connector(row) ? PT_EUSAGE : PT_OK);
        cmd = good((int)i);
        cmd.topic = NULL;
        assert_int_equal(check(&cmd, false),
                         pt_command_is(row, PT_COMMAND_TOPIC) ? PT_ENAME : PT_OK);
        cmd = good((int)i);
        cmd.check = "";
        assert_int_equal(check(&cmd, false),
                         pt_command_is(row, PT_COMMAND_CHECK) ? PT_EUSAGE : PT_OK);
        cmd = good((int)i);
        cmd.streams = 0;
        assert_int_equal(check(&cmd, false),
                         pt_command_is(row, PT_COMMAND_STREAMS) ? PT_EUSAGE : PT_OK);
        cmd.streams = 1U << 20;
        assert_int_equal(check(&cmd, false),
                         pt_command_is(row, PT_COMMAND_STREAMS) ? PT_EUSAGE : PT_OK);
    }
}

static void a_rate_is_a_number_above_nothing(void **state)
{
    (void)state;
    static const double bad[] = {NAN, INFINITY, -INFINITY, 0, -2, 2e18};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pt_command cmd = {.kind = PT_CMD_RATE, .streams = 1, .rate_per_s = bad[i]};
        assert_int_equal(check(&cmd, false), PT_EUSAGE);
    }
    static const double fine[] = {0.1, 10, PT_RATE_MAX, PT_RATE_ORIGINAL};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        struct pt_command cmd = {.kind = PT_CMD_RATE, .streams = 1, .rate_per_s = fine[i]};
        assert_int_equal(check(&cmd, false), PT_OK);
    }
}

/* With __consumer_offsets go the positions of all groups, the sinks' too. */
static void topics_of_kafka_itself_are_not_deleted(void **state)
{
    (void)state;
    static const char *const own[] = {"__consumer_offsets", "__transaction_state", "__other"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        struct pt_command cmd = {.kind = PT_CMD_TOPIC_DELETE, .topic = own[i]};
        assert_int_equal(check(&cmd, false), PT_ENAME);
        cmd.is_plan = true;
        assert_int_equal(check(&cmd, false), PT_ENAME);
        cmd = (struct pt_command){.kind = PT_CMD_TOPIC_DESCRIBE, .topic = own[i]};
        assert_int_equal(check(&cmd, false), PT_OK);
    }
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_DELETE, .topic = "_own"};
    assert_int_equal(check(&cmd, false), PT_OK);
}

/* Groups and transactions are found by the number of partitions; settings may change. */
static void topics_of_kafka_itself_get_no_partitions(void **state)
{
    (void)state;
    const char *setting = "retention.ms=1";
    struct pt_command cmd = {
        .kind = PT_CMD_TOPIC_ALTER, .topic = "__consumer_offsets", .partitions = 60};
    assert_int_equal(check(&cmd, false), PT_ENAME);
    cmd.partitions = -1;
    assert_int_equal(check(&cmd, false), PT_EUSAGE); /* nothing is to be changed */
    cmd.configs = &setting;
    cmd.n_configs = 1;
    assert_int_equal(check(&cmd, false), PT_OK);
    cmd.topic = "0a1b.pin";
    cmd.partitions = 60;
    assert_int_equal(check(&cmd, false), PT_OK);
    assert_int_equal(check(&cmd, true), PT_EREADONLY);
}

/* The dry run doesn't promise what the worker refuses; a blank would make another key. */
static void a_settings_key_is_no_other_key(void **state)
{
    (void)state;
    static const char *const bad[] = {"name=other", " flush.size=7", "flush.size =7", "a\tb=7"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pt_command cmd = {.kind = PT_CMD_CONNECTOR_UPDATE,
                                 .connector = "sink",
                                 .configs = &bad[i],
                                 .n_configs = 1,
                                 .is_plan = true};
        assert_int_equal(check(&cmd, false), PT_EUSAGE);
    }
    static const char *const fine[] = {"names=other", "file.name= a b "};
    struct pt_command cmd = {
        .kind = PT_CMD_CONNECTOR_UPDATE, .connector = "sink", .configs = fine, .n_configs = 2};
    assert_int_equal(check(&cmd, false), PT_OK);
}

/* Where settings are sent as lines, a line break in a value would begin another setting. */
static void a_value_is_one_value(void **state)
{
    (void)state;
    static const char *const bad[] = {"retention.ms=1\ncleanup.policy=compact", "retention.ms=1\r",
                                      "retention.ms=\x1b[0m", "retention.ms=\x7f", "a=\t"};
    static const enum pt_command_kind kinds[] = {PT_CMD_TOPIC_CREATE, PT_CMD_TOPIC_ALTER};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (size_t k = 0; k < 2; k++) {
            struct pt_command cmd = {.kind = kinds[k],
                                     .topic = "demo.pin",
                                     .partitions = -1,
                                     .replication = -1,
                                     .configs = &bad[i],
                                     .n_configs = 1};
            assert_int_equal(check(&cmd, false), PT_EUSAGE);
        }
    /* A connector's certificate has lines, and is sent as JSON. */
    static const char *const pem = "ssl.key=-----BEGIN-----\nabc\n-----END-----\n";
    struct pt_command cmd = {
        .kind = PT_CMD_CONNECTOR_UPDATE, .connector = "sink", .configs = &pem, .n_configs = 1};
    assert_int_equal(check(&cmd, false), PT_OK);
    static const char *const escape = "topics=\x1b[0m";
    cmd.configs = &escape;
    assert_int_equal(check(&cmd, false), PT_EUSAGE);
}

static void a_topic_has_not_any_number_of_partitions(void **state)
{
    (void)state;
    struct pt_command cmd = {
        .kind = PT_CMD_TOPIC_ALTER, .topic = "demo.pin", .partitions = INT32_MAX};
    assert_int_equal(check(&cmd, false), PT_EUSAGE);
    cmd.kind = PT_CMD_TOPIC_CREATE;
    assert_int_equal(check(&cmd, false), PT_EUSAGE);
    cmd.partitions = 100000;
    assert_int_equal(check(&cmd, false), PT_OK);
}

/* Whoever adds a change decides about its dry run: all have one, but streams (`stream --dry-run`
 * prints records). */
static void each_change_has_a_dry_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < pt_command_count(); i++) {
        const struct pt_command_info *row = pt_command_info((int)i);
        bool must =
            pt_command_is(row, PT_COMMAND_CHANGES) && !pt_command_is(row, PT_COMMAND_STREAMS);
        assert_int_equal(pt_command_is(row, PT_COMMAND_PLAN), must);
    }
    const struct cli_group *const groups[] = {&connector_group, &topics_group};
    struct cli_action row;
    for (size_t g = 0; g < 2; g++)
        for (size_t i = 0; cli_action_at(groups[g], i, &row); i++)
            if (cli_action_takes(&row, "dry-run") != cli_action_does_change(&row))
                fail_msg("%s: --dry-run", row.name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_found_by_its_kind),
        cmocka_unit_test(readonly_refuses_each_change),
        cmocka_unit_test(what_must_be_named_must_be),
        cmocka_unit_test(a_rate_is_a_number_above_nothing),
        cmocka_unit_test(topics_of_kafka_itself_are_not_deleted),
        cmocka_unit_test(topics_of_kafka_itself_get_no_partitions),
        cmocka_unit_test(a_settings_key_is_no_other_key),
        cmocka_unit_test(a_value_is_one_value),
        cmocka_unit_test(a_topic_has_not_any_number_of_partitions),
        cmocka_unit_test(each_change_has_a_dry_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
