/* What both ends of a connection say of themselves first: whose engine it is, and for which
 * cluster, so that nobody takes the screen of one cluster for that of another. */
#ifndef ATTACH_HELLO_H
#define ATTACH_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/config.h"
#include "pintop/error.h"

struct hello {
    int64_t protocol, pid;
    int64_t first_id;    /* the IDs of the client's commands count up from it */
    bool has_connectors; /* they are watched, or there is the sink of the embedded cluster */
    char version[32], user[33];
};

/* What of an engine's configuration has to be this pintop's, too. */
enum hello_needs { HELLO_NEEDS_ALL, HELLO_NEEDS_CLUSTER, HELLO_NEEDS_NOTHING };

/* The server's hello without its first_id, as JSON; free(). It has the properties that a pintop
 * which attaches must not contradict (pt_property.same), and no secret. NULL without memory. */
char *hello_make(const struct pt_config *cfg, bool has_connectors);

/* Reads a server's hello: "PROTOCOL FIRST_ID JSON"; the text is written into.
 *
 * needs  what has to be the same: the streams of a command are not this process's, and one that
 *        only stops shows nothing of another cluster as its own.
 * Errors PT_EUNSUPPORTED another protocol; PT_EDATA no hello; PT_EMISMATCH the engine has another
 *         value for a property of cfg: both are named. hello is filled as far as it was read. */
pt_code hello_read(char *text, const struct pt_config *cfg, enum hello_needs needs,
                   struct hello *hello, struct pt_error *err);

#endif
