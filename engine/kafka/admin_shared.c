/* What the live and the embedded admin have in common: the handle, the name rules, finding a
 * topic, the offsets of its partitions. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/printable.h"
#include "kafka/admin_private.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"
#include "kafka/topic_list.h"
#include "kafka/topic_name.h"
#include "pintop/snapshot.h"

enum { WAIT_STEP_MS = 50 };

/* Called from rd_kafka_poll, on the admin's own thread. */
static void admin_shared_on_error(void *arg, rd_kafka_resp_err_t code, const char *reason)
{
    struct admin *admin = arg;
    kafka_note_error(admin->broker_error, sizeof(admin->broker_error), code, reason);
}

pt_code admin_begin(struct admin *admin, struct pt_error *err)
{
    const struct handle_opts opts = {
        .kind = admin->opts.group ? HANDLE_GROUP : HANDLE_MONITOR,
        .cfg = admin->opts.cfg,
        .bootstrap = admin->opts.bootstrap,
        .group = admin->opts.group,
        .hooks = {.arg = admin, .error = admin_shared_on_error},
    };
    return admin->rk ? PT_OK : handle_new(&opts, &admin->rk, err);
}

pt_code admin_begin_change(struct admin *admin, const char *topic, bool is_new,
                           struct pt_error *err)
{
    const struct pt_config *cfg = admin->opts.cfg;
    if (cfg && pt_config_is_readonly(cfg)) {
        return pt_error_set(err, PT_EREADONLY, "Start pintop without --readonly",
                            "change topic %.60s: pintop runs with --readonly", topic);
    }
    const char *prefix = cfg && is_new ? pt_config_get(cfg, "pintop.topics.prefix") : NULL;
    pt_code code = topic_name_check(topic, prefix, err);
    return code == PT_OK ? admin_begin(admin, err) : code;
}

pt_code admin_find_topic(struct admin *admin, const char *topic,
                         const struct rd_kafka_metadata **metadata,
                         const struct rd_kafka_metadata_topic **found, struct pt_error *err)
{
    *found = NULL;
    pt_code code =
        topic_list_ask(admin->rk, admin->opts.timeout_ms, admin->broker_error, metadata, err);
    if (code == PT_OK) {
        admin->broker_error[0] = 0; /* the problem is gone */
        *found = topic_list_find(*metadata, topic);
    }
    return code;
}

static bool has_all_leaders(const struct rd_kafka_metadata_topic *topic)
{
    for (int i = 0; i < topic->partition_cnt; i++) {
        if (topic->partitions[i].leader < 0) {
            return false;
        }
    }
    return topic->partition_cnt > 0;
}

bool admin_wait_topic(struct admin *admin, const char *topic, int n_partitions)
{
    int64_t deadline_us = clock_mono_us() + admin->opts.timeout_ms * INT64_C(1000);
    while (clock_mono_us() < deadline_us) {
        const struct rd_kafka_metadata *metadata;
        const struct rd_kafka_metadata_topic *found;
        if (admin_find_topic(admin, topic, &metadata, &found, NULL) == PT_OK) {
            bool is_done = n_partitions > 0 ? found && found->partition_cnt >= n_partitions &&
                                                  has_all_leaders(found)
                                            : !found;
            rd_kafka_metadata_destroy(metadata);
            if (is_done) {
                return true;
            }
        }
        rd_kafka_poll(admin->rk, WAIT_STEP_MS);
    }
    return false;
}

pt_code admin_no_topic(const char *topic, struct pt_error *err)
{
    return pt_error_set(
        err, PT_ENOTFOUND,
        "List the topics with pintop topics list, or create it with pintop topics create NAME",
        "topic %.100s: the cluster has no topic of that name, or hides it from this principal",
        topic);
}

