/* The verdict on one connector, from what each witness reports. A pure function of them.
 *
 * The state RUNNING proves little: Connect reports it while tasks have failed, S3 refuses every
 * write or an update failed. So the state is one witness among others, and none counts beyond its
 * age.
 *
 * A verdict starts at UNKNOWN. OK and IDLE need proof: the back end reports a known state, tasks
 * run, offsets are fresh, and for each partition with waiting records there is a sign that they are
 * read. A witness that is missing, denied, old or unintelligible makes UNKNOWN, with that as the
 * reason. */
#ifndef CONNECTOR_JUDGE_JUDGE_H
#define CONNECTOR_JUDGE_JUDGE_H

#include "connector/rules/rules.h"
#include "connector/witness/losses.h"
#include "pintop/snapshot.h"

enum { JUDGE_IDLE_MS = 5 * 60 * 1000 };

/* Times are Unix ms, PT_UNKNOWN where unknown. Texts are never NULL. */
struct witnesses {
    int64_t now_ms;
    bool is_sink, is_s3;
    bool is_embedded;

    /* The back end's state. */
    const char *name;    /* the connector's */
    const char *backend; /* "Kafka Connect", "MSK Connect"; "" when none reports a state */
    const char *state;   /* "" when it never answered */
    int64_t state_since_ms, state_asked_ms;
    int64_t state_fresh_ms; /* an older answer proves nothing */
    int64_t restarted_ms;   /* when it was restarted, resumed or changed; PT_UNKNOWN: not seen */
    const char *state_error, *state_fix; /* why the last request failed; "" when it did not */
    int64_t state_error_since_ms;
    bool is_state_denied;  /* the back end denied the request: the connector may still be fine */
    bool is_state_passing; /* it answered that it cannot tell now: a rebalance, a start */
    const char
        *changed; /* the last setting that was changed: "tasks.max 3 -> 2"; "" none was seen */
    int64_t changed_ms; /* when that was seen */
    bool is_unread;     /* its settings were never read, so it is unknown whether it is a sink */
    const char *unread_error; /* why they were not; "" while they are being requested */
    bool is_gone;             /* it answered that there is no such connector */
    int64_t gone_since_ms;
    int64_t late_ms; /* how long the current request has taken; 0 none */
    const char *code, *message;
    bool is_reason_awaited; /* code and message are being requested */
    const struct rule *state_rule;
    /* The rules' words for these texts; NULL: the general words. */
    const struct rule_words *state_words, *task_words, *log_words, *s3_words;

    /* Tasks. */
    bool has_tasks;
    int32_t n_tasks, running, failed, unassigned;
    int64_t failed_since_ms, tasks_since_ms;
    int64_t tasks_max;
    const struct rule *task_rule; /* from a trace */
    const char *task_said;        /* the last cause in it, one line; "" */
    int32_t task_other;           /* the ID of another task that failed for another reason, -1
                                   * none … */
    const struct rule_words *other_words; /* … and that reason */

    const char *tasks_from;  /* who reports them: "CloudWatch" */
    const char *tasks_error; /* why they are unknown; "" when known, or not yet requested */

    /* The last change. */
    bool is_change_awaited; /* it was not requested yet */
    const char *operation, *operation_state, *operation_code, *operation_message;
    int64_t operation_ms;

    /* The group's offsets. */
    int n_lag_samples;
    int64_t lag_asked_ms, lag_fresh_ms;
    int64_t looked_ms; /* from the first poll of its offsets to the last */
    int64_t lag;       /* PT_UNKNOWN */
    double lag_per_s;  /* NAN */
    int64_t stuck;     /* of it, in partitions where no commit came within patience_ms */
    int64_t stuck_since_ms;
    int32_t stuck_partition; /* the one of them with the most records, -1 none */
    const char *stuck_topic;
    int64_t stuck_offset;          /* the committed offset there; PT_UNKNOWN */
    int32_t n_stuck, n_partitions; /* stuck partitions, and all */
    bool has_committed;            /* the group has committed in one of the partitions, once */
    int64_t unproven;              /* of the lag, where no commit was seen yet */
    bool is_reset_unknown;         /* that lag is in partitions without any commit of the group */
    int64_t newborn;               /* of it, in new partitions that consumers do not know yet */
    int32_t n_newborn;
    int64_t newborn_since_ms;
    int64_t waiting_for_flush; /* of it, records that do not fill an object yet; not stuck */
    int32_t flush_partition;   /* where most of that waits, -1 none */
    const char *flush_topic;
    int64_t in_ms;  /* when records last came in */
    int64_t out_ms; /* when records were last committed */
    int64_t patience_ms;
    int64_t oldest_ms;       /* time of the oldest record that is not committed */
    int64_t behind_since_ms; /* since when it reads less than comes in; PT_UNKNOWN while it keeps
                              * up */
    int64_t backlog_ms;      /* time of the first waiting record, when it is unusually old and the
                              * rates are not yet known; PT_UNKNOWN otherwise */
    double takes_per_s, comes_per_s; /* over the time in which it was measured; NAN */
    const char *lag_error, *lag_fix;
    int32_t n_leaderless; /* of its partitions: without a leader for longer than an election
                           * takes */
    const char *leaderless_topic;
    int32_t leaderless_partition;
    int64_t leaderless_since_ms;
    bool is_lag_error_passing; /* a repeated request may be answered */
    bool does_match_nothing;   /* none of the configured topics exists in the cluster */
    const char *missing_topic; /* a configured topic that does not exist; "" */
    int64_t flush_size;        /* 0 does not matter */
    double in_per_s;           /* NAN */
    double fill_s;             /* seconds to fill an object at that rate; NAN */

