#include "stream/json_frame.h"

#include <string.h>

bool json_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool json_is_frame(char c)
{
    return json_is_blank(c) || c == ',' || c == '[' || c == ']' || c == '}' || c == ':';
}

size_t json_frame_bytes(const char *p, const char *end, uint64_t *lines)
{
    const char *begin = p;
    while (p < end && json_is_frame(*p))
        *lines += *p++ == '\n';
    return (size_t)(p - begin);
}

/* ---- what stands around rows ---- */

/* Returns the place after the closing quote of the string at p; NULL when it does not end on one
 * line of these bytes. */
static const char *json_frame_string_end(const char *p, const char *end)
{
    for (p++; p < end && *p != '\n'; p++) {
        if (*p == '"')
            return p + 1;
        p += *p == '\\' && p + 1 < end;
    }
    return NULL;
}

const char *json_member_end(const char *p, const char *end)
{
    if (*p != '"' || !(p = json_frame_string_end(p, end)))
        return NULL;
    while (p < end && json_is_blank(*p))
        p++;
    if (p == end || *p++ != ':')
        return NULL;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    if (p < end && *p == '"')
        return json_frame_string_end(p, end);
    while (p < end && !json_is_frame(*p) && *p != '{' && *p != '"')
        p++;
    return p;
}

size_t json_junk_bytes(const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    if (*p == '"' && (p = json_frame_string_end(p, end)) == NULL)
        p = text + 1;
    while (p < end && *p != '\n' && *p != '{')
        p++;
    return (size_t)(p - text);
}

/* ---- where an object ends ---- */

size_t json_object_bytes(const char *text, size_t len, bool is_one_line)
{
    size_t depth = 0;
    for (size_t i = 0; i < len && !(is_one_line && text[i] == '\n'); i++) {
        char c = text[i];
        if (c == '"' || (c == '\'' && i > 0 && strchr("{[ ,:(\n", text[i - 1]))) {
            size_t j = i + 1;
            while (j < len && text[j] != '\n' && text[j] != c)
                j += text[j] == '\\' ? 2 : 1;
            if (j >= len || text[j] != c)
                return 0;
            i = j;
        }
        depth += c == '{' || c == '[';
        if (c == '}' || c == ']')
            depth--;
        if (depth == 0)
            return i + 1;
    }
    return 0;
}

/* Returns the place after the first closing brace that is followed by an opening one, a comma
 * and blanks aside: on one line, where a row ends and the next begins, whatever is wrong with
 * the quotes before. 0 when there is none. */
static size_t boundary_bytes(const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    while (p < end && *p != '\n') {
        if (*p++ != '}')
            continue;
        const char *next = p;
        while (next < end && (*next == ' ' || *next == '\t' || *next == ','))
            next++;
        if (next + 1 < end && next[0] == '{' && (next[1] == '"' || json_is_blank(next[1])))
            return (size_t)(p - text);
    }
    return 0;
}

size_t json_bad_row_bytes(const char *text, size_t len)
{
    size_t closed = json_object_bytes(text, len, true);
    size_t boundary = boundary_bytes(text, closed ? closed : len);
    return boundary ? boundary : closed;
}

uint64_t json_count_lines(const char *text, size_t len)
{
    uint64_t n = 0;
    const char *p = text, *end = text + len;
    while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        n++;
        p++;
    }
    return n;
}
