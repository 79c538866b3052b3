/* Commands, what came of them, and errors. */
#include <string.h>

#include "pintop/command.h"
#include "report/reader.h"
#include "report/tables.h"
#include "report/words.h"
#include "report/writer.h"

static const struct field error_fields[] = {
    WORD(pt_error, code, "code", code_word),
    PLAIN(pt_error, what, "what", 0),
    PLAIN(pt_error, fix, "fix", 0),
    PLAIN(pt_error, service_code, "service_code", 0),
    PLAIN(pt_error, request_id, "request_id", 0),
    PLAIN(pt_error, is_retriable, "is_retriable", 0),
    PLAIN(pt_error, is_fatal, "is_fatal", 0),
};
const struct field_table error_table = TABLE(pt_error, error_fields);

/* ---- commands ---- */

static const struct field command_fields[] = {
    WORD_OR(pt_command, kind, "command", command_word, -1),
    BITS(pt_command, streams, "streams", stream_name_word),
    PLAIN(pt_command, rate_per_s, "rate_per_s", RULE_RATE),
    PLAIN(pt_command, topic, "topic", RULE_EMPTY | RULE_NULL),
    PLAIN(pt_command, partitions, "partitions", RULE_COUNT),
    PLAIN(pt_command, replication, "replication", RULE_COUNT),
    STRINGS(pt_command, configs, n_configs, "configs"),
    PLAIN(pt_command, count, "count", RULE_ZERO),
    PLAIN(pt_command, is_at, "is_at", 0),
    PLAIN(pt_command, partition, "partition", RULE_ZERO),
    PLAIN(pt_command, offset, "offset", RULE_ZERO),
    PLAIN(pt_command, is_from, "is_from", 0),
    PLAIN(pt_command, from_ms, "from_ms", RULE_ZERO),
    PLAIN(pt_command, is_whole, "is_whole", 0),
    PLAIN(pt_command, record, "record", RULE_EMPTY | RULE_NULL | RULE_LINES),
    PLAIN(pt_command, connector, "connector", RULE_EMPTY | RULE_NULL),
    PLAIN(pt_command, check, "check", RULE_EMPTY | RULE_NULL),
    PLAIN(pt_command, is_failed_only, "is_failed_only", 0),
    PLAIN(pt_command, is_plan, "is_plan", 0),
    PLAIN(pt_command, seen, "seen", RULE_EMPTY | RULE_NULL),
};
const struct field_table command_table = TABLE(pt_command, command_fields);

/* ---- results ---- */

static const struct field record_fields[] = {
    PLAIN(pt_peeked, partition, "partition", RULE_ZERO),
    PLAIN(pt_peeked, offset, "offset", 0),
    PLAIN(pt_peeked, time_ms, "time", RULE_TIME),
    PLAIN(pt_peeked, key, "key", RULE_EMPTY | RULE_NULL),
    PLAIN(pt_peeked, value, "value", RULE_EMPTY | RULE_NULL),
    PLAIN(pt_peeked, headers, "headers", RULE_EMPTY | RULE_LINES),
    PLAIN(pt_peeked, value_bytes, "value_bytes", 0),
    PLAIN(pt_peeked, is_cut, "cut", 0),
    PLAIN(pt_peeked, whole, "whole", RULE_NULL | RULE_LINES),
};
static const struct field_table record_table = TABLE(pt_peeked, record_fields);

/* The brokers of a partition's replicas: the first ones, of many. */
enum {
    REPLICAS_MAX = sizeof FIELD_MEMBER(pt_described_partition, replicas) /
                   sizeof *FIELD_MEMBER(pt_described_partition, replicas)
};

static void write_replicas(struct json_writer *to, const struct field *field, const void *base)
{
    const struct pt_described_partition *part = base;
    (void)field;
    json_write_open(to, '[');
    for (int i = 0; i < part->n_replicas && i < REPLICAS_MAX; i++) {
        json_write_item(to);
        json_write_int(to, part->replicas[i]);
    }
    json_write_close(to, ']');
}

static void forget_replicas(const struct field *field, void *base)
{
    struct pt_described_partition *part = base;
    (void)field;
    memset(part->replicas, 0, sizeof part->replicas);
}

static bool read_replicas(struct json_reader *from, const struct field *field, void *base)
{
    struct pt_described_partition *part = base;
    bool is_first = true;
    int64_t id;
    (void)field;
    if (!json_read_must(from, '['))
        return false;
    for (int i = 0; json_read_element(from, &is_first); i++) {
        if (i == REPLICAS_MAX)
            return json_read_fail(from, PT_EDATA, "the list is longer than it can be");
        if (!json_read_int(from, INT32_MIN, INT32_MAX, &id))
            return false;
        part->replicas[i] = (int32_t)id;
    }
    return from->code == PT_OK;
}
static const struct field_own replicas = {write_replicas, read_replicas, forget_replicas};

