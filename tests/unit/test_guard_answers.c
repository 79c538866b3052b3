/* What the program reports of a change whose answer was lost or that was not made, and that a
 * change touches nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "core/command.h"
#include "fake_worker.h"
#include "guards.h"

/* ---- what is sent ---- */

#define RAW_SETTINGS                                                                               \
    "\"connector.class\":\"x.Sink\",\"topics\":\"demo.pin\","                                      \
    "\"pem\":\"-----BEGIN X-----\\nabc\\r\\n\\tdef\\u0007\\u001b[31m\","                           \
    "\"nothing\":null,\"number\":3,\"empty\":\"\",\"unicode\":\"\\u200bé日\",\"quote\":"         \
    "\"a\\\"b\\\\c\""
#define CONNECTOR(...) connector((const char *const[]){__VA_ARGS__, NULL})

/* One setting is changed; all others are sent back byte for byte. */
static void an_update_changes_nothing_else(void **state)
{
    (void)state;
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
    struct said said = CONNECTOR("update", "sink", "tasks.max=2");
    if (said.status != 0)
        fail_msg("%s", said.text);
    char config[sizeof worker.config];
    fake_worker_config(&worker, config, sizeof config);
    cJSON *sent = cJSON_Parse(config);
    cJSON *want = cJSON_Parse("{" RAW_SETTINGS ",\"tasks.max\":\"2\"}");
    if (!cJSON_Compare(sent, want, true))
        fail_msg("sent: %s", config);
    cJSON_Delete(sent);
    cJSON_Delete(want);
    /* No control byte of it reached the terminal. */
    assert_null(strchr(said.text, '\033'));
    assert_null(strchr(said.text, '\007'));
}

/* MSK Connect's settings are strings, and are sent back as they came. */
static void an_update_of_msk_connect_changes_nothing_else(void **state)
{
    static const char raw[] =
        "\"connector.class\":\"x.Sink\",\"topics\":\"demo.pin\",\"empty\":\"\","
        "\"pem\":\"-----BEGIN X-----\\nabc\\r\\n\\tdef\\u0007\\u001b[31m\","
        "\"unicode\":\"\\u200bé日\",\"quote\":\"a\\\"b\\\\c\"";
    char before[600], after[600], config[sizeof worker.config];
    (void)state;
    snprintf(before, sizeof before, "{%s,\"tasks.max\":\"1\"}", raw);
    snprintf(after, sizeof after, "{%s,\"tasks.max\":\"2\"}", raw);
    fake_worker_set(&worker, before);
    struct said said = CONNECTOR("update", "sink", "tasks.max=2");
    if (said.status != 0)
        fail_msg("%s", said.text);
    fake_worker_config(&worker, config, sizeof config);
    cJSON *sent = cJSON_Parse(config), *want = cJSON_Parse(after);
    if (!cJSON_Compare(sent, want, true))
        fail_msg("sent: %s", config);
    cJSON_Delete(sent);
    cJSON_Delete(want);
}

/* The beginning of a cluster's name is not that cluster: nothing is created on it. */
static void a_part_of_a_clusters_name_is_no_cluster(void **state)
{
    (void)state;
    FAKE_WORKER_SET(&worker, cluster, "prod-eu-legacy");
    int before = fake_worker_writes(&worker);
    static const char *const ends[] = {"--yes", "--dry-run"};
    for (size_t i = 0; i < 2; i++) {
        struct said said = CONNECTOR("create", "new", ends[i]);
        if (said.status == 0 ||
            strstr(said.text, "prod-eu-legacy only begins with this name") == NULL)
            fail_msg("%s: %d, %s", ends[i], said.status, said.text);
    }
    FAKE_WORKER_SET(&worker, cluster, "prod");
    assert_int_equal(fake_worker_writes(&worker), before);
}

/* A change, and what is printed when its answer is lost. */
struct told {
    const char *words[5];
    const char *says;
    int status;
};

/* Each change is sent once. A create on MSK Connect creates its log group first. */
static void each_is_told(const struct told *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int before = fake_worker_writes(&worker);
        struct said said = connector(rows[i].words);
        if (said.status != rows[i].status || strstr(said.text, rows[i].says) == NULL)
            fail_msg("%s: %d, %s", rows[i].words[0], said.status, said.text);
        bool has_group = is_msk && strcmp(rows[i].words[0], "create") == 0;
        assert_int_equal(fake_worker_writes(&worker), before + 1 + has_group);
    }
}

/* A change whose answer was lost is looked up and not sent again. */
static void a_lost_answer_is_looked_up(void **state)
{
    (void)state;
    static const struct told rows[] = {
        {{"pause", "sink"},                 "it is done: it is PAUSED",          0},
        {{"resume", "sink"},                "it is done: it is RUNNING",         0},
        {{"update", "sink", "tasks.max=9"}, "the new configuration is in force", 0},
        {{"restart", "sink"},               "whether it was done is not known",  1},
        {{"delete", "sink", "--yes"},       "it is done: it is gone",            0},
        {{"create", "sink", "--yes"},       "it is done: it is RUNNING",         0},
    };
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
    FAKE_WORKER_SET(&worker, does_cut, true);
    each_is_told(rows, sizeof rows / sizeof *rows);
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
}

