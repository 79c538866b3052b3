/* The service calls against what botocore sends (tests/data/aws/signed_requests.json: method, URL,
 * target, body) and what it reads out of recorded answers (response_fixtures.json). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "aws/cloudwatch.h"
#include "aws/ec2.h"
#include "aws/iam.h"
#include "aws/json.h"
#include "aws/logs.h"
#include "aws/msk.h"
#include "aws/mskconnect.h"
#include "aws/s3.h"
#include "aws/ssm.h"
#include "aws/sts.h"
#include "fake_aws.h"
#include "pintop/stream.h"
#include "scratch.h"

#define CONNECTOR                                                                                  \
    "arn:aws:kafkaconnect:us-east-1:123456789012:connector/0a1b-s3-connector/"                     \
    "b2c3d4e5-6789-0abc-def1-22222EXAMPLE-4"
#define OPERATION                                                                                  \
    "arn:aws:kafkaconnect:us-east-1:123456789012:connector-operation/0a1b-s3-connector/"           \
    "b2c3d4e5-6789-0abc-def1-22222EXAMPLE-4/c3d4e5f6-7890-abcd-ef12-33333EXAMPLE"
#define PLUGIN                                                                                     \
    "arn:aws:kafkaconnect:us-east-1:123456789012:custom-plugin/0a1b-plugin/"                       \
    "c3d4e5f6-7890-abcd-ef12-33333EXAMPLE-4"
#define CLUSTER                                                                                    \
    "arn:aws:kafka:us-east-1:123456789012:cluster/pinterest-msk-cluster/"                          \
    "a1b2c3d4-5678-90ab-cdef-11111EXAMPLE-7"

static struct fake_aws fake;
static struct aws_client client;
static struct aws_keys keys;
static cJSON *requests, *fixtures;
static const char *bodies[4]; /* of the answers, in turn; the last one again and again */
static size_t n_bodies;

static pt_code answer(struct fake_aws *aws, size_t n, struct http_answer *out, struct pt_error *err)
{
    (void)aws, (void)err;
    fake_answer_header(out, "ETag: \"abc\"");
    return fake_answer(out, 200, bodies[n < n_bodies ? n : n_bodies - 1]);
}

static void begin(const char *body)
{
    const struct aws_options options = {.region = "us-east-1"};
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    memset(&fake, 0, sizeof fake);
    fake.now_ms = INT64_C(1767323045000);
    fake.answer = answer;
    bodies[0] = body;
    n_bodies = 1;
    aws_client_done(&client);
    aws_client_init(&client, &world, &net, &options);
    assert_int_equal(aws_client_load(&client, NULL), PT_OK);
    aws_keys_set(&keys, json_get(requests, "access_key_id"),
                 json_get(requests, "secret_access_key"), json_get(requests, "session_token"));
}

static cJSON *read_json(const char *path)
{
    char *text = NULL;
    size_t len = 0;
    cJSON *json;
    FILE *in = fopen(path, "re");
    assert_non_null(in);
    ssize_t n = getdelim(&text, &len, '\0', in);
    fclose(in);
    assert_int_equal(json_parse(text, (size_t)n, &json, NULL), PT_OK);
    free(text);
    return json;
}

static int setup(void **state)
{
    requests = read_json("tests/data/aws/signed_requests.json");
    fixtures = read_json("tests/data/aws/response_fixtures.json");
    return scratch_make(state);
}

static int teardown(void **state)
{
    json_free(requests);
    json_free(fixtures);
    aws_client_done(&client);
    aws_keys_done(&keys);
    return scratch_remove(state);
}

static const char *fixture(const char *name)
{
    const cJSON *o;
    cJSON_ArrayForEach(o, json_find(fixtures, "fixtures"))
    {
        if (strcmp(json_get(o, "name"), name) == 0)
            return json_get(o, "body");
    }
    fail_msg("no fixture %s", name);
    return NULL;
}

/* ------------------------------------------------------------------ what was sent */

static bool is_same_form(const char *a, const char *b)
{
    char text[4096];
    if (strlen(a) != strlen(b))
        return false;
    snprintf(text, sizeof text, "&%s&", b);
    for (const char *at = a; *at != '\0';) {
        char pair[2048];
        size_t n = strcspn(at, "&");
        snprintf(pair, sizeof pair, "&%.*s&", (int)n, at);
        if (strstr(text, pair) == NULL)
            return false;
        at += n + (at[n] == '&');
    }
    return true;
}

