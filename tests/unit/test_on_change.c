/* The command of `status --on-change`: when it runs, what it gets, how it is ended. The clock is
 * the test's; the commands are real, and waited for by their end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/on_change.h"
#include "scratch.h"

static struct pt_session_section session;
static struct pt_snapshot snap = {.session = &session};
static struct on_change change;
static char command[1200];

static int on_change_open(void **state)
{
    if (scratch_make(state) != 0)
        return -1;
    memset(&change, 0, sizeof change);
    memset(&session, 0, sizeof session);
    session.verdict_since_ms = PT_UNKNOWN;
    /* The variables stand between angles, one line for each call. */
    snprintf(command, sizeof command,
             "echo \"<$PINTOP_VERDICT><$PINTOP_VERDICT_BEFORE><$PINTOP_SINCE><$PINTOP_TEXT>"
             "<$PINTOP_NEXT>\" >>%s",
             scratch_path("calls"));
    change.command = command;
    return 0;
}

static int on_change_close(void **state)
{
    on_change_end(&change, 0);
    return scratch_remove(state);
}

static void see(enum pt_verdict verdict, int64_t now_ms)
{
    session.verdict = verdict;
    on_change_look(&change, &snap, now_ms);
}

/* Waits for the end of the command that runs, without taking its status. */
static void wait_for_end(void)
{
    siginfo_t info;
    assert_true(change.pid > 0);
    assert_int_equal(waitid(P_PID, (id_t)change.pid, &info, WEXITED | WNOWAIT), 0);
}

static void assert_calls(const char *text)
{
    char *calls = scratch_get("calls");
    assert_string_equal(calls ? calls : "", text);
    free(calls);
}

static void test_the_first_good_verdict_is_no_change(void **state)
{
    (void)state;
    see(PT_V_IDLE, 0);
    see(PT_V_IDLE, 1000);
    assert_int_equal(change.pid, 0);
    see(PT_V_FAILED, 2000);
    wait_for_end();
    assert_calls("<FAILED><IDLE><><><>\n");
}

static void test_the_first_bad_verdict_is_told(void **state)
{
    static const enum pt_verdict bad[] = {PT_V_UNKNOWN,  PT_V_TRANSITION, PT_V_PAUSED,
                                          PT_V_DEGRADED, PT_V_STALLED,    PT_V_FAILED};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[64];
        change.has_told = false;
        see(bad[i], 0);
        wait_for_end();
        see(bad[i], 10);
        snprintf(line, sizeof line, "<%s><><><><>\n", pt_verdict_word(bad[i]));
        assert_calls(line);
        assert_int_equal(unlink(scratch_path("calls")), 0);
    }
}

/* The texts arrive as they are: the shell does not read them. */
static void test_what_it_gets(void **state)
{
    (void)state;
    setenv("PINTOP_VERDICT", "an older one", 1);
    session.verdict_since_ms = INT64_C(1795403556789);
    snprintf(session.verdict_text, sizeof session.verdict_text, "at the sink: `x` $(id) \"y\"; z");
    snprintf(session.verdict_detail, sizeof session.verdict_detail, "Allow s3:PutObject");
    see(PT_V_STALLED, 0);
    wait_for_end();
    unsetenv("PINTOP_VERDICT");
    assert_calls("<STALLED><><2026-11-23T03:12:36.789Z><at the sink: `x` $(id) \"y\"; z>"
                 "<Allow s3:PutObject>\n");
}

/* A command that ends only when the gate is opened. */
static void hold_at_the_gate(void)
{
    char told[sizeof command];
    snprintf(told, sizeof told, "%s", command);
    assert_int_equal(mkfifo(scratch_path("gate"), 0600), 0);
    snprintf(command, sizeof command, "read line <%s; %.900s", scratch_path("gate"), told);
}

/* Opening waits for the reader. */
static void open_the_gate(void)
{
    int fd = open(scratch_path("gate"), O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "\n", 1), 1);
    wait_for_end();
    close(fd);
}

/* While one runs there is no second one; then the latest verdict is told, and those between are
 * not. */
static void test_changes_meanwhile_are_one(void **state)
{
    (void)state;
    hold_at_the_gate();
    see(PT_V_OK, 0);
    see(PT_V_DEGRADED, 10);
    pid_t first = change.pid;
    see(PT_V_FAILED, 20);
    see(PT_V_PAUSED, 30);
    assert_int_equal(change.pid, first);
    open_the_gate();
    /* The next look takes its end and tells the rest at once. */
    see(PT_V_STALLED, 40);
    assert_true(change.pid > 0 && change.pid != first);
    open_the_gate();
    see(PT_V_STALLED, 50);
    assert_int_equal(change.pid, 0);
    assert_calls("<DEGRADED><OK><><><>\n<STALLED><DEGRADED><><><>\n");
}

