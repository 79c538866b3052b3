/* The calls of S3, SSM, EC2, IAM, CloudWatch and its logs against what botocore sends and reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "aws/cloudwatch.h"
#include "aws/ec2.h"
#include "aws/iam.h"
#include "aws/logs.h"
#include "aws/mskconnect.h"
#include "aws/s3_upload.h"
#include "aws/ssm.h"
#include "aws_calls.h"
#include "fake_aws.h"
#include "scratch.h"

/* ------------------------------------------------------------------ S3 */

static void objects_are_listed_and_read(void **state)
{
    struct s3_bucket bucket = {.name = "user-0a1b-bucket"};
    struct s3_listing list;
    struct s3_object object;
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

/* A file of that many zeros. One static buffer. */
static const char *zeros(int bytes)
{
    static char path[128];
    snprintf(path, sizeof path, "%s", scratch_path("plugin.zip"));
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), bytes), 0);
    fclose(file);
    return path;
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
    const char *path = zeros((17 << 20) + 5);
    int n = -10;
    (void)state;
    begin("<R><UploadId>an/id</UploadId></R>");
    assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", path, count_parts, &n, &err),
                     PT_OK);
    assert_int_equal(fake.n_calls, 6); /* look for an earlier one, create, three parts, complete */
    assert_non_null(strstr(fake.calls[4].url, "partNumber=3&uploadId=an%2Fid"));
    assert_non_null(
        strstr(fake.calls[5].body, "<Part><PartNumber>3</PartNumber><ETag>\"abc\"</ETag></Part>"));
    assert_int_equal(n, -7);
    n = 1; /* told to stop after the second: what was sent is taken back */
    begin("<R><UploadId>an/id</UploadId></R>");
    assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", path, count_parts, &n, &err),
                     PT_ECANCELLED);
    assert_string_equal(fake.calls[fake.n_calls - 1].method, "DELETE");
    assert_string_equal(err.fix, "Nothing of it is left in the bucket");
    begin("<Error><Code>InternalError</Code><Message>m</Message></Error>");
    n = -10;
    assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", path, count_parts, &n, &err),
                     PT_ESERVER); /* an error inside a 200 */
    assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", "/nonexistent", NULL, NULL, &err),
                     PT_EIO);
}

/* Of 17 MiB and 5 bytes of zeros in parts of 8 MiB. */
#define BIG_ETAG "\"7ad565ded69aa20cbd21377aac82b116-3\""

static const struct lost_end {
    const char *etag; /* NULL: there is no such object */
    const char *key;  /* the header that tells of a key of its own; NULL none */
    bool is_known;    /* the upload, still */
    int status;       /* of the gateway that answers instead; 0: nothing does */
    pt_code code;
} LOST_ENDS[] = {
    {"ETag: " BIG_ETAG, NULL,                                    false, 0,   PT_OK     },
    {"ETag: \"abc-3\"", NULL,                                    false, 0,   PT_EIO    }, /* an older file of this size */
    {"ETag: \"abc-3\"", "x-amz-server-side-encryption: AES256",  false, 0,   PT_EIO    },
    {"ETag: \"abc-3\"", "x-amz-server-side-encryption: aws:kms", false, 0,   PT_OK     },
    {"ETag: \"abc-3\"", "x-amz-server-side-encryption: aws:kms", true,  0,   PT_EIO    },
    {"ETag: \"abc-2\"", "x-amz-server-side-encryption: aws:kms", false, 0,   PT_EIO    },
    {NULL,              NULL,                                    false, 0,   PT_EIO    },
    {"ETag: " BIG_ETAG, NULL,                                    false, 502, PT_OK     },
    {NULL,              NULL,                                    false, 502, PT_ESERVER},
};
static const struct lost_end *lost_end;

/* The upload is completed, and nobody hears of it; HEAD then tells what became of it. */
static pt_code lose_the_end(struct fake_aws *aws, size_t n, struct http_answer *out,
                            struct pt_error *err)
{
    const struct fake_call *call = &aws->calls[n];
    if (strcmp(call->method, "HEAD") == 0) {
        if (lost_end->etag == NULL)
            return fake_answer(out, 404, "");
        fake_answer_header(out, lost_end->etag);
        fake_answer_header(out, "Content-Length: 17825797");
        if (lost_end->key != NULL)
            fake_answer_header(out, lost_end->key);
        return fake_answer(out, 200, "");
    }
    if (strcmp(call->method, "GET") == 0 && strstr(call->url, "uploadId=") != NULL)
        return lost_end->is_known
                   ? fake_answer(out, 200, "<R/>")
                   : fake_answer(out, 404,
                                 "<Error><Code>NoSuchUpload</Code><Message>m</Message></Error>");
    if (strstr(call->body, "<CompleteMultipartUpload") == NULL)
        return answer(aws, n, out, err);
    if (lost_end->status != 0) {
        fake_answer_header(out, "Content-Type: text/html");
        return fake_answer(out, lost_end->status, "<html>Bad Gateway</html>");
    }
    out->was_sent = true;
    pt_error_set(err, PT_EIO, NULL, "h: the connection broke");
    err->is_retriable = true;
    return PT_EIO;
}

