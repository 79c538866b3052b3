/* The front end's clock for patience. Thread: any. */
#ifndef TERM_EVEN_CLOCK_H
#define TERM_EVEN_CLOCK_H

#include <stdint.h>

/* Milliseconds that nobody sets. unused: so that it fits struct ui_host. */
int64_t even_clock_ms(void *unused);

#endif
