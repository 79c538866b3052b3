/* Memory that held a secret: it is overwritten before it is given back. Thread: any. */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

/* Overwrite and free a C string; NULL is left alone. */
void wipe_text(char *text);
/* The same for size bytes. */
void wipe_bytes(void *bytes, size_t size);
/* As realloc to `size` bytes, of which the first `used` are kept, but no copy stays behind: the old
 * block, of `cap` bytes, is overwritten. NULL without memory; the old block is then untouched. */
void *wipe_grow(void *bytes, size_t used, size_t cap, size_t size);

#endif
