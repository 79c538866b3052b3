/* Cells in memory: clipping, wide and combining characters, ASCII, fields, wrapping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "term/canvas.h"

static void check(const struct canvas *canvas, const char *expected)
{
    char *text = canvas_dump(canvas, false);
    assert_string_equal(text, expected);
    free(text);
}

static void sizes_that_are_none_are_refused(void **state)
{
    (void)state;
    assert_null(canvas_new(0, 10, false));
    assert_null(canvas_new(10, -1, false));
    canvas_free(NULL);
}

static void text_is_clipped_on_all_sides(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(3, 6, false);
    struct rect area = {1, 1, 1, 4};
    assert_int_equal(canvas_text(c, area, 0, -2, STYLE_NORMAL, "abcdefgh"), 8);
    canvas_text(c, area, 1, 0, STYLE_NORMAL, "below");
    canvas_text(c, area, -1, 0, STYLE_NORMAL, "above");
    canvas_text(c, area, 0, 99, STYLE_NORMAL, "right");
    check(c, "\n cdef\n\n");
    struct rect outside = {-5, -5, 100, 100}; /* bigger than the canvas */
    canvas_fill(c, outside, STYLE_NORMAL, "#");
    check(c, "######\n######\n######\n");
    canvas_free(c);
}

static void wide_characters_are_never_halved(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(1, 6, false);
    struct rect all = canvas_rect(c);
    canvas_text(c, all, 0, 0, STYLE_NORMAL, "日本語x"); /* the last one does not fit */
    check(c, "日本語\n");
    canvas_text(c, all, 0, 1, STYLE_NORMAL, "a"); /* the right half of the first */
    check(c, " a本語\n");
    canvas_text(c, all, 0, 4, STYLE_NORMAL, "b"); /* the left half of the last */
    check(c, " a本b\n");
    struct rect five = {0, 0, 1, 5};
    canvas_text(c, five, 0, 0, STYLE_NORMAL, "日本語");
    check(c, "日本\n");
    assert_int_equal(canvas_at(c, 0, 0)->width, 2);
    assert_int_equal(canvas_at(c, 0, 1)->width, 0);
    canvas_free(c);
}

static void combining_marks_stay_with_their_letter(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(1, 4, false);
    canvas_text(c, canvas_rect(c), 0, 0, STYLE_NORMAL, "e\u0301x");
    assert_string_equal(canvas_at(c, 0, 0)->text, "e\u0301");
    assert_string_equal(canvas_at(c, 0, 1)->text, "x");
    /* More marks than a cell holds are dropped, and nothing is overwritten. */
    canvas_text(c, canvas_rect(c), 0, 0, STYLE_NORMAL,
                "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309z");
    assert_true(strlen(canvas_at(c, 0, 0)->text) < CELL_BYTES);
    assert_string_equal(canvas_at(c, 0, 1)->text, "z");
    canvas_text(c, canvas_rect(c), 0, 0, STYLE_NORMAL, "\u0301q"); /* a mark without a letter */
    assert_string_equal(canvas_at(c, 0, 0)->text, "q");
    canvas_free(c);
}

static void bytes_that_are_no_text_show_as_question_marks(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(1, 8, false);
    canvas_text(c, canvas_rect(c), 0, 0, STYLE_NORMAL, "a\x1b[\xff\xc3z");
    check(c, "a?[??z\n");
    canvas_free(c);
}

/* Orders to the terminal in their one-character form, and what turns or joins its neighbours. */
static void characters_that_would_harm_a_screen_are_not_written(void **state)
{
    (void)state;
    for (int is_ascii = 0; is_ascii < 2; is_ascii++) {
        struct canvas *c = canvas_new(1, 16, is_ascii == 1);
        canvas_text(c, canvas_rect(c), 0, 0, STYLE_NORMAL,
                    "a\xc2\x9b"
                    "31m\u202eb\u200bc\ufe0fd\a");
        check(c, "a?31mbcd?\n");
        canvas_free(c);
    }
}

static void each_mark_of_a_letter_is_kept(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(1, 4, false);
    canvas_text(c, canvas_rect(c), 0, 0, STYLE_NORMAL, "e\u0302\u0301x");
    assert_string_equal(canvas_at(c, 0, 0)->text, "e\u0302\u0301");
    assert_string_equal(canvas_at(c, 0, 1)->text, "x");
    canvas_free(c);
}

static void ascii_keeps_the_columns(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(1, 12, true);
    canvas_text(c, canvas_rect(c), 0, 0, STYLE_NORMAL, "–…─→⣿日é!");
    check(c, "-~->*\?\?\?!\n");
    canvas_free(c);
}

