/* The newest object of a partition, found from its end: keys below one prefix are in the order of
 * the offsets that they begin at, so that a LIST that starts a little below the committed offset
 * holds the last of them; how little is found out by steps. Pure, over a function that lists.
 * Thread: any. */
#ifndef CONNECTOR_NEWEST_H
#define CONNECTOR_NEWEST_H

#include "aws/s3.h"
#include "connector/sink.h"

struct newest_lister {
    void *arg;
    /* Keys with the prefix behind start_after (NULL: all), in order, at most max. */
    pt_code (*list)(void *arg, const char *prefix, const char *delimiter, const char *start_after,
                    size_t max, struct s3_listing *out, struct pt_error *err);
    int calls; /* that may still be made; counted down */
};

/* Where records may be missing: behind the object that begins at `begin`, up to `to`. */
struct newest_gap {
    int64_t begin, to, before_ms, after_ms; /* the times of the objects beside it */
};
enum { GAPS_OPEN = 4 };

/* Offsets between two objects that follow each other which the first can't hold: an object has at
 * most flush.size records. Found among the keys that are listed anyway. Whether they are lost
 * records, or markers of transactions and what compaction removed, only the log can tell: n and
 * offsets are what is not decided, `open` what can still be counted, `lost` what was. */
struct newest_gaps {
    int64_t min;     /* in: fewer offsets than that are none; 0: none are looked for */
    bool needs_size; /* in: its size must show that the first object holds no more: it may have been
                        written when flush.size was another */
    size_t n_open;
    struct newest_gap open[GAPS_OPEN];
    int64_t lost, lost_from, lost_to; /* records that lie in the log and in no object, at the least;
                                         the ends of the last gap of that kind */
    int64_t lost_before_ms, lost_after_ms;
    int64_t counted; /* records in the gaps of which some are lost, with those of their objects */
    int64_t tail_from, tail_to, tail_records; /* in the log between the newest object's begin and
                                                 what was committed; tail_to 0 not counted */
    int64_t n_full;                           /* objects whose offsets are exactly flush.size */
    bool is_loose;  /* an object has more offsets than records: markers, or compaction */
    int64_t widest; /* offsets of one object that may be what it held when flush.size was another */
    int64_t n;      /* of them */
    int64_t offsets;                       /* in all of them, at the least */
    int64_t from, to, before_ms, after_ms; /* of the last: its ends, and the objects beside it */
    bool has_past;                         /* newest_gaps_before was there */
    int64_t held_bytes, held; /* of objects that have no gap behind them: what a record takes */
};

/* What is known of one partition in one folder; begin with NEWEST_NOTHING. */
struct newest {
    int64_t offset;  /* that the newest object begins at; -1 none was found */
    int64_t time_ms; /* when it was written; PT_UNKNOWN */
    int64_t bytes;   /* of it; PT_UNKNOWN */
    char key[320];
    bool is_sure; /* there is none after it, as of this look */
    struct newest_gaps gaps;
};
#define NEWEST_NOTHING                                                                             \
    {                                                                                              \
        .offset = -1, .time_ms = PT_UNKNOWN, .bytes = PT_UNKNOWN                                   \
    }

/* The records of an open gap were counted in the log: PT_UNKNOWN that can't be done any more. It is
 * open no longer. */
void newest_gap_counted(struct newest_gaps *gaps, size_t i, int64_t records, int64_t flush_size);

/* Look for it in a folder ("topics/t/partition=0/", or an hour's). end: the committed offset, or
 * the end of the log; PT_UNKNOWN not known. newest: in, what was known before (its offset is where
 * the look begins); out. Not sure: the calls were used up, and it goes on from there next time.
 * Errors those of list. */
pt_code newest_in_folder(struct newest_lister *lister, const struct sink *sink, const char *prefix,
                         const char *topic, int32_t partition, int64_t end, struct newest *newest,
                         struct pt_error *err);

/* Look once at the objects before the newest one, for gaps between them: one LIST, over 200 full
 * objects' offsets. */
pt_code newest_gaps_before(struct newest_lister *lister, const struct sink *sink,
                           const char *prefix, const char *topic, int32_t partition,
                           struct newest *newest, struct pt_error *err);

/* The last folder below a prefix, level by level ("topics/t/" to "topics/t/year=2026/month=11/…/").
 * out "": there is none. */
pt_code newest_folder(struct newest_lister *lister, const char *prefix, const char *delimiter,
                      char *out, size_t cap, bool *is_sure, struct pt_error *err);

#endif
