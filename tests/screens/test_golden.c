/* Every page and view in every situation (fixture_extreme.h), at three sizes, with its styles and
 * in ASCII: one file each in tests/screens/expected/golden/. PT_SCREENS_ACCEPT=1 writes new ones.
 *
 * Styles stand there as runs: 12h is twelve cells of a head, and what is normal is a dot. Of the
 * ASCII form only those lines stand there that are not the others with each sign replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>

#include "fixture_extreme.h"
#include "places.h"

struct golden_size {
    int rows, cols;
};
static const struct golden_size sizes[] = {
    {24, 80 },
    {40, 120},
    {60, 200},
};
enum { SIZES = sizeof sizes / sizeof *sizes };

static struct fixture fixture;

/* ---- one file ---- */

static struct canvas *draw_sized(struct ui *ui, struct golden_size size, bool is_ascii)
{
    struct canvas *canvas = canvas_new(size.rows, size.cols, is_ascii);
    assert_non_null(canvas);
    ui_size(ui, size.rows, size.cols);
    ui_draw(ui, canvas);
    return canvas;
}

static void put_text(FILE *out, const struct canvas *canvas)
{
    char *text = canvas_dump(canvas, false);
    assert_non_null(text);
    fprintf(out, "---- %dx%d\n%s", canvas->cols, canvas->rows, text);
    free(text);
}

/* The runs of one line of style letters. */
static void put_style_runs(FILE *out, const char *line, size_t len)
{
    while (len > 0 && line[len - 1] == '.')
        len--;
    for (size_t i = 0, n; i < len; i += n) {
        for (n = 1; i + n < len && line[i + n] == line[i];)
            n++;
        fprintf(out, "%s%zu%c", i > 0 ? " " : "", n, line[i]);
    }
    fputc('\n', out);
}

static void put_styles(FILE *out, const struct canvas *canvas)
{
    char *styles = canvas_dump(canvas, true);
    assert_non_null(styles);
    fprintf(out, "---- %dx%d styles\n", canvas->cols, canvas->rows);
    for (const char *line = styles, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
        put_style_runs(out, line, (size_t)(end - line));
    free(styles);
}

/* What the text is when each of its signs is replaced by an ASCII one. */
static struct canvas *in_ascii(const struct canvas *canvas)
{
    struct canvas *plain = canvas_new(canvas->rows, canvas->cols, true);
    char *text = canvas_dump(canvas, false);
    assert_non_null(plain);
    assert_non_null(text);
    int y = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1, y++) {
        *end = '\0';
        canvas_text(plain, canvas_rect(plain), y, 0, STYLE_NORMAL, line);
    }
    free(text);
    return plain;
}

static void put_ascii(FILE *out, const struct canvas *canvas, const struct canvas *ascii)
{
    struct canvas *plain = in_ascii(canvas);
    char *expected = canvas_dump(plain, false), *drawn = canvas_dump(ascii, false);
    assert_non_null(expected);
    assert_non_null(drawn);
    fprintf(out, "---- %dx%d ASCII, where it is not the same\n", canvas->cols, canvas->rows);
    char *a = expected, *b = drawn;
    for (int y = 0; y < canvas->rows; y++) {
        size_t a_len = strcspn(a, "\n"), b_len = strcspn(b, "\n");
        for (size_t i = 0; i < b_len; i++)
            assert_in_range((unsigned char)b[i], 0x20, 0x7e);
        if (a_len != b_len || memcmp(a, b, a_len) != 0)
            fprintf(out, "%d %.*s\n", y + 1, (int)b_len, b);
        a += a_len + 1;
        b += b_len + 1;
    }
    free(expected);
    free(drawn);
    canvas_free(plain);
}

