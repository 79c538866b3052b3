/* Requests of the Admin API: their options, their answers, and the settings of a topic. */
#include <stdio.h>
#include <string.h>

#include "kafka/admin_private.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"

enum { WHAT_MAX = 320, WHY_MAX = 256 };

rd_kafka_AdminOptions_t *admin_live_options(struct admin *admin, rd_kafka_admin_op_t op)
{
    char why[WHY_MAX];
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(admin->rk, op);
    rd_kafka_AdminOptions_set_request_timeout(options, admin->opts.timeout_ms, why, sizeof(why));
    if (op == RD_KAFKA_ADMIN_OP_CREATETOPICS || op == RD_KAFKA_ADMIN_OP_DELETETOPICS ||
        op == RD_KAFKA_ADMIN_OP_CREATEPARTITIONS) {
        rd_kafka_AdminOptions_set_operation_timeout(options, admin->opts.timeout_ms, why,
                                                    sizeof(why));
    }
    return options;
}

/* An error includes what the brokers reported in the meantime. */
pt_code admin_live_wait(struct admin *admin, rd_kafka_queue_t *queue, enum kafka_ask ask,
                        const char *name, const char *what, rd_kafka_event_t **event, bool *is_lost,
                        struct pt_error *err)
{
    *event = offsets_wait_event(admin->rk, queue, admin->opts.timeout_ms + 500, NULL);
    rd_kafka_resp_err_t code = *event ? rd_kafka_event_error(*event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        return PT_OK;
    }
    *is_lost = admin_is_lost(code);
    const char *why = *event ? rd_kafka_event_error_string(*event) : NULL;
    pt_code ours =
        kafka_asked(err, code, ask, name, what, admin->broker_error[0] ? admin->broker_error : why);
    if (*event) {
        rd_kafka_event_destroy(*event);
        *event = NULL;
    }
    return ours;
}

/* The embedded cluster of another pintop answers no admin requests; they time out. It is
 * recognised once it has answered any request. */
bool admin_live_is_mock(struct admin *admin)
{
    char *id = rd_kafka_clusterid(admin->rk, 0);
    bool is = id && strncmp(id, "mockCluster", 11) == 0;
    if (id) {
        rd_kafka_mem_free(admin->rk, id);
    }
    return is;
}

pt_code admin_live_outcome(const rd_kafka_topic_result_t *const *results, size_t n,
                           enum kafka_ask ask, const char *what, bool *is_lost,
                           struct pt_error *err)
{
    if (n != 1) {
        return pt_error_set(err, PT_EKAFKA, NULL, "%s: the broker gave no result", what);
    }
    rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[0]);
    *is_lost = admin_is_lost(code);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? PT_OK
               : kafka_asked(err, code, ask, rd_kafka_topic_result_name(results[0]), what,
                             rd_kafka_topic_result_error_string(results[0]));
}

static pt_code read_configs(rd_kafka_event_t *event, const char *what,
                            struct admin_configs *configs, struct pt_error *err)
{
    size_t n = 0;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &n);
    if (n != 1) {
        return pt_error_set(err, PT_EKAFKA, NULL, "%s: the broker gave no result", what);
    }
    rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resources[0]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_asked(err, code, ASK_TOPIC_CONFIG, rd_kafka_ConfigResource_name(resources[0]),
                           what, rd_kafka_ConfigResource_error_string(resources[0]));
    }
    configs->entries = rd_kafka_ConfigResource_configs(resources[0], &configs->n);
    return PT_OK;
}

pt_code admin_live_configs(struct admin *admin, const char *topic, struct admin_configs *configs,
                           struct pt_error *err)
{
    char what[WHAT_MAX];
    bool is_lost;
    *configs = (struct admin_configs){.n = 0};
    snprintf(what, sizeof(what), "configuration of topic %s", topic);
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_AdminOptions_t *options = admin_live_options(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(admin->rk);
    rd_kafka_DescribeConfigs(admin->rk, &resource, 1, options, queue);
    pt_code code = admin_live_wait(admin, queue, ASK_TOPIC_CONFIG, topic, what, &configs->event,
                                   &is_lost, err);
    if (code == PT_OK) {
        code = read_configs(configs->event, what, configs, err);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy(resource);
    return code;
}

void admin_live_configs_done(struct admin_configs *configs)
{
    if (configs->event) {
        rd_kafka_event_destroy(configs->event);
    }
    *configs = (struct admin_configs){.n = 0};
}
