/* The consumer group of the pipeline's sink, by the settings. Pure. Thread: any. */
#ifndef DOCTOR_SINK_GROUP_H
#define DOCTOR_SINK_GROUP_H

#include "doctor/check.h"

/* Writes the group's name: pintop.connector.group, else connect-<pintop.connector.name>, else
 * connect-<UserID>-connector. Returns false when none of them is known; out is "" then. */
bool sink_group_name(const struct check *check, char *out, size_t cap);

#endif