static void fields_are_cut_with_a_sign(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(5, 10, false);
    struct rect all = canvas_rect(c);
    canvas_field(c, all, 0, 1, 6, ALIGN_LEFT, STYLE_NORMAL, "abcdefgh");
    canvas_field(c, all, 1, 1, 6, ALIGN_RIGHT, STYLE_NORMAL, "abc");
    canvas_field(c, all, 2, 1, 6, ALIGN_RIGHT, STYLE_NORMAL, "abcdef");
    canvas_field(c, all, 3, 1, 6, ALIGN_LEFT, STYLE_NORMAL, "日本語日本");
    canvas_field(c, all, 4, 8, 6, ALIGN_LEFT, STYLE_NORMAL, "over the edge");
    canvas_field(c, all, 4, 0, 0, ALIGN_LEFT, STYLE_NORMAL, "no room");
    check(c, " abcde…\n    abc\n abcdef\n 日本 …\n        o…\n");
    canvas_free(c);
}

/* A field that begins in its area and ends outside is cut with a sign, too. */
static void no_text_ends_at_an_edge_without_a_sign(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(4, 10, false);
    struct rect all = canvas_rect(c);
    canvas_field(c, all, 0, 5, 8, ALIGN_LEFT, STYLE_NORMAL, "abcdef");
    canvas_field(c, all, 1, 5, 8, ALIGN_RIGHT, STYLE_NORMAL, "abcdef");
    canvas_field(c, all, 2, 5, 8, ALIGN_LEFT, STYLE_NORMAL, "abcde");
    canvas_text(c, all, 3, 5, STYLE_NORMAL, "abcde   ");
    check(c, "     abcd…\n     abcd…\n     abcde\n     abcde\n");
    assert_int_equal(c->n_cut, 0);
    canvas_text(c, all, 3, 5, STYLE_NORMAL, "abcdef");
    assert_int_equal(c->n_cut, 1);
    assert_string_equal(c->cut, "abcdef");
    canvas_clear(c);
    assert_int_equal(c->n_cut, 0);
    canvas_free(c);
}

static void a_text_takes_its_columns(void **state)
{
    (void)state;
    static const struct {
        const char *text, *left, *right;
    } rows[] = {
        {"ab",         "ab   ",     "   ab"    },
        {"abcde",      "abcde",     "abcde"    },
        {"abcdef",     "abcd…",   "abcd…"  },
        {"日本",     "日本 ",   " 日本"  },
        {"日本語",  "日本…", "日本…"},
        {"a日本語", "a日… ",  " a日…" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[32];
        text_in_cols(out, sizeof out, rows[i].text, 5, ALIGN_LEFT);
        assert_string_equal(out, rows[i].left);
        text_in_cols(out, sizeof out, rows[i].text, 5, ALIGN_RIGHT);
        assert_string_equal(out, rows[i].right);
    }
}

static void styles_are_kept_and_replaced(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(1, 4, false);
    canvas_text(c, canvas_rect(c), 0, 1, STYLE_BAD, "ab");
    char *styles = canvas_dump(c, true);
    assert_string_equal(styles, ".xx.\n");
    free(styles);
    canvas_restyle(c, (struct rect){0, 2, 1, 9}, STYLE_BOLD);
    styles = canvas_dump(c, true);
    assert_string_equal(styles, ".xbb\n");
    free(styles);
    check(c, " ab\n");
    canvas_free(c);
}

static void text_wraps_at_words(void **state)
{
    (void)state;
    static const char *const expected[] = {"one two", "three", "", "abcdefg", "hij", "日本語"};
    const char *text = "one two three\n\nabcdefghij 日本語";
    char line[64];
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_true(text_wrap(&text, 7, line, sizeof line));
        assert_string_equal(line, expected[i]);
    }
    assert_false(text_wrap(&text, 7, line, sizeof line));
    /* One column and a wide character: it goes on, whatever happens. */
    text = "日本";
    int lines = 0;
    while (text_wrap(&text, 1, line, sizeof line))
        assert_true(++lines < 10);
    assert_int_equal(lines, 2);
    /* A buffer smaller than the line. */
    text = "abcdefghijkl";
    assert_true(text_wrap(&text, 80, line, 5));
    assert_string_equal(line, "abcd");
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_that_are_none_are_refused),
        cmocka_unit_test(text_is_clipped_on_all_sides),
        cmocka_unit_test(wide_characters_are_never_halved),
        cmocka_unit_test(combining_marks_stay_with_their_letter),
        cmocka_unit_test(bytes_that_are_no_text_show_as_question_marks),
        cmocka_unit_test(characters_that_would_harm_a_screen_are_not_written),
        cmocka_unit_test(each_mark_of_a_letter_is_kept),
        cmocka_unit_test(ascii_keeps_the_columns),
        cmocka_unit_test(fields_are_cut_with_a_sign),
        cmocka_unit_test(no_text_ends_at_an_edge_without_a_sign),
        cmocka_unit_test(a_text_takes_its_columns),
        cmocka_unit_test(styles_are_kept_and_replaced),
        cmocka_unit_test(text_wraps_at_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
