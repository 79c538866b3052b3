/* The machine's clock may be set, by hours. What pintop noted itself (when it asked, what it saw
 * move, when it will ask again) then moves along, so that no wait becomes longer or shorter; what
 * came from outside (times of records, objects, log lines) stays. */
#include "base/clock.h"
#include "core/conn_model_private.h"

enum { JUMP_MS = 1000 /* less is a clock that is being slewed */ };

static void move(int64_t *time_ms, int64_t by_ms)
{
    if (*time_ms != PT_UNKNOWN && *time_ms > 0 && *time_ms != INT64_MAX)
        *time_ms += by_ms;
}

static void move_rows(struct conn_model *cm, int64_t by_ms)
{
    for (size_t i = 0; i < cm->n_rows; i++) {
        move(&cm->rows[i].waits_since_ms, by_ms);
        move(&cm->rows[i].born_ms, by_ms);
        move(&cm->rows[i].moved_ms, by_ms);
    }
    for (unsigned i = 0; i < cm->pace.n; i++)
        move(&cm->pace.samples[i].time_ms, by_ms);
    move(&cm->pace.begun.time_ms, by_ms);
    move(&cm->pace.behind_since_ms, by_ms);
}

static void move_item(struct conn_model *cm, int64_t by_ms)
{
    int64_t *const times[] = {
        &cm->gone_since_ms,    &cm->restarted_ms,     &cm->asked_ms,         &cm->failed_since_ms,
        &cm->tasks_since_ms,   &cm->first_ms,         &cm->lag_asked_ms,     &cm->in_ms,
        &cm->out_ms,           &cm->watched_ms,       &cm->objects_asked_ms, &cm->metrics_asked_ms,
        &cm->log_asked_ms,     &cm->checks_asked_ms,  &cm->open_until_ms,    &cm->since.ms,
        &cm->since.blind_ms,   &cm->verdict.cause_ms, &cm->state_seen_ms,    &cm->changed_ms,
        &cm->backlog_asked_ms, &cm->tasks_seen_ms,    &cm->details_asked_ms, &cm->changes_asked_ms};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        move(times[i], by_ms);
    for (int ask = 0; ask < CONN_ASKS; ask++) {
        move(&cm->asked_at_ms[ask], by_ms);
        move(&cm->next_ms[ask], by_ms);
    }
    move_rows(cm, by_ms);
    conn_group_clock(&cm->members, by_ms);
    conn_workers_clock(&cm->workers, by_ms);
    conn_commits_clock(&cm->commits, by_ms);
    conn_losses_clock(cm, by_ms);
    conn_probe_clock(cm, by_ms);
}

void conn_clock_moved(struct conn_models *cs, int64_t by_ms)
{
    int64_t *const times[] = {&cs->asked_ms,    &cs->error_since_ms, &cs->asking_since_ms,
                              &cs->next_ms,     &cs->hurry_until_ms, &cs->judged_ms,
                              &cs->refreshed_ms};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        move(times[i], by_ms);
    for (int ask = 0; ask < CONN_ASKS; ask++)
        move(&cs->quiet_until_ms[ask], by_ms);
    for (size_t i = 0; i < cs->n; i++)
        move_item(&cs->items[i], by_ms);
}

int64_t conn_clock_ms(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    int64_t now_ms = clock_real_ms(), offset_ms = now_ms - clock_even_ms();
    int64_t by_ms = m->connectors.clock_ms != 0 ? offset_ms - m->connectors.clock_ms : 0;
    m->connectors.clock_ms = offset_ms;
    if (by_ms < JUMP_MS && by_ms > -JUMP_MS)
        return now_ms;
    conn_clock_moved(&m->connectors, by_ms);
    move(&m->moves.in_ms, by_ms);
    move(&m->moves.out_ms, by_ms);
    move(&m->moves.watched_since_ms, by_ms);
    move(&m->moves.clear_ms, by_ms);
    move(&m->since.ms, by_ms);
    move(&m->since.blind_ms, by_ms);
    move(&m->cluster_since_ms, by_ms);
    model_event(eng, PT_NOTICE, "pintop", "the clock of this machine was set by %+.0f s",
                (double)by_ms / 1000);
    return now_ms;
}
