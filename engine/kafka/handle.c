/* Owns how a librdkafka handle is configured, and its callbacks. What a handle is used for is its
 * caller's business. */
#include "kafka/handle.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "base/secret.h"
#include "kafka/connection.h"
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
    const char *name, *value; /* value NULL: whatever the user says is left out */
    enum {
        OPEN,
        OTHERS,
        KEPT
    } is; /* the user's wins; it is about other handles, and left out here;
             another value is refused: see why */
    const char *why;
};

/* reconnect.backoff.*: set_backoff. queue.buffering.max.messages: raise_queue_limit.
 *
 * linger.ms: at 5 ms nine partitions make up to 1,800 requests a second, of which an idempotent
 * producer may have five a broker on their way; while all five are, librdkafka 2.0.2's broker
 * thread spins. Three streams of 1,000/s to three brokers on two cores took 74 % of a core, with
 * 160 ms to the median acknowledgement; at 50 ms it is 16 % and 38 ms.
 *
 * batch.size: a stream has two batches of each partition in flight (producer_flight_bytes). With
 * librdkafka's 1 MB these fall out of the processor's caches between being made, sent and freed:
 * 15 % more CPU for a record, and twice the memory. */
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
     "what the screen says of the brokers comes from it each second"                                                                },
    {M,             "enable.idempotence",                 "false",   OTHERS,
     NULL                                                                                                                           }, /* else it asks for a producer id, and the right */
    {M | G,         "socket.timeout.ms",                  "10000",   OPEN,   NULL                                                   },
    {M | C | G,     "transactional.id",                   NULL,      OTHERS, NULL                                                   },
    {M | C | G,     "statistics.interval.ms",             "0",       OTHERS, NULL                                                   },
    {C | G,         "enable.auto.commit",                 "false",   OTHERS, NULL                                                   },
    {C | G,         "enable.auto.offset.store",           "false",   OTHERS, NULL                                                   },
    {C,             "auto.offset.reset",                  "error",   OTHERS, NULL                                                   }, /* a gap is never read over */
    {C | G,         "auto.commit.interval.ms",            NULL,      OTHERS, NULL                                                   },
    {C,             "group.id",                           "pintop",  OPEN,
     NULL                                                                                                                           }, /* without one there is no assign; nothing is committed */
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

/* ------------------------------------------------------------------ callbacks */

/* The handle's opaque. */
struct context {
    enum handle_kind kind;
    struct handle_hooks hooks;
    bool was_begun;  /* rd_kafka_new came as far as on_new */
    bool is_iam;     /* the login is MSK's */
    bool has_tokens; /* it is in tokens.c's register */
    pthread_mutex_t lock;
    int log_level;            /* the user's */
    bool is_debug_ours;       /* debug lines are for hooks.batch alone */
    atomic_bool is_listening; /* hooks.batch is wanted */
    int x509_error;           /* why a broker's certificate was refused last; 0 none was */
    char detail[160];         /* of it */
};

static enum pt_severity severity_of(int level)
{
    static const enum pt_severity by_level[] = {PT_ERROR, PT_ERROR,  PT_ERROR, PT_ERROR,
                                                PT_WARN,  PT_NOTICE, PT_INFO,  PT_DEBUG};
    return level >= 0 && level < 8 ? by_level[level] : PT_DEBUG;
}

/* The user's properties go to every kind of handle: that some are of no use to this one is no
 * news. */
static bool is_noise(const char *fac, const char *text)
{
    return strcmp(fac, "CONFWARN") == 0 &&
           (strstr(text, "property and will be ignored") || strstr(text, "No `bootstrap.servers`"));
}

static void on_log(const rd_kafka_t *rk, int level, const char *fac, const char *text)
{
    struct context *context = rk ? rd_kafka_opaque(rk) : NULL;
    if (context && context->hooks.batch && strcmp(fac, "MSGSET") == 0 &&
        atomic_load(&context->is_listening)) {
        context->hooks.batch(context->hooks.arg, text);
    }
    if (context && context->is_debug_ours && level > context->log_level) {
        return;
    }
    if (!is_noise(fac, text)) {
        log_line(severity_of(level), "kafka", "%s %s", fac, text);
    }
}

