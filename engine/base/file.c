#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
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
    const char *fix = is_full ? "Free disk space; it is tried again by itself."
                              : "Check that the path exists and is writable for this user.";
    char why[128];
    return pt_error_set(err, is_full ? PT_EFULL : PT_EIO, fix, "%s %s: %s", doing, path,
                        strerror_r(saved, why, sizeof why));
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
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

static pt_code sync_parent(const char *path, struct pt_error *err)
{
    char dir[4096];
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return file_sync_dir(".", err);
    snprintf(dir, sizeof dir, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return file_sync_dir(dir, err);
}

pt_code file_replace(const char *path, const void *data, size_t len, mode_t mode,
                     struct pt_error *err)
{
    char temporary[4096];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.tmp", path) >= sizeof temporary)
        return pt_error_set(err, PT_EIO, "Use a shorter path.", "write %s: path too long", path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return io_error(err, "write", temporary);
    pt_code code = PT_OK;
    if (write_all(fd, data, len) != 0 || fsync(fd) != 0)
        code = io_error(err, "write", temporary);
    if (close(fd) != 0 && code == PT_OK)
        code = io_error(err, "write", temporary);
    if (code == PT_OK && rename(temporary, path) != 0)
        code = io_error(err, "rename", temporary);
    if (code != PT_OK) {
        unlink(temporary);
        return code;
    }
    return sync_parent(path, err);
}

pt_code file_read(const char *path, size_t max, char **data, size_t *len, struct pt_error *err)
{
    /* Not to wait for the writer of a pipe, which is refused below. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return pt_error_set(err, PT_ENOTFOUND, NULL, "read %s: no such file", path);
    if (fd < 0)
        return io_error(err, "read", path);
    struct stat st;
    pt_code code = PT_OK;
    char *bytes = NULL;
    size_t used = 0;
    if (fstat(fd, &st) != 0) {
        code = io_error(err, "read", path);
    } else if (!S_ISREG(st.st_mode)) {
        code = pt_error_set(err, PT_EIO, "Name a plain file.", "read %s: not a plain file", path);
    } else if ((uint64_t)st.st_size > max) {
        code = pt_error_set(err, PT_EDATA, NULL, "read %s: longer than %zu bytes", path, max);
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
        return pt_error_set(err, PT_EIO, "Use a shorter path.", "make %s: path too long", path);
    for (char *p = part + (*part != 0);; p++) {
        if (*p != '/' && *p != 0)
            continue;
        char was = *p;
        *p = 0;
        if (mkdir(part, mode) != 0 && errno != EEXIST)
            return io_error(err, "make directory", part);
        *p = was;
        if (was == 0)
            break;
    }
    struct stat st;
    if (stat(path, &st) != 0)
        return io_error(err, "make directory", path);
    if (!S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return io_error(err, "make directory", path);
    }
    return PT_OK;
}
