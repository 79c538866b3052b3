/* A shard: the part i/n of the indexes of every stream, those that are i - 1 modulo n. Several
 * processes, on several hosts, make one gap-free account when each of them runs another shard of
 * the same n; they need not know each other. Pure. Thread: any. */
#ifndef BASE_SHARD_H
#define BASE_SHARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/stream.h"

enum { SHARDS_MAX = PT_SHARDS_MAX, SHARD_TEXT = 16 };

struct shard {
    uint32_t i, n; /* 1 <= i <= n <= SHARDS_MAX; 1/1 is the whole */
};

#define SHARD_WHOLE ((struct shard){1, 1})

/* Parses "2/4". Returns false, and leaves the shard as it is, when the text is no shard. */
bool shard_parse(const char *text, struct shard *shard);
/* The same of "2of4". */
bool shard_parse_name(const char *text, struct shard *shard);
/* Writes "2/4". */
void shard_format(struct shard shard, char out[SHARD_TEXT]);
/* Writes what the names of its files end with: "2of4", and "" for the whole. */
void shard_format_name(struct shard shard, char out[SHARD_TEXT]);
bool shard_is_whole(struct shard shard);
/* Returns the lowest index of the shard that is at least `from`. */
uint64_t shard_first(struct shard shard, uint64_t from);
/* Returns how many indexes of the shard there are in [from, until). */
uint64_t shard_count(struct shard shard, uint64_t from, uint64_t until);

#endif
