#include "config/oidc.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <librdkafka/rdkafka.h>

#define PREFIX "sasl.oauthbearer."

/* It depends on librdkafka's build, which needs libcurl for it. */
static bool has_library_oidc(void)
{
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool is_there =
        rd_kafka_conf_set(conf, PREFIX "method", "oidc", why, sizeof why) == RD_KAFKA_CONF_OK;
    rd_kafka_conf_destroy(conf);
    return is_there;
}

bool oidc_is_unsupported(const char *name)
{
    static const char *const names[] = {
        "method",     "client.id",          "client.secret",  "scope",       "extensions",
        "grant.type", "token.endpoint.url", "assertion.file", "credentials."};
    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(name + strlen(PREFIX), names[i], strlen(names[i])) == 0)
            return !has_library_oidc();
    return false;
}

pt_code oidc_refuse(const char *where, struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG,
                        "Use a librdkafka that was built with libcurl, or another listener of the "
                        "cluster: SCRAM, TLS with a client certificate, MSK IAM",
                        "%.200s: this login by OpenID Connect (OAUTHBEARER) needs a librdkafka "
                        "that supports it, and librdkafka %s on this host does not",
                        where, rd_kafka_version_str());
}

static const char *value_of(const struct pt_config *cfg, const char *name)
{
    const struct store_entry *entry = store_find_extra(cfg, name);
    return entry != NULL && entry->value != NULL ? entry->value : "";
}

/* True when librdkafka gets the token itself. */
static bool has_source(const struct pt_config *cfg)
{
    return strcasecmp(value_of(cfg, PREFIX "method"), "oidc") == 0 ||
           strcasecmp(value_of(cfg, "enable.sasl.oauthbearer.unsecure.jwt"), "true") == 0;
}

pt_code oidc_check(const struct pt_config *cfg, struct pt_error *err)
{
    const struct store_entry *mechanism = store_find_extra(cfg, "sasl.mechanism");
    const char *servers = value_of(cfg, "bootstrap.servers");
    if (servers[0] == '\0' || strcmp(servers, "embedded") == 0)
        return PT_OK; /* no login is configured */
    if (mechanism == NULL || mechanism->value == NULL || pt_config_is_iam(cfg) ||
        strcasecmp(mechanism->value, "OAUTHBEARER") != 0 || has_source(cfg))
        return PT_OK;
    if (!has_library_oidc())
        return oidc_refuse(mechanism->origin, err);
    return pt_error_set(
        err, PT_ECONFIG,
        "Set sasl.oauthbearer.method=oidc, sasl.oauthbearer.token.endpoint.url, "
        "sasl.oauthbearer.client.id and .client.secret (clientId and clientSecret of "
        "sasl.jaas.config), and .scope if there is one; for MSK IAM set sasl.mechanism=AWS_MSK_IAM",
        "%.200s: sasl.mechanism is OAUTHBEARER, but nothing is configured that gets a token: "
        "pintop does not use Java's login classes",
        mechanism->origin);
}
