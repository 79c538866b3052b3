/* Shared by the files of the CSV source. Thread: the streamer's. */
#ifndef STREAM_SOURCE_CSV_PRIVATE_H
#define STREAM_SOURCE_CSV_PRIVATE_H

#include "stream/csv.h"
#include "stream/replay.h"
#include "stream/row_json.h"

enum { CSV_PREFIX_MAX = 32 };

struct csv_source {
    struct replay replay; /* first */
    struct column_set set;
    struct csv_dialect dialect;
    char sep_line[2];              /* the separator of a first line "sep=;", "" */
    size_t n_fields;               /* of the header, and so of each row */
    uint8_t field_of[COLUMNS_MAX]; /* which field holds a column */
    char prefix[COLUMNS_MAX][CSV_PREFIX_MAX];
    size_t prefix_lens[COLUMNS_MAX];
    struct csv_row row;
    char *value;
    size_t value_cap;
};

/* Maps the header, which is in csv->row, to the stream's columns: fills field_of and n_fields.
 *
 * Errors  PT_ECONFIG: columns are unknown, missing or repeated, all of them named; the first line
 * is no header. PT_ENOTFOUND: it is another stream's header. */
pt_code csv_header_check(struct csv_source *csv, struct pt_error *err);
/* Makes the error for a bad header: PT_ECONFIG with why, and the columns' names as the fix. */
pt_code csv_header_refuse(struct csv_source *csv, const char *why, struct pt_error *err);
/* Returns how many columns of a stream's table a header names; *seen: which, one bit each. */
size_t csv_header_count(const struct csv_row *row, enum pt_stream_id id, uint32_t *seen);

#endif
