/* The screen's place in the scheduler's queue. */
#ifndef TERM_SLICE_H
#define TERM_SLICE_H

/* Ask for short time slices for the calling thread: it works for a few hundred microseconds at a
 * time, and on busy cores gets its turn sooner for it (sched_setattr, Linux 6.12 and newer).
 * Threads made later have the usual ones. Without effect elsewhere. */
void slice_shorten(void);

#endif
