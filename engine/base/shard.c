#include "base/shard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Reads digits, without leading zeros, of a number from 1 to SHARDS_MAX; returns where they end,
 * or NULL. */
static const char *shard_number(const char *text, uint32_t *number)
{
    uint32_t value = 0;
    if (*text < '1' || *text > '9')
        return NULL;
    for (; *text >= '0' && *text <= '9'; text++) {
        value = value * 10 + (uint32_t)(*text - '0');
        if (value > SHARDS_MAX)
            return NULL;
    }
    *number = value;
    return text;
}

static bool shard_read(const char *text, const char *between, struct shard *shard)
{
    struct shard read = {0, 0};
    const char *at = shard_number(text, &read.i);
    if (at == NULL || strncmp(at, between, strlen(between)) != 0)
        return false;
    at = shard_number(at + strlen(between), &read.n);
    if (at == NULL || *at != 0 || read.i > read.n)
        return false;
    *shard = read;
    return true;
}

bool shard_parse(const char *text, struct shard *shard)
{
    return shard_read(text, "/", shard);
}

bool shard_parse_name(const char *text, struct shard *shard)
{
    return shard_read(text, "of", shard);
}

void shard_format(struct shard shard, char out[SHARD_TEXT])
{
    snprintf(out, SHARD_TEXT, "%" PRIu32 "/%" PRIu32, shard.i, shard.n);
}

void shard_format_name(struct shard shard, char out[SHARD_TEXT])
{
    out[0] = 0;
    if (!shard_is_whole(shard))
        snprintf(out, SHARD_TEXT, "%" PRIu32 "of%" PRIu32, shard.i, shard.n);
}

bool shard_is_whole(struct shard shard)
{
    return shard.n == 1;
}

uint64_t shard_first(struct shard shard, uint64_t from)
{
    uint64_t own = shard.i - 1, at = from % shard.n;
    return from + (own >= at ? own - at : shard.n - at + own);
}

uint64_t shard_count(struct shard shard, uint64_t from, uint64_t until)
{
    uint64_t first = shard_first(shard, from);
    return first < until ? (until - first - 1) / shard.n + 1 : 0;
}
