#include "state/lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
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
    /* One line; the rest of an older, longer one may follow it. */
    text[n > 0 ? strcspn(text, "\n") : 0] = 0;
    note->pid = strtoll(text, &rest, 10);
    rest += strspn(rest, " ");
    text_copy(note->bootstrap, sizeof note->bootstrap, note->pid > 0 ? rest : "");
}

/* "lock", and "lock.2of4" of a shard. */
static void lock_name(struct shard shard, char *out, size_t cap)
{
    char part[SHARD_TEXT];
    shard_format_name(shard, part);
    snprintf(out, cap, "lock%s%s", part[0] ? "." : "", part);
}

/* Returns whether a file of the directory is a shard's lock. */
static bool lock_is_name(const char *name, struct shard *shard)
{
    *shard = SHARD_WHOLE;
    return strcmp(name, "lock") == 0 ||
           (strncmp(name, "lock.", 5) == 0 && shard_parse_name(name + 5, shard) &&
            !shard_is_whole(*shard));
}

/* Returns -1 with errno as open left it. */
static int open_lock(const char *dir, const char *name, int flags, struct pt_error *err)
{
    char path[4096], why[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, flags | O_CLOEXEC, 0600), number = errno;
    if (fd < 0)
        pt_error_set(err, number == ENOENT ? PT_ENOTFOUND : PT_EIO,
                     "Make the directory writable, or choose another with -X pintop.state.dir=DIR",
                     "state directory %s: %s", dir, strerror_r(number, why, sizeof why));
    errno = number;
    return fd;
}

/* Returns PT_ELOCKED when a process holds the lock of this name; note is its. Errors PT_EIO: that
 * cannot be told. */
static pt_code lock_look(const char *dir, const char *name, struct lock_note *note,
                         struct pt_error *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char why[128];
    int fd = open_lock(dir, name, O_RDWR, err);
    if (fd < 0)
        return errno == ENOENT ? PT_OK : PT_EIO;
    pt_code code = PT_OK;
    if (fcntl(fd, F_OFD_GETLK, &whole) != 0)
        code = pt_error_set(err, PT_EIO,
                            "Choose a directory on another file system with -X "
                            "pintop.state.dir=DIR",
                            "state directory %s: its locks cannot be read: %s", dir,
                            strerror_r(errno, why, sizeof why));
    else if (whole.l_type != F_UNLCK)
        code = PT_ELOCKED;
    if (code == PT_ELOCKED)
        read_note(fd, note);
    close(fd);
    return code;
}

/* Looks for a process that runs a shard of another n, whose indexes overlap with this one's.
 * Returns as lock_look. */
static pt_code lock_find_other(const char *dir, struct shard shard, struct shard *other,
                               struct lock_note *note, struct pt_error *err)
{
    char why[128];
    pt_code code = PT_OK;
    DIR *list = opendir(dir); /* close-on-exec by POSIX */
    if (list == NULL)
        return errno == ENOENT ? PT_OK
                               : pt_error_set(err, PT_EIO, "Make the directory readable.",
                                              "state directory %s: %s", dir,
                                              strerror_r(errno, why, sizeof why));
    const struct dirent *entry;
    while (code == PT_OK && (entry = readdir(list)) != NULL)
        if (lock_is_name(entry->d_name, other) && other->n != shard.n)
            code = lock_look(dir, entry->d_name, note, err);
    closedir(list);
    return code;
}

static const char lock_fix[] =
    "End that pintop with `pintop engine --stop`, or give this one a directory of its own with -X "
    "pintop.state.dir=DIR";

/* The shard's own lock is held already, so of two that start at once at least one sees the
 * other. */
