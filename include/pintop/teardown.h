/* What pintop has created here, and how it is deleted again: one thing after the other, each after
 * a question, in the order in which they depend on each other. Only what is noted as created by
 * pintop is looked at, and what was changed by somebody else since is left. */
#ifndef PINTOP_TEARDOWN_H
#define PINTOP_TEARDOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/stream.h"

PT_API_BEGIN

enum pt_made_state {
    PT_MADE_UNKNOWN, /* it could not be looked at */
    PT_MADE_THERE,   /* as pintop created it */
    PT_MADE_GONE,    /* it is not there (any more) */
    PT_MADE_OTHER    /* it was changed or created by somebody else since, and is left */
};
/* "there", "gone" … */
const char *pt_made_state_word(enum pt_made_state state);

enum pt_made_end {
    PT_MADE_LEFT, /* nothing was done to it */
    PT_MADE_DELETED,
    PT_MADE_FAILED /* error says why */
};
/* "left", "deleted", "failed" */
const char *pt_made_end_word(enum pt_made_end end);

/* One thing. All texts are printable, "" when there is none, and belong to the pt_made_list. */
struct pt_made {
    const char *kind; /* static: "connector", "topic" … */
    const char *name;
    const char *arn, *region, *account, *cluster;
    int64_t made_ms; /* Unix */
    bool is_sure;    /* false: the run that would have created it was cut off */
    enum pt_made_state state;
    const char *evidence;
    const char *fix;  /* the next step for the operator, where it is left */
    const char *does; /* static: "delete the topic", "put back the old trust policy" … */
    const char *loss; /* what is lost with it, or that nothing is; several lines for a diff */
    bool is_typed;    /* what is lost cannot be brought back, so that its name is to be typed */
    enum pt_made_end end;
    const char *error; /* "" unless it failed */
};

struct pt_made_list {
    size_t n;
    struct pt_made *rows; /* in the order in which they are deleted */
    size_t n_strange;     /* notes that this pintop does not understand: a newer one wrote them */
    const char *notes;    /* path of the file that the notes are in */
    void *memory;
};
void pt_made_list_done(struct pt_made_list *list);

struct pt_teardown {
    bool is_plan; /* only look */
    /* Nobody is there to be asked: a topic with records is left, since nothing tells whether
     * somebody else has created it again. */
    bool is_unattended;
    void *arg;
    /* Called once, when all have been looked at. May be NULL. */
    void (*listed)(void *arg, const struct pt_made_list *list);
    /* Asks whether a thing is to be deleted; called for those that are there. NULL: none is. */
    bool (*agree)(void *arg, const struct pt_made *made);
    /* Called when it is going to be deleted, and with its end. May be NULL. */
    void (*deleting)(void *arg, const struct pt_made *made);
    void (*ended)(void *arg, const struct pt_made *made);
    /* Asked between two calls: true ends it. May be NULL. */
    bool (*is_cancelled)(void *arg);
};

/* Looks at all that is noted, and deletes what is agreed to. What is gone is struck from the notes.
 *
 * list    out, pt_made_list_done, also after an error.
 * Errors  PT_EREADONLY: without is_plan, and --readonly. PT_EIO, PT_EDATA: the notes cannot be
 *         read. PT_ENOMEM, PT_ECANCELLED, PT_ECONFIG. What cannot be deleted is no error: see each
 *         thing's end. Thread: any; blocks. */
pt_code pt_teardown_run(const struct pt_config *cfg, const struct pt_teardown *how,
                        struct pt_made_list *list, struct pt_error *err);

PT_API_END

#endif
