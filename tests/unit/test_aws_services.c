/* The calls of STS, MSK and MSK Connect against what botocore sends
 * (tests/data/aws/signed_requests.json: method, URL, target, body) and what it reads out of
 * recorded answers (response_fixtures.json). The other services are in test_aws_store.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "aws/msk.h"
#include "aws/mskconnect.h"
#include "aws/sts.h"
#include "aws_calls.h"
#include "base/json.h"
#include "fake_aws.h"

#define OPERATION                                                                                  \
    "arn:aws:kafkaconnect:us-east-1:123456789012:connector-operation/0a1b-s3-connector/"           \
    "b2c3d4e5-6789-0abc-def1-22222EXAMPLE-4/c3d4e5f6-7890-abcd-ef12-33333EXAMPLE"
#define PLUGIN                                                                                     \
    "arn:aws:kafkaconnect:us-east-1:123456789012:custom-plugin/0a1b-plugin/"                       \
    "c3d4e5f6-7890-abcd-ef12-33333EXAMPLE-4"
#define CLUSTER                                                                                    \
    "arn:aws:kafka:us-east-1:123456789012:cluster/pinterest-msk-cluster/"                          \
    "a1b2c3d4-5678-90ab-cdef-11111EXAMPLE-7"

/* Same bytes, same clock, same keys: the signature is botocore's, too. */
static void check_signature(size_t n, const char *operation)
{
    const cJSON *o;
    cJSON_ArrayForEach(o, json_find(requests, "requests"))
    {
        if (strcmp(json_get(o, "operation"), operation) == 0) {
            assert_non_null(strstr(fake_call_header(&fake.calls[n], "authorization"),
                                   json_get(o, "signature")));
            return;
        }
    }
}

/* ------------------------------------------------------------------ STS, MSK */

static void sts_is_called_as_botocore_does(void **state)
{
    struct sts_identity who;
    struct aws_keys out = {0};
    const struct sts_assume assume = {.role_arn =
                                          "arn:aws:iam::123456789012:role/0a1b-ec2-access-role",
                                      .session_name = "kmsk-1",
                                      .duration_s = 3600,
                                      .external_id = "a b+c/d"};
    (void)state;
    begin(fixture("GetCallerIdentity"));
    assert_int_equal(sts_get_caller_identity(&client, &keys, 0, &who, NULL), PT_OK);
    check_sent(0, "GetCallerIdentity", 0);
    check_signature(0, "GetCallerIdentity");
    assert_string_equal(who.account, "123456789012");
    begin(fixture("AssumeRole"));
    assert_int_equal(sts_assume_role(&client, &keys, &assume, &out, NULL), PT_OK);
    assert_string_equal(fake_call_param(&fake.calls[0], "ExternalId"), "a b+c/d");
    assert_string_equal(out.secret, "a/b+c");
    assert_string_equal(out.token, "IQoJ//x==");
    assert_int_equal(out.end_s, 1767326645);
    assert_string_equal(out.arn, "arn:aws:sts::123456789012:assumed-role/x/kmsk");
    aws_keys_done(&out);
    begin("<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>");
    assert_int_equal(sts_assume_role(&client, &keys, &assume, &out, NULL), PT_EDATA);
    aws_keys_done(&out);
}

