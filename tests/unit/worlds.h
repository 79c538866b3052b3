/* Worlds in which the truth is known: a sink with its group, its worker and its store is played
 * second by second, with outages, denials and strange words at random; what pintop hears of it goes
 * through the real model. */
#ifndef UNIT_WORLDS_H
#define UNIT_WORLDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "connector/watch/commits.h"
#include "connector/watch/connectors.h"
#include "connector/watch/group.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/losses.h"
#include "connector/watch/probe.h"
#include "connector/watch/workers.h"
#include "parts/session.h"
#include "test_desk.h"

enum {
    WORLDS = 200,
    SECONDS = 900,
    PARTS_MAX = 6,
    PATIENCE_S = 181, /* before anything is learnt */
    FRESH_S = 16,
    OFFSETS_FRESH_S = 21
};
#define START INT64_C(1790000000000)

/* ---- chance, the same on every machine ---- */

static uint64_t dice;

static uint32_t roll(uint32_t n)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (uint32_t)(dice >> 11) % n;
}

static bool chance(uint32_t percent)
{
    return roll(100) < percent;
}

/* ---- the world ---- */

struct log_part {
    double made, per_s;
    int64_t high, read, committed; /* read: by the sink, not committed yet */
    int64_t waits_since_s; /* truth: records wait and none was committed since; -1 none waits */
    bool is_stuck;         /* the sink takes nothing of it */
};

struct outage {
    int from_s, to_s;
};

static struct world {
    int n_parts, commit_s, n_tasks;
    struct log_part parts[PARTS_MAX];
    bool is_healthy; /* nothing ever goes wrong in it */
    bool is_new;     /* its topics are empty, and its group has never committed */
    struct outage stuck, denied, strange, silent, failed, blind, restart;
    uint32_t stuck_mask;
} world;

static bool is_in(struct outage o, int s)
{
    return s >= o.from_s && s < o.to_s;
}

static struct outage some_outage(uint32_t percent)
{
    int from_s = 30 + (int)roll(SECONDS - 200);
    return chance(percent) ? (struct outage){from_s, from_s + 20 + (int)roll(400)}
                           : (struct outage){SECONDS + 1, SECONDS + 1};
}

static void make_world(unsigned seed)
{
    dice = 0x9e3779b97f4a7c15u * (seed + 1);
    for (int i = 0; i < 8; i++)
        roll(2);
    memset(&world, 0, sizeof world);
    world.n_parts = 1 + (int)roll(PARTS_MAX);
    world.n_tasks = 1 + (int)roll(3);
    world.commit_s = 1 + (int)roll(chance(50) ? 5 : 60);
    world.is_healthy = chance(40);
    world.is_new = chance(20);
    uint32_t percent = world.is_healthy ? 0 : 30;
    world.stuck = some_outage(world.is_healthy ? 0 : 60);
    world.denied = some_outage(percent);
    world.strange = some_outage(percent);
    world.silent = some_outage(percent);
    world.failed = some_outage(percent);
    world.blind = some_outage(percent);
    world.restart = some_outage(percent);
    world.stuck_mask = 1 + roll((1U << world.n_parts) - 1);
    for (int i = 0; i < world.n_parts; i++) {
        struct log_part *p = &world.parts[i];
        p->per_s = chance(20) ? 0 : 0.1 + roll(200) / 10.0;
        p->made = roll(5000);
        p->high = (int64_t)p->made;
        p->committed = p->read = chance(80) ? p->high : p->high / 2;
        p->waits_since_s = p->committed < p->high ? 0 : -1;
        if (world.is_new)
            *p = (struct log_part){.made = -(double)roll(20) * p->per_s, /* its first comes later */
                                   .per_s = p->per_s,
                                   .committed = -1,
                                   .waits_since_s = -1};
    }
}

/* Of the log, what is committed. */
static int64_t position(const struct log_part *p)
{
    return p->committed >= 0 ? p->committed : 0;
}

/* One second of the truth. */
static void live(int s)
{
    for (int i = 0; i < world.n_parts; i++) {
        struct log_part *p = &world.parts[i];
        p->made += p->per_s;
        p->high = p->made > 0 ? (int64_t)p->made : 0;
        p->is_stuck = is_in(world.stuck, s) && (world.stuck_mask >> i & 1) != 0;
        bool takes = !p->is_stuck && !is_in(world.failed, s);
        if (takes)
            p->read = p->high;
        if (takes && s % world.commit_s == 0 && position(p) != p->read) {
            p->committed = p->read;
            p->waits_since_s = -1;
        }
        if (position(p) < p->high && p->waits_since_s < 0)
            p->waits_since_s = s;
        if (position(p) >= p->high)
            p->waits_since_s = -1;
    }
}

/* ---- what pintop hears of it ---- */

static struct test_desk desk;
static struct conn_models connectors;
static struct session_part session_of;
static struct conn_model *cm;
static struct sink sink;
static int heard_state_s, heard_offsets_s; /* when, the last time; -1 never */
static bool heard_running, heard_tasks;    /* what was heard then */
static int64_t heard_lag;
static bool heard_commit; /* whether the group has ever committed */

