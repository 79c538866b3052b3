/* A connector's configuration compared with itself, with the cluster, and with the other
 * connectors: what is certain to fail, or has no effect although it was meant to. Pure. Thread:
 * any. */
#ifndef CONNECTOR_WITNESS_COMPARE_H
#define CONNECTOR_WITNESS_COMPARE_H

#include "connector/witness/losses.h"
#include "pintop/snapshot.h"

/* The cluster, as far as it is known. */
struct compare_cluster {
    size_t n_brokers; /* 0 unknown */
    size_t n_topics;  /* 0 unknown */
    const struct pt_topic *topics;
};

/* Adds what is found. What Connect ignores, or what does no harm now, is a warning. */
void compare_settings(const struct conn *conn, const struct compare_cluster *cluster,
                      struct losses *out);
/* Adds what `other` does to `conn`: a shared group, or a shared place for objects. */
void compare_others(const struct conn *conn, const char *group, const struct conn *other,
                    const char *other_group, const struct compare_cluster *cluster,
                    struct losses *out);

#endif
