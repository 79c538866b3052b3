/* Files for the replay tests: a temporary directory, a source that reads given bytes, the lines
 * of the log. */
#ifndef SUPPORT_REPLAY_FILES_H
#define SUPPORT_REPLAY_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream/source.h"

/* cmocka group fixtures: one mkdtemp directory, removed with its contents. */
int replay_dir_setup(void **state);
int replay_dir_teardown(void **state);
/* Write a file into it; returns the path. */
const char *replay_write(const char *name, const void *bytes, size_t len);
const char *replay_write_text(const char *name, const char *text);

/* Write text as a file and open it as a source for that stream. A file that does not open fails
 * the test. */
struct source *replay_source(const char *name, const char *text, enum pt_stream_id id,
                             bool is_looping);
struct source *replay_open_path(const char *path, enum pt_stream_id id, bool is_looping);
/* Check that opening fails with this code; *err is filled. */
void replay_refused(const char *path, enum pt_stream_id id, pt_code code, struct pt_error *err);

/* A copy of a record, which is valid after the next call. */
struct kept_record {
    char *value;
    size_t len;
    struct source_pos pos, next_pos;
};
struct kept_records {
    size_t n;
    struct kept_record *records;
};
/* All records up to the end of the source. */
struct kept_records replay_read_all(struct source *src);
void kept_records_done(struct kept_records *kept);
/* Check that again gives each record byte for byte without moving the position of next, and that
 * a seek to each record moves it there. */
void replay_check_again_and_seek(struct source *src, const struct kept_records *kept);
/* Check that the next record has this value. */
void assert_next(struct source *src, const char *text);
void assert_end(struct source *src);

/* Capture the log: the lines since the last call of replay_log_reset. */
void replay_log_reset(void);
size_t replay_log_count(void);
/* Line i, from 0; at most 64 are kept. */
const char *replay_log_line(size_t i);

/* Resident memory of this process in KiB. */
long resident_kib(void);

/* A small random number generator that gives the same numbers on all platforms. */
uint32_t test_random(uint64_t *state);

#endif
