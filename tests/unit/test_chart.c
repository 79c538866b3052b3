/* The sweep chart: which sample is where, and how little a new one changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mean.h"
#include "widget/chart.h"

enum { LEN = 256, ROWS = 11, COLS = 100 };

static float in[LEN], out[LEN];

static struct chart make(enum chart_form form, int64_t samples)
{
    for (int64_t i = samples > LEN ? samples - LEN : 0; i < samples; i++) {
        in[i % LEN] = 30 + (float)(i * 7 % 5) - 2; /* 10 % of noise */
        out[i % LEN] = 29;
    }
    return (struct chart){.in = in,
                          .out = out,
                          .len = LEN,
                          .last = samples - 1,
                          .last_ms = 1795403558000 + samples * 1000,
                          .form = form};
}

/* n samples, the newest at 03:12:38Z. */
static struct chart short_chart(const float *a, const float *b, size_t n, enum chart_form form)
{
    return (struct chart){.in = a,
                          .out = b,
                          .len = n,
                          .last = (int64_t)n - 1,
                          .last_ms = 1795403558000,
                          .form = form};
}

static char *drawn(const struct chart *chart, int rows, int cols, bool is_ascii)
{
    struct canvas *canvas = canvas_new(rows, cols, is_ascii);
    chart_draw(chart, canvas, canvas_rect(canvas));
    char *text = canvas_dump(canvas, false);
    canvas_free(canvas);
    return text;
}

static struct canvas *draw(const struct chart *chart)
{
    struct canvas *canvas = canvas_new(ROWS, COLS, false);
    chart_draw(chart, canvas, canvas_rect(canvas));
    return canvas;
}

static int count_changes(const struct canvas *a, const struct canvas *b)
{
    int n = 0;
    for (int i = 0; i < ROWS * COLS; i++)
        n += strcmp(a->cells[i].text, b->cells[i].text) != 0 ||
             a->cells[i].style != b->cells[i].style;
    return n;
}

static void slots_hold_the_newest_samples_but_for_the_gap(void **state)
{
    (void)state;
    struct chart chart = make(CHART_ASCII, 30);
    int slots = 10, empty = 0;
    for (int slot = 0; slot < slots; slot++) {
        int64_t n = chart_sample_at(&chart, slot, slots);
        empty += n < 0;
        if (n >= 0) {
            assert_int_equal(n % slots, slot);
            assert_true(n <= 29 && n > 29 - slots);
        }
    }
    assert_int_equal(empty, CHART_GAP_COLS);
    assert_int_equal(chart_sample_at(&chart, 9, slots), 29);
    assert_int_equal(chart_sample_at(&chart, 0, slots), -1); /* the gap is right of the newest */
    assert_int_equal(chart_sample_at(&chart, 1, slots), -1);
    assert_int_equal(chart_sample_at(&chart, 2, slots), 22);
}

static void nothing_is_shown_before_the_first_sample(void **state)
{
    (void)state;
    struct chart chart = {.in = in, .out = out, .len = LEN, .last = -1, .form = CHART_BRAILLE};
    assert_int_equal(chart_sample_at(&chart, 0, 10), -1);
    chart.last = 2;
    assert_int_equal(chart_sample_at(&chart, 2, 10), 2);
    assert_int_equal(chart_sample_at(&chart, 3, 10), -1);
    assert_int_equal(chart_sample_at(&chart, 9, 10), -1);
}

/* The reason for the sweep: a refresh over SSH sends a handful of cells. */
static void a_sample_more_changes_few_cells(void **state)
{
    (void)state;
    static const enum chart_form forms[] = {CHART_BRAILLE, CHART_BLOCK, CHART_ASCII};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        int most = 0;
        for (int64_t samples = 300; samples < 500; samples++) {
            struct chart chart = make(forms[f], samples);
            struct canvas *before = draw(&chart);
            chart = make(forms[f], samples + 1);
            struct canvas *after = draw(&chart);
            int n = count_changes(before, after);
            most = n > most ? n : most;
            assert_true(n > 0 || forms[f] == CHART_BRAILLE);
            canvas_free(before);
            canvas_free(after);
        }
        /* one time label, and the columns at both ends of the gap */
        assert_true(most <= 10 + 2 * ROWS);
    }
}

