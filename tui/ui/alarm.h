/* Who does not look at the screen is told that the pipeline is in the red (STALLED or FAILED): by
 * the terminal's bell and its title, when pintop.bell and pintop.title ask for it. */
#ifndef UI_ALARM_H
#define UI_ALARM_H

#include <stdbool.h>
#include <stddef.h>

#include "pintop/config.h"
#include "pintop/snapshot.h"

/* Returns whether the bell is to be rung now: once for each change to red. was_red: between two
 * calls; false before the first. */
bool alarm_rings(const struct pt_config *cfg, const struct pt_snapshot *snap, bool *was_red);
/* Makes the terminal's title: what runs, with a warning about the login or the verdict before it.
 * recording: the file that is replayed, or NULL. */
void alarm_title(const struct pt_config *cfg, const char *recording, const struct pt_snapshot *snap,
                 char *out, size_t cap);

#endif
