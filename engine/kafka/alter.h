/* What a change of a topic comes to: the difference between what is asked for and what is, what
 * follows from it, what is refused, and what is said when it was made in part. It sends nothing.
 * Pure. Thread: any. */
#ifndef KAFKA_ALTER_H
#define KAFKA_ALTER_H

#include "pintop/command.h"
#include "pintop/error.h"

/* One setting of the topic as it is. */
struct alter_setting {
    const char *name;
    const char *value;     /* NULL: unknown, because it is sensitive */
    const char *otherwise; /* what holds when the topic does not set it; NULL unknown */
    bool is_default;       /* the topic does not set it */
    bool is_sensitive;
};

/* The topic as it is. */
struct alter_now {
    const char *topic;
    int32_t n_partitions, replication; /* -1 unknown */
    size_t n_settings;
    const struct alter_setting *settings;
    bool are_all_told;    /* a setting that is missing above does not exist */
    const char *missing;  /* shown as the value of one that is missing; NULL unknown */
    const char *no_unset; /* why a setting cannot be taken out here; NULL: it can */
};

/* Which records a stream of this pintop writes into the topic. */
enum alter_writer { ALTER_WRITER_NONE, ALTER_WRITER_KEYED, ALTER_WRITER_KEYLESS };

/* What has to be looked up for a plan. */
struct alter_facts {
    const char *group;  /* the sink's; "" unknown */
    int64_t lag;        /* records that the group has not committed; PT_UNKNOWN */
    int64_t oldest_ms;  /* Unix, of the oldest of them; PT_UNKNOWN */
    bool is_in_part;    /* not all of them were looked at: the oldest may be older than that */
    bool is_lag_late;   /* lag and oldest_ms are CloudWatch's, one to three minutes old */
    int64_t now_ms;     /* Unix */
    bool has_keyless;   /* records of the topic have no key, or a stream makes such records */
    bool are_keys_seen; /* records with a key were read, or a stream makes such records */
};

struct alter_step {
    const char *name; /* the command's; up to the "=" */
    int name_len;
    const char *to;                  /* NULL: it is taken out */
    const struct alter_setting *was; /* NULL: unknown, or not set */
};

struct alter_plan {
    const struct alter_now *now;
    int32_t to; /* partitions; 0: they stay as they are */
    size_t n_steps;
    struct alter_step *steps;
};

/* Makes the difference that cmd asks for. now, with its texts, and cmd must outlive it;
 * alter_plan_done. Errors PT_EUSAGE: fewer partitions, min.insync.replicas above the replication
 * factor; PT_ENAME: a topic of Kafka's own would lose what it keeps; PT_EUNSUPPORTED: a setting
 * cannot be taken out here; PT_ENOMEM. */
pt_code alter_plan_make(const struct pt_command *cmd, const struct alter_now *now,
                        struct alter_plan *plan, struct pt_error *err);
void alter_plan_done(struct alter_plan *plan);
bool alter_is_empty(const struct alter_plan *plan);
/* Whether the plan may delete records sooner, so that the lag and its age have to be known. */
bool alter_wants_lag(const struct alter_plan *plan);
/* Whether the plan makes a topic keep only the newest record of each key. */
bool alter_wants_keys(const struct alter_plan *plan);

/* What is known before anything is looked up. group NULL: unknown; it must outlive facts. */
void alter_facts_init(struct alter_facts *facts, const char *group, enum alter_writer writer,
                      int64_t now_ms);
/* Refuses what would stop the topic's writers. Errors PT_EUSAGE: compaction of a topic whose
 * records have no key. */
pt_code alter_judge(const struct alter_plan *plan, const struct alter_facts *facts,
                    struct pt_error *err);
/* Puts the difference and what follows from it into result->lines, and its fingerprint into
 * result->seen. An empty plan has no lines. The levels are "change", "WARN" and "note".
 * Errors PT_ENOMEM. */
pt_code alter_tell(const struct alter_plan *plan, const struct alter_facts *facts,
                   struct pt_result *result, struct pt_error *err);
/* Refuses (PT_EBUSY) when the plan that was shown was another one than alter_tell has told. */
pt_code alter_check_seen(const struct pt_command *cmd, const struct pt_result *result,
                         struct pt_error *err);
/* The two requests of a change, in the order in which they are sent: settings can be changed back.
 */
enum alter_request { ALTER_SETTINGS, ALTER_PARTITIONS };
/* Whether nothing of it is left to be done. */
bool alter_is_made(const struct alter_plan *plan, enum alter_request request);
/* Says what became of the topic after a request whose answer was lost (alter_outcome.c). code and
 * err belong to that answer. has_looked: the topic was looked at, and is not as the request asked
 * for. Returns code. */
pt_code alter_lost(const struct alter_plan *plan, enum alter_request request, bool has_looked,
                   pt_code code, struct pt_error *err);
/* The same after one that was refused, or that could not be sent. */
pt_code alter_refused(const struct alter_plan *plan, enum alter_request request, pt_code code,
                      struct pt_error *err);
/* The changes as one text: "partitions 3 -> 6, retention.ms 1 -> 2". */
void alter_words(const struct alter_plan *plan, char *out, size_t cap);

#endif
