#include "cli/on_change.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "cli/print.h"
#include "pintop/config.h"

enum { VARIABLE_MAX = PT_VERDICT_MAX + 32, POLL_MS = 50 };

extern char **environ;

static const char *const change_names[] = {PT_CHANGE_VARIABLES};
enum { VARIABLES = sizeof change_names / sizeof *change_names };

static bool change_is_good(enum pt_verdict verdict)
{
    return verdict == PT_V_OK || verdict == PT_V_IDLE;
}

/* ---- its environment ---- */

static bool change_is_ours(const char *variable)
{
    for (size_t i = 0; i < VARIABLES; i++) {
        size_t len = strlen(change_names[i]);
        if (!strncmp(variable, change_names[i], len) && variable[len] == '=') {
            return true;
        }
    }
    return false;
}

static void change_fill(char texts[VARIABLES][VARIABLE_MAX], const struct on_change *change,
                        const struct pt_session_section *session)
{
    char since[TIME_TEXT];
    const char *before = change->has_told ? pt_verdict_word(change->told) : "";
    print_time(since, session->verdict_since_ms);
    const char *values[VARIABLES] = {pt_verdict_word(session->verdict), before, since,
                                     session->verdict_text, session->verdict_detail};
    for (size_t i = 0; i < VARIABLES; i++) {
        snprintf(texts[i], VARIABLE_MAX, "%s=%s", change_names[i], values[i]);
    }
}

/* Returns the list for posix_spawn, whose strings are those of environ and of texts; NULL when out
 * of memory. */
static char **change_environment(char texts[VARIABLES][VARIABLE_MAX])
{
    size_t n = 0, kept = 0;
    while (environ[n]) {
        n++;
    }
    char **list = calloc(n + VARIABLES + 1, sizeof *list);
    for (size_t i = 0; list && i < n; i++) {
        if (!change_is_ours(environ[i])) {
            list[kept++] = environ[i];
        }
    }
    for (size_t i = 0; list && i < VARIABLES; i++) {
        list[kept++] = texts[i];
    }
    return list;
}

/* ---- the process ---- */

static int change_spawn(const char *command, char **env, pid_t *pid)
{
    char *words[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)command,
                     NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, 2, 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    int error = posix_spawn(pid, "/bin/sh", &actions, &attributes, words, env);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void change_start(struct on_change *change, const struct pt_snapshot *snap, int64_t now_ms)
{
    static char texts[VARIABLES][VARIABLE_MAX];
    change_fill(texts, change, snap->session);
    char **env = change_environment(texts);
    int error = env ? change_spawn(change->command, env, &change->pid) : ENOMEM;
    free(env);
    if (error != 0) {
        char why[128];
        change->pid = 0;
        change->again_ms = now_ms + ON_CHANGE_AGAIN_MS;
        fprintf(stderr,
                "pintop: status: --on-change: the command cannot be started, and is tried again in "
                "%d s: %s\n",
                ON_CHANGE_AGAIN_MS / 1000, strerror_r(error, why, sizeof why));
        return;
    }
    change->has_told = true;
    change->told = snap->session->verdict;
    change->deadline_ms = now_ms + ON_CHANGE_LIMIT_MS;
    change->again_ms = 0;
}

static void change_tell_end(int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
        fprintf(stderr, "pintop: status: --on-change: the command ended with exit status %d\n",
                WEXITSTATUS(status));
    } else if (WIFSIGNALED(status)) {
        fprintf(stderr, "pintop: status: --on-change: the command was ended by signal %d\n",
                WTERMSIG(status));
    }
}

/* Kills the command and what it started. */
static void change_kill(struct on_change *change)
{
    kill(-change->pid, SIGKILL);
    while (waitpid(change->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    change->pid = 0;
}

/* Takes note of the end of the command that runs. */
static void change_watch(struct on_change *change, int64_t now_ms)
{
    int status = 0;
    if (change->pid == 0) {
        return;
    }
    pid_t ended = waitpid(change->pid, &status, WNOHANG);
    if (ended == change->pid) {
        change->pid = 0;
        change_tell_end(status);
    } else if (ended < 0 && errno != EINTR) {
        change->pid = 0; /* the kernel took its status, because SIGCHLD is ignored */
    } else if (now_ms >= change->deadline_ms) {
        change_kill(change);
        fprintf(stderr,
                "pintop: status: --on-change: the command was killed: it ran for more than %d s\n",
                ON_CHANGE_LIMIT_MS / 1000);
    }
}

void on_change_look(struct on_change *change, const struct pt_snapshot *snap, int64_t now_ms)
{
    if (!change->command) {
        return;
    }
    enum pt_verdict verdict = snap->session->verdict;
    change_watch(change, now_ms);
    if (change->pid != 0) {
        return;
    }
    if (!change->has_told && change_is_good(verdict)) {
        change->has_told = true;
        change->told = verdict;
    }
    if (change->has_told && verdict == change->told) {
        change->again_ms = 0;
    } else if (now_ms >= change->again_ms || change->again_ms == 0) {
        change_start(change, snap, now_ms);
    }
}

int64_t on_change_next_ms(const struct on_change *change, int64_t now_ms)
{
    if (change->pid == 0) {
        return change->again_ms != 0 ? change->again_ms : INT64_MAX;
    }
    return change->deadline_ms < now_ms + POLL_MS ? change->deadline_ms : now_ms + POLL_MS;
}

void on_change_end(struct on_change *change, int64_t wait_ms)
{
    const struct timespec nap = {.tv_nsec = POLL_MS * 1000000L};
    for (int64_t waited_ms = 0; change->pid != 0 && waited_ms < wait_ms; waited_ms += POLL_MS) {
        change_watch(change, INT64_MIN);
        if (change->pid != 0) {
            nanosleep(&nap, NULL);
        }
    }
    if (change->pid != 0) {
        change_kill(change);
    }
}
