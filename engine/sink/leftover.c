#include "sink/leftover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sink/newfile.h"

struct walk {
    const struct manifest *manifest;
    const char *topic;
    int32_t partition;
    size_t removed;
    struct pt_error *err;
};

typedef pt_code (*entry_fn)(struct walk *walk, const char *dir, const char *name);

/* Calls the function for each entry except `.` and `..`. */
static pt_code each_entry(struct walk *walk, const char *dir, entry_fn entry)
{
    DIR *d = opendir(dir);
    if (d == NULL)
        return errno == ENOENT ? PT_OK : newfile_error(walk->err, "open", dir);
    pt_code code = PT_OK;
    const struct dirent *e;
    while (code == PT_OK && (e = readdir(d)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            code = entry(walk, dir, e->d_name);
    closedir(d);
    return code;
}

static pt_code remove_file(struct walk *walk, const char *dir, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    if (unlink(path) != 0 && errno != ENOENT)
        return newfile_error(walk->err, "remove", path);
    walk->removed++;
    return PT_OK;
}

/* A temporary file of the sink, or of the manifest (from file_replace). */
static pt_code remove_temporary(struct walk *walk, const char *dir, const char *name)
{
    if (strncmp(name, NEWFILE_TMP_PREFIX, strlen(NEWFILE_TMP_PREFIX)) != 0 &&
        strcmp(name, "manifest.json.tmp") != 0)
        return PT_OK;
    return remove_file(walk, dir, name);
}

/* Returns the offset in `<topic>+<n>+<%010d><suffix>`, or -1 when the name is not exactly that. */
static int64_t object_offset(const struct walk *walk, const char *name, const char *suffix)
{
    char expected[NAME_MAX + 1];
    int len = snprintf(expected, sizeof(expected), "%s+%" PRId32 "+", walk->topic, walk->partition);
    if (len < 0 || strncmp(name, expected, (size_t)len) != 0)
        return -1;
    errno = 0;
    int64_t offset = strtoll(name + len, NULL, 10);
    if (errno != 0 || offset < 0)
        return -1;
    snprintf(expected + len, sizeof(expected) - (size_t)len, "%010" PRId64 "%s", offset, suffix);
    return strcmp(name, expected) == 0 ? offset : -1;
}

static bool leftover_is_named(const struct walk *walk, int64_t offset, bool is_keys)
{
    const struct manifest_partition *part =
        manifest_find(walk->manifest, walk->topic, walk->partition);
    const struct manifest_object *object = part ? manifest_object(part, offset) : NULL;
    return object && (!is_keys || object->keys_bytes > 0);
}

static pt_code visit_file(struct walk *walk, const char *dir, const char *name)
{
    int64_t keys = object_offset(walk, name, ".keys.json");
    int64_t offset = keys >= 0 ? keys : object_offset(walk, name, ".json");
    if (offset < 0)
        return remove_temporary(walk, dir, name);
    if (leftover_is_named(walk, offset, keys >= 0))
        return PT_OK;
    /* The manifest is written before the first object: objects without one mean that it was
     * lost, not that they were never committed. */
    if (walk->manifest->is_absent)
        return pt_error_set(
            walk->err, PT_EDATA,
            "Restore manifest.json, or move the whole sink directory away to begin a new one",
            "cannot use the sink directory: manifest.json is missing, but %s/%s exists", dir, name);
    return remove_file(walk, dir, name);
}

static pt_code visit_partition(struct walk *walk, const char *dir, const char *name)
{
    char path[PATH_MAX], expected[NAME_MAX + 1];
    if (strncmp(name, "partition=", 10) != 0)
        return PT_OK;
    walk->partition = (int32_t)strtol(name + 10, NULL, 10);
    snprintf(expected, sizeof(expected), "partition=%" PRId32, walk->partition);
    if (walk->partition < 0 || strcmp(name, expected) != 0)
        return PT_OK;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return each_entry(walk, path, visit_file);
}

static pt_code visit_topic(struct walk *walk, const char *dir, const char *name)
{
    char path[PATH_MAX];
    if (!manifest_topic_is_valid(name))
        return PT_OK;
    walk->topic = name;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return each_entry(walk, path, visit_partition);
}

pt_code leftover_remove(const char *dir, const struct manifest *manifest, size_t *removed,
                        struct pt_error *err)
{
    struct walk walk = {.manifest = manifest, .err = err};
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/topics", dir);
    pt_code code = each_entry(&walk, path, visit_topic);
    if (code == PT_OK)
        code = each_entry(&walk, dir, remove_temporary);
    if (removed)
        *removed = walk.removed;
    return code;
}
