/* One object of the sink: first in memory, then durable in the directory. It knows neither Kafka
 * nor the manifest. Thread: one at a time. */
#ifndef SINK_OBJECT_H
#define SINK_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "pintop/error.h"

struct object {
    const char *topic; /* the owner's, which outlives the object */
    int32_t partition;
    int64_t first_offset, records;
    int64_t flattened;       /* records whose raw newlines became spaces */
    struct buf values, keys; /* one line for each record */
    bool has_keys;
    bool is_stored; /* durable under its own name */
};

/* Returns a new, empty object; NULL when out of memory. */
struct object *object_new(const char *topic, int32_t partition, int64_t first_offset,
                          bool has_keys);
void object_free(struct object *object);

/* Appends one record. The value is written unchanged, followed by a line end. A raw newline in it
 * (never in one-line JSON) would break the lines: it becomes a space, and the record is counted. A
 * missing or empty value is `null`. The key becomes a JSON string, a missing key `null`; bytes that
 * are not UTF-8 become U+FFFD.
 * Returns false when out of memory; the object is then unchanged. */
bool object_append(struct object *object, const char *value, size_t len, const char *key,
                   size_t key_len);
/* The same for a record by hand (kafka/by_hand.h). Since the files keep no headers, its key stands
 * in an array: `pintop audit` takes it for no record of a stream by that. */
bool object_append_by_hand(struct object *object, const char *value, size_t len, const char *key,
                           size_t key_len);

/* Makes objects durable: written under temporary names, synced, renamed, directories synced. Stored
 * ones are skipped, so a failed call is simply repeated; what it had begun is removed.
 * Errors  PT_EIO, PT_EFULL, PT_EEXISTS (a file of that name exists; it is left alone). */
pt_code object_store(const char *dir, struct object *const *objects, size_t n,
                     struct pt_error *err);

/* Removes a stored object and its keys file; a missing one is fine. */
void object_remove(const char *dir, const char *topic, int32_t partition, int64_t first_offset);

#endif