/* A change whose connection was cut before it was made is reported as not made: the setting that
 * it removes is still there. */
static void a_change_that_was_not_done_is_told_so(void **state)
{
    (void)state;
    static const struct told rows[] = {
        {{"pause", "sink"},             "it has not been done so far: it is RUNNING", 1},
        {{"update", "sink", "number="}, "the old configuration is still in force",    1},
    };
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
    FAKE_WORKER_SET(&worker, does_cut, true);
    FAKE_WORKER_SET(&worker, does_ignore, true);
    each_is_told(rows, sizeof rows / sizeof *rows);
    /* An answer 200 whose body holds an error does not count as made, either. */
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
    FAKE_WORKER_SET(&worker, does_fail, true);
    FAKE_WORKER_SET(&worker, does_ignore, true);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct said said = connector(rows[i].words);
        if (said.status != 1 || strstr(said.text, rows[i].says) == NULL)
            fail_msg("200, %s: %d, %s", rows[i].words[0], said.status, said.text);
    }
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
    FAKE_WORKER_SET(&worker, does_cut, true);
    FAKE_WORKER_SET(&worker, becomes, "{\"connector.class\":\"x.Sink\",\"topics\":\"demo.pin\"}");
    struct said said = CONNECTOR("update", "sink", "number=");
    if (said.status != 1 || strstr(said.text, "is neither the old one nor the one that") == NULL)
        fail_msg("%d, %s", said.status, said.text);
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
}

/* A setting that cannot be sent back as it is stops the update, unless the update sets it. */
static void a_nul_in_a_setting_is_not_lost(void **state)
{
    (void)state;
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"odd\":\"a\\u0000b\"}");
    int before = fake_worker_writes(&worker);
    struct said said = CONNECTOR("update", "sink", "tasks.max=2");
    if (said.status != 1 || strstr(said.text, "its setting odd holds a NUL") == NULL)
        fail_msg("%d, %s", said.status, said.text);
    assert_int_equal(fake_worker_writes(&worker), before);
    said = CONNECTOR("update", "sink", "tasks.max=2", "odd=ab");
    if (said.status != 0)
        fail_msg("%d, %s", said.status, said.text);
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
}

/* KEY= removes a setting, also an empty one or null. The other settings are sent back as they
 * are. */
static void a_setting_is_taken_out(void **state)
{
    (void)state;
    fake_worker_set(&worker, "{" RAW_SETTINGS "}");
    struct said said = CONNECTOR("update", "sink", "nothing=", "empty=", "absent=");
    if (said.status != 0 || strstr(said.text, "- nothing=null") == NULL)
        fail_msg("%s", said.text);
    char config[sizeof worker.config];
    fake_worker_config(&worker, config, sizeof config);
    cJSON *sent = cJSON_Parse(config);
    assert_null(cJSON_GetObjectItem(sent, "nothing"));
    assert_null(cJSON_GetObjectItem(sent, "empty"));
    assert_non_null(cJSON_GetObjectItem(sent, "pem"));
    cJSON_Delete(sent);
    int before = fake_worker_writes(&worker);
    said = CONNECTOR("update", "sink", "tasks.max=2", "tasks.max=3");
    if (said.status != 2 || strstr(said.text, "tasks.max is given twice") == NULL)
        fail_msg("%d %s", said.status, said.text);
    said = CONNECTOR("update", "sink", "absent=");
    if (said.status != 0 || strstr(said.text, "nothing changes") == NULL)
        fail_msg("%d %s", said.status, said.text);
    assert_int_equal(fake_worker_writes(&worker), before);
}

/* MSK Connect answers a change at once and makes it later. */
static void a_lost_answer_of_msk_connect_is_looked_up(void **state)
{
    (void)state;
    static const struct told rows[] = {
        {{"pause", "sink"},              "it is done: it is PAUSED",          0},
        {{"update", "sink", "topics=x"}, "the new configuration is in force", 0},
        {{"restart", "sink"},            "whether it was done is not known",  1},
        {{"delete", "sink", "--yes"},    "it is done: it is gone",            0},
        {{"create", "sink", "--yes"},    "it is done: it is PAUSED",          0},
    };
    FAKE_WORKER_SET(&worker, does_cut, true);
    each_is_told(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_changes_nothing_else),
        MSK_TEST(an_update_of_msk_connect_changes_nothing_else),
        MSK_TEST(a_part_of_a_clusters_name_is_no_cluster),
        cmocka_unit_test(a_lost_answer_is_looked_up),
        {"a_lost_answer_of_msk_connect_is_looked_up", a_lost_answer_of_msk_connect_is_looked_up,
                                      use_msk, use_connect, NULL},
        cmocka_unit_test(a_change_that_was_not_done_is_told_so),
        cmocka_unit_test(a_nul_in_a_setting_is_not_lost),
        cmocka_unit_test(a_setting_is_taken_out),
    };
    return cmocka_run_group_tests(tests, start_worker, stop_worker);
}
