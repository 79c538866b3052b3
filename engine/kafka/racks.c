#include "kafka/racks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/printable.h"
#include "kafka/asked.h"
#include "kafka/handle.h"

enum { RACKS_TIMEOUT_MS = 5000 };
#define RACKS_AGAIN_US INT64_C(600000000)

void racks_done(struct racks *racks)
{
    if (racks->queue != NULL)
        rd_kafka_queue_destroy(racks->queue);
    racks->queue = NULL;
    racks->n_open = 0;
    racks->next_us = 0;
}

static bool racks_find(const struct racks *racks, int32_t id, size_t *at)
{
    for (size_t i = 0; i < racks->n; i++) {
        if (racks->known[i].id == id) {
            *at = i;
            return true;
        }
    }
    return false;
}

void racks_note(struct racks *racks, int32_t id, const char *rack)
{
    size_t at;
    if (!racks_find(racks, id, &at)) {
        if (racks->n == PT_BROKERS_MAX)
            return;
        at = racks->n++;
        racks->known[at].id = id;
    }
    printable_str(racks->known[at].rack, sizeof racks->known[at].rack, rack != NULL ? rack : "");
}

#if RD_KAFKA_VERSION >= 0x02030000
/* DescribeCluster is a request for metadata, which needs no permission and answers for all. */
static void racks_take(struct racks *racks, rd_kafka_event_t *event)
{
    size_t n = 0;
    const rd_kafka_DescribeCluster_result_t *result = rd_kafka_event_DescribeCluster_result(event);
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const rd_kafka_Node_t **nodes =
        result != NULL ? rd_kafka_DescribeCluster_result_nodes(result, &n) : NULL;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        kafka_error(&racks->error, code, "ask the brokers for their racks", NULL);
    for (size_t i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < n; i++)
        racks_note(racks, (int32_t)rd_kafka_Node_id(nodes[i]), rd_kafka_Node_rack(nodes[i]));
}
#else
static void racks_take_one(struct racks *racks, const rd_kafka_ConfigResource_t *resource)
{
    size_t n = 0;
    const char *rack = NULL, *name = rd_kafka_ConfigResource_name(resource);
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), "broker.rack") == 0)
            rack = rd_kafka_ConfigEntry_value(entries[i]);
    racks_note(racks, (int32_t)strtol(name, NULL, 10), rack);
}

static void racks_take(struct racks *racks, rd_kafka_event_t *event)
{
    size_t n = 0;
    const rd_kafka_DescribeConfigs_result_t *result = rd_kafka_event_DescribeConfigs_result(event);
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const rd_kafka_ConfigResource_t **resources =
        result != NULL ? rd_kafka_DescribeConfigs_result_resources(result, &n) : NULL;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && n == 1)
        code = rd_kafka_ConfigResource_error(resources[0]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        kafka_asked(&racks->error, code, ASK_BROKER_CONFIG, "kafka-cluster",
                    "ask the brokers for broker.rack", NULL);
    else if (n == 1)
        racks_take_one(racks, resources[0]);
}
#endif

static void racks_take_all(struct racks *racks)
{
    rd_kafka_event_t *event;
    while (racks->queue != NULL && (event = rd_kafka_queue_poll(racks->queue, 0)) != NULL) {
        racks_take(racks, event);
        rd_kafka_event_destroy(event);
        if (--racks->n_open == 0) {
            rd_kafka_queue_destroy(racks->queue);
            racks->queue = NULL;
        }
    }
}

#if RD_KAFKA_VERSION >= 0x02030000
static void racks_send(struct racks *racks, rd_kafka_t *rk, const struct pt_broker *brokers,
                       size_t n)
{
    char text[16];
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER);
    (void)brokers, (void)n;
    rd_kafka_AdminOptions_set_request_timeout(options, RACKS_TIMEOUT_MS, text, sizeof text);
    rd_kafka_DescribeCluster(rk, options, racks->queue);
    racks->n_open = 1;
    rd_kafka_AdminOptions_destroy(options);
}
#else
/* A request may name one broker only, and goes to that one. */
static void racks_send(struct racks *racks, rd_kafka_t *rk, const struct pt_broker *brokers,
                       size_t n)
{
    char text[16];
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_AdminOptions_set_request_timeout(options, RACKS_TIMEOUT_MS, text, sizeof text);
    for (size_t i = 0; i < n; i++) {
        if (brokers[i].state == PT_BROKER_DOWN)
            continue;
        snprintf(text, sizeof text, "%d", (int)brokers[i].id);
        rd_kafka_ConfigResource_t *resource =
            rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, text);
        rd_kafka_DescribeConfigs(rk, &resource, 1, options, racks->queue);
        rd_kafka_ConfigResource_destroy(resource);
        racks->n_open++;
    }
    rd_kafka_AdminOptions_destroy(options);
}
#endif

static void racks_ask(struct racks *racks, rd_kafka_t *rk, const struct pt_broker *brokers,
                      size_t n)
{
    racks->error = (struct pt_error){.code = PT_OK};
    racks->queue = rd_kafka_queue_new(rk);
    racks_send(racks, rk, brokers, n);
    if (racks->n_open == 0)
        racks_done(racks);
}

void racks_look(struct racks *racks, rd_kafka_t *rk, struct pt_broker *brokers, size_t n)
{
    int64_t now_us = clock_mono_us();
    size_t at;
    racks_take_all(racks);
    for (size_t i = 0; i < n; i++) {
        brokers[i].is_rack_known = racks_find(racks, brokers[i].id, &at);
        if (brokers[i].is_rack_known)
            memcpy(brokers[i].rack, racks->known[at].rack, sizeof brokers[i].rack);
    }
    if (racks->queue != NULL || n == 0 || now_us < racks->next_us)
        return;
    racks_ask(racks, rk, brokers, n);
    racks->next_us = now_us + RACKS_AGAIN_US;
}
