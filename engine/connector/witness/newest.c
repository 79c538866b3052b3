#include "connector/witness/newest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
    PAGE = 1000, /* what S3 returns in one answer: a page costs as much as a key */
    STEP = 32,   /* each step back is this much longer than the one before */
    LEVELS_MAX = 8,
    OBJECTS_BACK = 200 /* how many full objects are searched for gaps */
};

/* Makes the key at which a LIST begins for objects from offset on; behind: after those that
 * begin there. */
static bool key_at(const struct sink *sink, const char *prefix, const char *topic,
                   int32_t partition, int64_t offset, bool is_behind, char *out, size_t cap)
{
    return (size_t)snprintf(out, cap, "%s%s%s%d%s%0*" PRId64 "%s", prefix, topic, sink->file_delim,
                            partition, sink->file_delim, sink->pad, offset,
                            is_behind ? "~" : "") < cap;
}

/* Returns 41 for "…/t+0+0000000041.json"; -1 when the key belongs to another partition. */
static int64_t offset_of(const struct sink *sink, const char *key, const char *prefix,
                         const char *topic, int32_t partition)
{
    char head[1024], *end;
    int n = snprintf(head, sizeof head, "%s%s%s%d%s", prefix, topic, sink->file_delim, partition,
                     sink->file_delim);
    if (n < 0 || (size_t)n >= sizeof head || strncmp(key, head, (size_t)n) != 0)
        return -1;
    long long offset = strtoll(key + n, &end, 10);
    return end != key + n && (*end == '.' || *end == '\0') && offset >= 0 ? offset : -1;
}

struct newest_page {
    size_t n_own;    /* keys of this partition */
    bool has_others; /* keys of others follow its last one: the end of this partition was seen */
    bool has_wide;   /* an offset has more digits than keys are padded to: they are not in order */
    bool is_more;
    int64_t last; /* offset of its last key; -1 */
};

/* Returns how many records an object of that many bytes holds, judged by other objects; -1
 * unknown. */
static double records_of(const struct newest_gaps *gaps, int64_t bytes)
{
    if (gaps->held <= 0 || gaps->held_bytes <= 0 || bytes <= 0)
        return -1;
    return (double)bytes * (double)gaps->held / (double)gaps->held_bytes;
}

/* Notes a gap between two consecutive objects. */
static void note_gap(const struct sink *sink, struct newest *newest, const struct s3_object *object,
                     int64_t offset)
{
    struct newest_gaps *gaps = &newest->gaps;
    int64_t span = offset - newest->offset, over = span - sink->flush_size;
    if (gaps->min <= 0 || sink->flush_size <= 0 || newest->offset < 0)
        return;
    if (over <= 0 && newest->bytes > 0) {
        gaps->held += span;
        gaps->held_bytes += newest->bytes;
    }
    gaps->n_full += over == 0;
    gaps->is_loose = gaps->is_loose || (over > 0 && over < gaps->min);
    if (over < gaps->min)
        return;
    double records = records_of(gaps, newest->bytes);
    bool is_large = records > 1.5 * (double)sink->flush_size;
    if ((is_large || records < 0) && span > gaps->widest)
        gaps->widest = span;
    if (is_large || (gaps->needs_size && records < 0))
        return;
    if (records >= 0 && gaps->n_open < GAPS_OPEN)
        gaps->open[gaps->n_open++] = (struct newest_gap){.begin = newest->offset,
                                                         .to = offset,
                                                         .before_ms = newest->time_ms,
                                                         .after_ms = object->modified_ms};
    gaps->n++;
    gaps->offsets += over;
    gaps->from = newest->offset + sink->flush_size;
    gaps->to = offset;
    gaps->before_ms = newest->time_ms;
    gaps->after_ms = object->modified_ms;
}

void newest_gap_counted(struct newest_gaps *gaps, size_t i, int64_t records, int64_t flush_size)
{
    const struct newest_gap gap = gaps->open[i];
    gaps->open[i] = gaps->open[--gaps->n_open];
    if (records == PT_UNKNOWN)
        return;
    gaps->n--;
    gaps->offsets -= gap.to - gap.begin - flush_size;
    if (records <= flush_size) {
        gaps->is_loose = true;
        return;
    }
    gaps->lost += records - flush_size;
    gaps->counted += records;
    gaps->lost_from = gap.begin + flush_size;
    gaps->lost_to = gap.to;
    gaps->lost_before_ms = gap.before_ms;
    gaps->lost_after_ms = gap.after_ms;
}

