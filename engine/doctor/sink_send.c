/* The action of sink.flow: one record of each stream is sent, and followed (sink_follow.c) until it
 * is an object. It is only done when it is agreed to, and the records stay in the topics and in the
 * bucket. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "config/settings.h"
#include "doctor/connect.h"
#include "doctor/flow_kept.h"
#include "doctor/kafka.h"
#include "doctor/sink_send.h"
#include "doctor/wait.h"
#include "pintop/preview.h"

enum {
    SEND_FIX_MS = 30 * 60 * 1000,
    SEND_SPARE_MS = 2 * 60 * 1000, /* of it: for what comes before the waiting */
    SEND_LOOKS = 12,               /* that many polls after an object should be there, it hangs */
    SEND_VALUE_MAX = 64 * 1024,
    SEND_WHY_MAX = 200
};
/* Indexes that no account of a stream reaches, and that an int of MySQL holds. */
enum { SEND_FIRST_INDEX = 2000000000, SEND_INDEXES = 100000000 };

/* ------------------------------------------------------------------ what is sent */

bool connect_is_alone_written(const struct check *check, const struct sink *sink, int64_t *limit_ms,
                              char *why, size_t cap)
{
    int64_t poll_ms = pt_config_int(check->cfg, "pintop.connector.poll.ms");
    bool is_at_once = sink->flush_size == 1, is_by_clock = sink->schedule_ms > 0;
    int64_t turn_ms = sink->schedule_ms < INT64_MAX / 2 ? sink->schedule_ms : INT64_MAX / 2;
    *limit_ms = SEND_LOOKS * poll_ms + (!is_at_once && is_by_clock ? turn_ms : 0);
    if (!is_at_once && !is_by_clock)
        text_put(why, cap,
                 "One record alone would not be written: flush.size is %lld, and nothing rotates "
                 "by the clock",
                 (long long)sink->flush_size);
    else if (*limit_ms > SEND_FIX_MS - SEND_SPARE_MS)
        text_put(why, cap,
                 "Whether one record alone is written may be seen only after %lld s, which is "
                 "longer than pintop waits",
                 (long long)*limit_ms / 1000);
    else
        why[0] = '\0';
    return why[0] == '\0';
}

static bool send_take(void *arg, enum pt_stream_id id, const char *value, size_t len)
{
    struct send *send = arg;
    for (size_t i = 0; i < send->n; i++)
        if (i == (size_t)id && len <= SEND_VALUE_MAX) {
            send->records[i].value = malloc(len + 1);
            if (send->records[i].value != NULL)
                memcpy(send->records[i].value, value, len);
            send->records[i].len = len;
        }
    return true;
}

/* The streams' own records, with one index for the three. */
static pt_code send_make(struct send *send, struct pt_error *err)
{
    const struct pt_preview to = {.arg = send, .record = send_take};
    unsigned streams = 0;
    for (unsigned id = 0; id < PT_STREAMS; id++)
        streams |= PT_STREAM_BIT(id);
    pt_code code = pt_preview(send->check->cfg, streams, send->index, 1, &to, err);
    for (size_t i = 0; i < send->n && code == PT_OK; i++)
        if (send->records[i].value == NULL)
            code =
                pt_error_set(err, PT_EDATA,
                             "Look at the streams' sources: pintop doctor --only "
                             "streams",
                             "sink.flow: no record could be made for %s", send->records[i].topic);
    return code;
}

/* Takes the settings. Errors PT_ECONFIG: a topic is not known, or not read by the sink; one record
 * alone is not written. */
static pt_code send_init(struct check *check, struct send *send, struct pt_error *err)
{
    char why[SEND_WHY_MAX];
    *send = (struct send){.check = check};
    sink_read(&check->found->connector, &send->sink);
    conn_group(&check->found->connector, send->group, sizeof send->group);
    send->bucket.name = send->sink.bucket;
    send->index = SEND_FIRST_INDEX + aws_now_s(check->client) % SEND_INDEXES;
    for (size_t i = 0; i < PT_STREAMS; i++) {
        struct send_record *record = &send->records[send->n++];
        record->topic = check_set(check, settings_topics[i]);
        record->committed_ms = record->object_ms = record->committed = PT_UNKNOWN;
        if (record->topic == NULL)
            return pt_error_set(err, PT_ECONFIG, "Set pintop.user.id", "sink.flow: %s is not set",
                                settings_topics[i]);
    }
    if (!connect_is_alone_written(check, &send->sink, &send->limit_ms, why, sizeof why))
        return pt_error_set(err, PT_ECONFIG, "Start the streams instead",
                            "sink.flow: no record was sent. %s", why);
    return PT_OK;
}

static void send_done(struct send *send)
{
    for (size_t i = 0; i < send->n; i++)
        free(send->records[i].value);
    ask_close(send->offsets);
}

static pt_code send_plan(struct check *check, struct buf *plan, struct pt_error *err)
{
    struct send send;
    pt_code code = send_init(check, &send, err);
    /* The index itself is of the clock, and a plan that is made again must be the same. */
    for (size_t i = 0; i < send.n && code == PT_OK; i++)
        buf_printf(plan, "send    1 record to %s, with an index of %d or more\n",
                   send.records[i].topic, SEND_FIRST_INDEX);
    if (code == PT_OK)
        buf_printf(plan,
                   "wait    until each is an object in s3://%s/%s, at most %lld s\n"
                   "stays   the records stay in the topics and in the bucket\n",
                   send.sink.bucket, send.sink.topics_dir, (long long)send.limit_ms / 1000);
    send_done(&send);
    return code;
}

