/* The root of a snapshot, and the sections that need no rules of their own. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "pintop/series.h"
#include "pintop/snapshot.h"
#include "report/reader.h"
#include "report/settle.h"
#include "report/tables.h"
#include "report/words.h"
#include "report/writer.h"

/* ---- the session ---- */

static const struct field verdict_fields[] = {
    PLAIN(pt_session_section, context, "context", 0),
    WORD(pt_session_section, verdict, "verdict", verdict_word),
    PLAIN(pt_session_section, verdict_since_ms, "verdict_since", RULE_TIME),
    PLAIN(pt_session_section, is_since_found, "verdict_since_or_before", 0),
    WORD(pt_session_section, verdict_hop, "verdict_hop", hop_word),
    PLAIN(pt_session_section, verdict_text, "verdict_text", 0),
    PLAIN(pt_session_section, verdict_detail, "verdict_detail", 0),
    PLAIN(pt_session_section, is_verdict_awaited, "verdict_awaited", 0),
};
const struct field_table verdict_table = TABLE(pt_session_section, verdict_fields);

static const struct field session_fields[] = {
    HELD(pt_session_section, section),
    PLAIN(pt_session_section, version, "version", 0),
    PLAIN(pt_session_section, librdkafka, "librdkafka", 0),
    PLAIN(pt_session_section, band, "band", 0),
    PLAIN(pt_session_section, user_id, "user_id", 0),
    PLAIN(pt_session_section, prefix, "prefix", 0),
    PLAIN(pt_session_section, state_dir, "state_dir", 0),
    PLAIN(pt_session_section, shard, "shard", 0),
    PLAIN(pt_session_section, is_readonly, "is_readonly", 0),
    PLAIN(pt_session_section, is_embedded, "is_embedded", 0),
    PLAIN(pt_session_section, is_owner, "is_owner", 0),
    PLAIN(pt_session_section, is_lock_held, "is_lock_held", 0),
    PLAIN(pt_session_section, owner_pid, "owner_pid", 0),
    PLAIN(pt_session_section, confirm_objects_per_hour, "confirm_objects_per_hour", 0),
    WORD(pt_session_section, link, "link", link_word),
    PLAIN(pt_session_section, link_since_ms, "link_since", RULE_TIME),
    PLAIN(pt_session_section, engine_pid, "engine_pid", 0),
    PLAIN(pt_session_section, engine_user, "engine_user", 0),
    PLAIN(pt_session_section, link_why, "link_why", 0),
    PLAIN(pt_session_section, is_stopping, "is_stopping", 0),
    PLAIN(pt_session_section, stopping_text, "stopping_text", 0),
    PLAIN(pt_session_section, is_stopped, "is_stopped", 0),
    PLAIN(pt_session_section, unwritten, "unwritten", 0),
    PLAIN(pt_session_section, stopping_why, "stopping_why", 0),
    PLAIN(pt_session_section, stop_timeout_ms, "stop_timeout_ms", 0),
};
const struct field_table session_table = TABLE(pt_session_section, session_fields);

/* ---- the cluster ---- */

static const struct field broker_fields[] = {
    PLAIN(pt_broker, id, "id", 0),
    PLAIN(pt_broker, host, "host", 0),
    PLAIN(pt_broker, port, "port", RULE_COUNT),
    WORD(pt_broker, state, "state", broker_word),
    PLAIN(pt_broker, rtt_ms, "rtt_ms", 0),
    PLAIN(pt_broker, rtt_p99_ms, "rtt_p99_ms", 0),
    WORD(pt_broker, rtt_of, "rtt_of", rtt_of_word),
    PLAIN(pt_broker, throttle_ms, "throttle_ms", 0),
    PLAIN(pt_broker, sent_bytes_per_s, "sent_bytes_per_s", 0),
    PLAIN(pt_broker, leads, "leads", RULE_COUNT),
    PLAIN(pt_broker, behind, "behind", RULE_COUNT),
    PLAIN(pt_broker, is_rack_known, "is_rack_known", 0),
    PLAIN(pt_broker, rack, "rack", 0),
    PLAIN(pt_broker, since_ms, "since", RULE_TIME),
};
static const struct field_table broker_table = TABLE(pt_broker, broker_fields);

static void write_cluster_kind(struct json_writer *to, const struct field *field,
                               const void *cluster)
{
    (void)field, (void)cluster;
    json_write_text(to, to->snap->session->is_embedded ? "embedded" : "kafka");
}
static const struct field_own cluster_kind = {.write = write_cluster_kind};

