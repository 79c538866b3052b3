/* The terminal's reports among the keys: however they are cut, none of their bytes becomes a key,
 * and no key is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "term/reports.h"

static struct reports reports;
static char keys[4096];
static size_t n_keys;
static int64_t now_ms;

static int begin(void **state)
{
    (void)state;
    reports_init(&reports);
    reports.has_focus = true;
    reports.esc_ms = REPORTS_ESC_LONG_MS;
    n_keys = 0;
    now_ms = 1000;
    return 0;
}

static void take(const char *bytes, size_t n)
{
    n_keys += reports_take(&reports, bytes, n, now_ms, keys + n_keys);
    keys[n_keys] = '\0';
}

static void take_text(const char *text)
{
    take(text, strlen(text));
}

static void wait_ms(int64_t ms)
{
    now_ms += ms;
    n_keys += reports_release(&reports, now_ms, keys + n_keys);
    keys[n_keys] = '\0';
}

static void reports_are_counted_and_are_no_keys(void **state)
{
    (void)state;
    take_text("a\033[0nb\033[Ic\033[Od\033[3ne");
    assert_string_equal(keys, "abcde");
    assert_int_equal(reports.answers, 2);
    assert_int_equal(reports.focus_in, 1);
    assert_int_equal(reports.focus_out, 1);
}

static void a_report_in_pieces_is_a_report(void **state)
{
    (void)state;
    static const char *const all[] = {"\033[0n", "\033[3n", "\033[I", "\033[O"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (const char *p = all[i]; *p != '\0'; p++) {
            take(p, 1);
            wait_ms(REPORTS_ESC_LONG_MS - 1);
        }
    }
    assert_int_equal(n_keys, 0);
    assert_int_equal(reports.answers, 2);
    assert_int_equal(reports.focus_in + reports.focus_out, 2);
    /* With a parameter it cannot have been typed, so its end may be seconds late. */
    take_text("\033[0");
    wait_ms(4000);
    take_text("n");
    assert_int_equal(n_keys, 0);
    assert_int_equal(reports.answers, 3);
}

static void an_esc_is_a_key_when_nothing_follows_in_time(void **state)
{
    (void)state;
    assert_int_equal(reports_left_ms(&reports, now_ms), -1);
    take_text("\033");
    assert_int_equal(reports_left_ms(&reports, now_ms), REPORTS_ESC_LONG_MS);
    wait_ms(REPORTS_ESC_LONG_MS - 1);
    assert_int_equal(n_keys, 0);
    wait_ms(1);
    assert_string_equal(keys, "\033");
    assert_int_equal(reports_left_ms(&reports, now_ms), -1);
    take_text("[");
    assert_string_equal(keys, "\033[");
    reports.esc_ms = REPORTS_ESC_MS;
    take_text("\033");
    wait_ms(REPORTS_ESC_MS);
    assert_string_equal(keys, "\033[\033");
}

static void an_esc_before_a_report_or_a_key_is_a_key(void **state)
{
    (void)state;
    take_text("\033\033[0n");
    assert_string_equal(keys, "\033");
    take_text("\033x");
    assert_string_equal(keys, "\033\033x");
    take_text("\033[\033[I"); /* Esc and [ were typed */
    assert_string_equal(keys, "\033\033x\033[");
    assert_int_equal(reports.answers, 1);
    assert_int_equal(reports.focus_in, 1);
}

static void what_is_no_report_passes_whole(void **state)
{
    (void)state;
    static const char *const all[] = {
        "\033[A",     "\033OA",        "\033[15~",    "\033[15;2;4~", "\033[[A", "\033O5P",
        "\033[M !\"", "\033[<0;4;2M",  "\033[200~",   "\033[?1;2c",   "\033Oy",  "\033[1;5C",
        "\033[2~",    "\303\244\303h", "\033[0;1;5n", "\033[10n",     "x",       "\033[Z",
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        begin(NULL);
        for (const char *p = all[i]; *p != '\0'; p++) {
            assert_true(n_keys == 0 || all[i][0] != '\033' || strlen(p) == 0);
            take(p, 1);
        }
        assert_string_equal(keys, all[i]);
        assert_int_equal(reports.answers + reports.focus_in + reports.focus_out, 0);
    }
}

