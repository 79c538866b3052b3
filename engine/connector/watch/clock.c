/* The host's clock may be set, by hours. Times that pintop noted itself (when it asked, when it saw
 * a commit, when it will ask again) are then moved with it, so that no wait becomes longer or
 * shorter. Times that came from outside (of records, objects, log lines) stay. */
#include "base/clock.h"
#include "connector/watch/commits.h"
#include "connector/watch/group.h"
#include "connector/watch/internal.h"
#include "connector/watch/losses.h"
#include "connector/watch/probe.h"
#include "connector/watch/workers.h"

static void move_rows(struct conn_model *cm, int64_t by_ms)
{
    for (size_t i = 0; i < cm->n_rows; i++) {
        clock_shift(&cm->rows[i].waits_since_ms, by_ms);
        clock_shift(&cm->rows[i].born_ms, by_ms);
        clock_shift(&cm->rows[i].moved_ms, by_ms);
        clock_shift(&cm->rows[i].no_leader_ms, by_ms);
    }
    for (unsigned i = 0; i < cm->pace.n; i++)
        clock_shift(&cm->pace.samples[i].time_ms, by_ms);
    clock_shift(&cm->pace.begun.time_ms, by_ms);
    clock_shift(&cm->pace.behind_since_ms, by_ms);
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
    /* Otherwise the back end told it. */
    bool is_since_seen = cm->state_since_ms == cm->state_seen_ms;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        clock_shift(times[i], by_ms);
    if (is_since_seen)
        cm->state_since_ms = cm->state_seen_ms;
    for (int ask = 0; ask < CONN_ASKS; ask++) {
        clock_shift(&cm->asked_at_ms[ask], by_ms);
        clock_shift(&cm->next_ms[ask], by_ms);
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
    int64_t *const times[] = {&cs->asked_ms,     &cs->error_since_ms, &cs->asking_since_ms,
                              &cs->next_ms,      &cs->hurry_until_ms, &cs->judged_ms,
                              &cs->refreshed_ms, &cs->sinkless_ms,    &cs->workers_turn_ms};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        clock_shift(times[i], by_ms);
    for (int ask = 0; ask < CONN_ASKS; ask++)
        clock_shift(&cs->quiet_until_ms[ask], by_ms);
    for (size_t i = 0; i < cs->n; i++)
        move_item(&cs->items[i], by_ms);
}