/* Failures of a connection: librdkafka has a log line of its own for each. */
static bool is_logged(int code)
{
    return code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__RESOLVE ||
           code == RD_KAFKA_RESP_ERR__SSL || code == RD_KAFKA_RESP_ERR__AUTHENTICATION;
}

/* librdkafka says of every certificate that it can't be verified; why, only here. It is the same
 * verdict. Thread: a broker's. */
static int on_certificate(rd_kafka_t *rk, const char *broker_name, int32_t broker_id,
                          int *x509_error, int depth, const char *der, size_t len, char *errstr,
                          size_t cap, void *opaque)
{
    struct context *context = opaque;
    (void)rk, (void)broker_name, (void)broker_id, (void)depth;
    if (*x509_error == 0) {
        return 1;
    }
    pthread_mutex_lock(&context->lock);
    context->x509_error = *x509_error;
    certificate_detail(*x509_error, der, len, context->detail, sizeof context->detail);
    pthread_mutex_unlock(&context->lock);
    snprintf(errstr, cap, "X509 error %d", *x509_error);
    return 0;
}

static void explain(struct context *context, const char *reason, char *out, size_t cap)
{
    char detail[sizeof context->detail];
    pthread_mutex_lock(&context->lock);
    int x509_error = context->x509_error;
    snprintf(detail, sizeof detail, "%s", context->detail);
    pthread_mutex_unlock(&context->lock);
    const struct connection_asked asked = {x509_error, detail, context->is_iam};
    connection_explain(reason, &asked, out, cap);
}

static bool has_answered(rd_kafka_t *rk)
{
    char *id = rd_kafka_clusterid(rk, 0);
    rd_kafka_mem_free(rk, id);
    return id != NULL;
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct context *context = opaque;
    const struct handle_hooks *hooks = &context->hooks;
    char text[512];
    if (!is_logged(code)) {
        log_line(PT_ERROR, "kafka", "%s: %s", rd_kafka_err2name((rd_kafka_resp_err_t)code), reason);
    }
    if (hooks->error) {
        /* That all are down means something only of those that never answered: who has answered
         * before has none of these faults. */
        if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && has_answered(rk)) {
            hooks->error(hooks->arg, (rd_kafka_resp_err_t)code, reason);
            return;
        }
        explain(context, reason, text, sizeof text);
        hooks->error(hooks->arg, (rd_kafka_resp_err_t)code, text);
    }
}

static void on_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    const struct handle_hooks *hooks = &((const struct context *)opaque)->hooks;
    (void)rk;
    hooks->delivered(hooks->arg, message);
}

static int on_stats(rd_kafka_t *rk, char *json, size_t len, void *opaque)
{
    const struct handle_hooks *hooks = &((const struct context *)opaque)->hooks;
    (void)rk;
    hooks->stats(hooks->arg, json, len);
    return 0; /* librdkafka frees json */
}

/* librdkafka calls the threads of all handles alike, "rdk:main" and "rdk:broker1": whose they are
 * is said in front. */
static void name_thread(enum handle_kind kind)
{
    static const char *const words[] = {[HANDLE_PRODUCER] = "prod",
                                        [HANDLE_CONSUMER] = "read",
                                        [HANDLE_MONITOR] = "watch",
                                        [HANDLE_GROUP] = "watch",
                                        [HANDLE_MOCK] = "mock"};
    char theirs[16] = "", ours[16];
    pthread_getname_np(pthread_self(), theirs, sizeof theirs);
    const char *colon = strchr(theirs, ':');
    snprintf(ours, sizeof ours, "%s:%.9s", words[kind], colon ? colon + 1 : theirs);
    pthread_setname_np(pthread_self(), ours);
}

/* librdkafka's main thread waits for its timers of a second in whole milliseconds, rounded down,
 * and spins through what is left of the last one: 0.09 % of a core for each handle. A wait that may
 * end 2 ms late has passed it. In the others' threads wakeups fall together by it. */
static void allow_late_wakeups(void)
{
    enum { SLACK_NS = 2000000 };
    prctl(PR_SET_TIMERSLACK, SLACK_NS, 0, 0, 0);
}

/* librdkafka blocks all signals in most of its threads, so that a crash there would end the process
 * without our handler, and the mock's thread blocks none, so that our signals might land there. */
