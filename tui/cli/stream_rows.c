#include "cli/stream_rows.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/print.h"
#include "pintop/preview.h"

pt_code rows_choose(const struct pt_config *cfg, bool is_chosen, unsigned *streams,
                    struct pt_error missing[PT_STREAMS], struct pt_error *err)
{
    unsigned found = pt_preview_sources(cfg, *streams, missing, err);
    if (!found)
        return err->code;
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        if (missing[id].code == PT_OK)
            continue;
        if (is_chosen) {
            *err = missing[id];
            err->code = PT_ECONFIG;
            return PT_ECONFIG;
        }
        fprintf(stderr, "pintop: %s; it is left out\n", missing[id].what);
    }
    *streams = found;
    return PT_OK;
}

/* ---- --dry-run ---- */

enum { SKIPS_PRINTED = 20, DRY_RUN_COUNT = 10 };

struct dry_run {
    bool is_terminal;
    bool is_sample; /* --count was not given, so the first records of each stream are shown */
    int64_t n_records[PT_STREAMS], n_skipped[PT_STREAMS];
    struct pt_bad_row first[PT_STREAMS];
};

/* Control bytes of a file are not sent to a terminal; a pipe gets the record as it is. */
static bool print_record(void *arg, enum pt_stream_id id, const char *value, size_t len)
{
    struct dry_run *dry = arg;
    dry->n_records[id]++;
    for (size_t i = 0; dry->is_terminal && i < len; i++) {
        unsigned char c = (unsigned char)value[i];
        bool is_c1 = c == 0xC2 && i + 1 < len && (unsigned char)value[i + 1] < 0xA0;
        putchar(c < 0x20 || c == 0x7F || is_c1 ? '?' : c);
        i += is_c1;
    }
    if (!dry->is_terminal) {
        fwrite(value, 1, len, stdout);
    }
    putchar('\n');
    return print_is_ok();
}

static void print_skip(void *arg, enum pt_stream_id id, const char *file, int64_t line,
                       const char *why)
{
    struct dry_run *dry = arg;
    int64_t n = dry->n_skipped[id]++;
    if (n == 0) {
        struct pt_bad_row *first = &dry->first[id];
        first->line = line;
        snprintf(first->file, sizeof first->file, "%s", file);
        snprintf(first->why, sizeof first->why, "%s", why);
    }
    if (n < SKIPS_PRINTED) {
        fprintf(stderr, "pintop: %s: %s line %lld would be skipped: %s\n", pt_stream_name(id), file,
                (long long)line, why);
    }
}

/* The error for a file without a single record. */
static pt_code refuse_all(const char *stream, const char *source, int64_t n_skipped,
                          const struct pt_bad_row *first, struct pt_error *err)
{
    if (n_skipped == 0) {
        return pt_error_set(err, PT_EDATA, "Give a file with rows in it.",
                            "stream %s: nothing to send: %.120s holds no rows", stream, source);
    }
    char count[CELL_MAX];
    return pt_error_set(
        err, PT_EDATA,
        "Repair the file: `pintop stream --dry-run` lists the rows that are skipped, and why.",
        "stream %s: nothing to send: %s%s%s skipped, %.60s line %lld: %.120s", stream,
        n_skipped == 1 ? "the only row was" : "all ",
        n_skipped == 1 ? "" : cell_count(count, n_skipped), n_skipped == 1 ? "" : " rows were",
        first->file, (long long)first->line, first->why);
}

