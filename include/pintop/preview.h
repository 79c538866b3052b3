/* Records as a stream would send them, without a cluster: `stream --dry-run`. */
#ifndef PINTOP_PREVIEW_H
#define PINTOP_PREVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/config.h"
#include "pintop/stream.h"

/* One record; value is len bytes, not terminated, valid during the call. false ends the preview. */
typedef bool (*pt_preview_fn)(void *arg, enum pt_stream_id id, const char *value, size_t len);

/* A row that would be skipped: printable texts, valid during the call. */
typedef void (*pt_preview_skip_fn)(void *arg, enum pt_stream_id id, const char *file, int64_t line,
                                   const char *why);

struct pt_preview {
    void *arg;
    pt_preview_fn record;
    pt_preview_skip_fn skipped; /* NULL: nobody asks */
};

/* Make count records of each stream from their configured sources and hand them over, one of each
 * stream in turn. A file that ends before gives fewer.
 *
 * streams      bits.
 * first_index  of the first records; a file is read from its beginning whatever it is.
 * Errors       PT_EIO, PT_ECONFIG, PT_ENOTFOUND, PT_EDATA of the source. A caller that ends it is
 * no error. Thread       any; reads files. */
pt_code pt_preview(const struct pt_config *cfg, unsigned streams, int64_t first_index,
                   int64_t count, const struct pt_preview *to, struct pt_error *err);

/* Which of these streams have a source: a file's columns decide whose it is.
 *
 * missing  of each stream without one: why; code PT_OK for the others.
 * Returns  bits of those that have one; or 0 with *err: none has, or a source is not what it must
 *          be.
 * Thread   any; reads files. */
unsigned pt_preview_sources(const struct pt_config *cfg, unsigned streams,
                            struct pt_error missing[PT_STREAMS], struct pt_error *err);

#endif
