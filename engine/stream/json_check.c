/* The scanner: a loop over values, with one bit for each open bracket. */
#include "stream/json_check.h"

#include <string.h>
#include <strings.h>

#include "base/printable.h"
#include "stream/text_scan.h"

struct scan {
    const char *begin, *p, *end;
    size_t depth;
    uint8_t is_object[JSON_CHECK_DEPTH_MAX / 8 + 1]; /* one bit for each level */
    bool is_short;                                   /* it failed because the bytes ended */
    const struct column_set *columns;
    size_t expected; /* the column that most likely is named next */
    struct json_object *object;
};

/* The words that may stand for a value, and what is meant by them. */
static const struct word {
    const char *text, *json;
} words[] = {
    {"true",  "true" },
    {"false", "false"},
    {"null",  "null" },
    {"True",  "true" },
    {"False", "false"},
    {"None",  "null" },
    {"NaN",   "null" },
    {"nan",   "null" },
};
enum { WORDS = sizeof words / sizeof *words, JSON_WORDS = 3 };

static bool fail(struct scan *scan, const char *why)
{
    if (!scan->object->why)
        scan->object->why = why;
    return false;
}

static bool fail_short(struct scan *scan, const char *why)
{
    scan->is_short = true;
    return fail(scan, why);
}

/* The bytes ended, or something else is wrong. */
static bool fail_or_short(struct scan *scan, const char *why)
{
    return scan->p == scan->end ? fail_short(scan, "not JSON: it ends too early") : fail(scan, why);
}

static void skip_blanks(struct scan *scan)
{
    while (scan->p < scan->end && (unsigned char)*scan->p <= ' ') {
        char c = *scan->p;
        if (c == '\n')
            scan->object->lines++;
        else if (c != ' ' && c != '\t' && c != '\r')
            break;
        scan->p++;
    }
}

static bool accept(struct scan *scan, char c)
{
    if (scan->p == scan->end || *scan->p != c)
        return false;
    scan->p++;
    return true;
}

/* Four hexadecimal digits; -1: they are not, or the bytes end. */
static int take_hex4(struct scan *scan)
{
    int value = 0;
    if (scan->end - scan->p < 4) {
        scan->p = scan->end;
        scan->is_short = true;
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        char c = *scan->p++;
        char low = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if (low >= 'a' && low <= 'f')
            value = value * 16 + (low - 'a' + 10);
        else
            return -1;
    }
    return value;
}

static bool check_unicode_escape(struct scan *scan)
{
    int unit = take_hex4(scan);
    if (unit < 0)
        return fail(scan, "not JSON: a bad \\u escape");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return fail(scan, "not JSON: half a surrogate pair");
    if (unit < 0xd800 || unit > 0xdbff)
        return true;
    if (!accept(scan, '\\') || !accept(scan, 'u'))
        return scan->p == scan->end ? fail_short(scan, "not JSON: half a surrogate pair")
                                    : fail(scan, "not JSON: half a surrogate pair");
    unit = take_hex4(scan);
    return (unit >= 0xdc00 && unit <= 0xdfff) || fail(scan, "not JSON: half a surrogate pair");
}

/* p is at the backslash. */
static bool check_escape(struct scan *scan)
{
    scan->p++;
    if (scan->p == scan->end)
        return fail_short(scan, "not JSON: it ends inside a string");
    char escape = *scan->p++;
    if (escape == 'u')
        return check_unicode_escape(scan);
    return memchr("\"\\/bfnrt", escape, 8) || fail(scan, "not JSON: an unknown escape");
}

/* p is at the first byte of a character that isn't ASCII. */
static bool check_rune(struct scan *scan)
{
    size_t n = utf8_next(scan->p, scan->end, NULL);
    scan->p += n;
    if (n > 0)
        return true;
    /* The rest of it may be in the bytes that follow; at most three are missing. */
    if (scan->end - scan->p < 4)
        scan->is_short = true;
    return fail(scan, "it is not valid UTF-8");
}

/* The rest of a string in which something is not plain. */
static bool check_rest(struct scan *scan)
{
    for (;;) {
        scan->p = text_scan_plain(scan->p, scan->end, '"');
        if (scan->p == scan->end)
            return fail_short(scan, "not JSON: it ends inside a string");
        char c = *scan->p;
        if (c == '"') {
            scan->p++;
            return true;
        }
        if (c == '\\') {
            if (!check_escape(scan))
                return false;
        } else if (c & 0x80) {
            if (!check_rune(scan))
                return false;
        } else {
            return fail(scan,
                        c == 0 ? "it holds NUL bytes" : "not JSON: a control byte in a string");
        }
    }
}

