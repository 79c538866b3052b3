/* The whole read model at one moment: a small root of counted, immutable sections.
 *
 * A section that did not change is shared with the snapshot before: compare `version` (or the
 * pointer) to know whether to recalculate. Plain data with units; unknown is PT_UNKNOWN or NAN,
 * never 0. All strings are printable UTF-8: they may go to a screen as they are.
 * Thread: a snapshot never changes; any thread that holds a reference may read it. */
#ifndef PINTOP_SNAPSHOT_H
#define PINTOP_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/auth.h"
#include "pintop/command.h"
#include "pintop/connector.h"
#include "pintop/error.h"
#include "pintop/event.h"
#include "pintop/stream.h"

enum {
    PT_TOPIC_MAX = 250,
    PT_HOST_MAX = 128,
    PT_REASON_MAX = 1024,
    PT_VERDICT_MAX = PT_CAUSE_MAX + 64
};

/* Head of every section. */
struct pt_section {
    int refs; /* the engine's, atomic */
    uint64_t version;
    void (*let_go)(const void *section); /* the engine's: of what it holds; NULL nothing */
};

/* Who we are; changes rarely. */
struct pt_session_section {
    struct pt_section section;
    char version[32];
    char librdkafka[32]; /* the version that runs */
    char context[64];    /* "" none */
    char user_id[64];    /* "" none */
    char prefix[64];     /* rule for creating topics; "" none */
    char state_dir[256];
    bool is_readonly;
    bool is_embedded;  /* the cluster dies with a process: DEMO band */
    bool is_owner;     /* this process holds (or, before the first stream, may take) the lock */
    int64_t owner_pid; /* another pintop's, or PT_UNKNOWN: none */
    int64_t confirm_objects_per_hour; /* above it starting a stream asks */
    bool is_stopping;
    char stopping_text[96];              /* "draining 1,204 records, 4.2 s left" */
    enum pt_verdict verdict;             /* of the pipeline */
    int64_t verdict_since_ms;            /* Unix */
    bool is_since_found;                 /* it was found so then: it began at that time or before */
    bool is_verdict_awaited;             /* a fact that it needs is not in yet, but on its way */
    char verdict_text[PT_VERDICT_MAX];   /* "at the sink: …": what follows the verdict's word */
    char verdict_detail[PT_VERDICT_MAX]; /* the second line: what it means, what to do */
};

enum pt_broker_state { PT_BROKER_UNKNOWN, PT_BROKER_CONNECTING, PT_BROKER_UP, PT_BROKER_DOWN };
const char *pt_broker_state_word(enum pt_broker_state state);

struct pt_broker {
    int32_t id;
    char host[PT_HOST_MAX];
    int32_t port;
    enum pt_broker_state state;
    int64_t since_ms; /* Unix, of this state */
    double rtt_ms;    /* NAN unknown */
    double throttle_ms;
};

enum { PT_BROKERS_MAX = 64 };
enum pt_cluster_state {
    PT_CLUSTER_UNKNOWN,
    PT_CLUSTER_CONNECTING,
    PT_CLUSTER_UP,
    PT_CLUSTER_PARTIAL,
    PT_CLUSTER_DOWN
};
const char *pt_cluster_state_word(enum pt_cluster_state state);

struct pt_cluster_section {
    struct pt_section section;
    enum pt_cluster_state state;
    int64_t since_ms;
    char id[64]; /* "" unknown */
    char bootstrap_servers[256];
    int32_t controller_id;          /* -1 unknown */
    char last_error[PT_REASON_MAX]; /* "" none yet; what the brokers last said against us */
    char last_fix[PT_FIX_MAX];      /* its next step; "": it may go away by itself */
    int64_t last_error_ms;
    int64_t errors;  /* since start */
    int64_t retries; /* produce requests sent again, PT_UNKNOWN before the first statistics */
    size_t n_brokers;
    struct pt_broker brokers[PT_BROKERS_MAX];
};

enum pt_stream_state {
    PT_STREAM_UNKNOWN,
    PT_STREAM_STOPPED,
    PT_STREAM_STARTING, /* waits for the cluster, the topic, or the lock */
    PT_STREAM_RUNNING,
    PT_STREAM_WAITING,  /* its window is full: the brokers do not answer */
    PT_STREAM_HELD,     /* embedded: the sink is behind */
    PT_STREAM_STOPPING, /* no new records; in flight ones come home */
    PT_STREAM_DONE,     /* count, duration or end of file reached */
    PT_STREAM_ERROR,
    PT_STREAM_ELSEWHERE /* another pintop's */
};
const char *pt_stream_state_word(enum pt_stream_state state);

