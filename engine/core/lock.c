#include "core/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static void read_note(int fd, struct lock_note *note)
{
    char text[400] = "";
    *note = (struct lock_note){.pid = 0};
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    char *rest = text;
    /* One line: behind it there may be the rest of an older, longer one. */
    text[n > 0 ? strcspn(text, "\n") : 0] = 0;
    note->pid = strtoll(text, &rest, 10);
    rest += strspn(rest, " ");
    text_copy(note->bootstrap, sizeof note->bootstrap, note->pid > 0 ? rest : "");
}

static int open_lock(const char *dir, int flags, struct pt_error *err)
{
    char path[4096], why[128];
    snprintf(path, sizeof path, "%s/lock", dir);
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0)
        pt_error_set(err, errno == ENOENT ? PT_ENOTFOUND : PT_EIO,
                     "Make the directory writable, or choose another: -X pintop.state.dir=DIR.",
                     "state directory %s: %s", dir, strerror_r(errno, why, sizeof why));
    return fd;
}

pt_code lock_take(const char *dir, int *fd, struct lock_note *owner, struct pt_error *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct lock_note note = {.pid = getpid()};
    char why[128];
    *fd = open_lock(dir, O_RDWR | O_CREAT, err);
    if (*fd < 0)
        return PT_EIO;
    if (fcntl(*fd, F_OFD_SETLK, &whole) == 0) {
        /* At once, so that nobody takes the last owner's note for ours. On a full disk the caller's
         * own note fails, and says so. */
        lock_note_write(*fd, &note, NULL);
        return PT_OK;
    }
    int saved = errno;
    read_note(*fd, &note);
    close(*fd);
    *fd = -1;
    if (saved != EAGAIN && saved != EACCES)
        return pt_error_set(
            err, PT_EIO, "Choose a directory on another file system: -X pintop.state.dir=DIR.",
            "state directory %s: cannot be locked: %s", dir, strerror_r(saved, why, sizeof why));
    if (owner)
        *owner = note;
    return pt_error_set(
        err, PT_ELOCKED,
        "Stop it, or give this one a directory of its own: -X pintop.state.dir=DIR.",
        "state directory %s: the streams here are pintop %" PRId64 "'s", dir, note.pid);
}

pt_code lock_note_write(int fd, const struct lock_note *note, struct pt_error *err)
{
    char text[400], why[128];
    int len = snprintf(text, sizeof text, "%" PRId64 " %s\n", note->pid, note->bootstrap);
    /* Cut after it is written: a reader beside us never sees an empty file. */
    if (pwrite(fd, text, (size_t)len, 0) != len || ftruncate(fd, len) != 0)
        return pt_error_set(err, errno == ENOSPC ? PT_EFULL : PT_EIO, "Free disk space.",
                            "write lock file: %s", strerror_r(errno, why, sizeof why));
    return PT_OK;
}

pt_code lock_read(const char *dir, struct lock_note *owner, struct pt_error *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open_lock(dir, O_RDWR, err);
    if (fd < 0)
        return PT_ENOTFOUND;
    bool is_held = fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
    if (is_held)
        read_note(fd, owner);
    close(fd);
    return is_held ? PT_OK : pt_error_set(err, PT_ENOTFOUND, NULL, "%s: nobody streams here", dir);
}
