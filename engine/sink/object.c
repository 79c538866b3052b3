#include "sink/object.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/utf8.h"
#include "sink/manifest.h"
#include "sink/newfile.h"

/* How many objects are written before the first is waited for: two descriptors each. */
enum { STORE_CHUNK = 64, FILES_PER_OBJECT = 2 };

static const char *const suffixes[FILES_PER_OBJECT] = {".keys.json", ".json"};

/* ---- in memory ---- */

struct object *object_new(const char *topic, int32_t partition, int64_t first_offset, bool has_keys)
{
    struct object *object = calloc(1, sizeof(*object));
    if (object == NULL)
        return NULL;
    object->topic = topic;
    object->partition = partition;
    object->first_offset = first_offset;
    object->has_keys = has_keys;
    buf_init(&object->values, SIZE_MAX / 4);
    buf_init(&object->keys, SIZE_MAX / 4);
    return object;
}

void object_free(struct object *object)
{
    if (object == NULL)
        return;
    buf_done(&object->values);
    buf_done(&object->keys);
    free(object);
}

/* Restores an earlier length; also forgets that it ran out of memory. */
static void object_cut(struct buf *buf, size_t len)
{
    buf->len = len;
    buf->is_over = false;
    if (buf->data)
        buf->data[len] = 0;
}

static bool append_value(struct object *object, const char *value, size_t len)
{
    if (value == NULL || len == 0) {
        buf_append(&object->values, "null\n", 5);
        return !object->values.is_over;
    }
    size_t start = object->values.len;
    buf_append(&object->values, value, len);
    buf_append(&object->values, "\n", 1);
    if (object->values.is_over)
        return false;
    char *line = object->values.data + start;
    char *newline = memchr(line, '\n', len);
    if (newline)
        object->flattened++;
    for (; newline; newline = memchr(newline, '\n', len - (size_t)(newline - line)))
        *newline = ' ';
    return true;
}