static void msk_clusters_are_read(void **state)
{
    struct msk_clusters all;
    struct msk_cluster one;
    struct msk_bootstrap servers;
    struct msk_nodes nodes;
    (void)state;
    begin(fixture("ListClustersV2"));
    assert_int_equal(msk_list_clusters(&client, &keys, NULL, 100, &all, NULL), PT_OK);
    check_sent(0, "ListClustersV2", 0);
    check_signature(0, "ListClustersV2");
    assert_true(all.n >= 1);
    assert_string_equal(all.items[0].name, "pinterest-msk-cluster");
    assert_string_equal(all.items[0].state, "ACTIVE");
    assert_string_equal(all.items[0].kafka_version, "2.8.1");
    assert_int_equal(all.items[0].n_brokers, 3);
    assert_true(all.items[0].has_iam);
    assert_non_null(strstr(all.items[0].zookeeper, ":2181"));
    msk_clusters_done(&all);
    begin(fixture("GetBootstrapBrokers, IAM"));
    assert_int_equal(msk_get_bootstrap(&client, &keys, CLUSTER, &servers, NULL), PT_OK);
    assert_non_null(strstr(fake.calls[0].url, "%3Acluster%2Fpinterest"));
    assert_non_null(strstr(servers.servers[MSK_IAM], "b-2.x.abc123"));
    assert_non_null(strstr(servers.servers[MSK_PUBLIC_IAM], ":9198"));
    assert_string_equal(servers.servers[MSK_SCRAM], "");
    static const char *const others[] = {"b-2.x.abc123", "", ",", ":9098", "b", "other:9098"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(msk_bootstrap_has(&servers, others[i]));
    char second[200];
    const char *at = strstr(servers.servers[MSK_IAM], "b-2.x.abc123");
    snprintf(second, sizeof second, " %.*s:1,other:2", (int)strcspn(at, ":"), at);
    assert_true(msk_bootstrap_has(&servers, second)); /* whatever its port */
    second[1] = 'B';
    assert_true(msk_bootstrap_has(&servers, second));
    begin("{\"clusterInfo\":{\"clusterName\":\"s\",\"clusterType\":\"SERVERLESS\",\"state\":"
          "\"ACTIVE\",\"provisioned\":null,\"serverless\":{\"vpcConfigs\":[{\"subnetIds\":["
          "\"subnet-1\","
          "\"subnet-2\"],\"securityGroupIds\":[\"sg-1\"]},{\"subnetIds\":[\"subnet-3\"]}],"
          "\"clientAuthentication\":{\"sasl\":{"
          "\"iam\":{\"enabled\":true}}}}}}");
    assert_int_equal(msk_describe_cluster(&client, &keys, CLUSTER, &one, NULL), PT_OK);
    check_sent(0, "DescribeClusterV2", 0);
    assert_true(one.has_iam);
    assert_int_equal(one.n_brokers, -1);
    assert_int_equal(one.n_vpcs, 2);
    assert_string_equal(one.vpcs[0].subnets, "subnet-1,subnet-2");
    assert_string_equal(one.vpcs[0].security_groups, "sg-1");
    assert_string_equal(one.vpcs[1].subnets, "subnet-3");
    assert_string_equal(one.vpcs[1].security_groups, "");
    begin("{\"nodeInfoList\":[{\"instanceType\":\"kafka.m5.large\",\"brokerNodeInfo\":{"
          "\"brokerId\":1.0,\"endpoints\":[\"b-1.x\"],\"clientSubnet\":\"subnet-1\"}}]}");
    assert_int_equal(msk_list_nodes(&client, &keys, CLUSTER, &nodes, NULL), PT_OK);
    check_sent(0, "ListNodes", 0);
    assert_int_equal(nodes.n, 1);
    assert_int_equal(nodes.items[0].broker_id, 1);
    assert_string_equal(nodes.items[0].endpoint, "b-1.x");
    msk_nodes_done(&nodes);
}

/* A cluster is its whole name's: what another name begins with is another cluster. */
static void a_part_of_a_name_is_no_cluster(void **state)
{
    char arn[AWS_ARN_MAX];
    struct pt_error err;
    (void)state;
    begin("{\"clusterInfoList\":[{\"clusterName\":\"prod-eu-legacy\",\"clusterArn\":\"arn:legacy\"}"
          "]}");
    bodies[1] = bodies[0];
    n_bodies = 2;
    assert_int_equal(msk_find(&client, &keys, "prod", arn, sizeof arn, &err), PT_ENOTFOUND);
    assert_non_null(strstr(fake.calls[0].url, "clusterNameFilter=prod"));
    assert_non_null(strstr(err.what, "prod-eu-legacy only begins with this name"));
    assert_non_null(strstr(err.fix, "Use one of these clusters: prod-eu-legacy"));
    begin("{\"clusterInfoList\":[{\"clusterName\":\"prod-eu\",\"clusterArn\":\"arn:eu\"},"
          "{\"clusterName\":\"prod\",\"clusterArn\":\"arn:prod\"}]}");
    assert_int_equal(msk_find(&client, &keys, "prod", arn, sizeof arn, &err), PT_OK);
    assert_string_equal(arn, "arn:prod");
    assert_int_equal(fake.n_calls, 1);
    begin("{}");
    assert_int_equal(msk_find(&client, &keys, CLUSTER, arn, sizeof arn, &err), PT_OK);
    assert_string_equal(arn, CLUSTER);
    assert_int_equal(fake.n_calls, 0);
}

static void pages_are_followed(void **state)
{
    struct mskc_connectors all;
    struct msk_clusters clusters;
    (void)state;
    begin(fixture("ListConnectors, two pages (1st)"));
    bodies[1] = fixture("ListConnectors, last page: nextToken null");
    n_bodies = 2;
    assert_int_equal(mskc_list(&client, &keys, "0a1b", 100, &all, NULL), PT_OK);
    check_sent(0, "ListConnectors", 0);
    assert_int_equal(fake.n_calls, 2);
    assert_non_null(strstr(fake.calls[1].url, "nextToken="));
    assert_int_equal(all.n, 2);
    assert_string_equal(all.items[0].name, "0a1b-s3-connector");
    assert_string_equal(all.items[1].name, "0a1b-other");
    assert_false(all.is_truncated);
    mskc_connectors_done(&all);
    begin("{\"clusterInfoList\":[{\"clusterName\":\"a\"},{\"clusterName\":\"b\"}],"
          "\"nextToken\":\"x\"}");
    assert_int_equal(msk_list_clusters(&client, &keys, NULL, 3, &clusters, NULL), PT_OK);
    assert_int_equal(clusters.n, 3);
    assert_true(clusters.is_truncated);
    msk_clusters_done(&clusters);
}

/* ------------------------------------------------------------------ MSK Connect */

static void connectors_are_described(void **state)
{
    struct mskc_connector connector;
    (void)state;
    begin(fixture("DescribeConnector, running"));
    assert_int_equal(mskc_describe(&client, &keys, CONNECTOR, &connector, NULL), PT_OK);
    check_sent(0, "DescribeConnector", 0);
    assert_string_equal(connector.state, "RUNNING");
    assert_string_equal(connector.connect_version, "3.7.x");
    assert_string_equal(connector.auth, "IAM");
    assert_int_equal(connector.mcu, 1);
    assert_int_equal(connector.workers, 1);
    assert_true(connector.n_settings > 0);
    mskc_connector_done(&connector);
    begin(fixture("DescribeConnector, failed, unknown"));
    assert_int_equal(mskc_describe(&client, &keys, CONNECTOR, &connector, NULL), PT_OK);
    assert_string_equal(connector.state, "FAILED");
    assert_string_equal(connector.code, "UnknownError.Unknown");
    mskc_connector_done(&connector);
}

static void connectors_are_changed(void **state)
{
    struct mskc_change change;
    cJSON *body = NULL;
    const cJSON *o;
    (void)state;
    cJSON_ArrayForEach(o, json_find(requests, "requests"))
    {
        const char *text = json_get(o, "body");
        if (strcmp(json_get(o, "operation"), "CreateConnector") == 0)
            assert_int_equal(json_parse(text, strlen(text), &body, NULL), PT_OK);
    }
    begin(fixture("CreateConnector"));
    assert_int_equal(mskc_create(&client, &keys, body, &change, NULL), PT_OK);
    check_sent(0, "CreateConnector", 0);
    assert_string_equal(change.state, "CREATING");
    json_free(body);
    static const char capacity[] =
        "{\"capacity\":{\"provisionedCapacity\":{\"mcuCount\":2,\"workerCount\":1}}}";
    assert_int_equal(json_parse(capacity, strlen(capacity), &body, NULL), PT_OK);
    begin(fixture("UpdateConnector"));
    assert_int_equal(mskc_update(&client, &keys, CONNECTOR, "K3AEGXETSR30VB", body, &change, NULL),
                     PT_OK);
    check_sent(0, "UpdateConnector", 1);
    assert_string_equal(change.operation_arn, OPERATION);
    json_free(body);
    begin(fixture("DeleteConnector"));
    assert_int_equal(mskc_delete(&client, &keys, CONNECTOR, &change, NULL), PT_OK);
    assert_string_equal(fake.calls[0].method, "DELETE");
    begin("{}");
    assert_int_equal(mskc_pause(&client, &keys, CONNECTOR, &change, NULL), PT_OK);
    check_sent(0, "PauseConnector", 0);
    assert_int_equal(mskc_resume(&client, &keys, CONNECTOR, &change, NULL), PT_OK);
    check_sent(1, "ResumeConnector", 0);
    assert_int_equal(mskc_restart(&client, &keys, CONNECTOR, false, &change, NULL), PT_OK);
    check_sent(2, "RestartConnector", 0);
    assert_int_equal(mskc_restart(&client, &keys, CONNECTOR, true, &change, NULL), PT_OK);
    assert_non_null(strstr(fake.calls[3].url, "/restart?onlyFailedTasks=true"));
}

static void operations_and_plugins_are_read(void **state)
{
    struct mskc_operations operations;
    struct mskc_operation operation;
    struct mskc_plugins plugins;
    struct mskc_plugin plugin;
    struct mskc_change change;
    (void)state;
    begin(fixture("ListConnectorOperations"));
    assert_int_equal(mskc_list_operations(&client, &keys, CONNECTOR, 20, &operations, NULL), PT_OK);
    assert_int_equal(operations.n, 1);
    assert_string_equal(operations.items[0].state, "ROLLBACK_COMPLETE");
    assert_int_equal(operations.items[0].ended_ms - operations.items[0].created_ms, 540000);
    mskc_operations_done(&operations);
    begin(
        "{\"connectorOperationState\":\"UPDATE_FAILED\",\"errorInfo\":{\"code\":\"C\",\"message\":"
        "\"m\"},\"operationSteps\":[{\"stepType\":\"INITIALIZE_UPDATE\",\"stepState\":"
        "\"COMPLETED\"},{\"stepType\":\"VALIDATE_UPDATE\",\"stepState\":\"FAILED\"}]}");
    assert_int_equal(mskc_describe_operation(&client, &keys, OPERATION, &operation, NULL), PT_OK);
    check_sent(0, "DescribeConnectorOperation", 0);
    assert_string_equal(operation.step, "VALIDATE_UPDATE");
    assert_string_equal(operation.step_state, "FAILED");
    begin("{\"customPlugins\":[{\"name\":\"p\",\"customPluginState\":\"ACTIVE\"}]}");
    assert_int_equal(mskc_list_plugins(&client, &keys, "0a1b", 10, &plugins, NULL), PT_OK);
    check_sent(0, "ListCustomPlugins", 0);
    assert_int_equal(plugins.n, 1);
    mskc_plugins_done(&plugins);
    begin(fixture("DescribeCustomPlugin, active"));
    assert_int_equal(mskc_describe_plugin(&client, &keys, PLUGIN, &plugin, NULL), PT_OK);
    assert_int_equal(plugin.file_bytes, 26418432);
    assert_string_equal(plugin.file_md5, "9e107d9d372bb6826bd81d3542a419d6");
    begin(fixture("CreateCustomPlugin"));
    assert_int_equal(mskc_create_plugin(&client, &keys, "0a1b-plugin",
                                        "arn:aws:s3:::user-0a1b-bucket",
                                        "kafka-connect-s3/confluentinc-kafka-connect-s3-10.0.3.zip",
                                        &change, NULL),
                     PT_OK);
    check_sent(0, "CreateCustomPlugin", 0);
    assert_int_equal(change.revision, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sts_is_called_as_botocore_does),  cmocka_unit_test(msk_clusters_are_read),
        cmocka_unit_test(a_part_of_a_name_is_no_cluster),  cmocka_unit_test(pages_are_followed),
        cmocka_unit_test(connectors_are_described),        cmocka_unit_test(connectors_are_changed),
        cmocka_unit_test(operations_and_plugins_are_read),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
