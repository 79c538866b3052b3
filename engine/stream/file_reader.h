/* Forward reading of a large file with byte offsets and line numbers, in constant memory. Of a gzip
 * file (recognised by its first bytes, whatever its name) the plain bytes are read and counted.
 *
 * `struct replay_file` is the opened file and its state at that time; any number of `struct
 * file_reader` read it independently (pread). A reader's buffer starts with 256 KiB (less for a
 * small file) and grows only while a row needs more, up to FILE_READER_MAX. Before each read the
 * file is compared with what was opened: a file that was shortened, replaced, removed or rewritten
 * (its first KiB differs) is an error. Appended data is read like the rest.
 * Thread: one at a time. */
#ifndef STREAM_FILE_READER_H
#define STREAM_FILE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "pintop/error.h"
#include "stream/gz.h"
#include "stream/source.h"

/* The maximum length of a row, without its line end. */
enum { ROW_MAX_BYTES = 1024 * 1024 };
/* The most that may be requested at once: it is how a row that is too long is noticed. */
enum { FILE_READER_MAX = ROW_MAX_BYTES + 4096 };
enum { FILE_HEAD_BYTES = 1024 };

struct replay_file {
    int fd;
    char path[1024];
    char shown[104]; /* the path for messages: of a long one the end */
    dev_t dev;
    ino_t ino;
    uint64_t size_bytes; /* at the last check; only grows */
    struct timespec mtime;
    bool is_gz;
    struct gz_points *points; /* of a gzip file, for both of its readers */
    size_t head_len;          /* the first bytes as they were: a rewritten file differs in them */
    char head[FILE_HEAD_BYTES];
};

/* Opens a regular file for reading.
 *
 * Errors  PT_EIO, PT_ECONFIG (no such file, or not a regular one: it must be readable again). */
pt_code replay_file_open(struct replay_file *file, const char *path, struct pt_error *err);
void replay_file_close(struct replay_file *file);

struct file_reader {
    struct replay_file *file;
    char *data;
    size_t start, end, cap; /* the bytes read and not yet skipped are [start, end) */
    struct source_pos pos;  /* of data[start] */
    bool is_at_end;         /* the last read found the end of the file */
    struct gz *gz;
};

/* Makes a reader at the start of file; allocates with the first read. */
void file_reader_init(struct file_reader *reader, struct replay_file *file);
void file_reader_done(struct file_reader *reader);

/* Moves to pos; keeps the buffer when pos lies in it. */
void file_reader_seek(struct file_reader *reader, const struct source_pos *pos);

/* Returns at least want bytes from here; fewer only when the file ends before that (*is_last).
 *
 * want    1 to FILE_READER_MAX.
 * bytes   valid until the next call on this reader.
 * Errors  PT_EIO (cannot be read), PT_EDATA (no longer the file that was opened), PT_ENOMEM. */
pt_code file_reader_peek(struct file_reader *reader, size_t want, const char **bytes, size_t *len,
                         bool *is_last, struct pt_error *err);

/* Skips bytes that peek has returned; they contain `lines` line ends. */
void file_reader_skip(struct file_reader *reader, size_t bytes, uint64_t lines);

/* Skips to the start of the next line, however far, or to the end of the file. */
pt_code file_reader_skip_line(struct file_reader *reader, struct pt_error *err);

#endif
