/* The records that the action of sink.flow sends (sink_send.c), and follows (sink_follow.c).
 * Thread: the fix's. */
#ifndef DOCTOR_SINK_SEND_H
#define DOCTOR_SINK_SEND_H

#include "aws/s3.h"
#include "connector/sink.h"
#include "doctor/check.h"
#include "kafka/ask.h"

enum {
    SEND_ACK_MS = 20000, /* within which Kafka answers */
    SEND_KEY_MAX = 1024
};

/* One record on its way. */
struct send_record {
    const char *topic;
    char *value;
    size_t len;
    bool is_acked, is_unclear; /* is_unclear: it may be stored */
    int32_t partition;
    int64_t offset, acked_ms;
    /* Since it was acknowledged: the group committed it, its object was seen; PT_UNKNOWN not yet.
     * The sink commits a record once its object is uploaded. */
    int64_t committed_ms, object_ms;
    int64_t committed, moved_ms; /* of the group, -1 none, PT_UNKNOWN not seen; its last change */
    int64_t from;                /* objects before this offset were looked at */
    char object[SEND_KEY_MAX];
};

/* All three on their way. */
struct send {
    struct check *check;
    struct sink sink;
    struct s3_bucket bucket;
    int64_t index, limit_ms;
    struct send_record records[PT_STREAMS];
    size_t n;
    char group[256];
    struct ask *offsets; /* NULL: the group's offsets may not be seen, or could not */
    char why_unread[300];
    int64_t sent_us, sent_at_s; /* monotonic; by AWS's clock */
};

/* Looks once at the group and the bucket; for fix_wait, arg is the struct send. is_over: out, all
 * objects were seen, or it was waited long enough. Errors those of s3_list. */
pt_code sink_follow_look(struct check *check, void *arg, bool *is_over, struct pt_error *err);

/* Says what became of them: appends a line of each to said, and sets found->flow. is_over: as the
 * last look said. Errors PT_EUNHEALTHY: one hangs; PT_ETIMEOUT: one was not seen for certain. */
pt_code sink_follow_end(struct send *send, bool is_over, struct buf *said, struct pt_error *err);

#endif
