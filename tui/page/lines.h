/* The lines of a section, copied because results leave the snapshot after a while. */
#ifndef PAGE_LINES_H
#define PAGE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lines {
    char **lines;   /* as shown; a tab stands for the time of the line, if it has one */
    char **wholes;  /* what Enter opens; an entry may be NULL: the line itself */
    int64_t *times; /* Unix ms; PT_UNKNOWN: the line has none */
    bool *warns;    /* something is wrong with it */
    size_t n;
};

void lines_clear(struct lines *lines);
/* Frees the lines and makes room for n new ones. False: n is 0, or out of memory. */
bool lines_start(struct lines *lines, size_t n);
/* Adds one of the n lines. Takes ownership of both texts; whole may be NULL. */
void lines_add(struct lines *lines, char *line, char *whole);
/* Adds a line "NAME VALUE and more", with the name in so many columns. Takes ownership of whole. */
void lines_add_named(struct lines *lines, const char *name, int cols, char *whole, const char *fmt,
                     ...) __attribute__((format(printf, 5, 6)));
/* Says when what the last line tells happened. */
void lines_date(struct lines *lines, int64_t time_ms);
/* Says that something is wrong with what the last line tells. */
void lines_warn(struct lines *lines);
/* How a line's time is written: in how many columns, with the day or without. */
struct lines_clock {
    int cols;
    bool has_day;
};
/* The line as it is shown now, since the zone of times may change. */
void lines_text(const struct lines *lines, size_t row, struct lines_clock clock, char *out,
                size_t cap);
/* What Enter opens; NULL: there is no such row. */
const char *lines_whole(const struct lines *lines, int row);

#endif
