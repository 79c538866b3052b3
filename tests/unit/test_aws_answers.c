/* What AWS answers, against what botocore's parser makes of it (tests/data/aws/
 * response_fixtures.json), and what is done about it: retries, the clock, regions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/call.h"
#include "aws/client.h"
#include "aws/sts.h"
#include "aws/xml.h"
#include "base/json.h"
#include "fake_aws.h"

static struct fake_aws fake;
static struct aws_client client;
static struct aws_keys keys;

static void begin(pt_code (*answer)(struct fake_aws *, size_t, struct http_answer *,
                                    struct pt_error *))
{
    const struct aws_options options = {.region = "us-east-1"};
    memset(&fake, 0, sizeof fake);
    fake.now_ms = INT64_C(1767323045000);
    fake.answer = answer;
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    aws_client_init(&client, &world, &net, &options);
    assert_int_equal(aws_client_load(&client, NULL), PT_OK);
    aws_keys_set(&keys, "AKID", "secret", NULL);
}

static int end(void **state)
{
    (void)state;
    aws_client_done(&client);
    aws_keys_done(&keys);
    return 0;
}

/* --- fixtures ----------------------------------------------------------------------------------
 */

static const struct aws_service *service_of(const char *name)
{
    static const struct aws_service *const all[] = {&aws_sts, &aws_msk,        &aws_mskconnect,
                                                    &aws_s3,  &aws_ssm,        &aws_ec2,
                                                    &aws_iam, &aws_cloudwatch, &aws_logs};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i]->key, name) == 0 || strcmp(all[i]->signing, name) == 0)
            return all[i];
    fail_msg("no service %s", name);
    return NULL;
}

static void put_answer(const cJSON *o, struct http_answer *answer)
{
    const cJSON *header;
    memset(answer, 0, sizeof *answer);
    fake_answer(answer, (int)json_int(o, "status", 0), json_get(o, "body"));
    cJSON_ArrayForEach(header, json_find(o, "headers"))
    {
        char line[512];
        snprintf(line, sizeof line, "%s: %s", header->string, header->valuestring);
        fake_answer_header(answer, line);
    }
}

static void check_fault(const cJSON *o)
{
    const char *name = json_get(o, "name"), *code = json_get(o, "parsed.Error.Code");
    const char *message = json_get(o, "parsed.Error.Message");
    const char *region = json_get(o, "parsed.Error.Region");
    struct http_answer answer;
    struct aws_fault fault;
    char cut[sizeof fault.message], plain[32];
    put_answer(o, &answer);
    aws_fault_decode(service_of(json_get(o, "service"))->protocol, &answer, &fault);
    /* Without a body botocore's code is the bare status. */
    if (code != NULL && code[0] >= '0' && code[0] <= '9') {
        snprintf(plain, sizeof plain, "HTTP %s", code);
        code = plain;
        message = NULL;
    }
    if (code == NULL || strcmp(fault.code, code) != 0)
        fail_msg("%s: code %s, should be %s", name, fault.code, code);
    snprintf(cut, sizeof cut, "%s", message != NULL ? message : "");
    if (strncmp(fault.message, cut, strlen(cut)) != 0)
        fail_msg("%s: message %s, should be %s", name, fault.message, cut);
    if (region != NULL)
        assert_string_equal(fault.region, region);
    http_answer_done(&answer);
}

static void all_recorded_faults_are_read(void **state)
{
    char *text = NULL;
    size_t len = 0;
    cJSON *json;
    const cJSON *o;
    int n_faults = 0, n_answers = 0;
    (void)state;
    FILE *in = fopen("tests/data/aws/response_fixtures.json", "re");
    assert_non_null(in);
    ssize_t n = getdelim(&text, &len, '\0', in);
    fclose(in);
    assert_int_equal(json_parse(text, (size_t)n, &json, NULL), PT_OK);
    cJSON_ArrayForEach(o, json_find(json, "fixtures"))
    {
        const char *body = json_get(o, "body");
        if (strcmp(json_get(o, "kind"), "error") == 0) {
            check_fault(o);
            n_faults++;
        } else if (body[0] == '{') {
            cJSON *answer;
            assert_int_equal(json_parse(body, strlen(body), &answer, NULL), PT_OK);
            json_free(answer);
            n_answers++;
        } else if (body[0] != '\0') {
            struct xml *answer;
            assert_int_equal(xml_parse(body, strlen(body), &answer, NULL), PT_OK);
            xml_free(answer);
            n_answers++;
        }
    }
    assert_true(n_faults >= 12);
    assert_int_equal(n_faults + n_answers, 34);
    json_free(json);
    free(text);
}

