/* Targets: files of settings and of records. */
#include "targets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/shared_files.h"
#include "config/jaas.h"
#include "config/properties.h"
#include "stream/csv.h"
#include "stream/json_check.h"
#include "stream/row_json.h"
#include "stream/source.h"

static pt_code take_property(void *arg, const char *key, const char *value, int line,
                             struct pt_error *err)
{
    (void)arg, (void)key, (void)value, (void)line, (void)err;
    return PT_OK;
}

int fuzz_properties(const uint8_t *data, size_t len)
{
    struct pt_error err;
    char *text = malloc(len + 1);
    struct jaas jaas;
    memcpy(text, data, len);
    text[len] = '\0';
    properties_parse(text, len, "fuzz", take_property, NULL, &err);
    jaas_parse(text, &jaas, &err);
    jaas_get(&jaas, "awsRoleArn");
    jaas_done(&jaas);
    free(text);
    return 0;
}

int fuzz_aws_files(const uint8_t *data, size_t len)
{
    static char path[64];
    struct shared_files *files;
    struct pt_error err;
    snprintf(path, sizeof path, "/tmp/pintop-fuzz.%d", (int)getpid());
    FILE *out = fopen(path, "we");
    if (out == NULL)
        return 0;
    fwrite(data, 1, len, out);
    fclose(out);
    if (shared_files_load(path, path, &files, &err) == PT_OK) {
        shared_files_get(files, "default", "role_arn");
        shared_files_get(files, "x", "s3.max_concurrent_requests");
        shared_files_get_section(files, "services", "x", "kafka.endpoint_url");
        shared_files_has(files, "two words");
        shared_files_free(files);
    }
    unlink(path);
    return 0;
}

void fuzz_must(bool is_so, const char *what)
{
    if (!is_so) {
        fprintf(stderr, "fuzz: %s\n", what);
        abort();
    }
}

/* A record is one line of JSON, and read again it is the same. */
static void check_record(struct source *src, const struct source_record *rec)
{
    struct source_record again;
    struct pt_error err;
    size_t at, len = rec->len;
    char *value = malloc(len + 1);
    memcpy(value, rec->value, len);
    if (json_check_object(value, len, &at) != NULL)
        fprintf(stderr, "%.*s\nat %zu\n", (int)len, value, at);
    fuzz_must(json_check_object(value, len, &at) == NULL, "a record that is no JSON object");
    fuzz_must(memchr(value, '\n', len) == NULL, "a record of several lines");
    fuzz_must(src->ops->again(src, 0, &rec->pos, &again, &err) == SOURCE_RECORD &&
                  again.len == len && memcmp(again.value, value, len) == 0,
              "a record that is another one when it is read again");
    free(value);
}

/* The whole way: which format, whose columns, row by row, and on from the middle. */
int fuzz_replay(const uint8_t *data, size_t len)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/pintop-fuzz.%d", (int)getpid());
    FILE *out = fopen(path, "we");
    if (out == NULL)
        return 0;
    fwrite(data, 1, len, out);
    fclose(out);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        struct source_opts opts = {.id = (enum pt_stream_id)id, .source = path};
        struct source *src;
        struct source_record rec;
        struct pt_error err;
        struct source_pos middle = {0, 0};
        size_t n = 0, n_behind = 0;
        if (source_open(&opts, &src, &err) != PT_OK)
            continue;
        while (src->ops->next(src, n, &rec, &err) == SOURCE_RECORD && n++ < 20000) {
            check_record(src, &rec);
            middle = n == 3 ? rec.next_pos : middle;
        }
        if (n > 3 && src->ops->seek(src, &middle, &err) == PT_OK) {
            while (src->ops->next(src, n, &rec, &err) == SOURCE_RECORD && n_behind < 20000)
                n_behind++;
            fuzz_must(n_behind + 3 == n || n >= 20000, "other records behind a place than before");
        }
        source_free(src);
    }
    unlink(path);
    return 0;
}

/* Whatever of a row is there: more is asked for, or the row is what it is with all of it. */
int fuzz_csv(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;
    struct csv_dialect dialect = {",;\t|"[len > 0 ? data[0] & 3 : 0], len > 1 && data[1] & 1};
    struct csv_row row, part;
    enum csv_status whole = csv_parse(text, len, true, &dialect, &row);
    for (size_t n = 0; n < len; n += 1 + n / 8) {
        char *exact = malloc(n > 0 ? n : 1);
        memcpy(exact, text, n);
        if (csv_parse(exact, n, false, &dialect, &part) == CSV_ROW)
            fuzz_must(whole == CSV_ROW && part.bytes == row.bytes && part.n_fields == row.n_fields,
                      "a CSV row that ends elsewhere with more bytes");
        free(exact);
    }
    for (size_t i = 0; whole == CSV_ROW && i < row.n_fields; i++) {
        char *value = malloc(ROW_JSON_BYTES(row.fields[i].len));
        const char *why;
        for (int type = 0; type <= COLUMN_TEXT; type++)
            row_json_put(value, (enum column_type)type, &row.fields[i], &dialect, &why);
        free(value);
    }
    return 0;
}

int fuzz_rows(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;
    struct json_object object, part;
    struct column_set set;
    struct buf row_now;
    size_t at;
    column_set_init(&set, PT_PIN);
    enum json_status whole = json_scan(text, len, true, &set, &object);
    for (size_t n = 0; n < len; n += 1 + n / 8) {
        char *exact = malloc(n > 0 ? n : 1);
        memcpy(exact, text, n);
        enum json_status status = json_scan(exact, n, false, &set, &part);
        fuzz_must(status == JSON_MORE || status == whole,
                  "a JSON object that is another with more bytes");
        fuzz_must(status != JSON_OBJECT || part.bytes == object.bytes,
                  "a JSON object that ends elsewhere with more bytes");
        free(exact);
    }
    if (whole != JSON_OBJECT)
        return 0;
    buf_init(&row_now, 4 * INPUT_MAX);
    json_mend(&row_now, text, object.bytes, true, &set);
    fuzz_must(!row_now.is_over && json_check_object(row_now.data, row_now.len, &at) == NULL,
              "a JSON row whose bytes were corrected is not JSON");
    buf_done(&row_now);
    return 0;
}