static bool is_same_body(const char *ours, const char *theirs)
{
    cJSON *a, *b;
    if (theirs == NULL)
        return ours[0] == '\0';
    if (theirs[0] != '{')
        return strcmp(ours, theirs) == 0 || is_same_form(ours, theirs);
    bool is_same = json_parse(ours, strlen(ours), &a, NULL) == PT_OK &&
                   json_parse(theirs, strlen(theirs), &b, NULL) == PT_OK && cJSON_Compare(a, b, 1);
    json_free(a);
    json_free(b);
    return is_same;
}

/* The order of a query's parameters is free. */
static bool is_same_url(const char *ours, const char *theirs)
{
    size_t a = strcspn(ours, "?"), b = strcspn(theirs, "?");
    return a == b && strncmp(ours, theirs, a) == 0 &&
           (ours[a] == '\0' ? theirs[b] == '\0' : is_same_form(ours + a + 1, theirs + b + 1));
}

/* The call number n is what botocore sends for the nth recorded request of that operation. */
static void check_sent(size_t n, const char *operation, int nth)
{
    const struct fake_call *call = &fake.calls[n];
    const cJSON *o;
    cJSON_ArrayForEach(o, json_find(requests, "requests"))
    {
        if (strcmp(json_get(o, "operation"), operation) != 0 || nth-- > 0)
            continue;
        const cJSON *headers = json_find(o, "headers");
        const char *target = cJSON_GetStringValue(cJSON_GetObjectItem(headers, "X-Amz-Target"));
        const char *type = cJSON_GetStringValue(cJSON_GetObjectItem(headers, "Content-Type"));
        assert_string_equal(call->method, json_get(o, "method"));
        if (!is_same_url(call->url, json_get(o, "url")))
            fail_msg("%s: %s, should be %s", operation, call->url, json_get(o, "url"));
        if (!is_same_body(call->body, json_get(o, "body")))
            fail_msg("%s: %s, should be %s", operation, call->body, json_get(o, "body"));
        assert_string_equal(fake_call_header(call, "x-amz-target"), target != NULL ? target : "");
        if (type != NULL)
            assert_string_equal(fake_call_header(call, "content-type"), type);
        return;
    }
    fail_msg("no recorded %s", operation);
}

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
    assert_non_null(strstr(err.what, "prod-eu-legacy begins with this name"));
    assert_non_null(strstr(err.fix, "There are: prod-eu-legacy"));
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
    begin("{}");
    assert_int_equal(mskc_create_worker_config(
                         &client, &keys, "confluent-worker",
                         "key.converter=org.apache.kafka.connect.storage.StringConverter\n",
                         &change, NULL),
                     PT_OK);
    check_sent(0, "CreateWorkerConfiguration", 0);
}

/* ------------------------------------------------------------------ S3 */

