#include "core/auth.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/advice.h"
#include "aws/msk_token.h"
#include "aws/sts.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "base/printable.h"
#include "base/text.h"
#include "core/aws_setup.h"
#include "kafka/tokens.h"
#include "pintop/engine.h"

#define PRINCIPAL "kafka-cluster"
#define USER_AGENT "pintop/" PINTOP_VERSION

enum {
    PAUSE_MAX_MS = 60000,
    BACKOFF_MAX_MS = 30000,
    IDENTITY_MS = 5000,        /* for GetCallerIdentity: it holds up the next token */
    IDENTITY_PAUSE_MS = 30000, /* between two that a broker's refusal asks for */
    IDENTITY_RETRY_MS = 600000,
    CLOCK_MOVED_MS = 30000,
    ANSWER_FRESH_MS = 12000, /* the brokers are asked each second */
    SOON_MS = 15 * 60 * 1000 /* before the end of keys that can't be renewed here */
};

/* What the worker was asked for since it looked last. */
struct asked {
    bool is_wanted, is_refresh, was_denied, is_ending;
    bool has_new_files; /* the AWS files are others than those that were read */
};

struct auth {
    pthread_t thread;
    struct auth_hooks hooks;
    struct aws_setup setup;
    int64_t lifetime_s;
    bool is_silent; /* nobody looks: no identity is asked for */

    pthread_mutex_t lock;
    pthread_cond_t changed; /* CLOCK_MONOTONIC */
    bool is_wanted, is_refresh_asked, was_denied, is_ending;
    struct http *asking; /* GetCallerIdentity is under way: whoever wants a token ends it */

    /* The worker's own. */
    struct aws_keys keys;
    struct pt_auth view;
    bool has_keys;
    unsigned failures;
    int64_t retry_ms;    /* when to try again, Unix; PT_UNKNOWN: it went well */
    int64_t identity_ms; /* when it was asked last */
    char identity_key[40];
    bool is_identity_owed;    /* it was ended for a token's sake */
    int64_t signed_offset_ms; /* the clock that the token was signed by */
    bool has_warned_end;
    bool has_new_keys; /* loaded, and nothing signed with them yet */
};

/* ------------------------------------------------------------------ the state */

/* Only a broker can say that the login is good: a token is signed without asking anybody. */
static enum pt_auth_state judge_by_brokers(const struct pt_auth *auth, int64_t now_ms)
{
    int64_t ok_ms = auth->broker_ok_ms, refused_ms = auth->broker_refused_ms;
    if (refused_ms != PT_UNKNOWN && (ok_ms == PT_UNKNOWN || ok_ms <= refused_ms))
        return PT_AUTH_REFUSED;
    return ok_ms != PT_UNKNOWN && now_ms - ok_ms <= ANSWER_FRESH_MS ? PT_AUTH_OK : PT_AUTH_UNKNOWN;
}

enum pt_auth_state auth_judge(const struct pt_auth *auth, int64_t now_ms)
{
    if (auth->state == PT_AUTH_NOT_NEEDED)
        return PT_AUTH_NOT_NEEDED;
    if (auth->token_expires_ms == PT_UNKNOWN)
        return auth->last_error[0] != '\0' ? PT_AUTH_FAILED : PT_AUTH_UNKNOWN;
    if (auth->token_expires_ms <= now_ms)
        return PT_AUTH_EXPIRED;
    bool is_ending =
        auth->is_fixed && auth->keys_end_ms != PT_UNKNOWN && auth->keys_end_ms - now_ms < SOON_MS;
    enum pt_auth_state by_brokers = judge_by_brokers(auth, now_ms);
    if (by_brokers == PT_AUTH_REFUSED)
        return by_brokers;
    return auth->last_error[0] != '\0' || is_ending ? PT_AUTH_EXPIRING : by_brokers;
}

static int64_t by_our_clock(const struct aws_client *client, int64_t aws_s)
{
    int64_t now_ms = client->world.now_ms(client->world.arg);
    return aws_s == AWS_NO_END ? PT_UNKNOWN : now_ms + (aws_s - aws_now_s(client)) * 1000;
}

