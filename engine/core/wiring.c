/* The desk and the parts of an engine: made, seated, and connected with the workers. The parts and
 * the workers do not know each other; only this file knows both. */
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/engine_state.h"
#include "parts/log.h"

/* ---- hooks of the login's part ---- */

static void wiring_denied(void *arg)
{
    struct pt_engine *eng = arg;
    auth_denied(eng->auth);
}

static void wiring_hold(void *arg, bool is_held)
{
    struct pt_engine *eng = arg;
    atomic_store(&eng->has_no_token, is_held);
    for (int i = 0; i < PT_STREAMS; i++)
        if (atomic_load(&eng->open_streams) & PT_STREAM_BIT(i))
            streamer_kick(&eng->accounts[i].streamer);
}

/* ---- hooks of the streams' part ---- */

void opener_push(struct pt_engine *eng, struct open_job *job)
{
    if (job != NULL && !queue_push(eng->open_jobs, job))
        free(job);
}

static void wiring_open(void *arg, struct open_job *job)
{
    opener_push(arg, job);
}

static void wiring_look_again(void *arg)
{
    struct pt_engine *eng = arg;
    if (eng->desk.is_booted)
        auth_refresh(eng->auth);
    atomic_store(&eng->is_look_asked, true);
}

static void wiring_refresh_topics(void *arg)
{
    struct pt_engine *eng = arg;
    watch_refresh(eng->watch);
}

static void wiring_running(void *arg, int stream, bool was_refused)
{
    struct pt_engine *eng = arg;
    atomic_store(&eng->is_renew_asked, true);
    if (was_refused)
        atomic_fetch_or(&eng->stale_topics, PT_STREAM_BIT(stream));
    producer_wake(&eng->producer);
}

static void wiring_put(void *arg, int stream, const char *path, char *text)
{
    struct pt_engine *eng = arg;
    disk_put(eng->disk, (unsigned)stream, path, text);
}

static void wiring_write(void *arg)
{
    struct pt_engine *eng = arg;
    disk_write(eng->disk);
}

/* ---- hooks of the topics' part ---- */

/* The group is the configured sink's, else that of a connector that carries the streams' topics. */
static bool wiring_away(void *arg, bool is_wanted)
{
    struct pt_engine *eng = arg;
    const char *group = eng->set.group;
    if (group[0] == '\0')
        group = topics_sink_group(eng->board.now.connectors, eng->away_sink, sizeof eng->away_sink);
    if (!eng->desk.is_booted)
        return false;
    away_want(eng->away, is_wanted, group);
    return eng->away != NULL;
}

static void wiring_shown(void *arg, bool is_of_aws)
{
    struct pt_engine *eng = arg;
    away_show(eng->away, is_of_aws);
}

/* ---- hooks of the minutes' part ---- */

/* One-shot commands show no chart, and CloudWatch charges for what it is asked. */
static bool wiring_may_ask_past(void *arg)
{
    const struct pt_engine *eng = arg;
    return eng->desk.is_booted && !eng->run.is_oneshot && eng->away != NULL;
}

static void wiring_ask_past(void *arg, const struct away_past_wish *wish)
{
    struct pt_engine *eng = arg;
    away_ask_past(eng->away, wish);
}

/* ---- hooks of the results' part ---- */

static const char *wiring_area(void *arg, int kind, enum pt_severity *severity)
{
    const struct pt_engine *eng = arg;
    const struct command_row *row = command_row(eng->commands, kind);
    *severity = row != NULL ? row->severity : PT_INFO;
    return row != NULL ? row->area : NULL;
}

static void wiring_done(void *arg, int kind)
{
    struct pt_engine *eng = arg;
    const struct command_row *row = command_row(eng->commands, kind);
    if (row != NULL && row->done != NULL)
        row->done(eng);
}

/* ---- the log file ---- */

static void wiring_keep(void *arg, const struct pt_event *line)
{
    disk_log(arg, line);
}

