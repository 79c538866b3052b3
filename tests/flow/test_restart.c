/* The charts over a restart: a real pintop records, is killed, and the engine that begins then has
 * its minutes before its own. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine_fixture.h"
#include "pintop/record.h"
#include "pintop/report.h"
#include "record/reading.h"
#include "recorded_run.h"
#include "scratch.h"

enum { RESTART_MINUTE = 60000 };

/* How long the recording is that can be read now. */
static int64_t recorded_ms(int64_t *last_ms)
{
    struct recorded *reading = NULL;
    int64_t length_ms = 0;
    if (reading_open(scratch_path("state/record"), &reading, NULL) == PT_OK) {
        *last_ms = reading_last_ms(reading);
        length_ms = *last_ms - reading_first_ms(reading);
    }
    reading_close(reading);
    return length_ms;
}

/* Runs and kills it; returns the last time that it has recorded. */
static int64_t run_and_kill(void)
{
    int status = 0;
    int64_t last_ms = 0, until_us = clock_mono_us() + 60000000;
    pid_t pid = recorded_run_spawn();
    while (recorded_ms(&last_ms) < 6000 && clock_mono_us() < until_us &&
           waitpid(pid, &status, WNOHANG) == 0)
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_true(recorded_ms(&last_ms) >= 6000);
    return last_ms;
}

/* An engine has the minute of its start for itself, so the next one begins in another minute. */
static void wait_for_another_minute(int64_t than_ms)
{
    int64_t until_us = clock_mono_us() + 90000000;
    while (clock_real_ms() / RESTART_MINUTE <= than_ms / RESTART_MINUTE) {
        assert_true(clock_mono_us() < until_us);
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
}

static bool has_restarts(const struct flow *flow, int64_t n)
{
    return (int64_t)flow->snap->minutes->n_restarts >= n;
}

static struct flow *restart(const char *const *settings)
{
    const struct pt_run *run = FLOW_RUN(.start = PT_STREAM_ALL, .has_connectors = true);
    struct flow *flow = flow_start(run, settings);
    assert_int_equal(pt_record_start(flow->cfg, run, flow->eng, NULL), PT_OK);
    return flow;
}

/* Some minute of before the start has a rate of the killed pintop, and none has more. */
static void check_past(const struct pt_series_section *s, int64_t ended_ms)
{
    float most = 0;
    for (int64_t i = 0; i <= s->last_sample; i++) {
        int64_t ms = s->last_sample_ms - (s->last_sample - i) * RESTART_MINUTE;
        float produced = s->produced[i % PT_SERIES_LEN];
        if (ms <= ended_ms && !isnan(produced))
            most = fmaxf(most, produced);
    }
    assert_true(most > 1 && most < 3 * RECORDED_RUN_RATE * 1.5f);
    assert_int_equal(s->restarts[0].ended_ms, ended_ms);
    assert_true(s->restarts[0].begun_ms > ended_ms);
}

/* The next engine has them; another one attached to it, and its own JSON, have the same; and so has
 * the engine after that. */
static void test_minutes_outlive_a_kill(void **state)
{
    (void)state;
    int64_t ended_ms = run_and_kill();
    wait_for_another_minute(ended_ms);
    struct flow *flow = restart(FLOW_SET("pintop.record=on", "pintop.stream.rate=10"));
    flow_wait(flow, has_restarts, 1, "what was recorded before");
    flow_wait_event(flow, "stands before this start");
    check_past(flow->snap->minutes, ended_ms);
    char *json = pt_snapshot_json(flow->snap);
    const struct pt_snapshot *again = NULL;
    assert_non_null(json);
    assert_int_equal(pt_snapshot_read(json, strlen(json), &again, NULL), PT_OK);
    check_past(again->minutes, ended_ms);
    pt_snapshot_release(again);
    free(json);
    flow_close(flow);

    flow = restart(FLOW_SET("pintop.record=on"));
    flow_wait(flow, has_restarts, 2, "what was recorded by both");
    check_past(flow->snap->minutes, ended_ms);
    flow_close(flow);
}

/* With other topics, they are not its own, and with a file that is none they are looked for in the
 * others; the engine goes on in both. */
static void test_others_and_damage_are_said(void **state)
{
    (void)state;
    int64_t ended_ms = run_and_kill();
    wait_for_another_minute(ended_ms);
    struct flow *flow =
        restart(FLOW_SET("pintop.record=on", "pintop.topics=other.*", "pintop.stream.rate=10"));
    flow_wait_event(flow, "is of other servers, topics or groups");
    flow_wait_delivered(flow, PT_STREAM_ALL, 10);
    assert_int_equal(flow->snap->minutes->n_restarts, 0);
    flow_close(flow);
    scratch_put("state/record/20991231T235959.999Z.jsonl.gz", "nothing that can be read\n");
    flow = restart(FLOW_SET("pintop.record=on"));
    flow_wait_event(flow, "is damaged or is not a recording");
    flow_wait(flow, has_restarts, 1, "what was recorded before");
    check_past(flow->snap->minutes, ended_ms);
    flow_wait_delivered(flow, PT_STREAM_ALL, 10);
    flow_close(flow);
}

int main(void)
{
#define RESTART_TEST(f) cmocka_unit_test_setup_teardown(f, flow_setup, flow_teardown)
    const struct CMUnitTest tests[] = {
        RESTART_TEST(test_minutes_outlive_a_kill),
        RESTART_TEST(test_others_and_damage_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
