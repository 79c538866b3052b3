/* What is read from a recording: patches, and files that were cut off or are damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "pintop/report.h"
#include "record/patch.h"
#include "record/reading.h"
#include "record/segment.h"
#include "record/unpack.h"
#include "recording.h"
#include "report_fill.h"

static struct piece piece_of(const char *text)
{
    return (struct piece){text, strlen(text)};
}

/* ---- patches ---- */

/* The patch is this, and leads from the one to the other. */
static void check_patch(const char *before, const char *after, const char *expected)
{
    struct piece from = piece_of(before), to = piece_of(after);
    struct buf patch, made;
    buf_init(&patch, 1 << 28);
    buf_init(&made, 1 << 28);
    patch_make(&from, &to, &patch);
    if (expected != NULL)
        assert_string_equal(patch.data, expected);
    struct piece how = {patch.data, patch.len};
    assert_true(patch_apply(&from, &how, &made));
    assert_string_equal(made.data, after);
    buf_done(&patch);
    buf_done(&made);
}

static void a_patch_has_what_changed(void **state)
{
    (void)state;
    check_patch("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}", "{\"b\":3}");
    check_patch("{\"a\":1}", "{\"a\":1}", "{}");
    check_patch("{\"a\":{\"b\":[1],\"c\":\"x\"}}", "{\"a\":{\"b\":[1],\"c\":null}}",
                "{\"a\":{\"c\":null}}");
    check_patch("{\"a\":{}}", "{\"a\":{\"b\":1}}", "{\"a\":{\"=\":{\"b\":1}}}");
    check_patch("{\"a\":null}", "{\"a\":[1]}", "{\"a\":{\"=\":[1]}}");
    check_patch("{\"a\":[1]}", "{\"a\":5}", "{\"a\":5}");
    check_patch("{\"a\":[10,20,30,40]}", "{\"a\":[20,30,40,50]}", "{\"a\":{\"+\":[1,50]}}");
    check_patch("{\"a\":[10,20]}", "{\"a\":[10,20,30]}", "{\"a\":{\"+\":[0,30]}}");
    check_patch("{\"a\":[10,20,30]}", "{\"a\":[20,30]}", "{\"a\":{\"+\":[1]}}");
    check_patch("{\"a\":[10,20]}", "{\"a\":[1020]}", "{\"a\":{\"=\":[1020]}}");
    check_patch("{\"a\":[1,2,3]}", "{\"a\":[1,9,3]}", "{\"a\":{\"~\":{\"1\":9}}}");
    check_patch("{\"a\":[]}", "{\"a\":[1]}", "{\"a\":{\"=\":[1]}}");
    check_patch("{\"a\":[1]}", "{\"a\":[]}", "{\"a\":{\"=\":[]}}");
    check_patch("{\"a\":\"]},\\\"\"}", "{\"a\":\"[{\\\\\"}", "{\"a\":\"[{\\\\\"}");
    check_patch("{\"a\":{\"=\":1}}", "{\"a\":{\"=\":2}}", "{\"a\":{\"=\":{\"=\":2}}}");
}

static void ages_are_left_out(void **state)
{
    (void)state;
    struct piece from = piece_of("{\"age_s\":1,\"b\":2}"), to = piece_of("{\"age_s\":9,\"b\":2}");
    struct buf patch;
    buf_init(&patch, 100);
    patch_make(&from, &to, &patch);
    assert_string_equal(patch.data, "{}");
    buf_done(&patch);
}

static void what_is_no_patch_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "{",
                                      "{\"a\"",
                                      "{\"a\":}",
                                      "{\"b\":1}",
                                      "{\"a\":1,}",
                                      "{\"a\":{\"+\":[9]}}",
                                      "[1]",
                                      "{\"a\":{\"+\":[]}}",
                                      "{\"a\":{\"+\":[x]}}",
                                      "{\"a\":{\"~\":{\"7\":1}}}",
                                      "{\"a\":{\"~\":[1]}}",
                                      "{\"a\":{\"~\":{\"99999999999\":1}}}",
                                      "{\"a\":{\"b\":1}}",
                                      "{\"a\":1,\"a\":2}",
                                      "{,\"a\":1}"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct piece from = piece_of("{\"a\":[1,2],\"c\":3}"), patch = piece_of(bad[i]);
        struct buf made;
        buf_init(&made, 1000);
        if (patch_apply(&from, &patch, &made))
            fail_msg("taken: %s", bad[i]);
        buf_done(&made);
    }
}

