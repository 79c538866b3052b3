/* Shared by the files that report losses. */
#ifndef CONNECTOR_WITNESS_LOSSES_PRIVATE_H
#define CONNECTOR_WITNESS_LOSSES_PRIVATE_H

#include "connector/witness/losses.h"

/* "29 Nov 22:13:03Z" */
const char *loss_when(int64_t time_ms, char out[40]);
/* WHAT " between A and B", as far as known; otherwise "". */
const char *loss_between(const char *what, int64_t from_ms, int64_t to_ms, char out[120]);

/* The sum over partitions, and the partition with most of it. Begin with zeroes. */
struct loss_sum {
    int64_t records, from_ms, to_ms, at_ms;
    int n;
    const struct loss_partition *most;
    int64_t most_records, from, to; /* of that one: its offsets */
};
/* records 0: nothing. */
void loss_sum_up(struct loss_sum *sum, const struct loss_partition *at, int64_t records,
                 int64_t at_ms);
/* "demo.pin-0", "3 partitions (most in demo.pin-0)" */
const char *loss_where(const struct loss_sum *sum, char out[340]);

/* Of one kind: what is reported, and what was acknowledged. */
struct loss_sums {
    bool is_grave; /* in: it makes an alarm, so it can be acknowledged */
    struct loss_sum told, marked;
    const struct loss_mark *mark; /* the latest; NULL none */
};
/* When the lost records were written, and when the loss was seen; PT_UNKNOWN. */
struct loss_times {
    int64_t from_ms, to_ms, at_ms;
};
/* extent becomes what is reported of it. */
void loss_sum_extent(const struct losses_ask *ask, struct loss_sums *sums,
                     const struct loss_partition *at, struct loss_extent *extent,
                     const struct loss_times *times);
/* what is "deleted by retention …", following "N records of demo.pin-0". */
void loss_say_marked(const struct loss_sums *sums, const char *what, struct losses *out);

/* In losses_missing.c: records that were committed and are in no object. */
void losses_say_missing(const struct losses_ask *ask, struct losses *out);

#endif
