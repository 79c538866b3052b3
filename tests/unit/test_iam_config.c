/* A Java client.properties for MSK IAM: both forms, each option of its login configuration; and
 * the state of the login as its times pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/iam.h"
#include "login/auth.h"
#include "login/aws_setup.h"
#include "pintop/config.h"
#include "scratch.h"

#define FORM_1                                                                                     \
    "security.protocol=SASL_SSL\nsasl.mechanism=AWS_MSK_IAM\nsasl.jaas.config = "                  \
    "software.amazon.msk.auth.iam.IAMLoginModule required "
#define FORM_2                                                                                     \
    "security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\nsasl.jaas.config = "                  \
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required "
#define HANDLER_1                                                                                  \
    "sasl.client.callback.handler.class=software.amazon.msk.auth.iam.IAMClientCallbackHandler\n"
#define HANDLER_2                                                                                  \
    "sasl.login.callback.handler.class="                                                           \
    "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler\n"
#define SERVERS "bootstrap.servers=b-1.x.abc123.c7.kafka.eu-west-1.amazonaws.com:9098\n"

static pt_code load(const char *text, struct pt_config **cfg, struct pt_error *err)
{
    char path[128];
    scratch_put("client.properties", text);
    snprintf(path, sizeof path, "%s", scratch_path("client.properties"));
    const char *const files[] = {path};
    const struct pt_config_args args = {.files = files, .n_files = 1};
    return pt_config_load(&args, cfg, err);
}

static void both_java_forms_ask_for_iam(void **state)
{
    static const char *const forms[] = {SERVERS FORM_1 ";\n" HANDLER_1,
                                        SERVERS FORM_2 ";\n" HANDLER_2};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pt_config *cfg;
        assert_int_equal(load(forms[i], &cfg, NULL), PT_OK);
        assert_true(pt_config_is_iam(cfg));
        assert_int_equal(pt_config_warnings(cfg), 0);
        pt_config_free(cfg);
    }
}

static void other_bearer_tokens_are_not_ours(void **state)
{
    struct pt_config *cfg;
    (void)state;
    assert_int_equal(load(SERVERS "security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\n"
                                  "enable.sasl.oauthbearer.unsecure.jwt=true\n",
                          &cfg, NULL),
                     PT_OK);
    assert_false(pt_config_is_iam(cfg));
    pt_config_free(cfg);
}

static void every_option_is_used_or_named(void **state)
{
    struct pt_config *cfg;
    struct aws_setup setup;
    (void)state;
    assert_int_equal(load(SERVERS FORM_1
                          "awsRoleArn=\"arn:aws:iam::1:role/x\" awsRoleSessionName=me "
                          "awsRoleExternalId=\"a \\\\\"b\" awsStsRegion=\"eu-west-2\" "
                          "awsDebugCreds=true awsShouldUseFips=true "
                          "awsAddDefaultProviders=false awsMaxRetries=\"5\" "
                          "awsMaxBackOffTimeMs=\"9\" awsMskRegionProvider=x.Y newOption=\"1\";\n",
                          &cfg, NULL),
                     PT_OK);
    assert_int_equal(pt_config_warnings(cfg), 1);
    const char *warning = pt_config_warning(cfg, 0);
    assert_non_null(strstr(warning, "awsMaxRetries (pintop retries"));
    assert_non_null(strstr(warning, "awsMskRegionProvider (a Java class"));
    assert_non_null(strstr(warning, "newOption (unknown)"));
    assert_null(strstr(warning, "awsRoleArn"));
    assert_int_equal(aws_setup_init(&setup, cfg, NULL), PT_OK);
    assert_string_equal(setup.role.arn, "arn:aws:iam::1:role/x");
    assert_string_equal(setup.role.session_name, "me");
    assert_string_equal(setup.role.external_id, "a \"b");
    assert_string_equal(setup.role.sts_region, "eu-west-2");
    assert_true(setup.role.is_fips);
    assert_true(setup.role.has_no_fallback);
    /* The region comes from the broker's name. */
    assert_string_equal(setup.cluster_region, "eu-west-1");
    aws_setup_done(&setup);
    pt_config_free(cfg);
}

static void a_profile_goes_before_the_role(void **state)
{
    struct pt_config *cfg;
    struct aws_setup setup;
    (void)state;
    assert_int_equal(load(SERVERS FORM_1
                          "awsProfileName=dev awsRoleArn=\"arn:aws:iam::1:role/x\";\n",
                          &cfg, NULL),
                     PT_OK);
    assert_int_equal(aws_setup_init(&setup, cfg, NULL), PT_OK);
    assert_string_equal(setup.client.profile, "dev");
    assert_true(setup.client.is_profile_explicit);
    assert_null(setup.role.arn);
    aws_setup_done(&setup);
    pt_config_free(cfg);
}

