/* base/child: what a program printed and how it ended, and that none outlives its limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/clock.h"

static struct child_result result;

static int no_result(void **state)
{
    (void)state;
    child_result_done(&result);
    return 0;
}

/* A script, with its limits. */
static void run_script(const char *script, int64_t limit_ms, size_t out_max)
{
    const char *const words[] = {"sh", "-c", script, NULL};
    const struct child_run run = {.words = (char *const *)(uintptr_t)words,
                                  .limit_ms = limit_ms,
                                  .out_max = out_max,
                                  .err_max = 1000};
    child_run(&run, &result);
}

static void what_it_printed_and_its_end_are_told(void **state)
{
    (void)state;
    run_script("echo out; echo err >&2; exit 7", 10000, 1000);
    assert_int_equal(result.end, CHILD_ENDED);
    assert_true(child_exited(&result, 7));
    assert_false(child_exited(&result, 0));
    assert_string_equal(result.out.data, "out\n");
    assert_string_equal(result.err.data, "err\n");
    child_result_done(&result);
    run_script("kill -KILL $$", 10000, 1000);
    assert_int_equal(result.end, CHILD_ENDED);
    assert_true(WIFSIGNALED(result.status));
    assert_false(child_exited(&result, 0));
}

static void it_has_no_input(void **state)
{
    (void)state;
    run_script("cat; echo end", 10000, 1000);
    assert_true(child_exited(&result, 0));
    assert_string_equal(result.out.data, "end\n");
}

static void a_program_that_is_not_there_is_told(void **state)
{
    (void)state;
    const char *const words[] = {"/nowhere/program", NULL};
    const struct child_run run = {.words = (char *const *)(uintptr_t)words, .limit_ms = 1000};
    child_run(&run, &result);
    assert_int_equal(result.end, CHILD_NOT_STARTED);
    assert_int_equal(result.error, ENOENT);
}

/* With what it started: that has the pid that it printed. */
static void what_is_late_is_killed_with_its_children(void **state)
{
    (void)state;
    int64_t start_us = clock_mono_us();
    run_script("sleep 60 & echo $!; wait", 300, 1000);
    assert_int_equal(result.end, CHILD_LATE);
    assert_true(clock_mono_us() - start_us < INT64_C(20) * 1000 * 1000);
    pid_t pid = (pid_t)strtol(result.out.data, NULL, 10);
    assert_true(pid > 1);
    /* Whoever adopts it may take a moment to collect it; then there is no such process. */
    int64_t until_us = clock_mono_us() + INT64_C(10) * 1000 * 1000;
    while (kill(pid, 0) == 0 && clock_mono_us() < until_us) {
        char path[64], state_of[256] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        FILE *stat = fopen(path, "re");
        size_t n = stat != NULL ? fread(state_of, 1, sizeof state_of - 1, stat) : 0;
        state_of[n] = '\0';
        if (stat != NULL)
            fclose(stat);
        if (strstr(state_of, ") Z") != NULL)
            return;
    }
    assert_int_not_equal(kill(pid, 0), 0);
}

static void too_much_output_ends_it(void **state)
{
    (void)state;
    run_script("yes", 10000, 1000);
    assert_int_equal(result.end, CHILD_TOO_MUCH);
    assert_true(result.out.len <= 1000);
}

/* Whoever starts pintop may have it ignore SIGCHLD; the kernel then keeps no exit status. */
static void a_status_that_nobody_keeps_is_no_success(void **state)
{
    (void)state;
    void (*old)(int) = signal(SIGCHLD, SIG_IGN);
    run_script("echo out; exit 1", 10000, 1000);
    signal(SIGCHLD, old);
    assert_int_equal(result.end, CHILD_LOST);
    assert_int_equal(result.error, ECHILD);
    assert_false(child_exited(&result, 0));
    assert_string_equal(result.out.data, "out\n");
}

/* The pipe is full of what it wrote before its end. */
static void all_that_it_wrote_is_read(void **state)
{
    (void)state;
    run_script("head -c 300000 /dev/zero", 10000, 400000);
    assert_true(child_exited(&result, 0));
    assert_int_equal(result.out.len, 300000);
}

static bool child_is_cancelled(void *arg)
{
    (void)arg;
    return true;
}

static void it_can_be_cancelled(void **state)
{
    (void)state;
    const char *const words[] = {"sleep", "60", NULL};
    const struct child_run run = {.words = (char *const *)(uintptr_t)words,
                                  .limit_ms = 60000,
                                  .is_cancelled = child_is_cancelled};
    child_run(&run, &result);
    assert_int_equal(result.end, CHILD_CANCELLED);
}

static void its_environment_is_without_and_with(void **state)
{
    (void)state;
    static const char *const without[] = {"CHILD_A", NULL};
    static char b[] = "CHILD_B=new";
    static char *const with[] = {b, NULL};
    const char *const words[] = {"sh", "-c", "env | grep ^CHILD_ | sort", NULL};
    setenv("CHILD_A1", "x", 1);
    setenv("CHILD_B", "old", 1);
    setenv("CHILD_BB", "kept", 1);
    char **environment = child_environment(without, with);
    const struct child_run run = {.words = (char *const *)(uintptr_t)words,
                                  .environment = environment,
                                  .limit_ms = 10000,
                                  .out_max = 1000};
    child_run(&run, &result);
    free(environment);
    assert_string_equal(result.out.data, "CHILD_B=new\nCHILD_BB=kept\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, no_result)
    const struct CMUnitTest tests[] = {
        TEST(what_it_printed_and_its_end_are_told),
        TEST(it_has_no_input),
        TEST(a_program_that_is_not_there_is_told),
        TEST(what_is_late_is_killed_with_its_children),
        TEST(too_much_output_ends_it),
        TEST(a_status_that_nobody_keeps_is_no_success),
        TEST(all_that_it_wrote_is_read),
        TEST(all_that_it_wrote_is_read),
        TEST(it_can_be_cancelled),
        TEST(its_environment_is_without_and_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
