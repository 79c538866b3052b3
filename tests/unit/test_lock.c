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

#include "scratch.h"
#include "state/lock.h"

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
    bool is_told = write(say, &word, 1) == 1;
    bool is_closed = read(hold, &word, 1) == 0; /* waits until the parent closes it */
    _exit(is_told && is_closed ? 0 : 1);
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
    snprintf(pid, sizeof pid, "pintop %d runs its streams", (int)other.pid);
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

/* ---- shards ---- */

static const struct shard first_of_2 = {1, 2}, second_of_2 = {2, 2}, third_of_4 = {3, 4};

/* All shards of one host may use one directory. */
static void shards_of_one_number_run_side_by_side(void **state)
{
    int one, two;
    (void)state;
    assert_int_equal(lock_take_shard(scratch_dir, first_of_2, &one, &owner, NULL), PT_OK);
    assert_int_equal(lock_read_shard(scratch_dir, second_of_2, &owner, NULL), PT_ENOTFOUND);
    assert_int_equal(lock_take_shard(scratch_dir, second_of_2, &two, &owner, NULL), PT_OK);
    assert_int_equal(lock_read_shard(scratch_dir, first_of_2, &owner, NULL), PT_OK);
    assert_int_equal(owner.pid, getpid());
    close(one);
    assert_int_equal(lock_read_shard(scratch_dir, first_of_2, &owner, NULL), PT_ENOTFOUND);
    assert_int_equal(lock_read_shard(scratch_dir, second_of_2, &owner, NULL), PT_OK);
    close(two);
}

static void a_shard_runs_once(void **state)
{
    struct pt_error err;
    int one, again = 5;
    (void)state;
    assert_int_equal(lock_take_shard(scratch_dir, second_of_2, &one, NULL, NULL), PT_OK);
    assert_int_equal(lock_take_shard(scratch_dir, second_of_2, &again, &owner, &err), PT_ELOCKED);
    assert_int_equal(again, -1);
    assert_int_equal(owner.pid, getpid());
    assert_non_null(strstr(err.what, "as shard 2/2"));
    close(one);
}

/* Their indexes overlap: 1/2 and 3/4, and each of them with the whole. */
static void shards_of_other_numbers_exclude_each_other(void **state)
{
    const struct shard all[] = {SHARD_WHOLE, first_of_2, third_of_4};
    (void)state;
    for (int a = 0; a < 3; a++) {
        int held, fd = 5;
        assert_int_equal(lock_take_shard(scratch_dir, all[a], &held, NULL, NULL), PT_OK);
        for (int b = 0; b < 3; b++) {
            struct pt_error err;
            char was[SHARD_TEXT], now[SHARD_TEXT];
            if (a == b)
                continue;
            owner.pid = 0;
            assert_int_equal(lock_take_shard(scratch_dir, all[b], &fd, &owner, &err), PT_ELOCKED);
            assert_int_equal(fd, -1);
            assert_int_equal(owner.pid, getpid());
            shard_format(all[a], was);
            shard_format(all[b], now);
            assert_non_null(strstr(err.what, was));
            assert_non_null(strstr(err.what, now));
            assert_non_null(strstr(err.fix, "pintop.state.dir"));
            assert_int_equal(lock_read_shard(scratch_dir, all[b], &owner, NULL), PT_OK);
        }
        close(held);
    }
    /* The attempts left nothing held. */
    int fd;
    assert_int_equal(lock_take(scratch_dir, &fd, NULL, NULL), PT_OK);
    close(fd);
}

/* What cannot be looked at is not free. */
static void a_lock_that_cannot_be_read_excludes(void **state)
{
    int fd;
    struct pt_error err;
    (void)state;
    assert_int_equal(mkdir(scratch_path("lock.1of2"), 0700), 0);
    assert_int_equal(lock_take_shard(scratch_dir, third_of_4, &fd, NULL, &err), PT_EIO);
    assert_int_equal(fd, -1);
    assert_int_equal(lock_take(scratch_dir, &fd, NULL, &err), PT_EIO);
    assert_int_equal(lock_read(scratch_dir, &owner, &err), PT_EIO);
    assert_int_equal(rmdir(scratch_path("lock.1of2")), 0);
    assert_int_equal(lock_take(scratch_dir, &fd, NULL, &err), PT_OK);
    close(fd);
}

/* Only the very names of locks count. */
static void other_files_are_no_locks(void **state)
{
    static const char *const names[] = {"lock.",      "lock.0of2", "lock.2of0",
                                        "lock.1of2x", "lock.1of1", "lock.+1of2",
                                        "lock.01of2", "locks",     "lock.1of2.1of2"};
    int fds[sizeof names / sizeof *names], fd;
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        scratch_put(names[i], "1 \n");
        fds[i] = open(scratch_path(names[i]), O_RDWR | O_CLOEXEC);
        assert_true(fds[i] >= 0 && fcntl(fds[i], F_OFD_SETLK, &whole) == 0);
    }
    assert_int_equal(lock_take_shard(scratch_dir, third_of_4, &fd, NULL, NULL), PT_OK);
    close(fd);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        close(fds[i]);
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
        TEST(shards_of_one_number_run_side_by_side),
        TEST(a_shard_runs_once),
        TEST(shards_of_other_numbers_exclude_each_other),
        TEST(a_lock_that_cannot_be_read_excludes),
        TEST(other_files_are_no_locks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
