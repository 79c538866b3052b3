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

#include "pintop/api.h"
#include "pintop/auth.h"
#include "pintop/command.h"
#include "pintop/connector.h"
#include "pintop/doctor.h"
#include "pintop/error.h"
#include "pintop/event.h"
#include "pintop/stream.h"

PT_API_BEGIN

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
    void (*let_go)(const void *section); /* the engine's: releases its contents; NULL none */
};

/* How a screen comes to what it shows. */
enum pt_link_state {
    PT_LINK_HERE,     /* the engine is in this process */
    PT_LINK_ATTACHED, /* it is in another one, and answers */
    PT_LINK_OLD,      /* it has said nothing for 5 s */
    PT_LINK_GONE      /* it has ended, or is gone: what is shown is as it was then */
};
const char *pt_link_state_word(enum pt_link_state state);

/* The identity of this pintop; changes rarely. */
/* The hop of the pipeline that a verdict names. */
#define PT_HOPS(X)                                                                                 \
    X(PT_HOP_NONE, "none") /* nothing is wrong, or it is at no hop */                              \
    X(PT_HOP_LOGIN, "login")                                                                       \
    X(PT_HOP_KAFKA, "kafka")                                                                       \
    X(PT_HOP_STREAM, "stream")                                                                     \
    X(PT_HOP_DELIVERY, "delivery")                                                                 \
    X(PT_HOP_SINK, "sink")
enum pt_hop {
#define PT_HOP_ENUM(id, word) id,
    PT_HOPS(PT_HOP_ENUM)
#undef PT_HOP_ENUM
};
const char *pt_hop_word(enum pt_hop hop);

struct pt_session_section {
    struct pt_section section;
    char version[32];
    char librdkafka[32]; /* the version in use */
    char context[64];    /* "" none */
    char band[12];       /* the colour that marks it (pintop.band): "red"; "" none */
    char user_id[64];    /* "" none */
    char prefix[64];     /* rule for creating topics; "" none */
    char state_dir[256];
    char shard[16]; /* the part i/n of the indexes that the streams here make: "1/1" is all */
    bool is_readonly;
    bool is_embedded;  /* the cluster ends with a process: DEMO band */
    bool is_owner;     /* this process holds (or, before the first stream, may take) the lock */
    bool is_lock_held; /* this process holds it, and serves its engine to others */
    int64_t owner_pid; /* another pintop's, or PT_UNKNOWN: none */
    int64_t confirm_objects_per_hour; /* starting a stream asks above this */
    enum pt_link_state link;
    int64_t link_since_ms; /* Unix, of that state, and of PT_LINK_OLD its last word; PT_UNKNOWN for
                            * an engine in this process */
    int64_t engine_pid;    /* of the process that the engine is in; PT_UNKNOWN: it is this one */
    char engine_user[40];  /* whose it is; "" as above */
    char link_why[200];    /* why it is gone; "" unknown, or not gone */
    bool is_stopping;
    bool is_stopped; /* the stop is over: this is the engine's last word, and its figures are final
                      */
    char stopping_text[96]; /* "draining 1,204 records, 4.2 s left" */
    char unwritten[200]; /* why the last checkpoints are not on the disk; "" they are, or no stop */
    char stopping_why[128]; /* who or what asked for it: "pintop 4711: engine --stop"; "" unknown */
    int64_t stop_timeout_ms;  /* how long a stop of this engine drains; PT_UNKNOWN: not told */
    enum pt_verdict verdict;  /* of the pipeline; unknown without an answer of the engine */
    int64_t verdict_since_ms; /* Unix */
    bool is_since_found; /* it was already so at the first poll: it began at that time or before */
    enum pt_hop verdict_hop;             /* where the records do not get on */
    bool is_verdict_awaited;             /* a fact that it needs is missing, but on its way */
    char verdict_text[PT_VERDICT_MAX];   /* "at the sink: …": the text after the verdict's word */
    char verdict_detail[PT_VERDICT_MAX]; /* the second line: its meaning, the next step */
};

