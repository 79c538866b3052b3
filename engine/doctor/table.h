/* The table of checks: the groups' rows, one after the other. Pure. Thread: any. */
#ifndef DOCTOR_TABLE_H
#define DOCTOR_TABLE_H

#include "doctor/check.h"

/* NULL: there are no more. */
const struct check_row *check_table_at(size_t i);

#endif
