/* base/file: read with a bound, replaced so that a failure leaves the old one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch.h"

static struct pt_error err;

static void assert_file(const char *name, const char *want)
{
    char *text = scratch_get(name);
    assert_non_null(text);
    assert_string_equal(text, want);
    free(text);
}

static int count_entries(void)
{
    DIR *dir = opendir(scratch_dir);
    int n = 0;
    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

static pt_code replace(const char *name, const char *text)
{
    return file_replace(scratch_path(name), text, strlen(text), 0600, &err);
}

static void replaced_whole(void **state)
{
    struct stat st;
    (void)state;
    assert_int_equal(replace("f", "one"), PT_OK);
    assert_file("f", "one");
    assert_int_equal(replace("f", ""), PT_OK);
    assert_file("f", "");
    assert_int_equal(replace("f", "longer than before"), PT_OK);
    assert_file("f", "longer than before");
    assert_int_equal(stat(scratch_path("f"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(count_entries(), 1);
    /* A temporary that a killed writer left is no hindrance. */
    scratch_put("f.tmp", "left over and longer than what comes now");
    assert_int_equal(replace("f", "new"), PT_OK);
    assert_file("f", "new");
    assert_int_equal(count_entries(), 1);
}

static void a_relative_path_and_bytes(void **state)
{
    char was[PATH_MAX], *data;
    size_t len;
    (void)state;
    assert_non_null(getcwd(was, sizeof was));
    assert_int_equal(chdir(scratch_dir), 0);
    pt_code code = file_replace("bytes", "a\0\xff", 3, 0644, &err);
    pt_code read_code = file_read("bytes", 3, &data, &len, &err);
    assert_int_equal(chdir(was), 0);
    assert_int_equal(code, PT_OK);
    assert_int_equal(read_code, PT_OK);
    assert_int_equal(len, 3);
    assert_memory_equal(data, "a\0\xff\0", 4);
    free(data);
}