/* Whatever a snapshot has in its fields. */
static void snapshots_come_back(void **state)
{
    (void)state;
    report_fill_begin();
    char *full = pt_snapshot_json(report_filled_snapshot());
    fixture_flowing(&fixture);
    char *plain = pt_snapshot_json(&fixture.snap);
    check_patch(plain, full, NULL);
    check_patch(full, plain, NULL);
    check_patch(plain, plain, "{}");
    free(full);
    free(plain);
}

/* ---- files that are cut off or damaged ---- */

static char *record_one(size_t *len)
{
    char *bytes = NULL;
    struct recording *rec = begin(false, 0);
    for (int i = 0; i < 40; i++) {
        fixture.streams.streams[0].generated += i;
        fixture.session.verdict = i == 20 ? PT_V_STALLED : fixture.session.verdict;
        take_well(rec);
        pass(3000);
    }
    recording_free(rec);
    assert_int_equal(file_read(scratch_path("one"), 1 << 24, &bytes, len, NULL), PT_OK);
    return bytes;
}

/* Whatever is cut off: what can be read is a beginning of the whole. */
static void a_torn_end_is_dropped(void **state)
{
    size_t len;
    struct unpacked whole, part;
    (void)state;
    char *bytes = record_one(&len);
    assert_int_equal(unpack_bytes("one", bytes, len, &whole, NULL), PT_OK);
    assert_false(whole.is_cut);
    size_t n_before = 0;
    for (size_t cut = 0; cut < len; cut += cut < 64 || cut > len - 64 ? 1 : 37) {
        if (unpack_bytes("one", bytes, cut, &part, NULL) != PT_OK)
            continue;
        assert_true(part.n_lines >= n_before && part.n_lines <= whole.n_lines);
        n_before = part.n_lines;
        for (size_t i = 0; i < part.n_lines; i++)
            assert_true(part.lines[i].kind == whole.lines[i].kind &&
                        piece_is(&part.lines[i].value, &whole.lines[i].value));
        unpacked_done(&part);
    }
    assert_int_equal(n_before, whole.n_lines);
    unpacked_done(&whole);
    free(bytes);
}

/* ---- damage ---- */

enum { TRUE_MAX = 200 };

/* The snapshots of the undamaged recording. */
static struct {
    int64_t time_ms;
    char *text;
} truths[TRUE_MAX];
static size_t n_truths;

static void learn_truths(const char *name)
{
    struct recorded *reading = NULL;
    n_truths = 0;
    assert_int_equal(reading_open(scratch_path(name), &reading, NULL), PT_OK);
    do {
        const struct pt_snapshot *snap = reading_snapshot(reading);
        assert_non_null(snap);
        assert_true(n_truths < TRUE_MAX);
        truths[n_truths].time_ms = snap->time_ms;
        truths[n_truths++].text = pt_snapshot_json(snap);
        pt_snapshot_release(snap);
    } while (reading_step(reading, true));
    reading_close(reading);
}

static void forget_truths(void)
{
    while (n_truths > 0)
        free(truths[--n_truths].text);
}

/* A snapshot of a damaged recording is what it was, or is not there. */
static void assert_true_or_none(const struct pt_snapshot *snap)
{
    size_t i = 0;
    if (snap == NULL)
        return;
    while (i < n_truths && truths[i].time_ms != snap->time_ms)
        i++;
    assert_in_range(i, 0, n_truths - 1);
    char *text = pt_snapshot_json(snap);
    assert_string_equal(text, truths[i].text);
    free(text);
}

