/* The saved contexts of this user: which there are, and another one in the place of the one in
 * force. Thread: any that may wait, since files are read. */
#ifndef PINTOP_CONTEXT_H
#define PINTOP_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "pintop/api.h"
#include "pintop/config.h"
#include "pintop/error.h"

PT_API_BEGIN

enum { PT_CONTEXTS_MAX = 64 };

struct pt_context {
    char name[64];
    char
        cluster[200]; /* its bootstrap servers, MSK cluster or back end for connectors; printable */
    char band[12];    /* pintop.band; "" none */
    char why[400];    /* what is wrong with its file, so that it cannot be taken; "" nothing */
    bool is_readonly; /* its file says so */
};

/* Reads all of them, as `pintop -c NAME` would, sorted by name.
 *
 * list    out, free(); NULL: there are none.
 * n       out, at most PT_CONTEXTS_MAX; the directory may have more.
 * Errors  PT_EIO: the directory cannot be read, PT_ENOMEM. A directory that does not exist is no
 *         error. */
pt_code pt_contexts_read(struct pt_context **list, size_t *n, struct pt_error *err);

/* What of a command line is not of a context: how the screen looks (pintop.theme, .bell, .title)
 * and where the log goes, where they were set by an option; and that nothing may be changed. */
enum { PT_CARRIED = 5 };
struct pt_context_carry {
    char settings[PT_CARRIED][4200]; /* KEY=VALUE */
    char origins[PT_CARRIED][32];
    size_t n;
    bool is_readonly;
};
/* Fills it from the configuration in force. Read-only stays, unless only the file of the context in
 * force asked for it. Pure. */
void pt_context_carry(const struct pt_config *from, struct pt_context_carry *carry);

/* Loads another context, with what is carried over to it. Neither servers, files nor other
 * properties of the start are taken over. Errors as pt_config_load. */
pt_code pt_context_load(const char *name, const struct pt_context_carry *carry,
                        struct pt_config **out, struct pt_error *err);
/* Names the options of the start that pt_context_load leaves behind: "-b, -X"; "" none. Pure. */
void pt_context_left(const struct pt_config *from, char *out, size_t cap);

PT_API_END

#endif
