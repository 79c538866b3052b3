/* Every page in every situation at sizes from 1x1 to 300x100: no half of a wide character, no text
 * that ends at an edge without a sign, and what an operator needs first is always there.
 *
 * All 30,000 sizes of each take five minutes, with PT_ALL_SIZES=1. Otherwise those at which panels
 * come and go are drawn, and some by chance from a seed that is printed: PT_SEED=N. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "fixture_extreme.h"
#include "places.h"

enum { ROWS_MAX = 100, COLS_MAX = 300 };

static struct fixture fixture;
static struct ui ui;
static unsigned seed;

/* One screen, and where it is from. */
struct sight {
    const struct place *place;
    const struct extreme *extreme;
    const struct canvas *canvas;
    const char *text;
};

static void sight_fail(const struct sight *at, const char *what, const char *which)
{
    fail_msg("%s, %s, %dx%d: %s %s\n%s", at->place->name, at->extreme->name, at->canvas->cols,
             at->canvas->rows, what, which, at->text);
}

/* ---- what holds everywhere ---- */

static void check_cells(const struct sight *at)
{
    const struct canvas *canvas = at->canvas;
    for (int y = 0; y < canvas->rows; y++)
        for (int x = 0; x < canvas->cols; x++) {
            const struct cell *cell = canvas_at(canvas, y, x);
            if (cell->style >= STYLES)
                sight_fail(at, "a cell has a style that there is not:", cell->text);
            if (cell->width == 2 &&
                (x + 1 == canvas->cols || canvas_at(canvas, y, x + 1)->width != 0))
                sight_fail(at, "half of a wide character is missing:", cell->text);
            if (cell->width == 0 && (x == 0 || canvas_at(canvas, y, x - 1)->width != 2))
                sight_fail(at, "half of a wide character stands alone", "");
            if ((unsigned char)cell->text[0] < 0x20 && cell->width != 0)
                sight_fail(at, "a control character is in a cell", "");
        }
}

static void check_cuts(const struct sight *at)
{
    if (at->canvas->cols >= UI_COLS_MIN && at->canvas->rows >= UI_ROWS_MIN && at->canvas->n_cut > 0)
        sight_fail(at, "a text is cut without a sign:", at->canvas->cut);
}

/* Unless a question or a message has the last row. */
static void check_foot(const struct sight *at)
{
    const char *foot = at->text;
    for (int y = 0; y + 1 < at->canvas->rows; y++)
        foot = strchr(foot, '\n') + 1;
    if (ui.is_quitting || ui.n_dialogs > 0 || ui.status[0] != '\0' ||
        at->canvas->cols < UI_COLS_MIN || at->canvas->rows < UI_ROWS_MIN)
        return;
    if (strstr(foot, "? help") == NULL || strstr(foot, "q quit") == NULL)
        sight_fail(at, "the footer has no help, or no quit:", foot);
}

/* On the first page from 40x12 on: how it is, and at which rate records come in. */
static void check_overview(const struct sight *at)
{
    if (strcmp(at->place->name, "overview") != 0 || at->canvas->cols < UI_COLS_MIN ||
        at->canvas->rows < 12)
        return;
    const char *verdict = pt_verdict_word(fixture.session.verdict);
    if (strstr(at->text, verdict) == NULL)
        sight_fail(at, "the verdict is not there:", verdict);
    if (strstr(at->text, "IN/s") == NULL)
        sight_fail(at, "the rates are not there", "");
}

static void check_size(const struct place *place, const struct extreme *extreme, int rows, int cols)
{
    struct canvas *canvas = canvas_new(rows, cols, false);
    assert_non_null(canvas);
    ui_size(&ui, rows, cols);
    ui_draw(&ui, canvas);
    char *text = canvas_dump(canvas, false);
    assert_non_null(text);
    struct sight at = {place, extreme, canvas, text};
    check_cells(&at);
    check_cuts(&at);
    check_foot(&at);
    check_overview(&at);
    free(text);
    canvas_free(canvas);
}

static void check_all_sizes(const struct place *place, const struct extreme *extreme)
{
    for (int rows = 1; rows <= ROWS_MAX; rows++)
        for (int cols = 1; cols <= COLS_MAX; cols++)
            check_size(place, extreme, rows, cols);
}

/* The widths next to the smallest one and those of one usual height are all drawn; in other heights
 * steps that are prime to each other meet most of them. */
static void check_some_sizes(const struct place *place, const struct extreme *extreme)
{
    static const int heights[] = {1, 2, 9, 10, 11, 12, 13, 15, 18, 24, 31, 40, 60, 100};
    for (size_t i = 0; i < sizeof heights / sizeof *heights; i++) {
        bool is_usual = heights[i] == 10 || heights[i] == 24;
        int step = place->is_question ? 7 : is_usual ? 1 : 3;
        for (int cols = 1 + heights[i] % 7; cols < 38; cols += 11)
            check_size(place, extreme, heights[i], cols);
        for (int cols = 38 + heights[i] % step; cols < 100; cols += step)
            check_size(place, extreme, heights[i], cols);
        for (int cols = 100 + heights[i] % 11; cols <= COLS_MAX; cols += 19)
            check_size(place, extreme, heights[i], cols);
    }
    for (int n = 0; n < 50; n++)
        check_size(place, extreme, 1 + rand_r(&seed) % ROWS_MAX, 1 + rand_r(&seed) % COLS_MAX);
}

static void every_size_of_a_page(void **state)
{
    const struct extreme *extreme = *state;
    bool has_questions = extreme->make == extreme_well || extreme->make == extreme_hostile;
    for (size_t i = 0; i < PLACES; i++) {
        if (places[i].is_question && !has_questions)
            continue;
        places_go(&ui, &places[i], &fixture, extreme, false);
        if (getenv("PT_ALL_SIZES") != NULL)
            check_all_sizes(&places[i], extreme);
        else
            check_some_sizes(&places[i], extreme);
        ui_done(&ui);
    }
}

/* The share of cells of a part of the screen in which something stands. */
static double filled(const struct canvas *canvas, struct rect part)
{
    int n = 0;
    for (int y = part.y; y < part.y + part.h; y++)
        for (int x = part.x; x < part.x + part.w; x++)
            n += strcmp(canvas_at(canvas, y, x)->text, " ") != 0;
    return (double)n / (part.h * part.w);
}

static void no_third_of_a_large_overview_is_empty(void **state)
{
    (void)state;
    struct canvas *canvas = canvas_new(60, 200, false);
    assert_non_null(canvas);
    places_go(&ui, &places[0], &fixture, &extremes[0], false);
    ui_size(&ui, 60, 200);
    ui_draw(&ui, canvas);
    for (int i = 0; i < 3; i++) {
        assert_true(filled(canvas, (struct rect){i * 20, 0, 20, 200}) > 0.1);
        assert_true(filled(canvas, (struct rect){0, i * 66, 60, 66}) > 0.1);
    }
    canvas_free(canvas);
    ui_done(&ui);
}

int main(void)
{
    const char *given = getenv("PT_SEED");
    seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : 1;
    fprintf(stderr, "PT_SEED=%u\n", seed);
    return places_run(every_size_of_a_page, "no_third_of_a_large_overview_is_empty",
                      no_third_of_a_large_overview_is_empty);
}
