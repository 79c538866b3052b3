/* Dialogs: keys and drawing. The caller decides what an answer means. */
#include "widget/dialog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "term/key.h"

enum { EDGE = 2, WIDTH_MAX = 72, TEXT_WIDTH_MAX = 100, LINE_BYTES = 512 };

/* ---- the text ---- */

void dialog_done(struct dialog *dialog)
{
    free(dialog->text);
    free(dialog->matches);
    dialog->text = dialog->matches = NULL;
}

const char *dialog_shown(const struct dialog *dialog)
{
    return dialog->matches != NULL ? dialog->matches : dialog->text;
}

void dialog_filter(struct dialog *dialog, const char *filter)
{
    free(dialog->matches);
    dialog->matches = NULL;
    dialog->top = dialog->n_matches = dialog->n_lines = 0;
    snprintf(dialog->filter, sizeof dialog->filter, "%.*s", (int)sizeof dialog->filter - 1, filter);
    if (dialog->filter[0] == '\0' || dialog->text == NULL)
        return;
    char *out = malloc(strlen(dialog->text) + 2), *line = strdup(dialog->text), *rest = line;
    size_t len = 0;
    while (out != NULL && rest != NULL) {
        char *at = strsep(&rest, "\n");
        dialog->n_lines++;
        if (strcasestr(at, dialog->filter) == NULL)
            continue;
        dialog->n_matches++;
        memcpy(out + len, at, strlen(at));
        len += strlen(at);
        out[len++] = '\n';
    }
    free(line);
    if (out != NULL)
        out[len] = '\0';
    dialog->matches = out;
}

/* ---- size ---- */

static int dialog_lines_of(const char *text, int cols)
{
    char line[LINE_BYTES];
    int n = 0;
    while (text != NULL && text_wrap(&text, cols, line, sizeof line))
        n++;
    return n;
}

/* Rows below the text. */
static int dialog_foot_rows(const struct dialog *dialog, int cols)
{
    int note = dialog->note[0] != '\0' ? dialog_lines_of(dialog->note, cols) : 0;
    switch (dialog->kind) {
    case DIALOG_CONFIRM:
        return 2 + note;
    case DIALOG_INPUT:
        return 2 + note;
    case DIALOG_MENU:
        return 1 + dialog->n_choices + note;
    default:
        return 0;
    }
}

/* The error in a typed line is shown at its right, or above it when there is little room to
 * type. */
static bool dialog_is_note_above(const struct dialog *dialog, int cols)
{
    return text_cols(dialog->title) + text_cols(dialog->note) + 30 > cols &&
           dialog->note[0] != '\0';
}

struct rect dialog_place(const struct dialog *dialog, int rows, int cols)
{
    if (dialog->kind == DIALOG_LINE) {
        int h =
            dialog_is_note_above(dialog, cols) ? 1 + dialog_lines_of(dialog->note, cols - 2) : 1;
        return (struct rect){rows - h, 0, h, cols};
    }
    int most = dialog->kind == DIALOG_TEXT ? TEXT_WIDTH_MAX : WIDTH_MAX;
    int w = cols - 4 < most ? cols - 4 : most;
    int h =
        dialog_lines_of(dialog->text, w - 2 * EDGE) + dialog_foot_rows(dialog, w - 2 * EDGE) + 2;
    if (h > rows - 2)
        h = rows - 2;
    return (struct rect){(rows - h) / 2, (cols - w) / 2, h, w};
}

/* The choices of a menu that are visible. A long one scrolls, and leaves room for its text. */
static int dialog_choice_rows(const struct dialog *dialog, struct rect box)
{
    enum { SHORT_MENU = 8, TEXT_ROWS = 3 };
    int cols = box.w - 2 * EDGE, text = dialog_lines_of(dialog->text, cols);
    int others = dialog_foot_rows(dialog, cols) - dialog->n_choices;
    int rows = box.h - 2 - others - (text < TEXT_ROWS ? text : TEXT_ROWS);
    if (dialog->n_choices <= SHORT_MENU || rows > dialog->n_choices)
        return dialog->n_choices;
    return rows < 1 ? 1 : rows;
}

/* The rows that are left for the text. */
static int dialog_text_rows(const struct dialog *dialog, struct rect box)
{
    int rows = box.h - 2 - dialog_foot_rows(dialog, box.w - 2 * EDGE);
    if (dialog->kind == DIALOG_MENU)
        rows += dialog->n_choices - dialog_choice_rows(dialog, box);
    return rows < 0 ? 0 : rows;
}

