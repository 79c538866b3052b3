#include "record/answer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { ANSWER_BYTES_MAX = 64 };

static void answer_path(const char *state_dir, char *out, size_t cap)
{
    snprintf(out, cap, "%s/record.asked", state_dir);
}

enum answer answer_read(const char *state_dir)
{
    char path[4200], *text = NULL;
    enum answer answer = ANSWER_NONE;
    answer_path(state_dir, path, sizeof path);
    if (file_read(path, ANSWER_BYTES_MAX, &text, NULL, NULL) != PT_OK)
        return ANSWER_NONE;
    if (strcmp(text, "yes\n") == 0)
        answer = ANSWER_YES;
    else if (strcmp(text, "no\n") == 0)
        answer = ANSWER_NO;
    free(text);
    return answer;
}

struct answer_given {
    char path[4200];
    bool is_yes;
};

static void *answer_write(void *arg)
{
    struct answer_given *given = arg;
    const char *text = given->is_yes ? "yes\n" : "no\n";
    file_replace(given->path, text, strlen(text), 0600, NULL);
    free(given);
    return NULL;
}

void answer_keep(const char *state_dir, bool is_yes)
{
    struct answer_given *given = calloc(1, sizeof *given);
    pthread_t thread;
    if (given == NULL)
        return;
    given->is_yes = is_yes;
    answer_path(state_dir, given->path, sizeof given->path);
    if (pthread_create(&thread, NULL, answer_write, given) == 0)
        pthread_detach(thread);
    else
        free(given);
}
