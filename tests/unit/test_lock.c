/* The lock of a state directory, between processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/lock.h"
#include "scratch.h"

static struct lock_note owner;

/* Another process that takes the lock, says so, and holds it until it is killed or its pipe closed.
 */
struct other {
    pid_t pid;
    int said, hold;
};

static void child(int say, int hold, const char *bootstrap)
{
    int fd;
    struct lock_note note = {.pid = getpid()};
    char word = 'x';
    snprintf(note.bootstrap, sizeof note.bootstrap, "%s", bootstrap);
    if (lock_take(scratch_dir, &fd, NULL, NULL) != PT_OK)
        word = 'n';
    else if (lock_note_write(fd, &note, NULL) == PT_OK)
        word = 'y';
    ssize_t n = write(say, &word, 1);
    n = read(hold, &word, 1); /* until the parent closes it */
    _exit(n == 0 ? 0 : 1);
}

static struct other start_other(const char *bootstrap)
{
    struct other other;
    int said[2], hold[2];
    char word = 0;
    assert_int_equal(pipe2(said, O_CLOEXEC), 0);
    assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
    other.pid = fork();
    assert_true(other.pid >= 0);
    if (other.pid == 0) {
        close(hold[1]);
        close(said[0]);
        child(said[1], hold[0], bootstrap);
    }
    close(said[1]);
    close(hold[0]);
    other.said = said[0];
    other.hold = hold[1];
    assert_int_equal(read(other.said, &word, 1), 1);
    assert_int_equal(word, 'y');
    return other;
}

