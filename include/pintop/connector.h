/* What is known about a connector, and what follows from it. Part of the snapshot: plain data,
 * printable texts, PT_UNKNOWN or NAN where unknown. */
#ifndef PINTOP_CONNECTOR_H
#define PINTOP_CONNECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"

PT_API_BEGIN

enum { PT_NAME_MAX = 136, PT_EVIDENCE_MAX = 21, PT_CAUSE_MAX = 3072 };

/* OK … UNKNOWN: of a connector, and of the pipeline as a whole. */
#define PT_VERDICTS(X)                                                                             \
    X(PT_V_UNKNOWN, "UNKNOWN")                                                                     \
    X(PT_V_OK, "OK")                                                                               \
    X(PT_V_IDLE, "IDLE")                                                                           \
    X(PT_V_TRANSITION, "TRANSITION")                                                               \
    X(PT_V_PAUSED, "PAUSED")                                                                       \
    X(PT_V_DEGRADED, "DEGRADED")                                                                   \
    X(PT_V_STALLED, "STALLED")                                                                     \
    X(PT_V_FAILED, "FAILED")
enum pt_verdict {
#define PT_VERDICT_ENUM(id, word) id,
    PT_VERDICTS(PT_VERDICT_ENUM)
#undef PT_VERDICT_ENUM
};
const char *pt_verdict_word(enum pt_verdict verdict);

/* What a back end can do; keys for anything else are not offered. */
enum {
    PT_CONN_CAN_RESTART = 1,
    PT_CONN_CAN_RESTART_FAILED = 2, /* only the failed tasks */
    PT_CONN_CAN_PAUSE = 4,          /* and resume */
    PT_CONN_CAN_UPDATE = 8,
    PT_CONN_CAN_CREATE = 16,
    PT_CONN_CAN_DELETE = 32,
    PT_CONN_CAN_LOGS = 64, /* a worker's log, besides the tasks' traces */
    PT_CONN_CAN_CHANGES = 128
};

/* The report of one witness. */
struct pt_evidence {
    char witness[24];
    const char *says; /* in full, one line */
    char source[16];
    int64_t since_ms, asked_ms; /* Unix; PT_UNKNOWN */
    bool is_bad;
    bool is_stale;   /* asked_ms is long ago: it may be different by now */
    bool is_pending; /* not requested yet: an answer may still come */
    bool is_refused; /* the request failed: says tells why */
};

struct pt_task {
    int32_t id;
    char state[24], worker[64];
    const char *trace; /* several lines, each printable; NULL none */
};

/* One partition that a connector's group reads. */
struct pt_lag {
    const char *topic;
    int32_t partition;
    int64_t committed, high, lag; /* PT_UNKNOWN */
    int64_t moved_ms;             /* Unix, of the last commit that was seen */
    bool is_stuck;
};

/* The last write probe of a connector's store: one small object, written, read and deleted. */
struct pt_probe {
    int64_t asked_ms;        /* Unix; PT_UNKNOWN: no probe was made here */
    bool does_take;          /* the writes succeeded */
    bool is_slow;            /* … but one took seconds */
    bool is_as_connector;    /* made with the connector's own credentials */
    double slowest_write_s;  /* of those that succeeded; NAN none */
    int32_t n_left;          /* objects that could not be deleted */
    char code[64];           /* the store's error code of the first refused write; "" none */
    char with[400];          /* whose credentials, and what that proves */
    char says[PT_CAUSE_MAX]; /* all of it in one sentence */
};

/* A back end of connectors as front ends see it; static. */
struct pt_backend_info {
    const char *name;      /* pintop.connector.backend's word, and pt_connector's */
    const char *title;     /* "Kafka Connect" */
    unsigned can;          /* PT_CONN_CAN_…; may be narrowed by what answers */
    bool is_asked;         /* it is a service that pintop polls */
    bool is_in_process;    /* its connector is a part of this pintop */
    bool does_start_empty; /* while it starts it lists no connector, although it has some */
    const char *cannot;    /* why it cannot do what is not in `can` */
};
/* Returns the back end of this name, as pt_connector or the section names it. Never NULL: for
 * "group", and for a name that no back end has, it returns one that is not polled. Thread: any. */