/* A row of a replayed file that was skipped. */
enum { PT_BAD_ROWS_SHOWN = 5 };
struct pt_bad_row {
    char file[96];
    int64_t line;
    char why[160];
};

/* One stream. Figures of this run unless named account_*. At every moment
 * generated = delivered + failed + in_flight + unresolved. */
struct pt_stream {
    char name[8];
    char topic[PT_TOPIC_MAX];
    enum pt_stream_state state;
    char reason[PT_REASON_MAX]; /* why it waits, is held, or is in error; "" else */
    char fix[PT_FIX_MAX];
    int64_t since_ms;     /* Unix, of this state */
    bool is_wanted;       /* the last wish: run (true) or stop */
    bool is_wish_pending; /* asked for, not answered yet */
    double target_per_s;  /* PT_RATE_MAX, PT_RATE_ORIGINAL or a number */
    double generated_per_s, delivered_per_s, bytes_per_s; /* 5-second means; NAN unknown */
    int64_t generated, delivered, failed, in_flight, unresolved;
    int64_t queued;      /* the part of in_flight not yet sent to a broker; PT_UNKNOWN */
    int64_t uncommitted; /* embedded: acked, not yet in a durable object; else PT_UNKNOWN */
    int64_t bytes;       /* of values delivered */
    int64_t oldest_unresolved_ms;              /* age of the oldest not acknowledged; 0 none */
    double ack_p50_ms, ack_p99_ms, ack_max_ms; /* NAN until the first ack */
    int64_t window;
    int64_t first_index, next_index;              /* of this run */
    int64_t lowest_unresolved;                    /* what the checkpoint says */
    int64_t account_first_index;                  /* PT_UNKNOWN: no account */
    int64_t account_generated, account_delivered; /* since the account's first index */
    int64_t account_in_topic;  /* records in the topic since the account's start offsets */
    int64_t account_committed; /* and of these, taken by the sink's group; PT_UNKNOWN */
    int64_t newest_object_ms;  /* Unix, of its topic in the sink; PT_UNKNOWN */
    int64_t doubles_possible;  /* sent again after a fatal error or an unclean end */
    int64_t bad_rows;          /* replay: skipped */
    struct pt_bad_row bad_first[PT_BAD_ROWS_SHOWN]; /* the first of them */
    char source[128];                               /* "synthetic", or the file */
    int64_t owner_pid;                              /* PT_UNKNOWN: nobody */
    /* How old the oldest not acknowledged may become before that is a fault: learnt. */
    int64_t patience_ms;
    /* Why its records are not acknowledged although they wait for seconds, whatever its state: what
     * the brokers said last, or that they say nothing. "" nothing waits for long, or nothing is
     * known. */
    char blocked_by[PT_REASON_MAX];
    char blocked_fix[PT_FIX_MAX]; /* the next step; "" */
};

struct pt_streams_section {
    struct pt_section section;
    struct pt_stream streams[PT_STREAMS];
};

struct pt_partition {
    int32_t partition;
    int32_t leader; /* -1 none */
    int32_t replicas, in_sync;
    int64_t low, high; /* PT_UNKNOWN */
    int64_t committed; /* the sink group's; PT_UNKNOWN none */
};

struct pt_topic {
    char name[PT_TOPIC_MAX];
    int32_t n_partitions, replication;
    int32_t leaderless; /* partitions without a leader */
    int32_t under_replicated;
    bool is_internal;
    bool is_watched;            /* matches pintop.topics: rates are measured */
    int8_t stream;              /* enum pt_stream_id, or -1 */
    int64_t messages;           /* sum of high - low; PT_UNKNOWN */
    int64_t high;               /* sum of the high watermarks */
    int64_t lag;                /* of the sink's group; PT_UNKNOWN: no group reads it */
    double in_per_s, out_per_s; /* 5-second means; NAN unknown */
    int64_t asked_ms;       /* Unix, when its offsets were answered last; PT_UNKNOWN not yet. On a
                               cluster of many partitions only what is looked at is asked each
                               second, the rest in turn within 30 s */
    size_t first_partition; /* into partitions[] */
};

