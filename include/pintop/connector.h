/* What is known of a connector, and what follows from it. Part of the snapshot: plain data,
 * printable texts, PT_UNKNOWN or NAN where nothing is known. */
#ifndef PINTOP_CONNECTOR_H
#define PINTOP_CONNECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* What a back end can do; keys for what it can't are not offered. */
enum {
    PT_CONN_CAN_RESTART = 1,
    PT_CONN_CAN_RESTART_FAILED = 2, /* the failed tasks alone */
    PT_CONN_CAN_PAUSE = 4,          /* and resume */
    PT_CONN_CAN_UPDATE = 8,
    PT_CONN_CAN_CREATE = 16,
    PT_CONN_CAN_DELETE = 32,
    PT_CONN_CAN_LOGS = 64, /* a worker's log, beside the tasks' traces */
    PT_CONN_CAN_CHANGES = 128
};

/* What one witness says. */
struct pt_evidence {
    char witness[24];
    const char *says; /* whole, one line */
    char source[16];
    int64_t since_ms, asked_ms; /* Unix; PT_UNKNOWN */
    bool is_bad;
    bool is_stale;   /* asked_ms is long ago: it may be otherwise by now */
    bool is_pending; /* not asked yet: an answer may still come */
    bool is_refused; /* asked in vain: says tells why */
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
    int64_t asked_ms;        /* Unix; PT_UNKNOWN: none was made here */
    bool does_take;          /* the writes were taken */
    bool is_slow;            /* … but one took seconds */
    bool is_as_connector;    /* made with the connector's own keys */
    double slowest_write_s;  /* of those that were taken; NAN none */
    int32_t n_left;          /* objects that could not be deleted */
    char code[64];           /* the store's error code of the first refused write; "" none */
    char with[400];          /* whose keys, and what that proves */
    char says[PT_CAUSE_MAX]; /* all of it in a sentence */
};

/* One connector; the embedded sink is one too. */
struct pt_connector {
    char name[PT_NAME_MAX];
    char id[256];     /* the back end's: the name, or an ARN */
    char backend[12]; /* "connect", "mskconnect", "embedded"; "group": nobody is asked */
    char backend_title[16];
    char version[24]; /* of Kafka Connect; "" not said */
    char kind[8];     /* "sink", "source" */
    char class_name[160];
    char group[PT_NAME_MAX + 16];
    unsigned can;                  /* PT_CONN_CAN_… */
    bool is_ours;                  /* it reads the streams' topics, or is the one that was named */
    char state[32];                /* the back end's own word; "" not said */
    const char *state_description; /* why it is in that state, whole; "" not said */
    int64_t state_asked_ms;        /* Unix, when it last answered; PT_UNKNOWN */
    bool is_state_stale;           /* that is longer ago than its answers come */
    enum pt_verdict verdict;
    int64_t verdict_since_ms;
    bool is_since_found; /* it was found so then: it began at that time or before */
    bool is_awaited;     /* a fact that the verdict needs is not in yet, but on its way */
    char cause[PT_CAUSE_MAX], fix[PT_CAUSE_MAX], rule[32];
    char note[PT_CAUSE_MAX]; /* to be known though nothing is wrong */
    char last_operation[48], operation_state[32];
    int64_t operation_ms;
    int32_t n_tasks, running_tasks, failed_tasks; /* PT_UNKNOWN is -1 here */
    int64_t tasks_max;
    const struct pt_task *tasks; /* n_listed; MSK Connect only counts them */
    size_t n_listed;
    const struct pt_lag *lags; /* by topic and partition */
    size_t n_lags;
    const char *last_error; /* the block that names the cause, several lines; NULL none */
    int32_t n_errors;       /* alike ones; 0 not counted */
    int64_t last_error_ms;
    int64_t lag_total; /* PT_UNKNOWN */
    double lag_per_s;  /* growth; NAN unknown */
    double catch_up_s; /* time until the lag is gone at this pace; NAN: it doesn't shrink */
    double out_per_s;
    int64_t safe_until_ms;   /* when the first waiting record is deleted; PT_UNKNOWN */
    int64_t waiting_ms;      /* time of that record; PT_UNKNOWN */
    char safe[PT_CAUSE_MAX]; /* the same in words; "" nothing waits */
    bool is_s3;
    char bucket[128];
    int64_t flush_size;                    /* 0 not said */
    int64_t turn_ms;                       /* an object is closed after so long, too; -1 never */
    double objects_per_hour, usd_per_hour; /* by the rate now; NAN */
    int64_t objects, bytes;                /* in the store now; PT_UNKNOWN */
    int64_t expired_objects, lost_records;
    char newest_object[320];
    int64_t newest_object_ms;
    char where[256];      /* directory or bucket */
    int32_t mcu, workers; /* -1 */
    char log_group[160], role[256];
    const float *read_per_s; /* by the minute, from before pintop looked; NAN unknown */
    size_t n_minutes;        /* 0 nobody tells */
    int64_t minutes_from_ms; /* Unix, of the first */
    struct pt_probe probe;
    size_t n_evidence;
    struct pt_evidence evidence[PT_EVIDENCE_MAX];
};

/* Rough money: S3's list price of a PUT in us-east-1. */
#define PT_USD_PER_PUT 0.000005
/* Objects an hour that a sink makes of per_s records/s, spread over so many partitions. NAN when it
 * can't be told. Pure. */
double pt_objects_per_hour(int64_t flush_size, int64_t turn_ms, double per_s, int64_t partitions);

/* One line of a connector's log, of its changes, or of a difference; what a row means by itself is
 * in text. */
struct pt_line {
    int64_t time_ms;   /* Unix; PT_UNKNOWN */
    int32_t count;     /* alike ones */
    char level[8];     /* "ERROR"; "+" "-" in a difference; "" */
    char rule[32];     /* "" none */
    const char *text;  /* one line */
    const char *whole; /* all of it, several lines; NULL: text is all */
};

#endif
