/* Owns a librdkafka handle's life and its callbacks. What it is configured with is in
 * handle_conf.c; what it is used for is its caller's business. */
#include "kafka/handle_private.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "kafka/connection.h"
#include "kafka/tokens.h"

/* ------------------------------------------------------------------ callbacks */

/* The opaque pointer of the handle. */
struct context {
    enum handle_kind kind;
    struct handle_hooks hooks;
    bool was_begun;  /* rd_kafka_new got as far as on_new */
    bool is_iam;     /* the login is MSK's */
    bool has_tokens; /* it is registered in tokens.c */
    pthread_mutex_t lock;
    int log_level;            /* the user's */
    bool is_debug_ours;       /* debug lines exist only for hooks.batch */
    atomic_bool is_listening; /* hooks.batch is wanted */
    int x509_error;           /* why the last refused broker certificate was refused; 0 none */
    char detail[160];         /* of that certificate */
};

static enum pt_severity severity_of(int level)
{
    static const enum pt_severity by_level[] = {PT_ERROR, PT_ERROR,  PT_ERROR, PT_ERROR,
                                                PT_WARN,  PT_NOTICE, PT_INFO,  PT_DEBUG};
    return level >= 0 && level < 8 ? by_level[level] : PT_DEBUG;
}

/* The user's properties go to every kind of handle; that a kind does not use some of them is not
 * worth a warning. An old broker, as the embedded ones are, may create a topic that is asked about;
 * pintop asks only about topics that the broker has listed, and librdkafka would warn every 10 s.
 */
static bool is_noise(const char *fac, const char *text)
{
    if (strcmp(fac, "AUTOCREATE") == 0) {
        return true;
    }
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

/* Connection failures, for which librdkafka writes log lines of its own. */
static bool is_logged(int code)
{
    return code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__RESOLVE ||
           code == RD_KAFKA_RESP_ERR__SSL || code == RD_KAFKA_RESP_ERR__AUTHENTICATION;
}

/* librdkafka reports every refused certificate as "cannot be verified"; the reason is only
 * available here. The verdict does not change. Thread: a broker's. */
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

static void handle_explain(struct context *context, const char *reason, char *out, size_t cap)
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

static void handle_on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct context *context = opaque;
    const struct handle_hooks *hooks = &context->hooks;
    char text[512];
    if (!is_logged(code)) {
        log_line(PT_ERROR, "kafka", "%s: %s", rd_kafka_err2name((rd_kafka_resp_err_t)code), reason);
    }
    if (hooks->error) {
        /* "All brokers are down" is significant only for brokers that never answered: one that
         * has answered has none of these faults. */
        if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && has_answered(rk)) {
            hooks->error(hooks->arg, (rd_kafka_resp_err_t)code, reason);
            return;
        }
        handle_explain(context, reason, text, sizeof text);
        hooks->error(hooks->arg, (rd_kafka_resp_err_t)code, text);
    }
}

static void handle_on_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    const struct handle_hooks *hooks = &((const struct context *)opaque)->hooks;
    (void)rk;
    hooks->delivered(hooks->arg, message);
}

static int handle_on_stats(rd_kafka_t *rk, char *json, size_t len, void *opaque)
{
    const struct handle_hooks *hooks = &((const struct context *)opaque)->hooks;
    (void)rk;
    hooks->stats(hooks->arg, json, len);
    return 0; /* librdkafka frees json */
}

/* librdkafka gives the threads of all handles the same names, "rdk:main" and "rdk:broker1": the
 * kind of handle is put in front. */
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
 * and spins through the rest of the last one: 0.09 % of a core per handle. A wait that may end 2
 * ms late skips the spinning, and it makes the wakeups of the other threads coincide. */
static void allow_late_wakeups(void)
{
    enum { SLACK_NS = 2000000 };
    prctl(PR_SET_TIMERSLACK, SLACK_NS, 0, 0, 0);
}

/* librdkafka blocks all signals in most of its threads, so a crash there would end the process
 * without our handler. The mock's thread blocks none, so our signals might be delivered to it. */
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

/* Only debug lines contain the broker's answer to a batch that is resent. They are switched on
 * here, and the log level suppresses them until handle_listen is on. */
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
    return handle_set_property(conf, "debug", "msg", false, err);
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
    rd_kafka_conf_set_error_cb(conf, handle_on_error);
    /* A librdkafka without TLS refuses this; it has no certificates either. */
    rd_kafka_conf_res_t res = rd_kafka_conf_set_ssl_cert_verify_cb(conf, on_certificate);
    (void)res;
    if (context->hooks.delivered) {
        rd_kafka_conf_set_dr_msg_cb(conf, handle_on_delivered);
    }
    if (context->hooks.stats) {
        rd_kafka_conf_set_stats_cb(conf, handle_on_stats);
    }
    rd_kafka_conf_interceptor_add_on_new(conf, "pintop", on_new, context);
}

/* ------------------------------------------------------------------ life */

static pt_code refuse_new(const char *why, struct pt_error *err)
{
    if (rd_kafka_last_error() == RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE) {
        return pt_error_set(err, PT_EKAFKA,
                            "Free memory or raise the limit of threads (ulimit -u), then try again",
                            "Kafka client: %s", why);
    }
    return pt_error_set(err, PT_ECONFIG,
                        "Correct the Kafka properties; `pintop config` shows where each is set",
                        "Kafka client: librdkafka rejects the configuration: %s", why);
}

/* After a failure librdkafka (2.0.2 and later) has freed the interceptors that the configuration
 * still points to: destroying it would free them twice. It is leaked on purpose, and stays
 * reachable so that leak checkers accept it. */
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
    context->is_iam = handle_needs_tokens(opts);
    pthread_mutex_init(&context->lock, NULL);
    set_callbacks(conf, context);
    code = handle_configure(conf, opts, err);
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
    conf = NULL; /* now owned by the handle */
    if (context->is_debug_ours) {
        rd_kafka_set_log_level(*rk, context->log_level);
    }
    if (opts->kind == HANDLE_CONSUMER) {
        rd_kafka_poll_set_consumer(*rk);
    }
    if (handle_needs_tokens(opts)) {
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
