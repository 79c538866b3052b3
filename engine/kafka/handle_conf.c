/* Owns what a librdkafka handle is configured with: pintop's own settings, the user's, and what
 * depends on the cluster. */
#include "kafka/handle_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ca_file.h"
#include "base/secret.h"
#include "kafka/tokens.h"

enum { DEFAULT_WINDOW = 32768, QUEUE_SPARE = 10000, PROPERTY_MAX = 128 };

#define P (1u << HANDLE_PRODUCER)
#define C (1u << HANDLE_CONSUMER)
#define M (1u << HANDLE_MONITOR)
#define G (1u << HANDLE_GROUP)
#define MOCK (1u << HANDLE_MOCK)
#define ALL (P | C | M | G | MOCK)

struct setting {
    unsigned kinds;
    const char *name, *value; /* value NULL: the user's value is ignored */
    enum {
        OPEN,
        OTHERS,
        KEPT
    } is; /* the user's value wins; as it is about other handles, it is ignored here; another
           * value is refused: see why */
    const char *why;
};

/* reconnect.backoff.* is set by set_backoff, queue.buffering.max.messages by raise_queue_limit.
 *
 * linger.ms: at 5 ms nine partitions make up to 1,800 requests a second, and an idempotent producer
 * may have five per broker in flight; while all five are, librdkafka 2.0.2's broker thread spins.
 * Three streams of 1,000/s to three brokers on two cores took 74 % of a core, with 160 ms to the
 * median acknowledgement; at 50 ms it is 16 % and 38 ms.
 *
 * batch.size: a stream has two batches of each partition in flight (producer_flight_bytes). With
 * librdkafka's 1 MB these no longer fit into the processor's caches between being made, sent and
 * freed: 15 % more CPU for a record, and twice the memory. */
static const struct setting SETTINGS[] = {
    {ALL,           "client.id",                          "pintop",  OPEN,   NULL                                                   },
    {ALL,           "log.connection.close",               "false",   OPEN,   NULL                                                   },
    {ALL,           "log.queue",                          "false",   KEPT,   "its log lines would wait in a queue that nobody reads"},
    {P | C | M | G, "socket.nagle.disable",               "true",    OPEN,   NULL                                                   },
    {P | C | M | G, "socket.keepalive.enable",            "true",    OPEN,   NULL                                                   },
    {P | C | M | G, "socket.connection.setup.timeout.ms", "10000",   OPEN,   NULL                                                   },
    {P | C | M | G, "socket.timeout.ms",                  "30000",   OPEN,   NULL                                                   },
    {P,             "enable.idempotence",                 "true",    OPEN,   NULL                                                   },
    {P,             "acks",                               "all",     OPEN,   NULL                                                   },
    {P,             "compression.type",                   "lz4",     OPEN,   NULL                                                   },
    {P,             "linger.ms",                          "50",      OPEN,   NULL                                                   },
    {P,             "batch.size",                         "262144",  OPEN,   NULL                                                   },
    {P,             "message.timeout.ms",                 "0",       OPEN,   NULL                                                   },
    {P,             "queue.buffering.max.kbytes",         "2097151", OPEN,   NULL                                                   },
    {P,             "statistics.interval.ms",             "1000",    KEPT,
     "the broker states on the screen come from these statistics each second"                                                       },
    {M,             "enable.idempotence",                 "false",   OTHERS, NULL                                                   }, /* otherwise it requests a producer ID, which
  * needs a permission */
    {M | G,         "socket.timeout.ms",                  "10000",   OPEN,   NULL                                                   },
    {M | C | G,     "transactional.id",                   NULL,      OTHERS, NULL                                                   },
    {M | C | G,     "statistics.interval.ms",             "0",       OTHERS, NULL                                                   },
    {C | G,         "enable.auto.commit",                 "false",   OTHERS, NULL                                                   },
    {C | G,         "enable.auto.offset.store",           "false",   OTHERS, NULL                                                   },
    {G,             "allow.auto.create.topics",           "false",   OTHERS, NULL                                                   }, /* asking for a topic makes none */
    {C,             "auto.offset.reset",                  "error",   OTHERS, NULL                                                   }, /* a gap is never skipped */
    {C | G,         "auto.commit.interval.ms",            NULL,      OTHERS, NULL                                                   },
    {C,             "group.id",                           "pintop",  OPEN,   NULL                                                   }, /* assign needs one; nothing is committed */
};
enum { N_SETTINGS = sizeof(SETTINGS) / sizeof(SETTINGS[0]) };

