/* Worker logs cut into blocks: a line with a time begins one, and it goes on to the next such line
 * of the same worker; a stack trace comes as lines without a time. Alike blocks are folded with a
 * count. Pure. Thread: one at a time. */
#ifndef CONNECTOR_LOG_BLOCK_H
#define CONNECTOR_LOG_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connector/rules.h"

struct log_block {
    int64_t time_ms;     /* of its last one, Unix: the event's; the line's own when it has none */
    int64_t first_ms;    /* of the first alike */
    char worker[48];     /* "" not said */
    char level[8];       /* "ERROR"; "" not said */
    char connector[136]; /* "" not said */
    int32_t task;        /* -1 not said */
    char *text;          /* owned: its lines, the worker's prefix cut off; not made printable */
    const struct rule *rule; /* what it means; NULL: it accuses nobody (see log_weight) */
    int32_t count;           /* alike ones */
    bool is_over;            /* its worker or task began anew after it */
};

struct log_blocks {
    size_t n;
    struct log_block *items; /* by the time of their first line; alike ones once */
};

enum { LOG_BLOCK_TEXT_MAX = 64 * 1024, LOG_BLOCKS_MAX = 2000 };

/* Takes lines in the order in which they were written. */
struct log_cutter {
    struct log_blocks blocks; /* closed ones; the caller's after log_cutter_end */
    size_t n_open;
    struct log_open *open; /* one for each worker */
    bool is_over;          /* no memory, or more than LOG_BLOCKS_MAX: the rest is left out */
};
void log_cutter_init(struct log_cutter *cutter);
/* stream: tells workers apart when the line doesn't name one. time_ms: the event's. */
void log_cutter_add(struct log_cutter *cutter, const char *stream, int64_t time_ms,
                    const char *line);
/* Closes what is open, folds alike blocks and finds their rules. */
void log_cutter_end(struct log_cutter *cutter, struct log_blocks *out);
void log_blocks_done(struct log_blocks *blocks);

/* What a block weighs as evidence. INFO says nothing against anybody, whatever words it has; a
 * warning may be of a connection that was made a second later. */
enum log_weight { LOG_NOTHING, LOG_WARNING, LOG_ERROR, LOG_KILLED };
enum log_weight log_weight(const struct log_block *block);

/* The block that names the cause: the death of a task, else the last error, else a warning after
 * which nothing worse came; of those that are not over. An error is taken though no rule knows it,
 * a warning is not. NULL: there is none. */
const struct log_block *log_blocks_guilty(const struct log_blocks *blocks);

/* Only this connector's: blocks that name another are left out. "" all. */
bool log_block_is_of(const struct log_block *block, const char *connector);

#endif
