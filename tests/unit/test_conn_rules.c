/* The rules for states and logs: each knows its recorded sample, and not its neighbour; generic
 * ones give way; logs are cut into blocks and folded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "base/file.h"
#include "connector/log_block.h"
#include "connector/rules.h"
#include "pintop/stream.h"

static cJSON *recorded;

static int load(void **state)
{
    char *text;
    size_t len;
    struct pt_error err;
    (void)state;
    if (file_read("tests/data/aws/mskconnect_rules.json", 1 << 20, &text, &len, &err) != PT_OK ||
        json_parse(text, len, &recorded, &err) != PT_OK)
        fail_msg("%s", err.what);
    free(text);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    json_free(recorded);
    return 0;
}

static unsigned scopes_of(const cJSON *rule)
{
    unsigned scopes = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, json_find(rule, "scope"))
    {
        const char *word = cJSON_GetStringValue(item);
        scopes |= strcmp(word, "state") == 0 ? RULE_STATE
                  : strcmp(word, "log") == 0 ? RULE_LOG
                                             : RULE_API;
    }
    return scopes;
}

/* What was recorded is known by the rule of its name, and by no other. */
static void each_recorded_sample_is_known_by_its_rule(void **state)
{
    const cJSON *item;
    (void)state;
    cJSON_ArrayForEach(item, json_find(recorded, "log_rules"))
    {
        const char *id = json_get(item, "id"), *sample = json_get(item, "sample");
        const struct rule *rule = rules_match(sample, scopes_of(item));
        if (rule == NULL)
            fail_msg("%s: its sample matches nothing", id);
        if (strcmp(rule->id, id) != 0)
            fail_msg("%s: its sample is taken for %s", id, rule->id);
    }
    size_t n = 0;
    cJSON_ArrayForEach(item, json_find(recorded, "symptom_rules"))
    {
        assert_string_equal(symptoms_at(n++)->id, json_get(item, "id"));
    }
    assert_int_equal(n, symptoms_count());
}

/* Of each rule: a text that it knows, what must be named in its cause and in its fix (parts, ""
 * what the plain words say), and a text that is near and something else. */