const struct pt_backend_info *pt_backend_info(const char *name);

/* One connector; the embedded sink is one too. */
struct pt_connector {
    char name[PT_NAME_MAX];
    char id[256];     /* the back end's: the name, or an ARN */
    char backend[12]; /* of pt_backend_info; "group": no back end is polled */
    char backend_title[16];
    char version[24]; /* of Kafka Connect; "" unknown */
    char kind[8];     /* "sink", "source" */
    char class_name[160];
    char group[PT_NAME_MAX + 16];
    unsigned can;                  /* PT_CONN_CAN_… */
    bool is_ours;                  /* it reads the streams' topics, or is the configured one */
    char state[32];                /* the back end's own word; "" unknown */
    const char *state_description; /* why it is in that state, in full; "" unknown */
    int64_t state_asked_ms;        /* Unix, when it last answered; PT_UNKNOWN */
    bool is_state_stale;           /* that is longer ago than the interval of its answers */
    enum pt_verdict verdict;
    int64_t verdict_since_ms;
    bool is_since_found; /* it was already so at the first poll: it began at that time or before */
    bool is_awaited;     /* a fact that the verdict needs is missing, but on its way */
    char cause[PT_CAUSE_MAX], fix[PT_CAUSE_MAX], rule[32];
    char note[PT_CAUSE_MAX]; /* a remark although nothing is wrong */
    char last_operation[48], operation_state[32];
    int64_t operation_ms;
    int32_t n_tasks, running_tasks, failed_tasks; /* PT_UNKNOWN is -1 here */
    int64_t tasks_max;
    const struct pt_task *tasks; /* n_listed; MSK Connect only counts them */
    size_t n_listed;
    const struct pt_lag *lags; /* by topic and partition */
    size_t n_lags;
    const char *last_error; /* the block that names the cause, several lines; NULL none */
    int32_t n_errors;       /* of the same kind; 0 not counted */
    int64_t last_error_ms;
    int64_t lag_total; /* PT_UNKNOWN */
    double lag_per_s;  /* growth; NAN unknown */
    double catch_up_s; /* time until the lag is gone at this rate; NAN: it does not shrink */
    double out_per_s;
    int64_t safe_until_ms;   /* when the first waiting record is deleted; PT_UNKNOWN */
    int64_t waiting_ms;      /* time of that record; PT_UNKNOWN */
    char safe[PT_CAUSE_MAX]; /* the same in words; "" when nothing waits */
    bool is_s3;
    char bucket[128];
    int64_t flush_size;                    /* 0 unknown */
    int64_t turn_ms;                       /* an object is also closed after this time; -1 never */
    double objects_per_hour, usd_per_hour; /* at the present rate; NAN */
    int64_t objects, bytes;                /* in the store now; PT_UNKNOWN */
    int64_t expired_objects, lost_records;
    char newest_object[320];
    int64_t newest_object_ms;
    char where[256];      /* directory or bucket */
    int32_t mcu, workers; /* -1 */
    char log_group[160], role[256];
    const float *read_per_s; /* by the minute, from before pintop started; NAN unknown */
    size_t n_minutes;        /* 0 when no source has them */
    int64_t minutes_from_ms; /* Unix, of the first */
    struct pt_probe probe;
    size_t n_evidence;
    struct pt_evidence evidence[PT_EVIDENCE_MAX];
};

/* A rough price: S3's list price of a PUT in us-east-1. */
#define PT_USD_PER_PUT 0.000005
/* Returns how many objects per hour a sink makes of per_s records/s, spread over so many
 * partitions; NAN when unknown. Pure. */
double pt_objects_per_hour(int64_t flush_size, int64_t turn_ms, double per_s, int64_t partitions);

/* One line of a connector's log, of its changes, or of a difference; text is understandable on
 * its own. */
struct pt_line {
    int64_t time_ms;   /* Unix; PT_UNKNOWN */
    int32_t count;     /* of the same kind */
    char level[8];     /* "ERROR"; "+" "-" in a difference; "" */
    char rule[32];     /* "" none */
    const char *text;  /* one line */
    const char *whole; /* all of it, several lines; NULL: text is all */
};

PT_API_END

#endif
