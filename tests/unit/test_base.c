/* base/: buffers, histogram, printable text, clock, errors, log. Files are in test_base_file.c, the
 * queue in test_queue.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/event.h"
#include "base/hist.h"
#include "base/log.h"
#include "base/printable.h"
#include "base/queue.h"
#include "base/text.h"
#include "base/utf8.h"
#include "pintop/error.h"

/* ---- buf ---- */

static void buf_grows_up_to_its_maximum(void **state)
{
    struct buf buf;
    (void)state;
    buf_init(&buf, 1000);
    for (int i = 0; i < 250; i++)
        buf_append(&buf, "abcd", 4);
    assert_false(buf.is_over);
    assert_int_equal(buf.len, 1000);
    assert_int_equal(strlen(buf.data), 1000);
    buf_append(&buf, "", 0);
    assert_false(buf.is_over);
    /* One more byte is dropped, and so is everything after it. */
    buf_append(&buf, "e", 1);
    assert_true(buf.is_over);
    assert_int_equal(buf.len, 1000);
    buf_puts(&buf, "");
    assert_null(buf_take(&buf, NULL));
    buf_reset(&buf);
    assert_false(buf.is_over);
    assert_string_equal(buf.data, "");
    buf_puts(&buf, "again");
    assert_string_equal(buf.data, "again");
    buf_done(&buf);
    assert_null(buf.data);
}

static void buf_drops_whole_appends(void **state)
{
    struct buf buf;
    (void)state;
    buf_init(&buf, 10);
    buf_puts(&buf, "12345678");
    buf_printf(&buf, "%d", 999);
    assert_string_equal(buf.data, "12345678");
    assert_true(buf.is_over);
    buf_puts(&buf, "9"); /* would fit, but would follow a gap */
    assert_string_equal(buf.data, "12345678");
    buf_done(&buf);
    buf_init(&buf, 0);
    buf_append(&buf, "", 0);
    assert_false(buf.is_over);
    buf_append(&buf, "x", 1);
    assert_true(buf.is_over);
    buf_done(&buf);
}

static void buf_formats_and_holds_any_bytes(void **state)
{
    struct buf buf;
    size_t len;
    (void)state;
    buf_init(&buf, 100000);
    buf_append(&buf, "a\0b", 3);
    buf_printf(&buf, "%05d|%s|%.*s", 42, "x%n%s", 2, "yz!");
    char *bytes = buf_take(&buf, &len);
    assert_int_equal(len, 3 + 5 + 1 + 5 + 1 + 2);
    assert_memory_equal(bytes, "a\0b00042|x%n%s|yz", len + 1);
    assert_null(buf.data);
    free(bytes);
    buf_printf(&buf, "%70000s", "wide");
    assert_int_equal(buf.len, 70000);
    buf_done(&buf);
}

static void buf_taken_empty(void **state)
{
    struct buf buf;
    size_t len = 5;
    (void)state;
    buf_init(&buf, 10);
    char *bytes = buf_take(&buf, &len);
    assert_string_equal(bytes, "");
    assert_int_equal(len, 0);
    free(bytes);
    buf_done(&buf);
}

/* ---- hist ---- */

static struct hist hist;

static void hist_of_nothing(void **state)
{
    (void)state;
    hist_init(&hist);
    struct hist_summary sum = hist_read(&hist);
    assert_int_equal(sum.total + sum.p50 + sum.p99 + sum.max, 0);
    hist_add(&hist, 0);
    sum = hist_read(&hist);
    assert_int_equal(sum.total, 1);
    assert_int_equal(sum.p50 + sum.p99 + sum.max, 0);
}

/* A quantile is at most 6 % off and never above the maximum. */
static void hist_is_near_enough(void **state)
{
    (void)state;
    for (uint64_t value = 1; value < UINT64_C(1) << 40; value += value / 7 + 1) {
        hist_init(&hist);
        hist_add(&hist, value);
        struct hist_summary sum = hist_read(&hist);
        assert_int_equal(sum.max, value);
        assert_true(sum.p50 <= value);
        assert_true((double)sum.p50 >= 0.94 * (double)value);
    }
    hist_init(&hist);
    for (uint64_t i = 1; i <= 10000; i++)
        hist_add(&hist, i * 10);
    struct hist_summary sum = hist_read(&hist);
    assert_in_range(sum.p50, 47000, 53000);
    assert_in_range(sum.p99, 93000, 100000);
    assert_int_equal(sum.max, 100000);
    assert_int_equal(sum.total, 10000);
}