static void the_scale_is_round(void **state)
{
    (void)state;
    assert_true(chart_scale(0) == 1);
    assert_true(chart_scale(NAN) == 1);
    assert_true(chart_scale(1) == 1);
    assert_true(chart_scale(1.2f) == 2);
    assert_true(chart_scale(30) == 30);
    assert_true(chart_scale(31) == 40);
    assert_true(chart_scale(41) == 50);
    assert_true(chart_scale(60) == 60);
    assert_true(chart_scale(61) == 80);
    assert_true(chart_scale(81) == 100);
    assert_true(chart_scale(370000) == 400000);
    float value = 1;
    for (int i = 0; i < 60; i++) {
        assert_true(chart_scale(value) >= value * 0.9999f);
        assert_true(chart_scale(value) <= value * 2.01f);
        value *= 1.37f;
    }
}

static void the_mean_skips_what_is_unknown(void **state)
{
    (void)state;
    const float ring[4] = {10, NAN, 20, NAN};
    assert_true(chart_mean(ring, 4, 3) == 15);
    assert_true(chart_mean(ring, 4, 0) == 10);
    const float none[2] = {NAN, NAN};
    assert_true(isnan(chart_mean(none, 2, 1)));
    assert_true(isnan(chart_mean(none, 2, -1)));
}

static void ascii_tells_in_out_and_both(void **state)
{
    (void)state;
    float a[4] = {10, 0, 10, NAN}, b[4] = {10, 10, NAN, NAN};
    struct chart chart = short_chart(a, b, 4, CHART_ASCII);
    struct canvas *canvas = canvas_new(4, 30, true);
    chart_draw(&chart, canvas, canvas_rect(canvas));
    char *text = canvas_dump(canvas, false);
    /* row 0 is the top (10), row 2 the bottom (0); unknown draws nothing */
    assert_string_equal(text, "   10|#o*\n    5|: :\n    0+:*:\n      03:12:35Z\n");
    free(text);
    canvas_free(canvas);
}

static void unknown_draws_nothing_in_any_form(void **state)
{
    (void)state;
    for (int i = 0; i < LEN; i++)
        in[i] = out[i] = NAN;
    static const enum chart_form forms[] = {CHART_BRAILLE, CHART_BLOCK, CHART_ASCII};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        struct chart chart = {in, out, LEN, 200, 1795403558000, forms[f], NULL, 0, false, 0};
        struct canvas *canvas = draw(&chart);
        for (int y = 0; y < ROWS - 1; y++)
            for (int x = CHART_LABEL_COLS; x < COLS; x++)
                assert_string_equal(canvas_at(canvas, y, x)->text, " ");
        canvas_free(canvas);
    }
}

/* The area is filled from zero; `out` is a gap in it, the area's edge where both are equal, and
 * dots above it. */
static void a_braille_area_has_the_other_line_over_it(void **state)
{
    (void)state;
    float a[6] = {0, 100, 100, 100, 50, 100}, b[6] = {NAN, NAN, 50, 50, 50, 100};
    struct chart chart = short_chart(a, b, 6, CHART_BRAILLE);
    char *text = drawn(&chart, 4, 30, false);
    assert_string_equal(text, "  100│⢸⣿⢸\n   50│⢸⣭⣾\n    0┼⣸⣿⣿\n      03:12:33Z\n");
    free(text);
}

static void a_new_chart_says_since_when(void **state)
{
    (void)state;
    float a[4] = {10, 10, 10, 10};
    struct chart chart = short_chart(a, a, 4, CHART_ASCII);
    char *text = drawn(&chart, 4, 60, true);
    assert_string_equal(text, "   10|####\n"
                              "    5|::::                         samples since 03:12:35Z\n"
                              "    0+::::\n"
                              "      03:12:35Z\n");
    free(text);
    chart.last = -1;
    text = drawn(&chart, 4, 60, true);
    assert_non_null(strstr(text, "no samples yet"));
    free(text);
}

