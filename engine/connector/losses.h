/* Records that a sink will never have: deleted by retention before they were taken, passed over
 * because somebody set its offsets forward, left out of its objects, sent to a dead letter topic.
 * The state of a connector does not tell of them, and neither does its lag; offsets, keys of
 * objects and the configuration do. Pure. Thread: any. */
#ifndef CONNECTOR_LOSSES_H
#define CONNECTOR_LOSSES_H

#include "connector/conn.h"
#include "connector/loss_marks.h"
#include "connector/newest.h"
#include "connector/rules.h"
#include "pintop/connector.h"
#include "pintop/snapshot.h"

/* One partition at one moment; PT_UNKNOWN where nothing is known. */
struct loss_look {
    int64_t committed, low, high;
    int64_t first_ms;         /* time of the first record that waits */
    bool is_nobody_there;     /* no consumer was in the group since before the last look */
    int64_t newest_offset;    /* of its objects; -1 */
    bool is_newest_sure;      /* there is none after it */
    int64_t newest_committed; /* what was committed before that was looked for */
    const struct newest_gaps *gaps;
};

/* What was seen of one partition so far. Times are Unix ms. */
struct loss_row {
    int64_t deleted, deleted_from, deleted_to; /* by retention, before they were committed */
    int64_t deleted_seen_ms;                   /* when that number grew last */
    int64_t deleted_born_ms;                   /* and when it was 0 last */
    bool was_read;  /* those from deleted_from on had been read before they went: none is lost */
    bool was_whole; /* a look found nothing deleted: what is came since */
    int64_t written_from_ms, written_to_ms; /* of those: times of the first, and of what is left */
    int64_t skipped, skipped_from, skipped_to, skipped_ms; /* set forward while nobody read */
    int64_t skipped_born_ms;
    int64_t repeated, repeated_ms;     /* set back while nobody read */
    int64_t beyond_since_ms, beyond;   /* it stands so many offsets beyond the end of the log */
    int64_t first_committed;           /* at the first look */
    int64_t uncovered, uncovered_from; /* committed, though the newest object can't hold them */
    int64_t uncovered_records; /* of those offsets, that are records; PT_UNKNOWN not counted */
    int64_t uncovered_ms, uncovered_grown_ms;
    bool was_covered; /* a look found all of them in objects */
    int64_t held_by,
        held_most;      /* the newest object's offset; flush.size when it was written, at most */
    int64_t flush_most; /* the largest since that object was found */
    int64_t reborn_at;  /* the log ends before objects that there are begin: -1 it doesn't */
    int64_t reborn_ms;
    struct newest_gaps gaps;
};
void losses_begin(struct loss_row *row);
/* before: NULL at the first look. */
void losses_look(struct loss_row *row, const struct loss_look *before, const struct loss_look *now,
                 int64_t flush_size, int64_t now_ms);

/* What only somebody who looks at that moment can see (records that retention deleted, an offset
 * that was set), another pintop has seen: taken as if this one had. now: how the partition
 * is. */
void losses_recall(struct loss_row *row, const struct loss_mark *seen, const struct loss_look *now);
/* That, to be written down; false: there is none of that kind. Whose it is the caller adds. */
bool losses_to_recall(const struct loss_row *row, enum loss_kind kind, struct loss_mark *mark);
/* Of one partition: what another one wrote down tells it already, or is no loss any more (the group
 * was set back, the object came). */
bool losses_is_written_down(const struct loss_mark *mark, const struct loss_mark *seen);
bool losses_is_put_right(const struct loss_row *row, const struct loss_mark *seen);

/* Where records go that can't be converted. */
struct dead_letters {
    bool is_shared;           /* another connector names it, too: whose they are isn't known */
    char topic[PT_TOPIC_MAX]; /* "" the configuration names none */
    int64_t asked_ms;         /* PT_UNKNOWN not asked yet */
    int64_t records;          /* in it now */
    int64_t end, first_end;   /* sum of its ends, now and at the first look; PT_UNKNOWN */
    int64_t grown_ms;         /* when that was seen to grow last; PT_UNKNOWN */
    int64_t newest_ms;        /* time of its newest record; PT_UNKNOWN */
};
void dead_letters_init(struct dead_letters *dead);
/* Forgets what it knew when the topic is another. */
void dead_letters_name(struct dead_letters *dead, const char *topic);
void dead_letters_look(struct dead_letters *dead, int64_t low, int64_t high, int64_t newest_ms,
                       int64_t now_ms);

/* Something that was found; for the judge, and for the screen. */
struct loss {
    const struct rule *rule; /* RULE_WARNING: worth a word, no alarm */
    char says[PT_CAUSE_MAX], fix[PT_CAUSE_MAX];
    int64_t since_ms;     /* Unix; PT_UNKNOWN */
    int64_t lost_records; /* at the least; PT_UNKNOWN they can't be counted */
};
enum { LOSSES_MAX = 8 };
struct losses {
    size_t n; /* the gravest first, once losses_sort was called */
    struct loss items[LOSSES_MAX];
};
/* One more, with the rule's fix, in place of a less grave one when it is full; NULL: there is none.
 */
struct loss *losses_add(struct losses *out, const char *rule, int64_t since_ms, int64_t lost,
                        const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* What to do about it, in place of the rule's own words. loss may be NULL. */
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
    int64_t group_since_ms; /* it has this group since then: older objects are of another one's
                               time; PT_UNKNOWN it was found with it */
    int64_t now_ms;
    struct loss_marks *open; /* out, may be NULL: what is alarming and was not acknowledged, whole;
                                the caller adds whose and by whom; loss_marks_done */
};
/* What is to be said of it all. Losses that are older than a day, or were acknowledged, are told as
 * warnings. */
void losses_say(const struct losses_ask *ask, struct losses *out);
/* It is told for the record alone: acknowledged, or of a group that the connector no longer has. */
bool loss_is_settled(const struct loss *loss);
/* As of the group that the connector had until now; for its next one. At most LOSSES_MAX of all. */
void losses_of_former(const struct losses *found, const char *group, int64_t now_ms,
                      struct losses *out);

/* How small a gap between two objects counts, by what the configuration lets be left out. */
void losses_gap_min(const struct conn *conn, const struct sink *sink, struct newest_gaps *gaps);

#endif