/* Returns how long a stop of that engine drains: what it says of itself, within bounds, and own_ms
 * when it does not say. Pure. */
int64_t pt_session_stop_ms(const struct pt_session_section *session, int64_t own_ms);

enum pt_broker_state { PT_BROKER_UNKNOWN, PT_BROKER_CONNECTING, PT_BROKER_UP, PT_BROKER_DOWN };
const char *pt_broker_state_word(enum pt_broker_state state);

/* Whose requests a round trip is of: the producer's, which the broker answers when the copies are
 * written, too, or those with which the cluster is watched, which it answers at once. */
enum pt_rtt_of { PT_RTT_UNKNOWN, PT_RTT_PRODUCE, PT_RTT_WATCH };
const char *pt_rtt_of_word(enum pt_rtt_of of);

struct pt_broker {
    int32_t id;
    char host[PT_HOST_MAX];
    int32_t port;
    enum pt_broker_state state;
    int64_t since_ms; /* Unix, of this state */
    /* Of this pintop's connections to it; NAN unknown, as when it has none. The round trip is that
     * of the producer's requests of the last second; without any, that of the watcher's requests
     * of five seconds, which are at most 15 s old. */
    double rtt_ms, rtt_p99_ms;
    enum pt_rtt_of rtt_of;
    double throttle_ms;      /* the longer one of the producer's and the watcher's mean wait */
    double sent_bytes_per_s; /* by the producer and the watcher together; not to it as a
                              * group's coordinator */
    /* Partitions of the topics that this principal may see: those that it leads, and those of which
     * it has a copy that is not in sync; -1 unknown. */
    int32_t leads, behind;
    bool is_rack_known;
    char rack[64]; /* "" it has none, or unknown */
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
    char last_error[PT_REASON_MAX]; /* "" none yet; the last error that the brokers reported */
    char last_fix[PT_FIX_MAX];      /* its fix; "": it may disappear without one */
    int64_t last_error_ms;
    int64_t errors;  /* since start */
    int64_t retries; /* produce requests sent again, PT_UNKNOWN before the first statistics */
    /* Why the rack of a broker is unknown, and the fix; "" nobody has refused to tell it. */
    char racks_why[PT_REASON_MAX];
    char racks_fix[PT_FIX_MAX];
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
    PT_STREAM_STOPPING, /* no new records; those in flight are still acknowledged */
    PT_STREAM_DONE,     /* count, duration or end of file reached */
    PT_STREAM_ERROR,
    PT_STREAM_ELSEWHERE /* run by another pintop */
};
const char *pt_stream_state_word(enum pt_stream_state state);
/* Returns whether what such a stream does is known here: only the pintop that runs it, and those
 * that are attached to it, have its figures. Pure. */
bool pt_stream_is_seen(enum pt_stream_state state);
/* Returns whether such a stream is at work: from its start until it has stopped. Pure. */
bool pt_stream_is_going(enum pt_stream_state state);

/* A row of a replayed file that was skipped. */
enum { PT_BAD_ROWS_SHOWN = 5 };
struct pt_bad_row {
    char file[96];
    int64_t line;
    char why[160];
};

/* What a stream of this process has done, in counters that never go down while it runs. (generated
 * and delivered above may, when a record is taken back.) */
enum { PT_ACK_BUCKETS = 18, PT_ACK_FIRST_BIT = 8 };
struct pt_stream_totals {
    int64_t generated, delivered;
    int64_t failed; /* each time a record failed */
    int64_t acks;   /* acknowledgements, and the sum of their latencies */
    int64_t acks_us;
    /* How many of them took less than 2^(8 + i) µs, and not less than half of that: 256 µs, 512 µs
     * … 33.6 s. The rest took longer. */
    int64_t ack_counts[PT_ACK_BUCKETS];
};

