/* What the reactor remembers of each connector: the answers of all witnesses with their age, and
 * when each is due again. Thread: the reactor's. */
#ifndef CONNECTOR_WATCH_MEMORY_H
#define CONNECTOR_WATCH_MEMORY_H

#include "base/mean.h"
#include "connector/judge/judge.h"
#include "connector/sink.h"
#include "connector/watch/news.h"
#include "connector/witness/compare.h"
#include "connector/witness/losses.h"
#include "desk/desk.h"
#include "desk/since.h"
#include "kafka/watch.h"
#include "sink/sink.h"

enum { COMMIT_GAPS = 8, PACE_SAMPLES = 96 };

/* One partition that the connector reads. */
struct lag_row {
    char topic[PT_TOPIC_MAX];
    int32_t partition, leader;
    int64_t committed, high, low; /* PT_UNKNOWN */
    int64_t waits_since_ms; /* records wait without a commit since then; PT_UNKNOWN none waits */
    int64_t no_leader_ms;   /* since when it has had no leader; PT_UNKNOWN it has one */
    int64_t moved_ms;       /* when a commit was last seen; PT_UNKNOWN */
    int64_t first_ms;       /* timestamp of the first waiting record; PT_UNKNOWN */
    int64_t first_offset;   /* the record with that timestamp */
    int64_t empty_from, empty_to;           /* no record lies between these; PT_UNKNOWN */
    int64_t newest_offset, newest_ms;       /* of the newest object; -1, PT_UNKNOWN not found yet */
    int64_t newest_bytes, newest_committed; /* of that object; committed before the search */
    bool is_newest_sure;                    /* the search found no later object */
    struct newest_gaps gaps;                /* between its objects */
    struct loss_row loss;                   /* what it lost */
    /* The committed offset moved while the group had no member: where it was before, and when that
     * was seen. PT_UNKNOWN: no such move waits for the group's next answer. */
    int64_t leapt_from, leapt_ms;
    int64_t born_ms; /* when it appeared beside partitions already polled; PT_UNKNOWN */
    /* The lag without what waits for a flush: at the first poll, and after the last commit. */
    int64_t begun_lag, left_lag;
    int64_t most_taken; /* by one commit; 0 no commit was seen */
    bool is_proven;     /* seen empty, or seen to be read, since the connector was restarted */
    bool has_grown;     /* records came in, and nothing was ever committed */
};

/* How fast the sink reads: from the low points of the lag, in windows that are long enough to
 * contain a commit. */
struct conn_pace {
    struct conn_pace_sample {
        int64_t time_ms, low_lag;
        double in;
    } samples[PACE_SAMPLES];
    unsigned n, next;
    struct conn_pace_sample begun; /* the first sample */
    int64_t low_lag;               /* since the last sample */
    int64_t left;                  /* by the last commits, without what waits for a flush */
    int64_t left_more;             /* how much more that is than at the first poll */
    int64_t most_taken;            /* by one commit of each partition; 0 no commit was seen */
    int64_t half_ms;               /* half the window; 0 not chosen yet */
    double lag_per_s, in_per_s, out_per_s; /* over the last half window; NAN unknown */
    int64_t behind_since_ms;               /* PT_UNKNOWN it keeps up */
};

enum { GROUP_CHANGES = 32, GROUP_TASKS_MAX = 256 };

/* The consumer group as a witness: its members, and the partitions without an owner. Times are Unix
 * ms, PT_UNKNOWN where unknown. */
struct conn_group {
    int64_t asked_ms;      /* when the last answer came; PT_UNKNOWN none yet */
    struct pt_error error; /* of the last request; PT_EUNSUPPORTED: the cluster has no such call */
    bool is_there;         /* the cluster knows the group */
    char state[24]; /* "Stable", "Empty", "PreparingRebalance" …; "" when it does not exist */
    int64_t state_since_ms;
    int32_t n_members;        /* -1 unknown */
    int64_t members_since_ms; /* since when it has had that many */
    int64_t empty_since_ms;   /* since when it was seen without a member; PT_UNKNOWN it has some */
    int32_t n_owned;          /* partitions of the connector that have an owner */
    int32_t n_unowned; /* those without one while the group is stable; 0 in any other state */
    char unowned_topic[PT_TOPIC_MAX]; /* the first of those */
    int32_t unowned_partition;
    int64_t unowned_since_ms;
    char hosts[120];   /* of the members: "10.0.0.5, 10.0.0.6" */
    char foreign[100]; /* a foreign member: "console-consumer at 10.0.0.9"; "" */
    int32_t n_foreign; /* partitions of the connector that such members own */
    int n_changes;     /* how often members came or went; the times of the last changes: */
    int64_t changes_ms[GROUP_CHANGES];
    int64_t meant_ms;      /* when somebody changed, paused or resumed the connector; PT_UNKNOWN */
    uint64_t members_hash; /* of their names, hosts and IDs */
    bool are_tasks_known;  /* the members' names tell which tasks are in the group */
    uint64_t tasks[GROUP_TASKS_MAX / 64];
    int32_t twice_task;  /* two members have the name of this task; -1 none */
    char twice_host[64]; /* the host of the one that is not on the task's worker */
};

