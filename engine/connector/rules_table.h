/* The table of rules.c, in a file of its own. */
#ifndef CONNECTOR_RULES_TABLE_H
#define CONNECTOR_RULES_TABLE_H

#include "connector/rules.h"

extern const struct rule rules_table[];
extern const size_t rules_table_count;

#endif
