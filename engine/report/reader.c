#include "report/reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { BLOCK_BYTES = 64 * 1024, FIRST_ELEMENTS = 4, KEY_SHOWN = 40 };
/* A real one is a few megabytes at most. */
static const size_t DOCUMENT_MAX = (size_t)256 << 20, SCRATCH_MAX = (size_t)512 << 20;

struct scratch_block {
    struct scratch_block *next;
    size_t used, size;
    max_align_t bytes[];
};

void json_reader_init(struct json_reader *from, const char *what, const char *json, size_t len,
                      struct pt_error *err)
{
    *from = (struct json_reader){.text = json, .at = json, .end = json + len, .what = what};
    from->room_left = SCRATCH_MAX;
    for (int kind = 0; kind < SERIES_KINDS; kind++)
        for (int i = 0; i < PT_SERIES_FIGURES; i++)
            from->samples[kind].n[i] = SIZE_MAX;
    from->err = err;
    if (len > DOCUMENT_MAX)
        json_read_fail(from, PT_EFULL, "it is longer than 256 MiB");
}

void json_reader_done(struct json_reader *from)
{
    while (from->blocks != NULL) {
        struct scratch_block *next = from->blocks->next;
        free(from->blocks);
        from->blocks = next;
    }
    free(from->decoded);
    from->decoded = NULL;
}

bool json_read_fail(struct json_reader *from, pt_code code, const char *why)
{
    static const char *const fixes[] = {
        [PT_EDATA] = "Check that the text is whole and was written by pintop.",
        [PT_EUNSUPPORTED] = "Read it with the pintop that wrote it, or with a newer one.",
    };
    char in[KEY_SHOWN + 16] = "";
    if (from->code != PT_OK)
        return false;
    from->code = code;
    if (from->key != NULL)
        text_put(in, sizeof in, ", near \"%.*s\"",
                 (int)(from->key_len < KEY_SHOWN ? from->key_len : KEY_SHOWN), from->key);
    pt_error_set(from->err, code, code == PT_EDATA || code == PT_EUNSUPPORTED ? fixes[code] : NULL,
                 "the JSON of a %s cannot be read: byte %zu%s: %s", from->what,
                 (size_t)(from->at - from->text), in, why);
    from->end = from->at; /* nothing more is taken */
    return false;
}

bool json_read_no_memory(struct json_reader *from)
{
    return json_read_fail(from, PT_ENOMEM, "out of memory");
}

