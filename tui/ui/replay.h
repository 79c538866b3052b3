/* The front end over a recording: its keys, and the band that says so. Thread: the UI's alone. */
#ifndef UI_REPLAY_H
#define UI_REPLAY_H

#include "ui/ui.h"

/* The present of what a link shows, Unix ms: of a recording it is its own, otherwise the machine's.
 */
int64_t replay_present_ms(const struct pt_link *link);
/* Does what a key asks; says that there is no recording when there is none. */
void replay_do(struct ui *ui, enum pt_replay_deed deed);
/* Asks for the time to go to. */
void replay_ask_time(struct ui *ui);
/* Takes over what of the recording is shown now, and says what there is to say. */
void replay_update(struct ui *ui);
/* "REPLAY 2026-11-30 03:10:22Z  playing 5x  …" */
void replay_band(const struct ui *ui, char *out, size_t cap);
/* Whether an action is not done over a recording: all but those that only show. */
bool replay_forbids(enum action action);
/* The same where it is asked for: true, and it is said, when a recording is shown that forbids it.
 */
bool replay_refuses(struct ui *ui, enum action action);
/* Whether an action is of use over a recording alone. */
bool replay_needs(enum action action);

#endif
