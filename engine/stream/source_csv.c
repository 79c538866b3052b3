/* CSV with a header line: each row becomes the plain JSON object of the stream's table. The header
 * tells the separator: comma, semicolon, tab or bar.
 *
 * Where a bad row ends: with the right number of fields its quotes are trusted, and the next row is
 * behind it. With another number, a quote that isn't closed or text behind a closing one, the row
 * may be one line with a stray quote that swallows good rows: the line after its first one is then
 * tried as a row.
 *
 * Whether a backslash escapes a quote no header tells. A row that has one is read as RFC 4180 has
 * it, and where that isn't a row, with escapes; the other way round in a file whose first rows with
 * one are rows only with escapes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "stream/csv.h"
#include "stream/replay.h"
#include "stream/row_json.h"

/* What escapes took once is given back: memory stays at one row's. */
enum { VALUE_KEPT_BYTES = 256 * 1024 };
enum { PREFIX_MAX = 32 };

struct csv_source {
    struct replay replay; /* first */
    struct column_set set;
    struct csv_dialect dialect;
    char sep_line[2];              /* the separator that a first line "sep=;" names, "" */
    size_t n_fields;               /* of the header, and so of each row */
    uint8_t field_of[COLUMNS_MAX]; /* which field holds a column */
    char prefix[COLUMNS_MAX][PREFIX_MAX];
    size_t prefix_lens[COLUMNS_MAX];
    struct csv_row row;
    char *value;
    size_t value_cap;
};

/* One way to read the row. */
static enum csv_status parse(struct csv_source *csv, const char *bytes, size_t len, bool is_last,
                             bool has_escapes)
{
    struct csv_dialect dialect = csv->dialect;
    dialect.has_escapes = has_escapes;
    enum csv_status status = csv_parse(bytes, len, is_last, &dialect, &csv->row);
    return status;
}

static bool is_blank(const struct csv_row *row)
{
    return row->n_fields == 1 && row->fields[0].len == 0 && !row->fields[0].is_quoted;
}

static bool is_row(const struct csv_source *csv, enum csv_status status)
{
    return status == CSV_ROW && csv->row.text_bytes <= ROW_MAX_BYTES &&
           (csv->n_fields == 0 || csv->row.n_fields == csv->n_fields || is_blank(&csv->row));
}

/* Both ways, the file's own first. *has_escapes: which it was read in. */
static enum csv_status parse_row(struct csv_source *csv, const char *bytes, size_t len,
                                 bool is_last, bool *has_escapes)
{
    *has_escapes = csv->dialect.has_escapes;
    enum csv_status status = parse(csv, bytes, len, is_last, *has_escapes);
    if (is_row(csv, status) || !csv->row.has_escapes || csv->n_fields == 0)
        return status;
    enum csv_status other = parse(csv, bytes, len, is_last, !*has_escapes);
    if (is_row(csv, other)) {
        *has_escapes = !*has_escapes;
        return other;
    }
    return parse(csv, bytes, len, is_last, *has_escapes);
}

/* The CSV row at the reader's place: ROW_GOOD, ROW_BAD_SHAPE with why, ROW_NONE, ROW_ERROR. */
static enum row_status read_csv(struct csv_source *csv, struct file_reader *reader, struct row *row,
                                bool *has_escapes, struct pt_error *err)
{
    const char *bytes, *why = "the row is longer than 1 MiB, or a quote is not closed";
    size_t len, want = 1;
    bool is_last;
    for (;;) {
        if (file_reader_peek(reader, want, &bytes, &len, &is_last, err) != PT_OK)
            return ROW_ERROR;
        if (len == 0)
            return ROW_NONE;
        enum csv_status status = parse_row(csv, bytes, len, is_last, has_escapes);
        if (status == CSV_ROW && csv->row.text_bytes <= ROW_MAX_BYTES) {
            row->bytes = csv->row.bytes;
            row->lines = csv->row.lines;
            return ROW_GOOD;
        }
        if (status == CSV_BAD)
            why = csv->row.why;
        if (status != CSV_MORE || len >= FILE_READER_MAX)
            break;
        want = len < FILE_READER_MAX / 2 ? len * 2 : FILE_READER_MAX;
    }
    snprintf(row->why, sizeof row->why, "%s", why);
    return ROW_BAD_SHAPE;
}

