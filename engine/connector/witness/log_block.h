/* Worker logs cut into blocks: a line with a time begins a block, which lasts until the next
 * such line of the same worker; a stack trace comes as lines without a time. Alike blocks are
 * folded into one with a count. Pure. Thread: one at a time. */
#ifndef CONNECTOR_WITNESS_LOG_BLOCK_H
#define CONNECTOR_WITNESS_LOG_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connector/rules/rules.h"

struct log_block {
    int64_t time_ms;         /* of its last occurrence, Unix: the event's, or the line's own when
                              * that is unknown */
    int64_t first_ms;        /* of the first alike */
    char worker[48];         /* "" unknown */
    char level[8];           /* "ERROR"; "" unknown */
    char connector[136];     /* "" unknown */
    int32_t task;            /* -1 unknown */
    char *text;              /* owned: its lines, without the worker's prefix; not made printable */
    const struct rule *rule; /* its meaning; NULL: no accusation (see log_weight) */
    int32_t count;           /* number of alike blocks */
    bool is_over;            /* its worker or task restarted after it */
};

struct log_blocks {
    size_t n;
    struct log_block *items; /* ordered by the time of their first line; alike ones once */
};

enum { LOG_BLOCK_TEXT_MAX = 64 * 1024, LOG_BLOCKS_MAX = 2000 };

/* Takes lines in the order in which they were written. */
struct log_cutter {
    struct log_blocks blocks; /* closed ones; the caller's after log_cutter_end */
    size_t n_open;
    struct log_open *open; /* one for each worker */
    bool is_over;          /* out of memory, or more than LOG_BLOCKS_MAX: the rest is dropped */
};
void log_cutter_init(struct log_cutter *cutter);
/* stream distinguishes workers when the line does not name one. time_ms is the event's. */
void log_cutter_add(struct log_cutter *cutter, const char *stream, int64_t time_ms,
                    const char *line);
/* Closes open blocks, folds alike ones and finds their rules. */
void log_cutter_end(struct log_cutter *cutter, struct log_blocks *out);
void log_blocks_done(struct log_blocks *blocks);

/* The weight of a block as evidence. INFO accuses nothing, whatever its words; a warning may be
 * about a connection that succeeded a second later. */
enum log_weight { LOG_NOTHING, LOG_WARNING, LOG_ERROR, LOG_KILLED };
enum log_weight log_weight(const struct log_block *block);

/* Returns the block that names the cause: the failure of a task, else the last error, else a
 * warning after which nothing worse came; among those that are not over. An error counts even
 * when no rule knows it, a warning does not. NULL when there is none. */
const struct log_block *log_blocks_guilty(const struct log_blocks *blocks);

/* True for blocks of this connector: those that name another are excluded. "" accepts all. */
bool log_block_is_of(const struct log_block *block, const char *connector);

#endif
