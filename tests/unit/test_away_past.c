/* The time before a pintop, asked of AWS on loopback: what CloudWatch tells, and what it does not
 * tell and why. */
#include "away_room.h"

static char past_told[2048];

/* Rates and lags of the newest period that counts, and the lag of one topic in the one before it.
 * Returns when the newest one begins, in seconds. */
static int64_t tell_past(const char *status)
{
    int64_t now_s = (int64_t)time(NULL), at_s = (now_s - 180) / 300 * 300 - 300;
    snprintf(
        past_told, sizeof past_told,
        "{\"MetricDataResults\":["
        "{\"Id\":\"t0m0b0\",\"Timestamps\":[%lld],\"Values\":[1.5],\"StatusCode\":\"Complete\"},"
        "{\"Id\":\"t0m0b1\",\"Timestamps\":[%lld],\"Values\":[2],\"StatusCode\":\"%s\"},"
        "{\"Id\":\"t0m2b0\",\"Timestamps\":[%lld,%lld],\"Values\":[40,30],"
        "\"StatusCode\":\"Complete\"},"
        "{\"Id\":\"t1m0b0\",\"Timestamps\":[%lld,%lld],\"Values\":[3,100],"
        "\"StatusCode\":\"Complete\"},"
        "{\"Id\":\"t1m2b0\",\"Timestamps\":[%lld],\"Values\":[5],\"StatusCode\":\"Complete\"}"
        "]}",
        (long long)at_s, (long long)at_s, status, (long long)at_s, (long long)at_s - 300,
        (long long)at_s, (long long)at_s - 90000, (long long)at_s);
    local_aws_say(&aws_room, "\"Period\":300", 200, past_told);
    return at_s;
}

static struct away_past_wish wish;

/* n_watched topics, of which the first two are the streams'. */
static void wish_for(size_t n_watched, const char *group)
{
    memset(&wish, 0, sizeof wish);
    wish.n_watched = n_watched;
    wish.n_lags = 2;
    for (size_t i = 0; i < n_watched && i < AWAY_PAST_TOPICS_MAX; i++)
        snprintf(wish.watched[i], sizeof wish.watched[i], "0a1b.%03zu", i);
    for (size_t i = 0; i < wish.n_lags; i++)
        snprintf(wish.lags[i], sizeof wish.lags[i], "0a1b.%03zu", i);
    snprintf(wish.group, sizeof wish.group, "%s", group);
}

/* Asks, and returns what was told. */
static const struct away_past_told *ask(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    away_ask_past(away, &wish);
    pthread_mutex_lock(&heard.lock);
    while (heard.past == NULL)
        assert_int_equal(pthread_cond_timedwait(&heard.told, &heard.lock, &until), 0);
    pthread_mutex_unlock(&heard.lock);
    return heard.past;
}

static bool past_notes(const char *text)
{
    return strstr(heard.past->past.note, text) != NULL;
}

/* How often a metric was asked for, in all requests. */
static int metrics_asked(const char *name)
{
    int n = 0;
    pthread_mutex_lock(&aws_room.lock);
    for (size_t at = 0; at < aws_room.n_heard; at += strlen(aws_room.heard + at) + 1)
        for (const char *in = aws_room.heard + at; (in = strstr(in, name)) != NULL; in++)
            n++;
    pthread_mutex_unlock(&aws_room.lock);
    return n;
}

/* One call, of the two figures alone that are pintop's own, too; and nothing is asked about topics,
 * which the brokers tell. */
static void the_time_before_is_told_in_periods(void **state)
{
    (void)state;
    say_prod(PROVISIONED("2.8.1", "PER_TOPIC_PER_BROKER")); /* without topic operations */
    int64_t at_s = tell_past("Complete");
    begin_prod();
    wish_for(2, "connect-sink");
    const struct away_past_told *told = ask();
    const struct pt_away_past *past = &told->past;
    assert_int_equal(told->error.code, PT_OK);
    assert_string_equal(past->note, "");
    assert_int_equal(past->n, PT_AWAY_PAST_MAX);
    assert_int_equal(past->period_ms, 300000);
    /* A minute may have passed between. */
    size_t at = (size_t)((at_s * 1000 - past->first_ms + 150000) / 300000);
    assert_in_range(at, past->n - 2, past->n - 1);
    assert_true(past->samples[at].in == 6.5f);
    assert_true(past->samples[at].lag == 45);
    assert_true(isnan(past->samples[at - 1].lag) && isnan(past->samples[at - 1].in));
    assert_true(isnan(past->samples[0].in));
    assert_int_equal(local_aws_count(&aws_room, "GetMetricData"), 1);
    assert_int_equal(local_aws_count(&aws_room, TOPICS_OF "/topics"), 0);
    assert_null(heard.view); /* the view of topics is not wanted */
}

/* A rate of which a part could not be found is unknown, which is said; the lag is as it was. */
static void a_part_is_not_the_whole(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.9.x", "PER_TOPIC_PER_BROKER"));
    tell_past("Forbidden");
    begin_prod();
    wish_for(2, "connect-sink");
    const struct pt_away_past *past = &ask()->past;
    bool has_lag = false;
    for (size_t i = 0; i < past->n; i++) {
        assert_true(isnan(past->samples[i].in));
        has_lag = has_lag || past->samples[i].lag == 45;
    }
    assert_true(has_lag);
    assert_string_equal(past->note,
                        "the rate in is unknown, because CloudWatch did not tell all of its parts");
}

