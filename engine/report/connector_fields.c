/* The connectors, and their back end. */
#include "pintop/snapshot.h"
#include "report/tables.h"
#include "report/words.h"
#include "report/writer.h"

static const struct field task_fields[] = {
    PLAIN(pt_task, id, "id", RULE_ZERO),
    PLAIN(pt_task, state, "state", 0),
    PLAIN(pt_task, worker, "worker", 0),
    PLAIN(pt_task, trace, "trace", RULE_NULL | RULE_LINES),
};
static const struct field_table task_table = TABLE(pt_task, task_fields);

static const struct field lag_fields[] = {
    PLAIN(pt_lag, topic, "topic", RULE_EMPTY),
    PLAIN(pt_lag, partition, "partition", RULE_ZERO),
    PLAIN(pt_lag, committed, "committed", 0),
    PLAIN(pt_lag, high, "high_watermark", 0),
    PLAIN(pt_lag, lag, "lag", 0),
    PLAIN(pt_lag, moved_ms, "moved_at", RULE_TIME),
    PLAIN(pt_lag, is_stuck, "is_stuck", 0),
};
static const struct field_table lag_table = TABLE(pt_lag, lag_fields);

static void write_evidence_age(struct json_writer *to, const struct field *field, const void *base)
{
    const struct pt_evidence *evidence = base;
    (void)field;
    json_write_seconds(to, evidence->asked_ms, to->snap->time_ms);
}
static const struct field_own evidence_age = {.write = write_evidence_age};

static const struct field evidence_fields[] = {
    PLAIN(pt_evidence, witness, "witness", RULE_EMPTY),
    PLAIN(pt_evidence, says, "says", RULE_EMPTY),
    PLAIN(pt_evidence, since_ms, "since", RULE_TIME),
    MADE("age_s", evidence_age),
    PLAIN(pt_evidence, source, "source", RULE_EMPTY),
    PLAIN(pt_evidence, is_bad, "is_bad", 0),
    PLAIN(pt_evidence, is_stale, "is_stale", 0),
    PLAIN(pt_evidence, asked_ms, "asked_at", RULE_TIME),
    PLAIN(pt_evidence, is_pending, "is_pending", 0),
    PLAIN(pt_evidence, is_refused, "is_refused", 0),
};
static const struct field_table evidence_table = TABLE(pt_evidence, evidence_fields);

static void write_probe_age(struct json_writer *to, const struct field *field, const void *base)
{
    const struct pt_probe *probe = base;
    (void)field;
    json_write_seconds(to, probe->asked_ms > 0 ? probe->asked_ms : PT_UNKNOWN, to->snap->time_ms);
}
static const struct field_own probe_age = {.write = write_probe_age};

static const struct field probe_fields[] = {
    PLAIN(pt_probe, asked_ms, "asked_at", RULE_TIME),       MADE("age_s", probe_age),
    PLAIN(pt_probe, does_take, "takes_writes", 0),          PLAIN(pt_probe, is_slow, "is_slow", 0),
    PLAIN(pt_probe, is_as_connector, "as_connector", 0),    PLAIN(pt_probe, with, "with", 0),
    PLAIN(pt_probe, slowest_write_s, "slowest_write_s", 0), PLAIN(pt_probe, code, "code", 0),
    PLAIN(pt_probe, n_left, "not_deleted", RULE_ZERO),      PLAIN(pt_probe, says, "says", 0),
};
static const struct field_table probe_table = TABLE(pt_probe, probe_fields);

static const struct field operation_fields[] = {
    PLAIN(pt_connector, last_operation, "type", RULE_EMPTY),
    PLAIN(pt_connector, operation_state, "state", 0),
    PLAIN(pt_connector, operation_ms, "at", RULE_TIME),
};
static const struct field_table operation_table = TABLE(pt_connector, operation_fields);

static bool has_operation(const void *connector)
{
    return ((const struct pt_connector *)connector)->last_operation[0] != '\0';
}

/* null: no write probe was made by this pintop. */
static bool has_probe(const void *connector)
{
    return ((const struct pt_connector *)connector)->probe.asked_ms != PT_UNKNOWN;
}

static bool has_error(const void *connector)
{
    return ((const struct pt_connector *)connector)->last_error != NULL;
}

