/* The peer of a connection: by its host name, and by the code that called it. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "connector/rules/facts.h"
#include "connector/rules/text_facts.h"

static bool peer_has(const char *text, const char *part)
{
    return text != NULL && strstr(text, part) != NULL;
}

static bool peer_is_aws(const char *host)
{
    return peer_has(host, ".amazonaws.com") || peer_has(host, ".api.aws") ||
           peer_has(host, ".aws.dev");
}

/* "b.s3.eu-west-1.amazonaws.com", "s3.amazonaws.com", "s3-eu-west-1.amazonaws.com" */
static bool peer_is_s3(const char *host)
{
    return peer_is_aws(host) && (strncmp(host, "s3.", 3) == 0 || strncmp(host, "s3-", 3) == 0 ||
                                 peer_has(host, ".s3.") || peer_has(host, ".s3-"));
}

static bool peer_is_broker(const char *host)
{
    return (peer_is_aws(host) &&
            (peer_has(host, ".kafka.") || peer_has(host, ".kafka-serverless."))) ||
           peer_has(host, ".confluent.cloud");
}

static bool peer_is_registry(const char *host)
{
    return peer_has(host, "schema-registry") || peer_has(host, "schemaregistry") ||
           peer_has(host, "psrc-") || peer_has(host, "schema_registry");
}

static bool peer_is_database(const char *host)
{
    return peer_has(host, ".rds.") || peer_has(host, ".redshift.") || peer_has(host, ".docdb.") ||
           peer_has(host, ".cache.") || peer_has(host, ".es.amazonaws") ||
           peer_has(host, ".mongodb.net") || peer_has(host, ".snowflakecomputing.");
}

/* "sts" of "sts.eu-west-1.amazonaws.com", "" of others */
static void peer_service_of(const char *host, char *out, size_t cap)
{
    static const char *const words[] = {
        "sts",      "secretsmanager", "kms",      "sqs",        "sns",    "logs",   "glue", "ssm",
        "firehose", "kinesis",        "dynamodb", "monitoring", "events", "lambda", "iam",  "ec2",
        "kafka",    "kafkaconnect"};
    out[0] = '\0';
    if (!peer_is_aws(host))
        return;
    size_t len = strcspn(host, ".");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (n <= len && strncmp(host, words[i], n) == 0 &&
            (n == len || host[n] == '-')) /* "sts-fips" */
            snprintf(out, cap, "%s", words[i]);
    }
}

/* The region in an AWS host name: a label like eu-west-1. */
static bool region_of(const char *host, char *out, size_t cap)
{
    out[0] = '\0';
    return fact_take(host, "[.-]([a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-[0-9])[.]", out, cap) &&
           fact_take(host, "([a-z][a-z]-(gov-|iso[a-z]?-)?[a-z]+-[0-9])[.]", out, cap);
}

/* The place names this host, and this port if both have one. */
static bool does_name(const char *place, const char *host, const char *port)
{
    size_t len = strlen(host), port_len = strlen(port);
    for (const char *at = place; at != NULL && (at = strstr(at, host)) != NULL; at += len) {
        const char *end = at + len;
        bool begins = at == place || at[-1] == '/' || at[-1] == ',' || at[-1] == '@';
        size_t digits = *end == ':' ? strspn(end + 1, "0123456789") : 0;
        bool is_port = port_len == 0 || digits == 0 ||
                       (digits == port_len && strncmp(end + 1, port, digits) == 0);
        if (begins && (*end == '\0' || *end == ':' || *end == '/' || *end == ',') && is_port)
            return true;
    }
    return false;
}

static enum rule_peer peer_of_host(const struct rule_look *look, const char *host)
{
    char service[24], port[16];
    const struct rule_place *place = look->place;
    fact_of_text(look->text, "port", port, sizeof port);
    peer_service_of(host, service, sizeof service);
    if (does_name(place->store_url, host, port))
        return PEER_STORE;
    if (peer_is_s3(host))
        return PEER_S3;
    if (peer_is_registry(host))
        return PEER_REGISTRY;
    if (peer_is_broker(host) || does_name(place->bootstrap, host, port))
        return PEER_BROKER;
    if (peer_is_database(host))
        return PEER_DATABASE;
    if (service[0] != '\0')
        return PEER_AWS;
    return PEER_OTHER;
}

/* The code that made the call, when the host name alone does not tell. */
static enum rule_peer peer_of_code(const char *text)
{
    if (peer_has(text, "schemaregistry") || peer_has(text, "RestService.sendHttpRequest"))
        return PEER_REGISTRY;
    if (peer_has(text, "PSQLException") || peer_has(text, "SQLException") ||
        peer_has(text, "cassandra") || peer_has(text, "MongoTimeoutException") ||
        peer_has(text, "jdbc"))
        return PEER_DATABASE;
    if (peer_has(text, "AmazonS3") || peer_has(text, "services.s3") ||
        peer_has(text, "connect.s3.storage") || peer_has(text, "S3OutputStream") ||
        peer_has(text, "ultipart") || peer_has(text, "(Service: S3"))
        return PEER_S3;
    if (peer_has(text, "com.amazonaws.") || peer_has(text, "awssdk."))
        return PEER_AWS;
    if (peer_has(text, "SslAuthenticationException") ||
        peer_has(text, "org.apache.kafka.common.network") || peer_has(text, "NetworkClient") ||
        peer_has(text, "kafka.clients") || peer_has(text, "org.apache.kafka.common.errors") ||
        peer_has(text, "bootstrap.servers"))
        return PEER_BROKER;
    return PEER_NONE;
}

enum rule_peer fact_peer(const struct rule_look *look)
{
    char host[256];
    enum rule_peer by_code = peer_of_code(look->text);
    if (by_code == PEER_AWS && look->place->bucket != NULL)
        by_code = look->place->store_url != NULL ? PEER_STORE : PEER_S3;
    if (!fact_of_text(look->text, "host", host, sizeof host))
        return by_code;
    enum rule_peer by_host = peer_of_host(look, host);
    /* The name of a service says more than the code that called it. */
    return by_host != PEER_OTHER || by_code == PEER_NONE ? by_host : by_code;
}

bool peer_words(const struct rule_look *look, char *out, size_t cap)
{
    static const char *const words[] = {
        [PEER_NONE] = "",
        [PEER_BROKER] = "the Kafka brokers",
        [PEER_S3] = "S3",
        [PEER_STORE] = "the S3 server of store.url",
        [PEER_AWS] = "AWS",
        [PEER_REGISTRY] = "the schema registry",
        [PEER_DATABASE] = "the database",
        [PEER_OTHER] = "the server",
    };
    text_copy(out, cap, words[fact_peer(look)]);
    return out[0] != '\0';
}

bool region_words(const struct rule_look *look, char *out, size_t cap)
{
    char host[256];
    if (fact_of_text(look->text, "host", host, sizeof host) && region_of(host, out, cap))
        return true;
    text_copy(out, cap, look->place->region != NULL ? look->place->region : "");
    return out[0] != '\0';
}

bool service_words(const struct rule_look *look, char *out, size_t cap)
{
    char host[256];
    out[0] = '\0';
    if (fact_of_text(look->text, "host", host, sizeof host))
        peer_service_of(host, out, cap);
    return out[0] != '\0';
}
