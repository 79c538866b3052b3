/* The recorder beside a real engine: what is replayed is what was shown, a run that is killed can
 * be read, and a disk without room stops neither the streams nor, later, the recording. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine_fixture.h"
#include "full_disk.h"
#include "pintop/record.h"
#include "record/reading.h"
#include "record/recording.h"
#include "recorded_run.h"
#include "scratch.h"
#include "ui/dispatch.h"
#include "ui/frame.h"
#include "ui/ui.h"

/* ---- replay equals what was shown ---- */

enum { MOMENTS = 200, ROWS = 40, COLS = 120 };

/* A front end that nobody sees. */
struct viewer {
    struct ui ui;
    struct canvas *canvas;
};

static void viewer_begin(struct viewer *viewer)
{
    const struct ui_host host = {0};
    const struct looks looks = {0};
    assert_int_equal(ui_init(&viewer->ui, &host, &looks), PT_OK);
    viewer->canvas = canvas_new(ROWS, COLS, false);
    assert_non_null(viewer->canvas);
    ui_size(&viewer->ui, ROWS, COLS);
}

static void viewer_end(struct viewer *viewer)
{
    ui_done(&viewer->ui);
    canvas_free(viewer->canvas);
}

/* All pages, one below the other. */
static char *viewer_see(struct viewer *viewer, const struct pt_snapshot *snap)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    for (int key = '1'; key <= '7'; key++) {
        ui_key(&viewer->ui, key);
        ui_snapshot(&viewer->ui, snap, snap->time_ms);
        ui_draw(&viewer->ui, viewer->canvas);
        char *page = canvas_dump(viewer->canvas, false);
        fputs(page, out);
        free(page);
    }
    fclose(out);
    return text;
}

static bool is_newer(const struct flow *flow, int64_t version)
{
    return (int64_t)flow->snap->section.version > version;
}

/* Each moment has a command, so that there is another snapshot soon; and something happens every
 * now and then. */
static void stir(struct flow *flow, int moment)
{
    static const char *const created[] = {"demo.more", "demo.other"};
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_CREATE, .partitions = 2, .replication = -1};
    if (moment % 50 == 10)
        flow_stop_streams(flow, PT_STREAM_BIT(PT_GEO));
    if (moment % 50 == 30)
        flow_start_streams(flow, PT_STREAM_BIT(PT_GEO));
    if (moment % 100 == 20) {
        cmd.topic = created[moment / 100];
        flow_submit(flow, &cmd);
    }
    flow_set_rate(flow, PT_STREAM_BIT(PT_PIN), 100 + moment);
}

/* Says where two screens differ. */
static void same_screens(const char *shown, const char *replayed, int moment)
{
    size_t at = 0;
    while (shown[at] != '\0' && shown[at] == replayed[at])
        at++;
    if (shown[at] == replayed[at])
        return;
    while (at > 0 && shown[at - 1] != '\n')
        at--;
    fail_msg("moment %d\nshown:    %.*s\nreplayed: %.*s", moment, (int)strcspn(shown + at, "\n"),
             shown + at, (int)strcspn(replayed + at, "\n"), replayed + at);
}

static void test_replay_is_what_was_shown(void **state)
{
    static char *shown[MOMENTS];
    static struct viewer live, again;
    const struct recording_opts opts = {.path = scratch_path("recording")};
    struct recording *rec = NULL;
    struct recorded *reading = NULL;
    (void)state;
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL, .has_connectors = true),
                                   FLOW_SET("pintop.stream.rate=333", "pintop.sink.rotate.ms=500"));
    assert_int_equal(recording_new(&opts, &rec, NULL), PT_OK);
    viewer_begin(&live);
    viewer_begin(&again);
    for (int i = 0; i < MOMENTS; i++) {
        stir(flow, i);
        flow_wait(flow, is_newer, (int64_t)flow->snap->section.version, "another snapshot");
        shown[i] = viewer_see(&live, flow->snap);
        assert_int_equal(recording_take(rec, flow->snap, INT64_C(5000) * i, NULL), PT_OK);
        assert_true(recording_has_written(rec));
    }
    recording_free(rec);
    flow_close(flow);
    assert_int_equal(reading_open(scratch_path("recording"), &reading, NULL), PT_OK);
    for (int i = 0; i < MOMENTS; i++) {
        const struct pt_snapshot *snap = reading_snapshot(reading);
        assert_non_null(snap);
        char *replayed = viewer_see(&again, snap);
        same_screens(shown[i], replayed, i);
        /* The front end holds on to a snapshot until the next one. */
        ui_snapshot(&again.ui, ui_unknown_snapshot(), 0);
        pt_snapshot_release(snap);
        free(replayed);
        free(shown[i]);
        assert_int_equal(reading_step(reading, true), i < MOMENTS - 1);
    }
    reading_close(reading);
    viewer_end(&live);
    viewer_end(&again);
}

