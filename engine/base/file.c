#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pt_code io_error(struct pt_error *err, const char *doing, const char *path)
{
    int saved = errno;
    bool is_full = saved == ENOSPC || saved == EDQUOT || saved == EFBIG;
    const char *fix = is_full ? "Free some disk space; pintop tries again automatically"
                      : strcmp(doing, "read") == 0
                          ? "Check that the path exists and that this user may read it"
                          : "Check that the path exists and that this user may write there";
    char why[128];
    return pt_error_set(err, is_full ? PT_EFULL : PT_EIO, fix, "%s %s: %s", doing, path,
                        strerror_r(saved, why, sizeof why));
}

bool file_write_all(int fd, const void *data, size_t len)
{
    const char *at = data;
    while (len > 0) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

pt_code file_sync_dir(const char *path, struct pt_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return io_error(err, "open directory", path);
    int rc = fsync(fd);
    if (rc != 0)
        io_error(err, "fsync directory", path);
    close(fd);
    return rc == 0 ? PT_OK : PT_EIO;
}

/* Copies the directory part of path. */
static void parent_of(const char *path, char *dir, size_t cap)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        snprintf(dir, cap, ".");
    else
        snprintf(dir, cap, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

/* ---- replacing a file ---- */

enum { PATH_BYTES = 4096 };

/* One file that is being replaced. */
struct replacing {
    struct file_new *file;
    char temporary[PATH_BYTES];
    pthread_t thread;
    bool has_thread;
    void (*progress)(void *arg);
    void *arg;
};

/* Writes the whole content to the temporary file and syncs it. */
static pt_code write_temporary(const struct replacing *r)
{
    struct file_new *file = r->file;
    int fd = open(r->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, file->mode);
    if (fd < 0)
        return io_error(&file->err, "write", r->temporary);
    pt_code code = PT_OK;
    if (!file_write_all(fd, file->data, file->len) || fsync(fd) != 0)
        code = io_error(&file->err, "write", r->temporary);
    if (close(fd) != 0 && code == PT_OK)
        code = io_error(&file->err, "write", r->temporary);
    return code;
}

static void *put_in_place(void *arg)
{
    struct replacing *r = arg;
    struct file_new *file = r->file;
    pt_code code = write_temporary(r);
    if (code == PT_OK && rename(r->temporary, file->path) != 0)
        code = io_error(&file->err, "rename", r->temporary);
    if (code != PT_OK)
        unlink(r->temporary);
    if (r->progress)
        r->progress(r->arg);
    return NULL;
}

static bool is_new_parent(const struct file_new *files, size_t i, const char *dir)
{
    char other[PATH_BYTES];
    for (size_t k = 0; k < i; k++) {
        parent_of(files[k].path, other, sizeof other);
        if (files[k].err.code == PT_OK && strcmp(other, dir) == 0)
            return false;
    }
    return true;
}

/* A new name survives a crash only once its directory is synced. Each directory is synced once. */
static void sync_parents(struct file_new *files, size_t n)
{
    char dir[PATH_BYTES], other[PATH_BYTES];
    struct pt_error err;
    for (size_t i = 0; i < n; i++) {
        parent_of(files[i].path, dir, sizeof dir);
        if (files[i].err.code != PT_OK || !is_new_parent(files, i, dir) ||
            file_sync_dir(dir, &err) == PT_OK)
            continue;
        for (size_t k = i; k < n; k++) {
            parent_of(files[k].path, other, sizeof other);
            if (files[k].err.code == PT_OK && strcmp(other, dir) == 0)
                files[k].err = err;
        }
    }
}

static void begin_replacing(struct replacing *r, bool is_side_by_side)
{
    struct file_new *file = r->file;
    file->err = (struct pt_error){.code = PT_OK};
    if ((size_t)snprintf(r->temporary, sizeof r->temporary, "%s.tmp", file->path) >=
        sizeof r->temporary) {
        pt_error_set(&file->err, PT_EIO, "Use a shorter path", "write %s: the path is too long",
                     file->path);
        return;
    }
    r->has_thread = is_side_by_side && pthread_create(&r->thread, NULL, put_in_place, r) == 0;
    if (!r->has_thread)
        put_in_place(r);
}

void file_replace_all(struct file_new *files, size_t n, bool is_side_by_side,
                      void (*progress)(void *arg), void *arg)
{
    struct replacing *all = calloc(n + 1, sizeof *all);
    for (size_t i = 0; i < n; i++) {
        if (all == NULL) {
            pt_error_set(&files[i].err, PT_ENOMEM, NULL, "write %s: out of memory", files[i].path);
            continue;
        }
        all[i] = (struct replacing){.file = &files[i], .progress = progress, .arg = arg};
        begin_replacing(&all[i], is_side_by_side && n > 1);
    }
    for (size_t i = 0; all && i < n; i++)
        if (all[i].has_thread)
            pthread_join(all[i].thread, NULL);
    sync_parents(files, n);
    if (progress)
        progress(arg);
    free(all);
}

pt_code file_replace(const char *path, const void *data, size_t len, mode_t mode,
                     struct pt_error *err)
{
    struct file_new file = {.path = path, .data = data, .len = len, .mode = mode};
    file_replace_all(&file, 1, false, NULL, NULL);
    if (err && file.err.code != PT_OK)
        *err = file.err;
    return file.err.code;
}

/* ---- a new file ---- */

/* A file without a name, in the directory of path; -1: this file system has none (errno). */
static int open_nameless(const char *dir, mode_t mode)
{
    return open(dir, O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
}

/* Gives the file its name, which must not be taken. */
static bool name_file(int fd, const char *temporary, const char *path)
{
    char own[64];
    if (temporary[0] != '\0')
        return link(temporary, path) == 0;
    snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

static bool write_new(int fd, const char *temporary, const char *path, const void *data, size_t len,
                      mode_t mode)
{
    /* The mode is this one, whatever the umask is. */
    return fchmod(fd, mode) == 0 && file_write_all(fd, data, len) && fsync(fd) == 0 &&
           name_file(fd, temporary, path);
}

pt_code file_create(const char *path, const void *data, size_t len, mode_t mode,
                    struct pt_error *err)
{
    char dir[PATH_BYTES], temporary[PATH_BYTES] = "";
    parent_of(path, dir, sizeof dir);
    int fd = open_nameless(dir, mode);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        snprintf(temporary, sizeof temporary, "%s.tmp", path);
        unlink(temporary);
        fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    }
    if (fd < 0)
        return io_error(err, "write", path);
    bool is_done = write_new(fd, temporary, path, data, len, mode);
    int saved = errno;
    close(fd);
    if (temporary[0] != '\0')
        unlink(temporary);
    errno = saved;
    if (is_done)
        return file_sync_dir(dir, err);
    if (saved == EEXIST)
        return pt_error_set(err, PT_EEXISTS, "Look at it, and move it away if it is not needed",
                            "write %s: there is a file of that name, which stays as it is", path);
    return io_error(err, "write", path);
}

pt_code file_read(const char *path, size_t max, char **data, size_t *len, struct pt_error *err)
{
    /* O_NONBLOCK: opening a pipe would otherwise wait for its writer. Pipes are refused below. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return pt_error_set(err, PT_ENOTFOUND, NULL, "read %s: the file does not exist", path);
    if (fd < 0)
        return io_error(err, "read", path);
    struct stat st;
    pt_code code = PT_OK;
    char *bytes = NULL;
    size_t used = 0;
    if (fstat(fd, &st) != 0) {
        code = io_error(err, "read", path);
    } else if (!S_ISREG(st.st_mode)) {
        code =
            pt_error_set(err, PT_EIO, "Name a regular file", "read %s: not a regular file", path);
    } else if ((uint64_t)st.st_size > max) {
        code = pt_error_set(err, PT_EDATA, NULL, "read %s: the file is longer than %zu bytes", path,
                            max);
    } else if ((bytes = malloc((size_t)st.st_size + 1)) == NULL) {
        code = pt_error_set(err, PT_ENOMEM, NULL, "read %s: out of memory", path);
    } else {
        ssize_t n = 1;
        while (used < (size_t)st.st_size &&
               (n = read(fd, bytes + used, (size_t)st.st_size - used)) > 0)
            used += (size_t)n;
        if (n < 0)
            code = io_error(err, "read", path);
        bytes[used] = 0;
    }
    close(fd);
    if (code != PT_OK) {
        free(bytes);
        return code;
    }
    *data = bytes;
    if (len)
        *len = used;
    return PT_OK;
}

pt_code file_make_dirs(const char *path, mode_t mode, struct pt_error *err)
{
    char part[4096];
    if ((size_t)snprintf(part, sizeof part, "%s", path) >= sizeof part)
        return pt_error_set(err, PT_EIO, "Use a shorter path",
                            "create directory %s: the path is too long", path);
    for (char *p = part + (*part != 0);; p++) {
        if (*p != '/' && *p != 0)
            continue;
        char was = *p;
        *p = 0;
        if (mkdir(part, mode) != 0 && errno != EEXIST)
            return io_error(err, "create directory", part);
        *p = was;
        if (was == 0)
            break;
    }
    struct stat st;
    if (stat(path, &st) != 0)
        return io_error(err, "create directory", path);
    if (!S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return io_error(err, "create directory", path);
    }
    return PT_OK;
}