static const struct field cluster_fields[] = {
    HELD(pt_cluster_section, section),
    MADE("kind", cluster_kind),
    PLAIN(pt_cluster_section, bootstrap_servers, "bootstrap_servers", 0),
    WORD(pt_cluster_section, state, "state", cluster_word),
    PLAIN(pt_cluster_section, since_ms, "since", RULE_TIME),
    PLAIN(pt_cluster_section, id, "id", 0),
    PLAIN(pt_cluster_section, last_error, "last_error", 0),
    PLAIN(pt_cluster_section, last_fix, "last_fix", 0),
    ROWS(pt_cluster_section, brokers, n_brokers, "brokers", broker_table),
    PLAIN(pt_cluster_section, controller_id, "controller_id", RULE_COUNT),
    PLAIN(pt_cluster_section, racks_why, "racks_why", 0),
    PLAIN(pt_cluster_section, racks_fix, "racks_fix", 0),
    PLAIN(pt_cluster_section, last_error_ms, "last_error_at", RULE_TIME),
    PLAIN(pt_cluster_section, errors, "errors", 0),
    PLAIN(pt_cluster_section, retries, "retries", 0),
};
const struct field_table cluster_table = TABLE(pt_cluster_section, cluster_fields);

/* ---- events and the log ---- */

static const struct field event_fields[] = {
    HELD(pt_event, refs),
    PLAIN(pt_event, time_ms, "time", RULE_TIME),
    WORD(pt_event, severity, "severity", severity_word),
    PLAIN(pt_event, area, "area", RULE_EMPTY),
    PLAIN(pt_event, text, "text", RULE_EMPTY),
};
static const struct field_table event_table = TABLE(pt_event, event_fields);

static const struct field events_fields[] = {
    HELD(pt_events_section, section),
    REFS(pt_events_section, events, n_events, "events", event_table),
};
static const struct field_table events_table = TABLE(pt_events_section, events_fields);

static const struct field more_events_fields[] = {
    PLAIN(pt_events_section, first_number, "events_first_number", 0),
};
static const struct field_table more_events_table = TABLE(pt_events_section, more_events_fields);

static const struct field log_fields[] = {
    HELD(pt_log_section, section),
    PLAIN(pt_log_section, first_number, "first_number", 0),
    PLAIN(pt_log_section, dropped, "dropped", 0),
    REFS(pt_log_section, lines, n_lines, "lines", event_table),
};
static const struct field_table log_table = TABLE(pt_log_section, log_fields);

/* ---- the series ---- */

/* How many samples there are, of which the ring keeps the last. */
static size_t kept_samples(const struct pt_series_section *series)
{
    return series->last_sample < 0                ? 0
           : series->last_sample >= PT_SERIES_LEN ? PT_SERIES_LEN
                                                  : (size_t)series->last_sample + 1;
}

/* Oldest first; the place of sample n in the ring is n % PT_SERIES_LEN. */
static size_t sample_place(const struct pt_series_section *series, size_t i)
{
    size_t back = kept_samples(series) - 1 - i;
    return (size_t)((uint64_t)series->last_sample - back) % PT_SERIES_LEN;
}

static void write_samples(struct json_writer *to, const struct field *field, const void *base)
{
    const struct pt_series_section *series = base;
    const float *ring = field_of(field, base);
    bool is_minutes = to->snap != NULL && series == to->snap->minutes;
    int64_t from = is_minutes ? to->from_minute : to->from_sample;
    json_write_open(to, '[');
    for (size_t i = 0, n = kept_samples(series); i < n; i++) {
        if (series->last_sample - (int64_t)(n - 1 - i) < from)
            continue;
        json_write_item(to);
        json_write_figure(to, (double)ring[sample_place(series, i)]);
    }
    json_write_close(to, ']');
}

static void forget_samples(const struct field *field, void *base)
{
    float *ring = (float *)(void *)((char *)base + field->offset);
    for (size_t i = 0; i < PT_SERIES_LEN; i++)
        ring[i] = NAN;
}

/* They stand one behind the other. */
enum {
    RINGS_AT = offsetof(struct pt_series_section, produced),
    RING_SIZE = PT_SERIES_LEN * sizeof(float)
};
_Static_assert(offsetof(struct pt_series_section, token_left_s) ==
                   RINGS_AT + (PT_SERIES_FIGURES - 1) * RING_SIZE,
               "all rings of the section, and nothing between them");

/* Which of the rings a row is. */
static int ring_of(const struct field *field)
{
    return (int)((field->offset - RINGS_AT) / RING_SIZE);
}

/* The counts of a section that is read. */
static size_t *counts_of(struct json_reader *from, const void *section)
{
    size_t i = 0;
    while (i + 1 < SERIES_KINDS && from->samples[i].section != NULL &&
           from->samples[i].section != section)
        i++;
    from->samples[i].section = section;
    return from->samples[i].n;
}

