/* Records that a converter, a transform, the partitioner or the format can't take. */
#include <string.h>

#include "connector/rules_private.h"

#define LOG RULE_LOG

static bool has(const struct rule_look *look, const char *part)
{
    return strstr(look->text, part) != NULL;
}

static bool is_parquet(const struct rule_look *look)
{
    return has(look, "parquet") || has(look, "Parquet");
}

/* A null alone may be anything. */
static bool is_avro(const struct rule_look *look)
{
    return !has(look, "NullPointerException") || has(look, "AvroRecordWriterProvider") ||
           has(look, "AvroData.fromConnectSchema");
}

/* The frame that threw: of one of Kafka's transforms, or called by Connect as one. */
static bool is_in_transform(const struct rule_look *look)
{
    return has(look, "at org.apache.kafka.connect.transforms.") ||
           has(look, "TransformationStage.apply") || has(look, "Error applying transformation");
}

/* The registry's client and the JSON Schema converter read JSON of their own. */
static bool is_records_json(const struct rule_look *look)
{
    return !has(look, "RestService.") && !has(look, "JsonSchemaConverter") &&
           !has(look, "ValidationException");
}

static bool is_registry_json(const struct rule_look *look)
{
    return has(look, "RestService.");
}

static bool is_json_schema(const struct rule_look *look)
{
    return has(look, "json.schema") || has(look, "JsonSchema") ||
           has(look, "Error validating JSON");
}

static bool is_of_time(const struct rule_look *look)
{
    return has(look, "TimestampExtractor") || has(look, "TimeBasedPartitioner");
}

/* The same words may come from a transform. */
static bool is_partition(const struct rule_look *look)
{
    return strncmp(look->group[0], "Field '", 7) != 0 || has(look, "artitioner.");
}

