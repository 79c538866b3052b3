/* What the reactor remembers of each connector: every witness with its age, and what is to be asked
 * next. Owned by the reactor. */
#ifndef CORE_CONN_MODEL_H
#define CORE_CONN_MODEL_H

#include "connector/judge.h"
#include "core/conn_commits.h"
#include "core/conn_group.h"
#include "core/conn_losses.h"
#include "core/conn_workers.h"
#include "core/connectors.h"
#include "core/mean.h"
#include "core/verdict.h"

enum { COMMIT_GAPS = 8, PACE_SAMPLES = 96 };

/* One partition of its group. */
struct lag_row {
    char topic[PT_TOPIC_MAX];
    int32_t partition, leader;
    int64_t committed, high, low; /* PT_UNKNOWN */
    int64_t waits_since_ms; /* records wait, and none was committed since; PT_UNKNOWN none waits */
    int64_t no_leader_ms;   /* without a leader since; PT_UNKNOWN it has one */
    int64_t moved_ms;       /* last commit that was seen; PT_UNKNOWN */
    int64_t first_ms;       /* time of the first record that waits; PT_UNKNOWN */
    int64_t first_offset;   /* whose time that is */
    int64_t empty_from, empty_to; /* nothing that can be taken lies between; PT_UNKNOWN not known */
    int64_t newest_offset, newest_ms;       /* of its objects; -1, PT_UNKNOWN not found yet */
    int64_t newest_bytes, newest_committed; /* of it; what was committed when it was looked for */
    bool is_newest_sure;                    /* there was none after it */
    struct newest_gaps gaps;                /* between its objects */
    struct loss_row loss;                   /* what it lost */
    int64_t leapt_from, leapt_ms; /* committed before it moved without a member, and when that was
                                     seen; PT_UNKNOWN: nothing waits for the group's answer */
    int64_t born_ms; /* it came while the connector's others were looked at; PT_UNKNOWN */
    /* Of the lag, without what waits for a flush: what there was at the first look, and what the
     * last commit left. */
    int64_t begun_lag, left_lag;
    int64_t most_taken; /* by one commit; 0 none was seen */
    bool is_proven;     /* seen empty, or seen to be taken from, since the connector began anew */
    bool has_grown;     /* records came while nothing was ever committed */
};

/* How fast it takes, over windows that are long enough to hold a commit: the lag's low points. */
struct conn_pace {
    struct conn_pace_sample {
        int64_t time_ms, low_lag;
        double in;
    } samples[PACE_SAMPLES];
    unsigned n, next;
    struct conn_pace_sample begun;         /* the first one */
    int64_t low_lag;                       /* since the last sample */
    int64_t left;                          /* by the last commits, of what they could take */
    int64_t left_more;                     /* after the last commits than at the first look */
    int64_t most_taken;                    /* by one commit of each partition; 0 none was seen */
    int64_t half_ms;                       /* of the window; 0 not chosen yet */
    double lag_per_s, in_per_s, out_per_s; /* over the last half; NAN not known yet */
    int64_t behind_since_ms;               /* PT_UNKNOWN it keeps up */
};

struct conn_model {
    uint64_t key; /* its own for as long as it is remembered: answers find it by that */
    struct conn conn;
    bool is_gone, is_ours;
    int64_t gone_since_ms;
    int64_t restarted_ms; /* it was restarted, resumed or changed; PT_UNKNOWN not seen */
    char group[CONN_NAME_MAX + 16];
    int64_t asked_ms,
        state_since_ms;    /* since: as the back end tells it, or as it was seen to change */
    int64_t state_seen_ms; /* in that state since, as far as pintop saw */
    int32_t running, failed, unassigned;
    int64_t failed_since_ms, tasks_since_ms;
    int64_t tasks_seen_ms; /* some ran, when they were told last; PT_UNKNOWN */
    int64_t first_ms;      /* of the first answer: what it told is of unknown age */
    bool does_match_nothing;
    char missing_topic[PT_TOPIC_MAX];
    uint64_t topics_hash;   /* of the names in its settings; 0 not seen yet */
    uint64_t lists_at_then; /* so many lists of topics had come when those names changed */

