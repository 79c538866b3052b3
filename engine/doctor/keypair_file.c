/* The private key on this host: where it is, that nobody else can read it, and which key it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/ssm.h"
#include "base/file.h"
#include "base/text.h"
#include "base/wipe.h"
#include "doctor/keyfile_wire.h"
#include "doctor/keypair_rows.h"
#include "doctor/noted.h"
#include "doctor/said.h"
#include "login/keyring.h"

enum { PATH_BYTES = 1024, OTHERS = 077, OWN_MODE = 0600 };

/* ------------------------------------------------------------------ where it is */

static const char *key_home(const struct check *check)
{
    const char *home = aws_env(check->client, "HOME");
    return home != NULL ? home : "";
}

/* A whole path, so that what is copied works anywhere. False: it is too long. */
static bool whole_path(const char *path, char *out, size_t cap)
{
    char here[PATH_BYTES] = "";
    int len;
    if (path[0] == '/')
        len = snprintf(out, cap, "%s", path);
    else if (getcwd(here, sizeof here) == NULL)
        return false;
    else
        len = snprintf(out, cap, "%s/%s", here, strncmp(path, "./", 2) == 0 ? path + 2 : path);
    return len >= 0 && (size_t)len < cap;
}

/* NAME.pem; a key pair's name may have what a file's cannot. */
static void file_name(const char *name, char *out, size_t cap)
{
    snprintf(out, cap, "%s%s", name, text_ends_with(name, ".pem") ? "" : ".pem");
    for (char *at = out; *at != '\0'; at++)
        if (*at == '/')
            *at = '_';
}

/* The file that is configured; else NAME.pem here, in ~/.ssh, or, where there is neither, to be
 * written to ~/.ssh. False: its name is not known. */
static bool locate_key(const struct check *check, char *out, size_t cap)
{
    const char *own = pt_config_given(check->cfg, "pintop.keypair.file");
    const char *home = key_home(check);
    char name[300];
    if (own != NULL)
        return whole_path(own, out, cap);
    if (check->found->key_pair.name[0] == '\0')
        return false;
    file_name(check->found->key_pair.name, name, sizeof name);
    if (!whole_path(name, out, cap))
        return false;
    if (access(out, F_OK) == 0 || home[0] == '\0')
        return true;
    int len = snprintf(out, cap, "%s/.ssh/%s", home, name);
    return len >= 0 && (size_t)len < cap;
}

/* ------------------------------------------------------------------ what is in it */

struct key_seen {
    char path[PATH_BYTES];
    bool is_there;
    mode_t mode;
    struct keyfile key;
    struct pt_error err; /* PT_OK: key is what it holds */
};

static pt_code read_key(int fd, struct key_seen *seen)
{
    char *text = calloc(1, KEYFILE_MAX + 1);
    size_t len = 0;
    ssize_t n = 1;
    if (text == NULL)
        return pt_error_set(&seen->err, PT_ENOMEM, NULL, "%s: out of memory", seen->path);
    while (n > 0 && len < KEYFILE_MAX && (n = read(fd, text + len, KEYFILE_MAX - len)) > 0)
        len += (size_t)n;
    if (n < 0)
        pt_error_set(&seen->err, PT_EIO, "Check that this user may read it", "read %s: %s",
                     seen->path, strerror(errno));
    else
        keyfile_read(text, len, seen->path, &seen->key, &seen->err);
    wipe_bytes(text, KEYFILE_MAX + 1);
    return seen->err.code;
}

