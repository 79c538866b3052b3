/* The topics. `topics` always had those that are watched; the others follow in a list of their own,
 * and when they are read, both become one list again. */
#include <stdlib.h>
#include <string.h>

#include "pintop/snapshot.h"
#include "report/reader.h"
#include "report/tables.h"
#include "report/words.h"
#include "report/writer.h"

static const struct field partition_fields[] = {
    PLAIN(pt_partition, partition, "partition", RULE_COUNT),
    PLAIN(pt_partition, leader, "leader", RULE_COUNT),
    PLAIN(pt_partition, replicas, "replicas", RULE_COUNT),
    PLAIN(pt_partition, in_sync, "in_sync", RULE_COUNT),
    PLAIN(pt_partition, low, "low", 0),
    PLAIN(pt_partition, high, "high_watermark", 0),
    PLAIN(pt_partition, committed, "committed", 0),
    PLAIN(pt_partition, lag, "lag", 0),
};
const struct field_table partition_table = TABLE(pt_partition, partition_fields);

/* A topic's partitions stand in the section's array, from its first one on; where the array ends
 * before, they are not known. */
static void write_partitions(struct json_writer *to, const struct field *field, const void *base)
{
    const struct pt_topic *topic = base;
    const struct pt_topics_section *topics = to->snap != NULL ? to->snap->topics : NULL;
    size_t n = topic->n_partitions > 0 ? (size_t)topic->n_partitions : 0;
    size_t all = topics != NULL ? topics->n_partitions : 0, first = topic->first_partition;
    (void)field;
    json_write_open(to, '[');
    for (size_t i = first; i < all && i - first < n; i++) {
        json_write_item(to);
        json_write_object(to, &partition_table, &topics->partitions[i]);
    }
    json_write_close(to, ']');
}

static void forget_partitions(const struct field *field, void *base)
{
    (void)field;
    ((struct pt_topic *)base)->first_partition = 0;
}

/* One more, of which nothing is known; NULL: an error. */
static struct pt_partition *add_partition(struct json_reader *from)
{
    void *all = from->partitions;
    if (!scratch_grow(from, &all, from->n_partitions, &from->cap_partitions,
                      sizeof *from->partitions))
        return NULL;
    from->partitions = all;
    json_forget(&partition_table, &from->partitions[from->n_partitions]);
    return &from->partitions[from->n_partitions++];
}

static bool read_partitions(struct json_reader *from, const struct field *field, void *base)
{
    bool is_first = true;
    (void)field, (void)base;
    if (!json_read_must(from, '['))
        return false;
    while (json_read_element(from, &is_first)) {
        struct pt_partition *partition = add_partition(from);
        if (partition == NULL || !json_read_object(from, &partition_table, partition))
            return false;
    }
    return from->code == PT_OK;
}

/* Each topic has as many as it says; where none is listed, nothing is known of them. */
static bool fill_up(struct json_reader *from, struct pt_topic *topic, size_t first)
{
    size_t n = topic->n_partitions > 0 ? (size_t)topic->n_partitions : 0;
    topic->first_partition = first;
    if (n > from->room_left / sizeof *from->partitions)
        return json_read_fail(from, PT_EFULL, "a topic has more partitions than there is room for");
    if (from->n_partitions == first)
        for (size_t i = 0; i < n; i++) {
            struct pt_partition *partition = add_partition(from);
            if (partition == NULL)
                return false;
            partition->partition = (int32_t)i;
        }
    return from->n_partitions - first == n ||
           json_read_fail(from, PT_EDATA, "a topic has another number of partitions than it lists");
}
static const struct field_own by_partition = {write_partitions, read_partitions, forget_partitions};

