/* The session: the identity of this pintop, and the pipeline's verdict. Thread: the reactor's. */
#ifndef PARTS_SESSION_H
#define PARTS_SESSION_H

#include "desk/part.h"
#include "kafka/watch_report.h"
#include "parts/verdict.h"

enum { SESSION_SLOTS = 4 };

/* How far the stop of the engine is. */
struct session_stop {
    bool is_stopping, is_stopped; /* both when it is over */
    char text[96];                /* its progress; "" when there is none to describe */
    char why[128];                /* who or what asked for it; "" */
    char unwritten[200];          /* why the last checkpoints could not be written; "" */
};

struct session_hooks {
    void *arg;
    void (*stopping)(void *arg, struct session_stop *stop); /* stop is zeroed */
};

struct session_part {
    const struct desk *desk;
    struct verdict verdict;
    struct since since; /* since when the verdict holds */
    struct moves moves;
    /* By slot of the disk; "": the last write succeeded. */
    char disk_errors[SESSION_SLOTS][PT_REASON_MAX];
    struct session_hooks hooks;
};

extern const struct part session_part;

/* desk must outlive it. */
void session_part_init(struct session_part *sp, const struct desk *desk,
                       const struct session_hooks *hooks);
/* Returns the disk's error for a checkpoint that could not be written; "" none. */
const char *session_disk_error(const struct session_part *sp);
/* Judges the pipeline again, and makes an event when the verdict has become, or is no longer, a
 * fault. at_ms: now, Unix. */
void session_judge(struct session_part *sp, int64_t at_ms);
/* Notes from a new report when records last arrived in the watched topics, and when the sink's
 * group last committed. */
void session_note_moves(struct moves *moves, const struct watch_report *report);
/* Returns a new section with a new verdict, or NULL when nothing changed. */
const void *session_part_section(struct session_part *sp);

#endif