static uint64_t wiring_dropped(void *arg)
{
    return disk_dropped(arg);
}

/* ---- the desk and its seats ---- */

static void wiring_desk(struct pt_engine *eng)
{
    eng->desk = (struct desk){
        .set = &eng->set,
        .run = &eng->run,
        .cfg = atomic_load(&eng->cfg),
        .clock = &clock_machine,
        .owner = &eng->owner,
        .now = &eng->board.now,
        .events = &eng->parts.events,
        .inbox = &eng->inbox,
    };
}

/* In the order in which their sections are made: the verdict is made from the sections before it,
 * so a page that shows a verdict never shows it beside newer figures. */
static void wiring_seats(struct parts *p, struct pt_snapshot *now)
{
    const struct part_seat seats[SEATS] = {
        {&auth_part,       &p->auth,       (const void **)&now->auth      },
        {&cluster_part,    &p->cluster,    (const void **)&now->cluster   },
        {&topics_part,     &p->topics,     (const void **)&now->topics    },
        {&streams_part,    &p->streams,    (const void **)&now->streams   },
        {&connectors_part, &p->connectors, (const void **)&now->connectors},
        {&session_part,    &p->session,    (const void **)&now->session   },
        {&events_part,     &p->events,     (const void **)&now->events    },
        {&log_part,        &p->events,     (const void **)&now->log       },
        {&series_part,     &p->series,     (const void **)&now->series    },
        {&results_part,    &p->results,    (const void **)&now->completed },
        {&setup_part,      &p->setup,      (const void **)&now->setup     },
        {&minutes_part,    &p->minutes,    (const void **)&now->minutes   },
    };
    memcpy(p->seats, seats, sizeof seats);
}

bool parts_init(struct pt_engine *eng)
{
    struct parts *p = &eng->parts;
    const struct auth_hooks_out auth = {eng, wiring_denied, wiring_hold};
    const struct streams_hooks streams = {
        eng,        wiring_open, wiring_look_again, wiring_refresh_topics, wiring_running,
        wiring_put, wiring_write};
    const struct topics_hooks topics = {eng, wiring_away, wiring_shown};
    const struct minutes_hooks minutes = {eng, wiring_may_ask_past, wiring_ask_past};
    const struct session_hooks session = {eng, stop_tell};
    const struct results_hooks results = {eng, wiring_area, wiring_done};
    wiring_desk(eng);
    bool has_memory = events_init(&p->events);
    auth_part_init(&p->auth, &eng->desk, &auth);
    cluster_part_init(&p->cluster, &eng->desk, eng->bootstrap);
    topics_part_init(&p->topics, &eng->desk, &topics);
    streams_part_init(&p->streams, &eng->desk, eng->accounts, &streams);
    conn_models_init(&p->connectors, &eng->desk);
    session_part_init(&p->session, &eng->desk, &session);
    series_part_init(&p->series, &eng->desk);
    minutes_part_init(&p->minutes, &eng->desk, &minutes);
    results_part_init(&p->results, &eng->desk, &results);
    setup_part_init(&p->setup, &eng->desk);
    wiring_seats(p, &eng->board.now);
    eng->reactor.tick_us = desk_mono_us(&eng->desk);
    eng->stop.run_deadline_us = INT64_MAX;
    return has_memory;
}

void parts_done(struct pt_engine *eng)
{
    struct parts *p = &eng->parts;
    events_done(&p->events);
    cluster_part_done(&p->cluster);
    topics_part_done(&p->topics);
    streams_part_done(&p->streams);
    conn_models_done(&p->connectors);
    minutes_part_done(&p->minutes);
    results_part_done(&p->results);
    setup_part_done(&p->setup);
}

void parts_booted(struct pt_engine *eng)
{
    eng->desk.is_booted = true;
    eng->parts.events.file = (struct events_file){eng->disk, wiring_keep, wiring_dropped};
    conn_models_connect(&eng->parts.connectors, eng->connectors, eng->watch);
}
