/* `:context`: the list of contexts, and another one in the place of the one that is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "scratch.h"
#include "session.h"

static struct pt_config *cfg, *taken;
static int ends;

static const struct pt_config *fake_config(void *arg)
{
    (void)arg;
    return cfg;
}

static void fake_context(void *arg, struct pt_config *next)
{
    (void)arg;
    pt_config_free(taken);
    taken = next;
}

static void fake_end(void *arg)
{
    (void)arg;
    ends++;
}

static void start_with(const struct pt_config_args *args)
{
    pt_config_free(cfg);
    cfg = NULL;
    assert_int_equal(pt_config_load(args, &cfg, NULL), PT_OK);
}

/* Once for all tests: a thread that nobody waits for any more may still read the environment. */
static int setup_home(void **state)
{
    if (scratch_make(state) != 0 || mkdir(scratch_path("pintop"), 0700) != 0)
        return -1;
    return setenv("XDG_CONFIG_HOME", scratch_dir, 1);
}

static int setup_contexts(void **state)
{
    if (setup(state) != 0)
        return -1;
    scratch_put("pintop/dev.properties", "bootstrap.servers=embedded\npintop.band=green\n");
    scratch_put("pintop/prod.properties",
                "bootstrap.servers=b-1.prod.example:9092\npintop.band=red\n");
    scratch_put("pintop/odd.properties", "pintop.stream.rate=banana\n");
    const struct pt_config_args args = {.context = "dev"};
    start_with(&args);
    ends = 0;
    ui.host.config = fake_config;
    ui.host.context = fake_context;
    ui.host.end = fake_end;
    return 0;
}

static int teardown_contexts(void **state)
{
    pt_config_free(cfg);
    pt_config_free(taken);
    cfg = taken = NULL;
    return teardown(state);
}

#define CONTEXT_TEST(f) cmocka_unit_test_setup_teardown(f, setup_contexts, teardown_contexts)

/* Until its thread has read the files. */
static void wait_read(void)
{
    for (int i = 0; i < 10000 && ui.contexts.job != NULL; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        next_snapshot();
    }
    assert_null(ui.contexts.job);
}

static void enter(const char *line)
{
    press(":");
    press(line);
    press("\n");
    wait_read();
}

static void streams_stand_still(void)
{
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].state = PT_STREAM_STOPPED;
    next_snapshot();
}

static void the_list_says_what_each_is(void **state)
{
    (void)state;
    enter("context");
    assert_int_equal(ui.n_dialogs, 1);
    assert_true(is_shown("1  dev              green    (open) embedded"));
    assert_true(is_shown("2  odd                       damaged (")); /* and why */
    assert_true(is_shown(">3  prod             red      b-1.prod.example:9092"));
    press("2"); /* it cannot be taken, and that is said in full */
    assert_true(is_shown("2 is not possible: "));
    assert_true(is_shown("pintop.stream.rate=banana"));
    press("1");
    assert_true(is_shown("context dev is open already"));
    assert_null(taken);
}

static void without_streams_nothing_is_asked(void **state)
{
    (void)state;
    streams_stand_still();
    enter("context");
    press("\n");
    wait_read();
    assert_int_equal(ui.n_dialogs, 0);
    assert_int_equal(fake.quits, 1);
    assert_string_equal(pt_config_context(taken), "prod");
    assert_false(pt_config_is_readonly(taken));
}

static void streams_are_asked_about_first(void **state)
{
    (void)state;
    enter("context prod");
    assert_true(is_shown("Take context prod?"));
    assert_true(is_shown("Running here: pin, geo, user"));
    assert_true(is_shown("Then this screen shows context prod"));
    assert_int_equal(fake.quits, 0);
    press("n");
    assert_null(taken);
    press("q"); /* now it is pintop that is quit, and nothing else follows */
    assert_true(is_shown("Quit?"));
    press("y");
    assert_int_equal(fake.quits, 1);
    assert_null(taken);
}

static void yes_takes_it(void **state)
{
    (void)state;
    enter("context prod");
    press("y");
    assert_int_equal(fake.quits, 1);
    assert_string_equal(pt_config_context(taken), "prod");
}

