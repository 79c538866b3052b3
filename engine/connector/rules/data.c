/* Records that a converter, a transform, the partitioner or the format cannot process. */
#include <string.h>

#include "connector/rules/rules_private.h"

#define LOG RULE_LOG

static bool data_has(const struct rule_look *look, const char *part)
{
    return strstr(look->text, part) != NULL;
}

static bool is_parquet(const struct rule_look *look)
{
    return data_has(look, "parquet") || data_has(look, "Parquet");
}

/* A NullPointerException alone could come from anywhere. */
static bool is_avro(const struct rule_look *look)
{
    return !data_has(look, "NullPointerException") || data_has(look, "AvroRecordWriterProvider") ||
           data_has(look, "AvroData.fromConnectSchema");
}

/* The frame that threw belongs to one of Kafka's transforms, or Connect called it as a
 * transform. */
static bool is_in_transform(const struct rule_look *look)
{
    return data_has(look, "at org.apache.kafka.connect.transforms.") ||
           data_has(look, "TransformationStage.apply") ||
           data_has(look, "Error applying transformation");
}

/* The registry's client and the JSON Schema converter parse JSON of their own. */
static bool is_records_json(const struct rule_look *look)
{
    return !data_has(look, "RestService.") && !data_has(look, "JsonSchemaConverter") &&
           !data_has(look, "ValidationException");
}

static bool is_registry_json(const struct rule_look *look)
{
    return data_has(look, "RestService.");
}

static bool is_json_schema(const struct rule_look *look)
{
    return data_has(look, "json.schema") || data_has(look, "JsonSchema") ||
           data_has(look, "Error validating JSON");
}

static bool is_of_time(const struct rule_look *look)
{
    return data_has(look, "TimestampExtractor") || data_has(look, "TimeBasedPartitioner");
}

/* A transform can produce the same message. */
static bool is_partition(const struct rule_look *look)
{
    return strncmp(look->group[0], "Field '", 7) != 0 || data_has(look, "artitioner.");
}

/* The last frames tell whether the time or a field was being read. */
static void words_partition(const struct rule_look *look, struct rule_words *out)
{
    if (is_of_time(look) || data_has(look, "Error extracting timestamp"))
        words_set(
            look, out,
            "the sink cannot read the time of a record from its field[ {=timestamp.field}] "
            "(timestamp.extractor=RecordField): the field is missing, or is not a time",
            "Set timestamp.field to a field that every record has and that holds milliseconds or "
            "ISO 8601 text, or use timestamp.extractor=Record (the record's own time)" RESTART);
    else
        words_set(
            look, out,
            "the partitioner cannot build a path from a record: the field[ "
            "{=partition.field.name}] that it partitions by is missing, or has an unsupported type",
            "Set partition.field.name to a field that every record has (text, number or "
            "boolean), or use the DefaultPartitioner" RESTART);
}

