/* The checks of MSK Connect, over a plugin and a connector on loopback: their states, what they are
 * made of, what fits the setup and what does not, and creating them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_connect.h"

static void again(void)
{
    aws_room_close(NULL);
    aws_room_open(NULL);
    connect_well();
}

/* ---- mskconnect.plugin ---- */

static void a_plugin_is_judged_by_its_state(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        enum pt_check_state state;
        const char *words, *fix;
    } rows[] = {
        {"ACTIVE",        PT_CHECK_OK,
         "0a1b-plugin is ACTIVE, revision 1, created from s3://0a1b-bucket/" KEY,      NULL                              },
        {"CREATING",      PT_CHECK_WARN,    "0a1b-plugin is CREATING",                 "Wait"                            },
        {"UPDATING",      PT_CHECK_WARN,    "0a1b-plugin is UPDATING",                 "Wait"                            },
        {"CREATE_FAILED", PT_CHECK_FAIL,    "CREATE_FAILED: Bad.Zip: the file is bad",
         "pintop.plugin.name=NAME"                                                                                       },
        {"UPDATE_FAILED", PT_CHECK_FAIL,    "UPDATE_FAILED",                           "earlier revision is still in use"},
        {"DELETING",      PT_CHECK_FAIL,    "DELETING",                                "until it"                        },
        {"DREAMING",      PT_CHECK_UNKNOWN, "which pintop does not know",              "console"                         },
        {"",              PT_CHECK_UNKNOWN, "which pintop does not know",              "console"                         },
        {NULL,            PT_CHECK_FAIL,    "there is no custom plugin 0a1b-plugin",
         "pintop doctor --fix mskconnect.plugin"                                                                         },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        again();
        msk.plugin = rows[i].word;
        if (strstr(rows[i].words, "FAILED") != NULL)
            msk.plugin_message = "the file is bad";
        doctor_room_says("mskconnect.plugin", PLAIN, rows[i].state, rows[i].words, rows[i].fix);
    }
}

static void a_plugin_of_another_zip_is_no_ok(void **state)
{
    (void)state;
    connect_well();
    msk.plugin_key = "kafka-connect-s3/older.zip";
    doctor_room_says("mskconnect.plugin", PLAIN, PT_CHECK_WARN,
                     "created from arn:aws:s3:::0a1b-bucket/kafka-connect-s3/older.zip",
                     "pintop.plugin.name=NAME");
    msk.plugin_key = KEY;
    msk.plugin_bucket = "arn:aws:s3:::other";
    doctor_room_says("mskconnect.plugin", PLAIN, PT_CHECK_WARN, "created from arn:aws:s3:::other",
                     "name");
    msk.plugin_bucket = "arn:aws:s3:::0a1b-bucket";
    msk.plugin_bytes++;
    doctor_room_says("mskconnect.plugin", PLAIN, PT_CHECK_WARN,
                     "the zip was replaced after the plugin was created", "name");
    msk.plugin_bytes--;
    msk.plugin_md5 = "00000000000000000000000000000000";
    doctor_room_says("mskconnect.plugin", PLAIN, PT_CHECK_WARN, "another one of the same size",
                     "name");
    bucket.is_list_denied = true; /* the zip is not known: ACTIVE is all that was seen */
    doctor_room_says(
        "mskconnect.plugin", PLAIN, PT_CHECK_WARN,
        "It could not be compared with the zip in the bucket, because that needs s3.plugin",
        "Fix s3.plugin first");
    msk.plugin = NULL;
    doctor_room_says("mskconnect.plugin", PLAIN, PT_CHECK_FAIL, "no custom plugin",
                     "Fix s3.plugin first");
    assert_false(doctor_room_check("mskconnect.plugin", PLAIN)->is_fixable);
}

static void the_fix_creates_the_plugin_once_and_waits(void **state)
{
    (void)state;
    connect_well();
    msk.plugin = NULL;
    msk.becomes = "ACTIVE";
    msk.until = 3;
    const struct pt_check *check =
        doctor_room_fix("mskconnect.plugin", PLAIN,
                        "create  custom plugin 0a1b-plugin\nof      s3://0a1b-bucket/" KEY);
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(msk.n_created, 1);
    check = doctor_room_fix("mskconnect.plugin", PLAIN, NULL);
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(msk.n_created, 1);
    /* it was created, and the answer was lost */
    again();
    msk.plugin = NULL;
    msk.becomes = "ACTIVE";
    msk.is_lost = true;
    assert_int_equal(doctor_room_fix("mskconnect.plugin", PLAIN, "create")->state, PT_CHECK_OK);
    assert_int_equal(msk.n_created, 1);
    /* cut off while it waited: the next one waits, and creates nothing */
    again();
    msk.plugin = "CREATING";
    msk.becomes = "ACTIVE";
    msk.until = 5;
    check = doctor_room_fix("mskconnect.plugin", PLAIN, "nothing is created, and pintop waits");
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(msk.n_created, 0);
}

