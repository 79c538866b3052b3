/* What history tells of a recording, and what a disk without room leaves of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "full_disk.h"
#include "record/reading.h"
#include "recording.h"

static void what_happened_is_told(void **state)
{
    (void)state;
    struct recording *rec = begin(true, 64 << 20);
    fixture.sinks[0].lag_total = 10;
    fixture.sinks[0].is_ours = true;
    fixture.session.verdict = PT_V_OK;
    take_well(rec);
    pass(3000);
    int64_t failed_ms = fixture.snap.time_ms;
    fixture.session.verdict = PT_V_FAILED;
    snprintf(fixture.session.verdict_text, sizeof fixture.session.verdict_text, "at the sink: x");
    fixture.sinks[0].verdict = PT_V_FAILED;
    fixture.sinks[0].lag_total = 500000;
    fixture.auth.auth.state = PT_AUTH_REFUSED;
    snprintf(fixture.auth.auth.last_error, sizeof fixture.auth.auth.last_error, "ExpiredToken");
    take_well(rec);
    pass(3000);
    int64_t restart_ms = fixture.snap.time_ms;
    fixture.sinks[0].lag_total = 20;
    snprintf(fixture.sinks[0].state, sizeof fixture.sinks[0].state, "RESTARTING");
    take_well(rec);
    recording_free(rec);

    struct pt_history history = history_of(PT_UNKNOWN, PT_UNKNOWN);
    const struct pt_mark *mark =
        find_mark(&history, PT_MARK_VERDICT, "OK -> FAILED: at the sink: x");
    assert_non_null(mark);
    assert_int_equal(mark->time_ms, failed_ms);
    assert_int_equal(mark->severity, PT_ERROR);
    mark = find_mark(&history, PT_MARK_CONNECTOR, "-> FAILED");
    assert_non_null(mark);
    assert_string_equal(mark->subject, fixture.sinks[0].name);
    assert_non_null(find_mark(&history, PT_MARK_TOKEN, "login refused: ExpiredToken"));
    mark = find_mark(&history, PT_MARK_LAG, "rose from 10 to 500000 records");
    assert_non_null(mark);
    assert_int_equal(mark->time_ms, failed_ms);
    mark = find_mark(&history, PT_MARK_RESTART, "RESTARTING");
    assert_non_null(mark);
    assert_int_equal(mark->time_ms, restart_ms);
    assert_non_null(find_mark(&history, PT_MARK_START, "began to record"));
    for (size_t i = 1; i < history.n_marks; i++)
        assert_true(history.marks[i - 1].time_ms <= history.marks[i].time_ms);
    pt_history_done(&history);

    history = history_of(failed_ms + 1, PT_UNKNOWN);
    assert_null(find_mark(&history, PT_MARK_VERDICT, "FAILED"));
    assert_non_null(find_mark(&history, PT_MARK_RESTART, "RESTARTING"));
    pt_history_done(&history);
    history = history_of(PT_UNKNOWN, failed_ms);
    assert_non_null(find_mark(&history, PT_MARK_VERDICT, "FAILED"));
    assert_null(find_mark(&history, PT_MARK_RESTART, "RESTARTING"));
    pt_history_done(&history);
}

static void lag_is(struct recording *rec, int64_t lag)
{
    fixture.sinks[0].lag_total = lag;
    take_well(rec);
    pass(60000);
}

static size_t count_lags(const struct pt_history *history)
{
    size_t n = 0;
    for (size_t i = 0; i < history->n_marks; i++)
        n += history->marks[i].kind == PT_MARK_LAG;
    return n;
}

/* A sink that stands still has a peak that does not end: that it rises is told, once. */
static void a_rising_lag_is_told_before_it_falls(void **state)
{
    char since[64];
    (void)state;
    struct recording *rec = begin(true, 64 << 20);
    fixture.sinks[0].is_ours = true;
    fixture.sinks[0].out_per_s = 0;
    lag_is(rec, 30);
    lag_is(rec, 10);
    int64_t low_ms = fixture.snap.time_ms;
    lag_is(rec, 10);
    lag_is(rec, 900);
    struct pt_history history = history_of(PT_UNKNOWN, PT_UNKNOWN);
    assert_int_equal(count_lags(&history), 0);
    pt_history_done(&history);
    int64_t told_ms = fixture.snap.time_ms;
    lag_is(rec, 12000);
    lag_is(rec, 11000); /* not half of it */
    int64_t top_ms = fixture.snap.time_ms;
    lag_is(rec, 500000);
    history = history_of(PT_UNKNOWN, PT_UNKNOWN);
    snprintf(since, sizeof since, "since %02d:%02dZ: 12000 records and growing",
             (int)(low_ms / 3600000 % 24), (int)(low_ms / 60000 % 60));
    const struct pt_mark *mark = find_mark(&history, PT_MARK_LAG, since);
    assert_non_null(mark);
    assert_int_equal(mark->time_ms, told_ms);
    assert_string_equal(mark->subject, fixture.sinks[0].name);
    assert_int_equal(count_lags(&history), 1);
    pt_history_done(&history);
    lag_is(rec, 20);
    lag_is(rec, 900);
    lag_is(rec, 30); /* no peak */
    recording_free(rec);
    history = history_of(PT_UNKNOWN, PT_UNKNOWN);
    mark =
        find_mark(&history, PT_MARK_LAG,
                  "rose from 10 to 500000 records in 4 min, and half of that was gone 60 s later");
    assert_non_null(mark);
    assert_int_equal(mark->time_ms, top_ms);
    assert_int_equal(count_lags(&history), 2);
    pt_history_done(&history);
}