static const struct field connector_fields[] = {
    PLAIN(pt_connector, backend, "backend", 0),
    PLAIN(pt_connector, name, "name", 0),
    PLAIN(pt_connector, id, "id", 0),
    PLAIN(pt_connector, kind, "kind", 0),
    PLAIN(pt_connector, is_ours, "is_ours", 0),
    PLAIN(pt_connector, class_name, "class", 0),
    PLAIN(pt_connector, version, "connect_version", 0),
    PLAIN(pt_connector, group, "group", 0),
    PLAIN(pt_connector, state, "state", 0),
    PLAIN(pt_connector, state_description, "state_description", 0),
    WORD(pt_connector, verdict, "verdict", verdict_word),
    PLAIN(pt_connector, verdict_since_ms, "since", RULE_TIME),
    PLAIN(pt_connector, is_since_found, "since_or_before", 0),
    LIST(pt_connector, tasks, n_listed, "tasks", task_table),
    PLAIN(pt_connector, running_tasks, "running_tasks", RULE_COUNT),
    PLAIN(pt_connector, failed_tasks, "failed_tasks", RULE_COUNT),
    PLAIN(pt_connector, tasks_max, "tasks_max", 0),
    GROUP("last_operation", operation_table, has_operation),
    LIST(pt_connector, lags, n_lags, "lag", lag_table),
    PLAIN(pt_connector, lag_total, "lag_total", 0),
    PLAIN(pt_connector, lag_per_s, "lag_per_s", 0),
    PLAIN(pt_connector, catch_up_s, "catch_up_s", 0),
    PLAIN(pt_connector, newest_object, "newest_object", 0),
    PLAIN(pt_connector, newest_object_ms, "newest_object_at", RULE_TIME),
    PLAIN(pt_connector, objects, "objects", 0),
    PLAIN(pt_connector, bytes, "objects_bytes", 0),
    PLAIN(pt_connector, expired_objects, "expired_objects", 0),
    PLAIN(pt_connector, lost_records, "lost_records", 0),
    PLAIN(pt_connector, flush_size, "flush_size", RULE_POSITIVE | RULE_ZERO),
    PLAIN(pt_connector, objects_per_hour, "objects_per_hour", 0),
    PLAIN(pt_connector, usd_per_hour, "usd_per_hour", 0),
    PLAIN(pt_connector, safe_until_ms, "safe_until", RULE_TIME),
    PLAIN(pt_connector, safe, "safe", 0),
    ROWS(pt_connector, evidence, n_evidence, "evidence", evidence_table),
    OBJECT(pt_connector, probe, "probe", probe_table, has_probe),
    PLAIN(pt_connector, cause, "cause", 0),
    PLAIN(pt_connector, rule, "rule", 0),
    PLAIN(pt_connector, fix, "fix", 0),
    PLAIN(pt_connector, note, "note", 0),
    /* The whole text that the cause was read out of. */
    PLAIN(pt_connector, last_error, "last_error", RULE_NULL | RULE_LINES),
    PLAIN_IF(pt_connector, last_error_ms, "last_error_time", RULE_TIME, has_error),
    PLAIN(pt_connector, n_errors, "errors", RULE_ZERO),
    PLAIN(pt_connector, backend_title, "backend_title", 0),
    BITS(pt_connector, can, "can", can_word),
    PLAIN(pt_connector, state_asked_ms, "state_asked_at", RULE_TIME),
    PLAIN(pt_connector, is_state_stale, "is_state_stale", 0),
    PLAIN(pt_connector, is_awaited, "is_awaited", 0),
    PLAIN(pt_connector, n_tasks, "n_tasks", RULE_COUNT),
    PLAIN(pt_connector, out_per_s, "out_per_s", 0),
    PLAIN(pt_connector, waiting_ms, "waiting_since", RULE_TIME),
    PLAIN(pt_connector, is_s3, "is_s3", 0),
    PLAIN(pt_connector, bucket, "bucket", 0),
    PLAIN(pt_connector, where, "where", 0),
    PLAIN(pt_connector, turn_ms, "rotate_ms", 0),
    PLAIN(pt_connector, mcu, "mcu", RULE_COUNT),
    PLAIN(pt_connector, workers, "workers", RULE_COUNT),
    PLAIN(pt_connector, log_group, "log_group", 0),
    PLAIN(pt_connector, role, "role", 0),
    NUMBERS(pt_connector, read_per_s, n_minutes, "read_per_s"),
    PLAIN(pt_connector, minutes_from_ms, "read_from", RULE_TIME),
};
const struct field_table connector_table = TABLE(pt_connector, connector_fields);

static const struct field connectors_fields[] = {
    HELD(pt_connectors_section, section),
    LIST(pt_connectors_section, connectors, n_connectors, "connectors", connector_table),
};
const struct field_table connectors_table = TABLE(pt_connectors_section, connectors_fields);

static const struct field backend_fields[] = {
    PLAIN(pt_connectors_section, backend, "name", 0),
    PLAIN(pt_connectors_section, backend_title, "title", 0),
    PLAIN(pt_connectors_section, is_expected, "is_expected", 0),
    PLAIN(pt_connectors_section, error, "error", 0),
    PLAIN(pt_connectors_section, fix, "fix", 0),
    PLAIN(pt_connectors_section, error_since_ms, "error_since", RULE_TIME),
    PLAIN(pt_connectors_section, is_error_passing, "is_error_passing", 0),
    PLAIN(pt_connectors_section, asked_ms, "asked_at", RULE_TIME),
    PLAIN(pt_connectors_section, is_truncated, "is_truncated", 0),
    PLAIN(pt_connectors_section, n_unknown_readers, "unknown_readers", 0),
    PLAIN(pt_connectors_section, n_not_asked, "not_asked", 0),
    PLAIN(pt_connectors_section, sinkless_ms, "sinkless_since", RULE_TIME),
};
const struct field_table backend_table = TABLE(pt_connectors_section, backend_fields);
