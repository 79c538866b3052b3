/* MSK's topic operations: what is sent has the method, path and members that
 * tests/data/aws/msk_topics.json names, what is answered is read, and what is broken is refused. */
#include "aws/msk_topics.h"
#include "aws_calls.h"

#define CLUSTER "arn:aws:kafka:us-east-1:123456789012:cluster/demo/a1b2-7"
#define BASE                                                                                       \
    "https://kafka.us-east-1.amazonaws.com/v1/clusters/"                                           \
    "arn%3Aaws%3Akafka%3Aus-east-1%3A123456789012%3Acluster%2Fdemo%2Fa1b2-7"
#define TOPIC "0a1b.pin"

static cJSON *shapes;
static struct pt_error err;
static struct msk_topic_change change;

static int open_shapes(void **state)
{
    shapes = read_json("tests/data/aws/msk_topics.json");
    return setup(state);
}

static int close_shapes(void **state)
{
    json_free(shapes);
    return teardown(state);
}

static const cJSON *shape_of(const char *operation)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, json_find(shapes, "operations"))
    {
        if (strcmp(json_get(one, "name"), operation) == 0)
            return one;
    }
    fail_msg("no shape of %s", operation);
    return NULL;
}

static bool has_type(const cJSON *value, const char *type)
{
    if (strncmp(type, "text", 4) == 0)
        return cJSON_IsString(value);
    return strncmp(type, "number", 6) == 0 ? cJSON_IsNumber(value) : cJSON_IsArray(value);
}

/* Each member sent is one of the operation's, and each required one is sent. */
static void check_members(const cJSON *shape, const char *body)
{
    cJSON *sent = NULL;
    const cJSON *one;
    if (body[0] == '\0') {
        assert_int_equal(cJSON_GetArraySize(json_find(shape, "request")), 0);
        return;
    }
    assert_int_equal(json_parse(body, strlen(body), &sent, NULL), PT_OK);
    cJSON_ArrayForEach(one, sent)
    {
        const cJSON *type = cJSON_GetObjectItem(json_find(shape, "request"), one->string);
        if (type == NULL || !has_type(one, type->valuestring))
            fail_msg("%s is no member, or of another type", one->string);
    }
    cJSON_ArrayForEach(one, json_find(shape, "request"))
    {
        if (strchr(one->valuestring, '*') != NULL && !cJSON_HasObjectItem(sent, one->string))
            fail_msg("%s is required", one->string);
    }
    json_free(sent);
}

static void check_query(const cJSON *shape, const char *query)
{
    while (*query != '\0') {
        const cJSON *one;
        size_t len = strcspn(query, "=");
        bool is_known = false;
        cJSON_ArrayForEach(one, json_find(shape, "query"))
        {
            is_known |=
                strlen(one->valuestring) == len && strncmp(one->valuestring, query, len) == 0;
        }
        if (!is_known)
            fail_msg("%s is no parameter", query);
        query += strcspn(query, "&");
        query += *query == '&';
    }
}

static void sent_as(const char *operation, size_t n)
{
    const cJSON *shape = shape_of(operation);
    const struct fake_call *call = &fake.calls[n];
    char url[512];
    size_t len = strcspn(call->url, "?");
    assert_string_equal(call->method, json_get(shape, "method"));
    snprintf(url, sizeof url, "%s%s", BASE, json_get(shape, "path"));
    assert_int_equal(strlen(url), len);
    assert_memory_equal(call->url, url, len);
    check_query(shape, call->url + len + (call->url[len] == '?'));
    check_members(shape, call->body);
}

/* ------------------------------------------------------------------ reading */

static void topics_are_listed_over_pages(void **state)
{
    struct msk_topics topics;
    (void)state;
    begin("{\"topics\":[{\"topicName\":\"0a1b.pin\",\"partitionCount\":3,\"replicationFactor\":2,"
          "\"outOfSyncReplicaCount\":1},{\"topicName\":\"\"}],\"nextToken\":\"n+1\"}");
    bodies[1] = "{\"topics\":[{\"topicName\":\"0a1b.geo\"}]}";
    n_bodies = 2;
    assert_int_equal(msk_list_topics(&client, &keys, CLUSTER, "0a1b.", 10, &topics, &err), PT_OK);
    assert_int_equal(fake.n_calls, 2);
    sent_as("ListTopics", 0);
    sent_as("ListTopics", 1);
    assert_non_null(strstr(fake.calls[0].url, "topicNameFilter=0a1b."));
    assert_non_null(strstr(fake.calls[1].url, "nextToken=n%2B1"));
    assert_int_equal(topics.n, 2); /* one without a name is none */
    assert_string_equal(topics.items[0].name, "0a1b.pin");
    assert_int_equal(topics.items[0].n_partitions, 3);
    assert_int_equal(topics.items[0].replication, 2);
    assert_int_equal(topics.items[0].n_out_of_sync, 1);
    assert_int_equal(topics.items[1].n_partitions, -1); /* not told is not 0 */
    assert_int_equal(topics.items[1].n_out_of_sync, -1);
    assert_false(topics.is_truncated);
    msk_topics_done(&topics);
}

