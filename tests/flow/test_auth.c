/* The credentials worker on its own: tokens for handles that nobody polls, credentials that
 * change, failures that keep the old token, a stop at any time. AWS is a port that refuses
 * connections. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kafka/handle.h"
#include "kafka/tokens.h"
#include "login/auth.h"
#include "scratch.h"

/* The worker's last report and event. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct pt_auth auth;
    int n, n_events;
    char event[PT_TEXT_MAX];
} seen = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void on_status(void *arg, const struct pt_auth *auth)
{
    (void)arg;
    pthread_mutex_lock(&seen.lock);
    seen.auth = *auth;
    seen.n++;
    pthread_cond_broadcast(&seen.changed);
    pthread_mutex_unlock(&seen.lock);
}

static void on_event(void *arg, enum pt_severity severity, const char *text)
{
    (void)arg, (void)severity;
    pthread_mutex_lock(&seen.lock);
    snprintf(seen.event, sizeof seen.event, "%s", text);
    seen.n_events++;
    pthread_cond_broadcast(&seen.changed);
    pthread_mutex_unlock(&seen.lock);
}

static const struct auth_hooks hooks = {NULL, on_status, on_event};

/* Wait until the predicate is true, for at most 20 s. out: the status for which it is true. */
static void await(bool (*holds)(const struct pt_auth *auth), struct pt_auth *out, const char *what)
{
    struct timespec until;
    bool is_ok = true;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    pthread_mutex_lock(&seen.lock);
    while (is_ok && !holds(&seen.auth))
        is_ok = pthread_cond_timedwait(&seen.changed, &seen.lock, &until) == 0;
    *out = seen.auth;
    pthread_mutex_unlock(&seen.lock);
    if (!is_ok)
        fail_msg("%s: not within 20 s; error \"%s\"", what, out->last_error);
}

static bool has_token(const struct pt_auth *auth)
{
    return auth->token_expires_ms != PT_UNKNOWN && auth->last_error[0] == '\0';
}

static bool has_failed(const struct pt_auth *auth)
{
    return auth->last_error[0] != '\0';
}

static bool has_new_key(const struct pt_auth *auth)
{
    return has_token(auth) && strcmp(auth->key_id, "AKNEW") == 0;
}

static bool is_identity_told(const struct pt_auth *auth)
{
    return auth->caller_error[0] != '\0';
}

static int setup(void **state)
{
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1", 1);
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_PROFILE");
    int rc = scratch_make(state);
    setenv("AWS_SHARED_CREDENTIALS_FILE", scratch_path("credentials"), 1);
    return rc;
}

static int forget(void **state)
{
    (void)state;
    remove(scratch_path("credentials"));
    pthread_mutex_lock(&seen.lock);
    memset(&seen.auth, 0, sizeof seen.auth);
    seen.auth.token_expires_ms = PT_UNKNOWN;
    seen.n = seen.n_events = 0;
    pthread_mutex_unlock(&seen.lock);
    return 0;
}

static struct pt_config *load(const char *mechanism)
{
    char set[64];
    snprintf(set, sizeof set, "sasl.mechanism=%s", mechanism);
    const char *const settings[] = {"bootstrap.servers=127.0.0.1:1",
                                    "security.protocol=SASL_PLAINTEXT", set,
                                    "pintop.aws.region=us-east-1"};
    const struct pt_config_args args = {.settings = settings, .n_settings = 4};
    struct pt_config *cfg;
    assert_int_equal(pt_config_load(&args, &cfg, NULL), PT_OK);
    return cfg;
}

static void put_keys(const char *id)
{
    char text[128];
    snprintf(text, sizeof text, "[default]\naws_access_key_id=%s\naws_secret_access_key=S\n", id);
    scratch_put("credentials", text);
}

static void no_worker_without_iam(void **state)
{
    struct pt_config *cfg = load("PLAIN");
    struct auth *auth;
    (void)state;
    assert_int_equal(auth_start(cfg, &hooks, &auth, NULL), PT_OK);
    assert_null(auth);
    auth_stop(auth);
    auth_refresh(auth);
    pt_config_free(cfg);
}

