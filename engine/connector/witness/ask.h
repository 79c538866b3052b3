/* The witnesses that are asked over AWS: metrics, worker log, objects, and the configuration
 * compared with the facts. Each function makes one kind of request; the caller decides when.
 * Thread: the client's. */
#ifndef CONNECTOR_WITNESS_ASK_H
#define CONNECTOR_WITNESS_ASK_H

#include "aws/client.h"
#include "connector/conn.h"
#include "connector/rules/rules.h"
#include "connector/sink.h"
#include "connector/witness/log_block.h"
#include "connector/witness/newest.h"
#include "pintop/snapshot.h"

/* A partition of a connector's topics. */
struct conn_row {
    char topic[PT_TOPIC_MAX];
    int32_t partition, leader;
    int64_t committed, high, low; /* PT_UNKNOWN */
    int64_t newest_offset;        /* the offset at which the newest known object begins; -1 none */
    int64_t newest_ms;            /* when that object was written; PT_UNKNOWN */
    int64_t newest_bytes;         /* PT_UNKNOWN */
    bool is_newest_sure;          /* the search found no later object */
    struct newest_gaps gaps;      /* between its objects, found so far */
    int64_t first_committed;      /* at pintop's first look; PT_UNKNOWN */
};
struct conn_rows {
    size_t n;
    struct conn_row *rows; /* by topic, then partition; owned */
};

enum { CONN_SERIES = 180 }; /* minutes */
struct conn_metrics {
    double running, errored, workers, read_per_s, send_per_s, rebalances_per_h; /* NAN */
    int64_t newest_ms;       /* Unix, of the newest sample; PT_UNKNOWN when there are none */
    int64_t failed_since_ms; /* when ErroredTaskCount rose; PT_UNKNOWN */
    int64_t first_ms;        /* of series[0] */
    size_t n;
    float read[CONN_SERIES]; /* records/s by the minute, NAN unknown */
};

struct conn_objects {
    char newest[320];
    int64_t newest_ms;                  /* PT_UNKNOWN when none was found */
    const char (*topics)[PT_TOPIC_MAX]; /* in: topics of the streams, for topic_ms; NULL none */
    int64_t topic_ms[PT_STREAMS];
    bool is_unsure;                     /* there may be newer objects than were found */
    bool is_as_connector;               /* asked with the connector's own credentials and
                                         * endpoint */
    char bucket_region[AWS_REGION_MAX]; /* "" unknown */
    char moved[96];                     /* set when the bucket is in another region than
                                         * s3.region; "" */
    const struct rule *rule;            /* the meaning of an error; NULL */
    struct rule_words words;
    bool is_telling; /* the error concerns the connector, too */
};

struct conn_log {
    const struct rule *rule; /* for the block that names the cause; NULL: no rule matches */
    struct rule_words words; /* the rule's words for it */
    int64_t time_ms;
    int32_t count;
    char said[PT_CAUSE_MAX];
    char *text; /* the block; NULL */
};

struct conn_checks {
    const struct rule *rule;
    char says[PT_CAUSE_MAX];
    char rights[PT_WHAT_MAX + 16]; /* what was found about the role's trust policy; "" not asked
                                    * for */
    bool are_rights_bad;
    int64_t age_ms; /* of the oldest answer in it */
};

/* Recent answers about plugins and roles: many connectors share them. */
enum { CHECKS_KEPT = 16 };
struct checks_memory {
    struct checks_kept {
        char id[AWS_ARN_MAX]; /* "" none */
        int64_t asked_ms;     /* clock_even_ms */
        struct conn_checks found;
    } kept[CHECKS_KEPT];
    unsigned next;
};

/* Reads CloudWatch's metrics of connectors since then (Unix ms), by the minute: one call for
 * all, and its pages. n is at most METRICS_AT_ONCE. When CloudWatch has no data of one
 * connector, or withholds it, that connector's error says so. Errors as cw_get_metric_data: they
 * concern all connectors. */
enum { METRICS_AT_ONCE = 83 }; /* 6 queries each, of 500 */
struct metrics_ask {
    const char *connector;
    struct conn_metrics *out;
    struct pt_error error; /* out: of this connector only */
};
pt_code ask_metrics(struct aws_client *client, const struct aws_keys *keys,
                    struct metrics_ask *asks, size_t n, int64_t since_ms, struct pt_error *err);

/* The lines that may name a cause. A trace comes line by line, and those of java.lang.Error
 * contain no other word; when a task or a worker starts, what was before is over. */
#define LOG_PATTERN                                                                                \
    "?ERROR ?FATAL ?WARN ?Exception ?Error ?Caused ?Suppressed ?\"at \" "                          \
    "?\"Failed to create channel\" ?\"finished initialization and start\" ?\"Kafka Connect "       \
    "started\""

/* Reads the worker log since then: errors and warnings of this connector, cut into blocks and
 * folded.
 * blocks: out, log_blocks_done. Errors as logs_filter_events; PT_ENOTFOUND: no such log group. */
pt_code ask_log(struct aws_client *client, const struct aws_keys *keys, const struct conn *conn,
                int64_t since_ms, const char *pattern, struct log_blocks *blocks, bool *is_cut,
                struct pt_error *err);
/* Chooses the block that names the cause, as a witness. out->text is owned. */
void log_witness(const struct log_blocks *blocks, const struct conn *conn, struct conn_log *out);

/* Finds where S3 keeps a connector's objects, and with whose credentials to ask. client asks as
 * pintop, or as the connector when it has credentials or an endpoint of its own. rows are its
 * partitions, whose newest objects are searched and stored there; at most `calls` LISTs are
 * made, beginning at *turn, which advances. out is also filled after an error. */
pt_code ask_objects(struct aws_client *client, const struct aws_keys *keys, const struct conn *conn,
                    struct conn_rows *rows, int calls, size_t *turn, struct conn_objects *out,
                    struct pt_error *err);

/* Returns the rule for the store's answer, the same rules as for a log; NULL when no rule
 * matches. */
const struct rule *objects_explain(const struct rule_place *place, const struct pt_error *why,
                                   struct rule_words *words);
/* Checks a name that no URL can hold, and reports it as S3 would. Errors PT_ENOTFOUND. */
pt_code objects_check_bucket(const char *bucket, struct pt_error *why);
/* Makes a client for the connector's own endpoint and region, over `net`. keys are its own;
 * has_keys is false when its configuration has none (or refers to a place that only the worker
 * can read). Call done also after an error. */
struct objects_own {
    struct aws_client client;
    struct aws_keys keys;
    bool has_client, has_keys;
};
pt_code objects_own_make(const struct aws_client *client, const struct http_transport *net,
                         const struct sink *sink, struct objects_own *own, struct pt_error *err);
void objects_own_done(struct objects_own *own);

/* Makes the static checks of MSK Connect's configuration: port against authentication, region
 * against bucket (bucket_region "" unknown), plugin, log delivery, the role's trust policy. Denied
 * requests are skipped. memory holds answers that apply to other connectors, too; with is_anew it
 * is ignored.
 * Only PT_ECANCELLED and PT_ENOMEM are errors. */
pt_code ask_checks(struct aws_client *client, const struct aws_keys *keys, const struct conn *conn,
                   const char *bucket_region, struct checks_memory *memory, bool is_anew,
                   struct conn_checks *out, struct pt_error *err);
/* The checks that need no request. Pure. */
void check_config(const struct conn *conn, const char *bucket_region, struct conn_checks *out);

#endif