static void a_topic_s_partitions_are_read(void **state)
{
    struct msk_partitions parts;
    (void)state;
    begin("{\"partitions\":[{\"partition\":0,\"leader\":2,\"replicas\":[2,1,3],\"isr\":[2,1]},"
          "{\"partition\":1}]}");
    assert_int_equal(msk_list_partitions(&client, &keys, CLUSTER, TOPIC, &parts, &err), PT_OK);
    sent_as("DescribeTopicPartitions", 0);
    assert_int_equal(parts.n, 2);
    assert_int_equal(parts.items[0].leader, 2);
    assert_int_equal(parts.items[0].n_replicas, 3);
    assert_int_equal(parts.items[0].n_in_sync, 2);
    assert_int_equal(parts.items[0].replicas[2], 3);
    assert_int_equal(parts.items[1].leader, -1);
    assert_int_equal(parts.items[1].n_replicas, -1);
    msk_partitions_done(&parts);
}

static void a_configuration_is_lines_in_base64(void **state)
{
    struct msk_topic_details details;
    (void)state;
    begin("{\"partitionCount\":3,\"replicationFactor\":2,\"status\":\"ACTIVE\",\"configs\":"
          "\"cmV0ZW50aW9uLm1zPTEwMDAKY2xlYW51cC5wb2xpY3k9ZGVsZXRl\"}");
    assert_int_equal(msk_describe_topic(&client, &keys, CLUSTER, TOPIC, &details, &err), PT_OK);
    sent_as("DescribeTopic", 0);
    assert_string_equal(details.configs, "retention.ms=1000\ncleanup.policy=delete");
    assert_string_equal(details.status, "ACTIVE");
    msk_topic_details_done(&details);
    begin("{\"partitionCount\":3}");
    assert_int_equal(msk_describe_topic(&client, &keys, CLUSTER, TOPIC, &details, &err), PT_OK);
    assert_null(details.configs);
    assert_int_equal(details.replication, -1);
    assert_string_equal(details.status, "");
    msk_topic_details_done(&details);
    begin("{\"configs\":\"{no base64}\"}");
    assert_int_equal(msk_describe_topic(&client, &keys, CLUSTER, TOPIC, &details, &err), PT_EDATA);
    assert_non_null(strstr(err.what, "Base64"));
    msk_topic_details_done(&details);
}

/* ------------------------------------------------------------------ changing */

static void changes_are_sent_as_the_model_says(void **state)
{
    static const char *const configs[] = {"retention.ms=1000", "cleanup.policy=delete"};
    (void)state;
    begin("{\"status\":\"CREATING\"}");
    assert_int_equal(
        msk_create_topic(&client, &keys, CLUSTER, TOPIC, 3, 2, configs, 2, &change, &err), PT_OK);
    sent_as("CreateTopic", 0);
    assert_string_equal(change.status, "CREATING");
    assert_non_null(
        strstr(fake.calls[0].body, "cmV0ZW50aW9uLm1zPTEwMDAKY2xlYW51cC5wb2xpY3k9ZGVsZXRl"));
    assert_string_equal(fake_call_header(&fake.calls[0], "content-type"), "application/json");
    /* One of the two in a call: MSK refuses both together. */
    begin("{\"status\":\"UPDATING\"}");
    assert_int_equal(msk_update_topic(&client, &keys, CLUSTER, TOPIC, 6, NULL, 0, &change, &err),
                     PT_OK);
    sent_as("UpdateTopic", 0);
    assert_string_equal(fake.calls[0].body, "{\"partitionCount\":6}");
    assert_string_equal(change.status, "UPDATING");
    begin("{\"status\":\"UPDATING\"}");
    assert_int_equal(msk_update_topic(&client, &keys, CLUSTER, TOPIC, 0, configs, 1, &change, &err),
                     PT_OK);
    sent_as("UpdateTopic", 0);
    assert_string_equal(fake.calls[0].body, "{\"configs\":\"cmV0ZW50aW9uLm1zPTEwMDA=\"}");
    begin("{\"status\":\"DELETING\"}");
    assert_int_equal(msk_delete_topic(&client, &keys, CLUSTER, TOPIC, &change, &err), PT_OK);
    sent_as("DeleteTopic", 0);
    assert_string_equal(change.status, "DELETING");
}

