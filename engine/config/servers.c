#include "config/servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/slips.h"

enum login { LOGIN_OTHER, LOGIN_IAM, LOGIN_SCRAM, LOGIN_TLS, LOGIN_PLAINTEXT };

/* MSK's listeners have fixed ports; those for clients outside AWS's network are a hundred
 * higher. */
static const struct listener {
    int port;
    enum login login;
} LISTENERS[] = {
    {9092, LOGIN_PLAINTEXT},
    {9094, LOGIN_TLS      },
    {9096, LOGIN_SCRAM    },
    {9098, LOGIN_IAM      },
    {9194, LOGIN_TLS      },
    {9196, LOGIN_SCRAM    },
    {9198, LOGIN_IAM      },
};

static const struct {
    const char *word, *ports;
} LOGINS[] = {
    [LOGIN_IAM] = {"IAM",                 "9098 (from outside AWS's network, with public access, 9198)"},
    [LOGIN_SCRAM] = {"SCRAM",               "9096 (from outside AWS's network, with public access, 9196)"},
    [LOGIN_TLS] = {"TLS without a login", "9094 (from outside AWS's network 9194)"                     },
    [LOGIN_PLAINTEXT] = {"plaintext",           "9092"                                                       },
};

static bool servers_is_word(const struct store_entry *entry, const char *word)
{
    return entry != NULL && strcasecmp(entry->value, word) == 0;
}

static enum login login_of(const struct pt_config *cfg)
{
    const struct store_entry *protocol = store_find_extra(cfg, "security.protocol");
    const struct store_entry *mechanism = store_find_extra(cfg, "sasl.mechanism");
    if (pt_config_is_iam(cfg))
        return LOGIN_IAM;
    if (mechanism != NULL)
        return strncasecmp(mechanism->value, "SCRAM-", 6) == 0 ? LOGIN_SCRAM : LOGIN_OTHER;
    /* When nothing is configured, nothing was intended: the address may be set just for its
     * region. */
    return servers_is_word(protocol, "PLAINTEXT") ? LOGIN_PLAINTEXT
           : servers_is_word(protocol, "SSL")     ? LOGIN_TLS
                                                  : LOGIN_OTHER;
}

/* Reads one server of a list; returns what follows its comma, NULL at the end. */
static const char *next_server(const char *at, char *host, size_t cap, int *port)
{
    size_t len = strcspn(at, ",");
    char server[300];
    snprintf(server, sizeof server, "%.*s", (int)(len < 299 ? len : 299), at + strspn(at, " "));
    char *name = strstr(server, "://"), *colon;
    name = name != NULL ? name + 3 : server;
    colon = strrchr(name, ':');
    if (colon != NULL && strchr(colon, ']') != NULL)
        colon = NULL;
    *port = colon != NULL ? (int)strtol(colon + 1, NULL, 10) : 0;
    if (colon != NULL)
        *colon = '\0';
    snprintf(host, cap, "%s", name);
    return at[len] == ',' ? at + len + 1 : NULL;
}

static bool is_msk(const char *host)
{
    return strstr(host, ".kafka") != NULL && strstr(host, ".amazonaws.") != NULL;
}

/* Returns MSK's listener at a port, without a port that at librdkafka's 9092; NULL when it is
 * not one of MSK's. */
static const struct listener *listener_at(int port)
{
    for (size_t i = 0; i < sizeof LISTENERS / sizeof *LISTENERS; i++)
        if (LISTENERS[i].port == (port != 0 ? port : 9092))
            return &LISTENERS[i];
    return NULL;
}

static pt_code warn_ports(struct pt_config *cfg, const struct store_entry *servers,
                          struct pt_error *err)
{
    enum login login = login_of(cfg);
    const char *at = servers->value;
    if (login == LOGIN_OTHER)
        return PT_OK;
    while (at != NULL) {
        char host[300], text[900];
        int port;
        at = next_server(at, host, sizeof host, &port);
        const struct listener *listener = listener_at(port);
        /* Only MSK accepts IAM; the other logins may be at any port elsewhere. */
        if (listener == NULL || listener->login == login || (login != LOGIN_IAM && !is_msk(host)))
            continue;
        if (port == 0)
            snprintf(text, sizeof text,
                     "%s (%.120s): %.200s has no port, so 9092 is used, which is MSK's for %s; the "
                     "configured login is %s: write port %s",
                     servers->name, servers->origin, host, LOGINS[listener->login].word,
                     LOGINS[login].word, LOGINS[login].ports);
        else
            snprintf(text, sizeof text,
                     "%s (%.120s): port %d of %.200s is MSK's for %s; the configured login is %s: "
                     "write port %s",
                     servers->name, servers->origin, port, host, LOGINS[listener->login].word,
                     LOGINS[login].word, LOGINS[login].ports);
        return store_warn(cfg, text, err);
    }
    return PT_OK;
}

/* A mechanism is only used when the protocol has a login at all. */
static pt_code warn_protocol(struct pt_config *cfg, struct pt_error *err)
{
    const struct store_entry *protocol = store_find_extra(cfg, "security.protocol");
    const struct store_entry *mechanism = store_find_extra(cfg, "sasl.mechanism");
    char text[600];
    if (mechanism == NULL || (protocol != NULL && strncasecmp(protocol->value, "SASL_", 5) == 0 &&
                              !(pt_config_is_iam(cfg) && !servers_is_word(protocol, "SASL_SSL"))))
        return PT_OK;
    snprintf(text, sizeof text,
             "sasl.mechanism=%.60s (%.120s) needs security.protocol=SASL_SSL%s, but %s%.40s",
             mechanism->value, mechanism->origin,
             pt_config_is_iam(cfg) ? "" : " (or SASL_PLAINTEXT)",
             protocol != NULL ? "it is " : "that is not set, so there is no login",
             protocol != NULL ? protocol->value : "");
    return store_warn(cfg, text, err);
}

pt_code servers_check(struct pt_config *cfg, struct pt_error *err)
{
    const struct store_entry *servers = store_find_extra(cfg, "bootstrap.servers");
    if (servers == NULL || cfg->is_embedded)
        return PT_OK;
    if (slips_is_placeholder(servers->value, false))
        return pt_error_set(
            err, PT_ECONFIG,
            "Set the cluster's servers, HOST:PORT[,HOST:PORT...]: `pintop discover` lists those of "
            "MSK, and so does `aws kafka get-bootstrap-brokers`",
            "%s: %s=%.200s: this is a placeholder that was never filled in", servers->origin,
            servers->name, servers->value);
    pt_code code = warn_ports(cfg, servers, err);
    return code == PT_OK ? warn_protocol(cfg, err) : code;
}
