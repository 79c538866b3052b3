/* Topics that are marked: changed together, by one question that names all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "session.h"

/* Answers the commands 1 … n. */
static struct pt_result results[4];

static void answer(size_t n, const struct pt_result *like)
{
    for (size_t i = 0; i < n; i++) {
        results[i] = *like;
        results[i].id = fake.id - n + 1 + i;
        fixture.completed.results[i] = &results[i];
    }
    fixture.completed.n_results = n;
    next_snapshot();
}

static const char *asked(void)
{
    assert_int_equal(ui.n_dialogs, 1);
    return ui.dialogs[0].text;
}

static void space_marks_and_the_title_counts(void **state)
{
    (void)state;
    press("2 ");
    assert_true(is_shown("3  1 marked"));
    assert_true(is_shown(" demo.geo")); /* the next row is selected */
    assert_string_equal(ui_selected_topic(&ui), fixture.topics[1].name);
    press(" ");
    assert_true(is_shown("3  2 marked"));
    ui_key(&ui, KEY_UP_);
    press(" "); /* takes the mark away */
    assert_true(is_shown("3  1 marked"));
    ui_key(&ui, KEY_ESC_);
    assert_false(is_shown("marked"));
}

static void several_are_deleted_by_one_typed_line(void **state)
{
    (void)state;
    static const struct pt_result done = {.kind = PT_CMD_TOPIC_DELETE, .state = PT_RESULT_DONE};
    press("2  /user\n"); /* the filter hides them: they are named all the same */
    assert_true(is_shown("1 of 3  /user  2 marked"));
    press("D");
    for (int i = 0; i < 2; i++)
        assert_non_null(strstr(asked(), fixture.topics[i].name));
    assert_null(strstr(asked(), fixture.topics[2].name));
    assert_non_null(strstr(asked(), "120 of them no sink has committed"));
    press("yes\n");
    assert_int_equal(fake.submitted, 0);
    ui_key(&ui, KEY_CTRL_('u'));
    press("delete 2 topics\n");
    char both[300];
    snprintf(both, sizeof both, "%.100s %.100s", fixture.topics[0].name, fixture.topics[1].name);
    assert_string_equal(fake.topics, both);
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_DELETE);
    assert_false(is_shown("marked"));
    assert_true(ui_is_waiting(&ui));
    answer(2, &done);
    assert_true(is_shown("deleted 2 topics"));
    assert_false(ui_is_waiting(&ui));
}

static void one_that_fails_is_named(void **state)
{
    (void)state;
    static const struct pt_result done = {.kind = PT_CMD_TOPIC_DELETE, .state = PT_RESULT_DONE};
    press("2  Ddelete 2 topics\n");
    answer(2, &done);
    ui.many.phase = MANY_DOES; /* the same, with one that failed */
    for (int i = 0; i < 2; i++)
        ui.many.topics[i].is_over = false;
    results[1].state = PT_RESULT_FAILED;
    pt_error_set(&results[1].error, PT_EKAFKA, "Allow it", "delete: the broker denies it");
    next_snapshot();
    assert_non_null(strstr(asked(), "the broker denies it. Allow it"));
    assert_non_null(strstr(asked(), fixture.topics[1].name));
    assert_null(strstr(asked(), fixture.topics[0].name));
}

/* That others are done is said only when there are any. */
static void when_all_fail_no_other_is_called_done(void **state)
{
    (void)state;
    static const struct pt_result failed = {
        .kind = PT_CMD_TOPIC_DELETE, .state = PT_RESULT_FAILED, .error = {.what = "no answer"}};
    press("2  D");
    ui_key(&ui, KEY_CTRL_('u'));
    press("delete 2 topics\n");
    answer(2, &failed);
    assert_non_null(strstr(asked(), "no answer"));
    assert_null(strstr(asked(), "others"));
}