/* Room for the longest value that these fields can become. */
static bool make_room(struct csv_source *csv)
{
    size_t need = 16;
    for (size_t i = 0; i < csv->set.n; i++)
        need += csv->prefix_lens[i] + ROW_JSON_BYTES(csv->row.fields[csv->field_of[i]].len);
    if (need <= csv->value_cap && csv->value_cap <= VALUE_KEPT_BYTES)
        return true;
    size_t cap = need < VALUE_KEPT_BYTES / 8 ? VALUE_KEPT_BYTES / 8 : need;
    if (cap <= csv->value_cap && csv->value_cap <= VALUE_KEPT_BYTES)
        return true;
    free(csv->value);
    csv->value = malloc(cap);
    csv->value_cap = csv->value ? cap : 0;
    return csv->value != NULL;
}

/* ROW_GOOD with value and len, or ROW_BAD with why. */
static enum row_status make_value(struct csv_source *csv, bool has_escapes, struct row *row)
{
    const struct csv_dialect dialect = {csv->dialect.separator, has_escapes};
    if (!make_room(csv)) {
        snprintf(row->why, sizeof row->why, "there is no memory for it");
        return ROW_BAD;
    }
    char *out = csv->value;
    for (size_t i = 0; i < csv->set.n; i++) {
        const struct column *column = &csv->set.columns[i];
        const char *why;
        memcpy(out, csv->prefix[i], csv->prefix_lens[i]);
        out = row_json_put(out + csv->prefix_lens[i], column->type,
                           &csv->row.fields[csv->field_of[i]], &dialect, &why);
        if (!out) {
            snprintf(row->why, sizeof row->why, "%s %s", column->name, why);
            return ROW_BAD;
        }
    }
    *out++ = '}';
    row->value = csv->value;
    row->len = (size_t)(out - csv->value);
    return ROW_GOOD;
}

static enum row_status read_row(struct replay *replay, struct file_reader *reader, struct row *row,
                                struct pt_error *err)
{
    struct csv_source *csv = (struct csv_source *)replay; /* its first member */
    bool has_escapes;
    row->bytes = 0;
    row->line = 0;
    enum row_status status = read_csv(csv, reader, row, &has_escapes, err);
    if (status != ROW_GOOD)
        return status;
    if (is_blank(&csv->row))
        return ROW_BLANK;
    if (csv->row.n_fields != csv->n_fields) {
        snprintf(row->why, sizeof row->why, "it has %zu fields, the header has %zu",
                 csv->row.n_fields, csv->n_fields);
        return ROW_BAD_SHAPE;
    }
    /* The fields are looked at where they lie: nothing else is in between but separators. */
    const char *text = csv->row.fields[0].text;
    const char *why = csv->row.is_ascii
                          ? NULL
                          : replay_text_problem(text, csv->row.text_bytes -
                                                          (csv->row.fields[0].is_quoted ? 1 : 0));
    if (why) {
        snprintf(row->why, sizeof row->why, "%s", why);
        return ROW_BAD;
    }
    return make_value(csv, has_escapes, row);
}

/* ---- the header ---- */

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

static size_t column_of(const struct column_set *set, const struct csv_field *field)
{
    size_t i = 0;
    while (i < set->n && !csv_field_is(field, set->columns[i].name))
        i++;
    return i;
}

/* Data frames are written with their index as a first column without a name, and read back and
 * written again with "Unnamed: 0" as its name. */
static bool is_frame_index(const struct csv_field *field)
{
    return csv_field_is(field, "") ||
           (field->len > 9 && field->len < 20 && memcmp(field->text, "Unnamed: ", 9) == 0);
}

/* Fill field_of. Returns how many columns were found. */
static size_t map_fields(struct csv_source *csv, struct header_faults *faults)
{
    bool is_found[COLUMNS_MAX] = {false};
    size_t n_found = 0;
    for (size_t i = 0; i < csv->row.n_fields; i++) {
        const struct csv_field *field = &csv->row.fields[i];
        size_t column = column_of(&csv->set, field);
        if (column < csv->set.n && is_found[column]) {
            add_name(&faults->doubled, field->text, field->len);
        } else if (column < csv->set.n) {
            is_found[column] = true;
            csv->field_of[column] = (uint8_t)i;
            n_found++;
        } else if (n_found > 0 ? i + 1 < csv->row.n_fields || !csv_field_is(field, "")
                               : !is_frame_index(field)) {
            add_name(&faults->unknown, field->text, field->len);
        }
    }
    for (size_t i = 0; i < csv->set.n; i++)
        if (!is_found[i])
            add_name(&faults->missing, csv->set.columns[i].name, csv->set.lens[i]);
    csv->n_fields = csv->row.n_fields;
    return n_found;
}

