/* The IAM action that each call needs, and on which resource: one row for each call. Denials name
 * it, and the policies of `pintop doctor` are made from it. Source: AWS's service authorization
 * reference.
 * Pure. Thread: any. */
#ifndef AWS_ACTIONS_H
#define AWS_ACTIONS_H

#include "aws/service.h"

/* The uses of pintop that need an action. */
enum {
    AWS_FOR_WATCH = 1,
    AWS_FOR_OPERATE = 2,
    AWS_FOR_SETUP = 4,
    AWS_FOR_ALL = 7,
    AWS_FOR_CHANGES = AWS_FOR_OPERATE | AWS_FOR_SETUP
};

/* What an action's resource is. */
enum aws_on {
    AWS_ON_ANY,     /* "*": the action has no resource, or it is not known beforehand */
    AWS_ON_CLUSTER, /* of MSK */
    AWS_ON_CONNECTORS,
    AWS_ON_OPERATIONS, /* of connectors */
    AWS_ON_PLUGINS,
    AWS_ON_BUCKET,
    AWS_ON_OBJECTS,
    AWS_ON_PROBES,    /* the objects of `connector diagnose --probe` */
    AWS_ON_ROLE,      /* the connector's role */
    AWS_ON_OWN_ROLE,  /* the role that pintop assumes */
    AWS_ON_PARAMETER, /* SSM */
    AWS_ON_LOGS,
    AWS_ON_INTERFACES,  /* network interfaces that MSK Connect makes, and what they are made of */
    AWS_ON_LINKED_ROLE, /* MSK Connect's own */
    AWS_ON_TOPICS       /* MSK's topic operations ask for the same permissions as the brokers */
};

struct aws_action {
    const struct aws_service *service;
    const char *operation;
    const char *action; /* "kafkaconnect:ListConnectors"; "" when the call needs no permission */
    unsigned uses;      /* AWS_FOR_…; 0: nothing makes this call yet */
    enum aws_on on;
    const char *also; /* actions that the service takes on behalf of the caller, separated by
                       * blanks; "" none */
};

/* Returns the row of a call. NULL: it has none, which is a bug in pintop. */
const struct aws_action *aws_action_of(const struct aws_service *service, const char *operation);
/* Returns the rows in order; NULL at the end. */
const struct aws_action *aws_action_at(size_t i);

#endif
