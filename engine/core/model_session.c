/* The session section, and the pipeline's verdict. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/shown.h"
#include "base/text.h"
#include "core/engine_state.h"

static const char *disk_error(const struct model *m)
{
    for (int i = 0; i < DISK_SLOTS; i++)
        if (m->disk_errors[i][0])
            return m->disk_errors[i];
    return "";
}

static bool is_since_found(const struct pt_engine *eng)
{
    const struct model *m = &eng->model;
    bool is_found = m->verdict.is_of_sink ? m->verdict.is_since_found : m->since.is_found;
    return is_found && !eng->set.is_embedded;
}

static void tell_verdict(struct pt_engine *eng, enum pt_verdict before, int64_t now_ms)
{
    const struct model *m = &eng->model;
    char since[SINCE_WORDS_MAX];
    since_words(m->since.ms, is_since_found(eng), now_ms, since, sizeof since);
    model_event(eng, m->verdict.verdict >= PT_V_DEGRADED ? PT_ERROR : PT_INFO, "pipeline",
                "%s -> %s: %s%s", pt_verdict_word(before), pt_verdict_word(m->verdict.verdict),
                m->verdict.text, since);
}

void model_verdict(struct pt_engine *eng, int64_t at_ms)
{
    struct model *m = &eng->model;
    struct verdict next;
    struct verdict_facts facts = {
        .streams = m->parts.streams,
        .cluster = m->parts.cluster,
        .connectors = m->parts.connectors,
        .topics = m->parts.topics,
        .auth = m->parts.auth,
        .moves = &m->moves,
        .is_watcher = atomic_load(&eng->is_watcher),
        .is_embedded = eng->set.is_embedded,
        .now_ms = at_ms,
        .disk_error = disk_error(m),
    };
    if (facts.streams == NULL || facts.cluster == NULL || facts.connectors == NULL ||
        facts.topics == NULL)
        return;
    verdict_pipeline(&facts, &next);
    enum pt_verdict before = m->verdict.verdict;
    since_note(&m->since, before, next.verdict, next.since_ms, at_ms);
    /* Another cause of the same verdict may have begun later. */
    if (next.since_ms != PT_UNKNOWN)
        m->since.ms = next.since_ms;
    m->verdict = next;
    if (next.verdict != before && (next.verdict >= PT_V_DEGRADED || before >= PT_V_DEGRADED))
        tell_verdict(eng, before, at_ms);
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
        text_copy(s->stopping_text, sizeof s->stopping_text,
                  m->is_disk_slow ? "writing the checkpoint: the disk is slow"
                                  : "writing the checkpoint");
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
    s->confirm_objects_per_hour = pt_config_int(eng->cfg, "pintop.stream.confirm.objects.per.hour");
    s->is_stopping = m->stop != STOP_NO;
    if (m->stop != STOP_NO && m->stop != STOP_DONE && m->parts.streams)
        say_stopping(eng, s);
    s->verdict = m->verdict.verdict;
    s->verdict_since_ms = m->since.ms;
    s->is_since_found = is_since_found(eng);
    s->is_verdict_awaited = m->verdict.is_awaited;
    shown_str(s->verdict_text, sizeof s->verdict_text, m->verdict.text);
    shown_str(s->verdict_detail, sizeof s->verdict_detail, m->verdict.detail);
    if (before &&
        memcmp(&before->section + 1, &s->section + 1, sizeof *s - sizeof s->section) == 0) {
        section_release(s);
        return NULL;
    }
    return s;
}
