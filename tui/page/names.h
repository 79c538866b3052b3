/* Finds topics and connectors in a snapshot. */
#ifndef PAGE_NAMES_H
#define PAGE_NAMES_H

#include "pintop/snapshot.h"

/* The topic of that name; NULL: it isn't listed. */
const struct pt_topic *topic_find(const struct pt_snapshot *snap, const char *name);
/* The connector with this id, or the worst one when id is NULL. NULL: it isn't listed. */
const struct pt_connector *connector_find(const struct pt_snapshot *snap, const char *id);

#endif
