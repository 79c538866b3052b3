/* What a recorder tells of its disk: a fault once, and once that it is over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "record/turn.h"
#include "recording.h"

static bool is_disk_bad;

/* In the place of the library's. */
int fsync(int fd)
{
    (void)fd;
    errno = EIO;
    return is_disk_bad ? -1 : 0;
}

static char told[8][PT_TEXT_MAX];
static int n_told;

static void note(void *arg, enum pt_severity severity, const char *text)
{
    (void)arg, (void)severity;
    assert_in_range(n_told, 0, 7);
    snprintf(told[n_told++], sizeof told[0], "%s", text);
}

static const struct pt_snapshot *newest(void *arg)
{
    (void)arg;
    renew();
    return snapshot_new(&fixture.snap, fixture.snap.section.version);
}

static struct turn begin_turns(void)
{
    n_told = 0;
    return (struct turn){
        .hooks = {NULL, newest, note},
          .recording = begin(true, 64 << 20)
    };
}

static void turns(struct turn *turn, int n)
{
    for (int i = 0; i < n; i++) {
        fixture.streams.streams[0].generated++;
        turn_take(turn, fixture.snap.time_ms);
        pass(1000);
    }
}

static void an_fsync_that_fails_is_told_once(void **state)
{
    (void)state;
    struct turn turn = begin_turns();
    turns(&turn, 30);
    assert_int_equal(n_told, 0);
    is_disk_bad = true;
    turns(&turn, 60);
    assert_int_equal(n_told, 1);
    assert_non_null(strstr(told[0], "recording: fsync "));
    assert_non_null(strstr(told[0], ": Input/output error. Check that "));
    is_disk_bad = false;
    turns(&turn, 60);
    assert_int_equal(n_told, 2);
    assert_string_equal(told[1], "recording: it goes on");
    recording_free(turn.recording);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORD_TEST(an_fsync_that_fails_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
