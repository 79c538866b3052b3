/* The header of a CSV file: which column is in which field, and what is wrong with it. */
#include "stream/source_csv_private.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

/* Lists of column names for the error about a header. */
struct header_faults {
    struct buf unknown, missing, doubled;
};

static void source_csv_header_add_name(struct buf *list, const char *name, size_t len)
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
 * written again with the name "Unnamed: 0". */
static bool is_frame_index(const struct csv_field *field)
{
    return csv_field_is(field, "") ||
           (field->len > 9 && field->len < 20 && memcmp(field->text, "Unnamed: ", 9) == 0);
}

/* Fills field_of. Returns how many columns were found. */
static size_t map_fields(struct csv_source *csv, struct header_faults *faults)
{
    bool is_found[COLUMNS_MAX] = {false};
    size_t n_found = 0;
    for (size_t i = 0; i < csv->row.n_fields; i++) {
        const struct csv_field *field = &csv->row.fields[i];
        size_t column = column_of(&csv->set, field);
        if (column < csv->set.n && is_found[column]) {
            source_csv_header_add_name(&faults->doubled, field->text, field->len);
        } else if (column < csv->set.n) {
            is_found[column] = true;
            csv->field_of[column] = (uint8_t)i;
            n_found++;
        } else if (n_found > 0 ? i + 1 < csv->row.n_fields || !csv_field_is(field, "")
                               : !is_frame_index(field)) {
            source_csv_header_add_name(&faults->unknown, field->text, field->len);
        }
    }
    for (size_t i = 0; i < csv->set.n; i++)
        if (!is_found[i])
            source_csv_header_add_name(&faults->missing, csv->set.columns[i].name,
                                       csv->set.lens[i]);
    csv->n_fields = csv->row.n_fields;
    return n_found;
}

pt_code csv_header_refuse(struct csv_source *csv, const char *why, struct pt_error *err)
{
    struct buf names;
    buf_init(&names, PT_FIX_MAX);
    for (size_t i = 0; i < csv->set.n; i++)
        source_csv_header_add_name(&names, csv->set.columns[i].name, csv->set.lens[i]);
    char fix[PT_FIX_MAX];
    snprintf(fix, sizeof fix, "Name these columns in the first line, in any order: %s",
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

size_t csv_header_count(const struct csv_row *row, enum pt_stream_id id, uint32_t *seen)
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

/* A file of another stream is not reported as a broken file of this one. */
static pt_code source_csv_header_refuse_others(struct csv_source *csv, size_t n_found,
                                               struct pt_error *err)
{
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        struct column_set set;
        uint32_t seen;
        column_set_init(&set, (enum pt_stream_id)id);
        size_t n = csv_header_count(&csv->row, (enum pt_stream_id)id, &seen);
        if (id != (unsigned)csv->replay.id && n > n_found && column_set_is_enough(&set, seen))
            return replay_refuse_other(&csv->replay, (enum pt_stream_id)id, err);
    }
    return PT_OK;
}

/* The first line names no column: guesses what the file is. */
static pt_code refuse_no_header(struct csv_source *csv, struct pt_error *err)
{
    const struct csv_field *first = &csv->row.fields[0];
    const char *line = first->text;
    size_t len = csv->row.text_bytes - first->is_quoted;
    if (memchr(line, 0, len))
        return pt_error_set(err, PT_ECONFIG, "Export it as CSV or JSON lines, and use that",
                            "cannot replay %s: it is not text", csv->replay.file.shown);
    if (memmem(line, len, "{\"", 2))
        return pt_error_set(
            err, PT_ECONFIG,
            "Use the JSON alone; kafka-console-consumer prints it like that without print.key, "
            "print.timestamp and similar options",
            "cannot replay %s: other text precedes the JSON object in its first line",
            csv->replay.file.shown);
    return csv_header_refuse(
        csv, "its first line is not a header, because it names none of the columns", err);
}

pt_code csv_header_check(struct csv_source *csv, struct pt_error *err)
{
    struct header_faults faults;
    struct buf text;
    buf_init(&faults.unknown, 200);
    buf_init(&faults.missing, 200);
    buf_init(&faults.doubled, 200);
    buf_init(&text, 800);
    size_t n_found = map_fields(csv, &faults);
    add_fault(&text, "unknown columns: ", &faults.unknown);
    add_fault(&text, "columns missing: ", &faults.missing);
    add_fault(&text, "repeated columns: ", &faults.doubled);
    pt_code code = text.len > 0 ? source_csv_header_refuse_others(csv, n_found, err) : PT_OK;
    if (code == PT_OK && n_found == 0)
        code = refuse_no_header(csv, err);
    else if (code == PT_OK && text.len > 0)
        code = csv_header_refuse(csv, text.data, err);
    buf_done(&faults.unknown);
    buf_done(&faults.missing);
    buf_done(&faults.doubled);
    buf_done(&text);
    return code;
}
