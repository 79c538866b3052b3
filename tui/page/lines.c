#include "page/lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pintop/snapshot.h"
#include "term/canvas.h"
#include "widget/format.h"

void lines_clear(struct lines *lines)
{
    for (size_t i = 0; lines->lines != NULL && lines->wholes != NULL && i < lines->n; i++) {
        free(lines->lines[i]);
        free(lines->wholes[i]);
    }
    free(lines->lines);
    free(lines->wholes);
    free(lines->times);
    free(lines->warns);
    memset(lines, 0, sizeof *lines);
}

bool lines_start(struct lines *lines, size_t n)
{
    lines_clear(lines);
    if (n == 0)
        return false;
    lines->lines = calloc(n, sizeof *lines->lines);
    lines->wholes = calloc(n, sizeof *lines->wholes);
    lines->times = calloc(n, sizeof *lines->times);
    lines->warns = calloc(n, sizeof *lines->warns);
    if (lines->lines != NULL && lines->wholes != NULL && lines->times != NULL &&
        lines->warns != NULL)
        return true;
    lines_clear(lines);
    return false;
}

void lines_add(struct lines *lines, char *line, char *whole)
{
    if (line == NULL) {
        free(whole);
        return;
    }
    lines->lines[lines->n] = line;
    lines->times[lines->n] = PT_UNKNOWN;
    lines->wholes[lines->n++] = whole;
}

void lines_add_named(struct lines *lines, const char *name, int cols, char *whole, const char *fmt,
                     ...)
{
    char in_cols[256], *rest = NULL, *line = NULL;
    va_list args;
    va_start(args, fmt);
    if (vasprintf(&rest, fmt, args) < 0)
        rest = NULL;
    va_end(args);
    text_in_cols(in_cols, sizeof in_cols, name, cols, ALIGN_LEFT);
    if (rest == NULL || asprintf(&line, "%s %s", in_cols, rest) < 0)
        line = NULL;
    free(rest);
    lines_add(lines, line, whole);
}

void lines_date(struct lines *lines, int64_t time_ms)
{
    if (lines->n > 0)
        lines->times[lines->n - 1] = time_ms;
}

void lines_warn(struct lines *lines)
{
    if (lines->n > 0)
        lines->warns[lines->n - 1] = true;
}

void lines_text(const struct lines *lines, size_t row, struct lines_clock clock, char *out,
                size_t cap)
{
    const char *line = lines->lines[row], *tab = strchr(line, '\t');
    int64_t time_ms = lines->times[row];
    if (tab == NULL || time_ms == PT_UNKNOWN) {
        snprintf(out, cap, "%s", line);
        return;
    }
    struct shown time = clock.has_day ? show_day_second(time_ms) : show_second(time_ms);
    snprintf(out, cap, "%.*s%s%s", (int)(tab - line), line, show_left(time, clock.cols).s, tab + 1);
}

const char *lines_whole(const struct lines *lines, int row)
{
    if (row < 0 || row >= (int)lines->n)
        return NULL;
    return lines->wholes[row] != NULL ? lines->wholes[row] : lines->lines[row];
}
