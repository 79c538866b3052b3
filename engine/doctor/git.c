#include "doctor/git.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/printable.h"
#include "base/text.h"

enum { GIT_WORDS = 24, GIT_OUT_MAX = 64 * 1024, GIT_ERR_MAX = 16 * 1024 };

/* A file that git is asked about. */
struct git_file {
    const struct git_asked *asked;
    char dir[1024];
    const char *name, *path;
    char **environment;
    int64_t end_us; /* of all questions */
};

/* ------------------------------------------------------------------ one question */

/* Whoever's variables lead git to another repository, another index, another language. No question
 * takes a lock, asks somebody, or fetches what a partial clone has not got. */
static char **git_environment(void)
{
    static const char *const without[] = {"GIT_", "LC_", "LANGUAGE=", NULL};
    static char locks[] = "GIT_OPTIONAL_LOCKS=0", asks[] = "GIT_TERMINAL_PROMPT=0",
                fetches[] = "GIT_NO_LAZY_FETCH=1", language[] = "LC_ALL=C";
    static char *const with[] = {locks, asks, fetches, language, NULL};
    return child_environment(without, with);
}

/* words: NULL at its end. result: out, child_result_done. */
static void git_ask(const struct git_file *file, const char *const *words,
                    struct child_result *result)
{
    /* A repository's own monitor of files is a program of that repository, and so is what checks
     * the signatures of commits. */
    const char *const begin[] = {
        "git",       "-C", file->dir, "-c", "core.fsmonitor=false", "-c", "log.showSignature=false",
        "--no-pager"};
    int64_t left_ms = (file->end_us - clock_mono_us()) / 1000;
    const char *all[GIT_WORDS + 1];
    size_t n = 0;
    for (; n < sizeof begin / sizeof *begin; n++)
        all[n] = begin[n];
    while (*words != NULL && n < GIT_WORDS)
        all[n++] = *words++;
    all[n] = NULL;
    const struct child_run run = {.words = (char *const *)(uintptr_t)all /* which are only read */,
                                  .environment = file->environment,
                                  .limit_ms = left_ms > 0 ? left_ms : 0,
                                  .out_max = GIT_OUT_MAX,
                                  .err_max = GIT_ERR_MAX,
                                  .is_cancelled = file->asked->is_cancelled,
                                  .arg = file->asked->arg};
    child_run(&run, result);
}