/* ---- the link ---- */

static void wait_for_replay(const struct pt_link *link,
                            bool (*is_so)(const struct pt_replay_state *state, int64_t arg),
                            int64_t arg)
{
    struct pt_replay_state now;
    int64_t until_us = clock_mono_us() + 20000000;
    do {
        assert_true(pt_link_replay_state(link, &now));
        if (is_so(&now, arg))
            return;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    } while (clock_mono_us() < until_us);
    fail_msg("the recording is at %lld: %s", (long long)now.time_ms, now.note);
}

static bool replay_is_at(const struct pt_replay_state *state, int64_t time_ms)
{
    return state->time_ms == time_ms;
}

static bool replay_is_at_end(const struct pt_replay_state *state, int64_t arg)
{
    (void)arg;
    return state->is_at_end && !state->is_playing;
}

static bool replay_has_notes(const struct pt_replay_state *state, int64_t n)
{
    return (int64_t)state->n_notes >= n;
}

static bool replay_has_speed(const struct pt_replay_state *state, int64_t speed)
{
    return (int64_t)state->speed == speed;
}

/* An engine that is recorded as the configuration says. */
static struct flow *start_recorded(const struct pt_run *run, const char *const *settings)
{
    struct flow *flow = flow_start(run, settings);
    assert_int_equal(pt_record_start(flow->cfg, run, flow->eng, NULL), PT_OK);
    return flow;
}

/* Five seconds of an engine, as the engine itself records them; returns when they ended. The
 * recording's path is the caller's to free. */
static int64_t record_five_seconds(char **path)
{
    struct flow *flow = start_recorded(FLOW_RUN(.start = PT_STREAM_ALL, .duration_ms = 5000,
                                                .has_sink_drain = true, .has_connectors = true),
                                       FLOW_SET("pintop.record=on"));
    flow_run_out(flow);
    int64_t end_ms = flow->snap->time_ms;
    flow_close(flow);
    *path = strdup(scratch_path("state/record"));
    return end_ms;
}

static struct pt_link open_replay(const char *path, int64_t at_ms, struct pt_replay_state *now)
{
    struct pt_run run = {.recording = path, .recording_at_ms = at_ms};
    struct pt_error err = {0};
    struct pt_link link;
    if (pt_replay_open(NULL, &run, &link, &err) != PT_OK)
        fail_msg("%s", err.what);
    assert_true(pt_link_replay_state(&link, now));
    return link;
}

static void test_a_recording_is_a_link(void **state)
{
    struct pt_error err = {0};
    struct pt_replay_state now;
    char *path = NULL;
    (void)state;
    int64_t end_ms = record_five_seconds(&path);
    struct pt_link link = open_replay(path, end_ms - 86400000, &now);
    assert_int_equal(now.time_ms, now.first_ms);
    assert_false(now.is_playing);
    assert_in_range(now.last_ms - now.first_ms, 4000, 60000);

    /* It takes no commands. */
    const struct pt_command cmd = {.kind = PT_CMD_REFRESH};
    assert_false(pt_link_can_submit(&link));
    assert_int_equal(pt_link_submit(&link, &cmd, NULL, &err), PT_ECLOSED);
    assert_string_equal(err.what, "command: what is shown here takes no commands");

    /* To its end, and no further. */
    const struct pt_snapshot *snap = pt_link_acquire(&link);
    assert_int_equal(snap->streams->streams[PT_PIN].delivered, 0);
    pt_snapshot_release(snap);
    pt_link_replay(&link, PT_REPLAY_JUMP, now.last_ms);
    wait_for_replay(&link, replay_is_at, now.last_ms);
    snap = pt_link_acquire(&link);
    assert_true(snap->streams->streams[PT_PIN].delivered > 10);
    assert_int_equal(snap->time_ms, now.last_ms);
    pt_snapshot_release(snap);
    pt_link_replay(&link, PT_REPLAY_STEP, 0);
    wait_for_replay(&link, replay_has_notes, (int64_t)now.n_notes + 1);
    wait_for_replay(&link, replay_is_at_end, 0);
    pt_link_free(&link);
    free(path);
}

