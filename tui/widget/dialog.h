/* What stands over a page and takes the keys: a question, a menu, a text, a line to type. */
#ifndef WIDGET_DIALOG_H
#define WIDGET_DIALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "term/canvas.h"
#include "widget/prompt.h"

struct ui;
struct dialog;

enum dialog_kind {
    DIALOG_CONFIRM, /* yes or no; No is what Enter means unless Yes was chosen */
    DIALOG_INPUT,   /* a text and a line to type; with `expected` only that very text is accepted */
    DIALOG_MENU,    /* one of `choices` */
    DIALOG_TEXT,    /* to read and scroll; any other key closes it */
    DIALOG_LINE     /* a line to type at the foot of the screen */
};

/* Called when it was answered. `dialog` is no longer on the stack. False puts it back (with a note
 * that says why). */
typedef bool (*dialog_done_fn)(struct ui *ui, struct dialog *dialog, bool is_yes);
/* Called after each change of the line, for filters that follow; may be NULL. */
typedef void (*dialog_change_fn)(struct ui *ui, const char *text);

enum { DIALOG_CHOICES_MAX = 8 };

struct dialog {
    enum dialog_kind kind;
    char title[100]; /* of a line: what stands before it */
    char *text;      /* the dialog's own; NULL none */
    char note[400];  /* what was wrong with the last answer */
    char expected[256];
    const char *choices[DIALOG_CHOICES_MAX];
    const char *why_not[DIALOG_CHOICES_MAX]; /* NULL: it can be chosen; else why it can't */
    int n_choices, chosen;                   /* of a question: 0 no, 1 yes */
    int top;                                 /* first line of the text that is seen */
    struct prompt prompt;
    dialog_done_fn done; /* may be NULL */
    dialog_change_fn change;
    intptr_t tag; /* the caller's, as is: */
    char subject[256];
};

enum dialog_answer { DIALOG_OPEN, DIALOG_YES, DIALOG_NO };

/* One key. rows, cols: of the screen, for scrolling. is_edited: out, the line changed. */
enum dialog_answer dialog_key(struct dialog *dialog, int key, int rows, int cols, bool *is_edited);
/* Over what the canvas holds. */
void dialog_draw(const struct dialog *dialog, struct canvas *canvas);
/* The keys that it takes, for the foot of the screen. */
const char *dialog_foot(const struct dialog *dialog);
/* Where it stands on a screen of this size; pure. */
struct rect dialog_place(const struct dialog *dialog, int rows, int cols);

#endif
