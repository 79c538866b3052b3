/* Each usual refusal has a code, a reason and a next step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kafka/asked.h"
#include "kafka/handle.h"

#define E(name) RD_KAFKA_RESP_ERR_##name

static struct pt_error make(rd_kafka_resp_err_t code, const char *why)
{
    struct pt_error err;
    pt_code ours = kafka_error(&err, code, "create topic demo.pin", why);
    assert_int_equal(ours, err.code);
    assert_int_not_equal(ours, PT_OK);
    assert_int_equal(strncmp(err.what, "create topic demo.pin: ", 23), 0);
    return err;
}

static void test_usual_refusals(void **state)
{
    static const struct {
        rd_kafka_resp_err_t kafka;
        pt_code code;
        const char *in_fix;
    } cases[] = {
        {E(TOPIC_AUTHORIZATION_FAILED),   PT_EAUTH,     "UserID"                       },
        {E(CLUSTER_AUTHORIZATION_FAILED), PT_EAUTH,     "WriteDataIdempotently"        },
        {E(GROUP_AUTHORIZATION_FAILED),   PT_EAUTH,     "group"                        },
        {E(POLICY_VIOLATION),             PT_EKAFKA,    "policy"                       },
        {E(TOPIC_ALREADY_EXISTS),         PT_EEXISTS,   "another name"                 },
        {E(INVALID_REPLICATION_FACTOR),   PT_EKAFKA,    "number of brokers that are up"},
        {E(INVALID_PARTITIONS),           PT_EKAFKA,    "1 partition"                  },
        {E(MSG_SIZE_TOO_LARGE),           PT_EDATA,     "max.message.bytes"            },
        {E(UNKNOWN_TOPIC_OR_PART),        PT_ENOTFOUND, "topics create"                },
        {E(_UNKNOWN_TOPIC),               PT_ENOTFOUND, "topics create"                },
        {E(_TRANSPORT),                   PT_EKAFKA,    "security.protocol"            },
        {E(_ALL_BROKERS_DOWN),            PT_EKAFKA,    "bootstrap.servers"            },
        {E(_AUTHENTICATION),              PT_EAUTH,     "sasl.mechanism"               },
        {E(_TIMED_OUT),                   PT_ETIMEOUT,  "reachable"                    },
        {E(_RESOLVE),                     PT_EKAFKA,    "DNS"                          },
        {E(_SSL),                         PT_EKAFKA,    "ssl.ca.location"              },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pt_error err = make(cases[i].kafka, NULL);
        assert_int_equal(err.code, cases[i].code);
        if (!strstr(err.fix, cases[i].in_fix)) {
            fail_msg("%s: the fix is \"%s\"", rd_kafka_err2name(cases[i].kafka), err.fix);
        }
    }
}

/* The same code wants another right for each question. */
static void test_the_fix_is_made_from_what_was_asked(void **state)
{
    static const struct {
        rd_kafka_resp_err_t code;
        enum kafka_ask ask;
        const char *in_fix;
    } cases[] = {
        {E(TOPIC_AUTHORIZATION_FAILED),   ASK_CREATE_TOPIC,
         "kafka-cluster:CreateTopic on topic u.pin"                                                     },
        {E(CLUSTER_AUTHORIZATION_FAILED), ASK_CREATE_TOPIC, "as an ACL: Create"                         },
        {E(TOPIC_AUTHORIZATION_FAILED),   ASK_DELETE_TOPIC,
         "kafka-cluster:DeleteTopic on topic u.pin"                                                     },
        {E(TOPIC_AUTHORIZATION_FAILED),   ASK_READ,         "kafka-cluster:ReadData on topic u.pin"     },
        {E(TOPIC_AUTHORIZATION_FAILED),   ASK_TOPIC_CONFIG, "as an ACL: DescribeConfigs"                },
        {E(GROUP_AUTHORIZATION_FAILED),   ASK_GROUP,        "kafka-cluster:DescribeGroup on group u.pin"},
        {E(_UNSUPPORTED_FEATURE),         ASK_CREATE_TOPIC, "--partitions N --replication-factor N"     },
        {E(UNSUPPORTED_VERSION),          ASK_DELETE_TOPIC, "Kafka 2.4"                                 },
        {E(TOPIC_ALREADY_EXISTS),         ASK_CREATE_TOPIC, "another name"                              },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pt_error err;
        assert_int_not_equal(
            kafka_asked(&err, cases[i].code, cases[i].ask, "u.pin", "create topic u.pin", NULL),
            PT_OK);
        if (!strstr(err.fix, cases[i].in_fix) || strstr(err.fix, "Idempotent") ||
            strstr(err.fix, "embedded"))
            fail_msg("%s: the fix is \"%s\"", rd_kafka_err2name(cases[i].code), err.fix);
    }
}

static void test_idempotence_names_the_right_and_the_way_out(void **state)
{
    (void)state;
    struct pt_error err = make(E(CLUSTER_AUTHORIZATION_FAILED), NULL);
    assert_non_null(strstr(err.fix, "-X enable.idempotence=false"));
    assert_false(err.is_retriable);
}

static void test_brokers_words_are_kept_and_printable(void **state)
{
    (void)state;
    struct pt_error err = make(E(POLICY_VIOLATION), "at most 3\x1b[31m replicas\n");
    assert_non_null(strstr(err.what, "at most 3"));
    assert_null(strchr(err.what, 0x1b));
    assert_null(strchr(err.what, '\n'));
    err = make(E(POLICY_VIOLATION), rd_kafka_err2str(E(POLICY_VIOLATION)));
    assert_null(strstr(err.what, "(")); /* its own sentence is no news */
}

static void test_unknown_code_still_says_something(void **state)
{
    (void)state;
    struct pt_error err = make(E(INVALID_TIMESTAMP), NULL);
    assert_int_equal(err.code, PT_EKAFKA);
    assert_true(err.what[23] != 0 && err.fix[0]);
}

static void test_fatal_is_marked(void **state)
{
    (void)state;
    assert_true(make(E(_FATAL), NULL).is_fatal);
    assert_false(make(E(_TIMED_OUT), NULL).is_fatal);
    assert_true(make(E(_TIMED_OUT), NULL).is_retriable);
}

static void test_long_texts_are_cut(void **state)
{
    char why[2000];
    (void)state;
    memset(why, 'x', sizeof(why) - 1);
    why[sizeof(why) - 1] = 0;
    struct pt_error err = make(E(POLICY_VIOLATION), why);
    assert_true(strlen(err.what) < PT_WHAT_MAX);
    assert_int_equal(kafka_error(NULL, E(_SSL), "x", "y"), PT_EKAFKA); /* err may be NULL */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual_refusals),
        cmocka_unit_test(test_the_fix_is_made_from_what_was_asked),
        cmocka_unit_test(test_idempotence_names_the_right_and_the_way_out),
        cmocka_unit_test(test_brokers_words_are_kept_and_printable),
        cmocka_unit_test(test_unknown_code_still_says_something),
        cmocka_unit_test(test_fatal_is_marked),
        cmocka_unit_test(test_long_texts_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
