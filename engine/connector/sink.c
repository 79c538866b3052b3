#define PCRE2_CODE_UNIT_WIDTH 8

#include "connector/sink.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <pcre2.h>

#include "base/buf.h"
#include "pintop/connector.h"

enum { REGEX_MAX = 1024 };

static const struct {
    const char *name, *fallback, *note;
} known[] = {
    {"connector.class",                   "",                                                            "the plugin's class"                                },
    {"topics",                            "",                                                            "names, with commas; or topics.regex"               },
    {"topics.regex",                      "",                                                            "Java expression, for the whole name: .* and not *" },
    {"tasks.max",                         "1",                                                           "more than the topics have partitions is of no use" },
    {"s3.bucket.name",                    "",                                                            "only the name"                                     },
    {"s3.region",                         "us-west-2",                                                   "must be the bucket's own"                          },
    {"store.url",                         "",                                                            "another S3 server than Amazon's"                   },
    {"flush.size",                        "",                                                            "records of an object; 1: an object for each record"},
    {"rotate.interval.ms",                "-1",                                                          "by record time; only with a time partitioner"      },
    {"rotate.schedule.interval.ms",       "-1",                                                          "by the clock; needs timezone"                      },
    {"partitioner.class",                 "io.confluent.connect.storage.partitioner.DefaultPartitioner",
     "how keys begin"                                                                                                                                        },
    {"path.format",                       "",                                                            "of the time partitioner"                           },
    {"timezone",                          "",                                                            "of path.format and the schedule"                   },
    {"format.class",                      "",                                                            "how records become objects"                        },
    {"storage.class",                     "",                                                            "always S3Storage"                                  },
    {"schema.compatibility",              "NONE",                                                        "a changed schema begins an object"                 },
    {"topics.dir",                        "topics",                                                      "first folder of all keys"                          },
    {"s3.part.size",                      "26214400",                                                    "bytes in memory for each open file"                },
    {"s3.compression.type",               "none",                                                        "gzip: .json.gz"                                    },
    {"behavior.on.null.values",           "fail",                                                        "a tombstone stops the task; or ignore, write"      },
    {"errors.tolerance",                  "none",                                                        "all: bad records are skipped"                      },
    {"errors.deadletterqueue.topic.name", "",                                                            "where bad records go"                              },
    {"key.converter",                     "",                                                            "the worker's own when it isn't set"                },
    {"value.converter",                   "",                                                            "must fit what is in the topic"                     },
    {"value.converter.schemas.enable",    "true",                                                        "plain JSON needs false"                            },
    {"key.converter.schemas.enable",      "true",                                                        "plain JSON needs false"                            },
    {"consumer.override.group.id",        "",                                                            "in place of connect-<name>"                        },
    {"aws.access.key.id",                 "",                                                            "the connector's own key, in the role's place"      },
};

size_t sink_settings_count(void)
{
    return sizeof known / sizeof *known;
}

const char *sink_setting_at(size_t i)
{
    return known[i].name;
}

const char *sink_setting_note(const char *name, const char **fallback)
{
    if (fallback != NULL)
        *fallback = "";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) != 0)
            continue;
        if (fallback != NULL)
            *fallback = known[i].fallback;
        return known[i].note;
    }
    return "";
}

static const char *sink_get(const struct conn *conn, const char *name)
{
    const char *fallback, *own = conn_get(conn, name);
    if (*own != '\0')
        return own;
    sink_setting_note(name, &fallback);
    return fallback;
}

static enum sink_partitioner partitioner_of(const char *class_name)
{
    const char *name = strrchr(class_name, '.');
    name = name != NULL ? name + 1 : class_name;
    if (strcmp(name, "DefaultPartitioner") == 0)
        return SINK_BY_PARTITION;
    if (strcmp(name, "TimeBasedPartitioner") == 0 || strcmp(name, "HourlyPartitioner") == 0 ||
        strcmp(name, "DailyPartitioner") == 0)
        return SINK_BY_TIME;
    return SINK_BY_OTHER;
}

static const char *format_of(const char *class_name, const char *own)
{
    if (strstr(class_name, "HourlyPartitioner") != NULL)
        return "'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH";
    if (strstr(class_name, "DailyPartitioner") != NULL)
        return "'year'=YYYY/'month'=MM/'day'=dd";
    return own;
}

/* True when the folders of its objects are not named after its topics. */
static bool are_keys_elsewhere(const struct conn *conn)
{
    const char *affix = conn_get(conn, "s3.schema.partition.affix.type");
    if (*affix != '\0' && strcmp(affix, "NONE") != 0)
        return true;
    for (size_t i = 0; i < conn->n_settings; i++) {
        const char *name = conn->settings[i].name, *value = conn->settings[i].value;
        size_t n = strlen(name);
        if (strncmp(name, "transforms.", 11) == 0 && strcmp(name + n - 5, ".type") == 0 &&
            (strstr(value, "Router") != NULL || strstr(value, "ExtractTopic") != NULL))
            return true;
    }
    return false;
}