/* Returns how many snapshots of a recording cannot be read; the others are true. */
static size_t count_lost(const char *name)
{
    struct recorded *reading = NULL;
    size_t n = 0;
    if (reading_open(scratch_path(name), &reading, NULL) != PT_OK)
        return n_truths;
    for (int turn = 0; turn < 2; turn++) { /* on, and back */
        do {
            const struct pt_snapshot *snap = reading_snapshot(reading);
            assert_true_or_none(snap);
            n += turn == 0 && snap == NULL;
            pt_snapshot_release(snap);
        } while (reading_step(reading, turn == 0));
    }
    reading_close(reading);
    return n;
}

/* free() */
static char *gunzip(char *bytes, size_t len)
{
    enum { TEXT_MAX = 1 << 22 };
    z_stream z = {.next_in = (unsigned char *)bytes, .avail_in = (unsigned)len};
    char *text = calloc(1, TEXT_MAX);
    z.next_out = (unsigned char *)text;
    z.avail_out = TEXT_MAX - 1;
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    inflateEnd(&z);
    return text;
}

/* A copy of the recording as "bad", in which one line is changed. */
static void copy_lines(size_t at, void (*change)(struct segment *to, char *line))
{
    char *bytes = NULL, *rest, *text;
    size_t len;
    unlink(scratch_path("bad"));
    struct segment *to = NULL;
    assert_int_equal(segment_open(scratch_path("bad"), &to, NULL), PT_OK);
    assert_int_equal(file_read(scratch_path("one"), 1 << 24, &bytes, &len, NULL), PT_OK);
    rest = text = gunzip(bytes, len);
    free(bytes);
    for (size_t i = 0; rest != NULL && *rest != '\0'; i++) {
        char *line = strsep(&rest, "\n");
        if (i == at)
            change(to, line);
        else
            segment_line(to, line, strlen(line));
    }
    assert_int_equal(segment_flush(to, NULL), PT_OK);
    segment_close(to);
    free(text);
}

/* The damage that is hardest to see: another figure. */
static void change_figure(struct segment *to, char *line)
{
    char *figure = strstr(line, "\"generated\":");
    assert_non_null(figure);
    figure += strlen("\"generated\":");
    figure[0] = figure[0] == '1' ? '2' : '1';
    segment_line(to, line, strlen(line));
}

static void leave_out(struct segment *to, char *line)
{
    (void)to, (void)line;
}

static void break_line(struct segment *to, char *line)
{
    segment_line(to, line, strlen(line) / 2);
}

/* Patches lead from one to the next, so what follows a damaged one is lost as well: a patch up to
 * the next minute, a minute or a whole snapshot up to the end of the file. */
static void what_follows_damage_is_not_made_up(void **state)
{
    static void (*const changes[])(struct segment *, char *) = {change_figure, leave_out,
                                                                break_line};
    struct unpacked whole;
    (void)state;
    size_t len, line = 0, n_frames = 0, n_deltas = 0, n_minutes = 0;
    char *bytes = record_one(&len);
    learn_truths("one");
    assert_int_equal(count_lost("one"), 0);
    assert_int_equal(unpack_bytes("one", bytes, len, &whole, NULL), PT_OK);
    for (; line < whole.n_lines; line++) {
        enum line_kind kind = whole.lines[line].kind;
        size_t left = 0;
        if (kind != LINE_DELTA && kind != LINE_MINUTE && kind != LINE_KEY)
            continue;
        for (size_t i = line; i < whole.n_lines; i++) {
            if (i > line && kind == LINE_DELTA && whole.lines[i].kind == LINE_MINUTE)
                break;
            left += whole.lines[i].kind >= LINE_KEY && whole.lines[i].kind <= LINE_DELTA;
        }
        for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
            copy_lines(line, changes[i]);
            size_t lost = count_lost("bad");
            if (changes[i] == change_figure)
                assert_int_equal(lost, left);
            else if (kind != LINE_KEY) /* its own frame is not there */
                assert_int_equal(lost, left - 1);
        }
        n_deltas += kind == LINE_DELTA;
        n_minutes += kind == LINE_MINUTE;
        n_frames++;
    }
    assert_true(n_minutes == 1 && n_deltas > 30 && n_frames == n_truths);
    unpacked_done(&whole);
    forget_truths();
    free(bytes);
}

