/* What the other threads hand to the reactor: one fact each, owned by its queue until taken. */
#ifndef CORE_FACT_H
#define CORE_FACT_H

#include "core/checkpoint.h"
#include "core/connectors.h"
#include "core/section.h"
#include "kafka/stats.h"
#include "kafka/watch.h"
#include "pintop/command.h"
#include "sink/sink.h"

enum fact_kind {
    FACT_COMMAND,     /* command (copied), id */
    FACT_BOOTED,      /* error */
    FACT_TROUBLE,     /* error: the cluster isn't found yet, or PT_OK */
    FACT_OPENED,      /* streams, error: those accounts are open, or why not */
    FACT_LOOKED,      /* streams, checkpoint: what its file says before it is opened */
    FACT_REPORT,      /* report */
    FACT_STATS,       /* stats */
    FACT_SINK,        /* sink */
    FACT_KAFKA_ERROR, /* code, text */
    FACT_RESULT,      /* result */
    FACT_LINE,        /* line: for the log page */
    FACT_EVENT,       /* line: for the events too */
    FACT_STREAM,      /* a streamer's state changed */
    FACT_WRITTEN,     /* number: slot; error */
    FACT_PURGED,      /* number: records left in the handle */
    FACT_AUTH,        /* auth */
    FACT_CONNECTORS,  /* news */
    FACT_STOP         /* text: why; number: limit_ms */
};

struct fact {
    enum fact_kind kind;
    unsigned streams;
    int64_t number;
    uint64_t id;
    const struct pt_error *error; /* never NULL; of code PT_OK until fact_fail */
    char text[PT_REASON_MAX];
    union {
        struct pt_command *command;
        struct watch_report *report;
        struct stats *stats;
        struct sink_status *sink;
        struct result *result;
        struct checkpoint *checkpoint;
        struct pt_auth *auth;
        struct conn_news *news;
        const struct pt_event *line; /* held by the fact */
    } u;
};

struct fact *fact_new(enum fact_kind kind);
/* It tells of this error, which is copied when it is one: most facts have none, and it is 17 KB.
 * Without memory the fact says so instead. */
void fact_fail(struct fact *fact, const struct pt_error *err);
/* Frees what it owns too. */
void fact_free(void *fact);

/* A deep copy in one allocation, to be freed by free(). NULL without memory. */
struct pt_command *command_copy(const struct pt_command *cmd);

#endif
