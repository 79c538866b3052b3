/* Sources of the expressions: the source of Apache Kafka, public issues about MSK Connect and its
 * connectors, AWS's guides. Causes and fixes are our words. */
#include "connector/rules.h"

#include <pthread.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_MAX = 64 * 1024 };

#define UUID "\\[[0-9a-fA-F-]{36}\\]"

/* clang-format off */
static const struct rule rules[] = {
    {"plugin-class-missing", RULE_STATE | RULE_LOG,
     "Failed to find any class that implements (Connector|Converter|HeaderConverter) and which name matches",
     RULE_FATAL, false,
     "no plugin on the worker has the class that the configuration names",
     "Compare connector.class (or the converter) with the JARs of the plugin's ZIP; make a new plugin "
     "from the right ZIP and point the connector to it"},
    {"config-missing-key", RULE_STATE | RULE_LOG,
     "Missing required configuration \\\"[^\\\"]+\\\" which has no default value",
     RULE_FATAL, false,
     "a setting that must be there is missing from the configuration",
     "Add the setting that the message names"},
    {"config-bad-value", RULE_STATE | RULE_LOG,
     "Invalid value .* for configuration [A-Za-z0-9._-]+",
     RULE_FATAL, false,
     "a setting has a value that the connector doesn't take",
     "Correct the setting that the message names; what is allowed follows its colon"},
    {"config-rejected", RULE_STATE,
     "InvalidInput\\.InvalidConnectorConfiguration",
     RULE_FATAL, true,
     "Kafka Connect refused the configuration",
     "Read what follows Message: in the state's description, and correct that"},
    {"kafka-auth-denied", RULE_LOG,
     UUID ": Access denied",
     RULE_FATAL, false,
     "the brokers' IAM check refuses the connector's role",
     "Allow the role kafka-cluster:Connect and DescribeCluster on the cluster's ARN; then compare "
     "account, region and clock"},
    {"kafka-auth-payload", RULE_LOG,
     UUID ": Invalid authentication payload",
     RULE_FATAL, false,
     "the brokers can't read the IAM token that the client made",
     "Use a known good version of the signing library; leave its token as it is"},
    {"kafka-auth-principal", RULE_LOG,
     "Cannot change principals during re-authentication",
     RULE_ERROR, false,
     "the role session's name changed on a living connection",
     "Give the client one fixed session name (awsRoleSessionName)"},
    {"kafka-too-many", RULE_LOG,
     "Too many connects",
     RULE_WARNING, false,
     "new IAM connections come faster than the brokers' limit",
     "reconnect.backoff.ms of 1000 or more; fewer tasks, or bigger brokers"},
    {"kafka-topic-denied", RULE_LOG,
     "Not authorized to access topics: \\[|TopicAuthorizationException|Topic authorization failed",
     RULE_FATAL, false,
     "the connector's role may not read a topic (or its own internal topics)",
     "Allow the role ReadData and DescribeTopic on the topics, and CreateTopic, WriteData, ReadData, "
     "DescribeTopic on __amazon_msk_connect_*"},
    {"kafka-group-denied", RULE_LOG,
     "Not authorized to access group: |GroupAuthorizationException|Group authorization failed",
     RULE_FATAL, false,
     "the connector's role has no right on its consumer group",
     "Allow the role AlterGroup and DescribeGroup on group connect-* and __amazon_msk_connect_*"},
    {"kafka-cluster-denied", RULE_LOG,
     "ClusterAuthorizationException|Cluster authorization failed|Not authorized to access cluster|TransactionalIdAuthorizationException",
     RULE_FATAL, false,
     "a right on the cluster itself is missing",
     "Allow the role WriteDataIdempotently, CreateTopic or whatever the failing call needs"},
    {"kafka-creds-missing", RULE_LOG,
     "Failed to find AWS IAM Credentials|Unable to load (AWS )?credentials from any",
     RULE_FATAL, false,
     "no AWS credentials reach the worker",
     "Let the service execution role trust kafkaconnect.amazonaws.com; see that STS is in reach"},
    {"kafka-classloader", RULE_LOG,
     "Unsupported callback type",
     RULE_FATAL, false,
     "aws-msk-iam-auth is loaded twice: by the worker and out of the plugin",
     "Leave aws-msk-iam-auth out of the plugin's ZIP: MSK Connect has its own"},
    {"kafka-unreachable", RULE_LOG,
     "Timed out waiting (for a node assignment|to send the call)|Failed to update metadata after|Bootstrap broker .* disconnected|Connection to node -?[0-9]+ .*could not be established",
     RULE_FATAL, false,
     "the workers don't reach the brokers",
     "Open the brokers' security group to the connector's on the listener's port (9098 IAM, 9094 TLS, "
     "9092 plain); same VPC; servers that fit the authentication"},
    {"kafka-listener-mismatch", RULE_LOG,
     "terminated during authentication|Unexpected Kafka request of type [A-Z_]+ during SASL|Unexpected handshake request with client mechanism|SSL handshake failed",
     RULE_FATAL, false,
     "client and listener don't speak the same security protocol",
     "IAM goes with ports 9098 and 9198, TLS alone with 9094 and 9194, plain text with 9092"},
    {"kafka-dns", RULE_LOG,
     "UnknownHostException|No resolvable bootstrap urls|Couldn.t resolve server",
     RULE_FATAL, false,
     "a broker's name doesn't resolve where the workers are",
     "Switch DNS hostnames and resolution on in the VPC; check the spelling of the servers"},
    {"kafka-topic-unknown", RULE_LOG,
     "UNKNOWN_TOPIC_OR_PARTITION|Topic .* not present in metadata after",
     RULE_ERROR, false,
     "a topic that the connector is told to read isn't there",
     "Create the topic, or correct topics (topics.regex)"},
    {"s3-unreachable", RULE_LOG,
     "Unable to execute HTTP request: Connect to [^ ]*s3[^ ]*:443.*timed out|Connect to [^ ]*s3[^ ]*:443.*failed: [Cc]onnect timed out",
     RULE_FATAL, false,
     "there is no way from the connector's subnets to S3",
     "Add the S3 gateway endpoint to the route tables of the connector's subnets (or a NAT); check "
     "its policy"},
    {"aws-unreachable", RULE_LOG,
     "Connect to (sts|kms|secretsmanager|glue|firehose)[^ ]*:443.*timed out",
     RULE_FATAL, false,
     "an AWS service that the plugin calls is out of reach",
     "Add an interface endpoint for that service, or a NAT gateway"},
    {"s3-region", RULE_LOG,
     "PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException|bucket is in this region|\\(Service: (Amazon )?S3[;,] Status Code: 301",
     RULE_FATAL, false,
     "s3.region isn't the region of the bucket",
     "Set s3.region to the bucket's own (the sink's default is us-west-2)"},
    {"s3-denied", RULE_LOG,
     "Access ?Denied.*\\(Service: (Amazon )?S3|\\(Service: (Amazon )?S3[;,] Status Code: 403",
     RULE_FATAL, false,
     "S3 refuses the connector's role (403)",
     "Allow the role s3:ListBucket and GetBucketLocation on the bucket, and PutObject, GetObject, "
     "AbortMultipartUpload, ListMultipartUploadParts on its objects; then restart"},
    {"s3-no-bucket", RULE_LOG,
     "Non-existent S3 bucket|NoSuchBucket",
     RULE_FATAL, false,
     "the bucket that s3.bucket.name names isn't there",
     "Correct s3.bucket.name (only the name), or make the bucket again"},
    {"json-envelope", RULE_LOG,
     "JsonConverter with schemas\\.enable requires",
     RULE_FATAL, false,
     "the records are plain JSON, the converter expects schema and payload",
     "Set value.converter.schemas.enable=false (and the key's), then restart"},
    {"json-broken", RULE_LOG,
     "Converting byte\\[\\] to Kafka Connect data failed due to serialization error|JsonParseException|Unrecognized token",
     RULE_FATAL, false,
     "a record isn't the JSON that the converter expects",
     "Use the converter that fits the data, or errors.tolerance=all with a dead letter queue; then "
     "restart"},
    {"avro-magic", RULE_LOG,
     "Unknown magic byte|Error deserializing Avro message",
     RULE_FATAL, false,
     "the records aren't Avro in the registry's framing",
     "Use the converter that fits what is produced, then restart"},
    {"null-value", RULE_LOG,
     "Null valued records are not writeable",
     RULE_FATAL, false,
     "a record without a value (a tombstone) stopped the sink",
     "Set behavior.on.null.values=ignore, then restart"},
    {"tolerance", RULE_LOG,
     "Tolerance exceeded in error handler",
     RULE_FATAL, true,
     "a converter or transform failed on a record",
     "The last Caused by: says which; correct the converter, then restart"},
    {"internal-topic", RULE_LOG,
     "cleanup\\.policy.*compact",
     RULE_FATAL, false,
     "an internal topic of the connector isn't compacted",
     "Set cleanup.policy=compact on it, or leave offset.storage.topic out"},
    {"memory", RULE_LOG,
     "OutOfMemoryError|Java heap space",
     RULE_FATAL, false,
     "the worker is out of memory: each open file holds a part in it",
     "Lower s3.part.size (5242880 is the least), more MCUs, fewer open partitions"},
    {"poll-timeout", RULE_LOG,
     "consumer poll timeout has expired|Commit of offsets timed out",
     RULE_ERROR, false,
     "a batch takes longer to write than Kafka waits",
     "Raise flush.size, lower consumer.override.max.poll.records, more tasks or MCUs"},
    {"role-trust", RULE_API | RULE_LOG,
     "not authorized to perform: (sts:AssumeRole|iam:PassRole)",
     RULE_FATAL, false,
     "the role can't be taken: its trust, or the right to pass it, is missing",
     "Let the role trust kafkaconnect.amazonaws.com; allow the caller iam:PassRole on it"},
    {"unknown", RULE_STATE,
     "UnknownError\\.Unknown",
     RULE_FATAL, true,
     "MSK Connect gives no reason",
     "Read the worker log around the failure: network to the brokers, IAM, then S3. Without log "
     "delivery: create the connector again with it"},
    {"task-killed", RULE_LOG,
     "Task threw an uncaught and unrecoverable exception",
     RULE_FATAL, true,
     "a task died of an exception that no rule here knows",
     "Read the last Caused by: of its trace; mend that, then restart"},
};

