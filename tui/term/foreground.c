#include "term/foreground.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Moves one quoted part from *from to *to, without its quotes. Returns what is wrong, or NULL. */
static const char *split_quoted(const char **from, char **to)
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
static const char *split_word(const char **from, const char *refused, char **to)
{
    const char *why = NULL;
    while (why == NULL && **from != '\0' && **from != ' ' && **from != '\t') {
        if (**from == '"' || **from == '\'')
            why = split_quoted(from, to);
        else if (strchr(refused, **from) != NULL)
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

const char *foreground_split(char *text, const char *refused, char **words, size_t max)
{
    const char *from = text, *why = NULL;
    char *to = text;
    size_t n = 0;
    while (why == NULL && *(from += strspn(from, " \t")) != '\0') {
        if (n == max) {
            why = "it has too many words";
            break;
        }
        char *word = to;
        why = split_word(&from, refused, &to);
        from += *from != '\0'; /* the blank, which the end of the word may overwrite */
        *to++ = '\0';
        words[n++] = word;
    }
    words[n] = NULL;
    return why;
}

pt_code foreground_words(char *text, char **words, struct pt_error *err)
{
    static const char refused[] = "$`;|&<>(){}*?!#\\'\n\r";
    const char *why = strpbrk(text, refused) == NULL
                          ? foreground_split(text, refused, words, FOREGROUND_WORDS)
                          : "it has signs in it that only a shell should read";
    if (why != NULL)
        return pt_error_set(err, PT_EUSAGE, "Copy it with y, and run it in a shell.",
                            "this command is not run here: %s", why);
    return words[0] != NULL ? PT_OK : pt_error_set(err, PT_EUSAGE, NULL, "there is no command");
}

static int foreground_spawn(char *const *words, pid_t *pid)
{
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawnattr_init(&attributes);
    if (error != 0)
        return error;
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    error = posix_spawnp(pid, words[0], NULL, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* Who is not in front and sets the terminal's group gets SIGTTOU, which would stop this process. */
static void foreground_give(pid_t group)
{
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    tcsetpgrp(STDIN_FILENO, group);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

pt_code foreground_run(char *const *words, int *status, struct pt_error *err)
{
    pid_t pid;
    int error = foreground_spawn(words, &pid);
    if (error != 0)
        return pt_error_set(err, error == ENOENT ? PT_ENOTFOUND : PT_EIO,
                            "Install it, or check PATH.", "%s: it cannot be started: %s", words[0],
                            strerror(error));
    foreground_give(pid);
    kill(-pid, SIGCONT); /* it may have read before the terminal was its own */
    for (;;) {
        pid_t ended = waitpid(pid, status, WUNTRACED);
        if (ended == pid && WIFSTOPPED(*status)) {
            foreground_give(pid);
            kill(-pid, SIGCONT); /* there is no shell here that could continue it */
        } else if (ended == pid || errno != EINTR) {
            break;
        }
    }
    foreground_give(getpgrp());
    return PT_OK;
}

void foreground_pause(const char *line)
{
    char byte = '\0';
    ssize_t n = write(STDOUT_FILENO, line, strlen(line));
    while (n >= 0 && byte != '\n' && byte != '\r')
        n = read(STDIN_FILENO, &byte, 1) == 1 ? 1 : -1;
}
