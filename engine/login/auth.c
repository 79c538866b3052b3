#include "login/auth_private.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/msk_token.h"
#include "aws/sts.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "base/text.h"
#include "kafka/tokens.h"
#include "login/aws_setup.h"
#include "pintop/engine.h"

#define PRINCIPAL "kafka-cluster"
#define USER_AGENT "pintop/" PINTOP_VERSION

enum {
    PAUSE_MAX_MS = 60000,
    BACKOFF_MAX_MS = 30000,
    IDENTITY_MS = 5000,        /* for GetCallerIdentity, because it delays the next token */
    IDENTITY_PAUSE_MS = 30000, /* between two that follow a broker's refusal */
    IDENTITY_RETRY_MS = 600000,
    CLOCK_MOVED_MS = 30000
};

/* What the worker was asked for since it last looked. */
struct asked {
    bool is_wanted, is_refresh, was_denied, is_ending;
    bool has_new_files; /* the AWS files have changed since they were read */
};

struct auth {
    pthread_t thread;
    struct auth_hooks hooks;
    struct aws_setup setup;
    int64_t lifetime_s;
    bool is_silent; /* the result is not shown: do not ask for the identity */

    pthread_mutex_t lock;
    pthread_cond_t changed; /* CLOCK_MONOTONIC */
    bool is_wanted, is_refresh_asked, was_denied, is_ending;
    struct http *asking; /* GetCallerIdentity is running: a thread that needs a token ends it */

    /* Used by the worker only. */
    struct aws_keys keys;
    struct pt_auth view;
    bool has_keys;
    unsigned failures;
    int64_t retry_ms;    /* when to try again, Unix; PT_UNKNOWN: the last attempt succeeded */
    int64_t identity_ms; /* when it was last asked for */
    char identity_key[40];
    bool is_identity_owed;    /* it was ended because a token was needed */
    int64_t signed_offset_ms; /* the clock offset with which the token was signed */
    bool has_warned_end;
    bool has_new_keys; /* loaded, and not used for signing yet */
};

/* ------------------------------------------------------------------ telling */

static void tell_clock(struct auth *auth)
{
    const struct aws_client *client = &auth->setup.client;
    auth->view.has_offset = client->has_offset;
    auth->view.offset_ms = client->offset_ms;
    auth->view.offset_at_ms = client->offset_at_ms;
}

static void auth_publish(struct auth *auth)
{
    tell_clock(auth);
    auth->view.n_handles = (int32_t)tokens_count();
    if (auth->hooks.status != NULL)
        auth->hooks.status(auth->hooks.arg, &auth->view);
}

static void auth_tell_event(struct auth *auth, enum pt_severity severity, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void auth_tell_event(struct auth *auth, enum pt_severity severity, const char *fmt, ...)
{
    char text[PT_TEXT_MAX];
    va_list args;
    va_start(args, fmt);
    text_put_args(text, sizeof text, fmt, args);
    va_end(args);
    if (auth->hooks.event != NULL)
        auth->hooks.event(auth->hooks.arg, severity, text);
    else
        log_line(severity, "auth", "%s", text);
}

static void auth_fail(struct auth *auth, const struct pt_error *err)
{
    int64_t now_ms = clock_real_ms();
    int64_t wait_ms = auth->failures < 5 ? INT64_C(1000) << auth->failures : BACKOFF_MAX_MS;
    auth->failures++;
    auth->retry_ms = now_ms + wait_ms;
    if (auth_view_fail(&auth->view, err, now_ms))
        auth_tell_event(auth, PT_ERROR, "%s. %s", err->what, err->fix);
    tokens_fail(err->what);
}

static void auth_succeed(struct auth *auth)
{
    if (auth_view_succeed(&auth->view))
        auth_tell_event(auth, PT_NOTICE, "the IAM token is renewed again");
    auth->failures = 0;
    auth->retry_ms = PT_UNKNOWN;
}

/* ------------------------------------------------------------------ keys and tokens */

static bool is_same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL ? strcmp(a, b) == 0 : a == b;
}

/* A corrected secret makes different credentials with the same ID. */
static bool is_same_key(const struct aws_keys *a, const struct aws_keys *b)
{
    return a->id != NULL && is_same_text(a->id, b->id) && is_same_text(a->secret, b->secret) &&
           is_same_text(a->token, b->token);
}