static rd_kafka_resp_err_t on_thread_start(rd_kafka_t *rk, rd_kafka_thread_type_t type,
                                           const char *name, void *arg)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    const struct context *context = arg;
    sigset_t blocked;
    (void)rk, (void)type, (void)name;
    name_thread(context->kind);
    allow_late_wakeups();
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
        sigdelset(&blocked, crashes[i]);
    }
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

enum { API_PRODUCE = 0 };

static rd_kafka_resp_err_t on_request(rd_kafka_t *rk, int fd, const char *name, int32_t broker,
                                      int16_t api, int16_t version, int32_t id, size_t size,
                                      void *arg)
{
    const struct handle_hooks *hooks = &((const struct context *)arg)->hooks;
    (void)rk, (void)fd, (void)name, (void)version, (void)id, (void)size;
    if (api == API_PRODUCE) {
        hooks->sent(hooks->arg, broker);
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t on_response(rd_kafka_t *rk, int fd, const char *name, int32_t broker,
                                       int16_t api, int16_t version, int32_t id, size_t size,
                                       int64_t rtt, rd_kafka_resp_err_t err, void *arg)
{
    const struct handle_hooks *hooks = &((const struct context *)arg)->hooks;
    (void)rk, (void)fd, (void)name, (void)version, (void)id, (void)size, (void)rtt;
    if (api == API_PRODUCE) {
        hooks->ended(hooks->arg, broker, err == RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t on_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *arg,
                                  char *errstr, size_t cap)
{
    struct context *context = arg;
    (void)conf, (void)errstr, (void)cap;
    context->was_begun = true;
    if (context->hooks.sent && context->hooks.ended) {
        rd_kafka_interceptor_add_on_request_sent(rk, "pintop", on_request, context);
        rd_kafka_interceptor_add_on_response_received(rk, "pintop", on_response, context);
    }
    return rd_kafka_interceptor_add_on_thread_start(rk, "pintop", on_thread_start, context);
}

/* ------------------------------------------------------------------ properties */

static pt_code set_property(rd_kafka_conf_t *conf, const char *name, const char *value,
                            bool is_secret, struct pt_error *err)
{
    char why[256] = "";
    rd_kafka_conf_res_t res = rd_kafka_conf_set(conf, name, value, why, sizeof(why));
    if (res == RD_KAFKA_CONF_OK) {
        return PT_OK;
    }
    if (res == RD_KAFKA_CONF_UNKNOWN) {
        return pt_error_set(err, PT_ECONFIG,
                            "Correct its name, or take it out; librdkafka's CONFIGURATION.md lists "
                            "all properties",
                            "unknown property %s: librdkafka does not have it", name);
    }
    if (is_secret) {
        return pt_error_set(err, PT_ECONFIG, "Correct the value of this property",
                            "property %s: librdkafka refuses its value (not shown)", name);
    }
    return pt_error_set(err, PT_ECONFIG,
                        "Correct the value of this property; `pintop config` says where it is set",
                        "property %s: %s", name, why);
}

static const struct setting *find_setting(enum handle_kind kind, const char *name)
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
            code = set_property(conf, SETTINGS[i].name, SETTINGS[i].value, false, err);
        }
    }
    return code;
}

/* How to reach the configured cluster means nothing to another one (embedded). */
static bool is_about_the_cluster(const char *name)
{
    return is_servers(name) || has_prefix(name, "security.") || has_prefix(name, "sasl.") ||
           has_prefix(name, "ssl.");
}

/* The user's own value wins, but where a promise would be broken by it: that is said, not passed
 * over. Values are compared as librdkafka reads them. */
static pt_code refuse_other(rd_kafka_conf_t *conf, const char *name, const char *kept,
                            const char *asked, const char *why, struct pt_error *err)
{
    char was[64] = "", is[64] = "";
    size_t was_len = sizeof(was), is_len = sizeof(is);
    pt_code code = set_property(conf, name, asked, false, err);
    if (code != PT_OK) {
        return code;
    }
    rd_kafka_conf_get(conf, name, is, &is_len);
    set_property(conf, name, kept, false, NULL);
    rd_kafka_conf_get(conf, name, was, &was_len);
    if (strcmp(was, is) == 0) {
        return PT_OK;
    }
    return pt_error_set(err, PT_ECONFIG, "Take it out; `pintop config` says where it is set",
                        "property %s=%s: pintop needs %s here: %s", name, asked, kept, why);
}

static pt_code keep(rd_kafka_conf_t *conf, const struct setting *setting, const char *asked,
                    struct pt_error *err)
{
    return refuse_other(conf, setting->name, setting->value, asked, setting->why, err);
}

static pt_code apply_user_property(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                                   const struct pt_property *property, struct pt_error *err)
{
    const struct setting *setting = find_setting(opts->kind, property->name);
    if (!property->is_kafka || !property->value || (setting && setting->is == OTHERS) ||
        (opts->bootstrap && is_about_the_cluster(property->name))) {
        return PT_OK;
    }
    if (setting && setting->is == KEPT) {
        return keep(conf, setting, property->value, err);
    }
    if (is_servers(property->name) && strcmp(property->value, "embedded") == 0) {
        return PT_OK;
    }
    /* Also one that goes with another only (enable.gapless.guarantee with idempotence). */
    if (property->is_producers && opts->kind != HANDLE_PRODUCER) {
        return PT_OK;
    }
    if (strcmp(property->name, "transactional.id") == 0) {
        return pt_error_set(err, PT_ECONFIG, "Take transactional.id out of the configuration",
                            "property transactional.id: pintop writes without transactions");
    }
    return set_property(conf, property->name, property->value,
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

/* What the user may not set: the outcome is looked at, so that it is found under all its names. */
static const struct refused {
    unsigned kinds;
    const char *name, *value;
    bool is_allowed; /* value is the only one allowed; else all others are */
    const char *why, *fix;
} REFUSED[] = {
    {P,             "acks",                       "0",     false, "without acknowledgements there is no account of the records",
     "Take it out (all is the default), or set acks=1"                                                                                                                                     },
    {P,             "delivery.report.only.error", "false", true,
     "without a report of each delivery there is no account of the records",                                                     "Take it out"                                             },
    {P | C | M | G, "test.mock.num.brokers",      "0",     true,
     "it would put a mock in the place of the cluster that is named",                                                            "Take it out; for a cluster inside pintop use -b embedded"},
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

/* "name=value" apart; the value, or NULL: it is something else. */
static const char *split_setting(const char *setting, char name[PROPERTY_MAX], struct pt_error *err)
{
    const char *equals = strchr(setting, '=');
    if (!equals || (size_t)(equals - setting) >= PROPERTY_MAX) {
        pt_error_set(err, PT_ECONFIG, NULL, "setting %s: not key=value", setting);
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
        code = value ? set_property(conf, name, value, false, err) : PT_ECONFIG;
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
            code = refuse_other(conf, name, value, asked, "the work at hand depends on it", err);
        } else {
            code = set_property(conf, name, value, secret_is_name(name), err);
        }
    }
    return code;
}

/* ------------------------------------------------------------------ what depends on the cluster */

static bool is_loopback(const char *host)
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
        if (!is_loopback(host)) {
            return false;
        }
        servers += len + (servers[len] == ',');
    }
    return true;
}

/* Before the user's properties, so that they may say otherwise. */
static pt_code set_backoff(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                           struct pt_error *err)
{
    const char *servers = opts->bootstrap;
    if (!servers && opts->cfg) {
        servers = pt_config_get(opts->cfg, "bootstrap.servers");
    }
    /* MSK limits new IAM connections. A broker on this machine limits nothing; records go on 0.2 to
     * 0.9 s after it is back, with the long back-off 0.7 to 10 s (measured: after 0.2 to 10 s
     * down). */
    bool is_near = servers && is_loopback_list(servers);
    pt_code code = set_property(conf, "reconnect.backoff.ms", is_near ? "100" : "1000", false, err);
    if (code == PT_OK) {
        code =
            set_property(conf, "reconnect.backoff.max.ms", is_near ? "1000" : "10000", false, err);
    }
    return code;
}

/* The embedded cluster lives in this process: memory counts for more than requests do. It answers a
 * fetch that found nothing only after the whole wait, so that a shorter one costs wakeups while
 * idle (250 ms: 0.05 % of a core) and a longer one the speed of a stream that is held until the
 * sink has read on. Before the user's properties, too. */
static pt_code set_embedded(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                            struct pt_error *err)
{
    if (opts->bootstrap && opts->kind == HANDLE_CONSUMER) {
        return set_property(conf, "fetch.wait.max.ms", "250", false, err);
    }
    if (opts->bootstrap && opts->kind == HANDLE_PRODUCER) {
        return set_property(conf, "batch.size", "131072", false, err);
    }
    return PT_OK;
}

/* The windows decide when a stream waits; librdkafka's queue, shared by all, must never do. */
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
        return set_property(conf, name, text, false, err);
    }
    long long n = strtoll(asked, NULL, 10);
    if (n == 0 || n >= least) { /* 0: no limit */
        return PT_OK;
    }
    snprintf(fix, sizeof(fix), "Set it to %lld or more, take it out, or lower pintop.stream.window",
             least);
    return pt_error_set(err, PT_ECONFIG, fix,
                        "property %s=%s: the windows of three streams of %lld records must fit, "
                        "else one that is stuck holds up the others",
                        name, asked, (long long)window);
}