/* Above it, keys are not in the order of their offsets: they have more digits than the others. */
static int64_t newest_offsets_max(const struct sink *sink)
{
    int64_t max = 1;
    for (int32_t digit = 0; digit < sink->pad && max <= INT64_MAX / 10; digit++)
        max *= 10;
    return max;
}

static void newest_take(const struct sink *sink, const struct s3_listing *listing,
                        const char *prefix, const char *topic, int32_t partition,
                        struct newest *newest, struct newest_page *page)
{
    *page = (struct newest_page){.is_more = listing->is_truncated, .last = -1};
    for (size_t i = 0; i < listing->n; i++) {
        const struct s3_object *object = &listing->objects[i];
        int64_t offset = offset_of(sink, object->key, prefix, topic, partition);
        if (offset < 0) {
            page->has_others = page->has_others || page->n_own > 0;
            continue;
        }
        page->n_own++;
        page->last = offset;
        page->has_others = false;
        page->has_wide = page->has_wide || offset >= newest_offsets_max(sink);
        if (offset > newest->offset)
            note_gap(sink, newest, object, offset);
        if (offset >= newest->offset) {
            newest->offset = offset;
            newest->time_ms = object->modified_ms;
            newest->bytes = object->bytes;
            text_copy(newest->key, sizeof newest->key, object->key);
        }
    }
}

/* Makes one LIST that begins at a key. */
static pt_code newest_look(struct newest_lister *lister, const struct sink *sink,
                           const char *prefix, const char *topic, int32_t partition,
                           const char *start, struct newest *newest, struct newest_page *page,
                           struct pt_error *err)
{
    struct s3_listing listing;
    lister->calls--;
    pt_code code = lister->list(lister->arg, prefix, NULL, start, PAGE, &listing, err);
    if (code != PT_OK)
        return code;
    newest_take(sink, &listing, prefix, topic, partition, newest, page);
    s3_listing_done(&listing);
    return PT_OK;
}

/* Between which offsets the newest object begins, as far as it was searched. */
struct newest_span {
    int64_t low, high; /* high: none begins there or later; PT_UNKNOWN */
    int64_t step;
};

/* Returns where to look next: further away from the first look, by steps that grow, and between
 * both ends once they are known. */
static int64_t newest_next(struct newest_span *span, bool has_low, int64_t max)
{
    if (has_low && span->high != PT_UNKNOWN)
        return span->low + (span->high - span->low) / 2;
    int64_t step = span->step;
    span->step = step > max / 4 ? max : 4 * step;
    if (has_low)
        return span->low > max - step ? max : span->low + step;
    return span->high > step ? span->high - step : 0;
}

/* Takes what a look has shown. Returns whether the search is over. */
static bool newest_narrow(struct newest_span *span, const struct newest_page *page, int64_t at,
                          const struct newest *seen, struct newest *newest)
{
    if (page->n_own == 0) {
        span->high = at;
        newest->is_sure = at <= span->low;
        return newest->is_sure;
    }
    *newest = *seen;
    if (page->has_wide) { /* unless all are in this page, the newest may be anywhere */
        newest->is_sure = at == 0 && !page->is_more;
        return true;
    }
    newest->is_sure = !page->is_more || page->has_others;
    span->low = page->last + 1;
    return newest->is_sure || (span->high != PT_UNKNOWN && span->low >= span->high);
}

/* Searches from the begin of the folder, or from where the folder before it ended, because where
 * this one ends is not known. */
static pt_code newest_by_halves(struct newest_lister *lister, const struct sink *sink,
                                const char *prefix, const char *topic, int32_t partition,
                                struct newest *newest, struct pt_error *err)
{
    char start[1024];
    struct newest_page page = {0};
    struct newest_span span = {.low = 0, .high = PT_UNKNOWN, .step = PAGE};
    const struct newest none = *newest;
    int64_t max = newest_offsets_max(sink);
    int64_t at = lister->last_end > PAGE / 2 ? lister->last_end - PAGE / 2 : 0;
    bool is_over = false;
    while (lister->calls > 0 && !is_over) {
        struct newest seen = none;
        if (!key_at(sink, prefix, topic, partition, at, false, start, sizeof start))
            return PT_OK;
        pt_code code =
            newest_look(lister, sink, prefix, topic, partition, start, &seen, &page, err);
        if (code != PT_OK)
            return code;
        is_over = newest_narrow(&span, &page, at, &seen, newest);
        at = newest_next(&span, newest->offset >= 0, max);
    }
    if (newest->is_sure && newest->offset < max)
        lister->last_end = newest->offset + 1;
    return PT_OK;
}

