/* The verdict on one connector: what each witness says, joined. A pure function of them.
 *
 * RUNNING can be false comfort: Connect says it while tasks have failed, S3 refuses everything or
 * an update failed. So the state is one witness among others, and none is believed beyond its age.
 *
 * A verdict starts at UNKNOWN. OK and IDLE are earned: the back end's state in a word that is
 * known, tasks that run, offsets that are fresh, and for each partition in which records wait a
 * sign that they are taken. A witness that is missing, denied, old or worded in an unknown way
 * makes UNKNOWN, with that as the reason. */
#ifndef CONNECTOR_JUDGE_H
#define CONNECTOR_JUDGE_H

#include "connector/losses.h"
#include "connector/rules.h"
#include "pintop/snapshot.h"

enum { JUDGE_IDLE_MS = 5 * 60 * 1000 };

/* Times are Unix ms, PT_UNKNOWN where nothing is known. Texts are never NULL. */
struct witnesses {
    int64_t now_ms;
    bool is_sink, is_s3;
    bool is_embedded;

    /* The back end's state. */
    const char *name;    /* the connector's */
    const char *backend; /* "Kafka Connect", "MSK Connect"; "" nobody is asked for its state */
    const char *state;   /* "" it never answered */
    int64_t state_since_ms, state_asked_ms;
    int64_t state_fresh_ms; /* an answer that is older proves nothing */
    int64_t restarted_ms;   /* it was restarted, resumed or changed then; PT_UNKNOWN not seen */
    const char *state_error, *state_fix; /* why the last question failed; "" it did not */
    int64_t state_error_since_ms;
    bool is_state_denied;  /* it answered, but not to us: the connector may well be fine */
    bool is_state_passing; /* it answered that it can't say now: a rebalance, a start */
    const char
        *changed; /* the setting that was changed last: "tasks.max 3 -> 2"; "" none was seen */
    int64_t changed_ms; /* when that was seen */
    bool is_unread;     /* its settings were never read: not even whether it is a sink is known */
    const char *unread_error; /* … and why; "" they are under way */
    bool is_gone;             /* it answered: there is no such connector */
    int64_t gone_since_ms;
    int64_t late_ms; /* the question under way has taken so long; 0 none */
    const char *code, *message;
    bool is_reason_awaited; /* these are being asked for */
    const struct rule *state_rule;
    /* What the rules say of these texts; NULL: their plain words. */
    const struct rule_words *state_words, *task_words, *log_words, *s3_words;

    /* Tasks. */
    bool has_tasks;
    int32_t n_tasks, running, failed, unassigned;
    int64_t failed_since_ms, tasks_since_ms;
    int64_t tasks_max;
    const struct rule *task_rule; /* out of a trace */
    const char *task_said;        /* its last cause, a line; "" */
    int32_t task_other;           /* the id of another that failed of something else, -1 none … */
    const struct rule_words *other_words; /* … and of what */

    const char *tasks_error; /* why they are not known; "" they are, or weren't asked for yet */

    /* The last change. */
    bool is_change_awaited; /* it wasn't asked for yet */
    const char *operation, *operation_state, *operation_code, *operation_message;
    int64_t operation_ms;

    /* The group's offsets. */
    int n_lag_samples;
    int64_t lag_asked_ms, lag_fresh_ms;
    int64_t looked_ms; /* from the first look at its offsets to the last */
    int64_t lag;       /* PT_UNKNOWN */
    double lag_per_s;  /* NAN */
    int64_t stuck;     /* of it, in partitions where nothing was taken for patience */
    int64_t stuck_since_ms;
    int32_t stuck_partition; /* the fullest of them, -1 none */
    const char *stuck_topic;
    int64_t stuck_offset;          /* the record that it stands at; PT_UNKNOWN */
    int32_t n_stuck, n_partitions; /* partitions that stand, and all */
    int64_t unproven;              /* of the lag, where nothing shows yet that it is taken */
    bool is_reset_unknown;         /* that lag lies where the group never committed anything */
    int64_t newborn; /* of it, in partitions that came of late: nobody knows them yet */
    int32_t n_newborn;
    int64_t newborn_since_ms;
    int64_t waiting_for_flush; /* of it, that an object isn't full with yet; not stuck */
    int32_t flush_partition;   /* where most of that waits, -1 none */
    const char *flush_topic;
    int64_t in_ms;  /* something came in last */
    int64_t out_ms; /* something was committed last */
    int64_t patience_ms;
    int64_t oldest_ms;       /* time of the oldest record that isn't committed */
    int64_t behind_since_ms; /* it takes less than comes in since; PT_UNKNOWN it keeps up */
    int64_t backlog_ms; /* what waits is as old as that, older than usual, and whether it keeps up
                           was not looked at for long; PT_UNKNOWN: not so */
    double takes_per_s, comes_per_s; /* over the time that this was measured in; NAN */
    const char *lag_error, *lag_fix;
    int32_t n_leaderless; /* of its partitions: without a leader for longer than a vote takes */
    const char *leaderless_topic;
    int32_t leaderless_partition;
    int64_t leaderless_since_ms;
    bool is_lag_error_passing; /* it may be answered when it is asked again */
    bool does_match_nothing;   /* the configuration's topics are none of the cluster's */
    const char *missing_topic; /* a topic that it names and that isn't there; "" */
    int64_t flush_size;        /* 0 not a matter */
    double in_per_s;           /* NAN */
    double fill_s;             /* seconds to fill an object at that rate; NAN */

