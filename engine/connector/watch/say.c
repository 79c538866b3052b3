/* Adds one witness of a connector, with what it reports. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"
#include "base/text.h"
#include "connector/watch/internal.h"

struct pt_evidence *conn_say(struct pt_connector *c, const char *who, const char *source,
                             int64_t asked_ms, const char *fmt, ...)
{
    if (c->n_evidence == PT_EVIDENCE_MAX) /* there are fewer witnesses than that */
        free((char *)(uintptr_t)c->evidence[--c->n_evidence].says);
    struct pt_evidence *e = &c->evidence[c->n_evidence++];
    char *says = NULL;
    va_list args;
    memset(e, 0, sizeof *e);
    text_copy(e->witness, sizeof e->witness, who);
    text_copy(e->source, sizeof e->source, source);
    e->since_ms = PT_UNKNOWN;
    e->asked_ms = asked_ms;
    va_start(args, fmt);
    if (vasprintf(&says, fmt, args) < 0)
        says = NULL;
    va_end(args);
    e->says = says != NULL ? shown_copy(says, PT_TEXT_MAX) : NULL;
    free(says);
    return e;
}
