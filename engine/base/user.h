/* Who runs this process, for people. */
#ifndef BASE_USER_H
#define BASE_USER_H

#include <stddef.h>

/* Writes the name of the effective user; "uid N" when it has none. Printable, always terminated.
 * Thread: any. */
void user_name(char *out, size_t cap);

#endif
