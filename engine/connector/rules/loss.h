/* Faults that are found by comparing: records that are lost, settings that do not fit. Their
 * sentences are made where they are found (losses.c, compare.c); these rows have the ID, the
 * severity, and a general fix. */
#ifndef CONNECTOR_RULES_LOSS_H
#define CONNECTOR_RULES_LOSS_H

#include "connector/rules/rule.h"

extern const struct rule loss_rules[];
extern const size_t loss_rules_count;

#endif
