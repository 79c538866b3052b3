/* The doctor itself, over an AWS on loopback: what depends on what, what is not needed, denials,
 * and the cluster as AWS describes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "doctor/table.h"
#include "doctor_room.h"
#include "scratch.h"

#define PLAIN AWS_ROOM_SET(NULL)

/* ---- the table ---- */

static bool is_id(const char *id, size_t len)
{
    const struct check_row *row;
    for (size_t i = 0; (row = check_table_at(i)) != NULL; i++)
        if (strncmp(row->id, id, len) == 0 && row->id[len] == '\0')
            return true;
    return false;
}

static void names_only_ids(const struct check_row *row, const char *list)
{
    while (list != NULL && *(list += strspn(list, " ")) != '\0') {
        size_t len = strcspn(list, " ");
        if (!is_id(list, len))
            fail_msg("%s needs %.*s, which is no check", row->id, (int)len, list);
        list += len;
    }
}

static void each_row_is_whole(void **state)
{
    (void)state;
    const struct check_row *row;
    size_t n = 0;
    for (; (row = check_table_at(n)) != NULL; n++) {
        names_only_ids(row, row->needs);
        names_only_ids(row, row->after);
        assert_non_null(row->title);
        assert_non_null(row->run);
        assert_string_equal(pt_check_id(n), row->id);
        if (row->fix != NULL)
            assert_true(row->fix->plan != NULL && row->fix->run != NULL && row->fix->does != NULL);
        if (row->is_off_host && (row->needs == NULL || strstr(row->needs, "place") == NULL) &&
            (row->after == NULL || strstr(row->after, "place") == NULL))
            fail_msg("%s depends on the place, and does not name it", row->id);
    }
    assert_true(n <= PT_CHECKS_MAX);
}

/* ---- what is not needed, what is missing ---- */

static void without_aws_its_rows_are_not_needed(void **state)
{
    (void)state;
    struct pt_checks checks;
    struct pt_error err;
    const struct pt_doctor doctor = {.only = NULL};
    struct pt_config *cfg = aws_room_config(
        AWS_ROOM_SET("bootstrap.servers=127.0.0.1:1",
                     "security.protocol=", "sasl.mechanism=", "pintop.user.id=0a1b"));
    assert_int_equal(pt_doctor_check(cfg, &doctor, &checks, &err), PT_OK);
    for (size_t i = 0; i < checks.n; i++) {
        const struct pt_check *c = &checks.rows[i];
        bool is_kafka = strncmp(c->id, "kafka.", 6) == 0;
        if (is_kafka || strcmp(c->id, "streams") == 0 || strcmp(c->id, "terminal") == 0 ||
            strcmp(c->id, "client") == 0)
            continue;
        assert_int_equal(c->state, PT_CHECK_NOT_NEEDED);
        assert_non_null(strstr(c->evidence, "Kafka at 127.0.0.1:1"));
    }
    pt_checks_done(&checks);
    pt_config_free(cfg);
    assert_int_equal(local_aws_count(&aws_room, "HTTP"), 0);
}

static void what_needs_a_failed_check_is_unknown(void **state)
{
    (void)state;
    aws_room_files(NULL, NULL);
    doctor_room_says("aws.login", PLAIN, PT_CHECK_FAIL, "there are none", "aws configure");
    doctor_room_says("msk.cluster", PLAIN, PT_CHECK_UNKNOWN, "needs aws.login, which fails", NULL);
    doctor_room_says("msk.bootstrap", PLAIN, PT_CHECK_UNKNOWN,
                     "needs msk.cluster, which is not known", NULL);
}

static void a_denied_call_is_unknown_and_names_the_right(void **state)
{
    (void)state;
    doctor_room_well();
    local_aws_say(&aws_room, "/api/v2/clusters", 403,
                  "{\"Message\":\"User: arn:aws:iam::123456789012:user/u is not authorized to "
                  "perform: kafka:ListClustersV2 because no identity-based policy allows it\","
                  "\"__type\":\"AccessDeniedException\"}");
    doctor_room_says("msk.cluster", PLAIN, PT_CHECK_UNKNOWN, "needs kafka:ListClustersV2",
                     "AWS console, Amazon MSK");
    assert_string_equal(doctor_room_check("msk.cluster", PLAIN)->identity, "you");
}

static void a_silent_service_is_unknown(void **state)
{
    (void)state;
    doctor_room_well();
    local_aws_say(&aws_room, "/api/v2/clusters", 503, "{\"message\":\"later\"}");
    const struct pt_check *check = doctor_room_check("msk.cluster", PLAIN);
    assert_int_equal(check->state, PT_CHECK_UNKNOWN);
    assert_true(check->took_ms <= 5500);
}

/* ---- who ---- */

