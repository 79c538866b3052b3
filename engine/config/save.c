/* pt_config_save: the properties in force as a context file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/secret.h"
#include "config/paths.h"
#include "config/properties.h"
#include "config/store.h"

enum { PATH_CAP = 4200 };

static pt_code io_fault(const char *path, const char *what, int error, struct pt_error *err)
{
    return pt_error_set(err, error == ENOSPC ? PT_EFULL : PT_EIO,
                        "Make the directory one that you may write, and see that it has room",
                        "%.200s: cannot %s: %s", path, what, strerror(error));
}

/* Make dir and what is missing above it, for the owner only. */
static pt_code make_dirs(const char *dir, struct pt_error *err)
{
    char path[PATH_CAP];
    snprintf(path, sizeof path, "%s", dir);
    for (char *p = path + 1;; p++) {
        char c = *p;
        if (c != '/' && c != 0)
            continue;
        *p = 0;
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return io_fault(path, "make the directory", errno, err);
        if (c == 0)
            return PT_OK;
        *p = c;
    }
}

static bool differs(const struct store_entry *entry)
{
    return entry->value && (entry->fallback == NULL || strcmp(entry->value, entry->fallback) != 0);
}

/* Or holds one: a password in a URL. */
static bool is_secret(const struct store_entry *entry)
{
    size_t len = strlen(entry->value);
    char *copy = strdup(entry->value);
    bool is = entry->is_secret || copy == NULL || secret_mask_urls(copy, len + 1);
    if (copy)
        explicit_bzero(copy, len);
    free(copy);
    return is;
}

static void write_entry(struct buf *text, const struct store_entry *entry)
{
    if (!differs(entry))
        return;
    if (is_secret(entry))
        buf_printf(text, "# secret, not written here: %s\n", entry->name);
    else
        properties_write(text, entry->name, entry->value);
}

static void write_all(const struct pt_config *cfg, const char *name, struct buf *text)
{
    char now[40];
    clock_format_ms(clock_real_ms(), now, sizeof now);
    buf_printf(text, "# pintop context %s, written %s\n", name, now);
    for (size_t i = 0; i < cfg->n_extra; i++)
        write_entry(text, &cfg->extra[i]);
    for (int i = 0; i < OPTION_COUNT; i++)
        write_entry(text, &cfg->options[i]);
}

static int write_fd(int fd, const char *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        p += n;
        len -= (size_t)n;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

static int sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int error = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return error;
}

/* What stood there may hold secrets or comments that the new file does not: it stays as .old. */
static int keep_old(const char *path)
{
    char old[PATH_CAP + 8];
    snprintf(old, sizeof old, "%s.old", path);
    if (unlink(old) != 0 && errno != ENOENT)
        return errno;
    return link(path, old) == 0 || errno == ENOENT ? 0 : errno;
}

static pt_code replace_file(const char *dir, const char *path, const struct buf *text,
                            struct pt_error *err)
{
    char temporary[PATH_CAP + 16];
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC); /* 0600 */
    if (fd < 0)
        return io_fault(path, "write", errno, err);
    int error = write_fd(fd, text->data, text->len);
    if (close(fd) != 0 && error == 0)
        error = errno;
    if (error == 0)
        error = keep_old(path);
    if (error == 0 && rename(temporary, path) != 0)
        error = errno;
    if (error != 0) {
        unlink(temporary);
        return io_fault(path, "write", error, err);
    }
    error = sync_dir(dir);
    return error ? io_fault(dir, "write", error, err) : PT_OK;
}

pt_code pt_config_save(const struct pt_config *cfg, const char *name, char *path, size_t cap,
                       struct pt_error *err)
{
    char dir[PATH_CAP], file[PATH_CAP];
    struct buf text;
    if (!paths_context_name_ok(name))
        return pt_error_set(err, PT_ECONFIG, "Use letters, digits, . _ -",
                            "context %.80s: not a name", name);
    if (!paths_config_dir(dir, sizeof dir) || !paths_context(name, file, sizeof file))
        return pt_error_set(err, PT_ECONFIG, "Set HOME or XDG_CONFIG_HOME",
                            "context %s: this user has no home directory", name);
    pt_code code = make_dirs(dir, err);
    if (code != PT_OK)
        return code;
    buf_init(&text, PROPERTIES_FILE_MAX);
    write_all(cfg, name, &text);
    if (text.is_over)
        code = pt_error_set(err, PT_ENOMEM, NULL, "context %s: out of memory", name);
    else
        code = replace_file(dir, file, &text, err);
    buf_done(&text);
    if (code == PT_OK && path)
        snprintf(path, cap, "%s", file);
    return code;
}
