#include "base/wipe.h"

#include <stdlib.h>
#include <string.h>

void wipe_text(char *text)
{
    wipe_bytes(text, text != NULL ? strlen(text) : 0);
}

void wipe_bytes(void *bytes, size_t size)
{
    if (bytes != NULL)
        explicit_bzero(bytes, size);
    free(bytes);
}

void *wipe_grow(void *bytes, size_t used, size_t cap, size_t size)
{
    void *grown = malloc(size);
    if (grown == NULL)
        return NULL;
    if (bytes != NULL)
        memcpy(grown, bytes, used);
    wipe_bytes(bytes, cap);
    return grown;
}
