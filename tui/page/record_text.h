/* A record that was read back, as text. */
#ifndef PAGE_RECORD_TEXT_H
#define PAGE_RECORD_TEXT_H

#include <stddef.h>

#include "pintop/command.h"

/* All that is known of the record. The caller frees it; NULL when out of memory. */
char *record_text(const struct pt_peeked *record);
/* Its value on one line. A tombstone and an empty value have different texts. */
const char *record_value(const struct pt_peeked *record);

#endif