static const struct field described_fields[] = {
    PLAIN(pt_described_partition, partition, "partition", RULE_ZERO),
    PLAIN(pt_described_partition, leader, "leader", RULE_COUNT),
    PLAIN(pt_described_partition, n_replicas, "replicas", RULE_COUNT),
    PLAIN(pt_described_partition, n_in_sync, "in_sync", RULE_COUNT),
    PLAIN(pt_described_partition, low, "low", 0),
    PLAIN(pt_described_partition, high, "high", 0),
    PLAIN(pt_described_partition, committed, "committed", 0),
    PLAIN(pt_described_partition, lag, "lag", 0),
    OWN(pt_described_partition, replicas, "replica_ids", replicas, NULL),
};
static const struct field_table described_table = TABLE(pt_described_partition, described_fields);

static const struct field config_fields[] = {
    PLAIN(pt_config_entry, name, "name", 0),
    PLAIN(pt_config_entry, value, "value", RULE_NULL | RULE_EMPTY),
    PLAIN(pt_config_entry, is_default, "default", 0),
    PLAIN(pt_config_entry, is_readonly, "readonly", 0),
    PLAIN(pt_config_entry, note, "note", RULE_NULL),
};
static const struct field_table config_table = TABLE(pt_config_entry, config_fields);

static const struct field line_fields[] = {
    PLAIN(pt_line, time_ms, "time", RULE_TIME),
    PLAIN(pt_line, level, "level", 0),
    PLAIN(pt_line, rule, "rule", 0),
    PLAIN(pt_line, count, "count", RULE_ZERO),
    PLAIN(pt_line, text, "text", RULE_EMPTY),
    PLAIN(pt_line, whole, "whole", RULE_NULL | RULE_LINES),
};
static const struct field_table line_table = TABLE(pt_line, line_fields);

static const struct field group_fields[] = {
    PLAIN(pt_described_group, group, "group", RULE_EMPTY),
    PLAIN(pt_described_group, state, "state", 0),
    PLAIN(pt_described_group, protocol_type, "protocol_type", 0),
    PLAIN(pt_described_group, is_denied, "is_denied", 0),
    PLAIN(pt_described_group, why, "why", 0),
    PLAIN(pt_described_group, fix, "fix", 0),
    PLAIN(pt_described_group, members, "members", 0),
    PLAIN(pt_described_group, lag, "lag", 0),
    PLAIN(pt_described_group, known_lag, "known_lag", 0),
    PLAIN(pt_described_group, n_partitions, "partitions", RULE_COUNT),
    PLAIN(pt_described_group, n_committed, "committed_partitions", RULE_COUNT),
    PLAIN(pt_described_group, n_unknown, "unknown_partitions", RULE_COUNT),
};
static const struct field_table described_group_table = TABLE(pt_described_group, group_fields);

static bool command_fields_has_failed(const void *result)
{
    return ((const struct pt_result *)result)->error.code != PT_OK;
}

static const struct field result_fields[] = {
    HELD(pt_result, refs),
    HELD(pt_result, bytes),
    PLAIN(pt_result, id, "id", 0),
    WORD(pt_result, kind, "command", command_word),
    WORD(pt_result, state, "state", result_word),
    BITS(pt_result, streams, "streams", stream_name_word),
    PLAIN(pt_result, topic, "name", 0),
    PLAIN(pt_result, text, "text", 0),
    OBJECT(pt_result, error, "error", error_table, command_fields_has_failed),
    PLAIN(pt_result, seen, "seen", 0),
    LIST(pt_result, records, n_records, "records", record_table),
    LIST(pt_result, partitions, n_partitions, "partitions", described_table),
    PLAIN(pt_result, has_configs, "has_configs", 0),
    LIST(pt_result, configs, n_configs, "configs", config_table),
    LIST(pt_result, lines, n_lines, "lines", line_table),
    LIST(pt_result, groups, n_groups, "groups", described_group_table),
    PLAIN(pt_result, groups_listed, "groups_listed", 0),
    PLAIN(pt_result, groups_asked, "groups_asked", RULE_ZERO),
    PLAIN(pt_result, is_truncated, "truncated", 0),
    PLAIN(pt_result, is_unsure, "is_unsure", 0),
};
const struct field_table result_table = TABLE(pt_result, result_fields);
