/* Whether a state directory's engines are recorded: what is set counts, then what was answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "pintop/record.h"
#include "record/answer.h"
#include "scratch.h"

static bool is_undecided(const char *setting)
{
    char dir[600];
    const char *settings[] = {dir, setting};
    const struct pt_config_args args = {.settings = settings,
                                        .n_settings = setting != NULL ? 2 : 1};
    struct pt_config *cfg = NULL;
    struct pt_error err = {0};
    snprintf(dir, sizeof dir, "pintop.state.dir=%s", scratch_dir);
    if (pt_config_load(&args, &cfg, &err) != PT_OK)
        fail_msg("%s", err.what);
    bool is_so = pt_record_is_undecided(cfg);
    pt_config_free(cfg);
    return is_so;
}

static void what_is_set_is_the_answer(void **state)
{
    (void)state;
    assert_true(is_undecided(NULL));
    assert_false(is_undecided("pintop.record=on"));
    assert_false(is_undecided("pintop.record=off"));
    assert_false(is_undecided("pintop.record=/a/file"));
}

static void an_answer_is_kept(void **state)
{
    struct stat st;
    (void)state;
    assert_int_equal(answer_read(scratch_dir), ANSWER_NONE);
    for (int i = 0; i < 2; i++) {
        enum answer expected = i == 0 ? ANSWER_NO : ANSWER_YES;
        answer_keep(scratch_dir, i == 1);
        for (int k = 0; k < 20000 && answer_read(scratch_dir) != expected; k++)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        assert_int_equal(answer_read(scratch_dir), expected);
        assert_false(is_undecided(NULL));
    }
    assert_int_equal(stat(scratch_path("record.asked"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void what_is_neither_is_no_answer(void **state)
{
    static const char *const bad[] = {"", "yes", "yesno\n", "YES\n", "no\nyes\n"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        scratch_put("record.asked", bad[i]);
        assert_int_equal(answer_read(scratch_dir), ANSWER_NONE);
    }
    assert_true(is_undecided(NULL));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        TEST(what_is_set_is_the_answer),
        TEST(an_answer_is_kept),
        TEST(what_is_neither_is_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
