/* The commands on topics that go through AWS, against AWS on loopback: what is sent, and what is
 * said when the answer is lost. */
#include "away_room.h"

static const struct pt_command *on_topic(const char *topic)
{
    static struct pt_command cmd;
    cmd = (struct pt_command){.topic = topic, .partitions = -1, .replication = -1};
    return &cmd;
}

static void a_topic_is_created_with_msk_s_defaults(void **state)
{
    static const char *const configs[] = {"retention.ms=1000"};
    struct pt_command cmd = *on_topic("0a1b.new");
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    local_aws_say(&aws_room, "POST " TOPICS_OF "/topics ", 200, "{\"status\":\"CREATING\"}");
    begin_prod();
    cmd.configs = configs;
    cmd.n_configs = 1;
    assert_int_equal(away_plan_create_topic(away, &cmd, &result, &err), PT_OK);
    assert_string_equal(result.text,
                        "Would create topic 0a1b.new: 1 partition and 2 replicas, "
                        "retention.ms=1000, through the AWS API, because no broker can be reached, "
                        "on the cluster prod. Nothing was sent.");
    assert_int_equal(local_aws_count(&aws_room, "POST " TOPICS_OF "/topics "), 0);
    assert_int_equal(away_create_topic(away, &cmd, &result, &err), PT_OK);
    assert_non_null(strstr(result.text, "Created topic 0a1b.new."));
    assert_non_null(strstr(result.text, "through the AWS API"));
    assert_non_null(strstr(result.text, "with 1 partition and 2 replicas, on the cluster prod."));
    assert_false(result.is_unsure);
    assert_non_null(strstr(result.text, "CREATING"));
    assert_int_equal(local_aws_count(&aws_room, "\"partitionCount\":1,\"replicationFactor\":2,"
                                                "\"configs\":\"cmV0ZW50aW9uLm1zPTEwMDA=\""),
                     1);
}

static void what_may_not_be_created_is_not_sent(void **state)
{
    static const char *const bad[] = {"retention.ms"};
    struct pt_command cmd = *on_topic("0a1b.pin");
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    begin_prod();
    assert_int_equal(away_create_topic(away, &cmd, &result, &err), PT_EEXISTS);
    cmd.topic = "other.pin";
    assert_int_equal(away_create_topic(away, &cmd, &result, &err), PT_ENAME);
    cmd.topic = "0a1b.new";
    cmd.partitions = 0;
    assert_int_equal(away_create_topic(away, &cmd, &result, &err), PT_EUSAGE);
    cmd.partitions = 3;
    cmd.configs = bad;
    cmd.n_configs = 1;
    assert_int_equal(away_create_topic(away, &cmd, &result, &err), PT_EUSAGE);
    cmd.n_configs = 0;
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 200, PROVISIONED("2.8.1", "DEFAULT"));
    assert_int_equal(away_create_topic(away, &cmd, &result, &err), PT_EUNSUPPORTED);
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 200,
                  "{\"clusterInfo\":{\"clusterName\":\"prod\"}}");
    assert_int_equal(away_create_topic(away, &cmd, &result, &err), PT_EUSAGE);
    assert_non_null(strstr(err.fix, "--replication-factor"));
    assert_int_equal(away_peek_topic(away, &cmd, &result, &err), PT_EUNSUPPORTED);
    assert_int_equal(away_topic_groups(&cmd, &err), PT_EUNSUPPORTED);
    assert_non_null(strstr(err.what, "can only be asked of a broker"));
    assert_int_equal(local_aws_count(&aws_room, "POST "), 0);
}

static void a_read_only_pintop_changes_nothing(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    begin_with(AWS_ROOM_SET("pintop.msk.cluster=" ARN, "pintop.readonly=on"));
    assert_int_equal(away_create_topic(away, on_topic("0a1b.new"), &result, &err), PT_EREADONLY);
    assert_int_equal(away_delete_topic(away, on_topic("0a1b.pin"), &result, &err), PT_EREADONLY);
    assert_int_equal(away_alter_topic(away, on_topic("0a1b.pin"), ALTER_WRITER_NONE, &result, &err),
                     PT_EREADONLY);
    assert_int_equal(local_aws_count(&aws_room, "HTTP/1.1"), 0);
}

