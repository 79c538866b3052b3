/* As much of an xterm as ncurses uses: bytes in, a screen of code points out. Colours are dropped,
 * every character takes one cell. In a header because each bench program is linked from one file.
 */
#ifndef BENCH_VT_H
#define BENCH_VT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { VT_ROWS_MAX = 100, VT_COLS_MAX = 300, VT_PARAMS = 16 };

struct vt {
    int rows, cols;
    int row, col, top, bottom; /* cursor; scrolling region, bottom inclusive */
    int saved_row, saved_col;
    uint32_t cell[VT_ROWS_MAX][VT_COLS_MAX];
    uint32_t last; /* for REP */
    enum { VT_GROUND, VT_ESC, VT_CSI, VT_STRING, VT_CHARSET } state;
    int params[VT_PARAMS], n_params;
    bool is_private;
    uint32_t utf8; /* being put together */
    int utf8_left;
    int requests; /* for the terminal's status, that have no answer yet */
};

static void vt_blank(struct vt *vt, int row, int from, int to)
{
    for (int col = from; col < to && col < vt->cols; col++)
        vt->cell[row][col] = ' ';
}

static void vt_init(struct vt *vt, int rows, int cols)
{
    memset(vt, 0, sizeof *vt);
    vt->rows = rows;
    vt->cols = cols;
    vt->bottom = rows - 1;
    for (int row = 0; row < rows; row++)
        vt_blank(vt, row, 0, cols);
}

static int vt_clamp(int n, int low, int high)
{
    return n < low ? low : n > high ? high : n;
}

/* Lines first … bottom move up by n (down when n < 0); blank ones come in. */
static void vt_shift(struct vt *vt, int first, int n)
{
    int height = vt->bottom - first + 1;
    int by = vt_clamp(n < 0 ? -n : n, 0, height);
    size_t kept = (size_t)(height - by) * sizeof vt->cell[0];

    if (height <= 0)
        return;
    if (n > 0)
        memmove(vt->cell[first], vt->cell[first + by], kept);
    else
        memmove(vt->cell[first + by], vt->cell[first], kept);
    for (int i = 0; i < by; i++)
        vt_blank(vt, n > 0 ? vt->bottom - i : first + i, 0, vt->cols);
}

static void vt_line_feed(struct vt *vt)
{
    if (vt->row == vt->bottom)
        vt_shift(vt, vt->top, 1);
    else if (vt->row < vt->rows - 1)
        vt->row++;
}

static void vt_put(struct vt *vt, uint32_t code)
{
    if (vt->col >= vt->cols) {
        vt->col = 0;
        vt_line_feed(vt);
    }
    vt->cell[vt->row][vt->col++] = code;
    vt->last = code;
}

/* n cells at the cursor go (n > 0) or come (n < 0). */
static void vt_shift_cells(struct vt *vt, int n)
{
    uint32_t *line = vt->cell[vt->row];
    int width = vt->cols - vt->col;
    int by = vt_clamp(n < 0 ? -n : n, 0, width);
    size_t kept = (size_t)(width - by) * sizeof *line;

    if (n > 0) {
        memmove(line + vt->col, line + vt->col + by, kept);
        vt_blank(vt, vt->row, vt->cols - by, vt->cols);
    } else {
        memmove(line + vt->col + by, line + vt->col, kept);
        vt_blank(vt, vt->row, vt->col, vt->col + by);
    }
}

static void vt_erase_screen(struct vt *vt, int how)
{
    int from = how == 0 ? vt->row + 1 : 0, to = how == 1 ? vt->row : vt->rows;

    for (int row = from; row < to; row++)
        vt_blank(vt, row, 0, vt->cols);
    if (how == 0)
        vt_blank(vt, vt->row, vt->col, vt->cols);
    else if (how == 1)
        vt_blank(vt, vt->row, 0, vt->col + 1);
}

static void vt_erase_line(struct vt *vt, int how)
{
    vt_blank(vt, vt->row, how == 0 ? vt->col : 0, how == 1 ? vt->col + 1 : vt->cols);
}

static void vt_mode(struct vt *vt, bool is_on)
{
    if (vt->is_private && vt->params[0] == 1049 && is_on) {
        vt_erase_screen(vt, 2);
        vt->row = vt->col = 0;
    }
}

static void vt_region(struct vt *vt)
{
    vt->top = vt_clamp(vt->params[0] - 1, 0, vt->rows - 1);
    vt->bottom =
        vt->params[1] > 0 ? vt_clamp(vt->params[1] - 1, vt->top, vt->rows - 1) : vt->rows - 1;
    vt->row = vt->col = 0;
}