/* ---- keys ---- */

static enum dialog_answer dialog_confirm_key(struct dialog *dialog, int key)
{
    switch (key) {
    case 'y':
    case 'Y':
        return DIALOG_YES;
    case 'q':
    case KEY_ESC_:
        dialog->is_left = true;
        return DIALOG_NO;
    case 'n':
    case 'N':
        return DIALOG_NO;
    case KEY_ENTER_:
        return dialog->chosen == 1 ? DIALOG_YES : DIALOG_NO;
    case KEY_TAB_:
    case KEY_BACKTAB_:
    case KEY_LEFT_:
    case KEY_RIGHT_:
    case 'h':
    case 'l':
        dialog->chosen = !dialog->chosen;
        return DIALOG_OPEN;
    default:
        return DIALOG_OPEN;
    }
}

static enum dialog_answer dialog_choose(struct dialog *dialog)
{
    const char *why = dialog->why_not[dialog->chosen];
    if (why == NULL)
        return DIALOG_YES;
    snprintf(dialog->note, sizeof dialog->note, "%d is not possible: %s.", dialog->chosen + 1, why);
    return DIALOG_OPEN;
}

static enum dialog_answer dialog_menu_key(struct dialog *dialog, int key)
{
    if (key >= '1' && key <= '9' && key < '1' + dialog->n_choices) {
        dialog->chosen = key - '1';
        return dialog_choose(dialog);
    }
    if (key == KEY_ENTER_)
        return dialog_choose(dialog);
    if (key == KEY_ESC_ || key == 'q')
        return DIALOG_NO;
    if ((key == KEY_UP_ || key == 'k') && dialog->chosen > 0)
        dialog->chosen--;
    if ((key == KEY_DOWN_ || key == 'j') && dialog->chosen + 1 < dialog->n_choices)
        dialog->chosen++;
    return DIALOG_OPEN;
}

static enum dialog_answer dialog_line_key(struct dialog *dialog, int key, bool *is_edited)
{
    if (key == KEY_ESC_) {
        dialog->is_left = true;
        return DIALOG_NO;
    }
    if (key == KEY_ENTER_) {
        if (dialog->can_skip && dialog->prompt.text[0] == '\0')
            return DIALOG_NO;
        if (dialog->expected[0] == '\0' || strcmp(dialog->expected, dialog->prompt.text) == 0)
            return DIALOG_YES;
        snprintf(dialog->note, sizeof dialog->note, "That is not %s. Esc cancels.",
                 dialog->expected);
        return DIALOG_OPEN;
    }
    *is_edited = prompt_key(&dialog->prompt, key);
    return DIALOG_OPEN;
}

/* The largest value of dialog->top; 0 or less: the whole text is visible. */
static int dialog_last_top(const struct dialog *dialog, struct rect box)
{
    return dialog_lines_of(dialog_shown(dialog), box.w - 2 * EDGE) - dialog_text_rows(dialog, box);
}

/* False: the key does not scroll. */
static bool dialog_scroll(struct dialog *dialog, int key, struct rect box)
{
    int page = dialog_text_rows(dialog, box), last = dialog_last_top(dialog, box);
    switch (key) {
    case KEY_UP_:
        dialog->top--;
        break;
    case KEY_DOWN_:
        dialog->top++;
        break;
    case KEY_PGUP_:
        dialog->top -= page;
        break;
    case KEY_PGDN_:
        dialog->top += page;
        break;
    case KEY_HOME_:
        dialog->top = 0;
        break;
    case KEY_END_:
        dialog->top = last;
        break;
    default:
        return false;
    }
    if (dialog->top > last)
        dialog->top = last;
    if (dialog->top < 0)
        dialog->top = 0;
    return true;
}

/* The text above a question can be scrolled. Home and End belong to the line that is typed. */
static bool dialog_question_key(struct dialog *dialog, int key, int rows, int cols)
{
    struct rect box = dialog_place(dialog, rows, cols);
    return key != KEY_HOME_ && key != KEY_END_ && dialog_last_top(dialog, box) > 0 &&
           dialog_scroll(dialog, key, box);
}