static bool has_prefix(const char *text, const char *prefix)
{
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_servers(const char *name)
{
    return strcmp(name, "bootstrap.servers") == 0 || strcmp(name, "metadata.broker.list") == 0;
}

/* ------------------------------------------------------------------ properties */

pt_code handle_set_property(rd_kafka_conf_t *conf, const char *name, const char *value,
                            bool is_secret, struct pt_error *err)
{
    char why[256] = "";
    rd_kafka_conf_res_t res = rd_kafka_conf_set(conf, name, value, why, sizeof(why));
    if (res == RD_KAFKA_CONF_OK) {
        return PT_OK;
    }
    if (res == RD_KAFKA_CONF_UNKNOWN) {
        return pt_error_set(
            err, PT_ECONFIG,
            "Correct its name or remove it. librdkafka's CONFIGURATION.md lists all properties",
            "unknown property %s: librdkafka has no property of this name", name);
    }
    if (is_secret) {
        return pt_error_set(err, PT_ECONFIG, "Correct the value of this property",
                            "property %s: librdkafka rejects its value (not shown)", name);
    }
    return pt_error_set(err, PT_ECONFIG,
                        "Correct the value of this property; `pintop config` shows where it is set",
                        "property %s: %s", name, why);
}

static const struct setting *handle_conf_find_setting(enum handle_kind kind, const char *name)
{
    for (size_t i = 0; i < N_SETTINGS; i++) {
        if ((SETTINGS[i].kinds & (1u << kind)) && strcmp(SETTINGS[i].name, name) == 0) {
            return &SETTINGS[i];
        }
    }
    return NULL;
}

static pt_code apply_defaults(rd_kafka_conf_t *conf, enum handle_kind kind, struct pt_error *err)
{
    pt_code code = PT_OK;
    for (size_t i = 0; i < N_SETTINGS && code == PT_OK; i++) {
        if ((SETTINGS[i].kinds & (1u << kind)) && SETTINGS[i].value) {
            code = handle_set_property(conf, SETTINGS[i].name, SETTINGS[i].value, false, err);
        }
    }
    return code;
}

/* How to reach the configured cluster is meaningless for another one (embedded). */
static bool is_about_the_cluster(const char *name)
{
    return is_servers(name) || has_prefix(name, "security.") || has_prefix(name, "sasl.") ||
           has_prefix(name, "ssl.");
}

/* The user's value wins, except where it would break a promise of pintop: then it is refused
 * with an error instead of being ignored. Values are compared as librdkafka parses them. */
static pt_code refuse_other(rd_kafka_conf_t *conf, const char *name, const char *kept,
                            const char *asked, const char *why, struct pt_error *err)
{
    char was[64] = "", is[64] = "";
    size_t was_len = sizeof(was), is_len = sizeof(is);
    pt_code code = handle_set_property(conf, name, asked, false, err);
    if (code != PT_OK) {
        return code;
    }
    rd_kafka_conf_get(conf, name, is, &is_len);
    handle_set_property(conf, name, kept, false, NULL);
    rd_kafka_conf_get(conf, name, was, &was_len);
    if (strcmp(was, is) == 0) {
        return PT_OK;
    }
    return pt_error_set(err, PT_ECONFIG, "Remove it; `pintop config` shows where it is set",
                        "property %s=%s: pintop needs %s here, because %s", name, asked, kept, why);
}

static pt_code handle_conf_keep(rd_kafka_conf_t *conf, const struct setting *setting,
                                const char *asked, struct pt_error *err)
{
    return refuse_other(conf, setting->name, setting->value, asked, setting->why, err);
}

static pt_code apply_user_property(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                                   const struct pt_property *property, struct pt_error *err)
{
    const struct setting *setting = handle_conf_find_setting(opts->kind, property->name);
    if (!property->is_kafka || !property->value || (setting && setting->is == OTHERS) ||
        (opts->bootstrap && is_about_the_cluster(property->name))) {
        return PT_OK;
    }
    if (setting && setting->is == KEPT) {
        return handle_conf_keep(conf, setting, property->value, err);
    }
    if (is_servers(property->name) && strcmp(property->value, "embedded") == 0) {
        return PT_OK;
    }
    /* This includes a property that is valid only with another (enable.gapless.guarantee with
     * idempotence). */
    if (property->is_producers && opts->kind != HANDLE_PRODUCER) {
        return PT_OK;
    }
    if (strcmp(property->name, "transactional.id") == 0) {
        return pt_error_set(err, PT_ECONFIG, "Remove transactional.id from the configuration",
                            "property transactional.id: pintop does not use transactions");
    }
    return handle_set_property(conf, property->name, property->value,
                               property->is_secret || secret_is_name(property->name), err);
}

static pt_code apply_user(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                          struct pt_error *err)
{
    pt_code code = PT_OK;
    size_t n = opts->cfg && opts->kind != HANDLE_MOCK ? pt_config_count(opts->cfg) : 0;
    for (size_t i = 0; i < n && code == PT_OK; i++) {
        struct pt_property property = pt_config_at(opts->cfg, i);
        code = apply_user_property(conf, opts, &property, err);
    }
    return code;
}

/* What the user may not set. The resulting configuration is checked, so that all names of a
 * property are covered. */
static const struct refused {
    unsigned kinds;
    const char *name, *value;
    bool is_allowed; /* value is the only one allowed; otherwise it is the only one refused */
    const char *why, *fix;
} REFUSED[] = {
    {P,             "acks",                       "0",     false, "without acknowledgements pintop cannot account for its records",
     "Remove it (the default is all), or set acks=1"                                                                                                                                        },
    {P,             "delivery.report.only.error", "false", true,
     "without a report for each delivery pintop cannot account for its records",                                                    "Remove the property"                                   },
    {P | C | M | G, "test.mock.num.brokers",      "0",     true,
     "it would replace the configured cluster by a mock",                                                                           "Remove it; for a cluster inside pintop use -b embedded"},
};

static pt_code check_refused(const rd_kafka_conf_t *conf, enum handle_kind kind,
                             struct pt_error *err)
{
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        const struct refused *refused = &REFUSED[i];
        char value[32] = "";
        size_t len = sizeof(value);
        if ((refused->kinds & (1u << kind)) &&
            rd_kafka_conf_get(conf, refused->name, value, &len) == RD_KAFKA_CONF_OK &&
            (strcmp(value, refused->value) == 0) != refused->is_allowed) {
            return pt_error_set(err, PT_ECONFIG, refused->fix, "property %s=%s: %s", refused->name,
                                value, refused->why);
        }
    }
    return PT_OK;
}