pt_code newest_in_folder(struct newest_lister *lister, const struct sink *sink, const char *prefix,
                         const char *topic, int32_t partition, int64_t end, struct newest *newest,
                         struct pt_error *err)
{
    char start[1024];
    struct newest_page page = {0};
    int64_t back = PAGE;
    newest->is_sure = false;
    if (end == PT_UNKNOWN && newest->offset < 0)
        return newest_by_halves(lister, sink, prefix, topic, partition, newest, err);
    while (lister->calls > 0) {
        bool has_known = newest->offset >= 0;
        int64_t from = end != PT_UNKNOWN && end > back ? end - back : 0;
        /* Continues from what is known, or one step further back. */
        if (!key_at(sink, prefix, topic, partition, has_known ? newest->offset : from, has_known,
                    start, sizeof start))
            return PT_OK;
        pt_code code =
            newest_look(lister, sink, prefix, topic, partition, start, newest, &page, err);
        if (code != PT_OK)
            return code;
        bool is_end = !page.is_more || page.has_others;
        if (is_end && (has_known || page.n_own > 0 || from == 0)) {
            newest->is_sure = true;
            return PT_OK;
        }
        if (page.n_own == 0 && !has_known) {
            if (from == 0) { /* a page of others' keys, and none of this partition: it has none */
                newest->is_sure = true;
                return PT_OK;
            }
            back = back > INT64_MAX / STEP ? INT64_MAX : back * STEP;
        } else if (page.n_own == 0) {
            newest->is_sure = true; /* the next key belongs to another partition */
            return PT_OK;
        }
    }
    return PT_OK;
}

pt_code newest_gaps_before(struct newest_lister *lister, const struct sink *sink,
                           const char *prefix, const char *topic, int32_t partition,
                           struct newest *newest, struct pt_error *err)
{
    char start[1024];
    struct newest_page page;
    struct newest past = NEWEST_NOTHING;
    int64_t reach = sink->flush_size * (int64_t)OBJECTS_BACK;
    past.gaps.min = newest->gaps.min;
    past.gaps.needs_size = newest->gaps.needs_size;
    if (newest->gaps.has_past || newest->gaps.min <= 0 || newest->offset < 0 ||
        lister->calls <= 0 ||
        !key_at(sink, prefix, topic, partition, newest->offset > reach ? newest->offset - reach : 0,
                false, start, sizeof start))
        return PT_OK;
    pt_code code = newest_look(lister, sink, prefix, topic, partition, start, &past, &page, err);
    if (code != PT_OK)
        return code;
    newest->gaps.has_past = true;
    if (past.offset < newest->offset) { /* there are more than one LIST holds */
        newest->gaps.held += past.gaps.held;
        newest->gaps.held_bytes += past.gaps.held_bytes;
        return PT_OK;
    }
    past.gaps.has_past = true;
    past.is_sure = newest->is_sure;
    *newest = past;
    return PT_OK;
}

pt_code newest_folder(struct newest_lister *lister, const char *prefix, const char *delimiter,
                      char *out, size_t cap, bool *is_sure, struct pt_error *err)
{
    *is_sure = false;
    text_copy(out, cap, prefix);
    for (int level = 0; level < LEVELS_MAX && lister->calls > 0; level++) {
        struct s3_listing listing;
        lister->calls--;
        pt_code code = lister->list(lister->arg, out, delimiter, NULL, PAGE, &listing, err);
        if (code != PT_OK)
            return code;
        bool has_folder = listing.n_prefixes > 0;
        if (has_folder)
            text_copy(out, cap, listing.prefixes[listing.n_prefixes - 1]);
        s3_listing_done(&listing);
        if (!has_folder) {
            *is_sure = true;
            if (level == 0)
                out[0] = '\0';
            return PT_OK;
        }
    }
    return PT_OK;
}