void auth_describe(struct pt_auth *auth, const struct aws_setup *setup, const struct aws_keys *keys,
                   int64_t now_ms)
{
    const struct aws_client *client = &setup->client;
    const char *region, *source;
    auth->keys_got_ms = now_ms;
    auth->keys_end_ms = by_our_clock(client, keys->end_s);
    auth->keys_refresh_ms =
        keys->is_fixed ? PT_UNKNOWN
                       : by_our_clock(client, credentials_refresh_at_s(keys, aws_now_s(client)));
    auth->is_end_unknown = keys->is_end_unknown;
    auth->is_fixed = keys->is_fixed;
    auth->login_end_ms =
        by_our_clock(client, keys->login_end_s > 0 ? keys->login_end_s : AWS_NO_END);
    auth->is_login_renewed = keys->is_login_renewed;
    aws_advice(keys, AWS_KEYS_ENDED, auth->keys_fix, sizeof auth->keys_fix);
    printable_str(auth->key_id, sizeof auth->key_id, keys->id);
    printable_str(auth->source, sizeof auth->source, keys->source);
    printable_str(auth->chain, sizeof auth->chain, keys->chain);
    if (aws_setup_token_region(setup, &region, &source, NULL) == PT_OK) {
        printable_str(auth->region, sizeof auth->region, region);
        printable_str(auth->region_source, sizeof auth->region_source, source);
    }
}

static void tell_clock(struct auth *auth)
{
    const struct aws_client *client = &auth->setup.client;
    auth->view.has_offset = client->has_offset;
    auth->view.offset_ms = client->offset_ms;
    auth->view.offset_at_ms = client->offset_at_ms;
}

/* ------------------------------------------------------------------ telling */

static void publish(struct auth *auth)
{
    tell_clock(auth);
    auth->view.n_handles = (int32_t)tokens_count();
    if (auth->hooks.status != NULL)
        auth->hooks.status(auth->hooks.arg, &auth->view);
}

static void tell(struct auth *auth, enum pt_severity severity, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void tell(struct auth *auth, enum pt_severity severity, const char *fmt, ...)
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

static void note(struct auth *auth, bool is_ok, const char *text)
{
    struct pt_auth *view = &auth->view;
    if (view->n_refreshes == PT_REFRESHES_MAX)
        memmove(view->refreshes, view->refreshes + 1,
                --view->n_refreshes * sizeof *view->refreshes);
    struct pt_refresh *refresh = &view->refreshes[view->n_refreshes++];
    refresh->time_ms = clock_real_ms();
    refresh->is_ok = is_ok;
    printable_str(refresh->text, sizeof refresh->text, text);
    log_line(is_ok ? PT_INFO : PT_WARN, "auth", "%s", text);
}

/* "they end in 52 s" and "in 51 s" are one piece of news. */
static bool is_same_but_numbers(const char *a, const char *b)
{
    for (;;) {
        a += strspn(a, "0123456789");
        b += strspn(b, "0123456789");
        if (*a != *b)
            return false;
        if (*a == '\0')
            return true;
        a++;
        b++;
    }
}

static void fail(struct auth *auth, const struct pt_error *err)
{
    struct pt_auth *view = &auth->view;
    int64_t now_ms = clock_real_ms();
    bool is_news = !is_same_but_numbers(view->last_error, err->what);
    int64_t wait_ms = auth->failures < 5 ? INT64_C(1000) << auth->failures : BACKOFF_MAX_MS;
    auth->failures++;
    auth->retry_ms = now_ms + wait_ms;
    if (view->failed_ms == PT_UNKNOWN)
        view->failed_ms = now_ms;
    text_copy(view->last_error, sizeof view->last_error, err->what);
    text_copy(view->last_fix, sizeof view->last_fix, err->fix);
    text_copy(view->last_request_id, sizeof view->last_request_id, err->request_id);
    if (is_news) {
        note(auth, false, err->what);
        tell(auth, PT_ERROR, "%s. %s", err->what, err->fix);
    }
    tokens_fail(err->what);
}

static void succeed(struct auth *auth)
{
    struct pt_auth *view = &auth->view;
    if (view->last_error[0] != '\0')
        tell(auth, PT_NOTICE, "the IAM token is renewed again");
    auth->failures = 0;
    auth->retry_ms = PT_UNKNOWN;
    view->failed_ms = PT_UNKNOWN;
    view->last_error[0] = view->last_fix[0] = view->last_request_id[0] = '\0';
}

/* ------------------------------------------------------------------ keys and tokens */

static bool is_same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL ? strcmp(a, b) == 0 : a == b;
}

