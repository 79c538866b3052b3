/* Where a stream's records come from. One struct of functions; members: synthetic, CSV, JSON, and
 * a sink's tree of objects.
 * Thread: one source belongs to one streamer. */
#ifndef STREAM_SOURCE_H
#define STREAM_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/stream.h"

/* Where in a file a record began; all 0 for the synthetic source. Kept for each record in flight
 * and in the checkpoint. */
struct source_pos {
    uint64_t offset; /* bytes from the start of the file */
    uint64_t row;    /* lines of the file before it, so that messages can name line row + 1 */
};

struct source_record {
    const char *value; /* valid until the next call on the source */
    size_t len;
    struct source_pos pos; /* where this record begins */
    /* Where `next` looks for the one behind it: what a checkpoint holds once all are delivered.
     * Filled by `next` only. */
    struct source_pos next_pos;
};

enum source_status {
    SOURCE_RECORD, /* *rec is filled */
    SOURCE_END,    /* end of the file, and it does not loop */
    SOURCE_ERROR   /* the file cannot be read: err */
};

struct source;

struct source_ops {
    const char *name; /* "synthetic", "csv", "json", "objects" */
    /* The record for index, then move on. Skips bad rows (counted, logged). At the end of a file
     * that loops, begins again at its first record; a file without one good row ends. */
    enum source_status (*next)(struct source *src, uint64_t index, struct source_record *rec,
                               struct pt_error *err);
    /* The record that was given for index once, from pos; `next` goes on where it was. */
    enum source_status (*again)(struct source *src, uint64_t index, const struct source_pos *pos,
                                struct source_record *rec, struct pt_error *err);
    /* Go on from pos (from a checkpoint): the next record is the one that begins there.
     * Errors  PT_EDATA (pos is behind the end, or no line begins there), PT_EIO; then it stands at
     * the first record. */
    pt_code (*seek)(struct source *src, const struct source_pos *pos, struct pt_error *err);
    void (*free)(struct source *src);
};

/* A row that was skipped. */
struct source_skip {
    char file[96]; /* as messages name it */
    uint64_t line;
    char why[160];
};
enum { SOURCE_SKIPS = 5 };

struct source {
    const struct source_ops *ops;
    uint64_t bad_rows; /* skipped so far; read by others as an atomic, acquire for skips */
    struct source_skip skips[SOURCE_SKIPS]; /* the first of them */
    /* Told of each one as it is skipped; NULL: nobody. */
    void (*on_skip)(void *arg, const struct source_skip *skip);
    void *on_skip_arg;
    bool is_sure;    /* the stream's columns were seen in it */
    char path[1024]; /* "" synthetic */
};

/* A format's: count a row as skipped, remember it, tell it. Returns how many there are now. */
uint64_t source_skipped(struct source *src, const char *file, uint64_t line, const char *why);

struct source_opts {
    enum pt_stream_id id;
    const char *source; /* "synthetic", a file, or a directory */
    uint64_t seed;
    double dirty_pct;
    bool is_looping;
    bool is_part; /* one object of many: it may hold nothing for the stream */
};

/* Open the source of one stream. What a file holds decides, not its name: CSV or JSON, plain or
 * gzip, and by its columns which stream it feeds. In a directory the file with the stream's columns
 * is taken (among several the one named pinterest_data, geolocation_data or user_data), else the
 * objects of a sink below it: topics/TOPIC/partition=N/TOPIC+N+OFFSET.json.
 *
 * Errors  PT_EIO (cannot be read), PT_ECONFIG (no such file, not a regular file, a format that is
 *         not read: it is named; CSV columns that are unknown, missing or doubled: they are named;
 *         several files that could be it), PT_ENOTFOUND (readable, but nothing for this stream). */
pt_code source_open(const struct source_opts *opts, struct source **src, struct pt_error *err);
void source_free(struct source *src);

/* The members, each in a file of its own; source_open picks. */
struct source *source_synthetic_new(const struct source_opts *opts);
pt_code source_csv_open(const char *path, const struct source_opts *opts, struct source **src,
                        struct pt_error *err);
pt_code source_json_open(const char *path, const struct source_opts *opts, struct source **src,
                         struct pt_error *err);
/* PT_ENOTFOUND: no objects with the stream's columns below dir. */
pt_code source_objects_open(const char *dir, const struct source_opts *opts, struct source **src,
                            struct pt_error *err);
/* By what the file holds. */
pt_code source_file_open(const char *path, const struct source_opts *opts, struct source **src,
                         struct pt_error *err);

#endif
