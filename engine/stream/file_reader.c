/* The opened file and the readers on it. It knows lines and bytes, but no rows. */
#include "stream/file_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, READ_BYTES_LEAST = 4096 };

static const char fix_changed[] =
    "Restore the file and start again, or start the new one with --first-index N";

static pt_code system_error(struct pt_error *err, pt_code code, const char *path, int number)
{
    char text[96];
    return pt_error_set(err, code, "Check the path and its permissions", "cannot read %s: %s", path,
                        strerror_r(number, text, sizeof text));
}

static ssize_t file_reader_read_at(int fd, char *out, size_t len, uint64_t offset)
{
    ssize_t n;
    do {
        n = pread(fd, out, len, (off_t)offset);
    } while (n < 0 && errno == EINTR);
    return n;
}

/* Reads as much of len as the file has; -1 with errno. */
static ssize_t read_full(int fd, char *out, size_t len, uint64_t offset)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = file_reader_read_at(fd, out + done, len - done, offset + done);
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

static pt_code look_at_opened(struct replay_file *file, struct pt_error *err)
{
    struct stat st;
    if (fstat(file->fd, &st) != 0)
        return system_error(err, PT_EIO, file->shown, errno);
    if (!S_ISREG(st.st_mode))
        return pt_error_set(err, PT_ECONFIG, "Use a file, or a directory with the three files",
                            "cannot replay %s: it is not a regular file, so its records could not "
                            "be read a second time",
                            file->shown);
    ssize_t n = read_full(file->fd, file->head, sizeof file->head, 0);
    if (n < 0)
        return system_error(err, PT_EIO, file->shown, errno);
    file->head_len = (size_t)n;
    file->dev = st.st_dev;
    file->ino = st.st_ino;
    file->size_bytes = (uint64_t)st.st_size;
    file->mtime = st.st_mtim;
    file->is_gz = gz_is_magic(file->head, file->head_len);
    if (file->is_gz)
        file->points = gz_points_new(); /* without it, going back is only slower */
    return PT_OK;
}

static void set_shown(struct replay_file *file, size_t len)
{
    enum { KEPT = sizeof file->shown - 4 };
    if (len < sizeof file->shown)
        memcpy(file->shown, file->path, len + 1);
    else
        snprintf(file->shown, sizeof file->shown, "...%s", file->path + len - KEPT);
}