/* As they come: "last_sample", which gives each its place, may stand behind them. */
static bool read_samples(struct json_reader *from, const struct field *field, void *base)
{
    float *ring = (float *)(void *)((char *)base + field->offset);
    bool is_first = true;
    size_t n = 0;
    if (!json_read_must(from, '['))
        return false;
    while (json_read_element(from, &is_first)) {
        double value = NAN;
        if (n == PT_SERIES_LEN)
            return json_read_fail(from, PT_EDATA, "there are more samples than are ever kept");
        if (!json_read_is_null(from) && !json_read_real(from, &value))
            return false;
        ring[n++] = (float)value;
    }
    counts_of(from, base)[ring_of(field)] = n;
    return from->code == PT_OK;
}

/* The `missing` oldest of the samples that `series` keeps are all among those of `before`. */
static bool has_samples_of(const struct pt_series_section *series, size_t missing,
                           const struct pt_series_section *before)
{
    int64_t kept = (int64_t)kept_samples(series), first = series->last_sample - kept + 1;
    if (before == NULL || first < before->last_sample - (int64_t)kept_samples(before) + 1)
        return false;
    return first + (int64_t)missing - 1 <= before->last_sample;
}

/* The last `n` samples are those of `read`, the ones before them are as they were in `old`. */
static void place_samples(const struct pt_series_section *series, float *ring, const float *read,
                          size_t n, const float *old)
{
    size_t kept = kept_samples(series);
    for (size_t i = 0; i < PT_SERIES_LEN; i++)
        ring[i] = NAN;
    for (size_t i = 0; i < kept; i++) {
        size_t at = sample_place(series, i);
        ring[at] = i < kept - n ? old[at] : read[i - (kept - n)];
    }
}

bool series_settle(struct json_reader *from, struct pt_series_section *series,
                   const struct pt_series_section *before)
{
    const struct pt_series_section *old = before != NULL ? before : series;
    const size_t *counts = counts_of(from, series);
    float read[PT_SERIES_LEN];
    size_t kept = kept_samples(series);
    for (int i = 0; i < PT_SERIES_FIGURES; i++) {
        size_t n = counts[i];
        if (n == SIZE_MAX)
            continue;
        if (n > kept)
            return json_read_fail(from, PT_EDATA,
                                  "there are more samples than \"last_sample\" says");
        if (n < kept && !has_samples_of(series, kept - n, before))
            return json_read_fail(from, PT_EDATA,
                                  "there are fewer samples than \"last_sample\" says");
        float *ring = (float *)(uintptr_t)pt_series_ring(series, i);
        memcpy(read, ring, sizeof read);
        place_samples(series, ring, read, n, pt_series_ring(old, i));
    }
    return true;
}
static const struct field_own samples = {write_samples, read_samples, forget_samples};

static const struct field restart_fields[] = {
    PLAIN(pt_restart, ended_ms, "ended_at", RULE_TIME),
    PLAIN(pt_restart, begun_ms, "began_at", RULE_TIME),
};
static const struct field_table restart_table = TABLE(pt_restart, restart_fields);

static const struct field away_sample_fields[] = {
    PLAIN(pt_away_sample, in, "in", 0),
    PLAIN(pt_away_sample, lag, "lag", 0),
};
static const struct field_table away_sample_table = TABLE(pt_away_sample, away_sample_fields);

static const struct field away_past_fields[] = {
    PLAIN(pt_away_past, first_ms, "first_at", RULE_TIME),
    PLAIN(pt_away_past, period_ms, "period_ms", RULE_COUNT),
    ROWS(pt_away_past, samples, n, "samples", away_sample_table),
    PLAIN(pt_away_past, note, "note", 0),
};
static const struct field_table away_past_table = TABLE(pt_away_past, away_past_fields);

static bool series_has_away(const void *base)
{
    const struct pt_away_past *past = &((const struct pt_series_section *)base)->away;
    return past->n > 0 || past->note[0] != '\0';
}

static const struct field series_fields[] = {
    HELD(pt_series_section, section),
    PLAIN(pt_series_section, last_sample, "last_sample", RULE_COUNT),
    PLAIN(pt_series_section, last_sample_ms, "last_sample_at", RULE_TIME),
    PLAIN(pt_series_section, n_topics, "topics", RULE_COUNT),
    OWN(pt_series_section, produced, "produced", samples, NULL),
    OWN(pt_series_section, in, "in", samples, NULL),
    OWN(pt_series_section, out, "out", samples, NULL),
    OWN(pt_series_section, lag, "lag", samples, NULL),
    OWN(pt_series_section, ack_p99_ms, "ack_p99_ms", samples, NULL),
    OWN(pt_series_section, token_left_s, "token_left_s", samples, NULL),
    PLAIN(pt_series_section, subject, "subject", 0),
    PLAIN(pt_series_section, cluster_id, "cluster_id", 0),
    ROWS(pt_series_section, restarts, n_restarts, "restarts", restart_table),
    OBJECT(pt_series_section, away, "cloudwatch", away_past_table, series_has_away),
};
const struct field_table series_table = TABLE(pt_series_section, series_fields);

