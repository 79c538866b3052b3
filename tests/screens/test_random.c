/* Keys, clicks, resizes and snapshots by chance: nothing breaks, the selection stays in its list,
 * and streams that run are not left without a question. The seed is printed and can be given:
 * PT_SEED=N. What it costs a sanitizer is the point: FLAVOUR=asan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "fixture_extreme.h"
#include "places.h"
#include "ui/mouse.h"

enum { KEYS = 5000, RESIZES = 500, ROWS_MAX = 100, COLS_MAX = 300 };

static unsigned seed;
static struct fixture fixture;
static struct ui ui;
static struct canvas *canvas;
static int rows = 24, cols = 80, quits;
static int64_t now_ms;
static char last[64]; /* the keys that led here, the newest last */

static int chance(int n)
{
    return (int)((unsigned)rand_r(&seed) % (unsigned)n);
}

/* ---- the program around it ---- */

static pt_code submit(void *arg, const struct pt_command *cmd, uint64_t *id, struct pt_error *err)
{
    if (chance(6) == 0)
        return pt_error_set(err, PT_EBUSY, "Try again", "too many commands wait");
    return places_submit(arg, cmd, id, err);
}

static void quit(void *arg)
{
    (void)arg;
    quits++;
}

static bool copy(void *arg, const char *text)
{
    (void)arg;
    return strlen(text) % 2 == 0;
}

static pt_code save(void *arg, const char *name, char *path, size_t cap, struct pt_error *err)
{
    (void)arg;
    if (strlen(name) > 8)
        return pt_error_set(err, PT_ECONFIG, "Use a shorter one", "context name: it is too long");
    snprintf(path, cap, "%s.properties", name);
    return PT_OK;
}

static const struct pt_link busy_link = {.submit = submit};
static const struct ui_host host = {.link = &busy_link, .quit = quit, .copy = copy, .save = save};

/* ---- what happens ---- */

static void take_snapshot(void)
{
    const struct extreme *extreme = &extremes[chance(EXTREMES)];
    extreme->make(&fixture);
    if (chance(3) != 0)
        places_answer_like(&fixture, extreme);
    fixture.session.is_readonly = chance(8) == 0;
    fixture.session.is_embedded = chance(4) == 0;
    fixture.snap.section.version = (uint64_t)now_ms;
    now_ms += chance(5000);
    ui_snapshot(&ui, &fixture.snap, now_ms);
}

static void resize(void)
{
    canvas_free(canvas);
    rows = 1 + chance(ROWS_MAX);
    cols = 1 + chance(COLS_MAX);
    canvas = canvas_new(rows, cols, false);
    assert_non_null(canvas);
    ui_size(&ui, rows, cols);
}

static void press(int key)
{
    memmove(last, last + 1, sizeof last - 2);
    last[sizeof last - 2] = key > 0x20 && key < 0x7f ? (char)key : '.';
    ui_key(&ui, key);
}

/* What arrives when somebody pastes a file, or when a sequence of the terminal was torn. */
static void paste(void)
{
    static const char *const garbage[] = {"\033[",
                                          "[200~rm -rf /\r",
                                          "O",
                                          "\033]52;c;AAAA\a",
                                          "%s%n%s",
                                          "999999999999999999999999",
                                          "\t\t\t",
                                          "-1\r",
                                          "nan\r",
                                          "1e999\r",
                                          "{\"a\":[",
                                          "max\r",
                                          "partitions=3\r",
                                          "2026-11-23T03:12:00Z\r"};
    const char *text = garbage[chance((int)(sizeof garbage / sizeof *garbage))];
    for (; *text != '\0'; text++)
        press((unsigned char)*text);
}

static void press_any(void)
{
    static const int runes[] = {0x301, 0x65e5, 0x1f469, 0x202e, 0x9b, 0xad, 0xe9, 0x10ffff, 0x7f};
    switch (chance(10)) {
    case 0:
        press(runes[chance((int)(sizeof runes / sizeof *runes))]);
        return;
    case 1:
        press(chance(32)); /* with Ctrl, and none at all */
        return;
    case 2:
        ui_mouse(&ui, canvas, KEY_CLICK_ + chance(4), chance(rows + 4) - 2, chance(cols + 4) - 2);
        return;
    case 3:
    case 4:
        press(KEY_FIRST_ + 1 + chance(KEY_F10_ - KEY_FIRST_));
        return;
    case 5:
        press(KEY_ESC_);
        return;
    case 6:
        press("\t\r123456"[chance(8)]);
        return;
    default:
        press(0x20 + chance(0x5f));
    }
}