static void objects_are_listed_and_read(void **state)
{
    struct s3_bucket bucket = {.name = "user-0a1b-bucket"};
    struct s3_listing list;
    struct s3_object object;
    char *data;
    size_t len;
    (void)state;
    begin(fixture("s3 ListObjectsV2 page"));
    assert_int_equal(
        s3_list(&client, &keys, &bucket, "topics/0a1b.pin/", "/", NULL, 2, &list, NULL), PT_OK);
    assert_non_null(strstr(fake.calls[0].url, "https://user-0a1b-bucket.s3.us-east-1.amazonaws.com/"
                                              "?list-type=2"));
    assert_string_equal(list.objects[0].key, "topics/0a1b.pin/partition=0/"
                                             "0a1b.pin+0+0000000000.json");
    assert_int_equal(list.objects[0].bytes, 8);
    assert_int_equal(list.objects[0].modified_ms, INT64_C(1767323045000));
    assert_string_equal(list.prefixes[0], "topics/0a1b.geo/");
    assert_true(list.is_truncated);
    s3_listing_done(&list);
    begin("hello");
    assert_int_equal(s3_get(&client, &keys, &bucket,
                            "topics/0a1b.pin/partition=0/0a1b.pin+0+0000000000.json", 100, &data,
                            &len, NULL),
                     PT_OK);
    assert_non_null(strstr(fake.calls[0].url, "/partition%3D0/0a1b.pin%2B0%2B0000000000.json"));
    assert_int_equal(len, 5);
    assert_string_equal(data, "hello");
    assert_string_equal(fake_call_header(&fake.calls[0], "x-amz-content-sha256"),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    free(data);
    begin("");
    assert_int_equal(s3_head_object(&client, &keys, &bucket, "k", &object, NULL), PT_OK);
    assert_string_equal(object.etag, "\"abc\"");
}

static pt_code be_elsewhere(struct fake_aws *aws, size_t n, struct http_answer *out,
                            struct pt_error *err)
{
    (void)err;
    if (strstr(fake_call_header(&aws->calls[n], "authorization"), "/eu-west-1/s3/") != NULL)
        return fake_answer(out, 200, "");
    fake_answer_header(out, "x-amz-bucket-region: eu-west-1");
    return fake_answer(out, 400, "");
}

static void a_bucket_elsewhere_is_found_there(void **state)
{
    struct s3_bucket bucket = {.name = "user-0a1b-bucket"};
    (void)state;
    begin("");
    fake.answer = be_elsewhere;
    assert_int_equal(s3_head_bucket(&client, &keys, &bucket, NULL), PT_OK);
    assert_string_equal(bucket.region, "eu-west-1");
    assert_int_equal(fake.n_calls, 2);
    assert_int_equal(s3_head_bucket(&client, &keys, &bucket, NULL), PT_OK);
    assert_int_equal(fake.n_calls, 3);
}

static bool count_parts(void *arg, int64_t done, int64_t total)
{
    int *n = arg;
    assert_true(done <= total);
    return ++*n < 3;
}

static void a_large_file_goes_in_parts(void **state)
{
    struct s3_bucket bucket = {.name = "b"};
    struct pt_error err;
    char path[128];
    int n = -10;
    (void)state;
    snprintf(path, sizeof path, "%s", scratch_path("plugin.zip"));
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), (17 << 20) + 5), 0);
    fclose(file);
    begin("<R><UploadId>an/id</UploadId></R>");
    assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", path, count_parts, &n, &err),
                     PT_OK);
    assert_int_equal(fake.n_calls, 5); /* create, three parts, complete */
    assert_non_null(strstr(fake.calls[3].url, "partNumber=3&uploadId=an%2Fid"));
    assert_non_null(
        strstr(fake.calls[4].body, "<Part><PartNumber>3</PartNumber><ETag>\"abc\"</ETag></Part>"));
    assert_int_equal(n, -7);
    n = 1; /* told to stop after the second: what was sent is taken back */
    begin("<R><UploadId>an/id</UploadId></R>");
    assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", path, count_parts, &n, &err),
                     PT_ECANCELLED);
    assert_string_equal(fake.calls[fake.n_calls - 1].method, "DELETE");
    begin("<Error><Code>InternalError</Code><Message>m</Message></Error>");
    n = -10;
    assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", path, count_parts, &n, &err),
                     PT_ESERVER); /* an error inside a 200 */
    assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", "/nonexistent", NULL, NULL, &err),
                     PT_EIO);
}

static const char *lost_etag;

/* The upload is completed, and nobody hears of it; HEAD then tells what became of it. */
static pt_code lose_the_end(struct fake_aws *aws, size_t n, struct http_answer *out,
                            struct pt_error *err)
{
    const struct fake_call *call = &aws->calls[n];
    if (strcmp(call->method, "HEAD") == 0) {
        if (lost_etag == NULL)
            return fake_answer(out, 404, "");
        fake_answer_header(out, lost_etag);
        fake_answer_header(out, "Content-Length: 17825797");
        return fake_answer(out, 200, "");
    }
    if (strstr(call->body, "<CompleteMultipartUpload") == NULL)
        return answer(aws, n, out, err);
    out->was_sent = true;
    pt_error_set(err, PT_EIO, NULL, "h: the connection broke");
    err->is_retriable = true;
    return PT_EIO;
}

static void a_lost_end_of_an_upload_is_looked_up(void **state)
{
    static const struct {
        const char *etag; /* NULL: there is no such object */
        pt_code code;
    } rows[] = {
        {"ETag: \"abc-3\"", PT_OK },
        {"ETag: \"abc-2\"", PT_EIO}, /* another's, of the same size */
        {NULL,              PT_EIO},
    };
    struct s3_bucket bucket = {.name = "b"};
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s", scratch_path("plugin.zip"));
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), (17 << 20) + 5), 0);
    fclose(file);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pt_error err;
        begin("<R><UploadId>an/id</UploadId></R>");
        fake.answer = lose_the_end;
        lost_etag = rows[i].etag;
        assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", path, NULL, NULL, &err),
                         rows[i].code);
        int completed = 0, taken_back = 0;
        for (size_t k = 0; k < fake.n_calls; k++) {
            completed += strstr(fake.calls[k].body, "<CompleteMultipartUpload") != NULL;
            taken_back += strcmp(fake.calls[k].method, "DELETE") == 0;
        }
        assert_int_equal(completed, 1); /* never a second time */
        assert_int_equal(taken_back, rows[i].code != PT_OK);
    }
}

