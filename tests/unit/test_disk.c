/* The disk worker: the latest checkpoint wins; a failure is reported and retried; a full queue
 * drops log lines and counts them, but never a checkpoint; and nobody waits for a disk that
 * hangs.
 *
 * A pipe in the place of the temporary file stands for a disk that hangs: opening it waits for a
 * reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/event.h"
#include "scratch.h"
#include "state/disk.h"

#define SECOND INT64_C(1000000)
enum { LOG_LINES = 1024 };

static struct disk *disk;

/* What was reported to `written`. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t told = PTHREAD_COND_INITIALIZER;
static unsigned n_good, n_bad;
static int64_t last_bad_us;
static struct pt_error last_error;

static void written(void *arg, unsigned slot, const struct pt_error *err)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    assert_true(slot < DISK_SLOTS);
    if (err->code == PT_OK) {
        n_good++;
    } else {
        n_bad++;
        last_error = *err;
        last_bad_us = clock_mono_us();
    }
    pthread_cond_broadcast(&told);
    pthread_mutex_unlock(&lock);
}

static bool await_told(unsigned good, unsigned bad)
{
    struct timespec until;
    int rc = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    pthread_mutex_lock(&lock);
    while ((n_good < good || n_bad < bad) && rc == 0)
        rc = pthread_cond_timedwait(&told, &lock, &until);
    bool is_there = n_good >= good && n_bad >= bad;
    pthread_mutex_unlock(&lock);
    return is_there;
}

static void log_it(enum pt_severity severity, const char *area, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void log_it(enum pt_severity severity, const char *area, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct pt_event *line = event_new(severity, area, fmt, args);
    va_end(args);
    disk_log(disk, line);
    event_release(line);
}

static void begin(const char *log)
{
    n_good = n_bad = 0;
    assert_int_equal(disk_start(log, written, NULL, &disk, NULL), PT_OK);
}

static void put(unsigned slot, const char *name, const char *text)
{
    disk_put(disk, slot, scratch_path(name), strdup(text));
    disk_write(disk);
}

static bool flush(int64_t for_us)
{
    return disk_flush(disk, clock_mono_us() + for_us);
}

static void assert_file(const char *name, const char *want)
{
    char *text = scratch_get(name);
    assert_non_null(text);
    assert_string_equal(text, want);
    free(text);
}

static bool exists(const char *name)
{
    return access(scratch_path(name), F_OK) == 0;
}

static void hang(const char *temporary)
{
    assert_int_equal(mkfifo(scratch_path(temporary), 0600), 0);
}

/* Let the worker continue. Its fsync of a pipe fails then. Returns the pipe's other end, which
 * stays open until the worker has written. */
