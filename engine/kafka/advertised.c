#include "kafka/advertised.h"

#include <stdio.h>
#include <string.h>

#include "kafka/connection.h"

/* Copies "host:port" of "sasl_ssl://host:port/bootstrap". */
static void address_of(const char *name, char *out, size_t cap)
{
    const char *slashes = strstr(name, "://"), *begin = slashes ? slashes + 3 : name;
    snprintf(out, cap, "%.*s", (int)strcspn(begin, "/ "), begin);
}

static bool advertised_is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
           strcmp(host, "::1") == 0;
}

static const char *why_not(const char *says)
{
    static const struct {
        const char *says, *why;
    } whys[] = {
        {"resolve",            "which does not resolve on this host"           },
        {"Connection refused", "where the connection from this host is refused"},
        {"timed out",          "which does not answer from this host"          },
        {"No route",           "to which there is no route from this host"     },
        {"unreachable",        "to which there is no route from this host"     },
    };
    for (size_t i = 0; i < sizeof whys / sizeof *whys; i++) {
        if (strstr(says, whys[i].says)) {
            return whys[i].why;
        }
    }
    return "which is unreachable from this host";
}

bool advertised_explain(const char *answered, const struct pt_broker *brokers, size_t n,
                        const char *says, struct pt_error *err)
{
    char own[PT_HOST_MAX + 16], other[PT_HOST_MAX + 16], fix[PT_FIX_MAX];
    address_of(answered, own, sizeof own);
    const struct pt_broker *named = NULL;
    for (size_t i = 0; i < n; i++) {
        snprintf(other, sizeof other, "%s:%d", brokers[i].host, (int)brokers[i].port);
        if (strcmp(own, other) == 0) {
            return false;
        }
        /* The broker that the failure is about, or else the first one. */
        if (brokers[i].host[0] && (!named || strstr(says, other))) {
            named = &brokers[i];
        }
    }
    if (!named || !own[0]) {
        return false;
    }
    snprintf(other, sizeof other, "%s:%d", named->host, (int)named->port);
    snprintf(fix, sizeof fix, "%s", connection_fix(ADVERTISED_WHY));
    pt_error_set(
        err, PT_EKAFKA, fix, "%s " ADVERTISED_WHY " %s, %s%s", own, other, why_not(says),
        advertised_is_loopback(named->host) ? " (an address that every host has for itself)" : "");
    return true;
}
