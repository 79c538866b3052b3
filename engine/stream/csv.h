/* One CSV row from bytes in memory, by RFC 4180: quoted fields with doubled quotes, separators
 * and line ends in them; rows end with LF or CRLF. Beyond the RFC: another separator than the
 * comma, a backslash as escape where the dialect has it, a quote inside a field that does not
 * begin with one, and a CR not followed by LF, which are text. */
#ifndef STREAM_CSV_H
#define STREAM_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CSV_FIELDS_MAX = 64 };

struct csv_dialect {
    char separator;
    bool has_escapes; /* \" is a quote in a field, \\ a backslash: MySQL, Spark, escapechar="\\" */
};

/* Points into the parsed bytes. A quoted field comes without its outer quotes; doubled or
 * escaped characters in it are unchanged. */
struct csv_field {
    const char *text;
    size_t len;
    bool is_quoted;
    bool is_plain; /* nothing in it is escaped, or needs escaping in a JSON string */
};

struct csv_row {
    size_t n_fields; /* an empty line has one, empty and not quoted */
    struct csv_field fields[CSV_FIELDS_MAX];
    size_t text_bytes; /* of the row, without its line end */
    size_t bytes;      /* including it */
    uint64_t lines;    /* number of line ends in these */
    bool is_ascii;     /* no byte above 127 and no NUL */
    bool has_escapes;  /* a backslash precedes a quote */
    const char *why;   /* CSV_BAD: what is wrong */
};

enum csv_status {
    CSV_ROW,  /* a whole row */
    CSV_MORE, /* the bytes end inside the row */
    CSV_BAD   /* not CSV; the end of the row is then unknown */
};

/* is_last: nothing follows these bytes, so their end is the end of the row. */
enum csv_status csv_parse(const char *bytes, size_t len, bool is_last,
                          const struct csv_dialect *dialect, struct csv_row *row);

/* Returns whether a field's text is word in any case, ignoring blanks around it. */
bool csv_field_is(const struct csv_field *field, const char *word);

#endif
