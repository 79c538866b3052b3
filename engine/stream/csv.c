/* The CSV row parser. Knows no columns and no files. */
#include "stream/csv.h"

#include <string.h>
#include <strings.h>

#include "stream/text_scan.h"

struct csv_scan {
    const char *p, *end;
    bool is_last;
    struct csv_dialect dialect;
    struct csv_row *row;
};

static enum csv_status csv_bad(struct csv_scan *scan, const char *why)
{
    scan->row->why = why;
    return CSV_BAD;
}

static enum csv_status csv_ends(struct csv_scan *scan)
{
    return scan->is_last ? csv_bad(scan, "a quote is not closed") : CSV_MORE;
}

/* A byte of a field that is not plain, and does not end it. */
static void csv_note(struct csv_row *row, struct csv_field *field, char c)
{
    if (c & 0x80 || c == 0)
        row->is_ascii = false;
    else
        field->is_plain = false;
}

/* At a backslash: returns how many bytes it takes. */
static size_t escape_bytes(struct csv_scan *scan, struct csv_field *field, const char *p)
{
    if (p + 1 == scan->end)
        return 1;
    if (p[1] == '"')
        scan->row->has_escapes = true;
    if (!scan->dialect.has_escapes)
        return 1;
    csv_note(scan->row, field, p[1]);
    scan->row->lines += p[1] == '\n';
    return 2;
}

/* p is after the opening quote; on return after the closing one. */
static enum csv_status scan_quoted(struct csv_scan *scan, struct csv_field *field)
{
    const char *p = scan->p;
    field->text = p;
    for (;;) {
        p = text_scan_plain(p, scan->end, '"');
        if (p == scan->end)
            return csv_ends(scan);
        if (*p == '"') {
            if (p + 1 == scan->end || p[1] != '"')
                break;
            field->is_plain = false;
            p += 2;
            continue;
        }
        csv_note(scan->row, field, *p);
        scan->row->lines += *p == '\n';
        p += *p == '\\' ? escape_bytes(scan, field, p) : 1;
    }
    field->len = (size_t)(p - field->text);
    scan->p = p + 1;
    return CSV_ROW;
}

/* A CR before the line feed, or at the very end, is part of the line end. */
static bool is_line_end(const struct csv_scan *scan, const char *p)
{
    return *p == '\n' || (*p == '\r' && (p + 1 == scan->end || p[1] == '\n'));
}

static void scan_plain(struct csv_scan *scan, struct csv_field *field)
{
    char separator = scan->dialect.separator;
    const char *p = scan->p;
    for (;;) {
        p = text_scan_plain(p, scan->end, separator);
        if (p == scan->end || *p == separator || is_line_end(scan, p))
            break;
        csv_note(scan->row, field, *p);
        p += *p == '\\' ? escape_bytes(scan, field, p) : 1;
    }
    field->text = scan->p;
    field->len = (size_t)(p - scan->p);
    scan->p = p;
}

/* After a field: a separator (*has_more), or the end of the row, which is skipped; CSV_MORE
 * where the bytes end, because the field may continue. */
static enum csv_status scan_end(struct csv_scan *scan, const char *begin, bool *has_more)
{
    struct csv_row *row = scan->row;
    const char *p = scan->p;
    *has_more = p < scan->end && *p == scan->dialect.separator;
    if (*has_more) {
        scan->p++;
        return CSV_ROW;
    }
    row->text_bytes = (size_t)(p - begin);
    if (p < scan->end && *p == '\r') {
        p++;
        if (p == scan->end && !scan->is_last)
            return CSV_MORE;
    }
    if (p < scan->end) {
        if (*p != '\n')
            return csv_bad(scan, "text follows a closing quote");
        p++;
        row->lines++;
    } else if (!scan->is_last) {
        return CSV_MORE;
    }
    row->bytes = (size_t)(p - begin);
    return CSV_ROW;
}

enum csv_status csv_parse(const char *bytes, size_t len, bool is_last,
                          const struct csv_dialect *dialect, struct csv_row *row)
{
    struct csv_scan scan = {bytes, bytes + len, is_last, *dialect, row};
    row->n_fields = 0;
    row->lines = 0;
    row->is_ascii = true;
    row->has_escapes = false;
    for (bool has_more = true; has_more;) {
        if (row->n_fields == CSV_FIELDS_MAX)
            return csv_bad(&scan, "more than 64 fields");
        struct csv_field *field = &row->fields[row->n_fields];
        enum csv_status status = CSV_ROW;
        field->is_plain = true;
        field->is_quoted = scan.p < scan.end && *scan.p == '"';
        if (field->is_quoted) {
            scan.p++;
            status = scan_quoted(&scan, field);
        } else {
            scan_plain(&scan, field);
        }
        if (status == CSV_ROW)
            status = scan_end(&scan, bytes, &has_more);
        if (status != CSV_ROW)
            return status;
        row->n_fields++;
    }
    return CSV_ROW;
}

bool csv_field_is(const struct csv_field *field, const char *word)
{
    const char *p = field->text;
    size_t len = field->len;
    while (len > 0 && (*p == ' ' || *p == '\t')) {
        p++;
        len--;
    }
    while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
        len--;
    return len == strlen(word) && strncasecmp(p, word, len) == 0;
}
