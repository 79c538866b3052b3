/* The sweep chart. */
#include "widget/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/format.h"

/* What one plot needs while it is drawn. */
struct plot {
    const struct chart *chart;
    struct canvas *canvas;
    struct rect area; /* of the signs alone */
    int slots;
    int per_column; /* slots in a column of cells */
    int levels;     /* distinct heights */
    float top;
};

int chart_per_column(enum chart_form form)
{
    return form == CHART_BRAILLE ? 2 : 1;
}

int chart_span_s(enum chart_form form, int cols)
{
    return (cols - CHART_GAP_COLS) * chart_per_column(form);
}

const char *chart_sign_in(enum chart_form form)
{
    return form == CHART_ASCII ? "*" : form == CHART_BLOCK ? "█" : "⠤⠤";
}

const char *chart_sign_out(enum chart_form form)
{
    return form == CHART_BRAILLE ? "⠄⠄" : "o";
}

const char *chart_sign_both(enum chart_form form)
{
    return form == CHART_ASCII ? "#" : form == CHART_BLOCK ? "▓" : NULL;
}

int64_t chart_sample_at(const struct chart *chart, int slot, int slots)
{
    if (chart->last < 0 || slots <= 0)
        return -1;
    int64_t back = (chart->last - slot) % slots;
    if (back < 0)
        back += slots;
    int gap = CHART_GAP_COLS * chart_per_column(chart->form);
    int64_t n = chart->last - back;
    if (n < 0 || back >= slots - gap || back >= (int64_t)chart->len)
        return -1;
    return n;
}

float chart_scale(float most)
{
    if (!(most > 1))
        return 1;
    float power = powf(10, floorf(log10f(most)));
    static const float steps[] = {1, 2, 4, 6, 10};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (most <= steps[i] * power * 1.0001f)
            return steps[i] * power;
    return 10 * power;
}

float chart_mean(const float *ring, size_t len, int64_t last)
{
    float sum = 0;
    int n = 0;
    for (int64_t i = last; i >= 0 && i > last - 5; i--) {
        float value = ring[(size_t)i % len];
        if (isnan(value))
            continue;
        sum += value;
        n++;
    }
    return n > 0 ? sum / (float)n : NAN;
}

static float value_at(const struct plot *plot, const float *ring, int slot)
{
    int64_t n = chart_sample_at(plot->chart, slot, plot->slots);
    return n < 0 ? NAN : ring[(size_t)n % plot->chart->len];
}

/* Height of a value in levels, -1 unknown. */
static int level_of(const struct plot *plot, float value)
{
    if (isnan(value))
        return -1;
    int level = (int)lroundf(value / plot->top * (float)(plot->levels - 1));
    return level < 0 ? 0 : level >= plot->levels ? plot->levels - 1 : level;
}

static int level_at(const struct plot *plot, const float *ring, int slot)
{
    return level_of(plot, value_at(plot, ring, slot));
}

static float find_top(const struct plot *plot)
{
    float most = 0;
    for (int slot = 0; slot < plot->slots; slot++) {
        float in = value_at(plot, plot->chart->in, slot);
        float out = value_at(plot, plot->chart->out, slot);
        if (!isnan(in) && in > most)
            most = in;
        if (!isnan(out) && out > most)
            most = out;
    }
    return chart_scale(most);
}

/* The bit of a braille dot: column 0 or 1, row 0 (top) to 3. */
static unsigned braille_bit(int column, int row)
{
    static const unsigned bits[2][4] = {
        {0x01, 0x02, 0x04, 0x40},
        {0x08, 0x10, 0x20, 0x80}
    };
    return bits[column][row];
}

/* The dots of the levels low … high of one slot that fall into this row of cells (0 at the top). */
static unsigned braille_dots(const struct plot *plot, int slot, int row, int low, int high)
{
    unsigned dots = 0;
    for (int level = low; level <= high; level++) {
        int y = plot->levels - 1 - level;
        if (y / 4 == row)
            dots |= braille_bit(slot % 2, y % 4);
    }
    return dots;
}

/* `in` is a line without holes: a jump is drawn up or down to the sample before. */
static unsigned in_dots(const struct plot *plot, int slot, int row)
{
    int level = level_at(plot, plot->chart->in, slot);
    if (level < 0)
        return 0;
    int before = slot > 0 ? level_at(plot, plot->chart->in, slot - 1) : -1;
    int low = level, high = level;
    if (before >= 0 && before < level - 1)
        low = before + 1;
    if (before > level + 1)
        high = before - 1;
    return braille_dots(plot, slot, row, low, high);
}

/* `out` is dotted: every other sample, so that it is told from `in` without colour. */
static unsigned out_dots(const struct plot *plot, int slot, int row)
{
    int level = slot % 2 == 0 ? level_at(plot, plot->chart->out, slot) : -1;
    return level < 0 ? 0 : braille_dots(plot, slot, row, level, level);
}

