#include "base/text.h"

#include <string.h>

void text_copy(char *out, size_t cap, const char *text)
{
    size_t len = text ? strnlen(text, cap - 1) : 0;
    if (len > 0)
        memcpy(out, text, len);
    out[len] = 0;
}