/* Returns the open file; -1: there is none, or it cannot be read (err). */
static int open_key(struct key_seen *seen)
{
    struct stat st;
    seen->err = (struct pt_error){.code = PT_OK};
    /* A pipe must not make it wait. */
    int fd = open(seen->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    seen->is_there = fd >= 0 || errno != ENOENT;
    if (fd < 0)
        pt_error_set(&seen->err, seen->is_there ? PT_EIO : PT_ENOTFOUND,
                     "Check that this user may read it", "%s %s: %s",
                     seen->is_there ? "read" : "there is no", seen->path, strerror(errno));
    else if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        pt_error_set(&seen->err, PT_EDATA, "Set pintop.keypair.file to the private key's file",
                     "%s is no file", seen->path);
    else {
        seen->mode = st.st_mode & 07777;
        read_key(fd, seen);
    }
    return fd;
}

static bool is_other_key(const struct found *found, const struct key_seen *seen)
{
    return seen->err.code == PT_OK && found->has_stored_key &&
           !keyfile_equals(&seen->key, &found->stored_key);
}

/* ------------------------------------------------------------------ keypair.file */

static void say_missing(struct check *check, const char *path)
{
    const struct found *found = check->found;
    if (found->has_stored_key) {
        check_fail(check, "pintop doctor --fix keypair.file writes it from the Parameter Store.",
                   "there is no %s", path);
        check_fixable(check);
    } else {
        check_fail(
            check,
            "Ask who made the key pair for its .pem file, and set pintop.keypair.file to it.",
            "there is no %s, and the Parameter Store did not give the key", path);
    }
}

static void say_unreadable(struct check *check, const struct pt_error *err)
{
    if (err->code == PT_ELOGIN)
        check_warn(check, err->fix, "%s; which key it is cannot be compared", err->what);
    else if (err->code == PT_ENOMEM)
        check_unknown(check, NULL, "%s", err->what);
    else
        check_fail(check, err->fix, "%s", err->what);
}

static void say_key(struct check *check, const struct key_seen *seen)
{
    const struct found *found = check->found;
    char fix[PATH_BYTES + 100];
    if (is_other_key(found, seen)) {
        snprintf(fix, sizeof fix,
                 "Find out whose key it is, and move %s away; pintop doctor --fix keypair.file "
                 "then writes the right one.",
                 seen->path);
        check_fail(check, fix,
                   "%s holds another key than %s: SHA256:%s instead of SHA256:%s. pintop does not "
                   "write over it",
                   seen->path, found->key_parameter, seen->key.ssh, found->stored_key.ssh);
    } else if ((seen->mode & OTHERS) != 0) {
        snprintf(fix, sizeof fix, "chmod 600 \"%s\"", seen->path);
        check_fail(check, fix,
                   "%s has mode %04o: other users than you can read it, so ssh refuses it",
                   seen->path, (unsigned)seen->mode);
        check_fixable(check);
    } else if (seen->err.code != PT_OK) {
        say_unreadable(check, &seen->err);
    } else {
        check_ok(check, "%s, mode %04o, %s of %d bits%s", seen->path, (unsigned)seen->mode,
                 seen->key.kind, seen->key.bits,
                 found->has_stored_key ? ", the key that the Parameter Store has" : "");
    }
}

/* A damaged file is told before its mode: another mode would not help. */
static bool is_damaged(const struct key_seen *seen)
{
    return seen->err.code != PT_OK && seen->err.code != PT_ELOGIN;
}

static void look_at_key(struct check *check)
{
    struct found *found = check->found;
    struct key_seen seen = {.is_there = false};
    if (!locate_key(check, seen.path, sizeof seen.path)) {
        check_unknown(check, "Set pintop.keypair.file.",
                      "needs keypair.parameter, which tells the key pair's name");
        return;
    }
    int fd = open_key(&seen);
    if (fd >= 0)
        close(fd);
    if (!seen.is_there) {
        say_missing(check, seen.path);
        return;
    }
    text_copy(found->key_file, sizeof found->key_file, seen.path);
    if (is_damaged(&seen)) {
        say_unreadable(check, &seen.err);
        return;
    }
    found->has_file_key = seen.err.code == PT_OK;
    found->file_key = seen.key;
    say_key(check, &seen);
}

void check_key_file(struct check *check)
{
    look_at_key(check);
    check->found->is_key_bad = check->said->state == PT_CHECK_FAIL;
}

/* ------------------------------------------------------------------ its fix */

static pt_code refuse_to_write(const struct key_seen *seen, struct pt_error *err)
{
    return pt_error_set(err, PT_EEXISTS, "Find out whose key it is, and move it away",
                        "%s holds something other than this key, so pintop leaves it as it is",
                        seen->path);
}

static pt_code plan_key_file(struct check *check, struct buf *plan, struct pt_error *err)
{
    const struct found *found = check->found;
    struct key_seen seen = {.is_there = false};
    if (!locate_key(check, seen.path, sizeof seen.path))
        return pt_error_set(err, PT_ENOTFOUND, "Set pintop.keypair.file",
                            "keypair.file: the key pair's name is not known");
    int fd = open_key(&seen);
    if (fd >= 0)
        close(fd);
    if (seen.is_there && (is_damaged(&seen) || is_other_key(found, &seen)))
        return refuse_to_write(&seen, err);
    if (seen.is_there)
        buf_printf(plan, "chmod 600 \"%s\" (its mode is %04o)\n", seen.path, (unsigned)seen.mode);
    else
        buf_printf(plan, "write %s, mode 0600: the private key in %s (%s, SHA256:%s)\n", seen.path,
                   found->key_parameter, found->stored_key.kind, found->stored_key.ssh);
    return PT_OK;
}

/* On the open file: nobody can put another one in its place in between. */
static pt_code mend_mode(int fd, const struct key_seen *seen, struct buf *said,
                         struct pt_error *err)
{
    if ((seen->mode & OTHERS) == 0)
        return PT_OK;
    if (fchmod(fd, OWN_MODE) != 0)
        return pt_error_set(err, PT_EIO, "Check whose file it is: ls -l", "chmod 600 %s: %s",
                            seen->path, strerror(errno));
    buf_printf(said, "%s has mode 0600 now\n", seen->path);
    return PT_OK;
}

/* ssh wants a line feed at the end, which a parameter may have lost. */
static pt_code write_value(const struct ssm_parameter *parameter, const char *path,
                           struct pt_error *err)
{
    struct buf text;
    char dir[PATH_BYTES];
    size_t len = strlen(parameter->value);
    snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(path, '/') - path), path);
    buf_init_secret(&text, KEYFILE_MAX + 1);
    buf_append(&text, parameter->value, len);
    if (len > 0 && parameter->value[len - 1] != '\n')
        buf_append(&text, "\n", 1);
    pt_code code =
        text.is_over ? pt_error_set(err, PT_EDATA, NULL, "%s: the key is too long", path) : PT_OK;
    if (code == PT_OK && dir[0] != '\0')
        code = file_make_dirs(dir, 0700, err);
    if (code == PT_OK)
        code = file_create(path, text.data, text.len, OWN_MODE, err);
    buf_done(&text);
    return code;
}

