#include "stream/window.h"

#include <stdlib.h>

enum { STATE_BITS = 3, STATE_MASK = (1 << STATE_BITS) - 1 };

#define RELAXED memory_order_relaxed

/* The cell of an index. The division costs as much as the rest of the step, so the whole goes
 * without it. */
static uint64_t cell_of(const struct window *win, uint64_t index)
{
    return (win->stride == 1 ? index : index / win->stride) & win->mask;
}

static uint64_t slot_make(enum slot_state state, int64_t time_us)
{
    return (uint64_t)time_us << STATE_BITS | (uint64_t)state;
}

static enum slot_state slot_state_of(uint64_t slot)
{
    return (enum slot_state)(slot & STATE_MASK);
}

static int64_t slot_time_us(uint64_t slot)
{
    return (int64_t)(slot >> STATE_BITS);
}

/* Each of these counters has one writer: cheaper than an atomic addition. Release: a thread that
 * sees the sum also sees what led to it. */
static void count_up(_Atomic uint64_t *counter, uint64_t by)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, RELAXED) + by,
                          memory_order_release);
}

pt_code window_init(struct window *win, uint64_t size, uint64_t first, bool has_positions,
                    struct pt_error *err)
{
    uint64_t cap = 16;
    while (cap < size)
        cap *= 2;
    *win = (struct window){.size = size, .mask = cap - 1, .first = first, .stride = 1};
    win->slots = calloc(cap, sizeof *win->slots);
    if (has_positions)
        win->positions = calloc(cap, sizeof *win->positions);
    if (win->slots == NULL || (has_positions && win->positions == NULL)) {
        window_done(win);
        return pt_error_set(err, PT_ENOMEM, "Free memory, or lower pintop.stream.window",
                            "window of %llu records: out of memory", (unsigned long long)size);
    }
    atomic_init(&win->next, first);
    atomic_init(&win->lowest, first);
    hist_init(&win->ack_us);
    return PT_OK;
}

void window_set_stride(struct window *win, uint64_t stride)
{
    win->stride = stride;
}

void window_done(struct window *win)
{
    free(win->slots);
    free(win->positions);
    win->slots = NULL;
    win->positions = NULL;
}

/* Cells are not cleared: a cell belongs to the one index of [lowest, next) that falls on it. So
 * two threads may both try to move lowest, and the loser has nothing to undo. */
static void window_advance(struct window *win)
{
    uint64_t low = atomic_load_explicit(&win->lowest, memory_order_acquire);
    for (;;) {
        if (low == atomic_load_explicit(&win->next, memory_order_acquire))
            return;
        uint64_t slot = atomic_load_explicit(&win->slots[cell_of(win, low)], memory_order_acquire);
        if (slot_state_of(slot) != SLOT_DONE)
            return;
        if (atomic_compare_exchange_strong(&win->lowest, &low, low + win->stride))
            low += win->stride;
    }
}

/* `lowest` changes with each report: it is read when the room that was seen is used up. */
bool window_has_room(struct window *win)
{
    uint64_t next = atomic_load_explicit(&win->next, RELAXED);
    if (next >= win->room_until)
        win->room_until =
            atomic_load_explicit(&win->lowest, memory_order_acquire) + win->size * win->stride;
    return next < win->room_until;
}

uint64_t window_next_index(const struct window *win)
{
    return atomic_load_explicit(&win->next, RELAXED);
}

/* The whole slot is written before `next` reveals it. */
bool window_take(struct window *win, int64_t now_us, const struct source_pos *pos, uint64_t *index)
{
    uint64_t next = atomic_load_explicit(&win->next, RELAXED), cell = cell_of(win, next);
    if (!window_has_room(win))
        return false;
    if (win->positions && pos) {
        /* Release: a reader of these sees that `next` came this far. */
        atomic_store_explicit(&win->positions[cell].offset, pos->offset, memory_order_release);
        atomic_store_explicit(&win->positions[cell].row, pos->row, memory_order_release);
    }
    atomic_store_explicit(&win->slots[cell], slot_make(SLOT_FLIGHT, now_us), RELAXED);
    count_up(&win->generated, 1);
    atomic_store_explicit(&win->next, next + win->stride, memory_order_release);
    *index = next;
    return true;
}

