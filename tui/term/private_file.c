#include "term/private_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRIVATE_PATH_MAX = 4096, PRIVATE_NAME_MAX = 300 };
static const char private_name[] = "record.txt";

/* Fixed memory, for who removes it in a hurry. */
static struct {
    char dir[PRIVATE_PATH_MAX], path[PRIVATE_PATH_MAX + sizeof private_name];
    atomic_bool is_there;
} private_file;

static pt_code private_file_fail(const char *verb, const char *path, struct pt_error *err)
{
    return pt_error_set(err, PT_EIO, "Check TMPDIR, its permissions, and that the disk has room.",
                        "the file for the editor cannot be %s (%s): %s", verb, path,
                        strerror(errno));
}

static bool private_file_fill(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return false;
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

const char *private_file_make(const char *bytes, size_t len, struct pt_error *err)
{
    const char *tmp = getenv("TMPDIR");
    int n = snprintf(private_file.dir, sizeof private_file.dir, "%s/pintop-XXXXXX",
                     tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
    if (n >= (int)sizeof private_file.dir || mkdtemp(private_file.dir) == NULL) {
        private_file_fail("made", private_file.dir, err);
        return NULL;
    }
    snprintf(private_file.path, sizeof private_file.path, "%s/%s", private_file.dir, private_name);
    atomic_store(&private_file.is_there, true);
    int fd = open(private_file.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool is_good = fd >= 0 && private_file_fill(fd, bytes, len);
    if (fd >= 0)
        is_good = close(fd) == 0 && is_good;
    if (is_good)
        return private_file.path;
    private_file_fail("written", private_file.path, err);
    private_file_remove();
    return NULL;
}

static pt_code private_file_take(int fd, char **bytes, size_t *len, size_t max,
                                 struct pt_error *err)
{
    struct stat is;
    if (fstat(fd, &is) != 0)
        return private_file_fail("read", private_file.path, err);
    if (!S_ISREG(is.st_mode) || is.st_size < 0 || (size_t)is.st_size > max)
        return pt_error_set(err, PT_EUSAGE, "Write a smaller one.",
                            "the editor left no file of at most %zu bytes", max);
    size_t size = (size_t)is.st_size;
    *bytes = malloc(size + 1);
    if (*bytes == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "editor: out of memory");
    *len = 0;
    for (ssize_t n = 1; *len < size && n > 0; *len += n > 0 ? (size_t)n : 0)
        n = read(fd, *bytes + *len, size - *len);
    (*bytes)[*len] = '\0';
    if (*len == size)
        return PT_OK;
    free(*bytes);
    *bytes = NULL;
    return private_file_fail("read", private_file.path, err);
}

pt_code private_file_read(char **bytes, size_t *len, size_t max, struct pt_error *err)
{
    *bytes = NULL;
    int fd = open(private_file.path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return private_file_fail("read", private_file.path, err);
    pt_code code = private_file_take(fd, bytes, len, max, err);
    close(fd);
    return code;
}

/* Editors leave copies and locks beside it. */
void private_file_remove(void)
{
    char path[PRIVATE_PATH_MAX + PRIVATE_NAME_MAX];
    if (!atomic_load(&private_file.is_there))
        return;
    DIR *dir = opendir(private_file.dir);
    for (const struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", private_file.dir, entry->d_name);
        unlink(path); /* "." and ".." cannot be unlinked */
    }
    if (dir != NULL)
        closedir(dir);
    private_file_remove_now();
}

void private_file_remove_now(void)
{
    if (!atomic_exchange(&private_file.is_there, false))
        return;
    unlink(private_file.path);
    rmdir(private_file.dir);
}