/* clang-format off */
static const struct rule rules[] = {
    {"json-envelope", LOG,
     "JsonConverter with schemas\\.enable requires",
     RULE_FATAL, false,
     "the {half|value} of {record|a record} is plain JSON, but the JsonConverter expects an envelope of schema and payload",
     "Set {half|value}.converter.schemas.enable=false" RESTART,
     NULL, NULL},
    {"json-broken", LOG,
     "Converting byte\\[\\] to Kafka Connect data failed due to serialization error|JsonParseException|Unrecognized token '?([^' :]*)|JsonEOFException|Unexpected end-of-input",
     RULE_FATAL, false,
     "the {half|value} of {record|a record} is not JSON, which the JsonConverter requires[: it found '{token}']",
     "Set {half|value}.converter to the one that matches the producer (org.apache.kafka.connect.storage.StringConverter for text), or let such records go to a dead letter queue: errors.tolerance=all with errors.deadletterqueue.topic.name" RESTART,
     is_records_json, NULL},
    {"avro-magic", LOG,
     "Unknown magic byte|Error deserializing [A-Za-z]+ message for id -1",
     RULE_FATAL, false,
     "the {half|value} of {record|a record} was not written in the schema registry's format, and the {serde|Avro} converter reads only that",
     "Set {half|value}.converter to the one that matches the producer (for plain JSON org.apache.kafka.connect.json.JsonConverter with {half|value}.converter.schemas.enable=false)" RESTART,
     NULL, NULL},
    {"json-schema", LOG,
     "ValidationException: *([^\n]*)|does not match schema[^\n]*",
     RULE_FATAL, false,
     "{record|a record} does not match the JSON schema that it names[: {1}]",
     "Change the producer so that it writes what its schema says, or disable the check in the converter ({half|value}.converter.json.fail.invalid.schema=false)" RESTART,
     is_json_schema, NULL},
    {"registry-page", LOG,
     "JsonParseException: *([^\n]*)",
     RULE_FATAL, false,
     "the server at the schema registry's address is not a registry: it answers with a web page, or another program's answer",
     "Correct {half|value}.converter.schema.registry.url[ ({=value.converter.schema.registry.url})]: a proxy, a login page or a wrong path answers at this address" RESTART,
     is_registry_json, NULL},
    {"field-name", LOG,
     "SchemaParseException: *(Illegal (initial )?character:? *(in: *)?([^\n]*)|Invalid name[^\n]*|Empty name)",
     RULE_FATAL, false,
     "a field of the records has a name that Avro and Parquet do not allow[: {4}]",
     "Rename the field with a transform (org.apache.kafka.connect.transforms.ReplaceField$Value and its renames), or write JSON (format.class=io.confluent.connect.s3.format.json.JsonFormat)" RESTART,
     NULL, NULL},
    {"required-null", LOG,
     "(Invalid null value for required|null value for field that is required|null used for required field)[^\n]*",
     RULE_FATAL, false,
     "{record|a record} has no value in a field that its schema requires ({0|null})",
     "Make the field optional in the schema of the records, or change the producer so that it fills the field. Existing wrong records go to a dead letter queue with errors.tolerance=all and errors.deadletterqueue.topic.name" RESTART,
     NULL, NULL},
    {"parquet-schemaless", LOG,
     "Avro schema must be a record|ParquetFormat|already open|NullPointerException|must be a struct|Only STRUCT type",
     RULE_FATAL, false,
     "the sink writes Parquet, and Parquet needs records with a schema: these have none (schemaless JSON)",
     "Use a converter that provides a schema (Avro, or JSON with schemas.enable=true and the envelope), or set format.class=io.confluent.connect.s3.format.json.JsonFormat" RESTART,
     is_parquet, NULL},
    {"avro-schemaless", LOG,
     "AvroRuntimeException: already open|Avro schema must be a record|NullPointerException",
     RULE_FATAL, false,
     "the sink writes Avro (AvroFormat), and the records have no schema, or not one of type record (schemaless JSON)",
     "Use a converter that provides a schema (Avro, or JSON with schemas.enable=true and the envelope), or set format.class=io.confluent.connect.s3.format.json.JsonFormat" RESTART,
     is_avro, NULL},
    {"parquet-shape", LOG,
     "ClassCastException: *([^\n]*) is not a group|Cannot write a schema with an empty group: *([^\n{]*[^ \n{])",
     RULE_FATAL, false,
     "the records have a shape that Parquet cannot hold[: {1} is not a group (an array with empty elements)][: the structure {2} has no fields]",
     "Remove that field in the producer or with a transform (ReplaceField), or write Avro or JSON (format.class)" RESTART,
     NULL, NULL},
    {"null-value", LOG,
     "Null valued records are not writeable",
     RULE_FATAL, false,
     "a record without a value (a tombstone) stopped the sink",
     "Set behavior.on.null.values=ignore" RESTART,
     NULL, NULL},
    {"tombstone-key", LOG,
     "Key Writer must be configured when writing tombstone|Key cannot be null for SinkRecord|Headers cannot be null for SinkRecord",
     RULE_FATAL, false,
     "the sink is configured to store keys or headers, and a record has none[ ({0})]",
     "Set store.kafka.keys=false and store.kafka.headers=false, or produce every record with a key and headers" RESTART,
     NULL, NULL},
    {"partition-time", LOG,
     "Invalid format: \"([^\"\n]*)\" is (malformed|too short)[^\n]*|DateTimeParseException: *([^\n]*)",
     RULE_FATAL, false,
     "the field[ {=timestamp.field}] with the time of the records does not hold an ISO 8601 time[: '{1}'][: {3}]",
     "Change the producer so that it writes ISO 8601 (2023-01-02T10:00:00Z) or milliseconds into timestamp.field, or use timestamp.extractor=Record (the record's own time)" RESTART,
     is_of_time, NULL},
    {"partition-field", LOG,
     "storage\\.errors\\.PartitionException|Error encoding partition|Error extracting timestamp from record field: *([^ \n]+)|The field '([^']+)' does not exist|Unable to find nested field '([^']+)'|Unable to get field '([^']+)' from schema|Field '[^'\n]+' is not present in the schema",
     RULE_FATAL, false,
     "the partitioner cannot build a path from a record",
     "Set the partitioner's field to one that every record has" RESTART,
     is_partition, words_partition},
    {"smt-schemaless", LOG,
     "Only (Map|Struct) objects supported( in absence of schema)? for \\[?([^],\n]+)\\]?, found: ([A-Za-z0-9_.$]+)",
     RULE_FATAL, false,
     "a transform[ ({3})] needs a record with fields, and got {4|something else}",
     "Remove the transform (from transforms, and its predicates), or use a converter that produces fields (JsonConverter instead of StringConverter)" RESTART,
     NULL, NULL},
    {"smt-time", LOG,
     "Could not parse timestamp: value \\(([^\n]*)\\) does not match pattern \\(([^\n]*)\\)",
     RULE_FATAL, false,
     "the transform TimestampConverter cannot read a field as a time of its format[ {2}][: '{1}']",
     "Correct the transform's format (transforms.NAME.format) to match the field" RESTART,
     NULL, NULL},
    {"smt-field", LOG,
     "(Unknown field: |Field does not exist: |Unknown field in transformation: )([A-Za-z0-9_.]+)|Field '([^']+)' is not present in the schema",
     RULE_FATAL, false,
     "a transform needs the field {2|that the message names}, which the records do not have",
     "Correct the field's name in the transform's settings (transforms.NAME.field…)" RESTART,
     NULL, NULL},
    {"schema-change", LOG,
     "SchemaProjectorException: *([^\n]*)|Switch between schema-based and schema-less data is not supported",
     RULE_FATAL, false,
     "the schema of the records changed in a way that schema.compatibility does not allow[: {1}]",
     "Set schema.compatibility=NONE (a new object begins with each change of the schema), or produce compatible records" RESTART,
     NULL, NULL},
    {"utf8-broken", LOG,
     "Invalid UTF-(8|32)[^\n]*|MalformedInputException",
     RULE_FATAL, false,
     "the {half|value} of {record|a record} is not valid UTF-8 text",
     "Use org.apache.kafka.connect.converters.ByteArrayConverter with ByteArrayFormat, or change the producer so that it writes UTF-8" RESTART,
     NULL, NULL},
    /* Schema registry. */
    {"registry-login", LOG,
     "RestClientException: *(Unauthorized|User cannot be authenticated|[^\n]*); error code: 401(01)?([^0-9]|$)|schemaregistry[^\n]*Unauthorized",
     RULE_FATAL, false,
     "the schema registry[ {host}] rejects the login of the converter (401)",
     "Set value.converter.basic.auth.credentials.source=USER_INFO and value.converter.basic.auth.user.info (user and password of the registry), and the same for key.converter if it is Avro" RESTART,
     NULL, NULL},
    {"registry-denied", LOG,
     "RestClientException: *([^\n]*); error code: 403(01)?([^0-9]|$)",
     RULE_FATAL, false,
     "the schema registry[ {host}] denies this request to the converter's user (403)[: {1}]",
     "Allow the user to read the subject in the schema registry" RESTART,
     NULL, NULL},
    {"registry-schema", LOG,
     "error code: 40403|Schema ([0-9]+ )?not found",
     RULE_FATAL, false,
     "the schema registry[ {host}] does not have the schema[ with the id {schemaid}] that a record refers to (40403): it is not the producer's registry, or the schema was deleted",
     "Set value.converter.schema.registry.url to the registry that the producer writes to; a deleted schema must be registered again with the same id" RESTART,
     NULL, NULL},
    {"registry-subject", LOG,
     "Subject '?([^' ]*)'? not found|error code: 40401",
     RULE_FATAL, false,
     "the schema registry[ {host}] has no subject[ {nosubject}] (40401)",
     "Compare the converter's subject name strategy and registry URL with the producer's" RESTART,
     NULL, NULL},
    {"registry-path", LOG,
     "RestClientException: *([^\n]*); error code: 404([^0-9]|$)",
     RULE_FATAL, false,
     "the schema registry's address answers 404: a server runs there, but it has no registry at that path",
     "Correct {half|value}.converter.schema.registry.url[ ({=value.converter.schema.registry.url})]: scheme, host, port and path (some registries are at /apis/ccompat/v7)" RESTART,
     NULL, NULL},
    {"registry-incompatible", LOG,
     "incompatible with an earlier schema[^\n]*|error code: 409([^0-9]|$)",
     RULE_FATAL, false,
     "the schema registry rejects a schema that is incompatible with the earlier one (409)",
     "Change the schema so that it is compatible, or lower the compatibility of the subject in the registry" RESTART,
     NULL, NULL},
    {"registry-decode", LOG,
     "Error deserializing ([A-Za-z]+) message for id ([0-9]+)",
     RULE_FATAL, true,
     "the {half|value} of {record|a record} cannot be read with the schema that it names (id {2|unknown}, {1|Avro})",
     "Check whether the record was written with that schema: another registry may have given the same id to another schema. Set {half|value}.converter.schema.registry.url to the producer's. Broken records go to a dead letter queue with errors.tolerance=all and errors.deadletterqueue.topic.name" RESTART,
     NULL, NULL},
    {"registry-failed", LOG,
     "RestClientException: *([^\n]*)",
     RULE_FATAL, true,
     "the schema registry[ {host}] answered with an error[: {1}]",
     "Read the log of the schema registry, and wait until the registry answers again" RESTART,
     NULL, NULL},
    {"registry-endpoint", LOG,
     "Failed to send HTTP request to endpoint: *([^ \n]+)",
     RULE_FATAL, false,
     "the schema registry does not answer[ at {1}]",
     "Start the schema registry, or correct value.converter.schema.registry.url as the worker sees it[ (now {1})]" RESTART,
     NULL, NULL},
    /* These rules stand after those that know the exception: the frames tell who threw it. */
    {"smt-failed", LOG,
     "(Exception|Error): *([^\n]+)",
     RULE_FATAL, false,
     "a transform[ ({transform})] failed on a record[: {2}]",
     "Correct the settings of the transform (transforms.NAME.…) or remove it. Records that it can never process go to a dead letter queue with errors.tolerance=all and errors.deadletterqueue.topic.name" RESTART,
     is_in_transform, NULL},
    {"deserialize", LOG,
     "Failed to deserialize data for topic ([^ \n]+) to ([A-Za-z]+)",
     RULE_FATAL, true,
     "records[ of topic {1}] could not be read[ as {2}]",
     "Use the converter that matches the topic's records; the last Caused by of the trace says why it failed" RESTART,
     NULL, NULL},
    {"tolerance", LOG,
     "Tolerance exceeded in error handler",
     RULE_FATAL, true,
     "a converter or transform failed on {record|a record}, and errors.tolerance=none tolerates no failure",
     "Read the last Caused by of the trace, which says why, and correct the converter or transform" RESTART,
     NULL, NULL},
    {"data-other", LOG,
     "connect\\.errors\\.DataException: *([^\n]+)|SerializationException: *([^\n]+)|Error deserializing key/value for partition [^\n]*",
     RULE_FATAL, true,
     "{record|a record} is not what the connector expects[: {1}][: {2}]",
     "Use the converter that matches the producer, or let such records go to a dead letter queue: errors.tolerance=all together with errors.deadletterqueue.topic.name (without it they are dropped)" RESTART,
     NULL, NULL},
};
/* clang-format on */

const struct rule_table rules_data = {rules, sizeof rules / sizeof *rules};
