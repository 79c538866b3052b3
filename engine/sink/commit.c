/* From objects in memory to the directory, in an order in which a kill at any moment loses and
 * doubles nothing: objects, manifest, group, and only then the hooks. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "sink/leftover.h"
#include "sink/sink_private.h"

/* A group commit without an answer is abandoned after this time. */
enum { GROUP_GIVE_UP_MS = 5000 };

/* ---- the directory at start ---- */

static void count_kept(struct embedded_sink *sink)
{
    struct sink_status *status = &sink->status;
    for (size_t i = 0; i < sink->manifest.n_partitions; i++) {
        const struct manifest_partition *part = &sink->manifest.partitions[i];
        status->kept_objects += (int64_t)part->n_objects;
        status->expired_objects += part->expired_objects;
        status->expired_records += part->expired_records;
        status->lost_records += part->lost_records;
        for (size_t k = 0; k < part->n_objects; k++) {
            const struct manifest_object *object = &part->objects[k];
            status->kept_bytes += object->bytes + object->keys_bytes;
            if (object->written_ms < status->newest_object_ms)
                continue;
            status->newest_object_ms = object->written_ms;
            manifest_object_path(status->newest_object, sizeof(status->newest_object), part->topic,
                                 part->partition, object->first_offset, ".json");
        }
    }
}

pt_code commit_open(struct embedded_sink *sink, struct pt_error *err)
{
    const char *dir = sink->opts.dir;
    size_t removed = 0;
    pt_code code = manifest_load(dir, &sink->manifest, err);
    if (code == PT_OK)
        code = leftover_remove(dir, &sink->manifest, &removed, err);
    if (code == PT_OK)
        code = file_make_dirs(dir, 0755, err);
    /* Saved before the first object, so that objects without a manifest mean that it was lost. */
    if (code == PT_OK && sink->manifest.is_absent)
        code = manifest_save(dir, &sink->manifest, err);
    if (code != PT_OK) {
        manifest_done(&sink->manifest);
        return code;
    }
    if (removed > 0)
        log_line(PT_NOTICE, "sink", "removed %zu file%s that an earlier run had not committed",
                 removed, text_s((int64_t)removed));
    count_kept(sink);
    return PT_OK;
}

/* ---- into the manifest ---- */

/* Returns the cluster's offset below which every object is closed. */
static int64_t closed_below(const struct sink_part *part)
{
    return part->open ? part->open->first_offset - part->base : part->expected;
}

static bool enter_object(struct embedded_sink *sink, const struct object *object, int64_t now_ms)
{
    struct manifest_object entry = {.first_offset = object->first_offset,
                                    .records = object->records,
                                    .bytes = (int64_t)object->values.len,
                                    .keys_bytes = (int64_t)object->keys.len,
                                    .written_ms = now_ms};
    struct manifest_partition *part =
        manifest_partition(&sink->manifest, object->topic, object->partition);
    if (part == NULL || !manifest_add(part, &entry))
        return false;
    sink->is_unsaved = true;
    sink->status.kept_objects++;
    sink->status.kept_bytes += entry.bytes + entry.keys_bytes;
    return true;
}

/* Enters gaps, and where the next object will begin after one. */
static bool enter_lost(struct embedded_sink *sink, struct sink_part *part)
{
    struct manifest_partition *known =
        manifest_partition(&sink->manifest, part->topic, part->partition);
    if (known == NULL)
        return false;
    known->lost_records += part->lost;
    known->next_offset = part->base + closed_below(part);
    if (known->n_objects == 0)
        known->first_offset = known->next_offset;
    part->lost = 0;
    sink->is_unsaved = true;
    return true;
}

static bool enter_all(struct embedded_sink *sink)
{
    int64_t now_ms = clock_real_ms();
    for (; sink->n_entered < sink->n_pending; sink->n_entered++)
        if (!enter_object(sink, sink->pending[sink->n_entered], now_ms))
            return false;
    for (size_t i = 0; i < sink->n_parts; i++)
        if (sink->parts[i]->lost > 0 && !enter_lost(sink, sink->parts[i]))
            return false;
    return true;
}

/* ---- the limit ---- */