/* The change is made, and its answer does not come. */
static bool lose_changes(void *arg, int fd, const char *request)
{
    const char *topics_after = arg;
    (void)fd;
    if (strncmp(request, "POST ", 5) != 0 && strncmp(request, "DELETE ", 7) != 0)
        return false;
    aws_room.rules[aws_room.n_rules].in = TOPICS_OF "/topics?";
    aws_room.rules[aws_room.n_rules].status = 200;
    aws_room.rules[aws_room.n_rules++].body = topics_after;
    return true;
}

static void after_a_lost_answer_it_is_looked_for(void **state)
{
    static char with_new[] = "{\"topics\":[{\"topicName\":\"0a1b.new\",\"partitionCount\":1,"
                             "\"replicationFactor\":2}]}";
    static char without[] = "{\"topics\":[]}";
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    begin_prod();
    local_aws_hook(&aws_room, lose_changes, with_new);
    assert_int_equal(away_create_topic(away, on_topic("0a1b.new"), &result, &err), PT_OK);
    assert_string_equal(result.text,
                        "Created topic 0a1b.new. The answer was lost, but AWS lists the topic.");
    assert_true(result.is_unsure);
    result.is_unsure = false;
    local_aws_hook(&aws_room, lose_changes, without);
    assert_int_equal(away_delete_topic(away, on_topic("0a1b.new"), &result, &err), PT_OK);
    assert_non_null(strstr(result.text, "AWS lists the topic no more"));
    assert_false(result.is_unsure);
    /* It was not listed before: that it is not listed after it proves nothing. */
    assert_int_not_equal(away_delete_topic(away, on_topic("0a1b.new"), &result, &err), PT_OK);
    assert_non_null(strstr(err.what, "it is unknown whether the change was made"));
    assert_true(result.is_unsure);
    /* AWS's list is a minute old: that it lacks the topic proves nothing. */
    assert_int_not_equal(away_create_topic(away, on_topic("0a1b.new"), &result, &err), PT_OK);
    assert_non_null(strstr(err.what, "it is unknown whether the change was made"));
    assert_int_equal(local_aws_count(&aws_room, "POST " TOPICS_OF "/topics "), 2); /* one each */
}

/* One of other numbers that has appeared meanwhile may be someone else's. */
static void another_one_s_topic_is_not_taken_for_one_s_own(void **state)
{
    static char other[] = "{\"topics\":[{\"topicName\":\"0a1b.new\",\"partitionCount\":6,"
                          "\"replicationFactor\":3}]}";
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    begin_prod();
    local_aws_hook(&aws_room, lose_changes, other);
    assert_int_not_equal(away_create_topic(away, on_topic("0a1b.new"), &result, &err), PT_OK);
    assert_non_null(strstr(err.what, "with 6 partitions and 3 replicas, where 1 partition and 2 "
                                     "replicas were asked for: whose it is, is unknown"));
    assert_true(result.is_unsure);
}

static void a_topic_is_deleted_and_one_that_is_not_there_is_said(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    local_aws_say(&aws_room, "DELETE " TOPICS_OF "/topics/0a1b.pin ", 200,
                  "{\"status\":\"DELETING\"}");
    local_aws_say(&aws_room, "DELETE " TOPICS_OF "/topics/0a1b.no ", 404,
                  "{\"__type\":\"NotFoundException\",\"message\":\"none\"}");
    begin_prod();
    assert_int_equal(away_plan_delete_topic(away, on_topic("0a1b.no"), &result, &err),
                     PT_ENOTFOUND);
    assert_int_equal(away_plan_delete_topic(away, on_topic("0a1b.pin"), &result, &err), PT_OK);
    assert_non_null(strstr(result.text, "its 1 partition and"));
    assert_non_null(strstr(result.text, "on the cluster prod"));
    assert_int_equal(local_aws_count(&aws_room, "DELETE "), 0);
    assert_int_equal(away_delete_topic(away, on_topic("0a1b.pin"), &result, &err), PT_OK);
    assert_non_null(strstr(result.text, "Deleted topic 0a1b.pin."));
    assert_int_equal(away_delete_topic(away, on_topic("0a1b.no"), &result, &err), PT_ENOTFOUND);
}

