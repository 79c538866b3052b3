#include "ui/last_words.h"

#include <stdio.h>

void last_words(const struct pt_error *err)
{
    if (err->what[0] != '\0')
        fprintf(stderr, "pintop: %s%s%s\n", err->what, err->fix[0] != '\0' ? ". " : "", err->fix);
}

void last_words_elsewhere(const char *why)
{
    fprintf(stderr,
            "pintop: the dashboard has ended, because its engine was ended from elsewhere%s%s\n",
            why[0] != '\0' ? ": " : "", why);
}
