/* What git itself says of a file: whether a repository holds it, ignores it, or has ever had it.
 * Nothing of the repository's settings is run, nothing is changed. Thread: any that may block. */
#ifndef DOCTOR_GIT_H
#define DOCTOR_GIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "pintop/error.h"

struct git_asked {
    int64_t limit_ms; /* of all questions together */
    bool (*is_cancelled)(void *arg);
    void *arg;
};

/* Texts are "" when unknown, and not made printable. */
struct git_seen {
    bool is_in_repository;
    char top[1024];  /* its highest folder */
    char path[1024]; /* of the file, below it */
    bool is_tracked; /* in the index */
    bool is_ignored;
    char commit[80]; /* one that has, or had, this file or another with its very content */
};

/* Asks about a file, which need not be there.
 * file    a whole path.
 * Errors  PT_ENOTFOUND: there is no git here, while a .git stands above the file. PT_ETIMEOUT,
 *         PT_ECANCELLED, PT_ENOMEM. PT_EDATA: git answers something else; the error has its words.
 */
pt_code git_see(const struct git_asked *asked, const char *file, struct git_seen *seen,
                struct pt_error *err);

/* Asks which untracked files git ignores in a file's folder and below it.
 * pattern git's, of their paths.
 * names   out, by the caller: their paths below that folder, each with a NUL behind it; none where
 *         no repository is.
 * Errors  as git_see. */
pt_code git_ignored(const struct git_asked *asked, const char *file, const char *pattern,
                    struct buf *names, struct pt_error *err);

#endif
