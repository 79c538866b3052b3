/* The scanner: a loop over values, with one bit for each open bracket. */
#include "stream/json_check.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "stream/text_scan.h"

struct json_check_scan {
    const char *begin, *p, *end;
    size_t depth;
    uint8_t is_object[JSON_CHECK_DEPTH_MAX / 8 + 1]; /* one bit for each level */
    bool is_short;                                   /* it failed because the bytes ended */
    const struct column_set *columns;
    size_t expected; /* the column that is most likely named next */
    struct json_object *object;
};

/* Words that may stand for a value, and their meaning. */
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

static bool json_check_fail(struct json_check_scan *scan, const char *why)
{
    if (!scan->object->why)
        scan->object->why = why;
    return false;
}

static bool fail_short(struct json_check_scan *scan, const char *why)
{
    scan->is_short = true;
    return json_check_fail(scan, why);
}

/* Either the bytes ended, or something else is wrong. */
static bool fail_or_short(struct json_check_scan *scan, const char *why)
{
    return scan->p == scan->end ? fail_short(scan, "not JSON: it ends too early")
                                : json_check_fail(scan, why);
}

static void json_check_skip_blanks(struct json_check_scan *scan)
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

static bool json_check_accept(struct json_check_scan *scan, char c)
{
    if (scan->p == scan->end || *scan->p != c)
        return false;
    scan->p++;
    return true;
}

/* Returns the value of four hexadecimal digits; -1 when they are not, or the bytes end. */
static int take_hex4(struct json_check_scan *scan)
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

static bool check_unicode_escape(struct json_check_scan *scan)
{
    int unit = take_hex4(scan);
    if (unit < 0)
        return json_check_fail(scan, "not JSON: a bad \\u escape");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return json_check_fail(scan, "not JSON: half a surrogate pair");
    if (unit < 0xd800 || unit > 0xdbff)
        return true;
    if (!json_check_accept(scan, '\\') || !json_check_accept(scan, 'u'))
        return scan->p == scan->end ? fail_short(scan, "not JSON: half a surrogate pair")
                                    : json_check_fail(scan, "not JSON: half a surrogate pair");
    unit = take_hex4(scan);
    return (unit >= 0xdc00 && unit <= 0xdfff) ||
           json_check_fail(scan, "not JSON: half a surrogate pair");
}

/* p is at the backslash. */
static bool check_escape(struct json_check_scan *scan)
{
    scan->p++;
    if (scan->p == scan->end)
        return fail_short(scan, "not JSON: it ends inside a string");
    char escape = *scan->p++;
    if (escape == 'u')
        return check_unicode_escape(scan);
    return memchr("\"\\/bfnrt", escape, 8) || json_check_fail(scan, "not JSON: an unknown escape");
}

/* p is at the first byte of a character that isn't ASCII. */
static bool check_rune(struct json_check_scan *scan)
{
    size_t n = utf8_next(scan->p, scan->end, NULL);
    scan->p += n;
    if (n > 0)
        return true;
    /* The rest of it may be in the bytes that follow; at most three are missing. */
    if (scan->end - scan->p < 4)
        scan->is_short = true;
    return json_check_fail(scan, "it is not valid UTF-8");
}

/* Checks the rest of a string that is not entirely plain. */
static bool json_check_rest(struct json_check_scan *scan)
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
            return json_check_fail(scan, c == 0 ? "it contains NUL bytes"
                                                : "not JSON: a control byte in a string");
        }
    }
}

/* p is after the opening quote. Most strings are plain to their end. */
static inline bool check_string(struct json_check_scan *scan)
{
    const char *p = text_scan_plain(scan->p, scan->end, '"');
    if (p == scan->end || *p != '"') {
        scan->p = p;
        return json_check_rest(scan);
    }
    scan->p = p + 1;
    return true;
}

