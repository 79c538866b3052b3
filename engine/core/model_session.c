/* The connectors and session sections, and the pipeline's verdict. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/engine_state.h"

enum { PATIENCE_MS = 60000, PATIENCE_SLACK_MS = 5000 };

static int64_t patience_ms(const struct pt_engine *eng)
{
    return eng->set.is_embedded
               ? 3 * pt_config_int(eng->cfg, "pintop.sink.rotate.ms") + PATIENCE_SLACK_MS
               : PATIENCE_MS;
}

static const char *sink_word(const struct model *m)
{
    static const char *const words[] = {"STARTING", "RUNNING", "FAILED", "STOPPED"};
    return m->has_sink ? words[m->sink.state] : ""; /* nobody was asked */
}

/* Lag and rates of all topics that the group reads. */
static void add_offsets(const struct pt_engine *eng, struct pt_connector *c)
{
    const struct pt_topics_section *topics = eng->model.parts.topics;
    c->lag_total = PT_UNKNOWN;
    c->out_per_s = c->lag_per_s = NAN;
    double in = 0;
    for (size_t i = 0; topics && i < topics->n_topics; i++) {
        const struct pt_topic *t = &topics->topics[i];
        if (t->lag == PT_UNKNOWN)
            continue;
        c->lag_total = (c->lag_total == PT_UNKNOWN ? 0 : c->lag_total) + t->lag;
        if (isnan(t->out_per_s) || isnan(t->in_per_s))
            continue;
        c->out_per_s = (isnan(c->out_per_s) ? 0 : c->out_per_s) + t->out_per_s;
        in += t->in_per_s;
    }
    if (!isnan(c->out_per_s))
        c->lag_per_s = in - c->out_per_s;
}

static void add_embedded(const struct model *m, struct pt_connector *c)
{
    const struct sink_status *s = &m->sink;
    text_copy(c->state_description, sizeof c->state_description, s->error);
    text_copy(c->cause, sizeof c->cause, s->error);
    text_copy(c->fix, sizeof c->fix, s->fix);
    c->running_tasks = s->state == SINK_RUNNING;
    c->failed_tasks = s->state == SINK_FAILED;
    c->objects = s->kept_objects;
    c->bytes = s->kept_bytes;
    c->expired_objects = s->expired_objects;
    c->lost_records = s->lost_records;
    text_copy(c->newest_object, sizeof c->newest_object, s->newest_object);
    c->newest_object_ms = s->newest_object_ms;
}

static void __attribute__((format(printf, 5, 6)))
witness(struct pt_connector *c, const char *who, const char *source, bool is_bad, const char *fmt,
        ...)
{
    struct pt_evidence *e = &c->evidence[c->n_evidence++];
    va_list args;
    text_copy(e->witness, sizeof e->witness, who);
    text_copy(e->source, sizeof e->source, source);
    e->is_bad = is_bad;
    e->since_ms = PT_UNKNOWN;
    va_start(args, fmt);
    vsnprintf(e->says, sizeof e->says, fmt, args);
    va_end(args);
}

static void add_evidence(const struct model *m, struct pt_connector *c)
{
    int64_t asked_ms = m->report ? m->report->time_ms : PT_UNKNOWN;
    if (m->has_sink)
        witness(c, "state", "embedded", c->failed_tasks > 0, "%s%s%s", c->state,
                c->state_description[0] ? ": " : "", c->state_description);
    if (c->lag_total != PT_UNKNOWN)
        witness(c, "group lag", "Kafka", c->verdict == PT_V_STALLED, "%" PRId64, c->lag_total);
    else
        witness(c, "group lag", "Kafka", false, "unknown%s%s", m->group_error.what[0] ? ": " : "",
                m->group_error.what);
    if (m->moves.out_ms != PT_UNKNOWN)
        c->evidence[c->n_evidence - 1].since_ms = m->moves.out_ms;
    if (m->has_sink) {
        witness(c, "newest object", "directory", false, "%s",
                c->newest_object[0] ? c->newest_object : "none yet");
        c->evidence[c->n_evidence - 1].since_ms = c->newest_object_ms;
    }
    for (size_t i = 0; i < c->n_evidence; i++)
        c->evidence[i].asked_ms = asked_ms;
}

static void fill_connector(struct pt_engine *eng, struct pt_connector *c)
{
    struct model *m = &eng->model;
    text_copy(c->name, sizeof c->name, eng->set.connector);
    text_copy(c->group, sizeof c->group, eng->set.group);
    text_copy(c->kind, sizeof c->kind, "sink");
    text_copy(c->backend, sizeof c->backend, eng->set.is_embedded ? "embedded" : "group");
    text_copy(c->class_name, sizeof c->class_name,
              eng->set.is_embedded ? "pintop.EmbeddedSink" : "");
    text_copy(c->state, sizeof c->state, sink_word(m));
    text_copy(c->where, sizeof c->where, eng->set.is_embedded ? eng->set.sink_dir : "");
    c->n_tasks = eng->set.is_embedded ? 1 : 0;
    c->objects = c->bytes = c->newest_object_ms = PT_UNKNOWN;
    add_offsets(eng, c);
    if (m->has_sink)
        add_embedded(m, c);
    if (c->lag_total == PT_UNKNOWN && !c->cause[0]) {
        text_copy(c->cause, sizeof c->cause, m->group_error.what);
        text_copy(c->fix, sizeof c->fix, m->group_error.fix);
    }
    int64_t now_ms = clock_real_ms();
    c->verdict = verdict_sink(c->state, c->lag_total, &m->moves, patience_ms(eng), now_ms);
    if (c->verdict != m->sink_verdict) {
        if (m->sink_verdict > PT_V_TRANSITION || c->verdict > PT_V_TRANSITION)
            model_event(eng, c->verdict > PT_V_PAUSED ? PT_ERROR : PT_INFO, "sink", "%s -> %s%s%s",
                        pt_verdict_word(m->sink_verdict), pt_verdict_word(c->verdict),
                        c->cause[0] ? ": " : "", c->cause);
        m->sink_verdict = c->verdict;
        m->sink_verdict_since_ms = now_ms;
    }
    c->verdict_since_ms = m->sink_verdict_since_ms;
    add_evidence(m, c);
}

