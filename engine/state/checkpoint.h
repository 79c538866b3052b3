/* The checkpoint of one stream's account: a small JSON file for each cluster ID and topic. */
#ifndef STATE_CHECKPOINT_H
#define STATE_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/shard.h"
#include "pintop/error.h"

enum { CHECKPOINT_PARTITIONS = 1024, CHECKPOINT_MAX_BYTES = 128 * 1024 };

struct checkpoint {
    char cluster_id[64];
    char topic[250];
    uint64_t seed;
    char source[1024];     /* "synthetic", or the file's absolute path */
    uint64_t source_index; /* the record that begins at source_offset: next_index, or the one
                            * before it, when next_index was not yet read from the file */
    uint64_t source_offset, source_row;
    char shard[32];       /* "1/1" */
    uint64_t first_index; /* of the account */
    uint64_t next_index;  /* the lowest index that is not delivered */
    uint64_t taken_index; /* one above the highest index ever generated when this was written */
    int64_t written_ms;
    char ended_why[128]; /* why the last run ended; "" while one runs, or after kill -9 */
    int64_t ended_ms;
    size_t n_partitions; /* end offsets when the account's first index was generated */
    int64_t start_offsets[CHECKPOINT_PARTITIONS];
};

/* Makes DIR/accounts/<cluster id>+<topic>.json, of a shard <cluster id>+<topic>+2of4.json; bytes
 * that do not suit a file name as %XX; of a name too long for a file system the beginning and a
 * hash. */
void checkpoint_path(const char *dir, const char *cluster_id, const char *topic, struct shard shard,
                     char *out, size_t cap);
/* Returns whether a file that checkpoint_each has found has the name of a shard of this n (1: of
 * the whole); what is in it does not matter. */
bool checkpoint_is_named(const char *path, const char *dir, const char *cluster_id,
                         const char *topic, uint32_t n);
/* One that checkpoint_each has found. cp is NULL when the file cannot be read although its name may
 * be one of the topic's: why says so then. Returns whether to look for more. */
typedef bool (*checkpoint_found_fn)(void *arg, const char *path, const struct checkpoint *cp,
                                    const struct pt_error *why);
/* Calls found for each checkpoint of the cluster and topic, whatever its shard, in no order. Errors
 * PT_ENOMEM; PT_EIO: the directory cannot be read. */
pt_code checkpoint_each(const char *dir, const char *cluster_id, const char *topic,
                        checkpoint_found_fn found, void *arg, struct pt_error *err);
/* Returns the shard of the account. */
struct shard checkpoint_shard(const struct checkpoint *cp);
/* Returns it as JSON, which the caller frees; NULL when out of memory. */
char *checkpoint_format(const struct checkpoint *cp);
/* Errors PT_ENOTFOUND (no such account yet), PT_EIO, PT_EDATA (not a checkpoint: the file is
 * named and left unchanged). */
pt_code checkpoint_load(const char *path, struct checkpoint *cp, struct pt_error *err);

/* Returns whether records of the account may be in its topic. There are none when no record was
 * ever generated, or when none was acknowledged and the topic still ends where it ended when the
 * account began.
 *
 * ends  of the topic's partitions now; n 0: unknown. */
bool checkpoint_binds(const struct checkpoint *cp, const int64_t *ends, size_t n);

/* Checks whether the account may continue with these. Errors PT_EMISMATCH: both values, and the
 * fix (--first-index N starts a new account). */
pt_code checkpoint_match(const struct checkpoint *cp, uint64_t seed, const char *source,
                         const char *shard, struct pt_error *err);

#endif