static void a_topic_is_described_without_offsets(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.geo ", 200,
                  "{\"status\":\"ACTIVE\",\"configs\":\"YT0xCmI9Yz1kCm5vbmU=\"}");
    local_aws_say(&aws_room, "/topics/0a1b.no/partitions", 404,
                  "{\"__type\":\"NotFoundException\",\"message\":\"none\"}");
    begin_prod();
    assert_int_equal(away_describe_topic(away, on_topic("0a1b.geo"), &result, &err), PT_OK);
    assert_int_equal(result.n_partitions, 2);
    assert_int_equal(result.partitions[0].high, PT_UNKNOWN);
    assert_int_equal(result.partitions[0].n_replicas, 2);
    assert_true(result.has_configs);
    assert_int_equal(result.n_configs, 2);
    assert_string_equal(result.configs[1].name, "b");
    assert_string_equal(result.configs[1].value, "c=d");
    assert_non_null(strstr(result.text, "through the AWS API"));
    result_clear(&result);
    assert_int_equal(away_describe_topic(away, on_topic("0a1b.no"), &result, &err), PT_ENOTFOUND);
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.geo ", 403, DENIED);
    memset(&result, 0, sizeof result);
    assert_int_equal(away_describe_topic(away, on_topic("0a1b.geo"), &result, &err), PT_OK);
    assert_false(result.has_configs);
    assert_non_null(strstr(result.text, "The configuration is unknown: MSK DescribeTopic"));
}

/* retention.ms=86400000 and cleanup.policy=delete */
#define DETAILS(n)                                                                                 \
    "{\"status\":\"ACTIVE\",\"partitionCount\":" n ",\"replicationFactor\":2,\"configs\":"         \
    "\"cmV0ZW50aW9uLm1zPTg2NDAwMDAwCmNsZWFudXAucG9saWN5PWRlbGV0ZQ==\"}"

static const struct pt_command *more_partitions(int32_t n, const char *const *configs,
                                                size_t n_configs)
{
    static struct pt_command cmd;
    cmd = *on_topic("0a1b.pin");
    cmd.partitions = n;
    cmd.configs = configs;
    cmd.n_configs = n_configs;
    return &cmd;
}

static pt_code alter(const struct pt_command *cmd, bool is_plan)
{
    struct pt_command copy = *cmd;
    copy.is_plan = is_plan;
    result_clear(&result);
    memset(&result, 0, sizeof result);
    return away_alter_topic(away, &copy, ALTER_WRITER_NONE, &result, &err);
}

/* Settings and partitions are two calls, since UpdateTopic takes one of them. */
static void a_topic_is_changed_by_what_differs(void **state)
{
    static const char *const configs[] = {"retention.ms=1000", "cleanup.policy=delete"};
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.pin ", 200, DETAILS("1"));
    local_aws_say(&aws_room, "PUT " TOPICS_OF "/topics/0a1b.pin ", 200,
                  "{\"status\":\"UPDATING\"}");
    begin_prod();
    assert_int_equal(alter(more_partitions(6, configs, 2), true), PT_OK);
    assert_non_null(strstr(result.lines[result.n_lines - 1].text, "not committed is unknown"));
    assert_non_null(strstr(result.text, "Would change topic 0a1b.pin: partitions 1 -> 6, "
                                        "retention.ms 86400000 -> 1000, through the AWS API"));
    assert_non_null(strstr(result.text, "AWS checks the settings only when they are sent"));
    assert_int_equal(local_aws_count(&aws_room, "PUT "), 0);
    assert_int_equal(alter(more_partitions(6, configs, 2), false), PT_OK);
    assert_non_null(strstr(result.text, "Changed topic 0a1b.pin: partitions 1 -> 6"));
    assert_non_null(strstr(result.text, "on the cluster prod. Its status is UPDATING"));
    assert_int_equal(local_aws_count(&aws_room, "PUT "), 2);
    assert_int_equal(local_aws_count(&aws_room, "{\"partitionCount\":6}"), 1);
    assert_int_equal(local_aws_count(&aws_room, "{\"configs\":\"cmV0ZW50aW9uLm1zPTEwMDA=\"}"), 1);
    assert_int_equal(alter(more_partitions(1, configs + 1, 1), false), PT_OK);
    assert_non_null(strstr(result.text, "is like that already"));
    assert_int_equal(result.n_lines, 0);
    assert_int_equal(local_aws_count(&aws_room, "PUT "), 2);
}

