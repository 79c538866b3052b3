#include "state/created.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

enum {
    CREATED_MAX_BYTES = 8 * 1024 * 1024,
    CREATED_LONG_BYTES = 64 * 1024, /* from here on what is settled is left out now and then */
    CREATED_PATH_MAX = 4200
};

static pt_code created_fault(const char *path, const char *what, struct pt_error *err)
{
    int error = errno;
    return pt_error_set(
        err, error == ENOSPC || error == EDQUOT || error == EFBIG ? PT_EFULL : PT_EIO,
        "Make it writable for this user, with room on its disk, or set "
        "pintop.state.dir to another directory",
        "cannot %s the notes of created things, %s: %s", what, path, strerror(error));
}

/* ---- writing ---- */

/* Cuts off what stands behind the last whole line: a writer was killed there. Returns the length
 * that is left; -1: errno says why. */
static off_t created_cut(int fd, const char *path)
{
    char *text = NULL;
    size_t len = 0;
    struct pt_error err;
    pt_code code = file_read(path, CREATED_MAX_BYTES, &text, &len, &err);
    if (code != PT_OK) {
        errno = code == PT_EDATA ? EFBIG : EIO;
        return -1;
    }
    size_t whole = len;
    while (whole > 0 && text[whole - 1] != '\n')
        whole--;
    free(text);
    return whole < len && ftruncate(fd, (off_t)whole) != 0 ? -1 : (off_t)whole;
}

/* Under the lock. What was written in part is taken back. */
static bool created_append(int fd, const char *path, const char *line)
{
    off_t old = created_cut(fd, path);
    if (old < 0)
        return false;
    if (file_write_all(fd, line, strlen(line)) && file_write_all(fd, "\n", 1) && fsync(fd) == 0)
        return true;
    int error = errno;
    if (ftruncate(fd, old) != 0)
        error = errno;
    errno = error;
    return false;
}

/* Whether this is still the file of that name: another process may have replaced it. */
static bool created_is_current(int fd, const char *path)
{
    struct stat own, named;
    return fstat(fd, &own) == 0 && lstat(path, &named) == 0 && own.st_dev == named.st_dev &&
           own.st_ino == named.st_ino;
}

/* Opens and locks it; -1: errno says why. */
static int created_open(const char *path)
{
    for (;;) {
        int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX) != 0) {
            int error = errno;
            close(fd);
            errno = error;
            return -1;
        }
        if (created_is_current(fd, path))
            return fd;
        close(fd);
    }
}

/* Under the lock. Once the file is long and most of it is of what is settled, replaces it by one
 * without that, and with the new line: at once, so that a kill leaves the old file or the new one.
 * Returns whether that was done. */
static bool created_rewrite(int fd, const char *path, const char *line)
{
    struct stat st;
    struct pt_error ignored;
    struct buf kept;
    char *text = NULL;
    size_t len = 0;
    if (fstat(fd, &st) != 0 || st.st_size < CREATED_LONG_BYTES ||
        file_read(path, CREATED_MAX_BYTES, &text, &len, &ignored) != PT_OK)
        return false;
    buf_init(&kept, CREATED_MAX_BYTES);
    bool is_shorter = strlen(text) == len && created_compact(text, &kept) && kept.len < len / 2;
    buf_printf(&kept, "%s\n", line);
    bool is_done = is_shorter && !kept.is_over &&
                   file_replace(path, kept.data, kept.len, 0600, &ignored) == PT_OK;
    buf_done(&kept);
    free(text);
    return is_done;
}

/* Under the lock. After an attempt to rewrite that failed half way, the file may be another one. */
static bool created_put(int fd, const char *path, const char *line)
{
    if (created_rewrite(fd, path, line))
        return true;
    if (created_is_current(fd, path))
        return created_append(fd, path, line);
    errno = EIO;
    return false;
}

static pt_code created_write(const char *dir, const char *is, const struct created *thing,
                             struct pt_error *err)
{
    char path[CREATED_PATH_MAX];
    pt_code code = file_make_dirs(dir, 0700, err);
    if (code != PT_OK)
        return code;
    char *line = created_line(is, thing);
    if (line == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "notes of created things: out of memory");
    snprintf(path, sizeof path, "%s/created", dir);
    int fd = created_open(path);
    if (fd < 0)
        code = created_fault(path, "open", err);
    else if (!created_put(fd, path, line))
        code = created_fault(path, "write", err);
    else
        code = file_sync_dir(dir, err);
    if (fd >= 0)
        close(fd);
    cJSON_free(line);
    return code;
}

pt_code created_begin(const char *dir, struct created *thing, struct pt_error *err)
{
    static atomic_uint n;
    thing->begun_ms = clock_real_ms();
    snprintf(thing->id, sizeof thing->id, "%lld-%d-%u", (long long)thing->begun_ms, (int)getpid(),
             atomic_fetch_add(&n, 1));
    return created_write(dir, "begun", thing, err);
}

pt_code created_made(const char *dir, const struct created *thing, struct pt_error *err)
{
    return created_write(dir, "made", thing, err);
}

pt_code created_strike(const char *dir, const char *id, struct pt_error *err)
{
    struct created thing = {.kind = CREATED_CONNECTOR};
    text_copy(thing.id, sizeof thing.id, id);
    return created_write(dir, "gone", &thing, err);
}

/* Whoever was asked, or this host, said no: nothing was made. Not among these are errors that may
 * come after a request was sent: no connection, a login that expired, too many requests. */
static bool is_surely_not_made(pt_code code)
{
    switch (code) {
    case PT_EUSAGE:
    case PT_ECONFIG:
    case PT_EREADONLY:
    case PT_ENAME:
    case PT_EAUTH:
    case PT_EREFUSED:
    case PT_EFULL:
    case PT_EEXISTS:
    case PT_ENOTFOUND:
    case PT_EUNSUPPORTED:
        return true;
    default:
        return false;
    }
}

pt_code created_end(const char *dir, const struct created *thing, pt_code code,
                    struct pt_error *err)
{
    if (code == PT_OK)
        return created_made(dir, thing, err);
    return is_surely_not_made(code) ? created_strike(dir, thing->id, err) : PT_OK;
}

/* ---- reading ---- */

pt_code created_read(const char *dir, struct created_list *list, struct pt_error *err)
{
    char path[CREATED_PATH_MAX], *text = NULL;
    size_t len = 0;
    struct pt_error why;
    memset(list, 0, sizeof *list);
    snprintf(path, sizeof path, "%s/created", dir);
    pt_code code = file_read(path, CREATED_MAX_BYTES, &text, &len, &why);
    if (code == PT_ENOTFOUND)
        return PT_OK;
    if (code != PT_OK) {
        *err = why;
        return code;
    }
    code = created_parse(text, list, err);
    free(text);
    return code;
}

pt_code created_strike_named(const char *dir, const struct created *thing, struct pt_error *err)
{
    struct created_list list;
    pt_code code = created_read(dir, &list, err);
    for (size_t i = 0; i < list.n && code == PT_OK; i++) {
        const struct created *at = &list.items[i];
        if (at->kind == thing->kind && strcmp(at->name, thing->name) == 0 &&
            (at->kind != CREATED_TOPIC || created_is_same_cluster(at, thing)))
            code = created_strike(dir, at->id, err);
    }
    created_list_done(&list);
    return code;
}
