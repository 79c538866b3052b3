/* When CloudWatch is asked for the time before this pintop: once, as soon as the topics are known;
 * while AWS tells the topics, too, every ten minutes. What fails is asked again with growing
 * pauses, what is refused only when the operator asks for everything again. Thread: the reactor's.
 */
#ifndef PARTS_PAST_ASKING_H
#define PARTS_PAST_ASKING_H

#include "away/past.h"
#include "desk/desk.h"

struct minutes_hooks {
    void *arg;
    /* Whether there is somebody to ask: only on a cluster of MSK. */
    bool (*may_ask)(void *arg);
    /* Asks; the answer is a FACT_AWAY_PAST. */
    void (*ask)(void *arg, const struct away_past_wish *wish);
};

struct past_asking {
    const struct desk *desk;
    struct minutes_hooks hooks;
    char sink[PT_NAME_MAX]; /* the connector whose group it is; "" none */
    int64_t known_us;       /* when the topics were known first, monotonic; -1: not yet */
    int64_t next_us;  /* not to be asked before; INT64_MAX: not again until something changes */
    int64_t asked_us; /* monotonic */
    int n_failed;     /* one after the other */
    bool is_open;     /* asked, and not answered */
    bool is_refused;
    bool has_group; /* it was asked for the lag, too */
};

/* desk must outlive it. hooks: NULL: nobody is asked. */
void past_asking_init(struct past_asking *asking, const struct desk *desk,
                      const struct minutes_hooks *hooks);
/* To be called once a second. */
void past_asking_tick(struct past_asking *asking, int64_t now_us);
/* Takes an answer, NULL: out of memory. past: gets what was told; after an error it stays, and its
 * note says why there is nothing new. */
void past_asking_take(struct past_asking *asking, const struct away_past_told *told,
                      struct pt_away_past *past);
/* What has failed or was refused is asked again now. */
void past_asking_refresh(struct past_asking *asking);

#endif