static const struct sample {
    const char *id, *text, *names, *fix, *near;
} samples[] = {
  /* clang-format off */
    {"plugin-class-blank", "Failed to find any class that implements Connector and which name matches com.amazon.kinesis.kafka.AmazonKinesisSinkConnector , available connectors are: PluginDesc{klass=class com.amazon.kinesis.kafka.AmazonKinesisSinkConnector}",
     "AmazonKinesisSinkConnector is written with a blank", "without the blank", "which name matches a.B, available connectors are: PluginDesc{a.C}"},
    {"plugin-class-missing", "Failed to find any class that implements Converter and which name matches a.b.AvroConverter, available",
     "no plugin on the worker has the Converter class a.b.AvroConverter", "a.b.AvroConverter", "Failed to find any class that implements Transformation and which name matches x"},
    {"config-missing-key", "ConfigException: Missing required configuration \"s3.bucket.name\" which has no default value.",
     "setting s3.bucket.name is missing", "Set s3.bucket.name", "Missing required configuration in the request body"},
    {"config-blank-value", "ConfigException: Invalid value  io.c.TimeBasedPartitioner for configuration partitioner.class: Class  io.c.TimeBasedPartitioner could not be found.",
     "the value of partitioner.class begins or ends with a blank", "Set partitioner.class=io.c.TimeBasedPartitioner", "Invalid value x for configuration y"},
    {"config-class-missing", "ConfigException: Invalid value io.confluent.connect.avro.AvroConverter for configuration value.converter: Class io.confluent.connect.avro.AvroConverter could not be found.",
     "AvroConverter, which value.converter names, is in no plugin", "the JAR that has io.confluent.connect.avro.AvroConverter", "Invalid value 0 for configuration flush.size: must be at least 1"},
    {"config-bad-value", "ConfigException: Invalid value 0 for configuration flush.size: Value must be at least 1",
     "flush.size has a value that the connector does not take: 0", "Correct flush.size", "INFO Invalid value for configuration: none found, all settings are valid"},
    {"config-rejected", "InvalidInput.InvalidConnectorConfiguration: The connector configuration is invalid.",
     "refused the configuration", "Message:", "InvalidInput.InvalidWorkerConfiguration: the worker configuration is invalid"},
    {"role-trust", "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/r",
     "iam:PassRole is refused on arn:aws:iam::123456789012:role/r", "role/r trust kafkaconnect", "User: arn:aws:iam::1:user/dev is not authorized to perform: s3:PutObject"},
    {"denied-explicitly", "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::b/topics/x\" with an explicit deny in a service control policy",
     "s3:PutObject on arn:aws:s3:::b/topics/x is denied explicitly, by a service control policy", "An allow elsewhere does not help", "is not authorized to perform: s3:PutObject on resource: x because no identity-based policy allows it"},
    {"s3-kms", "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:1:key/abc because no policy allows it",
     "kms:GenerateDataKey arn:aws:kms:us-east-1:1:key/abc", "on the key arn:aws:kms:us-east-1:1:key/abc", "kms is not used by this bucket"},
    {"denied-by-name", "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b/* because no identity-based policy allows the s3:PutObject action",
     "arn:aws:sts::1:assumed-role/r/s may not do s3:PutObject on arn:aws:s3:::b/*", "Allow s3:PutObject on arn:aws:s3:::b/*", "is authorized to perform: s3:PutObject on resource: x"},
    {"kafka-auth-denied", "SaslAuthenticationException: [d4c3dbd3-45c5-485c-b33f-2e962eb541ca]: Access denied",
     "IAM check refuses", "kafka-cluster:Connect", "[s3-sink]: Access denied by the bucket's policy"},
    {"kafka-auth-payload", "SASL authentication error: [7ea85679-484f-4410-a045-60cab3ae791b]: Invalid authentication payload",
     "IAM token", "signing library", "Invalid authentication payload received by the proxy"},
    {"kafka-auth-principal", "Cannot change principals during re-authentication from IAM.a: IAM.b",
     "session's name changed", "awsRoleSessionName", "The principals changed during re-authentication were logged"},
    {"kafka-too-many", "failed authentication due to: [446c81dc-9ab3-4d4b-b174-4ecd9baa406c]: Too many connects",
     "faster than the brokers' limit", "reconnect.backoff.ms", "Too many connections in the pool, waiting"},
    {"kafka-password", "SaslAuthenticationException: Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512",
     "name or password (SASL SCRAM-SHA-512)", "sasl.jaas.config", "valid credentials with SASL mechanism SCRAM-SHA-512"},
    {"kafka-mechanism", "UnsupportedSaslMechanismException: Client SASL mechanism 'SCRAM-SHA-512' not enabled in the server, enabled mechanisms are [AWS_MSK_IAM, OAUTHBEARER]",
     "does not offer SASL SCRAM-SHA-512; it offers AWS_MSK_IAM, OAUTHBEARER", "9096", "Client SASL mechanism 'PLAIN' is enabled in the server"},
    {"kafka-sasl-client", "SaslAuthenticationException: Failed to create SaslClient with mechanism AWS_MSK_IAM",
     "for SASL AWS_MSK_IAM", "aws-msk-iam-auth", "Created SaslClient with mechanism AWS_MSK_IAM"},
    {"kafka-creds-missing", "SaslException: Failed to find AWS IAM Credentials [Caused by X",
     "no AWS credentials", "trust kafkaconnect", "Found AWS IAM Credentials in the environment"},
    {"kafka-classloader", "UnsupportedCallbackException: Unsupported callback type: class: software.amazon.msk.auth",
     "loaded twice", "out of the plugin", "Supported callback type: class AWSCredentialsCallback"},
    {"tls-untrusted", "SslAuthenticationException: SSL handshake failed\nCaused by: SSLHandshakeException: PKIX path building failed: SunCertPathBuilderException: unable to find valid certification path to requested target",
     "authority that the worker does not trust", "truststore", "the certification path is valid"},
    {"tls-name", "CertificateException: No subject alternative DNS name matching broker.example found.",
     "not for broker.example", "stands in the certificate", "subject alternative names: broker.example"},
    {"kafka-listener-mismatch", "Connection to node -1 (b-1.x/10.0.0.5:9094) terminated during authentication. This may happen",
     "same security protocol", "9098", "Connection to node 1 terminated after authentication"},
    {"kafka-topic-denied", "TopicAuthorizationException: Not authorized to access topics: [0a1b.pin]",
     "may not use the topics 0a1b.pin", "Describe on 0a1b.pin", "Authorized to access topics: [0a1b.pin]"},
    {"kafka-group-denied", "GroupAuthorizationException: Not authorized to access group: connect-0a1b",
     "group connect-0a1b", "Read on the group connect-0a1b", "Joining group: connect-0a1b, authorization passed"},
    {"kafka-cluster-denied", "ClusterAuthorizationException: Cluster authorization failed.",
     "on the cluster itself", "WriteDataIdempotently", "Cluster authorization succeeded"},
    {"s3-dns", "UnknownHostException: user-0a1b-bucket.s3.eu-west-3.amazonaws.com: Temporary failure in name resolution",
     "S3's name user-0a1b-bucket.s3.eu-west-3.amazonaws.com", "s3.region", "UnknownHostException: my3.example.com"},
    {"aws-dns", "UnknownHostException: secretsmanager.us-west-2.amazonaws.com",
     "AWS's secretsmanager, secretsmanager.us-west-2.amazonaws.com", "endpoint for secretsmanager", "UnknownHostException: mydb.abc.eu-west-1.rds.amazonaws.com"},
    {"kafka-dns", "WARN Couldn't resolve server b-4.msk.x:9098 from bootstrap.servers as DNS resolution failed",
     "broker's name b-4.msk.x:9098", "b-4.msk.x:9098 in bootstrap.servers", "Resolved bootstrap.servers to 10.0.0.5, host known"},
    {"host-unknown", "UnknownHostException: mydb.abc.eu-west-1.rds.amazonaws.com",
     "the name mydb.abc.eu-west-1.rds.amazonaws.com does not resolve", "Look for mydb.abc", "host mydb is known"},
    {"s3-unreachable", "SdkClientException: Unable to execute HTTP request: user-0a1b-bucket.s3.eu-west-1.amazonaws.com: No route to host (Host unreachable)",
     "no way from where the workers are to user-0a1b-bucket.s3.eu-west-1.amazonaws.com", "S3 gateway endpoint", "Unable to execute HTTP request: Connect to proxy.example:3128 failed: timed out"},
    {"aws-unreachable", "Unable to execute HTTP request: Connect to sqs.us-east-1.amazonaws.com:443 [sqs.us-east-1.amazonaws.com/3.1.1.1] failed: connect timed out",
     "AWS's sqs (sqs.us-east-1.amazonaws.com)", "endpoint for sqs", "Connect to sts.amazonaws.com:443 succeeded in 12 ms"},
    {"store-refused", "Unable to execute HTTP request: Connect to minio:9000 [minio/172.18.0.4] failed: Connection refused (Connection refused)",
     "nobody listens at minio:9000", "Start the server at minio:9000", "Connect to minio:9000 was refused by policy"},
    {"store-reset", "SdkClientException: Unable to execute HTTP request: Connection reset",
     "cuts connections: Connection reset", "s3.part.retries", "HTTP request: the connection was set up"},
    {"store-timeout", "SdkClientException: Unable to execute HTTP request: Read timed out",
     "answers too slowly", "--probe", "HTTP request: Read 12 bytes"},
    {"kafka-unreachable", "WARN Connection to node 1 (b-1.my.kafka/10.0.0.1:9098) could not be established. Broker may not be available.",
     "don't reach the brokers b-1.my.kafka/10.0.0.1:9098", "security group", "Connection to node 1 (b-1.x/10.0.0.5:9098) was established"},
    {"kafka-channel", "java.io.IOException: Channel could not be created for socket java.nio.channels.SocketChannel[closed]",
     "its channel", "names the setting", "Channel was created for socket"},
    {"kafka-topic-unknown", "Error while fetching metadata with correlation id 4 : {0a1b.pin=UNKNOWN_TOPIC_OR_PARTITION}",
     "the topic 0a1b.pin is not there", "Create 0a1b.pin", "Topic 0a1b.pin present in metadata after 12 ms"},
    {"dead-letter-topic", "ConnectException: Could not initialize dead letter queue with topic=0a1b-dlq",
     "dead letter topic 0a1b-dlq could not be made", "create 0a1b-dlq first", "Initialized dead letter queue with topic=0a1b-dlq"},
    {"replication-factor", "InvalidReplicationFactorException: Replication factor: 3 larger than available brokers: 1.",
     "3 replicas, and there are 1 brokers", "to 1 at most", "Replication factor: 3 of 3 brokers"},
    {"internal-topic", "Topic 'x' supplied via the 'offset.storage.topic' property is required to have 'cleanup.policy=compact' to guarantee",
     "internal topic x (offset.storage.topic) is not compacted", "compact on x", "Created topic (configs={cleanup.policy=compact})"},
    {"commit-failed", "CommitFailedException: Commit cannot be completed since the group has already rebalanced",
     "max.poll.interval.ms", "max.poll.records", "Commit completed since the group rebalanced"},
    {"poll-timeout", "consumer poll timeout has expired. This means",
     "longer to write than Kafka waits", "flush.size", "consumer poll timeout is 300000 ms"},
    {"offset-out-of-range", "Fetch position FetchPosition{offset=3} is out of range for partition 0a1b.pin-0, raising",
     "records of 0a1b.pin-0 at the group's offset are gone", "retention.ms", "Fetch position is in range for partition 0a1b.pin-0"},
    {"record-too-large", "RecordTooLargeException: The message is 2 MB",
     "larger than the topic", "max.message.bytes", "The record is not too large"},
    {"coordinator", "The coordinator is not available.",
     "leads the consumer group", "__consumer_offsets", "The coordinator is available"},
    {"not-enough-replicas", "NotEnoughReplicasException: Messages are rejected",
     "min.insync.replicas", "missing broker", "enough replicas"},
    {"task-exists", "ConnectException: Task already exists in this worker: s3-rtb_bid_response-sink-50",
     "task s3-rtb_bid_response-sink-50", "Restart the connector", "Task exists: sink-50"},
    {"s3-region", "AmazonS3Exception: The bucket is in this region: eu-west-1. Please use this region to retry the request (Service: Amazon S3; Status Code: 301; Error Code: PermanentRedirect; Request ID: X)",
     "which is eu-west-1", "Set s3.region=eu-west-1", "AmazonS3Exception: x (Service: Amazon S3; Status Code: 500; Error Code: Internal; Request ID: X)"},
    {"s3-bucket-name", "AmazonS3Exception: The specified bucket is not valid. (Service: Amazon S3; Status Code: 400; Error Code: InvalidBucketName; Request ID: X)",
     "no name that S3 allows", "s3.bucket.name", "Bucket name is valid"},
    {"s3-no-bucket", "ConnectException: Non-existent S3 bucket: user-0a1b-bucketx",
     "bucket user-0a1b-bucketx is not there", "s3.bucket.name", "NoSuchKey: The specified key does not exist."},
    {"s3-key-unknown", "AmazonS3Exception: The AWS Access Key Id you provided does not exist in our records. (Service: Amazon S3; Status Code: 403; Error Code: InvalidAccessKeyId; Request ID: X)",
     "does not know the connector's access key", "aws.access.key.id", "The AWS Access Key Id is known"},
    {"s3-signature", "AmazonS3Exception: The request signature we calculated does not match (Service: Amazon S3; Status Code: 403; Error Code: SignatureDoesNotMatch; Request ID: X)",
     "refuses the signature", "aws.secret.access.key", "the signature does match"},
    {"s3-token-expired", "AmazonS3Exception: The provided token has expired. (Service: Amazon S3; Status Code: 400; Error Code: ExpiredToken; Request ID: X)",
     "temporary keys have run out", "Give the connector a role", "The token expires in 300 s"},
    {"s3-clock", "AmazonS3Exception: The difference between the request time and the current time is too large. (Service: Amazon S3; Status Code: 403; Error Code: RequestTimeTooSkewed; Request ID: X)",
     "15 minutes off", "NTP", "the request time is the current time"},
    {"s3-slow-down", "AmazonS3Exception: Please reduce your request rate. (Service: Amazon S3; Status Code: 503; Error Code: SlowDown; Request ID: X)",
     "fewer requests", "flush.size", "slow down is not needed"},
    {"s3-put-denied", "AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: X)\n	at com.amazonaws.services.s3.AmazonS3Client.putObject(AmazonS3Client.java:1)",
     "writes objects (403)", "s3:PutObject", "AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: X)"},
    {"s3-list-denied", "AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: X)\n	at com.amazonaws.services.s3.AmazonS3Client.headBucket(AmazonS3Client.java:1)",
     "looks at the bucket", "s3:ListBucket", "AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: X)"},
    {"s3-denied", "AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: X)",
     "refuses the connector's role (403)", "s3:PutObject", "AmazonS3Exception: x (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey; Request ID: X)"},
    {"s3-internal", "AmazonS3Exception: We encountered an internal error. (Service: Amazon S3; Status Code: 500; Error Code: InternalError; Request ID: X)",
     "error of its own", "s3.part.retries", "AmazonS3Exception: x (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey; Request ID: X)"},
    {"registry-login", "RestClientException: Unauthorized; error code: 401",
     "refuses the login", "basic.auth.user.info", "RestClientException: ok; code: 200"},
    {"registry-denied", "RestClientException: User is denied operation Read on Subject: x; error code: 40301",
     "refuses the converter's user", "read the subjects", "Authorized; code: 0"},
    {"registry-subject", "RestClientException: Subject 'a.pin-value' not found.; error code: 40401",
     "does not have the schema", "schema.registry.url", "Subject 'a.pin-value' found"},
    {"registry-unreachable", "ERROR Failed to send HTTP request to endpoint: http://registry:8081/schemas/ids/1",
     "answer at http://registry:8081/schemas/ids/1", "the way to http://registry:8081", "Sent HTTP request to endpoint: http://registry:8081"},
    {"glue-registry", "com.amazonaws.services.schemaregistry.exception.AWSSchemaRegistryException: Failed to get schemaVersionId",
     "Glue", "glue:GetSchemaVersion", "AWSSchemaRegistry is ready"},
    {"json-envelope", "DataException: JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields",
     "expects schema and payload", "schemas.enable=false", "JsonConverter with schemas.enable=false reads plain JSON"},
    {"json-broken", "DataException: Converting byte[] to Kafka Connect data failed due to serialization error: ",
     "isn't the JSON", "converter that fits", "Converting Kafka Connect data to byte[] failed due to serialization error"},
    {"avro-magic", "SerializationException: Unknown magic byte!",
     "aren't Avro", "converter that fits", "Error serializing Avro message"},
    {"null-value", "ConnectException: Null valued records are not writeable with current behavior",
     "tombstone", "behavior.on.null.values=ignore", "Null valued records are ignored by behavior.on.null.values"},
    {"format-needs-schema", "org.apache.avro.AvroRuntimeException: already open",
     "wants records with a schema", "JsonFormat", "AvroRuntimeException is handled"},
    {"partition-field", "DataException: The field 'timestamp' does not exist.\nCaused by: PartitionException: Error encoding partition.",
     "its field timestamp in a record", "instead of timestamp", "Encoded partition for field 'timestamp'"},
    {"transform-form", "DataException: Only Struct objects supported for [field replacement], found: java.util.HashMap",
     "field replacement) takes only Struct records", "converter with or without schemas", "Struct objects are supported"},
    {"schema-incompatible", "org.apache.kafka.connect.errors.SchemaProjectorException: Schema parameters not equal.",
     "do not fit each other", "schema.compatibility=NONE", "Schema version 3 is required"},
    {"deserialize", "DataException: Failed to deserialize data for topic 0a1b.pin to Avro:",
     "records of topic 0a1b.pin could not be read as Avro", "what 0a1b.pin holds", "Deserialized data for topic 0a1b.pin"},
    {"tolerance", "ConnectException: Tolerance exceeded in error handler",
     "failed on a record", "last Caused by", "Error tolerance is set to none in the error handler"},
    {"multipart", "DataException: Multipart upload failed to complete.",
     "could not be written", "Caused by", "Multipart upload is complete"},
    {"class-missing", "java.lang.NoClassDefFoundError: com/amazonaws/services/kinesisfirehose/model/AmazonKinesisFirehoseException",
     "the class com/amazonaws/services/kinesisfirehose/model/AmazonKinesisFirehoseException is missing", "the JAR that has com/amazonaws", "class a.B was defined"},
    {"class-conflict", "java.lang.NoSuchMethodError: 'void a.B.c()'",
     "mixed in the plugin (NoSuchMethodError)", "plugin's ZIP", "NoSuchElementException: none"},
    {"java-version", "java.lang.UnsupportedClassVersionError: a/B has been compiled by a more recent version",
     "newer Java", "newer version of Connect", "class version 52"},
    {"memory", "java.lang.OutOfMemoryError: Java heap space",
     "out of memory", "s3.part.size", "Java heap usage is 512 MiB"},
    {"disk-full", "java.io.IOException: No space left on device",
     "disk is full", "Make room", "space left on device: 12 GB"},
    {"database-login", "FATAL: password authentication failed for user \"kc\"",
     "refuses the user kc", "user kc", "authenticated user \"kc\""},
    {"refused", "java.net.ConnectException: Connection refused",
     "does not answer", "the way to it", "Connection was not refused"},
    {"msk-addresses", "InvalidInput.X: There are not enough free IP addresses in subnet subnet-0abc",
     "no free IP addresses", "subnets with room", "the subnet has 12 addresses"},
    {"msk-service-role", "The service-linked role AWSServiceRoleForKafkaConnect doesn't exist",
     "service-linked role", "iam:CreateServiceLinkedRole", "the service role is there"},
    {"msk-plugin-object", "InvalidInput.InvalidCustomPlugin: The S3 object of the custom plugin has changed",
     "changed or deleted", "Upload the plugin's ZIP again", "the plugin is ACTIVE"},
    {"msk-quota", "ServiceQuotaExceededException: connectors",
     "quota", "Service Quotas", "quota is 60"},
    {"unknown", "UnknownError.Unknown: The last operation failed. Retry the operation.",
     "no reason", "worker log", "UnknownError.Throttled: try again"},
    {"task-killed", "ERROR [x|task-0] WorkerSinkTask{id=x-0} Task threw an uncaught and unrecoverable exception.",
     "no rule here knows", "last Caused by", "Task is being stopped and will be started anew by a rebalance"},
  /* clang-format on */
};

