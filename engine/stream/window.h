/* The window: one slot for each index of a stream whose record has been taken and is not yet known
 * to be safe. It is the stream's account.
 *
 * Invariants
 *   lowest <= next <= lowest + size; every index below lowest is done, none from next on is taken.
 *   generated = delivered + failed + in flight + unresolved, at every sample (window_read).
 *   A failed, acked or unresolved slot stays occupied: lowest does not pass it.
 *
 * Threads: `taker` is the streamer, the only one that takes, gives back and takes again; `reporter`
 * is the producer's poll thread; window_committed may come from a third (the sink); window_read
 * from any. Parked: no streamer and no reporter is at work. */
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
    SLOT_ACKED,  /* delivered, waits until it is durable further on (embedded) */
    SLOT_DONE,
    SLOT_FAILED,    /* permanently refused; a start makes it again */
    SLOT_UNRESOLVED /* in flight when the run ended */
};

struct window {
    _Atomic uint64_t *slots; /* state in the low 3 bits, produce time in µs above */
    struct window_position {
        _Atomic uint64_t offset, row;
    } * positions; /* where each index came from, or NULL */
    uint64_t size, mask;
    uint64_t first; /* of this run */
    /* What the taker and what the reporter counts with each record is kept on lines of its own. */
    char apart[64];
    _Atomic uint64_t next, generated;
    uint64_t room_until; /* the taker's: indexes below it have a slot, as far as it has looked */
    char apart_again[64];
    _Atomic uint64_t lowest, delivered, committed;
    _Atomic uint64_t bytes; /* of delivered values */
    _Atomic uint64_t failed, unresolved;
    struct hist ack_us; /* taken → acknowledged */
};

/* size 16 to 1048576; the first index to be taken is first. Errors PT_ENOMEM. */
pt_code window_init(struct window *win, uint64_t size, uint64_t first, bool has_positions,
                    struct pt_error *err);
void window_done(struct window *win);

/* Is there a slot for another? Thread: taker. */
bool window_has_room(struct window *win);
/* The index that window_take will give. Thread: taker. */
uint64_t window_next_index(const struct window *win);
/* Take the next index, whose record came from pos (may be NULL). false: the window is full.
 * Thread: taker. */
bool window_take(struct window *win, int64_t now_us, const struct source_pos *pos, uint64_t *index);
/* Where the record of an index came from: right for those in [lowest, next) and for next - 1.
 * Thread: any. */
struct source_pos window_position(const struct window *win, uint64_t index);
/* Produce refused the index taken last: it is as if it had not been taken. Thread: taker. */
void window_give_back(struct window *win, uint64_t index);

/* The lowest index >= from in one of these states (bits 1 << state), or next. Thread: taker, or
 * parked. */
uint64_t window_find(const struct window *win, uint64_t from, unsigned states);
/* Send index again: it is in flight from now on; a failed one is counted back. Returns the produce
 * time it had. Thread: taker. */
int64_t window_take_again(struct window *win, uint64_t index, int64_t now_us);

/* A broker acknowledged index. is_durable: it need not wait for a commit. Reports for a slot that
 * is not in flight are ignored (false). Thread: reporter. */
bool window_delivered(struct window *win, uint64_t index, uint64_t value_bytes, int64_t now_us,
                      bool is_durable);
/* A permanent error for index. Thread: reporter, or the taker for one it has just taken again. */
bool window_failed(struct window *win, uint64_t index);
/* An acked index is durable. Thread: one at a time. */
bool window_committed(struct window *win, uint64_t index);
/* The run is over: what is in flight becomes unresolved, and so does what was acknowledged but is
 * not durable (it dies with the embedded cluster). Returns how many. Thread: parked. */
uint64_t window_end(struct window *win);

struct window_figures {
    uint64_t generated, delivered, failed, in_flight, unresolved;
    uint64_t uncommitted; /* acked, not yet durable */
    uint64_t bytes;
    uint64_t first, next, lowest, size;
    int64_t oldest_us; /* produce time of the lowest in flight, INT64_MIN none */
};
/* One sample that adds up. Thread: any. */
struct window_figures window_read(const struct window *win);

/* Produce time of the lowest index that is not done, if it is in flight; else INT64_MAX. Thread:
 * any.
 */
int64_t window_lowest_us(const struct window *win);
/* Nothing occupied: every index taken is done. Thread: any. */
bool window_is_empty(const struct window *win);

#endif