static pt_code load_keys(struct auth *auth, struct pt_error *err)
{
    struct aws_keys keys;
    char text[sizeof auth->view.refreshes[0].text];
    pt_code code = aws_setup_load(&auth->setup, &keys, err);
    if (code != PT_OK)
        return code;
    bool is_new = !is_same_key(&auth->keys, &keys) || auth->keys.end_s != keys.end_s ||
                  auth->keys.login_end_s != keys.login_end_s;
    aws_keys_done(&auth->keys);
    auth->keys = keys;
    auth->has_keys = true;
    auth->has_new_keys = auth->has_new_keys || is_new;
    auth_describe(&auth->view, &auth->setup, &keys, clock_real_ms());
    if (is_new) {
        auth->has_warned_end = false;
        snprintf(text, sizeof text, "credentials from %.90s", auth->view.source);
        auth_view_note(&auth->view, true, text);
    }
    /* A source that returns the same credentials again is not asked in a loop. */
    int64_t now_ms = clock_real_ms();
    if (auth->view.keys_refresh_ms != PT_UNKNOWN && auth->view.keys_refresh_ms < now_ms + 10000)
        auth->view.keys_refresh_ms = now_ms + 10000;
    return PT_OK;
}

static pt_code auth_sign(struct auth *auth, struct pt_error *err)
{
    const struct aws_client *client = &auth->setup.client;
    const char *region, *source;
    struct msk_token token = {0};
    char why[256], text[120];
    pt_code code = credentials_check_end(&auth->keys, aws_now_s(client), err);
    if (code == PT_OK)
        code = aws_setup_token_region(&auth->setup, &region, &source, err);
    int64_t now_ms = clock_real_ms(), now_s = aws_now_s(client);
    const struct sigv4_credentials keys = aws_keys_view(&auth->keys);
    if (code == PT_OK)
        code = msk_token_make(&keys, region, now_s, auth->lifetime_s, auth->keys.end_s, USER_AGENT,
                              &token, err);
    if (code != PT_OK)
        return code;
    auth->signed_offset_ms = client->has_offset ? client->offset_ms : 0;
    int64_t expires_ms = token.expires_ms - aws_skew_ms(client); /* by this host's clock */
    int64_t life_ms = expires_ms - now_ms;
    size_t n = tokens_give(token.text, expires_ms, PRINCIPAL, why, sizeof why);
    msk_token_done(&token);
    if (why[0] != '\0')
        return pt_error_set(err, PT_EKAFKA, "Check the clock of this host: date -u",
                            "IAM token: %s", why);
    auth->has_new_keys = false;
    auth->view.token_made_ms = now_ms;
    auth->view.token_expires_ms = expires_ms;
    auth->view.token_refresh_ms = now_ms + life_ms * 8 / 10;
    snprintf(text, sizeof text, "token signed for %s, %lld s, given to %zu client%s", region,
             (long long)(token.expires_ms / 1000 - now_s), n, text_s(n));
    auth_view_note(&auth->view, true, text);
    return PT_OK;
}

/* ------------------------------------------------------------------ the AWS identity */

/* Called before the call and, with NULL, after it. */
static void set_asking(struct auth *auth, struct http *http)
{
    pthread_mutex_lock(&auth->lock);
    auth->asking = http;
    if (http != NULL && (auth->is_wanted || auth->is_refresh_asked || auth->is_ending))
        http_cancel(http);
    pthread_mutex_unlock(&auth->lock);
}

/* A call that AWS does not answer must not delay a token, which is signed without AWS. */
static pt_code ask_identity(struct auth *auth, struct sts_identity *who, struct pt_error *err)
{
    struct aws_client *client = &auth->setup.client;
    const struct http_transport own = client->net;
    struct http *http = aws_setup_new_http();
    if (http == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "STS GetCallerIdentity: out of memory");
    set_asking(auth, http);
    client->net = http_transport(http);
    pt_code code = sts_get_caller_identity(client, &auth->keys, IDENTITY_MS, who, err);
    client->net = own;
    set_asking(auth, NULL);
    http_free(http);
    return code;
}

static void auth_identify(struct auth *auth)
{
    struct sts_identity who;
    struct pt_error err;
    struct pt_auth *view = &auth->view;
    auth->identity_ms = clock_real_ms();
    text_copy(auth->identity_key, sizeof auth->identity_key, view->key_id);
    pt_code code = ask_identity(auth, &who, &err);
    auth->is_identity_owed = code == PT_ECANCELLED;
    if (code == PT_OK) {
        text_copy(view->caller_arn, sizeof view->caller_arn, who.arn);
        view->caller_error[0] = '\0';
        view->is_caller_refused = false;
        log_line(PT_INFO, "auth", "the AWS identity is %s", who.arn);
    } else if (code != PT_ECANCELLED) {
        view->caller_arn[0] = '\0';
        text_copy(view->caller_error, sizeof view->caller_error, err.what);
        text_copy(view->caller_request_id, sizeof view->caller_request_id, err.request_id);
        view->is_caller_refused = err.code == PT_EAUTH || err.code == PT_ELOGIN;
        log_line(PT_WARN, "auth", "%s. %s", err.what, err.fix);
    }
}