static const struct rule symptoms[] = {
    {"no-records-matched", 0, NULL, RULE_ERROR, false,
     "the topics get records, the connector reads none",
     "Compare topics or topics.regex with the list of topics (whole names must match); look at the "
     "group's lag"},
    {"records-read-none-written", 0, NULL, RULE_ERROR, false,
     "records are read, no object is written: flush.size isn't reached",
     "Lower flush.size, or set rotate.schedule.interval.ms with timezone"},
    {"errored-tasks", 0, NULL, RULE_FATAL, false,
     "tasks have failed, though the state says RUNNING",
     "Read their trace or log, mend the cause, then restart the failed tasks"},
    {"fewer-tasks", 0, NULL, RULE_WARNING, false,
     "fewer tasks run than tasks.max asks for",
     "Nothing, when the topics have fewer partitions; else more workers"},
    {"lag-grows", 0, NULL, RULE_ERROR, false,
     "records come faster than the sink takes them",
     "Raise flush.size, tasks.max (up to the partitions) and workers"},
    {"rebalance-storm", 0, NULL, RULE_ERROR, false,
     "the workers rebalance again and again",
     "See whether workers run out of memory or a batch takes too long"},
    {"no-logs", 0, NULL, RULE_WARNING, false,
     "the connector delivers no worker log: nothing to diagnose with",
     "Log delivery can't be added later: delete it and create it again with a log group"},
    {"plugin-not-active", 0, NULL, RULE_FATAL, false,
     "the connector's plugin isn't ACTIVE",
     "See why in its description; check that the object is a ZIP with JARs, make the plugin anew"},
    {"subnet-full", 0, NULL, RULE_ERROR, false,
     "fewer workers run than the capacity asks for: the subnets may have no free address",
     "Use subnets with free addresses: each worker takes one"},
    {"auth-port-mismatch", 0, NULL, RULE_FATAL, false,
     "the bootstrap servers' port isn't one for the connector's authentication",
     "Take the string that `pintop discover` shows for that authentication"},
    {"region-mismatch", 0, NULL, RULE_FATAL, false,
     "s3.region isn't the region of the bucket",
     "Set s3.region to the bucket's own (the sink's default is us-west-2)"},
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof *(table))

