#include "term/foreground.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

pt_code foreground_words(char *text, char **words, struct pt_error *err)
{
    size_t n = 0;
    char *at = text;
    if (strpbrk(text, "$`;|&<>(){}*?!#\\'\n\r") != NULL)
        return pt_error_set(err, PT_EUSAGE, "Copy it with y, and run it in a shell.",
                            "this command has signs in it that only a shell should read");
    while (*(at += strspn(at, " ")) != '\0') {
        if (n == FOREGROUND_WORDS)
            return pt_error_set(err, PT_EUSAGE, "Copy it with y, and run it in a shell.",
                                "this command is too long");
        bool is_quoted = *at == '"';
        words[n++] = at += is_quoted;
        at += strcspn(at, is_quoted ? "\"" : " ");
        if (*at != '\0')
            *at++ = '\0';
    }
    words[n] = NULL;
    return n > 0 ? PT_OK : pt_error_set(err, PT_EUSAGE, NULL, "there is no command");
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
