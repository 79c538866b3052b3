/* pt_config_save: writes the properties in effect as a context file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "config/edit.h"
#include "config/paths.h"
#include "config/properties.h"
#include "config/store.h"

enum { PATH_CAP = 4200 };

static pt_code save_io_fault(const char *path, const char *what, int error, struct pt_error *err)
{
    return pt_error_set(err, error == ENOSPC ? PT_EFULL : PT_EIO,
                        "Make the directory writable for this user, and check that it has room",
                        "%.200s: cannot %s: %s", path, what, strerror(error));
}

static void write_entry(struct buf *text, const struct store_entry *entry)
{
    if (!edit_differs(entry))
        return;
    if (edit_is_secret(entry->name, entry->value, entry->is_secret))
        buf_printf(text, "# secret, not written here: %s\n", entry->name);
    else
        properties_write(text, entry->name, entry->value);
}

static void write_whole(const struct pt_config *cfg, const char *name, struct buf *text)
{
    char now[40];
    clock_format_ms(clock_real_ms(), now, sizeof now);
    buf_printf(text, "# pintop context %s, written %s\n", name, now);
    for (size_t i = 0; i < cfg->n_extra; i++)
        write_entry(text, &cfg->extra[i]);
    for (int i = 0; i < OPTION_COUNT; i++)
        write_entry(text, &cfg->options[i]);
}

/* The old file is kept beside it, under a name that is not in use yet. */
static int save_keep_old(const char *path)
{
    enum { KEPT_MAX = 1000 };
    char old[PATH_CAP + 16];
    for (int i = 1; i <= KEPT_MAX; i++) {
        snprintf(old, sizeof old, i == 1 ? "%s.old" : "%s.old.%d", path, i);
        if (link(path, old) == 0 || errno == ENOENT)
            return 0;
        if (errno != EEXIST)
            return errno;
    }
    return EEXIST;
}

static pt_code replace_file(const char *dir, const char *path, const struct buf *text,
                            struct pt_error *err)
{
    struct stat st;
    bool was_there = stat(path, &st) == 0;
    char temporary[PATH_CAP + 16];
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC); /* 0600 */
    if (fd < 0)
        return save_io_fault(path, "write", errno, err);
    int error = was_there && fchmod(fd, st.st_mode & 0777) != 0 ? errno : 0;
    if (error == 0 && (!file_write_all(fd, text->data, text->len) || fsync(fd) != 0))
        error = errno;
    if (close(fd) != 0 && error == 0)
        error = errno;
    if (error == 0)
        error = save_keep_old(path);
    if (error == 0 && rename(temporary, path) != 0)
        error = errno;
    if (error != 0) {
        unlink(temporary);
        return save_io_fault(path, "write", error, err);
    }
    return file_sync_dir(dir, err);
}

/* Finds its directory and its file; a link is followed, so that the file behind it changes. */
static pt_code save_find_file(const char *name, char *dir, char *file, struct pt_error *err)
{
    if (!paths_context_name_ok(name))
        return pt_error_set(err, PT_ECONFIG, "Use letters, digits, . _ -",
                            "context %.80s: this is not a valid name", name);
    if (!paths_config_dir(dir, PATH_CAP) || !paths_context(name, file, PATH_CAP))
        return pt_error_set(err, PT_ECONFIG, "Set HOME or XDG_CONFIG_HOME",
                            "context %s: this user has no home directory", name);
    char *real = realpath(file, NULL);
    if (real && strlen(real) < PATH_CAP) {
        snprintf(file, PATH_CAP, "%s", real);
        snprintf(dir, PATH_CAP, "%s", real);
        *strrchr(dir, '/') = 0;
    }
    free(real);
    return PT_OK;
}

/* Makes the text that the file is to have. is_new: the file does not exist yet. plan: "" when
 * nothing changes. */
static pt_code make_text(const struct pt_config *cfg, const char *name, const char *file,
                         bool *is_new, struct buf *text, struct buf *plan, struct pt_error *err)
{
    char *old = NULL;
    size_t len = 0;
    pt_code code = file_read(file, PROPERTIES_FILE_MAX, &old, &len, err);
    *is_new = code == PT_ENOTFOUND;
    if (*is_new) {
        write_whole(cfg, name, text);
        code = PT_OK;
    } else if (code == PT_OK) {
        code = edit_context(cfg, name, file, old, len, text, plan, err);
        explicit_bzero(old, len);
    }
    free(old);
    if (code == PT_OK && (text->is_over || plan->is_over))
        code = pt_error_set(err, PT_ENOMEM, NULL, "context %s: out of memory", name);
    return code;
}

pt_code pt_config_save_plan(const struct pt_config *cfg, const char *name, char **plan,
                            struct pt_error *err)
{
    char dir[PATH_CAP], file[PATH_CAP];
    struct buf text, words;
    bool is_new = false;
    *plan = NULL;
    pt_code code = save_find_file(name, dir, file, err);
    if (code != PT_OK)
        return code;
    buf_init_secret(&text, PROPERTIES_FILE_MAX);
    buf_init(&words, PROPERTIES_FILE_MAX);
    code = make_text(cfg, name, file, &is_new, &text, &words, err);
    if (code == PT_OK && !is_new) {
        buf_puts(&words, "");
        *plan = buf_take(&words, NULL);
        if (*plan == NULL)
            code = pt_error_set(err, PT_ENOMEM, NULL, "context %s: out of memory", name);
    }
    buf_done(&text);
    buf_done(&words);
    return code;
}

pt_code pt_config_save(const struct pt_config *cfg, const char *name, char *path, size_t cap,
                       struct pt_error *err)
{
    char dir[PATH_CAP], file[PATH_CAP];
    struct buf text, plan;
    bool is_new = false;
    pt_code code = save_find_file(name, dir, file, err);
    if (code == PT_OK)
        code = file_make_dirs(dir, 0700, err);
    if (code != PT_OK)
        return code;
    buf_init_secret(&text, PROPERTIES_FILE_MAX);
    buf_init(&plan, PROPERTIES_FILE_MAX);
    code = make_text(cfg, name, file, &is_new, &text, &plan, err);
    if (code == PT_OK && (is_new || plan.len > 0))
        code = replace_file(dir, file, &text, err);
    buf_done(&text);
    buf_done(&plan);
    if (code == PT_OK && path)
        snprintf(path, cap, "%s", file);
    return code;
}