/* A secret that was corrected makes other keys of the same id. */
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
        snprintf(text, sizeof text, "keys from %.90s", auth->view.source);
        note(auth, true, text);
    }
    /* What gives the same keys again is not asked in a loop. */
    int64_t now_ms = clock_real_ms();
    if (auth->view.keys_refresh_ms != PT_UNKNOWN && auth->view.keys_refresh_ms < now_ms + 10000)
        auth->view.keys_refresh_ms = now_ms + 10000;
    return PT_OK;
}

static pt_code sign(struct auth *auth, struct pt_error *err)
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
    int64_t life_ms = token.expires_ms - now_s * 1000;
    auth->signed_offset_ms = client->has_offset ? client->offset_ms : 0;
    size_t n = tokens_give(token.text, now_ms + life_ms, PRINCIPAL, why, sizeof why);
    msk_token_done(&token);
    if (why[0] != '\0')
        return pt_error_set(err, PT_EKAFKA, "Check this machine's clock: date -u", "IAM token: %s",
                            why);
    auth->has_new_keys = false;
    auth->view.token_made_ms = now_ms;
    auth->view.token_expires_ms = now_ms + life_ms;
    auth->view.token_refresh_ms = now_ms + life_ms * 8 / 10;
    snprintf(text, sizeof text, "token signed for %s, %lld s, given to %zu client%s", region,
             (long long)life_ms / 1000, n, n == 1 ? "" : "s");
    note(auth, true, text);
    return PT_OK;
}

/* ------------------------------------------------------------------ who we are */

/* Before the call and, with NULL, after it. */
static void set_asking(struct auth *auth, struct http *http)
{
    pthread_mutex_lock(&auth->lock);
    auth->asking = http;
    if (http != NULL && (auth->is_wanted || auth->is_refresh_asked || auth->is_ending))
        http_cancel(http);
    pthread_mutex_unlock(&auth->lock);
}

/* An AWS that is silent must not hold up a token, which needs no answer of it. */
static pt_code ask_identity(struct auth *auth, struct sts_identity *who, struct pt_error *err)
{
    struct aws_client *client = &auth->setup.client;
    const struct http_transport own = client->net;
    struct http *http = aws_setup_new_http();
    if (http == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "STS GetCallerIdentity: no memory");
    set_asking(auth, http);
    client->net = http_transport(http);
    pt_code code = sts_get_caller_identity(client, &auth->keys, IDENTITY_MS, who, err);
    client->net = own;
    set_asking(auth, NULL);
    http_free(http);
    return code;
}

static void identify(struct auth *auth)
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
        log_line(PT_INFO, "auth", "AWS knows us as %s", who.arn);
    } else if (code != PT_ECANCELLED) {
        view->caller_arn[0] = '\0';
        text_copy(view->caller_error, sizeof view->caller_error, err.what);
        text_copy(view->caller_request_id, sizeof view->caller_request_id, err.request_id);
        view->is_caller_refused = err.code == PT_EAUTH || err.code == PT_ELOGIN;
        log_line(PT_WARN, "auth", "%s. %s", err.what, err.fix);
    }
}

/* With other keys, after a broker's refusal, or after a failure some time ago. */
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

/* When something ends that pintop can't renew by itself: fixed keys, a login in a browser. */
static int64_t warned_end_ms(const struct pt_auth *view)
{
    return view->is_fixed           ? view->keys_end_ms
           : view->is_login_renewed ? PT_UNKNOWN
                                    : view->login_end_ms;
}

static void warn_of_end(struct auth *auth, int64_t now_ms)
{
    struct pt_auth *view = &auth->view;
    int64_t end_ms = warned_end_ms(view);
    if (auth->has_warned_end || end_ms == PT_UNKNOWN || end_ms - now_ms > SOON_MS)
        return;
    auth->has_warned_end = true;
    tell(auth, PT_WARN, "the %s in %lld min. %s",
         view->is_fixed ? "AWS keys end" : "login to IAM Identity Center ends",
         (long long)(end_ms - now_ms) / 60000, view->keys_fix);
}

/* ------------------------------------------------------------------ the thread */

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    if (a_ms == PT_UNKNOWN || (b_ms != PT_UNKNOWN && b_ms < a_ms))
        return b_ms;
    return a_ms;
}