/* p is behind the opening quote. Most strings are plain to their end. */
static inline bool check_string(struct scan *scan)
{
    const char *p = text_scan_plain(scan->p, scan->end, '"');
    if (p == scan->end || *p != '"') {
        scan->p = p;
        return check_rest(scan);
    }
    scan->p = p + 1;
    return true;
}

static bool skip_digits(struct scan *scan)
{
    const char *begin = scan->p;
    while (scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9')
        scan->p++;
    return scan->p > begin;
}

static bool check_number(struct scan *scan)
{
    accept(scan, '-');
    if (!accept(scan, '0') && !skip_digits(scan))
        return fail_or_short(scan, "not JSON: no value where one must be");
    if (accept(scan, '.') && !skip_digits(scan))
        return fail_or_short(scan, "not JSON: a bad number");
    if (accept(scan, 'e') || accept(scan, 'E')) {
        if (!accept(scan, '+'))
            accept(scan, '-');
        if (!skip_digits(scan))
            return fail_or_short(scan, "not JSON: a bad number");
    }
    return true;
}

static const struct word *find_word(const char *p, const char *end)
{
    for (size_t i = 0; i < WORDS; i++) {
        size_t len = strlen(words[i].text);
        if ((size_t)(end - p) >= len && memcmp(p, words[i].text, len) == 0)
            return &words[i];
    }
    return NULL;
}

static bool check_word(struct scan *scan)
{
    const struct word *word = find_word(scan->p, scan->end);
    if (!word) {
        if (scan->end - scan->p < 5)
            scan->is_short = true;
        return fail(scan, "not JSON: an unknown word");
    }
    scan->object->is_bent = scan->object->is_bent || word >= words + JSON_WORDS;
    scan->p += strlen(word->text);
    return true;
}

/* Rows name their columns in the same order: the next one's name stands at p, as it is expected. */
static bool is_expected_name(struct scan *scan)
{
    const struct column_set *set = scan->columns;
    const struct quoted_name *name = &set->quoted[scan->expected];
    uint64_t text[QUOTED_WORDS], differ = 0;
    if (scan->end - scan->p < (ptrdiff_t)sizeof text)
        return false;
    memcpy(text, scan->p, sizeof text);
    for (int i = 0; i < QUOTED_WORDS; i++)
        differ |= (text[i] ^ name->words[i]) & name->masks[i];
    if (differ)
        return false;
    scan->p += set->lens[scan->expected] + 1;
    scan->object->seen |= 1u << scan->expected;
    scan->expected = scan->expected + 1 == set->n ? 0 : scan->expected + 1;
    return true;
}

static void note_name(struct scan *scan, const char *name, size_t len)
{
    const struct column_set *set = scan->columns;
    for (size_t i = 0; i < set->n; i++) {
        if (set->lens[i] != len || strncasecmp(set->columns[i].name, name, len) != 0)
            continue;
        scan->object->seen |= 1u << i;
        if (memcmp(set->columns[i].name, name, len) != 0)
            scan->object->is_bent = true;
        scan->expected = i + 1 == set->n ? 0 : i + 1;
        return;
    }
}

static bool check_name(struct scan *scan)
{
    skip_blanks(scan);
    if (!accept(scan, '"'))
        return fail_or_short(scan, "not JSON: no name where one must be");
    bool is_outer = scan->depth == 1 && scan->columns;
    if (!is_outer || !is_expected_name(scan)) {
        const char *name = scan->p;
        if (!check_string(scan))
            return false;
        if (is_outer)
            note_name(scan, name, (size_t)(scan->p - name) - 1);
    }
    skip_blanks(scan);
    return accept(scan, ':') || fail_or_short(scan, "not JSON: no colon behind a name");
}

static bool is_in_object(const struct scan *scan)
{
    size_t level = scan->depth - 1;
    return scan->is_object[level / 8] >> (level % 8) & 1;
}

static bool open_level(struct scan *scan, bool is_object)
{
    if (scan->depth == JSON_CHECK_DEPTH_MAX)
        return fail(scan, "nested more than 1,000 deep");
    if (scan->depth == 1 && scan->object->inner == 0)
        scan->object->inner = (size_t)(scan->p - scan->begin) - 1;
    size_t level = scan->depth++;
    uint8_t bit = (uint8_t)(1u << (level % 8));
    if (level % 8 == 0)
        scan->is_object[level / 8] = 0;
    if (is_object)
        scan->is_object[level / 8] |= bit;
    else
        scan->is_object[level / 8] &= (uint8_t)~bit;
    return true;
}

/* One value, or the opening of one (*is_open: its first value follows). */
static bool check_value(struct scan *scan, bool *is_open)
{
    *is_open = false;
    skip_blanks(scan);
    if (accept(scan, '"'))
        return check_string(scan);
    bool is_object = accept(scan, '{');
    if (is_object || accept(scan, '[')) {
        if (!open_level(scan, is_object))
            return false;
        skip_blanks(scan);
        if (accept(scan, is_object ? '}' : ']')) {
            scan->depth--;
            return true;
        }
        *is_open = true;
        return !is_object || check_name(scan);
    }
    char c = scan->p < scan->end ? *scan->p : 0;
    bool is_word = c == 't' || c == 'f' || c == 'n' || c == 'T' || c == 'F' || c == 'N';
    return is_word ? check_word(scan) : check_number(scan);
}

/* Behind a value: close what ends here; another value follows when depth is not 0. */
static bool check_after(struct scan *scan)
{
    while (scan->depth > 0) {
        skip_blanks(scan);
        bool is_object = is_in_object(scan);
        if (accept(scan, ','))
            return !is_object || check_name(scan);
        if (!accept(scan, is_object ? '}' : ']'))
            return fail_or_short(scan, "not JSON: no comma or bracket behind a value");
        scan->depth--;
    }
    return true;
}

static bool check(struct scan *scan)
{
    if (scan->p == scan->end || *scan->p != '{')
        return fail_or_short(scan, "not a JSON object");
    do {
        bool is_open;
        if (!check_value(scan, &is_open) || (!is_open && !check_after(scan)))
            return false;
    } while (scan->depth > 0);
    return true;
}

enum json_status json_scan(const char *text, size_t len, bool is_last,
                           const struct column_set *columns, struct json_object *object)
{
    struct scan scan;
    scan.begin = scan.p = text;
    scan.end = text + len;
    scan.depth = scan.expected = 0;
    scan.is_short = false;
    scan.columns = columns;
    scan.object = object;
    *object = (struct json_object){0};
    if (check(&scan)) {
        object->bytes = (size_t)(scan.p - text);
        return JSON_OBJECT;
    }
    object->at = (size_t)(scan.p - text);
    return scan.is_short && !is_last ? JSON_MORE : JSON_BAD;
}

const char *json_check_object(const char *text, size_t len, size_t *at)
{
    struct json_object object;
    size_t i = 0;
    while (i < len && memchr(" \t\r\n", text[i], 4))
        i++;
    enum json_status status = json_scan(text + i, len - i, true, NULL, &object);
    *at = i + object.at;
    if (status != JSON_OBJECT)
        return object.why;
    if (object.is_bent)
        return "not JSON: an unknown word";
    for (i += object.bytes; i < len; i++) {
        *at = i;
        if (!memchr(" \t\r\n", text[i], 4))
            return "more text behind the JSON object";
    }
    return NULL;
}

/* Behind the closing quote of the string that begins at p. */
static const char *string_end(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        p = text_scan_plain(p, end, '"');
        if (p == end || *p == '"')
            break;
        p += *p == '\\';
    }
    return p < end ? p + 1 : end;
}

