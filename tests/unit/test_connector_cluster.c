/* The Kafka cluster of connectors, by AWS's descriptions alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "aws_room.h"
#include "pintop/auth.h"

#define CONNECTOR(name, servers, auth, tls)                                                        \
    "{\"connectorArn\":\"arn:c/" name "\",\"connectorName\":\"" name                               \
    "\",\"kafkaCluster\":{\"apacheKafkaCluster\":{\"bootstrapServers\":\"" servers                 \
    "\"}},\"kafkaClusterClientAuthentication\":{\"authenticationType\":\"" auth                    \
    "\"},\"kafkaClusterEncryptionInTransit\":{\"encryptionType\":\"" tls "\"}}"
#define LIST(connectors) "{\"connectors\":[" connectors "]}"

static struct pt_connector_cluster found;

static pt_code find(const char *list, int status, const char *name)
{
    static char bodies[16][4000];
    static int n_bodies;
    char *body = bodies[n_bodies++ % 16];
    const size_t cap = sizeof bodies[0];
    struct pt_error err;
    const char *at;
    /* OPEN stands for a port that somebody listens on. */
    body[0] = '\0';
    while ((at = strstr(list, "OPEN")) != NULL) {
        snprintf(body + strlen(body), cap - strlen(body), "%.*s127.0.0.1:%d", (int)(at - list),
                 list, aws_room.port);
        list = at + 4;
    }
    snprintf(body + strlen(body), cap - strlen(body), "%s", list);
    local_aws_say(&aws_room, "/v1/connectors", status, body);
    struct pt_config *cfg =
        aws_room_config(AWS_ROOM_SET("bootstrap.servers=", "security.protocol=", "sasl.mechanism=",
                                     "pintop.aws.region=eu-west-1"));
    pt_code code = pt_connector_find_cluster(cfg, name, &found, &err);
    pt_config_free(cfg);
    return code;
}

static void a_login_follows_from_the_description(void **state)
{
    static const struct {
        const char *list, *protocol, *mechanism;
    } rows[] = {
        {LIST(CONNECTOR("a", "OPEN", "IAM",  "TLS")),       "SASL_SSL",  "AWS_MSK_IAM"},
        {LIST(CONNECTOR("a", "OPEN", "NONE", "TLS")),       "SSL",       NULL         },
        {LIST(CONNECTOR("a", "OPEN", "NONE", "PLAINTEXT")), "PLAINTEXT", NULL         },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(find(rows[i].list, 200, "a"), PT_OK);
        assert_memory_equal(found.servers, "127.0.0.1:", 10);
        assert_string_equal(found.protocol, rows[i].protocol);
        if (rows[i].mechanism == NULL)
            assert_null(found.mechanism);
        else
            assert_string_equal(found.mechanism, rows[i].mechanism);
        assert_string_equal(found.why, "");
    }
}

static void one_name_is_one_cluster(void **state)
{
    static const char two[] =
        LIST(CONNECTOR("a", "OPEN", "IAM", "TLS") "," CONNECTOR("ab", "127.0.0.1:1", "IAM", "TLS"));
    (void)state;
    assert_int_equal(find(two, 200, "a"), PT_OK);
    assert_true(found.servers[0] != '\0');
    assert_int_equal(find(two, 200, "arn:c/a"), PT_OK);
    assert_true(found.servers[0] != '\0');
    assert_int_equal(find(two, 200, NULL), PT_OK);
    assert_true(found.is_several);
    assert_string_equal(found.servers, "");
    assert_non_null(strstr(found.why, "different Kafka clusters"));
    assert_int_equal(
        find(LIST(CONNECTOR("a", "OPEN", "IAM", "TLS") "," CONNECTOR("ab", "OPEN", "NONE", "TLS")),
             200, NULL),
        PT_OK);
    assert_true(found.is_several); /* two listeners of one port are told apart by the login */
    assert_int_equal(
        find(LIST(CONNECTOR("a", "OPEN", "IAM", "TLS") "," CONNECTOR("b", "OPEN", "IAM", "TLS")),
             200, NULL),
        PT_OK);
    assert_false(found.is_several);
    assert_true(found.servers[0] != '\0');
}

static void brokers_out_of_reach_are_not_given(void **state)
{
    (void)state;
    assert_int_equal(find(LIST(CONNECTOR("a", "127.0.0.1:1", "IAM", "TLS")), 200, "a"), PT_OK);
    assert_string_equal(found.servers, "");
    assert_non_null(strstr(found.why, "its brokers cannot be reached from here: TCP to 127.0.0.1"));
    assert_true(found.fix[0] != '\0');
    /* One that answers is enough. */
    assert_int_equal(find(LIST(CONNECTOR("a", "127.0.0.1:1,OPEN", "IAM", "TLS")), 200, "a"), PT_OK);
    assert_true(found.servers[0] != '\0');
}

static void what_aws_does_not_tell_is_unknown(void **state)
{
    static const char *const lists[] = {LIST(""),
                                        "{}",
                                        LIST("{}"),
                                        LIST("{\"connectorName\":\"a\"}"),
                                        LIST(CONNECTOR("a", "", "IAM", "TLS")),
                                        LIST("{\"connectorName\":\"a\",\"kafkaCluster\":7}")};
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        assert_int_equal(find(lists[i], 200, "a"), PT_OK);
        assert_string_equal(found.servers, "");
        assert_non_null(strstr(found.why, "AWS names no Kafka cluster"));
    }
    assert_int_equal(find("{\"Message\":\"not authorized to perform: kafkaconnect:ListConnectors\","
                          "\"__type\":\"AccessDeniedException\"}",
                          403, "a"),
                     PT_EAUTH);
    assert_int_not_equal(find("<html>", 200, "a"), PT_OK);
}

int main(void)
{
#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, aws_room_open, aws_room_close)
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_login_follows_from_the_description),
        IN_ROOM(one_name_is_one_cluster),
        IN_ROOM(brokers_out_of_reach_are_not_given),
        IN_ROOM(what_aws_does_not_tell_is_unknown),
    };
    return cmocka_run_group_tests_name("connector_cluster", tests, NULL, NULL);
}
