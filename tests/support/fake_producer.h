/* A producer that sends nowhere and a source that reads nothing, for a streamer driven through
 * streamer_step with a clock of the test's own. They remember everything that was asked of them.
 *
 * The producer holds what it took until the test reports an outcome. Thread: one, but for tests
 * that take fake_producer's lock themselves. */
#ifndef SUPPORT_FAKE_PRODUCER_H
#define SUPPORT_FAKE_PRODUCER_H

#include "stream/streamer.h"

/* Records "row N" at offset 100 N, one after the other; the index is not looked at. */
struct fake_source {
    struct source base;
    uint64_t row;     /* the next one */
    uint64_t end_row; /* SOURCE_END from here on; UINT64_MAX never */
    bool is_broken;   /* every call fails */
    uint64_t n_next, n_again, n_seek;
    bool is_freed;
    char value[32];
};
void fake_source_init(struct fake_source *src);

struct fake_sent {
    uint64_t index;
    int64_t at_us;
    char value[24]; /* cut */
};

struct fake_producer {
    int64_t now_us;       /* the test's clock */
    int64_t ack_after_us; /* fake_run acknowledges by itself after so long; -1 never */
    size_t room;          /* what it holds at most: then PRODUCE_FULL */
    uint64_t refuse;      /* this index is refused; UINT64_MAX none */
    bool is_held;
    struct fake_sent *sent; /* all that was ever taken, in order */
    size_t n_sent, cap;
    size_t *held; /* numbers in sent[] without an outcome, oldest first; inside held_all */
    size_t n_held, held_cap, *held_all;
    uint64_t n_full, n_changed; /* how often it said PRODUCE_FULL; states told */
    struct streamer st;
    struct fake_source src;
};

struct fake_opts {
    uint64_t window, first_index, count;
    double rate_per_s;
    uint64_t seed;
};

/* A streamer with positions over a fake source and this producer; the clock stands at 1 s. */
void fake_producer_init(struct fake_producer *fp, const struct fake_opts *opts);
/* Ends the streamer as well. */
void fake_producer_done(struct fake_producer *fp);

/* Step until the clock has moved on by so much. At full rate a step takes 50 µs. Returns how many
 * steps it took. */
uint64_t fake_run(struct fake_producer *fp, int64_t for_us);
/* One step. */
int64_t fake_step(struct fake_producer *fp);

/* Acknowledge the n oldest that are held; returns how many there were. */
size_t fake_deliver(struct fake_producer *fp, size_t n);
/* Acknowledge, or refuse for good, one that is held. */
void fake_deliver_one(struct fake_producer *fp, uint64_t index);
void fake_fail_one(struct fake_producer *fp, uint64_t index);
/* The handle died and another took its place: nothing that it held will get an outcome. */
void fake_replace(struct fake_producer *fp);

/* How often index was taken, since sent[from]. */
size_t fake_times_sent(const struct fake_producer *fp, uint64_t index, size_t from);
/* Is sent[from …] exactly first, first + 1, … last, each with its own row? Prints what is not. */
bool fake_sent_run(const struct fake_producer *fp, size_t from, uint64_t first, uint64_t last);

#endif