static void hist_takes_anything(void **state)
{
    (void)state;
    hist_init(&hist);
    hist_add(&hist, UINT64_MAX);
    hist_add(&hist, UINT64_C(1) << 41);
    hist_add(&hist, INT64_MAX);
    struct hist_summary sum = hist_read(&hist);
    assert_int_equal(sum.total, 3);
    assert_true(sum.max == UINT64_MAX);
    assert_true(sum.p50 >= UINT64_C(1) << 40);
    /* Two slow values among a hundred show in p99 and not in p50. */
    hist_init(&hist);
    for (int i = 0; i < 98; i++)
        hist_add(&hist, 5);
    hist_add(&hist, 1000000);
    hist_add(&hist, 1000000);
    sum = hist_read(&hist);
    assert_int_equal(sum.p50, 5);
    assert_true(sum.p99 > 900000);
}

static void hist_since_a_mark(void **state)
{
    static struct hist_mark mark;
    (void)state;
    hist_init(&hist);
    for (int i = 0; i < 1000; i++)
        hist_add(&hist, 1000000);
    hist_mark(&hist, &mark);
    assert_int_equal(hist_read_since(&hist, &mark).total, 0);
    assert_int_equal(hist_read_since(&hist, &mark).max, 0);
    for (int i = 0; i < 10; i++)
        hist_add(&hist, 100);
    struct hist_summary sum = hist_read_since(&hist, &mark);
    assert_int_equal(sum.total, 10);
    assert_in_range(sum.p50, 94, 106);
    assert_in_range(sum.p99, 94, 106);
    assert_in_range(sum.max, 94, 106);
    assert_int_equal(hist_read(&hist).total, 1010);
}

/* ---- printable ---- */

static void assert_printable(const char *text, const char *want)
{
    char out[256];
    assert_int_equal(printable_str(out, sizeof out, text), strlen(want));
    assert_string_equal(out, want);
}

static void printable_lets_text_through(void **state)
{
    (void)state;
    assert_printable("", "");
    assert_printable(NULL, "");
    assert_printable("plain ~ text", "plain ~ text");
    assert_printable("caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe6\x97\xa5 "
                                                                  "\xf0\x9f\x98\x80");
}

static void printable_disarms_the_rest(void **state)
{
    (void)state;
    assert_printable("a\nb\rc\td", "a\\nb\\rc\\td");
    assert_printable("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m");
    assert_printable("\x1b]0;title\x07", "\\x1b]0;title\\x07");
    assert_printable("\x7f\x01", "\\x7f\\x01");
    assert_printable("\xc2\x9b"
                     "31m",
                     "\\x9b31m");      /* C1 CSI as UTF-8 */
    assert_printable("\x9b", "\\x9b"); /* and as a byte */
    assert_printable("a\xe2\x80\xae"
                     "b",
                     "a\\u202eb");                                  /* right-to-left override */
    assert_printable("\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069"); /* isolates */
    assert_printable("\xe2\x80\x8b\xef\xbb\xbf", "\\u200b\\ufeff"); /* zero width */
    assert_printable("\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"); /* line separators */
    assert_printable("\xf3\xa0\x81\x81", "\\ue0041");               /* tags */
}

