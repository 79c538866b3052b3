/* The cluster: its brokers, their states, and what prevents pintop from using it. */
#ifndef PARTS_CLUSTER_H
#define PARTS_CLUSTER_H

#include "desk/part.h"
#include "kafka/broker_figures.h"
#include "kafka/watch_report.h"

struct cluster_part {
    const struct desk *desk;
    const char *embedded_servers;      /* "" until the embedded cluster has started */
    const struct watch_report *report; /* the last without an error, referenced; NULL none */
    struct broker_figures figures;
    enum pt_cluster_state state;
    int64_t since_ms;
    char last_error[PT_REASON_MAX];
    int64_t last_error_ms, errors;
    /* Why the cluster was not found; PT_OK: it was, or the search is not over. */
    struct pt_error boot_error;
};

extern const struct part cluster_part;

/* desk and embedded_servers must outlive it. */
void cluster_part_init(struct cluster_part *cp, const struct desk *desk,
                       const char *embedded_servers);
void cluster_part_done(struct cluster_part *cp);
/* Why the cluster cannot be used now. what "": no reason is known; fix "": it may pass without
 * help. */
struct trouble {
    const char *what, *fix;
};
/* auth: what is known about the login now. Valid until the part takes the next fact. */
struct trouble cluster_trouble(const struct cluster_part *cp, const struct pt_auth *auth);

/* Returns a new section, or NULL when nothing changed. */
const void *cluster_part_section(struct cluster_part *cp);

#endif
