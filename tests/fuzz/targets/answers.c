/* Targets: what servers answer. */
#include "targets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/cloudwatch.h"
#include "aws/ec2.h"
#include "aws/iam.h"
#include "aws/logs.h"
#include "aws/msk.h"
#include "aws/mskconnect.h"
#include "aws/s3.h"
#include "aws/sts.h"
#include "base/clock.h"
#include "connector/backend/backend.h"
#include "connector/sink.h"
#include "connector/witness/ask.h"
#include "fake_aws.h"
#include "net/http.h"
#include "net/retry.h"

int fuzz_url(const uint8_t *data, size_t len)
{
    char text[2048], host[128], region[AWS_REGION_MAX];
    const char *path;
    int64_t at;
    size_t n = len < sizeof text - 1 ? len : sizeof text - 1;
    memcpy(text, data, n);
    text[n] = '\0';
    http_url_split(text, host, sizeof host, &path, NULL);
    aws_region_of_broker(text, region, sizeof region);
    aws_region_of_arn(text, region, sizeof region);
    clock_parse_iso(text, &at);
    retry_wait_ms(0, 0.5, text, 0);
    return 0;
}

/* What the net answers: status by the first byte, the rest is the body. */
static const uint8_t *answer_data;
static size_t answer_len;

static pt_code give(struct fake_aws *fake, size_t n, struct http_answer *answer,
                    struct pt_error *err)
{
    static const int statuses[] = {200, 200, 200, 200, 403, 404, 429, 500};
    (void)err;
    fake->n_calls = n >= FAKE_CALLS_MAX - 2 ? 0 : fake->n_calls;
    answer->status = answer_len > 0 ? statuses[answer_data[0] & 7] : 200;
    if (answer_len > 1)
        http_answer_add(answer, answer_data + 1, answer_len - 1);
    return PT_OK;
}

static struct fake_aws fake;

static void open_client(struct aws_client *client, struct aws_keys *keys, const uint8_t *data,
                        size_t len)
{
    const struct aws_options options = {.region = "us-east-1"};
    memset(&fake, 0, sizeof fake);
    fake.answer = give;
    answer_data = data;
    answer_len = len;
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    aws_client_init(client, &world, &net, &options);
    aws_client_load(client, NULL);
    memset(keys, 0, sizeof *keys);
    aws_keys_set(keys, "AKID", "secret", NULL);
}

/* Lists whose pages never end are cut by their limits. */
int fuzz_json(const uint8_t *data, size_t len)
{
    struct aws_client client;
    struct aws_keys keys;
    struct mskc_connectors connectors;
    struct mskc_connector connector;
    struct mskc_operation operation;
    struct mskc_plugin plugin;
    struct msk_clusters clusters;
    struct msk_bootstrap servers;
    struct cw_data metrics;
    struct logs_events events;
    const struct logs_filter filter = {.group = "g", .limit = 20};
    open_client(&client, &keys, data, len);
    if (mskc_list(&client, &keys, NULL, 20, &connectors, NULL) == PT_OK)
        mskc_connectors_done(&connectors);
    if (mskc_describe(&client, &keys, "a", &connector, NULL) == PT_OK)
        mskc_connector_done(&connector);
    mskc_describe_operation(&client, &keys, "a", &operation, NULL);
    mskc_describe_plugin(&client, &keys, "a", &plugin, NULL);
    if (msk_list_clusters(&client, &keys, NULL, 20, &clusters, NULL) == PT_OK)
        msk_clusters_done(&clusters);
    msk_get_bootstrap(&client, &keys, "a", &servers, NULL);
    if (cw_get_metric_data(&client, &keys, NULL, 0, 0, 1, &metrics, NULL) == PT_OK)
        cw_data_done(&metrics);
    if (logs_filter_events(&client, &keys, &filter, &events, NULL) == PT_OK)
        logs_events_done(&events);
    aws_keys_done(&keys);
    aws_client_done(&client);
    return 0;
}

int fuzz_xml(const uint8_t *data, size_t len)
{
    struct aws_client client;
    struct aws_keys keys, role = {0};
    struct sts_identity who;
    struct iam_role iam;
    struct ec2_instances hosts;
    struct s3_bucket bucket = {.name = "b"};
    struct s3_listing list;
    const struct sts_assume assume = {.role_arn = "r", .session_name = "s"};
    open_client(&client, &keys, data, len);
    sts_get_caller_identity(&client, &keys, 0, &who, NULL);
    sts_assume_role(&client, &keys, &assume, &role, NULL);
    aws_keys_done(&role);
    if (iam_get_role(&client, &keys, "r", &iam, NULL) == PT_OK)
        iam_role_done(&iam);
    if (ec2_describe_instances(&client, &keys, NULL, 0, 20, &hosts, NULL) == PT_OK)
        ec2_instances_done(&hosts);
    if (s3_list(&client, &keys, &bucket, "", NULL, NULL, 20, &list, NULL) == PT_OK)
        s3_listing_done(&list);
    aws_keys_done(&keys);
    aws_client_done(&client);
    return 0;
}

/* A worker's log, line by line. */
int fuzz_log(const uint8_t *data, size_t len)
{
    struct log_cutter cutter;
    struct log_blocks blocks;
    struct conn_log witness;
    char *text = malloc(len + 1), *rest = text, *line;
    memcpy(text, data, len);
    text[len] = '\0';
    log_cutter_init(&cutter);
    while ((line = strsep(&rest, "\n")) != NULL)
        log_cutter_add(&cutter, "s", 1, line);
    log_cutter_end(&cutter, &blocks);
    struct conn conn;
    conn_init(&conn);
    log_witness(&blocks, &conn, &witness);
    free(witness.text);
    log_blocks_done(&blocks);
    free(text);
    return 0;
}

/* What a sink's settings are taken for. */
static void read_sink(struct conn *conn)
{
    struct sink sink;
    struct sink_topics topics;
    struct conn_checks checks = {0};
    char text[300];
    sink_read(conn, &sink);
    sink_topics_init(&topics, &sink);
    sink_does_read(&topics, "demo.pin");
    sink_topics_done(&topics);
    sink_prefix(&sink, "demo.pin", 1, text, sizeof text);
    sink_hour_prefix(&sink, "demo.pin", 1795403558000, text, sizeof text);
    pt_objects_per_hour(sink.flush_size, sink_turn_ms(&sink), 5, 3);
    check_config(conn, "us-east-1", &checks);
    conn_read_rules(conn);
}

/* Kafka Connect's answers. */
int fuzz_connect(const uint8_t *data, size_t len)
{
    struct aws_client client;
    struct aws_keys keys;
    struct conn_backend backend;
    struct conn_list list;
    char url[128], user[128], password[128], *text = strndup((const char *)data, len);
    open_client(&client, &keys, data, len);
    const struct conn_access access = {
        .net = client.net, .url = "http://h", .user = "", .password = ""};
    conn_backend_init(&backend, &conn_connect, &access);
    snprintf(backend.version, sizeof backend.version, "3.0");
    if (conn_connect.list(&backend, "", &list, NULL) == PT_OK) {
        for (size_t i = 0; i < list.n; i++)
            read_sink(&list.items[i]);
        conn_list_done(&list);
    }
    conn_url_split(text, url, user, password, sizeof url);
    free(text);
    aws_keys_done(&keys);
    aws_client_done(&client);
    return 0;
}
