/* How soon the scheduler runs the UI thread. */
#ifndef TERM_SLICE_H
#define TERM_SLICE_H

/* Asks for short time slices for the calling thread. It works for a few hundred microseconds at a
 * time, and in return gets its turn sooner on busy cores (sched_setattr, Linux 6.12 and newer).
 * Threads created later have the usual slices. Has no effect on other systems. */
void slice_shorten(void);

#endif
