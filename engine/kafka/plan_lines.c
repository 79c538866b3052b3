#include "kafka/plan_lines.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/shown.h"
#include "base/text.h"
#include "pintop/snapshot.h"

static size_t plan_lines_bytes(const struct plan_lines *lines)
{
    return lines->max * (sizeof *lines->lines + PLAN_LINE_MAX);
}

bool plan_lines_begin(struct plan_lines *to, size_t max)
{
    *to = (struct plan_lines){.max = max};
    to->lines = calloc(1, plan_lines_bytes(to));
    if (to->lines != NULL)
        to->texts = (char *)(to->lines + max);
    return to->lines != NULL;
}

void plan_line(struct plan_lines *to, const char *level, const char *fmt, ...)
{
    char text[PLAN_LINE_MAX];
    va_list args;
    if (to->n == to->max)
        return;
    va_start(args, fmt);
    text_put_args(text, sizeof text, fmt, args);
    va_end(args);
    char *at = to->texts + to->n * PLAN_LINE_MAX;
    shown_str(at, PLAN_LINE_MAX, text);
    struct pt_line *line = &to->lines[to->n++];
    *line = (struct pt_line){.time_ms = PT_UNKNOWN, .count = 1, .text = at};
    text_copy(line->level, sizeof line->level, level);
}

uint64_t plan_lines_sum(const struct plan_lines *from, uint64_t sum)
{
    for (size_t i = 0; i < from->n; i++)
        if (strcmp(from->lines[i].level, "change") == 0)
            sum = hash64_byte(hash64_text(sum, from->lines[i].text), '\n');
    return sum;
}

void plan_lines_end(struct plan_lines *from, uint64_t sum, struct pt_result *result)
{
    snprintf(result->seen, sizeof result->seen, "%016" PRIx64, sum);
    result->lines = from->lines;
    result->n_lines = from->n;
    result->bytes += plan_lines_bytes(from);
}
