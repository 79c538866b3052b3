#include "kafka/cluster_id.h"

#include <stdio.h>

#include "base/printable.h"
#include "kafka/handle.h"

enum { WAIT_MS = 10000 };

static void cluster_id_on_error(void *arg, rd_kafka_resp_err_t code, const char *reason)
{
    kafka_note_error(arg, PT_FIX_MAX, code, reason);
}

pt_code kafka_cluster_id(const struct pt_config *cfg, const char *bootstrap, char *id, size_t cap,
                         struct pt_error *err)
{
    char why[PT_FIX_MAX] = "";
    struct handle_opts opts = {
        .kind = HANDLE_MONITOR,
        .cfg = cfg,
        .bootstrap = bootstrap,
        .hooks = {.arg = why, .error = cluster_id_on_error}
    };
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_t *rk;
    pt_code code = handle_new(&opts, &rk, err);
    if (code != PT_OK)
        return code;
    /* The call returns once a broker has answered; the cluster ID comes with the first metadata. */
    rd_kafka_resp_err_t res = rd_kafka_metadata(rk, 0, NULL, &metadata, WAIT_MS);
    if (res != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_poll(rk, 0);
        code = kafka_error(err, res, "cluster", why[0] ? why : NULL);
    } else {
        rd_kafka_metadata_destroy(metadata);
        char *text = rd_kafka_clusterid(rk, 1000);
        printable_str(id, cap, text ? text : "unnamed");
        rd_kafka_mem_free(rk, text);
    }
    handle_free(rk);
    return code;
}