/* Whatever history tells of a damaged recording, it tells of the whole one, too. */
static void assert_told_truly(const struct pt_history *whole)
{
    struct pt_history history;
    if (pt_history_read(scratch_path("bad"), PT_UNKNOWN, PT_UNKNOWN, &history, NULL) != PT_OK)
        return;
    for (size_t i = 0; i < history.n_marks; i++) {
        const struct pt_mark *mark = &history.marks[i];
        size_t k = 0;
        while (k < whole->n_marks &&
               (whole->marks[k].time_ms != mark->time_ms || whole->marks[k].kind != mark->kind ||
                strcmp(whole->marks[k].text, mark->text) != 0))
            k++;
        if (k == whole->n_marks)
            fail_msg("made up: %s", mark->text);
    }
    pt_history_done(&history);
}

static void change_mark(struct segment *to, char *line)
{
    char *figure = strstr(line, "STALLED");
    if (figure != NULL)
        memcpy(figure, "STALKED", 7);
    segment_line(to, line, strlen(line));
}

static void a_damaged_mark_is_not_told(void **state)
{
    size_t len;
    struct pt_history whole;
    struct unpacked lines;
    (void)state;
    char *bytes = record_one(&len);
    assert_int_equal(pt_history_read(scratch_path("one"), PT_UNKNOWN, PT_UNKNOWN, &whole, NULL),
                     PT_OK);
    assert_int_equal(unpack_bytes("one", bytes, len, &lines, NULL), PT_OK);
    for (size_t i = 0; i < lines.n_lines; i++) {
        copy_lines(i, change_mark);
        assert_told_truly(&whole);
    }
    assert_non_null(find_mark(&whole, PT_MARK_VERDICT, "STALLED"));
    unpacked_done(&lines);
    pt_history_done(&whole);
    free(bytes);
}

/* Nothing that is in a file may hurt who reads it. */
static void damage_hurts_nobody(void **state)
{
    size_t len, n_lost = 0;
    struct pt_history whole;
    (void)state;
    char *bytes = record_one(&len);
    learn_truths("one");
    assert_int_equal(pt_history_read(scratch_path("one"), PT_UNKNOWN, PT_UNKNOWN, &whole, NULL),
                     PT_OK);
    srand(14);
    for (int i = 0; i < 300; i++) {
        char *copy = malloc(len);
        memcpy(copy, bytes, len);
        for (int k = 0; k <= i % 5; k++)
            copy[(size_t)rand() % len] = (char)rand();
        assert_int_equal(file_replace(scratch_path("bad"), copy, len, 0600, NULL), PT_OK);
        n_lost += count_lost("bad");
        assert_told_truly(&whole);
        free(copy);
    }
    assert_true(n_lost > 0);
    pt_history_done(&whole);
    forget_truths();
    free(bytes);
}

/* A second run appends; the first one was killed. */
static void a_run_after_one_that_was_killed_is_read_too(void **state)
{
    size_t len;
    struct pt_history history;
    (void)state;
    char *bytes = record_one(&len);
    assert_int_equal(truncate(scratch_path("one"), (off_t)len - 100), 0);
    struct recording *rec = begin(false, 0);
    pass(60000);
    take_well(rec);
    int64_t last_ms = fixture.snap.time_ms;
    recording_free(rec);
    assert_int_equal(pt_history_read(scratch_path("one"), PT_UNKNOWN, PT_UNKNOWN, &history, NULL),
                     PT_OK);
    int starts = 0;
    for (size_t i = 0; i < history.n_marks; i++)
        starts += history.marks[i].kind == PT_MARK_START;
    assert_int_equal(starts, 2);
    assert_true(history.is_cut);
    assert_int_equal(history.last_ms, last_ms);
    pt_history_done(&history);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patch_has_what_changed),
        cmocka_unit_test(ages_are_left_out),
        cmocka_unit_test(what_is_no_patch_is_refused),
        RECORD_TEST(snapshots_come_back),
        RECORD_TEST(a_torn_end_is_dropped),
        RECORD_TEST(what_follows_damage_is_not_made_up),
        RECORD_TEST(a_damaged_mark_is_not_told),
        RECORD_TEST(damage_hurts_nobody),
        RECORD_TEST(a_run_after_one_that_was_killed_is_read_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
