/* The secrets that this process has read itself: passwords of its own configuration and of
 * connectors, and AWS credentials. Other programs quote them without a name ("login failed for
 * 's3cr3t…'"), and they have no recognisable shape: base/mask.h finds them by their value.
 * Thread: any. */
#ifndef BASE_SECRET_VALUES_H
#define BASE_SECRET_VALUES_H

#include <stddef.h>

/* Learns a secret; NULL and "" are ignored. The value is copied and kept, except that the oldest
 * is dropped when there are too many. A value that could be an ordinary word (short, or with one
 * kind of letters) is not learnt, because every text would lose that word. When memory runs
 * short, the value is not learnt. */
void secret_learn(const char *value);

/* Returns how many bytes of text, from p on, are a learnt secret that stands as a word of its
 * own; 0 for none. */
size_t secret_learnt_bytes(const char *text, const char *p);

#endif
