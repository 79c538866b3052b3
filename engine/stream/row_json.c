/* The tables' columns and the writer of their values. */
#include "stream/row_json.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "stream/text_scan.h"

static const struct row_column pin_columns[] = {
    {"index",             COLUMN_INT },
    {"unique_id",         COLUMN_TEXT},
    {"title",             COLUMN_TEXT},
    {"description",       COLUMN_TEXT},
    {"poster_name",       COLUMN_TEXT},
    {"follower_count",    COLUMN_TEXT},
    {"tag_list",          COLUMN_TEXT},
    {"is_image_or_video", COLUMN_TEXT},
    {"image_src",         COLUMN_TEXT},
    {"downloaded",        COLUMN_FLAG},
    {"save_location",     COLUMN_TEXT},
    {"category",          COLUMN_TEXT},
};

static const struct row_column geo_columns[] = {
    {"ind",       COLUMN_INT    },
    {"timestamp", COLUMN_TEXT   },
    {"latitude",  COLUMN_DECIMAL},
    {"longitude", COLUMN_DECIMAL},
    {"country",   COLUMN_TEXT   },
};

static const struct row_column user_columns[] = {
    {"ind",         COLUMN_INT },
    {"first_name",  COLUMN_TEXT},
    {"last_name",   COLUMN_TEXT},
    {"age",         COLUMN_INT },
    {"date_joined", COLUMN_TEXT},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const struct row_column *row_columns(enum pt_stream_id id, size_t *n)
{
    switch (id) {
    case PT_PIN:
        *n = COUNT(pin_columns);
        return pin_columns;
    case PT_GEO:
        *n = COUNT(geo_columns);
        return geo_columns;
    case PT_USER:
        *n = COUNT(user_columns);
        return user_columns;
    case PT_STREAMS:
        break;
    }
    assert(!"a stream");
    *n = 0;
    return NULL;
}

void column_set_init(struct column_set *set, enum pt_stream_id id)
{
    set->columns = row_columns(id, &set->n);
    for (size_t i = 0; i < set->n; i++) {
        struct quoted_name *quoted = &set->quoted[i];
        size_t len = set->lens[i] = strlen(set->columns[i].name);
        assert(len < sizeof quoted->words);
        memset(quoted, 0, sizeof *quoted);
        memcpy(quoted->words, set->columns[i].name, len);
        ((char *)quoted->words)[len] = '"';
        memset(quoted->masks, 0xff, len + 1);
    }
}

bool column_set_is_enough(const struct column_set *set, uint32_t seen)
{
    return (seen & 1) && (size_t)__builtin_popcount(seen) * 2 >= set->n;
}

static bool row_json_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char *row_json_append(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return out + len;
}

static char *row_json_put_escaped(char *out, char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char short_form[32] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    unsigned char byte = (unsigned char)c;
    if (byte >= ' ')
        return row_json_append(out, (char[]){'\\', c}, 2);
    if (short_form[byte])
        return row_json_append(out, (char[]){'\\', short_form[byte]}, 2);
    return row_json_append(out, (char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6);
}

/* Returns how many bytes a backslash in the field takes, and the character it stands for. */
static size_t row_json_unescape(const char *p, const char *end, char *c)
{
    *c = *p;
    if (p + 1 == end || p[1] == 0 || !strchr("\"\\\n,;\t|'", p[1]))
        return 1;
    *c = p[1];
    return 2;
}

static char *row_json_put_text(char *out, const struct csv_field *field,
                               const struct csv_dialect *dialect)
{
    const char *p = field->text, *end = p + field->len;
    *out++ = '"';
    if (field->is_plain)
        out = row_json_append(out, p, field->len);
    while (!field->is_plain && p < end) {
        const char *run = p;
        /* Non-ASCII text was checked as UTF-8 and is copied unchanged. */
        while ((p = text_scan_plain(p, end, '"')) < end && *p & 0x80)
            p++;
        out = row_json_append(out, run, (size_t)(p - run));
        if (p == end)
            break;
        char c = *p;
        if (c == '"')
            p += field->is_quoted && p + 1 < end && p[1] == '"' ? 2 : 1;
        else if (c == '\\' && dialect->has_escapes)
            p += row_json_unescape(p, end, &c);
        else
            p++;
        out = (unsigned char)c < ' ' || c == '"' || c == '\\' ? row_json_put_escaped(out, c)
                                                              : row_json_append(out, &c, 1);
    }
    *out++ = '"';
    return out;
}

/* The parts of a number's text; the whole field must be used. */
struct number {
    bool is_negative;
    const char *digits, *fraction, *exponent; /* exponent with its sign, without the e */
    size_t n_digits, n_fraction, n_exponent;
};

static size_t count_digits(const char *p, const char *end)
{
    const char *begin = p;
    while (p < end && row_json_is_digit(*p))
        p++;
    return (size_t)(p - begin);
}

static const char *split_exponent(struct number *number, const char *p, const char *end)
{
    number->exponent = p + 1;
    const char *digits = p + 1;
    if (digits < end && (*digits == '-' || *digits == '+'))
        digits++;
    size_t n = count_digits(digits, end);
    number->n_exponent = (size_t)(digits - number->exponent) + n;
    return n > 0 ? digits + n : p;
}

static bool split_number(struct number *number, const char *p, const char *end)
{
    memset(number, 0, sizeof *number);
    if (p < end && *p == '-') {
        number->is_negative = true;
        p++;
    }
    while (end - p > 1 && p[0] == '0' && row_json_is_digit(p[1]))
        p++;
    number->digits = p;
    number->n_digits = count_digits(p, end);
    p += number->n_digits;
    if (p < end && *p == '.') {
        number->fraction = p + 1;
        number->n_fraction = count_digits(p + 1, end);
        p += 1 + number->n_fraction;
    }
    if (p < end && (*p == 'e' || *p == 'E') && number->n_digits + number->n_fraction > 0)
        p = split_exponent(number, p, end);
    return p == end && number->n_digits + number->n_fraction > 0;
}

/* Within ±(2^63 - 1), so that every reader's integer can hold it. */
static bool fits_int64(const struct number *number)
{
    static const char largest[] = "9223372036854775807";
    size_t max = sizeof largest - 1;
    return number->n_digits < max ||
           (number->n_digits == max && memcmp(number->digits, largest, max) <= 0);
}

static bool is_whole(const struct number *number)
{
    for (size_t i = 0; i < number->n_fraction; i++)
        if (number->fraction[i] != '0')
            return false;
    return number->n_digits > 0 && number->n_exponent == 0;
}

static char *put_number(char *out, const struct number *number, bool is_int)
{
    if (number->is_negative)
        *out++ = '-';
    out = number->n_digits > 0 ? row_json_append(out, number->digits, number->n_digits)
                               : row_json_append(out, "0", 1);
    if (is_int)
        return out;
    if (number->n_fraction > 0) {
        *out++ = '.';
        out = row_json_append(out, number->fraction, number->n_fraction);
    }
    if (number->n_exponent > 0) {
        *out++ = 'e';
        out = row_json_append(out, number->exponent, number->n_exponent);
    }
    return out;
}

static char *row_json_refuse(const char **why, const char *text)
{
    *why = text;
    return NULL;
}

static char *row_json_put_int(char *out, const struct number *number, const char **why)
{
    if (!is_whole(number))
        return row_json_refuse(why, "is not a whole number");
    if (!fits_int64(number))
        return row_json_refuse(why, "is too large a number");
    return put_number(out, number, true);
}

static char *put_flag(char *out, const struct number *number, const char **why)
{
    bool is_flag = is_whole(number) && number->n_digits == 1 && !number->is_negative &&
                   number->digits[0] <= '1';
    return is_flag ? put_number(out, number, true) : row_json_refuse(why, "is neither 0 nor 1");
}

static char *put_decimal(char *out, const struct number *number, const char **why)
{
    /* 1e999 would not be a number to most readers. */
    if (number->n_digits + number->n_fraction > 64 || number->n_exponent > 3)
        return row_json_refuse(why, "is too long a number");
    return put_number(out, number, false);
}

static bool row_json_is_one_of(const char *const *list, const char *p, size_t len)
{
    for (; *list; list++)
        if (strlen(*list) == len && strncasecmp(*list, p, len) == 0)
            return true;
    return false;
}

/* A decimal with a comma as decimal point. */
static bool split_comma(struct number *number, char text[64], const char *p, const char *end)
{
    size_t len = (size_t)(end - p);
    const char *comma = memchr(p, ',', len);
    if (!comma || len >= 64 || memchr(p, '.', len))
        return false;
    memcpy(text, p, len);
    text[comma - p] = '.';
    return split_number(number, text, text + len);
}

/* Not a number: a word that stands for one, for none, or for nothing. */
static char *row_json_put_word(char *out, enum column_type type, const char *p, size_t len,
                               const char **why)
{
    static const char *const nothing[] = {"nan",  "none", "null", "na",  "n/a",
                                          "<na>", "#n/a", "nat",  "\\n", NULL};
    static const char *const yes[] = {"true", "t", NULL}, *const no[] = {"false", "f", NULL};
    if (len == 0 || row_json_is_one_of(nothing, p, len))
        return row_json_append(out, "null", 4);
    if (type == COLUMN_FLAG && row_json_is_one_of(yes, p, len))
        return row_json_append(out, "1", 1);
    if (type == COLUMN_FLAG && row_json_is_one_of(no, p, len))
        return row_json_append(out, "0", 1);
    return row_json_refuse(why, type == COLUMN_FLAG ? "is neither 0 nor 1" : "is not a number");
}

static char *put_typed(char *out, enum column_type type, const char *p, const char *end,
                       const struct csv_dialect *dialect, const char **why)
{
    struct number number;
    char text[64];
    bool is_number =
        split_number(&number, p, end) ||
        (type == COLUMN_DECIMAL && dialect->separator != ',' && split_comma(&number, text, p, end));
    if (!is_number)
        return row_json_put_word(out, type, p, (size_t)(end - p), why);
    if (type == COLUMN_INT)
        return row_json_put_int(out, &number, why);
    return type == COLUMN_FLAG ? put_flag(out, &number, why) : put_decimal(out, &number, why);
}

/* Most numbers: few digits, the first of them not zero. */
static bool is_short_int(const char *p, size_t len)
{
    if (len == 0 || len > 18 || (p[0] == '0' && len > 1))
        return false;
    while (len > 0 && row_json_is_digit(p[len - 1]))
        len--;
    return len == 0;
}

char *row_json_put(char *out, enum column_type type, const struct csv_field *field,
                   const struct csv_dialect *dialect, const char **why)
{
    const char *p = field->text, *end = p + field->len;
    if (type == COLUMN_TEXT) {
        bool is_null = field->len == 2 && !field->is_quoted && p[0] == '\\' && p[1] == 'N';
        return is_null ? row_json_append(out, "null", 4) : row_json_put_text(out, field, dialect);
    }
    if (type == COLUMN_INT && is_short_int(p, field->len))
        return row_json_append(out, p, field->len);
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    while (p < end && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return put_typed(out, type, p, end, dialect, why);
}
