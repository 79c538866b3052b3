/* A chart in one row of text: a small bar for each value. */
#ifndef WIDGET_SPARK_H
#define WIDGET_SPARK_H

#include <stdbool.h>
#include <stddef.h>

/* Writes n bars; the one of `most` is the highest, and takes three quarters of the row. A value
 * that is not known (NAN) is a blank. A text that does not fit into cap ends with its last whole
 * bar. Pure. */
void spark_text(const float *values, size_t n, float most, bool is_ascii, char *out, size_t cap);
/* The highest of them, 0 when none is known or above 0. Pure. */
float spark_most(const float *values, size_t n);

#endif
