/* A record that was read back, as a text to look at. */
#ifndef PAGE_RECORD_TEXT_H
#define PAGE_RECORD_TEXT_H

#include <stddef.h>

#include "pintop/command.h"

/* All that is known of it. The caller's, free; NULL without memory. */
char *record_text(const struct pt_peeked *record);
/* Its value on one line; a tombstone and an empty value are told apart. */
const char *record_value(const struct pt_peeked *record);

#endif
