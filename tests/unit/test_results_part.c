/* What became of the operator's commands, as the part remembers it: on a desk of the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/section.h"
#include "parts/results.h"
#include "test_desk.h"

static struct test_desk desk;

static int start(void **state)
{
    (void)state;
    test_desk_init(&desk, test_desk_usual);
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_desk_done(&desk);
    return 0;
}

static struct results_part results;
static int n_done;

static const char *area_of(void *arg, int kind, enum pt_severity *severity)
{
    (void)arg;
    *severity = PT_NOTICE;
    return kind == PT_CMD_TOPIC_DESCRIBE ? NULL : "topics";
}

static void on_done(void *arg, int kind)
{
    (void)arg;
    n_done += kind == PT_CMD_TOPIC_CREATE;
}

static void add_result(uint64_t id, enum pt_command_kind kind, enum pt_result_state state,
                       const char *text)
{
    struct result *result = result_new(id, kind);
    result->pub.state = state;
    snprintf(result->pub.text, sizeof result->pub.text, "%s", text);
    if (state == PT_RESULT_FAILED)
        pt_error_set(&result->pub.error, PT_EIO, NULL, "%s", text);
    results_add(&results, result);
}

static const struct pt_completed_section *results_now(void)
{
    test_desk_put(&desk, (const void **)&desk.now.completed, results_part.section(&results));
    return desk.now.completed;
}

static int start_results(void **state)
{
    const struct results_hooks hooks = {NULL, area_of, on_done};
    start(state);
    n_done = 0;
    results_part_init(&results, &desk.desk, &hooks);
    return 0;
}

static int end_results(void **state)
{
    results_part_done(&results);
    return end(state);
}

static void a_result_takes_the_place_of_its_command(void **state)
{
    (void)state;
    assert_int_equal(results_now()->n_results, 0);
    add_result(1, PT_CMD_TOPIC_CREATE, PT_RESULT_RUNNING, "asked");
    assert_int_equal(test_desk_events(&desk), 0);
    add_result(1, PT_CMD_TOPIC_CREATE, PT_RESULT_DONE, "topic a was created");
    assert_int_equal(results_now()->n_results, 1);
    assert_int_equal(results_now()->results[0]->state, PT_RESULT_DONE);
    assert_string_equal(test_desk_event(&desk), "topic a was created");
    assert_int_equal(n_done, 1);
    add_result(2, PT_CMD_TOPIC_DELETE, PT_RESULT_FAILED, "no right");
    assert_string_equal(test_desk_event(&desk), "no right");
    add_result(3, PT_CMD_TOPIC_DESCRIBE, PT_RESULT_FAILED, "no topic");
    assert_int_equal(test_desk_events(&desk), 2); /* whoever asked shows that */
    assert_int_equal(n_done, 1);
}

static void only_the_last_results_stay(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= PT_COMPLETED_MAX + 3; i++)
        add_result(i, PT_CMD_TOPIC_DESCRIBE, PT_RESULT_DONE, "");
    assert_int_equal(results_now()->n_results, PT_COMPLETED_MAX);
    assert_int_equal(results_now()->results[0]->id, 4);
    struct result *large = result_new(1000, PT_CMD_TOPIC_PEEK);
    large->pub.bytes = 5 * 1024 * 1024;
    assert_true(test_desk_take(&results_part, &results, fact_with(FACT_RESULT, large, free)));
    assert_int_equal(results_now()->n_results, 1); /* the large one alone: it is the newest */
    assert_int_equal(results_now()->results[0]->id, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_result_takes_the_place_of_its_command, start_results,
                                        end_results),
        cmocka_unit_test_setup_teardown(only_the_last_results_stay, start_results, end_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