static regex_t compiled[COUNT(rules)];
static bool is_compiled[COUNT(rules)];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void compile(void)
{
    for (size_t i = 0; i < COUNT(rules); i++)
        is_compiled[i] =
            regcomp(&compiled[i], rules[i].ere, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) == 0;
}

size_t rules_count(void)
{
    return COUNT(rules);
}

const struct rule *rules_at(size_t i)
{
    return &rules[i];
}

size_t symptoms_count(void)
{
    return COUNT(symptoms);
}

const struct rule *symptoms_at(size_t i)
{
    return &symptoms[i];
}

const struct rule *rules_by_id(const char *id)
{
    for (size_t i = 0; i < COUNT(rules); i++)
        if (strcmp(rules[i].id, id) == 0)
            return &rules[i];
    for (size_t i = 0; i < COUNT(symptoms); i++)
        if (strcmp(symptoms[i].id, id) == 0)
            return &symptoms[i];
    return NULL;
}

bool rules_does_match(const struct rule *rule, const char *text)
{
    size_t i = (size_t)(rule - rules);
    pthread_once(&once, compile);
    return i < COUNT(rules) && is_compiled[i] && regexec(&compiled[i], text, 0, NULL, 0) == 0;
}

static const struct rule *match(const char *text, unsigned scope)
{
    const struct rule *generic = NULL;
    for (size_t i = 0; i < COUNT(rules); i++) {
        if ((rules[i].scopes & scope) == 0 || !rules_does_match(&rules[i], text))
            continue;
        if (!rules[i].is_generic)
            return &rules[i];
        generic = generic != NULL ? generic : &rules[i];
    }
    return generic;
}

const struct rule *rules_match(const char *text, unsigned scope)
{
    size_t len = strlen(text);
    if (len <= 2 * LOOK_MAX)
        return match(text, scope);
    const struct rule *tail = match(text + len - LOOK_MAX, scope);
    if (tail != NULL && !tail->is_generic)
        return tail;
    char *head = strndup(text, LOOK_MAX);
    const struct rule *found = head != NULL ? match(head, scope) : NULL;
    free(head);
    return found != NULL && (tail == NULL || !found->is_generic) ? found : tail;
}
