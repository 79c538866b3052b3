/* A struct that was read points into the reader's memory. Packed, it points into one block of
 * memory that is its owner's. */
#ifndef REPORT_PACK_H
#define REPORT_PACK_H

#include <stddef.h>

#include "report/field.h"

/* Copy all that base points to into room from `at` on, and let base point there. Without room,
 * nothing is copied: it only counts. Returns where the room's used part ends. room begins aligned
 * as malloc's. */
size_t field_pack(const struct field_table *table, void *base, char *room, size_t at);
/* The same for one field alone. */
size_t field_pack_one(const struct field *field, void *base, char *room, size_t at);

#endif
