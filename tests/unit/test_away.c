/* The AWS-only view against AWS on loopback: what it tells of topics, and what it leaves unknown
 * and says so. */
#include "away_room.h"

static void topics_partitions_rates_and_lag_are_told(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.9.x", "PER_TOPIC_PER_BROKER"));
    begin_prod();
    const struct away_view *view = look("connect-sink");
    assert_int_equal(view->error.code, PT_OK);
    assert_string_equal(view->note, "");
    assert_int_equal(view->n_topics, 3);
    const struct pt_topic *geo = &view->topics[0], *pin = &view->topics[1],
                          *zeta = &view->topics[2];
    assert_string_equal(geo->name, "0a1b.geo");
    assert_true(geo->is_watched && pin->is_watched && !zeta->is_watched);
    assert_true(fabs(geo->in_per_s - 3.5) < 0.001); /* the sum over the brokers */
    assert_true(isnan(geo->bytes_in_per_s) && isnan(geo->out_per_s));
    assert_int_equal(geo->lag, 40);
    assert_int_equal(geo->max_lag, 30);
    assert_true(fabs(geo->lag_s - 90.5) < 0.001);
    assert_int_equal(geo->messages, PT_UNKNOWN);
    assert_int_equal(geo->high, PT_UNKNOWN);
    assert_int_equal(geo->leaderless, 0);
    assert_int_equal(geo->under_replicated, 1);
    assert_int_equal(view->partitions[geo->first_partition].partition, 0);
    assert_int_equal(view->partitions[geo->first_partition + 1].leader, 4);
    assert_int_equal(view->partitions[geo->first_partition].high, PT_UNKNOWN);
    /* One broker's figure could not be found: the other's alone would be too little. */
    assert_true(isnan(pin->in_per_s));
    assert_int_equal(pin->lag, PT_UNKNOWN);
    assert_int_equal(pin->leaderless, 1);
    /* Nothing was asked about it. */
    assert_int_equal(zeta->leaderless, -1);
    assert_int_equal(zeta->under_replicated, -1);
    assert_int_equal(zeta->first_partition, view->n_partitions);
    assert_int_equal(local_aws_count(&aws_room, "\"Value\":\"4\""), 1);
    assert_int_equal(local_aws_count(&aws_room, "\"Consumer Group\""), 1);
}

/* What is told is as old as its oldest figure; one of more than three minutes is unknown. */
static void figures_are_as_old_as_they_are(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.9.x", "PER_TOPIC_PER_BROKER"));
    tell_figures(60, 150);
    begin_prod();
    const struct away_view *view = look("connect-sink");
    int64_t age_s = (int64_t)time(NULL) - view->time_ms / 1000;
    assert_true(fabs(view->topics[0].in_per_s - 3.5) < 0.001);
    assert_in_range(age_s, 149, 175);
}

static void old_figures_are_unknown(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.9.x", "PER_TOPIC_PER_BROKER"));
    tell_figures(190, 0);
    begin_prod();
    const struct away_view *view = look("connect-sink");
    assert_true(isnan(view->topics[0].in_per_s)); /* one broker's is fresh */
    assert_int_equal(view->topics[0].lag, PT_UNKNOWN);
    assert_true(isnan(view->topics[0].lag_s));
    assert_in_range((int64_t)time(NULL) - view->time_ms / 1000, 0, 60);
}

/* What AWS does not tell is unknown, and the note says why. */
static void what_is_not_told_is_unknown_and_said(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.6.0", "DEFAULT"));
    local_aws_say(&aws_room, "/topics/0a1b.geo/partitions", 403, DENIED);
    begin_prod();
    const struct away_view *view = look("");
    assert_int_equal(view->error.code, PT_OK);
    assert_int_equal(view->n_topics, 3);
    assert_true(isnan(view->topics[0].in_per_s));
    assert_int_equal(view->topics[0].lag, PT_UNKNOWN);
    assert_int_equal(view->topics[0].leaderless, -1);
    assert_int_equal(view->topics[0].under_replicated, 0); /* the list says so */
    assert_true(notes("PER_TOPIC_PER_BROKER on, and this cluster has DEFAULT"));
    assert_true(notes("lag is unknown, because no sink is known"));
    assert_true(notes("DescribeTopicPartitions: AccessDeniedException"));
    assert_int_equal(local_aws_count(&aws_room, "GetMetricData"), 0);
    assert_int_equal(local_aws_count(&aws_room, TOPICS_OF "/nodes"), 0);
}