static bool skip_digits(struct json_check_scan *scan)
{
    const char *begin = scan->p;
    while (scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9')
        scan->p++;
    return scan->p > begin;
}

static bool check_number(struct json_check_scan *scan)
{
    json_check_accept(scan, '-');
    if (!json_check_accept(scan, '0') && !skip_digits(scan))
        return fail_or_short(scan, "not JSON: a value is missing");
    if (json_check_accept(scan, '.') && !skip_digits(scan))
        return fail_or_short(scan, "not JSON: a bad number");
    if (json_check_accept(scan, 'e') || json_check_accept(scan, 'E')) {
        if (!json_check_accept(scan, '+'))
            json_check_accept(scan, '-');
        if (!skip_digits(scan))
            return fail_or_short(scan, "not JSON: a bad number");
    }
    return true;
}

static const struct word *json_check_find_word(const char *p, const char *end)
{
    for (size_t i = 0; i < WORDS; i++) {
        size_t len = strlen(words[i].text);
        if ((size_t)(end - p) >= len && memcmp(p, words[i].text, len) == 0)
            return &words[i];
    }
    return NULL;
}

static bool check_word(struct json_check_scan *scan)
{
    const struct word *word = json_check_find_word(scan->p, scan->end);
    if (!word) {
        if (scan->end - scan->p < 5)
            scan->is_short = true;
        return json_check_fail(scan, "not JSON: an unknown word");
    }
    scan->object->is_bent = scan->object->is_bent || word >= words + JSON_WORDS;
    scan->p += strlen(word->text);
    return true;
}

/* Rows name their columns in the same order: the expected name stands at p. */
static bool is_expected_name(struct json_check_scan *scan)
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

static void note_name(struct json_check_scan *scan, const char *name, size_t len)
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

static bool check_name(struct json_check_scan *scan)
{
    json_check_skip_blanks(scan);
    if (!json_check_accept(scan, '"'))
        return fail_or_short(scan, "not JSON: a name is missing");
    bool is_outer = scan->depth == 1 && scan->columns;
    if (!is_outer || !is_expected_name(scan)) {
        const char *name = scan->p;
        if (!check_string(scan))
            return false;
        if (is_outer)
            note_name(scan, name, (size_t)(scan->p - name) - 1);
    }
    json_check_skip_blanks(scan);
    return json_check_accept(scan, ':') ||
           fail_or_short(scan, "not JSON: a colon is missing after a name");
}

static bool is_in_object(const struct json_check_scan *scan)
{
    size_t level = scan->depth - 1;
    return scan->is_object[level / 8] >> (level % 8) & 1;
}

static bool open_level(struct json_check_scan *scan, bool is_object)
{
    if (scan->depth == JSON_CHECK_DEPTH_MAX)
        return json_check_fail(scan, "nested more than 1,000 deep");
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

/* Checks one value, or the opening of one (*is_open: its first value follows). */
static bool check_value(struct json_check_scan *scan, bool *is_open)
{
    *is_open = false;
    json_check_skip_blanks(scan);
    if (json_check_accept(scan, '"'))
        return check_string(scan);
    bool is_object = json_check_accept(scan, '{');
    if (is_object || json_check_accept(scan, '[')) {
        if (!open_level(scan, is_object))
            return false;
        json_check_skip_blanks(scan);
        if (json_check_accept(scan, is_object ? '}' : ']')) {
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

/* After a value: closes what ends here; another value follows when depth is not 0. */
static bool check_after(struct json_check_scan *scan)
{
    while (scan->depth > 0) {
        json_check_skip_blanks(scan);
        bool is_object = is_in_object(scan);
        if (json_check_accept(scan, ','))
            return !is_object || check_name(scan);
        if (!json_check_accept(scan, is_object ? '}' : ']'))
            return fail_or_short(scan, "not JSON: a comma or bracket is missing after a value");
        scan->depth--;
    }
    return true;
}

static bool json_check_value(struct json_check_scan *scan)
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
    struct json_check_scan scan;
    scan.begin = scan.p = text;
    scan.end = text + len;
    scan.depth = scan.expected = 0;
    scan.is_short = false;
    scan.columns = columns;
    scan.object = object;
    *object = (struct json_object){0};
    if (json_check_value(&scan)) {
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
            return "there is more text after the JSON object";
    }
    return NULL;
}

/* Returns the place after the closing quote of the string that begins at p. */
static const char *json_check_string_end(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        p = text_scan_plain(p, end, '"');
        if (p == end || *p == '"')
            break;
        p += *p == '\\';
    }
    return p < end ? p + 1 : end;
}

/* Returns the column's own name for one in another case; NULL when there is none, or it is the
 * same. */
static const char *own_name(const struct column_set *set, const char *name, size_t len)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->lens[i] == len && strncasecmp(set->columns[i].name, name, len) == 0)
            return memcmp(set->columns[i].name, name, len) == 0 ? NULL : set->columns[i].name;
    return NULL;
}

static bool json_check_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct mender {
    struct buf *out;
    const char *run; /* unwritten text begins here */
};

/* Writes what was read up to p, then text instead of what follows up to `behind`. */
static void json_check_replace(struct mender *mender, const char *p, const char *text,
                               const char *behind)
{
    buf_append(mender->out, mender->run, (size_t)(p - mender->run));
    buf_puts(mender->out, text);
    mender->run = behind;
}

static const char *skip_blank_run(const char *p, const char *end)
{
    while (p < end && json_check_is_blank(*p))
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
            p = json_check_string_end(p, end);
            size_t name_len = (size_t)(p - at) - 2;
            const char *own = is_name && depth == 1 ? own_name(columns, at + 1, name_len) : NULL;
            if (own)
                json_check_replace(&mender, at + 1, own, p - 1);
            is_name = false;
        } else if (json_check_is_blank(*p)) {
            p = skip_blank_run(p, end);
            if (is_one_line)
                json_check_replace(&mender, at, "", p);
        } else if (*p >= 'A') {
            const struct word *word = json_check_find_word(p, end);
            p += word ? strlen(word->text) : 1;
            if (word && word >= words + JSON_WORDS)
                json_check_replace(&mender, at, word->json, p);
            depth += *at == '{' || *at == '[';
            depth -= *at == '}' || *at == ']';
            is_name = *at == '{';
        } else {
            is_name = *p++ == ',';
        }
    }
    json_check_replace(&mender, end, "", end);
}