static pt_code check_servers(rd_kafka_conf_t *conf, enum handle_kind kind, struct pt_error *err)
{
    size_t len = 0;
    if (kind == HANDLE_MOCK) {
        return PT_OK;
    }
    /* Without a buffer it says the length. */
    if (rd_kafka_conf_get(conf, "bootstrap.servers", NULL, &len) == RD_KAFKA_CONF_OK && len > 1) {
        return PT_OK;
    }
    return pt_error_set(err, PT_ECONFIG, "Name the cluster: -b HOST:PORT, or -b embedded",
                        "no Kafka cluster: bootstrap.servers is not set");
}

static bool needs_tokens(const struct handle_opts *opts)
{
    return opts->cfg && opts->kind != HANDLE_MOCK && !opts->bootstrap &&
           pt_config_is_iam(opts->cfg);
}

/* librdkafka has no AWS_MSK_IAM: the same listener takes our token by OAUTHBEARER. */
static pt_code set_iam(rd_kafka_conf_t *conf, const struct pt_config *cfg, struct pt_error *err)
{
    pt_code code = set_property(conf, "sasl.mechanisms", "OAUTHBEARER", false, err);
    if (code == PT_OK && !pt_config_get(cfg, "security.protocol")) {
        code = set_property(conf, "security.protocol", "SASL_SSL", false, err);
    }
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf, tokens_on_refresh);
    /* Else the callback would come from rd_kafka_poll alone, which not every handle is given. */
    rd_kafka_conf_enable_sasl_queue(conf, 1);
    return code;
}

