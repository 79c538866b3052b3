/* The sweep chart. */
#include "widget/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "widget/format.h"

/* ---- forms ---- */

static const char *const chart_form_words[CHART_FORMS] = {"braille", "block", "ascii"};

const char *chart_form_word(enum chart_form form)
{
    return chart_form_words[form];
}

bool chart_form_find(const char *word, enum chart_form *form)
{
    for (int i = 0; i < CHART_FORMS; i++) {
        if (strcmp(chart_form_words[i], word) == 0) {
            *form = (enum chart_form)i;
            return true;
        }
    }
    return false;
}

/* What one plot needs while it is drawn. */
struct plot {
    const struct chart *chart;
    struct canvas *canvas;
    struct rect area; /* the signs only, without scale and times */
    int slots;
    int per_column; /* slots in a column of cells */
    int levels;     /* distinct heights */
    float top;
};

int chart_per_column(enum chart_form form)
{
    return form == CHART_BRAILLE ? 2 : 1;
}

int chart_span(enum chart_form form, int cols)
{
    return (cols - CHART_GAP_COLS) * chart_per_column(form);
}

const char *chart_sign_in(enum chart_form form)
{
    return form == CHART_ASCII ? "*" : form == CHART_BLOCK ? "█" : "⣤⣤";
}

const char *chart_sign_out(enum chart_form form)
{
    return form == CHART_BRAILLE ? "⠒⠒" : "o";
}

const char *chart_sign_both(enum chart_form form)
{
    return form == CHART_ASCII ? "#" : form == CHART_BLOCK ? "▓" : NULL;
}