enum { PT_RECENT = 24, PT_RECENT_S = 10 };

/* One stream. Figures of this run unless named account_*. At every moment
 * generated = delivered + failed + in_flight + unresolved. */
struct pt_stream {
    char name[8];
    char topic[PT_TOPIC_MAX];
    enum pt_stream_state state;
    char reason[PT_REASON_MAX]; /* why it waits, is held, or is in error; otherwise "" */
    char fix[PT_FIX_MAX];
    int64_t since_ms;     /* Unix, of this state */
    bool is_wanted;       /* the last request: run (true) or stop */
    bool is_wish_pending; /* requested, not answered yet */
    double target_per_s;  /* PT_RATE_MAX, PT_RATE_ORIGINAL or a number */
    double generated_per_s, delivered_per_s, bytes_per_s; /* 5-second means; NAN unknown */
    int64_t generated, delivered, failed, in_flight, unresolved;
    int64_t queued;      /* the part of in_flight not yet sent to a broker; PT_UNKNOWN */
    int64_t uncommitted; /* embedded: acknowledged, not yet in a durable object; else PT_UNKNOWN */
    int64_t bytes;       /* of values delivered */
    int64_t oldest_unresolved_ms;              /* age of the oldest record that is not
                                                * acknowledged; 0 none */
    double ack_p50_ms, ack_p99_ms, ack_max_ms; /* NAN until the first ack */
    int64_t window;
    int64_t first_index, next_index;              /* of this run */
    int64_t lowest_unresolved;                    /* as in the checkpoint */
    int64_t account_first_index;                  /* PT_UNKNOWN: no account */
    int64_t account_generated, account_delivered; /* since the account's first index */
    int64_t account_in_topic;  /* records in the topic since the account's start offsets */
    int64_t account_committed; /* and of these, read by the sink's group; PT_UNKNOWN */
    int64_t newest_object_ms;  /* Unix, of its topic in the sink; PT_UNKNOWN */
    int64_t doubles_possible;  /* sent again after a fatal error or an unclean end */
    int64_t bad_rows;          /* replay: skipped */
    struct pt_bad_row bad_first[PT_BAD_ROWS_SHOWN]; /* the first of them */
    char source[128];                               /* "synthetic", or the file */
    int64_t owner_pid;                              /* PT_UNKNOWN: nobody */
    /* The age of the oldest unacknowledged record from which on it is a fault: adapted to the
     * cluster. */
    int64_t patience_ms;
    struct pt_stream_totals totals; /* 0 unless the stream has run in this process */
    /* Why its records are not acknowledged although they have waited for seconds, whatever its
     * state: the last answer of the brokers, or that they do not answer. "" when none waits
     * long, or when the reason is unknown. */
    char blocked_by[PT_REASON_MAX];
    char blocked_fix[PT_FIX_MAX]; /* the fix; "" */
    /* Records per second into its topic, whoever writes them: means of PT_RECENT_S seconds each,
     * the oldest first. The newest is of the seconds that have passed yet. NAN unknown. */
    size_t n_recent;
    float recent_in_per_s[PT_RECENT];
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
    /* Records that the sink's group has not committed and that can still be read: all of them when
     * it has never committed. PT_UNKNOWN: no group is known, or it or the broker has not answered.
     */
    int64_t lag;
};

