/* Read the records back and count them. */
#ifndef PINTOP_AUDIT_H
#define PINTOP_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/config.h"
#include "pintop/stream.h"

enum { PT_AUDIT_RANGES = 1000 };

struct pt_audit_opts {
    enum { PT_AUDIT_AUTO, PT_AUDIT_TOPIC, PT_AUDIT_SINK } from;
    int64_t from_index; /* -1: the account's first */
    int64_t until;      /* last index, inclusive; -1: the highest delivered by the checkpoint */
    unsigned streams;   /* bits */
    /* Called now and then with how far it is; true cancels. May be NULL. */
    bool (*progress)(void *arg, const char *text);
    void *arg;
};

struct pt_audit_stream {
    char name[8];
    bool has_account;                /* false: nothing known, figures are 0 */
    int64_t first_index, last_index; /* the range that was looked for; last < first: empty */
    int64_t present, missing, doubled, foreign, expired;
    int64_t beyond; /* above the range: unacknowledged at the end of a run, or still being made */
    int64_t damaged_objects;  /* of the sink: their records count as missing */
    char damage[PT_WHAT_MAX]; /* what is wrong with the first of them */
    size_t n_ranges;
    int64_t (*ranges)[2]; /* inclusive; at most PT_AUDIT_RANGES */
    bool is_truncated;
};

struct pt_audit {
    bool is_from_sink;
    struct pt_audit_stream streams[PT_STREAMS];
};

/* Audit the account of this configuration's cluster. Memory: two bits an index of the range.
 *
 * audit   out; free with pt_audit_done, also after an error.
 * Errors  PT_EIO, PT_EKAFKA, PT_ECANCELLED, PT_EDATA (no account, or a damaged one), PT_ECONFIG.
 * Thread  any but the UI's: reads all of it. */
pt_code pt_audit_run(const struct pt_config *cfg, const struct pt_audit_opts *opts,
                     struct pt_audit *audit, struct pt_error *err);
void pt_audit_done(struct pt_audit *audit);

#endif