/* Splits "name=value". Returns the value, or NULL when it is something else. */
static const char *split_setting(const char *setting, char name[PROPERTY_MAX], struct pt_error *err)
{
    const char *equals = strchr(setting, '=');
    if (!equals || (size_t)(equals - setting) >= PROPERTY_MAX) {
        pt_error_set(err, PT_ECONFIG, NULL, "setting %s: it is not KEY=VALUE", setting);
        return NULL;
    }
    snprintf(name, PROPERTY_MAX, "%.*s", (int)(equals - setting), setting);
    return equals + 1;
}

static pt_code apply_wishes(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                            struct pt_error *err)
{
    pt_code code = PT_OK;
    char name[PROPERTY_MAX];
    for (size_t i = 0; i < opts->n_wishes && code == PT_OK; i++) {
        const char *value = split_setting(opts->wishes[i], name, err);
        code = value ? handle_set_property(conf, name, value, false, err) : PT_ECONFIG;
    }
    return code;
}

static pt_code apply_settings(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                              struct pt_error *err)
{
    pt_code code = PT_OK;
    char name[PROPERTY_MAX];
    for (size_t i = 0; i < opts->n_settings && code == PT_OK; i++) {
        const char *value = split_setting(opts->settings[i], name, err);
        const char *asked = opts->cfg ? pt_config_get(opts->cfg, name) : NULL;
        if (!value) {
            code = PT_ECONFIG;
        } else if (asked) {
            code = refuse_other(conf, name, value, asked, "this operation depends on it", err);
        } else {
            code = handle_set_property(conf, name, value, secret_is_name(name), err);
        }
    }
    return code;
}

