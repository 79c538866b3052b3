/* The checkpoint of one stream's account: a small JSON file for each cluster id and topic. */
#ifndef CORE_CHECKPOINT_H
#define CORE_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

enum { CHECKPOINT_PARTITIONS = 1024, CHECKPOINT_MAX_BYTES = 128 * 1024 };

struct checkpoint {
    char cluster_id[64];
    char topic[250];
    uint64_t seed;
    char source[1024];     /* "synthetic", or the file's absolute path */
    uint64_t source_index; /* the record that begins at source_offset: next_index, or the one
                              before it, when next_index was not yet read from the file */
    uint64_t source_offset, source_row;
    char shard[32];       /* "1/1" */
    uint64_t first_index; /* of the account */
    uint64_t next_index;  /* the lowest index not delivered */
    uint64_t taken_index; /* one above the highest index ever taken when this was written */
    int64_t written_ms;
    char ended_why[128]; /* why the last run ended; "" while one runs, or after kill -9 */
    int64_t ended_ms;
    size_t n_partitions; /* end offsets when the account's first index was made */
    int64_t start_offsets[CHECKPOINT_PARTITIONS];
};

/* DIR/accounts/<cluster id>+<topic>.json; bytes that do not suit a file name as %XX; of a name too
 * long for a file system the beginning and a hash. */
void checkpoint_path(const char *dir, const char *cluster_id, const char *topic, char *out,
                     size_t cap);
/* As JSON, the caller's to free(); NULL without memory. */
char *checkpoint_format(const struct checkpoint *cp);
/* Errors PT_ENOTFOUND (no such account yet), PT_EIO, PT_EDATA (not a checkpoint: the file is named
 * and left as it is). */
pt_code checkpoint_load(const char *path, struct checkpoint *cp, struct pt_error *err);

/* Whether something of the account may be in its topic. Nothing is where no record was ever taken,
 * and where nothing was acknowledged and the topic ends where it ended when the account began.
 *
 * ends  of the topic's partitions now; n 0: not known. */
bool checkpoint_binds(const struct checkpoint *cp, const int64_t *ends, size_t n);

/* May the account go on with these? Errors PT_EMISMATCH: both values, and the fix
 * (--first-index N starts a new account). */
pt_code checkpoint_match(const struct checkpoint *cp, uint64_t seed, const char *source,
                         const char *shard, struct pt_error *err);

#endif
