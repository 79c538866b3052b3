/* What the terminal sends: keys through curses, and reports apart from them (term/reports.h).
 *
 * Curses does not read the terminal itself. input_read does, and gives curses what is left without
 * the reports through a pipe. For screen.c alone: it includes curses. Thread: the UI's. */
#ifndef TERM_INPUT_H
#define TERM_INPUT_H

#include <curses.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "term/reports.h"

struct input {
    FILE *keys;  /* what curses reads */
    int keys_in; /* the other end of the pipe */
    WINDOW *pad; /* reading keys from a pad never refreshes anything */
    struct reports reports;
    bool has_mouse; /* it is reported */
    int mouse_y, mouse_x;
};

/* False: the system has no pipe left. Call input_close in both cases. */
bool input_open(struct input *input);
/* After curses has been started with input->keys. */
void input_begin(struct input *input);
void input_close(struct input *input);

/* Takes what the terminal has sent, without waiting. */
void input_read(struct input *input);
/* Takes what the terminal sends until this many answers have been counted, for at most that long,
 * and drops the keys: the terminal is about to be given back, and nobody else expects an answer. */
void input_drain(struct input *input, uint64_t answers, int64_t patience_ms);

/* The next key (term/key.h), or -1 when no key is waiting. */
int input_key(struct input *input);
/* Has the terminal report its mouse, or not. False: it has none. */
bool input_mouse(struct input *input, bool is_on);

#endif