static void the_focus_is_a_report_only_where_it_was_asked_for(void **state)
{
    (void)state;
    reports.has_focus = false;
    take_text("\033[I\033[O\033[0n");
    assert_string_equal(keys, "\033[I\033[O");
    assert_int_equal(reports.focus_in + reports.focus_out, 0);
    assert_int_equal(reports.answers, 1);
}

static void a_sequence_without_an_end_is_dropped(void **state)
{
    (void)state;
    take_text("\033[0;");
    wait_ms(5000);
    assert_int_equal(n_keys, 0);
    take_text("q");
    assert_string_equal(keys, "q");
    take_text("\033[0\rj"); /* a control byte ends it */
    assert_string_equal(keys, "q\rj");
    char endless[300];
    memset(endless, ';', sizeof endless);
    take_text("\033[");
    take(endless, sizeof endless);
    take_text("nk");
    assert_string_equal(keys + n_keys - 2, "nk"); /* curses gets it with its end, and skips it */
    assert_int_equal(reports.answers, 0);
    take_text("\033[M \033[0nl"); /* a click that was cut off */
    assert_string_equal(keys + n_keys - 2, "kl");
    assert_int_equal(reports.answers, 1);
}

/* Keys and reports by chance, cut by chance: the keys come out as they were typed. */
static void any_mixture_in_any_pieces(void **state)
{
    (void)state;
    static const char *const typed[] = {"j", "2",  "\033[A",   "\033OB", "n",
                                        "0", "[x", "\303\244", "\r"};
    static const char *const sent[] = {"\033[0n", "\033[I", "\033[O", "\033[3n"};
    unsigned seed = 7;
    for (int round = 0; round < 20000; round++) {
        char all[256] = "", wanted[256] = "";
        uint64_t n_reports = 0;
        begin(NULL);
        for (int i = rand_r(&seed) % 12; i >= 0; i--) {
            bool is_key = rand_r(&seed) % 2 == 0;
            const char *text = is_key ? typed[rand_r(&seed) % 9] : sent[rand_r(&seed) % 4];
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s", text);
            if (is_key)
                snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "%s", text);
            n_reports += !is_key;
        }
        for (size_t at = 0, len = strlen(all); at < len;) {
            size_t n = 1 + (size_t)rand_r(&seed) % 4;
            n = n > len - at ? len - at : n;
            take(all + at, n);
            at += n;
            wait_ms(rand_r(&seed) % REPORTS_ESC_LONG_MS);
        }
        assert_string_equal(keys, wanted);
        assert_int_equal(reports.answers + reports.focus_in + reports.focus_out, n_reports);
    }
}

/* Any bytes at all: nothing is written beyond what it may be, and nothing is made up. */
static void any_bytes_at_all(void **state)
{
    (void)state;
    static const char some[] = "\033\033\033[[O0n3I;M~\303a\r";
    unsigned seed = 11;
    begin(NULL);
    for (int round = 0; round < 200000; round++) {
        char bytes[8], out[8 + REPORTS_HELD_MAX];
        size_t n = (size_t)rand_r(&seed) % sizeof bytes;
        for (size_t i = 0; i < n; i++)
            bytes[i] = some[(size_t)rand_r(&seed) % (sizeof some - 1)];
        size_t held = reports.len, got = reports_take(&reports, bytes, n, now_ms, out);
        assert_true(got <= n + held);
        assert_true(reports.len <= REPORTS_HELD_MAX);
        now_ms += rand_r(&seed) % 50;
        held = reports.len;
        assert_true(reports_release(&reports, now_ms, out) <= held);
    }
}

#define REPORTS_TEST(f) cmocka_unit_test_setup(f, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPORTS_TEST(reports_are_counted_and_are_no_keys),
        REPORTS_TEST(a_report_in_pieces_is_a_report),
        REPORTS_TEST(an_esc_is_a_key_when_nothing_follows_in_time),
        REPORTS_TEST(an_esc_before_a_report_or_a_key_is_a_key),
        REPORTS_TEST(what_is_no_report_passes_whole),
        REPORTS_TEST(the_focus_is_a_report_only_where_it_was_asked_for),
        REPORTS_TEST(a_sequence_without_an_end_is_dropped),
        REPORTS_TEST(any_mixture_in_any_pieces),
        REPORTS_TEST(any_bytes_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