/* With other credentials, after a broker's refusal, or some time after a failure. */
static bool is_identity_due(const struct auth *auth, const struct asked *asked, int64_t now_ms)
{
    const struct pt_auth *view = &auth->view;
    if (!auth->has_keys || auth->is_silent)
        return false;
    if (asked->is_refresh || auth->is_identity_owed ||
        strcmp(auth->identity_key, view->key_id) != 0)
        return true;
    if (asked->was_denied && now_ms - auth->identity_ms > IDENTITY_PAUSE_MS)
        return true;
    return view->caller_error[0] != '\0' && now_ms - auth->identity_ms > IDENTITY_RETRY_MS;
}

static bool has_clock_moved(const struct auth *auth)
{
    const struct aws_client *client = &auth->setup.client;
    return client->has_offset &&
           llabs(client->offset_ms - auth->signed_offset_ms) >= CLOCK_MOVED_MS;
}

static void warn_of_end(struct auth *auth, int64_t now_ms)
{
    struct pt_auth *view = &auth->view;
    int64_t end_ms = auth_view_end_ms(view);
    if (auth->has_warned_end || end_ms == PT_UNKNOWN || end_ms - now_ms > AUTH_SOON_MS)
        return;
    auth->has_warned_end = true;
    auth_tell_event(auth, PT_WARN, "the %s in %lld min. %s",
                    view->is_fixed ? "AWS credentials expire"
                                   : "login to IAM Identity Center expires",
                    (long long)(end_ms - now_ms) / 60000, view->keys_fix);
}

/* ------------------------------------------------------------------ the thread */

static int64_t auth_earlier(int64_t a_ms, int64_t b_ms)
{
    if (a_ms == PT_UNKNOWN || (b_ms != PT_UNKNOWN && b_ms < a_ms))
        return b_ms;
    return a_ms;
}

/* Returns when there is something to do without a request; Unix ms. */
static int64_t next_due_ms(const struct auth *auth)
{
    const struct pt_auth *view = &auth->view;
    if (auth->retry_ms != PT_UNKNOWN)
        return auth->retry_ms;
    int64_t due_ms = auth_earlier(view->token_refresh_ms, view->keys_refresh_ms);
    int64_t end_ms = auth_view_end_ms(view);
    if (!auth->has_warned_end && end_ms != PT_UNKNOWN)
        due_ms = auth_earlier(due_ms, end_ms - AUTH_SOON_MS);
    if (view->caller_error[0] != '\0')
        due_ms = auth_earlier(due_ms, auth->identity_ms + IDENTITY_RETRY_MS + 1);
    return due_ms;
}

static struct asked wait_for_work(struct auth *auth)
{
    int64_t due_ms = next_due_ms(auth);
    int64_t left_ms = due_ms != PT_UNKNOWN ? due_ms - clock_real_ms() : PAUSE_MAX_MS;
    /* The system clock may be set: never wait for long. */
    left_ms = left_ms > PAUSE_MAX_MS ? PAUSE_MAX_MS : left_ms < 0 ? 0 : left_ms;
    int64_t until_us = clock_mono_us() + left_ms * 1000;
    pthread_mutex_lock(&auth->lock);
    if (!auth->is_wanted && !auth->is_refresh_asked && !auth->was_denied && !auth->is_ending)
        cond_wait_until(&auth->changed, &auth->lock, until_us);
    struct asked asked = {.is_wanted = auth->is_wanted,
                          .is_refresh = auth->is_refresh_asked,
                          .was_denied = auth->was_denied,
                          .is_ending = auth->is_ending};
    auth->is_wanted = auth->is_refresh_asked = auth->was_denied = false;
    pthread_mutex_unlock(&auth->lock);
    asked.has_new_files = aws_client_files_changed(&auth->setup.client);
    return asked;
}

static bool auth_is_due(int64_t due_ms, int64_t now_ms)
{
    return due_ms != PT_UNKNOWN && due_ms <= now_ms;
}

/* The source may have other credentials by now: a file changed there, or a broker refuses the
 * present ones. */
static bool are_doubtful(const struct auth *auth, const struct asked *asked, int64_t now_ms)
{
    return asked->has_new_files ||
           (asked->was_denied && now_ms - auth->view.keys_got_ms > IDENTITY_PAUSE_MS);
}

/* A handle that asks right after a token was given is a new one: it gets a newly signed token
 * too. */
