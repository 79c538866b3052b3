/* The accounts of one topic that a state directory knows, joined: which indexes should be there.
 *
 * A shard that runs on another host has no checkpoint here. How far it came is then unknown, and
 * its records are not checked, unless the caller says how many shards there are (asked): then
 * those without a checkpoint are assumed to have begun and ended within n indexes of the others,
 * and the topic is read from its beginning, since nobody here knows where theirs began. */
#ifndef AUDIT_JOINED_H
#define AUDIT_JOINED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/shard.h"
#include "pintop/error.h"
#include "state/checkpoint.h"

struct joined {
    uint32_t n;                  /* of the shards; 0: no account was found */
    uint32_t n_found, n_assumed; /* of the n: with a checkpoint, and without one but included */
    uint32_t n_passed;           /* accounts of another number, which were passed over */
    struct joined_range {
        bool is_found, is_assumed;
        uint64_t first, next; /* must be there */
        /* May be there, around first … next: of a shard that is found they are the same. */
        uint64_t lowest, highest_next;
    } ranges[SHARDS_MAX]; /* of shard i at [i - 1] */
    struct checkpoint cp; /* lowest first index, highest next index, earliest start offsets */
    bool has_until;       /* the end is the one that the caller has named */
};

/* Reads the accounts. own: the shard of the configuration; when it is not the whole, its n is the
 * one that counts. asked: the number of shards, 0 to find out; accounts of another number are
 * passed over when there is one of this number. Errors PT_EDATA (one that may be of this topic is
 * damaged; accounts of different n, which overlap; none of the accounts is one of that many
 * shards), PT_EIO, PT_ENOMEM. No account is not an error. */
pt_code joined_read(struct joined *joined, const char *dir, const char *cluster_id,
                    const char *topic, struct shard own, uint32_t asked, struct pt_error *err);
/* Makes every shard one that came from `first` to `until` (exclusive); UINT64_MAX leaves a bound
 * as it is. Without an account: of all n shards, or of the whole. */
void joined_bound(struct joined *joined, uint32_t asked, uint64_t first, uint64_t until);

/* Returns the offset from which the partition is to be read. */
int64_t joined_start(const struct joined *joined, size_t partition);
/* Returns whether a record lies before the account of its shard: it is an older account's. */
bool joined_is_older(const struct joined *joined, uint64_t index, int32_t partition,
                     int64_t offset);

enum joined_kind {
    JOINED_EXPECTED,
    JOINED_POSSIBLE,  /* may be there or not: near the assumed ends of a shard */
    JOINED_BEYOND,    /* above the range of its shard, at most `slack` indexes of it */
    JOINED_ELSEWHERE, /* of a shard that is not checked */
    JOINED_FOREIGN
};
/* Returns what a record of this index is. */
enum joined_kind joined_kind_of(const struct joined *joined, uint64_t index, uint64_t slack);
/* Says which shards were checked, and on what grounds: "shards 1, 2 of 4 have checkpoints here; …";
 * "" for the whole. */
void joined_describe(const struct joined *joined, const char *dir, char *out, size_t cap);

#endif
