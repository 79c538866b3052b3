/* CSV with a header line: each row becomes the plain JSON object of the stream's table.
 *
 * Where a bad row ends: with the right number of fields its quotes are trusted, and the next row is
 * behind it. With another number, a quote that isn't closed or text behind a closing one, the row
 * may be one line with a stray quote that swallows good rows: the line after its first one is then
 * tried as a row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "stream/csv.h"
#include "stream/replay.h"
#include "stream/row_json.h"

/* Escaping makes at most six bytes of one; the rest is for the names. */
enum { VALUE_MAX_BYTES = 6 * ROW_MAX_BYTES + 4096 };
/* What escapes took once is given back: memory stays at one row's. */
enum { VALUE_KEPT_BYTES = 256 * 1024 };

struct csv_source {
    struct replay replay; /* first */
    const struct column *columns;
    size_t n_columns;
    size_t n_fields;               /* of the header, and so of each row */
    uint8_t field_of[COLUMNS_MAX]; /* which field holds a column */
    struct csv_row row;
    struct buf value;
};

/* The CSV row at the reader's place: ROW_GOOD, ROW_BAD_SHAPE with why, ROW_NONE, ROW_ERROR. */
static enum row_status read_csv(struct file_reader *reader, struct csv_row *csv, struct row *row,
                                struct pt_error *err)
{
    const char *bytes, *why = "the row is longer than 1 MiB, or a quote is not closed";
    size_t len, want = 1;
    bool is_last;
    for (;;) {
        if (file_reader_peek(reader, want, &bytes, &len, &is_last, err) != PT_OK)
            return ROW_ERROR;
        if (len == 0)
            return ROW_NONE;
        enum csv_status status = csv_parse(bytes, len, is_last, csv);
        if (status == CSV_ROW && csv->text_bytes <= ROW_MAX_BYTES) {
            row->bytes = csv->bytes;
            row->lines = csv->lines;
            return ROW_GOOD;
        }
        if (status == CSV_BAD)
            why = csv->why;
        if (status != CSV_MORE || len >= FILE_READER_MAX)
            break;
        want = len < FILE_READER_MAX / 2 ? len * 2 : FILE_READER_MAX;
    }
    snprintf(row->why, sizeof row->why, "%s", why);
    return ROW_BAD_SHAPE;
}

/* ROW_GOOD with value and len, or ROW_BAD with why. */
static enum row_status make_value(struct csv_source *csv, struct row *row)
{
    struct buf *out = &csv->value;
    if (out->cap > VALUE_KEPT_BYTES)
        buf_done(out);
    buf_reset(out);
    for (size_t i = 0; i < csv->n_columns; i++) {
        const struct column *column = &csv->columns[i];
        buf_append(out, i == 0 ? "{\"" : ",\"", 2);
        buf_puts(out, column->name);
        buf_append(out, "\":", 2);
        const char *why = row_json_value(out, column->type, &csv->row.fields[csv->field_of[i]]);
        if (why) {
            snprintf(row->why, sizeof row->why, "%s %s", column->name, why);
            return ROW_BAD;
        }
    }
    buf_append(out, "}", 1);
    if (out->is_over) {
        snprintf(row->why, sizeof row->why, "there is no memory for it");
        return ROW_BAD;
    }
    row->value = out->data;
    row->len = out->len;
    return ROW_GOOD;
}

static bool is_blank(const struct csv_row *row)
{
    return row->n_fields == 1 && row->fields[0].len == 0 && !row->fields[0].is_quoted;
}

static enum row_status read_row(struct replay *replay, struct file_reader *reader, struct row *row,
                                struct pt_error *err)
{
    struct csv_source *csv = (struct csv_source *)replay; /* its first member */
    row->bytes = 0;
    enum row_status status = read_csv(reader, &csv->row, row, err);
    if (status != ROW_GOOD)
        return status;
    if (is_blank(&csv->row))
        return ROW_BLANK;
    if (csv->row.n_fields != csv->n_fields) {
        snprintf(row->why, sizeof row->why, "it has %zu fields, the header has %zu",
                 csv->row.n_fields, csv->n_fields);
        return ROW_BAD_SHAPE;
    }
    /* The fields are looked at where they lie: nothing else is in between but commas. */
    const char *text = csv->row.fields[0].text;
    const char *why =
        replay_text_problem(text, csv->row.text_bytes - (csv->row.fields[0].is_quoted ? 1 : 0));
    if (why) {
        snprintf(row->why, sizeof row->why, "%s", why);
        return ROW_BAD;
    }
    return make_value(csv, row);
}

/* Lists of column names for the error about a header. */
struct header_faults {
    struct buf unknown, missing, doubled;
};

static void add_name(struct buf *list, const char *name, size_t len)
{
    enum { NAME_SHOWN = 40 };
    if (list->len > 0)
        buf_puts(list, ", ");
    if (len == 0)
        buf_puts(list, "(no name)");
    else
        buf_append(list, name, len < NAME_SHOWN ? len : NAME_SHOWN);
}