/* Marks stand below their second, the gravest of a column, and the times make room for them. */
static void marks_and_the_cursor_stand_below_their_seconds(void **state)
{
    (void)state;
    float a[30];
    for (int i = 0; i < 30; i++)
        a[i] = 10;
    struct chart chart = short_chart(a, a, 30, CHART_ASCII);
    const struct chart_mark marks[] = {
        {chart.last_ms - 29000, 'S', STYLE_NORMAL, 0}, /* of sample 0 */
        {chart.last_ms - 29000, 'V', STYLE_BAD,    9},
        {chart.last_ms - 29000, 'C', STYLE_NORMAL, 1},
        {chart.last_ms - 4001,  'S', STYLE_NORMAL, 0}, /* after sample 24, before 25 */
        {chart.last_ms - 99000, 'S', STYLE_NORMAL, 0}, /* before the first sample */
        {chart.last_ms + 5000,  'S', STYLE_NORMAL, 0}, /* after the last */
    };
    chart.marks = marks;
    chart.n_marks = 6;
    char *text = drawn(&chart, 4, 60, true);
    const char *times = strrchr(text, ':') - 20;
    while (*times != '\n')
        times--;
    assert_string_equal(times, "\n      V 03:12:11Z              S 03:12:36Z\n");
    free(text);
    chart.has_cursor = true;
    chart.cursor = 0;
    text = drawn(&chart, 4, 60, true);
    assert_non_null(strstr(text, "\n      ^ 03:12:11Z"));
    free(text);
}

/* An engine that has just been attached to has events, and no sample yet. */
static void marks_without_a_sample_stand_nowhere(void **state)
{
    float a[1] = {10};
    struct chart chart = {.in = a,
                          .out = a,
                          .len = 1,
                          .last = -1,
                          .last_ms = INT64_MIN, /* PT_UNKNOWN */
                          .form = CHART_ASCII};
    const struct chart_mark mark = {1795403558000, 'S', STYLE_NORMAL, 0};
    (void)state;
    chart.marks = &mark;
    chart.n_marks = 1;
    char *text = drawn(&chart, 4, 60, true);
    assert_null(strchr(text, 'S'));
    free(text);
}

static void areas_too_small_stay_empty(void **state)
{
    (void)state;
    struct chart chart = make(CHART_BRAILLE, 100);
    struct canvas *canvas = canvas_new(2, 80, false);
    chart_draw(&chart, canvas, canvas_rect(canvas));
    char *text = canvas_dump(canvas, false);
    assert_string_equal(text, "\n\n");
    free(text);
    canvas_free(canvas);
}

/* The figure in the chart's head is the table's: both are of the same five seconds. */
static void the_head_says_what_the_table_says(void **state)
{
    static const float growth[] = {0, 5, 900, 0, 0, 4074, 647, 12, 3, 800, 0, 1, 77};
    float ring[16];
    struct mean mean = {0};
    double total = 0;
    (void)state;
    for (int s = 0; s < (int)(sizeof growth / sizeof *growth); s++) {
        ring[s] = growth[s];
        total += growth[s];
        mean_add(&mean, (int64_t)s * 1000000, total);
        if (s >= 5)
            assert_true(fabs(mean_per_s(&mean) - (double)chart_mean(ring, 16, s)) < 0.01);
    }
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_hold_the_newest_samples_but_for_the_gap),
        cmocka_unit_test(nothing_is_shown_before_the_first_sample),
        cmocka_unit_test(a_sample_more_changes_few_cells),
        cmocka_unit_test(the_scale_is_round),
        cmocka_unit_test(the_mean_skips_what_is_unknown),
        cmocka_unit_test(the_head_says_what_the_table_says),
        cmocka_unit_test(ascii_tells_in_out_and_both),
        cmocka_unit_test(unknown_draws_nothing_in_any_form),
        cmocka_unit_test(a_braille_area_has_the_other_line_over_it),
        cmocka_unit_test(a_new_chart_says_since_when),
        cmocka_unit_test(marks_and_the_cursor_stand_below_their_seconds),
        cmocka_unit_test(marks_without_a_sample_stand_nowhere),
        cmocka_unit_test(areas_too_small_stay_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
