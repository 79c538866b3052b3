/* What shows in fields and metrics, not in texts. */
#include "connector/rules_private.h"

/* clang-format off */
static const struct rule symptoms[] = {
    {"no-records-matched", 0, NULL, RULE_ERROR, false,
     "the topics get records, the connector reads none",
     "Compare topics or topics.regex with the list of topics (whole names must match); look at the "
     "group's lag"},
    {"records-read-none-written", 0, NULL, RULE_ERROR, false,
     "records are read, no object is written: flush.size isn't reached",
     "Lower flush.size, or set rotate.schedule.interval.ms with timezone"},
    {"errored-tasks", 0, NULL, RULE_FATAL, false,
     "tasks have failed, though the state says RUNNING",
     "Read their trace or log, mend the cause, then restart the failed tasks"},
    {"fewer-tasks", 0, NULL, RULE_WARNING, false,
     "fewer tasks run than tasks.max asks for",
     "Nothing, when the topics have fewer partitions; else more workers"},
    {"lag-grows", 0, NULL, RULE_ERROR, false,
     "records come faster than the sink takes them",
     "Raise flush.size, tasks.max (up to the partitions) and workers"},
    {"rebalance-storm", 0, NULL, RULE_ERROR, false,
     "the workers rebalance again and again",
     "See whether workers run out of memory or a batch takes too long"},
    {"commits-refused", 0, NULL, RULE_ERROR, false,
     "the brokers take no commit of its group: the offsets have too few replicas in sync",
     "Bring back the broker that holds the missing replica: the connector goes on by itself then"},
    {"member-gone", 0, NULL, RULE_ERROR, false,
     "the consumer group waits in a rebalance for a member that is gone",
     "The brokers put it out after its session.timeout.ms: see what became of its worker"},
    {"worker-away", 0, NULL, RULE_ERROR, false,
     "a worker that has tasks of it doesn't answer",
     "See what that worker does, and restart it"},
    {"no-logs", 0, NULL, RULE_WARNING, false,
     "the connector delivers no worker log: nothing to diagnose with",
     "Log delivery can't be added later: delete it and create it again with a log group"},
    {"plugin-not-active", 0, NULL, RULE_FATAL, false,
     "the connector's plugin isn't ACTIVE",
     "See that its object in S3 is there and is a ZIP with JARs (unzip -l), make the plugin anew from it, and create the connector with that"},
    {"subnet-full", 0, NULL, RULE_ERROR, false,
     "fewer workers run than the capacity asks for: the subnets may have no free address",
     "Use subnets with free addresses: each worker takes one"},
    {"auth-port-mismatch", 0, NULL, RULE_FATAL, false,
     "the bootstrap servers' port isn't one for the connector's authentication",
     "Create the connector again with the string that `pintop discover` shows for that authentication: the servers of a connector cannot be changed"},
    {"region-mismatch", 0, NULL, RULE_FATAL, false,
     "s3.region isn't the region of the bucket",
     "Set s3.region to the bucket's own (the sink's default is us-west-2)"},
};
/* clang-format on */

const struct rule_table rules_symptoms = {symptoms, sizeof symptoms / sizeof *symptoms};