static enum dialog_answer dialog_text_key(struct dialog *dialog, int key, int rows, int cols)
{
    static const struct {
        char letter;
        int key;
    } letters[] = {
        {'k', KEY_UP_  },
        {'j', KEY_DOWN_},
        {'g', KEY_HOME_},
        {'G', KEY_END_ },
        {' ', KEY_PGDN_},
    };
    struct rect box = dialog_place(dialog, rows, cols);
    if (key == KEY_ESC_ && dialog->filter[0] != '\0') {
        dialog_filter(dialog, "");
        return DIALOG_OPEN;
    }
    if (key == ' ' && dialog_last_top(dialog, box) <= 0)
        return DIALOG_NO; /* nothing is left to scroll, so the key closes the text */
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].letter == key)
            key = letters[i].key;
    return dialog_scroll(dialog, key, box) ? DIALOG_OPEN : DIALOG_NO;
}

enum dialog_answer dialog_key(struct dialog *dialog, int key, int rows, int cols, bool *is_edited)
{
    *is_edited = false;
    bool is_question = dialog->kind == DIALOG_CONFIRM || dialog->kind == DIALOG_INPUT;
    if (is_question && dialog_question_key(dialog, key, rows, cols))
        return DIALOG_OPEN;
    switch (dialog->kind) {
    case DIALOG_CONFIRM:
        return dialog_confirm_key(dialog, key);
    case DIALOG_MENU:
        return dialog_menu_key(dialog, key);
    case DIALOG_TEXT:
        return dialog_text_key(dialog, key, rows, cols);
    default:
        return dialog_line_key(dialog, key, is_edited);
    }
}

/* ---- drawing ---- */

static void dialog_draw_box(struct canvas *canvas, struct rect box, const char *title)
{
    int right = box.w - 1, bottom = box.h - 1;
    canvas_blank(canvas, box, STYLE_NORMAL);
    canvas_fill(canvas, rect_row(box, 0), STYLE_DIM, "─");
    canvas_fill(canvas, rect_row(box, bottom), STYLE_DIM, "─");
    for (int y = 1; y < bottom; y++) {
        canvas_text(canvas, box, y, 0, STYLE_DIM, "│");
        canvas_text(canvas, box, y, right, STYLE_DIM, "│");
    }
    canvas_text(canvas, box, 0, 0, STYLE_DIM, "┌");
    canvas_text(canvas, box, 0, right, STYLE_DIM, "┐");
    canvas_text(canvas, box, bottom, 0, STYLE_DIM, "└");
    canvas_text(canvas, box, bottom, right, STYLE_DIM, "┘");
    char head[sizeof((struct dialog *)0)->title + 102];
    snprintf(head, sizeof head, " %s ", title);
    int w = text_cols(head) < box.w - 4 ? text_cols(head) : box.w - 4;
    canvas_field(canvas, box, 0, 2, w, ALIGN_LEFT, STYLE_BOLD, head);
}

/* Draws the text, wrapped and without its first `skip` lines, from (y, 0) of area on. Returns the
 * row after it. */
static int dialog_draw_wrapped(struct canvas *canvas, struct rect area, int y, enum style style,
                               const char *text, int skip)
{
    char line[LINE_BYTES];
    while (y < area.h && text_wrap(&text, area.w, line, sizeof line)) {
        if (skip-- > 0)
            continue;
        canvas_text(canvas, area, y++, 0, style, line);
    }
    return y;
}

static void dialog_draw_buttons(const struct dialog *dialog, struct canvas *canvas,
                                struct rect area, int y)
{
    bool is_yes = dialog->chosen == 1;
    int x = canvas_text(canvas, area, y, 0, is_yes ? STYLE_NORMAL : STYLE_SELECTED,
                        is_yes ? "  No  " : "[ No ]");
    x += 2;
    x += canvas_text(canvas, area, y, x, is_yes ? STYLE_SELECTED : STYLE_NORMAL,
                     is_yes ? "[ Yes ]" : "  Yes  ");
    canvas_text(canvas, area, y, x + 3, STYLE_DIM, is_yes ? "Enter: yes" : "Enter: no");
}

/* Draws the choices that are visible, the selected one among them. */
static void dialog_draw_choices(const struct dialog *dialog, struct canvas *canvas,
                                struct rect area, int y)
{
    int rows = dialog->n_choices < area.h - y ? dialog->n_choices : area.h - y;
    int first = dialog->chosen >= rows ? dialog->chosen - rows + 1 : 0;
    for (int i = first; i < first + rows; i++) {
        bool is_chosen = i == dialog->chosen;
        const char *why = dialog->why_not[i];
        char text[200];
        snprintf(text, sizeof text, "%s%d  %s%s%s%s", is_chosen ? ">" : " ", i + 1,
                 dialog->choices[i], why != NULL ? "(" : "", why != NULL ? why : "",
                 why != NULL ? ")" : "");
        canvas_field(canvas, area, y + i - first, 0, area.w, ALIGN_LEFT,
                     is_chosen     ? STYLE_SELECTED
                     : why != NULL ? STYLE_DIM
                                   : STYLE_NORMAL,
                     text);
    }
}