/* What AWS, or the network before it, does with a change. */
static struct {
    int status;
    const char *error, *body;
    bool was_sent;
    pt_code transport;
} next;

static pt_code fail_as_told(struct fake_aws *aws, size_t n, struct http_answer *answer_to,
                            struct pt_error *why)
{
    char line[128];
    (void)aws, (void)n;
    answer_to->was_sent = next.was_sent;
    if (next.transport != PT_OK) {
        why->is_retriable = true;
        return pt_error_set(why, next.transport, NULL, "the way failed");
    }
    snprintf(line, sizeof line, "x-amzn-ErrorType: %s", next.error);
    fake_answer_header(answer_to, line);
    return fake_answer(answer_to, next.status, next.body);
}

static void a_change_is_sent_once_and_a_lost_answer_is_told(void **state)
{
    static const struct {
        const char *about;
        int status;
        const char *error;
        bool was_sent;
        pt_code transport, code;
        bool is_lost;
    } cases[] = {
        {"denied",            403, "ForbiddenException",               true,  PT_OK,           PT_EAUTH,        false},
        {"there is one",      409, "TopicExistsException",             true,  PT_OK,           PT_EEXISTS,      false},
        {"there is none",     404, "UnknownTopicOrPartitionException", true,  PT_OK,           PT_ENOTFOUND,
         false                                                                                                       },
        {"wrong",             400, "BadRequestException",              true,  PT_OK,           PT_EREFUSED,     false},
        {"a word unknown",    418, "TeapotException",                  true,  PT_OK,           PT_EREFUSED,     false},
        {"MSK's own timeout", 500, "KafkaTimeoutException",            true,  PT_OK,           PT_ESERVER,      true },
        {"AWS's own error",   500, "InternalServerErrorException",     true,  PT_OK,           PT_ESERVER,      true },
        {"no answer",         0,   "",                                 true,  PT_ETIMEOUT,     PT_ETIMEOUT,     true },
        {"cut off",           0,   "",                                 true,  PT_EIO,          PT_EIO,          true },
        {"never sent",        0,   "",                                 false, PT_EUNREACHABLE, PT_EUNREACHABLE, false},
    };
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        bool is_update = i >= sizeof cases / sizeof *cases;
        const size_t at = i % (sizeof cases / sizeof *cases);
        begin("{}");
        fake.answer = fail_as_told;
        next.status = cases[at].status;
        next.error = cases[at].error;
        next.body = "{\"message\":\"no\"}";
        next.was_sent = cases[at].was_sent;
        next.transport = cases[at].transport;
        pt_code code =
            is_update
                ? msk_update_topic(&client, &keys, CLUSTER, TOPIC, 2, NULL, 0, &change, &err)
                : msk_create_topic(&client, &keys, CLUSTER, TOPIC, 1, 1, NULL, 0, &change, &err);
        if (code != cases[at].code || change.is_lost != cases[at].is_lost)
            fail_msg("%s: code %d, lost %d: %s", cases[at].about, code, change.is_lost, err.what);
        if (cases[at].is_lost)
            assert_int_equal(fake.n_calls, 1);
    }
}

static void an_answer_that_is_broken_is_refused(void **state)
{
    struct msk_topics topics;
    struct msk_partitions parts;
    (void)state;
    begin("{\"topics\":[{\"topicName\":");
    assert_int_equal(msk_list_topics(&client, &keys, CLUSTER, NULL, 10, &topics, &err), PT_EDATA);
    assert_null(topics.items);
    begin("{\"topics\":{\"a\":1},\"nextToken\":7}");
    assert_int_equal(msk_list_topics(&client, &keys, CLUSTER, NULL, 10, &topics, &err), PT_OK);
    msk_topics_done(&topics);
    begin("[]");
    assert_int_equal(msk_list_partitions(&client, &keys, CLUSTER, TOPIC, &parts, &err), PT_OK);
    assert_int_equal(parts.n, 0);
    msk_partitions_done(&parts);
    char name[2000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    begin("{}");
    assert_int_equal(msk_delete_topic(&client, &keys, CLUSTER, name, &change, &err), PT_EUSAGE);
    assert_int_equal(fake.n_calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_are_listed_over_pages),
        cmocka_unit_test(a_topic_s_partitions_are_read),
        cmocka_unit_test(a_configuration_is_lines_in_base64),
        cmocka_unit_test(changes_are_sent_as_the_model_says),
        cmocka_unit_test(a_change_is_sent_once_and_a_lost_answer_is_told),
        cmocka_unit_test(an_answer_that_is_broken_is_refused),
    };
    return cmocka_run_group_tests(tests, open_shapes, close_shapes);
}
