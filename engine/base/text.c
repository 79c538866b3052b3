#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void text_copy(char *out, size_t cap, const char *text)
{
    size_t len = text ? strnlen(text, cap - 1) : 0;
    if (len > 0)
        memcpy(out, text, len);
    out[len] = 0;
}

bool text_ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

void text_mark_cut(char *out, size_t cap)
{
    static const char mark[] = "\u2026";
    size_t len = strlen(out), at = cap - sizeof mark;
    at = at < len ? at : len;
    while (at > 0 && at < len && utf8_is_inner(out[at]))
        at--;
    memcpy(out + at, mark, sizeof mark);
}

void text_put_args(char *out, size_t cap, const char *fmt, va_list args)
{
    int n = vsnprintf(out, cap, fmt, args);
    if (n >= 0 && (size_t)n >= cap)
        text_mark_cut(out, cap);
}

void text_put(char *out, size_t cap, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    text_put_args(out, cap, fmt, args);
    va_end(args);
}

void text_list(char *out, size_t cap, const char *fmt, ...)
{
    size_t used = strlen(out);
    va_list args;
    if (used > 0)
        used += (size_t)snprintf(out + used, cap - used, ", ");
    va_start(args, fmt);
    int n = used < cap ? vsnprintf(out + used, cap - used, fmt, args) : 0;
    va_end(args);
    if (used >= cap || (n >= 0 && (size_t)n >= cap - used))
        text_mark_cut(out, cap);
}

const char *text_s(int64_t n)
{
    return n == 1 ? "" : "s";
}
