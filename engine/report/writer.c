#include "report/writer.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { DAY_MS = 86400000, EXACT_THOUSANDTHS = 1000000 };
static const size_t DOCUMENT_MAX = (size_t)256 << 20;

void json_writer_init(struct json_writer *to, const struct pt_snapshot *snap)
{
    *to = (struct json_writer){.snap = snap, .day = INT64_MIN};
    buf_init(&to->buf, DOCUMENT_MAX);
}

char *json_writer_take(struct json_writer *to)
{
    char *text = buf_take(&to->buf, NULL);
    buf_done(&to->buf);
    return text;
}

/* Most pieces are short and fit: those need no call. */
static inline void writer_put(struct json_writer *to, const char *bytes, size_t len)
{
    struct buf *buf = &to->buf;
    if (len < buf->cap - buf->len && !buf->is_over) {
        memcpy(buf->data + buf->len, bytes, len);
        buf->len += len;
    } else {
        buf_append(buf, bytes, len);
    }
}

void json_write_open(struct json_writer *to, char bracket)
{
    writer_put(to, &bracket, 1);
    to->has_item = false;
}

void json_write_close(struct json_writer *to, char bracket)
{
    writer_put(to, &bracket, 1);
    to->has_item = true;
}

void json_write_item(struct json_writer *to)
{
    if (to->has_item)
        writer_put(to, ",", 1);
    to->has_item = true;
}

void json_write_key(struct json_writer *to, const char *key)
{
    json_write_item(to);
    writer_put(to, key, strlen(key));
}

void json_write_null(struct json_writer *to)
{
    writer_put(to, "null", 4);
}

void json_write_bool(struct json_writer *to, bool value)
{
    writer_put(to, value ? "true" : "false", value ? 4 : 5);
}

/* The digits, from the end of room on back. */
static char *put_digits(char *end, uint64_t value)
{
    do
        *--end = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    return end;
}

void json_write_uint(struct json_writer *to, uint64_t value)
{
    char room[24], *end = room + sizeof room, *at = put_digits(end, value);
    writer_put(to, at, (size_t)(end - at));
}

void json_write_int(struct json_writer *to, int64_t value)
{
    if (value == PT_UNKNOWN) {
        json_write_null(to);
        return;
    }
    char room[24], *end = room + sizeof room;
    char *at = put_digits(end, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    if (value < 0)
        *--at = '-';
    writer_put(to, at, (size_t)(end - at));
}

/* 15 digits where they read as the same number, or one so near, else 17; a point whatever the
 * locale is. */
static void put_long(struct json_writer *to, double value, double near)
{
    char text[40];
    int len = snprintf(text, sizeof text, "%.15g", value);
    if (fabs(strtod(text, NULL) - value) > near)
        len = snprintf(text, sizeof text, "%.17g", value);
    for (char *at = text; *at != '\0'; at++)
        if (strchr("0123456789+-e", *at) == NULL)
            *at = '.';
    writer_put(to, text, (size_t)len);
}

/* A number of thousandths: 12, 0.5, -3.125. */
static void put_thousandths(struct json_writer *to, int64_t n)
{
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n, part = size % 1000;
    char room[32], *end = room + sizeof room, *at = end;
    if (part > 0) {
        int digits = 3;
        for (; part % 10 == 0; digits--)
            part /= 10;
        for (; digits > 0; digits--, part /= 10)
            *--at = (char)('0' + part % 10);
        *--at = '.';
    }
    at = put_digits(at, size / 1000);
    if (n < 0)
        *--at = '-';
    writer_put(to, at, (size_t)(end - at));
}

void json_write_figure(struct json_writer *to, double value)
{
    const double limit = 1e11; /* below it, thousandths have at most 15 digits */
    if (!isfinite(value))
        json_write_null(to);
    else if (fabs(value) < limit)
        put_thousandths(to, (int64_t)round(value * 1000));
    else
        put_long(to, round(value * 1000) / 1000, fabs(value) * DBL_EPSILON);
}

void json_write_exact(struct json_writer *to, double value)
{
    if (!isfinite(value))
        json_write_null(to);
    else if (fabs(value) < EXACT_THOUSANDTHS && round(value * 1000) / 1000 == value)
        put_thousandths(to, (int64_t)round(value * 1000));
    else
        put_long(to, value, 0);
}

/* "2026-11-23T" and so many ms of that day. */
static void put_clock(char text[40], const char *date, unsigned ms)
{
    const unsigned parts[] = {ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000 / 10};
    memcpy(text, date, 11);
    memcpy(text + 11, "00:00:00.000Z", 14);
    for (int i = 0; i < 4; i++) {
        text[11 + 3 * i] = (char)('0' + parts[i] / 10);
        text[12 + 3 * i] = (char)('0' + parts[i] % 10);
    }
    text[22] = (char)('0' + ms % 10);
}

void json_write_time(struct json_writer *to, int64_t time_ms)
{
    char text[40];
    if (time_ms == PT_UNKNOWN || time_ms == 0) {
        json_write_null(to);
        return;
    }
    int64_t day = time_ms / DAY_MS;
    if (time_ms < 0 || day != to->day) {
        clock_format_ms(time_ms, text, sizeof text);
        if (strlen(text) != sizeof "2026-11-23T01:52:06.000Z" - 1 || text[0] == '-') {
            json_write_null(to); /* RFC 3339 has no such year, so nobody could read it */
            return;
        }
        to->day = time_ms < 0 ? INT64_MIN : day;
        memcpy(to->date, text, 11); /* "2026-11-23T" */
    } else {
        put_clock(text, to->date, (unsigned)(time_ms % DAY_MS));
    }
    json_write_text(to, text);
}

void json_write_seconds(struct json_writer *to, int64_t from_ms, int64_t to_ms)
{
    bool is_known = from_ms != PT_UNKNOWN && to_ms != PT_UNKNOWN;
    json_write_figure(to, is_known ? ((double)to_ms - (double)from_ms) / 1000 : NAN);
}

static void writer_put_escaped(struct json_writer *to, unsigned char c)
{
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    char text[8] = {'\\', c < sizeof letters ? letters[c] : '\0'};
    if (text[1] == '\0')
        snprintf(text, sizeof text, "\\u%04x", c);
    writer_put(to, text, strlen(text));
}

void json_write_text(struct json_writer *to, const char *text)
{
    if (text == NULL) {
        json_write_null(to);
        return;
    }
    writer_put(to, "\"", 1);
    for (const char *from = text;; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        writer_put(to, from, (size_t)(text - from));
        if (c == '\0')
            break;
        writer_put_escaped(to, c);
        from = text + 1;
    }
    writer_put(to, "\"", 1);
}
