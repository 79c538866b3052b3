/* A CSV row as the plain JSON object of its stream's table: every column, in its order, in its
 * type, whatever the order in the file.
 *
 * int      digits with an optional '-'; "25.0", as pandas writes a column with gaps, is 25
 * flag     0 or 1; True and False, as Python writes them, are 1 and 0
 * decimal  a JSON number, digits kept as they are (".5" becomes 0.5); a comma for the point where
 *          the comma separates no fields ("-89,98" in a file with semicolons)
 * text     a string, as it is
 * An empty field is null for the first three, "" for text. So are, for the first three, the words
 * that stand for no value (NaN, None, NULL, NA, \N …); in text only \N is, as "None" may be a name.
 * Blanks around numbers are ignored. */
#ifndef STREAM_ROW_JSON_H
#define STREAM_ROW_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "pintop/stream.h"
#include "stream/csv.h"

enum column_type { COLUMN_INT, COLUMN_FLAG, COLUMN_DECIMAL, COLUMN_TEXT };

struct row_column {
    const char *name;
    enum column_type type;
};

enum { COLUMNS_MAX = 12 };

/* The columns of a stream's table in order; *n out. */
const struct row_column *row_columns(enum pt_stream_id id, size_t *n);

/* A column's name with the quote after it, to be compared in a few words. */
enum { QUOTED_WORDS = 3 };
struct quoted_name {
    uint64_t words[QUOTED_WORDS], masks[QUOTED_WORDS];
};

/* The same with what is often needed. */
struct column_set {
    const struct row_column *columns;
    size_t n;
    size_t lens[COLUMNS_MAX]; /* of the names */
    struct quoted_name quoted[COLUMNS_MAX];
};
void column_set_init(struct column_set *set, enum pt_stream_id id);

/* Returns whether the columns found (one bit each) are enough to call a row one of this table:
 * the first one, which joins the three tables, and at least half of them. */
bool column_set_is_enough(const struct column_set *set, uint32_t seen);

/* At most this many bytes are written for a field of len. */
#define ROW_JSON_BYTES(len) (6 * (len) + 8)

/* Writes one column's value as JSON (text must be valid UTF-8). Returns the end of it, or NULL
 * with *why: what is wrong with the field. */
char *row_json_put(char *out, enum column_type type, const struct csv_field *field,
                   const struct csv_dialect *dialect, const char **why);

#endif