/* ------------------------------------------------------------------ the others */

static void ssm_ec2_and_iam_are_read(void **state)
{
    struct ssm_parameter parameter;
    struct ec2_instances hosts;
    struct ec2_key_pair pair;
    struct iam_role role;
    const struct ec2_filter filter = {"key-name", "0a1b-key-pair"};
    (void)state;
    begin("{\"Parameter\":{\"Type\":\"SecureString\",\"Value\":\"-----BEGIN\",\"Version\":3,"
          "\"LastModifiedDate\":1767323045.5}}");
    assert_int_equal(ssm_get_parameter(&client, &keys, "/0a1b/db/password", &parameter, NULL),
                     PT_OK);
    check_sent(0, "GetParameter", 0);
    assert_string_equal(parameter.value, "-----BEGIN");
    assert_int_equal(parameter.modified_ms, INT64_C(1767323045500));
    ssm_parameter_done(&parameter);
    begin("<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1"
          "</instanceId><instanceState><name>running</name></instanceState><keyName>k</keyName>"
          "<dnsName>ec2-1.amazonaws.com</dnsName><tagSet><item><key>x</key><value>y</value></item>"
          "<item><key>Name</key><value>0a1b</value></item></tagSet></item></instancesSet></item>"
          "</reservationSet></DescribeInstancesResponse>");
    assert_int_equal(ec2_describe_instances(&client, &keys, &filter, 1, 10, &hosts, NULL), PT_OK);
    check_sent(0, "DescribeInstances", 0);
    assert_int_equal(hosts.n, 1);
    assert_string_equal(hosts.items[0].state, "running");
    assert_string_equal(hosts.items[0].name, "0a1b");
    ec2_instances_done(&hosts);
    begin("<DescribeKeyPairsResponse><keySet><item><keyName>k</keyName><keyFingerprint>1f:51"
          "</keyFingerprint></item></keySet></DescribeKeyPairsResponse>");
    assert_int_equal(ec2_describe_key_pair(&client, &keys, "k", &pair, NULL), PT_OK);
    assert_string_equal(pair.fingerprint, "1f:51");
    begin(fixture("iam GetRole"));
    assert_int_equal(iam_get_role(&client, &keys, "0a1b-ec2-access-role", &role, NULL), PT_OK);
    check_sent(0, "GetRole", 0);
    assert_non_null(strstr(role.trust, "\"Service\":\"kafkaconnect.amazonaws.com\""));
    begin("<UpdateAssumeRolePolicyResponse/>");
    assert_int_equal(iam_update_trust(&client, &keys, role.name, "{\"a\": 1}", NULL), PT_OK);
    assert_string_equal(fake_call_param(&fake.calls[0], "PolicyDocument"), "{\"a\": 1}");
    iam_role_done(&role);
}

static void metrics_and_logs_are_read(void **state)
{
    struct cw_data data;
    struct cw_metrics metrics;
    struct logs_events events;
    const struct cw_query query = {.id = "m0",
                                   .space = "AWS/KafkaConnect",
                                   .metric = "SinkRecordReadRate",
                                   .dimensions = {{"ConnectorName", "0a1b-s3-connector"}},
                                   .period_s = 60,
                                   .stat = "Average"};
    const struct cw_dimension cluster = {"Cluster Name", "pinterest-msk-cluster"};
    const struct logs_filter filter = {.group = "/msk-connect/0a1b",
                                       .stream_prefix = "0a1b-s3-connector",
                                       .start_ms = INT64_C(1767319445000),
                                       .end_ms = INT64_C(1767323045000),
                                       .pattern = "?ERROR ?FATAL ?WARN",
                                       .limit = 1000};
    (void)state;
    begin(fixture("GetMetricData, JSON protocol"));
    assert_int_equal(
        cw_get_metric_data(&client, &keys, &query, 1, 1767319445, 1767323045, &data, NULL), PT_OK);
    assert_string_equal(fake_call_header(&fake.calls[0], "x-amz-target"),
                        "GraniteServiceVersion20100801.GetMetricData");
    assert_true(data.n >= 1);
    assert_true(data.series[0].n >= 1);
    assert_true(data.series[0].times_ms[0] > INT64_C(1700000000000));
    cw_data_done(&data);
    begin("{\"Metrics\":[{\"MetricName\":\"SumOffsetLag\",\"Dimensions\":[{\"Name\":\"Topic\","
          "\"Value\":\"t\"}]}]}");
    assert_int_equal(cw_list_metrics(&client, &keys, "AWS/Kafka", "SumOffsetLag", &cluster, 1, 10,
                                     &metrics, NULL),
                     PT_OK);
    check_sent(0, "ListMetrics", 0);
    assert_string_equal(metrics.items[0].dimensions[0].value, "t");
    cw_metrics_done(&metrics);
    begin("{\"events\":[],\"nextToken\":\"n\"}"); /* empty, and there is more */
    bodies[1] = fixture("FilterLogEvents");
    bodies[2] = "{\"events\":[]}";
    n_bodies = 3;
    assert_int_equal(logs_filter_events(&client, &keys, &filter, &events, NULL), PT_OK);
    check_sent(0, "FilterLogEvents", 0);
    assert_true(fake.n_calls >= 2);
    assert_true(events.n >= 1);
    assert_true(events.items[0].time_ms > 0);
    logs_events_done(&events);
}

