/* A dialog lies over a page and takes the keys: a question, a menu, a text, or a line to type. */
#ifndef WIDGET_DIALOG_H
#define WIDGET_DIALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "term/canvas.h"
#include "widget/prompt.h"

struct dialog;

enum dialog_kind {
    DIALOG_CONFIRM, /* yes or no; Enter means no unless Yes was selected */
    DIALOG_INPUT,   /* a text and a line to type; only `expected` is accepted if it is set */
    DIALOG_MENU,    /* one of `choices` */
    DIALOG_TEXT,    /* a text to read and scroll; any other key closes it */
    DIALOG_LINE     /* a line to type at the foot of the screen */
};

/* Called when the dialog has been answered. owner: the owner of the stack of dialogs, from which
 * `dialog` has been removed. False puts it back (with a note that says why). */
typedef bool (*dialog_done_fn)(void *owner, struct dialog *dialog, bool is_yes);
/* Called after each change of the line, for filters that follow; may be NULL. */
typedef void (*dialog_change_fn)(void *owner, const char *text);

/* Completes the line that is typed (Tab), and may leave a note. What it needs may still be on its
 * way: then it sets is_awaited, and is called again when that is there, unless a key came first. */
typedef void (*dialog_complete_fn)(void *owner, struct dialog *dialog);

enum { DIALOG_CHOICES_MAX = 64 };

struct dialog {
    enum dialog_kind kind;
    char title[100]; /* in DIALOG_LINE the text before the line */
    char *text;      /* owned by the dialog; NULL: none */
    /* A text to read may be filtered: the lines of it that are shown, owned too; NULL: all. */
    char *matches;
    char filter[64];
    int n_matches, n_lines;
    char note[400]; /* a hint, or why the last answer was not accepted */
    char expected[256];
    bool can_skip;    /* an empty line is a no, although a line is expected */
    bool is_left;     /* out: Esc or q answered it, which is more than a no */
    const char *foot; /* its keys, for the footer; NULL: those of its kind */
    const char *choices[DIALOG_CHOICES_MAX];
    const char *why_not[DIALOG_CHOICES_MAX]; /* why it cannot be chosen; NULL: it can */
    int n_choices, chosen;                   /* chosen: in a question 0 no, 1 yes */
    int top;                                 /* the first visible line of the text */
    struct prompt prompt;
    dialog_done_fn done; /* may be NULL */
    dialog_change_fn change;
    dialog_complete_fn complete; /* NULL: nothing is; otherwise a note goes with the next key */
    bool is_awaited;             /* what completes the line is on its way */
    intptr_t tag;                /* tag and subject are for the caller */
    char subject[256];
};

enum dialog_answer { DIALOG_OPEN, DIALOG_YES, DIALOG_NO };

/* Frees its texts. */
void dialog_done(struct dialog *dialog);
/* Shows only the lines of the text that have this; "" shows all of them. */
void dialog_filter(struct dialog *dialog, const char *filter);
/* The text as it is shown; NULL: there is none. */
const char *dialog_shown(const struct dialog *dialog);

/* Handles one key. rows, cols: the size of the screen, for scrolling. *is_edited: the line
 * changed. */
enum dialog_answer dialog_key(struct dialog *dialog, int key, int rows, int cols, bool *is_edited);
/* Draws the dialog over what the canvas holds. */
void dialog_draw(const struct dialog *dialog, struct canvas *canvas);
/* The keys of the dialog, for the footer. */
const char *dialog_foot(const struct dialog *dialog);
/* The rectangle of the dialog on a screen of this size. Pure. */
struct rect dialog_place(const struct dialog *dialog, int rows, int cols);

#endif
