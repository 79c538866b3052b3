#include "local_msk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct local_msk msk;

static void msk_send(int fd, int status, const char *body)
{
    char head[200];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %d x\r\nContent-Type: application/json\r\nConnection: close\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     status, strlen(body));
    send(fd, head, (size_t)n, MSG_NOSIGNAL | MSG_MORE);
    send(fd, body, strlen(body), MSG_NOSIGNAL);
}

static const char *msk_state(const char *state)
{
    bool is_over =
        strcmp(state, "CREATING") == 0 && msk.becomes != NULL && ++msk.n_states > msk.until;
    return is_over ? msk.becomes : state;
}

static int msk_plugin(char *out, size_t cap)
{
    return snprintf(
        out, cap,
        "{\"name\":\"0a1b-plugin\",\"customPluginArn\":\"" LOCAL_MSK_PLUGIN
        "\",\"customPluginState\":\"%s\",\"stateDescription\":{\"code\":\"%s\",\"message\":\"%s\"},"
        "\"latestRevision\":{\"revision\":1,\"location\":{\"s3Location\":{\"bucketArn\":\"%s\","
        "\"fileKey\":\"%s\"}},\"fileDescription\":{\"fileMd5\":\"%s\",\"fileSize\":%zu}}}",
        msk_state(msk.plugin), msk.plugin_message[0] != '\0' ? "Bad.Zip" : "", msk.plugin_message,
        msk.plugin_bucket, msk.plugin_key, msk.plugin_md5, msk.plugin_bytes);
}

static int msk_connector(char *out, size_t cap)
{
    return snprintf(
        out, cap,
        "{\"connectorArn\":\"arn:c/%s\",\"connectorName\":\"%s\",\"connectorState\":\"%s\","
        "\"stateDescription\":{\"code\":\"\",\"message\":\"%s\"},\"currentVersion\":\"v1\","
        "\"kafkaCluster\":{\"apacheKafkaCluster\":{\"bootstrapServers\":\"%s\"}},"
        "\"kafkaClusterClientAuthentication\":{\"authenticationType\":\"%s\"},"
        "\"kafkaClusterEncryptionInTransit\":{\"encryptionType\":\"TLS\"},"
        "\"serviceExecutionRoleArn\":\"%s\",\"plugins\":[{\"customPlugin\":{\"customPluginArn\":"
        "\"%s\",\"revision\":1}}],\"logDelivery\":{\"workerLogDelivery\":{\"cloudWatchLogs\":{"
        "\"enabled\":%s,\"logGroup\":\"/g\"}}},\"connectorConfiguration\":{%s}}",
        msk.connector_name, msk.connector_name, msk_state(msk.connector), msk.connector_message,
        msk.servers, msk.auth, msk.role, msk.plugin_arn, msk.has_no_logs ? "false" : "true",
        msk.settings);
}

static bool msk_is_behind(int *n)
{
    bool is_behind = msk.n_created > 0 && *n > 0;
    *n -= is_behind;
    return is_behind;
}

static void msk_describe(int fd, const char *item)
{
    if (msk_is_behind(&msk.details_behind))
        msk_send(fd, 404, "{\"message\":\"m\",\"__type\":\"NotFoundException\"}");
    else
        msk_send(fd, 200, item);
}

static void msk_list(int fd, const char *list, const char *item, bool is_there, bool is_twice)
{
    static char body[131072];
    size_t used;
    is_there = is_there && !msk_is_behind(&msk.lists_behind);
    used = (size_t)snprintf(
        body, sizeof body, "{\"%s\":[%s%s%s", list, is_there ? item : "",
        is_twice ? ",{\"connectorArn\":\"arn:c/2\",\"connectorName\":\"0a1b-b\"}" : "",
        is_twice ? ",{\"connectorArn\":\"arn:c/3\",\"connectorName\":\"0a1bc-c\"}" : "");
    for (int i = 0; i < 1000 && msk.has_many; i++)
        used += (size_t)snprintf(body + used, sizeof body - used,
                                 "%s{\"connectorArn\":\"arn:c/4\",\"connectorName\":\"0a1bx%d\","
                                 "\"customPluginArn\":\"arn:p/4\",\"name\":\"0a1bx%d\"}",
                                 i > 0 || is_there ? "," : "", i, i);
    snprintf(body + used, sizeof body - used, "]%s}",
             msk.has_many ? ",\"nextToken\":\"more\"" : "");
    msk_send(fd, 200, body);
}

static bool msk_on_plugins(int fd, const char *request)
{
    static char one[4096];
    if (msk.plugin != NULL)
        msk_plugin(one, sizeof one);
    if (strncmp(request, "POST ", 5) == 0) {
        if (strstr(request, "\"fileKey\":\"" LOCAL_MSK_ZIP "\"") == NULL ||
            strstr(request, "\"bucketArn\":\"arn:aws:s3:::0a1b-bucket\"") == NULL)
            fail_msg("another request: %s", request);
        msk.plugin = "CREATING";
        msk.n_created++;
        msk_send(fd, msk.is_lost ? 500 : 200,
                 msk.is_lost ? "{\"message\":\"Internal\"}"
                             : "{\"customPluginArn\":\"" LOCAL_MSK_PLUGIN
                               "\",\"name\":\"0a1b-plugin\"}");
    } else if (strstr(request, "GET /v1/custom-plugins?") == request) {
        msk_list(fd, "customPlugins", one, msk.plugin != NULL, false);
    } else {
        msk_describe(fd, one);
    }
    return true;
}

static bool msk_on_connectors(int fd, const char *request)
{
    static char one[8192];
    if (msk.connector != NULL)
        msk_connector(one, sizeof one);
    if (msk.is_denied) {
        msk_send(fd, 403,
                 "{\"Message\":\"User: u is not authorized to perform: "
                 "kafkaconnect:ListConnectors\",\"__type\":\"AccessDeniedException\"}");
    } else if (strncmp(request, "POST ", 5) == 0) {
        msk.connector = "CREATING";
        msk.n_created++;
        if (msk.is_lost)
            msk_send(fd, 500, "{\"message\":\"Internal\"}");
        else
            msk_send(fd, 200, "{\"connectorArn\":\"arn:c/0a1b-connector\"}");
    } else if (strstr(request, "GET /v1/connectors?") == request) {
        msk_list(fd, "connectors", one, msk.connector != NULL, msk.has_two);
    } else {
        msk_describe(fd, one);
    }
    return true;
}

static bool msk_hook(void *arg, int fd, const char *request)
{
    if (strstr(request, " /v1/custom-plugins") != NULL)
        return msk_on_plugins(fd, request);
    if (strstr(request, " /v1/connectors") != NULL)
        return msk_on_connectors(fd, request);
    return local_bucket_answer(arg, fd, request);
}

void local_msk_start(struct local_bucket *bucket, struct local_aws *aws)
{
    memset(&msk, 0, sizeof msk);
    local_aws_hook(aws, msk_hook, bucket);
}
