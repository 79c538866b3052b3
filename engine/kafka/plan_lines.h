/* The lines of a plan that is shown before something is sent, and their fingerprint. Thread: one at
 * a time. */
#ifndef KAFKA_PLAN_LINES_H
#define KAFKA_PLAN_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "pintop/command.h"

/* A line is cut at so many bytes. */
enum { PLAN_LINE_MAX = 512 };

/* One allocation: the lines, then a text of fixed size for each. */
struct plan_lines {
    struct pt_line *lines;
    char *texts;
    size_t n, max;
};

/* Room for max lines; a line more is left out. Returns false when out of memory. */
bool plan_lines_begin(struct plan_lines *to, size_t max);
/* Adds a line: "change" is what is sent, "WARN" and "note" what follows from it. */
void plan_line(struct plan_lines *to, const char *level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The changes added to a sum (base/hash.h). */
uint64_t plan_lines_sum(const struct plan_lines *from, uint64_t sum);
/* Gives the lines to the result, and the sum as what was seen. */
void plan_lines_end(struct plan_lines *from, uint64_t sum, struct pt_result *result);

#endif
