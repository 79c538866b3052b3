/* A recording of snapshots made by hand: what tests of recordings share. After cmocka.h. */
#ifndef UNIT_RECORDING_H
#define UNIT_RECORDING_H

#include <stdlib.h>

#include "../screens/fixture.h"
#include "desk/section.h"
#include "pintop/record.h"
#include "record/recording.h"
#include "record/ring.h"
#include "scratch.h"

static struct fixture fixture;

static const struct recording_opts to_ring = {
    .path = NULL, .is_ring = true, .hours = 24, .limit_bytes = 1 << 20};

static inline struct recording *begin(bool is_ring, uint64_t limit_bytes)
{
    struct recording_opts opts = to_ring;
    struct recording *rec = NULL;
    opts.path = scratch_path(is_ring ? "record" : "one");
    opts.is_ring = is_ring;
    opts.limit_bytes = limit_bytes;
    assert_int_equal(recording_new(&opts, &rec, NULL), PT_OK);
    return rec;
}

/* What the fixture says now, in sections that are new ones, as an engine makes them. */
static inline void renew(void)
{
    enum { TURNS = 8 };
    static struct pt_connectors_section connectors[TURNS];
    static struct pt_connector sinks[TURNS][FIXTURE_SINKS];
    static struct pt_session_section sessions[TURNS];
    static struct pt_streams_section streams[TURNS];
    static struct pt_auth_section auths[TURNS];
    static int turn;
    turn = (turn + 1) % TURNS;
    memcpy(sinks[turn], fixture.sinks, sizeof fixture.sinks);
    connectors[turn] = fixture.connectors;
    connectors[turn].connectors = sinks[turn];
    sessions[turn] = fixture.session;
    streams[turn] = fixture.streams;
    auths[turn] = fixture.auth;
    fixture.snap.connectors = &connectors[turn];
    fixture.snap.session = &sessions[turn];
    fixture.snap.streams = &streams[turn];
    fixture.snap.auth = &auths[turn];
}

/* Later, there is another snapshot. */
static inline void pass(int64_t ms)
{
    fixture.snap.section.version++;
    fixture.snap.time_ms += ms;
}

static inline pt_code take(struct recording *rec, struct pt_error *err)
{
    renew();
    const struct pt_snapshot *snap = snapshot_new(&fixture.snap, fixture.snap.section.version);
    pt_code code = recording_take(rec, snap, fixture.snap.time_ms, err);
    pt_snapshot_release(snap);
    return code;
}

static inline void take_well(struct recording *rec)
{
    struct pt_error err = {0};
    if (take(rec, &err) != PT_OK)
        fail_msg("%s", err.what);
}

static inline void count_files(struct ring *ring)
{
    assert_int_equal(ring_list(scratch_path("record"), ring, NULL), PT_OK);
}

static inline int setup(void **state)
{
    fixture_flowing(&fixture);
    fixture.snap.time_ms = FIXTURE_NOW_MS;
    /* They are this file's own, and are never freed. */
    int *const refs[] = {&fixture.session.section.refs,    &fixture.cluster.section.refs,
                         &fixture.streams.section.refs,    &fixture.topics_section.section.refs,
                         &fixture.connectors.section.refs, &fixture.events_section.section.refs,
                         &fixture.log.section.refs,        &fixture.series.section.refs,
                         &fixture.auth.section.refs,       &fixture.completed.section.refs,
                         &fixture.setup.section.refs,      &fixture.minutes.section.refs};
    for (size_t i = 0; i < sizeof refs / sizeof *refs; i++)
        *refs[i] = 1 << 20;
    return scratch_make(state);
}

static inline struct pt_history history_of(int64_t from_ms, int64_t to_ms)
{
    struct pt_history history;
    struct pt_error err = {0};
    if (pt_history_read(scratch_path("record"), from_ms, to_ms, &history, &err) != PT_OK)
        fail_msg("%s", err.what);
    return history;
}

static inline const struct pt_mark *find_mark(const struct pt_history *history,
                                              enum pt_mark_kind kind, const char *text)
{
    for (size_t i = 0; i < history->n_marks; i++)
        if (history->marks[i].kind == kind && strstr(history->marks[i].text, text) != NULL)
            return &history->marks[i];
    return NULL;
}

#define RECORD_TEST(f) cmocka_unit_test_setup_teardown(f, setup, scratch_remove)

#endif
