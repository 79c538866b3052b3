/* What AWS is asked about a connector, one question at a time: its newest objects by the hour, its
 * worker log, its plugin and its role, with the answers in the net's place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "connector/witness/ask.h"
#include "fake_aws.h"

#define ARN "arn:aws:kafkaconnect:us-east-1:123456789012:"

static struct fake_aws fake;
static struct aws_client client;
static struct aws_keys keys;
static struct conn conn;
static struct pt_error err;

static int asks_open(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    fake.now_ms = INT64_C(1767323045000);
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    const struct aws_options options = {.region = "us-east-1"};
    aws_client_init(&client, &world, &net, &options);
    if (!aws_keys_set(&keys, "AKIAIOSFODNN7EXAMPLE", "x", NULL))
        return -1;
    conn_init(&conn);
    snprintf(conn.name, sizeof conn.name, "sink");
    return aws_client_load(&client, &err) == PT_OK ? 0 : -1;
}

static int asks_close(void **state)
{
    (void)state;
    conn_done(&conn);
    aws_keys_done(&keys);
    aws_client_done(&client);
    return 0;
}

/* ---- objects by the hour ---- */

static struct {
    const char *folder; /* the only one with an object; NULL: whatever hour is asked for */
    bool has_object;
} store;

/* The parameter of a query, decoded. */
static const char *query_param(const char *url, const char *name)
{
    static char value[512];
    const char *at = strstr(url, name);
    at = at != NULL ? at + strlen(name) : "";
    size_t len = strcspn(at, "&");
    assert_true(len < sizeof value);
    url_decode(value, at, len);
    return value;
}

/* The next folder below prefix on the way to the store's. */
static pt_code answer_folders(const char *prefix, struct http_answer *out)
{
    char body[800];
    size_t len = strlen(prefix);
    bool is_above = store.folder != NULL && strncmp(store.folder, prefix, len) == 0 &&
                    store.folder[len] != '\0';
    int next = is_above ? (int)(len + strcspn(store.folder + len, "/") + 1) : 0;
    snprintf(body, sizeof body, "<ListBucketResult>%s%.*s%s</ListBucketResult>",
             is_above ? "<CommonPrefixes><Prefix>" : "", next, is_above ? store.folder : "",
             is_above ? "</Prefix></CommonPrefixes>" : "");
    return fake_answer(out, 200, body);
}

static pt_code answer_objects(struct fake_aws *aws, size_t n, struct http_answer *out,
                              struct pt_error *why)
{
    char prefix[512], key[600], body[1200];
    const char *url = aws->calls[n].url;
    (void)why;
    snprintf(prefix, sizeof prefix, "%s", query_param(url, "prefix="));
    snprintf(key, sizeof key, "%sdemo.pin+0+0000000005.json", prefix);
    if (strstr(url, "delimiter=") != NULL)
        return answer_folders(prefix, out);
    bool is_of_folder =
        store.folder == NULL || strncmp(prefix, store.folder, strlen(store.folder)) == 0;
    bool is_there = store.has_object && is_of_folder && strstr(prefix, "hour=") != NULL &&
                    strcmp(key, query_param(url, "start-after=")) > 0;
    snprintf(body, sizeof body, "<ListBucketResult>%s%s%s</ListBucketResult>",
             is_there ? "<Contents><Key>" : "", is_there ? key : "",
             is_there ? "</Key><LastModified>2026-01-02T03:00:00.000Z</LastModified>"
                        "<Size>10</Size></Contents>"
                      : "");
    return fake_answer(out, 200, body);
}