/* ---- results ---- */

static const struct field completed_fields[] = {
    HELD(pt_completed_section, section),
    REFS_WITHIN(pt_completed_section, results, n_results, "results", result_table),
};
static const struct field_table completed_table = TABLE(pt_completed_section, completed_fields);

/* ---- the root ---- */

static void write_version(struct json_writer *to, const struct field *field, const void *snap)
{
    (void)field, (void)snap;
    json_write_text(to, to->snap->session->version);
}
static const struct field_own program_version = {.write = write_version};

/* Which version of each section it is: who draws one asks whether it changed. */
static const struct {
    const char *key;
    size_t at; /* of the pointer; 0: the snapshot itself */
} revised[] = {
#define REVISED(member)                                                                            \
    {                                                                                              \
        FIELD_KEY(#member), offsetof(struct pt_snapshot, member)                                   \
    }
    {FIELD_KEY("snapshot"), 0},
    REVISED(session),
    REVISED(cluster),
    REVISED(streams),
    REVISED(topics),
    REVISED(connectors),
    REVISED(events),
    REVISED(log),
    REVISED(series),
    REVISED(auth),
    REVISED(completed),
    REVISED(setup),
    REVISED(minutes),
#undef REVISED
};
enum { N_REVISED = sizeof revised / sizeof *revised };

static const struct pt_section *revised_section(const void *snap, size_t i)
{
    const char *at = (const char *)snap + revised[i].at;
    return revised[i].at > 0 ? *(const struct pt_section *const *)(const void *)at : snap;
}

static void write_revisions(struct json_writer *to, const struct field *field, const void *snap)
{
    (void)field;
    json_write_open(to, '{');
    for (size_t i = 0; i < N_REVISED; i++) {
        const struct pt_section *section = revised_section(snap, i);
        if (revised[i].at > 0 && section == NULL)
            continue;
        json_write_key(to, revised[i].key);
        json_write_uint(to, section->version);
    }
    json_write_close(to, '}');
}

bool snapshot_is_revised(const struct json_reader *from, size_t at)
{
    for (size_t i = 0; i < N_REVISED; i++)
        if (revised[i].at == at)
            return (from->revised >> i & 1u) != 0;
    return false;
}

static void set_revision(const void *snap, size_t i, uint64_t version)
{
    ((struct pt_section *)(uintptr_t)revised_section(snap, i))->version = version;
}

static void forget_revisions(const struct field *field, void *snap)
{
    (void)field;
    for (size_t i = 0; i < N_REVISED; i++)
        set_revision(snap, i, 0);
}

static bool read_revisions(struct json_reader *from, const struct field *field, void *snap)
{
    bool is_first = true;
    struct span key;
    uint64_t version;
    (void)field;
    if (!json_read_must(from, '{'))
        return false;
    while (json_read_member(from, &is_first, &key)) {
        size_t i = 0;
        while (i < N_REVISED && !json_is_key(revised[i].key, &key))
            i++;
        if (i == N_REVISED ? !json_read_past(from) : !json_read_uint(from, UINT64_MAX, &version))
            return false;
        if (i == N_REVISED)
            continue;
        set_revision(snap, i, version);
        from->revised |= 1u << i;
    }
    return from->code == PT_OK;
}
static const struct field_own revisions = {write_revisions, read_revisions, forget_revisions};

static const struct field snapshot_fields[] = {
    PLAIN(pt_snapshot, time_ms, "time", RULE_TIME),
    MADE("version", program_version),
    INLINE(pt_snapshot, session, verdict_table),
    PART(pt_snapshot, cluster, "cluster", cluster_table),
    INLINE(pt_snapshot, streams, streams_table),
    INLINE(pt_snapshot, topics, topics_table),
    INLINE(pt_snapshot, auth, token_table),
    INLINE(pt_snapshot, connectors, connectors_table),
    INLINE(pt_snapshot, events, events_table),
    OWN(pt_snapshot, section, "revisions", revisions, NULL),
    PART(pt_snapshot, session, "session", session_table),
    INLINE(pt_snapshot, topics, more_topics_table),
    PART(pt_snapshot, connectors, "backend", backend_table),
    INLINE(pt_snapshot, events, more_events_table),
    PART(pt_snapshot, log, "log", log_table),
    PART(pt_snapshot, series, "series", series_table),
    INLINE(pt_snapshot, completed, completed_table),
    PART(pt_snapshot, setup, "setup", setup_table),
    PART(pt_snapshot, minutes, "minutes", series_table),
};
const struct field_table snapshot_table = TABLE(pt_snapshot, snapshot_fields);