static void a_lost_end_of_an_upload_is_looked_up(void **state)
{
    struct s3_bucket bucket = {.name = "b"};
    const char *path = zeros((17 << 20) + 5);
    (void)state;
    for (size_t i = 0; i < sizeof LOST_ENDS / sizeof *LOST_ENDS; i++) {
        struct pt_error err;
        begin("<R><UploadId>an/id</UploadId></R>");
        fake.answer = lose_the_end;
        lost_end = &LOST_ENDS[i];
        pt_code code = s3_upload(&client, &keys, &bucket, "p.zip", path, NULL, NULL, &err);
        if (code != LOST_ENDS[i].code)
            fail_msg("row %zu: %d", i, code);
        int completed = 0, taken_back = 0;
        for (size_t k = 0; k < fake.n_calls; k++) {
            completed += strstr(fake.calls[k].body, "<CompleteMultipartUpload") != NULL;
            taken_back += strcmp(fake.calls[k].method, "DELETE") == 0;
            if (strstr(fake.calls[k].body, "<CompleteMultipartUpload") != NULL)
                assert_int_equal(fake.calls[k].call_ms, S3_WRITE_MS);
        }
        assert_int_equal(completed, 1);  /* never a second time */
        assert_int_equal(taken_back, 0); /* S3 may be joining them now */
    }
}

static bool is_way_broken;

/* One part of an earlier upload of 17 MiB of zeros, and the way to S3, which may break at the
 * second. */
static pt_code be_resumed(struct fake_aws *aws, size_t n, struct http_answer *out,
                          struct pt_error *err)
{
    const struct fake_call *call = &aws->calls[n];
    if (strstr(call->url, "uploads=&encoding-type") != NULL)
        return fake_answer(out, 200,
                           is_way_broken
                               ? "<R></R>"
                               : "<R><Upload><Key>other.zip</Key><UploadId>o</UploadId></Upload>"
                                 "<Upload><Key>p.zip</Key><UploadId>theirs</UploadId></Upload>"
                                 "<Upload><Key>p.zip</Key><UploadId>ours</UploadId></Upload></R>");
    if (strcmp(call->method, "GET") == 0 && strstr(call->url, "uploadId=theirs") != NULL)
        return fake_answer(out, 200,
                           "<R><Part><PartNumber>1</PartNumber><ETag>\"00\"</ETag></Part></R>");
    if (strcmp(call->method, "GET") == 0)
        return fake_answer(out, 200,
                           "<R><Part><PartNumber>1</PartNumber><ETag>"
                           "\"96995b58d4cbf6aaa9041b4f00c7f6ae\"</ETag></Part></R>");
    if (is_way_broken && strstr(call->url, "partNumber=2") != NULL)
        return pt_error_set(err, PT_EUNREACHABLE, NULL, "h: no route");
    return answer(aws, n, out, err);
}

static void an_upload_that_was_cut_off_is_resumed(void **state)
{
    struct s3_bucket bucket = {.name = "b"};
    struct pt_error err;
    const char *path = zeros((17 << 20) + 5);
    (void)state;
    is_way_broken = true;
    begin("<R><UploadId>ours</UploadId></R>");
    fake.answer = be_resumed;
    assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", path, NULL, NULL, &err),
                     PT_EUNREACHABLE);
    for (size_t k = 0; k < fake.n_calls; k++)
        assert_string_not_equal(fake.calls[k].method, "DELETE"); /* the first part stays */
    is_way_broken = false;
    begin("<R><UploadId>new</UploadId></R>");
    fake.answer = be_resumed;
    assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", path, NULL, NULL, &err), PT_OK);
    assert_int_equal(fake.n_calls, 6); /* list, two lists of parts, two parts, complete */
    assert_non_null(strstr(fake.calls[3].url, "partNumber=2&uploadId=ours"));
    assert_non_null(strstr(fake.calls[5].body, "<Part><PartNumber>1</PartNumber><ETag>\"96995b58"));
    assert_non_null(strstr(fake.calls[5].body, "<PartNumber>3</PartNumber>"));
}

static bool cut_the_file(void *arg, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    return truncate(arg, 1) == 0;
}

static void a_file_that_cannot_be_read_on_leaves_no_parts(void **state)
{
    struct s3_bucket bucket = {.name = "b"};
    struct pt_error err;
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s", zeros((17 << 20) + 5));
    begin("<R><UploadId>an/id</UploadId></R>");
    assert_int_equal(s3_upload(&client, &keys, &bucket, "p.zip", path, cut_the_file, path, &err),
                     PT_EIO);
    assert_string_equal(fake.calls[fake.n_calls - 1].method, "DELETE");
}

