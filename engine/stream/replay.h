/* Shared by the replayed formats: continuing, repeating, loops, bad rows. A format only says what
 * stands at the reader's place.
 *
 * A bad row is counted in src.bad_rows, logged with file and line (the first 20, then every
 * 1,000th), reported to src.on_skip and skipped; its row_status says where to look for the next
 * row, so nothing else is lost. Empty lines are skipped and not counted. Thread: the streamer's;
 * any may read bad_rows. */
#ifndef STREAM_REPLAY_H
#define STREAM_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"
#include "stream/file_reader.h"
#include "stream/source.h"

enum row_status {
    ROW_GOOD,
    ROW_BLANK,     /* nothing, or what surrounds rows */
    ROW_OTHER,     /* a row of another stream's table */
    ROW_BAD,       /* with the reason; the next row is after its end */
    ROW_BAD_SHAPE, /* with the reason; its end is doubtful: the next row may begin on the next
                    * line */
    ROW_NONE,      /* the file ends here */
    ROW_ERROR      /* the file cannot be read */
};

struct row {
    const char *value; /* the record, valid until the next row is read */
    size_t len;
    size_t bytes; /* length of the row in the file with its line end; ROW_BAD_SHAPE: 0 unknown */
    uint64_t lines;
    uint64_t line; /* for bad rows: which of its lines, from 0 */
    char why[160];
};

#define REPLAY_NOT_UTF8                                                                            \
    "it is not valid UTF-8 (if it is Latin-1: iconv -f LATIN1 -t UTF-8 FILE > NEW)"

struct replay;

/* Says what stands at the reader's place, without moving it. */
typedef enum row_status (*row_read_fn)(struct replay *replay, struct file_reader *reader,
                                       struct row *row, struct pt_error *err);

/* Returns whether a row may begin at these bytes; the first of them is the byte before it. */
typedef bool (*row_begins_fn)(const char *bytes, size_t len);

/* Called when the file was read from its first row to its end: returns what is missing, NULL for
 * nothing. */
typedef const char *(*row_ends_fn)(const struct replay *replay);

/* First member of the formats' own structs. */
struct replay {
    struct source src;
    enum pt_stream_id id;
    bool is_looping;
    row_read_fn read;
    row_begins_fn begins;
    row_ends_fn ends; /* NULL: the format cannot tell */
    struct replay_file file;
    struct file_reader ahead, back; /* for next, for again */
    struct source_pos first;        /* where the first row begins */
    bool has_row;                   /* since this pass over the file began */
    bool is_partial;                /* this pass began in the middle */
    uint64_t doubtful_end; /* what precedes it may belong to a row already counted as bad */
};

/* Opens path and moves to its first row, after a byte order mark. replay is zeroed except for
 * src.ops, read, begins and ends; call replay_done also after an error.
 *
 * Errors  those of replay_file_open; PT_ECONFIG: the file has an unsupported format. */
pt_code replay_open(struct replay *replay, const char *path, const struct source_opts *opts,
                    struct pt_error *err);
void replay_done(struct replay *replay);
/* Sets where the rows begin (after a header). */
void replay_set_first(struct replay *replay, const struct source_pos *first);

/* Members of source_ops. */
enum source_status replay_next(struct source *src, uint64_t index, struct source_record *rec,
                               struct pt_error *err);
enum source_status replay_again(struct source *src, uint64_t index, const struct source_pos *pos,
                                struct source_record *rec, struct pt_error *err);
pt_code replay_seek(struct source *src, const struct source_pos *pos, struct pt_error *err);

/* PT_ENOTFOUND: readable, but it belongs to another stream. */
pt_code replay_refuse_other(const struct replay *replay, enum pt_stream_id other,
                            struct pt_error *err);

/* Returns NULL for valid UTF-8 without NUL bytes, else what is wrong, for `why`. */
const char *replay_text_problem(const char *text, size_t len);

#endif