static const struct sample *sample_of(const char *id)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (strcmp(samples[i].id, id) == 0)
            return &samples[i];
    return NULL;
}

static void each_rule_knows_its_sample_and_names_what_it_speaks_of(void **state)
{
    int bad = 0;
    (void)state;
    assert_int_equal(sizeof samples / sizeof *samples, rules_count());
    assert_true(rules_count() >= 70);
    for (size_t i = 0; i < rules_count(); i++) {
        const struct rule *rule = rules_at(i);
        const struct sample *s = sample_of(rule->id);
        struct rule_words words;
        if (s == NULL) {
            print_error("%s: it has no sample\n", rule->id);
            bad++;
            continue;
        }
        const struct rule *found = rules_match(s->text, rule->scopes);
        if (found == NULL || strcmp(found->id, rule->id) != 0) {
            print_error("%s: its sample is taken for %s\n", rule->id,
                        found != NULL ? found->id : "nothing");
            bad++;
            continue;
        }
        rules_explain(rule, s->text, &words);
        if (strstr(words.cause, s->names) == NULL || strstr(words.fix, s->fix) == NULL ||
            strchr(words.cause, '%') != NULL || strchr(words.fix, '%') != NULL) {
            print_error("%s: \"%s\" and \"%s\" don't say \"%s\" and \"%s\"\n", rule->id,
                        words.cause, words.fix, s->names, s->fix);
            bad++;
        }
        if (rules_does_match(rule, s->near)) {
            print_error("%s matches its neighbour: %s\n", rule->id, s->near);
            bad++;
        }
        /* Without what it would name it still has words. */
        rules_explain(rule, "", &words);
        assert_string_equal(words.cause, rule->cause);
    }
    assert_int_equal(bad, 0);
}