/* A plan by which nothing would be done is a plan: another one is not sent in its place. */
static void a_plan_without_changes_is_held_to(void **state)
{
    char seen[sizeof result.seen];
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.pin ", 200, DETAILS("6"));
    local_aws_say(&aws_room, "PUT " TOPICS_OF "/topics/0a1b.pin ", 200,
                  "{\"status\":\"UPDATING\"}");
    begin_prod();
    assert_int_equal(alter(more_partitions(6, NULL, 0), true), PT_OK);
    assert_int_equal(result.n_lines, 0);
    memcpy(seen, result.seen, sizeof seen);
    assert_string_not_equal(seen, "");
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.pin ", 200, DETAILS("1"));
    struct pt_command cmd = *more_partitions(6, NULL, 0);
    cmd.seen = seen;
    assert_int_equal(alter(&cmd, false), PT_EBUSY);
    assert_int_equal(local_aws_count(&aws_room, "PUT "), 0);
}

static void a_change_that_cannot_be_made_is_not_sent(void **state)
{
    static const char *const unset[] = {"retention.ms="}, *const compact[] = {
                                                              "cleanup.policy=compact"};
    static const char *const min[] = {"min.insync.replicas=3"};
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.pin ", 200, DETAILS("3"));
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.no ", 404,
                  "{\"__type\":\"NotFoundException\",\"message\":\"none\"}");
    begin_prod();
    struct pt_command none = *on_topic("0a1b.no");
    none.partitions = 6;
    assert_int_equal(alter(&none, false), PT_ENOTFOUND);
    assert_int_equal(alter(more_partitions(2, NULL, 0), false), PT_EUSAGE);
    assert_non_null(strstr(err.what, "Kafka cannot remove any"));
    assert_int_equal(alter(more_partitions(-1, unset, 1), false), PT_EUNSUPPORTED);
    assert_non_null(strstr(err.what, "MSK's UpdateTopic can only set values"));
    assert_int_equal(alter(more_partitions(-1, min, 1), false), PT_EUSAGE);
    assert_int_equal(away_alter_topic(away, more_partitions(-1, compact, 1), ALTER_WRITER_KEYLESS,
                                      &result, &err),
                     PT_EUSAGE);
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 200, PROVISIONED("2.8.1", "DEFAULT"));
    assert_int_equal(alter(more_partitions(6, NULL, 0), false), PT_EUNSUPPORTED);
    assert_int_equal(local_aws_count(&aws_room, "PUT "), 0);
}

/* CloudWatch's figures: they are late, and that is said. */
static void the_lag_is_cloudwatch_s(void **state)
{
    static const char *const configs[] = {"retention.ms=60000"};
    static char told[400];
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    snprintf(
        told, sizeof told,
        "{\"MetricDataResults\":["
        "{\"Id\":\"t0m2b0\",\"Timestamps\":[%lld],\"Values\":[40],\"StatusCode\":\"Complete\"},"
        "{\"Id\":\"t0m4b0\",\"Timestamps\":[%lld],\"Values\":[90],\"StatusCode\":\"Complete\"}]}",
        (long long)time(NULL) - 120, (long long)time(NULL) - 120);
    local_aws_say(&aws_room, "GetMetricData", 200, told);
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.pin ", 200, DETAILS("1"));
    begin_prod();
    look("connect-sink");
    assert_int_equal(alter(more_partitions(-1, configs, 1), true), PT_OK);
    assert_int_equal(result.n_lines, 3);
    assert_string_equal(result.lines[1].text, "The lag is CloudWatch's, one to three minutes old.");
    assert_string_equal(result.lines[2].level, "WARN");
    assert_non_null(strstr(result.lines[2].text,
                           "Records will be lost: the group connect-sink has not committed 40 "
                           "records, the oldest of them is 1 min 30 s old"));
}

