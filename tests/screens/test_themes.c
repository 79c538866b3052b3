/* The themes: what a terminal is sent for each style, against tests/screens/expected/themes.txt;
 * what must be told apart is, what must be read can be, and without colours no state is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "term/palette.h"

static const char *const style_names[STYLES] = {
    [STYLE_NORMAL] = "normal",     [STYLE_DIM] = "dim",        [STYLE_BOLD] = "bold",
    [STYLE_HEAD] = "head",         [STYLE_TITLE] = "title",    [STYLE_BAND] = "band",
    [STYLE_SELECTED] = "selected", [STYLE_KEY] = "key",        [STYLE_OK] = "ok",
    [STYLE_WARN] = "warn",         [STYLE_BAD] = "bad",        [STYLE_IN] = "in",
    [STYLE_OUT] = "out",           [STYLE_RED_BAND] = "red",   [STYLE_YELLOW_BAND] = "yellow",
    [STYLE_GREEN_BAND] = "green",  [STYLE_BLUE_BAND] = "blue", [STYLE_MAGENTA_BAND] = "magenta",
    [STYLE_CYAN_BAND] = "cyan",
};
static const char *const theme_names[] = {"default", "safe", "light", "mono"};
enum { THEMES = sizeof theme_names / sizeof *theme_names };
/* None, the 8 that every terminal of colours has, and 256. */
static const int palettes[] = {0, 8, 256};
enum { PALETTES = sizeof palettes / sizeof *palettes };

/* ---- what is sent ---- */

static void sgr(struct paint paint, char *out, size_t cap)
{
    static const struct {
        attr_t attr;
        const char *code;
    } codes[] = {
        {A_BOLD,      ";1"},
        {A_DIM,       ";2"},
        {A_UNDERLINE, ";4"},
        {A_REVERSE,   ";7"}
    };
    size_t len = (size_t)snprintf(out, cap, "0");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if ((paint.attr & codes[i].attr) != 0)
            len += (size_t)snprintf(out + len, cap - len, "%s", codes[i].code);
    if (paint.colour >= 0)
        len += (size_t)snprintf(out + len, cap - len, paint.colour >= 8 ? ";38;5;%d" : ";3%d",
                                paint.colour);
    if (paint.ground >= 0)
        snprintf(out + len, cap - len, paint.ground >= 8 ? ";48;5;%d" : ";4%d", paint.ground);
}

static char *themes_text(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    for (int theme = 0; theme < THEMES; theme++)
        for (int p = 0; p < PALETTES; p++) {
            fprintf(out, "---- %s, %d colours\n", theme_names[theme], palettes[p]);
            for (int style = 0; style < STYLES; style++) {
                char code[64];
                sgr(palette_paint((enum theme)theme, (enum style)style, palettes[p]), code,
                    sizeof code);
                fprintf(out, "%-9s%s\n", style_names[style], code);
            }
        }
    assert_int_equal(fclose(out), 0);
    return text;
}

static void what_is_sent_is_as_expected(void **state)
{
    static const char path[] = "tests/screens/expected/themes.txt";
    char expected[16384] = "", *drawn = themes_text();
    (void)state;
    if (getenv("PT_SCREENS_ACCEPT") != NULL) {
        FILE *out = fopen(path, "we");
        assert_non_null(out);
        assert_true(fputs(drawn, out) >= 0);
        assert_int_equal(fclose(out), 0);
    }
    FILE *in = fopen(path, "re");
    if (in == NULL)
        fail_msg("%s: not there; make accept-screens writes it", path);
    size_t n = fread(expected, 1, sizeof expected - 1, in);
    expected[n] = '\0';
    fclose(in);
    assert_string_equal(drawn, expected);
    free(drawn);
}

/* ---- what is told apart ---- */

static bool is_same(struct paint a, struct paint b)
{
    return a.attr == b.attr && a.colour == b.colour && a.ground == b.ground;
}

/* Of a theme with colours all states look different, and none looks like text that says nothing. */
static void states_are_told_apart(void **state)
{
    static const enum style states[] = {STYLE_NORMAL, STYLE_DIM, STYLE_OK, STYLE_WARN, STYLE_BAD};
    enum { STATES = sizeof states / sizeof *states };
    (void)state;
    for (int theme = 0; theme <= THEME_LIGHT; theme++)
        for (int p = 1; p < PALETTES; p++) {
            for (int i = 0; i < STATES; i++)
                for (int k = 0; k < i; k++) {
                    bool is_plain = states[i] == STYLE_DIM || states[k] == STYLE_DIM;
                    struct paint a = palette_paint((enum theme)theme, states[i], palettes[p]);
                    struct paint b = palette_paint((enum theme)theme, states[k], palettes[p]);
                    if (is_same(a, b) && !(is_plain && p == 1))
                        fail_msg("%s, %d colours: %s looks like %s", theme_names[theme],
                                 palettes[p], style_names[states[i]], style_names[states[k]]);
                }
            struct paint in = palette_paint((enum theme)theme, STYLE_IN, palettes[p]);
            struct paint out = palette_paint((enum theme)theme, STYLE_OUT, palettes[p]);
            assert_false(is_same(in, out));
        }
}