static void a_file_is_known_again_by_its_etag(void **state)
{
    (void)state;
    static const struct {
        int bytes;
        const char *etag;
    } rows[] = {
        {0,              "\"d41d8cd98f00b204e9800998ecf8427e\""},
        {5,              "\"ca9c491ac66b2c62500882e93f3719a8\""},
        {(17 << 20) + 5, NULL                                  },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct s3_object object = {.bytes = rows[i].bytes};
        const char *path = zeros(rows[i].bytes);
        snprintf(object.etag, sizeof object.etag, "%s",
                 rows[i].etag != NULL ? rows[i].etag : BIG_ETAG);
        assert_true(s3_is_file(&object, path));
        object.etag[1] ^= 1;
        assert_false(s3_is_file(&object, path));
        object.etag[1] ^= 1;
        object.bytes++;
        assert_false(s3_is_file(&object, path));
    }
    assert_false(s3_is_file(&(struct s3_object){0}, "/nonexistent"));
    struct stat folder;
    assert_int_equal(stat("/", &folder), 0);
    assert_false(s3_is_file(&(struct s3_object){.bytes = folder.st_size}, "/"));
}

/* ------------------------------------------------------------------ the others */

static void ssm_is_read(void **state)
{
    struct ssm_parameter parameter;
    struct ssm_list list;
    (void)state;
    begin("{\"Parameter\":{\"Type\":\"SecureString\",\"Value\":\"-----BEGIN\",\"Version\":3,"
          "\"LastModifiedDate\":1767323045.5}}");
    assert_int_equal(ssm_get_parameter(&client, &keys, "/0a1b/db/password", &parameter, NULL),
                     PT_OK);
    check_sent(0, "GetParameter", 0);
    assert_string_equal(parameter.value, "-----BEGIN");
    assert_int_equal(parameter.modified_ms, INT64_C(1767323045500));
    ssm_parameter_done(&parameter);
    begin("{\"Parameters\":[{\"Name\":\"/ec2/keypair/key-1\",\"Type\":\"SecureString\"}],"
          "\"NextToken\":\"next\"}");
    bodies[n_bodies++] = "{\"Parameters\":[{\"Name\":\"/ec2/keypair/key-2\"}]}";
    assert_int_equal(ssm_describe_parameters(&client, &keys, "/ec2/keypair/", 10, &list, NULL),
                     PT_OK);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.items[0].type, "SecureString");
    assert_string_equal(list.items[1].name, "/ec2/keypair/key-2");
    assert_non_null(strstr(fake.calls[1].body, "\"NextToken\":\"next\""));
    assert_non_null(strstr(fake.calls[0].body,
                           "{\"Key\":\"Name\",\"Option\":\"BeginsWith\",\"Values\":[\"/ec2/"
                           "keypair/\"]}"));
    ssm_list_done(&list);
}

static void ec2_and_iam_are_read(void **state)
{
    struct ec2_instances hosts;
    struct ec2_key_pairs pairs;
    struct iam_role role;
    const struct ec2_filter filter = {"key-name", "0a1b-key-pair"};
    (void)state;
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
    assert_int_equal(ec2_describe_key_pairs(&client, &keys, &pairs, NULL), PT_OK);
    assert_string_equal(fake_call_param(&fake.calls[0], "Action"), "DescribeKeyPairs");
    assert_int_equal(pairs.n, 1);
    assert_string_equal(pairs.items[0].fingerprint, "1f:51");
    ec2_key_pairs_done(&pairs);
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
    struct logs_events events;
    const struct cw_query query = {.id = "m0",
                                   .space = "AWS/KafkaConnect",
                                   .metric = "SinkRecordReadRate",
                                   .dimensions = {{"ConnectorName", "0a1b-s3-connector"}},
                                   .period_s = 60,
                                   .stat = "Average"};
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
        cmocka_unit_test(objects_are_listed_and_read),
        cmocka_unit_test(a_bucket_elsewhere_is_found_there),
        cmocka_unit_test(a_large_file_goes_in_parts),
        cmocka_unit_test(a_lost_end_of_an_upload_is_looked_up),
        cmocka_unit_test(an_upload_that_was_cut_off_is_resumed),
        cmocka_unit_test(a_file_that_cannot_be_read_on_leaves_no_parts),
        cmocka_unit_test(a_file_is_known_again_by_its_etag),
        cmocka_unit_test(ssm_is_read),
        cmocka_unit_test(ec2_and_iam_are_read),
        cmocka_unit_test(metrics_and_logs_are_read),
        cmocka_unit_test(the_newest_log_lines_are_put_in_order),
        cmocka_unit_test(answers_of_another_shape_do_no_harm),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