/* --- XML and JSON ------------------------------------------------------------------------------
 */

static pt_code parse_xml(const char *text, struct pt_error *err)
{
    struct xml *xml;
    pt_code code = xml_parse(text, strlen(text), &xml, err);
    xml_free(xml);
    return code;
}

static void xml_that_is_none_is_refused(void **state)
{
    struct pt_error err;
    char deep[64 * 1024];
    size_t used = 0;
    (void)state;
    assert_int_equal(parse_xml("", &err), PT_EDATA);
    assert_int_equal(parse_xml("<a><b></a>", &err), PT_EDATA);
    assert_int_equal(parse_xml("<a>cut", &err), PT_EDATA);
    assert_int_equal(parse_xml("<a/><a/>", &err), PT_EDATA);
    assert_int_equal(parse_xml("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", &err), PT_EDATA);
    assert_non_null(strstr(err.what, "document type"));
    for (int i = 0; i < 65; i++)
        used += (size_t)snprintf(deep + used, sizeof deep - used, "<a>");
    assert_int_equal(parse_xml(deep, &err), PT_EDATA);
    assert_non_null(strstr(err.what, "64 levels"));
}

static void xml_is_asked_by_paths(void **state)
{
    struct xml *xml;
    const char text[] = "\n <r xmlns='x'><n:a>1&amp;2</n:a><l><i>x</i><i>y</i></l><b/></r>";
    (void)state;
    assert_int_equal(xml_parse(text, strlen(text), &xml, NULL), PT_OK);
    const struct xml_node *item = xml_find(xml_root(xml), "l/i");
    assert_string_equal(xml_get(xml_root(xml), "a"), "1&2");
    assert_string_equal(item->text, "x");
    item = xml_next(item, "i");
    assert_string_equal(item->text, "y");
    assert_null(xml_next(item, "i"));
    assert_string_equal(xml_get(xml_root(xml), "b"), "");
    assert_null(xml_get(xml_root(xml), "l/none"));
    assert_null(xml_get(NULL, "a"));
    xml_free(xml);
}

static void json_that_is_none_is_refused(void **state)
{
    static const char *const bad[] = {"",     "{",    "{\"a\":1",    "{\"a\":1}x",
                                      "<p/>", "[1,]", "{\"a\":\"b}", "nul"};
    char deep[200];
    struct pt_error err;
    cJSON *json;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(json_parse(bad[i], strlen(bad[i]), &json, &err), PT_EDATA);
    memset(deep, '[', sizeof deep);
    assert_int_equal(json_parse(deep, 65, &json, &err), PT_EDATA);
    assert_non_null(strstr(err.what, "64 levels"));
    assert_int_equal(json_parse("{\"a\":{\"b\":null,\"c\":1.5,\"d\":\"x\"}}", 33, &json, NULL),
                     PT_OK);
    assert_null(json_find(json, "a.b"));
    assert_string_equal(json_get(json, "a.d"), "x");
    assert_null(json_get(json, "a.c"));
    assert_int_equal(json_time_ms(json, "a.c", -1), 1500);
    json_free(json);
}

/* --- what is done about it ---------------------------------------------------------------------
 */

#define IDENTITY                                                                                   \
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/u</Arn>"         \
    "<UserId>U</UserId><Account>1</Account></GetCallerIdentityResult>"                             \
    "</GetCallerIdentityResponse>"
#define FAULT(code, text)                                                                          \
    "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>" text                 \
    "</Message></Error><RequestId>r</RequestId></ErrorResponse>"

static pt_code throttle_twice(struct fake_aws *aws, size_t n, struct http_answer *answer,
                              struct pt_error *err)
{
    (void)aws, (void)err;
    if (n < 2) {
        fake_answer_header(answer, "Retry-After: 2");
        return fake_answer(answer, 400, FAULT("Throttling", "Rate exceeded"));
    }
    return fake_answer(answer, 200, IDENTITY);
}

static void a_throttled_call_is_made_again_after_the_time_asked_for(void **state)
{
    struct sts_identity who;
    (void)state;
    begin(throttle_twice);
    assert_int_equal(sts_get_caller_identity(&client, &keys, 0, &who, NULL), PT_OK);
    assert_string_equal(who.arn, "arn:aws:iam::1:user/u");
    assert_int_equal(fake.n_calls, 3);
    assert_int_equal(fake.waited_ms, 4000);
}

