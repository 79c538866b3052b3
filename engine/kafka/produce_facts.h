/* What has to be looked up before a record by hand is sent. */
#ifndef KAFKA_PRODUCE_FACTS_H
#define KAFKA_PRODUCE_FACTS_H

#include "kafka/admin.h"
#include "kafka/produce_plan.h"

/* Asks the cluster. What it does not tell stays unknown, and the newest records are read only for a
 * plan that is to be shown. opts must outlive facts.
 * Errors  PT_ENOTFOUND no such topic; PT_ETIMEOUT, PT_EAUTH, PT_EKAFKA: no cluster answers. */
pt_code produce_look(struct admin *admin, const struct pt_command *cmd,
                     const struct pt_draft *draft, const struct produce_opts *opts,
                     struct produce_facts *facts, struct pt_error *err);

#endif