/* When there is something to do without being asked; Unix ms. */
static int64_t next_due_ms(const struct auth *auth)
{
    const struct pt_auth *view = &auth->view;
    if (auth->retry_ms != PT_UNKNOWN)
        return auth->retry_ms;
    int64_t due_ms = earlier(view->token_refresh_ms, view->keys_refresh_ms);
    int64_t end_ms = warned_end_ms(view);
    if (!auth->has_warned_end && end_ms != PT_UNKNOWN)
        due_ms = earlier(due_ms, end_ms - SOON_MS);
    if (view->caller_error[0] != '\0')
        due_ms = earlier(due_ms, auth->identity_ms + IDENTITY_RETRY_MS + 1);
    return due_ms;
}

static struct asked wait_for_work(struct auth *auth)
{
    int64_t due_ms = next_due_ms(auth);
    int64_t left_ms = due_ms != PT_UNKNOWN ? due_ms - clock_real_ms() : PAUSE_MAX_MS;
    /* The clock of the wall may be set: never for long. */
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

static bool is_due(int64_t due_ms, int64_t now_ms)
{
    return due_ms != PT_UNKNOWN && due_ms <= now_ms;
}

/* There may be others by now where the keys come from: somebody wrote there, or a broker refuses
 * these. */
static bool are_doubtful(const struct auth *auth, const struct asked *asked, int64_t now_ms)
{
    return asked->has_new_files ||
           (asked->was_denied && now_ms - auth->view.keys_got_ms > IDENTITY_PAUSE_MS);
}

/* A handle that asks right after a token was given is a new one: it gets it too, newly signed. */
static void renew(struct auth *auth, const struct asked *asked)
{
    struct pt_auth *view = &auth->view;
    struct pt_error err = {0};
    int64_t now_ms = clock_real_ms();
    bool is_retry = auth->retry_ms != PT_UNKNOWN;
    pt_code code = PT_OK;
    /* Handles ask again by themselves: that is no reason to shorten the back-off. */
    if (is_retry && !is_due(auth->retry_ms, now_ms) && !asked->is_refresh && !asked->has_new_files)
        return;
    if (!auth->has_keys || is_retry || asked->is_refresh || are_doubtful(auth, asked, now_ms) ||
        is_due(view->keys_refresh_ms, now_ms))
        code = load_keys(auth, &err);
    bool is_token_due = auth->has_new_keys || asked->is_wanted || asked->is_refresh || is_retry ||
                        has_clock_moved(auth) || view->token_refresh_ms == PT_UNKNOWN ||
                        is_due(view->token_refresh_ms, now_ms);
    if (code == PT_OK && is_token_due)
        code = sign(auth, &err);
    if (code == PT_ECANCELLED)
        return;
    if (code != PT_OK)
        fail(auth, &err);
    else
        succeed(auth);
}

static void *run(void *arg)
{
    struct auth *auth = arg;
    pthread_setname_np(pthread_self(), "credentials");
    publish(auth);
    for (;;) {
        struct asked asked = wait_for_work(auth);
        if (asked.is_ending)
            break;
        renew(auth, &asked);
        publish(auth);
        if (is_identity_due(auth, &asked, clock_real_ms())) {
            identify(auth);
            if (has_clock_moved(auth) && auth->has_keys) {
                tell(auth, PT_WARN,
                     "this machine's clock is %+.0f s off AWS's: the token is "
                     "signed by AWS's",
                     -(double)auth->setup.client.offset_ms / 1000);
                renew(auth, &asked);
            }
            publish(auth);
        }
        warn_of_end(auth, clock_real_ms());
    }
    return NULL;
}

/* ------------------------------------------------------------------ life */

static void poke(struct auth *auth, bool *flag)
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
    poke(auth, &auth->is_wanted);
}

void auth_refresh(struct auth *auth)
{
    if (auth != NULL)
        poke(auth, &auth->is_refresh_asked);
}

void auth_denied(struct auth *auth)
{
    if (auth != NULL)
        poke(auth, &auth->was_denied);
}

static void begin(struct auth *auth, const struct auth_hooks *hooks)
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

static void end(struct auth *auth)
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
        return pt_error_set(err, PT_ENOMEM, NULL, "credentials: no memory");
    begin(auth, hooks);
    auth->lifetime_s = pt_config_int(cfg, "pintop.aws.token.lifetime.s");
    pt_code code = aws_setup_init(&auth->setup, cfg, err);
    if (code == PT_OK && pthread_create(&auth->thread, NULL, run, auth) != 0)
        code = pt_error_set(err, PT_ENOMEM, "Raise the limit of threads",
                            "credentials: no thread for them");
    if (code != PT_OK) {
        end(auth);
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
    poke(auth, &auth->is_ending);
    pthread_join(auth->thread, NULL);
    end(auth);
}