static void a_plugin_that_fails_says_why(void **state)
{
    (void)state;
    connect_well();
    msk.plugin = NULL;
    msk.becomes = "CREATE_FAILED";
    msk.plugin_message = "no jar in it";
    struct pt_error err = doctor_room_fix_ends("mskconnect.plugin", PLAIN);
    assert_int_equal(err.code, PT_EUNHEALTHY);
    assert_non_null(strstr(err.what, "became CREATE_FAILED: Bad.Zip no jar in it"));
}

static void a_list_that_is_behind_ends_no_wait(void **state)
{
    (void)state;
    connect_well();
    msk.plugin = NULL;
    msk.becomes = "ACTIVE";
    msk.until = 2;
    msk.lists_behind = 1000;
    msk.details_behind = 1;
    assert_int_equal(doctor_room_fix_ends("mskconnect.plugin", PLAIN).code, PT_OK);
    assert_int_equal(msk.n_created, 1);
    again();
    msk.connector = NULL;
    msk.becomes = "RUNNING";
    msk.lists_behind = 1000;
    msk.details_behind = 1;
    assert_int_equal(doctor_room_fix_ends("mskconnect.connector", PLAIN).code, PT_OK);
    assert_int_equal(msk.n_created, 1);
    assert_int_equal(local_aws_count(&aws_room, "GET /v1/connectors?"), 4); /* none by the wait */
}

/* ---- mskconnect.connector ---- */

static void a_connector_is_judged_by_its_state(void **state)
{
    (void)state;
    static const struct {
        const char *word, *message;
        enum pt_check_state state;
        const char *words, *fix;
    } rows[] = {
        {"RUNNING",  "",                            PT_CHECK_OK,
         "0a1b-connector is RUNNING, and all that could be compared fits the setup",                          NULL                                    },
        {"CREATING", "",                            PT_CHECK_WARN,    "is CREATING",                          "pintop connector status 0a1b-connector"},
        {"UPDATING", "",                            PT_CHECK_WARN,    "is UPDATING",                          "connector status 0a1b-connector"       },
        {"PAUSED",   "",                            PT_CHECK_WARN,    "is PAUSED",                            "pintop connector resume 0a1b-connector"},
        {"DELETING", "",                            PT_CHECK_FAIL,    "is DELETING",                          "--fix mskconnect.connector"            },
        {"FAILED",   "",                            PT_CHECK_FAIL,    "AWS gives no reason",                  "connector logs 0a1b-connector"         },
        {"FAILED",   "Something that nobody knows", PT_CHECK_FAIL,
         "is FAILED: Something that nobody knows",                                                            "connector logs 0a1b-connector"         },
        {"DREAMING", "",                            PT_CHECK_UNKNOWN, "which pintop does not know",           "console"                               },
        {NULL,       "",                            PT_CHECK_FAIL,    "there is no connector 0a1b-connector",
         "which shows the price first"                                                                                                                },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        again();
        msk.connector = rows[i].word;
        msk.connector_message = rows[i].message;
        doctor_room_says("mskconnect.connector", PLAIN, rows[i].state, rows[i].words, rows[i].fix);
    }
}