static void begin_world(void)
{
    struct conn_models *cs = &connectors;
    cs->ops = &conn_connect;
    cs->error.code = PT_OK;
    cs->asked_ms = PT_UNKNOWN;
    cs->has_answer = false;
    cs->n = 1;
    free(cs->items);
    cs->items = cm = calloc(1, sizeof *cm);
    memset(&session_of.verdict, 0, sizeof session_of.verdict);
    since_init(&session_of.since, START);
    conn_init(&cm->conn);
    conn_group_init(&cm->members);
    conn_workers_init(&cm->workers);
    conn_commits_init(&cm->commits);
    conn_losses_init(&cm->losses);
    conn_probe_init(&cm->probe);
    since_init(&cm->since, START);
    snprintf(cm->conn.name, sizeof cm->conn.name, "sink");
    snprintf(cm->conn.id, sizeof cm->conn.id, "sink");
    snprintf(cm->conn.kind, sizeof cm->conn.kind, "sink");
    cm->key = 1;
    cm->is_ours = true;
    cm->gone_since_ms = cm->restarted_ms = cm->state_seen_ms = PT_UNKNOWN;
    cm->asked_ms = cm->state_since_ms = cm->failed_since_ms = cm->tasks_since_ms = PT_UNKNOWN;
    cm->lag = cm->in_ms = cm->out_ms = cm->lag_asked_ms = PT_UNKNOWN;
    cm->objects_asked_ms = cm->metrics_asked_ms = cm->log_asked_ms = cm->checks_asked_ms =
        PT_UNKNOWN;
    cm->objects.newest_ms = PT_UNKNOWN;
    cm->in_slow = NAN;
    cm->verdict.since_ms = PT_UNKNOWN;
    pace_init(&cm->pace);
    conn_item_read(cm);
    sink = cm->sink;
    heard_state_s = heard_offsets_s = -1;
}

static void end_world(void)
{
    conn_done(&cm->conn);
    free(cm->rows);
    cm->rows = NULL;
}

static void hear_state(int s, int64_t now_ms)
{
    struct conn_models *cs = &connectors;
    if (is_in(world.silent, s) || is_in(world.denied, s)) {
        if (cs->error.code == PT_OK)
            cs->error_since_ms = now_ms;
        pt_error_set(&cs->error, is_in(world.denied, s) ? PT_EAUTH : PT_EIO, "Look into it",
                     "Kafka Connect: %s", is_in(world.denied, s) ? "403" : "no answer");
        return;
    }
    cs->error.code = PT_OK;
    cs->asked_ms = cm->asked_ms = now_ms;
    snprintf(cm->conn.state, sizeof cm->conn.state, "%s",
             is_in(world.strange, s) ? "QUIESCING" : "RUNNING");
    free(cm->conn.tasks);
    cm->conn.has_tasks = true;
    cm->conn.n_tasks = (size_t)world.n_tasks;
    cm->conn.tasks = calloc((size_t)world.n_tasks, sizeof *cm->conn.tasks);
    int32_t failed = is_in(world.failed, s) ? 1 : 0, running = world.n_tasks - failed;
    if (running > cm->running && heard_state_s >= 0)
        conn_lag_restarted(cm, now_ms);
    for (int i = 0; i < world.n_tasks; i++)
        snprintf(cm->conn.tasks[i].state, sizeof cm->conn.tasks[i].state, "%s",
                 i < failed ? "FAILED" : "RUNNING");
    if (failed > 0 && cm->failed == 0)
        cm->failed_since_ms = now_ms;
    if (failed != cm->failed || heard_state_s < 0)
        cm->tasks_since_ms = now_ms;
    cm->failed = failed;
    cm->running = running;
    heard_state_s = s;
    heard_running = !is_in(world.strange, s);
    heard_tasks = failed == 0;
}

static void hear_offsets(int s, int64_t now_ms)
{
    struct lag_row rows[PARTS_MAX];
    if (is_in(world.blind, s))
        return;
    heard_lag = 0;
    heard_commit = false;
    for (int i = 0; i < world.n_parts; i++) {
        int64_t committed = world.parts[i].committed;
        heard_lag += world.parts[i].high - position(&world.parts[i]);
        heard_commit = heard_commit || committed >= 0;
        rows[i] = (struct lag_row){.partition = i,
                                   .leader = 1,
                                   .committed = committed >= 0 ? committed : PT_UNKNOWN,
                                   .high = world.parts[i].high,
                                   .low = 0};
        snprintf(rows[i].topic, sizeof rows[i].topic, "demo.pin");
    }
    assert_true(conn_lag_update(cm, &sink, rows, (size_t)world.n_parts, now_ms * 1000, now_ms));
    heard_offsets_s = s;
}

static void is_going_on(void *arg, struct session_stop *stop)
{
    (void)arg;
    (void)stop;
}

static int start(void **state)
{
    static const char *const settings[] = {"bootstrap.servers=127.0.0.1:1",
                                           "pintop.connector.url=http://h", "pintop.user.id=demo",
                                           NULL};
    const struct session_hooks hooks = {NULL, is_going_on};
    (void)state;
    test_desk_init(&desk, settings);
    memset(&desk.set, 0, sizeof desk.set); /* no topic of the streams is looked at */
    conn_models_init(&connectors, &desk.desk);
    session_part_init(&session_of, &desk.desk, &hooks);
    return 0;
}

#endif