/* Each mark is where history has it, in both directions. */
static void test_from_mark_to_mark(void **state)
{
    struct pt_replay_state now;
    struct pt_history history;
    int64_t times[100];
    size_t n = 0;
    char *path = NULL;
    (void)state;
    record_five_seconds(&path);
    struct pt_link link = open_replay(path, 0, &now);
    assert_int_equal(pt_history_read(path, PT_UNKNOWN, PT_UNKNOWN, &history, NULL), PT_OK);
    times[n++] = now.first_ms;
    for (size_t i = 0; i < history.n_marks && n < 100; i++)
        if (history.marks[i].time_ms > times[n - 1])
            times[n++] = history.marks[i].time_ms;
    pt_history_done(&history);
    assert_true(n > 1);
    for (size_t i = 1; i < n; i++) {
        pt_link_replay(&link, PT_REPLAY_NEXT, 0);
        wait_for_replay(&link, replay_is_at, times[i]);
        const struct pt_snapshot *snap = pt_link_acquire(&link);
        assert_true(snap->time_ms >= times[i] || snap->time_ms == now.last_ms);
        pt_snapshot_release(snap);
    }
    for (size_t i = n - 1; i-- > 0;) {
        pt_link_replay(&link, PT_REPLAY_BACK, 0);
        wait_for_replay(&link, replay_is_at, times[i]);
    }
    pt_link_free(&link);
    free(path);
}

/* As fast as it can be. */
static void test_what_is_played_ends(void **state)
{
    struct pt_replay_state now;
    char *path = NULL;
    (void)state;
    record_five_seconds(&path);
    struct pt_link link = open_replay(path, 0, &now);
    for (int i = 0; i < 10; i++)
        pt_link_replay(&link, PT_REPLAY_FASTER, 0);
    wait_for_replay(&link, replay_has_speed, 300);
    pt_link_replay(&link, PT_REPLAY_PLAY, 0);
    wait_for_replay(&link, replay_is_at_end, 0);
    wait_for_replay(&link, replay_is_at, now.last_ms);
    pt_link_stop(&link, "quit", 0);
    assert_true(pt_link_is_stopped(&link));
    pt_link_free(&link);
    free(path);
}

static void wait_recorded(struct flow *flow)
{
    char path[4096];
    struct pt_history history = {0};
    int64_t until_us = clock_mono_us() + 20000000;
    while (history.n_marks == 0) {
        pt_history_done(&history);
        assert_true(clock_mono_us() < until_us);
        flow_watch(flow, 50);
        if (pt_record_find(flow->cfg, path, sizeof path, NULL) == PT_OK)
            pt_history_read(path, PT_UNKNOWN, PT_UNKNOWN, &history, NULL);
    }
    pt_history_done(&history);
}

/* ---- the answer to the question ---- */

