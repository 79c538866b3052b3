#include "connector/witness/compare.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "connector/sink.h"

enum { REPLICATION = 3 /* Connect's own default for a dead letter queue topic */ };

#define GIB (INT64_C(1) << 30)
#define MIB (INT64_C(1) << 20)
#define MCU_HEAP (2 * GIB) /* of the 4 GiB of an MCU about half is left for the heap's buffers */

static bool compare_is_set(const struct conn *conn, const char *name)
{
    return conn_get(conn, name)[0] != '\0';
}

static const struct pt_topic *compare_find_topic(const struct compare_cluster *cluster,
                                                 const char *name)
{
    for (size_t i = 0; i < cluster->n_topics; i++)
        if (strcmp(cluster->topics[i].name, name) == 0)
            return &cluster->topics[i];
    return NULL;
}

/* ------------------------------------------------------------------ single settings */

/* Settings whose value is used byte for byte; Connect trims numbers, lists and classes itself. */
static bool is_taken_whole(const char *name)
{
    static const char *const names[] = {"s3.bucket.name",
                                        "s3.region",
                                        "store.url",
                                        "topics.dir",
                                        "path.format",
                                        "timezone",
                                        "locale",
                                        "topics.regex",
                                        "errors.deadletterqueue.topic.name",
                                        "aws.access.key.id",
                                        "s3.proxy.url",
                                        "consumer.override.group.id",
                                        "aws.secret.access.key",
                                        "errors.tolerance"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void check_blanks(const struct conn *conn, struct losses *out)
{
    for (size_t i = 0; i < conn->n_settings; i++) {
        const char *name = conn->settings[i].name, *value = conn->settings[i].value;
        size_t n = strlen(value);
        if (n == 0 || text_ends_with(name, ".delim"))
            continue;
        bool is_before = isspace((unsigned char)value[0]);
        bool is_behind = isspace((unsigned char)value[n - 1]);
        if (!is_before && !is_behind)
            continue;
        struct loss *loss =
            losses_add(out, is_taken_whole(name) ? "setting-blank" : "setting-blank-trimmed",
                       PT_UNKNOWN, PT_UNKNOWN, "the value of %s %s with a blank", name,
                       is_before && is_behind ? "begins and ends"
                       : is_before            ? "begins"
                                              : "ends");
        loss_mend(loss, "Set %s again without the blank", name);
    }
}

/* Other settings of the S3 sink, and of every sink. */
static const char *const others[] = {"name",
                                     "connector.class",
                                     "tasks.max",
                                     "topics",
                                     "topics.regex",
                                     "aws.secret.access.key",
                                     "config.action.reload",
                                     "directory.delim",
                                     "file.delim",
                                     "filename.offset.zero.pad.width",
                                     "header.converter",
                                     "header.converter.schemas.enable",
                                     "locale",
                                     "partition.duration.ms",
                                     "partition.field.name",
                                     "timestamp.extractor",
                                     "timestamp.field",
                                     "parquet.codec",
                                     "avro.codec",
                                     "enhanced.avro.schema.support",
                                     "connect.meta.data",
                                     "schemas.cache.config",
                                     "shutdown.timeout.ms",
                                     "retry.backoff.ms",
                                     "behavior.on.null.values",
                                     "format.bytearray.extension",
                                     "format.bytearray.separator",
                                     "json.decimal.format",
                                     "keys.format.class",
                                     "headers.format.class",
                                     "store.kafka.keys",
                                     "store.kafka.headers",
                                     "tombstone.encoded.partition",
                                     "transforms",
                                     "predicates",
                                     "errors.retry.timeout",
                                     "errors.retry.delay.max.ms",
                                     "errors.log.enable",
                                     "errors.log.include.messages",
                                     "errors.deadletterqueue.topic.replication.factor",
                                     "errors.deadletterqueue.context.headers.enable",
                                     "s3.acl.canned",
                                     "s3.compression.level",
                                     "s3.credentials.provider.class",
                                     "s3.credentials.provider.sts.arn",
                                     "s3.http.send.expect.continue",
                                     "s3.object.tagging",
                                     "s3.object.behavior.on.tagging.error",
                                     "s3.part.retries",
                                     "s3.path.style.access.enabled",
                                     "s3.proxy.url",
                                     "s3.proxy.user",
                                     "s3.proxy.password",
                                     "s3.retry.backoff.ms",
                                     "s3.schema.partition.affix.type",
                                     "s3.sse.customer.key",
                                     "s3.sse.kms.key.id",
                                     "s3.ssea.name",
                                     "s3.wan.mode",
                                     "s3.elastic.buffer.enable",
                                     "s3.elastic.buffer.init.capacity"};

/* Any name may follow one of these prefixes. */
static bool is_family(const char *name)
{
    static const char *const heads[] = {
        "transforms.",  "predicates.",    "consumer.",        "producer.",
        "admin.",       "key.converter.", "value.converter.", "header.converter.",
        "partitioner.", "confluent.",     "topic.creation.",  "config.providers",
        "reporter.",    "value.subject.", "key.subject.",     "s3.credentials.provider."};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strncmp(name, heads[i], strlen(heads[i])) == 0)
            return true;
    return false;
}

/* Returns the setting that may be meant. */
static const char *nearest_setting(const char *name)
{
    struct nearest nearest;
    nearest_init(&nearest, name);
    for (size_t i = 0; i < sink_settings_count(); i++)
        nearest_offer(&nearest, sink_setting_at(i));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        nearest_offer(&nearest, others[i]);
    return nearest.best;
}

static bool compare_is_known(const char *name)
{
    const char *fallback;
    if (sink_setting_note(name, &fallback)[0] != '\0' || is_family(name))
        return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i]) == 0)
            return true;
    return false;
}

