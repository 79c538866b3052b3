/* The time before a pintop: what CloudWatch has of the last 24 hours of a cluster's topics, whether
 * its brokers can be reached or not. One question at a time; it blocks on the network. */
#ifndef AWAY_PAST_H
#define AWAY_PAST_H

#include "login/aws_setup.h"
#include "pintop/snapshot.h"

enum { AWAY_PAST_TOPICS_MAX = 50 };

/* What is asked for: the rate into all watched topics, and the lag of the streams' topics. */
struct away_past_wish {
    char group[PT_NAME_MAX]; /* the sink's, "" unknown: lag is not asked for */
    size_t n_watched;        /* all that there are; of more than are asked for the rate is not */
    size_t n_lags;
    char watched[AWAY_PAST_TOPICS_MAX][PT_TOPIC_MAX]; /* the first of them */
    char lags[PT_STREAMS][PT_TOPIC_MAX];
};

struct away_past_told {
    struct pt_error error;    /* PT_OK, or why nothing was told */
    struct pt_away_past past; /* its note says what is missing, and why; n is 0 when all is */
};

/* Asks, with credentials that are loaded. arn: of the cluster. */
void away_past_ask(struct aws_setup *setup, const struct aws_keys *keys, const char *arn,
                   const struct away_past_wish *wish, struct away_past_told *told);
/* Whether the same question would be refused again, as long as nobody changes what was refused. */
bool away_past_is_refused(pt_code code);

#endif
