/* Filling a result with lines and settings: gathered first, then packed into one allocation. */
#ifndef CORE_RESULT_LINES_H
#define CORE_RESULT_LINES_H

#include "base/buf.h"
#include "pintop/command.h"

enum { RESULT_LINES_MAX = 5000, RESULT_BYTES_MAX = 1024 * 1024 };

/* Texts by their places in `text` until they are packed. */
struct result_lines {
    struct buf text;
    size_t n, cap;
    struct pt_line *lines;
    size_t *texts, *wholes; /* SIZE_MAX: NULL */
    bool is_cut;
};
void result_lines_init(struct result_lines *lines);
/* text may have several lines: the first is the line's, all of them its whole. Made printable. */
void result_lines_add(struct result_lines *lines, const struct pt_line *head, const char *text);
/* Into result, and free. */
void result_lines_done(struct result_lines *lines, struct pt_result *result);

/* name, value and note (NULL none) of a setting. All of them at once. */
struct result_setting {
    const char *name, *value, *note;
    bool is_default;
};
bool result_settings(struct pt_result *result, const struct result_setting *settings, size_t n);

#endif