static void compare_check_names(const struct conn *conn, const struct sink *sink,
                                struct losses *out)
{
    if (!sink->is_s3 || !text_ends_with(conn->class_name, "S3SinkConnector"))
        return;
    for (size_t i = 0; i < conn->n_settings; i++) {
        const char *name = conn->settings[i].name;
        const char *meant =
            compare_is_known(name) ? NULL : nearest_setting(name); /* this search is expensive */
        if (meant == NULL || strcmp(meant, name) == 0)
            continue;
        struct loss *loss =
            losses_add(out, "setting-unknown", PT_UNKNOWN, PT_UNKNOWN,
                       "the sink has no setting %s and ignores it; %s exists", name, meant);
        loss_mend(loss, "If %s was meant, set that, and remove %s", meant, name);
    }
}

static void check_bucket(const struct sink *sink, struct losses *out)
{
    size_t n = strlen(sink->bucket);
    bool is_good = n >= 3 && n <= 63;
    bool is_blank = n > 0 && (isspace((unsigned char)sink->bucket[0]) ||
                              isspace((unsigned char)sink->bucket[n - 1]));
    if (!sink->is_s3 || sink->store_url[0] != '\0' || is_blank)
        return; /* other servers have other rules; a blank is already reported */
    for (const char *at = sink->bucket; *at != '\0'; at++)
        is_good = is_good && (islower((unsigned char)*at) || isdigit((unsigned char)*at) ||
                              *at == '-' || *at == '.');
    if (!is_good)
        losses_add(out, "setting-bucket-name", PT_UNKNOWN, PT_UNKNOWN,
                   "s3.bucket.name is \"%.100s\", which is not a valid bucket name", sink->bucket);
}

/* ------------------------------------------------------------------ settings that need another */

static bool is_time_class(const char *partitioner)
{
    return text_ends_with(partitioner, "TimeBasedPartitioner") ||
           text_ends_with(partitioner, "HourlyPartitioner") ||
           text_ends_with(partitioner, "DailyPartitioner");
}

static void compare_need(const struct conn *conn, const char *name, const char *because,
                         const char *mend, struct losses *out)
{
    if (compare_is_set(conn, name))
        return;
    struct loss *loss =
        losses_add(out, "setting-missing", PT_UNKNOWN, PT_UNKNOWN,
                   "%s is not set, and Confluent's sink needs it for %s", name, because);
    loss_mend(loss, "Set %s, such as %s", name, mend);
}

static void compare_check_time(const struct conn *conn, const struct sink *sink, struct losses *out)
{
    const char *partitioner = conn_get(conn, "partitioner.class");
    if (!sink->is_s3 || strstr(conn->class_name, "io.confluent.connect.s3.") == NULL)
        return; /* other classes have defaults of their own */
    if (is_time_class(partitioner)) {
        compare_need(conn, "timezone", "the time partitioner", "timezone=UTC", out);
        compare_need(conn, "locale", "the time partitioner", "locale=en-US", out);
        if (text_ends_with(partitioner, "TimeBasedPartitioner")) {
            compare_need(conn, "path.format", "the time partitioner",
                         "path.format='year'=YYYY/'month'=MM/'day'=dd/'hour'=HH", out);
            compare_need(conn, "partition.duration.ms", "the time partitioner",
                         "partition.duration.ms=3600000", out);
        }
    } else if (sink->schedule_ms > 0) {
        compare_need(conn, "timezone", "rotate.schedule.interval.ms", "timezone=UTC", out);
    }
    if (sink->partitioner == SINK_BY_PARTITION && conn_get_int(conn, "rotate.interval.ms", -1) > 0)
        losses_add(out, "setting-ignored", PT_UNKNOWN, PT_UNKNOWN,
                   "rotate.interval.ms is ignored by the default partitioner: objects are closed "
                   "only by flush.size%s",
                   sink->schedule_ms > 0 ? " and rotate.schedule.interval.ms" : "");
}

