/* `teardown`: in which order things go, what is asked, and that a run that was cut off is gone on
 * with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "teardown_world.h"

static void what_was_created_goes_in_the_order_of_its_uses(void **state)
{
    (void)state;
    note_all();
    world.looks_until_gone = 3;
    tear_down();
    assert_string_equal(world.writes, "connector plugin zip trust ");
    assert_int_equal(made.n, 7);
    for (size_t i = 0; i < made.n; i++)
        assert_int_equal(made.rows[i].end, PT_MADE_DELETED);
    assert_int_not_equal(access(scratch_path("k.pem"), F_OK), 0);
    assert_int_not_equal(access(scratch_path("client.properties"), F_OK), 0);
    assert_int_not_equal(access(scratch_path("kept.json"), F_OK), 0);
    char *ignore = scratch_get(".gitignore");
    assert_string_equal(ignore, "a\nb\n");
    free(ignore);
    /* Nothing is noted any more, so nothing is looked at. */
    int n = local_aws_count(&aws_room, "HTTP/1.1");
    tear_down();
    assert_int_equal(made.n, 0);
    assert_int_equal(local_aws_count(&aws_room, "HTTP/1.1"), n);
}

static void a_plan_looks_only(void **state)
{
    struct pt_error err;
    (void)state;
    note_all();
    assert_int_equal(tear_with("pintop.readonly=on", true, &err), PT_OK);
    assert_int_equal(made.n, 7);
    for (size_t i = 0; i < made.n; i++)
        assert_int_equal(made.rows[i].state, PT_MADE_THERE);
    assert_non_null(strstr(made_of("trust policy")->loss, "- "));
    assert_string_equal(world.writes, "");
    char *json = pt_made_json(&made);
    assert_non_null(strstr(
        json, "\"kind\":\"connector\",\"name\":\"0a1b-connector\",\"arn\":\"" CONNECTOR "\""));
    assert_non_null(strstr(json, "\"name\":\"s3://0a1b-bucket/kafka-connect-s3/p.zip\""));
    free(json);
    int n = local_aws_count(&aws_room, "HTTP/1.1");
    assert_int_equal(tear_with("pintop.readonly=on", false, &err), PT_EREADONLY);
    assert_int_equal(local_aws_count(&aws_room, "HTTP/1.1"), n);
}

static void what_is_declined_stays(void **state)
{
    (void)state;
    note_all();
    declined = "private key";
    tear_down();
    is_left("private key", PT_MADE_THERE, "as pintop wrote it");
    assert_int_equal(made_of(".gitignore line")->end, PT_MADE_LEFT);
    assert_int_equal(access(scratch_path("k.pem"), F_OK), 0);
    declined = NULL;
    tear_down();
    assert_int_equal(made.n, 2);
    assert_int_equal(made_of(".gitignore line")->end, PT_MADE_DELETED);
}

static void what_cannot_be_deleted_is_told_and_tried_again(void **state)
{
    (void)state;
    note_all();
    world.is_delete_denied = true;
    tear_down();
    assert_int_equal(made_of("connector")->end, PT_MADE_FAILED);
    assert_non_null(strstr(made_of("connector")->error, "kafkaconnect:DeleteConnector"));
    assert_int_equal(made_of("custom plugin")->end, PT_MADE_FAILED);
    assert_string_equal(world.writes, "zip trust ");
    world.is_delete_denied = false;
    tear_down();
    assert_int_equal(made.n, 2);
    assert_int_equal(made_of("connector")->end, PT_MADE_DELETED);
    assert_int_equal(made_of("custom plugin")->end, PT_MADE_DELETED);
}

/* The run that was creating them was killed before it could note that they are there. */
static void perhaps_made_is_told_by_the_time(void **state)
{
    static const struct {
        int64_t off_ms;
        bool is_its;
    } rows[] = {
        {2 * 60 * 1000,       true },
        {-60 * 1000,          true },
        {-24 * 3600 * 1000LL, false},
        {10 * 60 * 1000,      false}
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        aws_room_close(state);
        aws_room_open(state);
        note_all();
        unlink(scratch_path("state/created"));
        note(CREATED_CONNECTOR, "0a1b-connector", "", "", "", false);
        note(CREATED_PLUGIN, "0a1b-plugin", "", "", "", false);
        world.created_ms = clock_real_ms() + rows[i].off_ms;
        tear_down();
        assert_string_equal(world.writes, rows[i].is_its ? "connector plugin " : "");
        assert_int_equal(made_of("connector")->end,
                         rows[i].is_its ? PT_MADE_DELETED : PT_MADE_LEFT);
        if (!rows[i].is_its)
            is_left("connector", PT_MADE_OTHER, "there is a connector of that name, created 20");
        tear_down();
        assert_int_equal(made.n, rows[i].is_its ? 0 : 2);
    }
}

static void trust_and_java_files_go_back_step_by_step(void **state)
{
    char sum[NOTED_SUM_MAX];
    struct created thing = {.kind = CREATED_JAVA_FILE};
    struct pt_error err;
    (void)state;
    scratch_put("f", "third");
    scratch_put("f.old", "first");
    scratch_put("f.old.2", "second");
    snprintf(thing.name, sizeof thing.name, "%s", scratch_path("f"));
    for (int i = 0; i < 2; i++) {
        snprintf(thing.ref, sizeof thing.ref, "%s", scratch_path(i == 0 ? "f.old" : "f.old.2"));
        noted_sum(i == 0 ? "second" : "third", i == 0 ? 6 : 5, sum);
        snprintf(thing.mark, sizeof thing.mark, "%s", sum);
        assert_int_equal(created_begin(scratch_path("state"), &thing, &err), PT_OK);
        assert_int_equal(created_made(scratch_path("state"), &thing, &err), PT_OK);
    }
    tear_down();
    assert_int_equal(made.n, 2);
    tear_down();
    assert_int_equal(made.n, 0);
    char *text = scratch_get("f");
    assert_string_equal(text, "first");
    free(text);
}

int main(void)
{
#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, aws_room_open, close_room)
    const struct CMUnitTest tests[] = {
        IN_ROOM(what_was_created_goes_in_the_order_of_its_uses),
        IN_ROOM(a_plan_looks_only),
        IN_ROOM(what_is_declined_stays),
        IN_ROOM(what_cannot_be_deleted_is_told_and_tried_again),
        IN_ROOM(perhaps_made_is_told_by_the_time),
        IN_ROOM(trust_and_java_files_go_back_step_by_step),
    };
    return cmocka_run_group_tests_name("teardown", tests, NULL, NULL);
}
