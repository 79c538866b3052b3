/* From the cluster to objects in memory: which partitions, at which offsets, and what is
 * missing. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/assign.h"
#include "kafka/by_hand.h"
#include "sink/sink_private.h"

/* ---- partitions ---- */

static struct sink_part *find_part(const struct embedded_sink *sink, const char *topic,
                                   int32_t partition)
{
    for (size_t i = 0; i < sink->n_parts; i++)
        if (sink->parts[i]->partition == partition && strcmp(sink->parts[i]->topic, topic) == 0)
            return sink->parts[i];
    return NULL;
}

static bool add_part(struct embedded_sink *sink, const char *topic, int32_t partition)
{
    if (find_part(sink, topic, partition))
        return true;
    struct manifest_partition *known = manifest_partition(&sink->manifest, topic, partition);
    struct sink_part **parts =
        realloc(sink->parts, (sink->n_parts + 1) * sizeof(struct sink_part *));
    if (parts)
        sink->parts = parts;
    struct sink_part *part = calloc(1, sizeof(*part));
    if (known == NULL || parts == NULL || part == NULL) {
        free(part);
        return false;
    }
    memcpy(part->topic, topic, strlen(topic) + 1);
    part->partition = partition;
    part->base = known->next_offset;
    part->group_offset = -1;
    sink->parts[sink->n_parts++] = part;
    sink->is_assign_due = true;
    return true;
}

/* Takes the partitions of a topic that the answer contains. */
static bool intake_find_topic(struct embedded_sink *sink, const struct sink_topic *topic,
                              const struct rd_kafka_metadata *answer)
{
    for (int i = 0; i < answer->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *t = &answer->topics[i];
        if (t->err || t->partition_cnt <= 0 || strcmp(t->topic, topic->name) != 0)
            continue;
        bool has_all = true;
        for (int k = 0; k < t->partition_cnt; k++)
            has_all = add_part(sink, topic->name, t->partitions[k].id) && has_all;
        return has_all;
    }
    return false;
}

void intake_search(struct embedded_sink *sink, int64_t now_us)
{
    size_t missing = 0;
    const struct rd_kafka_metadata *answer;
    /* All topics at once: asking the mock cluster for an unknown one would create it. */
    rd_kafka_resp_err_t code = rd_kafka_metadata(sink->rk, 1, NULL, &answer, SINK_ASK_MS);
    for (size_t i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < sink->n_topics; i++) {
        struct sink_topic *topic = &sink->topics[i];
        if (!topic->is_found)
            topic->is_found = intake_find_topic(sink, topic, answer);
        missing += topic->is_found ? 0 : 1;
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_metadata_destroy(answer);
        if (sink->status.state == SINK_STARTING) {
            sink->status.state = SINK_RUNNING;
            sink->is_status_due = true;
        }
    }
    sink->next_search_us =
        code || missing ? now_us + (int64_t)SINK_RETRY_MS * 1000 / (code ? 4 : 1) : INT64_MAX;
}

/* ---- assignment ---- */

static void intake_assign(struct embedded_sink *sink)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)sink->n_parts + 1);
    for (size_t i = 0; i < sink->n_parts; i++) {
        struct sink_part *part = sink->parts[i];
        rd_kafka_topic_partition_list_add(list, part->topic, part->partition)->offset =
            part->expected;
        part->is_rewinding = false;
    }
    rd_kafka_resp_err_t code = kafka_assign(sink->rk, list);
    sink->last = NULL;
    rd_kafka_topic_partition_list_destroy(list);
    sink->is_assign_due = code != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (code)
        log_line(PT_WARN, "sink", "cannot consume: %s; pintop tries again", rd_kafka_err2str(code));
}

static void close_object(struct embedded_sink *sink, struct sink_part *part);

/* Records below `to` disappeared from the cluster before they were read. */
static void intake_lose(struct embedded_sink *sink, struct sink_part *part, int64_t to)
{
    int64_t n = to - part->expected;
    /* The lines of an object have consecutive offsets. */
    close_object(sink, part);
    part->lost += n;
    part->expected = to;
    sink->status.lost_records += n;
    sink->is_status_due = true;
    log_line(PT_ERROR, "sink",
             "%" PRId64 " records of %s [%" PRId32
             "] are lost: the cluster dropped them before they were read",
             n, part->topic, part->partition);
}

/* The requested offset has left the cluster's log: continue where the log begins now. */
static void mend_trimmed(struct embedded_sink *sink, struct sink_part *part)
{
    int64_t low, high;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        sink->rk, part->topic, part->partition, &low, &high, SINK_ASK_MS);
    if (code) {
        log_line(PT_WARN, "sink", "cannot find out where %s [%" PRId32 "] begins: %s", part->topic,
                 part->partition, rd_kafka_err2str(code));
        return;
    }
    part->is_trimmed = false;
    sink->is_assign_due = true;
    if (low > part->expected)
        intake_lose(sink, part, low);
}

void intake_mend(struct embedded_sink *sink, int64_t now_us)
{
    if (now_us < sink->next_rewind_us)
        return;
    bool is_waiting = false;
    for (size_t i = 0; i < sink->n_parts; i++) {
        if (sink->parts[i]->is_trimmed)
            mend_trimmed(sink, sink->parts[i]);
        is_waiting = is_waiting || sink->parts[i]->is_trimmed;
    }
    if (sink->is_assign_due)
        intake_assign(sink);
    if (is_waiting || sink->is_assign_due)
        sink->next_rewind_us = now_us + (int64_t)SINK_RETRY_MS * 1000;
}