/* ------------------------------------------------------------------ sending */

/* Brokers may create a topic that something is sent to. */
static pt_code send_check_topics(const struct send *send, const struct pt_config *cfg,
                                 const struct ask_token *token, struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata;
    struct ask *ask;
    pt_code code = ask_open(cfg, token, &ask, err);
    if (code != PT_OK)
        return code;
    code = ask_metadata(ask, SEND_ACK_MS, &metadata, err);
    for (size_t i = 0; i < send->n && code == PT_OK; i++)
        if (topic_list_find(metadata, send->records[i].topic) == NULL)
            code = pt_error_set(err, PT_ENOTFOUND, "Create it: pintop doctor --fix kafka.topics",
                                "sink.flow: nothing was sent, because %s does not exist or may not "
                                "be described",
                                send->records[i].topic);
    if (code == PT_OK || code == PT_ENOTFOUND)
        rd_kafka_metadata_destroy(metadata);
    ask_close(ask);
    return code;
}

/* No object that begins before this offset can hold the record. */
static int64_t send_first_begin(const struct send *send, int64_t offset)
{
    return send->sink.flush_size > 0 ? offset - send->sink.flush_size : 0;
}

static pt_code send_all(struct send *send, const struct pt_config *cfg,
                        const struct ask_token *token, struct pt_error *err)
{
    struct ask_record records[PT_STREAMS] = {0};
    const char *keys = check_set(send->check, "pintop.stream.key");
    char key[24];
    snprintf(key, sizeof key, "%lld", (long long)send->index);
    for (size_t i = 0; i < send->n; i++) {
        records[i] = (struct ask_record){.topic = send->records[i].topic,
                                         .value = send->records[i].value,
                                         .len = send->records[i].len};
        records[i].key = keys != NULL && strcmp(keys, "none") == 0 ? NULL : key;
    }
    send->sent_at_s = aws_now_s(send->check->client);
    pt_code code = ask_send(cfg, token, records, send->n, SEND_ACK_MS, err);
    send->sent_us = clock_mono_us();
    for (size_t i = 0; i < send->n; i++) {
        send->records[i].is_acked = records[i].is_acked;
        send->records[i].is_unclear = records[i].is_unclear;
        send->records[i].partition = records[i].partition;
        send->records[i].offset = records[i].offset;
        send->records[i].acked_ms = records[i].acked_ms;
        send->records[i].from = send_first_begin(send, records[i].offset);
    }
    return code;
}

/* Remembers which of them are stored, or may be, as long as nothing else is known. */
static void send_note_stored(const struct send *send)
{
    struct found *found = send->check->found;
    struct buf all;
    buf_init(&all, sizeof found->flow_says);
    for (size_t i = 0; i < send->n; i++) {
        const struct send_record *record = &send->records[i];
        buf_printf(&all, "%s%s: ", i > 0 ? "; " : "", record->topic);
        if (record->is_acked)
            buf_printf(&all, "stored (partition %d, offset %lld)", record->partition,
                       (long long)record->offset);
        else
            buf_puts(&all, record->is_unclear ? "whether it is stored is not known" : "not stored");
        if (record->is_acked || record->is_unclear)
            found->flow = FLOW_SENT;
    }
    text_copy(found->flow_says, sizeof found->flow_says, all.data != NULL ? all.data : "");
    snprintf(found->flow_fix, sizeof found->flow_fix,
             "Sending again writes further records, so first look at the connector: pintop "
             "connector diagnose %.100s --probe",
             found->connector.name);
    buf_done(&all);
    flow_keep(send->check, send->sent_at_s);
}

/* Sends them, and opens the handle that watches the group. */
static pt_code send_now(struct send *send, struct pt_error *err)
{
    struct check *check = send->check;
    const struct pt_config *cfg = kafka_client_config(check);
    struct msk_token token = {0};
    struct pt_error why;
    pt_code code = kafka_make_token(check, cfg, &token, err);
    const struct ask_token with = {token.text, "kafka-cluster", token.expires_ms};
    if (code == PT_OK)
        code = send_check_topics(send, cfg, &with, err);
    if (code == PT_OK)
        code = send_all(send, cfg, &with, err);
    send_note_stored(send);
    if (code == PT_OK && ask_open_group(cfg, &with, send->group, &send->offsets, &why) != PT_OK)
        text_put(send->why_unread, sizeof send->why_unread, "%s", why.what);
    msk_token_done(&token);
    return code;
}

/* ------------------------------------------------------------------ the action */

static pt_code send_run(struct check *check, struct buf *said, struct pt_error *err)
{
    struct send send;
    bool is_over;
    pt_code code = send_init(check, &send, err);
    if (code == PT_OK)
        code = send_make(&send, err);
    if (code == PT_OK)
        code = send_now(&send, err);
    if (code == PT_OK)
        code = fix_wait(check, sink_follow_look, &send,
                        pt_config_int(check->cfg, "pintop.connector.poll.ms"), &is_over, err);
    if (code == PT_OK)
        code = sink_follow_end(&send, is_over, said, err);
    else if (check->found->flow == FLOW_SENT)
        buf_printf(said, "%s\n", check->found->flow_says);
    send_done(&send);
    return code;
}

const struct check_fix connect_send_fix = {.kind = FIX_DATA,
                                           .does = "send one record of each stream and wait for "
                                                   "their objects",
                                           .limit_ms = SEND_FIX_MS,
                                           .plan = send_plan,
                                           .run = send_run};
