/* One JSON object out of bytes in memory, as RFC 8259 has it: strictly, in one pass, without
 * memory, its text held against UTF-8 on the way, and which columns it names. Stricter than most
 * parsers, because a record that the sink's parser refuses stops its task: no leading zeros, no
 * control bytes in strings, no half surrogates.
 *
 * Beyond the RFC, because its meaning is certain and Python writes it: the bare words NaN, None,
 * True and False for null, null, true and false. And names in another case are the columns'
 * (INDEX). Such an object must not be passed on as it is: json_mend writes it as JSON. */
#ifndef STREAM_JSON_CHECK_H
#define STREAM_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "stream/row_json.h"

/* The nesting that the parsers behind us accept. */
enum { JSON_CHECK_DEPTH_MAX = 1000 };

enum json_status {
    JSON_OBJECT, /* a whole object */
    JSON_MORE,   /* the bytes end inside it */
    JSON_BAD     /* no JSON object; where it ends is not known */
};

struct json_object {
    size_t bytes;   /* JSON_OBJECT: from the brace to the brace */
    uint64_t lines; /* line feeds in what was read of it */
    uint32_t seen;  /* one bit for each column that is a name in it (not of what is nested in it) */
    bool is_bent;   /* json_mend must write it */
    size_t inner;   /* where the bracket of the first nested value stands; 0: nothing is nested */
    const char *why; /* JSON_BAD */
    size_t at;       /* JSON_BAD: the byte where it showed */
};

/* Look at the object that begins at text[0].
 *
 * is_last  nothing follows these bytes: JSON_MORE isn't returned. */
enum json_status json_scan(const char *text, size_t len, bool is_last,
                           const struct column_set *columns, struct json_object *object);

/* The first bad thing of a text that must be one object and nothing else but blanks; NULL: it is.
 * *at is the byte where that showed. */
const char *json_check_object(const char *text, size_t len, size_t *at);

/* Write an object that json_scan accepted (len its bytes) as JSON with the columns' own names.
 *
 * is_one_line  without what stands between its parts: as readers of JSON lines must have it. */
void json_mend(struct buf *out, const char *text, size_t len, bool is_one_line,
               const struct column_set *columns);

#endif
