#include "audit/joined.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

struct joining {
    struct joined *joined;
    uint32_t asked;   /* by the caller; 0: not */
    struct shard own; /* of the configuration */
    char passed[32];  /* the shard of an account that was passed over; "": none was */
    char topic[65];   /* of that one */
    pt_code code;
    struct pt_error *err;
};

static pt_code joined_refuse(const struct joining *to, const char *topic, const char *shard)
{
    char own[SHARD_TEXT];
    shard_format(to->own, own);
    if (to->asked > 0)
        return pt_error_set(
            to->err, PT_EDATA, "Leave --shards out, or name the number that the accounts have",
            "audit: an account of %.64s was made as shard %.31s, and another number "
            "of shards, %" PRIu32 ", was asked for",
            topic, shard, to->asked);
    if (to->joined->n_found == 0)
        return pt_error_set(to->err, PT_EDATA,
                            "Name the number that the accounts have with --shards N, or set "
                            "pintop.stream.shard as it was",
                            "audit: an account of %.64s was made as shard %.31s, and "
                            "pintop.stream.shard is %s, of another number of shards",
                            topic, shard, own);
    return pt_error_set(to->err, PT_EDATA,
                        "Name the one to audit with --shards N, or move the other checkpoints away",
                        "audit: an account of %.64s was made as shard %.31s, and another number of "
                        "shards, %" PRIu32 ", has one, too",
                        topic, shard, to->joined->n);
}

/* The earliest of the accounts' start offsets; a partition that one of them did not know yet
 * begins at 0. */
static void joined_starts(struct checkpoint *all, const struct checkpoint *cp)
{
    if (cp->n_partitions < all->n_partitions)
        all->n_partitions = cp->n_partitions;
    for (size_t p = 0; p < all->n_partitions; p++)
        if (cp->start_offsets[p] < all->start_offsets[p])
            all->start_offsets[p] = cp->start_offsets[p];
}

static void joined_add(struct joined *joined, struct shard shard, const struct checkpoint *cp)
{
    joined->ranges[shard.i - 1] = (struct joined_range){.is_found = true,
                                                        .first = cp->first_index,
                                                        .next = cp->next_index,
                                                        .lowest = cp->first_index,
                                                        .highest_next = cp->next_index};
    if (joined->n_found++ == 0) {
        joined->n = shard.n;
        joined->cp = *cp;
        return;
    }
    joined_starts(&joined->cp, cp);
    if (cp->first_index < joined->cp.first_index)
        joined->cp.first_index = cp->first_index;
    if (cp->next_index > joined->cp.next_index)
        joined->cp.next_index = cp->next_index;
}

static bool joined_found(void *arg, const char *path, const struct checkpoint *cp,
                         const struct pt_error *why)
{
    struct joining *to = arg;
    (void)path;
    if (cp == NULL) {
        *to->err = *why;
        to->code = why->code;
        return false;
    }
    struct shard shard = checkpoint_shard(cp);
    uint32_t own = shard_is_whole(to->own) ? shard.n : to->own.n;
    uint32_t n = to->joined->n_found > 0 ? to->joined->n : own;
    if (to->asked > 0 && shard.n != to->asked) {
        to->joined->n_passed++;
        text_copy(to->passed, sizeof to->passed, cp->shard);
        text_copy(to->topic, sizeof to->topic, cp->topic);
    } else if (to->asked == 0 && shard.n != n) {
        to->code = joined_refuse(to, cp->topic, cp->shard);
    } else {
        joined_add(to->joined, shard, cp);
    }
    return to->code == PT_OK;
}

/* Where all shards began, before each took its own first index: between *low and *high. */
static void joined_common_start(const struct joined *joined, uint64_t *low, uint64_t *high)
{
    uint64_t last = 0, before = joined->n - 1;
    *high = joined->cp.first_index;
    for (uint32_t i = 0; i < joined->n; i++)
        if (joined->ranges[i].is_found && joined->ranges[i].first > last)
            last = joined->ranges[i].first;
    *low = last > before ? last - before : 0;
    if (*low > *high) /* they did not begin together */
        *low = *high > before ? *high - before : 0;
}

/* Those without a checkpoint are assumed to have begun with the others, and to have made as many
 * records as the one that came farthest. That leaves one index at either end in doubt, when the
 * common first index is no multiple of n. */
static void joined_assume(struct joined *joined)
{
    uint64_t low, high, count = 0, from;
    struct checkpoint *cp = &joined->cp;
    joined_common_start(joined, &low, &high);
    for (uint32_t i = 0; i < joined->n; i++) {
        from = shard_first((struct shard){i + 1, joined->n}, high);
        if (joined->ranges[i].is_found && joined->ranges[i].next == cp->next_index)
            count = cp->next_index > from ? cp->next_index - from : 0;
    }
    for (uint32_t i = 0; i < joined->n; i++) {
        struct joined_range *range = &joined->ranges[i];
        if (range->is_found)
            continue;
        *range = (struct joined_range){.is_assumed = true};
        range->lowest = shard_first((struct shard){i + 1, joined->n}, low);
        range->first = shard_first((struct shard){i + 1, joined->n}, high);
        range->next = range->lowest + count;
        range->highest_next = range->first + count;
        if (range->lowest < cp->first_index)
            cp->first_index = range->lowest;
        if (range->highest_next > cp->next_index)
            cp->next_index = range->highest_next;
        joined->n_assumed++;
    }
}