struct pt_topic {
    char name[PT_TOPIC_MAX];
    int32_t n_partitions, replication;
    int32_t leaderless;       /* partitions without a leader; -1 unknown */
    int32_t under_replicated; /* -1 unknown */
    bool is_internal;
    bool is_watched;   /* matches pintop.topics: rates are measured */
    int8_t stream;     /* enum pt_stream_id, or -1 */
    int64_t messages;  /* sum of high - low; PT_UNKNOWN */
    int64_t high;      /* sum of the high watermarks */
    int64_t committed; /* sum of the committed offsets, of the low one where there is none */
    int64_t lag;       /* sum of the partitions'; PT_UNKNOWN: one of them is unknown */
    double in_per_s, out_per_s; /* 5-second means; NAN unknown. From AWS: means of a minute */
    /* Only AWS tells these: bytes per second, the lag of the worst partition in records, and
     * CloudWatch's estimate of how old the oldest unread record is, in seconds. */
    double bytes_in_per_s;
    int64_t max_lag;
    double lag_s;
    int64_t asked_ms;       /* Unix, when its offsets were last answered; PT_UNKNOWN not yet. On
                             * a cluster of many partitions only visible topics are polled each
                             * second, the rest in turn within 30 s */
    size_t first_partition; /* into partitions[] */
};

/* Who told the topics: the brokers, or AWS in their place while none of them can be reached (the
 * AWS-only view). From AWS, messages, high watermarks and rates out are unknown, other figures are
 * minutes old, and first_partition of a topic whose partitions are unknown is n_partitions. */
enum pt_topics_source { PT_TOPICS_OF_KAFKA, PT_TOPICS_OF_AWS };
const char *pt_topics_source_word(enum pt_topics_source source);

/* Sorted by name. One allocation: topics[], then partitions[]. */
struct pt_topics_section {
    struct pt_section section;
    int64_t asked_ms;          /* Unix, of the last answer; PT_UNKNOWN: none yet */
    char error[PT_REASON_MAX]; /* why the last request failed, "" */
    enum pt_topics_source source;
    bool is_aws_awaited; /* no broker can be reached, and AWS has not answered in their place yet */
    char aws_note[PT_REASON_MAX]; /* what AWS does not tell, and why; "" */
    size_t n_topics, n_partitions;
    const struct pt_topic *topics;
    const struct pt_partition *partitions;
};

/* Abnormal ones first, then by name. One allocation: connectors[], and what they point to. */
struct pt_connectors_section {
    struct pt_section section;
    bool is_expected;        /* a back end is configured, or a group whose offsets are read */
    char backend[12];        /* "" none yet */
    char backend_title[16];  /* "Kafka Connect" */
    char error[PT_WHAT_MAX]; /* why the back end's last list failed; "" it did not */
    char fix[PT_FIX_MAX];
    int64_t error_since_ms;
    bool is_error_passing;    /* it cannot answer now and will in seconds: a rebalance */
    int64_t asked_ms;         /* Unix, of its last answer; PT_UNKNOWN */
    bool is_truncated;        /* there are more */
    size_t n_unknown_readers; /* sinks whose topics are unknown */
    size_t n_not_asked;       /* connectors whose details were not requested yet */
    int64_t sinkless_ms;      /* since when no sink reads the watched topics; PT_UNKNOWN one does */
    size_t n_connectors;
    const struct pt_connector *connectors;
};

/* The last events, oldest first; fewer when they are long, because all their texts together have
 * a limit. */
enum { PT_EVENTS_MAX = 200, PT_LOG_MAX = 500, PT_EVENTS_BYTES = 1 << 20 };
struct pt_events_section {
    struct pt_section section;
    uint64_t first_number; /* of events[0], counted from 1 since start */
    size_t n_events;
    const struct pt_event *const *events;
};
/* The last log lines, oldest first: events, and librdkafka's messages. */
struct pt_log_section {
    struct pt_section section;
    uint64_t first_number;
    uint64_t dropped; /* lines that a full queue dropped */
    size_t n_lines;
    const struct pt_event *const *lines;
};

/* One pintop ended, and another one began, within the time of the samples. */
struct pt_restart {
    int64_t ended_ms; /* Unix, of the last that is known of the one before; PT_UNKNOWN: nothing */
    int64_t begun_ms; /* Unix */
};

/* What CloudWatch has of the time before, on a cluster of MSK: figures of periods of its own, which
 * stand beside those of pintop, never among them. */