/* Yes, while the engine runs, counts at once and for the next one. */
static void test_an_answer_counts_for_good(void **state)
{
    (void)state;
    struct flow *flow = start_recorded(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_NONE);
    flow_wait_delivered(flow, PT_STREAM_ALL, 3);
    assert_true(pt_record_is_undecided(flow->cfg));
    assert_int_equal(pt_record_find(flow->cfg, (char[4096]){0}, 4096, NULL), PT_ENOTFOUND);
    assert_int_equal(pt_record_decide(flow->cfg, true, flow->eng, NULL), PT_OK);
    wait_recorded(flow);
    int64_t until_us = clock_mono_us() + 20000000; /* another thread writes the answer */
    while (pt_record_is_undecided(flow->cfg) && clock_mono_us() < until_us)
        flow_watch(flow, 50);
    assert_false(pt_record_is_undecided(flow->cfg));
    flow_close(flow);
    assert_int_equal(rename(scratch_path("state/record"), scratch_path("before")), 0);
    flow = start_recorded(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_NONE);
    wait_recorded(flow);
    flow_close(flow);
    assert_int_equal(rename(scratch_path("state/record"), scratch_path("after")), 0);
    flow = start_recorded(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_SET("pintop.record=off"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 3);
    flow_close(flow);
    assert_int_not_equal(access(scratch_path("state/record"), F_OK), 0);
}

/* ---- a run that is killed ---- */

/* The newest time that can be read now. */
static int64_t recorded_until(int64_t *first_ms)
{
    struct recorded *reading = NULL;
    int64_t last_ms = PT_UNKNOWN;
    if (reading_open(scratch_path("state/record"), &reading, NULL) == PT_OK) {
        last_ms = reading_last_ms(reading);
        *first_ms = reading_first_ms(reading);
    }
    reading_close(reading);
    return last_ms;
}

/* It is read while it is written, and what was read then is there after the kill. */
static void test_a_run_that_is_killed_can_be_read(void **state)
{
    int status = 0;
    int64_t first_ms = 0, seen_ms = PT_UNKNOWN, until_us = clock_mono_us() + 60000000;
    (void)state;
    pid_t pid = recorded_run_spawn();
    while ((seen_ms == PT_UNKNOWN || seen_ms - first_ms < 6000) && clock_mono_us() < until_us &&
           waitpid(pid, &status, WNOHANG) == 0) {
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        seen_ms = recorded_until(&first_ms);
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    int64_t last_ms = recorded_until(&first_ms);
    assert_true(seen_ms - first_ms >= 6000);
    assert_true(last_ms >= seen_ms);
    struct pt_history history;
    assert_int_equal(
        pt_history_read(scratch_path("state/record"), PT_UNKNOWN, PT_UNKNOWN, &history, NULL),
        PT_OK);
    assert_true(history.n_marks > 0);
    assert_int_equal(history.last_ms, last_ms);
    pt_history_done(&history);
}

/* ---- a disk without room ---- */

static int count_events(const struct flow *flow, const char *text)
{
    int n = 0;
    for (size_t i = 0; i < flow->snap->events->n_events; i++)
        n += strstr(flow->snap->events->events[i]->text, text) != NULL;
    return n;
}

/* The cluster is outside, so that nothing but the recording and the checkpoints needs the disk. The
 * checkpoints are smaller than the limit. */
static void test_a_full_disk_is_told_once(void **state)
{
    (void)state;
    struct embedded *cluster =
        flow_cluster((const char *const[]){"demo.pin", "demo.geo", "demo.user", NULL}, 3);
    struct flow *flow = start_recorded(
        FLOW_RUN(.start = PT_STREAM_ALL),
        FLOW_SET(flow_servers(cluster), "pintop.record=on", "pintop.stream.rate=100"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 50);
    full_disk_set(2000);
    flow_wait_event(flow, "recording: write");
    int64_t delivered = flow_stream(flow, PT_PIN)->delivered;
    flow_watch(flow, 6500); /* at least one more attempt */
    assert_int_equal(count_events(flow, "recording: write"), 1);
    assert_int_equal(count_events(flow, "recording: it goes on"), 0);
    flow_wait_delivered(flow, PT_STREAM_ALL, delivered + 500);
    full_disk_set(RLIM_INFINITY);
    flow_wait_event(flow, "recording: it goes on");
    flow_close(flow);
}

int main(void)
{
#define FLOW_TEST(f) cmocka_unit_test_setup_teardown(f, flow_setup, flow_teardown)
    const struct CMUnitTest tests[] = {
        FLOW_TEST(test_replay_is_what_was_shown),  FLOW_TEST(test_a_recording_is_a_link),
        FLOW_TEST(test_from_mark_to_mark),         FLOW_TEST(test_what_is_played_ends),
        FLOW_TEST(test_an_answer_counts_for_good), FLOW_TEST(test_a_run_that_is_killed_can_be_read),
        FLOW_TEST(test_a_full_disk_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
