/* The credentials worker against AWS on loopback: keys, tokens, the AWS identity, failures and
 * their end, the clock; and what is made of it all, judged at a moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws_room.h"
#include "base/clock.h"
#include "kafka/tokens.h"
#include "login/auth.h"
#include "scratch.h"

enum { WAIT_S = 20, EVENTS_MAX = 16 };

/* ---- what the worker tells ---- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct pt_auth auth;
    int n_statuses;
    char events[EVENTS_MAX][400]; /* "3 text": the severity before it */
    int n_events;
} told = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void on_status(void *arg, const struct pt_auth *auth)
{
    (void)arg;
    pthread_mutex_lock(&told.lock);
    told.auth = *auth;
    told.n_statuses++;
    pthread_cond_broadcast(&told.changed);
    pthread_mutex_unlock(&told.lock);
}

static void on_event(void *arg, enum pt_severity severity, const char *text)
{
    (void)arg;
    pthread_mutex_lock(&told.lock);
    if (told.n_events < EVENTS_MAX)
        snprintf(told.events[told.n_events++], sizeof told.events[0], "%d %s", (int)severity, text);
    pthread_cond_broadcast(&told.changed);
    pthread_mutex_unlock(&told.lock);
}

typedef bool (*told_fn)(const char *text);

/* Wait until it is so; told.auth is then as it was. */
static struct pt_auth await(told_fn is_so, const char *text, const char *what)
{
    struct timespec until;
    int rc = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&told.lock);
    while (rc == 0 && !is_so(text))
        rc = pthread_cond_timedwait(&told.changed, &told.lock, &until);
    struct pt_auth auth = told.auth;
    pthread_mutex_unlock(&told.lock);
    if (rc != 0)
        fail_msg("in vain: %s %s; error \"%s\"", what, text, auth.last_error);
    return auth;
}

static bool has_caller(const char *text)
{
    return strstr(told.auth.caller_arn, text) != NULL && told.auth.caller_error[0] == '\0';
}

static bool has_caller_error(const char *text)
{
    return strstr(told.auth.caller_error, text) != NULL && told.auth.caller_error[0] != '\0';
}

static bool has_error(const char *text)
{
    return text[0] == '\0' ? told.n_statuses > 1 && told.auth.last_error[0] == '\0'
                           : strstr(told.auth.last_error, text) != NULL;
}

static bool has_event(const char *text)
{
    for (int i = 0; i < told.n_events; i++)
        if (strstr(told.events[i], text) != NULL)
            return true;
    return false;
}

static bool has_key(const char *id)
{
    return strcmp(told.auth.key_id, id) == 0 && told.auth.token_expires_ms != PT_UNKNOWN;
}

static int count_refreshes(const struct pt_auth *auth, const char *text)
{
    int n = 0;
    for (size_t i = 0; i < auth->n_refreshes; i++)
        n += strstr(auth->refreshes[i].text, text) != NULL;
    return n;
}

static int signed_before;

static bool has_signed_again(const char *text)
{
    (void)text;
    return count_refreshes(&told.auth, "token signed") > signed_before;
}

/* ---- its life ---- */

static struct pt_config *cfg;
static struct auth *auth;

static int room_open(void **state)
{
    memset(&told.auth, 0, sizeof told.auth);
    told.auth.token_expires_ms = PT_UNKNOWN;
    told.n_statuses = told.n_events = 0;
    auth = NULL;
    return aws_room_open(state);
}

static int room_close(void **state)
{
    auth_stop(auth);
    pt_config_free(cfg);
    cfg = NULL;
    return aws_room_close(state);
}

static void start(const char *const *settings)
{
    const struct auth_hooks hooks = {.status = on_status, .event = on_event};
    struct pt_error err;
    cfg = aws_room_config(settings);
    if (auth_start(cfg, &hooks, &auth, &err) != PT_OK)
        fail_msg("%s", err.what);
}

static void a_token_is_signed_and_aws_asked_who_we_are(void **state)
{
    (void)state;
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    start(AWS_ROOM_SET("pintop.aws.token.lifetime.s=600"));
    struct pt_auth got = await(has_caller, "user/u", "the AWS identity");
    assert_int_not_equal(got.token_expires_ms, PT_UNKNOWN);
    /* It is signed for the whole second that has begun. */
    assert_in_range(got.token_expires_ms - got.token_made_ms, 599000, 600000);
    assert_in_range(got.token_refresh_ms - got.token_made_ms, 479000, 480000);
    assert_string_equal(got.key_id, "AKIAROOM");
    assert_string_equal(got.region, "eu-west-1");
    assert_int_equal(got.keys_end_ms, PT_UNKNOWN);
    assert_int_equal(got.n_handles, 0);
    assert_int_equal(count_refreshes(&got, "credentials from "), 1);
    assert_int_equal(count_refreshes(&got, "token signed for eu-west-1, 600 s"), 1);
    assert_int_equal(auth_judge(&got, got.token_made_ms), PT_AUTH_UNKNOWN);
}

