/* The sink directory's manifest: what it contains, for the sink and for the audit.
 *
 * Invariants of a loaded manifest: topics are names that Kafka allows, offsets and counts are not
 * negative, the objects of a partition ascend, do not overlap and end at or below next_offset.
 * Thread: one at a time. */
#ifndef SINK_MANIFEST_H
#define SINK_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

/* The longest topic whose object names still fit a file system's 255 bytes. */
enum { MANIFEST_TOPIC_MAX = 220, MANIFEST_PATH_MAX = 576 };

struct manifest_object {
    int64_t first_offset, records;
    int64_t bytes;      /* of the object */
    int64_t keys_bytes; /* of its keys file; 0 when it has none */
    int64_t written_ms; /* Unix */
};

struct manifest_partition {
    char topic[250];
    int32_t partition;
    int64_t next_offset;  /* of the next object */
    int64_t first_offset; /* of the oldest kept object; = next_offset when none is kept */
    int64_t expired_records, expired_objects, lost_records;
    struct manifest_object *objects; /* kept, oldest first */
    size_t n_objects, cap_objects;
};

struct manifest {
    struct manifest_partition *partitions;
    size_t n_partitions;
    bool is_absent; /* the file did not exist when it was loaded */
};

/* Reads DIR/manifest.json. A missing file is an empty manifest with is_absent.
 *
 * manifest  out; free with manifest_done, also after an error (then it is empty).
 * Errors    PT_EIO, PT_EDATA (not a manifest; nothing is changed), PT_ENOMEM. */
pt_code manifest_load(const char *dir, struct manifest *manifest, struct pt_error *err);
/* Replaces it: temporary file, fsync, rename, fsync of the directory. Errors PT_EIO, PT_EFULL,
 * PT_ENOMEM; the file is then unchanged. */
pt_code manifest_save(const char *dir, const struct manifest *manifest, struct pt_error *err);
void manifest_done(struct manifest *manifest);

/* Returns the entry of a partition, or NULL when there is none. Valid until an entry is made. */
struct manifest_partition *manifest_find(const struct manifest *manifest, const char *topic,
                                         int32_t partition);
/* The same, but makes a missing entry; NULL when out of memory. Valid until the next call that
 * makes one. */
struct manifest_partition *manifest_partition(struct manifest *manifest, const char *topic,
                                              int32_t partition);
/* Appends an object; first_offset is at or above next_offset, which becomes the object's end.
 * Returns false when out of memory; nothing is changed. */
bool manifest_add(struct manifest_partition *part, const struct manifest_object *object);
/* Drops the n oldest objects and counts them as expired. */
void manifest_expire(struct manifest_partition *part, size_t n);
/* Returns the kept object that begins at first_offset, or NULL. */
const struct manifest_object *manifest_object(const struct manifest_partition *part,
                                              int64_t first_offset);

/* True for letters, digits, `.`, `_`, `-`; not empty, `.` or `..`; at most MANIFEST_TOPIC_MAX
 * bytes: safe as a part of a path. */
bool manifest_topic_is_valid(const char *topic);
/* Makes "topics/<topic>/partition=<n>/<topic>+<n>+<%010d>.json" (suffix ".json" or
 * ".keys.json"). cap MANIFEST_PATH_MAX is enough for every valid topic. */
void manifest_object_path(char *out, size_t cap, const char *topic, int32_t partition,
                          int64_t first_offset, const char *suffix);

#endif