static void read_other_topics(void)
{
    msk.settings = SETTINGS("\"topics\":\"0a1b.pin,0a1b.geo\"", "0a1b-bucket", "eu-west-1");
}
static void read_nothing(void)
{
    msk.settings = SETTINGS("\"topics.regex\":\"demo.*\"", "0a1b-bucket", "eu-west-1");
}
static void read_one(void)
{
    msk.settings = SETTINGS("\"topics\":\"0a1b.geo\"", "0a1b-bucket", "eu-west-1");
}
static void write_elsewhere(void)
{
    msk.settings = SETTINGS(REGEX, "other-bucket", "eu-west-1");
}
static void be_in_another_region(void)
{
    msk.settings = SETTINGS(REGEX, "0a1b-bucket", "us-east-1");
}
static void be_no_sink(void)
{
    msk.settings = "\"connector.class\":\"org.apache.kafka.connect.file.FileStreamSinkConnector\","
                   "\"topics\":\"0a1b.pin\",\"file\":\"x\"";
}
static void have_the_wrong_port(void)
{
    msk.servers = "b-1.pins.a.c7.kafka.eu-west-1.amazonaws.com:9094";
}
static void log_in_with_nothing(void)
{
    msk.auth = "NONE";
    msk.servers = "b-1.pins.a.c7.kafka.eu-west-1.amazonaws.com:9094";
}
static void be_of_another_cluster(void)
{
    msk.servers = "b-1.other.a.c7.kafka.eu-west-1.amazonaws.com:9098";
}
static void have_another_role(void)
{
    msk.role = "arn:aws:iam::123456789012:role/other";
}
static void have_another_plugin(void)
{
    msk.plugin_arn = "arn:other";
}
static void log_nowhere(void)
{
    msk.has_no_logs = true;
}
static void be_denied(void)
{
    msk.is_denied = true;
}
static void tell_no_settings(void)
{
    msk.settings = "";
}
static void be_named_otherwise(void)
{
    msk.connector_name = "0a1b-sink";
}
static void be_two(void)
{
    msk.connector_name = "0a1b-sink";
    msk.has_two = true;
}

static void a_configuration_is_compared_with_the_setup(void **state)
{
    (void)state;
    static const struct {
        void (*make)(void);
        enum pt_check_state state;
        const char *words, *fix;
    } rows[] = {
        {read_other_topics,     PT_CHECK_FAIL,    "it does not read 0a1b.user (topics=0a1b.pin,0a1b.geo)",
         "pintop connector update 0a1b-connector 'topics=0a1b.pin,0a1b.geo,0a1b.user'"                                                                                                  },
        {read_nothing,          PT_CHECK_FAIL,    "it does not read 0a1b.pin (topics.regex=demo.*)",
         "pintop connector update 0a1b-connector 'topics.regex=0a1b\\..*'"                                                                                                              },
        {read_one,              PT_CHECK_FAIL,
         "it does not read 0a1b.pin (topics=0a1b.geo); it does not read 0a1b.user",                        "pintop connector update 0a1b-connector 'topics=0a1b.geo,0a1b.pin,0a1b.user'"},
        {write_elsewhere,       PT_CHECK_FAIL,    "writes to the bucket other-bucket, not to 0a1b-bucket",
         "update 0a1b-connector s3.bucket.name=0a1b-bucket"                                                                                                                             },
        {be_in_another_region,  PT_CHECK_FAIL,
         "s3.region is us-east-1, but the bucket is in eu-west-1",                                         "pintop connector update 0a1b-connector s3.region=eu-west-1"                 },
        {be_no_sink,            PT_CHECK_FAIL,    "it is not a sink to S3",                                "pintop.connector.name"                                                      },
        {have_the_wrong_port,   PT_CHECK_FAIL,    "port 9094 with IAM",                                    "again"                                                                      },
        {log_in_with_nothing,   PT_CHECK_FAIL,    "logs in to Kafka with NONE, and the cluster has IAM",
         "another connector"                                                                                                                                                            },
        {be_of_another_cluster, PT_CHECK_FAIL,    "its brokers are not pins's: b-1.other",
         "another connector"                                                                                                                                                            },
        {have_another_role,     PT_CHECK_WARN,    "its role is arn:aws:iam::123456789012:role/other",
         "pintop.connector.role.arn"                                                                                                                                                    },
        {have_another_plugin,   PT_CHECK_WARN,    "its plugin is arn:other",                               "pintop.plugin.name"                                                         },
        {log_nowhere,           PT_CHECK_WARN,    "its worker log is not delivered anywhere",
         "only be set when a connector is created"                                                                                                                                      },
        {be_denied,             PT_CHECK_UNKNOWN, "needs kafkaconnect:ListConnectors",
         "AWS console, Amazon MSK > MSK Connect"                                                                                                                                        },
        {tell_no_settings,      PT_CHECK_WARN,    "Not compared: its settings, which AWS does not report",
         "pintop connector describe 0a1b-connector"                                                                                                                                     },
        {be_named_otherwise,    PT_CHECK_OK,      "0a1b-sink is RUNNING",                                  NULL                                                                         },
        {be_two,                PT_CHECK_FAIL,    "none of them 0a1b-connector: 0a1b-sink, 0a1b-b",
         "-X pintop.connector.name=NAME"                                                                                                                                                },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        again();
        rows[i].make();
        doctor_room_says("mskconnect.connector", PLAIN, rows[i].state, rows[i].words, rows[i].fix);
    }
}