struct source_pos window_position(const struct window *win, uint64_t index)
{
    struct source_pos pos = {0};
    if (win->positions) {
        const struct window_position *cell = &win->positions[cell_of(win, index)];
        pos.offset = atomic_load_explicit(&cell->offset, memory_order_acquire);
        pos.row = atomic_load_explicit(&cell->row, memory_order_acquire);
    }
    return pos;
}

void window_give_back(struct window *win, uint64_t index)
{
    atomic_store_explicit(&win->next, index, memory_order_release);
    atomic_store_explicit(&win->generated, atomic_load_explicit(&win->generated, RELAXED) - 1,
                          memory_order_release);
    atomic_store_explicit(&win->slots[cell_of(win, index)], slot_make(SLOT_FREE, 0), RELAXED);
}

uint64_t window_find(const struct window *win, uint64_t from, unsigned states)
{
    uint64_t low = atomic_load_explicit(&win->lowest, memory_order_acquire);
    uint64_t next = atomic_load_explicit(&win->next, memory_order_acquire);
    uint64_t ahead = from > low ? (from - low + win->stride - 1) / win->stride : 0;
    for (uint64_t i = low + ahead * win->stride; i < next; i += win->stride) {
        uint64_t slot = atomic_load_explicit(&win->slots[cell_of(win, i)], memory_order_acquire);
        if (states & 1u << slot_state_of(slot))
            return i;
    }
    return next;
}

int64_t window_take_again(struct window *win, uint64_t index, int64_t now_us)
{
    _Atomic uint64_t *slot = &win->slots[cell_of(win, index)];
    uint64_t was = atomic_load_explicit(slot, memory_order_acquire);
    atomic_store_explicit(slot, slot_make(SLOT_FLIGHT, now_us), memory_order_release);
    if (slot_state_of(was) == SLOT_FAILED)
        atomic_fetch_sub_explicit(&win->failed, 1, memory_order_release);
    if (slot_state_of(was) == SLOT_UNRESOLVED)
        atomic_fetch_sub_explicit(&win->unresolved, 1, memory_order_release);
    return slot_time_us(was);
}

/* Moves a slot from one state to the next, keeping its time; returns false when it is not in
 * `from`. */
static bool window_move(struct window *win, uint64_t index, enum slot_state from,
                        enum slot_state to, int64_t *time_us)
{
    _Atomic uint64_t *slot = &win->slots[cell_of(win, index)];
    uint64_t low = atomic_load_explicit(&win->lowest, memory_order_acquire);
    if (index < low || index >= atomic_load_explicit(&win->next, memory_order_acquire))
        return false;
    uint64_t was = atomic_load_explicit(slot, memory_order_acquire);
    if (slot_state_of(was) != from)
        return false;
    if (time_us)
        *time_us = slot_time_us(was);
    /* The thread that moves it counts it: the end of a run and a late report may coincide here. */
    return atomic_compare_exchange_strong(slot, &was, slot_make(to, slot_time_us(was)));
}

bool window_delivered(struct window *win, uint64_t index, uint64_t value_bytes, int64_t now_us,
                      bool is_durable)
{
    int64_t taken_us;
    if (!window_move(win, index, SLOT_FLIGHT, is_durable ? SLOT_DONE : SLOT_ACKED, &taken_us))
        return false;
    hist_add(&win->ack_us, now_us > taken_us ? (uint64_t)(now_us - taken_us) : 0);
    count_up(&win->bytes, value_bytes);
    /* Atomic: the end of the run may take acknowledged ones back at this moment. */
    atomic_fetch_add_explicit(&win->delivered, 1, memory_order_release);
    if (is_durable) {
        atomic_fetch_add_explicit(&win->committed, 1, RELAXED);
        window_advance(win);
    }
    return true;
}

bool window_failed(struct window *win, uint64_t index)
{
    if (!window_move(win, index, SLOT_FLIGHT, SLOT_FAILED, NULL))
        return false;
    atomic_fetch_add_explicit(&win->failed, 1, memory_order_release);
    atomic_fetch_add_explicit(&win->failures, 1, RELAXED);
    return true;
}

