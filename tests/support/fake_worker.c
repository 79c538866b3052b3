#include "fake_worker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_read.h"

static void note_write(struct fake_worker *w, const char *request)
{
    size_t used = strlen(w->written);
    const char *body = strstr(request, "\r\n\r\n");
    snprintf(w->written + used, sizeof w->written - used, "%.*s %s\n", (int)strcspn(request, "\r"),
             request, body != NULL ? body + 4 : "");
    w->n_writes++;
    if (w->does_ignore)
        return;
    if (strncmp(request, "DELETE", 6) == 0)
        w->is_there = false;
    if (strncmp(request, "POST /v1/connectors ", 20) == 0 ||
        strncmp(request, "POST /connectors ", 17) == 0)
        w->is_there = true;
    if (strstr(request, "/config ") != NULL && body != NULL)
        snprintf(w->config, sizeof w->config, "%s", w->becomes != NULL ? w->becomes : body + 4);
    if (strstr(request, "/pause ") != NULL)
        w->state = "PAUSED";
    if (strstr(request, "/resume ") != NULL)
        w->state = "RUNNING";
}

/* ---- AWS ---- */

#define ACCOUNT ":us-east-1:123456789012:"
#define CONNECTOR_ARN "arn:aws:kafkaconnect" ACCOUNT "connector/sink/1-2"
#define CLUSTER_ARN "arn:aws:kafka" ACCOUNT "cluster/prod/1-2"

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Does an AWS request only ask? JSON services say so in a header, by their operations' names. */
static bool is_question(const char *request)
{
    const char *target = strcasestr(request, "\r\nx-amz-target: ");
    const char *name = target != NULL ? strchr(target + 2, '.') : NULL;
    if (begins(request, "GET"))
        return true;
    if (name != NULL)
        return begins(name, ".Describe") || begins(name, ".Get") || begins(name, ".Filter") ||
               begins(name, ".List");
    return strstr(request, "Action=Get") != NULL;
}

static void put_connector(const struct fake_worker *w, bool has_config, char *out, size_t cap)
{
    snprintf(out, cap,
             "{\"connectorArn\":\"" CONNECTOR_ARN "\",\"connectorName\":\"sink\","
             "\"connectorState\":\"%s\",\"currentVersion\":\"V1\",\"kafkaConnectVersion\":"
             "\"3.7.x\",\"creationTime\":\"2026-01-01T00:00:00Z\",\"capacity\":"
             "{\"provisionedCapacity\":{\"mcuCount\":1,\"workerCount\":1}}%s%s}",
             w->state, has_config ? ",\"connectorConfiguration\":" : "",
             has_config ? w->config : "");
}

static void note_aws_write(struct fake_worker *w, const char *request)
{
    const char *body = strstr(request, "\r\n\r\n");
    const char *map = body != NULL ? strstr(body, "\"connectorConfiguration\":") : NULL;
    note_write(w, request);
    if (w->does_ignore || !begins(request, "PUT") || map == NULL)
        return;
    map += strlen("\"connectorConfiguration\":");
    snprintf(w->config, sizeof w->config, "%.*s", (int)strlen(map) - 1, map);
}