static pt_code deny(struct fake_aws *aws, size_t n, struct http_answer *answer,
                    struct pt_error *err)
{
    (void)aws, (void)n, (void)err;
    return fake_answer(answer, 403, FAULT("InvalidClientTokenId", "not\xe2\x80\xae known"));
}

static void a_refused_call_is_made_once_and_explained(void **state)
{
    struct sts_identity who;
    struct pt_error err;
    (void)state;
    begin(deny);
    assert_int_equal(sts_get_caller_identity(&client, &keys, 0, &who, &err), PT_ELOGIN);
    assert_int_equal(fake.n_calls, 1);
    assert_string_equal(err.what, "STS GetCallerIdentity: InvalidClientTokenId: not\\u202e known");
    assert_non_null(strstr(err.fix, "Get new credentials from their source"));
}

static pt_code be_later(struct fake_aws *aws, size_t n, struct http_answer *answer,
                        struct pt_error *err)
{
    const char *date = fake_call_header(&aws->calls[n], "x-amz-date");
    (void)err;
    fake_answer_header(answer, "date: Fri, 02 Jan 2026 03:14:05 GMT");
    if (strncmp(date, "20260102T0314", 13) != 0)
        return fake_answer(answer, 403,
                           FAULT("SignatureDoesNotMatch", "Signature expired: 20260102T030405Z"));
    return fake_answer(answer, 200, IDENTITY);
}

static void a_clock_that_is_off_is_learnt_and_used(void **state)
{
    struct sts_identity who;
    struct pt_error err;
    (void)state;
    begin(be_later);
    assert_int_equal(sts_get_caller_identity(&client, &keys, 0, &who, &err), PT_OK);
    assert_int_equal(fake.n_calls, 2);
    assert_int_equal(fake.waited_ms, 0);
    assert_int_equal(client.offset_ms, 600500);
    assert_int_equal(aws_now_s(&client), 1767323045 + 600);
}

static pt_code stay_late(struct fake_aws *aws, size_t n, struct http_answer *answer,
                         struct pt_error *err)
{
    (void)aws, (void)n, (void)err;
    fake_answer_header(answer, "date: Fri, 02 Jan 2026 03:14:05 GMT");
    return fake_answer(answer, 403, FAULT("RequestExpired", "Request has expired"));
}

static void a_clock_is_moved_once_only(void **state)
{
    struct sts_identity who;
    struct pt_error err;
    (void)state;
    begin(stay_late);
    assert_int_equal(sts_get_caller_identity(&client, &keys, 0, &who, &err), PT_ELOGIN);
    assert_int_equal(fake.n_calls, 2);
    assert_non_null(strstr(err.fix, "date -u"));
}

static pt_code break_off(struct fake_aws *aws, size_t n, struct http_answer *answer,
                         struct pt_error *err)
{
    (void)aws, (void)n;
    answer->was_sent = true;
    pt_error_set(err, PT_EIO, "Try again", "h: the connection broke");
    err->is_retriable = true;
    return PT_EIO;
}

static void a_create_that_may_have_arrived_is_not_made_twice(void **state)
{
    const struct aws_call create = {.service = &aws_mskconnect, .operation = "CreateConnector"};
    const struct aws_call look = {
        .service = &aws_mskconnect, .operation = "ListConnectors", .method = "GET"};
    struct aws_answer answer;
    struct pt_error err;
    (void)state;
    begin(break_off);
    assert_int_equal(aws_call(&client, &keys, &create, &answer, &err), PT_EIO);
    assert_int_equal(fake.n_calls, 1);
    assert_string_equal(err.what, "MSK Connect CreateConnector: h: the connection broke");
    aws_answer_done(&answer);
    assert_int_equal(aws_call(&client, &keys, &look, &answer, &err), PT_EIO);
    assert_int_equal(fake.n_calls, 1 + 3);
    aws_answer_done(&answer);
}

static int proxy_status;

static pt_code be_a_proxy(struct fake_aws *aws, size_t n, struct http_answer *answer,
                          struct pt_error *err)
{
    (void)aws, (void)n, (void)err;
    fake_answer_header(answer, "content-type: text/html; charset=utf-8");
    fake_answer_header(answer, "date: Fri, 02 Jan 2026 13:04:05 GMT");
    return fake_answer(answer, proxy_status, "<html>Please log in</html>");
}

