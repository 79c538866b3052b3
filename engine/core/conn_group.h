/* The consumer group as a witness: who is in it, and which partitions nobody has. Owned by the
 * reactor, but for conn_group_do. */
#ifndef CORE_CONN_GROUP_H
#define CORE_CONN_GROUP_H

#include "kafka/group.h"
#include "pintop/snapshot.h"

enum { GROUP_CHANGES = 32, GROUP_TASKS_MAX = 256 };

/* Times are Unix ms, PT_UNKNOWN where nothing is known. */
struct conn_group {
    int64_t asked_ms; /* of the last answer; PT_UNKNOWN: none yet */
    struct pt_error
        error;      /* why the last question failed; PT_EUNSUPPORTED: the cluster can't tell */
    bool is_there;  /* the group is known to the cluster */
    char state[24]; /* "Stable", "Empty", "PreparingRebalance" …; "" not there */
    int64_t state_since_ms;
    int32_t n_members;        /* -1 not known */
    int64_t members_since_ms; /* in that number */
    int64_t empty_since_ms;   /* without a member, as far as was seen; PT_UNKNOWN it has some */
    int32_t n_owned;          /* of the partitions that the connector reads: with an owner */
    int32_t n_unowned;        /* without one, while the group is stable; 0 in any other state */
    char unowned_topic[PT_TOPIC_MAX]; /* the first of them */
    int32_t unowned_partition;
    int64_t unowned_since_ms;
    char hosts[120];   /* where the members are: "10.0.0.5, 10.0.0.6" */
    char foreign[100]; /* a member that isn't the connector's: "console-consumer at 10.0.0.9"; "" */
    int32_t n_foreign; /* of the partitions that the connector reads: such members have them */
    int n_changes;     /* members came or went so many times, of which the last ones: */
    int64_t changes_ms[GROUP_CHANGES];
    int64_t meant_ms; /* somebody changed, paused or resumed the connector; PT_UNKNOWN nobody did */
    uint64_t members_hash; /* of who is in it */
    bool are_tasks_known;  /* by their members' names: which tasks are in it */
    uint64_t tasks[GROUP_TASKS_MAX / 64];
    int32_t twice_task;  /* two members go by the name of this task; -1 none */
    char twice_host[64]; /* where the one is that is not where the back end has the task */
};

struct conn_job;
struct conn_model;
struct conn_news;
struct conn_worker;
struct pt_engine;

void conn_group_init(struct conn_group *group);
/* Whether the group of cm is worth asking for, and how soon again. */
bool conn_group_is_asked(const struct pt_engine *eng, const struct conn_model *cm);
int64_t conn_group_period_ms(const struct conn_model *cm, bool is_looked_at);
/* The worker's side. */
void conn_group_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
void conn_group_take(struct conn_model *cm, const struct conn_news *news);
/* How often members came or went within the last hour, or since a time; GROUP_CHANGES means that or
 * more. */
int conn_group_changes_per_h(const struct conn_group *group, int64_t now_ms);
int conn_group_changes_since(const struct conn_group *group, int64_t since_ms);
/* Somebody changed the connector's settings, paused, stopped or resumed it: the members that come
 * or go within a minute of that don't count. */
void conn_group_meant(struct conn_group *group, int64_t now_ms);
/* conn_tasks.c. Also true of one whose number is too high to be kept. */
bool conn_group_has_task(const struct conn_group *group, int32_t task);
/* The machine's clock was set. */
void conn_group_clock(struct conn_group *group, int64_t by_ms);
/* The witness's words; *since_ms may become PT_UNKNOWN. */
void conn_group_say(const struct conn_model *cm, int64_t now_ms, char *out, size_t cap,
                    int64_t *since_ms, bool *is_bad);

#endif
