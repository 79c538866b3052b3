/* Minutes over a restart: engines that begin, are killed and begin again, each with the real part
 * of the minutes, recorded for real, and each putting what was recorded before it in front of its
 * own. What is right is known, because the worlds are made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "parts/minutes.h"
#include "record/recall.h"
#include "recording.h"
#include "test_desk.h"

enum { MINUTE = 60000, TAKE_S = 20, WORLD_MINUTES = 4000, ENGINES_MAX = 16 };

static uint32_t dice_state;

static int dice(int sides)
{
    dice_state = dice_state * 1664525u + 1013904223u;
    return (int)((dice_state >> 8) % (uint32_t)sides);
}

/* What happened. Minutes are counted from the beginning of the test desk's clock. */
static struct world {
    int64_t ms;       /* of the present, since the clock's beginning */
    int64_t ahead_ms; /* the latest time that the clock has shown before it was set back */
    int n_engines;
    bool is_hasty; /* engines are killed before they have recalled anything */
    uint32_t
        ran[WORLD_MINUTES]; /* the engines that ran in a minute, as bits, unless they are foreign */
    uint32_t
        sure[WORLD_MINUTES]; /* those that ran in all of it, of which the recording must have it */
} world;

static struct test_desk desk;
static struct minutes_part minutes;

/* The rate of a minute, which is another one in each. */
static float rate_of(int64_t minute)
{
    return (float)(minute % 997) + 1;
}

static int64_t begin_ms(void)
{
    return test_desk_ms() - world.ms;
}

static void engine_begin(const char *topics)
{
    char setting[64];
    snprintf(setting, sizeof setting, "pintop.topics=%s", topics);
    const char *const settings[] = {"bootstrap.servers=127.0.0.1:1", "pintop.user.id=demo", setting,
                                    NULL};
    test_desk_init(&desk, settings);
    test_desk_wait_ms(world.ms);
    minutes_part_init(&minutes, &desk.desk, NULL);
    struct pt_series_section *seconds = section_new(sizeof *seconds);
    seconds->last_sample = -1;
    seconds->last_sample_ms = PT_UNKNOWN;
    test_desk_put(&desk, (const void **)&desk.now.series, seconds);
    test_desk_put(&desk, (const void **)&desk.now.minutes, minutes_part.section(&minutes));
    fixture.snap.series = desk.now.series;
    fixture.snap.minutes = desk.now.minutes;
    fixture.snap.time_ms = test_desk_ms();
}

static void engine_end(void)
{
    minutes_part_done(&minutes);
    test_desk_done(&desk);
    fixture.snap.series = &fixture.series;
    fixture.snap.minutes = &fixture.minutes;
}

static const struct pt_snapshot *engine_snapshot(void)
{
    fixture.snap.series = desk.now.series;
    fixture.snap.minutes = desk.now.minutes;
    fixture.snap.time_ms = test_desk_ms();
    fixture.snap.section.version++;
    renew();
    return snapshot_new(&fixture.snap, fixture.snap.section.version);
}

/* One second: the rate is the minute's, and what goes out the engine's number. */
static void engine_second(int number)
{
    struct pt_series_section *s = section_new(sizeof *s);
    struct pt_section head = s->section;
    *s = *desk.now.series;
    s->section = head;
    size_t at = (size_t)++s->last_sample % PT_SERIES_LEN;
    s->last_sample_ms = test_desk_ms();
    s->produced[at] = s->ack_p99_ms[at] = s->token_left_s[at] = NAN;
    s->in[at] = rate_of(world.ms / MINUTE);
    s->out[at] = (float)number;
    s->lag[at] = (float)(s->last_sample_ms / 1000 % 60);
    test_desk_put(&desk, (const void **)&desk.now.series, s);
    test_desk_put(&desk, (const void **)&desk.now.minutes, minutes_part.section(&minutes));
    test_desk_wait_ms(1000);
    world.ms += 1000;
}

/* What the recorder does at the start. Returns what is said of it. */
static const char *engine_recall(void)
{
    static char said[PT_TEXT_MAX];
    struct recall *recall = NULL;
    struct pt_error err = {0};
    const struct pt_snapshot *now = engine_snapshot();
    pt_code code = recall_open(scratch_path("record"), now, &recall, &err);
    pt_snapshot_release(now);
    text_copy(said, sizeof said, code == PT_OK || code == PT_ENOTFOUND ? "" : err.what);
    if (code != PT_OK)
        return said;
    while (recall_step(recall)) {
    }
    const struct pt_series_section *found = recall_found(recall);
    if (found != NULL)
        test_desk_take(&minutes_part, &minutes, fact_copy(FACT_PAST, found, sizeof *found));
    recall_say(recall, said, sizeof said);
    recall_close(recall);
    return said;
}