const char *chart_bar(int level, bool is_ascii)
{
    static const char *const bars[CHART_BARS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[CHART_BARS] = {"_", ".", ":", "-", "=", "+", "*", "#"};
    level = level < 0 ? 0 : level >= CHART_BARS ? CHART_BARS - 1 : level;
    return is_ascii ? ascii[level] : bars[level];
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

int64_t chart_first_shown(const struct chart *chart, int cols)
{
    int64_t span = chart_span(chart->form, cols);
    if (chart->last < 0 || span <= 0)
        return -1;
    span = span < (int64_t)chart->len ? span : (int64_t)chart->len;
    return chart->last >= span ? chart->last - span + 1 : 0;
}

static int64_t chart_step_ms(const struct chart *chart)
{
    return chart->step_ms > 0 ? chart->step_ms : 1000;
}

int64_t chart_time_of(const struct chart *chart, int64_t sample)
{
    return chart->last_ms - (chart->last - sample) * chart_step_ms(chart);
}

float chart_scale(float most)
{
    if (!(most > 1))
        return 1;
    float power = powf(10, floorf(log10f(most)));
    static const float steps[] = {1, 2, 3, 4, 5, 6, 8, 10};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (most <= steps[i] * power * 1.0001f)
            return steps[i] * power;
    return 10 * power;
}

/* A sample has three decimals, as every figure that is shown (widget/format.c). */
static float chart_sample(const float *ring, size_t at)
{
    return (float)(round((double)ring[at] * 1000) / 1000);
}

float chart_mean(const float *ring, size_t len, int64_t last)
{
    float sum = 0;
    int n = 0;
    for (int64_t i = last; i >= 0 && i > last - 5; i--) {
        float value = chart_sample(ring, (size_t)i % len);
        if (isnan(value))
            continue;
        sum += value;
        n++;
    }
    return n > 0 ? sum / (float)n : NAN;
}

static float chart_value_at(const struct plot *plot, const float *ring, int slot)
{
    int64_t n = ring != NULL ? chart_sample_at(plot->chart, slot, plot->slots) : -1;
    return n < 0 ? NAN : chart_sample(ring, (size_t)n % plot->chart->len);
}

/* The height of a value in levels; -1: unknown. */
static int chart_level_of(const struct plot *plot, float value)
{
    if (isnan(value))
        return -1;
    int level = (int)lroundf(value / plot->top * (float)(plot->levels - 1));
    return level < 0 ? 0 : level >= plot->levels ? plot->levels - 1 : level;
}

static int chart_level_at(const struct plot *plot, const float *ring, int slot)
{
    return chart_level_of(plot, chart_value_at(plot, ring, slot));
}

static float chart_find_top(const struct plot *plot)
{
    float most = 0;
    for (int slot = 0; slot < plot->slots; slot++) {
        float in = chart_value_at(plot, plot->chart->in, slot);
        float out = chart_value_at(plot, plot->chart->out, slot);
        if (!isnan(in) && in > most)
            most = in;
        if (!isnan(out) && out > most)
            most = out;
    }
    return chart_scale(most);
}

/* The bit of a braille dot: column 0 or 1, row 0 (top) to 3. */
static unsigned chart_braille_bit(int column, int row)
{
    static const unsigned bits[2][4] = {
        {0x01, 0x02, 0x04, 0x40},
        {0x08, 0x10, 0x20, 0x80}
    };
    return bits[column][row];
}

/* The levels of one slot that a line without holes goes through: a jump is drawn as a vertical line
 * from the sample before. */
struct levels {
    int low, high; /* high < low: none */
};

static struct levels chart_line_at(const struct plot *plot, const float *ring, int slot)
{
    int level = chart_level_at(plot, ring, slot);
    if (level < 0)
        return (struct levels){0, -1};
    int before = slot > 0 ? chart_level_at(plot, ring, slot - 1) : -1;
    struct levels line = {level, level};
    if (before >= 0 && before < level - 1)
        line.low = before + 1;
    if (before > level + 1)
        line.high = before - 1;
    return line;
}

/* The dots of one slot in one row of cells (0 at the top). */
struct slot_dots {
    unsigned dots;
    bool is_out; /* the line of `out` goes through them */
};

/* `in` is filled from zero to its level. The line of `out` is dots above the area and a gap in it,
 * so that it is seen without colours, too; where both are equal it is the edge of the area. */
static struct slot_dots chart_slot_dots(const struct plot *plot, int slot, int row)
{
    struct slot_dots at = {0, false};
    int in = chart_level_at(plot, plot->chart->in, slot);
    struct levels out = chart_line_at(plot, plot->chart->out, slot);
    if (chart_level_at(plot, plot->chart->out, slot) == in)
        out = (struct levels){in, in};
    for (int y = 0; y < 4; y++) {
        int level = plot->levels - 1 - (row * 4 + y);
        bool is_out = level >= out.low && level <= out.high;
        if (is_out ? level >= in : level <= in)
            at.dots |= chart_braille_bit(slot % 2, y);
        at.is_out |= is_out;
    }
    return at;
}

static void chart_put_braille(const struct plot *plot, int row, int column, unsigned dots,
                              enum style style)
{
    unsigned rune = 0x2800 + dots;
    char text[4] = {(char)(0xe0 | rune >> 12), (char)(0x80 | (rune >> 6 & 0x3f)),
                    (char)(0x80 | (rune & 0x3f)), '\0'};
    canvas_text(plot->canvas, plot->area, row, column, style, text);
}

static void chart_draw_braille_cell(const struct plot *plot, int row, int column)
{
    struct slot_dots left = chart_slot_dots(plot, column * 2, row);
    struct slot_dots right = chart_slot_dots(plot, column * 2 + 1, row);
    unsigned dots = left.dots | right.dots;
    bool is_out = left.is_out || right.is_out;
    if (dots != 0)
        chart_put_braille(plot, row, column, dots, is_out ? STYLE_OUT : STYLE_IN);
}

static void chart_draw_block_cell(const struct plot *plot, int row, int column)
{
    int in = chart_level_at(plot, plot->chart->in, column);
    int out = chart_level_at(plot, plot->chart->out, column);
    int floor = (plot->area.h - 1 - row) * 8;
    int filled = in < 0 ? 0 : in + 1 - floor;
    filled = filled < 0 ? 0 : filled > 8 ? 8 : filled;
    bool is_out = out >= floor && out < floor + 8;
    if (is_out)
        canvas_text(plot->canvas, plot->area, row, column, STYLE_OUT, filled > 0 ? "▓" : "o");
    else if (filled > 0)
        canvas_text(plot->canvas, plot->area, row, column, STYLE_IN, chart_bar(filled - 1, false));
}

static void chart_draw_ascii_cell(const struct plot *plot, int row, int column)
{
    int here = plot->area.h - 1 - row;
    int in = chart_level_at(plot, plot->chart->in, column);
    bool is_out = chart_level_at(plot, plot->chart->out, column) == here;
    if (is_out || in >= here)
        canvas_text(plot->canvas, plot->area, row, column, is_out ? STYLE_OUT : STYLE_IN,
                    is_out && in == here ? "#"
                    : is_out             ? "o"
                    : in == here         ? "*"
                                         : ":");
}

static void chart_draw_plot(const struct plot *plot)
{
    for (int row = 0; row < plot->area.h; row++) {
        for (int column = 0; column < plot->area.w; column++) {
            if (plot->chart->form == CHART_BRAILLE)
                chart_draw_braille_cell(plot, row, column);
            else if (plot->chart->form == CHART_BLOCK)
                chart_draw_block_cell(plot, row, column);
            else
                chart_draw_ascii_cell(plot, row, column);
        }
    }
}

/* "  50|": the value at the top, half of it in the middle, 0 at the bottom. */
static void chart_draw_scale(const struct plot *plot, struct canvas *canvas, struct rect area)
{
    struct shown (*show)(double) = plot->chart->label != NULL ? plot->chart->label : show_pace;
    int rows = plot->area.h, middle = (rows - 1) / 2;
    for (int row = 0; row < rows; row++) {
        bool is_bottom = row == rows - 1;
        canvas_text(canvas, area, row, CHART_LABEL_COLS - 1, STYLE_DIM, is_bottom ? "┼" : "│");
        struct shown label = {""};
        if (row == 0)
            label = show((double)plot->top);
        else if (is_bottom)
            memcpy(label.s, "0", 2);
        else if (rows >= 3 && rows % 2 == 1 && row == middle)
            label = show((double)plot->top / 2);
        canvas_field(canvas, area, row, 0, CHART_LABEL_COLS - 1, ALIGN_RIGHT, STYLE_DIM, label.s);
    }
}

/* ---- below the plot ---- */

/* The column of a sample; -1: it is not shown. */
static int chart_column_of(const struct plot *plot, int64_t sample)
{
    if (sample < 0 || plot->slots <= 0)
        return -1;
    int slot = (int)(sample % plot->slots);
    return chart_sample_at(plot->chart, slot, plot->slots) == sample ? slot / plot->per_column : -1;
}

/* What stands in the row below the plot: the mark of each column, NULL for none. */
struct marks_row {
    const struct chart_mark *at[CHART_COLS_MOST];
    int cols;
};

/* The number of the sample that a time belongs to; -1: it is newer than all. The sample of a second
 * is taken at its end, one of a longer step has the time of its begin. */
static int64_t chart_sample_of(const struct chart *chart, int64_t ms)
{
    int64_t step_ms = chart_step_ms(chart), end_ms = chart->last_ms;
    if (step_ms > 1000)
        end_ms += step_ms - 1;
    return ms > end_ms ? -1 : chart->last - (end_ms - ms) / step_ms;
}

static void chart_place_marks(const struct plot *plot, struct marks_row *row)
{
    const struct chart *chart = plot->chart;
    row->cols = plot->area.w < CHART_COLS_MOST ? plot->area.w : CHART_COLS_MOST;
    memset(row->at, 0, sizeof row->at);
    for (size_t i = 0; chart->last >= 0 && i < chart->n_marks; i++) {
        const struct chart_mark *mark = &chart->marks[i];
        int column = chart_column_of(plot, chart_sample_of(chart, mark->ms));
        if (column >= 0 && column < row->cols &&
            (row->at[column] == NULL || row->at[column]->rank <= mark->rank))
            row->at[column] = mark;
    }
    static const struct chart_mark here = {.sign = '^', .style = STYLE_BOLD};
    int column = chart->has_cursor ? chart_column_of(plot, chart->cursor) : -1;
    if (column >= 0 && column < row->cols)
        row->at[column] = &here;
}

static bool chart_is_free(const struct marks_row *row, int from, int end)
{
    for (int column = from < 0 ? 0 : from; column < end && column < row->cols; column++)
        if (row->at[column] != NULL)
            return false;
    return true;
}

/* The first column from `from` to `to` where a label stands apart from the marks; -1: none. */
static int chart_room_for_label(const struct marks_row *row, int from, int to, int label)
{
    for (int column = from; column <= to && column + label <= row->cols; column++)
        if (chart_is_free(row, column - 1, column + label + 1))
            return column;
    return -1;
}

/* A label is the time of the sample above its first sign. It changes only when the sweep passes,
 * and makes room for the marks. */
static void chart_draw_times(const struct plot *plot, const struct marks_row *marks,
                             struct canvas *canvas, struct rect area)
{
    enum { LABEL = 9, EVERY = 20 };
    int y = plot->area.h;
    for (int from = 0; from + LABEL <= marks->cols; from += EVERY) {
        int column = chart_room_for_label(marks, from, from + EVERY - LABEL, LABEL);
        int64_t n =
            column < 0 ? -1 : chart_sample_at(plot->chart, column * plot->per_column, plot->slots);
        if (n < 0)
            continue;
        struct shown time = show_second(chart_time_of(plot->chart, n));
        canvas_text(canvas, area, y, CHART_LABEL_COLS + column, STYLE_DIM, time.s);
    }
}

static void chart_draw_marks(const struct plot *plot, const struct marks_row *marks,
                             struct canvas *canvas, struct rect area)
{
    for (int column = 0; column < marks->cols; column++)
        if (marks->at[column] != NULL)
            canvas_printf(canvas, area, plot->area.h, CHART_LABEL_COLS + column,
                          marks->at[column]->style, "%c", marks->at[column]->sign);
}

/* The cursor is a line through the empty cells of its column; its sign is among the marks. */
static void chart_draw_cursor(const struct plot *plot)
{
    int column = plot->chart->has_cursor ? chart_column_of(plot, plot->chart->cursor) : -1;
    for (int row = 0; column >= 0 && row < plot->area.h; row++) {
        const struct cell *cell =
            canvas_at(plot->canvas, plot->area.y + row, plot->area.x + column);
        if (strcmp(cell->text, " ") == 0)
            canvas_text(plot->canvas, plot->area, row, column, STYLE_BOLD, "│");
    }
}

/* A new chart says since when there are samples, in the half that is still empty. */
static void chart_draw_since(const struct plot *plot)
{
    char text[48];
    const struct chart *chart = plot->chart;
    if (chart->last >= 0)
        snprintf(text, sizeof text, "samples since %s", show_second(chart_time_of(chart, 0)).s);
    else
        snprintf(text, sizeof text, "no samples yet");
    int used = (int)(chart->last / plot->per_column) + 1 + CHART_GAP_COLS;
    int x = plot->area.w - text_cols(text) - 1;
    if (chart->last < plot->slots && x >= used)
        canvas_text(plot->canvas, plot->area, (plot->area.h - 1) / 2, x, STYLE_DIM, text);
}

void chart_draw(const struct chart *chart, struct canvas *canvas, struct rect area)
{
    int times = chart->has_no_times ? 0 : 1;
    if (area.h < 2 + times || area.w < 20)
        return;
    static const int sub_rows[] = {[CHART_BRAILLE] = 4, [CHART_BLOCK] = 8, [CHART_ASCII] = 1};
    struct rect cells = {area.y, area.x + CHART_LABEL_COLS, area.h - times,
                         area.w - CHART_LABEL_COLS - 1};
    struct plot plot = {.chart = chart, .canvas = canvas, .area = cells};
    struct marks_row marks;
    plot.per_column = chart_per_column(chart->form);
    plot.slots = cells.w * plot.per_column;
    plot.levels = cells.h * sub_rows[chart->form];
    plot.top = chart_find_top(&plot);
    chart_place_marks(&plot, &marks);
    chart_draw_scale(&plot, canvas, area);
    chart_draw_plot(&plot);
    chart_draw_since(&plot);
    if (times > 0) {
        chart_draw_times(&plot, &marks, canvas, area);
        chart_draw_marks(&plot, &marks, canvas, area);
    }
    chart_draw_cursor(&plot);
}
