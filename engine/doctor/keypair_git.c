/* Whether git keeps the private key out of its repository. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/printable.h"
#include "base/text.h"
#include "doctor/git.h"
#include "doctor/keypair_rows.h"
#include "doctor/noted.h"

enum { IGNORE_MAX = 1024 * 1024, GIT_LIMIT_MS = 4500 };

static pt_code see_in_git(struct check *check, struct git_seen *seen, struct pt_error *err)
{
    struct http_transport net = check->client->net;
    int64_t left = check_left_ms(check);
    const struct git_asked asked = {.limit_ms = left < GIT_LIMIT_MS ? left : GIT_LIMIT_MS,
                                    .is_cancelled = http_is_cancelled,
                                    .arg = &net};
    return git_see(&asked, check->found->key_file, seen, err);
}

/* ------------------------------------------------------------------ keypair.gitignore */

/* In words only: what was published cannot be called back. */
static void say_committed(struct check *check, const struct git_seen *seen)
{
    const char *pair = check->found->key_pair.name;
    char fix[900];
    snprintf(fix, sizeof fix,
             "Take the key as known to others: make a new pair (EC2 console > Key Pairs), put its "
             "public key into ~/.ssh/authorized_keys on the host instead of this one, and delete "
             "the old pair%s%s. Removing the file from git does not undo it.",
             pair[0] != '\0' ? " " : "", pair);
    check_fail(check, fix, "the repository %s has this private key in its history: commit %s",
               seen->top, seen->commit);
}

static void say_in_git(struct check *check, const struct git_seen *seen)
{
    const char *file = check->found->key_file;
    char fix[2200];
    if (seen->commit[0] != '\0') {
        say_committed(check, seen);
    } else if (seen->is_tracked) {
        snprintf(fix, sizeof fix,
                 "git -C \"%s\" rm --cached -- \"%s\", then pintop doctor --fix keypair.gitignore.",
                 seen->top, seen->path);
        check_fail(check, fix,
                   "%s is added to git: the next commit of %s would take the private key along",
                   file, seen->top);
    } else if (!seen->is_ignored) {
        check_fail(check, "pintop doctor --fix keypair.gitignore ignores it.",
                   "%s is in the git repository %s, which does not ignore it", file, seen->top);
        check_fixable(check);
    } else {
        check_ok(check, "git ignores %s in %s, and no commit contains it", seen->path, seen->top);
    }
}

void check_gitignore(struct check *check)
{
    struct git_seen seen;
    struct pt_error err;
    if (check->found->key_file[0] == '\0')
        check_unknown(check, NULL, "needs keypair.file: there is no file to ask git about");
    else if (see_in_git(check, &seen, &err) != PT_OK)
        check_unknown(check, err.fix, "%s", err.what);
    else if (!seen.is_in_repository)
        check_not_needed(check, "%s is in no git repository", check->found->key_file);
    else
        say_in_git(check, &seen);
}

/* ------------------------------------------------------------------ its fix */

/* The line that ignores it: all keys, or, where the name is another, this very file. */
static void ignore_line(const char *path, struct buf *out)
{
    if (text_ends_with(path, ".pem")) {
        buf_puts(out, "*.pem");
        return;
    }
    buf_puts(out, "/");
    for (; *path != '\0'; path++) {
        if (strchr("*?[\\ ", *path) != NULL)
            buf_puts(out, "\\");
        buf_append(out, path, 1);
    }
}

/* What .gitignore is now, and will be. */
struct ignore_file {
    char path[1100];
    bool is_there;
    mode_t mode;
    char *text; /* "" there is none */
    size_t len;
    struct buf line, added;
};

static void ignore_done(struct ignore_file *file)
{
    free(file->text);
    buf_done(&file->line);
    buf_done(&file->added);
}

static pt_code read_ignore(struct ignore_file *file, struct pt_error *err)
{
    struct stat st;
    if (lstat(file->path, &st) != 0 && errno == ENOENT) {
        file->mode = 0644;
        file->text = strdup("");
        return file->text != NULL ? PT_OK
                                  : pt_error_set(err, PT_ENOMEM, NULL, ".gitignore: out of memory");
    }
    /* git does not follow a link there either. */
    if (!S_ISREG(st.st_mode))
        return pt_error_set(err, PT_EDATA, "Make it a file", "%s is no file, so git ignores it",
                            file->path);
    file->mode = st.st_mode & 0777;
    file->is_there = true;
    return file_read(file->path, IGNORE_MAX, &file->text, &file->len, err);
}

