#include "stream/streamer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/cond.h"
#include "pintop/config.h"

enum { BATCH = 256, FULL_WAIT_US = 100000, SILENT_US = 1000000 };

#define FOR_EVER INT64_MAX

pt_code streamer_init(struct streamer *st, const struct streamer_opts *opts, struct pt_error *err)
{
    memset(st, 0, sizeof *st);
    st->id = opts->id;
    st->source = opts->source;
    st->hooks = opts->hooks;
    st->rate_per_s = opts->rate_per_s;
    st->seed = opts->seed;
    uint64_t stride = opts->stride > 0 ? opts->stride : 1;
    st->end_index = UINT64_MAX;
    if (opts->count > 0 && opts->count <= (UINT64_MAX - opts->first_index) / stride)
        st->end_index = opts->first_index + opts->count * stride;
    pthread_mutex_init(&st->lock, NULL);
    cond_init(&st->wake);
    cond_init(&st->parked);
    atomic_init(&st->state, STREAMER_STOPPED);
    pt_code code = window_init(&st->win, opts->window, opts->first_index, opts->has_positions, err);
    window_set_stride(&st->win, stride);
    return code;
}

static void set_state(struct streamer *st, enum streamer_state state)
{
    if (atomic_exchange(&st->state, (int)state) != (int)state && st->hooks.changed)
        st->hooks.changed(st->hooks.arg, st->id);
}

enum streamer_state streamer_state_of(const struct streamer *st)
{
    return (enum streamer_state)atomic_load(&st->state);
}

bool streamer_has_heard(struct streamer *st)
{
    pthread_mutex_lock(&st->lock);
    bool has_heard = st->seen == st->asked;
    pthread_mutex_unlock(&st->lock);
    return has_heard;
}

struct pt_error streamer_failure(struct streamer *st)
{
    pthread_mutex_lock(&st->lock);
    struct pt_error failure = st->failure;
    pthread_mutex_unlock(&st->lock);
    return failure;
}

/* Every change of a request ends with this, under the lock. */
static void streamer_asked(struct streamer *st)
{
    st->asked++;
    pthread_cond_signal(&st->wake);
}

void streamer_set_wanted(struct streamer *st, bool is_wanted)
{
    pthread_mutex_lock(&st->lock);
    st->is_wanted = is_wanted;
    /* A stop does not repeat what failed. */
    if (is_wanted) {
        st->failure.code = PT_OK;
        st->is_redo_failed = true;
    }
    streamer_asked(st);
    pthread_mutex_unlock(&st->lock);
}

void streamer_set_rate(struct streamer *st, double per_s)
{
    pthread_mutex_lock(&st->lock);
    st->rate_per_s = per_s;
    streamer_asked(st);
    pthread_mutex_unlock(&st->lock);
}

void streamer_fail(struct streamer *st, const struct pt_error *why)
{
    pthread_mutex_lock(&st->lock);
    if (st->failure.code == PT_OK)
        st->failure = *why;
    st->is_wanted = false;
    streamer_asked(st);
    pthread_mutex_unlock(&st->lock);
}

/* ---- how much is on its way ---- */

void streamer_set_flight(struct streamer *st, uint64_t max_bytes)
{
    atomic_store_explicit(&st->flight_max_bytes, max_bytes, memory_order_relaxed);
}

/* A failed record's bytes count until it was sent again: its stream is stopped meanwhile. */
static uint64_t bytes_in_flight(const struct streamer *st)
{
    uint64_t delivered = atomic_load_explicit(&st->win.bytes, memory_order_relaxed);
    uint64_t taken = atomic_load_explicit(&st->flight.bytes, memory_order_relaxed);
    return taken > delivered ? taken - delivered : 0;
}

/* Nothing in flight has been acknowledged for long, or one record has not: a partition without a
 * leader does not hold up the others before the window is full. */
static bool is_stuck(struct streamer *st, uint64_t in_flight, int64_t now_us)
{
    uint64_t delivered = atomic_load_explicit(&st->win.delivered, memory_order_relaxed);
    if (delivered != st->flight.heard || in_flight == 0) {
        st->flight.heard = delivered;
        st->flight.heard_us = now_us;
    }
    return now_us - st->flight.heard_us >= SILENT_US ||
           window_lowest_us(&st->win) <= now_us - SILENT_US;
}

