/* Shared by the files of a plan to change a topic. */
#ifndef KAFKA_ALTER_PRIVATE_H
#define KAFKA_ALTER_PRIVATE_H

#include "kafka/alter.h"

/* NULL: there is none. */
const struct alter_setting *alter_find(const struct alter_now *now, const char *name, size_t len);
bool alter_is(const struct alter_step *step, const char *name);
/* What will hold after the step; NULL unknown. */
const char *alter_after(const struct alter_step *step);
/* What holds before it; NULL unknown. */
const char *alter_before(const struct alter_step *step);
/* What will hold of any of the topic's settings after the plan; NULL unknown. */
const char *alter_will_hold(const struct alter_plan *plan, const char *name);
/* Reads a whole number. */
bool alter_number(const char *text, int64_t *n);
/* Whether cleanup.policy has the word. text may be NULL. */
bool alter_has_policy(const char *text, const char *word);
/* Whether the step makes the topic's records go sooner, or may do so. */
bool alter_is_shorter(const struct alter_step *step);
/* What a change of cleanup.policy takes from a topic, or may take from it where a policy is
 * unknown. */
enum alter_loss {
    ALTER_LOSES_NOTHING,
    ALTER_LOSES_COMPACTION, /* every record of a key stays until its retention is over */
    ALTER_LOSES_NEWEST      /* also the newest record of a key is deleted by retention */
};
enum alter_loss alter_loss_of(const struct alter_step *step);
/* Refuses to let retention delete what Kafka itself keeps in a topic (PT_ENAME). */
pt_code alter_check_internal(const struct alter_plan *plan, struct pt_error *err);
/* Refuses a min.insync.replicas that no partition can ever have (PT_EUSAGE). */
pt_code alter_check_replicas(const struct alter_plan *plan, struct pt_error *err);

#endif
