/* What was created on this host: the Java client's settings, the private key, the line in
 * .gitignore. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "base/wipe.h"
#include "doctor/git.h"
#include "doctor/keyfile.h"
#include "doctor/noted.h"
#include "teardown/teardown.h"

enum {
    FILE_MAX_BYTES = 1024 * 1024,
    NAMES_MAX_BYTES = 64 * 1024 + 1,
    FILE_LIMIT_MS = 5000,
    FILE_KEPT_MS = 60 * 1000
};

static bool is_surely_absent(const char *path)
{
    struct stat st;
    return lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* A plain file and its bytes; free with wipe_bytes. False: the check says why there is none. A
 * link, or a folder, is not what pintop wrote. */
static bool read_noted(struct teardown *t, const char *path, char **text, size_t *len)
{
    struct stat st;
    struct pt_error err;
    *text = NULL;
    if (lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
        check_not_needed(&t->check, "there is no such file any more");
    else if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
        check_warn(&t->check, "Find out whose it is: ls -l", "it is not a plain file any more");
    else if (file_read(path, FILE_MAX_BYTES, text, len, &err) != PT_OK)
        check_unknown(&t->check, err.fix, "%s", err.what);
    else
        return true;
    return false;
}

static pt_code file_fault(const char *what, const char *path, struct pt_error *err)
{
    return pt_error_set(err, PT_EIO, "Check whose directory it is in: ls -ld", "cannot %s %s: %s",
                        what, path, strerror(errno));
}

static pt_code teardown_remove_file(struct teardown *t, struct teardown_item *item,
                                    struct pt_error *err)
{
    (void)t;
    return unlink(item->note.name) == 0 || errno == ENOENT
               ? PT_OK
               : file_fault("delete", item->note.name, err);
}

/* ------------------------------------------------------------------ client.properties */

/* A run that was cut off put the old file back, and could not strike its note any more: the kept
 * file is not there, and the one in its place was written no later than that one was kept, right
 * after the note was begun. */
static bool is_java_back(const struct created *note)
{
    struct stat st;
    return !note->is_new && note->ref[0] != '\0' && is_surely_absent(note->ref) &&
           lstat(note->name, &st) == 0 &&
           (int64_t)st.st_mtim.tv_sec * 1000 <= note->begun_ms + FILE_KEPT_MS;
}

static void look_java(struct teardown *t, struct teardown_item *item)
{
    const struct created *note = &item->note;
    char *text, sum[NOTED_SUM_MAX];
    size_t len = 0;
    if (!read_noted(t, note->name, &text, &len))
        return;
    noted_sum(text, len, sum);
    bool is_other = sum[0] == '\0' || strcmp(sum, note->mark) != 0;
    if (is_other && sum[0] != '\0' && is_java_back(note))
        check_not_needed(&t->check, "the old file is in its place again");
    else if (is_other)
        check_warn(&t->check, "If it is of no use any more, delete it yourself.",
                   "it is not the file that pintop wrote: somebody has changed it");
    else if (!note->is_new && (note->ref[0] == '\0' || access(note->ref, F_OK) != 0))
        check_warn(&t->check, "Delete it yourself, or put an older one in its place.",
                   "it took the place of another file, which is not there any more: %s",
                   note->ref[0] != '\0' ? note->ref : "its name was not noted");
    else
        check_ok(&t->check, "it is as pintop wrote it%s%s", note->is_new ? "" : "; the old one is ",
                 note->is_new ? "" : note->ref);
    buf_printf(&item->loss, note->is_new ? "What is lost: the file. `pintop doctor --fix "
                                           "client.properties` writes it again."
                                         : "The old file takes its place.");
    wipe_bytes(text, len);
}

/* Before the note is struck, since a crash must not undo what it told. */
static pt_code sync_parent(const char *path, struct pt_error *err)
{
    char dir[sizeof(((struct created *)0)->name)];
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return file_sync_dir(".", err);
    snprintf(dir, sizeof dir, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return file_sync_dir(dir, err);
}

static pt_code remove_java(struct teardown *t, struct teardown_item *item, struct pt_error *err)
{
    const struct created *note = &item->note;
    if (note->is_new)
        return teardown_remove_file(t, item, err);
    if (rename(note->ref, note->name) != 0)
        return file_fault("put back", note->ref, err);
    return sync_parent(note->name, err);
}

const struct teardown_kind teardown_java_file = {.does = "take back the Java client's file",
                                                 .limit_ms = FILE_LIMIT_MS,
                                                 .look = look_java,
                                                 .remove = remove_java};

/* ------------------------------------------------------------------ the private key */

static void look_key(struct teardown *t, struct teardown_item *item)
{
    const struct created *note = &item->note;
    struct keyfile key = {.kind = ""};
    struct pt_error err;
    char *text;
    size_t len = 0;
    if (!read_noted(t, note->name, &text, &len))
        return;
    pt_code code = keyfile_read(text, len, note->name, &key, &err);
    wipe_bytes(text, len);
    if (code != PT_OK || strcmp(key.ssh, note->mark) != 0)
        check_warn(&t->check, "Find out whose key it is before you delete it.",
                   "it holds something other than the key that pintop wrote");
    else
        check_ok(&t->check, "SHA256:%s, as pintop wrote it", key.ssh);
    buf_printf(&item->loss,
               "What is lost: this copy. It was written from the parameter %s, from which `pintop "
               "doctor --fix keypair.file` writes it again.",
               note->ref);
}

const struct teardown_kind teardown_key_file = {.does = "delete the private key's file",
                                                .limit_ms = FILE_LIMIT_MS,
                                                .look = look_key,
                                                .remove = teardown_remove_file};

/* ------------------------------------------------------------------ .gitignore */

#define ALL_KEYS "*.pem"

/* The last line of that text, with its line feed; NULL: there is none. */
static char *find_line(char *text, const char *line, char **end)
{
    char *found = NULL;
    size_t len = strlen(line);
    for (char *at = text; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
        if (strncmp(at, line, len) != 0 || (at[len] != '\n' && at[len] != '\0'))
            continue;
        found = at;
        *end = at + len + (at[len] == '\n');
    }
    return found;
}

static bool is_key_noted(const struct teardown *t, const char *path)
{
    for (size_t i = 0; i < t->notes->n; i++)
        if (t->notes->items[i].kind == CREATED_KEY_FILE &&
            strcmp(t->notes->items[i].name, path) == 0)
            return true;
    return false;
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

/* A key that the line is noted for, or that is deleted before the line is looked at again. */
static bool is_own_key(const struct teardown *t, const struct created *note, const char *path)
{
    if (is_same_file(path, note->mark))
        return true;
    for (size_t i = 0; i < t->notes->n && t->is_listing; i++)
        if (t->notes->items[i].kind == CREATED_KEY_FILE &&
            is_same_file(path, t->notes->items[i].name))
            return true;
    return false;
}

/* The first name among those that is no key of pintop's; NULL: there is none. */
static const char *other_key(const struct teardown *t, const struct created *note,
                             const struct buf *names)
{
    char path[2 * sizeof note->name];
    const char *slash = strrchr(note->name, '/');
    for (size_t at = 0; at < names->len; at += strlen(names->data + at) + 1) {
        snprintf(path, sizeof path, "%.*s/%s", (int)(slash - note->name), note->name,
                 names->data + at);
        if (!is_own_key(t, note, path))
            return names->data + at;
    }
    return NULL;
}

/* True: other keys lie open to git without the line, or git does not tell, and the check says so.
 * Any other line names one key. */
static bool hides_others(struct teardown *t, const struct created *note)
{
    struct http_transport net = t->check.client->net;
    int64_t left = check_left_ms(&t->check);
    const struct git_asked asked = {.limit_ms = left < FILE_LIMIT_MS ? left : FILE_LIMIT_MS,
                                    .is_cancelled = http_is_cancelled,
                                    .arg = &net};
    const char *other = NULL;
    struct buf names;
    struct pt_error err;
    if (strcmp(note->ref, ALL_KEYS) != 0)
        return false;
    buf_init(&names, NAMES_MAX_BYTES);
    pt_code code = git_ignored(&asked, note->name, ALL_KEYS, &names, &err);
    if (code == PT_OK)
        other = other_key(t, note, &names);
    if (code != PT_OK)
        check_unknown(&t->check, err.fix, "whether the line %s keeps other keys out of git: %s",
                      note->ref, err.what);
    else if (other != NULL)
        check_warn(&t->check, "There is nothing to do: the line may stay.",
                   "%s is in that folder, too, and the line %s keeps it out of git", other,
                   note->ref);
    buf_done(&names);
    return code != PT_OK || other != NULL;
}

static void look_line(struct teardown *t, struct teardown_item *item)
{
    const struct created *note = &item->note;
    char *text, *end;
    size_t len = 0;
    if (!read_noted(t, note->name, &text, &len))
        return;
    bool is_key_there = note->mark[0] != '\0' && !is_surely_absent(note->mark);
    if (find_line(text, note->ref, &end) == NULL)
        check_not_needed(&t->check, "the line %s is not in it any more", note->ref);
    else if (is_key_there && !(t->is_listing && is_key_noted(t, note->mark)))
        check_warn(&t->check, "There is nothing to do: the line may stay.",
                   "%s is there, and the line %s keeps it out of git", note->mark, note->ref);
    else if (!hides_others(t, note))
        check_ok(&t->check, "it has the line %s%s%s", note->ref,
                 is_key_there ? ", which is kept as long as there is " : "",
                 is_key_there ? note->mark : "");
    buf_puts(&item->loss, "What is lost: this line. All others stay.");
    wipe_bytes(text, len);
}

static pt_code remove_line(struct teardown *t, struct teardown_item *item, struct pt_error *err)
{
    const struct created *note = &item->note;
    char *text = NULL, *end = NULL;
    size_t len = 0;
    struct stat st;
    pt_code code = file_read(note->name, FILE_MAX_BYTES, &text, &len, err);
    char *at = code == PT_OK ? find_line(text, note->ref, &end) : NULL;
    if (at != NULL) {
        memmove(at, end, len - (size_t)(end - text) + 1);
        len -= (size_t)(end - at);
        if (len == 0 && note->is_new)
            code = teardown_remove_file(t, item, err);
        else if (stat(note->name, &st) != 0)
            code = file_fault("read", note->name, err);
        else
            code = file_replace(note->name, text, len, st.st_mode & 0777, err);
    }
    free(text);
    return code;
}

const struct teardown_kind teardown_ignore_line = {.does = "take the line out of .gitignore",
                                                   .limit_ms = FILE_LIMIT_MS,
                                                   .look = look_line,
                                                   .remove = remove_line};
