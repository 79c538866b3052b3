/* The link to a recording, over a disk that hangs: only its own thread waits. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cond.h"
#include "pintop/record.h"
#include "recording.h"

/* ---- a disk that hangs ---- */

static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t disk_more;
static bool disk_hangs;
static int disk_n_waiting;

/* In the place of the library's, which every file that is read passes. */
int fstat(int fd, struct stat *st)
{
    pthread_mutex_lock(&disk_lock);
    disk_n_waiting += disk_hangs;
    pthread_cond_broadcast(&disk_more);
    while (disk_hangs)
        pthread_cond_wait(&disk_more, &disk_lock);
    pthread_mutex_unlock(&disk_lock);
    return fstatat(fd, "", st, AT_EMPTY_PATH);
}

static void disk_set(bool hangs)
{
    pthread_mutex_lock(&disk_lock);
    disk_hangs = hangs;
    disk_n_waiting = 0;
    pthread_cond_broadcast(&disk_more);
    pthread_mutex_unlock(&disk_lock);
}

static void disk_wait_for_reader(void)
{
    int64_t until_us = clock_mono_us() + 20000000;
    pthread_mutex_lock(&disk_lock);
    while (disk_n_waiting == 0)
        assert_int_equal(cond_wait_until(&disk_more, &disk_lock, until_us), 0);
    pthread_mutex_unlock(&disk_lock);
}

/* ---- the recording ---- */

/* Two files, each of ten minutes. */
static struct pt_link open_two_files(struct pt_replay_state *now)
{
    struct recording *rec = begin(true, 64 << 20);
    struct pt_error err = {0};
    struct pt_link link;
    for (int i = 0; i < 20; i++) {
        fixture.streams.streams[0].generated++;
        take_well(rec);
        pass(60000);
    }
    recording_free(rec);
    const struct pt_run run = {.recording = scratch_path("record"),
                               .recording_at_ms = FIXTURE_NOW_MS};
    if (pt_replay_open(NULL, &run, &link, &err) != PT_OK)
        fail_msg("%s", err.what);
    assert_true(pt_link_replay_state(&link, now));
    return link;
}

static void wait_until_at(const struct pt_link *link, int64_t time_ms)
{
    struct pt_replay_state now;
    int64_t until_us = clock_mono_us() + 20000000;
    do {
        assert_true(pt_link_replay_state(link, &now));
        if (now.time_ms == time_ms)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    } while (clock_mono_us() < until_us);
    fail_msg("the recording is at %lld: %s", (long long)now.time_ms, now.note);
}

/* ---- tests ---- */

/* Were one of these calls to wait for the disk, it would wait for ever. */
static void a_disk_that_hangs_is_not_waited_for(void **state)
{
    struct pt_replay_state begun, now;
    (void)state;
    struct pt_link link = open_two_files(&begun);
    disk_set(true);
    pt_link_replay(&link, PT_REPLAY_JUMP, begun.last_ms);
    disk_wait_for_reader();
    alarm(20);
    pt_link_replay(&link, PT_REPLAY_STEP_BACK, 0);
    const struct pt_snapshot *snap = pt_link_acquire(&link);
    assert_true(pt_link_replay_state(&link, &now));
    pt_link_stop(&link, "quit", 0);
    assert_true(pt_link_is_stopped(&link));
    alarm(0);
    assert_int_equal(snap->time_ms, begun.first_ms);
    assert_int_equal(now.time_ms, begun.first_ms);
    pt_snapshot_release(snap);
    /* What was asked meanwhile is done as soon as it can be. */
    disk_set(false);
    wait_until_at(&link, begun.last_ms - 60000);
    snap = pt_link_acquire(&link);
    assert_int_equal(snap->time_ms, begun.last_ms - 60000);
    pt_snapshot_release(snap);
    pt_link_free(&link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORD_TEST(a_disk_that_hangs_is_not_waited_for),
    };
    cond_init(&disk_more);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
