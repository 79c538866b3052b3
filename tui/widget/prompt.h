/* A line that the user types. */
#ifndef WIDGET_PROMPT_H
#define WIDGET_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "term/canvas.h"

enum { PROMPT_MAX = 300 };

struct prompt {
    char text[PROMPT_MAX]; /* UTF-8, terminated */
    size_t cursor;         /* in bytes, at a character's start */
    bool is_offer;         /* text is a suggestion: the first character typed replaces it */
};

/* Sets a suggestion: the first character typed replaces it, an editing key keeps it. */
void prompt_set(struct prompt *prompt, const char *text);
/* Sets the beginning of the line: what is typed follows it. */
void prompt_begin(struct prompt *prompt, const char *text);
/* Handles an editing key. True when the text or the cursor changed. Enter and Esc are left to the
 * caller. */
bool prompt_key(struct prompt *prompt, int key);
/* Draws the line into the w columns from (y, x) of area, scrolled so that the cursor is visible. */
void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct rect area, int y, int x,
                 int w);

#endif
