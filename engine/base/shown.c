#include "base/shown.h"

#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/printable.h"
#include "base/secret.h"

size_t shown_str(char *out, size_t cap, const char *text)
{
    char *copy = text != NULL ? mask_copy(text) : NULL;
    size_t n = printable_str(out, cap, copy); /* out of memory: show nothing */
    free(copy);
    return n;
}

char *shown_copy(const char *text, size_t max)
{
    enum { LONGEST = 6 }; /* the longest escape of a byte: \u202e */
    char *copy = mask_copy(text);
    size_t size = copy != NULL ? strlen(copy) * LONGEST + 1 : 0;
    char *out = copy != NULL ? malloc(size < max ? size : max) : NULL;
    if (out != NULL)
        printable_str(out, size < max ? size : max, copy);
    free(copy);
    return out;
}

size_t shown_lines(char *out, size_t cap, const char *text)
{
    char *copy = mask_copy(text);
    size_t n = printable_lines(out, cap, copy != NULL ? copy : "");
    free(copy);
    return n;
}

size_t shown_value(char *out, size_t cap, const char *name, const char *value)
{
    if (value != NULL && *value != '\0' && secret_is_name(name))
        return printable_str(out, cap, "***");
    return shown_str(out, cap, value);
}

void show_in_place(char *text, size_t cap)
{
    char *copy = *text != '\0' ? mask_copy(text) : NULL;
    printable_str(text, cap, copy);
    free(copy);
}