static void the_user_is_guessed_by_the_credentials_and_not_used(void **state)
{
    (void)state;
    struct pt_checks checks;
    struct pt_error err;
    const char *only = "user.id";
    const struct pt_doctor doctor = {.only = &only, .n_only = 1};
    local_aws_say(&aws_room, "GetCallerIdentity", 200,
                  "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::1:"
                  "assumed-role/0a1b2c-ec2-access-role/i-1</Arn><UserId>U</UserId><Account>1"
                  "</Account></GetCallerIdentityResult></GetCallerIdentityResponse>");
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET("pintop.aws.region=eu-west-1"));
    assert_int_equal(pt_doctor_check(cfg, &doctor, &checks, &err), PT_OK);
    assert_int_equal(checks.rows[0].state, PT_CHECK_FAIL);
    assert_non_null(strstr(checks.rows[0].evidence, "it may be 0a1b2c"));
    assert_non_null(strstr(checks.rows[0].fix, "-X pintop.user.id=0a1b2c doctor"));
    pt_checks_done(&checks);
    pt_config_free(cfg);
}

/* ---- the cluster ---- */

static void a_cluster_is_chosen_when_there_is_one(void **state)
{
    (void)state;
    doctor_room_well();
    doctor_room_says("msk.cluster", PLAIN, PT_CHECK_OK,
                     "pins is ACTIVE, IAM on, 3 brokers, Kafka 2.8.1", NULL);
    const struct pt_check *check = doctor_room_check("msk.bootstrap", PLAIN);
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_string_equal(check->copy,
                        "b-1.pins.a.c7.kafka.eu-west-1.amazonaws.com:9098,b-2.pins.a.c7.kafka."
                        "eu-west-1.amazonaws.com:9098");
    local_aws_say(
        &aws_room, "/api/v2/clusters", 200,
        "{\"clusterInfoList\":[{\"clusterName\":\"a\",\"clusterArn\":\"arn:a\",\"state\":"
        "\"CREATING\",\"provisioned\":{\"numberOfBrokerNodes\":1,"
        "\"currentBrokerSoftwareInfo\":{\"kafkaVersion\":\"3.6.0\"}}},"
        "{\"clusterName\":\"b\",\"clusterArn\":\"arn:b\",\"clusterType\":\"SERVERLESS\"}]}");
    doctor_room_says("msk.cluster", PLAIN, PT_CHECK_FAIL,
                     "there are 2 in eu-west-1, and none is named",
                     "pintop.msk.cluster to one of them: a, b");
    check = doctor_room_check("msk.cluster", PLAIN);
    assert_string_equal(check->choices, "pintop.msk.cluster=a\tCREATING, Kafka 3.6.0, 1 broker\n"
                                        "pintop.msk.cluster=b\tin an unknown state, Serverless");
    local_aws_say(&aws_room, "/api/v2/clusters", 200, "{\"clusterInfoList\":[]}");
    doctor_room_says("msk.cluster", PLAIN, PT_CHECK_FAIL, "there is none in eu-west-1",
                     "Check the region");
}

static void only_a_known_good_state_is_ok(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        enum pt_check_state state;
        const char *words;
    } rows[] = {
        {"{\"clusterInfo\":{" DOCTOR_ROOM_CLUSTER("HEALING",                                     "") "}}", PT_CHECK_WARN,"HEALING"},
        {"{\"clusterInfo\":{" DOCTOR_ROOM_CLUSTER("CREATING",                                                                                      "") "}}",                                            PT_CHECK_FAIL,"CREATING"},
        {"{\"clusterInfo\":{" DOCTOR_ROOM_CLUSTER("DREAMING",                                                                            "") "}}",                                                                                    PT_CHECK_UNKNOWN,
         "does not know this state"},
        {"{\"clusterInfo\":{" DOCTOR_ROOM_CLUSTER("",                                                                      "") "}}",                                                                       PT_CHECK_UNKNOWN,
         "in a state that AWS does not report"},
        {"{\"clusterInfo\":{\"clusterName\":\"pins\",\"state\":\"ACTIVE\",\"provisioned\":{}}}",
         PT_CHECK_FAIL,"IAM off"},
        {"{\"clusterInfo\":{\"clusterName\":\"pins\",\"state\":\"ACTIVE\",\"provisioned\":{"
         "\"clientAuthentication\":{\"sasl\":{\"scram\":{\"enabled\":true}}},"
         "\"encryptionInfo\":{\"encryptionInTransit\":{\"clientBroker\":\"TLS_PLAINTEXT\"}}}}}", PT_CHECK_FAIL,                                                                                    "pins is ACTIVE, IAM off, SASL/SCRAM on, plaintext allowed"},
    };
    doctor_room_well();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        local_aws_say(&aws_room, "/api/v2/clusters/arn", 200, rows[i].answer);
        const struct pt_check *check = doctor_room_check("msk.cluster", PLAIN);
        if (check->state != rows[i].state || strstr(check->evidence, rows[i].words) == NULL)
            fail_msg("%s: %s, %s", rows[i].answer, pt_check_state_word(check->state),
                     check->evidence);
        assert_true(check->fix[0] != '\0');
    }
}

