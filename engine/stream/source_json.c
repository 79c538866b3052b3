/* JSON: an object for each row, passed on byte for byte, but on one line. One per line, over
 * several lines, in sequence, in an array, or deeper in what an export puts around its rows:
 * phpMyAdmin's
 * [{"type":"table","data":[…]}], {"data":[…]}, {"records":[{"value":{…}}]}.
 *
 * So there is no outermost value here: a row is an object with the stream's columns, wherever it
 * is, and everything else is frame and is skipped. A place in the file is then just an offset: to
 * continue there, the brackets opened before it need not be known.
 *
 * Where a bad row ends: on its own line, its brackets are trusted, and the next row follows
 * them. Otherwise the next line may begin a row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "stream/json_check.h"
#include "stream/json_frame.h"
#include "stream/replay.h"

/* A rewritten row is never longer than this: a column's name has the same length in any case,
 * and null is at most one byte longer than what it replaces (NaN). */
enum { MENDED_MAX_BYTES = 2 * ROW_MAX_BYTES };
enum { MENDED_KEPT_BYTES = 256 * 1024 };
/* After so many rows of other streams a file is theirs; but the export of a whole database has
 * the tables in sequence. */
enum { PROBE_ROWS = 1000 };

struct json_source {
    struct replay replay; /* first */
    struct column_set set, all[PT_STREAMS];
    struct buf mended;
    char first, last;        /* byte of the file, and of what was read of it; 0 unknown */
    bool is_export;          /* a database's, with several tables in sequence */
    enum pt_stream_id other; /* the stream of the last foreign row */
};

/* ---- an object ---- */

/* Returns which of a table's columns a text that is not JSON names in quotes; one bit each. */
static uint32_t columns_mentioned(const struct column_set *set, const char *text, size_t len)
{
    uint32_t seen = 0;
    for (size_t i = 0; i < set->n; i++) {
        const char *p = text, *end = text + len;
        while ((p = memmem(p, (size_t)(end - p), set->columns[i].name, set->lens[i])) != NULL) {
            const char *behind = p + set->lens[i];
            if (p > text && behind < end && (p[-1] == '"' || p[-1] == '\'') && *behind == p[-1])
                seen |= 1u << i;
            p = behind;
        }
    }
    return seen;
}

static bool is_mentioned(const struct column_set *set, const char *text, size_t len)
{
    return column_set_is_enough(set, columns_mentioned(set, text, len));
}

/* Returns which other stream's table it is; PT_STREAMS for none. */
static enum pt_stream_id other_stream(const struct json_source *json, const char *text, size_t len,
                                      bool is_object)
{
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const struct column_set *set = &json->all[id];
        struct json_object object = {0};
        if (id == (unsigned)json->replay.id)
            continue;
        if (is_object)
            json_scan(text, len, true, set, &object);
        if (is_object ? column_set_is_enough(set, object.seen) : is_mentioned(set, text, len))
            return (enum pt_stream_id)id;
    }
    return PT_STREAMS;
}

/* It is not JSON: says why. */
static void say_why(struct row *row, const char *text, size_t len, const struct json_object *object)
{
    size_t i = 1;
    while (i < len && json_is_blank(text[i]))
        i++;
    /* In a row over several lines, the line of the fault; else the row may be one incomplete
     * line, and the fault shows in the next one. */
    if (i < len && memchr(text, '\n', i))
        row->line = json_count_lines(text, object->at < len ? object->at : len);
    if (i < len && text[i] == '\'')
        snprintf(
            row->why, sizeof row->why,
            "not JSON but Python's own format of a row; json.dumps(row, default=str) writes JSON");
    else if (strncmp(object->why, "it is not valid UTF-8", 21) == 0)
        snprintf(row->why, sizeof row->why, "%s", REPLAY_NOT_UTF8);
    else if (row->line > 0)
        snprintf(row->why, sizeof row->why, "%s", object->why);
    else
        snprintf(row->why, sizeof row->why, "%s (byte %zu of it)", object->why, object->at + 1);
}

