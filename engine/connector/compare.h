/* A connector's configuration held against itself, against the cluster, and against the other
 * connectors: what is certain to go wrong, or isn't in force although it was meant to be. Pure.
 * Thread: any. */
#ifndef CONNECTOR_COMPARE_H
#define CONNECTOR_COMPARE_H

#include "connector/losses.h"
#include "pintop/snapshot.h"

/* The cluster, as far as it is known. */
struct compare_cluster {
    size_t n_brokers; /* 0 not known */
    size_t n_topics;  /* 0 not known */
    const struct pt_topic *topics;
};

/* What is found is added. What Connect ignores, or what does no harm now, is a warning. */
void compare_settings(const struct conn *conn, const struct compare_cluster *cluster,
                      struct losses *out);
/* What `other` does to `conn`: one group, or one place for their objects. */
void compare_others(const struct conn *conn, const char *group, const struct conn *other,
                    const char *other_group, const struct compare_cluster *cluster,
                    struct losses *out);

#endif
