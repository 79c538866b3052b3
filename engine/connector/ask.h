/* The witnesses that are asked over AWS: metrics, worker log, objects, configuration against what
 * is. Each is one question with its answer; when to ask is somebody else's. Thread: the client's.
 */
#ifndef CONNECTOR_ASK_H
#define CONNECTOR_ASK_H

#include "aws/client.h"
#include "connector/conn.h"
#include "connector/log_block.h"
#include "connector/newest.h"
#include "connector/rules.h"
#include "connector/sink.h"
#include "pintop/snapshot.h"

/* A partition of a connector's topics. */
struct conn_row {
    char topic[PT_TOPIC_MAX];
    int32_t partition, leader;
    int64_t committed, high, low; /* PT_UNKNOWN */
    int64_t newest_offset;        /* at which the newest object known begins; -1 none */
    int64_t newest_ms;            /* when that was written; PT_UNKNOWN */
    int64_t newest_bytes;         /* PT_UNKNOWN */
    bool is_newest_sure;          /* there was none after it when it was looked for */
    struct newest_gaps gaps;      /* between its objects, so far */
    int64_t first_committed;      /* at pintop's first look; PT_UNKNOWN */
};
struct conn_rows {
    size_t n;
    struct conn_row *rows; /* by topic, then partition; owned */
};

enum { CONN_SERIES = 180 }; /* minutes */
struct conn_metrics {
    double running, errored, workers, read_per_s, send_per_s, rebalances_per_h; /* NAN */
    int64_t newest_ms;       /* Unix, of the newest sample; PT_UNKNOWN: there are none */
    int64_t failed_since_ms; /* when ErroredTaskCount rose; PT_UNKNOWN */
    int64_t first_ms;        /* of series[0] */
    size_t n;
    float read[CONN_SERIES]; /* records/s by the minute, NAN unknown */
};

struct conn_objects {
    char newest[320];
    int64_t newest_ms;                  /* PT_UNKNOWN: none was found */
    const char (*topics)[PT_TOPIC_MAX]; /* in: the streams', for topic_ms; NULL none */
    int64_t topic_ms[PT_STREAMS];
    bool is_unsure;                     /* there may be newer ones than were found */
    bool is_as_connector;               /* with its own keys and address */
    char bucket_region[AWS_REGION_MAX]; /* "" not known */
    char moved[96];                     /* it is in another region than s3.region says; "" */
    const struct rule *rule;            /* what an error means; NULL */
    struct rule_words words;
    bool is_telling; /* the error says something about the connector, too */
};

struct conn_log {
    const struct rule *rule; /* of the block that tells; NULL none knows it */
    struct rule_words words; /* what the rule says of it */
    int64_t time_ms;
    int32_t count;
    char said[PT_CAUSE_MAX];
    char *text; /* the block; NULL */
};

struct conn_checks {
    const struct rule *rule;
    char says[PT_CAUSE_MAX];
    char rights[PT_WHAT_MAX + 16]; /* what was found of the role's trust; "" not asked */
    bool are_rights_bad;
    int64_t age_ms; /* of the oldest answer in it */
};

/* What was answered of late about plugins and roles: many connectors have the same. */
enum { CHECKS_KEPT = 16 };
struct checks_memory {
    struct checks_kept {
        char id[AWS_ARN_MAX]; /* "" none */
        int64_t asked_ms;     /* clock_even_ms */
        struct conn_checks found;
    } kept[CHECKS_KEPT];
    unsigned next;
};

/* CloudWatch's metrics of connectors since then (Unix ms), by the minute: one call for all, and its
 * pages. n: at most METRICS_AT_ONCE. What CloudWatch has no data of, or doesn't give of one alone,
 * is that one's matter: its error says so. Errors as cw_get_metric_data: of all that were asked. */
enum { METRICS_AT_ONCE = 83 }; /* 6 queries each, of 500 */
struct metrics_ask {
    const char *connector;
    struct conn_metrics *out;
    struct pt_error error; /* out: of this one alone */
};
pt_code ask_metrics(struct aws_client *client, const struct aws_keys *keys,
                    struct metrics_ask *asks, size_t n, int64_t since_ms, struct pt_error *err);

/* The lines that may tell a cause. A trace comes line by line, and java.lang.Error's have no word
 * but that; where a task or a worker began, what was before is over. */
#define LOG_PATTERN                                                                                \
    "?ERROR ?FATAL ?WARN ?Exception ?Error ?Caused ?Suppressed ?\"at \" "                          \
    "?\"Failed to create channel\" ?\"finished initialization and start\" ?\"Kafka Connect "       \
    "started\""

/* The worker log since then: errors and warnings of this connector, cut and folded.
 * blocks: out, log_blocks_done. Errors as logs_filter_events; PT_ENOTFOUND: no such group. */
pt_code ask_log(struct aws_client *client, const struct aws_keys *keys, const struct conn *conn,
                int64_t since_ms, const char *pattern, struct log_blocks *blocks, bool *is_cut,
                struct pt_error *err);
/* The one of them that names the cause, as a witness. out->text is owned. */
void log_witness(const struct log_blocks *blocks, const struct conn *conn, struct conn_log *out);

/* Where S3 keeps a connector's objects, and who asks. client: asks as pintop; as the connector,
 * when it has keys or an address of its own. rows: its partitions, of which the newest object is
 * looked for, and which learn it; at most `calls` LISTs, beginning at *turn, which goes on. out:
 * also after an error.
 */
pt_code ask_objects(struct aws_client *client, const struct aws_keys *keys, const struct conn *conn,
                    struct conn_rows *rows, int calls, size_t *turn, struct conn_objects *out,
                    struct pt_error *err);

/* What the store's answer means, by the same rules as a log; NULL: no rule knows it. */
const struct rule *objects_explain(const struct rule_place *place, const struct pt_error *why,
                                   struct rule_words *words);
/* A name that no URL can hold is told as S3 would tell it. Errors PT_ENOTFOUND. */
pt_code objects_check_bucket(const char *bucket, struct pt_error *why);
/* A client at the connector's own address and region, over `net`. keys: its own; has_keys false
 * where its configuration holds none (or names a place that only the worker can read). done also
 * after an error. */
struct objects_own {
    struct aws_client client;
    struct aws_keys keys;
    bool has_client, has_keys;
};
pt_code objects_own_make(const struct aws_client *client, const struct http_transport *net,
                         const struct sink *sink, struct objects_own *own, struct pt_error *err);
void objects_own_done(struct objects_own *own);

/* Static checks of MSK Connect's configuration: port against authentication, region against bucket
 * (bucket_region "" not known), plugin, log delivery, the role's trust. Denied questions are left
 * out. memory: of answers that are good for another connector, too; is_anew: it is not believed.
 * Only PT_ECANCELLED, PT_ENOMEM are errors. */
pt_code ask_checks(struct aws_client *client, const struct aws_keys *keys, const struct conn *conn,
                   const char *bucket_region, struct checks_memory *memory, bool is_anew,
                   struct conn_checks *out, struct pt_error *err);
/* The part of them that asks nobody. Pure. */
void check_config(const struct conn *conn, const char *bucket_region, struct conn_checks *out);

#endif
