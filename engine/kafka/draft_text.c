/* The words of a record by hand. */
#include "kafka/draft_text.h"

#include <string.h>

#include "base/utf8.h"

static bool draft_is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

bool draft_is_plain(const char *bytes, size_t len)
{
    if (!utf8_is_text(bytes, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if (draft_is_control(bytes[i]) && bytes[i] != '\n' && bytes[i] != '\t')
            return false;
    return true;
}

static bool draft_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool draft_is_bare(const char *bytes, size_t len, bool is_name)
{
    if (len == 0 || bytes[0] == '"' || draft_is_blank(bytes[0]) || draft_is_blank(bytes[len - 1]))
        return false;
    if (!utf8_is_text(bytes, len) || (is_name && memchr(bytes, '=', len) != NULL))
        return false;
    for (size_t i = 0; i < len; i++)
        if (draft_is_control(bytes[i]))
            return false;
    return true;
}

/* One character in quotes; returns its length. */
static size_t draft_put_quoted(struct buf *out, const char *at, const char *end)
{
    static const char named[] = "\"\\\n\r\t", letters[] = "\"\\nrt";
    const char *escape = *at != '\0' ? strchr(named, *at) : NULL;
    size_t len = utf8_next(at, end, NULL);
    if (escape != NULL) {
        buf_printf(out, "\\%c", letters[escape - named]);
        return 1;
    }
    if (len == 0 || draft_is_control(*at)) {
        buf_printf(out, "\\x%02x", (unsigned)(unsigned char)*at);
        return 1;
    }
    buf_append(out, at, len);
    return len;
}

void draft_put_word(struct buf *out, const char *bytes, size_t len, bool is_name)
{
    if (draft_is_bare(bytes, len, is_name)) {
        buf_append(out, bytes, len);
        return;
    }
    buf_puts(out, "\"");
    for (const char *at = bytes; at < bytes + len;)
        at += draft_put_quoted(out, at, bytes + len);
    buf_puts(out, "\"");
}

static int draft_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What stands behind a backslash; returns its length, 0 when it is no escape. */
static size_t draft_take_escape(const char *at, const char *end, char *byte)
{
    static const char letters[] = "\"\\nrt", named[] = "\"\\\n\r\t";
    if (at == end || *at == '\0')
        return 0;
    const char *escape = strchr(letters, *at);
    if (escape != NULL) {
        *byte = named[escape - letters];
        return 1;
    }
    if (*at != 'x' || end - at < 3 || draft_hex(at[1]) < 0 || draft_hex(at[2]) < 0)
        return 0;
    *byte = (char)(draft_hex(at[1]) << 4 | draft_hex(at[2]));
    return 3;
}

static const char *draft_take_quoted(const char **at, const char *end, struct buf *out)
{
    const char *p = *at + 1;
    while (p < end && *p != '"') {
        char byte = *p;
        size_t len = 1;
        if (*p == '\\') {
            len = draft_take_escape(p + 1, end, &byte);
            if (len++ == 0)
                return "behind a backslash in quotes only \" \\ n r t and xHH are known";
        }
        buf_append(out, &byte, 1);
        p += len;
    }
    if (p == end)
        return "the closing double quote is missing";
    *at = p + 1;
    return NULL;
}

const char *draft_take_word(const char **at, const char *end, bool is_name, struct buf *out)
{
    if (*at < end && **at == '"')
        return draft_take_quoted(at, end, out);
    const char *equals = is_name ? memchr(*at, '=', (size_t)(end - *at)) : NULL;
    const char *last = equals != NULL ? equals : end;
    while (last > *at && draft_is_blank(last[-1]))
        last--;
    buf_append(out, *at, (size_t)(last - *at));
    *at = equals != NULL ? equals : end;
    return NULL;
}