/* Sorted by name. One allocation: topics[], then partitions[]. */
struct pt_topics_section {
    struct pt_section section;
    int64_t asked_ms;          /* Unix, of the last answer; PT_UNKNOWN: none yet */
    char error[PT_REASON_MAX]; /* why the last question failed, "" */
    size_t n_topics, n_partitions;
    const struct pt_topic *topics;
    const struct pt_partition *partitions;
};

/* Abnormal ones first, then by name. One allocation: connectors[], and what they point to. */
struct pt_connectors_section {
    struct pt_section section;
    bool is_expected;        /* a back end is asked, or a group's offsets are */
    char backend[12];        /* "" none yet */
    char backend_title[16];  /* "Kafka Connect" */
    char error[PT_WHAT_MAX]; /* why the back end's last list failed; "" it did not */
    char fix[PT_FIX_MAX];
    int64_t error_since_ms;
    bool is_error_passing;    /* it can't say now and will in seconds: a rebalance */
    int64_t asked_ms;         /* Unix, of its last answer; PT_UNKNOWN */
    bool is_truncated;        /* there are more */
    size_t n_unknown_readers; /* sinks of which it isn't known which topics they read */
    size_t n_not_asked;       /* connectors that the back end wasn't asked about one by one yet */
    int64_t sinkless_ms;      /* none reads the watched topics since; PT_UNKNOWN one does */
    size_t n_connectors;
    const struct pt_connector *connectors;
};

/* The last events, oldest first; of long ones fewer, as all their texts together have a limit. */
enum { PT_EVENTS_MAX = 200, PT_LOG_MAX = 500, PT_EVENTS_BYTES = 1 << 20 };
struct pt_events_section {
    struct pt_section section;
    uint64_t first_number; /* of events[0], counted from 1 since start */
    size_t n_events;
    const struct pt_event *const *events;
};
/* The last log lines, oldest first: events, and what librdkafka said. */
struct pt_log_section {
    struct pt_section section;
    uint64_t first_number;
    uint64_t dropped; /* lines that a full queue dropped */
    size_t n_lines;
    const struct pt_event *const *lines;
};

/* One sample a second over all watched topics, a ring: sample number n (counted from the start) is
 * at [n % PT_SERIES_LEN]; the newest is last_sample. NAN unknown. */
enum { PT_SERIES_LEN = 1024 };
struct pt_series_section {
    struct pt_section section;
    int64_t last_sample;           /* -1 none yet */
    int64_t last_sample_ms;        /* Unix */
    int32_t n_topics;              /* watched */
    float produced[PT_SERIES_LEN]; /* delivered by this pintop, records/s */
    float in[PT_SERIES_LEN];       /* growth of the high watermarks */
    float out[PT_SERIES_LEN];      /* growth of the sink group's offsets */
};

/* Who we are to the cluster, and for how long. */
struct pt_auth_section {
    struct pt_section section;
    struct pt_auth auth;
};

enum { PT_COMPLETED_MAX = 64 };
struct pt_completed_section {
    struct pt_section section;
    size_t n_results;
    const struct pt_result *results[PT_COMPLETED_MAX]; /* oldest first */
};

struct pt_snapshot {
    struct pt_section section; /* version: counts up with every snapshot */
    int64_t time_ms;           /* Unix, when it was made */
    const struct pt_session_section *session;
    const struct pt_cluster_section *cluster;
    const struct pt_streams_section *streams;
    const struct pt_topics_section *topics;
    const struct pt_connectors_section *connectors;
    const struct pt_events_section *events;
    const struct pt_log_section *log;
    const struct pt_series_section *series;
    const struct pt_auth_section *auth;
    const struct pt_completed_section *completed;
};

/* Count one reference more, or one less (NULL is fine). Thread: any, never blocks. */
const struct pt_snapshot *pt_snapshot_acquire(const struct pt_snapshot *snap);
void pt_snapshot_release(const struct pt_snapshot *snap);

/* The snapshot as the JSON of `status --json` (one line, no newline at the end). Free with free().
 * NULL without memory. */
char *pt_snapshot_json(const struct pt_snapshot *snap);
/* One connector of it, as in `connectors` there. Free with free(). NULL without memory. */
char *pt_connector_json(const struct pt_snapshot *snap, const struct pt_connector *connector);

#endif