/* ROW_NONE: more bytes are needed to see where it ends. */
static enum row_status bad_object(struct json_source *json, struct row *row, const char *text,
                                  size_t len, bool is_last, const struct json_object *object)
{
    say_why(row, text, len, object);
    row->bytes = json_bad_row_bytes(text, len);
    if (row->bytes == 0 && !is_last && len < FILE_READER_MAX && !memchr(text, '\n', len))
        return ROW_NONE;
    if (row->bytes == 0) {
        row->bytes = json_object_bytes(text, len, false);
        return ROW_BAD_SHAPE;
    }
    row->lines = 0;
    if (is_mentioned(&json->set, text, row->bytes)) {
        json->replay.src.is_sure = true;
        return ROW_BAD;
    }
    json->other = other_stream(json, text, row->bytes, false);
    return json->other == PT_STREAMS ? ROW_BAD : ROW_OTHER;
}

/* phpMyAdmin's {"type":"header",…} and {"type":"database",…}. */
static bool is_export_head(const char *text, size_t len)
{
    static const char *const heads[] = {"{\"type\":\"header\"", "{\"type\":\"database\"",
                                        "{\"type\":\"table\""};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (len >= strlen(heads[i]) && memcmp(text, heads[i], strlen(heads[i])) == 0)
            return true;
    return false;
}

/* Steps into an object that is frame: the rows may be in its first nested value. */
static enum row_status step_in(struct row *row, const char *text, size_t inner)
{
    row->bytes = inner;
    row->lines = json_count_lines(text, inner);
    return ROW_BLANK;
}

/* A complete object that is not a row of the stream. */
static enum row_status not_ours(struct json_source *json, struct row *row, const char *text,
                                const struct json_object *object)
{
    row->bytes = object->bytes;
    row->lines = object->lines;
    json->other = other_stream(json, text, object->bytes, true);
    if (json->other != PT_STREAMS)
        return ROW_OTHER;
    size_t n = (size_t)__builtin_popcount(object->seen);
    bool is_head = is_export_head(text, object->bytes);
    json->is_export = json->is_export || is_head;
    if (object->inner > 0 && n * 2 < json->set.n)
        return step_in(row, text, object->inner);
    if (is_head)
        return ROW_BLANK;
    if (n == 0)
        snprintf(row->why, sizeof row->why, "it has none of the columns of %s (%s, %s, ...)",
                 pt_stream_name(json->replay.id), json->set.columns[0].name,
                 json->set.columns[1].name);
    else if (!(object->seen & 1))
        snprintf(row->why, sizeof row->why, "it has no column %s", json->set.columns[0].name);
    else
        snprintf(row->why, sizeof row->why, "it has only %zu of the %zu columns of %s", n,
                 json->set.n, pt_stream_name(json->replay.id));
    return ROW_BAD;
}

/* A table by columns, as data frames are written by default: {"ind":{"0":…},…} is not a row,
 * although it has all the names. inner: position of its first nested value. */
static bool is_by_columns(const struct column_set *set, const char *text, size_t inner)
{
    const char *p = text + inner;
    while (p > text && (json_is_blank(p[-1]) || p[-1] == ':'))
        p--;
    if (inner == 0 || p == text || *--p != '"')
        return false;
    for (size_t i = 0; i < set->n; i++) {
        size_t len = set->lens[i];
        bool is_name = (size_t)(p - text) > len && p[-(ptrdiff_t)len - 1] == '"' &&
                       strncasecmp(p - len, set->columns[i].name, len) == 0;
        if (is_name)
            return text[inner] == '{' || i == 0;
    }
    return false;
}

static enum row_status good_row(struct json_source *json, struct row *row, const char *text,
                                size_t len, const struct json_object *object)
{
    row->lines = object->lines;
    if (is_by_columns(&json->set, text, object->inner)) {
        snprintf(row->why, sizeof row->why,
                 "a table by columns; in pandas df.to_json(FILE, orient='records', lines=True) "
                 "writes rows");
        row->bytes = object->bytes;
        return ROW_BAD;
    }
    row->bytes = object->bytes + json_frame_bytes(text + object->bytes, text + len, &row->lines);
    row->value = text;
    row->len = object->bytes;
    if (!object->is_bent && object->lines == 0)
        return ROW_GOOD;
    if (json->mended.cap > MENDED_KEPT_BYTES)
        buf_done(&json->mended);
    buf_reset(&json->mended);
    json_mend(&json->mended, text, object->bytes, object->lines > 0, &json->set);
    if (json->mended.is_over) {
        snprintf(row->why, sizeof row->why, "there is not enough memory for it");
        return ROW_BAD;
    }
    row->value = json->mended.data;
    row->len = json->mended.len;
    return ROW_GOOD;
}