/* A worker that starts and works: no line of it accuses anybody. */
/* clang-format off */
static const char *const healthy[] = {
    "[2026-11-28 04:19:00,001] INFO Kafka Connect worker initializing ... (org.apache.kafka.connect.cli.AbstractConnectCli:114)",
    "[2026-11-28 04:19:00,101] INFO WorkerInfo values: jvm.args = -Xms256M, -Xmx2G (org.apache.kafka.connect.runtime.WorkerInfo:71)",
    "[2026-11-28 04:19:01,001] INFO Created topic (name=__amazon_msk_connect_offsets_x_1, numPartitions=25, replicationFactor=-1, replicasAssignments=null, configs={cleanup.policy=compact}) on brokers at b-1.msk.x.c12.kafka.us-east-1.amazonaws.com:9098 (org.apache.kafka.connect.util.TopicAdmin:389)",
    "[2026-11-28 04:19:01,101] INFO AdminClientConfig values: \n\tssl.truststore.location = null\n\tretries = 2147483647",
    "[2026-11-28 04:19:01,201] WARN These configurations '[config.storage.topic, status.storage.topic]' were supplied but are not used yet. (org.apache.kafka.clients.admin.AdminClientConfig:385)",
    "[2026-11-28 04:19:01,301] WARN [Producer clientId=producer-1] Bootstrap broker b-1.msk:9098 (id: -1 rack: null) disconnected (org.apache.kafka.clients.NetworkClient:1073)",
    "[2026-11-28 04:19:02,001] INFO [Worker clientId=connect-1, groupId=g] Successfully joined group with generation Generation{generationId=1}",
    "[2026-11-28 04:19:02,101] INFO Successfully logged in. (org.apache.kafka.common.security.authenticator.AbstractLogin:61)",
    "[2026-11-28 04:19:02,201] INFO [x|task-0] WorkerSinkTask{id=x-0} Sink task finished initialization and start (org.apache.kafka.connect.runtime.WorkerSinkTask:309)",
    "[2026-11-28 04:19:02,301] INFO [x|task-0] [Consumer clientId=connector-consumer-x-0, groupId=connect-x] Discovered group coordinator b-2.msk:9098",
    "[2026-11-28 04:19:02,401] INFO [x|task-0] [Consumer clientId=connector-consumer-x-0, groupId=connect-x] Found no committed offset for partition 0a1b.pin-0",
    "[2026-11-28 04:19:02,501] INFO [x|task-0] [Consumer clientId=connector-consumer-x-0, groupId=connect-x] Resetting offset for partition 0a1b.pin-0 to position FetchPosition{offset=0}",
    "[2026-11-28 04:19:03,001] INFO [x|task-0] Opening record writer for: topics/0a1b.pin/partition=0/0a1b.pin+0+0000000000.json",
    "[2026-11-28 04:19:04,001] INFO [x|task-0] Files committed to S3. Target commit offset for 0a1b.pin-0 is 1",
    "[2026-11-28 04:19:05,001] INFO [x|task-0] WorkerSinkTask{id=x-0} Committing offsets asynchronously using sequence number 1: {0a1b.pin-0=OffsetAndMetadata{offset=1}}",
    "[2026-11-28 04:19:06,001] INFO [x|task-0] [Consumer clientId=connector-consumer-x-0, groupId=connect-x] Node -1 disconnected. (org.apache.kafka.clients.NetworkClient:937)",
    "[2026-11-28 04:19:07,001] INFO [x|task-0] Initialized Expiring Credential Refreshing Login error listeners",
    "[2026-11-28 04:19:08,001] INFO Kafka version: 2.7.1 (org.apache.kafka.common.utils.AppInfoParser:119)",
    "[2026-11-28 04:19:09,001] INFO ConnectorConfig values: errors.tolerance = none, errors.retry.timeout = 0, behavior.on.null.values = fail",
    "[2026-11-28 04:19:10,001] INFO [x|task-0] S3SinkConnectorConfig values: s3.part.retries = 3, s3.retry.backoff.ms = 200, flush.size = 1",
    "[2026-11-28 04:19:11,001] INFO The request rate was reduced by flush.size: no SlowDown seen",
    "[2026-11-28 04:19:12,001] DEBUG Access Denied is retried (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)",
    "[2026-11-28 04:19:13,001] INFO ExpiredToken would be renewed in 300 s",
    "[2026-11-28 04:19:14,001] INFO OutOfMemoryError handler installed",
    "[2026-11-28 04:19:15,001] WARN [x|task-0] The configuration 'metrics.context.connect.kafka.cluster.id' was supplied but isn't a known config.",
    "[2026-11-28 04:19:16,001] INFO [x|task-0] [Consumer clientId=c, groupId=connect-x] Revoke previously assigned partitions 0a1b.pin-0",
    "[2026-11-28 04:19:17,001] INFO Loading plugin from: /opt/connect/plugins/s3 (org.apache.kafka.connect.runtime.isolation.DelegatingClassLoader:265)",
    "[2026-11-28 04:19:18,001] INFO Added plugin 'io.confluent.connect.s3.S3SinkConnector'",
    "[2026-11-28 04:19:19,001] INFO Cluster ID: abc, UnknownHostException is retried by the client",
    "[2026-11-28 04:19:20,001] INFO Rebalance started",
};

