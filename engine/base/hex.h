/* Hexadecimal digits. Pure. Thread: any. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>

/* What a digit stands for, in either case; -1: it is no digit. */
int hex_digit(char c);
/* len bytes as lower-case digits and a NUL into out[2 * len + 1]. */
void hex_put(const void *bytes, size_t len, char *out);

#endif
