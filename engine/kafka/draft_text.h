/* How the words of a record by hand are written: as they are, or in double quotes with escapes.
 * Pure. Thread: any. */
#ifndef KAFKA_DRAFT_TEXT_H
#define KAFKA_DRAFT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Writes a word as it is if that is read back as the same bytes, otherwise in quotes. is_name: it
 * ends at the first "=". */
void draft_put_word(struct buf *out, const char *bytes, size_t len, bool is_name);
/* Reads a word from *at on, up to end; is_name as above. The bytes go to the end of out.
 * Returns NULL and moves *at behind the word, or returns what is wrong. */
const char *draft_take_word(const char **at, const char *end, bool is_name, struct buf *out);
/* Whether a value can be written as it is: UTF-8, and of the control bytes only line feed and tab.
 */
bool draft_is_plain(const char *bytes, size_t len);

#endif