/* In the last frames stands whether the time or a field was looked for. */
static void words_partition(const struct rule_look *look, struct rule_words *out)
{
    if (is_of_time(look) || has(look, "Error extracting timestamp"))
        words_set(look, out,
                  "the sink cannot take the time of a record out of its field[ {=timestamp.field}] "
                  "(timestamp.extractor=RecordField): the field is missing there, or is no time",
                  "Set timestamp.field to a field that every record has and that holds a number of "
                  "milliseconds or ISO 8601 text, or use timestamp.extractor=Record (the record's "
                  "own time)" RESTART);
    else
        words_set(
            look, out,
            "the partitioner cannot make a path from a record: the field[ "
            "{=partition.field.name}] that it partitions by is missing, or is of a type it does "
            "not take",
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
     "the {half|value} of {record|a record} is not JSON, and the JsonConverter takes nothing else[: it met '{token}']",
     "Set {half|value}.converter to the one that fits what is produced (org.apache.kafka.connect.storage.StringConverter for text), or let such records go to a dead letter topic: errors.tolerance=all with errors.deadletterqueue.topic.name" RESTART,
     is_records_json, NULL},
    {"avro-magic", LOG,
     "Unknown magic byte|Error deserializing [A-Za-z]+ message for id -1",
     RULE_FATAL, false,
     "the {half|value} of {record|a record} was not written with the schema registry's framing, but the {serde|Avro} converter reads only that",
     "Set {half|value}.converter to the one that fits what is produced (for plain JSON org.apache.kafka.connect.json.JsonConverter with {half|value}.converter.schemas.enable=false)" RESTART,
     NULL, NULL},
    {"json-schema", LOG,
     "ValidationException: *([^\n]*)|does not match schema[^\n]*",
     RULE_FATAL, false,
     "{record|a record} does not fit the JSON schema that it names[: {1}]",
     "Have the producer write what its schema says, or switch the check off in the converter ({half|value}.converter.json.fail.invalid.schema=false)" RESTART,
     is_json_schema, NULL},
    {"registry-page", LOG,
     "JsonParseException: *([^\n]*)",
     RULE_FATAL, false,
     "what answers at the schema registry's address is no registry: it is a web page, or another program's answer",
     "Correct {half|value}.converter.schema.registry.url[ ({=value.converter.schema.registry.url})]: a proxy, a login page or a wrong path answers there" RESTART,
     is_registry_json, NULL},
    {"field-name", LOG,
     "SchemaParseException: *(Illegal (initial )?character:? *(in: *)?([^\n]*)|Invalid name[^\n]*|Empty name)",
     RULE_FATAL, false,
     "a field of the records has a name that Avro and Parquet do not allow[: {4}]",
     "Rename it on the way (transforms with org.apache.kafka.connect.transforms.ReplaceField$Value and its renames), or write JSON (format.class=io.confluent.connect.s3.format.json.JsonFormat)" RESTART,
     NULL, NULL},
    {"required-null", LOG,
     "(Invalid null value for required|null value for field that is required|null used for required field)[^\n]*",
     RULE_FATAL, false,
     "{record|a record} has no value in a field that its schema says is required ({0|null})",
     "Make the field optional in the schema that the records carry, or have the producer fill it; records that are wrong already go to a dead letter topic with errors.tolerance=all and errors.deadletterqueue.topic.name" RESTART,
     NULL, NULL},
    {"parquet-schemaless", LOG,
     "Avro schema must be a record|ParquetFormat|already open|NullPointerException|must be a struct|Only STRUCT type",
     RULE_FATAL, false,
     "the sink writes Parquet, and Parquet needs records with a schema: these have none (schemaless JSON)",
     "Use a converter that gives a schema (Avro, or JSON with schemas.enable=true and the envelope), or set format.class=io.confluent.connect.s3.format.json.JsonFormat" RESTART,
     is_parquet, NULL},
    {"avro-schemaless", LOG,
     "AvroRuntimeException: already open|Avro schema must be a record|NullPointerException",
     RULE_FATAL, false,
     "the sink writes Avro (AvroFormat), and the records have no schema, or not one of a record (schemaless JSON)",
     "Use a converter that gives a schema (Avro, or JSON with schemas.enable=true and the envelope), or set format.class=io.confluent.connect.s3.format.json.JsonFormat" RESTART,
     is_avro, NULL},
    {"parquet-shape", LOG,
     "ClassCastException: *([^\n]*) is not a group|Cannot write a schema with an empty group: *([^\n{]*[^ \n{])",
     RULE_FATAL, false,
     "the records have a shape that Parquet cannot hold[: {1} is not a group (an array with empty elements)][: the structure {2} has no fields]",
     "Have the producer leave that field out, or take it out on the way (ReplaceField), or write Avro or JSON (format.class)" RESTART,
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
     "the sink is to store keys or headers, and a record has none[ ({0})]",
     "Set store.kafka.keys=false and store.kafka.headers=false, or have every record produced with a key and headers" RESTART,
     NULL, NULL},
    {"partition-time", LOG,
     "Invalid format: \"([^\"\n]*)\" is (malformed|too short)[^\n]*|DateTimeParseException: *([^\n]*)",
     RULE_FATAL, false,
     "the field[ {=timestamp.field}] that the sink takes a record's time from holds no time in ISO 8601[: '{1}'][: {3}]",
     "Have the producer write ISO 8601 (2023-01-02T10:00:00Z) or milliseconds into timestamp.field, or use timestamp.extractor=Record (the record's own time)" RESTART,
     is_of_time, NULL},
    {"partition-field", LOG,
     "storage\\.errors\\.PartitionException|Error encoding partition|Error extracting timestamp from record field: *([^ \n]+)|The field '([^']+)' does not exist|Unable to find nested field '([^']+)'|Unable to get field '([^']+)' from schema|Field '[^'\n]+' is not present in the schema",
     RULE_FATAL, false,
     "the partitioner cannot make a path from a record",
     "Set the partitioner's field to one that every record has" RESTART,
     is_partition, words_partition},
    {"smt-schemaless", LOG,
     "Only (Map|Struct) objects supported( in absence of schema)? for \\[?([^],\n]+)\\]?, found: ([A-Za-z0-9_.$]+)",
     RULE_FATAL, false,
     "a transform[ ({3})] needs a record with fields, and got {4|something else}",
     "Take the transform out (transforms, and predicates for it), or use a converter that makes fields of the records (JsonConverter in the place of StringConverter)" RESTART,
     NULL, NULL},
    {"smt-time", LOG,
     "Could not parse timestamp: value \\(([^\n]*)\\) does not match pattern \\(([^\n]*)\\)",
     RULE_FATAL, false,
     "the transform TimestampConverter cannot read a field as a time of its format[ {2}][: '{1}']",
     "Correct the transform's format (transforms.NAME.format) to how the field is written" RESTART,
     NULL, NULL},
    {"smt-field", LOG,
     "(Unknown field: |Field does not exist: |Unknown field in transformation: )([A-Za-z0-9_.]+)|Field '([^']+)' is not present in the schema",
     RULE_FATAL, false,
     "a transform looks for the field {2|that the message names}, which the records do not have",
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
     "the {half|value} of {record|a record} is not text in UTF-8",
     "Use org.apache.kafka.connect.converters.ByteArrayConverter with ByteArrayFormat, or have UTF-8 produced" RESTART,
     NULL, NULL},
    /* Schema registry. */
    {"registry-login", LOG,
     "RestClientException: *(Unauthorized|User cannot be authenticated|[^\n]*); error code: 401(01)?([^0-9]|$)|schemaregistry[^\n]*Unauthorized",
     RULE_FATAL, false,
     "the schema registry[ {host}] refuses the converter's login (401)",
     "Set value.converter.basic.auth.credentials.source=USER_INFO and value.converter.basic.auth.user.info (user and password of the registry), and the same for key.converter if it is Avro" RESTART,
     NULL, NULL},
    {"registry-denied", LOG,
     "RestClientException: *([^\n]*); error code: 403(01)?([^0-9]|$)",
     RULE_FATAL, false,
     "the schema registry[ {host}] does not let the converter's user do that (403)[: {1}]",
     "Give the user the right to read the subject in the schema registry" RESTART,
     NULL, NULL},
    {"registry-schema", LOG,
     "error code: 40403|Schema ([0-9]+ )?not found",
     RULE_FATAL, false,
     "the schema registry[ {host}] does not have the schema[ with the id {schemaid}] that a record refers to (40403): it is another registry than the producer's, or the schema was deleted",
     "Set value.converter.schema.registry.url to the registry that the producer writes to; a schema that was deleted must be registered again with the same id" RESTART,
     NULL, NULL},
    {"registry-subject", LOG,
     "Subject '?([^' ]*)'? not found|error code: 40401",
     RULE_FATAL, false,
     "the schema registry[ {host}] has no subject[ {nosubject}] (40401)",
     "See the converter's subject name strategy and registry URL against the producer's" RESTART,
     NULL, NULL},
    {"registry-path", LOG,
     "RestClientException: *([^\n]*); error code: 404([^0-9]|$)",
     RULE_FATAL, false,
     "the schema registry's address answers 404: there is a server, but no registry under that path",
     "Correct {half|value}.converter.schema.registry.url[ ({=value.converter.schema.registry.url})]: scheme, host, port and path (some registries stand below /apis/ccompat/v7)" RESTART,
     NULL, NULL},
    {"registry-incompatible", LOG,
     "incompatible with an earlier schema[^\n]*|error code: 409([^0-9]|$)",
     RULE_FATAL, false,
     "the schema registry refuses a schema that is incompatible with the earlier one (409)",
     "Change the schema so that it is compatible, or lower the compatibility of the subject in the registry" RESTART,
     NULL, NULL},
    {"registry-decode", LOG,
     "Error deserializing ([A-Za-z]+) message for id ([0-9]+)",
     RULE_FATAL, true,
     "the {half|value} of {record|a record} cannot be read with the schema that it names (id {2|unknown}, {1|Avro})",
     "See whether the record was really written with that schema: another registry may have given the same id to another one. Set {half|value}.converter.schema.registry.url to the producer's; records that are broken go to a dead letter topic with errors.tolerance=all and errors.deadletterqueue.topic.name" RESTART,
     NULL, NULL},
    {"registry-failed", LOG,
     "RestClientException: *([^\n]*)",
     RULE_FATAL, true,
     "the schema registry[ {host}] answered with an error[: {1}]",
     "Look into the log of the schema registry; a restart helps once it answers again",
     NULL, NULL},
    {"registry-endpoint", LOG,
     "Failed to send HTTP request to endpoint: *([^ \n]+)",
     RULE_FATAL, false,
     "the schema registry does not answer[ at {1}]",
     "Start the schema registry, or correct value.converter.schema.registry.url as the worker sees it[ (now {1})]" RESTART,
     NULL, NULL},
    /* Behind the rules that know the exception: who threw it stands in the frames. */
    {"smt-failed", LOG,
     "(Exception|Error): *([^\n]+)",
     RULE_FATAL, false,
     "a transform[ ({transform})] failed on a record[: {2}]",
     "Correct the settings of the transform (transforms.NAME.…) or take it out; records that it can never take go to a dead letter topic with errors.tolerance=all and errors.deadletterqueue.topic.name" RESTART,
     is_in_transform, NULL},
    {"deserialize", LOG,
     "Failed to deserialize data for topic ([^ \n]+) to ([A-Za-z]+)",
     RULE_FATAL, true,
     "records[ of topic {1}] could not be read[ as {2}]",
     "Use the converter that fits what the topic holds; the last Caused by of the trace says why it failed" RESTART,
     NULL, NULL},
    {"tolerance", LOG,
     "Tolerance exceeded in error handler",
     RULE_FATAL, true,
     "a converter or transform failed on {record|a record}, and none is tolerated (errors.tolerance=none)",
     "The last Caused by of the trace says why; correct the converter or transform" RESTART,
     NULL, NULL},
    {"data-other", LOG,
     "connect\\.errors\\.DataException: *([^\n]+)|SerializationException: *([^\n]+)|Error deserializing key/value for partition [^\n]*",
     RULE_FATAL, true,
     "{record|a record} is not what the connector expects[: {1}][: {2}]",
     "Use the converter that fits what is produced, or let such records go to a dead letter topic: errors.tolerance=all together with errors.deadletterqueue.topic.name (without it they are dropped)" RESTART,
     NULL, NULL},
};
/* clang-format on */

const struct rule_table rules_data = {rules, sizeof rules / sizeof *rules};