    /* The members of its group. */
    const char
        *own_servers; /* its consumer's own, where its settings name others than the worker's */
    const char *own_protocol; /* likewise security.protocol; "" the worker's */
    bool is_group_awaited;    /* they will be asked for, and were not yet */
    bool are_letters_awaited; /* so is its dead letter topic */
    bool has_group;           /* they are known */
    int32_t members;
    int64_t no_members_since_ms; /* PT_UNKNOWN: it has some */
    int32_t unowned;             /* partitions that no member has, in a group that is settled */
    const char *unowned_topic;
    int32_t unowned_partition;
    int64_t unowned_since_ms;
    const char *foreign; /* a member that is not the connector's; "" none */
    int32_t n_foreign;   /* of the connector's partitions, such members have so many */
    int32_t member_changes_per_h, member_changes_of_late; /* of late: in the last 10 min */
    int64_t rebalance_since_ms;                           /* it is in one; PT_UNKNOWN it isn't */
    int32_t twice_task;           /* two members go by the name of this task; -1 none */
    const char *twice_host;       /* where the older one seems to be */
    int32_t member_changes_stuck; /* of them, since what is stuck stands still */
    int64_t max_poll_ms;          /* its own max.poll.interval.ms; PT_UNKNOWN the worker's */

    /* Where its group's commits are kept: partition commits_partition of __consumer_offsets. */
    int64_t
        commits_since_ms; /* none can be taken there since; PT_UNKNOWN: nothing is known of it */
    bool is_commits_leaderless;
    int32_t commits_partition, commits_in_sync;
    int64_t commits_wanted; /* min.insync.replicas */

    /* Another worker that has tasks of it and surely doesn't answer; "" none. */
    const char *away_worker, *away_tasks;
    int32_t n_away_tasks;
    bool is_away_silent; /* it takes the connection; else not even that */
    bool is_away_absent; /* none of those tasks is in the group */
    int64_t away_since_ms;

    /* Its objects. */
    const char *s3_error,
        *s3_fix; /* what S3 answers when it is asked as the connector; "" all well */
    const struct rule *s3_rule;
    bool is_store_awaited; /* it will be asked, and was not yet */
    int64_t s3_asked_ms;
    int64_t newest_object_ms;

    /* The last write probe, while it is fresh; texts "" it found nothing wrong. */
    int64_t probed_ms; /* PT_UNKNOWN: none, or none that tells */
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
    int64_t log_ms;
    const char *log_said;

    /* Configuration, compared with what is. */
    const struct rule *check_rule;
    const char *check_says;               /* "" all well */
    const struct rule_words *check_words; /* NULL: the rule's plain words, and check_says */

    bool are_others_awaited; /* it isn't compared with all others yet */
    /* Records that it will never have, or that others keep it from; the gravest. NULL: none. */
    const struct loss *loss;
};

/* Which witness named the cause. */
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
    bool is_awaited;        /* UNKNOWN, but what is missing is on its way: worth a wait */
    bool is_reason_awaited; /* the verdict is sure, and its reason is on its way */
    int64_t since_ms;       /* of what it is about; PT_UNKNOWN: now */
    enum judge_source source;
    bool is_specific;         /* the cause is known, not only that something stands still */
    int64_t cause_ms;         /* when that cause was seen last; judge_remember's */
    char cause[PT_CAUSE_MAX]; /* "" nothing wrong */
    char fix[PT_CAUSE_MAX];
    char rule[32];           /* "" none */
    char note[PT_CAUSE_MAX]; /* what is to be known though nothing is wrong; "" */
};

void conn_judge(const struct witnesses *w, struct judgement *out);
/* A cause that was found stays until its own evidence is gone: if `next` knows only that something
 * stands still, it keeps the cause of `before`. Pure. */
void judge_remember(const struct judgement *before, const struct witnesses *w,
                    struct judgement *next);
/* Everything unknown, texts "". */
void witnesses_init(struct witnesses *w);

/* A state's kind, and how long it is normal for. */
enum state_kind { STATE_UNKNOWN, STATE_RUNNING, STATE_PAUSED, STATE_PASSING, STATE_FAILED };
bool judge_is_running(const char *state);
enum state_kind judge_state(const char *state, int64_t *normal_ms, const char **normal_text);

/* "12 s", "3 min", "5 h", "2 days" */
void judge_how_long(double seconds, char *out, size_t cap);

#endif