/* Reads the object at text[0]; ROW_NONE: more bytes are needed. */
static enum row_status source_json_read_object(struct json_source *json, struct row *row,
                                               const char *text, size_t len, bool is_last)
{
    struct json_object object;
    enum json_status status = json_scan(text, len, is_last, &json->set, &object);
    if (status == JSON_OBJECT && object.bytes <= ROW_MAX_BYTES) {
        return column_set_is_enough(&json->set, object.seen)
                   ? good_row(json, row, text, len, &object)
                   : not_ours(json, row, text, &object);
    }
    if (status == JSON_MORE && len < FILE_READER_MAX)
        return ROW_NONE;
    /* A frame may be longer than any row, and a fault in it belongs to one of its rows. */
    bool is_deeper = object.inner > 0 && object.inner < len && !(object.seen & 1);
    if (is_deeper && (status == JSON_MORE || text[object.inner] == '[' ||
                      !is_mentioned(&json->set, text, json_object_bytes(text, len, true)))) {
        json->is_export = json->is_export || is_export_head(text, len);
        return step_in(row, text, object.inner);
    }
    if (status == JSON_BAD)
        return bad_object(json, row, text, len, is_last, &object);
    snprintf(row->why, sizeof row->why, "the row is longer than 1 MiB, or it does not end");
    row->bytes = status == JSON_OBJECT ? object.bytes : 0;
    row->lines = object.lines;
    return status == JSON_OBJECT ? ROW_BAD : ROW_BAD_SHAPE;
}

/* Guesses what a line without an object is. */
static const char *why_no_object(const char *text, size_t len)
{
    static const char twice[] = "\"{\\\"";
    if (len > sizeof twice && memcmp(text, twice, sizeof twice - 1) == 0)
        return "a string that contains JSON: the row was encoded twice; json.loads(line) is the "
               "row";
    return "not a JSON object";
}

/* Reads what stands at text[0] and is not an object. ROW_NONE: more bytes are needed. */
static enum row_status read_other(struct row *row, const char *text, size_t len, bool is_last)
{
    const char *end = text + len;
    row->bytes = json_frame_bytes(text, end, &row->lines);
    if (row->bytes > 0)
        return ROW_BLANK;
    const char *member = json_member_end(text, end);
    bool is_cut = member == end || (!member && !memchr(text, '\n', len));
    if (is_cut && !is_last && len < FILE_READER_MAX)
        return ROW_NONE;
    if (member) {
        row->bytes = (size_t)(member - text);
        row->lines = json_count_lines(text, row->bytes);
        return ROW_BLANK;
    }
    row->bytes = json_junk_bytes(text, len);
    row->lines = 0;
    const char *why = replay_text_problem(text, row->bytes);
    snprintf(row->why, sizeof row->why, "%s", why ? why : why_no_object(text, len));
    return ROW_BAD;
}

/* Notes the first and last bytes of the file, as far as it is read. A bad row is reported as
 * such. */
static void note_ends(struct json_source *json, enum row_status status, const struct row *row,
                      const char *text)
{
    bool is_bad = status == ROW_BAD || status == ROW_BAD_SHAPE;
    size_t n = is_bad ? 0 : row->bytes;
    if (json->replay.ahead.pos.offset == json->replay.first.offset) {
        size_t i = 0;
        while (i + 1 < n && json_is_blank(text[i]))
            i++;
        json->first = text[i];
    }
    while (n > 0 && json_is_blank(text[n - 1]))
        n--;
    if (n > 0 || is_bad)
        json->last = n > 0 ? text[n - 1] : 0;
}

static const char *missing_end(const struct replay *replay)
{
    const struct json_source *json = (const struct json_source *)replay; /* its first member */
    return json->first == '[' && json->last != ']' && json->last != 0
               ? "the file ends inside the list that it begins with ([ without ]): it seems to be "
                 "cut off, so rows may be missing"
               : NULL;
}

