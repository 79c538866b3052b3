/* What happened before, for an incident file: the history of its last hours. Thread: any that may
 * wait for the disk. */
#ifndef INCIDENT_PAST_H
#define INCIDENT_PAST_H

#include <stddef.h>

#include "base/buf.h"
#include "pintop/incident.h"

/* Appends the list (history.txt), and puts the sentence that the page has about it into line: also
 * when there is no recording, or it cannot be read. */
void incident_past(const struct pt_incident *incident, struct buf *list, char *line, size_t cap);

#endif