static const char *git_text(const struct buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

/* How to trust a repository of somebody else's; git names it in quotes. */
static void git_trust(const char *said, char *fix, size_t cap)
{
    static const char mark[] = "in repository at '";
    const char *at = strstr(said, mark), *end = at != NULL ? strstr(at, "'\n") : NULL;
    int len = -1;
    if (end != NULL) {
        at += strlen(mark);
        len = snprintf(fix, cap, "If you trust it: git config --global --add safe.directory '%.*s'",
                       (int)(end - at), at);
    }
    if (len < 0 || (size_t)len >= cap || memchr(at, '\'', (size_t)(end - at)) != NULL)
        snprintf(fix, cap,
                 "If you trust it, have git trust its folder: git config --global --add "
                 "safe.directory FOLDER");
}

/* Why it said nothing that can be used. */
static pt_code git_refused(const struct git_file *file, const struct child_result *result,
                           struct pt_error *err)
{
    char words[300], fix[PT_FIX_MAX];
    const char *said = git_text(&result->err);
    printable_copy(words, sizeof words, said, strcspn(said, "\n"));
    if (result->end == CHILD_NOT_STARTED)
        return pt_error_set(err, PT_ENOTFOUND,
                            "Install git, or look by hand that the repository ignores the file",
                            "git cannot be asked: %s", strerror(result->error));
    if (result->end == CHILD_CANCELLED)
        return pt_error_set(err, PT_ECANCELLED, NULL, "interrupted");
    if (result->end == CHILD_LOST)
        return pt_error_set(err, PT_EIO, "Start pintop from a shell that does not ignore SIGCHLD",
                            "git has ended, and the system does not report how: %s",
                            strerror(result->error));
    if (result->end == CHILD_TOO_MUCH)
        return pt_error_set(err, PT_EDATA, "Check again", "git prints more than 64 KiB");
    if (result->end != CHILD_ENDED)
        return pt_error_set(err, PT_ETIMEOUT, "Check again", "git does not answer in time");
    if (strstr(said, "dubious ownership") != NULL)
        git_trust(said, fix, sizeof fix);
    else
        text_put(fix, sizeof fix, "Ask git in %s yourself", file->dir);
    return pt_error_set(err, PT_EDATA, fix, "git, asked in %s, says: %s", file->dir,
                        words[0] != '\0' ? words : "nothing");
}

/* The answer's first line. Any exit status but 0 is an error. */
static pt_code git_line(const struct git_file *file, const char *const *words, char *out,
                        size_t cap, struct pt_error *err)
{
    struct child_result result;
    pt_code code = PT_OK;
    git_ask(file, words, &result);
    const char *said = git_text(&result.out);
    out[0] = '\0';
    if (!child_exited(&result, 0))
        code = git_refused(file, &result, err);
    else if ((size_t)snprintf(out, cap, "%.*s", (int)strcspn(said, "\n"), said) >= cap)
        code =
            pt_error_set(err, PT_EDATA, "Use a shorter path", "git names a path that is too long");
    child_result_done(&result);
    return code;
}

/* A question that is answered by exit status 0 or `no`. */
static pt_code git_yes(const struct git_file *file, const char *const *words, int no, bool *is_yes,
                       struct pt_error *err)
{
    struct child_result result;
    pt_code code = PT_OK;
    git_ask(file, words, &result);
    *is_yes = child_exited(&result, 0);
    if (!*is_yes && !child_exited(&result, no))
        code = git_refused(file, &result, err);
    child_result_done(&result);
    return code;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ------------------------------------------------------------------ the repository */

/* Where git is missing, or takes a damaged repository for none: does one stand above? */
static bool has_repository_above(const char *dir)
{
    char path[1024 + 8];
    size_t len = strlen(dir);
    for (;;) {
        snprintf(path, sizeof path, "%.*s/.git", (int)len, dir);
        if (access(path, F_OK) == 0)
            return true;
        while (len > 0 && dir[len - 1] != '/')
            len--;
        if (len == 0)
            return false;
        len--;
    }
}

/* The lines of --show-toplevel and --show-prefix. */
static pt_code git_take_place(const struct git_file *file, const char *said, struct git_seen *seen,
                              struct pt_error *err)
{
    size_t top = strcspn(said, "\n");
    const char *prefix = said + top + (said[top] == '\n');
    size_t len = strcspn(prefix, "\n");
    int top_n = snprintf(seen->top, sizeof seen->top, "%.*s", (int)top, said);
    int path_n = snprintf(seen->path, sizeof seen->path, "%.*s%s", (int)len, prefix, file->name);
    if ((size_t)top_n >= sizeof seen->top || (size_t)path_n >= sizeof seen->path)
        return pt_error_set(err, PT_EDATA, "Use a shorter path", "%s: the path is too long",
                            file->name);
    if (strcmp(prefix + len, "\n") != 0)
        return pt_error_set(
            err, PT_EDATA, "Move the key to another folder",
            "%s: git does not report where the repository is: the path has a line feed",
            file->name);
    return PT_OK;
}

static pt_code git_find_top(const struct git_file *file, struct git_seen *seen,
                            struct pt_error *err)
{
    struct child_result result;
    pt_code code = PT_OK;
    git_ask(file, WORDS("rev-parse", "--show-toplevel", "--show-prefix"), &result);
    seen->is_in_repository = child_exited(&result, 0);
    bool is_outside = result.end == CHILD_NOT_STARTED ||
                      strstr(git_text(&result.err), "not a git repository") != NULL;
    if (seen->is_in_repository)
        code = git_take_place(file, git_text(&result.out), seen, err);
    else if (!is_outside || has_repository_above(file->dir))
        code = git_refused(file, &result, err);
    child_result_done(&result);
    return code;
}

/* ------------------------------------------------------------------ the file in it */

/* By its path, in all branches, also where it was deleted since. */
static pt_code git_find_commit(const struct git_file *file, struct git_seen *seen,
                               struct pt_error *err)
{
    return git_line(file,
                    WORDS("--literal-pathspecs", "log", "--all", "--full-history", "-1",
                          "--format=%h", "--", file->name),
                    seen->commit, sizeof seen->commit, err);
}

/* By its content, under whatever name, as it is: a filter is a program of the repository. Most
 * repositories never had it, and say so at once. */
static pt_code git_find_content(const struct git_file *file, struct git_seen *seen,
                                struct pt_error *err)
{
    char object[100], option[128];
    bool is_there = false;
    if (access(file->path, F_OK) != 0)
        return PT_OK;
    pt_code code = git_line(file, WORDS("hash-object", "--no-filters", "--", file->name), object,
                            sizeof object, err);
    if (code == PT_OK)
        code = git_yes(file, WORDS("cat-file", "-e", object), 1, &is_there, err);
    if (code != PT_OK || !is_there)
        return code;
    snprintf(option, sizeof option, "--find-object=%s", object);
    return git_line(file, WORDS("log", "--all", "--full-history", "-1", "--format=%h", option),
                    seen->commit, sizeof seen->commit, err);
}

static pt_code git_see_file(const struct git_file *file, struct git_seen *seen,
                            struct pt_error *err)
{
    pt_code code =
        git_yes(file, WORDS("--literal-pathspecs", "ls-files", "--error-unmatch", "--", file->name),
                1, &seen->is_tracked, err);
    if (code == PT_OK)
        code = git_yes(file, WORDS("check-ignore", "-q", "--no-index", "--", file->name), 1,
                       &seen->is_ignored, err);
    if (code == PT_OK)
        code = git_find_commit(file, seen, err);
    if (code == PT_OK && seen->commit[0] == '\0')
        code = git_find_content(file, seen, err);
    return code;
}

/* git_file_done, also after an error. */
static pt_code git_file_init(struct git_file *at, const struct git_asked *asked, const char *file,
                             struct pt_error *err)
{
    const char *slash = strrchr(file, '/');
    *at = (struct git_file){.asked = asked,
                            .name = slash + 1,
                            .path = file,
                            .environment = git_environment(),
                            .end_us = clock_mono_us() + asked->limit_ms * 1000};
    int len =
        snprintf(at->dir, sizeof at->dir, "%.*s", slash == file ? 1 : (int)(slash - file), file);
    if (at->environment == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "git: out of memory");
    return (size_t)len < sizeof at->dir ? PT_OK
                                        : pt_error_set(err, PT_EDATA, "Use a shorter path",
                                                       "%s: the path is too long", at->name);
}

static void git_file_done(struct git_file *at)
{
    free(at->environment);
}

pt_code git_see(const struct git_asked *asked, const char *file, struct git_seen *seen,
                struct pt_error *err)
{
    struct git_file at;
    memset(seen, 0, sizeof *seen);
    pt_code code = git_file_init(&at, asked, file, err);
    if (code == PT_OK)
        code = git_find_top(&at, seen, err);
    if (code == PT_OK && seen->is_in_repository)
        code = git_see_file(&at, seen, err);
    git_file_done(&at);
    return code;
}

static pt_code git_list_ignored(const struct git_file *file, const char *pattern, struct buf *names,
                                struct pt_error *err)
{
    struct child_result result;
    pt_code code = PT_OK;
    git_ask(file,
            WORDS("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", pattern),
            &result);
    if (!child_exited(&result, 0))
        code = git_refused(file, &result, err);
    else
        buf_append(names, git_text(&result.out), result.out.len);
    child_result_done(&result);
    return code;
}

pt_code git_ignored(const struct git_asked *asked, const char *file, const char *pattern,
                    struct buf *names, struct pt_error *err)
{
    struct git_file at;
    struct git_seen seen = {.is_in_repository = false};
    pt_code code = git_file_init(&at, asked, file, err);
    if (code == PT_OK)
        code = git_find_top(&at, &seen, err);
    if (code == PT_OK && seen.is_in_repository)
        code = git_list_ignored(&at, pattern, names, err);
    git_file_done(&at);
    return code;
}
