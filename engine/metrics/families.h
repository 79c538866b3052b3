/* Families that have files of their own. */
#ifndef METRICS_FAMILIES_H
#define METRICS_FAMILIES_H

#include "metrics/text.h"
#include "pintop/snapshot.h"

/* watched.c: the watched topics with their lag, and the connectors. */
void metrics_topics(struct metrics_text *to, const struct pt_topics_section *topics);
void metrics_connectors(struct metrics_text *to, const struct pt_snapshot *snap);
/* One state set of the present family. */
void metrics_verdict(struct metrics_text *to, const char *const *labels, enum pt_verdict verdict);

#endif
