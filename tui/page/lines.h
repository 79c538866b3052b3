/* Lines of a section that were copied out of a result: results leave the snapshot after a while. */
#ifndef PAGE_LINES_H
#define PAGE_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
    char **lines;  /* as shown */
    char **wholes; /* what Enter opens; an entry may be NULL: the line itself */
    size_t n;
};

void lines_clear(struct lines *lines);
/* Makes room for n lines, and forgets those before. */
bool lines_start(struct lines *lines, size_t n);
/* Takes ownership of both; whole may be NULL. */
void lines_add(struct lines *lines, char *line, char *whole);
/* What Enter opens; NULL: there is no such row. */
const char *lines_whole(const struct lines *lines, int row);

#endif