static void what_cannot_be_replaced_stays(void **state)
{
    char path[5000];
    (void)state;
    assert_int_equal(replace("missing/f", "x"), PT_EIO);
    assert_non_null(strstr(err.what, "missing/f"));
    assert_true(err.fix[0] != 0);
    assert_int_equal(mkdir(scratch_path("dir"), 0700), 0);
    assert_int_equal(replace("dir", "x"), PT_EIO);
    assert_int_equal(count_entries(), 1); /* no temporary is left */
    memset(path, 'p', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = 0;
    assert_int_equal(file_replace(path, "x", 1, 0600, &err), PT_EIO);
}

static int replace_without_room(void)
{
    struct rlimit limit = {.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
    char *big = calloc(1, 1000);
    signal(SIGXFSZ, SIG_IGN);
    memset(big, 'b', 999);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || replace("f", big) != PT_EFULL ||
        !strstr(err.fix, "space"))
        return 1;
    char *text = scratch_get("f");
    if (!text || strcmp(text, "old") != 0 || access(scratch_path("f.tmp"), F_OK) == 0)
        return 2;
    return 0;
}

static void a_full_disk_leaves_the_old_one(void **state)
{
    int status;
    (void)state;
    scratch_put("f", "old");
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(replace_without_room());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void read_with_a_bound(void **state)
{
    char *data = NULL;
    size_t len;
    (void)state;
    scratch_put("f", "12345");
    assert_int_equal(file_read(scratch_path("f"), 5, &data, &len, &err), PT_OK);
    assert_int_equal(len, 5);
    assert_string_equal(data, "12345");
    free(data);
    assert_int_equal(file_read(scratch_path("f"), 4, &data, &len, &err), PT_EDATA);
    assert_non_null(strstr(err.what, "4 bytes"));
    assert_int_equal(file_read(scratch_path("g"), 4, &data, &len, &err), PT_ENOTFOUND);
    assert_int_equal(file_read(scratch_path("f/g"), 4, &data, &len, &err), PT_EIO);
    assert_int_equal(file_read(scratch_dir, 4, &data, &len, &err), PT_EIO);
    assert_int_equal(file_read("/dev/zero", 4, &data, &len, &err), PT_EIO);
    scratch_put("f", "");
    assert_int_equal(file_read(scratch_path("f"), 0, &data, NULL, &err), PT_OK);
    assert_string_equal(data, "");
    free(data);
}

/* A pipe without a writer would wait for ever. */
static void a_pipe_is_refused(void **state)
{
    char *data;
    (void)state;
    assert_int_equal(mkfifo(scratch_path("pipe"), 0600), 0);
    assert_int_equal(file_read(scratch_path("pipe"), 100, &data, NULL, &err), PT_EIO);
    assert_non_null(strstr(err.what, "not a regular file"));
}

static void directories_are_made(void **state)
{
    struct stat st;
    (void)state;
    assert_int_equal(file_make_dirs(scratch_path("a/b//c/"), 0700, &err), PT_OK);
    assert_int_equal(stat(scratch_path("a/b/c"), &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(file_make_dirs(scratch_path("a/b/c"), 0700, &err), PT_OK);
    assert_int_equal(file_make_dirs("/", 0700, &err), PT_OK);
    assert_int_equal(file_make_dirs(".", 0700, &err), PT_OK);
    assert_int_equal(file_make_dirs("", 0700, &err), PT_EIO);
    scratch_put("file", "");
    assert_int_equal(file_make_dirs(scratch_path("file"), 0700, &err), PT_EIO);
    assert_int_equal(file_make_dirs(scratch_path("file/below"), 0700, &err), PT_EIO);
    assert_int_equal(symlink("nowhere", scratch_path("link")), 0);
    assert_int_equal(file_make_dirs(scratch_path("link"), 0700, &err), PT_EIO);
    assert_int_equal(symlink("a", scratch_path("alias")), 0);
    assert_int_equal(file_make_dirs(scratch_path("alias/d"), 0700, &err), PT_OK);
    assert_int_equal(stat(scratch_path("a/d"), &st), 0);
    assert_int_equal(file_sync_dir(scratch_path("a"), &err), PT_OK);
    assert_int_equal(file_sync_dir(scratch_path("file"), &err), PT_EIO);
}

/* More than a pipe takes at once goes through it; nobody who reads: errno says so. */
static void all_is_written(void **state)
{
    enum { LEN = 300 * 1000 };
    static char sent[LEN], got[LEN];
    int ends[2];
    (void)state;
    for (size_t i = 0; i < LEN; i++)
        sent[i] = (char)(i * 7 + i / 251);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        _exit(file_write_all(ends[1], sent, LEN) ? 0 : 1);
    }
    assert_true(pid > 0);
    close(ends[1]);
    size_t n = 0;
    for (ssize_t r; (r = read(ends[0], got + n, LEN - n)) > 0;)
        n += (size_t)r;
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(n, LEN);
    assert_memory_equal(got, sent, LEN);
    close(ends[0]);
    errno = 0;
    assert_false(file_write_all(-1, "x", 1));
    assert_int_equal(errno, EBADF);
    assert_true(file_write_all(-1, "", 0));
}

/* ---- a new file ---- */

static pt_code create(const char *name, const char *text)
{
    return file_create(scratch_path(name), text, strlen(text), 0600, &err);
}

static void created_once(void **state)
{
    (void)state;
    struct stat st;
    mode_t old = umask(0777);
    assert_int_equal(create("f", "one"), PT_OK);
    umask(old);
    assert_int_equal(stat(scratch_path("f"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(create("f", "two"), PT_EEXISTS);
    assert_file("f", "one");
    assert_int_equal(symlink("nowhere", scratch_path("link")), 0);
    assert_int_equal(create("link", "two"), PT_EEXISTS);
    assert_int_equal(create("none/f", "x"), PT_EIO);
    assert_int_equal(count_entries(), 2);
}

static void a_full_disk_creates_nothing(void **state)
{
    (void)state;
    struct rlimit limit, old;
    getrlimit(RLIMIT_FSIZE, &old);
    limit = old;
    limit.rlim_cur = 2;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    pt_code code = create("f", "more than two bytes");
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(code, PT_EFULL);
    assert_int_equal(count_entries(), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        TEST(replaced_whole),
        TEST(a_relative_path_and_bytes),
        TEST(what_cannot_be_replaced_stays),
        TEST(a_full_disk_leaves_the_old_one),
        TEST(created_once),
        TEST(a_full_disk_creates_nothing),
        TEST(read_with_a_bound),
        TEST(a_pipe_is_refused),
        TEST(directories_are_made),
        cmocka_unit_test(all_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