static int finish_dry_run(const struct pt_config *cfg, unsigned streams, const struct dry_run *dry)
{
    int status = 0;
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const char *name = pt_stream_name((enum pt_stream_id)id);
        char key[64];
        struct pt_error err;
        int64_t n = dry->n_skipped[id];
        if (!(streams & PT_STREAM_BIT(id))) {
            continue;
        }
        if (n > SKIPS_PRINTED) {
            fprintf(stderr, "pintop: %s: %lld more rows would be skipped\n", name,
                    (long long)(n - SKIPS_PRINTED));
        }
        snprintf(key, sizeof key, "pintop.stream.%s.source", name);
        const char *source = pt_config_get(cfg, key);
        bool is_file = source && strcmp(source, "synthetic") != 0;
        if (is_file && dry->is_sample && dry->n_records[id] == DRY_RUN_COUNT) {
            fprintf(stderr,
                    "pintop: %s: these are the first %d records; use --count N to check more of "
                    "the file\n",
                    name, DRY_RUN_COUNT);
        }
        if (dry->n_records[id] == 0 && print_is_ok() &&
            rows_is_whole(pt_config_get(cfg, "pintop.stream.shard"))) {
            refuse_all(name, source ? source : "synthetic", n, &dry->first[id], &err);
            status = print_err(&err);
        }
    }
    return status;
}

int rows_dry_run(const struct pt_config *cfg, unsigned streams, int64_t first_index, int64_t count)
{
    struct pt_error err;
    struct dry_run dry = {.is_terminal = isatty(STDOUT_FILENO), .is_sample = count == 0};
    struct pt_preview to = {&dry, print_record, print_skip};
    int64_t n = dry.is_sample ? DRY_RUN_COUNT : count;
    pt_code code = pt_preview(cfg, streams, first_index, n, &to, &err);
    return code == PT_OK ? finish_dry_run(cfg, streams, &dry) : print_err(&err);
}

/* ---- the summary ---- */

void rows_print_skipped(const struct pt_stream *st)
{
    char count[CELL_MAX];
    if (st->bad_rows <= 0) {
        return;
    }
    fprintf(stderr, "pintop: stream %s: %s %s skipped:\n", st->name,
            cell_count(count, st->bad_rows), st->bad_rows == 1 ? "row was" : "rows were");
    for (int i = 0; i < PT_BAD_ROWS_SHOWN && i < st->bad_rows; i++) {
        fprintf(stderr, "  %s line %lld: %s\n", st->bad_first[i].file,
                (long long)st->bad_first[i].line, st->bad_first[i].why);
    }
    if (st->bad_rows > PT_BAD_ROWS_SHOWN) {
        fprintf(stderr, "  and %s more (stream --dry-run and --log-file name them)\n",
                cell_count(count, st->bad_rows - PT_BAD_ROWS_SHOWN));
    }
}

void rows_skipped_json(cJSON *json, const struct pt_stream *st)
{
    json_count(json, "bad_rows", st->bad_rows);
    cJSON *list = cJSON_AddArrayToObject(json, "bad_first");
    for (int i = 0; i < PT_BAD_ROWS_SHOWN && i < st->bad_rows; i++) {
        cJSON *one = cJSON_CreateObject();
        json_text(one, "file", st->bad_first[i].file);
        json_count(one, "line", st->bad_first[i].line);
        json_text(one, "reason", st->bad_first[i].why);
        cJSON_AddItemToArray(list, one);
    }
}

void rows_left_out_json(cJSON *json, const struct pt_error missing[PT_STREAMS])
{
    cJSON *list = cJSON_AddArrayToObject(json, "without_source");
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        if (missing[id].code == PT_OK) {
            continue;
        }
        cJSON *one = cJSON_CreateObject();
        json_text(one, "name", pt_stream_name((enum pt_stream_id)id));
        json_text(one, "reason", missing[id].what);
        cJSON_AddItemToArray(list, one);
    }
}

bool rows_is_whole(const char *shard)
{
    return strcmp(shard, "1/1") == 0;
}

pt_code rows_check_made(const struct pt_stream *st, const char *shard, const char *ended_by,
                        struct pt_error *err)
{
    bool is_file = st->source[0] && strcmp(st->source, "synthetic") != 0;
    bool is_at_end = st->bad_rows > 0 || strcmp(ended_by, "end of file") == 0;
    /* Records that an earlier run has sent count as generated: the file then has nothing new, which
     * is not an error. */
    /* Of a short file a shard may have no row at all. */
    if (!rows_is_whole(shard) || !is_file || !is_at_end || st->generated > 0 ||
        st->account_generated > 0) {
        return PT_OK;
    }
    return refuse_all(st->name, st->source, st->bad_rows, &st->bad_first[0], err);
}