/* Returns why the converter's values cannot be written in that format; NULL when they can, or
 * when it is unknown. */
static const char *compare_misfit(const char *format, const char *converter, bool has_schemas)
{
    bool needs_schema =
        text_ends_with(format, "AvroFormat") || text_ends_with(format, "ParquetFormat");
    bool is_bytes = text_ends_with(converter, "ByteArrayConverter");
    if (text_ends_with(format, "ByteArrayFormat") && !is_bytes)
        return "it writes bytes, and only ByteArrayConverter provides them";
    if (!needs_schema)
        return NULL;
    if (text_ends_with(converter, "StringConverter") || is_bytes)
        return "it needs records with fields, and that converter provides none";
    if (text_ends_with(converter, "JsonConverter") && !has_schemas)
        return "it needs a schema, and value.converter.schemas.enable=false provides none";
    return NULL;
}

static void check_format(const struct conn *conn, const struct sink *sink, struct losses *out)
{
    const char *format = conn_get(conn, "format.class");
    const char *converter = conn_get(conn, "value.converter");
    bool has_schemas = strcmp(conn_get(conn, "value.converter.schemas.enable"), "false") != 0;
    if (!sink->is_s3 || *format == '\0' || *converter == '\0')
        return;
    const char *why = compare_misfit(format, converter, has_schemas);
    const char *dot = strrchr(format, '.');
    const char *last = strrchr(converter, '.');
    if (why != NULL)
        losses_add(out, "setting-format", PT_UNKNOWN, PT_UNKNOWN,
                   "%s cannot write the values of %s: %s", dot != NULL ? dot + 1 : format,
                   last != NULL ? last + 1 : converter, why);
}

static void check_login(const struct conn *conn, struct losses *out)
{
    bool has_id = compare_is_set(conn, "aws.access.key.id");
    bool has_secret = compare_is_set(conn, "aws.secret.access.key");
    if (has_id == has_secret)
        return;
    struct loss *loss =
        losses_add(out, "setting-half-login", PT_UNKNOWN, PT_UNKNOWN, "%s is set, and %s is not",
                   has_id ? "aws.access.key.id" : "aws.secret.access.key",
                   has_id ? "aws.secret.access.key" : "aws.access.key.id");
    loss_mend(loss, "Set both, or neither: with neither, the worker's own credentials are used");
}

/* ------------------------------------------------------------------ dead letters */

static void check_replication(const struct conn *conn, const char *dead,
                              const struct compare_cluster *cluster, struct losses *out)
{
    int64_t factor =
        conn_get_int(conn, "errors.deadletterqueue.topic.replication.factor", REPLICATION);
    if (cluster->n_topics == 0 || cluster->n_brokers == 0 ||
        compare_find_topic(cluster, dead) != NULL || factor <= (int64_t)cluster->n_brokers)
        return;
    struct loss *loss = losses_add(
        out, "dead-letters-replication", PT_UNKNOWN, PT_UNKNOWN,
        "the dead letter queue topic %s does not exist, and cannot be created with %" PRId64
        " replicas%s: the cluster has %zu %s",
        dead, factor,
        compare_is_set(conn, "errors.deadletterqueue.topic.replication.factor")
            ? ""
            : " (Connect's own default)",
        cluster->n_brokers, cluster->n_brokers == 1 ? "broker" : "brokers");
    loss_mend(loss, "Set errors.deadletterqueue.topic.replication.factor=%zu, or create %s first",
              cluster->n_brokers, dead);
}

