/* Picks the member of `struct source_ops` for what `pintop.stream.source` names. */
#include "stream/source.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "stream/file_reader.h"

enum { PATH_MAX_BYTES = 1024 };

static const char *const endings[] = {".csv", ".json", ".jsonl", ".ndjson"};
enum { ENDINGS = sizeof endings / sizeof *endings };

static const char *base_name_of(enum pt_stream_id id)
{
    static const char *const names[PT_STREAMS] = {"pinterest_data", "geolocation_data",
                                                  "user_data"};
    return names[id];
}

static pt_code refuse_long(const char *dir, struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG, "use a shorter path",
                        "cannot replay from %.100s...: the path is longer than %d bytes", dir,
                        PATH_MAX_BYTES - 1);
}

/* Some names of what the directory holds, for the error. */
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
            buf_printf(out, "%s%.60s", n == 0 ? "it holds " : ", ", entry->d_name);
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
    snprintf(fix, sizeof fix,
             "put the export there under that name, or name the file in "
             "pintop.stream.%s.source",
             pt_stream_name(id));
    pt_code code =
        pt_error_set(err, PT_ECONFIG, fix,
                     "cannot replay %s from %.100s: no %s.csv, .json, .jsonl or .ndjson "
                     "there; %s",
                     pt_stream_name(id), dir, base_name_of(id), held.data ? held.data : "");
    buf_done(&held);
    return code;
}

static pt_code refuse_several(const char *dir, enum pt_stream_id id, const char *names,
                              struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    snprintf(fix, sizeof fix,
             "leave one of them there, or name the file in "
             "pintop.stream.%s.source",
             pt_stream_name(id));
    return pt_error_set(err, PT_ECONFIG, fix,
                        "cannot replay %s from %.100s: more than one file there could be it: %s",
                        pt_stream_name(id), dir, names);
}

static pt_code find_in_directory(const char *dir, enum pt_stream_id id, char *path,
                                 struct pt_error *err)
{
    char names[160] = "";
    size_t n_found = 0, used = 0, dir_len = strlen(dir);
    while (dir_len > 1 && dir[dir_len - 1] == '/')
        dir_len--;
    for (size_t i = 0; i < ENDINGS; i++) {
        char candidate[PATH_MAX_BYTES];
        struct stat st;
        int len = snprintf(candidate, sizeof candidate, "%.*s/%s%s", (int)dir_len, dir,
                           base_name_of(id), endings[i]);
        if (len < 0 || (size_t)len >= sizeof candidate)
            return refuse_long(dir, err);
        if (stat(candidate, &st) != 0)
            continue;
        memcpy(path, candidate, (size_t)len + 1);
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s%s", n_found ? ", " : "",
                                 base_name_of(id), endings[i]);
        n_found++;
    }
    if (n_found == 0)
        return refuse_none(dir, id, err);
    return n_found == 1 ? PT_OK : refuse_several(dir, id, names, err);
}

/* A byte order mark and blanks left aside. */
static pt_code begins_like_json(const char *path, bool *is_json, struct pt_error *err)
{
    struct replay_file file;
    pt_code code = replay_file_open(&file, path, err);
    if (code != PT_OK)
        return code;
    size_t i = file.head_len >= 3 && memcmp(file.head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < file.head_len && memchr(" \t\r\n", file.head[i], 4))
        i++;
    *is_json = i < file.head_len && (file.head[i] == '{' || file.head[i] == '[');
    replay_file_close(&file);
    return PT_OK;
}

static pt_code open_file(const char *path, const struct source_opts *opts, struct source **src,
                         struct pt_error *err)
{
    const char *name = strrchr(path, '/');
    const char *dot = strrchr(name ? name : path, '.');
    bool is_json = false;
    size_t i = 0;
    while (i < ENDINGS && !(dot && strcasecmp(dot, endings[i]) == 0))
        i++;
    if (i < ENDINGS) {
        is_json = i > 0;
    } else {
        pt_code code = begins_like_json(path, &is_json, err);
        if (code != PT_OK)
            return code;
    }
    return is_json ? source_jsonl_open(path, opts, src, err)
                   : source_csv_open(path, opts, src, err);
}

pt_code source_open(const struct source_opts *opts, struct source **src, struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    struct stat st;
    *src = NULL;
    if (!opts->source || strcmp(opts->source, "synthetic") == 0) {
        *src = source_synthetic_new(opts);
        return *src ? PT_OK : pt_error_set(err, PT_ENOMEM, NULL, "cannot make records: no memory");
    }
    if (stat(opts->source, &st) != 0 || !S_ISDIR(st.st_mode))
        return open_file(opts->source, opts, src, err);
    pt_code code = find_in_directory(opts->source, opts->id, path, err);
    return code == PT_OK ? open_file(path, opts, src, err) : code;
}

void source_free(struct source *src)
{
    if (src)
        src->ops->free(src);
}
