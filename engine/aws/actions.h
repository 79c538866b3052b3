/* The IAM action that each call needs, and on what: one row a call. Denials name it, and the
 * policies of `pintop doctor` are made from it. Source: AWS's service authorization reference.
 * Pure. Thread: any. */
#ifndef AWS_ACTIONS_H
#define AWS_ACTIONS_H

#include "aws/service.h"

/* What for: each row says for which. */
enum {
    AWS_FOR_WATCH = 1,
    AWS_FOR_OPERATE = 2,
    AWS_FOR_SETUP = 4,
    AWS_FOR_ALL = 7,
    AWS_FOR_CHANGES = AWS_FOR_OPERATE | AWS_FOR_SETUP
};

/* What an action's resource is. */
enum aws_on {
    AWS_ON_ANY, /* "*": the action knows no resource, or it isn't known before */
    AWS_ON_CONNECTORS,
    AWS_ON_BUCKET,
    AWS_ON_OBJECTS,
    AWS_ON_PROBES,    /* the objects of `connector diagnose --probe` */
    AWS_ON_ROLE,      /* the connector's */
    AWS_ON_OWN_ROLE,  /* the one that is taken on */
    AWS_ON_PARAMETER, /* SSM */
    AWS_ON_LOGS
};

struct aws_action {
    const struct aws_service *service;
    const char *operation;
    const char *action; /* "kafkaconnect:ListConnectors"; "" the call needs no right */
    unsigned uses;      /* AWS_FOR_…; 0: nothing makes this call yet */
    enum aws_on on;
    const char *also; /* actions that the service takes in the caller's name, by blanks; "" none */
};

/* The row of a call; NULL: it has none, which is a mistake of pintop's. */
const struct aws_action *aws_action_of(const struct aws_service *service, const char *operation);
/* All rows; NULL at the end. */
const struct aws_action *aws_action_at(size_t i);

#endif