static void append_key_char(struct buf *buf, const char *p, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char c = (unsigned char)*p;
    char escape[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    if (n == 0)
        buf_append(buf, "\xef\xbf\xbd", 3);
    else if (*p == '"' || *p == '\\')
        buf_append(buf, (char[]){'\\', *p}, 2);
    else if (c < 0x20)
        buf_append(buf, escape, sizeof(escape));
    else
        buf_append(buf, p, n);
}

/* NULL is a missing key. */
static void append_key_json(struct buf *buf, const char *key, size_t len)
{
    if (key == NULL) {
        buf_append(buf, "null", 4);
        return;
    }
    const char *end = key + len;
    buf_append(buf, "\"", 1);
    while (key < end) {
        size_t n = utf8_next(key, end, NULL);
        append_key_char(buf, key, n);
        key += n ? n : 1;
    }
    buf_append(buf, "\"", 1);
}

static bool append_key(struct buf *buf, const char *key, size_t len, bool is_by_hand)
{
    if (is_by_hand)
        buf_append(buf, "[", 1);
    append_key_json(buf, key, len);
    buf_append(buf, is_by_hand ? "]\n" : "\n", is_by_hand ? 2 : 1);
    return !buf->is_over;
}

static bool append_record(struct object *object, const char *value, size_t len, const char *key,
                          size_t key_len, bool is_by_hand)
{
    size_t values_len = object->values.len, keys_len = object->keys.len;
    int64_t flattened = object->flattened;
    if (append_value(object, value, len) &&
        (!object->has_keys || append_key(&object->keys, key, key_len, is_by_hand))) {
        object->records++;
        return true;
    }
    object_cut(&object->values, values_len);
    object_cut(&object->keys, keys_len);
    object->flattened = flattened;
    return false;
}

bool object_append(struct object *object, const char *value, size_t len, const char *key,
                   size_t key_len)
{
    return append_record(object, value, len, key, key_len, false);
}

bool object_append_by_hand(struct object *object, const char *value, size_t len, const char *key,
                           size_t key_len)
{
    return append_record(object, value, len, key, key_len, true);
}

/* ---- in the directory ---- */

/* How far the files of an object are, by index in suffixes. */
struct object_progress {
    int fds[FILES_PER_OBJECT];
    enum { ABSENT, TEMPORARY, NAMED } stages[FILES_PER_OBJECT];
};

static bool has_file(const struct object *object, int kind)
{
    return kind == 1 || object->has_keys;
}

static void partition_dir(char *out, size_t cap, const struct object *object)
{
    snprintf(out, cap, "topics/%s/partition=%" PRId32, object->topic, object->partition);
}

static void final_path(char *out, size_t cap, const char *dir, const struct object *object,
                       int kind)
{
    char below[MANIFEST_PATH_MAX];
    manifest_object_path(below, sizeof(below), object->topic, object->partition,
                         object->first_offset, suffixes[kind]);
    snprintf(out, cap, "%s/%s", dir, below);
}

static void temporary_path(char *out, size_t cap, const char *dir, const struct object *object,
                           int kind)
{
    char below[MANIFEST_PATH_MAX];
    partition_dir(below, sizeof(below), object);
    snprintf(out, cap, "%s/%s/" NEWFILE_TMP_PREFIX "%010" PRId64 "%s", dir, below,
             object->first_offset, suffixes[kind]);
}

static bool is_first_of_partition(struct object *const *objects, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (objects[k]->partition == objects[i]->partition &&
            strcmp(objects[k]->topic, objects[i]->topic) == 0)
            return false;
    return true;
}

/* Makes the directory of one partition, its name durable in its parents. */
static pt_code make_dir(const char *dir, const struct object *object, struct pt_error *err)
{
    char below[MANIFEST_PATH_MAX], path[PATH_MAX];
    partition_dir(below, sizeof(below), object);
    snprintf(path, sizeof(path), "%s/%s", dir, below);
    if (access(path, F_OK) == 0)
        return PT_OK;
    pt_code code = file_make_dirs(path, 0755, err);
    while (code == PT_OK && strlen(path) > strlen(dir)) {
        *strrchr(path, '/') = 0;
        code = file_sync_dir(path, err);
    }
    return code;
}

static pt_code make_dirs(const char *dir, struct object *const *objects, size_t n,
                         struct pt_error *err)
{
    pt_code code = PT_OK;
    for (size_t i = 0; i < n && code == PT_OK; i++)
        if (is_first_of_partition(objects, i))
            code = make_dir(dir, objects[i], err);
    return code;
}

static pt_code sync_dirs(const char *dir, struct object *const *objects, size_t n,
                         struct pt_error *err)
{
    pt_code code = PT_OK;
    for (size_t i = 0; i < n && code == PT_OK; i++) {
        char below[MANIFEST_PATH_MAX], path[PATH_MAX];
        partition_dir(below, sizeof(below), objects[i]);
        snprintf(path, sizeof(path), "%s/%s", dir, below);
        if (is_first_of_partition(objects, i))
            code = file_sync_dir(path, err);
    }
    return code;
}

static pt_code write_object(const char *dir, const struct object *object,
                            struct object_progress *at, struct pt_error *err)
{
    for (int kind = 0; kind < FILES_PER_OBJECT; kind++) {
        if (!has_file(object, kind))
            continue;
        char path[PATH_MAX];
        const struct buf *buf = kind == 0 ? &object->keys : &object->values;
        temporary_path(path, sizeof(path), dir, object, kind);
        at->fds[kind] = newfile_write(path, buf->data, buf->len, err);
        if (at->fds[kind] < 0)
            return err->code;
        at->stages[kind] = TEMPORARY;
    }
    return PT_OK;
}

static pt_code sync_object(const char *dir, const struct object *object, struct object_progress *at,
                           struct pt_error *err)
{
    pt_code code = PT_OK;
    for (int kind = 0; kind < FILES_PER_OBJECT && code == PT_OK; kind++) {
        if (!has_file(object, kind))
            continue;
        char path[PATH_MAX];
        temporary_path(path, sizeof(path), dir, object, kind);
        code = newfile_sync(at->fds[kind], path, err);
        at->fds[kind] = -1;
    }
    return code;
}

/* The keys first: a reader that sees the object sees its keys, too. */
static pt_code name_object(const char *dir, const struct object *object, struct object_progress *at,
                           struct pt_error *err)
{
    pt_code code = PT_OK;
    for (int kind = 0; kind < FILES_PER_OBJECT && code == PT_OK; kind++) {
        if (!has_file(object, kind))
            continue;
        char from[PATH_MAX], to[PATH_MAX];
        temporary_path(from, sizeof(from), dir, object, kind);
        final_path(to, sizeof(to), dir, object, kind);
        code = newfile_rename(from, to, err);
        if (code == PT_OK)
            at->stages[kind] = NAMED;
    }
    return code;
}

/* Removes what a failed call had begun. */
static void undo_object(const char *dir, const struct object *object, struct object_progress *at)
{
    for (int kind = 0; kind < FILES_PER_OBJECT; kind++) {
        char path[PATH_MAX];
        if (at->fds[kind] >= 0)
            close(at->fds[kind]);
        if (at->stages[kind] == ABSENT)
            continue;
        if (at->stages[kind] == TEMPORARY)
            temporary_path(path, sizeof(path), dir, object, kind);
        else
            final_path(path, sizeof(path), dir, object, kind);
        unlink(path);
    }
}

static pt_code store_chunk(const char *dir, struct object *const *objects, size_t n,
                           struct pt_error *err)
{
    struct object_progress at[STORE_CHUNK];
    for (size_t i = 0; i < n; i++)
        at[i] = (struct object_progress){
            .fds = {-1, -1}
        };
    pt_code code = make_dirs(dir, objects, n, err);
    for (size_t i = 0; i < n && code == PT_OK; i++)
        code = write_object(dir, objects[i], &at[i], err);
    for (size_t i = 0; i < n && code == PT_OK; i++)
        code = sync_object(dir, objects[i], &at[i], err);
    for (size_t i = 0; i < n && code == PT_OK; i++)
        code = name_object(dir, objects[i], &at[i], err);
    if (code == PT_OK)
        code = sync_dirs(dir, objects, n, err);
    for (size_t i = 0; i < n; i++) {
        if (code == PT_OK)
            objects[i]->is_stored = true;
        else
            undo_object(dir, objects[i], &at[i]);
    }
    return code;
}

pt_code object_store(const char *dir, struct object *const *objects, size_t n, struct pt_error *err)
{
    struct pt_error local;
    pt_code code = PT_OK;
    for (size_t i = 0; i < n && code == PT_OK;) {
        struct object *chunk[STORE_CHUNK];
        size_t k = 0;
        for (; i < n && k < STORE_CHUNK; i++)
            if (!objects[i]->is_stored)
                chunk[k++] = objects[i];
        code = store_chunk(dir, chunk, k, err ? err : &local);
    }
    return code;
}

void object_remove(const char *dir, const char *topic, int32_t partition, int64_t first_offset)
{
    const struct object object = {
        .topic = topic, .partition = partition, .first_offset = first_offset};
    for (int kind = FILES_PER_OBJECT - 1; kind >= 0; kind--) {
        char path[PATH_MAX];
        final_path(path, sizeof(path), dir, &object, kind);
        unlink(path);
    }
}
