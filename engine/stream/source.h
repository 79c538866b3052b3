/* Where a stream's records come from. One struct of functions; members: synthetic, CSV, JSON, and a
 * sink's tree of objects.
 * Thread: one source belongs to one streamer. */
#ifndef STREAM_SOURCE_H
#define STREAM_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/shard.h"
#include "pintop/error.h"
#include "pintop/stream.h"

/* Where in a file a record began; all 0 for the synthetic source. Kept for each record in flight
 * and in the checkpoint. */
struct source_pos {
    uint64_t offset; /* bytes from the start of the file */
    uint64_t row;    /* lines of the file before it: messages name line row + 1 */
};

struct source_record {
    const char *value; /* valid until the next call on the source */
    size_t len;
    struct source_pos pos; /* where this record begins */
    /* Where `next` looks for the following record: what a checkpoint contains once all are
     * delivered. Filled by `next` only. */
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
    /* Returns the record for index, then moves on. Skips bad rows (counted, logged). At the end
     * of a file that loops, it begins again at the first record; a file without one good row
     * ends. */
    enum source_status (*next)(struct source *src, uint64_t index, struct source_record *rec,
                               struct pt_error *err);
    /* Returns the record that was once given for index, from pos; `next` continues where it was. */
    enum source_status (*again)(struct source *src, uint64_t index, const struct source_pos *pos,
                                struct source_record *rec, struct pt_error *err);
    /* Continues from pos (from a checkpoint): the next record is the one that begins there.
     * Errors  PT_EDATA (pos is after the end, or no line begins there), PT_EIO; then it is at
     * the first record. */
    pt_code (*seek)(struct source *src, const struct source_pos *pos, struct pt_error *err);
    void (*free)(struct source *src);
};

/* A skipped row. */
struct source_skip {
    char file[96]; /* its name in messages */
    uint64_t line;
    char why[160];
};
enum { SOURCE_SKIPS = 5 };

struct source {
    const struct source_ops *ops;
    uint64_t bad_rows; /* skipped so far; others read it as an atomic, acquire for skips */
    struct source_skip skips[SOURCE_SKIPS]; /* the first of them */
    /* Called for each one as it is skipped; may be NULL. */
    void (*on_skip)(void *arg, const struct source_skip *skip);
    void *on_skip_arg;
    bool is_sure; /* the stream's columns were found in it */
    /* A shard of a file: its good rows are dealt out in turn. Rows of other shards before the next
     * record, and between two. */
    uint64_t rows_before, rows_between;
    char path[1024]; /* "" synthetic */
};

/* For formats: counts a row as skipped, keeps it, reports it. Returns the present number. */
uint64_t source_skipped(struct source *src, const char *file, uint64_t line, const char *why);

struct source_opts {
    enum pt_stream_id id;
    const char *source; /* "synthetic", a file, or a directory */
    uint64_t seed;
    double dirty_pct;
    bool is_looping;
    bool is_part; /* one object of many: it may contain nothing for the stream */
};

/* Opens the source of one stream. The content of a file decides, not its name: CSV or JSON, plain
 * or gzip, and by its columns which stream it feeds. In a directory the file with the stream's
 * columns is used (among several the one named pinterest_data, geolocation_data or user_data), else
 * the objects of a sink below it: topics/TOPIC/partition=N/TOPIC+N+OFFSET.json.
 *
 * Errors  PT_EIO (cannot be read), PT_ECONFIG (no such file, not a regular file, an unsupported
 *         format: it is named; CSV columns that are unknown, missing or doubled: they are named;
 *         several possible files), PT_ENOTFOUND (readable, but nothing for this stream). */
pt_code source_open(const struct source_opts *opts, struct source **src, struct pt_error *err);
void source_free(struct source *src);
/* Returns the next record of this source's shard: `next` of the member, after the rows that are
 * other shards'. To be called in its place. */
enum source_status source_next_own(struct source *src, uint64_t index, struct source_record *rec,
                                   struct pt_error *err);
/* Deals the rows of a file out to the shards: of the good rows of the file, those that are i - 1
 * modulo n belong to this one. Call it after source_open, at the first row. The synthetic source
 * needs none of it, because its records are a function of the index. */
void source_set_shard(struct source *src, struct shard shard);

/* The members, each in a file of its own; source_open chooses. */
struct source *source_synthetic_new(const struct source_opts *opts);
pt_code source_csv_open(const char *path, const struct source_opts *opts, struct source **src,
                        struct pt_error *err);
pt_code source_json_open(const char *path, const struct source_opts *opts, struct source **src,
                         struct pt_error *err);
/* PT_ENOTFOUND: no objects with the stream's columns below dir. */
pt_code source_objects_open(const char *dir, const struct source_opts *opts, struct source **src,
                            struct pt_error *err);
/* Chooses by the content of the file. */
pt_code source_file_open(const char *path, const struct source_opts *opts, struct source **src,
                         struct pt_error *err);

#endif