/* clang-format on */

static void a_healthy_log_accuses_nobody(void **state)
{
    struct log_blocks blocks;
    struct log_cutter cutter;
    (void)state;
    log_cutter_init(&cutter);
    for (size_t i = 0; i < sizeof healthy / sizeof *healthy; i++)
        log_cutter_add(&cutter, "w", 1000 + (int64_t)i, healthy[i]);
    log_cutter_end(&cutter, &blocks);
    for (size_t i = 0; i < blocks.n; i++) {
        bool is_info = strcmp(blocks.items[i].level, "WARN") != 0;
        if (is_info && blocks.items[i].rule != NULL)
            fail_msg("%s: %s", blocks.items[i].rule->id, blocks.items[i].text);
    }
    const struct log_block *worst = log_blocks_worst(&blocks);
    /* One warning of the start speaks, until something worse does. */
    assert_true(worst == NULL || strcmp(worst->level, "WARN") == 0);
    log_blocks_done(&blocks);
}

static void scopes_are_kept(void **state)
{
    (void)state;
    assert_null(rules_match("UnknownError.Unknown: The last operation failed.", RULE_LOG));
    assert_non_null(rules_match("UnknownError.Unknown: The last operation failed.", RULE_STATE));
    assert_null(rules_match("", RULE_LOG | RULE_STATE | RULE_API));
}

