/* A line that the user types. */
#include "widget/prompt.h"

#include <stdio.h>
#include <string.h>

#include "term/key.h"

void prompt_set(struct prompt *prompt, const char *text)
{
    snprintf(prompt->text, sizeof prompt->text, "%s", text);
    prompt->cursor = strlen(prompt->text);
    prompt->is_offer = prompt->text[0] != '\0';
}

void prompt_begin(struct prompt *prompt, const char *text)
{
    prompt_set(prompt, text);
    prompt->is_offer = false;
}

static size_t prompt_encode(int key, char out[4])
{
    unsigned rune = (unsigned)key;
    if (rune < 0x80) {
        out[0] = (char)rune;
        return 1;
    }
    if (rune < 0x800) {
        out[0] = (char)(0xc0 | rune >> 6);
        out[1] = (char)(0x80 | (rune & 0x3f));
        return 2;
    }
    if (rune < 0x10000) {
        out[0] = (char)(0xe0 | rune >> 12);
        out[1] = (char)(0x80 | (rune >> 6 & 0x3f));
        out[2] = (char)(0x80 | (rune & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | rune >> 18);
    out[1] = (char)(0x80 | (rune >> 12 & 0x3f));
    out[2] = (char)(0x80 | (rune >> 6 & 0x3f));
    out[3] = (char)(0x80 | (rune & 0x3f));
    return 4;
}

static bool prompt_insert(struct prompt *prompt, int key)
{
    char bytes[4];
    size_t n = prompt_encode(key, bytes), len = strlen(prompt->text);
    if (len + n >= sizeof prompt->text)
        return false;
    memmove(prompt->text + prompt->cursor + n, prompt->text + prompt->cursor,
            len - prompt->cursor + 1);
    memcpy(prompt->text + prompt->cursor, bytes, n);
    prompt->cursor += n;
    return true;
}

static bool prompt_is_inside(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t prompt_before(const struct prompt *prompt)
{
    size_t at = prompt->cursor;
    while (at > 0 && prompt_is_inside(prompt->text[at - 1]))
        at--;
    return at > 0 ? at - 1 : 0;
}

static size_t prompt_after(const struct prompt *prompt)
{
    size_t at = prompt->cursor;
    if (prompt->text[at] != '\0')
        at++;
    while (prompt_is_inside(prompt->text[at]))
        at++;
    return at;
}

/* Removes the bytes between `from` and `to`, and puts the cursor there. */
static bool prompt_cut(struct prompt *prompt, size_t from, size_t to)
{
    if (from == to)
        return false;
    memmove(prompt->text + from, prompt->text + to, strlen(prompt->text + to) + 1);
    prompt->cursor = from;
    return true;
}

static bool prompt_go(struct prompt *prompt, size_t to)
{
    bool is_moved = to != prompt->cursor;
    prompt->cursor = to;
    return is_moved;
}

static bool prompt_is_typed(int key)
{
    /* Control characters (C0 and C1) never get into a text. */
    return key >= 0x20 && (key < 0x7f || key >= 0xa0) && key < KEY_FIRST_;
}

static bool prompt_edit(struct prompt *prompt, int key)
{
    switch (key) {
    case KEY_BACKSPACE_:
        return prompt_cut(prompt, prompt_before(prompt), prompt->cursor);
    case KEY_DELETE_:
        return prompt_cut(prompt, prompt->cursor, prompt_after(prompt));
    case KEY_CTRL_('u'):
        return prompt_cut(prompt, 0, prompt->cursor);
    case KEY_LEFT_:
        return prompt_go(prompt, prompt_before(prompt));
    case KEY_RIGHT_:
        return prompt_go(prompt, prompt_after(prompt));
    case KEY_HOME_:
    case KEY_CTRL_('a'):
        return prompt_go(prompt, 0);
    case KEY_END_:
    case KEY_CTRL_('e'):
        return prompt_go(prompt, strlen(prompt->text));
    default:
        return prompt_is_typed(key) && prompt_insert(prompt, key);
    }
}

/* Keys that keep a suggestion, even where the cursor has no place left to go to. */
static bool prompt_is_editing(int key)
{
    static const int keys[] = {KEY_LEFT_, KEY_RIGHT_,     KEY_HOME_,
                               KEY_END_,  KEY_CTRL_('a'), KEY_CTRL_('e')};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i] == key)
            return true;
    return false;
}

bool prompt_key(struct prompt *prompt, int key)
{
    bool was_offer = prompt->is_offer;
    if (was_offer && prompt_is_typed(key)) {
        prompt->text[0] = '\0';
        prompt->cursor = 0;
    }
    bool is_used = prompt_edit(prompt, key);
    if (is_used || prompt_is_editing(key))
        prompt->is_offer = false;
    return is_used;
}

void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct rect area, int y, int x,
                 int w)
{
    struct rect field = rect_clip(area, (struct rect){area.y + y, area.x + x, 1, w});
    if (field.w < 1 || field.h < 1)
        return;
    char head[PROMPT_MAX];
    snprintf(head, sizeof head, "%.*s", (int)prompt->cursor, prompt->text);
    /* A sign at each end says that the text goes on there; the cursor stands before the right one.
     */
    int cursor = text_cols(head), all = text_cols(prompt->text);
    int room = field.w - (prompt->text[prompt->cursor] != '\0' && field.w > 1 ? 2 : 1);
    int skip = cursor > room ? cursor - room : 0;
    snprintf(head, sizeof head, "%.*s", (int)text_bytes(prompt->text, skip + field.w),
             prompt->text);
    canvas_blank(canvas, field, STYLE_NORMAL);
    canvas_text(canvas, field, 0, -skip, prompt->is_offer ? STYLE_SELECTED : STYLE_BOLD, head);
    if (skip > 0 && field.w > 2)
        canvas_text(canvas, field, 0, 0, STYLE_DIM, "<");
    if (all - skip > field.w && field.w > 2)
        canvas_text(canvas, field, 0, field.w - 1, STYLE_DIM, ">");
    struct rect cell = {field.y, field.x + cursor - skip, 1, 1};
    if (prompt->text[prompt->cursor] == '\0')
        canvas_text(canvas, cell, 0, 0, STYLE_NORMAL, "_");
    else
        canvas_restyle(canvas, cell, STYLE_SELECTED);
}