/* A question is drawn at one size: its page has a file of its own. */
static char *golden_text(const struct place *place, const struct extreme *extreme)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct ui ui, plain;
    assert_non_null(out);
    places_go(&plain, place, &fixture, extreme, true);
    places_go(&ui, place, &fixture, extreme, false);
    for (int i = 0; i < (place->is_question ? 1 : SIZES); i++) {
        struct canvas *canvas = draw_sized(&ui, sizes[i], false);
        struct canvas *ascii = draw_sized(&plain, sizes[i], true);
        put_text(out, canvas);
        if (i == 0)
            put_styles(out, canvas);
        put_ascii(out, canvas, ascii);
        canvas_free(canvas);
        canvas_free(ascii);
    }
    ui_done(&plain);
    ui_done(&ui);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* ---- against the file ---- */

static char *golden_read(const char *path)
{
    FILE *in = fopen(path, "re");
    char *text = NULL;
    size_t cap = 0;
    if (in == NULL)
        return NULL;
    if (getdelim(&text, &cap, '\0', in) < 0) {
        free(text);
        text = NULL;
    }
    fclose(in);
    return text;
}

static void golden_write(const char *path, const char *text)
{
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

/* The first line that differs, as both have it. */
static void golden_tell(const char *path, const char *expected, const char *drawn)
{
    const char *head = "";
    int head_len = 0;
    while (*drawn != '\0' || *expected != '\0') {
        int d = (int)strcspn(drawn, "\n"), e = (int)strcspn(expected, "\n");
        if (strncmp(drawn, "---- ", 5) == 0) {
            head = drawn;
            head_len = d;
        }
        if (d != e || strncmp(drawn, expected, (size_t)d) != 0) {
            fprintf(stderr, "%s, %.*s\nexpected: %.*s\ndrawn:    %.*s\n", path, head_len, head, e,
                    expected, d, drawn);
            return;
        }
        drawn += d + (drawn[d] == '\n');
        expected += e + (expected[e] == '\n');
    }
}

static bool golden_is_good(const struct place *place, const struct extreme *extreme)
{
    char path[200];
    snprintf(path, sizeof path, "tests/screens/expected/golden/%s-%s.txt", place->name,
             extreme->name);
    char *drawn = golden_text(place, extreme), *expected;
    assert_non_null(drawn);
    if (getenv("PT_SCREENS_ACCEPT") != NULL)
        golden_write(path, drawn);
    expected = golden_read(path);
    bool is_good = expected != NULL && strcmp(expected, drawn) == 0;
    if (expected == NULL)
        fprintf(stderr, "%s: not there; make accept-screens writes it\n", path);
    else if (!is_good)
        golden_tell(path, expected, drawn);
    free(drawn);
    free(expected);
    return is_good;
}

/* A question is asked of things with good names and with bad ones; figures are its page's. */
static bool has_golden(const struct place *place, const struct extreme *extreme)
{
    return !place->is_question || strcmp(extreme->name, "well") == 0 ||
           strcmp(extreme->name, "hostile") == 0;
}

static void every_place_is_as_expected(void **state)
{
    const struct extreme *extreme = *state;
    int bad = 0;
    for (size_t i = 0; i < PLACES; i++)
        if (has_golden(&places[i], extreme))
            bad += !golden_is_good(&places[i], extreme);
    if (bad > 0)
        fail_msg("%s: %d screens differ; make accept-screens takes the new ones", extreme->name,
                 bad);
}

/* Files of places that are gone would be taken for what is drawn. */
static void every_file_belongs_to_a_place(void **state)
{
    (void)state;
    size_t wanted = 0, there = 0;
    for (size_t e = 0; e < EXTREMES; e++)
        for (size_t i = 0; i < PLACES; i++)
            wanted += has_golden(&places[i], &extremes[e]);
    DIR *folder = opendir("tests/screens/expected/golden");
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        there += entry->d_name[0] != '.';
    closedir(folder);
    assert_int_equal(there, wanted);
}

int main(void)
{
    return places_run(every_place_is_as_expected, "every_file_belongs_to_a_place",
                      every_file_belongs_to_a_place);
}
