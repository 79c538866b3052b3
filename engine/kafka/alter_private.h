/* Shared by the files of a plan to change a topic. */
#ifndef KAFKA_ALTER_PRIVATE_H
#define KAFKA_ALTER_PRIVATE_H

#include "kafka/alter.h"

bool alter_is(const struct alter_step *step, const char *name);
/* What will hold after the step; NULL unknown. */
const char *alter_after(const struct alter_step *step);
/* What holds before it; NULL unknown. */
const char *alter_before(const struct alter_step *step);
/* Reads a whole number. */
bool alter_number(const char *text, int64_t *n);
/* Whether cleanup.policy has the word. text may be NULL. */
bool alter_has_policy(const char *text, const char *word);
/* Whether the step makes the topic's records go sooner, or may do so. */
bool alter_is_shorter(const struct alter_step *step);
/* Refuses a min.insync.replicas that no partition can ever have (PT_EUSAGE). */
pt_code alter_check_replicas(const struct alter_plan *plan, struct pt_error *err);

#endif