    /* The members of its group. */
    const char
        *own_servers; /* its consumer's own servers, when its settings override the worker's */
    const char *own_protocol; /* likewise security.protocol; "" the worker's */
    bool is_group_awaited;    /* the members will be requested, and were not yet */
    bool are_letters_awaited; /* and so will its dead letter topic */
    bool has_group;           /* the members are known */
    int32_t members;
    int64_t no_members_since_ms; /* PT_UNKNOWN: it has some */
    int32_t unowned;             /* partitions without a member, in a settled group */
    const char *unowned_topic;
    int32_t unowned_partition;
    int64_t unowned_since_ms;
    const char *foreign; /* a member that does not belong to the connector; "" none */
    int32_t n_foreign;   /* how many of the connector's partitions such members have */
    int32_t member_changes_per_h, member_changes_of_late; /* the latter: in the last 10 min */
    int64_t rebalance_since_ms;   /* in a rebalance since then; PT_UNKNOWN: it is
                                   * not */
    int32_t twice_task;           /* two members have the name of this task; -1 none */
    const char *twice_host;       /* where the older one seems to run */
    int32_t member_changes_stuck; /* of them, those since the offsets stopped */
    int64_t max_poll_ms;          /* its own max.poll.interval.ms; PT_UNKNOWN the worker's */

    /* Where the group's commits are stored: partition commits_partition of __consumer_offsets. */
    int64_t commits_since_ms; /* since when no commit is possible there; PT_UNKNOWN: no such fault
                               * is known */
    bool is_commits_leaderless;
    int32_t commits_partition, commits_in_sync;
    int64_t commits_wanted; /* min.insync.replicas */

    /* Another worker that runs tasks of it and certainly does not answer; "" none. */
    const char *away_worker, *away_tasks;
    int32_t n_away_tasks;
    bool is_away_silent; /* it accepts the connection; otherwise not even that */
    bool is_away_absent; /* none of those tasks is in the group */
    int64_t away_since_ms;

    /* Its objects. */
    const char *s3_error,
        *s3_fix; /* S3's answer to a request with the connector's credentials; "" no problem */
    const struct rule *s3_rule;
    bool is_store_awaited; /* the store will be polled, and was not yet */
    int64_t s3_asked_ms;
    int64_t newest_object_ms;

    /* The last write probe, while it is fresh; texts are "" when it found no problem. */
    int64_t probed_ms; /* PT_UNKNOWN: none, or an inconclusive one */
    bool does_probe_take, is_probe_denied;
    double probe_s; /* the slowest of its writes; NAN */
    const char *probe_cause, *probe_fix;
    const struct rule *probe_rule;

    /* Metrics (MSK Connect). */
    bool has_metrics;
    int64_t metrics_ms;                                    /* of the newest sample */
    double metric_running, metric_errored, metric_workers; /* NAN */
    double read_per_s, send_per_s, rebalances_per_h;
    int32_t workers_wanted; /* -1 */

    /* Worker log. */
    const struct rule *log_rule;
    const char *log_said;

    /* The configuration, compared with the facts. */
    const struct rule *check_rule;
    const char *check_says;               /* "" no problem */
    const struct rule_words *check_words; /* NULL: the rule's general words, and check_says */

    bool are_others_awaited; /* it was not yet compared with all other connectors */
    /* Records that its store will never have, or that others take from it; the gravest loss. NULL:
     * none. */
    const struct loss *loss;
};

/* The witness that named the cause. */
enum judge_source {
    JUDGE_NOBODY,
    JUDGE_STATE,
    JUDGE_TASK,
    JUDGE_STORE,
    JUDGE_PROBE,
    JUDGE_LOG,
    JUDGE_CHECK,
    JUDGE_OFFSETS,
    JUDGE_GROUP
};

struct judgement {
    enum pt_verdict verdict;
    bool is_awaited;        /* facts that may change it will arrive soon: worth waiting for */
    bool is_reason_awaited; /* the verdict is certain, and its reason will arrive soon */
    int64_t since_ms;       /* since when it has been so; PT_UNKNOWN: now */
    enum judge_source source;
    bool is_specific;         /* the cause is known, not only that the connector is stuck */
    int64_t cause_ms;         /* when that cause was last seen; for judge_remember */
    char cause[PT_CAUSE_MAX]; /* "" no problem */
    char fix[PT_CAUSE_MAX];
    char rule[32];           /* "" none */
    char note[PT_CAUSE_MAX]; /* a remark although nothing is wrong; "" */
};

void conn_judge(const struct witnesses *w, struct judgement *out);
/* Keeps a known cause until its own evidence is gone: when `next` knows only that the connector
 * is stuck, it keeps the cause of `before`. Pure. */
void judge_remember(const struct judgement *before, const struct witnesses *w,
                    struct judgement *next);
/* Sets everything to unknown, texts to "". */
void witnesses_init(struct witnesses *w);

/* The kind of a state, and how long it is normal. */
enum state_kind { STATE_UNKNOWN, STATE_RUNNING, STATE_PAUSED, STATE_PASSING, STATE_FAILED };
bool judge_is_running(const char *state);
enum state_kind judge_state(const char *state, int64_t *normal_ms, const char **normal_text);

/* "12 s", "3 min", "5 h", "2 days" */
void judge_how_long(double seconds, char *out, size_t cap);

#endif