/* ------------------------------------------------------------------ what depends on the cluster */

static bool handle_conf_is_loopback(const char *host)
{
    const char *scheme = strstr(host, "://");
    host = scheme ? scheme + 3 : host;
    return has_prefix(host, "127.") || has_prefix(host, "localhost:") ||
           has_prefix(host, "[::1]") || strcasecmp(host, "localhost") == 0;
}

static bool is_loopback_list(const char *servers)
{
    char host[300];
    while (*servers) {
        size_t len = strcspn(servers, ",");
        snprintf(host, sizeof(host), "%.*s", (int)len, servers + strspn(servers, " "));
        if (!handle_conf_is_loopback(host)) {
            return false;
        }
        servers += len + (servers[len] == ',');
    }
    return true;
}

/* Set before the user's properties, so that they can override it. */
static pt_code set_backoff(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                           struct pt_error *err)
{
    const char *servers = opts->bootstrap;
    if (!servers && opts->cfg) {
        servers = pt_config_get(opts->cfg, "bootstrap.servers");
    }
    /* MSK limits new IAM connections. A broker on this host limits nothing: records continue 0.2
     * to 0.9 s after it is back, and with the long back-off 0.7 to 10 s (measured after 0.2 to
     * 10 s of downtime). */
    bool is_near = servers && is_loopback_list(servers);
    pt_code code =
        handle_set_property(conf, "reconnect.backoff.ms", is_near ? "100" : "1000", false, err);
    if (code == PT_OK) {
        code = handle_set_property(conf, "reconnect.backoff.max.ms", is_near ? "1000" : "10000",
                                   false, err);
    }
    return code;
}

/* The embedded cluster lives in this process: memory counts for more than requests do. It
 * answers a fetch that found nothing only after the whole wait. A shorter wait costs wakeups
 * while idle (250 ms: 0.05 % of a core), and a longer one slows a stream that is held until the
 * sink has read more. Also set before the user's properties. */
static pt_code set_embedded(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                            struct pt_error *err)
{
    if (opts->bootstrap && opts->kind == HANDLE_CONSUMER) {
        return handle_set_property(conf, "fetch.wait.max.ms", "250", false, err);
    }
    if (opts->bootstrap && opts->kind == HANDLE_PRODUCER) {
        return handle_set_property(conf, "batch.size", "131072", false, err);
    }
    return PT_OK;
}

/* The windows decide when a stream waits; librdkafka's queue, which all streams share, must
 * never do so. */
static pt_code raise_queue_limit(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                                 struct pt_error *err)
{
    static const char name[] = "queue.buffering.max.messages";
    int64_t window = opts->cfg ? pt_config_int(opts->cfg, "pintop.stream.window") : 0;
    const char *asked = opts->cfg ? pt_config_get(opts->cfg, name) : NULL;
    char text[24], fix[160];
    window = window > 0 ? window : DEFAULT_WINDOW;
    long long least = 3 * (long long)window + QUEUE_SPARE;
    if (!asked) {
        snprintf(text, sizeof(text), "%lld", least);
        return handle_set_property(conf, name, text, false, err);
    }
    long long n = strtoll(asked, NULL, 10);
    if (n == 0 || n >= least) { /* 0: no limit */
        return PT_OK;
    }
    snprintf(fix, sizeof(fix), "Set it to %lld or more, remove it, or lower pintop.stream.window",
             least);
    return pt_error_set(err, PT_ECONFIG, fix,
                        "property %s=%s: the queue must hold the windows of three streams "
                        "(%lld records each) and some spare, or else one stuck stream stops the "
                        "others",
                        name, asked, (long long)window);
}