static size_t column_of(const struct csv_source *csv, const struct csv_field *field)
{
    size_t i = 0;
    while (i < csv->n_columns && !csv_field_is(field, csv->columns[i].name))
        i++;
    return i;
}

/* Fill field_of. Returns how many columns were found. */
static size_t map_fields(struct csv_source *csv, struct header_faults *faults)
{
    bool is_found[COLUMNS_MAX] = {false};
    size_t n_found = 0;
    for (size_t i = 0; i < csv->row.n_fields; i++) {
        const struct csv_field *field = &csv->row.fields[i];
        size_t column = column_of(csv, field);
        if (column < csv->n_columns && is_found[column]) {
            add_name(&faults->doubled, field->text, field->len);
        } else if (column < csv->n_columns) {
            is_found[column] = true;
            csv->field_of[column] = (uint8_t)i;
            n_found++;
        } else if (i > 0 || !csv_field_is(field, "")) {
            /* Data frames are written with their index as a first column without a name. */
            add_name(&faults->unknown, field->text, field->len);
        }
    }
    for (size_t i = 0; i < csv->n_columns; i++)
        if (!is_found[i])
            add_name(&faults->missing, csv->columns[i].name, strlen(csv->columns[i].name));
    csv->n_fields = csv->row.n_fields;
    return n_found;
}

static pt_code refuse_header(struct csv_source *csv, const char *why, struct pt_error *err)
{
    struct buf names;
    buf_init(&names, PT_FIX_MAX);
    for (size_t i = 0; i < csv->n_columns; i++)
        add_name(&names, csv->columns[i].name, strlen(csv->columns[i].name));
    char fix[PT_FIX_MAX];
    snprintf(fix, sizeof fix, "let the first line name these columns, in any order: %s",
             names.data ? names.data : "");
    buf_done(&names);
    return pt_error_set(err, PT_ECONFIG, fix, "cannot replay %s as %s: %s", csv->replay.file.shown,
                        pt_stream_name(csv->replay.id), why);
}

static void add_fault(struct buf *text, const char *what, const struct buf *names)
{
    if (names->len == 0)
        return;
    if (text->len > 0)
        buf_puts(text, "; ");
    buf_puts(text, what);
    buf_append(text, names->data, names->len);
}

static pt_code check_header(struct csv_source *csv, struct pt_error *err)
{
    struct header_faults faults;
    struct buf text;
    buf_init(&faults.unknown, 200);
    buf_init(&faults.missing, 200);
    buf_init(&faults.doubled, 200);
    buf_init(&text, 800);
    size_t n_found = map_fields(csv, &faults);
    add_fault(&text, "columns it must not have: ", &faults.unknown);
    add_fault(&text, "columns missing: ", &faults.missing);
    add_fault(&text, "columns there twice: ", &faults.doubled);
    pt_code code = PT_OK;
    if (n_found == 0)
        code = refuse_header(csv, "its first line is no header, it names none of the columns", err);
    else if (text.len > 0)
        code = refuse_header(csv, text.data, err);
    buf_done(&faults.unknown);
    buf_done(&faults.missing);
    buf_done(&faults.doubled);
    buf_done(&text);
    return code;
}

static pt_code read_header(struct csv_source *csv, struct pt_error *err)
{
    struct file_reader *reader = &csv->replay.ahead;
    struct row row = {.why = ""};
    switch (read_csv(reader, &csv->row, &row, err)) {
    case ROW_GOOD:
        break;
    case ROW_ERROR:
        return PT_EIO; /* err is filled */
    case ROW_NONE:
        return refuse_header(csv, "it is empty, without a header line", err);
    default:
        return refuse_header(csv, "its first line is no CSV header", err);
    }
    pt_code code = check_header(csv, err);
    if (code != PT_OK)
        return code;
    file_reader_skip(reader, row.bytes, row.lines);
    struct source_pos first = reader->pos;
    replay_set_first(&csv->replay, &first);
    return PT_OK;
}

static void csv_free(struct source *src)
{
    struct csv_source *csv = (struct csv_source *)src;
    buf_done(&csv->value);
    replay_done(&csv->replay);
    free(csv);
}

static const struct source_ops csv_ops = {"csv", replay_next, replay_again, replay_seek, csv_free};

pt_code source_csv_open(const char *path, const struct source_opts *opts, struct source **src,
                        struct pt_error *err)
{
    *src = NULL;
    struct csv_source *csv = calloc(1, sizeof *csv);
    if (!csv)
        return pt_error_set(err, PT_ENOMEM, NULL, "cannot replay %s: out of memory", path);
    csv->replay.src.ops = &csv_ops;
    csv->columns = row_columns(opts->id, &csv->n_columns);
    buf_init(&csv->value, VALUE_MAX_BYTES);
    pt_code code = replay_open(&csv->replay, path, opts, read_row, err);
    if (code == PT_OK)
        code = read_header(csv, err);
    if (code == PT_OK)
        *src = &csv->replay.src;
    else
        csv_free(&csv->replay.src);
    return code;
}
