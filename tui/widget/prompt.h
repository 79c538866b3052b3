/* One line that is typed. */
#ifndef WIDGET_PROMPT_H
#define WIDGET_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "term/canvas.h"

enum { PROMPT_MAX = 300 };

struct prompt {
    char text[PROMPT_MAX]; /* UTF-8, terminated */
    size_t cursor;         /* in bytes, at a character's start */
    bool is_offer;         /* text is only offered: the first character typed takes its place */
};

/* An offer: what is typed first replaces it, a key of editing makes it one's own. */
void prompt_set(struct prompt *prompt, const char *text);
/* A beginning that stays: what is typed goes on behind it. */
void prompt_begin(struct prompt *prompt, const char *text);
/* A key of editing: true when text or cursor changed. Enter and Esc are not its business. */
bool prompt_key(struct prompt *prompt, int key);
/* Into the w columns from (y, x) of area, with the cursor; scrolled so that it is seen. */
void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct rect area, int y, int x,
                 int w);

#endif
