/* Makes records as a stream would send them, without a cluster: `stream --dry-run`. */
#ifndef PINTOP_PREVIEW_H
#define PINTOP_PREVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/config.h"
#include "pintop/stream.h"

PT_API_BEGIN

/* Takes one record; value is len bytes, not terminated, valid during the call. Returning false ends
 * the preview. */
typedef bool (*pt_preview_fn)(void *arg, enum pt_stream_id id, const char *value, size_t len);

/* Takes a row that would be skipped: printable texts, valid during the call. */
typedef void (*pt_preview_skip_fn)(void *arg, enum pt_stream_id id, const char *file, int64_t line,
                                   const char *why);

struct pt_preview {
    void *arg;
    pt_preview_fn record;
    pt_preview_skip_fn skipped; /* may be NULL */
};

/* Makes count records of each stream from their configured sources and passes them on, one of each
 * stream in turn. A file that ends before gives fewer.
 *
 * streams      bits.
 * first_index  of the first records; a file is read from its beginning in any case.
 * Errors       PT_EIO, PT_ECONFIG, PT_ENOTFOUND, PT_EDATA of the source. A callback that ends it is
 *              not an error.
 * Thread       any; reads files. */
pt_code pt_preview(const struct pt_config *cfg, unsigned streams, int64_t first_index,
                   int64_t count, const struct pt_preview *to, struct pt_error *err);

/* Finds out which of these streams have a source: the columns of a file decide.
 *
 * missing  for each stream without one: why; code PT_OK for the others.
 * Returns  bits of those that have one; or 0 with *err: none has, or a source is not valid.
 * Thread   any; reads files. */
unsigned pt_preview_sources(const struct pt_config *cfg, unsigned streams,
                            struct pt_error missing[PT_STREAMS], struct pt_error *err);

PT_API_END

#endif
