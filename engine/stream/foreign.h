/* File formats that people have but that are not supported: which they are, and how to convert
 * them. */
#ifndef STREAM_FOREIGN_H
#define STREAM_FOREIGN_H

#include <stddef.h>

#include "pintop/error.h"

/* How much of a file's beginning is needed to recognise it. */
enum { FOREIGN_BYTES = 512 };

/* Returns PT_OK, or PT_ECONFIG when the (plain) bytes that a file begins with are of an
 * unsupported format. */
pt_code foreign_refuse(const char *shown, const char *bytes, size_t len, struct pt_error *err);

#endif