static enum row_status source_json_read_row(struct replay *replay, struct file_reader *reader,
                                            struct row *row, struct pt_error *err)
{
    struct json_source *json = (struct json_source *)replay; /* its first member */
    size_t len, want = 1;
    row->bytes = 0;
    row->lines = row->line = 0;
    for (;;) {
        const char *text;
        bool is_last;
        if (file_reader_peek(reader, want, &text, &len, &is_last, err) != PT_OK)
            return ROW_ERROR;
        if (len == 0)
            return ROW_NONE;
        enum row_status status = text[0] == '{'
                                     ? source_json_read_object(json, row, text, len, is_last)
                                     : read_other(row, text, len, is_last);
        if (status != ROW_NONE) {
            if (reader == &replay->ahead)
                note_ends(json, status, row, text);
            return status;
        }
        want = len < FILE_READER_MAX / 2 ? len * 2 : FILE_READER_MAX;
    }
}

/* ---- whose file it is ---- */

/* Skips what was read; PT_OK, or that it cannot be read. */
static pt_code step_over(struct file_reader *reader, enum row_status status, const struct row *row,
                         struct pt_error *err)
{
    if (status == ROW_BAD_SHAPE)
        return file_reader_skip_line(reader, err);
    file_reader_skip(reader, row->bytes, row->lines);
    return PT_OK;
}

/* Looks from the first row on for one of the stream. Only rows of others: the file is theirs. */
static pt_code source_json_probe(struct json_source *json, struct pt_error *err)
{
    struct file_reader *reader = &json->replay.back;
    struct row row;
    enum pt_stream_id other = PT_STREAMS;
    pt_code code = PT_OK;
    file_reader_seek(reader, &json->replay.first);
    for (size_t n = 0; code == PT_OK && (n < PROBE_ROWS || json->is_export);) {
        enum row_status status = source_json_read_row(&json->replay, reader, &row, err);
        if (status == ROW_ERROR)
            return err ? err->code : PT_EIO;
        json->replay.src.is_sure = json->replay.src.is_sure || status == ROW_GOOD;
        if (status == ROW_GOOD)
            return PT_OK;
        if (status == ROW_NONE)
            break;
        if (status == ROW_OTHER && other == PT_STREAMS)
            other = json->other;
        n += status != ROW_BLANK;
        code = step_over(reader, status, &row, err);
    }
    if (code == PT_OK && other != PT_STREAMS && !json->replay.src.is_sure)
        code = replay_refuse_other(&json->replay, other, err);
    return code;
}

/* ---- the source ---- */

static bool source_json_begins(const char *bytes, size_t len)
{
    return json_is_frame(bytes[0]) || (len > 1 && (json_is_frame(bytes[1]) || bytes[1] == '{'));
}

static void json_free(struct source *src)
{
    struct json_source *json = (struct json_source *)src;
    buf_done(&json->mended);
    replay_done(&json->replay);
    free(json);
}

static const struct source_ops json_ops = {"json", replay_next, replay_again, replay_seek,
                                           json_free};

pt_code source_json_open(const char *path, const struct source_opts *opts, struct source **src,
                         struct pt_error *err)
{
    *src = NULL;
    struct json_source *json = calloc(1, sizeof *json);
    if (!json)
        return pt_error_set(err, PT_ENOMEM, NULL, "cannot replay %s: out of memory", path);
    json->replay.src.ops = &json_ops;
    json->replay.read = source_json_read_row;
    json->replay.begins = source_json_begins;
    json->replay.ends = missing_end;
    column_set_init(&json->set, opts->id);
    for (unsigned id = 0; id < PT_STREAMS; id++)
        column_set_init(&json->all[id], (enum pt_stream_id)id);
    buf_init(&json->mended, MENDED_MAX_BYTES);
    pt_code code = replay_open(&json->replay, path, opts, err);
    if (code == PT_OK && !opts->is_part)
        code = source_json_probe(json, err);
    if (code == PT_OK)
        *src = &json->replay.src;
    else
        json_free(&json->replay.src);
    return code;
}
