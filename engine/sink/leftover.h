/* What an earlier run left in the sink directory and never committed. */
#ifndef SINK_LEFTOVER_H
#define SINK_LEFTOVER_H

#include "sink/manifest.h"

/* Deletes temporary files, and objects that the manifest does not list. Other files are left alone.
 * A directory that does not exist yet is fine.
 *
 * removed  out, may be NULL: how many files were deleted.
 * Errors   PT_EIO; PT_EDATA: there are objects but no manifest (it was lost; nothing is
 * deleted). */
pt_code leftover_remove(const char *dir, const struct manifest *manifest, size_t *removed,
                        struct pt_error *err);

#endif