/* The counters change with each report: they are read when the room that was seen is used up. */
static bool may_fly(struct streamer *st, int64_t now_us)
{
    uint64_t max = atomic_load_explicit(&st->flight_max_bytes, memory_order_relaxed);
    uint64_t taken = atomic_load_explicit(&st->flight.bytes, memory_order_relaxed);
    if (max == 0 || taken < st->flight.room_until)
        return true;
    uint64_t in_flight = bytes_in_flight(st);
    bool may_fill = is_stuck(st, in_flight, now_us);
    st->flight.room_until = in_flight < max ? taken + max - in_flight : taken;
    return in_flight < max || may_fill;
}

/* Of the window and of the flight. */
static bool is_quarter_free(const struct streamer *st)
{
    uint64_t used = window_used(&st->win);
    uint64_t max = atomic_load_explicit(&st->flight_max_bytes, memory_order_relaxed);
    return used <= st->win.size - st->win.size / 4 &&
           (max == 0 || bytes_in_flight(st) <= max - max / 4);
}

void streamer_kick(struct streamer *st)
{
    if (!atomic_load_explicit(&st->is_waiting, memory_order_acquire) || !is_quarter_free(st))
        return;
    pthread_mutex_lock(&st->lock);
    st->is_kicked = true;
    pthread_cond_signal(&st->wake);
    pthread_mutex_unlock(&st->lock);
}

void streamer_park(struct streamer *st)
{
    pthread_mutex_lock(&st->lock);
    st->is_park_asked = true;
    streamer_asked(st);
    while (st->has_thread && !st->is_parked)
        pthread_cond_wait(&st->parked, &st->lock);
    pthread_mutex_unlock(&st->lock);
}

void streamer_unpark(struct streamer *st, bool is_redo)
{
    pthread_mutex_lock(&st->lock);
    st->is_park_asked = false;
    st->is_redo_flight = st->is_redo_flight || is_redo;
    streamer_asked(st);
    pthread_mutex_unlock(&st->lock);
}

/* Takes over the requests since the last step. */
static void read_wishes(struct streamer *st, int64_t now_us)
{
    pthread_mutex_lock(&st->lock);
    st->seen = st->asked;
    if (st->is_wanted && !st->is_running)
        pacer_init(&st->pacer, st->rate_per_s, st->seed, now_us);
    else if (st->pacer.per_s != st->rate_per_s)
        pacer_set_rate(&st->pacer, st->rate_per_s, now_us);
    if (st->is_redo_flight)
        st->redo_flight = (struct streamer_redo){.is_on = true};
    if (st->is_redo_failed)
        st->redo_failed = (struct streamer_redo){.is_on = true};
    st->is_redo_flight = st->is_redo_failed = false;
    if (st->failure.code != PT_OK)
        st->rest_state = STREAMER_ERROR;
    else if (st->is_wanted || st->is_running || st->rest_state == STREAMER_ERROR)
        st->rest_state = STREAMER_STOPPED;
    st->is_running = st->is_wanted;
    pthread_mutex_unlock(&st->lock);
}

/* The stream cannot continue: reports why and stops. What a dead producer had in flight is sent
 * again all the same, because only the window still has it. */
static int64_t fail_with(struct streamer *st, const struct pt_error *why)
{
    streamer_fail(st, why);
    st->is_running = st->redo_failed.is_on = false;
    st->rest_state = STREAMER_ERROR;
    set_state(st, STREAMER_ERROR);
    return FOR_EVER;
}

static int64_t wait_as(struct streamer *st, enum streamer_state state)
{
    set_state(st, state);
    return FULL_WAIT_US;
}

/* Sends one occupied slot again. When there is no room now, its state stays; when it is refused
 * or cannot be generated again, it has failed. */
static enum produce_status send_again(struct streamer *st, uint64_t index, bool was_failed,
                                      int64_t now_us, struct pt_error *err)
{
    struct source_record rec;
    struct source_pos pos = window_position(&st->win, index);
    if (st->source->ops->again(st->source, index, &pos, &rec, err) != SOURCE_RECORD) {
        window_failed(&st->win, index);
        return PRODUCE_REFUSED;
    }
    int64_t was_us = window_take_again(&st->win, index, now_us);
    enum produce_status status =
        st->hooks.produce(st->hooks.arg, st->id, index, rec.value, rec.len, err);
    if (status == PRODUCE_FULL)
        window_take_again(&st->win, index, was_us);
    if (status == PRODUCE_REFUSED || (status == PRODUCE_FULL && was_failed))
        window_failed(&st->win, index);
    return status;
}

