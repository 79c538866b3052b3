/* A connector on MSK Serverless that is in several VPCs: none is chosen silently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "connector/change/template.h"
#include "fake_aws.h"

#define CLUSTER                                                                                    \
    "arn:aws:kafka:us-east-1:123456789012:cluster/s/a1b2c3d4-5678-90ab-cdef-11111EXAMPLE-7"
#define HEAD                                                                                       \
    "{\"clusterInfo\":{\"clusterArn\":\"" CLUSTER "\",\"clusterName\":\"s\",\"clusterType\":"      \
    "\"SERVERLESS\",\"state\":\"ACTIVE\",\"serverless\":{\"clientAuthentication\":{\"sasl\":"      \
    "{\"iam\":{\"enabled\":true}}},\"vpcConfigs\":["
#define VPC_1 "{\"subnetIds\":[\"subnet-1\",\"subnet-2\"],\"securityGroupIds\":[\"sg-1\"]}"
#define VPC_2 "{\"subnetIds\":[\"subnet-3\",\"subnet-33\"]}"

static const char *described;

static pt_code answer(struct fake_aws *fake, size_t n, struct http_answer *out,
                      struct pt_error *err)
{
    (void)err;
    const char *url = fake->calls[n].url;
    if (strstr(url, "bootstrap-brokers") != NULL)
        return fake_answer(out, 200, "{\"bootstrapBrokerStringSaslIam\":\"boot-1.x:9098\"}");
    if (strstr(url, "custom-plugins") != NULL)
        return fake_answer(out, 200,
                           "{\"customPlugins\":[{\"name\":\"demo-plugin\",\"customPluginArn\":"
                           "\"arn:p\",\"customPluginState\":\"ACTIVE\",\"latestRevision\":"
                           "{\"revision\":2}}]}");
    return fake_answer(out, 200, described);
}

/* The plan for a cluster that answers so, with -X pintop.connector.subnet=subnet; NULL: without. */
static pt_code plan(const char *cluster, const char *subnet, struct conn_plan *out,
                    struct pt_error *err)
{
    char setting[80];
    const char *settings[] = {"pintop.msk.cluster=" CLUSTER, "pintop.user.id=demo",
                              "bootstrap.servers=h:9098", setting};
    const struct pt_config_args args = {.settings = settings, .n_settings = subnet ? 4 : 3};
    struct fake_aws fake = {.now_ms = INT64_C(1767323045000), .answer = answer};
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    const struct aws_options options = {.region = "us-east-1"};
    struct aws_client client;
    struct aws_keys keys = {0};
    struct pt_config *cfg;
    struct conn conn;
    snprintf(setting, sizeof setting, "pintop.connector.subnet=%s", subnet ? subnet : "");
    described = cluster;
    conn_init(&conn);
    snprintf(conn.name, sizeof conn.name, "c");
    assert_int_equal(pt_config_load(&args, &cfg, err), PT_OK);
    aws_client_init(&client, &world, &net, &options);
    assert_true(aws_keys_set(&keys, "AKIAIOSFODNN7EXAMPLE", "x", NULL));
    pt_code code = conn_plan_msk(cfg, &client, &keys, &conn, NULL, out, err);
    conn_done(&conn);
    aws_keys_done(&keys);
    aws_client_done(&client);
    pt_config_free(cfg);
    return code;
}

/* What goes out as the connector's net. */
static void is_net(const struct conn_plan *p, const char *expected)
{
    const cJSON *vpc = json_find(p->body, "kafkaCluster.apacheKafkaCluster.vpc");
    char *text = cJSON_PrintUnformatted(vpc);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void the_only_vpc_is_taken(void **state)
{
    struct conn_plan p;
    struct pt_error err = {0};
    (void)state;
    assert_int_equal(plan(HEAD VPC_1 "]}}}", NULL, &p, &err), PT_OK);
    is_net(&p, "{\"subnets\":[\"subnet-1\",\"subnet-2\"],\"securityGroups\":[\"sg-1\"]}");
    assert_string_equal(p.subnets, "subnet-1,subnet-2");
    json_free(p.body);
}

static void several_are_named_and_none_is_taken(void **state)
{
    struct conn_plan p;
    struct pt_error err = {0};
    (void)state;
    assert_int_equal(plan(HEAD VPC_1 "," VPC_2 "]}}}", NULL, &p, &err), PT_ECONFIG);
    assert_null(p.body);
    assert_string_equal(err.what, "connector create: cluster s is in 2 VPCs, and a connector lives "
                                  "in one (1: subnet-1,subnet-2 (sg-1); 2: subnet-3,subnet-33)");
    assert_non_null(strstr(err.fix, "-X pintop.connector.subnet=SUBNET"));
}

static void a_subnet_picks(void **state)
{
    struct conn_plan p;
    struct pt_error err = {0};
    (void)state;
    assert_int_equal(plan(HEAD VPC_1 "," VPC_2 "]}}}", "subnet-33", &p, &err), PT_OK);
    is_net(&p, "{\"subnets\":[\"subnet-3\",\"subnet-33\"]}");
    assert_string_equal(p.subnets, "subnet-3,subnet-33, by pintop.connector.subnet");
    assert_string_equal(p.security_groups, "the VPC's default one");
    json_free(p.body);
}

static void a_subnet_that_is_none_of_its_is_refused(void **state)
{
    static const char *const clusters[] = {HEAD VPC_1 "," VPC_2 "]}}}", HEAD VPC_1 "]}}}"};
    struct conn_plan p;
    struct pt_error err = {0};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(plan(clusters[i], "subnet-333", &p, &err), PT_ENOTFOUND);
        assert_null(p.body);
        assert_non_null(strstr(err.what, "has no subnet subnet-333; its subnets, VPC by VPC: 1: "
                                         "subnet-1,subnet-2 (sg-1)"));
    }
}

static void none_is_said(void **state)
{
    struct conn_plan p;
    struct pt_error err = {0};
    (void)state;
    assert_int_equal(plan(HEAD "]}}}", NULL, &p, &err), PT_EUNSUPPORTED);
    assert_non_null(strstr(err.what, "doesn't tell its subnets"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_only_vpc_is_taken),
        cmocka_unit_test(several_are_named_and_none_is_taken),
        cmocka_unit_test(a_subnet_picks),
        cmocka_unit_test(a_subnet_that_is_none_of_its_is_refused),
        cmocka_unit_test(none_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