static void printable_shows_bytes_that_are_no_text(void **state)
{
    (void)state;
    assert_printable("\xff\xfe", "\\xff\\xfe");
    assert_printable("\xc3", "\\xc3");
    assert_printable("\xc3(", "\\xc3(");
    assert_printable("\xc0\x80", "\\xc0\\x80"); /* overlong */
    assert_printable("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
    assert_printable("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* surrogate */
    assert_printable("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
    assert_printable("\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80");
    char out[32];
    assert_int_equal(printable_copy(out, sizeof out, "a\0b", 3), 6);
    assert_string_equal(out, "a\\x00b");
    assert_int_equal(printable_copy(out, sizeof out, NULL, 0), 0);
}

/* The text is cut at the end of a character or an escape, and is always terminated. */
static void printable_fits(void **state)
{
    static const char text[] = "a\xc3\xa9\x1b\xf0\x9f\x98\x80z";
    static const char whole[] = "a\xc3\xa9\\x1b\xf0\x9f\x98\x80z";
    (void)state;
    for (size_t cap = 0; cap <= sizeof whole + 2; cap++) {
        char out[32];
        memset(out, '#', sizeof out);
        size_t len = printable_str(out, cap, text);
        if (cap == 0) {
            assert_int_equal(out[0], '#');
            continue;
        }
        assert_true(len < cap);
        assert_int_equal(out[len], 0);
        assert_memory_equal(out, whole, len);
        assert_int_equal(out[cap], '#');
        assert_true(len == 0 || len == 1 || len == 3 || len == 7 || len == 11 || len == 12);
    }
}

static void printable_of_every_two_bytes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 65536; i++) {
        char in[2] = {(char)(i >> 8), (char)i}, out[32];
        size_t len = printable_copy(out, sizeof out, in, 2);
        for (const char *p = out; p < out + len;) {
            unsigned rune;
            size_t n = utf8_next(p, out + len, &rune);
            assert_true(n > 0);
            assert_true(rune >= 0x20 && rune != 0x7f && !(rune >= 0x80 && rune < 0xa0));
            p += n;
        }
    }
}

/* ---- the rest ---- */

static void clock_writes_rfc_3339(void **state)
{
    static const struct {
        int64_t ms;
        const char *want;
    } rows[] = {
        {0,                        "1970-01-01T00:00:00.000Z"},
        {999,                      "1970-01-01T00:00:00.999Z"},
        {-1,                       "1969-12-31T23:59:59.999Z"},
        {-1000,                    "1969-12-31T23:59:59.000Z"},
        {INT64_C(1795398726123),   "2026-11-23T01:52:06.123Z"},
        {INT64_C(951782400000),    "2000-02-29T00:00:00.000Z"},
        {INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
    };
    char out[32];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        clock_format_ms(rows[i].ms, out, sizeof out);
        assert_string_equal(out, rows[i].want);
    }
    /* Times out of range do not overrun the buffer. */
    clock_format_ms(INT64_MAX, out, sizeof out);
    assert_true(strlen(out) < sizeof out);
    clock_format_ms(INT64_MIN, out, sizeof out);
    assert_true(strlen(out) < sizeof out);
    int64_t a = clock_mono_us(), b = clock_mono_us();
    assert_true(a > 0 && b >= a);
    assert_true(clock_real_ms() > INT64_C(1700000000000));
}

static void noted_times_move_with_the_clock_and_nothing_else_does(void **state)
{
    static const int64_t none[] = {0, -1, INT64_MIN, INT64_MAX};
    int64_t at_ms = INT64_C(1795398726123);
    (void)state;
    clock_shift(&at_ms, -3600000);
    assert_int_equal(at_ms, INT64_C(1795395126123));
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        at_ms = none[i];
        clock_shift(&at_ms, 3600000);
        assert_int_equal(at_ms, none[i]);
    }
}

static void text_is_cut_to_fit(void **state)
{
    char out[4];
    (void)state;
    text_copy(out, sizeof out, "abcdef");
    assert_string_equal(out, "abc");
    text_copy(out, sizeof out, "ab");
    assert_string_equal(out, "ab");
    text_copy(out, sizeof out, NULL);
    assert_string_equal(out, "");
    text_copy(out, 1, "x");
    assert_string_equal(out, "");
}

