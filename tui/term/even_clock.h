/* The front end's clocks for patience and for its own cost. Thread: any. */
#ifndef TERM_EVEN_CLOCK_H
#define TERM_EVEN_CLOCK_H

#include <stdint.h>

/* Milliseconds that nobody sets. unused: so that it fits struct ui_host. */
int64_t even_clock_ms(void *unused);
/* CPU time that this process has used; PT_UNKNOWN: the system does not say. */
int64_t even_clock_cpu_ms(void);

#endif
