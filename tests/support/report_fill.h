/* The public structs filled from the tables behind the JSON: each field has another value, no text
 * is short, no list empty. Within a test of cmocka's. */
#ifndef SUPPORT_REPORT_FILL_H
#define SUPPORT_REPORT_FILL_H

#include <stdbool.h>

#include "pintop/snapshot.h"
#include "report/field.h"

/* Forget what was made before: all of it stands in one piece of memory. */
void report_fill_begin(void);
void report_fill(const struct field_table *table, void *base);
struct pt_snapshot *report_filled_snapshot(void);
/* The snapshot, then its sections; NULL behind the last one. */
struct pt_section *report_section(const struct pt_snapshot *snap, size_t i);

/* Whether another field says how many there are. */
bool report_has_count(const struct field *field);
bool report_has_key(const struct field *field, const char *key);

#endif