static void denied_metrics_leave_the_topics(void **state)
{
    (void)state;
    say_prod(PROVISIONED("4.0.x.kraft", "PER_TOPIC_PER_PARTITION"));
    local_aws_say(&aws_room, "GetMetricData", 403, DENIED);
    local_aws_say(&aws_room, TOPICS_OF "/nodes", 403, DENIED);
    begin_prod();
    const struct away_view *view = look("connect-sink");
    assert_int_equal(view->error.code, PT_OK);
    assert_int_equal(view->topics[0].lag, PT_UNKNOWN);
    assert_true(notes("ListNodes: AccessDeniedException"));
    assert_true(notes("GetMetricData: AccessDeniedException"));
}

static void an_unknown_level_tells_no_rates(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.9.x", "PER_COW"));
    begin_prod();
    assert_true(isnan(look("g")->topics[0].in_per_s));
    assert_true(notes("the monitoring level is 'PER_COW'"));
}

/* Clusters of which AWS tells no topics: why, in one sentence. */
static void what_fails_is_one_sentence(void **state)
{
    static const struct {
        const char *in;
        int status;
        const char *body, *says;
        pt_code code;
    } cases[] = {
        {"/api/v2/clusters/arn", 200, PROVISIONED("3.5.1",   "DEFAULT"),                                                   "Kafka 3.5.1",
         PT_EUNSUPPORTED},
        {"/api/v2/clusters/arn",                      200,    "{\"clusterInfo\":{\"clusterType\":\"SERVERLESS\"}}",
         "Serverless",      PT_EUNSUPPORTED                                                                                                                   },
        {"/api/v2/clusters/arn",                      404,    "{\"__type\":\"NotFoundException\",\"message\":\"none\"}",
         "DescribeClusterV2", PT_ENOTFOUND                                                                                                            },
        {TOPICS_OF "/topics?",                      403,      DENIED,   "MSK ListTopics: Acc",                                                    PT_EAUTH},
        {TOPICS_OF "/topics?",                      200,      "{\"topics\":[{",   "MSK ListTopics",                                          PT_EDATA                                                                                                       },
        {TOPICS_OF "/topics?",                      418,      "{\"__type\":\"TeapotException\",\"message\":\"short\"}",
         "TeapotException",  PT_EREFUSED                                                                                                              },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (i > 0)
            assert_int_equal(aws_room_open(state), 0);
        say_prod(PROVISIONED("3.9.x", "DEFAULT"));
        local_aws_say(&aws_room, cases[i].in, cases[i].status, cases[i].body);
        begin_prod();
        const struct away_view *view = look("");
        if (view->error.code != cases[i].code || strstr(view->error.what, cases[i].says) == NULL)
            fail_msg("%s: code %d, %s", cases[i].says, view->error.code, view->error.what);
        assert_int_equal(view->n_topics, 0);
        if (i + 1 < sizeof cases / sizeof *cases)
            end_room(state);
    }
}

/* Without a name, the cluster is the one whose servers are configured; others are not asked. */
static void the_cluster_is_found_by_its_servers(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    local_aws_say(&aws_room, "/api/v2/clusters?", 200,
                  "{\"clusterInfoList\":[{\"clusterArn\":\"arn:aws:kafka:eu-west-1:1:cluster/o/2\","
                  "\"clusterName\":\"o\"},{\"clusterArn\":\"" ARN "\",\"clusterName\":\"prod\"}]}");
    local_aws_say(
        &aws_room, "/bootstrap-brokers", 200,
        "{\"bootstrapBrokerStringSaslIam\":\"b-1.o.x.c2.kafka.eu-west-1.amazonaws.com\"}");
    local_aws_say(&aws_room, TOPICS_OF "/bootstrap-brokers", 200, SERVERS);
    begin_with(AWS_ROOM_SET("bootstrap.servers=b-1.prod.x.c2.kafka.eu-west-1.amazonaws.com:9098"));
    assert_int_equal(look("")->error.code, PT_OK);
    assert_int_equal(heard.view->n_topics, 3);
}

static void servers_of_no_cluster_are_said(void **state)
{
    (void)state;
    local_aws_say(&aws_room, "/api/v2/clusters?", 200, "{\"clusterInfoList\":[]}");
    begin_with(AWS_ROOM_SET("bootstrap.servers=b-1.prod.x.c2.kafka.eu-west-1.amazonaws.com:9098"));
    assert_int_equal(look("")->error.code, PT_ENOTFOUND);
    assert_non_null(strstr(heard.view->error.what, "has the broker b-1.prod"));
}

