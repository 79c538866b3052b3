/* CSV with a header line: each row becomes the plain JSON object of the stream's table. The header
 * tells the separator: comma, semicolon, tab or bar.
 *
 * Where a bad row ends: with the right number of fields its quotes are trusted, and the next row
 * follows it. With another number, an unclosed quote or text after a closing one, the row may be
 * one line with a stray quote that swallows good rows: the line after its first one is then tried
 * as a row.
 *
 * No header tells whether a backslash escapes a quote. A row that has one is read by RFC 4180,
 * and if that is not a row, with escapes; the other way round in a file whose first such rows
 * are rows only with escapes. */
#include "stream/source_csv_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory that escapes needed once is released: it stays at one row's. */
enum { VALUE_KEPT_BYTES = 256 * 1024 };

/* Parses the row in one of the two ways. */
static enum csv_status source_csv_parse(struct csv_source *csv, const char *bytes, size_t len,
                                        bool is_last, bool has_escapes)
{
    struct csv_dialect dialect = csv->dialect;
    dialect.has_escapes = has_escapes;
    enum csv_status status = csv_parse(bytes, len, is_last, &dialect, &csv->row);
    return status;
}

static bool source_csv_is_blank(const struct csv_row *row)
{
    return row->n_fields == 1 && row->fields[0].len == 0 && !row->fields[0].is_quoted;
}

static bool is_row(const struct csv_source *csv, enum csv_status status)
{
    return status == CSV_ROW && csv->row.text_bytes <= ROW_MAX_BYTES &&
           (csv->n_fields == 0 || csv->row.n_fields == csv->n_fields ||
            source_csv_is_blank(&csv->row));
}

/* Tries both ways, the file's own first. *has_escapes: the one that worked. */
static enum csv_status parse_row(struct csv_source *csv, const char *bytes, size_t len,
                                 bool is_last, bool *has_escapes)
{
    *has_escapes = csv->dialect.has_escapes;
    enum csv_status status = source_csv_parse(csv, bytes, len, is_last, *has_escapes);
    if (is_row(csv, status) || !csv->row.has_escapes || csv->n_fields == 0)
        return status;
    enum csv_status other = source_csv_parse(csv, bytes, len, is_last, !*has_escapes);
    if (is_row(csv, other)) {
        *has_escapes = !*has_escapes;
        return other;
    }
    return source_csv_parse(csv, bytes, len, is_last, *has_escapes);
}

/* Reads the CSV row at the reader's place: ROW_GOOD, ROW_BAD_SHAPE with why, ROW_NONE,
 * ROW_ERROR. */
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

/* Makes room for the longest value that these fields can become. */
static bool source_csv_make_room(struct csv_source *csv)
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
    if (!source_csv_make_room(csv)) {
        snprintf(row->why, sizeof row->why, "there is not enough memory for it");
        return ROW_BAD;
    }
    char *out = csv->value;
    for (size_t i = 0; i < csv->set.n; i++) {
        const struct row_column *column = &csv->set.columns[i];
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

static enum row_status source_csv_read_row(struct replay *replay, struct file_reader *reader,
                                           struct row *row, struct pt_error *err)
{
    struct csv_source *csv = (struct csv_source *)replay; /* its first member */
    bool has_escapes;
    row->bytes = 0;
    row->line = 0;
    enum row_status status = read_csv(csv, reader, row, &has_escapes, err);
    if (status != ROW_GOOD)
        return status;
    if (source_csv_is_blank(&csv->row))
        return ROW_BLANK;
    if (csv->row.n_fields != csv->n_fields) {
        snprintf(row->why, sizeof row->why, "it has %zu fields, the header has %zu",
                 csv->row.n_fields, csv->n_fields);
        return ROW_BAD_SHAPE;
    }
    /* The fields are checked in place: only separators are between them. */
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

/* Skips empty lines before the header. */
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

/* Reads the header with each separator; the one that finds most columns of any table is the
 * file's. The row is then read with it. */
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
            size_t n = csv_header_count(&csv->row, (enum pt_stream_id)id, &seen);
            found = n > found ? n : found;
        }
        if (found > best)
            best = found;
        else
            csv->dialect.separator = before;
    }
    return read_csv(csv, &csv->replay.ahead, row, &has_escapes, err);
}

/* The first rows with a backslash before a quote decide, if they are rows in one way only. */
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
        enum csv_status with = source_csv_parse(csv, bytes + at, len - at, is_last, true);
        bool is_with = is_row(csv, with), has_escapes = csv->row.has_escapes;
        size_t row_bytes = csv->row.bytes;
        bool is_without = is_row(csv, source_csv_parse(csv, bytes + at, len - at, is_last, false));
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
        csv->prefix_lens[i] =
            (size_t)snprintf(csv->prefix[i], CSV_PREFIX_MAX, "%s\"%s\":", i == 0 ? "{" : ",",
                             csv->set.columns[i].name);
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
                        "cannot replay %s: its lines end in CR only", csv->replay.file.shown);
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
        return csv_header_refuse(csv, "it is empty, without a header line", err);
    default:
        return csv_header_refuse(csv, "its first line is not a CSV header", err);
    }
    code = csv_header_check(csv, err);
    if (code != PT_OK)
        return code;
    file_reader_skip(reader, row.bytes, row.lines);
    struct source_pos first = reader->pos;
    replay_set_first(&csv->replay, &first);
    return guess_escapes(csv, err);
}

static bool source_csv_begins(const char *bytes, size_t len)
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
    csv->replay.read = source_csv_read_row;
    csv->replay.begins = source_csv_begins;
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