/* MSK Connect, MSK, Logs and STS, as far as pintop asks them. 0: it is not for AWS. */
static int answer_aws(struct fake_worker *w, const char *request, char *body, size_t cap)
{
    const char *path = strchr(request, ' ');
    char one[20000] = "";
    if (path == NULL ||
        (!begins(path, " /v1/") && !begins(path, " /api/") && !begins(path, " / ")) ||
        begins(request, "GET / "))
        return 0;
    body[0] = '\0';
    snprintf(body, cap, "{}");
    if (!is_question(request)) {
        note_aws_write(w, request);
        if (begins(request, "POST /v1/connectors "))
            snprintf(body, cap, "{\"connectorArn\":\"" CONNECTOR_ARN "\"}");
        return 200;
    }
    w->n_reads++;
    if (begins(path, " /v1/connectors?")) {
        if (w->is_there)
            put_connector(w, false, one, sizeof one);
        snprintf(body, cap, "{\"connectors\":[%s]}", one);
    } else if (begins(path, " /v1/connectors/")) {
        if (!w->is_there)
            return 404;
        put_connector(w, true, body, cap);
    } else if (begins(path, " /v1/custom-plugins")) {
        snprintf(body, cap,
                 "{\"customPlugins\":[{\"name\":\"demo-plugin\",\"customPluginArn\":\"arn:p\","
                 "\"customPluginState\":\"ACTIVE\",\"latestRevision\":{\"revision\":1}}]}");
    } else if (begins(path, " /api/v2/clusters")) {
        char cluster[600];
        snprintf(cluster, sizeof cluster,
                 "{\"clusterArn\":\"" CLUSTER_ARN "\",\"clusterName\":\"%s\",\"state\":\"ACTIVE\","
                 "\"clusterType\":\"PROVISIONED\",\"provisioned\":{\"brokerNodeGroupInfo\":"
                 "{\"clientSubnets\":[\"subnet-1\"],\"securityGroups\":[\"sg-1\"]},"
                 "\"clientAuthentication\":{\"sasl\":{\"iam\":{\"enabled\":true}}}}}",
                 w->cluster);
        bool is_list = begins(path, " /api/v2/clusters?");
        snprintf(body, cap, is_list ? "{\"clusterInfoList\":[%s]}" : "{\"clusterInfo\":%s}",
                 cluster);
    } else if (strstr(path, "/bootstrap-brokers ") != NULL) {
        snprintf(body, cap, "{\"bootstrapBrokerStringSaslIam\":\"127.0.0.1:1\"}");
    }
    return 200;
}

/* ---- Kafka Connect ---- */

/* With the lock. Returns the status. */
static int answer(struct fake_worker *w, const char *request, char *body, size_t cap)
{
    char status[400];
    snprintf(status, sizeof status,
             "{\"name\":\"sink\",\"connector\":{\"state\":\"%s\",\"worker_id\":\"w:1\"},\"tasks\":"
             "[{\"id\":0,\"state\":\"%s\",\"worker_id\":\"w:1\"}],\"type\":\"sink\"}",
             w->state, w->state);
    int aws = answer_aws(w, request, body, cap);
    if (aws != 0)
        return aws;
    body[0] = '\0';
    if (strncmp(request, "HEAD", 4) == 0)
        return 200;
    if (strncmp(request, "GET", 3) != 0) {
        note_write(w, request);
        return strncmp(request, "DELETE", 6) == 0 ? 204 : 202;
    }
    w->n_reads++;
    if (strncmp(request, "GET / ", 6) == 0) {
        snprintf(body, cap, "{\"version\":\"3.9.2\"}");
    } else if (!w->is_there) {
        snprintf(body, cap, "{}");
        return strncmp(request, "GET /connectors?", 16) == 0 ? 200 : 404;
    } else if (strncmp(request, "GET /connectors/sink/status", 27) == 0) {
        snprintf(body, cap, "%s", status);
    } else if (strncmp(request, "GET /connectors/sink/config", 27) == 0) {
        snprintf(body, cap, "%s", w->config);
    } else if (strncmp(request, "GET /connectors/sink", 20) == 0) {
        snprintf(body, cap, "{\"name\":\"sink\",\"config\":%s,\"tasks\":[],\"type\":\"sink\"}",
                 w->config);
    } else {
        snprintf(body, cap, "{\"sink\":{\"status\":%s,\"info\":{\"config\":%s,\"type\":\"sink\"}}}",
                 status, w->config);
    }
    return 200;
}

