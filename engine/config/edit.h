/* Edits a context file that people write: only the necessary lines change; comments, order,
 * unknown properties and secrets stay as they are. */
#ifndef CONFIG_EDIT_H
#define CONFIG_EDIT_H

#include <stddef.h>

#include "base/buf.h"
#include "config/store.h"

/* True for an entry that belongs into a file: it has a value other than the default. */
bool edit_differs(const struct store_entry *entry);
/* True for secrets, and for values that contain one: a password in a URL. */
bool edit_is_secret(const char *name, const char *value, bool is_marked);

/* Makes the new text of the file of context `name`, and a description of the changes, one per line;
 * plan is empty when nothing changes.
 *
 * Errors  PT_ECONFIG: the old text is malformed (file and line are named); PT_ENOMEM. */
pt_code edit_context(const struct pt_config *cfg, const char *name, const char *path,
                     const char *old, size_t len, struct buf *text, struct buf *plan,
                     struct pt_error *err);

#endif