enum { PT_AWAY_PAST_MAX = 288 };
struct pt_away_sample {
    float in;  /* records per second into the watched topics, a mean; NAN unknown */
    float lag; /* of the streams' topics, records, the highest; NAN unknown */
};
struct pt_away_past {
    int64_t first_ms; /* Unix, when the first period began; PT_UNKNOWN: CloudWatch told nothing */
    int64_t period_ms;
    size_t n;
    struct pt_away_sample samples[PT_AWAY_PAST_MAX];
    char note[PT_REASON_MAX]; /* what CloudWatch does not tell, and why; "" */
};

/* Samples over time, rings: sample number n (counted from the oldest that was ever kept) is at
 * [n % PT_SERIES_LEN]; the newest is last_sample. NAN unknown. There is one of each second, and one
 * of each minute, which is made of its seconds by the rules of pintop/series.h. Those of seconds
 * begin with the engine. Those of minutes may begin before it: what recordings of the same subject
 * have of earlier engines stands before its own. The numbers change when that is put there. */
enum { PT_SERIES_LEN = 1440, PT_RESTARTS_MAX = 24 };
struct pt_series_section {
    struct pt_section section;
    int64_t last_sample;    /* -1 none yet */
    int64_t last_sample_ms; /* Unix; of a minute: its begin */
    int32_t n_topics;       /* watched */
    /* Records per second: delivered by this pintop; the growth of the watched topics' high
     * watermarks; the growth of the sink group's offsets. */
    float produced[PT_SERIES_LEN], in[PT_SERIES_LEN], out[PT_SERIES_LEN];
    float lag[PT_SERIES_LEN];          /* of the streams' topics, records */
    float ack_p99_ms[PT_SERIES_LEN];   /* of the slowest stream that runs */
    float token_left_s[PT_SERIES_LEN]; /* until the IAM token expires; 0 when it has */
    /* Of minutes only. What they are of: the servers, topics and group that were configured, as a
     * checksum, because minutes of others may not stand beside them; "" not known. And the ID of
     * the cluster, "" not known yet. */
    char subject[32];
    char cluster_id[64];
    size_t n_restarts;
    struct pt_restart restarts[PT_RESTARTS_MAX]; /* the newest, oldest first */
    struct pt_away_past away;
};

/* The identity for the cluster, and its expiry. */
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

/* The checks of the setup, as far as they were made here. */
struct pt_setup_section {
    struct pt_section section;
    bool is_running;
    int64_t begun_ms, ended_ms; /* Unix, of the last round; PT_UNKNOWN: there was none */
    char error[PT_REASON_MAX];  /* why the last round came to no end; "" */
    int64_t n_rounds;           /* that have ended, since start */
    struct pt_progress fix;     /* the fix that runs */
    /* What fixes of this run have made that costs money without pintop, as sentences; "" nothing.
     */
    char goes_on[PT_REASON_MAX];
    size_t n_checks; /* all of the table, in its order */
    const struct pt_check *checks;
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
    const struct pt_series_section *series, *minutes;
    const struct pt_auth_section *auth;
    const struct pt_completed_section *completed;
    const struct pt_setup_section *setup;
};

/* Adds one reference, or removes one (NULL is fine). Thread: any, never blocks. */
const struct pt_snapshot *pt_snapshot_acquire(const struct pt_snapshot *snap);
void pt_snapshot_release(const struct pt_snapshot *snap);

/* Returns the snapshot as the JSON of `status --json` (one line, no newline at the end). Free
 * with free(). NULL when out of memory. */
char *pt_snapshot_json(const struct pt_snapshot *snap);
/* Returns one connector of it, as in `connectors` there. Free with free(). NULL when out of
 * memory. */
char *pt_connector_json(const struct pt_snapshot *snap, const struct pt_connector *connector);

PT_API_END

#endif