/* Cuts the end off the newest file, as when the machine lost it. */
static void cut_newest(off_t bytes)
{
    struct ring ring;
    char path[4096];
    struct stat st;
    count_files(&ring);
    snprintf(path, sizeof path, "%s/%s", scratch_path("record"), ring.files[ring.n - 1].name);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size > bytes ? st.st_size - bytes : 0), 0);
    ring_done(&ring);
}

/* An engine for so many seconds, recorded. */
static void engine_run(const char *topics, int seconds, bool is_killed)
{
    int number = world.n_engines++;
    bool is_ours = strcmp(topics, "ours") == 0;
    int64_t first = world.ms / MINUTE + (world.ms % MINUTE > 0);
    engine_begin(topics);
    if (!world.is_hasty)
        engine_recall();
    struct recording *rec = begin(true, 1 << 24);
    for (int i = 0; i < seconds; i++) {
        world.ran[world.ms / MINUTE] |= is_ours ? 1u << number : 0;
        engine_second(number);
        if (i % TAKE_S != 0 && i + 1 < seconds)
            continue;
        const struct pt_snapshot *snap = engine_snapshot();
        assert_int_equal(recording_take(rec, snap, test_desk_ms(), NULL), PT_OK);
        pt_snapshot_release(snap);
    }
    recording_free(rec);
    int64_t last = (world.ms - (is_killed ? 130000 : 0)) / MINUTE;
    for (int64_t minute = first; is_ours && minute < last; minute++)
        if (minute * MINUTE >= world.ahead_ms)
            world.sure[minute] |= 1u << number;
    if (is_killed)
        cut_newest(1 + dice(200));
    engine_end();
}

/* ---- what must be so ---- */

static int64_t minute_of(int64_t sample)
{
    int64_t ms = desk.now.minutes->last_sample_ms -
                 (desk.now.minutes->last_sample - sample) * MINUTE - begin_ms();
    assert_int_equal(ms % MINUTE, 0);
    return ms / MINUTE;
}

/* Each sample is of an engine that ran in its minute, and has the minute's rate. */
static void check_sample(int64_t sample, uint32_t *known)
{
    size_t at = (size_t)sample % PT_SERIES_LEN;
    int64_t minute = minute_of(sample);
    float in = desk.now.minutes->in[at], out = desk.now.minutes->out[at];
    assert_int_equal(isnan(in), isnan(out));
    if (isnan(in))
        return;
    assert_in_range(minute, 0, WORLD_MINUTES - 1);
    known[minute] = 1;
    if (in != rate_of(minute))
        fail_msg("minute %d is %g, not %g", (int)minute, (double)in, (double)rate_of(minute));
    if ((world.ran[minute] >> (int)out & 1) == 0)
        fail_msg("minute %d is of engine %d, which did not run then", (int)minute, (int)out);
}

static void check_world(void)
{
    static uint32_t known[WORLD_MINUTES];
    const struct pt_series_section *s = desk.now.minutes;
    int64_t now = world.ms / MINUTE, first = s->last_sample - PT_SERIES_LEN + 1;
    memset(known, 0, sizeof known);
    for (int64_t i = first > 0 ? first : 0; i <= s->last_sample; i++)
        check_sample(i, known);
    for (int64_t minute = now > PT_SERIES_LEN ? now - PT_SERIES_LEN + 1 : 0; minute < now; minute++)
        if (world.sure[minute] != 0 && !known[minute])
            fail_msg("minute %d of %d is unknown, but engines %x ran in it", (int)minute, (int)now,
                     world.sure[minute]);
    for (size_t i = 1; i < s->n_restarts; i++)
        assert_true(s->restarts[i].begun_ms > s->restarts[i - 1].begun_ms);
}

/* An engine looks back: it runs for a second, so that it has a minute. Not recorded. */
static const char *look_back(void)
{
    int number = world.n_engines++;
    engine_begin("ours");
    const char *said = engine_recall();
    world.ran[world.ms / MINUTE] |= 1u << number;
    engine_second(number);
    return said;
}

static int recall_setup(void **state)
{
    world = (struct world){0};
    return setup(state);
}

/* ---- tests ---- */

static void nothing_recorded_is_nothing_known(void **state)
{
    (void)state;
    assert_string_equal(look_back(), "");
    assert_int_equal(desk.now.minutes->last_sample, -1);
    assert_int_equal(desk.now.minutes->n_restarts, 0);
    engine_end();
}

