#include "config/properties.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/utf8.h"
#include "config/guess.h"

struct properties_parser {
    const char *name;
    const char *p, *end; /* the rest of the file */
    int next_line;       /* number of the natural line at p */
    int line;            /* where the logical line began */
    char *text;          /* the logical line, with its escapes; PROPERTIES_LINE_MAX + 1 */
    size_t len;
};

static bool properties_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

static pt_code properties_fault(const struct properties_parser *parser, const char *fix,
                                const char *why, struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG, fix, "%.160s:%d: %s", parser->name, parser->line, why);
}

/* Returns the natural line at p without its end; advances. */
static const char *natural_line(struct properties_parser *parser, size_t *len)
{
    const char *start = parser->p, *p = start;
    while (p < parser->end && *p != '\n' && *p != '\r')
        p++;
    *len = (size_t)(p - start);
    if (p < parser->end)
        p += *p == '\r' && p + 1 < parser->end && p[1] == '\n' ? 2 : 1;
    parser->p = p;
    parser->next_line++;
    return start;
}

static void properties_skip_blanks(const char **p, size_t *len)
{
    while (*len > 0 && properties_is_blank(**p)) {
        (*p)++;
        (*len)--;
    }
}

/* An odd number of backslashes at the end continues the line. */
static bool properties_is_continued(const char *p, size_t len)
{
    size_t n = 0;
    while (n < len && p[len - 1 - n] == '\\')
        n++;
    return n % 2 == 1;
}

static pt_code properties_append(struct properties_parser *parser, const char *p, size_t len,
                                 struct pt_error *err)
{
    if (len > PROPERTIES_LINE_MAX - parser->len)
        return properties_fault(
            parser, "Shorten it, or remove a stray backslash at the end of a line",
            "the line is too long: more than 64 KiB with its continuations", err);
    memcpy(parser->text + parser->len, p, len);
    parser->len += len;
    parser->text[parser->len] = 0;
    return PT_OK;
}

/* Gathers the next logical line into text; len is 0 when there is none left. */
static pt_code logical_line(struct properties_parser *parser, struct pt_error *err)
{
    bool is_more = false;
    parser->len = 0;
    while (parser->p < parser->end) {
        size_t len;
        if (!is_more)
            parser->line = parser->next_line;
        const char *p = natural_line(parser, &len);
        properties_skip_blanks(&p, &len);
        if (!is_more && (len == 0 || *p == '#' || *p == '!'))
            continue;
        is_more = properties_is_continued(p, len);
        pt_code code = properties_append(parser, p, len - is_more, err);
        if (code != PT_OK)
            return code;
        if (!is_more && parser->len > 0)
            break;
    }
    return PT_OK;
}

