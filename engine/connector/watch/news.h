/* Requests about connectors, and their answers: the jobs of the watching threads, and the news that
 * they bring back. A job or a news owns what it points to. */
#ifndef CONNECTOR_WATCH_NEWS_H
#define CONNECTOR_WATCH_NEWS_H

#include "connector/backend/backend.h"
#include "connector/witness/ask.h"
#include "connector/witness/loss_marks.h"
#include "connector/witness/probe.h"
#include "connector/witness/worker.h"
#include "kafka/group.h"
#include "kafka/record_times.h"
#include "pintop/command.h"

enum { WORKERS_MAX = 8 };

/* Another worker that runs tasks of the connector. Times are Unix ms, PT_UNKNOWN where unknown. */
struct conn_far_worker {
    char id[64];     /* "host:port" */
    char tasks[48];  /* "1, 2" */
    int32_t n_tasks; /* 0: it had some, and is only remembered */
    enum worker_answer answer;
    bool has_answered;           /* at least once, so its address can be reached from here */
    int64_t since_ms, absent_ms; /* of this answer; of none of its tasks being in the group */
};
struct conn_workers {
    size_t n;
    struct conn_far_worker items[WORKERS_MAX];
    int64_t asked_ms;
};

/* The last write probe. */
struct conn_probe {
    struct pt_probe shown; /* asked_ms PT_UNKNOWN: there was none */
    bool is_telling;       /* what it found holds for the connector, too */
    bool is_denied;        /* the store rejected it; it did not time out or throttle */
    const struct rule *rule;
    char cause[PT_CAUSE_MAX], fix[PT_CAUSE_MAX], fix_failed[PT_CAUSE_MAX];
};

enum { KEEPS_MAX = 16 };

/* The retention of a topic. */
struct topic_keeps {
    char topic[PT_TOPIC_MAX];
    int64_t ms, bytes; /* -1 without limit; PT_UNKNOWN not reported */
};
struct conn_keeps {
    size_t n;
    struct topic_keeps topics[KEEPS_MAX];
};

enum conn_ask {
    CONN_ASK_LIST,    /* states; tasks and settings, too, where the back end's list has them */
    CONN_ASK_DETAILS, /* what a brief list lacks: settings, the reason of the state */
    CONN_ASK_CHANGES, /* the last change */
    CONN_ASK_METRICS, /* CloudWatch metrics, of many connectors in one job */
    CONN_ASK_LOG,     /* CloudWatch Logs: recent errors */
    CONN_ASK_CHECKS,  /* the configuration, compared with the facts */
    CONN_ASK_OBJECTS, /* newest objects */
    CONN_ASK_LAG,     /* a group's offsets */
    CONN_ASK_TIMES,   /* timestamps of records */
    CONN_ASK_GROUP,   /* a group's members */
    CONN_ASK_KEEPS,   /* retention of the topics in which records wait */
    CONN_ASK_DEAD,    /* the dead letter queue */
    CONN_ASK_COMMITS, /* how many in-sync replicas a commit needs */
    CONN_ASK_WORKERS, /* whether the other workers answer */
    CONN_ASK_COMMAND,
    CONN_ASKS
};

/* CloudWatch's answer about one connector of a job. */
struct conn_metered {
    uint64_t key;
    char name[CONN_NAME_MAX];
    struct conn_metrics *metrics; /* news: owned, NULL after an error */
    struct pt_error error;
};

/* The answer to a job. */
struct conn_news {
    enum conn_ask ask;
    uint64_t key;     /* of the connector, as in the job; 0 for the list and for metrics */
    int64_t asked_ms; /* Unix, when the answer came */
    struct pt_error error;
    bool is_denied;
    /* The list; for details, the one connector. */
    struct conn_list list;
    char version[32];
    unsigned can;
    /* The other kinds. */
    struct conn_operation operation; /* changes */
    size_t n_metered;
    struct conn_metered *metered;
    struct conn_objects objects;
    struct conn_log log;
    struct conn_checks checks;
    struct conn_rows rows;
    size_t n_times;
    struct record_time *times;
    bool is_newest; /* the timestamps are of the newest records */
    struct conn_keeps keeps;
    struct group_look group;
    int64_t min_in_sync;
    struct conn_workers workers;
    struct conn_probe *probe; /* of a command: what the write probe found; owned, NULL none */
    bool has_marks;           /* of the list, and of a command: marks has the acknowledged losses */
    struct loss_marks marks;
    bool has_seen; /* of the list: seen has the losses that any pintop has seen */
    struct loss_marks seen;
};
void conn_news_free(struct conn_news *news);

/* A request without an answer after this time (the list: twice this time) is sent again. */
enum { CONN_LOST_MS = 60000 };

struct conn_job {
    enum conn_ask ask;
    int64_t made_ms;  /* clock_even_ms */
    uint64_t key;     /* of the connector: its ID may change, this does not */
    struct conn conn; /* the connector; empty for the list */
    char group[CONN_NAME_MAX + 16];
    char only[CONN_NAME_MAX]; /* list: this name alone, "" all; checks: the bucket's region */
    int64_t since_ms;         /* metrics, log: from when */
    size_t n_metered;         /* metrics: of which connectors */
    struct conn_metered *metered;
    int lists;             /* objects: LIST calls, at most */
    bool is_anew;          /* checks: answers kept for other connectors are not used */
    struct conn_rows rows; /* objects, lag */
    size_t n_times;
    struct record_time *times;
    bool is_newest;
    char topics[PT_STREAMS][PT_TOPIC_MAX]; /* objects: the streams' */
    struct conn_keeps keeps;
    struct conn_workers workers;
    struct loss_marks marks; /* command: to be acknowledged; list: seen, to be stored */
    uint64_t id;             /* of the command */
    const struct conn_deed *deed;
    struct pt_command *command;
};
struct conn_job *conn_job_new(enum conn_ask ask);
void conn_job_free(void *job);

#endif
