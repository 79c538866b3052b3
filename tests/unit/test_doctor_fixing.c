/* A fix that takes long: it tells how far it is, can be stopped, and says what goes on without
 * pintop. On MSK Connect on loopback, whose connector stays CREATING. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "doctor_connect.h"

/* What the doctor said of the fix. */
static struct {
    atomic_bool is_seen; /* AWS's word, and its log */
    bool has_ended;
    char does[240], log[PT_PROGRESS_LOG_MAX], goes_on[1000], said[2000];
    int64_t limit_ms;
    struct pt_error error;
} heard;

static bool agree(void *arg, const struct pt_fix *fix)
{
    (void)arg;
    return fix->goes_on[0] == '\0';
}

static void take_progress(void *arg, const struct pt_progress *progress)
{
    (void)arg;
    heard.has_ended = progress->id[0] == '\0';
    if (strcmp(progress->state, "CREATING") != 0 || progress->log[0] == '\0')
        return;
    snprintf(heard.does, sizeof heard.does, "%s", progress->does);
    snprintf(heard.log, sizeof heard.log, "%s", progress->log);
    heard.limit_ms = progress->limit_ms;
    atomic_store(&heard.is_seen, true);
}

static void take_end(void *arg, const struct pt_fix *fix, const char *said,
                     const struct pt_error *err)
{
    (void)arg;
    snprintf(heard.goes_on, sizeof heard.goes_on, "%s", fix->goes_on);
    snprintf(heard.said, sizeof heard.said, "%s", said);
    heard.error = *err;
}

/* Stops it as soon as there was something to see. */
static bool is_cancelled(void *arg)
{
    (void)arg;
    return atomic_load(&heard.is_seen);
}

static pt_code run(const char *id, bool (*cancelled)(void *arg))
{
    const struct pt_doctor doctor = {.only = &id,
                                     .n_only = 1,
                                     .fix = &id,
                                     .n_fix = 1,
                                     .agree = agree,
                                     .fixed = take_end,
                                     .progress = take_progress,
                                     .is_cancelled = cancelled};
    struct pt_config *cfg =
        aws_room_config(AWS_ROOM_SET("bootstrap.servers=", "security.protocol=", "sasl.mechanism=",
                                     "pintop.user.id=0a1b", "pintop.aws.region=eu-west-1"));
    struct pt_checks checks;
    struct pt_error err;
    memset(&heard, 0, sizeof heard);
    pt_code code = pt_doctor_check(cfg, &doctor, &checks, &err);
    pt_checks_done(&checks);
    pt_config_free(cfg);
    return code;
}

static void a_wait_is_stopped_and_says_what_goes_on(void **state)
{
    (void)state;
    connect_well();
    msk.connector = "CREATING";
    assert_int_equal(run("mskconnect.connector", is_cancelled), PT_ECANCELLED);
    assert_string_equal(heard.does, "waiting for the connector 0a1b-connector");
    assert_int_equal(heard.limit_ms, 20 * 60 * 1000);
    assert_true(heard.has_ended);
    assert_int_equal(heard.error.code, PT_ECANCELLED);
    assert_non_null(strstr(heard.error.what, "no longer waits for 0a1b-connector. AWS goes on "
                                             "creating it, which costs about $0.11 an hour"));
    assert_non_null(strstr(heard.error.fix, "pintop connector delete 0a1b-connector"));
    assert_non_null(strstr(heard.goes_on, "The connector 0a1b-connector keeps running at AWS"));
}

static void what_runs_goes_on_and_its_price_is_said(void **state)
{
    (void)state;
    connect_well();
    msk.connector = NULL;
    msk.becomes = "RUNNING";
    assert_int_equal(run("mskconnect.connector", NULL), PT_OK);
    assert_int_equal(heard.error.code, PT_OK);
    assert_true(heard.has_ended);
    assert_non_null(strstr(heard.goes_on, "about $0.11 an hour, until it is deleted"));
}

static void a_plugin_costs_nothing_and_nothing_goes_on(void **state)
{
    (void)state;
    connect_well();
    msk.plugin = NULL;
    msk.becomes = "ACTIVE";
    assert_int_equal(run("mskconnect.plugin", NULL), PT_OK);
    assert_int_equal(heard.error.code, PT_OK);
    assert_string_equal(heard.goes_on, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, aws_room_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_wait_is_stopped_and_says_what_goes_on),
        TEST(what_runs_goes_on_and_its_price_is_said),
        TEST(a_plugin_costs_nothing_and_nothing_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
