#include "page/lines.h"

#include <stdlib.h>
#include <string.h>

void lines_clear(struct lines *lines)
{
    for (size_t i = 0; lines->lines != NULL && lines->wholes != NULL && i < lines->n; i++) {
        free(lines->lines[i]);
        free(lines->wholes[i]);
    }
    free(lines->lines);
    free(lines->wholes);
    memset(lines, 0, sizeof *lines);
}

bool lines_start(struct lines *lines, size_t n)
{
    lines_clear(lines);
    if (n == 0)
        return false;
    lines->lines = calloc(n, sizeof *lines->lines);
    lines->wholes = calloc(n, sizeof *lines->wholes);
    if (lines->lines != NULL && lines->wholes != NULL)
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
    lines->wholes[lines->n++] = whole;
}

const char *lines_whole(const struct lines *lines, int row)
{
    if (row < 0 || row >= (int)lines->n)
        return NULL;
    return lines->wholes[row] != NULL ? lines->wholes[row] : lines->lines[row];
}
