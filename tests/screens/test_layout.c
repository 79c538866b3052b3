/* What holds at every size: nothing outside, no overlap, no crash, and colour never alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "fixture.h"
#include "page/overview_layout.h"
#include "term/key.h"
#include "ui/dispatch.h"
#include "ui/frame.h"
#include "widget/table.h"

enum { ROWS_MIN = 10, ROWS_MAX = 70, COLS_MIN = 40, COLS_MAX = 220 };

static struct fixture fixture;

static void (*const makes[])(struct fixture *f) = {
    fixture_flowing, fixture_trouble, fixture_monitor,    fixture_watcher,
    fixture_huge,    fixture_iam,     fixture_iam_trouble};
enum { MAKES = sizeof makes / sizeof *makes };

/* --- panels -------------------------------------------------------------------------------------
 */

static bool is_apart(struct rect a, struct rect b)
{
    struct rect both = rect_clip(a, b);
    return both.h <= 0 || both.w <= 0;
}

static void check_panels(struct rect body, struct overview_want want)
{
    struct overview_layout l = overview_fit(body, want);
    const struct rect panels[] = {l.verdict, l.detail, l.clocks, l.rule,  l.table,
                                  l.flow,    l.chart,  l.sink,   l.events};
    enum { N = sizeof panels / sizeof *panels };
    int cells = 0;
    for (size_t i = 0; i < N; i++) {
        struct rect inside = rect_clip(panels[i], body);
        assert_true(panels[i].h >= 0 && panels[i].w > 0);
        assert_true(panels[i].h == 0 || memcmp(&inside, &panels[i], sizeof inside) == 0);
        for (size_t k = 0; k < i; k++)
            assert_true(is_apart(panels[i], panels[k]));
        cells += panels[i].h * panels[i].w;
    }
    assert_int_equal(l.verdict.h, 1);
    assert_int_equal(l.verdict.w, body.w);
    assert_true(l.table.h >= 2);
    assert_true(l.flow.h == 0 || l.flow.h == 1 + want.flows);
    assert_true(l.chart.h == 0 || l.chart.h >= 5);
    assert_true(l.events.h == 0 || l.events.h >= 2);
    if (body.w >= 160 && body.h >= 18) {       /* side by side, and nothing is left over */
        bool is_tall = l.events.x > l.table.x; /* otherwise the chart is beside the tables */
        struct rect right = is_tall ? l.events : l.chart;
        assert_true(right.x > l.table.x + l.table.w - 1 && l.sink.x == l.table.x);
        assert_int_equal(right.h, l.table.h + l.flow.h + l.sink.h + (is_tall ? 0 : l.events.h));
        assert_true(l.table.w >= 80 && right.w >= (is_tall ? 68 : 55));
        if (is_tall)
            assert_true(l.chart.w == body.w && l.chart.h >= 20);
        else
            assert_true(l.events.x == l.table.x && l.events.h >= 5);
        assert_true(cells >= body.h * (body.w - 1));
    } else { /* one below the other: no hole */
        int y = body.y;
        for (size_t i = 0; i < N; i++) {
            assert_int_equal(panels[i].y, y);
            assert_int_equal(panels[i].w, body.w);
            y += panels[i].h;
        }
    }
}

static void panels_fit_at_every_size(void **state)
{
    (void)state;
    static const struct overview_want wants[] = {
        {3,    3, 0,  5,   false},
        {0,    0, 0,  0,   false},
        {1000, 3, 12, 200, false},
        {5,    0, 2,  1,   false},
        {3,    3, 4,  50,  true },
        {3,    3, 1,  9,   true },
    };
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
        for (int rows = ROWS_MIN - 3; rows <= ROWS_MAX; rows++)
            for (int cols = COLS_MIN; cols <= COLS_MAX; cols++)
                check_panels((struct rect){2, 0, rows, cols}, wants[i]);
}

static void the_size_that_must_be_complete_is(void **state)
{
    (void)state;
    struct ui_frame frame = ui_frame(24, 80, true);
    struct overview_want want = {3, 3, 1, 9};
    struct overview_layout l = overview_fit(frame.body, want);
    assert_int_equal(l.clocks.h, 0);
    assert_int_equal(l.detail.h, 1);
    assert_int_equal(l.table.h, 4);
    assert_int_equal(l.flow.h, 4);
    assert_true(l.chart.h >= 5);
    assert_int_equal(l.sink.h, 1);
    assert_true(l.events.h >= 4);
}

static void frame_covers_the_screen_once(void **state)
{
    (void)state;
    for (int rows = ROWS_MIN; rows <= ROWS_MAX; rows++) {
        for (int band = 0; band < 2; band++) {
            struct ui_frame f = ui_frame(rows, 80, band == 1);
            assert_int_equal(f.title.h + f.band.h + f.body.h + f.foot.h, rows);
            assert_int_equal(f.band.h, band);
            assert_int_equal(f.body.y, 1 + band);
            assert_int_equal(f.foot.y, rows - 1);
        }
    }
}

