/* The terminal: the only place that includes curses.
 *
 * One screen a process. screen_blit sends the cells that differ from what the terminal shows, and
 * not one byte when none does. Thread: the UI's. */
#ifndef TERM_SCREEN_H
#define TERM_SCREEN_H

#include <stdbool.h>

#include "pintop/error.h"
#include "term/canvas.h"

struct screen;

/* Save the terminal for restore.h and take it.
 *
 * Errors  PT_EUSAGE: no terminal, or one that can't place the cursor; nothing was sent then. */
pt_code screen_open(bool is_mono, struct screen **screen, struct pt_error *err);
/* Give the terminal back. NULL is fine. With is_gone it has hung up: no bytes are sent. */
void screen_close(struct screen *screen, bool is_gone);

/* The size the terminal has now; after a 'W' of the signal thread, screen_resized first. */
void screen_size(const struct screen *screen, int *rows, int *cols);
void screen_resized(struct screen *screen);

/* Show this canvas; one of another size than the screen's is clipped. */
void screen_blit(struct screen *screen, const struct canvas *canvas);
/* Send everything again with the next blit. */
void screen_redraw(struct screen *screen);

/* The next key (term/key.h), or -1 when there is none now; never blocks. */
int screen_key(struct screen *screen);

/* Give the terminal back for a while, and take it again. */
void screen_suspend(struct screen *screen);
void screen_resume(struct screen *screen);

void screen_title(struct screen *screen, const char *text);
/* Put text into the terminal's clipboard (OSC 52). False: this terminal does not know that. */
bool screen_copy(struct screen *screen, const char *text);

#endif
