/* One JSON object from bytes in memory, by RFC 8259: strictly, in one pass, without allocation,
 * checking UTF-8 and noting which columns it names. It is stricter than most parsers, because a
 * record that the sink's parser refuses stops its task: no leading zeros, no control bytes in
 * strings, no half surrogates.
 *
 * Beyond the RFC, because the meaning is certain and Python writes it: the bare words NaN, None,
 * True and False for null, null, true and false. And names in another case count as the columns'
 * (INDEX). Such an object must not be passed on unchanged: json_mend rewrites it as JSON. */
#ifndef STREAM_JSON_CHECK_H
#define STREAM_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "stream/row_json.h"

/* The nesting that later parsers accept. */
enum { JSON_CHECK_DEPTH_MAX = 1000 };

enum json_status {
    JSON_OBJECT, /* a whole object */
    JSON_MORE,   /* the bytes end inside it */
    JSON_BAD     /* not a JSON object; its end is unknown */
};

struct json_object {
    size_t bytes;    /* JSON_OBJECT: from the brace to the brace */
    uint64_t lines;  /* line feeds in the part that was read */
    uint32_t seen;   /* one bit for each column that is a name in it (not in nested values) */
    bool is_bent;    /* json_mend must rewrite it */
    size_t inner;    /* position of the first nested value's bracket; 0: nothing is nested */
    const char *why; /* JSON_BAD */
    size_t at;       /* JSON_BAD: the byte at which it was noticed */
};

/* Checks the object that begins at text[0].
 *
 * is_last  nothing follows these bytes: JSON_MORE is not returned. */
enum json_status json_scan(const char *text, size_t len, bool is_last,
                           const struct column_set *columns, struct json_object *object);

/* Returns the first fault of a text that must be one object and blanks; NULL when there is none.
 * *at is the byte at which it was noticed. */
const char *json_check_object(const char *text, size_t len, size_t *at);

/* Rewrites an object that json_scan accepted (len bytes) as JSON with the columns' own names.
 *
 * is_one_line  without white space between its parts: as readers of JSON lines need it. */
void json_mend(struct buf *out, const char *text, size_t len, bool is_one_line,
               const struct column_set *columns);

#endif