static void a_run_before_stands_before_the_own_minutes(void **state)
{
    (void)state;
    world.ms = 30000;
    engine_run("ours", 600, false);
    int64_t ended_ms = world.ms;
    world.ms += 5 * INT64_C(60000);
    assert_string_equal(look_back(), "");
    const struct pt_series_section *s = desk.now.minutes;
    check_world();
    assert_int_equal(minute_of(s->last_sample), world.ms / MINUTE - 1);
    assert_true(isnan(s->in[s->last_sample % PT_SERIES_LEN]));
    assert_int_equal(s->n_restarts, 1);
    assert_int_equal(s->restarts[0].ended_ms - begin_ms(), ended_ms);
    assert_int_equal(s->restarts[0].begun_ms - begin_ms(), world.ms - 1000);
    assert_non_null(strstr(test_desk_event(&desk), "2026-01-01T00:00:00.000Z to "
                                                   "2026-01-01T00:10:30.000Z stands before"));
    /* The lag's peak of a whole minute is that of its last second, and the first minute began late.
     */
    assert_true(s->lag[0] == 59 && s->lag[10] == 29);
    engine_end();
}

/* A minute that this engine has seen itself is its own, also when the one before saw a part of it.
 */
static void own_minutes_stay(void **state)
{
    (void)state;
    engine_run("ours", 100, false); /* ends at 1:40 */
    engine_begin("ours");
    int number = world.n_engines++;
    for (int i = 0; i < 200; i++) /* from 1:40 to 5:00 */
        engine_second(number);
    assert_int_equal(desk.now.minutes->last_sample, 2);
    engine_recall();
    engine_second(number);
    const struct pt_series_section *s = desk.now.minutes;
    assert_int_equal(s->last_sample, 4);
    assert_true(s->out[0] == 0);
    for (int i = 1; i <= 4; i++)
        assert_true(s->out[i] == (float)number);
    engine_end();
}

/* Of a minute in which one engine ended and the next one began, the later one's is kept: of both
 * whole minutes and the seconds of one that did not end. */
static void the_later_engine_has_the_minute_of_both(void **state)
{
    (void)state;
    world.is_hasty = true;
    engine_run("ours", 100, false); /* ends at 1:40 */
    engine_run("ours", 100, false); /* ends at 3:20 */
    engine_run("ours", 10, false);  /* ends at 3:30 */
    world.ms += 120000;
    look_back();
    const struct pt_series_section *s = desk.now.minutes;
    const float engines[] = {0, 1, 1, 2}; /* the last one has a few seconds only */
    for (int64_t i = 0; i < 4; i++) {
        assert_int_equal(minute_of(i), i);
        assert_true(s->out[i] == engines[i]);
    }
    assert_true(s->lag[0] == 59 && s->lag[1] == 59 && s->lag[3] == 29);
    assert_int_equal(s->n_restarts, 3);
    /* What is told a second time changes nothing. */
    engine_recall();
    engine_second(3);
    assert_int_equal(desk.now.minutes->n_restarts, 3);
    assert_int_equal(minute_of(0), 0);
    engine_end();
}

static void others_are_left_out_and_that_is_said(void **state)
{
    (void)state;
    engine_run("theirs", 300, false);
    world.ms += 60000;
    assert_non_null(strstr(look_back(), "is of other servers, topics or groups"));
    assert_int_equal(desk.now.minutes->last_sample, -1);
    engine_end();
    engine_run("ours", 300, false);
    engine_run("theirs", 300, false);
    assert_string_equal(look_back(), "");
    check_world();
    assert_int_equal(desk.now.minutes->n_restarts, 1);
    engine_end();
}

static void damage_is_passed_over_and_said(void **state)
{
    (void)state;
    engine_run("ours", 900, false);
    world.ms += 60000;
    engine_run("ours", 900, false);
    char *path = NULL;
    struct ring ring;
    count_files(&ring);
    assert_true(ring.n >= 3);
    /* The newest is no recording at all, and of the one before it the middle is wrong. */
    assert_true(asprintf(&path, "record/%s", ring.files[ring.n - 1].name) > 0);
    scratch_put(path, "this is no recording\n");
    free(path);
    assert_true(asprintf(&path, "%s/%s", scratch_path("record"), ring.files[ring.n - 2].name) > 0);
    FILE *file = fopen(path, "r+e");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)ring.files[ring.n - 2].bytes / 2, SEEK_SET), 0);
    for (int i = 0; i < 100; i++)
        fputc(dice(256), file);
    fclose(file);
    free(path);
    ring_done(&ring);
    memset(world.sure + 15, 0, sizeof world.sure - 15 * sizeof *world.sure);
    assert_non_null(strstr(look_back(), "is damaged or is not a recording"));
    check_world();
    assert_true(desk.now.minutes->last_sample > 10);
    engine_end();
}

