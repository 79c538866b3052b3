/* The secrets that this process has read itself: passwords of its configuration and of connectors',
 * AWS keys. Other programs quote them without a name ("login failed for 's3cr3t…'"), and no shape
 * gives them away: base/mask.h finds them by their value. Thread: any. */
#ifndef BASE_SECRET_VALUES_H
#define BASE_SECRET_VALUES_H

#include <stddef.h>

/* Learn a secret; NULL and "" are none. Copied, and never forgotten but for the oldest of too many.
 * What may as well be an ordinary word (short, or of one kind of letters) isn't learnt: all texts
 * would lose that word. Without memory it is not learnt. */
void secret_learn(const char *value);

/* How many bytes of text, from p on, are a secret that was learnt, as a word of its own; 0 none. */
size_t secret_learnt_bytes(const char *text, const char *p);

#endif
