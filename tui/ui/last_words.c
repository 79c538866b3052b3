#include "ui/last_words.h"

#include <stdio.h>

void last_words(const struct pt_error *err)
{
    if (err->what[0] != '\0')
        fprintf(stderr, "pintop: %s%s%s\n", err->what, err->fix[0] != '\0' ? ". " : "", err->fix);
}