/* --- tables -------------------------------------------------------------------------------------
 */

static void columns_do_not_overlap(void **state)
{
    (void)state;
    static const struct column columns[] = {
        {"A", 12, 0,  44, ALIGN_LEFT },
        {"B", 9,  0,  10, ALIGN_LEFT },
        {"C", 5,  2,  7,  ALIGN_RIGHT},
        {"D", 6,  1,  8,  ALIGN_RIGHT},
        {"E", 12, 3,  0,  ALIGN_RIGHT},
        {"F", 7,  -1, 0,  ALIGN_RIGHT},
    };
    for (int cols = 21; cols <= COLS_MAX; cols++) {
        struct table_layout l;
        table_fit(columns, 6, cols, &l);
        assert_true(l.n >= 2);
        int end = 0;
        for (int i = 0; i < l.n; i++) {
            assert_int_equal(l.x[i], end);
            assert_true(l.w[i] >= columns[l.index[i]].width);
            assert_int_not_equal(l.index[i], 5);
            end = l.x[i] + l.w[i];
        }
        assert_true(end <= cols);
    }
}

static bool layout_has(const struct table_layout *layout, int column)
{
    for (int i = 0; i < layout->n; i++)
        if (layout->index[i] == column)
            return true;
    return false;
}

/* A wider table has every column of a narrower one, and none stands there while one of a lower rank
 * does not. */
static void columns_leave_in_the_order_of_their_ranks(void **state)
{
    (void)state;
    static const struct column columns[] = {
        {"A", 12, 0, 44, ALIGN_LEFT },
        {"B", 9,  0, 10, ALIGN_LEFT },
        {"C", 5,  3, 7,  ALIGN_RIGHT},
        {"D", 30, 1, 0,  ALIGN_RIGHT},
        {"E", 4,  2, 0,  ALIGN_RIGHT},
        {"F", 7,  4, 0,  ALIGN_RIGHT},
    };
    enum { N = sizeof columns / sizeof *columns };
    struct table_layout narrow, wide;
    for (int cols = 21; cols < COLS_MAX; cols++) {
        table_fit(columns, N, cols, &narrow);
        table_fit(columns, N, cols + 1, &wide);
        for (int i = 0; i < N; i++) {
            assert_true(!layout_has(&narrow, i) || layout_has(&wide, i));
            for (int k = 0; k < N; k++)
                assert_true(columns[k].rank >= columns[i].rank || !layout_has(&wide, i) ||
                            layout_has(&wide, k));
        }
    }
    assert_int_equal(wide.n, N);
}

/* --- whole screens ------------------------------------------------------------------------------
 */

static void check_screen(const struct canvas *canvas)
{
    char *text = canvas_dump(canvas, false);
    assert_non_null(text);
    const char *line = text;
    for (int y = 0; y < canvas->rows; y++) {
        const char *end = strchr(line, '\n');
        assert_non_null(end);
        char row[4096];
        assert_true((size_t)(end - line) < sizeof row);
        memcpy(row, line, (size_t)(end - line));
        row[end - line] = '\0';
        assert_true(text_cols(row) <= canvas->cols);
        line = end + 1;
    }
    free(text);
    for (int y = 0; y < canvas->rows; y++) {
        for (int x = 0; x < canvas->cols; x++) {
            const struct cell *cell = canvas_at(canvas, y, x);
            assert_true(cell->style < STYLES);
            if (cell->width == 2) /* never half a wide character */
                assert_true(x + 1 < canvas->cols && canvas_at(canvas, y, x + 1)->width == 0);
            if (cell->width == 0)
                assert_true(x > 0 && canvas_at(canvas, y, x - 1)->width == 2);
        }
    }
}

static void draw_at(struct ui *ui, int rows, int cols)
{
    ui_size(ui, rows, cols);
    struct canvas *canvas = canvas_new(rows, cols, ui->desk.looks.is_ascii);
    assert_non_null(canvas);
    ui_draw(ui, canvas);
    check_screen(canvas);
    canvas_free(canvas);
}

/* Sizes in steps that are prime to each other, all the edges among them. */
static void sweep_sizes(struct ui *ui)
{
    for (int rows = 1; rows <= ROWS_MAX; rows += rows < 12 ? 1 : 5)
        for (int cols = 1 + rows % 7; cols <= COLS_MAX; cols += cols < 90 ? 7 : 23)
            draw_at(ui, rows, cols);
}

static void pages_draw_at_every_size(void **state)
{
    (void)state;
    for (int i = 0; i < MAKES; i++) {
        struct ui ui;
        struct ui_host host = {NULL};
        struct looks looks = {.is_ascii = i % 2 == 1};
        assert_int_equal(ui_init(&ui, &host, &looks), PT_OK);
        makes[i](&fixture);
        ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
        for (const char *key = "126?"; *key != '\0'; key++) {
            ui_key(&ui, *key);
            sweep_sizes(&ui);
        }
        ui_key(&ui, KEY_ESC_);
        ui_key(&ui, '1');
        ui_key(&ui, 'q');
        sweep_sizes(&ui);
        ui_done(&ui);
    }
}