static void test_back_again_meanwhile_is_no_change(void **state)
{
    (void)state;
    hold_at_the_gate();
    see(PT_V_OK, 0);
    see(PT_V_FAILED, 10);
    see(PT_V_OK, 15);
    open_the_gate();
    see(PT_V_FAILED, 20);
    assert_int_equal(change.pid, 0);
    assert_calls("<FAILED><OK><><><>\n");
}

static bool runs(pid_t pid)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    const char *got = fgets(line, sizeof line, file);
    fclose(file);
    const char *state = got ? strrchr(line, ')') : NULL;
    return state && state[1] == ' ' && state[2] != 'Z' && state[2] != 'X';
}

/* A command that hangs is killed after 30 s, with what it has started. */
static void test_a_command_that_hangs_is_killed(void **state)
{
    char *text = NULL;
    (void)state;
    snprintf(command, sizeof command, "sleep 1000 & echo $! >%s.new; mv %s.new %s; wait",
             scratch_path("pid"), scratch_path("pid"), scratch_path("pid"));
    see(PT_V_FAILED, 1000);
    pid_t first = change.pid;
    for (int i = 0; text == NULL && i < 20000; i++) {
        poll(NULL, 0, 1);
        text = scratch_get("pid");
    }
    assert_non_null(text);
    pid_t below = (pid_t)strtol(text, NULL, 10);
    free(text);
    assert_int_equal(on_change_next_ms(&change, 30990), 31000);
    see(PT_V_FAILED, 1000 + ON_CHANGE_LIMIT_MS - 1);
    assert_int_equal(change.pid, first);
    assert_true(runs(below));
    see(PT_V_FAILED, 1000 + ON_CHANGE_LIMIT_MS);
    assert_int_equal(change.pid, 0);
    for (int i = 0; runs(below) && i < 20000; i++)
        poll(NULL, 0, 1);
    assert_false(runs(below));
    assert_int_equal(on_change_next_ms(&change, 5), INT64_MAX);
}

/* A command that cannot be started has told nothing: it is tried again, not at every snapshot, and
 * what it was to tell is not lost. */
static void test_a_command_that_cannot_be_started(void **state)
{
    enum { TOO_LONG = 200 * 1024 }; /* for one argument of a program */
    char *longer = malloc(TOO_LONG + 1);
    (void)state;
    assert_non_null(longer);
    memset(longer, ' ', TOO_LONG);
    longer[TOO_LONG] = 0;
    see(PT_V_OK, 0);
    change.command = longer;
    see(PT_V_FAILED, 1000);
    assert_int_equal(change.pid, 0);
    assert_int_equal(on_change_next_ms(&change, 1000), 1000 + ON_CHANGE_AGAIN_MS);
    see(PT_V_FAILED, 1000 + ON_CHANGE_AGAIN_MS);
    assert_int_equal(on_change_next_ms(&change, 6000), 1000 + 2 * ON_CHANGE_AGAIN_MS);
    change.command = command;
    see(PT_V_FAILED, 1000 + 2 * ON_CHANGE_AGAIN_MS - 1);
    assert_int_equal(change.pid, 0);
    see(PT_V_FAILED, 1000 + 2 * ON_CHANGE_AGAIN_MS);
    wait_for_end();
    assert_calls("<FAILED><OK><><><>\n");
    /* When there is nothing to tell any more, there is nothing to look for. */
    see(PT_V_FAILED, 20000);
    change.command = longer;
    see(PT_V_OK, 20010);
    see(PT_V_FAILED, 20020);
    assert_int_equal(change.pid, 0);
    assert_int_equal(on_change_next_ms(&change, 20020), INT64_MAX);
    free(longer);
}

/* At the end of the command it is not left behind. */
static void test_it_ends_with_the_watch(void **state)
{
    (void)state;
    snprintf(command, sizeof command, "exec sleep 1000");
    see(PT_V_FAILED, 0);
    pid_t pid = change.pid;
    on_change_end(&change, 0);
    assert_int_equal(change.pid, 0);
    assert_int_equal(kill(pid, 0), -1);
}

static void test_without_a_command_nothing_runs(void **state)
{
    (void)state;
    change.command = NULL;
    see(PT_V_FAILED, 0);
    assert_int_equal(change.pid, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, on_change_open, on_change_close)
    const struct CMUnitTest tests[] = {
        TEST(test_the_first_good_verdict_is_no_change),
        TEST(test_the_first_bad_verdict_is_told),
        TEST(test_what_it_gets),
        TEST(test_changes_meanwhile_are_one),
        TEST(test_back_again_meanwhile_is_no_change),
        TEST(test_a_command_that_hangs_is_killed),
        TEST(test_a_command_that_cannot_be_started),
        TEST(test_it_ends_with_the_watch),
        TEST(test_without_a_command_nothing_runs),
    };
    return cmocka_run_group_tests_name("on change", tests, NULL, NULL);
}