/* Whether the brokers can store what a sink's group commits. */
struct conn_commits {
    int32_t partition; /* of __consumer_offsets; -1 unknown, or hidden from this principal */
    int32_t leader, in_sync, replicas;
    int64_t min_in_sync; /* PT_UNKNOWN not requested yet, or not reported */
    int64_t asked_ms;    /* when the replicas were reported; PT_UNKNOWN */
    int64_t since_ms; /* since when no commit is possible; PT_UNKNOWN it is, or that is unknown */
};

/* What a connector has lost, as its offsets, objects and dead letter queue show. */
struct conn_losses {
    struct dead_letters dead;
    struct loss_marks marks; /* the losses that were acknowledged */
    struct loss_marks seen;  /* the losses that any pintop has seen in the last day */
    uint64_t marks_version;  /* of all marks, when these were copied; 0 not yet */
    struct losses former;    /* what was lost under its former group */
    int64_t group_since_ms;  /* since when it has its group; PT_UNKNOWN it was found with it */
    bool is_dead_there;      /* the topic of the dead letter queue exists */
    bool are_letters_told;   /* that topic was read, or the reason why it cannot be read is known */
    struct losses found;     /* records that are lost */
    struct losses settings;  /* faults of its configuration, alone and with the cluster */
    struct losses harm;      /* what it and other connectors do to each other */
    struct rule_words words; /* of the most severe fault in settings */
    int64_t hurried_ms;      /* when a loss last made the list be requested at once; 0 never */
    int64_t said_ms;         /* when these were made; 0 not yet */
    int64_t compared_ms;     /* settings and harm; 0 not yet */
    uint64_t compared_turn;  /* the settings_turn that they were made from */
};

struct conn_model {
    uint64_t key; /* identifies it while it is remembered: answers are matched by it */
    struct conn conn;
    struct sink sink; /* its settings as a sink's, read when they arrive; points into conn */
    bool is_gone, is_ours;
    int64_t gone_since_ms;
    int64_t restarted_ms; /* when it was restarted, resumed or changed; PT_UNKNOWN not seen */
    char group[CONN_NAME_MAX + 16];
    int64_t asked_ms,
        state_since_ms;    /* since: as the back end reports it, or when the change was seen */
    int64_t state_seen_ms; /* since when pintop has seen that state */
    int32_t running, failed, unassigned;
    int64_t failed_since_ms, tasks_since_ms;
    int64_t tasks_seen_ms; /* when some were last reported as running; PT_UNKNOWN */
    int64_t first_ms;      /* of the first answer: what that reported is of unknown age */
    bool does_match_nothing;
    char missing_topic[PT_TOPIC_MAX];
    uint64_t topics_hash;   /* of the names in its settings; 0 not seen yet */
    uint64_t lists_at_then; /* n_lists when those names changed */

    /* Offsets. */
    size_t n_rows;
    struct lag_row *rows;
    int n_lag_samples;
    int64_t lag_asked_ms;
    int64_t apart_ms; /* time between the last two polls of its offsets; 0 there was one */
    struct pt_error lag_error;
    int64_t lag; /* PT_UNKNOWN */
    struct mean lag_mean, in_mean, out_mean;
    double in_slow; /* smoothed over a minute; NAN */
    int64_t in_ms, out_ms;
    /* The lag of the two fullest partitions in which a commit was seen recently, and which of them
     * is the fullest; 0 none. */
    int64_t backlog, backlog_next;
    size_t backlog_row;
    int64_t watched_ms; /* since when its offsets are polled */
    /* Timestamp of the oldest waiting record, without those that wait for a flush, when timestamps
     * were last read; PT_UNKNOWN none, or all were committed since. */
    int64_t backlog_ms, backlog_asked_ms;
    int64_t gaps[COMMIT_GAPS];
    unsigned n_gaps;
    struct conn_pace pace;
    char changed[200]; /* the setting that was last seen to change; "" none */
    int64_t changed_ms;
    bool is_latest;          /* its group begins at the end of a topic */
    struct conn_keeps keeps; /* of the topics in which records wait */