static pt_code configure(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                         struct pt_error *err)
{
    pt_code code = apply_defaults(conf, opts->kind, err);
    if (code == PT_OK && opts->kind != HANDLE_MOCK) {
        code = set_backoff(conf, opts, err);
    }
    if (code == PT_OK) {
        code = set_embedded(conf, opts, err);
    }
    if (code == PT_OK) {
        code = apply_wishes(conf, opts, err);
    }
    if (code == PT_OK && needs_tokens(opts)) {
        code = set_iam(conf, opts->cfg, err);
    }
    if (code == PT_OK) {
        code = apply_user(conf, opts, err);
    }
    if (code == PT_OK && opts->kind != HANDLE_MOCK) {
        code = check_refused(conf, opts->kind, err);
    }
    if (code == PT_OK && opts->bootstrap) {
        code = set_property(conf, "bootstrap.servers", opts->bootstrap, false, err);
    }
    if (code == PT_OK && opts->group) {
        code = set_property(conf, "group.id", opts->group, false, err);
    }
    if (code == PT_OK && opts->kind == HANDLE_PRODUCER) {
        code = raise_queue_limit(conf, opts, err);
    }
    if (code == PT_OK) {
        code = apply_settings(conf, opts, err);
    }
    return code == PT_OK ? check_servers(conf, opts->kind, err) : code;
}

/* What a broker says to a batch that is sent again is told by debug lines alone. They are switched
 * on here, and kept from being made by the log level until somebody listens. */
static pt_code prepare_debug(rd_kafka_conf_t *conf, struct context *context, struct pt_error *err)
{
    char value[256] = "";
    size_t len = sizeof(value);
    if (rd_kafka_conf_get(conf, "log_level", value, &len) == RD_KAFKA_CONF_OK) {
        context->log_level = (int)strtol(value, NULL, 10);
    }
    len = sizeof(value);
    value[0] = '\0';
    if (!context->hooks.batch ||
        rd_kafka_conf_get(conf, "debug", value, &len) != RD_KAFKA_CONF_OK || value[0]) {
        return PT_OK;
    }
    context->is_debug_ours = true;
    return set_property(conf, "debug", "msg", false, err);
}