/* The column's own name for one in another case; NULL: it is none, or the same. */
static const char *own_name(const struct column_set *set, const char *name, size_t len)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->lens[i] == len && strncasecmp(set->columns[i].name, name, len) == 0)
            return memcmp(set->columns[i].name, name, len) == 0 ? NULL : set->columns[i].name;
    return NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct mender {
    struct buf *out;
    const char *run; /* what is not yet written begins here */
};

/* Write what was read up to p, then text instead of what follows up to behind. */
static void replace(struct mender *mender, const char *p, const char *text, const char *behind)
{
    buf_append(mender->out, mender->run, (size_t)(p - mender->run));
    buf_puts(mender->out, text);
    mender->run = behind;
}

static const char *skip_blank_run(const char *p, const char *end)
{
    while (p < end && is_blank(*p))
        p++;
    return p;
}

void json_mend(struct buf *out, const char *text, size_t len, bool is_one_line,
               const struct column_set *columns)
{
    struct mender mender = {out, text};
    const char *p = text, *end = text + len;
    size_t depth = 0;
    bool is_name = false; /* a string here is a name of the outermost object */
    while (p < end) {
        const char *at = p;
        if (*p == '"') {
            p = string_end(p, end);
            size_t name_len = (size_t)(p - at) - 2;
            const char *own = is_name && depth == 1 ? own_name(columns, at + 1, name_len) : NULL;
            if (own)
                replace(&mender, at + 1, own, p - 1);
            is_name = false;
        } else if (is_blank(*p)) {
            p = skip_blank_run(p, end);
            if (is_one_line)
                replace(&mender, at, "", p);
        } else if (*p >= 'A') {
            const struct word *word = find_word(p, end);
            p += word ? strlen(word->text) : 1;
            if (word && word >= words + JSON_WORDS)
                replace(&mender, at, word->json, p);
            depth += *at == '{' || *at == '[';
            depth -= *at == '}' || *at == ']';
            is_name = *at == '{';
        } else {
            is_name = *p++ == ',';
        }
    }
    replace(&mender, end, "", end);
}