/* ---- what holds after each step ---- */

static void check_state(int step)
{
    const struct listing *listing = ui_listing(&ui);
    bool is_in = listing == NULL || listing->list.count == 0
                     ? listing == NULL || listing->list.selected == 0
                     : listing->list.selected >= 0 && listing->list.selected < listing->list.count;
    if (!is_in)
        fail_msg("step %d, after %s: row %d of %d is selected on page %zu", step, last,
                 listing->list.selected, listing->list.count, ui.page);
    if (ui.n_dialogs < 0 || ui.n_dialogs > UI_DIALOGS || ui.page >= ui.pages->n)
        fail_msg("step %d, after %s: %d dialogs, page %zu", step, last, ui.n_dialogs, ui.page);
    for (int i = 0; i < ui.n_dialogs; i++)
        if (ui.dialogs[i].prompt.text[sizeof ui.dialogs[i].prompt.text - 1] != '\0')
            fail_msg("step %d, after %s: a prompt has no end", step, last);
}

static void check_picture(int step)
{
    ui_draw(&ui, canvas);
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++) {
            const struct cell *cell = canvas_at(canvas, y, x);
            bool is_whole = cell->width == 1 ||
                            (cell->width == 2 && x + 1 < cols && (cell + 1)->width == 0) ||
                            (cell->width == 0 && x > 0 && (cell - 1)->width == 2);
            if (!is_whole || cell->style >= STYLES)
                fail_msg("step %d, after %s: half a character at row %d, column %d", step, last, y,
                         x);
        }
    if (cols >= UI_COLS_MIN && rows >= UI_ROWS_MIN && canvas->n_cut > 0)
        fail_msg("step %d, after %s, %dx%d: a text is cut without a sign: %s", step, last, cols,
                 rows, canvas->cut);
}

/* Whoever quits begins again. Nobody does so by one key while streams run here. */
static void begin_again(int step, int dialogs_before)
{
    bool is_going = false;
    if (!ui.is_quitting)
        return;
    for (int i = 0; i < PT_STREAMS; i++)
        is_going |= pt_stream_is_going(fixture.streams.streams[i].state);
    if (is_going && dialogs_before == 0)
        fail_msg("step %d, after %s: quit without a question while streams run", step, last);
    ui_done(&ui);
    struct looks looks = {.is_ascii = chance(4) == 0};
    assert_int_equal(ui_init(&ui, &host, &looks), PT_OK);
    ui_size(&ui, rows, cols);
    take_snapshot();
}

static void keys_and_resizes_by_chance(void **state)
{
    (void)state;
    struct looks looks = {false, false};
    now_ms = FIXTURE_NOW_MS;
    memset(last, '.', sizeof last - 1);
    assert_int_equal(ui_init(&ui, &host, &looks), PT_OK);
    resize();
    take_snapshot();
    for (int step = 0; step < KEYS; step++) {
        int before = ui.n_dialogs;
        if (chance(40) == 0)
            paste();
        else
            press_any();
        begin_again(step, before);
        if (step % (KEYS / RESIZES) == 0)
            resize();
        if (chance(8) == 0)
            take_snapshot();
        check_state(step);
        check_picture(step);
    }
    assert_true(quits > 0); /* some keys did get so far */
    ui_done(&ui);
    canvas_free(canvas);
}

int main(void)
{
    const char *given = getenv("PT_SEED");
    if (setlocale(LC_ALL, "C.UTF-8") == NULL)
        setlocale(LC_ALL, "en_US.UTF-8");
    seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : 1;
    fprintf(stderr, "PT_SEED=%u\n", seed);
    const struct CMUnitTest tests[] = {cmocka_unit_test(keys_and_resizes_by_chance)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
