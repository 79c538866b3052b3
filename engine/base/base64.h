/* Base64 (RFC 4648). Pure. Thread: any. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The bytes as text, padded with '='; the caller's, free. NULL without memory. */
char *base64_make(const void *bytes, size_t len);
/* The same for URLs: with '-' and '_', not padded. */
char *base64url_make(const void *bytes, size_t len);
/* Appends the bytes that a text stands for. between: signs that are passed over, such as "\r\n";
 * the padding always is. Returns false for a text that is no base64, and when out is over. */
bool base64_read(const char *text, size_t len, const char *between, struct buf *out);
/* The six bits that a sign of base64 stands for; -1: it is no such sign. */
int base64_bits(char c);

#endif
