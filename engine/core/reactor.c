/* The reactor is the one thread that owns the parts. It gives them the facts, lets them tick, and
 * publishes snapshots. It never blocks. */
#include <stdlib.h>
#include <unistd.h>

#include "core/command_runs.h"
#include "core/engine_state.h"

enum {
    TICK_US = 1000000,
    PUBLISH_US = 50000,
    OWNER_TICKS = 3,
    JUMP_MS = 1000 /* a smaller change is a clock that is being slewed */
};

static int64_t reactor_earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The system clock may be set, even by hours. Times that the parts noted are then moved with it, so
 * that no wait becomes longer or shorter. */
static void reactor_look_at_clock(struct pt_engine *eng)
{
    const struct clock *clock = eng->desk.clock;
    int64_t offset_ms = clock->real_ms() - clock->even_ms(),
            before_ms = eng->reactor.clock_offset_ms;
    int64_t by_ms = before_ms != 0 ? offset_ms - before_ms : 0;
    eng->reactor.clock_offset_ms = offset_ms;
    if (by_ms < JUMP_MS && by_ms > -JUMP_MS)
        return;
    for (int i = 0; i < SEATS; i++)
        if (eng->parts.seats[i].part->clock_set != NULL)
            eng->parts.seats[i].part->clock_set(eng->parts.seats[i].self, by_ms);
    desk_event(&eng->desk, PT_NOTICE, "pintop", "the clock of this machine was set by %+.0f s",
               (double)by_ms / 1000);
}

/* ---- facts for the engine itself ---- */

static void reactor_booted(struct pt_engine *eng, const struct pt_error *err, int64_t now_us)
{
    if (err->code != PT_OK) {
        inbox_fail(&eng->inbox, err);
        desk_event(&eng->desk, PT_ERROR, "pintop", "%s", err->what);
        command_run_kept(eng, now_us);
        return;
    }
    parts_booted(eng);
    atomic_store(&eng->has_disk, true);
    eng->stop.booted_us = now_us;
    if (eng->run.duration_ms > 0)
        eng->stop.run_deadline_us = now_us + eng->run.duration_ms * 1000;
    command_run_kept(eng, now_us);
}

static void reactor_own(struct pt_engine *eng, struct fact *fact, int64_t now_us)
{
    switch (fact->kind) {
    case FACT_COMMAND:
        atomic_fetch_sub(&eng->n_commands, 1);
        command_run(eng, eng->commands, fact, now_us, eng->desk.clock->even_ms());
        eng->reactor.is_dirty = true;
        break;
    case FACT_BOOTED:
        reactor_booted(eng, fact->error, now_us);
        break;
    case FACT_LINE:
        atomic_fetch_sub(&eng->n_lines, 1);
        break;
    case FACT_PURGED:
        stop_purged(eng);
        break;
    case FACT_STOP:
        stop_begin(eng, fact->text, fact->number, now_us);
        eng->reactor.is_dirty = true;
        break;
    default:
        break;
    }
}

static void reactor_take(struct pt_engine *eng, struct fact *fact)
{
    /* The cluster may have been found just before the fact was posted. */
    eng->desk.cfg = atomic_load(&eng->cfg);
    reactor_look_at_clock(eng);
    reactor_own(eng, fact, desk_mono_us(&eng->desk));
    for (int i = 0; i < SEATS; i++) {
        const struct part_seat *seat = &eng->parts.seats[i];
        if (seat->part->take != NULL && seat->part->take(seat->self, fact))
            eng->reactor.is_dirty = true;
    }
}

/* ---- the round ---- */

/* Another pintop that streams from this state directory may start or end at any time. */
static void reactor_look_for_owner(struct pt_engine *eng)
{
    if (!eng->desk.is_booted || eng->set.is_embedded || atomic_load(&eng->owner.is_self))
        return;
    struct open_job *job = calloc(1, sizeof *job);
    if (job != NULL)
        job->kind = OPEN_OWNER;
    opener_push(eng, job);
}

static void reactor_tick(struct pt_engine *eng, int64_t now_us)
{
    for (int i = 0; i < SEATS; i++)
        if (eng->parts.seats[i].part->tick != NULL)
            eng->parts.seats[i].part->tick(eng->parts.seats[i].self, now_us);
    if (eng->reactor.n_ticks++ % OWNER_TICKS == 0)
        reactor_look_for_owner(eng);
    if (eng->stop.phase < STOP_FLUSH)
        streams_put_checkpoints(&eng->parts.streams, "");
    eng->reactor.is_dirty = true;
}

void reactor_publish(struct pt_engine *eng)
{
    board_publish(&eng->board, eng->parts.seats, SEATS, &eng->desk);
}

/* The stop is complete: the last figures are published before is_stopped shows it. */
static void reactor_stopped(struct pt_engine *eng, int64_t now_us)
{
    reactor_tick(eng, now_us);
    reactor_publish(eng);
    atomic_store(&eng->is_stopped, true);
    board_wake(&eng->board);
}

/* Lets each part do what is due; returns when to call it again (monotonic µs). */
static int64_t reactor_look(struct pt_engine *eng, int64_t now_us)
{
    int64_t next_us = stop_look(eng, now_us);
    if (eng->stop.phase == STOP_DONE && !atomic_load(&eng->is_stopped))
        reactor_stopped(eng, now_us);
    /* Once the engine has stopped, the workers that a part would call are ending. */
    for (int i = 0; i < SEATS && !atomic_load(&eng->is_stopped); i++) {
        const struct part_seat *seat = &eng->parts.seats[i];
        if (seat->part->look != NULL)
            next_us = reactor_earlier(next_us, seat->part->look(seat->self, now_us));
    }
    return next_us;
}

void *reactor_run(void *arg)
{
    struct pt_engine *eng = arg;
    struct reactor *r = &eng->reactor;
    pthread_setname_np(pthread_self(), "reactor");
    r->is_dirty = true;
    while (!queue_is_closed(eng->inbox.facts)) {
        int64_t now_us = desk_mono_us(&eng->desk);
        reactor_look_at_clock(eng);
        if (now_us >= r->tick_us + TICK_US) {
            /* Ticks stay on a grid of seconds, unless the reactor was held up. */
            r->tick_us = now_us - r->tick_us > 2 * TICK_US ? now_us : r->tick_us + TICK_US;
            reactor_tick(eng, now_us);
        }
        int64_t wake_us = reactor_earlier(r->tick_us + TICK_US, reactor_look(eng, now_us));
        r->is_dirty = r->is_dirty || eng->parts.events.is_dirty;
        if (r->is_dirty && now_us >= eng->board.published_us + PUBLISH_US) {
            reactor_publish(eng);
            r->is_dirty = eng->parts.events.is_dirty = false;
        }
        if (r->is_dirty)
            wake_us = reactor_earlier(wake_us, eng->board.published_us + PUBLISH_US);
        struct fact *fact = queue_take(eng->inbox.facts, wake_us);
        for (; fact != NULL; fact = queue_take(eng->inbox.facts, 0)) {
            reactor_take(eng, fact);
            fact_free(fact);
        }
    }
    return NULL;
}
