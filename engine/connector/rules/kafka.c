/* Errors of the brokers and of Kafka's clients: permissions, logins, listeners, topics, groups,
 * offsets. */
#include <stdio.h>
#include <string.h>

#include "connector/rules/rules_private.h"

#define LOG RULE_LOG
#define UUID "\\[[0-9a-fA-F-]{36}\\]"

static bool is_dlq(const struct rule_look *look)
{
    return strstr(look->text, "dead letter queue") != NULL;
}

/* The worker's own topics are not among those that the connector reads. */
static bool is_workers_topic(const struct rule_look *look)
{
    static const char *const words[] = {"herder work thread", "KafkaBasedLog",
                                        "Topic connect-",     "Topic __amazon_msk_connect",
                                        "Topic _connect",     "BackingStore"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(look->text, words[i]) != NULL)
            return true;
    return false;
}

static bool kafka_is_internal(const struct rule_look *look)
{
    return strstr(look->text, "access topics: [__") != NULL &&
           strstr(look->text, "msk_connect_") != NULL;
}

static bool is_workers_group(const struct rule_look *look)
{
    return strstr(look->text, "herder work thread") != NULL ||
           strstr(look->text, "WorkerGroupMember") != NULL;
}

static bool is_from_network(const struct rule_look *look)
{
    return strstr(look->text, "NetworkReceive") != NULL;
}

/* The fix names the truststore to extend: each peer has another setting. */
static void words_trust(const struct rule_look *look, struct rule_words *out)
{
    static const char cause[] = "the worker does not trust the TLS certificate of {peer|the "
                                "server}[ ({host})]: it is signed by no CA in its truststore";
    switch (fact_peer(look)) {
    case PEER_BROKER:
        words_set(look, out, cause,
                  "Put the brokers' CA into a truststore on the worker and set "
                  "ssl.truststore.location and ssl.truststore.password of the worker, and "
                  "consumer.override.ssl.truststore.location for the sink's consumer; then restart "
                  "the worker");
        return;
    case PEER_REGISTRY:
        words_set(look, out, cause,
                  "Put the registry's CA into a truststore on the worker and set "
                  "value.converter.schema.registry.ssl.truststore.location and …password" RESTART);
        return;
    default:
        words_set(look, out, cause,
                  "Import its CA into the truststore of the worker's Java (keytool -importcert "
                  "-cacerts), or set another truststore with -Djavax.net.ssl.trustStore in "
                  "KAFKA_OPTS; then restart the worker");
    }
}

static bool is_keystore(const struct rule_look *look)
{
    return strstr(look->text, "SSL keystore") != NULL || strstr(look->text, "SslFactory") != NULL;
}

/* A key store that is missing, that the password does not open, or that is of another type. */
static void words_keystore(const struct rule_look *look, struct rule_words *out)
{
    if (strstr(look->text, "NoSuchFile") != NULL || strstr(look->text, "No such file") != NULL)
        words_set(look, out,
                  "the key store or trust store {store_of|of the Kafka client} does not exist on "
                  "the worker",
                  "Put the file there on every worker, or correct ssl.truststore.location and "
                  "ssl.keystore.location (consumer.override.ssl.… for the sink)" RESTART);
    else if (strstr(look->text, "password") != NULL || strstr(look->text, "tampered") != NULL)
        words_set(look, out, "the password does not open the key store or trust store[ {store_of}]",
                  "Correct ssl.truststore.password or ssl.keystore.password "
                  "(consumer.override.ssl.… for the sink), and check that ssl.truststore.type is "
                  "the type of the file (JKS, PKCS12, PEM)" RESTART);
}