void *scratch_new(struct json_reader *from, size_t size)
{
    struct scratch_block *block = from->blocks;
    size_t whole =
        (size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
    if (from->code != PT_OK)
        return NULL;
    if (whole < size || whole > from->room_left) {
        json_read_fail(from, PT_EFULL, "it needs more than 512 MiB of memory");
        return NULL;
    }
    if (block == NULL || block->size - block->used < whole) {
        size_t room = whole > BLOCK_BYTES ? whole : BLOCK_BYTES;
        block = calloc(1, sizeof *block + room);
        if (block == NULL) {
            json_read_no_memory(from);
            return NULL;
        }
        block->size = room;
        block->next = from->blocks;
        from->blocks = block;
    }
    void *memory = (char *)block->bytes + block->used;
    block->used += whole;
    from->room_left -= whole;
    return memory;
}

bool scratch_grow(struct json_reader *from, void **array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return true;
    size_t more = *cap > 0 ? 2 * *cap : FIRST_ELEMENTS;
    void *grown = scratch_new(from, more * size);
    if (grown == NULL)
        return false;
    if (n > 0)
        memcpy(grown, *array, n * size);
    *array = grown;
    *cap = more;
    return true;
}

void json_pass_blanks(struct json_reader *from)
{
    while (json_has_more(from) &&
           (*from->at == ' ' || *from->at == '\n' || *from->at == '\t' || *from->at == '\r'))
        from->at++;
}

bool json_read_is(struct json_reader *from, char c)
{
    json_pass_blanks(from);
    if (!json_has_more(from) || *from->at != c)
        return false;
    from->at++;
    return true;
}

bool json_read_must(struct json_reader *from, char c)
{
    char why[] = "a '?' was expected here";
    if (json_read_is(from, c))
        return true;
    if (!json_has_more(from))
        return json_read_fail(from, PT_EDATA, "it ends in the middle");
    why[3] = c;
    return json_read_fail(from, PT_EDATA, why);
}

static bool reader_is_word(struct json_reader *from, const char *word)
{
    size_t len = strlen(word);
    json_pass_blanks(from);
    if ((size_t)(from->end - from->at) < len || memcmp(from->at, word, len) != 0)
        return false;
    from->at += len;
    return true;
}

bool json_read_is_null(struct json_reader *from)
{
    return reader_is_word(from, "null");
}

bool json_read_bool(struct json_reader *from, bool *value)
{
    *value = reader_is_word(from, "true");
    return *value || reader_is_word(from, "false") ||
           json_read_fail(from, PT_EDATA, "true or false was expected here");
}

static bool reader_is_digit(const struct json_reader *from)
{
    return json_has_more(from) && *from->at >= '0' && *from->at <= '9';
}

/* The digits of a number as they stand in JSON: no zero before others. Those that don't fit into
 * 64 bits are an error. */
static bool take_digits(struct json_reader *from, uint64_t *value)
{
    const char *begin = from->at;
    *value = 0;
    if (!reader_is_digit(from))
        return json_read_fail(from, PT_EDATA, "a number was expected here");
    for (; reader_is_digit(from); from->at++) {
        unsigned digit = (unsigned)(*from->at - '0');
        if (*value > (UINT64_MAX - digit) / 10)
            return json_read_fail(from, PT_EDATA, "the number is too large");
        *value = *value * 10 + digit;
    }
    if (*begin == '0' && from->at > begin + 1)
        return json_read_fail(from, PT_EDATA, "a number begins with 0");
    if (json_has_more(from) && strchr(".eE", *from->at) != NULL && *from->at != '\0')
        return json_read_fail(from, PT_EDATA, "an integer was expected here");
    return true;
}

bool json_read_uint(struct json_reader *from, uint64_t most, uint64_t *value)
{
    json_pass_blanks(from);
    if (!take_digits(from, value))
        return false;
    return *value <= most || json_read_fail(from, PT_EDATA, "the number is too large");
}

bool json_read_int(struct json_reader *from, int64_t least, int64_t most, int64_t *value)
{
    uint64_t size;
    bool is_negative = json_read_is(from, '-');
    if (!take_digits(from, &size))
        return false;
    if (size > (uint64_t)INT64_MAX + is_negative)
        return json_read_fail(from, PT_EDATA, "the number is too large");
    *value = is_negative ? (int64_t)(0 - size) : (int64_t)size;
    return (*value >= least && *value <= most) ||
           json_read_fail(from, PT_EDATA, "the number is out of range");
}

/* Up to 15 digits and their exponent give the very double that was written; of longer ones the last
 * bit may differ. */
struct decimal {
    uint64_t digits;
    int exponent, n_taken;
};

static bool take_decimals(struct json_reader *from, struct decimal *number, bool is_fraction)
{
    const int digits_max = 19;
    if (!reader_is_digit(from))
        return json_read_fail(from, PT_EDATA, "a number was expected here");
    for (; reader_is_digit(from); from->at++) {
        if (number->n_taken < digits_max) {
            number->digits = number->digits * 10 + (uint64_t)(*from->at - '0');
            number->n_taken += number->digits > 0;
            number->exponent -= is_fraction;
        } else if (!is_fraction && number->exponent < 100000) {
            number->exponent++;
        }
    }
    return true;
}

static bool take_exponent(struct json_reader *from, struct decimal *number)
{
    int exponent = 0;
    bool is_negative = false;
    if (json_has_more(from) && (*from->at == '-' || *from->at == '+'))
        is_negative = *from->at++ == '-';
    if (!reader_is_digit(from))
        return json_read_fail(from, PT_EDATA, "a number was expected here");
    for (; reader_is_digit(from); from->at++)
        if (exponent < 100000)
            exponent = exponent * 10 + (*from->at - '0');
    number->exponent += is_negative ? -exponent : exponent;
    return true;
}

/* Both are whole numbers that a double holds exactly: then so rounded is the quotient, too. */
static double decimal_value(const struct decimal *number)
{
    static const double tens[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11};
    const int last = sizeof tens / sizeof *tens - 1, power_max = 400;
    if (number->digits < (uint64_t)1 << 53 && number->exponent <= 0 && number->exponent >= -last)
        return (double)number->digits / tens[-number->exponent];
    int power = abs(number->exponent);
    long double scale = powl(10, (long double)(power < power_max ? power : power_max));
    long double size = (long double)number->digits;
    return (double)(number->exponent < 0 ? size / scale : size * scale);
}

bool json_read_real(struct json_reader *from, double *value)
{
    struct decimal number = {0};
    bool is_negative = json_read_is(from, '-');
    if (!take_decimals(from, &number, false))
        return false;
    if (json_has_more(from) && *from->at == '.') {
        from->at++;
        if (!take_decimals(from, &number, true))
            return false;
    }
    if (json_has_more(from) && (*from->at == 'e' || *from->at == 'E')) {
        from->at++;
        if (!take_exponent(from, &number))
            return false;
    }
    *value = is_negative ? -decimal_value(&number) : decimal_value(&number);
    return isfinite(*value) || json_read_fail(from, PT_EDATA, "the number is too large");
}
