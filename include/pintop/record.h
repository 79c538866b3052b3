/* Recordings: what an engine has kept of its snapshots, to be looked at later.
 *
 * With pintop.record=on an engine records to the directory record/ of its state directory, a ring
 * of files; with pintop.record=FILE it records to that file. The files are JSON lines compressed as
 * gzip. A recording can be read while it is being written, and after its writer was killed. */
#ifndef PINTOP_RECORD_H
#define PINTOP_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/config.h"
#include "pintop/engine.h"
#include "pintop/error.h"
#include "pintop/event.h"
#include "pintop/link.h"

PT_API_BEGIN

/* Records an engine, which has just been started, as the configuration says. When nobody has set
 * pintop.record, the answer counts that was given for this state directory (pt_record_decide);
 * without one it is not recorded. The recorder is the engine's companion. A disk that is full, or
 * refuses, is an event; the engine goes on, and so does the recording as soon as there is room.
 *
 * run     a one-shot command's engine is not recorded.
 * Errors  PT_ENOMEM, PT_EIO (no thread). */
pt_code pt_record_start(const struct pt_config *cfg, const struct pt_run *run,
                        struct pt_engine *eng, struct pt_error *err);

/* Whether it is still to be asked for: nobody has set pintop.record, and for this state directory
 * no answer was given. Thread: any that may read a file. */
bool pt_record_is_undecided(const struct pt_config *cfg);
/* Answers it: keeps that for this and every later engine of the state directory, and begins to
 * record this one. Errors as pt_record_start. Thread: the one that started the engine; no I/O. */
pt_code pt_record_decide(const struct pt_config *cfg, bool is_on, struct pt_engine *eng,
                         struct pt_error *err);

/* ---- what happened ---- */

#define PT_MARKS(X)                                                                                \
    X(PT_MARK_START, "start")         /* an engine began to record */                              \
    X(PT_MARK_VERDICT, "verdict")     /* the pipeline's changed */                                 \
    X(PT_MARK_CONNECTOR, "connector") /* a connector's verdict changed */                          \
    X(PT_MARK_RESTART, "restart")     /* a connector was restarted */                              \
    X(PT_MARK_TOKEN, "token")         /* the login failed, or works again */                       \
    X(PT_MARK_LAG, "lag")             /* a connector's lag rises, or the peak is over */           \
    X(PT_MARK_EVENT, "event")         /* an event of severity warning or error */
enum pt_mark_kind {
#define PT_MARK_ENUM(id, word) id,
    PT_MARKS(PT_MARK_ENUM)
#undef PT_MARK_ENUM
};
const char *pt_mark_word(enum pt_mark_kind kind);

struct pt_mark {
    int64_t time_ms; /* Unix */
    enum pt_mark_kind kind;
    enum pt_severity severity;
    char subject[PT_NAME_MAX]; /* the connector, or the event's area; "" */
    const char *text;          /* printable, one line */
};

struct pt_history {
    size_t n_marks;
    struct pt_mark *marks;     /* by time */
    int64_t first_ms, last_ms; /* Unix: the recorded time within what was asked; PT_UNKNOWN none */
    bool is_cut;               /* a file was cut off, or is damaged: something may be missing */
    bool is_going_on;          /* it is still being recorded */
};

/* Makes the path to which an engine with this configuration records: a file, or the directory of
 * the ring. Thread: any; no I/O. */
void pt_record_path(const struct pt_config *cfg, char *path, size_t cap);
/* Finds where an engine with this configuration records: the file, or the directory of the ring.
 * Errors PT_ENOTFOUND: there is nothing yet. */
pt_code pt_record_find(const struct pt_config *cfg, char *path, size_t cap, struct pt_error *err);

/* Reads what happened from a recording.
 *
 * path            a file, or the directory of a ring.
 * from_ms, to_ms  Unix; PT_UNKNOWN: no limit.
 * history         out; pt_history_done.
 * Errors          PT_ENOTFOUND, PT_EIO, PT_EDATA (no recording), PT_ENOMEM.
 * Thread          any that may wait for the disk. */
pt_code pt_history_read(const char *path, int64_t from_ms, int64_t to_ms,
                        struct pt_history *history, struct pt_error *err);
void pt_history_done(struct pt_history *history);

/* ---- replay ---- */

/* Opens a link to a recording: a pt_link_open_fn. run->recording names it, and
 * run->recording_at_ms is the time that is shown first. The link takes no commands; pt_link_replay
 * moves in it. Errors PT_ENOTFOUND, PT_EIO, PT_EDATA, PT_ENOMEM. */
pt_code pt_replay_open(const struct pt_config *cfg, const struct pt_run *run, struct pt_link *link,
                       struct pt_error *err);

PT_API_END

#endif