/* S3's certificate is valid for one label before its domain: a bucket name with dots has more. */
static void words_name(const struct rule_look *look, struct rule_words *out)
{
    char bucket[128];
    if (fact_peer(look) == PEER_S3 && fact_of(look, "bucket", bucket, sizeof bucket) &&
        strchr(bucket, '.') != NULL)
        words_set(look, out,
                  "the bucket name {bucket} contains dots, and S3's TLS certificate is not valid "
                  "for such a host name[ ({0})]",
                  "Set s3.path.style.access.enabled=true, or use a bucket without dots in its "
                  "name" RESTART);
}

/* The fix depends on whose port it is. */
static void words_plain(const struct rule_look *look, struct rule_words *out)
{
    enum rule_peer peer = fact_peer(look);
    if (peer == PEER_REGISTRY)
        words_expand(look,
                     "Replace https:// with http:// in value.converter.schema.registry.url (and "
                     "key.converter's), or use the registry's TLS port" RESTART,
                     out->fix, sizeof out->fix);
    else if (peer == PEER_S3 || peer == PEER_STORE)
        words_expand(look,
                     "Replace https:// with http:// in store.url[ ({store})], or use the store's "
                     "TLS port" RESTART,
                     out->fix, sizeof out->fix);
}

#define MSK_TOPIC                                                                                  \
    "Allow {role|the connector's role} kafka-cluster:ReadData and kafka-cluster:DescribeTopic on " \
    "the ARN of that topic (arn:aws:kafka:REGION:ACCOUNT:topic/CLUSTER/*/{denied|TOPIC})"
#define ACL "kafka-acls --bootstrap-server HOST --add --allow-principal User:{user|NAME}"

/* Several topics are several arguments. */
static void words_topics(const struct rule_look *look, struct rule_words *out)
{
    char denied[LOOK_WORD_MAX], user[128], fix[RULE_WORDS_MAX];
    if (look->place->is_msk || !fact_of(look, "denied", denied, sizeof denied))
        return;
    size_t n = (size_t)snprintf(fix, sizeof fix, "%s --operation Read --operation Describe", ACL);
    for (const char *at = denied; *at != '\0' && n < sizeof fix; at += strspn(at, ", ")) {
        int len = (int)strcspn(at, ", ");
        n += (size_t)snprintf(fix + n, sizeof fix - n, " --topic %.*s", len, at);
        at += len;
    }
    if (n >= sizeof fix)
        return;
    bool has_user = fact_of(look, "user", user, sizeof user);
    snprintf(fix + n, sizeof fix - n, "%s" RESTART,
             has_user ? "" : ", for the user of the sink's consumer");
    words_expand(look, fix, out->fix, sizeof out->fix);
}

