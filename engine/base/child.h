/* Runs a program, without a shell and without input, and says what it printed and how it ended.
 * Time and output are limited. When it is killed, so are the programs that it started, unless they
 * have left its process group; after an end of its own they go on. Thread: any that may block. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct child_run {
    char *const *words;              /* NULL at the end; the first is looked up in PATH */
    char *const *environment;        /* "NAME=VALUE", NULL at the end; NULL: this process's */
    int64_t limit_ms;                /* from its start to its end */
    size_t out_max, err_max;         /* of stderr only the beginning is kept */
    bool (*is_cancelled)(void *arg); /* asked about twenty times a second; NULL: it never is */
    void *arg;
};

enum child_end {
    CHILD_ENDED,       /* its own end: see status */
    CHILD_NOT_STARTED, /* error says why: ENOENT, there is no such program */
    CHILD_LOST,        /* it has ended, and how is not known: error is ECHILD where this process
                        * ignores SIGCHLD */
    CHILD_CANCELLED,
    CHILD_LATE,     /* it was still running at the limit, and was killed */
    CHILD_LINGERED, /* it had closed its output, and had not ended seconds later; killed */
    CHILD_TOO_MUCH  /* it printed more than out_max; killed */
};

struct child_result {
    enum child_end end;
    int error;            /* errno */
    int status;           /* as waitpid says it */
    bool is_output_ended; /* stdout was closed */
    struct buf out, err;  /* both as far as they came; wiped when they are freed */
};

/* Runs it and waits for its end. result: out, child_result_done. */
void child_run(const struct child_run *run, struct child_result *result);
void child_result_done(struct child_result *result);
/* True when that was its own end, with this exit status. */
bool child_exited(const struct child_result *result, int status);

/* This process's environment without some variables, and with others.
 * without  beginnings of names, NULL at the end: "GIT_" leaves out all that begin so.
 * with     "NAME=VALUE", NULL at the end; they take the place of variables of that name.
 * Returns the list, which the caller frees; its texts stay where they are. NULL without memory. */
char **child_environment(const char *const *without, char *const *with);

#endif
