/* The AWS-only view: what MSK and CloudWatch say of a cluster's topics, for when none of its
 * brokers can be reached. One look at a time; it blocks on the network. */
#ifndef AWAY_VIEW_H
#define AWAY_VIEW_H

#include "aws/msk.h"
#include "login/aws_setup.h"
#include "pintop/config.h"
#include "pintop/snapshot.h"

/* One look, owned by who got it. */
struct away_view {
    struct pt_error error;    /* PT_OK, or why AWS told nothing: the rest is then empty */
    int64_t time_ms;          /* Unix, when the topics were told, or the oldest figure is from */
    char note[PT_REASON_MAX]; /* what this look does not tell, and why; "" */
    size_t n_topics, n_partitions;
    struct pt_topic *topics; /* sorted by name; stream -1. first_partition is n_partitions where the
                              * partitions were not told */
    struct pt_partition *partitions;
};
void away_view_free(void *view); /* NULL is fine */

/* Finds the ARN of the configured cluster: pintop.msk.cluster, else the one whose bootstrap servers
 * are the configured ones. Errors PT_ENOTFOUND; PT_ECONFIG: both are configured, and the servers
 * are another cluster's; why servers could not be asked for. */
pt_code away_find(struct aws_setup *setup, const struct aws_keys *keys, const struct pt_config *cfg,
                  char *arn, size_t cap, struct pt_error *err);
/* Whether a configuration names a cluster of MSK. */
bool away_is_msk(const struct pt_config *cfg);
/* Refuses a cluster that has no topic operations (PT_EUNSUPPORTED): those of Serverless and with
 * Kafka before 3.6.0. One whose version cannot be read is not refused. */
pt_code away_may_ask(const struct msk_cluster *cluster, struct pt_error *err);

/* Looks, with credentials that are loaded. arn: of the cluster; group: the sink's, "" unknown.
 * Returns NULL when out of memory. */
struct away_view *away_look(struct aws_setup *setup, const struct aws_keys *keys,
                            const struct pt_config *cfg, const char *arn, const char *group);
/* A view that tells only an error; NULL when out of memory. */
struct away_view *away_failed(const struct pt_error *err);

#endif