const void *model_connectors_section(struct pt_engine *eng)
{
    const struct pt_connectors_section *before = eng->model.parts.connectors;
    struct pt_connectors_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    /* Known: the embedded sink, or a group that the configuration names. */
    if (eng->set.is_embedded || eng->set.group[0]) {
        s->n_connectors = 1;
        fill_connector(eng, &s->connectors[0]);
    }
    if (before &&
        memcmp(&before->section + 1, &s->section + 1, sizeof *s - sizeof s->section) == 0) {
        section_release(s);
        return NULL;
    }
    return s;
}

static const char *disk_error(const struct model *m)
{
    for (int i = 0; i < DISK_SLOTS; i++)
        if (m->disk_errors[i][0])
            return m->disk_errors[i];
    return "";
}

void model_verdict(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    struct verdict next;
    struct verdict_facts facts = {
        .streams = m->parts.streams,
        .cluster = m->parts.cluster,
        .connectors = m->parts.connectors,
        .topics = m->parts.topics,
        .moves = &m->moves,
        .is_watcher = atomic_load(&eng->is_watcher),
        .now_ms = clock_real_ms(),
        .patience_ms = patience_ms(eng),
        .disk_error = disk_error(m),
    };
    if (facts.streams == NULL || facts.cluster == NULL || facts.connectors == NULL ||
        facts.topics == NULL)
        return;
    verdict_pipeline(&facts, &next);
    if (next.verdict != m->verdict.verdict) {
        if (next.verdict >= PT_V_DEGRADED || m->verdict.verdict >= PT_V_DEGRADED)
            model_event(eng, next.verdict >= PT_V_DEGRADED ? PT_ERROR : PT_INFO, "pipeline",
                        "%s -> %s: %s", pt_verdict_word(m->verdict.verdict),
                        pt_verdict_word(next.verdict), next.text);
        m->verdict_since_ms = facts.now_ms;
    }
    m->verdict = next;
}

static void say_stopping(struct pt_engine *eng, struct pt_session_section *s)
{
    const struct model *m = &eng->model;
    int64_t open = 0, left_us = m->stop_deadline_us - clock_mono_us();
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *st = &m->parts.streams->streams[i];
        open += st->in_flight;
        open += st->uncommitted != PT_UNKNOWN ? st->uncommitted : 0;
    }
    if (m->stop != STOP_DRAIN)
        text_copy(s->stopping_text, sizeof s->stopping_text, "writing the checkpoint");
    else if (m->stop_deadline_us == INT64_MAX)
        snprintf(s->stopping_text, sizeof s->stopping_text, "draining %" PRId64 " records", open);
    else
        snprintf(s->stopping_text, sizeof s->stopping_text,
                 "draining %" PRId64 " records, %.0f s left", open,
                 left_us > 0 ? (double)left_us / 1e6 : 0.0);
}

const void *model_session_section(struct pt_engine *eng)
{
    const struct model *m = &eng->model;
    const struct pt_session_section *before = m->parts.session;
    struct pt_session_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    text_copy(s->version, sizeof s->version, PINTOP_VERSION);
    text_copy(s->librdkafka, sizeof s->librdkafka, rd_kafka_version_str());
    text_copy(s->context, sizeof s->context, pt_config_context(eng->cfg));
    text_copy(s->user_id, sizeof s->user_id, eng->set.user_id);
    text_copy(s->prefix, sizeof s->prefix, eng->set.prefix);
    text_copy(s->state_dir, sizeof s->state_dir, eng->set.state_dir);
    s->is_readonly = eng->set.is_readonly;
    s->is_embedded = eng->set.is_embedded;
    s->owner_pid = atomic_load(&eng->owner_pid);
    s->is_owner = !atomic_load(&eng->is_watcher) && s->owner_pid == PT_UNKNOWN;
    s->is_stopping = m->stop != STOP_NO;
    if (m->stop != STOP_NO && m->stop != STOP_DONE && m->parts.streams)
        say_stopping(eng, s);
    s->verdict = m->verdict.verdict;
    s->verdict_since_ms = m->verdict_since_ms;
    text_copy(s->verdict_text, sizeof s->verdict_text, m->verdict.text);
    text_copy(s->verdict_detail, sizeof s->verdict_detail, m->verdict.detail);
    if (before &&
        memcmp(&before->section + 1, &s->section + 1, sizeof *s - sizeof s->section) == 0) {
        section_release(s);
        return NULL;
    }
    return s;
}
