#include "record/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/file.h"

enum { LEVEL = 9, GZIP_WINDOW = 15 + 16, OUT_BYTES = 1 << 15 };
static const size_t PENDING_MAX = (size_t)256 << 20;

struct segment {
    char path[4096];
    int fd;
    z_stream z;
    struct buf pending; /* compressed, and not written yet */
    uint64_t bytes;
    bool is_new; /* it was made here */
    bool has_failed;
};

static pt_code segment_error(const struct segment *segment, const char *doing, struct pt_error *err)
{
    int saved = errno;
    char why[128];
    bool is_full = saved == ENOSPC || saved == EDQUOT || saved == EFBIG;
    return pt_error_set(err, is_full ? PT_EFULL : PT_EIO,
                        is_full ? "Free some disk space; pintop records again as soon as there is "
                                  "some."
                                : "Check that the directory exists and that this user may write "
                                  "there.",
                        "recording: %s %s: %s", doing, segment->path,
                        strerror_r(saved, why, sizeof why));
}

bool segment_is_held(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool is_held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (fd >= 0)
        close(fd);
    return is_held;
}

/* segment_is_held of another process has a lock, too, but for a moment. */
static bool segment_take_lock(int fd)
{
    enum { ATTEMPTS = 5, NAP_NS = 20000000 };
    int rc = -1;
    for (int i = 0; rc != 0 && i < ATTEMPTS; i++) {
        if (i > 0)
            nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
        rc = flock(fd, LOCK_EX | LOCK_NB);
    }
    return rc == 0;
}

static pt_code segment_lock(struct segment *segment, struct pt_error *err)
{
    struct stat st;
    int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
    segment->fd = open(segment->path, flags | O_CREAT | O_EXCL, 0600);
    segment->is_new = segment->fd >= 0;
    if (!segment->is_new && errno == EEXIST)
        segment->fd = open(segment->path, flags);
    if (segment->fd < 0 || fstat(segment->fd, &st) != 0)
        return segment_error(segment, "open", err);
    if (!S_ISREG(st.st_mode))
        return pt_error_set(err, PT_EIO, "Name a file.", "recording: %s is not a regular file",
                            segment->path);
    if (!segment_take_lock(segment->fd))
        return pt_error_set(err, PT_ELOCKED, "Name another file, or end that pintop.",
                            "recording: another pintop records to %s", segment->path);
    segment->bytes = (uint64_t)st.st_size;
    char head[3];
    if (st.st_size > 0 && (pread(segment->fd, head, sizeof head, 0) != sizeof head ||
                           memcmp(head, "\x1f\x8b\x08", sizeof head) != 0))
        return pt_error_set(err, PT_EEXISTS, "Name a new file.",
                            "recording: %s exists and is not a recording", segment->path);
    return PT_OK;
}

pt_code segment_open(const char *path, struct segment **out, struct pt_error *err)
{
    struct segment *segment = calloc(1, sizeof *segment);
    if (segment == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
    snprintf(segment->path, sizeof segment->path, "%s", path);
    buf_init(&segment->pending, PENDING_MAX);
    pt_code code = segment_lock(segment, err);
    if (code == PT_OK &&
        deflateInit2(&segment->z, LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        code = pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
    if (code != PT_OK) {
        if (segment->fd >= 0)
            close(segment->fd);
        free(segment);
        return code;
    }
    *out = segment;
    return PT_OK;
}

static void segment_deflate(struct segment *segment, const char *text, size_t len, int flush)
{
    unsigned char out[OUT_BYTES];
    segment->z.next_in = (unsigned char *)(uintptr_t)text;
    segment->z.avail_in = (unsigned)len;
    do {
        segment->z.next_out = out;
        segment->z.avail_out = sizeof out;
        deflate(&segment->z, flush);
        buf_append(&segment->pending, out, sizeof out - segment->z.avail_out);
    } while (segment->z.avail_out == 0);
}

void segment_line(struct segment *segment, const char *text, size_t len)
{
    segment_deflate(segment, text, len, Z_NO_FLUSH);
    segment_deflate(segment, "\n", 1, Z_NO_FLUSH);
}

static pt_code segment_write(struct segment *segment, struct pt_error *err)
{
    struct buf *pending = &segment->pending;
    if (segment->has_failed || pending->is_over)
        return pt_error_set(err, PT_EIO, NULL, "recording: %s cannot go on", segment->path);
    if (pending->len > 0 && !file_write_all(segment->fd, pending->data, pending->len)) {
        segment_error(segment, "write", err);
        segment->has_failed = true;
        /* Half a block would only be in the way of the reader, who would drop it. */
        int rc = ftruncate(segment->fd, (off_t)segment->bytes);
        (void)rc;
        return err != NULL ? err->code : PT_EIO;
    }
    segment->bytes += pending->len;
    buf_reset(pending);
    return PT_OK;
}

pt_code segment_flush(struct segment *segment, struct pt_error *err)
{
    segment_deflate(segment, "", 0, Z_SYNC_FLUSH);
    return segment_write(segment, err);
}

pt_code segment_sync(struct segment *segment, struct pt_error *err)
{
    return fsync(segment->fd) == 0 ? PT_OK : segment_error(segment, "fsync", err);
}

uint64_t segment_bytes(const struct segment *segment)
{
    return segment->bytes;
}

void segment_close(struct segment *segment)
{
    if (segment == NULL)
        return;
    struct pt_error err;
    if (!segment->has_failed) {
        segment_deflate(segment, "", 0, Z_FINISH);
        segment_write(segment, &err);
    }
    deflateEnd(&segment->z);
    if (segment->is_new && segment->bytes == 0)
        unlink(segment->path);
    fsync(segment->fd);
    close(segment->fd);
    buf_done(&segment->pending);
    free(segment);
}
