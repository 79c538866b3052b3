/* Texts: their escapes, and making them fit for a screen. */
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "base/utf8.h"
#include "report/reader.h"

enum { ESCAPED_MAX = 6 /* bytes of one byte made printable */ };

static bool reader_text_reserve(struct json_reader *from, size_t size)
{
    if (size <= from->decoded_cap)
        return true;
    char *grown = realloc(from->decoded, size);
    if (grown == NULL)
        return json_read_no_memory(from);
    from->decoded = grown;
    from->decoded_cap = size;
    return true;
}

/* Four hexadecimal digits behind \u. */
static bool take_unit(struct json_reader *from, unsigned *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, from->at++) {
        static const char digits[] = "0123456789abcdefABCDEF";
        const char *digit =
            json_has_more(from) && *from->at != '\0' ? strchr(digits, *from->at) : NULL;
        if (digit == NULL)
            return json_read_fail(from, PT_EDATA,
                                  "four hexadecimal digits were expected behind \\u");
        unsigned place = (unsigned)(digit - digits);
        *unit = *unit * 16 + (place < 16 ? place : place - 6);
    }
    return true;
}

/* What stands behind \u, a pair of surrogates as one character. */
static bool take_rune(struct json_reader *from, unsigned *rune)
{
    unsigned low;
    if (!take_unit(from, rune))
        return false;
    if (*rune == 0)
        return json_read_fail(from, PT_EDATA, "a text has \\u0000 in it");
    if (*rune < 0xd800 || *rune > 0xdfff)
        return true;
    if (*rune > 0xdbff || from->end - from->at < 2 || from->at[0] != '\\' || from->at[1] != 'u')
        return json_read_fail(from, PT_EDATA, "a text has half of a surrogate pair");
    from->at += 2;
    if (!take_unit(from, &low))
        return false;
    if (low < 0xdc00 || low > 0xdfff)
        return json_read_fail(from, PT_EDATA, "a text has half of a surrogate pair");
    *rune = 0x10000 + ((*rune - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

static bool reader_text_take_escape(struct json_reader *from, char *out, size_t *len)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    unsigned rune;
    if (!json_has_more(from))
        return json_read_fail(from, PT_EDATA, "it ends in the middle");
    char c = *from->at++;
    const char *letter = c != '\0' ? strchr(letters, c) : NULL;
    if (letter != NULL) {
        out[(*len)++] = meant[letter - letters];
        return true;
    }
    if (c != 'u')
        return json_read_fail(from, PT_EDATA, "a text has an escape that JSON doesn't know");
    if (!take_rune(from, &rune))
        return false;
    *len += utf8_put(out + *len, rune);
    return true;
}

/* From the first escape on, into the buffer. No escape is shorter than what it stands for. */
static bool reader_text_decode(struct json_reader *from, const char *begin, struct span *value)
{
    const char *close = from->at;
    while (close < from->end && *close != '"')
        close += *close == '\\' && close + 1 < from->end ? 2 : 1;
    size_t len = (size_t)(from->at - begin);
    if (!reader_text_reserve(from, (size_t)(close - begin) + 8))
        return false;
    memcpy(from->decoded, begin, len);
    while (json_has_more(from) && *from->at != '"') {
        unsigned char c = (unsigned char)*from->at;
        if (c < 0x20)
            return json_read_fail(from, PT_EDATA, "a text has a control character in it");
        from->at++;
        if (c != '\\')
            from->decoded[len++] = (char)c;
        else if (!reader_text_take_escape(from, from->decoded, &len))
            return false;
    }
    if (!json_has_more(from))
        return json_read_fail(from, PT_EDATA, "it ends in the middle");
    from->at++;
    *value = (struct span){from->decoded, len};
    return true;
}

bool json_read_string(struct json_reader *from, struct span *value)
{
    if (!json_read_is(from, '"'))
        return json_read_fail(from, PT_EDATA,
                              json_has_more(from) ? "a text was expected here"
                                                  : "it ends in the middle");
    const char *begin = from->at;
    while (json_has_more(from) && *from->at != '"' && *from->at != '\\' &&
           (unsigned char)*from->at >= 0x20)
        from->at++;
    if (!json_has_more(from) || *from->at != '"')
        return reader_text_decode(from, begin, value);
    *value = (struct span){begin, (size_t)(from->at++ - begin)};
    return true;
}

/* Nothing in it needs a second look before it goes to a screen. */
static bool reader_text_is_plain(const struct span *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (text->text[i] < 0x20 || text->text[i] > 0x7e)
            return false;
    return true;
}

/* The text with its end, made printable into out[cap]. */
static bool make_printable(struct json_reader *from, const struct span *text, bool has_lines,
                           char *out, size_t cap)
{
    if (!has_lines) {
        printable_copy(out, cap, text->text, text->len);
        return true;
    }
    char *copy = strndup(text->text, text->len);
    if (copy == NULL)
        return json_read_no_memory(from);
    printable_lines(out, cap, copy);
    free(copy);
    return true;
}

bool json_read_text(struct json_reader *from, bool has_lines, char *out, size_t cap)
{
    struct span text = {"", 0};
    if (!json_read_string(from, &text))
        return false;
    if (text.len >= cap || !reader_text_is_plain(&text))
        return make_printable(from, &text, has_lines, out, cap);
    memcpy(out, text.text, text.len);
    out[text.len] = '\0';
    return true;
}

bool json_read_copy(struct json_reader *from, bool has_lines, const char **value)
{
    struct span text = {"", 0};
    if (!json_read_string(from, &text))
        return false;
    bool is_ready = reader_text_is_plain(&text);
    size_t cap = is_ready ? text.len + 1 : ESCAPED_MAX * text.len + 1;
    char *copy = scratch_new(from, cap);
    if (copy == NULL)
        return false;
    *value = copy;
    if (!is_ready)
        return make_printable(from, &text, has_lines, copy, cap);
    memcpy(copy, text.text, text.len);
    return true;
}
