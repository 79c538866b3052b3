/* Whether a text is one JSON object, as RFC 8259 has it: strictly, in one pass, without memory.
 * Stricter than most parsers, because a record that the sink's parser refuses stops its task: no
 * leading zeros, no control bytes in strings, no half surrogates, nothing behind the object. */
#ifndef STREAM_JSON_CHECK_H
#define STREAM_JSON_CHECK_H

#include <stddef.h>

/* The nesting that the parsers behind us accept. */
enum { JSON_DEPTH_MAX = 1000 };

/* NULL: it is one. Else what it is instead; *at is the byte where that showed. The text must be
 * valid UTF-8 (not looked at here). */
const char *json_check_object(const char *text, size_t len, size_t *at);

#endif