static pt_code put_ignored(const struct git_seen *seen, struct ignore_file *file,
                           struct pt_error *err)
{
    memset(file, 0, sizeof *file);
    buf_init(&file->line, 4096);
    buf_init(&file->added, IGNORE_MAX + 8192);
    snprintf(file->path, sizeof file->path, "%s/.gitignore", seen->top);
    pt_code code = read_ignore(file, err);
    if (code != PT_OK)
        return code;
    ignore_line(seen->path, &file->line);
    buf_append(&file->added, file->text, file->len);
    if (file->len > 0 && file->text[file->len - 1] != '\n')
        buf_puts(&file->added, "\n");
    buf_printf(&file->added, "%s\n", file->line.data);
    return file->added.is_over || file->line.is_over
               ? pt_error_set(err, PT_EDATA, "Add the line by hand", "%s is too long", file->path)
               : PT_OK;
}

/* An earlier run has added it already. */
static bool ends_with_line(const struct ignore_file *file)
{
    size_t len = file->len - (file->len > 0 && file->text[file->len - 1] == '\n');
    size_t line = file->line.len;
    return len >= line && memcmp(file->text + len - line, file->line.data, line) == 0 &&
           (len == line || file->text[len - line - 1] == '\n');
}

static pt_code see_unignored(struct check *check, struct git_seen *seen, struct pt_error *err)
{
    pt_code code = see_in_git(check, seen, err);
    if (code == PT_OK && !seen->is_in_repository)
        code = pt_error_set(err, PT_ENOTFOUND, NULL, "%s is in no git repository",
                            check->found->key_file);
    return code;
}

static pt_code plan_gitignore(struct check *check, struct buf *plan, struct pt_error *err)
{
    struct git_seen seen;
    struct ignore_file file;
    pt_code code = see_unignored(check, &seen, err);
    if (code != PT_OK)
        return code;
    code = put_ignored(&seen, &file, err);
    if (code == PT_OK)
        buf_printf(plan, "%s\n+ %s\n", file.path, file.line.data);
    ignore_done(&file);
    return code;
}

/* The mark is the key that the line keeps out of git. */
static pt_code replace_noted(struct check *check, const struct ignore_file *file,
                             struct pt_error *err)
{
    struct created note = {.kind = CREATED_IGNORE_LINE, .is_new = !file->is_there};
    text_copy(note.name, sizeof note.name, file->path);
    text_copy(note.ref, sizeof note.ref, file->line.data);
    text_copy(note.mark, sizeof note.mark, check->found->key_file);
    pt_code code = noted_begin(check, &note, err);
    if (code != PT_OK)
        return code;
    code = file_replace(file->path, file->added.data, file->added.len, file->mode, err);
    noted_end(check, &note, code);
    return code;
}

static pt_code run_gitignore(struct check *check, struct buf *said, struct pt_error *err)
{
    struct git_seen seen;
    struct ignore_file file;
    pt_code code = see_unignored(check, &seen, err);
    if (code != PT_OK || seen.is_ignored)
        return code;
    code = put_ignored(&seen, &file, err);
    if (code == PT_OK && !ends_with_line(&file))
        code = replace_noted(check, &file, err);
    if (code == PT_OK)
        code = see_in_git(check, &seen, err);
    if (code == PT_OK && !seen.is_ignored)
        code = pt_error_set(err, PT_EDATA,
                            "Look for the rule that takes it back: git check-ignore -v FILE",
                            "%s has the line %s now, and another .gitignore takes it back",
                            file.path, file.line.data);
    if (code == PT_OK)
        buf_printf(said, "%s has the line %s now\n", file.path, file.line.data);
    ignore_done(&file);
    return code;
}

const struct check_fix gitignore_fix = {.kind = FIX_FREE,
                                        .does = "have git ignore the private key",
                                        .plan = plan_gitignore,
                                        .run = run_gitignore};