/* ---- blocks ---- */

static const char killed[] = "ERROR [x|task-0] WorkerSinkTask{id=x-0} Task threw an uncaught and "
                             "unrecoverable exception. Task "
                             "is being killed and will not recover until manually restarted";

static void a_generic_rule_gives_way_within_its_block(void **state)
{
    char text[1024];
    (void)state;
    assert_string_equal(rules_match(killed, RULE_LOG)->id, "task-killed");
    snprintf(text, sizeof text,
             "%s\norg.apache.kafka.connect.errors.ConnectException: Tolerance "
             "exceeded in error handler\n\tat x.y(Z.java:1)",
             killed);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "tolerance");
    snprintf(text, sizeof text,
             "%s\nException: Tolerance exceeded in error handler\nCaused by: DataException: "
             "JsonConverter "
             "with schemas.enable requires \"schema\" and \"payload\" fields",
             killed);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "json-envelope");
}

static void a_dot_does_not_reach_over_a_line(void **state)
{
    (void)state;
    assert_null(rules_match("Access Denied to the page\n(Service: Amazon DynamoDB)", RULE_LOG));
    assert_null(rules_match("cleanup.policy is delete\nlogs are compact", RULE_LOG));
}

static void a_long_trace_is_looked_at_by_its_ends(void **state)
{
    enum { LEN = 10 * 1024 * 1024 };
    static const char end[] = "\nCaused by: java.lang.OutOfMemoryError: Java heap space";
    char *text = malloc(LEN + 1);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', LEN);
    for (size_t i = 100; i < LEN; i += 100)
        text[i] = '\n';
    memcpy(text, killed, sizeof killed - 1);
    text[LEN] = '\0';
    assert_string_equal(rules_match(text, RULE_LOG)->id, "task-killed");
    memcpy(text + LEN - (sizeof end - 1), end, sizeof end - 1);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "memory");
    free(text);
}