static void without_iam_there_is_no_worker(void **state)
{
    (void)state;
    struct pt_error err;
    cfg = aws_room_config(AWS_ROOM_SET("security.protocol=PLAINTEXT", "sasl.mechanism="));
    assert_int_equal(auth_start(cfg, NULL, &auth, &err), PT_OK);
    assert_null(auth);
    auth_refresh(NULL);
    auth_denied(NULL);
    auth_stop(NULL);
}

static void a_failure_is_told_once_and_its_end_too(void **state)
{
    (void)state;
    aws_room_files(NULL, NULL);
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    start(AWS_ROOM_SET(NULL));
    struct pt_auth got = await(has_error, "no", "a failure");
    assert_int_not_equal(got.failed_ms, PT_UNKNOWN);
    assert_true(got.last_fix[0] != '\0');
    assert_int_equal(auth_judge(&got, clock_real_ms()), PT_AUTH_FAILED);
    assert_int_equal(local_aws_count(&aws_room, "GetCallerIdentity"), 0);
    aws_room_files(AWS_ROOM_KEYS, NULL);
    auth_refresh(auth);
    got = await(has_event, "renewed again", "the end of the failure");
    got = await(has_error, "", "no error");
    assert_int_equal(got.failed_ms, PT_UNKNOWN);
    assert_int_not_equal(got.token_expires_ms, PT_UNKNOWN);
    pthread_mutex_lock(&told.lock);
    char first_level = told.events[0][0];
    int n_events = told.n_events;
    pthread_mutex_unlock(&told.lock);
    assert_int_equal(first_level, '0' + PT_ERROR);
    assert_int_equal(n_events, 2);
}

static void without_a_region_there_is_no_token(void **state)
{
    (void)state;
    start(AWS_ROOM_SET("bootstrap.servers=127.0.0.1:9"));
    struct pt_auth got = await(has_error, "no AWS region", "a failure");
    assert_string_equal(got.key_id, "AKIAROOM");
    assert_int_equal(got.token_expires_ms, PT_UNKNOWN);
}

static void who_we_are_may_be_refused_while_tokens_are_made(void **state)
{
    (void)state;
    local_aws_say(&aws_room, "GetCallerIdentity", 403,
                  "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no such key"
                  "</Message></Error></ErrorResponse>");
    start(AWS_ROOM_SET(NULL));
    struct pt_auth got = await(has_caller_error, "", "a refusal");
    assert_true(got.is_caller_refused && got.caller_arn[0] == '\0');
    assert_true(got.token_expires_ms != PT_UNKNOWN && got.last_error[0] == '\0');
    /* Asked again it may be otherwise. */
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    auth_refresh(auth);
    got = await(has_caller, "user/u", "the AWS identity");
    assert_false(got.is_caller_refused);
}

static void other_keys_in_the_file_sign_a_new_token(void **state)
{
    (void)state;
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    start(AWS_ROOM_SET(NULL));
    await(has_caller, "user/u", "the AWS identity");
    aws_room_files("[default]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = s\n", NULL);
    auth_denied(auth); /* a broker says no: that wakes it, and it sees the new file */
    struct pt_auth got = await(has_key, "AKIAOTHER", "the new keys");
    assert_int_equal(count_refreshes(&got, "token signed"), 2);
    local_aws_await(&aws_room, "Credential=AKIAOTHER/", 1);
}

static void a_silent_aws_holds_no_token_up(void **state)
{
    (void)state;
    local_aws_say(&aws_room, "GetCallerIdentity", 0, "");
    start(AWS_ROOM_SET(NULL));
    local_aws_await(&aws_room, "GetCallerIdentity", 1);
    aws_room_files("[default]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = s\n", NULL);
    auth_refresh(auth); /* ends the question that has no answer yet */
    struct pt_auth got = await(has_key, "AKIAOTHER", "a token meanwhile");
    assert_string_equal(got.caller_error, "");
    local_aws_await(&aws_room, "GetCallerIdentity", 2);
}

static void a_clock_that_is_off_signs_anew_by_aws_s(void **state)
{
    (void)state;
    local_aws_set_date(&aws_room, time(NULL) + 3600);
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    start(AWS_ROOM_SET(NULL));
    await(has_event, "s compared with AWS's: tokens are signed with AWS's time", "the clock");
    struct pt_auth got = await(has_caller, "user/u", "the AWS identity");
    assert_true(got.has_offset);
    assert_in_range(got.offset_ms, 3590000, 3610000);
    assert_int_equal(count_refreshes(&got, "token signed"), 2);
}