/* One request of a connection that is kept; false: it has ended. */
static bool serve_one(struct fake_worker *w, int fd)
{
    static _Thread_local char request[65536], body[65536], out[66000];
    http_read_request(fd, request, sizeof request);
    pthread_mutex_lock(&w->lock);
    int status = request[0] != '\0' && !w->is_ending ? answer(w, request, body, sizeof body) : 0;
    bool is_change = strncmp(request, "GET", 3) != 0 && strncmp(request, "POST / ", 7) != 0;
    bool is_lost = w->does_cut && is_change;
    if (status != 0 && w->does_fail && is_change) {
        status = 200;
        snprintf(body, sizeof body, "{\"error_code\":500,\"message\":\"boom\"}");
    }
    pthread_mutex_unlock(&w->lock);
    if (status == 0 || is_lost)
        return false;
    snprintf(out, sizeof out,
             "HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             status, strlen(body), body);
    send(fd, out, strlen(out), MSG_NOSIGNAL);
    return true;
}

struct talk {
    struct fake_worker *worker;
    int *fd; /* its place among the worker's */
};

static void *converse(void *arg)
{
    struct talk talk = *(struct talk *)arg;
    struct fake_worker *w = talk.worker;
    int fd = *talk.fd;
    free(arg);
    while (serve_one(w, fd)) {
    }
    pthread_mutex_lock(&w->lock);
    *talk.fd = -1;
    close(fd);
    pthread_cond_broadcast(&w->has_left);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void *serve(void *arg)
{
    struct fake_worker *w = arg;
    for (;;) {
        int fd = accept(w->fd, NULL, NULL), *place = NULL;
        pthread_t thread;
        if (fd < 0)
            return NULL;
        pthread_mutex_lock(&w->lock);
        for (size_t i = 0; i < FAKE_WORKER_TALKS; i++)
            if (w->talks[i] < 0)
                place = &w->talks[i];
        struct talk *talk = w->is_ending || place == NULL ? NULL : malloc(sizeof *talk);
        if (talk != NULL) {
            *talk = (struct talk){w, place};
            *place = fd;
        }
        pthread_mutex_unlock(&w->lock);
        if (talk == NULL) {
            close(fd);
        } else {
            assert_int_equal(pthread_create(&thread, NULL, converse, talk), 0);
            pthread_detach(thread);
        }
    }
}

void fake_worker_start(struct fake_worker *w, const char *config)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    *w = (struct fake_worker){.state = "RUNNING", .is_there = true, .cluster = "prod"};
    snprintf(w->config, sizeof w->config, "%s", config);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->has_left, NULL);
    for (size_t i = 0; i < FAKE_WORKER_TALKS; i++)
        w->talks[i] = -1;
    w->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(w->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(w->fd, 16), 0);
    assert_int_equal(getsockname(w->fd, (struct sockaddr *)&at, &len), 0);
    w->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&w->thread, NULL, serve, w), 0);
}

void fake_worker_stop(struct fake_worker *w)
{
    pthread_mutex_lock(&w->lock);
    w->is_ending = true;
    pthread_mutex_unlock(&w->lock);
    shutdown(w->fd, SHUT_RDWR);
    pthread_join(w->thread, NULL);
    close(w->fd);
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < FAKE_WORKER_TALKS; i++) {
        if (w->talks[i] >= 0)
            shutdown(w->talks[i], SHUT_RDWR);
        while (w->talks[i] >= 0)
            pthread_cond_wait(&w->has_left, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    pthread_cond_destroy(&w->has_left);
    pthread_mutex_destroy(&w->lock);
}

void fake_worker_set(struct fake_worker *w, const char *config)
{
    pthread_mutex_lock(&w->lock);
    snprintf(w->config, sizeof w->config, "%s", config);
    w->state = "RUNNING";
    w->is_there = true;
    w->does_cut = w->does_ignore = w->does_fail = false;
    w->becomes = NULL;
    w->written[0] = '\0';
    pthread_mutex_unlock(&w->lock);
}

int fake_worker_writes(struct fake_worker *w)
{
    pthread_mutex_lock(&w->lock);
    int n = w->n_writes;
    pthread_mutex_unlock(&w->lock);
    return n;
}

void fake_worker_config(struct fake_worker *w, char *out, size_t cap)
{
    pthread_mutex_lock(&w->lock);
    snprintf(out, cap, "%s", w->config);
    pthread_mutex_unlock(&w->lock);
}

void fake_worker_written(struct fake_worker *w, char *out, size_t cap)
{
    pthread_mutex_lock(&w->lock);
    snprintf(out, cap, "%s", w->written);
    pthread_mutex_unlock(&w->lock);
}