static void several_are_altered_by_one_question(void **state)
{
    (void)state;
    static const struct pt_line lines[] = {
        {.time_ms = PT_UNKNOWN, .level = "change", .text = "partitions 3 -> 6", .count = 1}
    };
    static const struct pt_result plan = {.kind = PT_CMD_TOPIC_ALTER,
                                          .state = PT_RESULT_DONE,
                                          .seen = "0123456789abcdef",
                                          .n_lines = 1,
                                          .lines = lines};
    press("2  e");
    assert_non_null(strstr(asked(), fixture.topics[1].name));
    press("partitions=6\n");
    assert_int_equal(fake.submitted, 2);
    assert_true(fake.last.is_plan);
    assert_int_equal(fake.last.partitions, 6);
    answer(2, &plan);
    assert_int_equal(fake.submitted, 2); /* nothing is sent before the question */
    for (int i = 0; i < 2; i++)
        assert_non_null(strstr(asked(), fixture.topics[i].name));
    press("change 2 topics\n");
    assert_int_equal(fake.submitted, 4);
    assert_false(fake.last.is_plan);
    assert_string_equal(fake.last.seen, "0123456789abcdef");
    answer(2, &plan);
    assert_true(is_shown("changed 2 topics"));
}

static void a_plan_that_fails_changes_none(void **state)
{
    (void)state;
    static struct pt_result refused = {.kind = PT_CMD_TOPIC_ALTER, .state = PT_RESULT_FAILED};
    pt_error_set(&refused.error, PT_EUSAGE, "", "no such setting");
    press("2  enonsense=1\n");
    answer(2, &refused);
    assert_non_null(strstr(asked(), "no such setting"));
    assert_non_null(strstr(asked(), "Nothing was changed in any of them."));
    assert_int_equal(fake.submitted, 2);
    ui_key(&ui, KEY_ESC_);
    press("D"); /* the marks are still there, and the next question begins */
    assert_non_null(strstr(asked(), "Deleting these topics"));
    ui_key(&ui, KEY_ESC_);
    press("D");
    assert_int_equal(ui.n_dialogs, 1);
}

/* One mark counts more than the selection, and the question is that of one topic. */
static void one_marked_topic_is_meant(void **state)
{
    (void)state;
    press("2 D");
    char name[PT_TOPIC_MAX];
    snprintf(name, sizeof name, "%s", fixture.topics[0].name);
    assert_string_equal(ui.dialogs[0].expected, name);
}

static void several_names_create_several_topics(void **state)
{
    (void)state;
    press("2na,demo.b , demo.c\n");
    assert_string_equal(fake.topics, "demo.a demo.b demo.c");
    assert_int_equal(ui.n_dialogs, 0);
    fake.answer = PT_ENAME;
    press("nx, y\n");
    assert_int_equal(ui.n_dialogs, 1); /* what is left stands there, with the reason */
    assert_string_equal(ui.dialogs[0].prompt.text, "demo.x, y");
}

static void readonly_marks_change_nothing(void **state)
{
    (void)state;
    fixture.session.is_readonly = true;
    next_snapshot();
    press("2  D");
    assert_int_equal(ui.n_dialogs, 0);
    assert_true(is_shown("READONLY: started with --readonly, so topics stay as they are"));
    press("e");
    assert_int_equal(ui.n_dialogs, 0);
}

static void a_topic_that_is_gone_is_marked_no_more(void **state)
{
    (void)state;
    press("2  ");
    assert_true(is_shown("2 marked"));
    fixture.topics[0] = fixture.topics[2];
    fixture.topics_section.n_topics = 2;
    next_snapshot();
    assert_true(is_shown("1 marked"));
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        UI_TEST(space_marks_and_the_title_counts),
        UI_TEST(several_are_deleted_by_one_typed_line),
        UI_TEST(one_that_fails_is_named),
        UI_TEST(when_all_fail_no_other_is_called_done),
        UI_TEST(several_are_altered_by_one_question),
        UI_TEST(a_plan_that_fails_changes_none),
        UI_TEST(one_marked_topic_is_meant),
        UI_TEST(several_names_create_several_topics),
        UI_TEST(readonly_marks_change_nothing),
        UI_TEST(a_topic_that_is_gone_is_marked_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
