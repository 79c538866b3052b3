/* The terminal: the only place that includes curses.
 *
 * There is one screen per process. screen_blit sends the cells that differ from what the terminal
 * shows, and not one byte when none does. Thread: the UI's. */
#ifndef TERM_SCREEN_H
#define TERM_SCREEN_H

#include <stdbool.h>

#include "pintop/error.h"
#include "term/canvas.h"
#include "term/looks.h"

struct screen;

/* Saves the state of the terminal for restore.h and takes the terminal over.
 *
 * Errors  PT_EUSAGE: there is no terminal, or it cannot move the cursor; nothing has been sent
 *         then. */
pt_code screen_open(const struct looks *looks, struct screen **screen, struct pt_error *err);
/* Gives the terminal back. screen may be NULL. is_gone: the terminal has hung up, so nothing is
 * sent. */
void screen_close(struct screen *screen, bool is_gone);

/* The size of the terminal. After a 'W' from the signal thread, call screen_resized first. */
void screen_size(const struct screen *screen, int *rows, int *cols);
void screen_resized(struct screen *screen);

/* Shows this canvas. A canvas of another size than the screen is clipped. */
void screen_blit(struct screen *screen, const struct canvas *canvas);

/* The next key (term/key.h), or -1 when no key is waiting; never blocks. */
int screen_key(struct screen *screen);

/* Has the terminal report its mouse, or not. False: it has none. */
bool screen_mouse(struct screen *screen, bool is_on);
bool screen_has_mouse(const struct screen *screen);
/* Where the last key of the mouse was. */
void screen_mouse_at(const struct screen *screen, int *y, int *x);

/* Give the terminal back for a while, and take it over again. */
void screen_suspend(struct screen *screen);
void screen_resume(struct screen *screen);

void screen_title(struct screen *screen, const char *text);
/* Rings the terminal's bell. */
void screen_bell(struct screen *screen);
/* Puts text into the terminal's clipboard (OSC 52). False when the terminal does not support it. */
bool screen_copy(struct screen *screen, const char *text);

#endif