static void one_that_is_damaged_ends_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"odd", "none", "a/b"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char line[64];
        snprintf(line, sizeof line, "context %s", names[i]);
        enter(line);
        assert_int_equal(ui.n_dialogs, 1);
        assert_true(is_shown("is not taken"));
        ui_key(&ui, KEY_ESC_);
        assert_int_equal(fake.quits, 0);
        assert_null(taken);
    }
}

static void readonly_is_never_lost(void **state)
{
    (void)state;
    const struct pt_config_args args = {.context = "dev", .is_readonly = true};
    start_with(&args);
    streams_stand_still();
    enter("context prod");
    assert_true(pt_config_is_readonly(taken));
}

static void readonly_is_asked_for_there(void **state)
{
    (void)state;
    enter("context prod readonly");
    assert_true(is_shown("prod, read-only"));
    press("y");
    assert_true(pt_config_is_readonly(taken));
    ui.is_quitting = false;
    press(":");
    press("context prod writable\n");
    assert_true(is_shown("Usage: context [NAME [readonly]]"));
}

static void what_does_not_come_along_is_said(void **state)
{
    (void)state;
    static const char *const settings[] = {"bootstrap.servers=127.0.0.1:9", "pintop.theme=light",
                                           "pintop.user.id=me"};
    static const char *const origins[] = {"-b", "-X", "-X"};
    const struct pt_config_args args = {
        .context = "dev", .settings = settings, .origins = origins, .n_settings = 3};
    start_with(&args);
    enter("context prod");
    assert_true(is_shown("These options of the start do not hold there: -"));
    press("y");
    assert_string_equal(pt_config_get(taken, "bootstrap.servers"), "b-1.prod.example:9092");
    assert_string_equal(pt_config_get(taken, "pintop.theme"), "light");
    assert_null(pt_config_given(taken, "pintop.user.id"));
}

/* Over another pintop's engine they may go on, or end with it. */
static void an_engine_elsewhere_goes_on_or_ends(void **state)
{
    (void)state;
    fixture.session.link = PT_LINK_ATTACHED;
    fixture.session.engine_pid = 4711;
    next_snapshot();
    enter("context prod");
    assert_true(is_shown("Leave them running"));
    ui_key(&ui, KEY_ESC_);
    assert_null(taken);
    enter("context prod");
    press("1");
    assert_int_equal(fake.quits, 1);
    assert_int_equal(ends, 0);
    assert_non_null(taken);
    ui.is_quitting = false;
    enter("context prod");
    press("2");
    assert_int_equal(ends, 1);
}

static void a_recording_takes_no_context(void **state)
{
    (void)state;
    ui.is_replay = true;
    press(":context prod\n");
    assert_true(is_shown("what is shown here takes no commands"));
    wait_read();
    assert_null(taken);
    assert_int_equal(fake.quits, 0);
}

static void a_long_list_scrolls(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        char file[64];
        snprintf(file, sizeof file, "pintop/more-%02d.properties", i);
        scratch_put(file, "bootstrap.servers=127.0.0.1:9\n");
    }
    enter("context");
    assert_true(is_shown("Enter takes one"));
    assert_false(is_shown("more-39"));
    for (int i = 0; i < 45; i++)
        ui_key(&ui, KEY_DOWN_);
    assert_true(is_shown(">43  prod"));
    assert_true(is_shown("more-39"));
    assert_true(is_shown("Enter takes one"));
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        CONTEXT_TEST(the_list_says_what_each_is),
        CONTEXT_TEST(without_streams_nothing_is_asked),
        CONTEXT_TEST(streams_are_asked_about_first),
        CONTEXT_TEST(yes_takes_it),
        CONTEXT_TEST(one_that_is_damaged_ends_nothing),
        CONTEXT_TEST(readonly_is_never_lost),
        CONTEXT_TEST(readonly_is_asked_for_there),
        CONTEXT_TEST(what_does_not_come_along_is_said),
        CONTEXT_TEST(an_engine_elsewhere_goes_on_or_ends),
        CONTEXT_TEST(a_recording_takes_no_context),
        CONTEXT_TEST(a_long_list_scrolls),
    };
    return cmocka_run_group_tests(tests, setup_home, scratch_remove);
}