/* Without colours: what is bad stands out from all else, and what is selected, a head, a key and
 * what is worth a look stand out from plain text. Their words and signs say the rest. */
static void without_colours_attributes_tell(void **state)
{
    static const enum style loud[] = {STYLE_BOLD,     STYLE_HEAD, STYLE_TITLE, STYLE_BAND,
                                      STYLE_SELECTED, STYLE_KEY,  STYLE_WARN,  STYLE_BAD};
    (void)state;
    for (int theme = 0; theme < THEMES; theme++) {
        struct paint plain = palette_paint((enum theme)theme, STYLE_NORMAL, 0);
        struct paint bad = palette_paint((enum theme)theme, STYLE_BAD, 0);
        assert_int_equal(plain.attr, A_NORMAL);
        for (size_t i = 0; i < sizeof loud / sizeof *loud; i++)
            assert_false(is_same(plain, palette_paint((enum theme)theme, loud[i], 0)));
        struct paint warn = palette_paint((enum theme)theme, STYLE_WARN, 0);
        assert_false(is_same(warn, palette_paint((enum theme)theme, STYLE_OK, 0)));
        for (int style = 0; style < STYLES; style++) {
            struct paint paint = palette_paint((enum theme)theme, (enum style)style, 0);
            assert_int_equal(paint.colour, -1);
            assert_true(style == STYLE_BAD || !is_same(bad, paint));
        }
    }
    for (int style = 0; style < STYLES; style++) /* the theme itself, whatever the terminal has */
        assert_true(is_same(palette_paint(THEME_MONO, (enum style)style, 256),
                            palette_paint(THEME_DEFAULT, (enum style)style, 0)));
}

/* ---- what can be read ---- */

struct rgb {
    double r, g, b;
};

/* xterm's own colours. Bold ones of the first eight are drawn in their bright form there. */
static struct rgb xterm_colour(int n, bool is_bold)
{
    static const int base[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};
    static const int steps[6] = {0, 95, 135, 175, 215, 255};
    int rgb;
    if (n < 16)
        rgb = base[n < 8 && is_bold ? n + 8 : n];
    else if (n < 232)
        rgb = steps[(n - 16) / 36] << 16 | steps[(n - 16) / 6 % 6] << 8 | steps[(n - 16) % 6];
    else
        rgb = (8 + (n - 232) * 10) * 0x010101;
    return (struct rgb){rgb >> 16, rgb >> 8 & 255, rgb & 255};
}

static double linear(double part)
{
    part /= 255;
    return part <= 0.03928 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

static double luminance(struct rgb c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

/* The contrast of WCAG 2, 1 … 21. */
static double contrast(struct rgb a, struct rgb b)
{
    double la = luminance(a), lb = luminance(b);
    return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}

/* In 256 colours each theme can be read on the background that it is for: 4.5 is what WCAG asks of
 * text. (Of 8 colours each terminal has its own, which its user has chosen to be read.) */
static void every_style_can_be_read_on_its_background(void **state)
{
    static const struct {
        enum theme theme;
        struct rgb back, fore;
    } on[] = {
        {THEME_DEFAULT, {0, 0, 0},       {229, 229, 229}},
        {THEME_SAFE,    {0, 0, 0},       {229, 229, 229}},
        {THEME_LIGHT,   {255, 255, 255}, {0, 0, 0}      },
    };
    (void)state;
    for (size_t i = 0; i < sizeof on / sizeof *on; i++)
        for (int style = 0; style < STYLES; style++) {
            struct paint paint = palette_paint(on[i].theme, (enum style)style, 256);
            struct rgb fore = paint.colour < 0
                                  ? on[i].fore
                                  : xterm_colour(paint.colour, (paint.attr & A_BOLD) != 0);
            if ((paint.attr & A_DIM) != 0) /* two thirds, as xterm does */
                fore = (struct rgb){fore.r * 2 / 3, fore.g * 2 / 3, fore.b * 2 / 3};
            struct rgb back = paint.ground < 0 ? on[i].back : xterm_colour(paint.ground, false);
            double is = contrast(fore, back);
            if (is < 4.5)
                fail_msg("%s: %s has a contrast of %.2f", theme_names[on[i].theme],
                         style_names[style], is);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_is_as_expected),
        cmocka_unit_test(states_are_told_apart),
        cmocka_unit_test(without_colours_attributes_tell),
        cmocka_unit_test(every_style_can_be_read_on_its_background),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
