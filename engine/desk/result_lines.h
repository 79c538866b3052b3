/* Fills a result with lines and settings, which are gathered first and then packed into one
 * allocation. */
#ifndef DESK_RESULT_LINES_H
#define DESK_RESULT_LINES_H

#include "base/buf.h"
#include "pintop/command.h"

enum { RESULT_LINES_MAX = 5000, RESULT_BYTES_MAX = 1024 * 1024 };

/* Until they are packed, texts are known by their places in `text`. */
struct result_lines {
    struct buf text;
    size_t n, cap;
    struct pt_line *lines;
    size_t *texts, *wholes; /* SIZE_MAX: NULL */
    bool is_cut;
};
void result_lines_init(struct result_lines *lines);
/* Adds a line. text may have several lines: the first one is the line's text, all of them its
 * `whole`. Both are made printable. */
void result_lines_add(struct result_lines *lines, const struct pt_line *head, const char *text);
/* Moves the lines into result, and frees the rest. */
void result_lines_done(struct result_lines *lines, struct pt_result *result);

/* Fills result with n settings, all of them at once. note may be NULL. Returns false when out of
 * memory. */
struct result_setting {
    const char *name, *value, *note;
    bool is_default;
};
bool result_settings(struct pt_result *result, const struct result_setting *settings, size_t n);

#endif