static pt_code check_servers(rd_kafka_conf_t *conf, enum handle_kind kind, struct pt_error *err)
{
    size_t len = 0;
    if (kind == HANDLE_MOCK) {
        return PT_OK;
    }
    /* Called without a buffer, it returns the length. */
    if (rd_kafka_conf_get(conf, "bootstrap.servers", NULL, &len) == RD_KAFKA_CONF_OK && len > 1) {
        return PT_OK;
    }
    return pt_error_set(err, PT_ECONFIG, "Set the cluster with -b HOST:PORT, or use -b embedded",
                        "no Kafka cluster is configured: bootstrap.servers is not set");
}

/* Newer librdkafkas send figures about the client to brokers that ask for them (KIP-714), which is
 * off here unless the user sets it. Older ones do not have the property. */
static void set_no_metrics_push(rd_kafka_conf_t *conf)
{
    (void)rd_kafka_conf_set(conf, "enable.metrics.push", "false", NULL, 0);
}

/* Where OpenSSL would find no certificates itself, because it was built for another distribution.
 * https.ca.location is for OpenID Connect, and only newer librdkafkas have it. */
static pt_code set_trust(rd_kafka_conf_t *conf, const struct pt_config *cfg, struct pt_error *err)
{
    const char *file = ca_file_for_openssl();
    if (file == NULL)
        return PT_OK;
    if (cfg == NULL || !pt_config_get(cfg, "https.ca.pem"))
        (void)rd_kafka_conf_set(conf, "https.ca.location", file, NULL, 0);
    return handle_set_property(conf, "ssl.ca.location", file, false, err);
}

bool handle_needs_tokens(const struct handle_opts *opts)
{
    return opts->cfg && opts->kind != HANDLE_MOCK && !opts->bootstrap &&
           pt_config_is_iam(opts->cfg);
}

/* librdkafka has no AWS_MSK_IAM: the same listener accepts our token with OAUTHBEARER. */
static pt_code set_iam(rd_kafka_conf_t *conf, const struct pt_config *cfg, struct pt_error *err)
{
    pt_code code = handle_set_property(conf, "sasl.mechanisms", "OAUTHBEARER", false, err);
    if (code == PT_OK && !pt_config_get(cfg, "security.protocol")) {
        code = handle_set_property(conf, "security.protocol", "SASL_SSL", false, err);
    }
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf, tokens_on_refresh);
    /* Otherwise the callback would come from rd_kafka_poll only, which not every handle has. */
    rd_kafka_conf_enable_sasl_queue(conf, 1);
    return code;
}

pt_code handle_configure(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                         struct pt_error *err)
{
    pt_code code = apply_defaults(conf, opts->kind, err);
    set_no_metrics_push(conf);
    if (code == PT_OK && opts->kind != HANDLE_MOCK) {
        code = set_trust(conf, opts->cfg, err);
    }
    if (code == PT_OK && opts->kind != HANDLE_MOCK) {
        code = set_backoff(conf, opts, err);
    }
    if (code == PT_OK) {
        code = set_embedded(conf, opts, err);
    }
    if (code == PT_OK) {
        code = apply_wishes(conf, opts, err);
    }
    if (code == PT_OK && handle_needs_tokens(opts)) {
        code = set_iam(conf, opts->cfg, err);
    }
    if (code == PT_OK) {
        code = apply_user(conf, opts, err);
    }
    if (code == PT_OK && opts->kind != HANDLE_MOCK) {
        code = check_refused(conf, opts->kind, err);
    }
    if (code == PT_OK && opts->bootstrap) {
        code = handle_set_property(conf, "bootstrap.servers", opts->bootstrap, false, err);
    }
    if (code == PT_OK && opts->group) {
        code = handle_set_property(conf, "group.id", opts->group, false, err);
    }
    if (code == PT_OK && opts->kind == HANDLE_PRODUCER) {
        code = raise_queue_limit(conf, opts, err);
    }
    if (code == PT_OK) {
        code = apply_settings(conf, opts, err);
    }
    return code == PT_OK ? check_servers(conf, opts->kind, err) : code;
}
