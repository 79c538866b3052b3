/* One record that a person wrote is produced: what is to be known first, and the sending. */
#ifndef KAFKA_PRODUCE_H
#define KAFKA_PRODUCE_H

#include "kafka/admin.h"
#include "kafka/produce_plan.h"

/* Says in lines what would be sent and what follows from it (cmd->is_plan), or sends it once and
 * waits for the acknowledgement; result->records then has the record's place without its texts.
 * result->is_unsure: no answer came, and the record may have been written. Both embedded and live.
 * Errors  PT_ENOTFOUND no such topic, PT_EUSAGE the record does not suit the topic, PT_EDATA it
 *         cannot be read, PT_EBUSY the plan that was shown was another one, PT_ETIMEOUT, PT_EAUTH,
 *         PT_EKAFKA.
 * Thread  the admin worker's. */
pt_code admin_produce(struct admin *admin, const struct pt_command *cmd,
                      const struct produce_opts *opts, struct pt_result *result,
                      struct pt_error *err);

#endif
