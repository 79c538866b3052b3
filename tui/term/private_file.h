/* A file that only this user can read, for a program that has the terminal for a while: in a
 * directory of its own (0700), removed again in every case, also when this process has to end while
 * that program runs, or crashes. There is one at a time. Thread: the UI's, but for the last one. */
#ifndef TERM_PRIVATE_FILE_H
#define TERM_PRIVATE_FILE_H

#include <stddef.h>

#include "pintop/error.h"

/* Makes it below TMPDIR (else /tmp) with these bytes (0600). Returns its path, which is valid until
 * private_file_remove; NULL after an error: PT_EIO. */
const char *private_file_make(const char *bytes, size_t len, struct pt_error *err);
/* Reads it, whether the program wrote into it or put another file in its place.
 * bytes   out: the caller's, free.
 * max     a longer file is refused.
 * Errors  PT_EIO; PT_ENOMEM; PT_EUSAGE: it is longer. */
pt_code private_file_read(char **bytes, size_t *len, size_t max, struct pt_error *err);
/* Removes the directory with all that the program left in it. */
void private_file_remove(void);
/* The same for the file alone, at once. Async-signal-safe; any thread. */
void private_file_remove_now(void);

#endif
