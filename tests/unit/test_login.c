/* One truth about the login at every place: what the model makes of the token and of the brokers'
 * words is what the Auth page, the Overview's line and the JSON say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/section.h"
#include "kafka/watch_report.h"
#include "page/auth_words.h"
#include "parts/auth.h"
#include "test_desk.h"
#include "ui/unknown.h"

#define DENIED "b-1:9098: the broker denies the IAM login (Access denied)"
#define BUSY "b-1:9098: the broker limits new IAM connections per second, and the limit is reached"

static struct test_desk desk;
static struct auth_part login;

static int n_denied;

static void on_denied(void *arg)
{
    (void)arg;
    n_denied++;
}

static bool is_held;

static void on_hold(void *arg, bool is_so)
{
    (void)arg;
    is_held = is_so;
}

static int start(void **state)
{
    static const char *const settings[] = {
        "bootstrap.servers=127.0.0.1:1", "security.protocol=SASL_PLAINTEXT",
        "sasl.mechanism=AWS_MSK_IAM", "pintop.aws.region=us-east-1", NULL};
    const struct auth_hooks_out hooks = {NULL, on_denied, on_hold};
    (void)state;
    n_denied = 0;
    is_held = false;
    test_desk_init(&desk, settings);
    auth_part_init(&login, &desk.desk, &hooks);
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_desk_done(&desk);
    return 0;
}

/* The worker signed a token: that asks nobody. */
static void sign(const char *key_id, int64_t now_ms)
{
    struct pt_auth auth = {PT_AUTH_NOTHING_KNOWN};
    snprintf(auth.key_id, sizeof auth.key_id, "%s", key_id);
    auth.keys_got_ms = auth.token_made_ms = now_ms;
    auth.token_refresh_ms = now_ms + 720000;
    auth.token_expires_ms = now_ms + 900000;
    auth_part_said(&login, &auth);
}

static void is_said(enum pt_auth_state state, const char *headline, const char *line)
{
    char text[700];
    login.is_dirty = true;
    const struct pt_auth_section *section = auth_part_section(&login);
    struct pt_snapshot snap = *ui_unknown_snapshot();
    snap.auth = section;
    snap.time_ms = test_desk_ms();
    assert_int_equal(section->auth.state, state);
    auth_headline(&section->auth, snap.time_ms, text, sizeof text);
    if (strncmp(text, headline, strlen(headline)) != 0)
        fail_msg("the page says \"%s\", not \"%s\"", text, headline);
    auth_line(&section->auth, snap.time_ms, text, sizeof text);
    if (strstr(text, line) == NULL)
        fail_msg("the line says \"%s\", not \"%s\"", text, line);
    char *json = pt_snapshot_json(&snap);
    cJSON *root = cJSON_Parse(json);
    const cJSON *token = cJSON_GetObjectItem(root, "token");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(token, "state")),
                        pt_auth_state_word(state));
    cJSON_Delete(root);
    free(json);
    section_release(section);
}

static void the_brokers_decide_about_the_login(void **state)
{
    int64_t now_ms = test_desk_ms();
    (void)state;
    is_said(PT_AUTH_UNKNOWN, "UNKNOWN: looking for credentials", "token unknown");
    auth_part_taken(&login, now_ms); /* before there was a token: it speaks for none */
    sign("AKIAONE", now_ms);
    is_said(PT_AUTH_UNKNOWN, "UNKNOWN: there is a token, and no broker has accepted it yet",
            "token unknown: no broker has answered with it yet");
    auth_part_refused(&login, "b-1:9098: Connection refused"); /* nothing of the login */
    is_said(PT_AUTH_UNKNOWN, "UNKNOWN", "token unknown");
    auth_part_refused(&login, DENIED);
    is_said(PT_AUTH_REFUSED, "REFUSED: the brokers refuse the token", "! token refused: " DENIED);
    auth_part_taken(&login, test_desk_ms() + 1);
    is_said(PT_AUTH_OK, "OK: the token is valid for 1", "token ok 1");
    auth_part_refused(&login, BUSY); /* no word against the keys */
    is_said(PT_AUTH_OK, "OK: the token is valid for 1", "token ok 1");
    sign("AKIATWO", now_ms); /* what was said of other keys says nothing of these */
    is_said(PT_AUTH_UNKNOWN, "UNKNOWN", "token unknown");
}

/* A token that runs out holds the streams, and a new one lets them go on; each is told once. */
static void without_a_token_the_streams_are_held(void **state)
{
    (void)state;
    sign("AKIAONE", test_desk_ms());
    assert_false(is_held);
    test_desk_wait_ms(900001);
    auth_part.tick(&login, 0);
    assert_true(is_held);
    assert_string_equal(test_desk_event(&desk), "the IAM token has run out: streams are held");
    auth_part.tick(&login, 0);
    assert_int_equal(test_desk_events(&desk), 1);
    sign("AKIAONE", test_desk_ms());
    assert_false(is_held);
    assert_string_equal(test_desk_event(&desk), "there is an IAM token again: streams go on");
    assert_int_equal(test_desk_events(&desk), 2);
}

static void a_refusal_asks_who_we_are(void **state)
{
    struct fact *fact = fact_new(FACT_KAFKA_ERROR);
    (void)state;
    sign("AKIAONE", test_desk_ms());
    snprintf(fact->text, sizeof fact->text, "%s", DENIED);
    assert_true(test_desk_take(&auth_part, &login, fact));
    assert_int_equal(n_denied, 1);
    assert_int_equal(login.auth.state, PT_AUTH_REFUSED);
    assert_non_null(strstr(login.auth.broker_meaning, "kafka-cluster:Connect"));
}

static struct fact *look_failed(const char *what)
{
    struct watch_report *report = calloc(1, sizeof *report);
    pt_error_set(&report->error, PT_EAUTH, "", "ask the cluster for its topics: %s", what);
    return fact_with(FACT_REPORT, report, free);
}

static void a_look_that_is_refused_counts_as_well(void **state)
{
    (void)state;
    sign("AKIAONE", test_desk_ms());
    assert_true(test_desk_take(&auth_part, &login, look_failed("b-1:9098: connect timed out")));
    assert_int_equal(n_denied, 0);
    assert_true(test_desk_take(&auth_part, &login, look_failed(DENIED)));
    assert_int_equal(n_denied, 1);
    assert_int_equal(login.auth.state, PT_AUTH_REFUSED);
    assert_string_equal(login.auth.broker_said, strstr(DENIED, "the broker"));
    assert_non_null(strstr(login.auth.broker_meaning, "kafka-cluster:Connect"));
    auth_part_refused(&login, DENIED);
    assert_true(test_desk_take(&auth_part, &login, look_failed(DENIED)));
    assert_string_equal(login.auth.broker_said, DENIED); /* the broker's address is not lost */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_brokers_decide_about_the_login, start, end),
        cmocka_unit_test_setup_teardown(without_a_token_the_streams_are_held, start, end),
        cmocka_unit_test_setup_teardown(a_refusal_asks_who_we_are, start, end),
        cmocka_unit_test_setup_teardown(a_look_that_is_refused_counts_as_well, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
