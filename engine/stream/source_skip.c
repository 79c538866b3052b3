/* The rows that a source skips. */
#include "base/printable.h"
#include "stream/source.h"

uint64_t source_skipped(struct source *src, const char *file, uint64_t line, const char *why)
{
    struct source_skip skip = {.line = line};
    uint64_t n = __atomic_load_n(&src->bad_rows, __ATOMIC_RELAXED);
    printable_str(skip.file, sizeof skip.file, file);
    printable_str(skip.why, sizeof skip.why, why);
    if (n < SOURCE_SKIPS)
        src->skips[n] = skip;
    /* Release: a reader of the count finds the rows that it counts. */
    __atomic_store_n(&src->bad_rows, n + 1, __ATOMIC_RELEASE);
    if (src->on_skip)
        src->on_skip(src->on_skip_arg, &skip);
    return n + 1;
}

void source_free(struct source *src)
{
    if (src)
        src->ops->free(src);
}