static void answers_of_another_shape_do_no_harm(void **state)
{
    static const char *const odd[] = {
        "{}",      "[]", "null", "{\"connectors\":{}}", "{\"connectors\":[null,1,\"x\",{}]}",
        "\"text\""};
    struct mskc_connectors all;
    struct mskc_connector one;
    struct cw_data data;
    struct logs_events events;
    const struct logs_filter filter = {.group = "g", .limit = 10};
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        begin(odd[i]);
        assert_int_equal(mskc_list(&client, &keys, NULL, 10, &all, NULL), PT_OK);
        mskc_connectors_done(&all);
        assert_int_equal(mskc_describe(&client, &keys, CONNECTOR, &one, NULL), PT_OK);
        mskc_connector_done(&one);
        assert_int_equal(cw_get_metric_data(&client, &keys, NULL, 0, 0, 1, &data, NULL), PT_OK);
        cw_data_done(&data);
        assert_int_equal(logs_filter_events(&client, &keys, &filter, &events, NULL), PT_OK);
        logs_events_done(&events);
    }
    begin("{\"connectors\":");
    assert_int_equal(mskc_list(&client, &keys, NULL, 10, &all, NULL), PT_EDATA);
}

/* From the end they come newest first, and are put in order; a service that doesn't know the word
 * answers oldest first, and they stay so. */
static void the_newest_log_lines_are_put_in_order(void **state)
{
    static const char *const answers[] = {
        "{\"events\":[{\"timestamp\":3,\"message\":\"c\"},{\"timestamp\":2,\"message\":\"b2\"},"
        "{\"timestamp\":2,\"message\":\"b1\"},{\"timestamp\":1,\"message\":\"a\"}]}",
        "{\"events\":[{\"timestamp\":1,\"message\":\"a\"},{\"timestamp\":2,\"message\":\"b1\"},"
        "{\"timestamp\":2,\"message\":\"b2\"},{\"timestamp\":3,\"message\":\"c\"}]}"};
    const struct logs_filter filter = {.group = "g", .limit = 10, .is_newest = true};
    struct logs_events events;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        begin(answers[i]);
        assert_int_equal(logs_filter_events(&client, &keys, &filter, &events, NULL), PT_OK);
        assert_non_null(strstr(fake.calls[0].body, "\"startFromHead\":false"));
        assert_int_equal(events.n, 4);
        assert_string_equal(events.items[0].text, "a");
        assert_string_equal(events.items[1].text, "b1");
        assert_string_equal(events.items[2].text, "b2");
        assert_string_equal(events.items[3].text, "c");
        logs_events_done(&events);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sts_is_called_as_botocore_does),
        cmocka_unit_test(msk_clusters_are_read),
        cmocka_unit_test(a_part_of_a_name_is_no_cluster),
        cmocka_unit_test(pages_are_followed),
        cmocka_unit_test(connectors_are_described),
        cmocka_unit_test(connectors_are_changed),
        cmocka_unit_test(operations_and_plugins_are_read),
        cmocka_unit_test(objects_are_listed_and_read),
        cmocka_unit_test(a_bucket_elsewhere_is_found_there),
        cmocka_unit_test(a_large_file_goes_in_parts),
        cmocka_unit_test(a_lost_end_of_an_upload_is_looked_up),
        cmocka_unit_test(ssm_ec2_and_iam_are_read),
        cmocka_unit_test(metrics_and_logs_are_read),
        cmocka_unit_test(the_newest_log_lines_are_put_in_order),
        cmocka_unit_test(answers_of_another_shape_do_no_harm),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