/* The address is the same, but another cluster answers there. */
static void another_cluster_takes_them_back(void **state)
{
    static struct pt_cluster_section first = {.id = "first"}, second = {.id = "second"};
    (void)state;
    first.section.refs = second.section.refs = 1000;
    engine_begin("ours");
    desk.now.cluster = &first;
    struct recording *rec = begin(true, 1 << 24);
    for (int i = 0; i < 300; i++)
        engine_second(0);
    assert_string_equal(desk.now.minutes->cluster_id, "first");
    const struct pt_snapshot *snap = engine_snapshot();
    assert_int_equal(recording_take(rec, snap, test_desk_ms(), NULL), PT_OK);
    pt_snapshot_release(snap);
    recording_free(rec);
    desk.now.cluster = NULL;
    engine_end();
    world.ran[0] = world.ran[1] = world.ran[2] = world.ran[3] = world.ran[4] = 1;
    world.n_engines = 1;
    look_back();
    assert_int_equal(desk.now.minutes->last_sample, 4);
    assert_true(desk.now.minutes->out[2] == 0);
    assert_string_equal(desk.now.minutes->cluster_id, "first");
    desk.now.cluster = &second;
    engine_second(1);
    assert_true(isnan(desk.now.minutes->out[2]));
    assert_int_equal(desk.now.minutes->n_restarts, 0);
    assert_string_equal(desk.now.minutes->cluster_id, "second");
    assert_non_null(
        strstr(test_desk_event(&desk), "is of cluster first, and this is cluster second"));
    /* Once it is known, it is not taken at all. */
    engine_recall();
    engine_second(1);
    assert_true(isnan(desk.now.minutes->out[2]));
    desk.now.cluster = NULL;
    engine_end();
}

/* More than a day: the oldest are left out, and with them their restarts. */
static void a_day_is_kept(void **state)
{
    (void)state;
    engine_run("ours", 1200, false);
    world.ms += 23 * INT64_C(3600000);
    engine_run("ours", 1200, false);
    world.ms += INT64_C(1800000);
    look_back();
    check_world();
    assert_int_equal(desk.now.minutes->n_restarts, 2);
    int number = world.n_engines++;
    for (int i = 0; i < 30 * 60; i++) {
        world.ran[world.ms / MINUTE] |= 1u << number;
        engine_second(number);
    }
    check_world();
    assert_int_equal(desk.now.minutes->n_restarts, 2);
    for (int i = 0; i < 23 * 60; i++) {
        test_desk_wait_ms(59000);
        world.ms += 59000;
        world.ran[world.ms / MINUTE] |= 1u << number;
        engine_second(number);
    }
    check_world();
    assert_int_equal(desk.now.minutes->n_restarts, 1);
    engine_end();
}

/* Minutes that the clock shows twice may be left out: one of the two was wrong. */
static void set_clock_back(int64_t by_ms)
{
    world.ahead_ms = world.ms > world.ahead_ms ? world.ms : world.ahead_ms;
    world.ms -= by_ms;
    for (int64_t minute = world.ms / MINUTE; minute < WORLD_MINUTES; minute++)
        world.sure[minute] = 0;
}

/* Engines that end well or are killed, gaps, others in between, and a clock that is set back while
 * none runs. */
static void generated_worlds(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 30; seed++) {
        dice_state = seed * 7919;
        world = (struct world){.ms = INT64_C(1000) * dice(100000)};
        for (int i = 3 + dice(5); i > 0; i--) {
            world.is_hasty = dice(3) == 0;
            engine_run(dice(4) == 0 ? "theirs" : "ours", 20 + dice(1500), dice(3) == 0);
            world.ms += INT64_C(1000) * dice(dice(3) == 0 ? 10000 : 90);
            if (dice(5) == 0 && world.ms > 600000)
                set_clock_back(INT64_C(1000) * dice(600));
        }
        look_back();
        check_world();
        engine_end();
        struct ring ring;
        count_files(&ring);
        for (size_t i = 0; i < ring.n; i++) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", scratch_path("record"), ring.files[i].name);
            unlink(path);
        }
        ring_done(&ring);
    }
}

#define RECALL_TEST(f) cmocka_unit_test_setup_teardown(f, recall_setup, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECALL_TEST(nothing_recorded_is_nothing_known),
        RECALL_TEST(a_run_before_stands_before_the_own_minutes),
        RECALL_TEST(own_minutes_stay),
        RECALL_TEST(the_later_engine_has_the_minute_of_both),
        RECALL_TEST(others_are_left_out_and_that_is_said),
        RECALL_TEST(damage_is_passed_over_and_said),
        RECALL_TEST(another_cluster_takes_them_back),
        RECALL_TEST(a_day_is_kept),
        RECALL_TEST(generated_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