static void a_proxy_s_page_is_called_one(void **state)
{
    struct sts_identity who;
    struct pt_error err;
    static const int statuses[] = {407, 200}; /* the latter of a network that wants a login */
    for (size_t i = 0; i < 2; i++) {
        char says[60];
        proxy_status = statuses[i];
        if (i > 0)
            end(state);
        begin(be_a_proxy);
        assert_int_equal(sts_get_caller_identity(&client, &keys, 0, &who, &err), PT_EUNREACHABLE);
        snprintf(says, sizeof says, "HTTP %d: a web page came", proxy_status);
        assert_non_null(strstr(err.what, says));
        assert_non_null(strstr(err.fix, "HTTPS_PROXY"));
        assert_false(client.has_offset); /* its clock is not AWS's */
    }
}

static void check_endpoint(const struct aws_service *service, const char *region,
                           const char *bucket, const char *url, const char *signing)
{
    char out[256], signing_region[AWS_REGION_MAX];
    aws_endpoint(service, region, false, bucket, out, sizeof out, signing_region,
                 sizeof signing_region);
    assert_string_equal(out, url);
    assert_string_equal(signing_region, signing);
}

static void services_are_where_aws_has_them(void **state)
{
    (void)state;
    check_endpoint(&aws_sts, "eu-west-1", NULL, "https://sts.eu-west-1.amazonaws.com", "eu-west-1");
    check_endpoint(&aws_sts, "", NULL, "https://sts.amazonaws.com", "us-east-1");
    check_endpoint(&aws_iam, "eu-west-1", NULL, "https://iam.amazonaws.com", "us-east-1");
    check_endpoint(&aws_iam, "cn-north-1", NULL, "https://iam.cn-north-1.amazonaws.com.cn",
                   "cn-north-1");
    check_endpoint(&aws_iam, "us-gov-east-1", NULL, "https://iam.us-gov.amazonaws.com",
                   "us-gov-west-1");
    check_endpoint(&aws_msk, "cn-northwest-1", NULL,
                   "https://kafka.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1");
    check_endpoint(&aws_s3, "us-east-1", "b", "https://b.s3.us-east-1.amazonaws.com", "us-east-1");
    check_endpoint(&aws_s3, "us-east-1", "b.c", "https://s3.us-east-1.amazonaws.com", "us-east-1");
    check_endpoint(&aws_cloudwatch, "eusc-de-east-1", NULL,
                   "https://monitoring.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1");
}

static void a_region_is_read_from_names(void **state)
{
    char region[AWS_REGION_MAX];
    (void)state;
    assert_true(aws_region_of_broker("b-1.x.abc123.c7.kafka.eu-west-2.amazonaws.com:9098,b-2",
                                     region, sizeof region));
    assert_string_equal(region, "eu-west-2");
    assert_true(aws_region_of_broker("boot-x.c1.kafka-serverless.us-gov-west-1.amazonaws.com:9098",
                                     region, sizeof region));
    assert_string_equal(region, "us-gov-west-1");
    assert_false(aws_region_of_broker("127.0.0.1:9098", region, sizeof region));
    assert_false(aws_region_of_broker("kafka.example.com:9098", region, sizeof region));
    assert_false(aws_region_of_broker("kafka", region, sizeof region));
    assert_true(
        aws_region_of_arn("arn:aws-cn:kafka:cn-north-1:1:cluster/a/b", region, sizeof region));
    assert_string_equal(region, "cn-north-1");
    assert_false(aws_region_of_arn("arn:aws:s3:::bucket", region, sizeof region));
    assert_false(aws_region_of_arn("pinterest-msk", region, sizeof region));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_recorded_faults_are_read),
        cmocka_unit_test(xml_that_is_none_is_refused),
        cmocka_unit_test(xml_is_asked_by_paths),
        cmocka_unit_test(json_that_is_none_is_refused),
        cmocka_unit_test_teardown(a_throttled_call_is_made_again_after_the_time_asked_for, end),
        cmocka_unit_test_teardown(a_refused_call_is_made_once_and_explained, end),
        cmocka_unit_test_teardown(a_clock_that_is_off_is_learnt_and_used, end),
        cmocka_unit_test_teardown(a_clock_is_moved_once_only, end),
        cmocka_unit_test_teardown(a_create_that_may_have_arrived_is_not_made_twice, end),
        cmocka_unit_test_teardown(a_proxy_s_page_is_called_one, end),
        cmocka_unit_test(services_are_where_aws_has_them),
        cmocka_unit_test(a_region_is_read_from_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
