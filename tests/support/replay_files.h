/* Files for the replay tests: a temporary directory, a source over bytes, the log's lines. */
#ifndef SUPPORT_REPLAY_FILES_H
#define SUPPORT_REPLAY_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream/source.h"

/* cmocka group fixtures: one mkdtemp directory, removed with all that is in it. */
int replay_dir_setup(void **state);
int replay_dir_teardown(void **state);
/* The path of name in it; valid until the second next call. */
const char *replay_path(const char *name);
/* Write a file there; returns its path. */
const char *replay_write(const char *name, const void *bytes, size_t len);
const char *replay_write_text(const char *name, const char *text);

/* Write text as a file and open it as that stream; fails the test if it does not open. */
struct source *replay_source(const char *name, const char *text, enum pt_stream_id id,
                             bool is_looping);
struct source *replay_open_path(const char *path, enum pt_stream_id id, bool is_looping);
/* Opening must fail with this code; *err is filled. */
void replay_refused(const char *path, enum pt_stream_id id, pt_code code, struct pt_error *err);

/* A record that outlives the next call. */
struct kept_record {
    char *value;
    size_t len;
    struct source_pos pos, next_pos;
};
struct kept_records {
    size_t n;
    struct kept_record *records;
};
/* All records up to the end. */
struct kept_records replay_read_all(struct source *src);
void kept_records_done(struct kept_records *kept);
/* again gives each one byte for byte, and next goes on where it was; seek goes on at each. */
void replay_check_again_and_seek(struct source *src, const struct kept_records *kept);
/* The next record's value is text. */
void assert_next(struct source *src, const char *text);
void assert_end(struct source *src);

/* Catch the log: lines since the last call of replay_log_reset. */
void replay_log_reset(void);
size_t replay_log_count(void);
/* Line i (from 0, at most 64 are kept). */
const char *replay_log_line(size_t i);

/* Resident memory of this process in KiB. */
long resident_kib(void);

/* A small generator: the same numbers everywhere. */
uint32_t test_random(uint64_t *state);

#endif