static void what_is_not_among_those_that_are_listed_is_not_known(void **state)
{
    (void)state;
    connect_well();
    msk.plugin = msk.connector = NULL;
    msk.has_many = true;
    doctor_room_says("mskconnect.plugin", PLAIN, PT_CHECK_UNKNOWN,
                     "more than 1000 custom plugins whose names begin with 0a1b-plugin", "by hand");
    assert_false(doctor_room_check("mskconnect.plugin", PLAIN)->is_fixable);
    doctor_room_says("mskconnect.connector", PLAIN, PT_CHECK_UNKNOWN,
                     "more than 1000 connectors whose names begin with 0a1b", "Name yours");
    assert_false(doctor_room_check("mskconnect.connector", PLAIN)->is_fixable);
}

static void without_the_rest_what_cannot_be_compared_is_said(void **state)
{
    (void)state;
    connect_well();
    bucket.is_head_denied = true;
    msk.plugin = NULL;
    local_aws_say(&aws_room, "/bootstrap-brokers", 403, "{\"__type\":\"AccessDeniedException\"}");
    doctor_room_says("mskconnect.connector", PLAIN, PT_CHECK_WARN,
                     "Not compared: s3.region against the bucket's, its brokers against the "
                     "cluster's, its plugin",
                     "Fix s3.bucket, msk.bootstrap, mskconnect.plugin first");
}

static void the_fix_shows_the_price_and_creates_the_connector_once(void **state)
{
    (void)state;
    connect_well();
    msk.connector = NULL;
    msk.becomes = "RUNNING";
    msk.until = 2;
    const struct pt_check *check = doctor_room_fix(
        "mskconnect.connector", PLAIN, "price        about $0.11 an hour, until it is deleted\n");
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(msk.n_created, 1);
    assert_int_equal(local_aws_count(&aws_room, "CreateLogGroup"), 1);
    assert_int_equal(local_aws_count(&aws_room, "\"s3.region\":\"eu-west-1\""), 1);
    assert_int_equal(local_aws_count(&aws_room, "\"customPluginArn\":\"" PLUGIN_ARN "\""), 1);
    check = doctor_room_fix("mskconnect.connector", PLAIN, NULL);
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(msk.n_created, 1);
}

static void a_creation_that_was_cut_off_is_completed_and_not_repeated(void **state)
{
    (void)state;
    /* the log group is there, the connector is not */
    connect_well();
    msk.connector = NULL;
    msk.becomes = "RUNNING";
    local_aws_say(&aws_room, "CreateLogGroup", 400,
                  "{\"__type\":\"ResourceAlreadyExistsException\",\"message\":\"m\"}");
    assert_int_equal(doctor_room_fix("mskconnect.connector", PLAIN, "price")->state, PT_CHECK_OK);
    assert_int_equal(msk.n_created, 1);
    /* it is being created */
    again();
    msk.connector = "CREATING";
    msk.becomes = "RUNNING";
    msk.until = 4;
    assert_int_equal(
        doctor_room_fix("mskconnect.connector", PLAIN, "0a1b-connector exists: nothing is")->state,
        PT_CHECK_OK);
    assert_int_equal(msk.n_created, 0);
    /* it was created, and the answer was lost */
    again();
    msk.connector = NULL;
    msk.is_lost = true;
    msk.becomes = "RUNNING";
    assert_int_equal(doctor_room_fix("mskconnect.connector", PLAIN, "price")->state, PT_CHECK_OK);
    assert_int_equal(msk.n_created, 1);
}

static void a_log_group_that_may_not_be_created_is_used_when_it_is_there(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *answer;
        pt_code code;
    } rows[] = {
        {200, "{\"events\":[]}",                                                 PT_OK   },
        {400, "{\"__type\":\"ResourceNotFoundException\",\"message\":\"none\"}", PT_EAUTH},
        {400, "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}",       PT_EAUTH},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        again();
        msk.connector = NULL;
        msk.becomes = "RUNNING";
        local_aws_say(&aws_room, "CreateLogGroup", 400,
                      "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}");
        local_aws_say(&aws_room, "FilterLogEvents", rows[i].status, rows[i].answer);
        struct pt_error err = doctor_room_fix_ends("mskconnect.connector", PLAIN);
        assert_int_equal(err.code, rows[i].code);
        assert_int_equal(msk.n_created, rows[i].code == PT_OK);
        if (err.code != PT_OK)
            assert_non_null(strstr(err.what, "CreateLogGroup"));
    }
}

