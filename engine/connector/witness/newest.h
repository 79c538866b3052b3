/* The newest object of a partition, found from its end: keys below one prefix are ordered by the
 * offsets at which their objects begin, so a LIST that starts slightly below the committed offset
 * contains the last of them; how far below is found stepwise. Pure, over a function that lists.
 * Thread: any. */
#ifndef CONNECTOR_WITNESS_NEWEST_H
#define CONNECTOR_WITNESS_NEWEST_H

#include "aws/s3.h"
#include "connector/sink.h"

struct newest_lister {
    void *arg;
    /* Lists keys with the prefix, after start_after (NULL: all), in order, at most max. */
    pt_code (*list)(void *arg, const char *prefix, const char *delimiter, const char *start_after,
                    size_t max, struct s3_listing *out, struct pt_error *err);
    int calls;        /* LISTs that may still be made; counted down */
    int64_t last_end; /* where the last folder ended whose end was not known before; begin with 0 */
};

/* Where records may be missing: after the object that begins at `begin`, up to `to`. */
struct newest_gap {
    int64_t begin, to, before_ms, after_ms; /* the times of the objects beside it */
};
enum { GAPS_OPEN = 4 };

/* Offsets between two consecutive objects that the first one cannot hold, as an object has at
 * most flush.size records. They are found among the keys that are listed anyway. Only the log
 * can tell whether they are lost records, or transaction markers and compacted records: n and
 * offsets count what is undecided, `open` what can still be counted, `lost` what was found lost. */
struct newest_gaps {
    int64_t min;     /* in: smaller gaps do not count; 0: none are searched */
    bool needs_size; /* in: the first object's size must show that it holds no more, because it
                      * may have been written with another flush.size */
    size_t n_open;
    struct newest_gap open[GAPS_OPEN];
    int64_t lost, lost_from, lost_to; /* records that are in the log and in no object, at least;
                                       * the ends of the last such gap */
    int64_t lost_before_ms, lost_after_ms;
    int64_t counted; /* records in the gaps of which some are lost, including those of their
                      * objects */
    int64_t tail_from, tail_to, tail_records; /* in the log between the begin of the newest
                                               * object and the committed offset; tail_to 0: not
                                               * counted */
    int64_t n_full;                           /* objects whose offsets are exactly flush.size */
    bool is_loose;   /* an object has more offsets than records: markers, or compaction */
    int64_t widest;  /* offsets of one object that it may have held with another flush.size */
    int64_t n;       /* of them */
    int64_t offsets; /* in all of them, at least */
    int64_t from, to, before_ms, after_ms; /* of the last one: its ends, and the objects beside
                                            * it */
    bool has_past;                         /* newest_gaps_before was called */
    int64_t held_bytes, held; /* of objects without a gap after them: the size of a record */
};

/* What is known of one partition in one folder; begin with NEWEST_NOTHING. */
struct newest {
    int64_t offset;  /* at which the newest object begins; -1 none was found */
    int64_t time_ms; /* when it was written; PT_UNKNOWN */
    int64_t bytes;   /* its size; PT_UNKNOWN */
    char key[320];
    bool is_sure; /* no later one existed at this look */
    struct newest_gaps gaps;
};
#define NEWEST_NOTHING                                                                             \
    {                                                                                              \
        .offset = -1, .time_ms = PT_UNKNOWN, .bytes = PT_UNKNOWN                                   \
    }

/* The records of an open gap were counted in the log; PT_UNKNOWN when that is no longer
 * possible. The gap is then closed. */
void newest_gap_counted(struct newest_gaps *gaps, size_t i, int64_t records, int64_t flush_size);

/* Searches a folder ("topics/t/partition=0/", or an hour's). end is the committed offset, or the
 * end of the log; PT_UNKNOWN: then it is searched by growing steps, and by halves between them.
 * newest is in (its offset is where the search begins) and out. When it is not sure, the calls were
 * used up, and the next search continues from there. Errors those of list. */
pt_code newest_in_folder(struct newest_lister *lister, const struct sink *sink, const char *prefix,
                         const char *topic, int32_t partition, int64_t end, struct newest *newest,
                         struct pt_error *err);

/* Searches once for gaps between the objects before the newest one: one LIST, over the offsets
 * of 200 full objects. */
pt_code newest_gaps_before(struct newest_lister *lister, const struct sink *sink,
                           const char *prefix, const char *topic, int32_t partition,
                           struct newest *newest, struct pt_error *err);

/* Finds the last folder below a prefix, level by level ("topics/t/" to
 * "topics/t/year=2026/month=11/…/"). out is "" when there is none. */
pt_code newest_folder(struct newest_lister *lister, const char *prefix, const char *delimiter,
                      char *out, size_t cap, bool *is_sure, struct pt_error *err);

#endif