static void brokers_of_another_cluster_are_told(void **state)
{
    (void)state;
    doctor_room_well();
    static const char others[] =
        "bootstrap.servers=b-1.other.a.c7.kafka.eu-west-1.amazonaws.com:9098";
    doctor_room_says("msk.bootstrap",
                     AWS_ROOM_SET(others, "pintop.msk.cluster=pins", "sasl.mechanism=AWS_MSK_IAM",
                                  "security.protocol=SASL_SSL"),
                     PT_CHECK_WARN, "no broker of pins", "Correct bootstrap.servers");
}

/* ---- another region, a proxy ---- */

static void a_cluster_of_another_region_is_told(void **state)
{
    (void)state;
    doctor_room_well();
    doctor_room_says("msk.cluster",
                     AWS_ROOM_SET("pintop.msk.cluster=arn:aws:kafka:us-east-1:123456789012:cluster/"
                                  "pins/1-2"),
                     PT_CHECK_FAIL,
                     "pintop.msk.cluster is in us-east-1, but your region is eu-west-1",
                     "--region us-east-1");
    doctor_room_says("msk.cluster",
                     AWS_ROOM_SET("bootstrap.servers=b-1.pins.a.c7.kafka.us-east-1.amazonaws.com:"
                                  "9098",
                                  "sasl.mechanism=AWS_MSK_IAM", "security.protocol=SASL_SSL"),
                     PT_CHECK_FAIL,
                     "the cluster of bootstrap.servers is in us-east-1, but your region is eu-west",
                     "--region us-east-1");
    assert_int_equal(local_aws_count(&aws_room, "/api/v2/clusters"), 0);
}

/* Its value is not shown: it may hold a password. */
static void a_proxy_in_between_is_named(void **state)
{
    (void)state;
    doctor_room_well();
    setenv("http_proxy", "http://me:secret@127.0.0.1:1", 1);
    const struct pt_check *check = doctor_room_check("aws.login", PLAIN);
    unsetenv("http_proxy");
    assert_int_equal(check->state, PT_CHECK_FAIL);
    assert_non_null(strstr(check->evidence, "go through the proxy that http_proxy names"));
    assert_non_null(strstr(check->fix, "HTTPS_PROXY"));
    assert_null(strstr(check->evidence, "secret"));
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("no_proxy", "127.0.0.1", 1);
    doctor_room_says("aws.login", PLAIN, PT_CHECK_OK, "region eu-west-1", NULL);
    unsetenv("http_proxy");
    unsetenv("no_proxy");
}

/* ---- the caller ---- */

static void an_unknown_check_is_refused_with_those_there_are(void **state)
{
    (void)state;
    struct pt_checks checks;
    struct pt_error err;
    const char *only = "msk.clutser";
    struct pt_doctor doctor = {.only = &only, .n_only = 1};
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET("pintop.user.id=0a1b"));
    assert_int_equal(pt_doctor_check(cfg, &doctor, &checks, &err), PT_EUSAGE);
    assert_non_null(strstr(err.what, "did you mean msk.cluster"));
    assert_non_null(strstr(err.fix, "kafka.topics"));
    pt_config_free(cfg);
}

static bool is_cancelled(void *arg)
{
    (void)arg;
    return true;
}

static void a_round_can_be_cancelled(void **state)
{
    (void)state;
    struct pt_checks checks;
    struct pt_error err;
    const char *only = "msk.cluster";
    const struct pt_doctor doctor = {.only = &only, .n_only = 1, .is_cancelled = is_cancelled};
    doctor_room_well();
    local_aws_say(&aws_room, "GetCallerIdentity", 0, ""); /* never answered */
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET("pintop.user.id=0a1b"));
    assert_int_equal(pt_doctor_check(cfg, &doctor, &checks, &err), PT_ECANCELLED);
    assert_int_equal(checks.n, 0);
    pt_config_free(cfg);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, aws_room_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_row_is_whole),
        TEST(without_aws_its_rows_are_not_needed),
        TEST(what_needs_a_failed_check_is_unknown),
        TEST(a_denied_call_is_unknown_and_names_the_right),
        TEST(a_silent_service_is_unknown),
        TEST(the_user_is_guessed_by_the_credentials_and_not_used),
        TEST(a_cluster_is_chosen_when_there_is_one),
        TEST(only_a_known_good_state_is_ok),
        TEST(brokers_of_another_cluster_are_told),
        TEST(a_cluster_of_another_region_is_told),
        TEST(a_proxy_in_between_is_named),
        TEST(an_unknown_check_is_refused_with_those_there_are),
        TEST(a_round_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
