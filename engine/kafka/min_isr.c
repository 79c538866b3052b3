#include "kafka/min_isr.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { TIMEOUT_MS = 5000, AGAIN_US = 60000000 };

void min_isr_init(struct min_isr *min)
{
    *min = (struct min_isr){.value = -1};
}

void min_isr_done(struct min_isr *min)
{
    if (min->queue) {
        rd_kafka_queue_destroy(min->queue);
    }
    min_isr_init(min);
}

static void min_isr_take(struct min_isr *min, rd_kafka_event_t *event)
{
    size_t n = 0;
    const rd_kafka_DescribeConfigs_result_t *result = rd_kafka_event_DescribeConfigs_result(event);
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR || !result) {
        return;
    }
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(result, &n);
    if (n != 1 || rd_kafka_ConfigResource_error(resources[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return;
    }
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resources[0], &n);
    for (size_t i = 0; i < n; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        if (value && strcmp(rd_kafka_ConfigEntry_name(entries[i]), "min.insync.replicas") == 0) {
            min->value = (int32_t)strtol(value, NULL, 10);
        }
    }
}

static void min_isr_ask(struct min_isr *min, rd_kafka_t *rk)
{
    char text[8];
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, min->topic);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    min->queue = rd_kafka_queue_new(rk);
    rd_kafka_AdminOptions_set_request_timeout(options, TIMEOUT_MS, text, sizeof text);
    rd_kafka_DescribeConfigs(rk, &resource, 1, options, min->queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy(resource);
}

void min_isr_look(struct min_isr *min, rd_kafka_t *rk, const char *topic)
{
    int64_t now_us = clock_mono_us();
    if (strcmp(min->topic, topic) != 0) {
        min_isr_done(min);
        text_copy(min->topic, sizeof min->topic, topic);
    }
    if (!min->queue && now_us >= min->next_us) {
        min_isr_ask(min, rk);
        min->next_us = now_us + AGAIN_US;
        return;
    }
    rd_kafka_event_t *event = min->queue ? rd_kafka_queue_poll(min->queue, 0) : NULL;
    if (event) {
        min_isr_take(min, event);
        rd_kafka_event_destroy(event);
        rd_kafka_queue_destroy(min->queue);
        min->queue = NULL;
    }
}