static void cut(const char *const *lines, size_t n, struct log_blocks *out)
{
    struct log_cutter cutter;
    log_cutter_init(&cutter);
    for (size_t i = 0; i < n; i++)
        log_cutter_add(&cutter, "stream", 1000 + (int64_t)i, lines[i]);
    log_cutter_end(&cutter, out);
}
#define CUT(lines, out) cut(lines, sizeof(lines) / sizeof *(lines), out)

static void blocks_of_two_workers_are_told_apart(void **state)
{
    static const char *const lines[] = {
        "[Worker-0aa] [2021-09-06 16:02:54,151] ERROR [x|task-0] it broke (a.B:1)",
        "[Worker-0bb] [2021-09-06 16:02:54,200] INFO [y|task-1] all is well (a.B:2)",
        "[Worker-0aa] java.lang.IllegalStateException: no",
        "[Worker-0bb] [2021-09-06 16:02:55,000] WARN [Producer clientId=p] Too many connects "
        "(n.C:7)",
        "[Worker-0aa] \tat a.B.c(B.java:12)",
        "[Worker-0aa] Caused by: S3Exception: Access Denied (Service: S3, Status Code: 403)",
        "[Worker-0aa] [2021-09-06 16:02:59,000] INFO [x|task-0] stopping",
    };
    struct log_blocks blocks;
    (void)state;
    CUT(lines, &blocks);
    assert_int_equal(blocks.n, 4);
    const struct log_block *broke = NULL;
    for (size_t i = 0; i < blocks.n; i++)
        if (strcmp(blocks.items[i].level, "ERROR") == 0)
            broke = &blocks.items[i];
    assert_non_null(broke);
    assert_string_equal(broke->worker, "0aa");
    assert_string_equal(broke->connector, "x");
    assert_int_equal(broke->task, 0);
    assert_int_equal(broke->time_ms, 1000);
    assert_string_equal(broke->rule->id, "s3-denied");
    assert_non_null(strstr(broke->text, "\n\tat a.B.c"));
    assert_null(strstr(broke->text, "Worker-"));
    assert_null(strstr(broke->text, "all is well"));
    assert_ptr_equal(log_blocks_worst(&blocks), broke);
    assert_true(log_block_is_of(broke, "x"));
    assert_false(log_block_is_of(broke, "y"));
    log_blocks_done(&blocks);
}

