/* What an S3 sink's configuration means: which topics it reads, its bucket, when an object is
 * written, and its key. Names and defaults are those of Confluent's S3 sink connector. Pure.
 * Thread: any. */
#ifndef CONNECTOR_SINK_H
#define CONNECTOR_SINK_H

#include "connector/conn.h"

enum sink_partitioner { SINK_BY_PARTITION, SINK_BY_TIME, SINK_BY_OTHER };

/* Texts point into the connector's settings. */
struct sink {
    bool is_s3; /* it has a bucket, and its class is not a source */
    const char *bucket, *region, *store_url, *topics_dir, *delim, *file_delim;
    const char *key_id, *secret; /* the connector's own, which are secret; "" none */
    const char *path_format, *timezone;
    enum sink_partitioner partitioner;
    int64_t flush_size;  /* records of an object; 0 unknown */
    int64_t rotate_ms;   /* by record time (time partitioner); -1 off */
    int64_t schedule_ms; /* by the clock; -1 off */
    int64_t tasks_max;
    int32_t pad;                /* digits of the offset */
    const char *topics, *regex; /* one of them is not "" */
};
void sink_read(const struct conn *conn, struct sink *sink);

/* The topics that a sink reads. topics.regex is a Java expression for the whole name. It is tried
 * as a PCRE, which means the same where both have it. With what only Java has (classes joined by
 * &&, \\p{javaX}, \\p{InGreek} …) it is unknown what it matches. */
struct sink_topics {
    const char *list; /* "a,b"; NULL: the expression holds */
    void *regex;      /* compiled; NULL none */
    bool is_known;
};
enum sink_reads { SINK_READS_NOT, SINK_READS, SINK_READS_UNKNOWN };
void sink_topics_init(struct sink_topics *topics, const struct sink *sink);
void sink_topics_done(struct sink_topics *topics);
enum sink_reads sink_reads(const struct sink_topics *topics, const char *topic);
/* Returns whether the sink is known to read the topic. */
bool sink_does_read(const struct sink_topics *topics, const char *topic);

/* Writes the topics.regex that reads all topics whose names begin so: "0a1b." as "0a1b\\..*".
 * Returns false when it does not fit. */
bool sink_regex_of(const char *prefix, char *out, size_t cap);

/* Returns the kind of a connector whose API does not report it: "sink", "source" or "" unknown. It
 * is found by the class, and by the configuration: only a sink has topics or topics.regex. */
const char *sink_kind_of(const char *class_name, const char *topics, const char *regex);

/* Writes the prefix of a partition's objects (default partitioner): "topics/demo.pin/partition=0/".
 * Returns false when it does not fit. */
bool sink_prefix(const struct sink *sink, const char *topic, int32_t partition, char *out,
                 size_t cap);
/* Writes the prefix of the hour of time_ms (UTC) for the time partitioner. Returns false when
 * path.format is not supported (only yyyy, YYYY, MM, dd, HH and quoted text are). */
bool sink_hour_prefix(const struct sink *sink, const char *topic, int64_t time_ms, char *out,
                      size_t cap);

/* MSK Connect's list price of one MCU for an hour. */
#define SINK_USD_PER_MCU_HOUR 0.11
/* Returns after how long an object is closed by time; -1 never. */
int64_t sink_turn_ms(const struct sink *sink);

/* Returns what a setting means here, for people; "" nothing. *fallback: out, may be NULL: its
 * default, "" none. */
const char *sink_setting_note(const char *name, const char **fallback);
size_t sink_settings_count(void);
const char *sink_setting_at(size_t i);

#endif
