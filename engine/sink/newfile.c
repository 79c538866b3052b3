#include "sink/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

pt_code newfile_error(struct pt_error *err, const char *doing, const char *path)
{
    int saved = errno;
    char why[128];
    const char *text = strerror_r(saved, why, sizeof(why));
    if (saved == ENOSPC || saved == EDQUOT || saved == EFBIG)
        return pt_error_set(err, PT_EFULL,
                            "Free some disk space, or lower pintop.sink.limit.bytes; pintop then "
                            "continues automatically",
                            "%s %s: %s", doing, path, text);
    return pt_error_set(err, PT_EIO,
                        "Make that path writable for this user, or set pintop.sink.dir; pintop "
                        "then continues automatically",
                        "%s %s: %s", doing, path, text);
}

int newfile_write(const char *path, const char *bytes, size_t len, struct pt_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) {
        newfile_error(err, "create", path);
        return -1;
    }
    if (!file_write_all(fd, bytes, len)) {
        newfile_error(err, "write", path);
        close(fd);
        unlink(path);
        return -1;
    }
    /* Only a hint: while the first file is waited for, the others are already being written. */
    sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    return fd;
}

pt_code newfile_sync(int fd, const char *path, struct pt_error *err)
{
    pt_code code = fsync(fd) != 0 ? newfile_error(err, "write", path) : PT_OK;
    if (close(fd) != 0 && code == PT_OK)
        code = newfile_error(err, "write", path);
    return code;
}

pt_code newfile_rename(const char *from, const char *to, struct pt_error *err)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return PT_OK;
    /* Some file systems do not support it; a link refuses an existing name just as well. */
    if ((errno == EINVAL || errno == ENOSYS) && link(from, to) == 0) {
        unlink(from);
        return PT_OK;
    }
    if (errno == EEXIST)
        return pt_error_set(err, PT_EEXISTS,
                            "Find out which program wrote it, and move it away; pintop then "
                            "continues automatically",
                            "write %s: the file already exists, and objects are never replaced",
                            to);
    return newfile_error(err, "rename to", to);
}
