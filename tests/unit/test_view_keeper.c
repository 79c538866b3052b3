/* The thread that keeps what a dashboard looked like: the newest text wins, and a disk that hangs
 * is not waited for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pintop/view.h"
#include "scratch.h"
#include "ui/view_keeper.h"

/* ---- a disk that hangs, as long as the lock is held ---- */

static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;

/* In the place of the library's, which every file that is written passes. */
int fsync(int fd)
{
    (void)fd;
    pthread_mutex_lock(&disk);
    pthread_mutex_unlock(&disk);
    return 0;
}

enum { LONG_MS = 20000 };

/* Starts one, and waits until it has read its file. The text is the caller's. */
static struct view_keeper *started(char **text)
{
    struct view_keeper *keeper = view_keeper_start(scratch_dir, "prod");
    assert_non_null(keeper);
    for (int i = 0; i < LONG_MS && !view_keeper_take(keeper, text); i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    char *again = NULL;
    assert_false(view_keeper_take(keeper, &again)); /* once */
    return keeper;
}

static void holds(const char *expected)
{
    char *text = NULL;
    assert_int_equal(pt_view_read(scratch_dir, "prod", &text, NULL), PT_OK);
    assert_string_equal(text, expected);
    free(text);
}

static void what_was_put_is_there_the_next_time(void **state)
{
    (void)state;
    char *text = NULL;
    struct view_keeper *keeper = started(&text);
    assert_null(text);
    view_keeper_put(keeper, "times=local\n");
    view_keeper_end(keeper, LONG_MS);
    keeper = started(&text);
    assert_string_equal(text, "times=local\n");
    free(text);
    view_keeper_end(keeper, LONG_MS);
}

static void the_newest_text_wins(void **state)
{
    (void)state;
    char *text = NULL, line[32];
    struct view_keeper *keeper = started(&text);
    pthread_mutex_lock(&disk);
    for (int i = 0; i < 100; i++) {
        snprintf(line, sizeof line, "chart.step=%d\n", i);
        view_keeper_put(keeper, line);
    }
    pthread_mutex_unlock(&disk);
    view_keeper_end(keeper, LONG_MS);
    holds("chart.step=99\n");
}

static int64_t keeper_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void a_disk_that_hangs_is_not_waited_for(void **state)
{
    (void)state;
    char *text = NULL;
    struct view_keeper *keeper = started(&text);
    pthread_mutex_lock(&disk);
    view_keeper_put(keeper, "times=local\n");
    int64_t begun_ms = keeper_now_ms();
    view_keeper_end(keeper, 50);
    assert_true(keeper_now_ms() - begun_ms < LONG_MS / 2);
    pthread_mutex_unlock(&disk);
    for (int i = 0; i < LONG_MS && text == NULL; i++) { /* its thread still brings it to the end */
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        pt_view_read(scratch_dir, "prod", &text, NULL);
    }
    assert_string_equal(text, "times=local\n");
    free(text);
}

static void a_directory_that_cannot_be_written_ends_nothing(void **state)
{
    (void)state;
    scratch_put("file", "it is no directory");
    struct view_keeper *keeper = view_keeper_start(scratch_path("file"), "");
    assert_non_null(keeper);
    view_keeper_put(keeper, "times=local\n");
    view_keeper_put(keeper, "times=utc\n");
    view_keeper_end(keeper, LONG_MS);
    view_keeper_end(NULL, 0);
    char *kept = scratch_get("file");
    assert_string_equal(kept, "it is no directory");
    free(kept);
}

#define KEEPER(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEEPER(what_was_put_is_there_the_next_time),
        KEEPER(the_newest_text_wins),
        KEEPER(a_disk_that_hangs_is_not_waited_for),
        KEEPER(a_directory_that_cannot_be_written_ends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