static void alike_blocks_are_folded_with_a_count(void **state)
{
    static const char *const lines[] = {
        "[2026-11-26 10:00:01,151] ERROR [x|task-0] key pin+0+0000000041 was not written",
        "[2026-11-26 10:00:02,151] ERROR [x|task-0] key pin+0+0000000042 was not written",
        "[2026-11-26 10:00:02,300] ERROR [x|task-0] key pin+0+0000000042 was lost",
        "[2026-11-26 10:00:03,151] ERROR [x|task-0] key pin+0+0000000043 was not written",
    };
    struct log_blocks blocks;
    (void)state;
    CUT(lines, &blocks);
    assert_int_equal(blocks.n, 2);
    assert_int_equal(blocks.items[1].count, 3);
    assert_int_equal(blocks.items[1].first_ms, 1000);
    assert_int_equal(blocks.items[1].time_ms, 1003);
    assert_non_null(strstr(blocks.items[1].text, "0000000043"));
    /* No rule knows it: the newest error is shown all the same. */
    assert_ptr_equal(log_blocks_worst(&blocks), &blocks.items[1]);
    log_blocks_done(&blocks);
}

static void lines_before_any_head_and_odd_ones_are_kept(void **state)
{
    static const char *const lines[] = {"\tat the end of a block that began before",
                                        "",
                                        "[",
                                        "[Worker-",
                                        "[2021-09-06",
                                        "[x|task-",
                                        "[Worker-a]",
                                        "[2021-13-77 99:99:99,999] ERROR no time at all"};
    struct log_blocks blocks;
    (void)state;
    CUT(lines, &blocks);
    assert_true(blocks.n >= 1);
    assert_non_null(strstr(blocks.items[0].text, "began before"));
    log_blocks_done(&blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_recorded_sample_is_known_by_its_rule),
        cmocka_unit_test(each_rule_knows_its_sample_and_names_what_it_speaks_of),
        cmocka_unit_test(a_healthy_log_accuses_nobody),
        cmocka_unit_test(scopes_are_kept),
        cmocka_unit_test(a_generic_rule_gives_way_within_its_block),
        cmocka_unit_test(a_dot_does_not_reach_over_a_line),
        cmocka_unit_test(a_long_trace_is_looked_at_by_its_ends),
        cmocka_unit_test(blocks_of_two_workers_are_told_apart),
        cmocka_unit_test(alike_blocks_are_folded_with_a_count),
        cmocka_unit_test(lines_before_any_head_and_odd_ones_are_kept),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
