/* Records that a sink will never have: deleted by retention before they were read, skipped
 * because the offsets were moved forward, left out of its objects, or sent to a dead letter
 * queue. The state of a connector does not show them, and neither does its lag; offsets, object
 * keys and the configuration do. Pure. Thread: any. */
#ifndef CONNECTOR_WITNESS_LOSSES_H
#define CONNECTOR_WITNESS_LOSSES_H

#include "connector/conn.h"
#include "connector/rules/rules.h"
#include "connector/witness/loss_marks.h"
#include "connector/witness/newest.h"
#include "pintop/connector.h"
#include "pintop/snapshot.h"

/* One partition at one moment; PT_UNKNOWN where unknown. */
struct loss_look {
    int64_t committed, low, high;
    int64_t first_ms;         /* time of the first waiting record */
    bool is_nobody_there;     /* the group has had no consumer since before the last look */
    int64_t newest_offset;    /* of its objects; -1 */
    bool is_newest_sure;      /* there is none after it */
    int64_t newest_committed; /* what was committed before that search */
    const struct newest_gaps *gaps;
};

/* What was seen of one partition so far. Times are Unix ms. */
struct loss_row {
    int64_t deleted, deleted_from, deleted_to; /* by retention, before they were committed */
    int64_t deleted_seen_ms;                   /* when that number last grew */
    int64_t deleted_born_ms;                   /* and when it was last 0 */
    bool was_read;  /* those from deleted_from on had been read before: none is lost */
    bool was_whole; /* a look found nothing deleted: any deletion came since */
    int64_t written_from_ms, written_to_ms; /* of those: times of the first, and of the first
                                             * remaining one */
    int64_t skipped, skipped_from, skipped_to, skipped_ms; /* moved forward without a consumer */
    int64_t skipped_born_ms;
    int64_t repeated, repeated_ms;     /* moved back without a consumer */
    int64_t beyond_since_ms, beyond;   /* the committed offset is this far beyond the end of the
                                        * log */
    int64_t first_committed;           /* at the first look */
    int64_t uncovered, uncovered_from; /* committed, although the newest object cannot hold them */
    int64_t uncovered_records; /* how many of those offsets are records; PT_UNKNOWN not counted */
    int64_t uncovered_ms, uncovered_grown_ms;
    bool was_covered; /* a look found all of them in objects */
    int64_t held_by,
        held_most;      /* the newest object's offset; flush.size when it was written, at most */
    int64_t flush_most; /* the largest since that object was found */
    int64_t reborn_at;  /* the log ends before the offset at which existing objects begin: -1 it
                         * does not */
    int64_t reborn_ms;
    struct newest_gaps gaps;
};
void losses_begin(struct loss_row *row);
/* before is NULL at the first look. */
void losses_look(struct loss_row *row, const struct loss_look *before, const struct loss_look *now,
                 int64_t flush_size, int64_t now_ms);

/* Takes over what another pintop saw: only an observer at that moment can see records being
 * deleted by retention, or an offset being moved. now is the present state of the partition. */
void losses_recall(struct loss_row *row, const struct loss_mark *seen, const struct loss_look *now);
/* Makes the mark to be written down; false when there is none of that kind. The caller adds
 * whose it is. */
bool losses_to_recall(const struct loss_row *row, enum loss_kind kind, struct loss_mark *mark);
/* True when the mark that another pintop wrote already covers it, or when it is no loss any more
 * (the group was reset, the object appeared). */
bool losses_is_written_down(const struct loss_mark *mark, const struct loss_mark *seen);
bool losses_is_put_right(const struct loss_row *row, const struct loss_mark *seen);

/* Where records go that cannot be converted. */
struct dead_letters {
    bool is_shared;           /* another connector uses it, too: their origin is unknown */
    char topic[PT_TOPIC_MAX]; /* "" when the configuration names none */
    int64_t asked_ms;         /* PT_UNKNOWN: not asked for yet */
    int64_t records;          /* in it now */
    int64_t end, first_end;   /* sum of its ends, now and at the first look; PT_UNKNOWN */
    int64_t grown_ms;         /* when it was last seen to grow; PT_UNKNOWN */
    int64_t newest_ms;        /* time of its newest record; PT_UNKNOWN */
};
void dead_letters_init(struct dead_letters *dead);
/* Forgets everything when the topic is another one. */
void dead_letters_name(struct dead_letters *dead, const char *topic);
void dead_letters_look(struct dead_letters *dead, int64_t low, int64_t high, int64_t newest_ms,
                       int64_t now_ms);

/* A finding, for the judge and for the screen. */
struct loss {
    const struct rule *rule; /* RULE_WARNING: a remark, not an alarm */
    char says[PT_CAUSE_MAX], fix[PT_CAUSE_MAX];
    int64_t since_ms;     /* Unix; PT_UNKNOWN */
    int64_t lost_records; /* at least; PT_UNKNOWN when they cannot be counted */
};
enum { LOSSES_MAX = 8 };
struct losses {
    size_t n; /* the most severe first, once losses_sort was called */
    struct loss items[LOSSES_MAX];
};
/* Adds a finding with the rule's fix, replacing a less severe one when the list is full; NULL
 * when there is no room. */
struct loss *losses_add(struct losses *out, const char *rule, int64_t since_ms, int64_t lost,
                        const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Sets the fix, replacing the rule's own words. loss may be NULL. */
void loss_mend(struct loss *loss, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void losses_sort(struct losses *losses);

struct loss_partition {
    const char *topic;
    int32_t partition;
    const struct loss_row *row;
    int64_t high; /* of the log; PT_UNKNOWN */
};
struct losses_ask {
    const struct conn *conn;
    const char *group;
    const struct loss_partition *rows;
    size_t n;
    const struct dead_letters *dead;
    const struct loss_marks *marks; /* what was acknowledged of it; may be NULL */
    int64_t group_since_ms; /* since when it has this group: older objects date from another one;
                             * PT_UNKNOWN when it was found with it */
    int64_t now_ms;
    struct loss_marks *open; /* out, may be NULL: alarming losses that were not acknowledged, in
                              * full; the caller adds whose and by whom; loss_marks_done */
};
/* Makes all findings. Losses that are older than a day, or acknowledged, are reported as
 * warnings. */
void losses_say(const struct losses_ask *ask, struct losses *out);
/* True for findings on record only: acknowledged, or of a group that the connector no longer
 * has. */
bool loss_is_settled(const struct loss *loss);
/* Words the findings as those of the connector's former group. At most LOSSES_MAX in all. */
void losses_of_former(const struct losses *found, const char *group, int64_t now_ms,
                      struct losses *out);

/* Sets how small a gap between two objects counts, given what the configuration may leave out. */
void losses_gap_min(const struct conn *conn, const struct sink *sink, struct newest_gaps *gaps);

#endif
