/* Shared by the files that read a topic's records back. */
#ifndef KAFKA_PEEK_PRIVATE_H
#define KAFKA_PEEK_PRIVATE_H

#include "kafka/admin_private.h"
#include "kafka/read_range.h"

enum { PEEK_ASK_TIMEOUT_MS = 2000 };

/* One candidate; its texts are one allocation: key, value, headers. */
struct kept {
    struct pt_peeked record;
    char *text;
    size_t text_bytes;
};

/* Which records are kept: the newest ones, the first ones of a partition, or the oldest ones that
 * are not older than a time. */
enum peek_mode { PEEK_NEWEST, PEEK_AT, PEEK_FROM };

struct peek {
    struct reader reader;
    size_t wanted, n_kept;
    struct kept *kept; /* has room for 2 × wanted */
    enum peek_mode mode;
    int64_t deadline_us; /* of all reading together, monotonic */
    int64_t from_ms;     /* PEEK_FROM: what is older is passed over */
    size_t *n_came;      /* PEEK_FROM: of each range, the records that came; else NULL */
    struct read_range *ranges;
    size_t n_ranges;
    bool is_out_of_memory;
    bool is_whole; /* the records also come as they are */
};

/* Reads the ranges into what is kept. Errors as read_ranges, PT_ENOMEM. */
pt_code peek_read(struct admin *admin, struct peek *peek, const char *topic,
                  struct read_range *ranges, size_t n_ranges, struct pt_error *err);
/* Records that came in time are shown, with a remark that there may be more. */
pt_code peek_or_what_came(const struct peek *peek, pt_code code, const char *says,
                          struct pt_result *result);

/* The record as the text of a record by hand (pintop/draft.h), the caller's, free. NULL: it has too
 * many headers, is too large, or out of memory (peek_whole.c). */
char *peek_whole(const rd_kafka_message_t *message);
/* Keeps the `wanted` ones: the newest, newest first, or from a time on the oldest, oldest first. */
void peek_keep(struct peek *peek);
/* Moves the ranges to their first offset of that time or later, as far as the brokers tell it: a
 * range of which they don't is read as a whole, as on the embedded cluster, which has no index of
 * times. Errors those of kafka_error, PT_ENOMEM. */
pt_code peek_seek(struct admin *admin, const struct rd_kafka_metadata_topic *topic, int64_t from_ms,
                  struct read_range *ranges, size_t n, struct pt_error *err);
/* Reads the first records that are not older than cmd->from_ms. Errors as peek_read. */
pt_code peek_read_from(struct admin *admin, struct peek *peek, const struct pt_command *cmd,
                       struct pt_result *result, struct pt_error *err);

#endif