/* Each warning and error once, whatever lies between two looks; no event twice. */
static void events_are_told_once(void **state)
{
    static struct pt_event events[4];
    static const struct pt_event *list[4] = {&events[0], &events[1], &events[2], &events[3]};
    static struct pt_events_section sections[3];
    static const enum pt_severity severities[4] = {PT_WARN, PT_INFO, PT_ERROR, PT_ERROR};
    int n_events = 0;
    (void)state;
    for (int i = 0; i < 4; i++) {
        events[i] = (struct pt_event){.severity = severities[i], .time_ms = FIXTURE_NOW_MS + i};
        snprintf(events[i].area, sizeof events[i].area, i == 3 ? "pipeline" : "kafka");
        events[i].text = i == 0   ? "first"
                         : i == 1 ? "second"
                         : i == 2 ? "third"
                                  : "OK -> FAILED: x";
    }
    sections[0] = (struct pt_events_section){
        .section = {.refs = 1 << 20}, .first_number = 1, .n_events = 1, .events = list};
    sections[1] = (struct pt_events_section){
        .section = {.refs = 1 << 20}, .first_number = 1, .n_events = 3, .events = list};
    sections[2] = (struct pt_events_section){
        .section = {.refs = 1 << 20}, .first_number = 2, .n_events = 3, .events = list + 1};
    struct recording *rec = begin(true, 64 << 20);
    for (int i = 0; i < 3; i++) {
        fixture.snap.events = &sections[i];
        take_well(rec);
        pass(3000);
    }
    recording_free(rec);
    struct pt_history history = history_of(PT_UNKNOWN, PT_UNKNOWN);
    for (size_t i = 0; i < history.n_marks; i++)
        n_events += history.marks[i].kind == PT_MARK_EVENT;
    assert_int_equal(n_events, 2);
    assert_non_null(find_mark(&history, PT_MARK_EVENT, "first"));
    assert_non_null(find_mark(&history, PT_MARK_EVENT, "third"));
    pt_history_done(&history);
}

/* While it is recorded nothing is missing, although the file has no end yet; when its writer was
 * killed, something is. */
static void what_is_still_recorded_is_not_cut_off(void **state)
{
    char path[600], *bytes = NULL;
    size_t len = 0;
    struct ring ring;
    (void)state;
    struct recording *rec = begin(true, 64 << 20);
    take_well(rec);
    struct pt_history history = history_of(PT_UNKNOWN, PT_UNKNOWN);
    assert_true(history.is_going_on);
    assert_false(history.is_cut);
    assert_true(history.n_marks > 0);
    pt_history_done(&history);
    count_files(&ring);
    snprintf(path, sizeof path, "%s/%s", scratch_path("record"), ring.files[0].name);
    ring_done(&ring);
    assert_int_equal(file_read(path, 1 << 24, &bytes, &len, NULL), PT_OK);
    recording_free(rec);
    history = history_of(PT_UNKNOWN, PT_UNKNOWN);
    assert_false(history.is_going_on);
    assert_false(history.is_cut);
    pt_history_done(&history);
    /* The file as it was before its writer ended. */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(file_replace(path, bytes, len, 0600, NULL), PT_OK);
    history = history_of(PT_UNKNOWN, PT_UNKNOWN);
    assert_false(history.is_going_on);
    assert_true(history.is_cut);
    pt_history_done(&history);
    free(bytes);
}

