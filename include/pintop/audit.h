/* Reads the records back from the topics or from the sink, and counts them. */
#ifndef PINTOP_AUDIT_H
#define PINTOP_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/config.h"
#include "pintop/stream.h"

PT_API_BEGIN

enum { PT_AUDIT_RANGES = 1000 };

struct pt_audit_opts {
    enum { PT_AUDIT_AUTO, PT_AUDIT_TOPIC, PT_AUDIT_SINK } from;
    int64_t from_index; /* -1: the account's first */
    int64_t until;      /* last index, inclusive; -1: the highest delivered by the checkpoint */
    unsigned streams;   /* bits */
    int64_t shards;     /* how many there are; 0: as the checkpoints say */
    /* Called from time to time with the progress; true cancels. May be NULL. */
    bool (*progress)(void *arg, const char *text);
    void *arg;
};

struct pt_audit_stream {
    char name[8];
    bool has_account; /* false: nothing is known, figures are 0 */
    /* How many there are, with a checkpoint in the state directory, and without one but assumed to
     * have begun and ended with the others. The rest was not checked. */
    int64_t shards, shards_found, shards_assumed;
    char shards_note[PT_WHAT_MAX];   /* the same as a sentence; "" for one whole account */
    int64_t first_index, last_index; /* lowest and highest looked for; last < first: none */
    int64_t present, missing, doubled, foreign, expired;
    int64_t beyond;           /* above the range: unacknowledged at the end of a run, or still being
                               * generated */
    int64_t elsewhere;        /* of shards that were not checked */
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

/* Audits the account of this configuration's cluster. Memory: two bits for each index of the range.
 *
 * audit   out; free with pt_audit_done, also after an error.
 * Errors  PT_EIO, PT_EKAFKA, PT_ECANCELLED, PT_EDATA (no account, or a damaged one), PT_ECONFIG.
 * Thread  any but the UI's: it reads everything. */
pt_code pt_audit_run(const struct pt_config *cfg, const struct pt_audit_opts *opts,
                     struct pt_audit *audit, struct pt_error *err);
void pt_audit_done(struct pt_audit *audit);

PT_API_END

#endif