pt_code joined_read(struct joined *joined, const char *dir, const char *cluster_id,
                    const char *topic, struct shard own, uint32_t asked, struct pt_error *err)
{
    memset(joined, 0, sizeof *joined);
    struct joining to = {.joined = joined, .asked = asked, .own = own, .err = err};
    pt_code code = checkpoint_each(dir, cluster_id, topic, joined_found, &to, err);
    if (code == PT_OK)
        code = to.code;
    if (code == PT_OK && joined->n_found == 0 && joined->n_passed > 0)
        code = joined_refuse(&to, to.topic, to.passed);
    if (code == PT_OK && asked > 0 && joined->n_found > 0)
        joined_assume(joined);
    return code;
}

static void joined_bound_range(struct joined_range *range, uint64_t first, uint64_t until)
{
    if (first != UINT64_MAX)
        range->first = range->lowest = first;
    if (until != UINT64_MAX)
        range->next = range->highest_next = until;
    if (range->next < range->lowest)
        range->next = range->lowest;
    if (range->highest_next < range->next)
        range->highest_next = range->next;
}

void joined_bound(struct joined *joined, uint32_t asked, uint64_t first, uint64_t until)
{
    if (joined->n_found == 0) {
        joined->n = asked > 0 ? asked : 1;
        joined->cp.next_index = 0;
        joined_assume(joined);
    }
    for (uint32_t i = 0; i < joined->n; i++)
        joined_bound_range(&joined->ranges[i], first, until);
    struct checkpoint *cp = &joined->cp;
    joined->has_until = until != UINT64_MAX;
    cp->first_index = first != UINT64_MAX ? first : cp->first_index;
    cp->next_index = until != UINT64_MAX ? until : cp->next_index;
    if (cp->next_index < cp->first_index)
        cp->next_index = cp->first_index;
}

static int64_t joined_found_start(const struct joined *joined, size_t partition)
{
    return partition < joined->cp.n_partitions ? joined->cp.start_offsets[partition] : 0;
}

int64_t joined_start(const struct joined *joined, size_t partition)
{
    return joined->n_assumed > 0 ? 0 : joined_found_start(joined, partition);
}

bool joined_is_older(const struct joined *joined, uint64_t index, int32_t partition, int64_t offset)
{
    return partition >= 0 && joined->ranges[index % joined->n].is_found &&
           offset < joined_found_start(joined, (size_t)partition);
}

enum joined_kind joined_kind_of(const struct joined *joined, uint64_t index, uint64_t slack)
{
    const struct joined_range *range = &joined->ranges[index % joined->n];
    if (!range->is_found && !range->is_assumed)
        return JOINED_ELSEWHERE;
    if (index >= range->first && index < range->next)
        return JOINED_EXPECTED;
    if (index >= range->lowest && index < range->highest_next)
        return JOINED_POSSIBLE;
    return index >= range->highest_next && index - range->highest_next < slack * joined->n
               ? JOINED_BEYOND
               : JOINED_FOREIGN;
}

/* "shards 1, 3 to 5": those of which is_found is so. Returns how many. */
static uint32_t joined_list(const struct joined *joined, bool is_found, struct buf *out)
{
    uint32_t n = 0, all = is_found ? joined->n_found : joined->n - joined->n_found;
    buf_puts(out, all == 1 ? "shard " : "shards ");
    for (uint32_t i = 0; i < joined->n; i++) {
        uint32_t last = i;
        if (joined->ranges[i].is_found != is_found)
            continue;
        while (last + 1 < joined->n && joined->ranges[last + 1].is_found == is_found)
            last++;
        buf_printf(out, "%s%" PRIu32, n > 0 ? ", " : "", i + 1);
        if (last > i)
            buf_printf(out, "%s%" PRIu32, last > i + 1 ? " to " : ", ", last + 1);
        n += last - i + 1;
        i = last;
    }
    return n;
}

static void joined_describe_rest(const struct joined *joined, struct buf *out)
{
    buf_puts(out, "; ");
    bool is_one = joined_list(joined, false, out) == 1;
    if (joined->n_assumed == 0)
        buf_puts(out, is_one ? " has none and was not checked" : " have none and were not checked");
    else if (joined->has_until)
        buf_printf(out, " %s assumed to have made every index of the range", is_one ? "is" : "are");
    else
        buf_printf(out,
                   " %s assumed to have begun and ended within %" PRIu32 " indexes of the others",
                   is_one ? "is" : "are", joined->n);
}

void joined_describe(const struct joined *joined, const char *dir, char *out, size_t cap)
{
    struct buf text;
    buf_init(&text, 4096);
    if (joined->n_found == 0) {
        buf_printf(&text, "there is no checkpoint in %s: every index of the range was looked for",
                   dir);
    } else if (joined->n > 1) {
        bool is_one = joined_list(joined, true, &text) == 1;
        buf_printf(&text, " of %" PRIu32 " %s here", joined->n,
                   is_one ? "has a checkpoint" : "have checkpoints");
        if (joined->n_found < joined->n)
            joined_describe_rest(joined, &text);
        if (joined->n_passed > 0)
            buf_printf(&text, "; accounts of another number of shards, %" PRIu32 ", are left out",
                       joined->n_passed);
    }
    text_copy(out, cap, text.data ? text.data : "");
    buf_done(&text);
}