static bool add_victim(struct embedded_sink *sink, const struct manifest_partition *part, size_t i)
{
    if (sink->n_victims == sink->cap_victims) {
        size_t cap = sink->cap_victims ? sink->cap_victims * 2 : 16;
        struct victim *victims = realloc(sink->victims, cap * sizeof(*victims));
        if (victims == NULL)
            return false;
        sink->victims = victims;
        sink->cap_victims = cap;
    }
    struct victim *victim = &sink->victims[sink->n_victims++];
    memcpy(victim->topic, part->topic, sizeof(victim->topic));
    victim->partition = part->partition;
    victim->first_offset = part->objects[i].first_offset;
    return true;
}

static bool is_over_limit(const struct embedded_sink *sink)
{
    const struct sink_status *status = &sink->status;
    return status->kept_objects > 1 &&
           (status->kept_bytes > sink->opts.limit_bytes || status->kept_objects > SINK_MAX_OBJECTS);
}

/* Returns the partition whose oldest object, after those already chosen, is the oldest of all. */
static size_t oldest_partition(const struct manifest *manifest, const size_t *chosen)
{
    size_t best = SIZE_MAX;
    int64_t best_ms = INT64_MAX;
    for (size_t i = 0; i < manifest->n_partitions; i++) {
        const struct manifest_partition *part = &manifest->partitions[i];
        if (chosen[i] < part->n_objects && part->objects[chosen[i]].written_ms < best_ms) {
            best = i;
            best_ms = part->objects[chosen[i]].written_ms;
        }
    }
    return best;
}

/* Takes the oldest objects out of the manifest; their files are deleted once it is saved. When
 * out of memory, they stay until the next commit. */
static void commit_expire(struct embedded_sink *sink)
{
    struct manifest *manifest = &sink->manifest;
    size_t *chosen = is_over_limit(sink) ? calloc(manifest->n_partitions, sizeof(*chosen)) : NULL;
    if (chosen == NULL)
        return;
    while (is_over_limit(sink)) {
        size_t i = oldest_partition(manifest, chosen);
        if (i == SIZE_MAX || !add_victim(sink, &manifest->partitions[i], chosen[i]))
            break;
        const struct manifest_object *object = &manifest->partitions[i].objects[chosen[i]++];
        sink->status.kept_objects--;
        sink->status.kept_bytes -= object->bytes + object->keys_bytes;
        sink->status.expired_objects++;
        sink->status.expired_records += object->records;
        sink->is_unsaved = true;
    }
    for (size_t i = 0; i < manifest->n_partitions; i++)
        manifest_expire(&manifest->partitions[i], chosen[i]);
    free(chosen);
}

static void remove_victims(struct embedded_sink *sink)
{
    for (size_t i = 0; i < sink->n_victims; i++) {
        const struct victim *victim = &sink->victims[i];
        object_remove(sink->opts.dir, victim->topic, victim->partition, victim->first_offset);
    }
    sink->n_victims = 0;
}

/* ---- the group ---- */

bool commit_is_group_behind(const struct embedded_sink *sink)
{
    for (size_t i = 0; i < sink->n_parts; i++)
        if (sink->parts[i]->told > 0 && sink->parts[i]->group_offset != sink->parts[i]->told)
            return true;
    return false;
}

static void commit_take_answer(struct embedded_sink *sink, const rd_kafka_topic_partition_t *answer)
{
    for (size_t i = 0; i < sink->n_parts; i++) {
        struct sink_part *part = sink->parts[i];
        if (answer->err || part->partition != answer->partition ||
            strcmp(part->topic, answer->topic) != 0)
            continue;
        if (answer->offset > part->group_offset)
            part->group_offset = answer->offset;
    }
}

static void commit_on_answer(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                             rd_kafka_topic_partition_list_t *offsets, void *opaque)
{
    struct embedded_sink *sink = opaque;
    (void)rk;
    sink->group_asked_us = 0;
    if (code) {
        sink->next_group_us = clock_mono_us() + (int64_t)SINK_RETRY_MS * 1000;
        log_line(PT_WARN, "sink",
                 "the offsets of the group were not committed: %s; pintop tries again",
                 rd_kafka_err2str(code));
        return;
    }
    for (int i = 0; offsets && i < offsets->cnt; i++)
        commit_take_answer(sink, &offsets->elems[i]);
}

static void commit_ask_group(struct embedded_sink *sink, int64_t now_us)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)sink->n_parts + 1);
    for (size_t i = 0; i < sink->n_parts; i++) {
        const struct sink_part *part = sink->parts[i];
        if (part->told > 0 && part->group_offset != part->told)
            rd_kafka_topic_partition_list_add(list, part->topic, part->partition)->offset =
                part->told;
    }
    sink->group_asked_us = now_us;
    rd_kafka_resp_err_t code =
        rd_kafka_commit_queue(sink->rk, list, sink->answers, commit_on_answer, sink);
    if (code)
        commit_on_answer(sink->rk, code, NULL, sink);
    rd_kafka_topic_partition_list_destroy(list);
}