/* Sends again what a dead producer had in flight, or what failed; lowest first. */
static int64_t streamer_send_again(struct streamer *st, struct streamer_redo *what, int64_t now_us)
{
    bool is_failed = what == &st->redo_failed;
    unsigned states = 1u << (is_failed ? SLOT_FAILED : SLOT_FLIGHT);
    struct pt_error err = {0};
    for (int n = 0; n < BATCH; n++) {
        uint64_t index = window_find(&st->win, what->next, states);
        if (index >= atomic_load_explicit(&st->win.next, memory_order_relaxed)) {
            what->is_on = false;
            return 0;
        }
        what->next = index;
        switch (send_again(st, index, is_failed, now_us, &err)) {
        case PRODUCE_FULL:
            return wait_as(st, STREAMER_WAITING);
        case PRODUCE_REFUSED:
            if (is_failed)
                return fail_with(st, &err);
            streamer_fail(st, &err); /* continue with the others */
            break;
        case PRODUCE_OK:
            if (!is_failed)
                atomic_fetch_add_explicit(&st->resent, 1, memory_order_relaxed);
        }
        what->next = index + 1;
    }
    return 0;
}

static int64_t streamer_finish(struct streamer *st)
{
    pthread_mutex_lock(&st->lock);
    st->is_wanted = false;
    pthread_mutex_unlock(&st->lock);
    st->is_running = false;
    st->rest_state = STREAMER_DONE;
    set_state(st, STREAMER_DONE);
    return FOR_EVER;
}

enum made { MADE_ONE, MADE_NONE, MADE_END, MADE_FAILURE };

/* Generates the next record, takes its slot, hands it over. A slot whose record was not handed
 * over is given back, and the record is read again from its place the next time, because the
 * source itself has moved on. */
static enum made make_one(struct streamer *st, int64_t now_us, struct pt_error *err)
{
    const struct source_ops *ops = st->source->ops;
    uint64_t index = window_next_index(&st->win);
    struct source_record rec;
    if (!window_has_room(&st->win) || !may_fly(st, now_us))
        return MADE_NONE;
    enum source_status got = st->has_pending
                                 ? ops->again(st->source, index, &st->pending, &rec, err)
                                 : source_next_own(st->source, index, &rec, err);
    if (got != SOURCE_RECORD)
        return got == SOURCE_END ? MADE_END : MADE_FAILURE;
    window_take(&st->win, now_us, &rec.pos, &index);
    enum produce_status status =
        st->hooks.produce(st->hooks.arg, st->id, index, rec.value, rec.len, err);
    st->has_pending = status != PRODUCE_OK;
    if (status == PRODUCE_OK) {
        pacer_took(&st->pacer, index);
        atomic_store_explicit(&st->flight.bytes, st->flight.bytes + rec.len, memory_order_relaxed);
        return MADE_ONE;
    }
    st->pending = rec.pos;
    window_give_back(&st->win, index);
    return status == PRODUCE_FULL ? MADE_NONE : MADE_FAILURE;
}

static int64_t make_batch(struct streamer *st, int64_t now_us)
{
    struct pt_error err = {0};
    for (int n = 0; n < BATCH; n++) {
        if (atomic_load_explicit(&st->win.next, memory_order_relaxed) >= st->end_index)
            return streamer_finish(st);
        int64_t wait_us = pacer_wait_us(&st->pacer, now_us);
        if (wait_us > 0) {
            set_state(st, STREAMER_RUNNING);
            return pacer_sleep_us(&st->pacer, now_us, wait_us, st->win.size / 4);
        }
        switch (make_one(st, now_us, &err)) {
        case MADE_ONE:
            break;
        case MADE_NONE:
            return wait_as(st, STREAMER_WAITING);
        case MADE_END:
            atomic_store(&st->is_source_end, true);
            return streamer_finish(st);
        case MADE_FAILURE:
            return fail_with(st, &err);
        }
        /* At full rate the clock is read again, so that produce times stay true. */
        if ((n & 15) == 15 && st->has_thread)
            now_us = clock_mono_us();
    }
    set_state(st, STREAMER_RUNNING);
    return 0;
}

