/* A growing buffer of bytes with a mandatory maximum.
 *
 * Invariants: data[len] is 0 once anything was appended; len <= max. Past the maximum, or without
 * memory, `is_over` is set, the append is dropped whole, and later appends too: check once at the
 * end. One of buf_init_secret leaves no copy behind when it grows, and wipes itself at the end.
 * Thread: one at a time. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len, cap, max;
    bool is_over, is_secret;
};

/* An empty buffer that will hold at most max bytes; allocates nothing. */
void buf_init(struct buf *buf, size_t max);
void buf_init_secret(struct buf *buf, size_t max);
void buf_append(struct buf *buf, const void *bytes, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Keep the memory, forget the contents and is_over. */
void buf_reset(struct buf *buf);
/* The bytes, NUL-terminated, now the caller's to free(); the buffer is empty again. NULL when
 * is_over. */
char *buf_take(struct buf *buf, size_t *len);
void buf_done(struct buf *buf);

#endif