bool window_committed(struct window *win, uint64_t index)
{
    if (!window_move(win, index, SLOT_ACKED, SLOT_DONE, NULL))
        return false;
    atomic_fetch_add_explicit(&win->committed, 1, RELAXED);
    window_advance(win);
    return true;
}

uint64_t window_end(struct window *win)
{
    enum { OPEN = 1u << SLOT_FLIGHT | 1u << SLOT_ACKED };
    uint64_t next = atomic_load(&win->next), n = 0;
    for (uint64_t i = window_find(win, 0, OPEN); i < next; i = window_find(win, i + 1, OPEN)) {
        if (window_move(win, i, SLOT_ACKED, SLOT_UNRESOLVED, NULL))
            atomic_fetch_sub_explicit(&win->delivered, 1, memory_order_release);
        else if (!window_move(win, i, SLOT_FLIGHT, SLOT_UNRESOLVED, NULL))
            continue; /* committed at this moment */
        atomic_fetch_add_explicit(&win->unresolved, 1, memory_order_release);
        n++;
    }
    return n;
}

struct window_figures window_read(const struct window *win)
{
    struct window_figures f = {.first = win->first, .size = win->size};
    /* Outcomes are read before `generated`, so their sum never exceeds it. They are read again
     * when they changed meanwhile, so that an interrupted reader does not see too many in
     * flight. */
    for (int tries = 0; tries < 100; tries++) {
        f.delivered = atomic_load_explicit(&win->delivered, memory_order_acquire);
        f.failed = atomic_load_explicit(&win->failed, memory_order_acquire);
        f.unresolved = atomic_load_explicit(&win->unresolved, memory_order_acquire);
        f.generated = atomic_load_explicit(&win->generated, memory_order_acquire);
        if (f.delivered == atomic_load_explicit(&win->delivered, memory_order_acquire) &&
            f.failed == atomic_load_explicit(&win->failed, memory_order_acquire))
            break;
    }
    /* The taker may count a failed one back before the reporter has counted it; the end of the
     * run an acknowledged one. */
    if (f.failed > f.size)
        f.failed = 0;
    if (f.delivered > f.generated)
        f.delivered = 0;
    f.in_flight = f.generated - f.delivered - f.failed - f.unresolved;
    uint64_t committed = atomic_load_explicit(&win->committed, RELAXED);
    f.uncommitted = f.delivered > committed ? f.delivered - committed : 0;
    f.bytes = atomic_load_explicit(&win->bytes, RELAXED);
    f.failures = atomic_load_explicit(&win->failures, RELAXED);
    /* next first: lowest only grows, so their distance never exceeds the window's length. */
    f.next = atomic_load_explicit(&win->next, memory_order_acquire);
    f.lowest = atomic_load_explicit(&win->lowest, memory_order_acquire);
    if (f.lowest > f.next)
        f.lowest = f.next;
    f.oldest_us = INT64_MIN;
    if (f.in_flight > 0) {
        uint64_t at = window_find(win, f.lowest, 1u << SLOT_FLIGHT);
        if (at < f.next)
            f.oldest_us =
                slot_time_us(atomic_load_explicit(&win->slots[cell_of(win, at)], RELAXED));
    }
    return f;
}

int64_t window_lowest_us(const struct window *win)
{
    uint64_t low = atomic_load_explicit(&win->lowest, memory_order_acquire);
    if (low == atomic_load_explicit(&win->next, memory_order_acquire))
        return INT64_MAX;
    uint64_t slot = atomic_load_explicit(&win->slots[cell_of(win, low)], memory_order_acquire);
    return slot_state_of(slot) == SLOT_FLIGHT ? slot_time_us(slot) : INT64_MAX;
}

uint64_t window_used(const struct window *win)
{
    uint64_t next = atomic_load_explicit(&win->next, RELAXED);
    uint64_t low = atomic_load_explicit(&win->lowest, memory_order_acquire);
    return next > low ? (next - low) / win->stride : 0;
}

bool window_is_empty(const struct window *win)
{
    return atomic_load_explicit(&win->lowest, memory_order_acquire) ==
           atomic_load_explicit(&win->next, memory_order_acquire);
}
