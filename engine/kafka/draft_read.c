/* Reads the text of a record by hand. Every mistake is told, so that one look at the text repairs
 * all of them. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/shown.h"
#include "base/text.h"
#include "kafka/draft_text.h"
#include "pintop/draft.h"

enum {
    DRAFT_MISTAKES_MAX = 20,
    DRAFT_MISTAKE_MAX = 240,
    DRAFT_PARTITION_DIGITS = 7,
    DRAFT_SHOWN = 40
};

/* Where a word lies in the bytes that were read. */
struct draft_span {
    bool is_there;
    size_t at, len;
};

struct draft_reader {
    const char *at, *end;
    size_t line; /* of the field that is read; from 1 */
    struct buf bytes, mistakes;
    size_t n_mistakes;
    struct pt_error first;
    struct draft_span key, value, names[PT_DRAFT_HEADERS_MAX], values[PT_DRAFT_HEADERS_MAX];
    size_t n_headers;
    int32_t partition;
    bool has_key, has_partition, has_value_line;
};

static void draft_mistake(struct draft_reader *from, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void draft_mistake(struct draft_reader *from, const char *fmt, ...)
{
    char raw[DRAFT_MISTAKE_MAX], text[2 * DRAFT_MISTAKE_MAX];
    va_list args;
    va_start(args, fmt);
    text_put_args(raw, sizeof raw, fmt, args);
    va_end(args);
    shown_str(text, sizeof text, raw);
    if (from->n_mistakes++ == 0)
        pt_error_set(&from->first, PT_EDATA, "Correct the text of the record.", "record: %s", text);
    if (from->n_mistakes <= DRAFT_MISTAKES_MAX)
        buf_printf(&from->mistakes, "%s%s", from->mistakes.len > 0 ? "\n" : "", text);
}

/* ---- the head ---- */

static void draft_pass_blanks(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t' || **at == '\r'))
        ++*at;
}

static bool draft_is_end(const char *at, const char *end)
{
    draft_pass_blanks(&at, end);
    return at == end;
}

/* Reads one word. False: it was a mistake, which is told. */
static bool draft_word(struct draft_reader *from, const char **at, const char *end, bool is_name,
                       struct draft_span *span)
{
    size_t before = from->bytes.len;
    draft_pass_blanks(at, end);
    const char *why = draft_take_word(at, end, is_name, &from->bytes);
    if (why != NULL) {
        draft_mistake(from, "line %zu: %s", from->line, why);
        return false;
    }
    *span = (struct draft_span){true, before, from->bytes.len - before};
    buf_append(&from->bytes, "", 1); /* ends it as a C string */
    return true;
}

static void draft_rest(struct draft_reader *from, const char *at, const char *end)
{
    if (!draft_is_end(at, end))
        draft_mistake(from, "line %zu: something stands behind the closing double quote",
                      from->line);
}

static void draft_key(struct draft_reader *from, const char *at, const char *end)
{
    if (from->has_key)
        draft_mistake(from, "line %zu: the key is given twice", from->line);
    from->has_key = true;
    if (draft_word(from, &at, end, false, &from->key))
        draft_rest(from, at, end);
}

static void draft_header(struct draft_reader *from, const char *at, const char *end)
{
    struct draft_span name = {0}, value = {0};
    bool is_quoted = *at == '"';
    if (from->n_headers == PT_DRAFT_HEADERS_MAX) {
        draft_mistake(from, "line %zu: there are more than %d headers", from->line,
                      PT_DRAFT_HEADERS_MAX);
        return;
    }
    if (!draft_word(from, &at, end, true, &name))
        return;
    if (name.len == 0 && !is_quoted)
        draft_mistake(from, "line %zu: the header has no name before the =", from->line);
    if (!from->bytes.is_over && memchr(from->bytes.data + name.at, '\0', name.len) != NULL)
        draft_mistake(from, "line %zu: a header's name cannot contain a NUL byte", from->line);
    draft_pass_blanks(&at, end);
    if (at < end && *at == '=') {
        at++;
        if (!draft_word(from, &at, end, false, &value))
            return;
    }
    draft_rest(from, at, end);
    from->names[from->n_headers] = name;
    from->values[from->n_headers++] = value;
}

static void draft_partition(struct draft_reader *from, const char *at, const char *end)
{
    int32_t n = 0, digits = 0;
    if (from->has_partition)
        draft_mistake(from, "line %zu: the partition is given twice", from->line);
    from->has_partition = true;
    while (at < end && *at >= '0' && *at <= '9' && digits < DRAFT_PARTITION_DIGITS) {
        n = n * 10 + (*at++ - '0');
        digits++;
    }
    if (digits == 0 || !draft_is_end(at, end))
        draft_mistake(from, "line %zu: the partition is a whole number, like 0", from->line);
    else
        from->partition = n;
}

/* ---- the value ---- */

/* The last line break is the editor's. */
static void draft_value_text(struct draft_reader *from, const char *at, bool has_cr)
{
    size_t len = (size_t)(from->end - at);
    if (len > 0 && at[len - 1] == '\n')
        len -= has_cr && len > 1 && at[len - 2] == '\r' ? 2 : 1;
    from->value = (struct draft_span){true, from->bytes.len, len};
    buf_append(&from->bytes, at, len);
}

static void draft_value_base64(struct draft_reader *from, const char *at)
{
    size_t before = from->bytes.len;
    if (!base64_read(at, (size_t)(from->end - at), " \t\r\n", &from->bytes))
        draft_mistake(from, "line %zu: what stands below 'value: base64' is not base64",
                      from->line);
    from->value = (struct draft_span){true, before, from->bytes.len - before};
}

static bool draft_is_word(const char *at, const char *end, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(end - at) >= len && memcmp(at, word, len) == 0 && draft_is_end(at + len, end);
}

/* head: what stands behind "value:" in its line, up to end. */
static void draft_value(struct draft_reader *from, const char *head, const char *end)
{
    const char *below = end < from->end ? end + 1 : end;
    bool has_cr = end[-1] == '\r'; /* "value:" is before it */
    from->has_value_line = true;
    if (draft_is_word(head, end, "null")) {
        if (!pt_draft_is_empty(below, (size_t)(from->end - below)))
            draft_mistake(from, "line %zu: below 'value: null' there must be nothing",
                          from->line + 1);
    } else if (draft_is_word(head, end, "base64")) {
        draft_value_base64(from, below);
    } else if (draft_is_end(head, end)) {
        draft_value_text(from, below, has_cr);
    } else {
        draft_mistake(from,
                      "line %zu: the value begins in the line below 'value:'; only 'base64' or "
                      "'null' may stand behind it",
                      from->line);
    }
}

/* ---- the whole text ---- */

/* The field of a line, and where its text begins; returns the length of its name, 0: it has none.
 */
static size_t draft_field(const char *at, const char *end, const char **text)
{
    const char *colon = memchr(at, ':', (size_t)(end - at));
    if (colon == NULL)
        return 0;
    *text = colon + 1;
    draft_pass_blanks(text, end);
    return (size_t)(colon - at);
}

static bool draft_is_named(const char *at, size_t len, const char *name)
{
    return strlen(name) == len && memcmp(at, name, len) == 0;
}

/* Takes one line of the head. */
static void draft_line(struct draft_reader *from, const char *at, const char *end)
{
    const char *text = end;
    size_t len = draft_field(at, end, &text);
    bool is_left_out = draft_is_end(text, end);
    if (draft_is_named(at, len, "value")) {
        draft_value(from, text, end);
    } else if (draft_is_named(at, len, "key")) {
        if (!is_left_out)
            draft_key(from, text, end);
    } else if (draft_is_named(at, len, "header")) {
        if (!is_left_out)
            draft_header(from, text, end);
    } else if (draft_is_named(at, len, "partition")) {
        if (!is_left_out)
            draft_partition(from, text, end);
    } else {
        size_t shown = len > 0 ? len : (size_t)(end - at);
        draft_mistake(from,
                      "line %zu: '%.*s' is no field; the fields are key, header, partition and "
                      "value",
                      from->line, (int)(shown < DRAFT_SHOWN ? shown : DRAFT_SHOWN), at);
    }
}

static void draft_lines(struct draft_reader *from)
{
    while (from->at < from->end && !from->has_value_line) {
        const char *line = from->at;
        const char *end = memchr(line, '\n', (size_t)(from->end - line));
        end = end != NULL ? end : from->end;
        from->at = end < from->end ? end + 1 : end;
        from->line++;
        if (*line != '#' && !draft_is_end(line, end))
            draft_line(from, line, end);
    }
    if (!from->has_value_line)
        draft_mistake(from, "there is no line 'value:'; a record without a value, which deletes "
                            "its key, has 'value: null'");
}

static const char *draft_after_mark(const char *text, size_t len)
{
    return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
}

bool pt_draft_is_empty(const char *text, size_t len)
{
    const char *at = draft_after_mark(text, len), *end = text + len;
    while (at < end) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        next = next != NULL ? next : end;
        if (*at != '#' && !draft_is_end(at, next))
            return false;
        at = next < end ? next + 1 : end;
    }
    return true;
}