static pt_code refuse_header(struct csv_source *csv, const char *why, struct pt_error *err)
{
    struct buf names;
    buf_init(&names, PT_FIX_MAX);
    for (size_t i = 0; i < csv->set.n; i++)
        add_name(&names, csv->set.columns[i].name, csv->set.lens[i]);
    char fix[PT_FIX_MAX];
    snprintf(fix, sizeof fix, "Let the first line name these columns, in any order: %s",
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

/* How many columns of a stream's table a header names. */
static size_t count_columns(const struct csv_row *row, enum pt_stream_id id, uint32_t *seen)
{
    struct column_set set;
    size_t n = 0;
    column_set_init(&set, id);
    *seen = 0;
    for (size_t i = 0; i < row->n_fields; i++) {
        size_t column = column_of(&set, &row->fields[i]);
        if (column < set.n && !(*seen >> column & 1)) {
            *seen |= 1u << column;
            n++;
        }
    }
    return n;
}

/* Another stream's file is no broken file of this one. */
static pt_code refuse_others(struct csv_source *csv, size_t n_found, struct pt_error *err)
{
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        struct column_set set;
        uint32_t seen;
        column_set_init(&set, (enum pt_stream_id)id);
        size_t n = count_columns(&csv->row, (enum pt_stream_id)id, &seen);
        if (id != (unsigned)csv->replay.id && n > n_found && column_set_is_enough(&set, seen))
            return replay_refuse_other(&csv->replay, (enum pt_stream_id)id, err);
    }
    return PT_OK;
}

/* The first line names no column: what the file seems to be. */
static pt_code refuse_no_header(struct csv_source *csv, struct pt_error *err)
{
    const struct csv_field *first = &csv->row.fields[0];
    const char *line = first->text;
    size_t len = csv->row.text_bytes - first->is_quoted;
    if (memchr(line, 0, len))
        return pt_error_set(err, PT_ECONFIG, "Export it as CSV or JSON lines and give that",
                            "cannot replay %s: it is not text", csv->replay.file.shown);
    if (memmem(line, len, "{\"", 2))
        return pt_error_set(err, PT_ECONFIG,
                            "Give the JSON alone; kafka-console-consumer prints it so without "
                            "print.key, print.timestamp and their like",
                            "cannot replay %s: something stands before the JSON object of its "
                            "first line",
                            csv->replay.file.shown);
    return refuse_header(csv, "its first line is no header, it names none of the columns", err);
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
    pt_code code = text.len > 0 ? refuse_others(csv, n_found, err) : PT_OK;
    if (code == PT_OK && n_found == 0)
        code = refuse_no_header(csv, err);
    else if (code == PT_OK && text.len > 0)
        code = refuse_header(csv, text.data, err);
    buf_done(&faults.unknown);
    buf_done(&faults.missing);
    buf_done(&faults.doubled);
    buf_done(&text);
    return code;
}

/* Lines before the header that hold nothing. */
static pt_code skip_blank_lines(struct file_reader *reader, struct pt_error *err)
{
    for (;;) {
        const char *bytes;
        size_t len;
        bool is_last;
        pt_code code = file_reader_peek(reader, 2, &bytes, &len, &is_last, err);
        size_t n = code == PT_OK && len > 1 && bytes[0] == '\r' ? 1 : 0;
        if (code != PT_OK || len <= n || bytes[n] != '\n')
            return code;
        file_reader_skip(reader, n + 1, 1);
    }
}

/* Excel's hint "sep=;" before the header. */
static pt_code skip_sep_line(struct csv_source *csv, struct pt_error *err)
{
    struct file_reader *reader = &csv->replay.ahead;
    const char *bytes;
    size_t len;
    bool is_last;
    pt_code code = file_reader_peek(reader, 8, &bytes, &len, &is_last, err);
    if (code != PT_OK || len < 6 || memcmp(bytes, "sep=", 4) != 0)
        return code;
    size_t end = bytes[5] == '\r' ? 6 : 5;
    if (end < len && bytes[end] == '\n') {
        csv->sep_line[0] = bytes[4];
        file_reader_skip(reader, end + 1, 1);
    }
    return PT_OK;
}

/* Read the header as each separator would have it; the one that finds most columns of any table is
 * the file's. The row is then read with it. */
static enum row_status read_header_row(struct csv_source *csv, struct row *row,
                                       struct pt_error *err)
{
    static const char separators[] = ",;\t|";
    const char *tried = csv->sep_line[0] ? csv->sep_line : separators;
    size_t best = 0;
    bool has_escapes;
    csv->dialect.separator = tried[0];
    for (const char *p = tried; *p; p++) {
        char before = csv->dialect.separator;
        csv->dialect.separator = *p;
        enum row_status status = read_csv(csv, &csv->replay.ahead, row, &has_escapes, err);
        if (status == ROW_ERROR || status == ROW_NONE)
            return status;
        size_t found = 0;
        for (unsigned id = 0; id < PT_STREAMS && status == ROW_GOOD; id++) {
            uint32_t seen;
            size_t n = count_columns(&csv->row, (enum pt_stream_id)id, &seen);
            found = n > found ? n : found;
        }
        if (found > best)
            best = found;
        else
            csv->dialect.separator = before;
    }
    return read_csv(csv, &csv->replay.ahead, row, &has_escapes, err);
}

/* Of the first rows with a backslash before a quote: those that are rows in one way only decide. */
static pt_code guess_escapes(struct csv_source *csv, struct pt_error *err)
{
    enum { GUESS_BYTES = 64 * 1024 };
    const char *bytes;
    size_t len, plain = 0, escaped = 0, at = 0;
    bool is_last;
    pt_code code = file_reader_peek(&csv->replay.ahead, GUESS_BYTES, &bytes, &len, &is_last, err);
    if (code != PT_OK || len == 0 || !memchr(bytes, '\\', len))
        return code;
    while (at < len) {
        enum csv_status with = parse(csv, bytes + at, len - at, is_last, true);
        bool is_with = is_row(csv, with), has_escapes = csv->row.has_escapes;
        size_t row_bytes = csv->row.bytes;
        bool is_without = is_row(csv, parse(csv, bytes + at, len - at, is_last, false));
        if (has_escapes && is_with != is_without)
            *(is_with ? &escaped : &plain) += 1;
        if (!is_with && !is_without)
            break;
        at +=
            is_without && !(has_escapes && is_with && escaped > plain) ? csv->row.bytes : row_bytes;
    }
    csv->dialect.has_escapes = escaped > plain;
    return PT_OK;
}

static void make_prefixes(struct csv_source *csv)
{
    for (size_t i = 0; i < csv->set.n; i++)
        csv->prefix_lens[i] = (size_t)snprintf(
            csv->prefix[i], PREFIX_MAX, "%s\"%s\":", i == 0 ? "{" : ",", csv->set.columns[i].name);
}

/* Old Macs and some spreadsheets end a line with CR alone: the file would be one endless line. */
static pt_code refuse_bare_cr(struct csv_source *csv, struct pt_error *err)
{
    enum { LOOK_BYTES = 64 * 1024 };
    const char *bytes;
    size_t len;
    bool is_last;
    pt_code code = file_reader_peek(&csv->replay.ahead, LOOK_BYTES, &bytes, &len, &is_last, err);
    if (code != PT_OK || len == 0)
        return code;
    const char *cr = memchr(bytes, '\r', len);
    if (!cr || cr + 1 == bytes + len || memchr(bytes, '\n', len))
        return PT_OK;
    return pt_error_set(err, PT_ECONFIG, "Convert it: tr '\\r' '\\n' < FILE > NEW",
                        "cannot replay %s: its lines end in CR alone", csv->replay.file.shown);
}

static pt_code read_header(struct csv_source *csv, struct pt_error *err)
{
    struct file_reader *reader = &csv->replay.ahead;
    struct row row = {.why = ""};
    pt_code code = skip_blank_lines(reader, err);
    if (code == PT_OK)
        code = skip_sep_line(csv, err);
    if (code == PT_OK)
        code = refuse_bare_cr(csv, err);
    if (code != PT_OK)
        return code;
    switch (read_header_row(csv, &row, err)) {
    case ROW_GOOD:
        break;
    case ROW_ERROR:
        return err ? err->code : PT_EIO;
    case ROW_NONE:
        return refuse_header(csv, "it is empty, without a header line", err);
    default:
        return refuse_header(csv, "its first line is no CSV header", err);
    }
    code = check_header(csv, err);
    if (code != PT_OK)
        return code;
    file_reader_skip(reader, row.bytes, row.lines);
    struct source_pos first = reader->pos;
    replay_set_first(&csv->replay, &first);
    return guess_escapes(csv, err);
}

static bool begins(const char *bytes, size_t len)
{
    (void)len;
    return bytes[0] == '\n';
}

static void csv_free(struct source *src)
{
    struct csv_source *csv = (struct csv_source *)src;
    free(csv->value);
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
    csv->replay.src.is_sure = true;
    csv->replay.read = read_row;
    csv->replay.begins = begins;
    column_set_init(&csv->set, opts->id);
    make_prefixes(csv);
    pt_code code = replay_open(&csv->replay, path, opts, err);
    if (code == PT_OK)
        code = read_header(csv, err);
    if (code == PT_OK)
        *src = &csv->replay.src;
    else
        csv_free(&csv->replay.src);
    return code;
}
