/* The worker of the AWS-only view against AWS on loopback: what AWS says of one cluster, and the
 * look that is told. Of a test file's own. */
#ifndef UNIT_AWAY_ROOM_H
#define UNIT_AWAY_ROOM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "away/metrics.h"
#include "away/topics.h"
#include "aws_room.h"
#include "desk/section.h"

#define ARN "arn:aws:kafka:eu-west-1:123456789012:cluster/prod/1-2"
#define TOPICS_OF "/v1/clusters/arn%3Aaws%3Akafka%3Aeu-west-1%3A123456789012%3Acluster%2Fprod%2F1-2"
#define PROVISIONED(kafka, level)                                                                  \
    "{\"clusterInfo\":{\"clusterArn\":\"" ARN "\",\"clusterName\":\"prod\",\"state\":\"ACTIVE\","  \
    "\"clusterType\":\"PROVISIONED\",\"provisioned\":{\"numberOfBrokerNodes\":3,"                  \
    "\"enhancedMonitoring\":\"" level "\",\"brokerNodeGroupInfo\":{\"clientSubnets\":[\"s-1\","    \
    "\"s-2\"]},\"currentBrokerSoftwareInfo\":{\"kafkaVersion\":\"" kafka "\"}}}}"
#define TOPICS                                                                                     \
    "{\"topics\":[{\"topicName\":\"0a1b.pin\",\"partitionCount\":1,\"replicationFactor\":2,"       \
    "\"outOfSyncReplicaCount\":1},{\"topicName\":\"0a1b.geo\",\"partitionCount\":2,"               \
    "\"replicationFactor\":2,\"outOfSyncReplicaCount\":0},{\"topicName\":\"zeta\","                \
    "\"partitionCount\":3,\"replicationFactor\":2}]}"
#define NODES                                                                                      \
    "{\"nodeInfoList\":[{\"brokerNodeInfo\":{\"brokerId\":1}},{\"brokerNodeInfo\":{\"brokerId\":"  \
    "4}}]}"
#define SERIES(id, value, status)                                                                  \
    "{\"Id\":\"" id "\",\"Label\":\"" id "\",\"Timestamps\":[@],\"Values\":[" value                \
    "],\"StatusCode\":\"" status "\"}"
#define SERVERS                                                                                    \
    "{\"bootstrapBrokerStringSaslIam\":\"b-2.prod.x.c2.kafka.eu-west-1.amazonaws.com:9098,"        \
    "b-1.prod.x.c2.kafka.eu-west-1.amazonaws.com:9098\"}"
#define DENIED "{\"__type\":\"AccessDeniedException\",\"message\":\"not authorized\"}"

/* The two watched topics are 0a1b.geo (t0) and 0a1b.pin (t1). */
static const char metrics_form[] = "{\"MetricDataResults\":["
    /* clang-format off */
    SERIES("t0m0b0", "1.5", "Complete") "," SERIES("t0m0b1", "2", "Complete") ","
    SERIES("t0m2b0", "40", "Complete") "," SERIES("t0m3b0", "30", "Complete") ","
    SERIES("t0m4b0", "90.5", "Complete") ","
    SERIES("t1m0b0", "3", "Complete") "," SERIES("t1m0b1", "4", "InternalError") ","
    SERIES("t1m2b0", "\"many\"", "Complete") "," SERIES("t9m9b9", "1", "Complete")
    /* clang-format on */
    "]}";

static char metrics_told[4 * sizeof metrics_form];

static struct pt_config *cfg;
static struct away *away;
static struct pt_error err;
static struct pt_result result;
static struct {
    pthread_mutex_t lock;
    pthread_cond_t told;
    struct away_view *view;
    struct away_past_told *past;
} heard = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, NULL};

static inline void on_looked(void *arg, struct away_view *view)
{
    (void)arg;
    pthread_mutex_lock(&heard.lock);
    away_view_free(heard.view);
    heard.view = view;
    pthread_cond_signal(&heard.told);
    pthread_mutex_unlock(&heard.lock);
}

static inline void on_told_past(void *arg, struct away_past_told *told)
{
    (void)arg;
    pthread_mutex_lock(&heard.lock);
    free(heard.past);
    heard.past = told;
    pthread_cond_signal(&heard.told);
    pthread_mutex_unlock(&heard.lock);
}

static inline void begin_with(const char *const *settings)
{
    cfg = aws_room_config(settings);
    const struct away_opts opts = {.cfg = cfg, .looked = on_looked, .told_past = on_told_past};
    assert_int_equal(away_start(&opts, &away, &err), PT_OK);
}

static inline void begin_prod(void)
{
    begin_with(AWS_ROOM_SET("bootstrap.servers=b-1.prod.x.c2.kafka.eu-west-1.amazonaws.com:9098",
                            "pintop.msk.cluster=" ARN, "pintop.user.id=0a1b"));
}

/* CloudWatch's values are of the minute that ended so long ago; the first is of first_s ago. */
static inline void tell_figures(int age_s, int first_s)
{
    size_t n = 0;
    for (const char *c = metrics_form; *c != '\0'; c++) {
        if (*c == '@')
            n += (size_t)snprintf(metrics_told + n, sizeof metrics_told - n, "%lld",
                                  (long long)time(NULL) - 60 - first_s);
        else
            metrics_told[n++] = *c;
        if (*c == '@')
            first_s = age_s;
    }
    metrics_told[n] = '\0';
}

static inline void say_prod(const char *level_and_version)
{
    tell_figures(60, 60);
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 200, level_and_version);
    local_aws_say(&aws_room, "/bootstrap-brokers", 200, SERVERS);
    local_aws_say(&aws_room, TOPICS_OF "/topics?", 200, TOPICS);
    local_aws_say(&aws_room, "/topics/0a1b.geo/partitions", 200,
                  "{\"partitions\":[{\"partition\":1,\"leader\":4,\"replicas\":[4,1],\"isr\":[4]},"
                  "{\"partition\":0,\"leader\":1,\"replicas\":[1,4],\"isr\":[1,4]}]}");
    local_aws_say(&aws_room, "/topics/0a1b.pin/partitions", 200,
                  "{\"partitions\":[{\"partition\":0,\"replicas\":[1,4],\"isr\":[1]}]}");
    local_aws_say(&aws_room, TOPICS_OF "/nodes", 200, NODES);
    local_aws_say(&aws_room, "GetMetricData", 200, metrics_told);
}

static inline int end_room(void **state)
{
    away_stop(away);
    away = NULL;
    pt_config_free(cfg);
    cfg = NULL;
    away_view_free(heard.view);
    heard.view = NULL;
    free(heard.past);
    heard.past = NULL;
    result_clear(&result);
    memset(&result, 0, sizeof result);
    return aws_room_close(state);
}

static inline const struct away_view *look(const char *group)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    away_want(away, true, group);
    pthread_mutex_lock(&heard.lock);
    while (heard.view == NULL)
        assert_int_equal(pthread_cond_timedwait(&heard.told, &heard.lock, &until), 0);
    pthread_mutex_unlock(&heard.lock);
    return heard.view;
}

static inline bool notes(const char *text)
{
    return strstr(heard.view->note, text) != NULL;
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, aws_room_open, end_room)

#endif