static void errors_are_printable_values(void **state)
{
    struct pt_error err;
    char longest[PT_WHAT_MAX + 100];
    (void)state;
    assert_int_equal(pt_error_set(NULL, PT_EIO, "fix", "what"), PT_EIO);
    assert_int_equal(pt_error_set(&err, PT_ETIMEOUT, NULL, "%s: %s", "topic \x1b[2J", "why\n"),
                     PT_ETIMEOUT);
    assert_string_equal(err.what, "topic \\x1b[2J: why\\n");
    assert_string_equal(err.fix, "");
    assert_true(err.is_retriable);
    assert_false(err.is_fatal);
    memset(longest, '\x01', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    pt_error_set(&err, PT_EIO, longest, "%s", longest);
    assert_true(strlen(err.what) < PT_WHAT_MAX && strlen(err.what) > PT_WHAT_MAX - 8);
    assert_true(strlen(err.fix) < PT_FIX_MAX && strlen(err.fix) > PT_FIX_MAX - 8);
    /* An error made from its own texts: "WHAT: WHY" around the inner one. */
    pt_error_set(&err, PT_EDATA, "Repair it.", "inner");
    pt_error_set(&err, PT_EIO, err.fix, "outer: %s", err.what);
    assert_string_equal(err.what, "outer: inner");
    assert_string_equal(err.fix, "Repair it.");
    for (pt_code code = PT_OK; code <= PT_EUNHEALTHY; code++) {
        assert_true(strlen(pt_code_word(code)) > 0);
        assert_in_range(pt_code_exit(code), 0, 3);
    }
    assert_int_equal(pt_code_exit(PT_OK), 0);
}

static const struct pt_event *line;
static unsigned n_lines;

static void receive(void *arg, const struct pt_event *got)
{
    *(unsigned *)arg += 1;
    event_release(line);
    line = event_acquire(got);
}

static void log_lines_are_printable_and_filtered(void **state)
{
    (void)state;
    log_line(PT_ERROR, "x", "no receiver is set");
    log_set_receiver(receive, &n_lines);
    log_line(PT_DEBUG, "x", "below the level");
    assert_int_equal(n_lines, 0);
    log_line(PT_INFO, "a very long area", "%s %d", "\x1b]0;x\x07", 5);
    assert_int_equal(n_lines, 1);
    assert_string_equal(line->text, "\\x1b]0;x\\x07 5");
    assert_true(strlen(line->area) < sizeof line->area);
    assert_true(line->time_ms > 0);
    log_line(PT_WARN, "x", "%5000s", "wide");
    assert_int_equal(strlen(line->text), 5000);
    log_line(PT_WARN, "x", "%20000s password=hunter2", "wide");
    assert_int_equal(strlen(line->text), PT_TEXT_MAX - 1);
    assert_non_null(strstr(line->text, "…"));
    log_set_receiver(NULL, NULL);
    log_line(PT_ERROR, "x", "no receiver is set");
    assert_int_equal(n_lines, 3);
    event_release(line);
}

/* A text that was cut ends in an ellipsis, after a whole character. */
static void cut_texts_end_in_an_ellipsis(void **state)
{
    char out[40];
    (void)state;
    text_put(out, sizeof out, "%s", "short");
    assert_string_equal(out, "short");
    text_put(out, sizeof out, "%s", "a text of more bytes than there is room for here");
    assert_string_equal(out, "a text of more bytes than there is r\u2026");
    assert_int_equal(printable_str(out, sizeof out, "a denial that names its action, its resource"),
                     39);
    assert_string_equal(out, "a denial that names its action, its \u2026");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buf_grows_up_to_its_maximum),
        cmocka_unit_test(buf_drops_whole_appends),
        cmocka_unit_test(buf_formats_and_holds_any_bytes),
        cmocka_unit_test(buf_taken_empty),
        cmocka_unit_test(hist_of_nothing),
        cmocka_unit_test(hist_is_near_enough),
        cmocka_unit_test(hist_takes_anything),
        cmocka_unit_test(hist_since_a_mark),
        cmocka_unit_test(printable_lets_text_through),
        cmocka_unit_test(printable_disarms_the_rest),
        cmocka_unit_test(printable_shows_bytes_that_are_no_text),
        cmocka_unit_test(printable_fits),
        cmocka_unit_test(printable_of_every_two_bytes),
        cmocka_unit_test(clock_writes_rfc_3339),
        cmocka_unit_test(noted_times_move_with_the_clock_and_nothing_else_does),
        cmocka_unit_test(text_is_cut_to_fit),
        cmocka_unit_test(errors_are_printable_values),
        cmocka_unit_test(log_lines_are_printable_and_filtered),
        cmocka_unit_test(cut_texts_end_in_an_ellipsis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