static bool streamer_is_held(const struct streamer *st)
{
    return st->hooks.is_held && st->hooks.is_held(st->hooks.arg, st->id);
}

/* Stopped while it slept: what came due until now is generated, so that a run of a few seconds
 * has as many records as its rate says. */
static void make_rest(struct streamer *st, int64_t now_us)
{
    struct pt_error err = {0};
    enum made made = MADE_ONE;
    if (st->pacer.per_s >= PT_RATE_MAX || streamer_is_held(st))
        return;
    while (made == MADE_ONE && pacer_wait_us(&st->pacer, now_us) == 0 &&
           atomic_load_explicit(&st->win.next, memory_order_relaxed) < st->end_index)
        made = make_one(st, now_us, &err);
    if (made == MADE_FAILURE)
        fail_with(st, &err);
}

int64_t streamer_step(struct streamer *st, int64_t now_us)
{
    bool was_running = st->is_running;
    read_wishes(st, now_us);
    if (was_running && !st->is_running && st->rest_state == STREAMER_STOPPED &&
        streamer_state_of(st) == STREAMER_RUNNING && !st->redo_flight.is_on)
        make_rest(st, now_us);
    if (st->redo_flight.is_on)
        return streamer_send_again(st, &st->redo_flight, now_us);
    if (!st->is_running) {
        set_state(st, st->rest_state);
        return FOR_EVER;
    }
    if (st->redo_failed.is_on)
        return streamer_send_again(st, &st->redo_failed, now_us);
    if (streamer_is_held(st))
        return wait_as(st, STREAMER_HELD);
    return make_batch(st, now_us);
}

/* Waits for a request, a kick or the time. The caller holds the lock. */
static void wait_for_more(struct streamer *st, int64_t until_us)
{
    /* A park may have been requested since the check at the top of `run`: the step has read it
     * as seen, but does not answer it. */
    while (st->seen == st->asked && !st->is_park_asked && !st->is_kicked && !st->is_ending) {
        if (cond_wait_until(&st->wake, &st->lock, until_us) == ETIMEDOUT)
            break;
    }
    st->is_kicked = false;
}

static void streamer_rest(struct streamer *st)
{
    st->is_parked = true;
    pthread_cond_broadcast(&st->parked);
    while (st->is_park_asked && !st->is_ending)
        pthread_cond_wait(&st->wake, &st->lock);
    st->is_parked = false;
}

static void *streamer_run(void *arg)
{
    struct streamer *st = arg;
    char name[16];
    snprintf(name, sizeof name, "stream %s", pt_stream_name(st->id));
    pthread_setname_np(pthread_self(), name);
    for (;;) {
        pthread_mutex_lock(&st->lock);
        if (st->is_park_asked)
            streamer_rest(st);
        bool is_ending = st->is_ending;
        pthread_mutex_unlock(&st->lock);
        if (is_ending)
            return NULL;
        int64_t now_us = clock_mono_us();
        int64_t wait_us = streamer_step(st, now_us);
        if (wait_us == 0)
            continue;
        /* A kick that falls between the step and this flag is lost: it costs FULL_WAIT_US once. */
        enum streamer_state state = streamer_state_of(st);
        atomic_store(&st->is_waiting, state == STREAMER_WAITING || state == STREAMER_HELD);
        pthread_mutex_lock(&st->lock);
        wait_for_more(st, wait_us == FOR_EVER ? FOR_EVER : now_us + wait_us);
        pthread_mutex_unlock(&st->lock);
        atomic_store(&st->is_waiting, false);
    }
}

pt_code streamer_start(struct streamer *st, struct pt_error *err)
{
    st->has_thread = true;
    int rc = pthread_create(&st->thread, NULL, streamer_run, st);
    if (rc != 0) {
        st->has_thread = false;
        return pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u)",
                            "thread of stream %s: %s", pt_stream_name(st->id), strerror(rc));
    }
    return PT_OK;
}

void streamer_done(struct streamer *st)
{
    if (st->has_thread) {
        pthread_mutex_lock(&st->lock);
        st->is_ending = true;
        pthread_cond_signal(&st->wake);
        pthread_mutex_unlock(&st->lock);
        pthread_join(st->thread, NULL);
        st->has_thread = false;
    }
    source_free(st->source);
    window_done(&st->win);
    pthread_cond_destroy(&st->wake);
    pthread_cond_destroy(&st->parked);
    pthread_mutex_destroy(&st->lock);
}
