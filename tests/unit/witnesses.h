/* Witnesses of a sink that is well. */
#ifndef UNIT_WITNESSES_H
#define UNIT_WITNESSES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connector/judge/judge.h"

#define NOW INT64_C(1790000000000)
#define MINUTE INT64_C(60000)

/* A sink that runs and flows. */
static inline struct witnesses well(void)
{
    struct witnesses w;
    witnesses_init(&w);
    w.now_ms = NOW;
    w.is_sink = w.is_s3 = true;
    w.backend = w.tasks_from = "Kafka Connect";
    w.state = "RUNNING";
    w.state_since_ms = NOW - 60 * MINUTE;
    w.state_asked_ms = NOW - 2000;
    w.has_tasks = true;
    w.n_tasks = w.running = 3;
    w.tasks_since_ms = NOW - 60 * MINUTE;
    w.n_lag_samples = 10;
    w.lag = 12;
    w.lag_per_s = 0;
    w.has_committed = true;
    w.in_ms = w.out_ms = NOW - 1000;
    w.patience_ms = 30000;
    return w;
}

static inline void are_failed(struct witnesses *w, int32_t failed)
{
    w->failed = failed;
    w->running = 3 - failed;
    w->failed_since_ms = NOW - 5 * MINUTE;
}
static inline void idle(struct witnesses *w)
{
    w->lag = 0;
    w->in_ms = NOW - 6 * MINUTE;
}
static inline void running_with_all_failed(struct witnesses *w)
{
    are_failed(w, 3);
}
static inline void failed_by_a_bad_record(struct witnesses *w)
{
    are_failed(w, 3);
    w->task_rule = rules_by_id("json-broken");
    w->task_said = "com.fasterxml.jackson.core.JsonParseException";
}
static inline void update_failed(struct witnesses *w)
{
    w->operation = "UPDATE_CONNECTOR_CONFIGURATION";
    w->operation_state = "UPDATE_FAILED";
    w->operation_message = "Invalid value 0 for configuration flush.size";
    w->operation_ms = NOW - 10 * MINUTE;
}
static inline void stuck(struct witnesses *w)
{
    w->lag = w->stuck = 29078;
    w->stuck_since_ms = NOW - 2 * MINUTE;
    w->oldest_ms = NOW - 80 * MINUTE;
    w->out_ms = NOW - 80 * MINUTE;
}
static inline void stuck_after_a_change(struct witnesses *w)
{
    stuck(w);
    w->oldest_ms = w->stuck_since_ms = NOW - 100000;
    w->changed = "tasks.max 3 -> 2";
    w->changed_ms = NOW - 110000;
}
static inline void stuck_long_before_the_change(struct witnesses *w)
{
    stuck_after_a_change(w);
    w->oldest_ms = NOW - 80 * MINUTE;
}
static inline void no_member(struct witnesses *w)
{
    w->has_group = true;
    w->no_members_since_ms = NOW - 2 * MINUTE;
}
static inline void no_member_of_late(struct witnesses *w)
{
    w->has_group = true;
    w->no_members_since_ms = NOW - 20000;
}
static inline void stuck_and_no_member(struct witnesses *w)
{
    stuck(w);
    no_member(w);
}
static inline void stuck_and_no_member_for_a_moment(struct witnesses *w)
{
    stuck(w);
    no_member_of_late(w);
    w->no_members_since_ms = NOW - 4000;
}

#endif
