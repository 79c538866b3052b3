/* The question whether what happens is recorded: asked once, and in nobody's way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "session.h"

#define QUESTION "Record this, so that pintop history can tell what happened (16 MB a day)? y/n"

static struct {
    int n, n_yes;
} answers;

static pt_code fake_record(void *arg, bool is_on, struct pt_error *err)
{
    (void)arg, (void)err;
    answers.n++;
    answers.n_yes += is_on;
    return PT_OK;
}

static const struct pt_link asking_link = {.submit = fake_submit, .record = fake_record};

static int setup_asking(void **state)
{
    if (setup(state) != 0)
        return -1;
    answers.n = answers.n_yes = 0;
    ui.host.link = &asking_link;
    fixture.session.is_embedded = false;
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].state = PT_STREAM_STOPPED;
    next_snapshot();
    return 0;
}

static void run_stream(void)
{
    fixture.streams.streams[PT_GEO].state = PT_STREAM_RUNNING;
    next_snapshot();
}

#define ASK_TEST(f) cmocka_unit_test_setup_teardown(f, setup_asking, teardown)

static void it_is_asked_when_a_stream_has_started(void **state)
{
    (void)state;
    assert_false(is_shown(QUESTION));
    run_stream();
    assert_true(is_shown(QUESTION));
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS + 3600000);
    assert_true(is_shown(QUESTION)); /* until a key is pressed */
    press("y");
    assert_int_equal(answers.n_yes, 1);
    assert_true(is_shown("it is recorded from now on"));
    next_snapshot();
    press("y"); /* an ordinary key again */
    assert_int_equal(answers.n, 1);
}

static void no_is_an_answer(void **state)
{
    (void)state;
    run_stream();
    press("n");
    assert_int_equal(answers.n, 1);
    assert_int_equal(answers.n_yes, 0);
    assert_int_equal(ui.n_dialogs, 0); /* n of the page would make a topic */
    assert_true(is_shown("it is not recorded; -X pintop.record=on would do it"));
}

static void other_keys_do_what_they_do(void **state)
{
    (void)state;
    run_stream();
    press("2");
    assert_true(is_shown(" 2 Topics"));
    assert_false(is_shown(QUESTION));
    next_snapshot();
    assert_false(is_shown(QUESTION));
    press("n");
    assert_int_equal(answers.n, 0);
    assert_int_equal(ui.n_dialogs, 1);
}

static void where_it_is_of_no_use_it_is_not_asked(void **state)
{
    (void)state;
    fixture.session.is_embedded = true;
    run_stream();
    assert_false(is_shown("Record this"));
    fixture.session.is_embedded = false;
    ui.host.link = &fake_link; /* decided, attached, or a recording */
    next_snapshot();
    assert_false(is_shown("Record this"));
    ui.host.link = &asking_link;
    next_snapshot();
    assert_true(is_shown(QUESTION));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(it_is_asked_when_a_stream_has_started),
        ASK_TEST(no_is_an_answer),
        ASK_TEST(other_keys_do_what_they_do),
        ASK_TEST(where_it_is_of_no_use_it_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
