/* The progress of a fix in words and as a bar, for the page and for the command line. Pure. */
#ifndef PAGE_PROGRESS_TEXT_H
#define PAGE_PROGRESS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/doctor.h"

/* "12.3 MB of 24.0 MB, 3.1 MB/s, 4s left", or "CREATING for 1m05s, at most 20m". */
void progress_words(const struct pt_progress *progress, int64_t now_ms, char *out, size_t cap);
/* "[#######      ] 51%" in at most cols columns, which are at least 8; "" when it is no transfer.
 * cap: at least 4 * cols. */
void progress_bar(const struct pt_progress *progress, int cols, bool is_ascii, char *out,
                  size_t cap);

#endif
