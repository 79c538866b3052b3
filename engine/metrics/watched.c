/* What pintop watches: topics with the lag of their readers, and connectors. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "metrics/families.h"
#include "pintop/metrics.h"

static const char *verdict_at(int verdict)
{
    return verdict > PT_V_FAILED ? NULL : pt_verdict_word((enum pt_verdict)verdict);
}

void metrics_verdict(struct metrics_text *to, const char *const *labels, enum pt_verdict verdict)
{
    metrics_states(to, labels, (int)verdict, verdict_at);
}

/* ---- topics ---- */

/* Whether offsets of this topic are asked for, and how many partitions it has then. */
static size_t watched_partitions(const struct pt_topics_section *topics,
                                 const struct pt_topic *topic)
{
    size_t n = topic->n_partitions > 0 ? (size_t)topic->n_partitions : 0;
    bool has_rows = topic->first_partition + n <= topics->n_partitions;
    return topic->is_watched && has_rows ? n : 0;
}

static void metrics_partitions(struct metrics_text *to, const struct pt_topics_section *topics,
                               bool is_left_out)
{
    metrics_family(to, "pintop_partition_lag_records", "gauge", "records",
                   "Records of the partition that the sink's group has not committed.");
    for (size_t i = 0; i < topics->n_topics && !is_left_out; i++) {
        const struct pt_topic *topic = &topics->topics[i];
        size_t n = watched_partitions(topics, topic);
        for (size_t p = 0; p < n; p++) {
            const struct pt_partition *part = &topics->partitions[topic->first_partition + p];
            char number[16];
            snprintf(number, sizeof number, "%" PRId32, part->partition);
            metrics_int(to, "", LABELS("topic", topic->name, "partition", number), part->lag);
        }
    }
}

/* One figure of the first watched topics. */
static void metrics_of_topics(struct metrics_text *to, const struct pt_topics_section *topics,
                              const char *name, const char *help,
                              int64_t (*figure)(const struct pt_topic *topic))
{
    size_t n = 0;
    metrics_family(to, name, "gauge", "records", help);
    for (size_t i = 0; i < topics->n_topics && n < PT_METRICS_PARTITIONS; i++) {
        const struct pt_topic *topic = &topics->topics[i];
        if (!topic->is_watched)
            continue;
        metrics_int(to, "", LABELS("topic", topic->name), figure(topic));
        n++;
    }
}

static int64_t topic_lag(const struct pt_topic *topic)
{
    return topic->lag;
}

static int64_t topic_messages(const struct pt_topic *topic)
{
    return topic->messages;
}

void metrics_topics(struct metrics_text *to, const struct pt_topics_section *topics)
{
    size_t n_partitions = 0, n_watched = 0;
    for (size_t i = 0; i < topics->n_topics; i++) {
        n_partitions += watched_partitions(topics, &topics->topics[i]);
        n_watched += topics->topics[i].is_watched;
    }
    bool is_left_out = n_partitions > PT_METRICS_PARTITIONS;
    metrics_of_topics(to, topics, "pintop_topic_lag_records",
                      "Records of the topic that the sink's group has not committed.", topic_lag);
    metrics_of_topics(to, topics, "pintop_topic_records", "Records that the topic holds.",
                      topic_messages);
    metrics_partitions(to, topics, is_left_out);
    metrics_family(to, "pintop_lag_left_out", "gauge", NULL,
                   "Watched partitions and topics that have no metric of their own, because there "
                   "are too many.");
    metrics_int(to, "", LABELS("what", "partitions"), is_left_out ? (int64_t)n_partitions : 0);
    metrics_int(to, "", LABELS("what", "topics"),
                n_watched > PT_METRICS_PARTITIONS ? (int64_t)(n_watched - PT_METRICS_PARTITIONS)
                                                  : 0);
}

/* ---- connectors ---- */

struct watched_figure {
    const char *name, *unit, *help;
    double (*of)(const struct pt_connector *c, int64_t now_ms);
};

static double figure_of(int64_t value)
{
    return value == PT_UNKNOWN ? NAN : (double)value;
}

static double connector_lag(const struct pt_connector *c, int64_t now_ms)
{
    (void)now_ms;
    return figure_of(c->lag_total);
}

static double connector_tasks(const struct pt_connector *c, int64_t now_ms)
{
    (void)now_ms;
    return c->n_tasks < 0 ? NAN : c->n_tasks;
}

static double connector_running(const struct pt_connector *c, int64_t now_ms)
{
    (void)now_ms;
    return c->running_tasks < 0 ? NAN : c->running_tasks;
}

static double connector_failed(const struct pt_connector *c, int64_t now_ms)
{
    (void)now_ms;
    return c->failed_tasks < 0 ? NAN : c->failed_tasks;
}

static double connector_object_age(const struct pt_connector *c, int64_t now_ms)
{
    return c->newest_object_ms == PT_UNKNOWN ? NAN : (double)(now_ms - c->newest_object_ms) / 1000;
}

static double connector_safe(const struct pt_connector *c, int64_t now_ms)
{
    if (c->safe_until_ms == PT_UNKNOWN)
        return NAN;
    return c->safe_until_ms > now_ms ? (double)(c->safe_until_ms - now_ms) / 1000 : 0;
}

static const struct watched_figure connector_figures[] = {
    {"pintop_connector_lag_records",               "records", "Records that wait for the connector.",
     connector_lag                                                                                                        },
    {"pintop_connector_tasks",                     NULL,      "Tasks of the connector.",              connector_tasks     },
    {"pintop_connector_tasks_running",             NULL,      "Tasks that run.",                      connector_running   },
    {"pintop_connector_tasks_failed",              NULL,      "Tasks that have failed.",              connector_failed    },
    {"pintop_connector_newest_object_age_seconds", "seconds",
     "Age of the newest object that the connector has written.",                                      connector_object_age},
    {"pintop_connector_safe_seconds",              "seconds",
     "Until retention deletes the first record that waits for the connector.",                        connector_safe      },
};

void metrics_connectors(struct metrics_text *to, const struct pt_snapshot *snap)
{
    const struct pt_connectors_section *section = snap->connectors;
    metrics_family(to, "pintop_connector_verdict", "stateset", NULL,
                   "The verdict on the connector.");
    for (size_t i = 0; i < section->n_connectors; i++) {
        const struct pt_connector *c = &section->connectors[i];
        metrics_verdict(to, LABELS("connector", c->name, "backend", c->backend), c->verdict);
    }
    for (size_t f = 0; f < sizeof connector_figures / sizeof *connector_figures; f++) {
        const struct watched_figure *figure = &connector_figures[f];
        metrics_family(to, figure->name, "gauge", figure->unit, figure->help);
        for (size_t i = 0; i < section->n_connectors; i++) {
            const struct pt_connector *c = &section->connectors[i];
            metrics_real(to, "", LABELS("connector", c->name, "backend", c->backend),
                         figure->of(c, snap->time_ms));
        }
    }
}