/* The sum is of the public key. */
static pt_code write_key_noted(struct check *check, const struct ssm_parameter *parameter,
                               const char *path, struct pt_error *err)
{
    struct created note = {.kind = CREATED_KEY_FILE, .is_new = true};
    text_copy(note.name, sizeof note.name, path);
    text_copy(note.ref, sizeof note.ref, check->found->key_parameter);
    text_copy(note.mark, sizeof note.mark, check->found->stored_key.ssh);
    pt_code code = noted_begin(check, &note, err);
    if (code != PT_OK)
        return code;
    code = write_value(parameter, path, err);
    noted_end(check, &note, code);
    return code;
}

/* Gets it again: it is kept nowhere in between. */
static pt_code write_key(struct check *check, const char *path, struct buf *said,
                         struct pt_error *err)
{
    const struct found *found = check->found;
    struct aws_keys keys = {0};
    struct ssm_parameter parameter = {0};
    struct keyfile key;
    pt_code code = keyring_take(check->keyring, check->setup, &keys, err);
    if (code == PT_OK)
        code = ssm_get_parameter(check->client, &keys, found->key_parameter, &parameter, err);
    if (code == PT_OK)
        code =
            keyfile_read(parameter.value, strlen(parameter.value), found->key_parameter, &key, err);
    if (code == PT_OK && !keyfile_equals(&key, &found->stored_key))
        code = pt_error_set(err, PT_EDATA, "Check again", "%s has changed in the meantime",
                            found->key_parameter);
    if (code == PT_OK)
        code = write_key_noted(check, &parameter, path, err);
    if (code == PT_OK)
        buf_printf(said, "wrote %s, mode 0600\n", path);
    ssm_parameter_done(&parameter);
    aws_keys_done(&keys);
    return code;
}

static pt_code run_key_file(struct check *check, struct buf *said, struct pt_error *err)
{
    struct key_seen seen = {.is_there = false};
    if (!locate_key(check, seen.path, sizeof seen.path))
        return pt_error_set(err, PT_ENOTFOUND, "Set pintop.keypair.file",
                            "keypair.file: the key pair's name is not known");
    int fd = open_key(&seen);
    pt_code code;
    if (!seen.is_there)
        code = write_key(check, seen.path, said, err);
    else if (fd < 0 || is_damaged(&seen) || is_other_key(check->found, &seen))
        code = refuse_to_write(&seen, err);
    else
        code = mend_mode(fd, &seen, said, err);
    if (fd >= 0)
        close(fd);
    return code;
}

const struct check_fix key_file_fix = {.kind = FIX_FREE,
                                       .does = "write the private key, for you alone",
                                       .plan = plan_key_file,
                                       .run = run_key_file};