static const char *draft_at(const char *bytes, const struct draft_span *span)
{
    return span->is_there ? bytes + span->at : NULL;
}

static struct pt_draft *draft_settle(const struct draft_reader *from)
{
    struct pt_draft *draft = malloc(sizeof *draft + from->bytes.len + 1);
    if (draft == NULL)
        return NULL;
    char *bytes = (char *)(draft + 1);
    if (from->bytes.len > 0)
        memcpy(bytes, from->bytes.data, from->bytes.len);
    bytes[from->bytes.len] = '\0';
    *draft = (struct pt_draft){.key = draft_at(bytes, &from->key),
                               .key_len = from->key.len,
                               .value = draft_at(bytes, &from->value),
                               .value_len = from->value.len,
                               .partition = from->partition,
                               .n_headers = from->n_headers};
    for (size_t i = 0; i < from->n_headers; i++)
        draft->headers[i] =
            (struct pt_draft_header){draft_at(bytes, &from->names[i]),
                                     draft_at(bytes, &from->values[i]), from->values[i].len};
    return draft;
}

static pt_code draft_outcome(struct draft_reader *from, struct pt_draft **draft, char **mistakes,
                             struct pt_error *err)
{
    if (from->n_mistakes > DRAFT_MISTAKES_MAX)
        buf_printf(&from->mistakes, "\nand %zu more", from->n_mistakes - DRAFT_MISTAKES_MAX);
    if (from->n_mistakes > 0) {
        if (mistakes != NULL)
            *mistakes = buf_take(&from->mistakes, NULL);
        if (err != NULL)
            *err = from->first;
        return PT_EDATA;
    }
    *draft = from->bytes.is_over ? NULL : draft_settle(from);
    return *draft != NULL ? PT_OK : pt_error_set(err, PT_ENOMEM, NULL, "record: out of memory");
}

pt_code pt_draft_read(const char *text, size_t len, struct pt_draft **draft, char **mistakes,
                      struct pt_error *err)
{
    *draft = NULL;
    if (mistakes != NULL)
        *mistakes = NULL;
    if (len > PT_DRAFT_BYTES_MAX)
        return pt_error_set(err, PT_EDATA, "Produce it with a tool for large records.",
                            "record: its text has %zu bytes, and pintop reads at most %d", len,
                            PT_DRAFT_BYTES_MAX);
    struct draft_reader *from = calloc(1, sizeof *from);
    if (from == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "record: out of memory");
    *from = (struct draft_reader){
        .at = draft_after_mark(text, len), .end = text + len, .partition = -1};
    buf_init(&from->bytes, len + 2 * PT_DRAFT_HEADERS_MAX + 2);
    buf_init(&from->mistakes, (size_t)DRAFT_MISTAKES_MAX * 2 * DRAFT_MISTAKE_MAX + 100);
    draft_lines(from);
    pt_code code = draft_outcome(from, draft, mistakes, err);
    buf_done(&from->bytes);
    buf_done(&from->mistakes);
    free(from);
    return code;
}

void pt_draft_free(struct pt_draft *draft)
{
    free(draft);
}
