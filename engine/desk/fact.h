/* A fact is what another thread reports to the reactor. The queue owns it until it is taken; then
 * every part sees it in turn. Only its sender and the parts that handle its kind know the
 * payload. */
#ifndef DESK_FACT_H
#define DESK_FACT_H

#include <stdint.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

enum fact_kind {
    FACT_COMMAND, /* struct pt_command, id; number: when it was asked for, by clock_even_ms */
    FACT_BOOTED,  /* error */
    FACT_TROUBLE, /* error: the cluster was not found yet; PT_OK: it is found now */
    FACT_OPENED,  /* streams, error: their accounts are open, or why not */
    FACT_LOOKED,  /* streams, struct checkpoint: read from the file before the account is opened */
    FACT_REPORT,  /* struct watch_report */
    FACT_AWAY,    /* struct away_view */
    FACT_STATS,   /* struct stats, the producer's; NULL: out of memory */
    FACT_WATCH_STATS, /* struct stats, the watcher's; NULL: out of memory */
    FACT_SINK,        /* struct sink_status; NULL: out of memory */
    FACT_KAFKA_ERROR, /* number: librdkafka's code; text */
    FACT_RESULT,      /* struct result */
    FACT_LINE,        /* struct pt_event, for the log only */
    FACT_EVENT,       /* struct pt_event, for the events, too */
    FACT_STREAM,      /* streams: their streamers' states changed */
    FACT_WRITTEN,     /* number: slot of the disk; error */
    FACT_PURGED,      /* number: records left in the handle */
    FACT_AUTH,        /* struct pt_auth */
    FACT_CONNECTORS,  /* struct conn_news */
    FACT_NEWEST,      /* number: Unix ms, the time of the newest record in the watched topics */
    FACT_OBJECT,      /* streams, number: Unix ms, when the sink wrote an object of their topics */
    FACT_CHECK,       /* number: its place in the table; struct pt_check, in one allocation */
    FACT_ROUND,       /* number: 1 the checks begin, 0 they have ended; error */
    FACT_PROGRESS,    /* struct pt_progress of the fix that runs; without an ID: none does */
    FACT_PAST,        /* struct pt_series_section: minutes of earlier engines */
    FACT_AWAY_PAST,   /* struct away_past_told; NULL: out of memory */
    FACT_GOES_ON,     /* text: what a fix has made that costs money from then on */
    FACT_STOP         /* text: why; number: limit in ms, or PT_STOP_… */
};

struct fact {
    enum fact_kind kind;
    unsigned streams;
    int64_t number;
    uint64_t id;
    const struct pt_error *error; /* never NULL; its code is PT_OK until fact_fail */
    char text[PT_REASON_MAX];
    void *payload; /* by the kind; NULL: none, or it was claimed */
    void (*drop)(void *payload);
};

/* Returns NULL when out of memory. */
struct fact *fact_new(enum fact_kind kind);
/* Returns a fact that owns payload, which drop frees (free, for plain memory). payload may be NULL.
 * When out of memory it drops the payload and returns NULL. */
struct fact *fact_with(enum fact_kind kind, void *payload, void (*drop)(void *payload));
/* The same with a copy of size bytes at `from`; when out of memory for the copy the payload is
 * NULL. */
struct fact *fact_copy(enum fact_kind kind, const void *from, size_t size);
/* Gives the fact this error, which is copied unless its code is PT_OK: most facts have none, and an
 * error takes 17 KB. When out of memory, the fact's error is PT_ENOMEM instead. fact may be
 * NULL. */
void fact_fail(struct fact *fact, const struct pt_error *err);
/* Returns the payload, which the caller owns from now on. */
void *fact_claim(struct fact *fact);
/* Frees the fact and what it owns. NULL is fine. */
void fact_free(void *fact);

#endif
