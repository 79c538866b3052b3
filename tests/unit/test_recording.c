/* What is written to a recording: the pace, the files, the ring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pintop/report.h"
#include "record/reading.h"
#include "record/unpack.h"
#include "recording.h"

static void figures_are_taken_each_three_seconds_and_news_at_once(void **state)
{
    (void)state;
    struct recording *rec = begin(true, 64 << 20);
    take_well(rec);
    assert_true(recording_has_written(rec));
    pass(1000);
    take_well(rec);
    assert_false(recording_has_written(rec));
    pass(1000);
    take_well(rec);
    assert_false(recording_has_written(rec));
    pass(1000);
    take_well(rec);
    assert_true(recording_has_written(rec));
    take_well(rec); /* the same snapshot again */
    assert_false(recording_has_written(rec));
    pass(1000);
    fixture.session.verdict = PT_V_STALLED;
    take_well(rec);
    assert_true(recording_has_written(rec));
    recording_free(rec);
}

static char *text_of(const struct pt_snapshot *snap)
{
    char *text = pt_snapshot_json(snap);
    assert_non_null(text);
    return text;
}

/* 1,050 seconds of changing figures: two files, minutes in between. Every snapshot comes back,
 * forward and backward, and at its time. */
static void what_was_taken_comes_back(void **state)
{
    enum { TAKEN = 350 };
    static char *texts[TAKEN];
    static int64_t times[TAKEN];
    struct recorded *reading = NULL;
    struct ring ring;
    (void)state;
    struct recording *rec = begin(true, 64 << 20);
    for (int i = 0; i < TAKEN; i++) {
        fixture.streams.streams[i % 3].generated += i;
        fixture.series.last_sample++;
        fixture.series.produced[fixture.series.last_sample % PT_SERIES_LEN] = (float)i;
        times[i] = fixture.snap.time_ms;
        const struct pt_snapshot *same = NULL;
        renew();
        char *json = text_of(&fixture.snap);
        assert_int_equal(pt_snapshot_read(json, strlen(json), &same, NULL), PT_OK);
        free(json);
        texts[i] = text_of(same);
        pt_snapshot_release(same);
        take_well(rec);
        assert_true(recording_has_written(rec));
        pass(3000);
    }
    recording_free(rec);
    count_files(&ring);
    assert_int_equal(ring.n, 2);
    ring_done(&ring);
    assert_int_equal(reading_open(scratch_path("record"), &reading, NULL), PT_OK);
    assert_int_equal(reading_first_ms(reading), times[0]);
    assert_int_equal(reading_last_ms(reading), times[TAKEN - 1]);
    for (int i = 0; i < 2 * TAKEN; i++) {
        int at = i < TAKEN ? i : 2 * TAKEN - 1 - i;
        const struct pt_snapshot *snap = reading_snapshot(reading);
        assert_non_null(snap);
        assert_int_equal(snap->time_ms, times[at]);
        char *text = text_of(snap);
        assert_string_equal(text, texts[at]);
        free(text);
        pt_snapshot_release(snap);
        assert_int_equal(reading_step(reading, i < TAKEN), i != TAKEN - 1 && i != 2 * TAKEN - 1);
    }
    for (int i = 0; i < TAKEN; i += 17) {
        reading_seek(reading, times[i] + 1500);
        const struct pt_snapshot *snap = reading_snapshot(reading);
        char *text = text_of(snap);
        assert_string_equal(text, texts[i]);
        free(text);
        pt_snapshot_release(snap);
    }
    reading_close(reading);
    for (int i = 0; i < TAKEN; i++)
        free(texts[i]);
}

/* So that damage does not last up to its end. */
static void one_file_has_a_whole_snapshot_every_ten_minutes(void **state)
{
    struct unpacked file;
    size_t n_keys = 0;
    (void)state;
    struct recording *rec = begin(false, 0);
    for (int i = 0; i < 25; i++) {
        fixture.streams.streams[0].generated++;
        take_well(rec);
        pass(60000);
    }
    recording_free(rec);
    assert_int_equal(unpack_file(scratch_path("one"), &file, NULL), PT_OK);
    for (size_t i = 0; i < file.n_lines; i++)
        n_keys += file.lines[i].kind == LINE_KEY;
    assert_int_equal(n_keys, 3);
    assert_false(file.is_cut);
    unpacked_done(&file);
}

