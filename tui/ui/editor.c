#include "ui/editor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "term/foreground.h"
#include "term/private_file.h"

pt_code editor_words(const char *variable, char *text, char **words, struct pt_error *err)
{
    const char *why = foreground_split(text, "$`;|&<>(){}*?[]!#~\n\r", words, EDITOR_WORDS - 1);
    if (why == NULL && words[0] != NULL)
        return PT_OK;
    return pt_error_set(err, PT_EUSAGE,
                        "Set it to a program and its arguments, such as `vim -f`, and start pintop "
                        "again.",
                        "%s names no editor that can be started: %s", variable,
                        why != NULL ? why : "it is empty");
}

/* Git's order; vi is what POSIX has. */
static const char *editor_variable(const char **value)
{
    static const char *const names[] = {"VISUAL", "EDITOR"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((*value = getenv(names[i])) != NULL && (*value)[0] != '\0')
            return names[i];
    *value = "vi";
    return "EDITOR";
}

static pt_code editor_ended(const char *program, int status, struct pt_error *err)
{
    static const char fix[] = "P goes on with what it had saved, if it had saved anything.";
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return PT_OK;
    if (WIFSIGNALED(status))
        return pt_error_set(err, PT_EIO, fix, "the editor %s was killed by signal %d", program,
                            WTERMSIG(status));
    return pt_error_set(err, PT_EIO, fix, "the editor %s ended with status %d", program,
                        WEXITSTATUS(status));
}

static pt_code editor_in_front(struct screen *screen, char **words, struct pt_error *err)
{
    int status = 0;
    screen_suspend(screen);
    pt_code code = foreground_run(words, &status, err);
    screen_resume(screen);
    if (code == PT_ENOTFOUND && err != NULL)
        snprintf(err->fix, sizeof err->fix,
                 "Set VISUAL or EDITOR to an editor that is installed, and start pintop again.");
    return code == PT_OK ? editor_ended(words[0], status, err) : code;
}

/* What an editor that failed had saved is taken too, so that nothing typed is lost. */
static pt_code editor_take(char **text, size_t *len, size_t max, pt_code code, struct pt_error *err)
{
    struct pt_error own;
    char *edited = NULL;
    size_t n = 0;
    pt_code read = private_file_read(&edited, &n, max, &own);
    if (read != PT_OK) {
        if (code == PT_OK && err != NULL)
            *err = own;
        return code != PT_OK ? code : read;
    }
    free(*text);
    *text = edited;
    *len = n;
    return code;
}

pt_code editor_run(struct screen *screen, char **text, size_t *len, size_t max,
                   struct pt_error *err)
{
    const char *value, *variable = editor_variable(&value);
    char *words[EDITOR_WORDS + 1], *line = strdup(value);
    size_t n = 0;
    if (line == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "editor: out of memory");
    pt_code code = editor_words(variable, line, words, err);
    const char *path = code == PT_OK ? private_file_make(*text, *len, err) : NULL;
    if (code == PT_OK && path == NULL)
        code = PT_EIO;
    for (size_t i = 0; path != NULL && words[n] != NULL && i < EDITOR_WORDS; i++)
        n++;
    if (path != NULL) {
        words[n] = (char *)(uintptr_t)path;
        words[n + 1] = NULL;
        code = editor_in_front(screen, words, err);
    }
    if (path != NULL)
        code = editor_take(text, len, max, code, err);
    private_file_remove();
    free(line);
    return code;
}