void sink_read(const struct conn *conn, struct sink *sink)
{
    const char *partitioner = sink_get(conn, "partitioner.class");
    const char *delim = conn_get(conn, "directory.delim");
    const char *file_delim = conn_get(conn, "file.delim");
    *sink = (struct sink){.is_s3 = conn_get(conn, "s3.bucket.name")[0] != '\0' &&
                                   strstr(conn->class_name, "Source") == NULL,
                          .bucket = sink_get(conn, "s3.bucket.name"),
                          .region = sink_get(conn, "s3.region"),
                          .store_url = sink_get(conn, "store.url"),
                          .topics_dir = sink_get(conn, "topics.dir"),
                          .delim = *delim != '\0' ? delim : "/",
                          .file_delim = *file_delim != '\0' ? file_delim : "+",
                          .key_id = conn_get(conn, "aws.access.key.id"),
                          .secret = conn_get(conn, "aws.secret.access.key"),
                          .path_format = format_of(partitioner, sink_get(conn, "path.format")),
                          .timezone = sink_get(conn, "timezone"),
                          .partitioner = partitioner_of(partitioner),
                          .flush_size = conn_get_int(conn, "flush.size", 0),
                          .rotate_ms = conn_get_int(conn, "rotate.interval.ms", -1),
                          .schedule_ms = conn_get_int(conn, "rotate.schedule.interval.ms", -1),
                          .tasks_max = conn_get_int(conn, "tasks.max", 1),
                          .pad = (int32_t)conn_get_int(conn, "filename.offset.zero.pad.width", 10),
                          .topics = conn_get(conn, "topics"),
                          .regex = conn_get(conn, "topics.regex")};
    if (sink->partitioner != SINK_BY_TIME)
        sink->rotate_ms = -1; /* the connector ignores it, with a warning */
    if (are_keys_elsewhere(conn))
        sink->partitioner = SINK_BY_OTHER;
    if (sink->flush_size < 0 || sink->flush_size > INT32_MAX)
        sink->flush_size = 0; /* the connector refuses it */
    if (sink->pad < 0 || sink->pad > 20)
        sink->pad = 10;
}

/* ------------------------------------------------------------------ topics */

enum { MATCH_LIMIT = 100000 };

/* What only Java's expressions have, or what PCRE reads differently. */
static bool is_javas_only(const char *regex)
{
    static const char *const marks[] = {"&&",     "\\p{java", "\\P{java",  "\\p{In", "\\P{In",
                                        "\\p{Is", "\\P{Is",   "\\p{block", "\\p{sc"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strstr(regex, marks[i]) != NULL)
            return true;
    return false;
}

static pcre2_code *sink_compile(const char *regex)
{
    int code;
    size_t at;
    char whole[REGEX_MAX];
    if (is_javas_only(regex) ||
        (size_t)snprintf(whole, sizeof whole, "\\A(?:%s)\\z", regex) >= sizeof whole)
        return NULL;
    return pcre2_compile((PCRE2_SPTR)whole, PCRE2_ZERO_TERMINATED, PCRE2_NEVER_BACKSLASH_C, &code,
                         &at, NULL);
}

void sink_topics_init(struct sink_topics *topics, const struct sink *sink)
{
    memset(topics, 0, sizeof *topics);
    if (sink->topics[0] != '\0') {
        topics->list = sink->topics;
        topics->is_known = true;
    } else if (sink->regex[0] != '\0') {
        topics->regex = sink_compile(sink->regex);
        topics->is_known = topics->regex != NULL;
    }
}

void sink_topics_done(struct sink_topics *topics)
{
    pcre2_code_free(topics->regex);
    topics->regex = NULL;
}

static bool is_in_list(const char *list, const char *topic)
{
    size_t len = strlen(topic);
    for (const char *at = list; *at != '\0';) {
        at += strspn(at, ", ");
        size_t n = strcspn(at, ", ");
        if (n == len && strncmp(at, topic, n) == 0)
            return true;
        at += n;
    }
    return false;
}