void commit_group(struct embedded_sink *sink, int64_t now_us, int64_t wait_ms)
{
    if (sink->group_asked_us)
        rd_kafka_queue_poll_callback(sink->answers, 0);
    if (sink->group_asked_us && now_us - sink->group_asked_us < GROUP_GIVE_UP_MS * 1000)
        return;
    if (now_us < sink->next_group_us || !commit_is_group_behind(sink))
        return;
    commit_ask_group(sink, now_us);
    if (sink->group_asked_us && wait_ms > 0)
        rd_kafka_queue_poll_callback(sink->answers, (int)wait_ms);
}

/* ---- all of it ---- */

bool commit_has_work(const struct embedded_sink *sink)
{
    if (sink->n_pending > 0 || sink->is_unsaved)
        return true;
    for (size_t i = 0; i < sink->n_parts; i++)
        if (sink->parts[i]->lost > 0)
            return true;
    return false;
}

static void count_committed(struct embedded_sink *sink)
{
    struct sink_status *status = &sink->status;
    int64_t flattened = 0;
    for (size_t i = 0; i < sink->n_pending; i++) {
        const struct object *object = sink->pending[i];
        status->records += object->records;
        status->open_records -= object->records;
        status->objects++;
        status->bytes += (int64_t)object->values.len;
        flattened += object->flattened;
    }
    if (flattened > 0)
        log_line(PT_WARN, "sink", "%" PRId64 " values contained newlines, which became spaces",
                 flattened);
    status->flattened_records += flattened;
    if (sink->n_pending > 0) {
        const struct object *newest = sink->pending[sink->n_pending - 1];
        status->newest_object_ms = clock_real_ms();
        manifest_object_path(status->newest_object, sizeof(status->newest_object), newest->topic,
                             newest->partition, newest->first_offset, ".json");
    }
    sink->is_status_due = true;
}

static void forget_pending(struct embedded_sink *sink)
{
    for (size_t i = 0; i < sink->n_pending; i++)
        object_free(sink->pending[i]);
    sink->n_pending = sink->n_entered = 0;
    sink->pending_bytes = 0;
}

/* Commits the group's offsets, then calls the hooks. */
static void commit_tell(struct embedded_sink *sink)
{
    for (size_t i = 0; i < sink->n_parts; i++) {
        struct sink_part *part = sink->parts[i];
        part->is_told_due = closed_below(part) != part->told;
        part->told = closed_below(part);
    }
    sink->next_group_us = 0;
    commit_group(sink, clock_mono_us(), SINK_GROUP_ANSWER_MS);
    for (size_t i = 0; i < sink->n_parts; i++)
        if (sink->parts[i]->is_told_due && sink->opts.hooks.committed)
            sink->opts.hooks.committed(sink->opts.hooks.arg, sink->parts[i]->topic,
                                       sink->parts[i]->partition, sink->parts[i]->told);
}

pt_code commit_all(struct embedded_sink *sink, struct pt_error *err)
{
    pt_code code = object_store(sink->opts.dir, sink->pending, sink->n_pending, err);
    if (code == PT_OK && !enter_all(sink))
        code = pt_error_set(err, PT_ENOMEM, "Free some memory; pintop then continues automatically",
                            "the sink cannot continue: out of memory");
    if (code != PT_OK)
        return code;
    commit_expire(sink);
    int64_t start_us = clock_mono_us();
    if (sink->is_unsaved)
        code = manifest_save(sink->opts.dir, &sink->manifest, err);
    if (code != PT_OK)
        return code;
    /* Saving a long manifest takes time: at most a fifth of ours. */
    int64_t now_us = clock_mono_us(), pause_us = 5 * (now_us - start_us);
    if (pause_us < SINK_COMMIT_MS * 1000)
        pause_us = SINK_COMMIT_MS * 1000;
    sink->next_commit_us = now_us + pause_us;
    sink->is_unsaved = false;
    remove_victims(sink);
    count_committed(sink);
    forget_pending(sink);
    commit_tell(sink);
    return PT_OK;
}

void commit_done(struct embedded_sink *sink)
{
    forget_pending(sink);
    free(sink->pending);
    free(sink->victims);
    manifest_done(&sink->manifest);
}
