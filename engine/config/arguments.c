/* pt_arguments_take: what the process table shows of our command line. */
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "pintop/config.h"

/* Overwrites word with stars, within its length. */
static void arguments_hide(char *word)
{
    size_t cap = strlen(word);
    char *shown = mask_word_copy(word);
    explicit_bzero(word, cap);
    if (shown != NULL)
        memcpy(word, shown, strlen(shown) < cap ? strlen(shown) : cap);
    free(shown);
}

pt_code pt_arguments_take(int argc, char **argv, char ***words, struct pt_error *err)
{
    bool has_all = true;
    char **copy = calloc((size_t)argc + 1, sizeof *copy);
    for (int i = 0; i < argc; i++) {
        if (copy != NULL)
            copy[i] = strdup(argv[i]);
        has_all = has_all && copy != NULL && copy[i] != NULL;
        arguments_hide(argv[i]);
    }
    *words = has_all ? copy : NULL;
    if (has_all)
        return PT_OK;
    pt_arguments_free(copy);
    return pt_error_set(err, PT_ENOMEM, NULL, "options: out of memory");
}

void pt_arguments_free(char **words)
{
    for (char **word = words; word != NULL && *word != NULL; word++) {
        explicit_bzero(*word, strlen(*word));
        free(*word);
    }
    free(words);
}
