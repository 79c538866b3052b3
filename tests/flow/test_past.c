/* CloudWatch's time before an engine whose brokers answer: asked once on a cluster of MSK, and on
 * no other one. AWS is on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine_fixture.h"
#include "local_aws.h"

#define ARN "arn:aws:kafka:eu-west-1:123456789012:cluster/prod/1-2"

static struct local_aws aws;
static struct embedded *cluster;
static char bootstrap[400], told[1024], endpoint[128];

static int begin(void **state)
{
    if (flow_setup(state) != 0)
        return -1;
    setenv("AWS_ACCESS_KEY_ID", "AKIATEST", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    local_aws_start(&aws);
    cluster = flow_cluster((const char *const[]){"demo.pin", "demo.geo", "demo.user", NULL}, 1);
    snprintf(endpoint, sizeof endpoint, "pintop.aws.endpoint.url=%s", local_aws_url(&aws));
    return 0;
}

static int end(void **state)
{
    int rc = flow_teardown(state);
    local_aws_stop(&aws);
    return rc;
}

/* The cluster is MSK's, and CloudWatch has one period of it, two hours ago. */
static void say_prod(void)
{
    long long at_s = (long long)time(NULL) / 300 * 300 - 7200;
    snprintf(bootstrap, sizeof bootstrap, "{\"bootstrapBrokerString\":\"%s\"}", cluster->bootstrap);
    snprintf(told, sizeof told,
             "{\"MetricDataResults\":[{\"Id\":\"t0m0b0\",\"Timestamps\":[%lld],\"Values\":[12],"
             "\"StatusCode\":\"Complete\"}]}",
             at_s);
    local_aws_say(&aws, "/api/v2/clusters/arn", 200,
                  "{\"clusterInfo\":{\"clusterArn\":\"" ARN "\",\"clusterName\":\"prod\",\"state\":"
                  "\"ACTIVE\",\"clusterType\":\"PROVISIONED\",\"provisioned\":{"
                  "\"numberOfBrokerNodes\":3,\"enhancedMonitoring\":\"PER_TOPIC_PER_BROKER\"}}}");
    local_aws_say(&aws, "/bootstrap-brokers", 200, bootstrap);
    local_aws_say(&aws, "/nodes", 200,
                  "{\"nodeInfoList\":[{\"brokerNodeInfo\":{\"brokerId\":1}}]}");
    local_aws_say(&aws, "GetMetricData", 200, told);
}

/* With a sink's name, so that no group is waited for. */
static struct flow *start_on(const char *servers, const char *msk)
{
    struct flow *flow =
        flow_start(FLOW_RUN(0), FLOW_SET(servers, endpoint, msk, "pintop.aws.region=eu-west-1",
                                         "pintop.connector.name=sink"));
    flow_wait_up(flow);
    return flow;
}

static bool has_topics(const struct flow *flow, int64_t n)
{
    return flow->snap->topics->n_topics >= (size_t)n;
}

static bool has_past(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return flow->snap->minutes->away.n > 0;
}

static bool has_note(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return flow->snap->minutes->away.note[0] != '\0';
}

static bool has_seconds(const struct flow *flow, int64_t n)
{
    return flow->snap->series->last_sample >= n;
}

static void brokers_answer_and_the_past_is_there(void **state)
{
    (void)state;
    say_prod();
    struct flow *flow = start_on(flow_servers(cluster), "pintop.msk.cluster=" ARN);
    flow_wait(flow, has_past, 0, "CloudWatch's past");
    const struct pt_away_past *past = &flow->snap->minutes->away;
    assert_int_equal(flow->snap->topics->source, PT_TOPICS_OF_KAFKA);
    size_t n_known = 0;
    for (size_t i = 0; i < past->n; i++) {
        assert_true(isnan(past->samples[i].in) || past->samples[i].in == 12);
        assert_true(isnan(past->samples[i].lag));
        n_known += !isnan(past->samples[i].in);
    }
    assert_int_equal(n_known, 1);
    assert_string_equal(past->note, "");
    /* Of what pintop saw itself nothing has changed, and the question is not repeated. */
    flow_wait(flow, has_seconds, flow->snap->series->last_sample + 3, "three seconds");
    assert_int_equal(flow->snap->series->away.n, 0);
    assert_int_equal(local_aws_count(&aws, "GetMetricData"), 1);
    assert_int_equal(local_aws_count(&aws, "\"Consumer Group\""), 1);
    assert_int_equal(local_aws_count(&aws, "/topics"), 0); /* the brokers tell them */
    flow_stop(flow, -2);
    flow_close(flow);
}

static void who_is_denied_asks_once_and_says_so(void **state)
{
    (void)state;
    say_prod();
    local_aws_say(&aws, "GetMetricData", 403,
                  "{\"__type\":\"AccessDeniedException\",\"message\":\"not authorized\"}");
    struct flow *flow = start_on(flow_servers(cluster), "pintop.msk.cluster=" ARN);
    flow_wait(flow, has_note, 0, "the reason");
    assert_non_null(strstr(flow->snap->minutes->away.note, "GetMetricData: AccessDenied"));
    assert_int_equal(flow->snap->minutes->away.n, 0);
    flow_wait_event(flow, "CloudWatch does not tell the time before this start");
    flow_wait(flow, has_seconds, flow->snap->series->last_sample + 3, "three seconds");
    assert_int_equal(local_aws_count(&aws, "GetMetricData"), 1);
    /* Now it may, and the operator asks for everything again. */
    local_aws_say(&aws, "GetMetricData", 200, told);
    flow_check_result(flow_ask(flow, &(const struct pt_command){.kind = PT_CMD_REFRESH}),
                      PT_RESULT_DONE);
    flow_wait(flow, has_past, 0, "CloudWatch's past");
    assert_string_equal(flow->snap->minutes->away.note, "");
    flow_stop(flow, -2);
    flow_close(flow);
}

/* Neither a cluster that is none of MSK's nor the embedded one has a CloudWatch. */
static void of_other_clusters_nothing_is_asked(void **state)
{
    (void)state;
    struct flow *flows[] = {start_on(flow_servers(cluster), "pintop.user.id=demo"),
                            start_on("bootstrap.servers=embedded", "pintop.user.id=demo")};
    for (size_t i = 0; i < sizeof flows / sizeof *flows; i++) {
        flow_wait(flows[i], has_seconds, 3, "three seconds");
        assert_int_equal(flows[i]->snap->minutes->away.n, 0);
        assert_string_equal(flows[i]->snap->minutes->away.note, "");
        flow_stop(flows[i], -2);
        flow_close(flows[i]);
    }
    assert_int_equal(local_aws_count(&aws, ""), 0);
}

/* It shows no chart. */
static void a_command_of_one_shot_asks_nothing(void **state)
{
    (void)state;
    say_prod();
    struct flow *flow =
        flow_start(FLOW_RUN(.is_oneshot = true),
                   FLOW_SET(flow_servers(cluster), endpoint, ("pintop.msk.cluster=" ARN),
                            "pintop.aws.region=eu-west-1", "pintop.connector.name=sink"));
    flow_wait(flow, has_topics, 3, "the topics");
    flow_wait(flow, has_seconds, flow->snap->series->last_sample + 3, "three seconds");
    assert_int_equal(local_aws_count(&aws, ""), 0);
    flow_stop(flow, -2);
    flow_close(flow);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(brokers_answer_and_the_past_is_there),
        ON(who_is_denied_asks_once_and_says_so),
        ON(of_other_clusters_nothing_is_asked),
        ON(a_command_of_one_shot_asks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