/* A cluster that could not be asked may be the one. */
static void servers_that_cannot_be_asked_for_are_said(void **state)
{
    (void)state;
    local_aws_say(&aws_room, "/api/v2/clusters?", 200,
                  "{\"clusterInfoList\":[{\"clusterArn\":\"" ARN "\",\"clusterName\":\"prod\"}]}");
    local_aws_say(&aws_room, "/bootstrap-brokers", 403, DENIED);
    begin_with(AWS_ROOM_SET("bootstrap.servers=b-1.prod.x.c2.kafka.eu-west-1.amazonaws.com:9098"));
    assert_int_equal(look("")->error.code, PT_EAUTH);
    assert_non_null(strstr(heard.view->error.what, "GetBootstrapBrokers: AccessDenied"));
    assert_non_null(strstr(heard.view->error.what, "b-1.prod.x.c2"));
}

/* Servers of another cluster than the one that is named: nothing is told, and nothing changed. */
static void servers_of_another_cluster_are_refused(void **state)
{
    static struct pt_command cmd = {.topic = "0a1b.pin", .partitions = -1, .replication = -1};
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    begin_with(AWS_ROOM_SET("bootstrap.servers=b-1.test.x.c2.kafka.eu-west-1.amazonaws.com:9098",
                            "pintop.msk.cluster=" ARN));
    assert_int_equal(look("")->error.code, PT_ECONFIG);
    assert_non_null(strstr(heard.view->error.what,
                           "the brokers b-1.test.x.c2.kafka.eu-west-1.amazonaws.com:9098 are not "
                           "those of the cluster " ARN));
    assert_int_equal(away_delete_topic(away, &cmd, &result, &err), PT_ECONFIG);
    cmd.topic = "0a1b.new";
    assert_int_equal(away_create_topic(away, &cmd, &result, &err), PT_ECONFIG);
    assert_int_equal(local_aws_count(&aws_room, "DELETE "), 0);
    assert_int_equal(local_aws_count(&aws_room, "POST "), 0);
}

/* A cluster that was deleted and made again has another ARN. */
static void a_cluster_that_is_gone_is_looked_for_again(void **state)
{
    (void)state;
    local_aws_say(&aws_room, "/api/v2/clusters?", 200,
                  "{\"clusterInfoList\":[{\"clusterArn\":\"" ARN "\",\"clusterName\":\"prod\"}]}");
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 404,
                  "{\"__type\":\"NotFoundException\",\"message\":\"none\"}");
    begin_with(AWS_ROOM_SET("pintop.msk.cluster=prod"));
    assert_int_equal(look("")->error.code, PT_ENOTFOUND);
    char arn[256];
    away_cluster_arn(away, arn, sizeof arn);
    assert_string_equal(arn, "");
}

static void a_topic_that_was_deleted_hides_no_other(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.9.x", "DEFAULT"));
    local_aws_say(&aws_room, "/topics/0a1b.geo/partitions", 404,
                  "{\"__type\":\"NotFoundException\",\"message\":\"none\"}");
    begin_prod();
    const struct away_view *view = look("");
    assert_int_equal(view->topics[0].leaderless, -1);
    assert_int_equal(view->topics[1].leaderless, 1);
    assert_true(notes("the partitions of a topic are changing"));
}

static void brokers_of_no_msk_cluster_have_no_view(void **state)
{
    (void)state;
    begin_with(AWS_ROOM_SET("bootstrap.servers=kafka.example:9092"));
    assert_null(away);
    assert_false(away_is_shown(away));
    away_want(away, true, "");
    away_refresh(away);
}

/* The end does not wait for an AWS that does not answer. */
static void a_silent_aws_is_left_at_once(void **state)
{
    (void)state;
    local_aws_say(&aws_room, "/bootstrap-brokers", 200, SERVERS);
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 0, "");
    begin_prod();
    away_want(away, true, "");
    local_aws_await(&aws_room, "/api/v2/clusters/arn", 1);
    away_cancel(away);
    away_stop(away);
    away = NULL;
    assert_null(heard.view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(topics_partitions_rates_and_lag_are_told),
        IN_ROOM(figures_are_as_old_as_they_are),
        IN_ROOM(old_figures_are_unknown),
        IN_ROOM(what_is_not_told_is_unknown_and_said),
        IN_ROOM(denied_metrics_leave_the_topics),
        IN_ROOM(an_unknown_level_tells_no_rates),
        IN_ROOM(what_fails_is_one_sentence),
        IN_ROOM(the_cluster_is_found_by_its_servers),
        IN_ROOM(servers_of_no_cluster_are_said),
        IN_ROOM(servers_that_cannot_be_asked_for_are_said),
        IN_ROOM(servers_of_another_cluster_are_refused),
        IN_ROOM(a_cluster_that_is_gone_is_looked_for_again),
        IN_ROOM(a_topic_that_was_deleted_hides_no_other),
        IN_ROOM(brokers_of_no_msk_cluster_have_no_view),
        IN_ROOM(a_silent_aws_is_left_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