pt_code replay_file_open(struct replay_file *file, const char *path, struct pt_error *err)
{
    size_t len = strlen(path);
    memset(file, 0, sizeof *file);
    file->fd = -1;
    if (len >= sizeof file->path)
        return pt_error_set(err, PT_ECONFIG, "Use a shorter path",
                            "cannot replay a file: its path has %zu bytes, and the limit is %zu",
                            len, sizeof file->path - 1);
    memcpy(file->path, path, len + 1);
    set_shown(file, len);
    /* O_NONBLOCK: opening a FIFO would wait for its writer. */
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool is_missing = errno == ENOENT || errno == ENOTDIR;
    if (file->fd < 0)
        return system_error(err, is_missing ? PT_ECONFIG : PT_EIO, file->shown, errno);
    pt_code code = look_at_opened(file, err);
    if (code != PT_OK)
        replay_file_close(file);
    else
        (void)posix_fadvise(file->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return code;
}

void replay_file_close(struct replay_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    gz_points_free(file->points);
    file->points = NULL;
}

static pt_code check_path(const struct replay_file *file, struct pt_error *err)
{
    struct stat st;
    if (stat(file->path, &st) != 0)
        return pt_error_set(err, PT_EDATA, fix_changed,
                            "cannot continue to replay %s: the file was removed meanwhile",
                            file->shown);
    if (st.st_dev != file->dev || st.st_ino != file->ino)
        return pt_error_set(
            err, PT_EDATA, fix_changed,
            "cannot continue to replay %s: the file was replaced by another one meanwhile",
            file->shown);
    return PT_OK;
}

static pt_code check_head(const struct replay_file *file, struct pt_error *err)
{
    char head[FILE_HEAD_BYTES];
    ssize_t n = read_full(file->fd, head, file->head_len, 0);
    if (n < 0)
        return system_error(err, PT_EIO, file->shown, errno);
    if ((size_t)n != file->head_len || memcmp(head, file->head, file->head_len) != 0)
        return pt_error_set(err, PT_EDATA, fix_changed,
                            "cannot continue to replay %s: the file was rewritten meanwhile, its "
                            "first bytes differ",
                            file->shown);
    return PT_OK;
}

/* Checks that this is still the file that was opened, perhaps with something appended. */
static pt_code check_unchanged(struct replay_file *file, struct pt_error *err)
{
    struct stat st;
    if (fstat(file->fd, &st) != 0)
        return system_error(err, PT_EIO, file->shown, errno);
    uint64_t size = (uint64_t)st.st_size;
    if (size < file->size_bytes)
        return pt_error_set(err, PT_EDATA, fix_changed,
                            "cannot continue to replay %s: the file was shortened meanwhile, from "
                            "%llu to %llu bytes",
                            file->shown, (unsigned long long)file->size_bytes,
                            (unsigned long long)size);
    pt_code code = check_path(file, err);
    if (code != PT_OK)
        return code;
    if (size == file->size_bytes && st.st_mtim.tv_sec == file->mtime.tv_sec &&
        st.st_mtim.tv_nsec == file->mtime.tv_nsec)
        return PT_OK;
    code = check_head(file, err);
    if (code == PT_OK) {
        file->size_bytes = size;
        file->mtime = st.st_mtim;
    }
    return code;
}

void file_reader_init(struct file_reader *reader, struct replay_file *file)
{
    memset(reader, 0, sizeof *reader);
    reader->file = file;
}

void file_reader_done(struct file_reader *reader)
{
    free(reader->data);
    gz_free(reader->gz);
    reader->gz = NULL;
    reader->data = NULL;
    reader->start = reader->end = reader->cap = 0;
}

void file_reader_seek(struct file_reader *reader, const struct source_pos *pos)
{
    uint64_t first = reader->pos.offset - reader->start; /* position of data[0] in the file */
    if (pos->offset >= first && pos->offset - first <= reader->end) {
        reader->start = (size_t)(pos->offset - first);
    } else {
        reader->start = reader->end = 0;
    }
    reader->pos = *pos;
    reader->is_at_end = false;
}

/* Makes room for want bytes from start: the rest moves to the front, the buffer grows by
 * doubling. */
static bool file_reader_make_room(struct file_reader *reader, size_t want)
{
    size_t cap = reader->cap ? reader->cap : READ_BYTES_LEAST;
    /* One byte more than the file has, so that its end shows at once. */
    while (reader->cap == 0 && cap < READ_BYTES &&
           (reader->file->is_gz || cap <= reader->file->size_bytes))
        cap *= 2;
    while (cap < want)
        cap *= 2;
    if (cap > FILE_READER_MAX)
        cap = FILE_READER_MAX;
    if (cap > reader->cap) {
        char *data = realloc(reader->data, cap);
        if (!data)
            return false;
        reader->data = data;
        reader->cap = cap;
    }
    memmove(reader->data, reader->data + reader->start, reader->end - reader->start);
    reader->end -= reader->start;
    reader->start = 0;
    return true;
}

/* Reads plain bytes from offset; *n is 0 at the end. */
static pt_code file_reader_read_some(struct file_reader *reader, char *out, size_t len,
                                     uint64_t offset, size_t *n, struct pt_error *err)
{
    const struct replay_file *file = reader->file;
    if (file->is_gz) {
        if (!reader->gz && !(reader->gz = gz_new(file->fd, file->points)))
            return pt_error_set(err, PT_ENOMEM, NULL, "cannot read %s: out of memory", file->shown);
        return gz_read(reader->gz, out, len, offset, file->shown, n, err);
    }
    ssize_t got = file_reader_read_at(file->fd, out, len, offset);
    *n = got > 0 ? (size_t)got : 0;
    return got < 0 ? system_error(err, PT_EIO, file->shown, errno) : PT_OK;
}

static pt_code file_reader_fill(struct file_reader *reader, size_t want, struct pt_error *err)
{
    struct replay_file *file = reader->file;
    pt_code code = check_unchanged(file, err);
    if (code != PT_OK)
        return code;
    if (!file_reader_make_room(reader, want))
        return pt_error_set(err, PT_ENOMEM, NULL, "cannot read %s: out of memory", file->shown);
    while (reader->end < want && !reader->is_at_end) {
        size_t n = 0;
        code = file_reader_read_some(reader, reader->data + reader->end, reader->cap - reader->end,
                                     reader->pos.offset + reader->end, &n, err);
        if (code != PT_OK)
            return code;
        reader->end += n;
        reader->is_at_end = n == 0;
    }
    /* It was shortened between the check and the read. */
    if (!file->is_gz && reader->is_at_end && reader->pos.offset + reader->end < file->size_bytes)
        return check_unchanged(file, err);
    return PT_OK;
}

pt_code file_reader_peek(struct file_reader *reader, size_t want, const char **bytes, size_t *len,
                         bool *is_last, struct pt_error *err)
{
    if (reader->end - reader->start < want) {
        reader->is_at_end = false;
        pt_code code = file_reader_fill(reader, want, err);
        if (code != PT_OK)
            return code;
    }
    *bytes = reader->data + reader->start;
    *len = reader->end - reader->start;
    *is_last = *len < want;
    return PT_OK;
}

void file_reader_skip(struct file_reader *reader, size_t bytes, uint64_t lines)
{
    reader->start += bytes;
    reader->pos.offset += bytes;
    reader->pos.row += lines;
}

pt_code file_reader_skip_line(struct file_reader *reader, struct pt_error *err)
{
    for (;;) {
        const char *bytes;
        size_t len;
        bool is_last;
        pt_code code = file_reader_peek(reader, 1, &bytes, &len, &is_last, err);
        if (code != PT_OK || is_last)
            return code;
        const char *line_feed = memchr(bytes, '\n', len);
        if (line_feed) {
            file_reader_skip(reader, (size_t)(line_feed - bytes) + 1, 1);
            return PT_OK;
        }
        file_reader_skip(reader, len, 0);
    }
}