static int unhang(const char *temporary)
{
    int fd = open(scratch_path(temporary), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

/* Put a text on a disk that hangs, and wait until a flush fails at its limit. A reader of the
 * pipe would let the worker continue. */
static void put_and_hang(const char *name, const char *text)
{
    char temporary[64];
    snprintf(temporary, sizeof temporary, "%s.tmp", name);
    hang(temporary);
    put(0, name, text);
    assert_false(flush(SECOND / 5));
}

static void written_whole(void **state)
{
    (void)state;
    begin(NULL);
    assert_true(flush(0)); /* nothing to do */
    for (unsigned i = 0; i < DISK_SLOTS; i++) {
        char name[16];
        snprintf(name, sizeof name, "cp%u", i);
        put(i, name, name);
    }
    assert_true(flush(20 * SECOND));
    for (unsigned i = 0; i < DISK_SLOTS; i++) {
        char name[16];
        snprintf(name, sizeof name, "cp%u", i);
        assert_file(name, name);
    }
    struct stat st;
    assert_int_equal(stat(scratch_path("cp0"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_false(exists("cp0.tmp"));
    assert_int_equal(n_good, 4);
    assert_int_equal(n_bad, 0);
    disk_free(disk);
    disk_free(NULL);
}

static void the_latest_wins(void **state)
{
    (void)state;
    begin(NULL);
    put_and_hang("cp", "first");
    for (int i = 0; i < 1000; i++)
        put(0, "cp", "in between");
    put(0, "cp", "last");
    int fd = unhang("cp.tmp");
    assert_true(flush(20 * SECOND));
    assert_file("cp", "last");
    assert_int_equal(n_bad, 1);  /* the first one, into the pipe */
    assert_int_equal(n_good, 1); /* none of those in between */
    close(fd);
    disk_free(disk);
}

/* A newer text is not delayed by the failure of an older one. */
static void a_newer_text_is_tried_at_once(void **state)
{
    (void)state;
    begin(NULL);
    put(0, "missing/cp", "old");
    assert_false(flush(20 * SECOND));
    assert_int_equal(n_bad, 1);
    put(0, "missing/cp", "newer");
    assert_false(flush(20 * SECOND));
    assert_int_equal(n_bad, 2);
    assert_int_equal(mkdir(scratch_path("missing"), 0700), 0);
    put(0, "missing/cp", "newest");
    assert_true(flush(20 * SECOND));
    assert_file("missing/cp", "newest");
    disk_free(disk);
}

static void a_failure_is_told_and_tried_again_each_second(void **state)
{
    (void)state;
    begin(NULL);
    put(0, "missing/cp", "text");
    assert_true(await_told(0, 1));
    int64_t first_us = last_bad_us;
    assert_non_null(strstr(last_error.what, "missing/cp"));
    assert_true(last_error.fix[0] != 0);
    /* Another slot is not delayed by it. */
    put(1, "other", "x");
    assert_true(await_told(1, 1));
    assert_true(await_told(1, 3));
    assert_true(last_bad_us - first_us >= 2 * SECOND - SECOND / 10);
    assert_int_equal(n_bad, 3);
    assert_int_equal(mkdir(scratch_path("missing"), 0700), 0);
    assert_true(await_told(2, 3));
    assert_true(flush(SECOND));
    assert_file("missing/cp", "text");
    disk_free(disk);
}

/* At the end of the program the last text is tried once more, even after a failure. */
static void the_end_tries_once_more(void **state)
{
    (void)state;
    begin(NULL);
    put(0, "missing/cp", "last words");
    assert_true(await_told(0, 1));
    assert_int_equal(mkdir(scratch_path("missing"), 0700), 0);
    disk_free(disk);
    assert_file("missing/cp", "last words");
    /* It is tried only once when it fails again. */
    begin(NULL);
    put(0, "nowhere/cp", "x");
    assert_true(await_told(0, 1));
    int64_t begin_us = clock_mono_us();
    disk_free(disk);
    assert_true(clock_mono_us() - begin_us < 5 * SECOND);
    assert_int_equal(n_bad, 2);
}

static void the_end_writes_what_is_there(void **state)
{
    (void)state;
    begin(scratch_path("log"));
    for (int i = 0; i < 50; i++) {
        log_it(PT_INFO, "pin", "line %d", i);
    }
    put(2, "cp", "text");
    disk_free(disk);
    assert_file("cp", "text");
    char *log = scratch_get("log");
    assert_non_null(strstr(log, "line 0\n"));
    assert_non_null(strstr(log, "line 49\n"));
    free(log);
}

static void a_flush_has_a_deadline(void **state)
{
    (void)state;
    begin(NULL);
    put_and_hang("cp", "text");
    int64_t begin_us = clock_mono_us();
    assert_false(flush(SECOND / 10));
    assert_false(disk_flush(disk, begin_us)); /* as the reactor calls it: without a wait */
    assert_true(clock_mono_us() - begin_us < 10 * SECOND);
    put(1, "other", "x"); /* putting a text does not wait, either */
    close(unhang("cp.tmp"));
    assert_true(await_told(1, 1));
    disk_free(disk);
}

static void a_full_queue_drops_lines_and_no_checkpoint(void **state)
{
    (void)state;
    begin(scratch_path("log"));
    put_and_hang("cp", "text");
    for (int i = 0; i < LOG_LINES + 100; i++) {
        log_it(PT_WARN, "sink", "number %d.", i);
    }
    assert_int_equal(disk_dropped(disk), 100);
    put(0, "cp", "text 2");
    put(1, "cp 1", "text 3");
    int fd = unhang("cp.tmp");
    assert_true(flush(20 * SECOND));
    assert_file("cp", "text 2");
    assert_file("cp 1", "text 3");
    close(fd);
    disk_free(disk);
    char *log = scratch_get("log");
    assert_non_null(strstr(log, "Z warning sink     number 0.\n"));
    assert_non_null(strstr(log, "number 1023."));
    assert_null(strstr(log, "number 1024."));
    free(log);
}

static void the_log_is_appended_to(void **state)
{
    (void)state;
    scratch_put("log", "before\n");
    begin(scratch_path("log"));
    log_it(PT_ERROR, "kafka", "%08000d: the end", 0); /* whole, however long it is */
    disk_free(disk);
    char *log = scratch_get("log");
    assert_memory_equal(log, "before\n", 7);
    assert_true(strlen(log) > 7 + 8000);
    assert_non_null(strstr(log, ": the end\n"));
    free(log);
    struct pt_error err;
    struct disk *none;
    assert_int_equal(disk_start(scratch_path("missing/log"), NULL, NULL, &none, &err), PT_EIO);
    assert_non_null(strstr(err.what, "missing/log"));
}

static void without_a_log_file_lines_go_nowhere(void **state)
{
    (void)state;
    begin("");
    for (int i = 0; i < 3 * LOG_LINES; i++)
        log_it(PT_ERROR, "", "nowhere");
    assert_int_equal(disk_dropped(disk), 0);
    disk_free(disk);
}

/* ---- a full disk ---- */

#define CHECK(what)                                                                                \
    if (!(what))                                                                                   \
    return __LINE__

/* Runs in a process of its own, whose files are limited to 64 bytes. Returns the line of the
 * check that failed, or 0. */
static int full_disk(void)
{
    struct rlimit limit = {.rlim_cur = 64, .rlim_max = RLIM_INFINITY};
    char big[1000];
    signal(SIGXFSZ, SIG_IGN);
    memset(big, 'b', sizeof big - 1);
    big[sizeof big - 1] = 0;
    n_good = n_bad = 0;
    CHECK(disk_start(scratch_path("log"), written, NULL, &disk, NULL) == PT_OK);
    put(0, "cp", "small and old");
    CHECK(flush(20 * SECOND));
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    put(0, "cp", big);
    CHECK(!flush(20 * SECOND));
    CHECK(n_bad == 1);
    CHECK(last_error.code == PT_EFULL);
    CHECK(strstr(last_error.fix, "space") != NULL);
    char *text = scratch_get("cp");
    CHECK(text && strcmp(text, "small and old") == 0);
    CHECK(!exists("cp.tmp"));
    /* The log does not fit either: its lines are counted, and the worker continues. */
    for (int i = 0; i < 10; i++)
        log_it(PT_ERROR, "pin", "no room for this");
    put(1, "cp 1", "fits");
    CHECK(await_told(2, 1));
    int64_t until_us = clock_mono_us() + 20 * SECOND;
    while (disk_dropped(disk) < 9 && clock_mono_us() < until_us)
        sched_yield();
    CHECK(disk_dropped(disk) >= 9);
    limit.rlim_cur = RLIM_INFINITY;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK(await_told(3, 1)); /* retried automatically */
    text = scratch_get("cp");
    CHECK(text && strcmp(text, big) == 0);
    disk_free(disk);
    return 0;
}

static void a_full_disk(void **state)
{
    int status;
    (void)state;
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int line = full_disk();
        char where[32];
        int len = snprintf(where, sizeof where, "line %d\n", line);
        if (line && write(STDERR_FILENO, where, (size_t)len) != len)
            _exit(2);
        _exit(line != 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- several at once ---- */

/* This function replaces the C library's: it counts the calls and makes the system call. With
 * `meet` above 1 a call waits until that many are inside at the same time, for at most 5 s. */
static pthread_mutex_t sync_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t sync_more = PTHREAD_COND_INITIALIZER;
static unsigned n_syncs, n_inside, most_inside, meet;

int fsync(int fd)
{
    struct timespec until;
    int rc = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 5;
    pthread_mutex_lock(&sync_lock);
    n_syncs++;
    n_inside++;
    most_inside = n_inside > most_inside ? n_inside : most_inside;
    pthread_cond_broadcast(&sync_more);
    while (most_inside < meet && rc == 0)
        rc = pthread_cond_timedwait(&sync_more, &sync_lock, &until);
    n_inside--;
    pthread_mutex_unlock(&sync_lock);
    return (int)syscall(SYS_fsync, fd);
}

static void expect_syncs(unsigned at_once)
{
    pthread_mutex_lock(&sync_lock);
    n_syncs = most_inside = 0;
    meet = at_once;
    pthread_mutex_unlock(&sync_lock);
}

static void put_three(void)
{
    disk_put(disk, 0, scratch_path("a"), strdup("A"));
    disk_put(disk, 1, scratch_path("b"), strdup("B"));
    disk_put(disk, 2, scratch_path("c"), strdup("C"));
}

/* Each file is synced once, and their directory once for all of them. */
static void those_put_together_are_written_together(void **state)
{
    (void)state;
    begin(NULL);
    expect_syncs(0);
    put_three();
    disk_write(disk);
    assert_true(await_told(3, 0));
    assert_true(flush(20 * SECOND));
    assert_int_equal(n_syncs, 4);
    assert_file("a", "A");
    assert_file("c", "C");
    assert_true(disk_answered_us(disk) > 0);
    disk_free(disk);
}

/* A caller waits for them: they are written at the same time, so that a slow disk delays it
 * once. */
static void the_last_are_written_side_by_side(void **state)
{
    (void)state;
    begin(NULL);
    expect_syncs(3);
    put_three();
    assert_true(flush(20 * SECOND));
    assert_int_equal(most_inside, 3);
    assert_int_equal(n_syncs, 4);
    expect_syncs(0);
    assert_file("b", "B");
    disk_free(disk);
}

/* A text that cannot be written does not prevent the others. */
static void one_of_several_fails(void **state)
{
    (void)state;
    begin(NULL);
    disk_put(disk, 0, scratch_path("a"), strdup("A"));
    disk_put(disk, 1, scratch_path("missing/b"), strdup("B"));
    disk_put(disk, 2, scratch_path("c"), strdup("C"));
    assert_false(flush(20 * SECOND));
    assert_true(await_told(2, 1));
    assert_file("a", "A");
    assert_file("c", "C");
    assert_non_null(strstr(last_error.what, "missing/b"));
    assert_int_equal(mkdir(scratch_path("missing"), 0700), 0);
    disk_free(disk);
    assert_file("missing/b", "B");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        TEST(written_whole),
        TEST(the_latest_wins),
        TEST(a_newer_text_is_tried_at_once),
        TEST(a_failure_is_told_and_tried_again_each_second),
        TEST(the_end_tries_once_more),
        TEST(the_end_writes_what_is_there),
        TEST(a_flush_has_a_deadline),
        TEST(a_full_queue_drops_lines_and_no_checkpoint),
        TEST(the_log_is_appended_to),
        TEST(without_a_log_file_lines_go_nowhere),
        TEST(a_full_disk),
        TEST(those_put_together_are_written_together),
        TEST(the_last_are_written_side_by_side),
        TEST(one_of_several_fails),
    };
    signal(SIGPIPE, SIG_IGN); /* as the program does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
