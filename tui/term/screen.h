/* The terminal: the only place that includes curses.
 *
 * There is one screen per process. screen_blit sends the cells that differ from what the terminal
 * shows, and not one byte when none does. Thread: the UI's. */
#ifndef TERM_SCREEN_H
#define TERM_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/error.h"
#include "term/canvas.h"
#include "term/looks.h"

struct screen;

/* Saves the state of the terminal for restore.h and takes the terminal over.
 *
 * Errors  PT_EUSAGE: there is no terminal, or it cannot move the cursor; nothing has been sent
 *         then. */
pt_code screen_open(const struct looks *looks, struct screen **screen, struct pt_error *err);
/* Takes other colours from now on. */
void screen_look(struct screen *screen, const struct looks *looks);
/* Gives the terminal back. screen may be NULL. is_gone: the terminal has hung up, so nothing is
 * sent. */
void screen_close(struct screen *screen, bool is_gone);

/* The size of the terminal. After a 'W' from the signal thread, call screen_resized first. */
void screen_size(const struct screen *screen, int *rows, int *cols);
void screen_resized(struct screen *screen);

/* Shows this canvas. A canvas of another size than the screen is clipped. Nothing waits: what the
 * terminal does not take at once is sent by screen_push. Call it only when screen_wait_fd is -1. */
void screen_blit(struct screen *screen, const struct canvas *canvas);
/* What to poll for POLLOUT while the terminal has not taken a frame yet, and then call screen_push;
 * -1: it has taken all. */
int screen_wait_fd(const struct screen *screen);
void screen_push(struct screen *screen);

/* What is known of the link to the terminal. Times are monotonic; PT_UNKNOWN: it never was. */
struct screen_link {
    uint64_t bytes, frames; /* sent since the start */
    int64_t framed_ms;      /* when the last frame was sent */
    int64_t pending_ms;     /* since when the terminal has not taken all of it */
    /* How long it needed for the last frame, but at least half of what it needed before. */
    int64_t write_ms;
    int asks;                          /* requests for its status so far */
    int64_t last_ask_ms;               /* when the last of them was sent */
    uint64_t last_ask_bytes;           /* and after how many bytes */
    int64_t asked_ms;                  /* the same, while it has no answer */
    int64_t round_trip_ms;             /* from the last answered request to its answer */
    int64_t focus_in_ms, focus_out_ms; /* when the window got or lost the focus last */
};
const struct screen_link *screen_link(const struct screen *screen);
/* Adds a request for the terminal's status to the next frame that changes something, or, with
 * is_alone, to the next one even if nothing changes. It does nothing on a terminal without such a
 * request, and while an answer may still come. */
void screen_ask(struct screen *screen, bool is_alone);

/* Takes what the terminal has sent; never blocks. Call it when there is input, and when
 * screen_held_ms is over (-1: nothing is held back): until then, an Esc may be the beginning of
 * something else. */
void screen_read(struct screen *screen);
int64_t screen_held_ms(const struct screen *screen);
/* The next key (term/key.h) of what was read, or -1; never blocks. */
int screen_key(struct screen *screen);

/* Has the terminal report its mouse, or not. False: it has none. While the terminal has not taken a
 * frame, nothing changes, and screen_has_mouse says so. */
bool screen_mouse(struct screen *screen, bool is_on);
bool screen_has_mouse(const struct screen *screen);
/* Where the last key of the mouse was. */
void screen_mouse_at(const struct screen *screen, int *y, int *x);

/* Give the terminal back for a while, and take it over again. */
void screen_suspend(struct screen *screen);
void screen_resume(struct screen *screen);
/* The process was stopped by others, who may have used the terminal meanwhile. */
void screen_continued(struct screen *screen);

void screen_title(struct screen *screen, const char *text);
/* Rings the terminal's bell. */
void screen_bell(struct screen *screen);
/* Puts text into the terminal's clipboard (OSC 52). False when the terminal does not support it. */
bool screen_copy(struct screen *screen, const char *text);

#endif
