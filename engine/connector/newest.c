#include "connector/newest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
    PAGE = 1000, /* what S3 gives in one answer: a page costs what a key costs */
    STEP = 32,   /* each step back is so much longer than the one before */
    LEVELS_MAX = 8,
    OBJECTS_BACK = 200 /* full ones, that gaps are looked for among */
};

/* The key at which a LIST begins for objects from offset on; behind: after those that begin there.
 */
static bool key_at(const struct sink *sink, const char *prefix, const char *topic,
                   int32_t partition, int64_t offset, bool is_behind, char *out, size_t cap)
{
    return (size_t)snprintf(out, cap, "%s%s%s%d%s%0*" PRId64 "%s", prefix, topic, sink->file_delim,
                            partition, sink->file_delim, sink->pad, offset,
                            is_behind ? "~" : "") < cap;
}

/* "…/t+0+0000000041.json": 41; -1: it is another one's. */
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

struct page {
    size_t n_own;    /* keys of this partition */
    bool has_others; /* behind them come others': the end of this partition was seen */
    bool is_more;
    int64_t last; /* offset of its last key; -1 */
};

/* What an object of so many bytes holds, by what others hold; -1 not known. */
static double records_of(const struct newest_gaps *gaps, int64_t bytes)
{
    if (gaps->held <= 0 || gaps->held_bytes <= 0 || bytes <= 0)
        return -1;
    return (double)bytes * (double)gaps->held / (double)gaps->held_bytes;
}

/* Two objects that follow each other. */
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

static void take(const struct sink *sink, const struct s3_listing *listing, const char *prefix,
                 const char *topic, int32_t partition, struct newest *newest, struct page *page)
{
    *page = (struct page){.is_more = listing->is_truncated, .last = -1};
    for (size_t i = 0; i < listing->n; i++) {
        const struct s3_object *object = &listing->objects[i];
        int64_t offset = offset_of(sink, object->key, prefix, topic, partition);
        if (offset < 0) {
            page->has_others = page->has_others || page->n_own > 0;
            continue;
        }
        page->n_own++;
        page->last = offset;
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

/* One LIST that begins at a key. */
static pt_code look(struct newest_lister *lister, const struct sink *sink, const char *prefix,
                    const char *topic, int32_t partition, const char *start, struct newest *newest,
                    struct page *page, struct pt_error *err)
{
    struct s3_listing listing;
    lister->calls--;
    pt_code code = lister->list(lister->arg, prefix, NULL, start, PAGE, &listing, err);
    if (code != PT_OK)
        return code;
    take(sink, &listing, prefix, topic, partition, newest, page);
    s3_listing_done(&listing);
    return PT_OK;
}

pt_code newest_in_folder(struct newest_lister *lister, const struct sink *sink, const char *prefix,
                         const char *topic, int32_t partition, int64_t end, struct newest *newest,
                         struct pt_error *err)
{
    char start[1024];
    struct page page = {0};
    int64_t back = PAGE;
    newest->is_sure = false;
    while (lister->calls > 0) {
        bool has_known = newest->offset >= 0;
        int64_t from = end != PT_UNKNOWN && end > back ? end - back : 0;
        /* On from what is known, or a step further back. */
        if (!key_at(sink, prefix, topic, partition, has_known ? newest->offset : from, has_known,
                    start, sizeof start))
            return PT_OK;
        pt_code code = look(lister, sink, prefix, topic, partition, start, newest, &page, err);
        if (code != PT_OK)
            return code;
        bool is_end = !page.is_more || page.has_others;
        if (is_end && (has_known || page.n_own > 0 || from == 0)) {
            newest->is_sure = true;
            return PT_OK;
        }
        if (page.n_own == 0 && !has_known) {
            if (from == 0) { /* a page of others' keys, and none of ours: there is none */
                newest->is_sure = true;
                return PT_OK;
            }
            back = back > INT64_MAX / STEP ? INT64_MAX : back * STEP;
        } else if (page.n_own == 0) {
            newest->is_sure = true; /* what follows is another's */
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
    struct page page;
    struct newest past = NEWEST_NOTHING;
    int64_t reach = sink->flush_size * (int64_t)OBJECTS_BACK;
    past.gaps.min = newest->gaps.min;
    past.gaps.needs_size = newest->gaps.needs_size;
    if (newest->gaps.has_past || newest->gaps.min <= 0 || newest->offset < 0 ||
        lister->calls <= 0 ||
        !key_at(sink, prefix, topic, partition, newest->offset > reach ? newest->offset - reach : 0,
                false, start, sizeof start))
        return PT_OK;
    pt_code code = look(lister, sink, prefix, topic, partition, start, &past, &page, err);
    if (code != PT_OK)
        return code;
    newest->gaps.has_past = true;
    if (past.offset < newest->offset) { /* they are more than one LIST holds */
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
