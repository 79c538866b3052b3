/* What changed between two JSON texts of the same shape, as a JSON text of its own, and back.
 *
 * A patch of an object has the members that changed, each with its own patch: {"a":2,"b":{"c":3}}.
 * A patch of an array is {"~":{"0":PATCH,…}}: the elements that changed, by their place; or
 * {"+":[N,VALUE,…]}: the first N left, and these came at the end, as in a log. {"=":VALUE} replaces
 * an object or an array by another; every other value replaces what was there. {} changes nothing.
 * Members named "age_s" are left out, since each reader makes them from the times.
 * Thread: any. */
#ifndef RECORD_PATCH_H
#define RECORD_PATCH_H

#include <stdbool.h>

#include "base/buf.h"
#include "record/json_text.h"

/* Appends the patch that makes `to` out of `from`, two texts that were written by one program. */
void patch_make(const struct piece *from, const struct piece *to, struct buf *out);
/* Appends what the patch makes out of `from`. False: it does not fit, or one of the two is not
 * JSON; out has a part of it then. */
bool patch_apply(const struct piece *from, const struct piece *patch, struct buf *out);

#endif