/* ---- objects ---- */

/* An object is opened only when there is room for it here, so closing cannot fail. */
static void close_object(struct embedded_sink *sink, struct sink_part *part)
{
    if (part->open == NULL)
        return;
    sink->pending_bytes += (int64_t)(part->open->values.len + part->open->keys.len);
    sink->pending[sink->n_pending++] = part->open;
    part->open = NULL;
}

/* Reserves room in `pending` for every object that may be open. */
static bool reserve_pending(struct embedded_sink *sink)
{
    size_t need = sink->n_pending + sink->n_parts;
    if (need <= sink->cap_pending)
        return true;
    struct object **pending = realloc(sink->pending, need * 2 * sizeof(struct object *));
    if (pending == NULL)
        return false;
    sink->pending = pending;
    sink->cap_pending = need * 2;
    return true;
}

static bool open_object(struct embedded_sink *sink, struct sink_part *part, bool has_keys)
{
    if (!reserve_pending(sink))
        return false;
    part->open = object_new(part->topic, part->partition, part->base + part->expected, has_keys);
    part->opened_us = clock_mono_us();
    return part->open != NULL;
}

static bool intake_append(struct embedded_sink *sink, struct sink_part *part,
                          const rd_kafka_message_t *message)
{
    if (part->open &&
        (int64_t)(part->open->values.len + message->len) >= sink->opts.max_object_bytes)
        close_object(sink, part);
    bool is_hand_made = is_by_hand(message), has_keys = sink->opts.has_keys || is_hand_made;
    bool (*append)(struct object *, const char *, size_t, const char *, size_t) =
        is_hand_made ? object_append_by_hand : object_append;
    if (part->open && has_keys && !part->open->has_keys)
        close_object(sink, part); /* its lines would have no keys */
    if (part->open == NULL && !open_object(sink, part, has_keys))
        return false;
    if (!append(part->open, message->payload, message->len, message->key, message->key_len))
        return false;
    if (part->open->records >= sink->opts.flush_size)
        close_object(sink, part);
    return true;
}

static void intake_take_record(struct embedded_sink *sink, struct sink_part *part,
                               const rd_kafka_message_t *message)
{
    /* Records below were read twice around an assignment. */
    if (part->is_rewinding || message->offset < part->expected)
        return;
    if (message->offset > part->expected)
        intake_lose(sink, part, message->offset);
    if (intake_append(sink, part, message)) {
        part->expected = message->offset + 1;
        sink->status.open_records++;
        return;
    }
    if (part->open && part->open->records == 0) {
        object_free(part->open);
        part->open = NULL;
    }
    part->is_rewinding = true;
    sink->is_assign_due = true;
    sink->next_rewind_us = clock_mono_us() + (int64_t)SINK_RETRY_MS * 1000;
    log_line(PT_ERROR, "sink", "out of memory; the record is read again in a second");
}

static struct sink_part *intake_part_of(struct embedded_sink *sink,
                                        const rd_kafka_message_t *message)
{
    if (message->rkt == NULL)
        return NULL;
    if (sink->last && sink->last_topic == message->rkt &&
        sink->last->partition == message->partition)
        return sink->last;
    sink->last = find_part(sink, rd_kafka_topic_name(message->rkt), message->partition);
    sink->last_topic = message->rkt;
    return sink->last;
}

static void intake_take_message(struct embedded_sink *sink, const rd_kafka_message_t *message)
{
    struct sink_part *part = intake_part_of(sink, message);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && part) {
        intake_take_record(sink, part, message);
    } else if ((message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
                message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) &&
               part) {
        part->is_trimmed = true;
    } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF && message->err) {
        log_line(PT_WARN, "sink", "%s", rd_kafka_message_errstr(message));
    }
}

size_t intake_take(struct embedded_sink *sink, int64_t wait_ms)
{
    rd_kafka_message_t *batch[SINK_BATCH];
    /* librdkafka waits until the batch is full: wait for one record, then take what is
     * available. */
    ssize_t n = rd_kafka_consume_batch_queue(sink->queue, (int)wait_ms, batch, 1);
    if (n < 1)
        return 0;
    ssize_t more = rd_kafka_consume_batch_queue(sink->queue, 0, batch + 1, SINK_BATCH - 1);
    n += more > 0 ? more : 0;
    for (ssize_t i = 0; i < n; i++) {
        intake_take_message(sink, batch[i]);
        rd_kafka_message_destroy(batch[i]);
    }
    return (size_t)n;
}

void intake_close_due(struct embedded_sink *sink, int64_t now_us, bool all)
{
    int64_t rotate_us = sink->opts.rotate_ms * 1000;
    bool is_due = all;
    for (size_t i = 0; i < sink->n_parts; i++)
        is_due =
            is_due || (sink->parts[i]->open && now_us - sink->parts[i]->opened_us >= rotate_us);
    if (!is_due)
        return;
    /* Objects that are due soon are included: one commit instead of several. */
    for (size_t i = 0; i < sink->n_parts; i++)
        if (all || now_us - sink->parts[i]->opened_us >= rotate_us / 5 * 4)
            close_object(sink, sink->parts[i]);
}