static void below_the_smallest_size_one_text_says_so(void **state)
{
    (void)state;
    struct ui ui;
    struct ui_host host = {NULL};
    struct looks looks = {false, false};
    static const struct {
        int rows, cols;
        const char *says;
    } sizes[] = {
        {9,  80, "pintop needs at least 40x10, this terminal is 80x9; q quits\n"  },
        {24, 39, "pintop needs at least 40x10, this\nterminal is 39x24; q quits\n"},
        {1,  10, "pintop ne…\n"                                                 },
    };
    assert_int_equal(ui_init(&ui, &host, &looks), PT_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct canvas *canvas = canvas_new(sizes[i].rows, sizes[i].cols, false);
        ui_draw(&ui, canvas);
        char *text = canvas_dump(canvas, false);
        assert_memory_equal(text, sizes[i].says, strlen(sizes[i].says));
        for (const char *p = text + strlen(sizes[i].says); *p != '\0'; p++)
            assert_int_equal(*p, '\n'); /* nothing below */
        free(text);
        canvas_free(canvas);
    }
    ui_done(&ui);
}

/* --- signs beside colours ------------------------------------------------------------------------
 */

/* A row with a cell in STYLE_BAD or STYLE_WARN says in words or signs what is wrong. */
static void colour_is_never_the_only_sign(void **state)
{
    (void)state;
    static const char *const signs[] = {"!",       "FAILED", "error", "waiting", "no leader",
                                        "warning", "behind", "LOST",  "11m02s",  "3d"};
    struct ui ui;
    struct ui_host host = {NULL};
    struct looks looks = {false, false};
    assert_int_equal(ui_init(&ui, &host, &looks), PT_OK);
    int seen = 0;
    for (int i = 0; i < MAKES; i++) {
        makes[i](&fixture);
        ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
        for (const char *key = "126"; *key != '\0'; key++) {
            ui_key(&ui, *key);
            struct canvas *canvas = canvas_new(40, 120, false);
            ui_size(&ui, 40, 120);
            ui_draw(&ui, canvas);
            char *text = canvas_dump(canvas, false), *styles = canvas_dump(canvas, true);
            char *line = text, *style = styles;
            for (int y = 0; y < 40; y++) {
                char *end = strchr(line, '\n'), *style_end = strchr(style, '\n');
                *end = *style_end = '\0';
                bool has_sign = strpbrk(style, "xw") == NULL;
                seen += !has_sign;
                for (size_t s = 0; s < sizeof signs / sizeof *signs; s++)
                    has_sign |= strstr(line, signs[s]) != NULL;
                if (!has_sign)
                    fail_msg("no sign but colour in: %s", line);
                line = end + 1;
                style = style_end + 1;
            }
            free(text);
            free(styles);
            canvas_free(canvas);
        }
    }
    assert_true(seen > 5); /* the check looked at something */
    ui_done(&ui);
}

/* --- many topics ---------------------------------------------------------------------------------
 */

static void a_thousand_topics_scroll(void **state)
{
    (void)state;
    struct ui ui;
    struct ui_host host = {NULL};
    struct looks looks = {false, false};
    char name[32];
    fixture_flowing(&fixture);
    fixture.topics_section.n_topics = 0;
    for (int i = 0; i < FIXTURE_TOPICS; i++) {
        snprintf(name, sizeof name, "topic-%04d", i);
        fixture_topic(&fixture, name, -1);
    }
    assert_int_equal(ui_init(&ui, &host, &looks), PT_OK);
    ui_size(&ui, 24, 80);
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    ui_key(&ui, '2');
    ui_key(&ui, 'G');
    struct canvas *canvas = canvas_new(24, 80, false);
    ui_draw(&ui, canvas);
    char *text = canvas_dump(canvas, false);
    assert_non_null(strstr(text, "\n>topic-0999"));
    free(text);
    /* The selection stays with its name when topics before it go. */
    ui_key(&ui, KEY_UP_);
    fixture.topics_section.topics = fixture.topics + 500;
    fixture.topics_section.n_topics = 500;
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    ui_draw(&ui, canvas);
    text = canvas_dump(canvas, false);
    assert_non_null(strstr(text, "\n>topic-0998"));
    free(text);
    canvas_free(canvas);
    ui_done(&ui);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(panels_fit_at_every_size),
        cmocka_unit_test(the_size_that_must_be_complete_is),
        cmocka_unit_test(frame_covers_the_screen_once),
        cmocka_unit_test(columns_do_not_overlap),
        cmocka_unit_test(columns_leave_in_the_order_of_their_ranks),
        cmocka_unit_test(pages_draw_at_every_size),
        cmocka_unit_test(below_the_smallest_size_one_text_says_so),
        cmocka_unit_test(colour_is_never_the_only_sign),
        cmocka_unit_test(a_thousand_topics_scroll),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
