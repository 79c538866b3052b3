/* A streamer: source → pacer → window → produce, on a thread of its own.
 *
 * It knows no Kafka: its owner provides a produce function, reports outcomes into the window,
 * and calls streamer_kick when the window or the hold may have opened. All logic is in
 * streamer_step, which takes the time as a parameter; the thread only waits. */
#ifndef STREAM_STREAMER_H
#define STREAM_STREAMER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/stream.h"
#include "stream/pacer.h"
#include "stream/source.h"
#include "stream/window.h"

enum produce_status {
    PRODUCE_OK,     /* the bytes were copied; an outcome will be reported */
    PRODUCE_FULL,   /* no room now: try again after a kick, or 100 ms */
    PRODUCE_REFUSED /* permanently: err */
};

struct streamer_hooks {
    void *arg;
    enum produce_status (*produce)(void *arg, enum pt_stream_id id, uint64_t index,
                                   const char *value, size_t len, struct pt_error *err);
    bool (*is_held)(void *arg, enum pt_stream_id id); /* NULL: never */
    void (*changed)(void *arg, enum pt_stream_id id); /* the state changed; must not block */
};

enum streamer_state {
    STREAMER_STOPPED,
    STREAMER_RUNNING,
    STREAMER_WAITING, /* the window is full, or the producer's queue */
    STREAMER_HELD,
    STREAMER_DONE, /* the count or the end of the source was reached */
    STREAMER_ERROR
};

struct streamer {
    enum pt_stream_id id;
    struct window win;
    struct source *source;
    struct streamer_hooks hooks;
    /* What other threads request. */
    pthread_mutex_t lock;
    pthread_cond_t wake, parked;
    bool is_wanted, is_park_asked, is_parked, is_ending, is_kicked;
    bool is_redo_flight; /* after a new producer: send again what is in flight */
    bool is_redo_failed; /* after a start: send again what failed */
    double rate_per_s;
    uint64_t asked;                    /* incremented with every change above */
    _Atomic uint64_t flight_max_bytes; /* streamer_set_flight */
    struct pt_error failure;           /* of the source, of produce, or reported: state ERROR */
    /* What the streamer reports. */
    _Atomic int state;
    _Atomic bool is_waiting; /* a kick is useful */
    _Atomic uint64_t resent; /* slots sent again after a new producer */
    _Atomic bool is_source_end;
    /* Used by the streamer's thread only. */
    pthread_t thread;
    bool has_thread;
    uint64_t seen;
    bool is_running;
    enum streamer_state rest_state; /* its state when it does not run */
    struct streamer_redo {
        bool is_on;
        uint64_t next; /* everything below was checked */
    } redo_flight, redo_failed;
    uint64_t end_index; /* exclusive; UINT64_MAX no bound */
    bool has_pending;   /* the next record was read already, but not handed over: it is at … */
    struct source_pos pending;
    struct pacer pacer;
    uint64_t seed;
    struct streamer_flight {
        _Atomic uint64_t bytes; /* of all values handed over */
        uint64_t room_until;    /* of them: there is room, as far as it has checked */
        uint64_t heard;         /* delivered at the last check */
        int64_t heard_us;       /* when that was new */
    } flight;
};

struct streamer_opts {
    enum pt_stream_id id;
    struct source *source; /* owned by the streamer from now on, also after an error */
    uint64_t window;
    uint64_t first_index;
    uint64_t count;  /* records of this run; 0 no bound */
    uint64_t stride; /* from one index to the next: n of a shard i/n; 0 is 1 */
    double rate_per_s;
    uint64_t seed;
    bool has_positions; /* replay */
    struct streamer_hooks hooks;
};

/* Makes it, stopped, without a thread. Errors PT_ENOMEM. */
pt_code streamer_init(struct streamer *st, const struct streamer_opts *opts, struct pt_error *err);
/* Starts its thread. Errors PT_EIO. */
pt_code streamer_start(struct streamer *st, struct pt_error *err);
/* Ends its thread, if any, and frees what it holds, including the window. */
void streamer_done(struct streamer *st);

/* Requests a start or a stop; any thread; takes effect within a step. A start sends failed
 * records again. */
void streamer_set_wanted(struct streamer *st, bool is_wanted);
void streamer_set_rate(struct streamer *st, double per_s);
/* Puts the stream into state ERROR with this reason (a delivery failed permanently). */
void streamer_fail(struct streamer *st, const struct pt_error *why);
/* While acknowledgements come, at most this many bytes of values are in flight (and one record):
 * what waits long in the producer's queue takes memory and falls out of the processor's caches.
 * When none has come for a second, or one is missing for that long, the whole window is filled.
 * 0: it always is. */
void streamer_set_flight(struct streamer *st, uint64_t max_bytes);
/* Outcomes or commits came in: wakes the streamer if it waits and a quarter of its window, and
 * of its flight, is free (with less it would wake for each record). Cheap when it does not wait.
 * Any thread. */
void streamer_kick(struct streamer *st);

/* Returns when the streamer is at rest and will not produce until unpark. Not from its own
 * thread. */
void streamer_park(struct streamer *st);
/* Continues; with is_redo everything in flight is sent again first (a new producer). */
void streamer_unpark(struct streamer *st, bool is_redo);

/* Does what is due: at most a batch of records. Returns the microseconds until there may be more
 * to do: 0 at once, INT64_MAX only after a request or a kick. Thread: the streamer's, or a
 * test's. */
int64_t streamer_step(struct streamer *st, int64_t now_us);

/* Returns whether it has acted on the last request: its state answers it. Any thread. */
bool streamer_has_heard(struct streamer *st);
enum streamer_state streamer_state_of(const struct streamer *st);
/* Returns the reason of state ERROR. Any thread. */
struct pt_error streamer_failure(struct streamer *st);

#endif
