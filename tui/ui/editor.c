#include "ui/editor.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "term/foreground.h"
#include "term/private_file.h"

static const char only_shell[] = "$`;|&<>(){}*?[]!#~\n\r";

/* Moves one quoted part from *from to *to, without its quotes. Returns what is wrong, or NULL. */
static const char *editor_quoted(const char **from, char **to)
{
    char quote = *(*from)++;
    while (**from != '\0' && **from != quote) {
        if (quote == '"' && (**from == '$' || **from == '`'))
            return "only a shell could carry out what it says";
        if (quote == '"' && **from == '\\' && ((*from)[1] == '"' || (*from)[1] == '\\'))
            ++*from;
        *(*to)++ = *(*from)++;
    }
    if (**from == '\0')
        return "a quote in it is not closed";
    ++*from;
    return NULL;
}

/* Moves one word. */
static const char *editor_word(const char **from, char **to)
{
    const char *why = NULL;
    while (why == NULL && **from != '\0' && **from != ' ' && **from != '\t') {
        if (**from == '"' || **from == '\'')
            why = editor_quoted(from, to);
        else if (strchr(only_shell, **from) != NULL)
            why = "only a shell could carry out what it says";
        else if (**from == '\\' && (*from)[1] == '\0')
            why = "a backslash stands at its end";
        else {
            *from += **from == '\\';
            *(*to)++ = *(*from)++;
        }
    }
    return why;
}

pt_code editor_words(const char *variable, char *text, char **words, struct pt_error *err)
{
    const char *from = text, *why = NULL;
    char *to = text;
    size_t n = 0;
    while (why == NULL && *(from += strspn(from, " \t")) != '\0') {
        if (n == EDITOR_WORDS - 1) {
            why = "it has too many words";
            break;
        }
        char *word = to;
        why = editor_word(&from, &to);
        from += *from != '\0'; /* the blank, which the end of the word may overwrite */
        *to++ = '\0';
        words[n++] = word;
    }
    words[n] = NULL;
    if (why == NULL && n > 0)
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
    char *words[EDITOR_WORDS + 1], *line = NULL;
    size_t n = 0;
    if (asprintf(&line, "%s ", value) < 0)
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