static void half_of_a_change_is_said(void **state)
{
    static const char *const configs[] = {"retention.ms=1000"};
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.pin ", 200, DETAILS("1"));
    local_aws_say(&aws_room, "{\"partitionCount\":6}", 409,
                  "{\"__type\":\"ReassignmentInProgressException\",\"message\":\"busy\"}");
    local_aws_say(&aws_room, "{\"configs\"", 200, "{\"status\":\"UPDATING\"}");
    begin_prod();
    assert_int_not_equal(alter(more_partitions(6, configs, 1), false), PT_OK);
    assert_non_null(strstr(err.what, "the settings were changed, but the partitions were not "
                                     "added"));
    assert_non_null(strstr(err.what, "busy"));
    assert_false(result.is_unsure);
}

/* The change is made, and its answer does not come. */
static bool lose_updates(void *arg, int fd, const char *request)
{
    (void)fd;
    if (strncmp(request, "PUT ", 4) != 0)
        return false;
    aws_room.rules[aws_room.n_rules].in = "GET " TOPICS_OF "/topics/0a1b.pin ";
    aws_room.rules[aws_room.n_rules].status = 200;
    aws_room.rules[aws_room.n_rules++].body = arg;
    return true;
}

static void a_lost_update_is_looked_for(void **state)
{
    static char made[] = DETAILS("6"), not_made[] = DETAILS("1");
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.pin ", 200, not_made);
    begin_prod();
    local_aws_hook(&aws_room, lose_updates, made);
    assert_int_equal(alter(more_partitions(6, NULL, 0), false), PT_OK);
    assert_non_null(strstr(result.text, "An answer was lost, but AWS lists the topic as asked"));
    local_aws_hook(&aws_room, lose_updates, made);
    assert_int_not_equal(alter(more_partitions(9, NULL, 0), false), PT_OK);
    assert_non_null(strstr(err.what, "it is unknown whether the partitions were added"));
    assert_true(result.is_unsure);
    assert_int_equal(local_aws_count(&aws_room, "PUT "), 2); /* one each */
}

/* The answer to the first of two requests is lost: when AWS lists its change, the second one is
 * sent; else both are told. */
static void a_lost_first_half_is_looked_for_alone(void **state)
{
    static const char *const configs[] = {"retention.ms=1000"};
    /* retention.ms=1000 */
    static char made[] = "{\"status\":\"ACTIVE\",\"partitionCount\":1,\"replicationFactor\":2,"
                         "\"configs\":\"cmV0ZW50aW9uLm1zPTEwMDA=\"}";
    static char not_made[] = DETAILS("1");
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.pin ", 200, not_made);
    begin_prod();
    local_aws_hook(&aws_room, lose_updates, made);
    assert_int_not_equal(alter(more_partitions(6, configs, 1), false), PT_OK);
    assert_non_null(strstr(err.what, "it is unknown whether the partitions were added; the "
                                     "settings were changed"));
    assert_true(result.is_unsure);
    assert_int_equal(local_aws_count(&aws_room, "PUT "), 2);
    local_aws_say(&aws_room, "GET " TOPICS_OF "/topics/0a1b.pin ", 200, not_made);
    local_aws_hook(&aws_room, lose_updates, not_made);
    assert_int_not_equal(alter(more_partitions(6, configs, 1), false), PT_OK);
    assert_non_null(strstr(err.what, "it is unknown whether the settings were changed; the "
                                     "partitions were not added"));
    assert_true(result.is_unsure);
    assert_int_equal(local_aws_count(&aws_room, "PUT "), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_topic_is_created_with_msk_s_defaults),
        IN_ROOM(what_may_not_be_created_is_not_sent),
        IN_ROOM(a_read_only_pintop_changes_nothing),
        IN_ROOM(after_a_lost_answer_it_is_looked_for),
        IN_ROOM(another_one_s_topic_is_not_taken_for_one_s_own),
        IN_ROOM(a_topic_is_deleted_and_one_that_is_not_there_is_said),
        IN_ROOM(a_topic_is_described_without_offsets),
        IN_ROOM(a_topic_is_changed_by_what_differs),
        IN_ROOM(a_plan_without_changes_is_held_to),
        IN_ROOM(a_change_that_cannot_be_made_is_not_sent),
        IN_ROOM(the_lag_is_cloudwatch_s),
        IN_ROOM(half_of_a_change_is_said),
        IN_ROOM(a_lost_update_is_looked_for),
        IN_ROOM(a_lost_first_half_is_looked_for_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