static const struct field topic_fields[] = {
    PLAIN(pt_topic, name, "name", RULE_EMPTY),
    PLAIN(pt_topic, n_partitions, "partitions", RULE_COUNT),
    PLAIN(pt_topic, messages, "messages", 0),
    PLAIN(pt_topic, in_per_s, "in_per_s", 0),
    PLAIN(pt_topic, out_per_s, "out_per_s", 0),
    PLAIN(pt_topic, lag, "lag", 0),
    PLAIN(pt_topic, leaderless, "leaderless", RULE_COUNT),
    PLAIN(pt_topic, asked_ms, "asked_ms", RULE_POSITIVE),
    PLAIN(pt_topic, replication, "replication", RULE_COUNT),
    PLAIN(pt_topic, under_replicated, "under_replicated", RULE_COUNT),
    PLAIN(pt_topic, is_internal, "internal", 0),
    PLAIN(pt_topic, is_watched, "watched", 0),
    WORD_OR(pt_topic, stream, "stream", stream_name_word, -1),
    PLAIN(pt_topic, high, "high_watermarks", 0),
    PLAIN(pt_topic, committed, "committed_offsets", 0),
    PLAIN(pt_topic, bytes_in_per_s, "bytes_in_per_s", 0),
    PLAIN(pt_topic, max_lag, "max_lag", 0),
    PLAIN(pt_topic, lag_s, "lag_s", 0),
    OWN(pt_topic, first_partition, "by_partition", by_partition, &partition_table),
};
const struct field_table topic_table = TABLE(pt_topic, topic_fields);

static void write_some(struct json_writer *to, const struct pt_topics_section *topics,
                       bool is_watched)
{
    json_write_open(to, '[');
    for (size_t i = 0; i < topics->n_topics; i++) {
        if (topics->topics[i].is_watched != is_watched)
            continue;
        json_write_item(to);
        json_write_object(to, &topic_table, &topics->topics[i]);
    }
    json_write_close(to, ']');
}

static void write_watched(struct json_writer *to, const struct field *field, const void *base)
{
    (void)field;
    write_some(to, base, true);
}

static void write_others(struct json_writer *to, const struct field *field, const void *base)
{
    (void)field;
    write_some(to, base, false);
}

/* Behind those that were read already. */
static bool read_topics(struct json_reader *from, const struct field *field, void *base)
{
    struct pt_topics_section *topics = base;
    bool is_first = true;
    void *all = from->topics;
    (void)field;
    if (!json_read_must(from, '['))
        return false;
    while (json_read_element(from, &is_first)) {
        if (!scratch_grow(from, &all, topics->n_topics, &from->cap_topics, sizeof *from->topics))
            return false;
        topics->topics = from->topics = all;
        struct pt_topic *topic = &from->topics[topics->n_topics++];
        size_t first = from->n_partitions;
        if (!json_read_object(from, &topic_table, topic) || !fill_up(from, topic, first))
            return false;
    }
    return from->code == PT_OK;
}

static void forget_topics(const struct field *field, void *base)
{
    struct pt_topics_section *topics = base;
    (void)field;
    topics->topics = NULL;
    topics->n_topics = 0;
}

/* What was read with the watched ones goes with them. */
static void forget_nothing(const struct field *field, void *base)
{
    (void)field, (void)base;
}
static const struct field_own watched = {write_watched, read_topics, forget_topics};
static const struct field_own others = {write_others, read_topics, forget_nothing};

static const struct field topics_fields[] = {
    HELD(pt_topics_section, section),
    HELD(pt_topics_section, n_topics),
    HELD(pt_topics_section, n_partitions),
    HELD(pt_topics_section, partitions),
    OWN(pt_topics_section, topics, "topics", watched, &topic_table),
};
const struct field_table topics_table = TABLE(pt_topics_section, topics_fields);

static const struct field more_topics_fields[] = {
    PLAIN(pt_topics_section, asked_ms, "topics_asked_at", RULE_TIME),
    PLAIN(pt_topics_section, error, "topics_error", 0),
    WORD(pt_topics_section, source, "topics_source", topics_source_word),
    PLAIN(pt_topics_section, is_aws_awaited, "topics_aws_awaited", 0),
    PLAIN(pt_topics_section, aws_note, "topics_aws_note", 0),
    OWN(pt_topics_section, topics, "other_topics", others, &topic_table),
};
const struct field_table more_topics_table = TABLE(pt_topics_section, more_topics_fields);
