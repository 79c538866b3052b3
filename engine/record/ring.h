/* The files of a ring: their names, which tell when each begins, and which of them leave. Thread:
 * any that may wait for the disk. */
#ifndef RECORD_RING_H
#define RECORD_RING_H

#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

enum { RING_NAME_MAX = 40 };

struct ring_file {
    char name[RING_NAME_MAX];
    int64_t begun_ms; /* Unix */
    uint64_t bytes;
};

struct ring {
    struct ring_file *files; /* oldest first */
    size_t n;
};

/* The name of a file that begins at this time: "20261130T100417.123Z.jsonl.gz". */
void ring_name(int64_t begun_ms, char *out, size_t cap);
/* Lists a directory; other files in it are passed over. Errors PT_ENOTFOUND, PT_EIO, PT_ENOMEM. */
pt_code ring_list(const char *dir, struct ring *ring, struct pt_error *err);
void ring_done(struct ring *ring);
/* Deletes the oldest files, as long as they together are larger than limit_bytes or a file's
 * successor begins before oldest_ms. The newest file stays. */
void ring_trim(const char *dir, uint64_t limit_bytes, int64_t oldest_ms);

#endif
