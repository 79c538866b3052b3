/* Numbers as text, whatever the locale's decimal point. Pure. Thread: any. */
#ifndef CONFIG_DECIMAL_H
#define CONFIG_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/* Digits with an optional - in front, nothing else, in int64_t's range. */
bool decimal_int(const char *text, int64_t *value);
/* Digits, optionally a point and more digits: "5", "0.5"; at most 15 digits in all. */
bool decimal_parse(const char *text, double *value);

#endif