static pt_code lock_check_others(const char *dir, struct shard shard, struct lock_note *owner,
                                 struct pt_error *err)
{
    struct shard other;
    struct lock_note note;
    char was[SHARD_TEXT], now[SHARD_TEXT], fix[PT_FIX_MAX];
    pt_code code = lock_find_other(dir, shard, &other, &note, err);
    if (code != PT_ELOCKED)
        return code;
    shard_format(other, was);
    shard_format(shard, now);
    if (owner)
        *owner = note;
    snprintf(fix, sizeof fix,
             "End that pintop with `pintop engine --stop -X pintop.stream.shard=%s`, or give this "
             "one a directory of its own with -X pintop.state.dir=DIR",
             was);
    return pt_error_set(err, PT_ELOCKED, fix,
                        "state directory %s: pintop %" PRId64
                        " runs its streams as shard %s, which overlaps with shard %s",
                        dir, note.pid, was, now);
}

/* Why the lock could not be taken; closes it. */
static pt_code lock_refuse(const char *dir, struct shard shard, int fd, int number,
                           struct lock_note *owner, struct pt_error *err)
{
    struct lock_note note;
    char why[128], text[SHARD_TEXT];
    read_note(fd, &note);
    close(fd);
    if (number != EAGAIN && number != EACCES)
        return pt_error_set(
            err, PT_EIO, "Choose a directory on another file system with -X pintop.state.dir=DIR",
            "state directory %s: cannot be locked: %s", dir, strerror_r(number, why, sizeof why));
    if (owner)
        *owner = note;
    shard_format(shard, text);
    return pt_error_set(err, PT_ELOCKED, lock_fix,
                        "state directory %s: pintop %" PRId64 " runs its streams%s%s", dir,
                        note.pid, shard_is_whole(shard) ? "" : " as shard ",
                        shard_is_whole(shard) ? "" : text);
}

pt_code lock_take_shard(const char *dir, struct shard shard, int *fd, struct lock_note *owner,
                        struct pt_error *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct lock_note note = {.pid = getpid()};
    char name[32];
    lock_name(shard, name, sizeof name);
    int taken = open_lock(dir, name, O_RDWR | O_CREAT, err);
    *fd = -1;
    if (taken < 0)
        return PT_EIO;
    if (fcntl(taken, F_OFD_SETLK, &whole) != 0)
        return lock_refuse(dir, shard, taken, errno, owner, err);
    /* Written at once, so that the last owner's note is not taken for ours. On a full disk
     * the caller's own write fails, and reports it. */
    lock_note_write(taken, &note, NULL);
    pt_code code = lock_check_others(dir, shard, owner, err);
    if (code != PT_OK) {
        close(taken);
        return code;
    }
    *fd = taken;
    return PT_OK;
}

pt_code lock_take(const char *dir, int *fd, struct lock_note *owner, struct pt_error *err)
{
    return lock_take_shard(dir, SHARD_WHOLE, fd, owner, err);
}

pt_code lock_note_write(int fd, const struct lock_note *note, struct pt_error *err)
{
    char text[400], why[128];
    int len = snprintf(text, sizeof text, "%" PRId64 " %s\n", note->pid, note->bootstrap);
    /* Truncated after writing: a concurrent reader never sees an empty file. */
    if (pwrite(fd, text, (size_t)len, 0) != len || ftruncate(fd, len) != 0)
        return pt_error_set(err, errno == ENOSPC ? PT_EFULL : PT_EIO, "Free some disk space",
                            "write lock file: %s", strerror_r(errno, why, sizeof why));
    return PT_OK;
}

pt_code lock_read_shard(const char *dir, struct shard shard, struct lock_note *owner,
                        struct pt_error *err)
{
    struct shard other;
    char name[32];
    lock_name(shard, name, sizeof name);
    pt_code code = lock_look(dir, name, owner, err);
    if (code == PT_OK)
        code = lock_find_other(dir, shard, &other, owner, err);
    if (code == PT_ELOCKED)
        return PT_OK;
    return code != PT_OK
               ? code
               : pt_error_set(err, PT_ENOTFOUND, NULL, "%s: no pintop runs streams from here", dir);
}

pt_code lock_read(const char *dir, struct lock_note *owner, struct pt_error *err)
{
    return lock_read_shard(dir, SHARD_WHOLE, owner, err);
}
