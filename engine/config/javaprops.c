/* The Java clients' properties that librdkafka does not have, from Kafka's configuration
 * reference: a file made for Java tools contains them, and pintop does not use them. */
#include <string.h>

#include "config/kafkaprops.h"

static const char *const java_names[] = {
    /* common */
    "auto.include.jmx.reporter",
    "bootstrap.controllers",
    "client.dns.lookup",
    "default.api.timeout.ms",
    "enable.metrics.push",
    "metadata.recovery.rebootstrap.trigger.ms",
    "metadata.recovery.strategy",
    "metric.reporters",
    "metrics.num.samples",
    "metrics.recording.level",
    "metrics.sample.window.ms",
    "receive.buffer.bytes",
    "retry.backoff.max.ms",
    "security.providers",
    "send.buffer.bytes",
    "socket.connection.setup.timeout.max.ms",
    /* TLS */
    "ssl.enabled.protocols",
    "ssl.engine.factory.class",
    "ssl.keymanager.algorithm",
    "ssl.keystore.certificate.chain",
    "ssl.keystore.key",
    "ssl.keystore.type",
    "ssl.protocol",
    "ssl.provider",
    "ssl.secure.random.implementation",
    "ssl.trustmanager.algorithm",
    "ssl.truststore.certificates",
    "ssl.truststore.location",
    "ssl.truststore.password",
    "ssl.truststore.type",
    /* SASL */
    "sasl.client.callback.handler.class",
    "sasl.jaas.config",
    "sasl.kerberos.ticket.renew.jitter",
    "sasl.kerberos.ticket.renew.window.factor",
    "sasl.login.callback.handler.class",
    "sasl.login.class",
    "sasl.login.connect.timeout.ms",
    "sasl.login.read.timeout.ms",
    "sasl.login.refresh.buffer.seconds",
    "sasl.login.refresh.min.period.seconds",
    "sasl.login.refresh.window.factor",
    "sasl.login.refresh.window.jitter",
    "sasl.login.retry.backoff.max.ms",
    "sasl.login.retry.backoff.ms",
    "sasl.oauthbearer.clock.skew.seconds",
    "sasl.oauthbearer.expected.audience",
    "sasl.oauthbearer.expected.issuer",
    "sasl.oauthbearer.header.urlencode",
    "sasl.oauthbearer.jwks.endpoint.refresh.ms",
    "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
    "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms",
    "sasl.oauthbearer.jwks.endpoint.url",
    "sasl.oauthbearer.scope.claim.name",
    "sasl.oauthbearer.sub.claim.name",
    /* producer */
    "buffer.memory",
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.zstd.level",
    "interceptor.classes",
    "key.serializer",
    "max.block.ms",
    "max.request.size",
    "metadata.max.idle.ms",
    "partitioner.adaptive.partitioning.enable",
    "partitioner.availability.timeout.ms",
    "partitioner.class",
    "partitioner.ignore.keys",
    "transaction.two.phase.commit.enable",
    "value.serializer",
    /* consumer */
    "exclude.internal.topics",
    "fetch.max.wait.ms",
    "group.protocol",
    "group.remote.assignor",
    "internal.leave.group.on.close",
    "key.deserializer",
    "max.poll.records",
    "share.acknowledgement.mode",
    "value.deserializer",
    /* serializers that commonly share the file */
    "auto.register.schemas",
    "specific.avro.reader",
    "use.latest.version",
};

static const char *const java_prefixes[] = {
    "basic.auth.",
    "config.providers",
    "confluent.",
    "schema.registry.",
};

bool kafkaprops_is_java(const char *name)
{
    for (size_t i = 0; i < sizeof java_names / sizeof *java_names; i++) {
        if (strcmp(java_names[i], name) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof java_prefixes / sizeof *java_prefixes; i++) {
        if (strncmp(name, java_prefixes[i], strlen(java_prefixes[i])) == 0)
            return true;
    }
    return false;
}

void kafkaprops_nearest_java(struct nearest *nearest)
{
    for (size_t i = 0; i < sizeof java_names / sizeof *java_names; i++)
        nearest_offer(nearest, java_names[i]);
}
