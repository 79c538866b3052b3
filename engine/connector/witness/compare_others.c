/* Two connectors compared: a consumer group, or a place for objects, that both use. */
#include "connector/witness/compare.h"

#include <string.h>

#include "base/text.h"
#include "connector/sink.h"

/* Finds a topic that both read. Returns false when none is known. */
static bool find_shared(const struct sink *a, const struct sink *b,
                        const struct compare_cluster *cluster, char *topic, size_t cap)
{
    struct sink_topics left, right;
    bool is_found = false;
    sink_topics_init(&left, a);
    sink_topics_init(&right, b);
    for (size_t i = 0; i < cluster->n_topics && !is_found; i++) {
        const char *name = cluster->topics[i].name;
        is_found = sink_does_read(&left, name) && sink_does_read(&right, name);
        if (is_found)
            text_copy(topic, cap, name);
    }
    for (const char *at = a->topics; *at != '\0' && !is_found;) {
        at += strspn(at, ", ");
        size_t n = strcspn(at, ", ");
        if (n > 0 && n < cap) {
            memcpy(topic, at, n);
            topic[n] = '\0';
            is_found = sink_does_read(&right, topic);
        }
        at += n;
    }
    sink_topics_done(&left);
    sink_topics_done(&right);
    return is_found;
}

static bool is_at_work(const struct conn *conn)
{
    return strcmp(conn->state, "PAUSED") != 0 && strcmp(conn->state, "STOPPED") != 0;
}

static bool is_one_place(const struct sink *a, const struct sink *b)
{
    return a->is_s3 && b->is_s3 && strcmp(a->bucket, b->bucket) == 0 &&
           strcmp(a->store_url, b->store_url) == 0 && strcmp(a->topics_dir, b->topics_dir) == 0 &&
           a->partitioner == b->partitioner;
}

static void compare_others_say_group(const struct conn *conn, const struct conn *other,
                                     const char *group, const char *topic, bool is_one,
                                     struct losses *out)
{
    bool is_harm = topic != NULL && is_at_work(other);
    struct loss *loss;
    if (topic == NULL)
        loss = losses_add(out, "group-shared-idle", PT_UNKNOWN, PT_UNKNOWN,
                          "the connector shares the consumer group %s with the connector %s: each "
                          "change of one makes the other rebalance",
                          group, other->name);
    else
        loss = losses_add(
            out, is_harm ? "group-shared" : "group-shared-idle", PT_UNKNOWN, PT_UNKNOWN,
            "the connector shares the consumer group %s with the connector %s, and both read %s: "
            "each gets a part of the records%s",
            group, other->name, topic,
            is_one ? "" : ", and the records that one reads never reach the other's bucket");
    loss_mend(loss,
              "Pause %s or %s if one of them is not needed. Otherwise give one a group of its own "
              "(consumer.override.group.id) and copy the offsets to that group before it starts: "
              "without them it reads everything again",
              conn->name, other->name);
}

/* Their objects in one place have the same names: neither the format, which determines the file
 * extension, nor the folders differ. */
static bool do_keys_meet(const struct conn *one, const struct sink *a, const struct conn *two,
                         const struct sink *b)
{
    static const char *const names[] = {"format.class", "s3.compression.type"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(conn_get(one, names[i]), conn_get(two, names[i])) != 0)
            return false;
    return a->partitioner != SINK_BY_OTHER && strcmp(a->delim, b->delim) == 0 &&
           strcmp(a->file_delim, b->file_delim) == 0 &&
           (a->partitioner != SINK_BY_TIME || strcmp(a->path_format, b->path_format) == 0);
}

void compare_others(const struct conn *conn, const char *group, const struct conn *other,
                    const char *other_group, const struct compare_cluster *cluster,
                    struct losses *out)
{
    struct sink own, theirs;
    char topic[PT_TOPIC_MAX];
    if (!conn_is_sink(conn) || !conn_is_sink(other) || !conn->has_settings || !other->has_settings)
        return;
    bool is_group = strcmp(group, other_group) == 0;
    /* Most connectors have nothing in common, which is checked before everything is read. */
    if (!is_group &&
        strcmp(conn_get(conn, "s3.bucket.name"), conn_get(other, "s3.bucket.name")) != 0)
        return;
    sink_read(conn, &own);
    sink_read(other, &theirs);
    bool is_one = is_one_place(&own, &theirs);
    bool is_clash = is_one && do_keys_meet(conn, &own, other, &theirs);
    if (!is_group && !is_clash) /* topics are many, and expressions are slow */
        return;
    bool is_shared = find_shared(&own, &theirs, cluster, topic, sizeof topic);
    if (is_group) {
        compare_others_say_group(conn, other, group, is_shared ? topic : NULL, is_one, out);
        return;
    }
    if (!is_shared)
        return;
    struct loss *loss = losses_add(
        out, is_at_work(other) ? "objects-shared" : "objects-shared-idle", PT_UNKNOWN, PT_UNKNOWN,
        "the connector and the connector %s write the same objects: both put %s below s3://%s/%s, "
        "and each overwrites the other's",
        other->name, topic, own.bucket, own.topics_dir);
    loss_mend(loss,
              "Pause %s or %s if one of them is not needed; otherwise set another topics.dir or "
              "bucket for one of them",
              conn->name, other->name);
}