static void auth_renew(struct auth *auth, const struct asked *asked)
{
    struct pt_auth *view = &auth->view;
    struct pt_error err = {0};
    int64_t now_ms = clock_real_ms();
    bool is_retry = auth->retry_ms != PT_UNKNOWN;
    pt_code code = PT_OK;
    /* Handles repeat their requests on their own: that is no reason to shorten the back-off. */
    if (is_retry && !auth_is_due(auth->retry_ms, now_ms) && !asked->is_refresh &&
        !asked->has_new_files)
        return;
    if (!auth->has_keys || is_retry || asked->is_refresh || are_doubtful(auth, asked, now_ms) ||
        auth_is_due(view->keys_refresh_ms, now_ms))
        code = load_keys(auth, &err);
    bool is_token_due = auth->has_new_keys || asked->is_wanted || asked->is_refresh || is_retry ||
                        has_clock_moved(auth) || view->token_refresh_ms == PT_UNKNOWN ||
                        auth_is_due(view->token_refresh_ms, now_ms);
    if (code == PT_OK && is_token_due)
        code = auth_sign(auth, &err);
    if (code == PT_ECANCELLED)
        return;
    if (code != PT_OK)
        auth_fail(auth, &err);
    else
        auth_succeed(auth);
}

static void *auth_run(void *arg)
{
    struct auth *auth = arg;
    pthread_setname_np(pthread_self(), "credentials");
    auth_publish(auth);
    for (;;) {
        struct asked asked = wait_for_work(auth);
        if (asked.is_ending)
            break;
        auth_renew(auth, &asked);
        auth_publish(auth);
        if (is_identity_due(auth, &asked, clock_real_ms())) {
            auth_identify(auth);
            if (has_clock_moved(auth) && auth->has_keys) {
                auth_tell_event(
                    auth, PT_WARN,
                    "the clock of this host is wrong by %+.0f s compared with AWS's: tokens are "
                    "signed with AWS's time",
                    -(double)auth->setup.client.offset_ms / 1000);
                auth_renew(auth, &asked);
            }
            auth_publish(auth);
        }
        warn_of_end(auth, clock_real_ms());
    }
    return NULL;
}

/* ------------------------------------------------------------------ life */

static void auth_poke(struct auth *auth, bool *flag)
{
    pthread_mutex_lock(&auth->lock);
    *flag = true;
    if (auth->asking != NULL && flag != &auth->was_denied)
        http_cancel(auth->asking);
    pthread_cond_signal(&auth->changed);
    pthread_mutex_unlock(&auth->lock);
}

static void on_wanted(void *arg)
{
    struct auth *auth = arg;
    auth_poke(auth, &auth->is_wanted);
}

void auth_refresh(struct auth *auth)
{
    if (auth != NULL)
        auth_poke(auth, &auth->is_refresh_asked);
}

void auth_denied(struct auth *auth)
{
    if (auth != NULL)
        auth_poke(auth, &auth->was_denied);
}

static void auth_begin(struct auth *auth, const struct auth_hooks *hooks)
{
    struct pt_auth *view = &auth->view;
    pthread_mutex_init(&auth->lock, NULL);
    cond_init(&auth->changed);
    if (hooks != NULL)
        auth->hooks = *hooks;
    auth->is_silent = hooks == NULL;
    auth->is_wanted = true;
    auth->retry_ms = PT_UNKNOWN;
    *view = (struct pt_auth){PT_AUTH_NOTHING_KNOWN, .principal = PRINCIPAL};
}

static void auth_end(struct auth *auth)
{
    aws_keys_done(&auth->keys);
    aws_setup_done(&auth->setup);
    pthread_cond_destroy(&auth->changed);
    pthread_mutex_destroy(&auth->lock);
    free(auth);
}

pt_code auth_start(const struct pt_config *cfg, const struct auth_hooks *hooks, struct auth **out,
                   struct pt_error *err)
{
    *out = NULL;
    if (!pt_config_is_iam(cfg) || pt_config_is_embedded(cfg))
        return PT_OK;
    struct auth *auth = calloc(1, sizeof *auth);
    if (auth == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "credentials: out of memory");
    auth_begin(auth, hooks);
    auth->lifetime_s = pt_config_int(cfg, "pintop.aws.token.lifetime.s");
    pt_code code = aws_setup_init(&auth->setup, cfg, err);
    if (code == PT_OK && pthread_create(&auth->thread, NULL, auth_run, auth) != 0)
        code = pt_error_set(err, PT_ENOMEM, "Raise the limit of threads (ulimit -u)",
                            "credentials: no thread can be started");
    if (code != PT_OK) {
        auth_end(auth);
        return code;
    }
    tokens_serve(on_wanted, auth);
    *out = auth;
    return PT_OK;
}

void auth_stop(struct auth *auth)
{
    if (auth == NULL)
        return;
    tokens_serve(NULL, NULL);
    http_cancel(auth->setup.http);
    auth_poke(auth, &auth->is_ending);
    pthread_join(auth->thread, NULL);
    auth_end(auth);
}
