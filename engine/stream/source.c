/* Chooses the member of `struct source_ops` for the value of pintop.stream.source. */
#include "stream/source.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "stream/object_name.h"

enum { PATH_MAX_BYTES = 1024 };
/* A directory with more files is not searched file by file. */
enum { FILES_MAX = 1000 };

/* The default names of the three tables' exports. */
static const char *base_name_of(enum pt_stream_id id)
{
    static const char *const names[PT_STREAMS] = {"pinterest_data", "geolocation_data",
                                                  "user_data"};
    return names[id];
}

/* ---- a directory ---- */

static pt_code source_refuse_long(const char *dir, struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG, "Use a shorter path",
                        "cannot replay from %.100s...: the path is longer than %d bytes", dir,
                        PATH_MAX_BYTES - 1);
}

/* Lists some names in the directory, for the error. */
static void list_directory(const char *dir, struct buf *out)
{
    enum { NAMES_SHOWN = 5 };
    size_t n = 0;
    DIR *stream = opendir(dir); /* close-on-exec by POSIX */
    const struct dirent *entry;
    while (stream && (entry = readdir(stream)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        if (n < NAMES_SHOWN)
            buf_printf(out, "%s%.60s", n == 0 ? "it contains " : ", ", entry->d_name);
        n++;
    }
    if (stream)
        closedir(stream);
    else
        buf_puts(out, "it cannot be listed");
    if (n > NAMES_SHOWN)
        buf_printf(out, " and %zu more", n - NAMES_SHOWN);
    if (stream && n == 0)
        buf_puts(out, "it is empty");
}

static pt_code refuse_none(const char *dir, enum pt_stream_id id, struct pt_error *err)
{
    struct buf held;
    buf_init(&held, 400);
    list_directory(dir, &held);
    char fix[PT_FIX_MAX];
    snprintf(fix, sizeof fix, "Put the export there, or set pintop.stream.%s.source to the file",
             pt_stream_name(id));
    pt_code code = pt_error_set(err, PT_ENOTFOUND, fix,
                                "stream %s has no source: no file in %.100s has its columns; %s",
                                pt_stream_name(id), dir, held.data ? held.data : "");
    buf_done(&held);
    return code;
}

/* What was found in a directory for a stream. */
struct finding {
    const char *dir;
    size_t n, n_named;
    char names[160]; /* of the candidates, for the error */
    size_t names_len;
    char one[PATH_MAX_BYTES], named[PATH_MAX_BYTES];
    char doubtful[PATH_MAX_BYTES]; /* named like the stream's export, but without its columns */
    struct pt_error why;           /* of that one; code PT_OK: it opens, but contains no good row */
};

static pt_code refuse_several(const struct finding *found, enum pt_stream_id id,
                              struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    snprintf(fix, sizeof fix,
             "keep only one of them there, or set pintop.stream.%s.source to the file",
             pt_stream_name(id));
    return pt_error_set(
        err, PT_ECONFIG, fix,
        "cannot replay %s from %.100s: more than one file there could be the right one: %s",
        pt_stream_name(id), found->dir, found->names);
}

/* NAME.csv, NAME.json.gz and the like. */
static bool has_base_name(const char *name, enum pt_stream_id id)
{
    size_t len = strlen(base_name_of(id));
    return strncmp(name, base_name_of(id), len) == 0 && (name[len] == '.' || name[len] == 0);
}

static void source_add_name(struct finding *found, const char *name)
{
    size_t left = sizeof found->names - found->names_len;
    int len =
        snprintf(found->names + found->names_len, left, "%s%s", found->names_len ? ", " : "", name);
    if (len > 0)
        found->names_len += (size_t)len < left ? (size_t)len : left - 1;
}

static void look_at_file(struct finding *found, const char *path, const char *name,
                         const struct source_opts *opts)
{
    struct source *src = NULL;
    struct pt_error err = {.code = PT_OK};
    bool is_named = has_base_name(name, opts->id);
    pt_code code = source_file_open(path, opts, &src, &err);
    bool is_sure = src && src->is_sure;
    source_free(src);
    if (!is_sure) {
        if (is_named && code != PT_ENOTFOUND) {
            memcpy(found->doubtful, path, strlen(path) + 1);
            found->why = err;
            found->why.code = code;
        }
        return;
    }
    found->n++;
    found->n_named += is_named;
    memcpy(is_named ? found->named : found->one, path, strlen(path) + 1);
    source_add_name(found, name);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Lists the regular files of a directory by name, without hidden ones and parts; the caller
 * frees the names. */
static size_t list_files(const char *dir, char *names[FILES_MAX])
{
    size_t n = 0;
    DIR *stream = opendir(dir);
    const struct dirent *entry;
    while (stream && n < FILES_MAX && (entry = readdir(stream)) != NULL) {
        struct object_name object;
        struct stat st;
        char path[PATH_MAX_BYTES];
        int len = snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        if (entry->d_name[0] == '.' || object_name_parse(entry->d_name, &object) ||
            (size_t)len >= sizeof path || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        names[n] = strdup(entry->d_name);
        n += names[n] != NULL;
    }
    if (stream)
        closedir(stream);
    qsort(names, n, sizeof *names, by_name);
    return n;
}

static void look_at_files(struct finding *found, const struct source_opts *opts)
{
    char **names = calloc(FILES_MAX, sizeof *names);
    size_t n = names ? list_files(found->dir, names) : 0;
    for (size_t i = 0; i < n; i++) {
        char path[PATH_MAX_BYTES];
        snprintf(path, sizeof path, "%s/%s", found->dir, names[i]);
        look_at_file(found, path, names[i], opts);
        free(names[i]);
    }
    free(names);
}

static pt_code open_directory(const char *dir, const struct source_opts *opts, struct source **src,
                              struct pt_error *err)
{
    struct finding found = {.dir = dir};
    look_at_files(&found, opts);
    if (found.n_named == 1)
        return source_file_open(found.named, opts, src, err);
    if (found.n > 1)
        return refuse_several(&found, opts->id, err);
    if (found.n == 1)
        return source_file_open(found.one, opts, src, err);
    if (found.doubtful[0] && found.why.code == PT_OK)
        return source_file_open(found.doubtful, opts, src, err);
    if (found.doubtful[0]) {
        if (err)
            *err = found.why;
        return found.why.code;
    }
    pt_code code = source_objects_open(dir, opts, src, err);
    return code == PT_ENOTFOUND ? refuse_none(dir, opts->id, err) : code;
}

pt_code source_open(const struct source_opts *opts, struct source **src, struct pt_error *err)
{
    char dir[PATH_MAX_BYTES];
    struct stat st;
    *src = NULL;
    if (!opts->source || strcmp(opts->source, "synthetic") == 0) {
        *src = source_synthetic_new(opts);
        return *src ? PT_OK
                    : pt_error_set(err, PT_ENOMEM, NULL, "cannot generate records: out of memory");
    }
    if (stat(opts->source, &st) != 0 || !S_ISDIR(st.st_mode))
        return source_file_open(opts->source, opts, src, err);
    size_t len = strlen(opts->source);
    while (len > 1 && opts->source[len - 1] == '/')
        len--;
    if (len >= sizeof dir - 1)
        return source_refuse_long(opts->source, err);
    memcpy(dir, opts->source, len);
    dir[len] = 0;
    return open_directory(dir, opts, src, err);
}

/* ---- shards ---- */

void source_set_shard(struct source *src, struct shard shard)
{
    bool is_file = strcmp(src->ops->name, "synthetic") != 0;
    src->rows_before = is_file ? shard.i - 1 : 0;
    src->rows_between = is_file ? shard.n - 1 : 0;
}

enum source_status source_next_own(struct source *src, uint64_t index, struct source_record *rec,
                                   struct pt_error *err)
{
    enum source_status status = SOURCE_RECORD;
    while (src->rows_before > 0 && (status = src->ops->next(src, index, rec, err)) == SOURCE_RECORD)
        src->rows_before--;
    if (status == SOURCE_RECORD)
        status = src->ops->next(src, index, rec, err);
    if (status == SOURCE_RECORD)
        src->rows_before = src->rows_between;
    return status;
}
