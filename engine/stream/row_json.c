/* The tables' columns and the writer of their values. */
#include "stream/row_json.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const struct column pin_columns[] = {
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

static const struct column geo_columns[] = {
    {"ind",       COLUMN_INT    },
    {"timestamp", COLUMN_TEXT   },
    {"latitude",  COLUMN_DECIMAL},
    {"longitude", COLUMN_DECIMAL},
    {"country",   COLUMN_TEXT   },
};

static const struct column user_columns[] = {
    {"ind",         COLUMN_INT },
    {"first_name",  COLUMN_TEXT},
    {"last_name",   COLUMN_TEXT},
    {"age",         COLUMN_INT },
    {"date_joined", COLUMN_TEXT},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const struct column *row_columns(enum pt_stream_id id, size_t *n)
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

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void put_escaped(struct buf *out, char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char short_form[32] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    unsigned char byte = (unsigned char)c;
    char text[6] = {'\\', c, '0', '0', 0, 0};
    size_t len = 2;
    if (byte < sizeof short_form) {
        text[1] = short_form[byte] ? short_form[byte] : 'u';
        if (text[1] == 'u') {
            text[4] = hex[byte >> 4];
            text[5] = hex[byte & 15];
            len = 6;
        }
    }
    buf_append(out, text, len);
}

static void put_text(struct buf *out, const struct csv_field *field)
{
    const char *p = field->text, *end = p + field->len, *run = p;
    buf_append(out, "\"", 1);
    while (p < end) {
        if ((unsigned char)*p >= ' ' && *p != '"' && *p != '\\') {
            p++;
            continue;
        }
        buf_append(out, run, (size_t)(p - run));
        put_escaped(out, *p);
        p += *p == '"' && field->is_quoted ? 2 : 1;
        run = p;
    }
    buf_append(out, run, (size_t)(p - run));
    buf_append(out, "\"", 1);
}

/* A number's text in parts; the whole field must be used up. */
struct number {
    bool is_negative;
    const char *digits, *fraction, *exponent; /* exponent with its sign, without the e */
    size_t n_digits, n_fraction, n_exponent;
};

static size_t count_digits(const char *p, const char *end)
{
    const char *begin = p;
    while (p < end && is_digit(*p))
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
    while (end - p > 1 && p[0] == '0' && is_digit(p[1]))
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

/* Within ±(2^63 - 1), so that every reader's integer holds it. */
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

static void put_number(struct buf *out, const struct number *number, bool is_int)
{
    if (number->is_negative)
        buf_append(out, "-", 1);
    if (number->n_digits > 0)
        buf_append(out, number->digits, number->n_digits);
    else
        buf_append(out, "0", 1);
    if (is_int)
        return;
    if (number->n_fraction > 0) {
        buf_append(out, ".", 1);
        buf_append(out, number->fraction, number->n_fraction);
    }
    if (number->n_exponent > 0) {
        buf_append(out, "e", 1);
        buf_append(out, number->exponent, number->n_exponent);
    }
}

static const char *put_int(struct buf *out, const struct number *number)
{
    if (!is_whole(number))
        return "is not a whole number";
    if (!fits_int64(number))
        return "is too large a number";
    put_number(out, number, true);
    return NULL;
}

static const char *put_flag(struct buf *out, const struct number *number)
{
    bool is_flag = is_whole(number) && number->n_digits == 1 && !number->is_negative &&
                   number->digits[0] <= '1';
    if (!is_flag)
        return "is neither 0 nor 1";
    put_number(out, number, true);
    return NULL;
}

static const char *put_decimal(struct buf *out, const struct number *number)
{
    /* 1e999 would be no number to most readers. */
    if (number->n_digits + number->n_fraction > 64 || number->n_exponent > 3)
        return "is too long a number";
    put_number(out, number, false);
    return NULL;
}

const char *row_json_value(struct buf *out, enum column_type type, const struct csv_field *field)
{
    if (type == COLUMN_TEXT) {
        put_text(out, field);
        return NULL;
    }
    const char *p = field->text, *end = p + field->len;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    while (p < end && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (p == end) {
        buf_append(out, "null", 4);
        return NULL;
    }
    struct number number;
    if (!split_number(&number, p, end))
        return "is not a number";
    switch (type) {
    case COLUMN_INT:
        return put_int(out, &number);
    case COLUMN_FLAG:
        return put_flag(out, &number);
    case COLUMN_DECIMAL:
        return put_decimal(out, &number);
    case COLUMN_TEXT:
        break;
    }
    return "is of no known type";
}