static void what_is_no_recording_is_refused(void **state)
{
    struct recorded *reading = NULL;
    struct pt_error err;
    struct recording *rec = begin(false, 0);
    (void)state;
    scratch_put("one", "precious\n");
    assert_int_equal(take(rec, &err), PT_EEXISTS);
    assert_non_null(strstr(err.what, "exists and is not a recording"));
    char *text = scratch_get("one");
    assert_string_equal(text, "precious\n");
    free(text);
    assert_int_equal(reading_open(scratch_path("one"), &reading, &err), PT_EDATA);
    assert_non_null(strstr(err.what, "is not a recording"));
    assert_int_equal(reading_open(scratch_path("none"), &reading, &err), PT_ENOTFOUND);
    assert_int_equal(mkdir(scratch_path("empty"), 0700), 0);
    assert_int_equal(reading_open(scratch_path("empty"), &reading, &err), PT_ENOTFOUND);
    recording_free(rec);
}

static void files_are_for_their_owner_alone(void **state)
{
    struct stat st;
    struct ring ring;
    char path[600];
    (void)state;
    struct recording *rec = begin(true, 64 << 20);
    take_well(rec);
    count_files(&ring);
    assert_int_equal(ring.n, 1);
    snprintf(path, sizeof path, "%s/%s", scratch_path("record"), ring.files[0].name);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(scratch_path("record"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    ring_done(&ring);
    recording_free(rec);
}

static void two_do_not_record_to_one_ring(void **state)
{
    struct pt_error err;
    (void)state;
    struct recording *one = begin(true, 64 << 20), *two = begin(true, 64 << 20);
    take_well(one);
    assert_int_equal(take(two, &err), PT_ELOCKED);
    assert_non_null(strstr(err.what, "another pintop records to"));
    recording_free(one);
    pass(3000);
    take_well(two);
    recording_free(two);
}

/* It says why. */
static void a_lock_that_cannot_be_opened_is_an_error(void **state)
{
    struct pt_error err;
    char path[600];
    (void)state;
    struct recording *rec = begin(true, 64 << 20);
    assert_int_equal(mkdir(scratch_path("record"), 0700), 0);
    snprintf(path, sizeof path, "%s/lock", scratch_path("record"));
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_int_equal(take(rec, &err), PT_EIO);
    assert_non_null(strstr(err.what, "/record/lock: Too many levels of symbolic links"));
    recording_free(rec);
}

/* ---- the ring ---- */

static void old_files_leave_the_ring(void **state)
{
    struct ring ring;
    (void)state;
    struct recording *rec = begin(true, 64 << 20);
    int64_t begun_ms = fixture.snap.time_ms;
    for (int i = 0; i < 30 * 6; i++) { /* 30 hours, by ten minutes */
        take_well(rec);
        pass(600000);
    }
    recording_free(rec);
    count_files(&ring);
    assert_in_range(ring.n, 24 * 6, 24 * 6 + 2);
    assert_true(ring.files[0].begun_ms > begun_ms);
    ring_done(&ring);
}

static void a_ring_keeps_its_limit(void **state)
{
    enum { LIMIT = 100000 };
    struct ring ring;
    uint64_t all = 0;
    (void)state;
    struct recording *rec = begin(true, LIMIT);
    srand(15);
    for (int i = 0; i < 2000; i++) {
        for (int k = 0; k < 40; k++)
            fixture.series.in[k] = (float)rand();
        fixture.series.last_sample = 900;
        take_well(rec);
        pass(3000);
    }
    recording_free(rec);
    count_files(&ring);
    for (size_t i = 0; i < ring.n; i++)
        all += ring.files[i].bytes;
    assert_in_range(all, LIMIT / 2, LIMIT);
    ring_done(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORD_TEST(figures_are_taken_each_three_seconds_and_news_at_once),
        RECORD_TEST(what_was_taken_comes_back),
        RECORD_TEST(one_file_has_a_whole_snapshot_every_ten_minutes),
        RECORD_TEST(what_is_no_recording_is_refused),
        RECORD_TEST(files_are_for_their_owner_alone),
        RECORD_TEST(two_do_not_record_to_one_ring),
        RECORD_TEST(a_lock_that_cannot_be_opened_is_an_error),
        RECORD_TEST(old_files_leave_the_ring),
        RECORD_TEST(a_ring_keeps_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
