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

#include "base/clock.h"
#include "core/engine_state.h"
#include "page/auth_words.h"
#include "ui/ui.h"

#define DENIED "b-1:9098: the broker refuses the IAM login: Access denied"
#define BUSY "b-1:9098: the broker takes no more IAM connections a second for now"

static struct pt_engine *eng;

static int start(void **state)
{
    struct pt_config *cfg;
    struct pt_error err;
    const char *settings[] = {"bootstrap.servers=127.0.0.1:1", "security.protocol=SASL_PLAINTEXT",
                              "sasl.mechanism=AWS_MSK_IAM", "pintop.aws.region=us-east-1"};
    const struct pt_config_args args = {.settings = settings, .n_settings = 4};
    (void)state;
    eng = calloc(1, sizeof *eng);
    assert_non_null(eng);
    assert_int_equal(pt_config_load(&args, &cfg, &err), PT_OK);
    atomic_init(&eng->cfg, cfg);
    model_auth_init(eng);
    return 0;
}

static int end(void **state)
{
    (void)state;
    pt_config_free((struct pt_config *)(uintptr_t)atomic_load(&eng->cfg));
    free(eng);
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
    model_auth(eng, &auth);
}

static void is_said(enum pt_auth_state state, const char *headline, const char *line)
{
    char text[700];
    eng->model.auth_dirty = true;
    const struct pt_auth_section *section = model_auth_section(eng);
    struct pt_snapshot snap = *ui_unknown_snapshot();
    snap.auth = section;
    snap.time_ms = clock_real_ms();
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
    int64_t now_ms = clock_real_ms();
    (void)state;
    is_said(PT_AUTH_UNKNOWN, "UNKNOWN: looking for credentials", "token unknown");
    model_auth_taken(eng, now_ms); /* before there was a token: it speaks for none */
    sign("AKIAONE", now_ms);
    is_said(PT_AUTH_UNKNOWN, "UNKNOWN: there is a token, and no broker has answered with it yet",
            "token unknown: no broker has answered with it yet");
    model_auth_refused(eng, "b-1:9098: Connection refused"); /* nothing of the login */
    is_said(PT_AUTH_UNKNOWN, "UNKNOWN", "token unknown");
    model_auth_refused(eng, DENIED);
    is_said(PT_AUTH_REFUSED, "REFUSED: there is a token, and the brokers don't take it",
            "! token refused: " DENIED);
    model_auth_taken(eng, clock_real_ms() + 1);
    is_said(PT_AUTH_OK, "OK: the token is good for 1", "token ok 1");
    model_auth_refused(eng, BUSY); /* no word against the keys */
    is_said(PT_AUTH_OK, "OK: the token is good for 1", "token ok 1");
    sign("AKIATWO", now_ms); /* what was said of other keys says nothing of these */
    is_said(PT_AUTH_UNKNOWN, "UNKNOWN", "token unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_brokers_decide_about_the_login, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