    /* offsets */
    size_t n_rows;
    struct lag_row *rows;
    int n_lag_samples;
    int64_t lag_asked_ms;
    int64_t apart_ms; /* between the last two looks at its offsets; 0 there was one */
    struct pt_error lag_error;
    int64_t lag; /* PT_UNKNOWN */
    struct mean lag_mean, in_mean, out_mean;
    double in_slow; /* smoothed over a minute; NAN */
    int64_t in_ms, out_ms;
    /* What waits in the two fullest partitions that were taken from of late, and which the fullest
     * is; 0 none. */
    int64_t backlog, backlog_next;
    size_t backlog_row;
    int64_t watched_ms; /* since when its offsets are looked at */
    /* The oldest record that waited, but for those that wait for the flush, when records' times
     * were told last; PT_UNKNOWN none, or all was taken since. */
    int64_t backlog_ms, backlog_asked_ms;
    int64_t gaps[COMMIT_GAPS];
    unsigned n_gaps;
    struct conn_pace pace;
    char changed[200]; /* the setting that was changed last, as pintop saw; "" none was */
    int64_t changed_ms;
    bool is_latest;          /* its group begins at the end of a topic */
    struct conn_keeps keeps; /* of the topics in which records wait */

    struct conn_group members;   /* who is in its group */
    struct conn_workers workers; /* who else carries its tasks */
    struct conn_commits commits; /* whether what it commits can be kept */
    struct conn_probe probe;     /* whether its store takes writes */
    struct conn_losses losses;   /* what it will never have */

    /* What a brief list doesn't tell: of details, since its state or version changed, nothing was
     * heard yet. */
    bool is_detail_old;
    struct pt_error details_error, changes_error;
    int64_t details_asked_ms, changes_asked_ms;

    /* the others */
    struct pt_error objects_error, metrics_error, log_error, checks_error;
    int64_t objects_asked_ms, metrics_asked_ms, log_asked_ms, checks_asked_ms;
    struct conn_objects objects;
    struct conn_metrics *metrics;
    struct conn_log log;
    struct conn_checks checks;

    bool is_asked[CONN_ASKS];
    int64_t asked_at_ms[CONN_ASKS]; /* an answer that doesn't come is not waited for for ever */
    int64_t next_ms[CONN_ASKS];
    unsigned n_failed[CONN_ASKS]; /* in a row, at AWS */
    bool is_refused[CONN_ASKS];   /* by AWS, for want of a right */
    int cost[CONN_ASKS];          /* calls to AWS that the one under way makes, at most */
    int rank;                     /* conn_aws.c's: whose turn it is */
    int64_t open_until_ms;        /* somebody looks at it */

    struct judgement verdict;
    bool has_verdict;
    enum pt_verdict told; /* by the last event; PT_V_UNKNOWN none */
    struct since since;   /* of the verdict */
};

/* Unix times here are of a clock that does not jump: when the machine's clock is set, all that
 * pintop noted itself moves along (conn_clock.c). */
struct conn_models {
    struct loss_marks marks; /* of all connectors: losses that somebody has acknowledged */
    struct loss_marks seen;  /* … and those that some pintop has seen within a day */
    uint64_t marks_version;  /* of both: counts; 0 not read yet */
    int64_t clock_ms; /* of the machine's clock against one that goes on evenly; 0 not looked */
    uint64_t last_key;
    const struct conn_backend_ops *ops; /* NULL: nobody is asked */
    size_t n;
    struct conn_model *items;
    const char *named; /* name or id of the one that a command is about; NULL none */
    bool has_answer;
    int64_t asked_ms;      /* of the last good list; PT_UNKNOWN */
    struct pt_error error; /* of the last list */
    int64_t error_since_ms;
    bool is_asked;
    int64_t asking_since_ms, next_ms, hurry_until_ms;
    int64_t workers_turn_ms; /* no worker is looked at before, unless somebody looks at its own */
    int64_t refreshed_ms;    /* all was asked for anew; 0 never */
    int64_t took_ms;         /* the last good list */
    int list_calls;          /* that it took */
    unsigned n_failed;       /* lists in a row */
    int64_t pause_ms;        /* AWS fails or throttles: between two lists */
    unsigned n_throttled[CONN_ASKS];
    int64_t quiet_until_ms[CONN_ASKS]; /* throttled: about none of them before */
    char version[32];
    unsigned can;
    bool is_truncated;
    uint64_t settings_turn; /* counts what may have changed settings, or who has them */
    char primary_group[CONN_NAME_MAX + 16]; /* the one that the watch asks for */
    bool is_newest_asked;
    bool is_dirty;
    int64_t judged_ms;
};

#endif