static void a_malformed_login_is_refused_without_its_text(void **state)
{
    static const char *const bad[] = {FORM_1 "awsRoleArn=\"hunter2;\n", FORM_1 "hunter2;\n",
                                      "sasl.mechanism=AWS_MSK_IAM\nsasl.jaas.config=;\n",
                                      FORM_1 "awsRoleArn hunter2 = x;\n"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[2048];
        struct pt_config *cfg = NULL;
        struct pt_error err;
        snprintf(text, sizeof text, SERVERS "%s", bad[i]);
        if (load(text, &cfg, &err) != PT_ECONFIG)
            fail_msg("%s is accepted", bad[i]);
        assert_null(strstr(err.what, "hunter2"));
        assert_true(err.fix[0] != '\0');
    }
}

static void found_servers_are_a_configuration_of_their_own(void **state)
{
    struct pt_config *cfg, *found;
    (void)state;
    assert_int_equal(
        load("pintop.msk.cluster=pin\npintop.user.id=0a1b\nsasl.password=p\n", &cfg, NULL), PT_OK);
    assert_false(pt_config_is_embedded(cfg));
    assert_int_equal(config_with_servers(cfg, "h:9098", "SASL_SSL", "AWS_MSK_IAM", &found, NULL),
                     PT_OK);
    assert_true(pt_config_is_iam(found));
    assert_string_equal(pt_config_get(found, "bootstrap.servers"), "h:9098");
    assert_string_equal(pt_config_get(found, "pintop.user.id"), "0a1b");
    assert_string_equal(pt_config_get(found, "pintop.stream.pin.topic"), "0a1b.pin");
    assert_string_equal(pt_config_get(found, "sasl.password"), "p");
    assert_null(pt_config_get(cfg, "bootstrap.servers"));
    pt_config_free(found);
    pt_config_free(cfg);
}

static void the_state_follows_the_clocks(void **state)
{
    struct pt_auth auth = {PT_AUTH_NOTHING_KNOWN};
    (void)state;
    assert_int_equal(auth_judge(&auth, 1000), PT_AUTH_UNKNOWN);
    auth.broker_ok_ms = 900; /* from here on only the times decide */
    snprintf(auth.last_error, sizeof auth.last_error, "no keys");
    assert_int_equal(auth_judge(&auth, 1000), PT_AUTH_FAILED);
    auth.token_expires_ms = 901000;
    assert_int_equal(auth_judge(&auth, 1000), PT_AUTH_EXPIRING);
    assert_int_equal(auth_judge(&auth, 901000), PT_AUTH_EXPIRED);
    auth.last_error[0] = '\0';
    assert_int_equal(auth_judge(&auth, 1000), PT_AUTH_OK);
    auth.keys_end_ms = 800000; /* soon; renewed automatically, unless fixed */
    assert_int_equal(auth_judge(&auth, 1000), PT_AUTH_OK);
    auth.is_fixed = true;
    assert_int_equal(auth_judge(&auth, 1000), PT_AUTH_EXPIRING);
    auth.state = PT_AUTH_NOT_NEEDED;
    assert_int_equal(auth_judge(&auth, 1000), PT_AUTH_NOT_NEEDED);
}

/* A token is signed without a request to AWS: only the brokers can show that it is valid. */
static void a_token_is_good_once_a_broker_answers_with_it(void **state)
{
    struct pt_auth auth = {PT_AUTH_NOTHING_KNOWN};
    (void)state;
    auth.token_made_ms = 100000;
    auth.token_expires_ms = 1000000;
    assert_int_equal(auth_judge(&auth, 101000), PT_AUTH_UNKNOWN);
    auth.broker_refused_ms = 100500;
    assert_int_equal(auth_judge(&auth, 101000), PT_AUTH_REFUSED);
    auth.broker_ok_ms = 100400; /* before the refusal */
    assert_int_equal(auth_judge(&auth, 101000), PT_AUTH_REFUSED);
    auth.broker_ok_ms = 100600;
    assert_int_equal(auth_judge(&auth, 101000), PT_AUTH_OK);
    assert_int_equal(auth_judge(&auth, 200000), PT_AUTH_UNKNOWN); /* too long ago */
    auth.broker_refused_ms = 100700;
    assert_int_equal(auth_judge(&auth, 1000000), PT_AUTH_EXPIRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_java_forms_ask_for_iam),
        cmocka_unit_test(other_bearer_tokens_are_not_ours),
        cmocka_unit_test(every_option_is_used_or_named),
        cmocka_unit_test(a_profile_goes_before_the_role),
        cmocka_unit_test(a_malformed_login_is_refused_without_its_text),
        cmocka_unit_test(found_servers_are_a_configuration_of_their_own),
        cmocka_unit_test(the_state_follows_the_clocks),
        cmocka_unit_test(a_token_is_good_once_a_broker_answers_with_it),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
