#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max};
}

void buf_init_secret(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max, .is_secret = true};
}

static char *buf_resize(struct buf *buf, size_t cap)
{
    if (!buf->is_secret)
        return realloc(buf->data, cap);
    return wipe_grow(buf->data, buf->len + 1, buf->cap, cap);
}

static bool buf_reserve(struct buf *buf, size_t more)
{
    if (buf->is_over || more > buf->max - buf->len) {
        buf->is_full = buf->is_full || !buf->is_over;
        buf->is_over = true;
        return false;
    }
    size_t need = buf->len + more + 1;
    if (need <= buf->cap)
        return true;
    size_t cap = buf->cap ? buf->cap : 256;
    while (cap < need)
        cap *= 2;
    char *data = buf_resize(buf, cap);
    if (data == NULL) {
        buf->is_over = true;
        return false;
    }
    buf->data = data;
    buf->cap = cap;
    return true;
}

void buf_append(struct buf *buf, const void *bytes, size_t len)
{
    if (!buf_reserve(buf, len))
        return;
    if (len > 0)
        memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = 0;
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_append(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    if (len >= 0 && buf_reserve(buf, (size_t)len)) {
        vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

void buf_reset(struct buf *buf)
{
    buf->len = 0;
    buf->is_over = buf->is_full = false;
    if (buf->data)
        buf->data[0] = 0;
}

char *buf_take(struct buf *buf, size_t *len)
{
    buf_append(buf, "", 0);
    if (buf->is_over)
        return NULL;
    char *data = buf->data;
    if (len)
        *len = buf->len;
    *buf = (struct buf){.max = buf->max, .is_secret = buf->is_secret};
    return data;
}

void buf_done(struct buf *buf)
{
    if (buf->is_secret)
        wipe_bytes(buf->data, buf->cap);
    else
        free(buf->data);
    *buf = (struct buf){.max = buf->max, .is_secret = buf->is_secret};
}