static void put_braille(const struct plot *plot, int row, int column, unsigned dots,
                        enum style style)
{
    unsigned rune = 0x2800 + dots;
    char text[4] = {(char)(0xe0 | rune >> 12), (char)(0x80 | (rune >> 6 & 0x3f)),
                    (char)(0x80 | (rune & 0x3f)), '\0'};
    canvas_text(plot->canvas, plot->area, row, column, style, text);
}

static void draw_braille_cell(const struct plot *plot, int row, int column)
{
    unsigned in = 0, out = 0;
    for (int slot = column * 2; slot < column * 2 + 2; slot++) {
        in |= in_dots(plot, slot, row);
        out |= out_dots(plot, slot, row);
    }
    if ((in | out) != 0)
        put_braille(plot, row, column, in | out, (out & ~in) != 0 ? STYLE_OUT : STYLE_IN);
}

static void draw_block_cell(const struct plot *plot, int row, int column)
{
    static const char *const eighths[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    int in = level_at(plot, plot->chart->in, column);
    int out = level_at(plot, plot->chart->out, column);
    int floor = (plot->area.h - 1 - row) * 8;
    int filled = in < 0 ? 0 : in + 1 - floor;
    filled = filled < 0 ? 0 : filled > 8 ? 8 : filled;
    bool is_out = out >= floor && out < floor + 8;
    if (is_out)
        canvas_text(plot->canvas, plot->area, row, column, STYLE_OUT, filled > 0 ? "▓" : "o");
    else if (filled > 0)
        canvas_text(plot->canvas, plot->area, row, column, STYLE_IN, eighths[filled]);
}

static void draw_ascii_cell(const struct plot *plot, int row, int column)
{
    int here = plot->area.h - 1 - row;
    bool is_in = level_at(plot, plot->chart->in, column) == here;
    bool is_out = level_at(plot, plot->chart->out, column) == here;
    if (is_in || is_out)
        canvas_text(plot->canvas, plot->area, row, column, is_in ? STYLE_IN : STYLE_OUT,
                    is_in && is_out ? "#"
                    : is_in         ? "*"
                                    : "o");
}

static void draw_plot(const struct plot *plot)
{
    for (int row = 0; row < plot->area.h; row++) {
        for (int column = 0; column < plot->area.w; column++) {
            if (plot->chart->form == CHART_BRAILLE)
                draw_braille_cell(plot, row, column);
            else if (plot->chart->form == CHART_BLOCK)
                draw_block_cell(plot, row, column);
            else
                draw_ascii_cell(plot, row, column);
        }
    }
}

/* "  50|": the value at the top, half of it in the middle, 0 at the bottom. */
static void draw_scale(const struct plot *plot, struct canvas *canvas, struct rect area)
{
    int rows = plot->area.h, middle = (rows - 1) / 2;
    for (int row = 0; row < rows; row++) {
        bool is_bottom = row == rows - 1;
        canvas_text(canvas, area, row, CHART_LABEL_COLS - 1, STYLE_DIM, is_bottom ? "┼" : "│");
        struct shown label = {""};
        if (row == 0)
            label = show_pace(plot->top);
        else if (is_bottom)
            memcpy(label.s, "0", 2);
        else if (rows >= 3 && rows % 2 == 1 && row == middle)
            label = show_pace(plot->top / 2);
        canvas_field(canvas, area, row, 0, CHART_LABEL_COLS - 1, ALIGN_RIGHT, STYLE_DIM, label.s);
    }
}

/* The time of the sample above each label's first sign; it changes only as the sweep passes. */
static void draw_times(const struct plot *plot, struct canvas *canvas, struct rect area)
{
    enum { LABEL = 9, EVERY = 20 };
    int y = plot->area.h;
    for (int column = 0; column + LABEL <= plot->area.w; column += EVERY) {
        int slot = column * plot->per_column;
        int64_t n = chart_sample_at(plot->chart, slot, plot->slots);
        if (n < 0)
            continue;
        struct shown time = show_second(plot->chart->last_ms - (plot->chart->last - n) * 1000);
        canvas_text(canvas, area, y, CHART_LABEL_COLS + column, STYLE_DIM, time.s);
    }
}

void chart_draw(const struct chart *chart, struct canvas *canvas, struct rect area)
{
    if (area.h < 3 || area.w < 20)
        return;
    static const int sub_rows[] = {[CHART_BRAILLE] = 4, [CHART_BLOCK] = 8, [CHART_ASCII] = 1};
    struct rect cells = {area.y, area.x + CHART_LABEL_COLS, area.h - 1,
                         area.w - CHART_LABEL_COLS - 1};
    struct plot plot = {.chart = chart, .canvas = canvas, .area = cells};
    plot.per_column = chart_per_column(chart->form);
    plot.slots = cells.w * plot.per_column;
    plot.levels = cells.h * sub_rows[chart->form];
    plot.top = find_top(&plot);
    draw_scale(&plot, canvas, area);
    draw_plot(&plot);
    draw_times(&plot, canvas, area);
}
