/* The CSV row parser. Knows no columns and no files. */
#include "stream/csv.h"

#include <string.h>

struct scan {
    const char *p, *end;
    bool is_last;
    struct csv_row *row;
};

static enum csv_status bad(struct scan *scan, const char *why)
{
    scan->row->why = why;
    return CSV_BAD;
}

/* p is behind the opening quote; afterwards behind the closing one. */
static enum csv_status scan_quoted(struct scan *scan, struct csv_field *field)
{
    field->text = scan->p;
    field->is_quoted = true;
    for (;;) {
        const char *quote = memchr(scan->p, '"', (size_t)(scan->end - scan->p));
        if (!quote)
            return scan->is_last ? bad(scan, "a quote is not closed") : CSV_MORE;
        scan->p = quote + 1;
        if (scan->p == scan->end || *scan->p != '"') {
            field->len = (size_t)(quote - field->text);
            return CSV_ROW;
        }
        scan->p++;
    }
}

static void scan_plain(struct scan *scan, struct csv_field *field)
{
    const char *p = scan->p;
    while (p < scan->end && *p != ',' && *p != '\n')
        p++;
    field->text = scan->p;
    field->is_quoted = false;
    field->len = (size_t)(p - scan->p);
    /* A CR before the line feed, or at the very end, is half of the line end. */
    if ((p == scan->end || *p == '\n') && field->len > 0 && p[-1] == '\r')
        field->len--;
    scan->p = field->text + field->len;
}

/* Behind a field: a comma (*has_more), or the end of the row, which is stepped over; CSV_MORE where
 * the bytes end, as the field itself may go on. */
static enum csv_status scan_end(struct scan *scan, const char *begin, bool *has_more)
{
    struct csv_row *row = scan->row;
    const char *p = scan->p;
    *has_more = p < scan->end && *p == ',';
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
            return bad(scan, "text follows a closing quote");
        p++;
        row->lines++;
    } else if (!scan->is_last) {
        return CSV_MORE;
    }
    row->bytes = (size_t)(p - begin);
    return CSV_ROW;
}

static uint64_t count_line_feeds(const char *p, size_t len)
{
    uint64_t n = 0;
    const char *end = p + len;
    while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        n++;
        p++;
    }
    return n;
}

enum csv_status csv_parse(const char *bytes, size_t len, bool is_last, struct csv_row *row)
{
    struct scan scan = {bytes, bytes + len, is_last, row};
    row->n_fields = 0;
    row->lines = 0;
    for (bool has_more = true; has_more;) {
        if (row->n_fields == CSV_FIELDS_MAX)
            return bad(&scan, "more than 64 fields");
        struct csv_field *field = &row->fields[row->n_fields];
        enum csv_status status = CSV_ROW;
        if (scan.p < scan.end && *scan.p == '"') {
            scan.p++;
            status = scan_quoted(&scan, field);
            if (status == CSV_ROW)
                row->lines += count_line_feeds(field->text, field->len);
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
    return len == strlen(word) && memcmp(p, word, len) == 0;
}
