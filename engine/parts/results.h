/* The results of the last commands, whose texts have a limit together. Thread: the reactor's. */
#ifndef PARTS_RESULTS_H
#define PARTS_RESULTS_H

#include "desk/part.h"
#include "desk/section.h"

/* The table of commands decides which results become events. */
struct results_hooks {
    void *arg;
    /* Returns the area of the event, and the severity of a success. NULL: no event, since whoever
     * requested the command shows the answer and may repeat it. */
    const char *(*area)(void *arg, int kind, enum pt_severity *severity);
    void (*done)(void *arg, int kind); /* called after a success */
};

struct results_part {
    const struct desk *desk;
    struct results_hooks hooks;
    struct pt_result *results[PT_COMPLETED_MAX]; /* oldest first; each referenced */
    size_t n;
    bool is_dirty;
};

extern const struct part results_part;

/* desk must outlive it. */
void results_part_init(struct results_part *rp, const struct desk *desk,
                       const struct results_hooks *hooks);
void results_part_done(struct results_part *rp);
/* Adds a result, takes its reference, and makes an event of it where the hooks want one. A result
 * with the same id is replaced. NULL (out of memory) is fine. */
void results_add(struct results_part *rp, struct result *result);

#endif