static void the_end_of_fixed_keys_is_told_before(void **state)
{
    (void)state;
    char end[40];
    time_t at = time(NULL) + 630;
    struct tm tm;
    assert_non_null(gmtime_r(&at, &tm));
    strftime(end, sizeof end, "%Y-%m-%dT%H:%M:%SZ", &tm);
    setenv("AWS_ACCESS_KEY_ID", "ASIAENDS", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    setenv("AWS_SESSION_TOKEN", "t", 1);
    setenv("AWS_CREDENTIAL_EXPIRATION", end, 1);
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    start(AWS_ROOM_SET(NULL));
    struct pt_auth got = await(has_event, "expire in 10 min", "the warning");
    assert_true(got.is_fixed);
    assert_int_equal(got.keys_refresh_ms, PT_UNKNOWN);
    assert_in_range(got.keys_end_ms, (int64_t)at * 1000 - 2000, (int64_t)at * 1000 + 2000);
    assert_true(got.token_expires_ms <= got.keys_end_ms);
    assert_int_equal(auth_judge(&got, got.token_made_ms), PT_AUTH_EXPIRING);
    assert_int_equal(auth_judge(&got, got.token_expires_ms), PT_AUTH_EXPIRED);
}

static void a_client_gets_its_token_without_being_polled(void **state)
{
    (void)state;
    char why[512];
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "security.protocol", "sasl_plaintext", NULL, 0);
    rd_kafka_conf_set(conf, "sasl.mechanisms", "OAUTHBEARER", NULL, 0);
    rd_kafka_conf_set(conf, "bootstrap.servers", "127.0.0.1:9", NULL, 0);
    rd_kafka_conf_set(conf, "log_level", "0", NULL, 0);
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf, tokens_on_refresh);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (rk == NULL)
        fail_msg("%s", why);
    tokens_add(rk);
    assert_int_equal(tokens_count(), 1);
    start(AWS_ROOM_SET(NULL));
    struct pt_auth got = await(has_caller, "user/u", "the AWS identity");
    assert_int_equal(got.n_handles, 1);
    assert_true(count_refreshes(&got, "given to 1 client") >= 1);
    /* One that is made later asks for its own. */
    signed_before = count_refreshes(&got, "token signed");
    tokens_remove(rk);
    tokens_add(rk);
    auth_refresh(auth);
    await(has_signed_again, "", "another token");
    /* A token that has ended is refused, and why is told. */
    assert_int_equal(tokens_give("x", 1000, "kafka-cluster", why, sizeof why), 0);
    assert_true(why[0] != '\0');
    tokens_fail("no keys");
    tokens_remove(rk);
    assert_int_equal(tokens_count(), 0);
    rd_kafka_destroy(rk);
}

/* ---- judging ---- */

static void the_state_follows_the_token_and_the_brokers(void **state)
{
    (void)state;
    const int64_t now_ms = 1795403558000;
    struct pt_auth a = {PT_AUTH_NOTHING_KNOWN};
    assert_int_equal(auth_judge(&a, now_ms), PT_AUTH_UNKNOWN);
    snprintf(a.last_error, sizeof a.last_error, "no keys");
    assert_int_equal(auth_judge(&a, now_ms), PT_AUTH_FAILED);
    a.token_expires_ms = now_ms + 1000;
    assert_int_equal(auth_judge(&a, now_ms), PT_AUTH_EXPIRING);
    a.last_error[0] = '\0';
    assert_int_equal(auth_judge(&a, now_ms), PT_AUTH_UNKNOWN);
    a.broker_ok_ms = now_ms - 12000;
    assert_int_equal(auth_judge(&a, now_ms), PT_AUTH_OK);
    assert_int_equal(auth_judge(&a, now_ms + 1), PT_AUTH_UNKNOWN); /* that was some time ago */
    a.broker_refused_ms = a.broker_ok_ms;
    assert_int_equal(auth_judge(&a, now_ms), PT_AUTH_REFUSED);
    a.broker_ok_ms++;
    assert_int_equal(auth_judge(&a, now_ms), PT_AUTH_OK);
    a.is_fixed = true;
    a.keys_end_ms = now_ms + 15 * 60 * 1000;
    assert_int_equal(auth_judge(&a, now_ms), PT_AUTH_OK);
    a.keys_end_ms--;
    assert_int_equal(auth_judge(&a, now_ms), PT_AUTH_EXPIRING);
    assert_int_equal(auth_judge(&a, now_ms + 1000), PT_AUTH_EXPIRED);
    a.state = PT_AUTH_NOT_NEEDED;
    assert_int_equal(auth_judge(&a, now_ms), PT_AUTH_NOT_NEEDED);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, room_open, room_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_token_is_signed_and_aws_asked_who_we_are),
        IN_ROOM(without_iam_there_is_no_worker),
        IN_ROOM(a_failure_is_told_once_and_its_end_too),
        IN_ROOM(without_a_region_there_is_no_token),
        IN_ROOM(who_we_are_may_be_refused_while_tokens_are_made),
        IN_ROOM(other_keys_in_the_file_sign_a_new_token),
        IN_ROOM(a_silent_aws_holds_no_token_up),
        IN_ROOM(a_clock_that_is_off_signs_anew_by_aws_s),
        IN_ROOM(the_end_of_fixed_keys_is_told_before),
        IN_ROOM(a_client_gets_its_token_without_being_polled),
        cmocka_unit_test(the_state_follows_the_token_and_the_brokers),
    };
    return cmocka_run_group_tests_name("auth worker", tests, NULL, NULL);
}