static void check_dead_letters(const struct conn *conn, const struct sink *sink,
                               const struct compare_cluster *cluster, struct losses *out)
{
    const char *dead = conn_get(conn, "errors.deadletterqueue.topic.name");
    bool is_tolerant = strcmp(conn_get(conn, "errors.tolerance"), "all") == 0;
    struct sink_topics topics;
    if (*dead == '\0') {
        if (is_tolerant)
            losses_add(out, "dead-letters-none", PT_UNKNOWN, PT_UNKNOWN,
                       "errors.tolerance=all drops records that cannot be converted, and no dead "
                       "letter queue keeps them");
        return;
    }
    sink_topics_init(&topics, sink);
    if (sink_does_read(&topics, dead)) {
        struct loss *loss =
            losses_add(out, "dead-letters-loop", PT_UNKNOWN, PT_UNKNOWN,
                       "the dead letter queue topic %s is one of the topics that the connector "
                       "reads: a record that cannot be converted circulates for ever",
                       dead);
        loss_mend(loss, "Use a dead letter queue topic that %s does not match",
                  topics.list != NULL ? "topics" : "topics.regex");
    }
    sink_topics_done(&topics);
    if (!is_tolerant)
        losses_add(
            out, "dead-letters-unused", PT_UNKNOWN, PT_UNKNOWN,
            "a dead letter queue topic is configured, but without errors.tolerance=all nothing is "
            "sent there: the first record that cannot be converted stops its task");
    check_replication(conn, dead, cluster, out);
}

/* ------------------------------------------------------------------ sizes */

static int64_t partitions_of(const struct sink *sink, const struct compare_cluster *cluster)
{
    struct sink_topics topics;
    int64_t n = 0;
    sink_topics_init(&topics, sink);
    for (size_t i = 0; i < cluster->n_topics; i++)
        if (!cluster->topics[i].is_internal && sink_does_read(&topics, cluster->topics[i].name))
            n += cluster->topics[i].n_partitions;
    sink_topics_done(&topics);
    return n;
}

static void check_sizes(const struct conn *conn, const struct sink *sink,
                        const struct compare_cluster *cluster, struct losses *out)
{
    int64_t n = partitions_of(sink, cluster);
    int64_t part = conn_get_int(conn, "s3.part.size", 25 * MIB);
    if (n > 0 && sink->tasks_max > n)
        losses_add(out, "tasks-idle", PT_UNKNOWN, PT_UNKNOWN,
                   "tasks.max is %" PRId64 ", and the topics have %" PRId64 " partition%s: %" PRId64
                   " task%s nothing to do",
                   sink->tasks_max, n, text_s(n), sink->tasks_max - n,
                   sink->tasks_max - n == 1 ? " has" : "s have");
    if (!sink->is_s3 || n == 0)
        return;
    int64_t bytes = n * part;
    int64_t units = conn->mcu > 0 && conn->workers > 0 ? (int64_t)conn->mcu * conn->workers : 0;
    if (units > 0 ? bytes <= units * MCU_HEAP : bytes <= 2 * GIB)
        return;
    char has[120];
    if (units > 0)
        snprintf(has, sizeof has,
                 "the %" PRId64 " MCUs of the connector have about %.0f GiB for this", units,
                 (double)(units * MCU_HEAP) / (double)GIB);
    else
        snprintf(has, sizeof has, "a Connect worker has a heap of 2 GiB by default");
    struct loss *loss = losses_add(out, "heap-for-parts", PT_UNKNOWN, PT_UNKNOWN,
                                   "the sink holds s3.part.size (%.0f MiB) for each of its %" PRId64
                                   " open partitions: %.1f GiB, and %s",
                                   (double)part / (double)MIB, n, (double)bytes / (double)GIB, has);
    loss_mend(loss, "Lower s3.part.size (5 MiB is the minimum), set s3.elastic.buffer.enable=true, "
                    "or give the workers more memory");
}

void compare_settings(const struct conn *conn, const struct compare_cluster *cluster,
                      struct losses *out)
{
    struct sink sink;
    if (!conn->has_settings)
        return;
    sink_read(conn, &sink);
    check_blanks(conn, out);
    if (!conn_is_sink(conn))
        return;
    if (compare_is_set(conn, "topics") && compare_is_set(conn, "topics.regex"))
        losses_add(out, "setting-topics-twice", PT_UNKNOWN, PT_UNKNOWN,
                   "topics and topics.regex are both set, but Connect accepts only one of them");
    check_bucket(&sink, out);
    compare_check_time(conn, &sink, out);
    check_format(conn, &sink, out);
    check_login(conn, out);
    check_dead_letters(conn, &sink, cluster, out);
    check_sizes(conn, &sink, cluster, out);
    compare_check_names(conn, &sink, out);
}