static void dialog_draw_foot(const struct dialog *dialog, struct canvas *canvas, struct rect area,
                             int y)
{
    if (dialog->note[0] != '\0')
        y = dialog_draw_wrapped(canvas, area, y, STYLE_WARN, dialog->note, 0);
    y++;
    if (dialog->kind == DIALOG_CONFIRM)
        dialog_draw_buttons(dialog, canvas, area, y);
    if (dialog->kind == DIALOG_INPUT) {
        canvas_text(canvas, area, y, 0, STYLE_KEY, ">");
        prompt_draw(&dialog->prompt, canvas, area, y, 2, area.w - 2);
    }
    if (dialog->kind == DIALOG_MENU)
        dialog_draw_choices(dialog, canvas, area, y);
}

static void dialog_draw_line(const struct dialog *dialog, struct canvas *canvas, struct rect box)
{
    struct rect row = rect_row(box, box.h - 1);
    bool is_above = box.h > 1;
    canvas_blank(canvas, box, STYLE_NORMAL);
    if (is_above) {
        struct rect above = {box.y, box.x + 1, box.h - 1, box.w - 2};
        dialog_draw_wrapped(canvas, above, 0, STYLE_WARN, dialog->note, 0);
    }
    int x = canvas_text(canvas, row, 0, 0, STYLE_KEY, dialog->title);
    int note = dialog->note[0] != '\0' && !is_above ? text_cols(dialog->note) + 2 : 0;
    prompt_draw(&dialog->prompt, canvas, row, 0, x, row.w - x - note);
    if (note > 0)
        canvas_text(canvas, row, 0, row.w - note + 1, STYLE_WARN, dialog->note);
}

const char *dialog_foot(const struct dialog *dialog)
{
    if (dialog->foot != NULL)
        return dialog->foot;
    switch (dialog->kind) {
    case DIALOG_CONFIRM:
        return "y yes   n no   Esc no   Tab select   Enter confirm";
    case DIALOG_INPUT:
        return "Enter confirm   Esc cancel   Ctrl-U clear line";
    case DIALOG_MENU:
        return "number or Enter chooses   arrows move   Esc back";
    case DIALOG_TEXT:
        return "arrows PgUp PgDn scroll   / filters   y copies   any other key closes";
    default:
        return "";
    }
}

void dialog_draw(const struct dialog *dialog, struct canvas *canvas)
{
    struct rect box = dialog_place(dialog, canvas->rows, canvas->cols);
    if (dialog->kind == DIALOG_LINE) {
        dialog_draw_line(dialog, canvas, box);
        return;
    }
    char title[sizeof dialog->title + 100];
    snprintf(title, sizeof title, "%s", dialog->title);
    if (dialog->filter[0] != '\0')
        snprintf(title, sizeof title, "%s  %d of %d  /%s", dialog->title, dialog->n_matches,
                 dialog->n_lines, dialog->filter);
    dialog_draw_box(canvas, box, title);
    struct rect inside = {box.y + 1, box.x + EDGE, box.h - 2, box.w - 2 * EDGE};
    int rows = dialog_text_rows(dialog, box), shown = 0;
    if (dialog_shown(dialog) != NULL) {
        struct rect text = {inside.y, inside.x, rows, inside.w};
        shown =
            dialog_draw_wrapped(canvas, text, 0, STYLE_NORMAL, dialog_shown(dialog), dialog->top);
    }
    bool has_more = dialog_lines_of(dialog_shown(dialog), inside.w) > rows;
    /* The arrows move in a menu, so its text cannot scroll. The page has the rest of it. */
    if (has_more && dialog->kind == DIALOG_MENU)
        canvas_text(canvas, inside, shown > 0 ? shown - 1 : 0, inside.w - 2, STYLE_NORMAL, " …");
    else if (has_more)
        canvas_text(canvas, box, box.h - 1, box.w - 21, STYLE_BOLD, " arrows PgUp PgDn ");
    dialog_draw_foot(dialog, canvas, inside, shown);
}