static void end_other(struct other *other, int sig)
{
    int status;
    if (sig)
        kill(other->pid, sig);
    close(other->hold);
    close(other->said);
    assert_int_equal(waitpid(other->pid, &status, 0), other->pid);
    assert_true(sig ? WIFSIGNALED(status) : WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void taken_and_given_up(void **state)
{
    int fd;
    (void)state;
    assert_int_equal(lock_read(scratch_dir, &owner, NULL), PT_ENOTFOUND);
    assert_int_equal(lock_take(scratch_dir, &fd, &owner, NULL), PT_OK);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    struct stat st;
    assert_int_equal(stat(scratch_path("lock"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    close(fd);
    assert_int_equal(lock_read(scratch_dir, &owner, NULL), PT_ENOTFOUND);
    assert_int_equal(lock_take(scratch_dir, &fd, &owner, NULL), PT_OK);
    close(fd);
}

/* "refused with the owner's pid; `stream` exits 2". */
static void a_second_taker_is_told_the_pid(void **state)
{
    struct pt_error err;
    char pid[32];
    int fd = 123;
    (void)state;
    struct other other = start_other("");
    assert_int_equal(lock_take(scratch_dir, &fd, &owner, &err), PT_ELOCKED);
    assert_int_equal(fd, -1);
    assert_int_equal(owner.pid, other.pid);
    assert_string_equal(owner.bootstrap, "");
    snprintf(pid, sizeof pid, "pintop %d's", (int)other.pid);
    assert_non_null(strstr(err.what, pid));
    assert_non_null(strstr(err.fix, "pintop.state.dir"));
    assert_int_equal(pt_code_exit(err.code), 2);
    assert_int_equal(lock_take(scratch_dir, &fd, NULL, NULL), PT_ELOCKED);
    end_other(&other, 0);
    assert_int_equal(lock_take(scratch_dir, &fd, &owner, NULL), PT_OK);
    close(fd);
}

/* The same process is a second taker, too. */
static void twice_in_one_process(void **state)
{
    int first, second;
    (void)state;
    assert_int_equal(lock_take(scratch_dir, &first, &owner, NULL), PT_OK);
    assert_int_equal(lock_take(scratch_dir, &second, &owner, NULL), PT_ELOCKED);
    /* Known before the owner has written a note of its own, too. */
    assert_int_equal(owner.pid, getpid());
    /* Its attempt did not give up the first one's. */
    assert_int_equal(lock_read(scratch_dir, &owner, NULL), PT_OK);
    close(first);
}

static void kill_9_gives_it_up(void **state)
{
    int fd;
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct other other = start_other("127.0.0.1:1,127.0.0.1:2");
        assert_int_equal(lock_read(scratch_dir, &owner, NULL), PT_OK);
        assert_int_equal(owner.pid, other.pid);
        end_other(&other, SIGKILL);
        assert_int_equal(lock_read(scratch_dir, &owner, NULL), PT_ENOTFOUND);
        assert_int_equal(lock_take(scratch_dir, &fd, &owner, NULL), PT_OK);
        close(fd);
    }
}

static void the_embedded_servers_are_read(void **state)
{
    static const char servers[] = "127.0.0.1:41233,127.0.0.1:37773,127.0.0.1:40001";
    (void)state;
    struct other other = start_other(servers);
    assert_int_equal(lock_read(scratch_dir, &owner, NULL), PT_OK);
    assert_string_equal(owner.bootstrap, servers);
    int fd;
    memset(&owner, 0, sizeof owner);
    assert_int_equal(lock_take(scratch_dir, &fd, &owner, NULL), PT_ELOCKED);
    assert_string_equal(owner.bootstrap, servers);
    end_other(&other, 0);
}

/* What a killed owner left behind is not taken for the next one's: neither before it writes its
 * note, nor after a shorter one. */
static void an_old_note_is_not_the_new_owners(void **state)
{
    int fd;
    struct lock_note note = {.pid = 7};
    (void)state;
    struct other other = start_other("old.example:9092,older.example:9092,oldest.example:9092");
    end_other(&other, SIGKILL);
    assert_int_equal(lock_take(scratch_dir, &fd, NULL, NULL), PT_OK);
    assert_int_equal(lock_read(scratch_dir, &owner, NULL), PT_OK);
    assert_int_equal(owner.pid, getpid());
    assert_string_equal(owner.bootstrap, "");
    assert_int_equal(lock_note_write(fd, &note, NULL), PT_OK);
    assert_int_equal(lock_read(scratch_dir, &owner, NULL), PT_OK);
    assert_int_equal(owner.pid, 7);
    assert_string_equal(owner.bootstrap, "");
    close(fd);
}

static void a_damaged_note_is_no_pid(void **state)
{
    static const char *const notes[] = {"", "\n", "x y z", "\xff\xfe", "  \n  9 a"};
    int fd, second;
    (void)state;
    assert_int_equal(lock_take(scratch_dir, &fd, NULL, NULL), PT_OK);
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_true(pwrite(fd, notes[i], strlen(notes[i]), 0) >= 0);
        owner.pid = 99;
        assert_int_equal(lock_take(scratch_dir, &second, &owner, NULL), PT_ELOCKED);
        assert_int_equal(owner.pid, 0);
        assert_string_equal(owner.bootstrap, "");
    }
    char long_note[600];
    memset(long_note, 'b', sizeof long_note);
    memcpy(long_note, "5 ", 2);
    assert_true(pwrite(fd, long_note, sizeof long_note, 0) > 0);
    assert_int_equal(lock_take(scratch_dir, &second, &owner, NULL), PT_ELOCKED);
    assert_int_equal(owner.pid, 5);
    assert_true(strlen(owner.bootstrap) < sizeof owner.bootstrap);
    close(fd);
}

static void no_directory_and_none_to_write_to(void **state)
{
    struct pt_error err;
    int fd;
    (void)state;
    assert_int_equal(lock_take(scratch_path("missing"), &fd, &owner, &err), PT_EIO);
    assert_int_equal(fd, -1);
    assert_non_null(strstr(err.what, "missing"));
    assert_non_null(strstr(err.fix, "pintop.state.dir"));
    assert_int_equal(lock_read(scratch_path("missing"), &owner, &err), PT_ENOTFOUND);
    assert_int_equal(mkdir(scratch_path("lock"), 0700), 0);
    assert_int_equal(lock_take(scratch_dir, &fd, &owner, &err), PT_EIO);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        TEST(taken_and_given_up),
        TEST(a_second_taker_is_told_the_pid),
        TEST(twice_in_one_process),
        TEST(kill_9_gives_it_up),
        TEST(the_embedded_servers_are_read),
        TEST(an_old_note_is_not_the_new_owners),
        TEST(a_damaged_note_is_no_pid),
        TEST(no_directory_and_none_to_write_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
