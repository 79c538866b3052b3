#include "kafka/topic_numbers.h"

#include <stdlib.h>
#include <string.h>

#include "kafka/asked.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"
#include "pintop/stream.h"

static pt_code topic_numbers_take(rd_kafka_event_t *event, const char *what,
                                  const char *const *names, int64_t *values, size_t n_names,
                                  struct pt_error *err)
{
    size_t n = 0;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &n);
    rd_kafka_resp_err_t code =
        n == 1 ? rd_kafka_ConfigResource_error(resources[0]) : RD_KAFKA_RESP_ERR__FAIL;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_asked(err, code, ASK_TOPIC_CONFIG,
                           n == 1 ? rd_kafka_ConfigResource_name(resources[0]) : "", what, NULL);
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resources[0], &n);
    for (size_t i = 0; i < n; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        for (size_t k = 0; value != NULL && k < n_names; k++)
            if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), names[k]) == 0)
                values[k] = strtoll(value, NULL, 10);
    }
    return PT_OK;
}

pt_code topic_numbers(rd_kafka_t *rk, const char *topic, const char *what, const char *const *names,
                      int64_t *values, size_t n, int timeout_ms, const atomic_bool *is_cancelled,
                      struct pt_error *err)
{
    char text[8];
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    for (size_t i = 0; i < n; i++)
        values[i] = PT_UNKNOWN;
    rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, text, sizeof text);
    rd_kafka_DescribeConfigs(rk, &resource, 1, options, queue);
    rd_kafka_event_t *event = offsets_wait_event(rk, queue, timeout_ms + 500, is_cancelled);
    pt_code code = event == NULL
                       ? pt_error_set(err, PT_ETIMEOUT, NULL, "%s %s: no answer", what, topic)
                   : rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR
                       ? kafka_error(err, rd_kafka_event_error(event), what, NULL)
                       : topic_numbers_take(event, what, names, values, n, err);
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy(resource);
    return code;
}