static void fill_partition(struct pt_described_partition *out,
                           const struct rd_kafka_metadata_partition *from)
{
    enum { MAX = sizeof(out->replicas) / sizeof(out->replicas[0]) };
    *out = (struct pt_described_partition){.partition = from->id,
                                           .leader = from->leader,
                                           .n_replicas = from->replica_cnt,
                                           .n_in_sync = from->isr_cnt,
                                           .low = PT_UNKNOWN,
                                           .high = PT_UNKNOWN,
                                           .committed = PT_UNKNOWN,
                                           .lag = PT_UNKNOWN};
    for (int i = 0; i < from->replica_cnt && i < MAX; i++) {
        out->replicas[i] = from->replicas[i];
    }
}

static int admin_shared_compare_partitions(const void *a, const void *b)
{
    const struct pt_described_partition *left = a, *right = b;
    return (left->partition > right->partition) - (left->partition < right->partition);
}

static int64_t admin_shared_known(const struct offsets_item *item)
{
    return item->offset >= 0 ? item->offset : PT_UNKNOWN;
}

/* Offsets that cannot be read stay unknown, and the reason goes into the result's text. */
static void fill_offsets(struct admin *admin, struct pt_described_partition *partitions,
                         struct offsets_item *items, size_t n, struct pt_result *result)
{
    struct offsets_dead dead = {0};
    const struct offsets_ask ask = {.rk = admin->rk, .timeout_ms = 2000, .dead = &dead};
    struct pt_error why = {0};
    pt_code code = offsets_watermarks(&ask, items, n, RD_KAFKA_OFFSET_END, "high watermarks", &why);
    for (size_t i = 0; i < n; i++) {
        partitions[i].high = admin_shared_known(&items[i]);
    }
    if (code == PT_OK) {
        code =
            offsets_watermarks(&ask, items, n, RD_KAFKA_OFFSET_BEGINNING, "low watermarks", &why);
        for (size_t i = 0; i < n; i++) {
            partitions[i].low = admin_shared_known(&items[i]);
        }
    }
    if (code == PT_OK && admin->opts.group) {
        code = offsets_committed(&ask, admin->opts.group, items, n, &why);
        for (size_t i = 0; i < n && code == PT_OK; i++) {
            struct pt_described_partition *part = &partitions[i];
            part->committed = admin_shared_known(&items[i]);
            if (items[i].err == RD_KAFKA_RESP_ERR_NO_ERROR)
                part->lag = offsets_lag(part->low, part->high,
                                        items[i].offset >= 0 ? items[i].offset : COMMITTED_NONE);
        }
    }
    if (code != PT_OK) {
        admin_say(result, "%s", why.what);
    }
}

pt_code admin_describe_partitions(struct admin *admin, const char *topic, struct pt_result *result,
                                  struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const struct rd_kafka_metadata_topic *found = NULL;
    pt_code code = admin_find_topic(admin, topic, &metadata, &found, err);
    if (code != PT_OK) {
        return code;
    }
    size_t n = found ? (size_t)found->partition_cnt : 0;
    struct pt_described_partition *partitions = calloc(n + 1, sizeof(*partitions));
    struct offsets_item *items = calloc(n + 1, sizeof(*items));
    if (!found) {
        code = admin_no_topic(topic, err);
    } else if (!partitions || !items) {
        code = pt_error_set(err, PT_ENOMEM, NULL, "describe %.100s: out of memory", topic);
    } else {
        for (size_t i = 0; i < n; i++) {
            fill_partition(&partitions[i], &found->partitions[i]);
        }
        qsort(partitions, n, sizeof(*partitions), admin_shared_compare_partitions);
        for (size_t i = 0; i < n; i++) {
            items[i] = (struct offsets_item){.topic = topic,
                                             .partition = partitions[i].partition,
                                             .leader = partitions[i].leader};
        }
        fill_offsets(admin, partitions, items, n, result);
        result->partitions = partitions;
        result->n_partitions = n;
        result->bytes += n * sizeof(*partitions);
        partitions = NULL;
    }
    free(partitions);
    free(items);
    rd_kafka_metadata_destroy(metadata);
    return code;
}

void admin_say(struct pt_result *result, const char *fmt, ...)
{
    char text[2 * sizeof(result->text)];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    printable_str(result->text, sizeof(result->text), text);
}