/* Answers with these lines ("[Worker-" is put before each, NULL ends them), one a millisecond. */
static void logs_say(const char *const *lines)
{
    static char answer[4096];
    size_t used = (size_t)snprintf(answer, sizeof answer, "{\"events\":[");
    for (size_t i = 0; lines[i] != NULL; i++)
        used += (size_t)snprintf(answer + used, sizeof answer - used,
                                 "%s{\"logStreamName\":\"s\",\"timestamp\":176722560000%zu,"
                                 "\"message\":\"[Worker-%s\"}",
                                 i > 0 ? "," : "", i, lines[i]);
    snprintf(answer + used, sizeof answer - used, "]}");
    local_aws_say(&aws_room, "FilterLogEvents", 200, answer);
}

static void beside_the_wait_is_its_own_log_alone(void **state)
{
    (void)state;
    static const char *const two_workers[] = {
        "b] [2026-01-01 00:00:00,000] INFO Kafka Connect starting (o.a:1)",
        "b] [2026-01-01 00:00:00,001] INFO [other|task-0] of another one (o.a:1)",
        "a] [2026-01-01 00:00:00,002] INFO Kafka version 2.7 (o.a:1)",
        "a] [2026-01-01 00:00:00,003] WARN [0a1b-connector|task-0] its own (o.a:1)", NULL};
    static const char *const other_worker[] = {
        "b] [2026-01-01 00:00:00,001] INFO [other|task-0] of another one (o.a:1)", NULL};
    connect_well();
    msk.connector = NULL;
    msk.becomes = "RUNNING";
    msk.until = 3;
    logs_say(two_workers);
    assert_int_equal(doctor_room_fix_ends("mskconnect.connector", PLAIN).code, PT_OK);
    assert_string_equal(doctor_room_log(),
                        "[2026-01-01 00:00:00,002] INFO Kafka version 2.7 (o.a:1)\n"
                        "[2026-01-01 00:00:00,003] WARN [0a1b-connector|task-0] its own (o.a:1)");
    again();
    msk.connector = NULL;
    msk.becomes = "RUNNING";
    msk.until = 3;
    logs_say(other_worker);
    assert_int_equal(doctor_room_fix_ends("mskconnect.connector", PLAIN).code, PT_OK);
    assert_string_equal(doctor_room_log(), "its log group /g has no line of 0a1b-connector yet");
}

static void a_connector_that_fails_says_why(void **state)
{
    (void)state;
    connect_well();
    msk.connector = NULL;
    msk.becomes = "FAILED";
    msk.connector_message = "no route to S3";
    struct pt_error err = doctor_room_fix_ends("mskconnect.connector", PLAIN);
    assert_int_equal(err.code, PT_EUNHEALTHY);
    assert_non_null(strstr(err.what, "became FAILED:  no route to S3"));
    /* without its plugin none is offered */
    again();
    msk.connector = NULL;
    msk.plugin = "CREATE_FAILED";
    doctor_room_says("mskconnect.connector", PLAIN, PT_CHECK_FAIL, "there is no connector",
                     "Fix mskconnect.plugin first");
    assert_false(doctor_room_check("mskconnect.connector", PLAIN)->is_fixable);
    assert_int_equal(msk.n_created, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, aws_room_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plugin_is_judged_by_its_state),
        TEST(a_plugin_of_another_zip_is_no_ok),
        TEST(the_fix_creates_the_plugin_once_and_waits),
        TEST(a_plugin_that_fails_says_why),
        TEST(a_list_that_is_behind_ends_no_wait),
        TEST(a_connector_is_judged_by_its_state),
        TEST(a_configuration_is_compared_with_the_setup),
        TEST(what_is_not_among_those_that_are_listed_is_not_known),
        TEST(without_the_rest_what_cannot_be_compared_is_said),
        TEST(the_fix_shows_the_price_and_creates_the_connector_once),
        TEST(a_creation_that_was_cut_off_is_completed_and_not_repeated),
        TEST(a_log_group_that_may_not_be_created_is_used_when_it_is_there),
        TEST(beside_the_wait_is_its_own_log_alone),
        TEST(a_connector_that_fails_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
