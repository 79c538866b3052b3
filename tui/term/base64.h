/* Base64, as OSC 52 wants it. */
#ifndef TERM_BASE64_H
#define TERM_BASE64_H

#include <stddef.h>

/* Writes len bytes as (len + 2) / 3 * 4 characters, without a terminator. Returns how many. */
size_t base64_put(char *out, const unsigned char *in, size_t len);

#endif
