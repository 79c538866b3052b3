/* What is found by comparing: records that are lost, settings that don't fit. Their sentences are
 * made where they are found (losses.c, compare.c); these have the id, the weight, and what to do
 * where nothing more is known. */
#ifndef CONNECTOR_LOSS_RULES_H
#define CONNECTOR_LOSS_RULES_H

#include "connector/rule.h"

extern const struct rule loss_rules[];
extern const size_t loss_rules_count;

#endif