/* clang-format off */
static const struct rule rules[] = {
    {"kafka-auth-denied", LOG,
     UUID ": Access denied",
     RULE_FATAL, false,
     "the brokers[ ({host})] deny the IAM login of {role|the connector's role}",
     "Allow {role|the role} kafka-cluster:Connect on the cluster's ARN, and check that the role belongs to the cluster's AWS account and region. A worker whose clock is wrong by minutes gets the same answer",
     NULL, NULL},
    {"kafka-auth-payload", LOG,
     UUID ": Invalid authentication payload",
     RULE_FATAL, false,
     "the brokers cannot read the IAM token of the client",
     "Use a release of aws-msk-iam-auth that fits the worker",
     NULL, NULL},
    {"kafka-auth-principal", LOG,
     "Cannot change principals during re-authentication",
     RULE_ERROR, false,
     "the name of the role session changed on an open connection",
     "Set one fixed session name: awsRoleSessionName in sasl.jaas.config",
     NULL, NULL},
    {"kafka-too-many", LOG,
     "Too many connects",
     RULE_WARNING, false,
     "new IAM connections exceed the brokers' limit",
     "Set reconnect.backoff.ms to 1000 or more, lower the number of tasks, or use larger brokers",
     NULL, NULL},
    {"kafka-scram-login", LOG,
     "invalid credentials with SASL mechanism ([A-Z0-9-]+)|SaslAuthenticationException: Authentication failed(: |, )[^\n]*([Ii]nvalid|credentials|password)[^\n]*",
     RULE_FATAL, false,
     "the brokers[ ({host})] reject the user name or the password[ ({mechanism})]",
     "Correct username and password in sasl.jaas.config (consumer.override.sasl.jaas.config for the sink); on MSK the secret AmazonMSK_… must be associated with the cluster" RESTART,
     NULL, NULL},
    {"kafka-mechanism", LOG,
     "SASL mechanism '([^']+)' not enabled in the server, enabled mechanisms are \\[([^]]*)\\]|UnsupportedSaslMechanismException:? *([^\n]*)|Unexpected handshake request with client mechanism ([A-Z0-9_-]+), enabled mechanisms are \\[([^]]*)\\]",
     RULE_FATAL, false,
     "the listener does not accept the mechanism[ {mechanism}] that the connector uses[: it accepts {offered}]",
     "Set sasl.mechanism to one that the listener accepts[ ({offered})], or use the port of the listener for this mechanism (on MSK 9098 IAM, 9096 SCRAM)",
     NULL, NULL},
    {"kafka-iam-library", LOG,
     "Failed to create SaslClient with mechanism (AWS_MSK_IAM)|(LoginModule|CallbackHandler)[^\n]*software\\.amazon\\.msk[A-Za-z.]*[^\n]*|No LoginModule found for (software\\.amazon\\.msk[A-Za-z.]*)",
     RULE_FATAL, false,
     "the IAM login (AWS_MSK_IAM) cannot be set up on the worker: aws-msk-iam-auth is missing there, or is loaded twice, by the worker and from the plugin",
     "[{?msk}Remove the JAR of aws-msk-iam-auth from the plugin's ZIP, and the sasl.* settings from the connector's configuration, because MSK Connect has its own; create a new custom plugin and the connector with it][{?own}Put one aws-msk-iam-auth-…-all.jar on the worker's class path (CLASSPATH), not under plugin.path, and restart the worker]",
     NULL, NULL},
    {"kafka-classloader", LOG,
     "Unsupported callback type",
     RULE_FATAL, false,
     "aws-msk-iam-auth is loaded twice: by the worker and from the plugin",
     "Remove aws-msk-iam-auth from the plugin's ZIP, because the worker has its own; then create the plugin again",
     NULL, NULL},
    {"kafka-topic-internal", LOG,
     "Not authorized to access topics: \\[([^]]*)\\]",
     RULE_FATAL, false,
     "{role|the connector's role} has no permission on the connector's own internal topic[ {denied}]",
     "Allow {role|the role} kafka-cluster:CreateTopic, DescribeTopic, ReadData and WriteData on topic/CLUSTER/*/__amazon_msk_connect_*, then create or restart the connector",
     kafka_is_internal, NULL},
    {"kafka-worker-denied", LOG,
     "Not authorized to access topics: \\[([^]]*)\\]|TopicAuthorizationException",
     RULE_FATAL, false,
     "the worker's user has no permission on the worker's own topic[ {denied}]",
     "kafka-acls --bootstrap-server HOST --add --allow-principal User:NAME --operation Create --operation Describe --operation Read --operation Write --topic {denied|TOPIC}, for the user of the worker itself; then restart the worker",
     is_workers_topic, NULL},
    {"kafka-dlq-denied", LOG,
     "Not authorized to access topics: \\[([^]]*)\\]|TopicAuthorizationException|ClusterAuthorizationException|Cluster authorization failed",
     RULE_FATAL, false,
     "the connector has no permission to create or write its dead letter queue topic {dlq|in errors.deadletterqueue.topic.name}",
     "[{?msk}Allow {role|its role} kafka-cluster:CreateTopic, DescribeTopic and WriteData on the ARN of topic {dlq|that topic}][{?own}" ACL " --operation Create --operation Describe --operation Write --topic {dlq|TOPIC}]; or create the topic by hand" RESTART,
     is_dlq, NULL},
    {"kafka-topic-denied", LOG,
     "Not authorized to access topics: \\[([^]]*)\\]|TopicAuthorizationException|Topic authorization failed",
     RULE_FATAL, false,
     "the brokers deny the connector access to a topic that it reads[: {denied}]",
     "[{?msk}" MSK_TOPIC "][{?own}" ACL " --operation Read --operation Describe --topic {denied|TOPIC}, for the user of the sink's consumer]" RESTART,
     NULL, words_topics},
    {"kafka-worker-group", LOG,
     "Not authorized to access group: ([^ \n]+)|GroupAuthorizationException",
     RULE_FATAL, false,
     "the brokers deny the worker itself access to its group[ {group}] (group.id of the worker)",
     "[{?msk}Allow {role|the connector's role} kafka-cluster:AlterGroup and kafka-cluster:DescribeGroup on group/CLUSTER/*/{group|__amazon_msk_connect_*}][{?own}kafka-acls --bootstrap-server HOST --add --allow-principal User:NAME --operation Read --group {group|GROUP}, for the user of the worker]; then restart the worker",
     is_workers_group, NULL},
    {"kafka-group-denied", LOG,
     "Not authorized to access group: ([^ \n]+)|GroupAuthorizationException|Group authorization failed",
     RULE_FATAL, false,
     "the brokers deny the connector access to its consumer group[ {group}]",
     "[{?msk}Allow {role|the connector's role} kafka-cluster:AlterGroup and kafka-cluster:DescribeGroup on group/CLUSTER/*/{group|connect-NAME} (and __amazon_msk_connect_*)][{?own}" ACL " --operation Read --group {group|connect-NAME}]" RESTART,
     NULL, NULL},
    {"kafka-cluster-denied", LOG,
     "ClusterAuthorizationException|Cluster authorization failed|Not authorized to access cluster|TransactionalIdAuthorizationException",
     RULE_FATAL, false,
     "the brokers deny the connector an operation on the cluster itself (creating a topic, idempotent writes, or a transactional id)",
     "[{?msk}Allow {role|the connector's role} kafka-cluster:CreateTopic and kafka-cluster:WriteDataIdempotently][{?own}Allow its user the cluster operations Create and IdempotentWrite (kafka-acls --cluster)]" RESTART,
     NULL, NULL},
    /* TLS and listeners. */
    {"tls-trust", LOG,
     "PKIX path (building|validation) failed|unable to find valid certification path|SunCertPathBuilderException",
     RULE_FATAL, false,
     "the worker does not trust a server's TLS certificate",
     "Put the server's CA into the worker's truststore",
     NULL, words_trust},
    {"tls-expired", LOG,
     "CertificateExpiredException:? *(NotAfter: [^\n]*)?|CertificateNotYetValidException",
     RULE_FATAL, false,
     "the TLS certificate of {peer|the server}[ ({host})] has expired[ ({1})], or the worker's clock is wrong",
     "Check the worker's clock, then renew the certificate on {peer|the server}",
     NULL, NULL},
    {"tls-name", LOG,
     "No subject alternative (DNS )?names? (matching [^\n]*|present)|No name matching ([^ \n]+) found|Certificate for <[^>\n]*> doesn't match any of the subject alternative names[^\n]*",
     RULE_FATAL, false,
     "the TLS certificate of {peer|the server} is for another host name[ ({0})]",
     "Use the name in the certificate (for brokers: bootstrap.servers and advertised.listeners), or have it reissued for this name" RESTART,
     NULL, words_name},
    {"tls-client", LOG,
     "[Rr]eceived fatal alert: (bad_certificate|certificate_required|certificate_unknown|unknown_ca|access_denied)",
     RULE_FATAL, false,
     "{peer|the server} rejects the worker's TLS client certificate[ ({1})]",
     "Set ssl.keystore.location and its password to a certificate that is signed by the listener's CA, or use a listener without client certificates",
     NULL, NULL},
    {"tls-plain", LOG,
     "Unrecognized SSL message, plaintext connection|Unsupported or unrecognized SSL message|Unrecognized record version",
     RULE_FATAL, false,
     "the worker speaks TLS to a port[ ({host}:{port})] of {peer|a server} that speaks plain text",
     "Use the TLS port of the brokers (MSK: 9094 TLS, 9096 SCRAM, 9098 IAM), or security.protocol=PLAINTEXT for a plain port; for a store or registry: http:// instead of https://",
     NULL, words_plain},
    {"kafka-plain-on-tls", LOG,
     "OutOfMemoryError: *(Java heap space)?",
     RULE_FATAL, false,
     "the worker speaks plain text to a TLS port of the brokers: it reads the TLS answer as a length and tries to allocate gigabytes of memory",
     "Set security.protocol to SSL or SASL_SSL (consumer.override.security.protocol for the sink), or use the plain port 9092. A larger heap does not help",
     is_from_network, NULL},
    {"kafka-listener-mismatch", LOG,
     "onnection to node -?[0-9]+ \\(([^/)]+)/[^:)]*:([0-9]+)\\) terminated during authentication|terminated during authentication|Unexpected Kafka request of type [A-Z_]+ during SASL|Unexpected handshake request with client mechanism",
     RULE_FATAL, false,
     "client and listener[ {1}:{2}] use different security protocols, or a firewall closes the connection",
     "Use the port that matches security.protocol: on MSK IAM is 9098 (9198 public), SCRAM 9096, TLS alone 9094, plain text 9092",
     NULL, NULL},
    {"tls-alert", LOG,
     "[Rr]eceived fatal alert: (handshake_failure|protocol_version|insufficient_security|no_application_protocol)|No appropriate protocol[^\n]*|[Nn]o cipher suites in common",
     RULE_FATAL, false,
     "{peer|the server} and the worker could not agree on TLS[ ({1})]: the listener requires a client certificate, or another TLS version or cipher",
     "Find out what the listener requires (openssl s_client -connect {host|HOST}:{port|PORT}): set ssl.keystore.location for a client certificate, ssl.enabled.protocols for the version" RESTART,
     NULL, NULL},
    {"kafka-keystore", LOG,
     "Failed to load (PEM )?SSL keystore ([^ \n]+)|NoSuchFileException: *([^\n]+)|password was incorrect|Keystore was tampered with[^\n]*|failed to decrypt safe contents[^\n]*|Invalid keystore format|DerInputStream[^\n]*",
     RULE_FATAL, false,
     "the key store or trust store[ {store_of}] of the Kafka client cannot be read",
     "Correct ssl.truststore.location, ssl.keystore.location, their passwords and types (consumer.override.ssl.… for the sink)" RESTART,
     is_keystore, words_keystore},
    {"kafka-jaas", LOG,
     "Could not find a '[A-Za-z.]+' entry in the JAAS configuration|Value not specified for key '[^'\n]+' in JAAS config|(JAAS config|Login module)[^\n]*(not available|not specified|not terminated|does not contain|must contain)[^\n]*|No serviceName defined in either JAAS or Kafka config",
     RULE_FATAL, false,
     "the Kafka client of the connector has no JAAS configuration, or one that cannot be read[: {0}]",
     "Set sasl.jaas.config (consumer.override.sasl.jaas.config for the sink) to one line: the login module, the word required, then NAME=\"VALUE\" for each option and a semicolon at the end" RESTART,
     NULL, NULL},
    {"kafka-token", LOG,
     "\\{\"status\":\"invalid_token\"[^\n]*",
     RULE_FATAL, false,
     "the brokers[ ({host})] reject the OAuth token of the connector (invalid_token)",
     "Check that issuer, audience and scope of the token are what the brokers expect (sasl.oauthbearer.…, consumer.override.sasl.jaas.config), and check both clocks" RESTART,
     NULL, NULL},
    {"kafka-token-endpoint", LOG,
     "LoginException: *([^\n]+)",
     RULE_FATAL, false,
     "the Kafka client could not authenticate before it reached a broker[: {1}]",
     "Correct the login settings (for OAuth the client id, its secret and the token endpoint[ at {host}], in sasl.jaas.config or sasl.oauthbearer.…; for Kerberos the principal, its keytab and krb5.conf)" RESTART,
     NULL, NULL},
    {"tls-handshake", LOG,
     "SSL handshake failed|SSLHandshakeException:? *([^\n]*)|Remote host terminated the handshake",
     RULE_FATAL, true,
     "the TLS handshake with {peer|a server}[ ({host})] failed[: {1}]",
     "Check which certificate the server has (openssl s_client -connect HOST:PORT), and whether the port speaks TLS at all",
     NULL, NULL},
    /* Topics, groups, offsets. */
    {"kafka-dlq-replication", LOG,
     "Replication factor: ([0-9]+) larger than available brokers: ([0-9]+)|replication factor of ([0-9]+) cannot be reached because only ([0-9]+)|InvalidReplicationFactorException",
     RULE_FATAL, false,
     "the dead letter queue topic[ {dlq}] cannot be created: it needs {asked|more} replicas[, and the number of brokers is {have}]",
     "Set errors.deadletterqueue.topic.replication.factor to {have|the number of brokers} or less (3 is the default), or create the topic[ {dlq}] by hand" RESTART,
     is_dlq, NULL},
    {"kafka-replication", LOG,
     "Replication factor: ([0-9]+) larger than available brokers: ([0-9]+)|replication factor of ([0-9]+) cannot be reached because only ([0-9]+)|InvalidReplicationFactorException",
     RULE_FATAL, false,
     "a topic of the worker cannot be created: it needs {asked|more} replicas[, and the number of brokers is {have}]",
     "Set offset.storage, config.storage and status.storage.replication.factor of the worker to {have|the number of brokers} or less, then restart the worker",
     NULL, NULL},
    {"kafka-dlq", LOG,
     "Could not initialize dead letter queue with topic=([^ \n]+)",
     RULE_FATAL, true,
     "the dead letter queue topic[ {1}] cannot be created or reached",
     "Create the topic[ {1}] by hand, or remove errors.deadletterqueue.topic.name; the last Caused by says why it failed" RESTART,
     NULL, NULL},
    {"kafka-worker-topic", LOG,
     "Topic ([^ \n]+) not present in metadata after|Failed to (get|find|read) (offsets|metadata|partitions) for topic '?([^ '\n]+)|Timed out while checking for or creating topic\\(s\\) '([^'\n]+)",
     RULE_FATAL, false,
     "the worker cannot find or create its own topic[ {1}][ {4}][ {5}]: the topic is missing, has no leader, or the brokers do not answer",
     "Check that the topic exists with cleanup.policy=compact and has a leader (kafka-topics --describe), and that the worker's user is allowed to read and write it; then restart the worker",
     is_workers_topic, NULL},
    {"kafka-topic-name", LOG,
     "InvalidTopicException: *([^\n]*)|Invalid topics: *\\[([^]\n]*)\\]|Topic name is (illegal|invalid)[^\n]*",
     RULE_FATAL, false,
     "topics contains an invalid topic name[: {1}]",
     "Correct topics (or errors.deadletterqueue.topic.name): letters, digits, dots, hyphens and underscores only, several names separated by commas" RESTART,
     NULL, NULL},
    {"kafka-corrupt", LOG,
     "CorruptRecordException:? *([^\n]*)|Record (is corrupt|batch for partition [^\n]* is invalid)[^\n]*|InvalidRecordException:? *[^\n]*|fetching the next record from ([A-Za-z0-9._-]+)",
     RULE_FATAL, false,
     "a record in Kafka[ (partition {fetched})] is corrupt: the consumer cannot read it, and does not skip it",
     "Find its offset by reading the partition with another consumer, and check whether another replica has an intact copy. Only if none has: stop the connector and set the offset of its group behind that record (kafka-consumer-groups --reset-offsets), which gives the record up",
     NULL, NULL},
    {"kafka-group-kind", LOG,
     "InconsistentGroupProtocolException|group member's supported protocols are incompatible",
     RULE_FATAL, false,
     "another program uses the same group id with another protocol: a worker and a consumer, or workers of two releases, share one group",
     "Give the worker a group.id of its own (different from every consumer group and every other Connect cluster); then restart the worker",
     NULL, NULL},
    {"kafka-topic-unknown", LOG,
     "=UNKNOWN_TOPIC_OR_PARTITION|Topic ([^ \n]+) not present in metadata after|UnknownTopicOrPartitionException",
     RULE_ERROR, false,
     "a topic that the connector should read does not exist[: {absent}]",
     "Create the topic[ {absent}], or correct topics (topics.regex)",
     NULL, NULL},
    {"kafka-offset-range", LOG,
     "OffsetOutOfRangeException|Fetch position [^\n]* is out of range for partition [^ ,]+, raising|Offsets out of range with no configured reset policy for partitions: *([^\n]*)",
     RULE_FATAL, false,
     "the committed offset of the group no longer exists in the topic[ ({undefined})]: retention deleted those records, or the topic was deleted and created again",
     "If the topic was created again, first give the sink another topics.dir: its objects are named by offset, and new ones would overwrite the old ones. Then set consumer.override.auto.offset.reset=earliest (deleted records are lost; existing ones may be written again), or reset the group's offsets with kafka-consumer-groups --reset-offsets while the connector is stopped" RESTART,
     NULL, NULL},
    {"kafka-offset-none", LOG,
     "NoOffsetForPartitionException|Undefined offset with no reset policy for partitions?: *([^\n]*)",
     RULE_FATAL, false,
     "the group has no offset yet, and auto.offset.reset=none forbids choosing one[: {undefined}]",
     "Set consumer.override.auto.offset.reset to earliest (or to latest, to skip the existing records)" RESTART,
     NULL, NULL},
    {"kafka-commit-late", LOG,
     "CommitFailedException|Commit cannot be completed since the group has already rebalanced|consumer is not part of an active group",
     RULE_ERROR, false,
     "a task took longer for one batch than max.poll.interval.ms, the group gave its partitions to another member, and its commit came too late",
     "[{?failed}Restart the failed task: it continues from the last commit, so some records are read again. ]To prevent it: lower consumer.override.max.poll.records or raise consumer.override.max.poll.interval.ms; flush.size=1 makes one upload for each record",
     NULL, NULL},
    {"kafka-rebalancing", LOG,
     "RebalanceInProgressException|consumer is undergoing a rebalance",
     RULE_ERROR, false,
     "a commit came during a rebalance of the group",
     "[{?failed}Restart the failed task: it continues from the last commit. ]If it happens often, find out which member joins and leaves (max.poll.interval.ms, memory)",
     NULL, NULL},
    {"kafka-produce-timeout", LOG,
     "Expiring [0-9]+ record\\(s\\) for ([A-Za-z0-9._-]+)-[0-9]+:",
     RULE_FATAL, false,
     "records for the topic[ {1}] could not be written to Kafka in time: the brokers did not acknowledge them",
     "Check that the topic's leaders are up and their replicas in sync (min.insync.replicas), and that the worker reaches them" RESTART,
     NULL, NULL},
    {"kafka-coordinator", LOG,
     "COORDINATOR_NOT_AVAILABLE|The coordinator is not available",
     RULE_ERROR, false,
     "the coordinator of the consumer group is not available",
     "Check that all brokers are up, and that every partition of __consumer_offsets has a leader",
     NULL, NULL},
    {"kafka-channel", LOG,
     "Channel could not be created for socket|Failed to create channel due to",
     RULE_ERROR, true,
     "the client could not set up its connection to a broker[ ({host}:{port})]: its login or TLS settings are wrong",
     "Read the exception beside it, which names the setting (sasl.jaas.config, sasl.mechanism, ssl.truststore.location of consumer.override.…)",
     NULL, NULL},
    {"kafka-assignment", LOG,
     "No current assignment for partition ([^ \n]+)",
     RULE_ERROR, false,
     "a rebalance revoked the partition[ {1}] just when the task asked for it (no current assignment)",
     "Find out which members of the group join and leave, if it happens often (max.poll.interval.ms, memory of the workers)" RESTART,
     NULL, NULL},
    {"kafka-broker-disk", LOG,
     "KafkaStorageException:? *([^\n]*)",
     RULE_FATAL, false,
     "a broker cannot read or write its own disk[: {1}]",
     "Read the log of the brokers: the disk of one of them is full or broken. Restarting the connector does not help until it is repaired",
     NULL, NULL},
    {"kafka-fenced", LOG,
     "FencedInstanceIdException|fenced by another (consumer|producer)|ProducerFencedException|InvalidProducerEpochException",
     RULE_FATAL, false,
     "another client with the same group.instance.id or transactional.id took over",
     "Give each worker and connector its own id; check whether a second worker runs with the same configuration" RESTART,
     NULL, NULL},
    {"kafka-record-large", LOG,
     "RecordTooLargeException:? *([^\n]*)|MESSAGE_TOO_LARGE|larger than [0-9]+, which is the value of the max\\.request\\.size",
     RULE_FATAL, false,
     "a record is larger than the client or the topic allows[: {toolarge}]",
     "Raise producer.override.max.request.size (dead letter queue, source) or consumer.override.max.partition.fetch.bytes, and max.message.bytes of the topic" RESTART,
     NULL, NULL},
    {"kafka-not-enough", LOG,
     "NotEnoughReplicas(AfterAppend)?Exception|NOT_ENOUGH_REPLICAS",
     RULE_ERROR, false,
     "a topic has fewer replicas in sync than its min.insync.replicas, so it cannot be written to",
     "Restore the missing brokers; restarting the connector does not help",
     NULL, NULL},
    {"kafka-version", LOG,
     "UnsupportedVersionException:? *([^\n]*)",
     RULE_FATAL, false,
     "the brokers are too old (or too new) for this worker[: {1}]",
     "Use Kafka Connect of the brokers' version or older",
     NULL, NULL},
    {"kafka-policy", LOG,
     "PolicyViolationException:? *([^\n]*)",
     RULE_FATAL, false,
     "the cluster's policy does not allow a topic that the connector wants to create[: {1}]",
     "Create the topic by hand, as the policy requires" RESTART,
     NULL, NULL},
    {"internal-topic-parts", LOG,
     "Topic '([^']+)' supplied via the '([^']+)' property is required to have a single partition[^\n]*found ([0-9]+)",
     RULE_FATAL, false,
     "the internal topic {1|of the worker}[ ({2})] has {3|several} partitions and must have one",
     "Create a topic with one partition and cleanup.policy=compact, and set {2|config.storage.topic} to it. It begins empty: save the configurations of the connectors first (GET /connectors?expand=info of a running worker, or your own files). Then restart the worker",
     NULL, NULL},
    {"internal-topic", LOG,
     "Topic '([^']+)' supplied via the '([^']+)' property is required to have 'cleanup\\.policy=compact'",
     RULE_FATAL, false,
     "the internal topic {1|of the worker}[ ({2})] is not compacted",
     "`pintop topics alter {1|TOPIC} --set cleanup.policy=compact`; then restart the worker",
     NULL, NULL},
};
/* clang-format on */

const struct rule_table rules_kafka = {rules, sizeof rules / sizeof *rules};
