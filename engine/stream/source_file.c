/* One file as a source: its content decides between CSV and JSON. */
#include <string.h>
#include <strings.h>

#include "stream/file_reader.h"
#include "stream/source.h"

/* A name that ends in .json, .jsonl or .ndjson, perhaps with .gz. */
static bool is_named_json(const char *path)
{
    static const char *const endings[] = {".json", ".jsonl", ".ndjson"};
    size_t len = strlen(path);
    if (len > 3 && strcasecmp(path + len - 3, ".gz") == 0)
        len -= 3;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strncasecmp(path + len - n, endings[i], n) == 0)
            return true;
    }
    return false;
}

/* Decides by the first byte, ignoring a byte order mark and blanks. */
static pt_code begins_like_json(const char *path, bool *is_json, struct pt_error *err)
{
    enum { LOOK_BYTES = 4096 };
    struct replay_file file;
    struct file_reader reader;
    const char *bytes;
    size_t len, i = 0;
    bool is_last;
    pt_code code = replay_file_open(&file, path, err);
    if (code != PT_OK)
        return code;
    file_reader_init(&reader, &file);
    code = file_reader_peek(&reader, LOOK_BYTES, &bytes, &len, &is_last, err);
    if (code == PT_OK) {
        if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
            i = 3;
        while (i < len && memchr(" \t\r\n", bytes[i], 4))
            i++;
        *is_json = i < len && (bytes[i] == '{' || bytes[i] == '[');
    }
    file_reader_done(&reader);
    replay_file_close(&file);
    return code;
}

pt_code source_file_open(const char *path, const struct source_opts *opts, struct source **src,
                         struct pt_error *err)
{
    bool is_json = false;
    pt_code code = begins_like_json(path, &is_json, err);
    if (code != PT_OK)
        return code;
    if (is_json)
        return source_json_open(path, opts, src, err);
    code = source_csv_open(path, opts, src, err);
    /* A file of JSON lines may begin with another line, but then only its name tells. */
    if (code == PT_ECONFIG && is_named_json(path)) {
        struct pt_error as_csv = err ? *err : (struct pt_error){0};
        code = source_json_open(path, opts, src, err);
        if (code == PT_ECONFIG && err)
            *err = as_csv;
    }
    return code;
}
