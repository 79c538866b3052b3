/* The setup's part: rounds of checks become a section, on a desk of the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts/setup.h"
#include "test_desk.h"

static struct test_desk desk;
static struct setup_part setup;

static int start(void **state)
{
    (void)state;
    test_desk_init(&desk, test_desk_usual);
    setup_part_init(&setup, &desk.desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    setup_part_done(&setup);
    test_desk_done(&desk);
    return 0;
}

static const struct pt_setup_section *now(void)
{
    test_desk_put(&desk, (const void **)&desk.now.setup, setup_part.section(&setup));
    return desk.now.setup;
}

static void take_round(bool is_begun, const char *why)
{
    struct fact *fact = fact_new(FACT_ROUND);
    struct pt_error err = {.code = PT_OK};
    fact->number = is_begun;
    if (why != NULL)
        pt_error_set(&err, PT_EIO, "Try again", "%s", why);
    fact_fail(fact, &err);
    assert_true(test_desk_take(&setup_part, &setup, fact));
}

static void take_check(size_t i, enum pt_check_state state, const char *evidence)
{
    const struct pt_check check = {.id = pt_check_id(i),
                                   .title = pt_check_title(pt_check_id(i)),
                                   .step = "",
                                   .state = state,
                                   .evidence = evidence,
                                   .fix = "fix",
                                   .copy = "copy",
                                   .identity = "you",
                                   .brief = "brief",
                                   .choices = ""};
    struct fact *fact = fact_with(FACT_CHECK, setup_check_copy(&check), free);
    fact->number = (int64_t)i;
    assert_true(test_desk_take(&setup_part, &setup, fact));
}

static void all_checks_are_listed_before_any_was_made(void **state)
{
    (void)state;
    const struct pt_setup_section *s = now();
    assert_true(s->n_checks > 10 && !s->is_running && s->begun_ms == PT_UNKNOWN);
    for (size_t i = 0; i < s->n_checks; i++) {
        assert_string_equal(s->checks[i].id, pt_check_id(i));
        assert_int_equal(s->checks[i].state, PT_CHECK_WAITING);
        assert_string_equal(s->checks[i].evidence, "");
    }
    assert_null(pt_check_id(s->n_checks));
    assert_null(setup_part.section(&setup)); /* nothing is new */
}

static void a_round_is_followed_to_its_end(void **state)
{
    (void)state;
    take_round(true, NULL);
    take_check(2, PT_CHECK_RUNNING, "");
    assert_true(now()->is_running);
    assert_int_equal(now()->begun_ms, test_desk_ms());
    assert_int_equal(now()->ended_ms, PT_UNKNOWN);
    assert_int_equal(now()->checks[2].state, PT_CHECK_RUNNING);
    take_check(2, PT_CHECK_FAIL, "it is wrong");
    test_desk_wait_ms(3000);
    take_round(false, NULL);
    const struct pt_setup_section *s = now();
    assert_false(s->is_running);
    assert_int_equal(s->ended_ms, test_desk_ms());
    assert_string_equal(s->checks[2].evidence, "it is wrong");
    assert_string_equal(s->checks[2].fix, "fix");
    assert_string_equal(s->checks[2].copy, "copy");
    assert_string_equal(s->checks[2].identity, "you");
    assert_string_equal(s->checks[2].brief, "brief");
    assert_int_equal(s->checks[3].state, PT_CHECK_WAITING);
}

/* What the last round said is not shown as if the new one had said it. */
static void a_new_round_begins_with_nothing(void **state)
{
    (void)state;
    take_round(true, NULL);
    take_check(1, PT_CHECK_OK, "fine");
    take_round(false, "AWS credentials: cancelled");
    assert_string_equal(now()->error, "AWS credentials: cancelled. Try again");
    take_round(true, NULL);
    assert_string_equal(now()->error, "");
    assert_int_equal(now()->checks[1].state, PT_CHECK_WAITING);
}

static void what_is_no_check_is_ignored(void **state)
{
    (void)state;
    struct fact *fact = fact_new(FACT_CHECK); /* there was no room for its payload */
    assert_false(test_desk_take(&setup_part, &setup, fact));
    fact = fact_new(FACT_CHECK);
    fact->number = PT_CHECKS_MAX;
    assert_false(test_desk_take(&setup_part, &setup, fact));
    assert_false(test_desk_take(&setup_part, &setup, fact_new(FACT_STOP)));
}

static void its_times_move_with_the_clock(void **state)
{
    (void)state;
    take_round(true, NULL);
    take_round(false, NULL);
    int64_t ended_ms = now()->ended_ms;
    setup_part.clock_set(&setup, -3600 * 1000);
    assert_int_equal(now()->ended_ms, ended_ms - 3600 * 1000);
}

static void take_progress(const struct pt_progress *progress)
{
    struct fact *fact = fact_copy(FACT_PROGRESS, progress, sizeof *progress);
    assert_true(test_desk_take(&setup_part, &setup, fact));
}

static void a_fix_is_followed_to_its_end(void **state)
{
    struct pt_progress fix = {PT_PROGRESS_NONE};
    (void)state;
    assert_string_equal(now()->fix.id, "");
    snprintf(fix.id, sizeof fix.id, "s3.plugin");
    fix.done_bytes = 5;
    fix.total_bytes = 10;
    fix.begun_ms = test_desk_ms();
    take_progress(&fix);
    assert_string_equal(now()->fix.id, "s3.plugin");
    assert_int_equal(now()->fix.done_bytes, 5);
    setup_part.clock_set(&setup, -3600 * 1000);
    assert_int_equal(now()->fix.begun_ms, test_desk_ms() - 3600 * 1000);
    take_progress(&(struct pt_progress){PT_PROGRESS_NONE});
    assert_string_equal(now()->fix.id, "");
}

static void take_goes_on(const char *text)
{
    struct fact *fact = fact_new(FACT_GOES_ON);
    snprintf(fact->text, sizeof fact->text, "%s", text);
    assert_true(test_desk_take(&setup_part, &setup, fact));
}

static void what_goes_on_is_kept_once(void **state)
{
    (void)state;
    take_goes_on("A keeps running.");
    take_goes_on("A keeps running.");
    take_round(true, NULL);
    take_round(false, NULL);
    assert_string_equal(now()->goes_on, "A keeps running.");
    assert_int_equal(now()->n_rounds, 1);
    take_goes_on("B, too.");
    assert_string_equal(now()->goes_on, "A keeps running. B, too.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_checks_are_listed_before_any_was_made),
        TEST(a_round_is_followed_to_its_end),
        TEST(a_new_round_begins_with_nothing),
        TEST(what_is_no_check_is_ignored),
        TEST(its_times_move_with_the_clock),
        TEST(a_fix_is_followed_to_its_end),
        TEST(what_goes_on_is_kept_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