    struct conn_group members;   /* its consumer group */
    struct conn_workers workers; /* the other workers that run its tasks */
    struct conn_commits commits; /* whether its commits can be stored */
    struct conn_probe probe;     /* whether its store accepts writes */
    struct conn_losses losses;   /* what it has lost */

    /* Not contained in a brief list. is_detail_old: no details have arrived since its state or
     * version changed. */
    bool is_detail_old;
    struct pt_error details_error, changes_error;
    int64_t details_asked_ms, changes_asked_ms;

    /* The other witnesses. */
    struct pt_error objects_error, metrics_error, log_error;
    int64_t objects_asked_ms, metrics_asked_ms, log_asked_ms, checks_asked_ms;
    struct conn_objects objects;
    struct conn_metrics *metrics;
    struct conn_log log;
    struct conn_checks checks;

    bool is_asked[CONN_ASKS];
    int64_t asked_at_ms[CONN_ASKS]; /* an answer is not awaited for longer than CONN_LOST_MS */
    int64_t next_ms[CONN_ASKS];
    unsigned n_failed[CONN_ASKS]; /* in a row, at AWS */
    bool is_refused[CONN_ASKS];   /* AWS denied the permission */
    int cost[CONN_ASKS];          /* calls to AWS that the one in flight makes, at most */
    int rank;                     /* for aws.c: how urgent it is */
    int64_t open_until_ms;        /* until then its page counts as open */

    struct judgement verdict;
    bool has_verdict;
    enum pt_verdict told; /* in the last event; PT_V_UNKNOWN none */
    struct since since;   /* of the verdict */
};

/* Unix times here follow the host's clock: when that is set, all times that pintop noted itself are
 * moved with it (clock.c). */
struct connectors;

struct conn_models {
    const struct desk *desk;
    struct connectors *watchers;       /* the threads that ask; NULL none, or not yet */
    struct watch *watch;               /* polls the topics; NULL not yet */
    const struct watch_report *report; /* the last good one, acquired; NULL none yet */
    uint64_t n_lists;                  /* how many lists of topics have arrived */
    struct sink_status sink;           /* the embedded sink's last status */
    bool has_sink;
    int64_t sinkless_ms;     /* since when no sink reads the watched topics; PT_UNKNOWN one does */
    struct loss_marks marks; /* of all connectors: losses that somebody acknowledged */
    struct loss_marks seen;  /* … and those that any pintop has seen in the last day */
    uint64_t marks_version;  /* counts the changes of both; 0 not read yet */
    uint64_t last_key;
    const struct conn_backend_ops *ops; /* NULL no back end */
    size_t n;
    struct conn_model *items;
    const char *named; /* name or ID of the connector that a command is about; NULL none */
    bool has_answer;
    int64_t asked_ms;      /* of the last good list; PT_UNKNOWN */
    struct pt_error error; /* of the last list */
    int64_t error_since_ms;
    bool is_asked;
    int64_t asking_since_ms, next_ms, hurry_until_ms;
    int64_t workers_turn_ms; /* no worker is asked before then, unless its connector is looked at */
    int64_t refreshed_ms;    /* when everything was requested again; 0 never */
    int64_t took_ms;         /* how long the last good list took */
    int list_calls;          /* how many calls it took */
    unsigned n_failed;       /* lists in a row */
    int64_t pause_ms;        /* between two lists, while AWS fails or throttles */
    unsigned n_throttled[CONN_ASKS];
    int64_t quiet_until_ms[CONN_ASKS]; /* throttled: no request of that kind before then */
    char version[32];
    unsigned can;
    bool is_truncated;
    uint64_t settings_turn; /* counts what may have changed settings, or the set of connectors */
    char primary_group[CONN_NAME_MAX + 16]; /* whose offsets the watch polls */
    bool is_newest_asked;
    bool is_dirty;
    int64_t judged_ms;
};

#endif