/* The peak is in the first file, and is told in the second one; marks lie between. Whoever goes
 * from mark to mark passes all that history lists, in both directions. */
static void from_mark_to_mark_as_history_lists_them(void **state)
{
    struct recorded *reading = NULL;
    int64_t at_ms = FIXTURE_NOW_MS - 1, found_ms;
    (void)state;
    struct recording *rec = begin(true, 64 << 20);
    fixture.sinks[0].lag_total = 10;
    for (int i = 0; i < 25; i++) {
        fixture.streams.streams[0].generated++;
        fixture.sinks[0].lag_total = i == 4 ? 500000 : i < 14 ? fixture.sinks[0].lag_total : 20;
        fixture.session.verdict = i % 7 == 2 ? PT_V_STALLED : PT_V_OK;
        take_well(rec);
        pass(60000);
    }
    recording_free(rec);
    assert_int_equal(reading_open(scratch_path("record"), &reading, NULL), PT_OK);
    struct pt_history history = history_of(PT_UNKNOWN, PT_UNKNOWN);
    const struct pt_mark *peak = find_mark(&history, PT_MARK_LAG, "rose from 10 to 500000");
    assert_non_null(peak);
    assert_int_equal(peak->time_ms, FIXTURE_NOW_MS + 4 * 60000);
    for (size_t i = 0; i < history.n_marks; i++) {
        if (history.marks[i].time_ms <= at_ms)
            continue;
        assert_int_equal(reading_find_mark(reading, at_ms, true, &found_ms, NULL), PT_OK);
        assert_int_equal(found_ms, history.marks[i].time_ms);
        at_ms = found_ms;
    }
    assert_int_equal(reading_find_mark(reading, at_ms, true, &found_ms, NULL), PT_OK);
    assert_int_equal(found_ms, PT_UNKNOWN);
    for (size_t i = history.n_marks; i-- > 0;) {
        if (history.marks[i].time_ms >= at_ms)
            continue;
        assert_int_equal(reading_find_mark(reading, at_ms, false, &found_ms, NULL), PT_OK);
        assert_int_equal(found_ms, history.marks[i].time_ms);
        at_ms = found_ms;
    }
    assert_int_equal(reading_find_mark(reading, at_ms, false, &found_ms, NULL), PT_OK);
    assert_int_equal(found_ms, PT_UNKNOWN);
    assert_int_equal(reading_ms(reading), FIXTURE_NOW_MS);
    pt_history_done(&history);
    reading_close(reading);
}

/* ---- a disk without room ---- */

static void a_full_disk_is_an_error_and_nothing_is_lost_but_the_time(void **state)
{
    struct pt_error err = {0};
    struct recorded *reading = NULL;
    struct ring ring;
    (void)state;
    struct recording *rec = begin(true, 64 << 20);
    take_well(rec);
    pass(3000);
    full_disk_set(10);
    fixture.session.verdict = PT_V_STALLED;
    assert_int_equal(take(rec, &err), PT_EFULL);
    assert_non_null(strstr(err.fix, "Free some disk space"));
    pass(3000);
    assert_int_equal(take(rec, &err), PT_EFULL);
    /* What could not be written leaves no empty file. */
    count_files(&ring);
    assert_int_equal(ring.n, 1);
    ring_done(&ring);
    full_disk_set(RLIM_INFINITY);
    pass(3000);
    take_well(rec);
    int64_t last_ms = fixture.snap.time_ms;
    recording_free(rec);
    struct pt_history history = history_of(PT_UNKNOWN, PT_UNKNOWN);
    assert_non_null(find_mark(&history, PT_MARK_VERDICT, "-> STALLED"));
    pt_history_done(&history);
    assert_int_equal(reading_open(scratch_path("record"), &reading, NULL), PT_OK);
    assert_int_equal(reading_first_ms(reading), FIXTURE_NOW_MS);
    assert_int_equal(reading_last_ms(reading), last_ms);
    reading_close(reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORD_TEST(what_happened_is_told),
        RECORD_TEST(a_rising_lag_is_told_before_it_falls),
        RECORD_TEST(events_are_told_once),
        RECORD_TEST(what_is_still_recorded_is_not_cut_off),
        RECORD_TEST(from_mark_to_mark_as_history_lists_them),
        RECORD_TEST(a_full_disk_is_an_error_and_nothing_is_lost_but_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