void handle_listen(rd_kafka_t *rk, bool is_on)
{
    enum { DEBUG_LEVEL = 7 };
    struct context *context = rd_kafka_opaque(rk);
    if (atomic_exchange(&context->is_listening, is_on) != is_on && context->is_debug_ours) {
        rd_kafka_set_log_level(rk, is_on ? DEBUG_LEVEL : context->log_level);
    }
}

static void set_callbacks(rd_kafka_conf_t *conf, struct context *context)
{
    rd_kafka_conf_set_opaque(conf, context);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    /* Refused by a librdkafka without TLS, which has no certificates either. */
    rd_kafka_conf_res_t res = rd_kafka_conf_set_ssl_cert_verify_cb(conf, on_certificate);
    (void)res;
    if (context->hooks.delivered) {
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivered);
    }
    if (context->hooks.stats) {
        rd_kafka_conf_set_stats_cb(conf, on_stats);
    }
    rd_kafka_conf_interceptor_add_on_new(conf, "pintop", on_new, context);
}

/* ------------------------------------------------------------------ life */

static pt_code refuse_new(const char *why, struct pt_error *err)
{
    if (rd_kafka_last_error() == RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE) {
        return pt_error_set(err, PT_EKAFKA, "Free memory or raise the limit of threads, try again",
                            "Kafka client: %s", why);
    }
    return pt_error_set(err, PT_ECONFIG,
                        "Correct the Kafka properties; `pintop config` says where each is set",
                        "Kafka client: librdkafka refuses the configuration: %s", why);
}

/* After a failure librdkafka (2.0.2, and later ones) has freed the interceptors that the
 * configuration still points to: destroying it would free them twice. It is left, and kept in
 * sight of leak checkers. */
static rd_kafka_conf_t *_Atomic abandoned;

static void destroy_conf(rd_kafka_conf_t *conf, const struct context *context)
{
    if (context && context->was_begun) {
        abandoned = conf;
    } else {
        rd_kafka_conf_destroy(conf);
    }
}

static void free_context(struct context *context)
{
    if (context) {
        pthread_mutex_destroy(&context->lock);
    }
    free(context);
}

pt_code handle_new(const struct handle_opts *opts, rd_kafka_t **rk, struct pt_error *err)
{
    char why[512] = "";
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    struct context *context = calloc(1, sizeof(*context));
    pt_code code = PT_OK;
    *rk = NULL;
    if (!context) {
        code = pt_error_set(err, PT_ENOMEM, NULL, "Kafka client: out of memory");
        goto out;
    }
    context->kind = opts->kind;
    context->hooks = opts->hooks;
    context->is_iam = needs_tokens(opts);
    pthread_mutex_init(&context->lock, NULL);
    set_callbacks(conf, context);
    code = configure(conf, opts, err);
    if (code == PT_OK) {
        code = prepare_debug(conf, context, err);
    }
    if (code != PT_OK) {
        goto out;
    }
    bool is_consumer = opts->kind == HANDLE_CONSUMER || opts->kind == HANDLE_GROUP;
    *rk = rd_kafka_new(is_consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    if (!*rk) {
        code = refuse_new(why, err);
        goto out;
    }
    conf = NULL; /* the handle's now */
    if (context->is_debug_ours) {
        rd_kafka_set_log_level(*rk, context->log_level);
    }
    if (opts->kind == HANDLE_CONSUMER) {
        rd_kafka_poll_set_consumer(*rk);
    }
    if (needs_tokens(opts)) {
        rd_kafka_error_destroy(rd_kafka_sasl_background_callbacks_enable(*rk));
        context->has_tokens = true;
        tokens_add(*rk);
    }
out:
    if (conf) {
        destroy_conf(conf, context);
        free_context(context);
    }
    return code;
}

void handle_free(rd_kafka_t *rk)
{
    if (rk) {
        struct context *context = rd_kafka_opaque(rk);
        if (context->has_tokens) {
            tokens_remove(rk);
        }
        rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
        free_context(context);
    }
}

pt_code handle_check_property(const char *name, const char *value, struct pt_error *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    pt_code code = set_property(conf, name, value, secret_is_name(name), err);
    rd_kafka_conf_destroy(conf);
    return code;
}
