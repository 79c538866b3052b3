/* Reads and writes what is remembered of the looks on a thread of its own, since a disk may hang.
 * Thread: the UI's alone. */
#ifndef UI_VIEW_KEEPER_H
#define UI_VIEW_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

struct view_keeper;

/* Begins to read the file of that context in that state directory. NULL: out of memory, or no
 * thread: nothing is remembered. */
struct view_keeper *view_keeper_start(const char *dir, const char *context);
/* Returns whether it has been read; true once. text: out, free(); NULL: there is no file, or it
 * cannot be read, which the log says. */
bool view_keeper_take(struct view_keeper *keeper, char **text);
/* Has this text written, in the place of one that still waits. A write that fails is in the log. */
void view_keeper_put(struct view_keeper *keeper, const char *text);
/* Waits for what is still to be written, but no longer than limit_ms, and gives it away. NULL is
 * fine. */
void view_keeper_end(struct view_keeper *keeper, int64_t limit_ms);

#endif
