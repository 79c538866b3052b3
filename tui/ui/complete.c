#include "ui/complete.h"

#include <stdio.h>
#include <string.h>

void complete_begin(struct complete *complete, const char *typed)
{
    *complete = (struct complete){.typed = typed};
}

static void complete_list(struct complete *complete, const char *word)
{
    static const char more[] = " …";
    size_t len = strlen(complete->list), cap = sizeof complete->list;
    if (len + 1 + strlen(word) + sizeof more < cap)
        snprintf(complete->list + len, cap - len, "%s%s", len > 0 ? " " : "", word);
    else if (len >= sizeof more && strcmp(complete->list + len - strlen(more), more) != 0)
        snprintf(complete->list + len, cap - len, "%s", more);
}

void complete_offer(struct complete *complete, const char *word)
{
    size_t same = 0;
    if (strncmp(word, complete->typed, strlen(complete->typed)) != 0 ||
        strlen(word) >= sizeof complete->common)
        return;
    if (complete->n++ == 0) {
        snprintf(complete->common, sizeof complete->common, "%s", word);
    } else {
        while (complete->common[same] != '\0' && complete->common[same] == word[same])
            same++;
        while (same > 0 && ((unsigned char)word[same] & 0xc0) == 0x80) /* no part of a character */
            same--;
        complete->common[same] = '\0';
    }
    complete_list(complete, word);
}