static void a_handle_is_given_its_token(void **state)
{
    struct pt_config *cfg = load("AWS_MSK_IAM");
    const struct handle_opts opts = {.kind = HANDLE_MONITOR, .cfg = cfg};
    struct auth *auth;
    struct pt_auth now;
    rd_kafka_t *rk[4];
    (void)state;
    put_keys("AKOLD");
    assert_int_equal(auth_start(cfg, &hooks, &auth, NULL), PT_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(handle_new(&opts, &rk[i], NULL), PT_OK);
    await(has_token, &now, "a token");
    assert_string_equal(now.key_id, "AKOLD");
    assert_string_equal(now.region, "us-east-1");
    int64_t life_ms = now.token_expires_ms - now.token_made_ms;
    assert_in_range(life_ms, 899000, 900000);
    assert_in_range(now.token_refresh_ms - now.token_made_ms, 719000, 720000);
    /* STS refuses the connection: this is reported and delays nothing. */
    await(is_identity_told, &now, "the caller's identity");
    assert_false(now.is_caller_refused);
    /* The file is rewritten and no refresh is requested: the next token is signed with the new
     * credentials. */
    put_keys("AKNEW");
    assert_int_equal(handle_new(&opts, &rk[3], NULL), PT_OK);
    await(has_new_key, &now, "a token of the new credentials");
    for (int i = 0; i < 4; i++)
        handle_free(rk[i]);
    auth_stop(auth);
    assert_int_equal(tokens_count(), 0);
    pt_config_free(cfg);
}

static void a_failure_keeps_the_token_and_ends_by_itself(void **state)
{
    struct pt_config *cfg = load("AWS_MSK_IAM");
    struct auth *auth;
    struct pt_auth before, now;
    (void)state;
    put_keys("AKOLD");
    assert_int_equal(auth_start(cfg, &hooks, &auth, NULL), PT_OK);
    await(has_token, &before, "a token");
    remove(scratch_path("credentials"));
    auth_refresh(auth);
    await(has_failed, &now, "a failure");
    assert_non_null(strstr(now.last_error, "none in the environment"));
    assert_non_null(strstr(now.last_fix, "aws configure"));
    assert_int_equal(now.token_expires_ms, before.token_expires_ms);
    assert_int_equal(auth_judge(&now, clock_real_ms()), PT_AUTH_EXPIRING);
    put_keys("AKNEW"); /* the worker retries without a refresh */
    await(has_new_key, &now, "the new credentials");
    assert_int_equal(now.failed_ms, PT_UNKNOWN);
    auth_stop(auth);
    pt_config_free(cfg);
}

static bool is_given_to_one(const struct pt_auth *auth)
{
    return auth->n_refreshes > 0 &&
           strstr(auth->refreshes[auth->n_refreshes - 1].text, "given to 1 client") != NULL;
}

/* STS accepts the request for the identity and never answers: a new handle gets its token before
 * that request times out. */
static void a_silent_sts_holds_up_no_token(void **state)
{
    struct pt_config *cfg = load("AWS_MSK_IAM");
    const struct handle_opts opts = {.kind = HANDLE_MONITOR, .cfg = cfg};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    struct auth *auth;
    struct pt_auth now;
    rd_kafka_t *rk;
    char url[64];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    setenv("AWS_ENDPOINT_URL", url, 1);
    put_keys("AKOLD");
    assert_int_equal(auth_start(cfg, &hooks, &auth, NULL), PT_OK);
    int asked = accept(fd, NULL, NULL);
    assert_true(asked >= 0);
    assert_int_equal(handle_new(&opts, &rk, NULL), PT_OK);
    await(is_given_to_one, &now, "a token for the new handle");
    assert_string_equal(now.caller_error, "");
    /* The request was cancelled for the token. It is sent again and times out after its own
     * limit. */
    await(is_identity_told, &now, "the timeout of STS");
    assert_non_null(strstr(now.caller_error, "no answer in time"));
    handle_free(rk);
    auth_stop(auth);
    close(asked);
    close(fd);
    setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1", 1);
    pt_config_free(cfg);
}

static void it_ends_while_a_process_hangs(void **state)
{
    struct pt_config *cfg = load("AWS_MSK_IAM");
    struct auth *auth;
    char text[256];
    (void)state;
    snprintf(text, sizeof text, "[default]\ncredential_process = sleep 1000\n");
    scratch_put("config", text);
    setenv("AWS_CONFIG_FILE", scratch_path("config"), 1);
    assert_int_equal(auth_start(cfg, &hooks, &auth, NULL), PT_OK);
    int64_t start_us = clock_mono_us();
    auth_stop(auth);
    assert_true(clock_mono_us() - start_us < INT64_C(30000000)); /* the process may take 60 s */
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    pt_config_free(cfg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_worker_without_iam, forget),
        cmocka_unit_test_setup(a_handle_is_given_its_token, forget),
        cmocka_unit_test_setup(a_failure_keeps_the_token_and_ends_by_itself, forget),
        cmocka_unit_test_setup(a_silent_sts_holds_up_no_token, forget),
        cmocka_unit_test_setup(it_ends_while_a_process_hangs, forget),
    };
    return cmocka_run_group_tests(tests, setup, scratch_remove);
}