enum sink_reads sink_reads(const struct sink_topics *topics, const char *topic)
{
    if (topics->list != NULL)
        return is_in_list(topics->list, topic) ? SINK_READS : SINK_READS_NOT;
    if (topics->regex == NULL)
        return SINK_READS_UNKNOWN;
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    int n = PCRE2_ERROR_NOMEMORY;
    if (data != NULL && context != NULL) {
        pcre2_set_match_limit(context, MATCH_LIMIT);
        n = pcre2_match(topics->regex, (PCRE2_SPTR)topic, strlen(topic), 0, 0, data, context);
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    return n >= 0 ? SINK_READS : n == PCRE2_ERROR_NOMATCH ? SINK_READS_NOT : SINK_READS_UNKNOWN;
}

bool sink_does_read(const struct sink_topics *topics, const char *topic)
{
    return sink_reads(topics, topic) == SINK_READS;
}

bool sink_regex_of(const char *prefix, char *out, size_t cap)
{
    struct buf regex;
    buf_init(&regex, REGEX_MAX);
    for (const char *at = prefix; *at != '\0'; at++)
        buf_printf(&regex, "%s%c", strchr("\\.[]{}()*+?^$|", *at) != NULL ? "\\" : "", *at);
    buf_puts(&regex, ".*");
    bool is_fitting = !regex.is_over && regex.len < cap;
    snprintf(out, cap, "%s", is_fitting ? regex.data : "");
    buf_done(&regex);
    return is_fitting;
}

/* ------------------------------------------------------------------ kinds */

const char *sink_kind_of(const char *class_name, const char *topics, const char *regex)
{
    /* The packages of projects whose connectors are all of one kind. */
    static const struct {
        const char *begins, *kind;
    } classes[] = {
        {"io.debezium.connector.jdbc.",                      "sink"  },
        {"io.debezium.",                                     "source"},
        {"org.apache.kafka.connect.mirror.",                 "source"},
        {"com.github.jcustenborder.kafka.connect.spooldir.", "source"},
        {"io.lenses.streamreactor.connect.aws.s3.source.",   "source"},
        {"io.confluent.kafka.connect.datagen.",              "source"},
        {"io.confluent.connect.replicator.",                 "source"},
        {"com.snowflake.kafka.connector.",                   "sink"  },
        {"com.amazon.kinesis.kafka.",                        "sink"  },
        {"com.splunk.kafka.connect.",                        "sink"  },
        {"com.clickhouse.kafka.connect.",                    "sink"  },
        {"com.wepay.kafka.connect.bigquery.",                "sink"  },
    };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strncmp(class_name, classes[i].begins, strlen(classes[i].begins)) == 0)
            return classes[i].kind;
    const char *name = strrchr(class_name, '.');
    name = name != NULL ? name + 1 : class_name;
    if (strstr(name, "Source") != NULL)
        return "source";
    if (strstr(name, "Sink") != NULL || topics[0] != '\0' || regex[0] != '\0')
        return "sink";
    return "";
}

/* ------------------------------------------------------------------ keys */

bool sink_prefix(const struct sink *sink, const char *topic, int32_t partition, char *out,
                 size_t cap)
{
    return (size_t)snprintf(out, cap, "%s%s%s%spartition=%d%s", sink->topics_dir, sink->delim,
                            topic, sink->delim, partition, sink->delim) < cap;
}

/* Writes one field of a time format, in the letters of Joda-Time. Returns false for an unknown
 * letter. */
static bool put_field(struct buf *out, char letter, const struct tm *tm)
{
    switch (letter) {
    case 'y':
    case 'Y':
        buf_printf(out, "%04d", tm->tm_year + 1900);
        return true;
    case 'M':
        buf_printf(out, "%02d", tm->tm_mon + 1);
        return true;
    case 'd':
        buf_printf(out, "%02d", tm->tm_mday);
        return true;
    case 'H':
        buf_printf(out, "%02d", tm->tm_hour);
        return true;
    default:
        return false;
    }
}

static bool put_format(struct buf *out, const char *format, const struct tm *tm)
{
    for (const char *at = format; *at != '\0';) {
        if (*at == '\'') {
            const char *end = strchr(at + 1, '\'');
            if (end == NULL)
                return false;
            buf_append(out, at + 1, (size_t)(end - at - 1));
            at = end + 1;
        } else if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z')) {
            char letter = *at;
            if (!put_field(out, letter, tm))
                return false;
            while (*at == letter)
                at++;
        } else {
            buf_append(out, at++, 1);
        }
    }
    return true;
}

bool sink_hour_prefix(const struct sink *sink, const char *topic, int64_t time_ms, char *out,
                      size_t cap)
{
    struct buf text;
    struct tm tm;
    time_t seconds = (time_t)(time_ms / 1000);
    if (sink->path_format[0] == '\0' || gmtime_r(&seconds, &tm) == NULL)
        return false;
    if (sink->timezone[0] != '\0' && strcmp(sink->timezone, "UTC") != 0)
        return false;
    buf_init(&text, cap - 1);
    buf_printf(&text, "%s%s%s%s", sink->topics_dir, sink->delim, topic, sink->delim);
    bool is_good = put_format(&text, sink->path_format, &tm);
    buf_puts(&text, sink->delim);
    is_good = is_good && !text.is_over;
    if (is_good)
        snprintf(out, cap, "%s", text.data);
    buf_done(&text);
    return is_good;
}

/* ------------------------------------------------------------------ sums */

int64_t sink_turn_ms(const struct sink *sink)
{
    return sink->schedule_ms > 0 ? sink->schedule_ms : sink->rotate_ms;
}

double pt_objects_per_hour(int64_t flush_size, int64_t turn_ms, double per_s, int64_t partitions)
{
    if (isnan(per_s) || flush_size <= 0)
        return NAN;
    double by_size = per_s * 3600 / (double)flush_size;
    if (turn_ms <= 0 || per_s <= 0)
        return by_size;
    double by_time = 3600e3 / (double)turn_ms * (double)(partitions > 0 ? partitions : 1);
    double most = per_s * 3600; /* no object is empty */
    double sum = by_size > by_time ? by_size : by_time;
    return sum < most ? sum : most;
}
