/* Files that people have and that aren't read: which they are, and what makes them readable. */
#ifndef STREAM_FOREIGN_H
#define STREAM_FOREIGN_H

#include <stddef.h>

#include "pintop/error.h"

/* As much of a file's beginning tells it. */
enum { FOREIGN_BYTES = 512 };

/* PT_OK, or PT_ECONFIG: the (plain) bytes that a file begins with are of a kind that isn't read. */
pt_code foreign_refuse(const char *shown, const char *bytes, size_t len, struct pt_error *err);

#endif
