/* The window: one slot for each index of a stream whose record was generated and is not yet known
 * to be safe. It is the stream's account.
 *
 * The indexes of a shard i/n are n apart: n is the window's stride, and "every index" means those
 * of the shard. first, next and lowest are indexes, size is a number of slots.
 *
 * Invariants
 *   lowest <= next <= lowest + size * stride; every index below lowest is done, none from next on
 *   is taken.
 *   generated = delivered + failed + in flight + unresolved, at every sample (window_read).
 *   A failed, acknowledged or unresolved slot stays occupied: lowest does not pass it.
 *
 * Threads: `taker` is the streamer, the only one that takes, gives back and takes again;
 * `reporter` is the producer's poll thread; window_committed may come from a third (the sink);
 * window_read from any. Parked: neither streamer nor reporter is running. */
#ifndef STREAM_WINDOW_H
#define STREAM_WINDOW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/hist.h"
#include "stream/source.h"

enum slot_state {
    SLOT_FREE,
    SLOT_FLIGHT, /* taken, outcome open */
    SLOT_ACKED,  /* delivered, waits until it is durable in the sink (embedded) */
    SLOT_DONE,
    SLOT_FAILED,    /* permanently refused; a start sends it again */
    SLOT_UNRESOLVED /* in flight when the run ended */
};

struct window {
    _Atomic uint64_t *slots; /* state in the low 3 bits, produce time in µs above */
    struct window_position {
        _Atomic uint64_t offset, row;
    } * positions; /* where each index came from, or NULL */
    uint64_t size, mask;
    uint64_t first;  /* of this run */
    uint64_t stride; /* from one index to the next */
    /* The counters of the taker and of the reporter are on cache lines of their own. */
    char apart[64];
    _Atomic uint64_t next, generated;
    uint64_t room_until; /* the taker's: indexes below it have a slot, as far as it has checked */
    char apart_again[64];
    _Atomic uint64_t lowest, delivered, committed;
    _Atomic uint64_t bytes; /* of delivered values */
    _Atomic uint64_t failed, unresolved;
    _Atomic uint64_t failures; /* each time one failed; never goes down */
    struct hist ack_us;        /* taken → acknowledged */
};

/* size is 16 to 1048576; the first index to be taken is first. Errors PT_ENOMEM. */
pt_code window_init(struct window *win, uint64_t size, uint64_t first, bool has_positions,
                    struct pt_error *err);
/* Sets the distance of two indexes (1 after window_init). Call it before anything is taken. */
void window_set_stride(struct window *win, uint64_t stride);
void window_done(struct window *win);

/* Returns whether there is a free slot. Thread: taker. */
bool window_has_room(struct window *win);
/* Returns the index that window_take will give. Thread: taker. */
uint64_t window_next_index(const struct window *win);
/* Takes the next index, whose record came from pos (may be NULL). Returns false when the window
 * is full. Thread: taker. */
bool window_take(struct window *win, int64_t now_us, const struct source_pos *pos, uint64_t *index);
/* Returns where the record of an index came from: valid for those in [lowest, next) and for the
 * one before next.
 * Thread: any. */
struct source_pos window_position(const struct window *win, uint64_t index);
/* Produce refused the index taken last: it counts as not taken. Thread: taker. */
void window_give_back(struct window *win, uint64_t index);

/* Returns the lowest index >= from in one of these states (bits 1 << state), or next; from need
 * not be an index of the shard. Thread: taker, or parked. */
uint64_t window_find(const struct window *win, uint64_t from, unsigned states);
/* Sends index again: it is in flight from now on; a failed one is no longer counted as failed.
 * Returns the produce time it had. Thread: taker. */
int64_t window_take_again(struct window *win, uint64_t index, int64_t now_us);

/* A broker acknowledged index. is_durable: it need not wait for a commit. Reports for a slot
 * that is not in flight are ignored (false). Thread: reporter. */
bool window_delivered(struct window *win, uint64_t index, uint64_t value_bytes, int64_t now_us,
                      bool is_durable);
/* A permanent error for index. Thread: reporter, or the taker for one it has just taken again. */
bool window_failed(struct window *win, uint64_t index);
/* An acknowledged index is durable. Thread: one at a time. */
bool window_committed(struct window *win, uint64_t index);
/* The run is over: what is in flight becomes unresolved, and so does what was acknowledged but
 * is not durable (it is lost with the embedded cluster). Returns how many. Thread: parked. */
uint64_t window_end(struct window *win);

struct window_figures {
    uint64_t generated, delivered, failed, in_flight, unresolved;
    uint64_t uncommitted; /* acknowledged, not yet durable */
    uint64_t bytes;
    uint64_t failures; /* how often one failed, also those that were sent again */
    uint64_t first, next, lowest, size;
    int64_t oldest_us; /* produce time of the lowest in flight, INT64_MIN none */
};
/* Returns one consistent sample. Thread: any. */
struct window_figures window_read(const struct window *win);

/* Returns the produce time of the lowest index that is not done, if it is in flight; else
 * INT64_MAX. Thread: any. */
int64_t window_lowest_us(const struct window *win);
/* Returns how many slots there are from the lowest index that is not done to the last one taken.
 * Thread: any. */
uint64_t window_used(const struct window *win);
/* Returns whether every index taken is done. Thread: any. */
bool window_is_empty(const struct window *win);

#endif