static void vt_csi(struct vt *vt, char final)
{
    int raw = vt->params[0], n = raw > 0 ? raw : 1, second = vt->params[1];

    switch (final) {
    case 'A':
        vt->row -= n;
        break;
    case 'B':
        vt->row += n;
        break;
    case 'C':
        vt->col += n;
        break;
    case 'D':
        vt->col = vt_clamp(vt->col, 0, vt->cols - 1) - n;
        break;
    case 'G':
        vt->col = n - 1;
        break;
    case 'd':
        vt->row = n - 1;
        break;
    case 'H':
    case 'f':
        vt->row = n - 1;
        vt->col = (second > 0 ? second : 1) - 1;
        break;
    case 'J':
        vt_erase_screen(vt, raw);
        break;
    case 'K':
        vt_erase_line(vt, raw);
        break;
    case 'X':
        vt_blank(vt, vt->row, vt->col, vt->col + n);
        break;
    case 'P':
        vt_shift_cells(vt, n);
        break;
    case '@':
        vt_shift_cells(vt, -n);
        break;
    case 'L':
        vt_shift(vt, vt->row, -n);
        break;
    case 'M':
        vt_shift(vt, vt->row, n);
        break;
    case 'S':
        vt_shift(vt, vt->top, n);
        break;
    case 'T':
        vt_shift(vt, vt->top, -n);
        break;
    case 'b':
        while (n-- > 0)
            vt_put(vt, vt->last);
        break;
    case 'r':
        vt_region(vt);
        break;
    case 'h':
        vt_mode(vt, true);
        break;
    case 'n':
        vt->requests += raw == 5;
        break;
    default:
        break; /* colours, modes, reports */
    }
    vt->row = vt_clamp(vt->row, 0, vt->rows - 1);
    vt->col = vt_clamp(vt->col, 0, vt->cols);
}

static void vt_escape(struct vt *vt, char c)
{
    vt->state = VT_GROUND;
    switch (c) {
    case '[':
        vt->state = VT_CSI;
        vt->n_params = 0;
        vt->is_private = false;
        memset(vt->params, 0, sizeof vt->params);
        break;
    case ']':
    case 'P':
        vt->state = VT_STRING;
        break;
    case '(':
    case ')':
        vt->state = VT_CHARSET;
        break;
    case '7':
        vt->saved_row = vt->row;
        vt->saved_col = vt->col;
        break;
    case '8':
        vt->row = vt->saved_row;
        vt->col = vt->saved_col;
        break;
    case 'M':
        if (vt->row == vt->top)
            vt_shift(vt, vt->top, -1);
        else if (vt->row > 0)
            vt->row--;
        break;
    default:
        break;
    }
}

static void vt_csi_byte(struct vt *vt, char c)
{
    if (c >= '0' && c <= '9') {
        if (vt->n_params < VT_PARAMS && vt->params[vt->n_params] < 10000)
            vt->params[vt->n_params] = vt->params[vt->n_params] * 10 + (c - '0');
    } else if (c == ';') {
        vt->n_params++;
    } else if (c == '?' || c == '>') {
        vt->is_private = true;
    } else if (c >= '@') {
        vt->state = VT_GROUND;
        vt_csi(vt, c);
    }
}

static void vt_text(struct vt *vt, unsigned char c)
{
    if (c == 0x1b)
        vt->state = VT_ESC;
    else if (c == '\r')
        vt->col = 0;
    else if (c == '\n')
        vt_line_feed(vt);
    else if (c == '\b')
        vt->col = vt_clamp(vt_clamp(vt->col, 0, vt->cols - 1) - 1, 0, vt->cols - 1);
    else if (c == '\t')
        vt->col = vt_clamp((vt->col / 8 + 1) * 8, 0, vt->cols - 1);
    else if (c >= 0x20 && c < 0x80)
        vt_put(vt, c);
    else if (c >= 0xc0) {
        vt->utf8_left = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        vt->utf8 = c & (0x3fu >> vt->utf8_left);
    } else if (c >= 0x80 && vt->utf8_left > 0) {
        vt->utf8 = vt->utf8 << 6 | (c & 0x3fu);
        if (--vt->utf8_left == 0)
            vt_put(vt, vt->utf8);
    }
}

static void vt_feed(struct vt *vt, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = bytes[i];

        switch (vt->state) {
        case VT_GROUND:
            vt_text(vt, (unsigned char)c);
            break;
        case VT_ESC:
            vt_escape(vt, c);
            break;
        case VT_CSI:
            vt_csi_byte(vt, c);
            break;
        case VT_STRING: /* ends with BEL or ESC \ */
            if (c == '\a' || c == '\\')
                vt->state = VT_GROUND;
            break;
        case VT_CHARSET:
            vt->state = VT_GROUND;
            break;
        }
    }
}

/* Whether an ASCII text stands in one line of rows from … to-1. */
static bool vt_shows(const struct vt *vt, int from, int to, const char *text)
{
    int len = (int)strlen(text);

    for (int row = from; row < to; row++)
        for (int col = 0; col + len <= vt->cols; col++) {
            int same = 0;

            while (same < len && vt->cell[row][col + same] == (unsigned char)text[same])
                same++;
            if (same == len)
                return true;
        }
    return false;
}

#endif
