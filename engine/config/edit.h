/* A context's file that people write is changed where it must be, and nowhere else: comments,
 * order, what pintop doesn't know and secrets stay as they are. */
#ifndef CONFIG_EDIT_H
#define CONFIG_EDIT_H

#include <stddef.h>

#include "base/buf.h"
#include "config/store.h"

/* An entry that belongs into a file: it has a value, which isn't the default. */
bool edit_differs(const struct store_entry *entry);
/* Or holds one: a password in a URL. */
bool edit_is_secret(const char *name, const char *value, bool is_marked);

/* The new text of the file of context `name`, and what would change in words, a line each; plan is
 * empty when nothing would.
 *
 * Errors  PT_ECONFIG: the old text is malformed (file and line are named); PT_ENOMEM. */
pt_code edit_context(const struct pt_config *cfg, const char *name, const char *path,
                     const char *old, size_t len, struct buf *text, struct buf *plan,
                     struct pt_error *err);

#endif