/* Returns the four hexadecimal digits at p, or -1. */
static int32_t unit_at(const char *p, const char *end)
{
    int32_t unit = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* Returns the character after a "\u"; *used is out: bytes after it. A surrogate pair is one
 * character; NUL and half a pair are invalid: -1. */
static int32_t properties_rune_at(const char *p, const char *end, size_t *used)
{
    int32_t unit = unit_at(p, end);
    *used = 4;
    if (unit <= 0 || (unit >= 0xdc00 && unit <= 0xdfff))
        return -1;
    if (unit < 0xd800 || unit > 0xdbff)
        return unit;
    if (end - p < 10 || p[4] != '\\' || p[5] != 'u')
        return -1;
    int32_t low = unit_at(p + 6, end);
    *used = 10;
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

/* Resolves the escapes in [p, end) in place: the result is never longer. */
static bool properties_unescape(char *p, char *end)
{
    char *out = p;
    while (p < end) {
        if (*p != '\\' || p + 1 == end) {
            *out++ = *p++;
            continue;
        }
        char c = p[1];
        p += 2;
        if (c == 'u') {
            size_t used;
            int32_t rune = properties_rune_at(p, end, &used);
            if (rune < 0)
                return false;
            out += utf8_put(out, (unsigned)rune);
            p += used;
        } else {
            *out++ = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c == 'f' ? '\f' : c;
        }
    }
    *out = 0;
    return true;
}

/* Splits the logical line and passes it on. */
static pt_code properties_property(struct properties_parser *parser, properties_fn each, void *arg,
                                   struct pt_error *err)
{
    char *key = parser->text, *end = key + parser->len, *p = key, *value;
    if (!utf8_is_text(key, parser->len))
        return properties_fault(parser, "Write other characters as UTF-8, or as \\uXXXX",
                                "this is not UTF-8 text", err);
    while (p < end && *p != '=' && *p != ':' && !properties_is_blank(*p))
        p += *p == '\\' && p + 1 < end ? 2 : 1;
    char *key_end = p;
    while (p < end && properties_is_blank(*p))
        p++;
    if (p < end && (*p == '=' || *p == ':'))
        p++;
    while (p < end && properties_is_blank(*p))
        p++;
    value = p;
    /* The value first: the key's terminator may fall on its first byte when there is no value. */
    if (!properties_unescape(value, end) || !properties_unescape(key, key_end))
        return properties_fault(parser,
                                "Write four hexadecimal digits after \\u, or \\\\u for the letters",
                                "malformed \\u escape", err);
    if (*key == 0)
        return properties_fault(parser, "Write KEY=VALUE", "a value has no name", err);
    return each(arg, key, value, parser->line, err);
}

pt_code properties_parse(const char *text, size_t len, const char *name, properties_fn each,
                         void *arg, struct pt_error *err)
{
    struct properties_parser parser = {
        .name = name, .p = text, .end = text + len, .next_line = 1, .line = 1};
    pt_code code = PT_OK;
    if (len > PROPERTIES_FILE_MAX)
        return pt_error_set(err, PT_ECONFIG, "Use a properties file", "%.160s: larger than 1 MiB",
                            name);
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        parser.p += 3;
    parser.text = malloc(PROPERTIES_LINE_MAX + 1);
    if (parser.text == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "%.160s: out of memory", name);
    while (code == PT_OK) {
        code = logical_line(&parser, err);
        if (code != PT_OK || parser.len == 0)
            break;
        code = properties_property(&parser, each, arg, err);
    }
    explicit_bzero(parser.text, PROPERTIES_LINE_MAX + 1);
    free(parser.text);
    return code;
}

static pt_code properties_io_fault(const char *path, int error, struct pt_error *err)
{
    if (error == ENOENT || error == ENOTDIR)
        return pt_error_set(err, PT_ENOTFOUND, "Use the path of a properties file",
                            "%.200s: the file does not exist", path);
    if (error == EISDIR)
        return pt_error_set(err, PT_EIO, "Use the path of a properties file in it",
                            "%.200s: cannot read: it is a directory", path);
    return pt_error_set(err, PT_EIO, "Make the file readable for this user",
                        "%.200s: cannot read: %s", path, strerror(error));
}

/* Reads at most one byte more than the limit, so that a larger file is noticed. */
static int properties_read_all(int fd, char *out, size_t cap, size_t *len)
{
    *len = 0;
    while (*len < cap) {
        ssize_t n = read(fd, out + *len, cap - *len);
        if (n == 0)
            break;
        if (n > 0)
            *len += (size_t)n;
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

pt_code properties_read(const char *path, properties_fn each, void *arg, struct pt_error *err)
{
    size_t cap = PROPERTIES_FILE_MAX + 1, len;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return properties_io_fault(path, errno, err);
    char *text = malloc(cap);
    if (text == NULL) {
        close(fd);
        return pt_error_set(err, PT_ENOMEM, NULL, "%.160s: out of memory", path);
    }
    int error = properties_read_all(fd, text, cap, &len);
    close(fd);
    pt_code code =
        error ? properties_io_fault(path, error, err) : guess_refuse(path, text, len, err);
    if (code == PT_OK)
        code = properties_parse(text, len, path, each, arg, err);
    explicit_bzero(text, len);
    free(text);
    return code;
}

static void write_escaped(struct buf *buf, const char *text, bool is_key)
{
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '\n' || c == '\r' || c == '\t' || c == '\f')
            buf_printf(buf, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : 'f');
        else if (c < 0x20 || c == 0x7f)
            buf_printf(buf, "\\u%04x", c);
        else if (c == '\\' || (c == ' ' && (is_key || p == text)) ||
                 (is_key && strchr("=:#!", c) != NULL))
            buf_printf(buf, "\\%c", c);
        else
            buf_append(buf, p, 1);
    }
}

void properties_write(struct buf *buf, const char *key, const char *value)
{
    write_escaped(buf, key, true);
    buf_puts(buf, "=");
    write_escaped(buf, value, false);
    buf_puts(buf, "\n");
}