static void set_hourly_sink(void)
{
    static const char *const settings[][2] = {
        {"connector.class",   "io.confluent.connect.s3.S3SinkConnector"                      },
        {"s3.bucket.name",    "objects"                                                      },
        {"s3.region",         "us-east-1"                                                    },
        {"partitioner.class", "io.confluent.connect.storage.partitioner.TimeBasedPartitioner"},
        {"path.format",       "'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH"                    },
        {"timezone",          "UTC"                                                          },
        {"format.class",      "io.confluent.connect.s3.format.json.JsonFormat"               },
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        assert_true(conn_set(&conn, settings[i][0], settings[i][1]));
    conn.has_settings = true;
    snprintf(conn.class_name, sizeof conn.class_name, "%s", settings[0][1]);
}

static pt_code look_for_objects(struct conn_objects *out, struct conn_row *row)
{
    static const char topics[PT_STREAMS][PT_TOPIC_MAX] = {"demo.pin"};
    struct conn_rows rows = {1, row};
    size_t turn = 0;
    *row = (struct conn_row){.committed = 6, .high = 6, .newest_offset = -1};
    snprintf(row->topic, sizeof row->topic, "demo.pin");
    row->low = row->newest_ms = row->newest_bytes = row->first_committed = PT_UNKNOWN;
    *out = (struct conn_objects){.topics = topics};
    fake.answer = answer_objects;
    fake.n_calls = 0;
    return ask_objects(&client, &keys, &conn, &rows, 14, &turn, out, &err);
}

static void the_newest_object_of_this_hour_is_found(void **state)
{
    (void)state;
    struct conn_objects out;
    struct conn_row row;
    set_hourly_sink();
    store.folder = NULL;
    store.has_object = true;
    if (look_for_objects(&out, &row) != PT_OK)
        fail_msg("%s", err.what);
    assert_int_equal(row.newest_offset, 5);
    assert_true(row.is_newest_sure);
    assert_int_equal(out.newest_ms, INT64_C(1767322800000));
    assert_int_equal(out.topic_ms[0], out.newest_ms);
    assert_non_null(strstr(out.newest, "demo.pin+0+0000000005.json"));
    assert_int_equal(fake.n_calls, 1);
    assert_false(out.is_unsure);
}

static void the_newest_folder_is_looked_for_when_two_hours_are_empty(void **state)
{
    (void)state;
    struct conn_objects out;
    struct conn_row row;
    set_hourly_sink();
    store.folder = "topics/demo.pin/year=2025/month=11/day=30/hour=07/";
    store.has_object = true;
    if (look_for_objects(&out, &row) != PT_OK)
        fail_msg("%s", err.what);
    assert_int_equal(row.newest_offset, 5);
    assert_non_null(strstr(out.newest, "hour=07/demo.pin+0+0000000005.json"));
    /* A bucket in which there is nothing at all. */
    store.folder = NULL;
    store.has_object = false;
    if (look_for_objects(&out, &row) != PT_OK)
        fail_msg("%s", err.what);
    assert_int_equal(row.newest_offset, -1);
    assert_int_equal(out.newest_ms, PT_UNKNOWN);
    assert_true(row.is_newest_sure);
}

/* ---- plugin and role ---- */

static struct {
    int plugin_status, role_status;
    const char *plugin, *role;
} account;

static pt_code answer_checks(struct fake_aws *aws, size_t n, struct http_answer *out,
                             struct pt_error *why)
{
    (void)why;
    if (strstr(aws->calls[n].url, "custom-plugins") != NULL)
        return fake_answer(out, account.plugin_status, account.plugin);
    return fake_answer(out, account.role_status, account.role);
}

#define ROLE(service)                                                                              \
    "<GetRoleResponse><GetRoleResult><Role><Arn>arn:r</Arn><RoleName>conn</RoleName>"              \
    "<AssumeRolePolicyDocument>%7B%22Principal%22%3A%22" service                                   \
    "%22%7D</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>"
#define NO_ROLE                                                                                    \
    "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no role</Message></Error>"            \
    "</ErrorResponse>"

static struct checks_memory memory;

static const char *check(struct conn_checks *out, bool is_anew)
{
    fake.answer = answer_checks;
    fake.n_calls = 0;
    if (ask_checks(&client, &keys, &conn, "", &memory, is_anew, out, &err) != PT_OK)
        fail_msg("%s", err.what);
    return out->rule != NULL ? out->rule->id : "";
}

static void plugin_and_role_are_looked_at(void **state)
{
    (void)state;
    struct conn_checks out;
    memset(&memory, 0, sizeof memory);
    snprintf(conn.plugin_arn, sizeof conn.plugin_arn, ARN "custom-plugin/demo-plugin/1-2");
    snprintf(conn.role_arn, sizeof conn.role_arn, "arn:aws:iam::123456789012:role/conn");
    account.plugin_status = account.role_status = 200;
    account.plugin = "{\"name\":\"demo-plugin\",\"customPluginState\":\"ACTIVE\"}";
    account.role = ROLE("kafkaconnect.amazonaws.com");
    assert_string_equal(check(&out, false), "");
    assert_string_equal(out.rights, "conn trusts kafkaconnect");
    assert_int_equal(fake.n_calls, 2);
    /* What was good is believed for a while, unless it is asked for again. */
    check(&out, false);
    assert_int_equal(fake.n_calls, 0);
    account.role = ROLE("ec2.amazonaws.com");
    assert_string_equal(check(&out, true), "role-trust");
    assert_true(out.are_rights_bad);
    assert_non_null(strstr(out.says, "trust policy of conn"));
    account.role_status = 404;
    account.role = NO_ROLE;
    assert_string_equal(check(&out, true), "msk-role-gone");
    assert_non_null(strstr(out.rights, "conn does not exist any more"));
    account.role_status = 403;
    account.role = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to "
                   "perform: iam:GetRole</Message></Error></ErrorResponse>";
    assert_string_equal(check(&out, true), "");
    assert_non_null(strstr(out.rights, "unknown: "));
    assert_false(out.are_rights_bad);
}

static void a_plugin_that_failed_or_is_gone_is_named(void **state)
{
    (void)state;
    struct conn_checks out;
    memset(&memory, 0, sizeof memory);
    snprintf(conn.plugin_arn, sizeof conn.plugin_arn, ARN "custom-plugin/demo-plugin/1-2");
    account.plugin_status = 200;
    account.plugin = "{\"name\":\"demo-plugin\",\"customPluginState\":\"CREATE_FAILED\","
                     "\"stateDescription\":{\"code\":\"X\",\"message\":\"no zip\"}}";
    assert_string_equal(check(&out, false), "plugin-not-active");
    assert_non_null(strstr(out.says, "CREATE_FAILED"));
    account.plugin_status = 404;
    account.plugin = "{\"message\":\"no such plugin\"}";
    assert_string_equal(check(&out, false), "plugin-not-active"); /* what was bad is not kept */
    assert_non_null(strstr(out.says, "demo-plugin/1-2 does not exist any more"));
}

/* ---- the worker log ---- */

static const char *events;

static pt_code answer_log(struct fake_aws *aws, size_t n, struct http_answer *out,
                          struct pt_error *why)
{
    (void)aws;
    (void)n;
    (void)why;
    return fake_answer(out, 200, events);
}

static void read_log(struct conn_log *out)
{
    struct log_blocks blocks;
    bool is_cut;
    snprintf(conn.log_group, sizeof conn.log_group, "/connect");
    fake.answer = answer_log;
    fake.n_calls = 0;
    memset(out, 0, sizeof *out);
    if (ask_log(&client, &keys, &conn, 0, NULL, &blocks, &is_cut, &err) != PT_OK)
        fail_msg("%s", err.what);
    log_witness(&blocks, &conn, out);
    log_blocks_done(&blocks);
}

static void the_log_names_the_cause_of_this_connector(void **state)
{
    (void)state;
    struct conn_log out;
    events = "{\"events\":[{\"logStreamName\":\"s\",\"timestamp\":1767225600000,\"message\":"
             "\"[2026-01-01 00:00:00,000] ERROR [other|task-0] boom (x.Y:1)\"},"
             "{\"logStreamName\":\"s\",\"timestamp\":1767225601000,\"message\":"
             "\"[2026-01-01 00:00:01,000] ERROR [sink|task-0] Something that no rule knows "
             "(x.Y:1)\"}]}";
    read_log(&out);
    assert_non_null(out.rule);
    assert_string_equal(out.rule->id, "error-unknown");
    assert_int_equal(out.time_ms, INT64_C(1767225601000));
    assert_non_null(strstr(out.text, "Something that no rule knows"));
    free(out.text);
    events = "{\"events\":[]}";
    read_log(&out);
    assert_null(out.rule);
    assert_null(out.text);
}

#define ASKING(test) cmocka_unit_test_setup_teardown(test, asks_open, asks_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASKING(the_newest_object_of_this_hour_is_found),
        ASKING(the_newest_folder_is_looked_for_when_two_hours_are_empty),
        ASKING(plugin_and_role_are_looked_at),
        ASKING(a_plugin_that_failed_or_is_gone_is_named),
        ASKING(the_log_names_the_cause_of_this_connector),
    };
    return cmocka_run_group_tests_name("what AWS is asked", tests, NULL, NULL);
}
