/* Follows the records that the action of sink.flow has sent: what their group has committed, and
 * which objects hold them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "doctor/flow_kept.h"
#include "doctor/sink_send.h"

enum {
    SEND_LISTED = 1000,
    SEND_SKEW_S = 32,   /* by which AWS's clock may differ unnoticed, and a rounding */
    SEND_OLDER_S = 600, /* objects that much older are of an earlier topic of that name */
    SEND_SAYS_MAX = 2048
};

static int64_t send_since_ms(const struct send *send)
{
    return (clock_mono_us() - send->sent_us) / 1000;
}

/* The group's offsets are only one of two signs, so that a failure ends nothing. */
static void send_look_at_group(struct send *send)
{
    struct offsets_item items[PT_STREAMS] = {0};
    size_t order[PT_STREAMS], n = 0;
    struct pt_error why;
    for (size_t i = 0; i < send->n; i++) { /* sorted by topic */
        size_t at = n++;
        while (at > 0 && strcmp(send->records[order[at - 1]].topic, send->records[i].topic) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
    for (size_t i = 0; i < n; i++)
        items[i] = (struct offsets_item){.topic = send->records[order[i]].topic,
                                         .partition = send->records[order[i]].partition};
    if (send->offsets == NULL)
        return;
    if (ask_committed(send->offsets, send->group, items, n, SEND_ACK_MS, &why) != PT_OK) {
        text_put(send->why_unread, sizeof send->why_unread, "%s", why.what);
        ask_close(send->offsets);
        send->offsets = NULL;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct send_record *record = &send->records[order[i]];
        if (record->committed != PT_UNKNOWN && record->committed != items[i].offset)
            record->moved_ms = send_since_ms(send);
        record->committed = items[i].offset;
        if (record->committed_ms == PT_UNKNOWN && items[i].offset > record->offset)
            record->committed_ms = send_since_ms(send);
    }
}

/* The offset at which an object begins, by its key; -1: it is not one of this partition. */
static int64_t send_begin_of(const char *key, const char *head)
{
    size_t len = strlen(head);
    char *end;
    if (strncmp(key, head, len) != 0)
        return -1;
    long long offset = strtoll(key + len, &end, 10);
    return end != key + len && (*end == '.' || *end == '\0') ? offset : -1;
}

/* Whether an object was modified so late that it is not of before the record. An object's time is
 * S3's, in whole seconds, and may be the one at which its upload began. */
static bool send_is_since(const struct send *send, const struct s3_object *object, int64_t slack_s)
{
    return object->modified_ms / 1000 >= send->sent_at_s - slack_s;
}

/* Finds the object that holds the record for certain, by the objects from `from` on; NULL: none
 * does. With flush.size 1 it is the one of its offset. Otherwise it is the last one that begins at
 * it or before, once that is known to be ended behind it: the next one has begun since, or the
 * group has committed the record. */
static const struct s3_object *send_find(const struct send *send, struct send_record *record,
                                         const char *head, const struct s3_listing *list)
{
    const struct s3_object *last = NULL;
    bool is_one_each = send->sink.flush_size == 1, has_next = false;
    for (size_t i = 0; i < list->n; i++) {
        const struct s3_object *object = &list->objects[i];
        int64_t begin = send_begin_of(object->key, head);
        if (begin == record->offset && is_one_each && send_is_since(send, object, SEND_OLDER_S))
            return object;
        if (begin > record->offset)
            has_next |= send_is_since(send, object, SEND_SKEW_S);
        if (begin < 0 || begin > record->offset)
            continue;
        last = object;
        if (list->is_truncated)
            record->from = begin;
    }
    bool is_committed = record->committed_ms != PT_UNKNOWN && !list->is_truncated && last != NULL &&
                        send_is_since(send, last, SEND_SKEW_S);
    return !is_one_each && (has_next || is_committed) ? last : NULL;
}

/* Looks for its object, as long as none was seen. */
static pt_code send_look_at_bucket(struct send *send, struct send_record *record,
                                   struct pt_error *err)
{
    struct check *check = send->check;
    const struct sink *sink = &send->sink;
    struct s3_listing list;
    char prefix[SEND_KEY_MAX], head[SEND_KEY_MAX], after[SEND_KEY_MAX];
    if (record->object_ms != PT_UNKNOWN ||
        !sink_prefix(sink, record->topic, record->partition, prefix, sizeof prefix))
        return PT_OK;
    text_put(head, sizeof head, "%s%s%s%d%s", prefix, record->topic, sink->file_delim,
             record->partition, sink->file_delim);
    if (record->from > 0)
        text_put(after, sizeof after, "%s%0*lld", head, (int)sink->pad, (long long)record->from);
    else
        text_copy(after, sizeof after, head);
    pt_code code = s3_list(check->client, check->keys, &send->bucket, prefix, NULL, after,
                           SEND_LISTED, &list, err);
    if (code != PT_OK)
        return code;
    const struct s3_object *object = send_find(send, record, head, &list);
    if (object != NULL) {
        record->object_ms = send_since_ms(send);
        text_put(record->object, sizeof record->object, "%s", object->key);
    }
    s3_listing_done(&list);
    return PT_OK;
}

pt_code sink_follow_look(struct check *check, void *arg, bool *is_over, struct pt_error *err)
{
    struct send *send = arg;
    bool is_all = true;
    pt_code code = PT_OK;
    (void)check;
    send_look_at_group(send);
    for (size_t i = 0; i < send->n && code == PT_OK; i++) {
        code = send_look_at_bucket(send, &send->records[i], err);
        is_all &= send->records[i].object_ms != PT_UNKNOWN;
    }
    *is_over = code == PT_OK && (is_all || send_since_ms(send) > send->limit_ms);
    return code;
}

/* ------------------------------------------------------------------ what became of them */

static void send_time(int64_t ms, char *out, size_t cap)
{
    if (ms < 1000)
        snprintf(out, cap, "%lld ms", (long long)ms);
    else
        snprintf(out, cap, "%lld.%lld s", (long long)ms / 1000, (long long)ms % 1000 / 100);
}

static void send_say_committed(const struct send *send, const struct send_record *record,
                               struct buf *said)
{
    char time[40];
    if (record->committed_ms != PT_UNKNOWN) {
        send_time(record->committed_ms, time, sizeof time);
        buf_printf(said, "; its group had committed it as written after %s", time);
    } else if (send->offsets == NULL) {
        buf_printf(said, "; whether its group has committed it is not known (%.200s)",
                   send->why_unread);
    } else if (record->object_ms != PT_UNKNOWN) {
        buf_puts(said, "; its group has not committed that yet, which it does once a minute");
    } else {
        buf_printf(said, "; its group %s has not committed it (committed: %lld)", send->group,
                   (long long)record->committed);
        if (record->committed >= 0 && record->committed < record->offset)
            buf_printf(said, ", and was behind it by %lld records then",
                       (long long)(record->offset - record->committed));
    }
}

static void send_say(const struct send *send, const struct send_record *record, struct buf *said)
{
    char time[40];
    send_time(record->acked_ms, time, sizeof time);
    buf_printf(said, "%s: acknowledged in %s (partition %d, offset %lld)", record->topic, time,
               record->partition, (long long)record->offset);
    send_say_committed(send, record, said);
    if (record->object_ms != PT_UNKNOWN) {
        send_time(record->object_ms, time, sizeof time);
        buf_printf(said, "; an object after %s: %s", time, record->object);
    } else {
        send_time(send_since_ms(send), time, sizeof time);
        buf_printf(said, "; no object%s after %s",
                   send->sink.flush_size == 1 ? "" : " that holds it for certain", time);
    }
}

/* Whether the record is the next one that the sink has to write, and was all the time. What is
 * behind others may only be late: the group commits once a minute. */
static bool send_does_hang(const struct send *send, const struct send_record *record)
{
    bool is_next =
        record->committed == record->offset || (record->committed == -1 && record->offset == 0);
    return send->offsets != NULL && is_next && record->object_ms == PT_UNKNOWN &&
           send_since_ms(send) - record->moved_ms > send->limit_ms;
}

/* The record that is worth the word. hangs: it hangs; otherwise it was not seen. */
static pt_code send_not_seen(struct send *send, const struct send_record *record, bool hangs,
                             struct pt_error *err)
{
    struct found *found = send->check->found;
    found->flow = hangs ? FLOW_HANGS : FLOW_SENT;
    if (!hangs)
        return pt_error_set(err, PT_ETIMEOUT, found->flow_fix,
                            "sink.flow: the record of %s was not seen for certain in s3://%s/%s "
                            "within %lld s",
                            record->topic, send->sink.bucket, send->sink.topics_dir,
                            (long long)send_since_ms(send) / 1000);
    snprintf(found->flow_fix, sizeof found->flow_fix,
             "Look at the connector, and whether it may write to the bucket: pintop connector "
             "diagnose %.100s --probe",
             found->connector.name);
    return pt_error_set(err, PT_EUNHEALTHY, found->flow_fix,
                        "sink.flow: the record of %s hangs in the sink: within %lld s no object "
                        "came. It was not read or not written, which the group's offsets do not "
                        "tell apart",
                        record->topic, (long long)send->limit_ms / 1000);
}

/* The first that hangs, else the first that was not seen; NULL: all were. */
static const struct send_record *send_worst(const struct send *send, bool is_over, bool *hangs)
{
    const struct send_record *worst = NULL;
    *hangs = false;
    for (size_t i = 0; i < send->n && !*hangs; i++) {
        const struct send_record *record = &send->records[i];
        *hangs = is_over && send_does_hang(send, record);
        if (*hangs || (worst == NULL && record->object_ms == PT_UNKNOWN))
            worst = record;
    }
    return worst;
}

pt_code sink_follow_end(struct send *send, bool is_over, struct buf *said, struct pt_error *err)
{
    struct found *found = send->check->found;
    struct buf all;
    bool hangs;
    buf_init(&all, sizeof found->flow_says);
    for (size_t i = 0; i < send->n; i++) {
        struct buf one;
        buf_init(&one, SEND_SAYS_MAX);
        send_say(send, &send->records[i], &one);
        if (one.data != NULL) {
            buf_printf(said, "%s\n", one.data);
            buf_printf(&all, "%s%s", i > 0 ? ". " : "", one.data);
        }
        buf_done(&one);
    }
    text_copy(found->flow_says, sizeof found->flow_says, all.data != NULL ? all.data : "");
    buf_done(&all);
    const struct send_record *worst = send_worst(send, is_over, &hangs);
    pt_code code = PT_OK;
    found->flow = FLOW_ARRIVED;
    if (worst != NULL)
        code = send_not_seen(send, worst, hangs, err);
    flow_keep(send->check, send->sent_at_s);
    return code;
}