static void what_is_refused_is_an_error(void **state)
{
    (void)state;
    say_prod(PROVISIONED("3.9.x", "PER_TOPIC_PER_BROKER"));
    local_aws_say(&aws_room, "GetMetricData", 403, DENIED);
    begin_prod();
    wish_for(2, "connect-sink");
    assert_int_equal(ask()->error.code, PT_EAUTH);
    assert_true(away_past_is_refused(heard.past->error.code));
    assert_non_null(strstr(heard.past->error.what, "GetMetricData: AccessDeniedException"));
    assert_int_equal(heard.past->past.n, 0);
    assert_int_equal(heard.past->past.first_ms, PT_UNKNOWN);
}

/* Each cluster and question of which CloudWatch cannot tell all: what is asked, and what is said.
 */
static void what_is_not_asked_for_is_said(void **state)
{
    static const struct {
        size_t n_watched;
        const char *group, *level, *says;
        int n_rates, n_lags; /* the metrics that are asked for */
        bool is_nodes_denied;
    } cases[] = {
        {50, "g", "PER_TOPIC_PER_BROKER",    "",                                                      100, 2, false},
        {51, "g", "PER_TOPIC_PER_BROKER",
         "51 topics are watched, and CloudWatch is asked for at most 50",                             0,   2, false},
        {2,  "g", "DEFAULT",                 "PER_TOPIC_PER_BROKER on, and this cluster has DEFAULT", 0,   2, false},
        {2,  "",  "PER_TOPIC_PER_PARTITION", "lag is unknown, because no sink is known",              4,   0, false},
        {2,  "",  "PER_COW",                 "the monitoring level is 'PER_COW'",                     0,   0, false},
        {2,  "g", "PER_TOPIC_PER_BROKER",    "ListNodes: AccessDeniedException",                      0,   2, true },
    };
    static char cluster[2048];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (i > 0)
            assert_int_equal(aws_room_open(state), 0);
        snprintf(
            cluster, sizeof cluster,
            "{\"clusterInfo\":{\"clusterArn\":\"" ARN "\",\"clusterName\":\"prod\","
            "\"clusterType\":\"PROVISIONED\",\"provisioned\":{\"enhancedMonitoring\":\"%s\"}}}",
            cases[i].level);
        say_prod(cluster);
        tell_past("Complete");
        if (cases[i].is_nodes_denied)
            local_aws_say(&aws_room, TOPICS_OF "/nodes", 403, DENIED);
        begin_prod();
        wish_for(cases[i].n_watched, cases[i].group);
        assert_int_equal(ask()->error.code, PT_OK);
        bool is_silent = cases[i].says[0] == '\0' && heard.past->past.note[0] == '\0';
        if (!is_silent && (cases[i].says[0] == '\0' || !past_notes(cases[i].says)))
            fail_msg("case %zu: \"%s\"", i, heard.past->past.note);
        assert_int_equal(metrics_asked("MessagesInPerSec"), cases[i].n_rates);
        assert_int_equal(metrics_asked("SumOffsetLag"), cases[i].n_lags);
        bool is_asked = cases[i].n_rates + cases[i].n_lags > 0;
        assert_int_equal(local_aws_count(&aws_room, "GetMetricData"), is_asked);
        assert_int_equal(heard.past->past.n > 0, is_asked);
        if (i + 1 < sizeof cases / sizeof *cases)
            end_room(state);
    }
}

static void a_serverless_cluster_is_refused(void **state)
{
    (void)state;
    say_prod("{\"clusterInfo\":{\"clusterName\":\"prod\",\"clusterType\":\"SERVERLESS\"}}");
    begin_prod();
    wish_for(2, "g");
    assert_int_equal(ask()->error.code, PT_EUNSUPPORTED);
    assert_true(away_past_is_refused(heard.past->error.code));
    assert_int_equal(local_aws_count(&aws_room, "GetMetricData"), 0);
}

static void brokers_of_no_msk_cluster_are_not_asked_about(void **state)
{
    (void)state;
    begin_with(AWS_ROOM_SET("bootstrap.servers=kafka.example:9092"));
    assert_null(away);
    away_ask_past(away, &wish);
}

/* The end does not wait for an AWS that does not answer, and nothing is told after it. */
static void a_silent_aws_is_left_at_once(void **state)
{
    (void)state;
    local_aws_say(&aws_room, "/bootstrap-brokers", 200, SERVERS);
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 0, "");
    begin_prod();
    wish_for(2, "g");
    away_ask_past(away, &wish);
    local_aws_await(&aws_room, "/api/v2/clusters/arn", 1);
    away_stop(away);
    away = NULL;
    assert_null(heard.past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(the_time_before_is_told_in_periods),
        IN_ROOM(a_part_is_not_the_whole),
        IN_ROOM(what_is_refused_is_an_error),
        IN_ROOM(what_is_not_asked_for_is_said),
        IN_ROOM(a_serverless_cluster_is_refused),
        IN_ROOM(brokers_of_no_msk_cluster_are_not_asked_about),
        IN_ROOM(a_silent_aws_is_left_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
