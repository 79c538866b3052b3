/* JSON rows in a text whose brackets and quotes need not match: what stands between rows, and where
 * a row that is not JSON ends. Nothing is allocated, and no byte after the text is read. Pure.
 * Thread: any. */
#ifndef STREAM_JSON_FRAME_H
#define STREAM_JSON_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True for JSON's white space. */
bool json_is_blank(char c);
/* True for bytes between rows: blanks, commas, colons, and brackets that close an object or open or
 * close a list. */
bool json_is_frame(char c);
/* Returns how many such bytes stand at p, and adds their line feeds to *lines. */
size_t json_frame_bytes(const char *p, const char *end, uint64_t *lines);
/* Returns the place after `"name": scalar` of an object around rows, or the bracket of a value that
 * is not scalar; end when the scalar may continue after it. NULL when something else stands at p,
 * or a string does not end on its line. p < end. */
const char *json_member_end(const char *p, const char *end);
/* Returns the distance to where a row may begin after something that is none: the next brace of the
 * line, or the end of the line. len > 0. */
size_t json_junk_bytes(const char *text, size_t len);

/* Returns the length of the object at text[0], up to the bracket that closes it; 0 when that
 * bracket is missing, or on another line with is_one_line. Strings may have either kind of quotes,
 * as in bad rows, but each on one line. */
size_t json_object_bytes(const char *text, size_t len, bool is_one_line);
/* Returns the length of the bad row at text[0] when it ends on its own line; otherwise 0. */
size_t json_bad_row_bytes(const char *text, size_t len);

/* Returns the number of line feeds. */
uint64_t json_count_lines(const char *text, size_t len);

#endif
