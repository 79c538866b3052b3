/* A growing buffer of bytes with a mandatory maximum.
 *
 * Invariants: data[len] is 0 once anything was appended; len <= max. When an append would exceed
 * the maximum, or memory is not available, `is_over` is set and this append and all later ones are
 * dropped whole, so one check at the end is enough.
 * A buffer made with buf_init_secret leaves no copy behind when it grows, and wipes itself when it
 * is freed.
 * Thread: one at a time. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len, cap, max;
    bool is_over, is_full, is_secret; /* is_full: is_over because of the maximum */
};

/* Makes an empty buffer that will hold at most max bytes; allocates nothing. */
void buf_init(struct buf *buf, size_t max);
void buf_init_secret(struct buf *buf, size_t max);
void buf_append(struct buf *buf, const void *bytes, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Keeps the memory, but forgets the contents and is_over. */
void buf_reset(struct buf *buf);
/* Returns the bytes, NUL-terminated; the caller frees them, and the buffer is empty again. NULL
 * when is_over is set. */
char *buf_take(struct buf *buf, size_t *len);
void buf_done(struct buf *buf);

#endif
