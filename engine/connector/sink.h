/* What an S3 sink's configuration means: which topics, which bucket, when an object is written, and
 * what its key is. Names and defaults: Confluent's S3 sink connector. Pure. Thread: any. */
#ifndef CONNECTOR_SINK_H
#define CONNECTOR_SINK_H

#include "connector/conn.h"

enum sink_partitioner { SINK_BY_PARTITION, SINK_BY_TIME, SINK_BY_OTHER };

/* Texts point into the connector's settings. */
struct sink {
    bool is_s3; /* its class is an S3 sink's */
    const char *bucket, *region, *store_url, *topics_dir, *delim, *file_delim;
    const char *key_id, *secret; /* the connector's own, "" none: secrets */
    const char *path_format, *timezone;
    enum sink_partitioner partitioner;
    int64_t flush_size;  /* records of an object; 0 not said */
    int64_t rotate_ms;   /* by record time (time partitioner), -1 off */
    int64_t schedule_ms; /* by the clock, -1 off */
    int64_t tasks_max;
    int32_t pad;                /* digits of the offset */
    const char *topics, *regex; /* exactly one is not "" */
};
void sink_read(const struct conn *conn, struct sink *sink);

/* Topics that it reads. topics.regex is a Java expression for the whole name. It is tried as a
 * PCRE, which means the same by what both have; what only Java has (classes joined by &&,
 * \\p{javaX},
 * \\p{InGreek} …) is not known: then nothing is said about what it matches. */
struct sink_topics {
    const char *list; /* "a,b"; NULL: the expression */
    void *regex;      /* compiled; NULL none */
    bool is_known;
};
enum sink_reads { SINK_READS_NOT, SINK_READS, SINK_READS_UNKNOWN };
void sink_topics_init(struct sink_topics *topics, const struct sink *sink);
void sink_topics_done(struct sink_topics *topics);
enum sink_reads sink_reads(const struct sink_topics *topics, const char *topic);
/* It reads it, as far as is known. */
bool sink_does_read(const struct sink_topics *topics, const char *topic);

/* What a connector is, by its class, when the API does not say: "sink", "source" or "" not known.
 * Also by what its configuration has: topics or topics.regex are a sink's. */
const char *sink_kind_of(const char *class_name, const char *topics, const char *regex);

/* "topics/demo.pin/partition=0/": where a partition's objects are (default partitioner). False: it
 * doesn't fit. */
bool sink_prefix(const struct sink *sink, const char *topic, int32_t partition, char *out,
                 size_t cap);
/* Below the key of the object that begins at offset: "…/demo.pin+0+0000000041" */
bool sink_key_below(const struct sink *sink, const char *topic, int32_t partition, int64_t offset,
                    char *out, size_t cap);
/* The prefix of the hour of time_ms (UTC) for the time partitioner; false: its path.format isn't
 * one that can be followed (only yyyy, YYYY, MM, dd, HH and text in quotes). */
bool sink_hour_prefix(const struct sink *sink, const char *topic, int64_t time_ms, char *out,
                      size_t cap);

/* List price of a unit of MSK Connect for an hour. */
#define SINK_USD_PER_MCU_HOUR 0.11
/* After how long an object is closed by time; -1 never. */
int64_t sink_turn_ms(const struct sink *sink);

/* What a setting means here, for people; "" nothing to say. *fallback: out, may be NULL: its
 * default,
 * "" none. */
const char *sink_setting_note(const char *name, const char **fallback);
size_t sink_settings_count(void);
const char *sink_setting_at(size_t i);

#endif
