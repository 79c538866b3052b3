/* What reading a row of a replayed file costs, on one thread; and the files for it.
 *
 *   replay_bench --dump csv|json ROWS FILE     rows of posts, as the synthetic stream has them
 *   replay_bench FILE                          microseconds of CPU for each row of FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "stream/record.h"
#include "stream/row_json.h"
#include "stream/source.h"

enum { SEED = 100 };

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* As Python's csv module writes it: quoted only where it must be. */
static void put_field(FILE *out, const cJSON *value)
{
    if (cJSON_IsNumber(value)) {
        fprintf(out, "%.0f", value->valuedouble);
    } else if (cJSON_IsString(value)) {
        const char *text = value->valuestring;
        bool is_quoted = strpbrk(text, ",\"\r\n") != NULL;
        if (is_quoted)
            fputc('"', out);
        for (; *text; text++) {
            if (*text == '"')
                fputc('"', out);
            fputc(*text, out);
        }
        if (is_quoted)
            fputc('"', out);
    }
}

static void put_csv(FILE *out, const char *value, const struct column_set *set)
{
    cJSON *row = cJSON_Parse(value);
    for (size_t i = 0; i < set->n; i++) {
        put_field(out, cJSON_GetObjectItem(row, set->columns[i].name));
        fputc(i + 1 < set->n ? ',' : '\n', out);
    }
    cJSON_Delete(row);
}

static int dump(const char *kind, long n_rows, const char *path)
{
    static char value[RECORD_MAX_BYTES + 1];
    struct record_gen gen;
    struct column_set set;
    bool is_csv = strcmp(kind, "csv") == 0;
    FILE *out = fopen(path, "we");
    if (!out)
        return perror(path), 1;
    record_gen_init(&gen, SEED, 5);
    column_set_init(&set, PT_PIN);
    for (size_t i = 0; is_csv && i < set.n; i++)
        fprintf(out, "%s%c", set.columns[i].name, i + 1 < set.n ? ',' : '\n');
    for (long i = 0; i < n_rows; i++) {
        size_t len = record_write(&gen, PT_PIN, (uint64_t)i, value);
        value[len] = 0;
        if (is_csv)
            put_csv(out, value, &set);
        else
            fprintf(out, "%s\n", value);
    }
    return fclose(out) == 0 ? 0 : 1;
}

static int measure(const char *path)
{
    struct source_opts opts = {.id = PT_PIN, .source = path};
    struct source *src;
    struct source_record rec;
    struct pt_error err = {.what = ""};
    double start = cpu_s();
    size_t n = 0, bytes = 0;
    if (source_open(&opts, &src, &err) != PT_OK)
        return fprintf(stderr, "replay_bench: %s\n", err.what), 1;
    while (src->ops->next(src, n, &rec, &err) == SOURCE_RECORD) {
        n++;
        bytes += rec.len;
    }
    double s = cpu_s() - start;
    printf("replay.%s_us %.4f us\n", src->ops->name, s / (double)n * 1e6);
    printf("replay.%s_mb_per_s %.1f MB/s\n", src->ops->name, (double)bytes / s / 1e6);
    source_free(src);
    return n > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "--dump") == 0)
        return dump(argv[2], strtol(argv[3], NULL, 10), argv[4]);
    if (argc == 2)
        return measure(argv[1]);
    fputs("replay_bench: --dump csv|json ROWS FILE, or FILE\n", stderr);
    return 2;
}
