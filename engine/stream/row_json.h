/* A CSV row as the plain JSON object of PIPELINE.md's tables: every column, in its order, in its
 * type, whatever the order in the file.
 *
 * int      digits with an optional '-'; "25.0", as pandas writes a column with gaps, is 25
 * flag     0 or 1
 * decimal  a JSON number, digits kept as they are (".5" becomes 0.5)
 * text     a string, as it is
 * An empty field is null for the first three, "" for text; blanks around numbers are ignored. */
#ifndef STREAM_ROW_JSON_H
#define STREAM_ROW_JSON_H

#include <stddef.h>

#include "base/buf.h"
#include "pintop/stream.h"
#include "stream/csv.h"

enum column_type { COLUMN_INT, COLUMN_FLAG, COLUMN_DECIMAL, COLUMN_TEXT };

struct column {
    const char *name;
    enum column_type type;
};

enum { COLUMNS_MAX = 12 };

/* The columns of a stream's table in order; *n out. */
const struct column *row_columns(enum pt_stream_id id, size_t *n);

/* Append one column's value as JSON (text must be valid UTF-8). Returns NULL, or what is wrong with
 * the field, then nothing was appended. */
const char *row_json_value(struct buf *out, enum column_type type, const struct csv_field *field);

#endif
