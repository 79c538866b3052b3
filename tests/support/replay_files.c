#include "replay_files.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "scratch.h"

enum { LINES_KEPT = 64 };
static char lines[LINES_KEPT][1024];
static size_t n_lines;

static void receive(void *arg, const struct pt_event *line)
{
    (void)arg;
    if (n_lines < LINES_KEPT)
        snprintf(lines[n_lines], sizeof lines[0], "%s", line->text);
    n_lines++;
}

int replay_dir_setup(void **state)
{
    log_set_receiver(receive, NULL);
    return scratch_make(state);
}

int replay_dir_teardown(void **state)
{
    log_set_receiver(NULL, NULL);
    return scratch_remove(state);
}

const char *replay_write(const char *name, const void *bytes, size_t len)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    return path;
}

const char *replay_write_text(const char *name, const char *text)
{
    return replay_write(name, text, strlen(text));
}

struct source *replay_open_path(const char *path, enum pt_stream_id id, bool is_looping)
{
    struct source_opts opts = {.id = id, .source = path, .is_looping = is_looping};
    struct source *src = NULL;
    struct pt_error err = {.what = ""};
    if (source_open(&opts, &src, &err) != PT_OK)
        fail_msg("not opened: %s", err.what);
    assert_non_null(src);
    return src;
}

struct source *replay_source(const char *name, const char *text, enum pt_stream_id id,
                             bool is_looping)
{
    return replay_open_path(replay_write_text(name, text), id, is_looping);
}

void replay_refused(const char *path, enum pt_stream_id id, pt_code code, struct pt_error *err)
{
    struct source_opts opts = {.id = id, .source = path};
    struct source *src = NULL;
    memset(err, 0, sizeof *err);
    assert_int_equal(source_open(&opts, &src, err), code);
    assert_int_equal(err->code, code);
    assert_null(src);
    assert_true(err->fix[0] != 0);
}

static struct source_record next_record(struct source *src)
{
    struct source_record rec;
    struct pt_error err = {.what = ""};
    if (src->ops->next(src, 0, &rec, &err) != SOURCE_RECORD)
        fail_msg("no record: %s", err.what);
    return rec;
}

struct kept_records replay_read_all(struct source *src)
{
    struct kept_records kept = {0, NULL};
    struct source_record rec;
    struct pt_error err = {.what = ""};
    enum source_status status;
    while ((status = src->ops->next(src, kept.n, &rec, &err)) == SOURCE_RECORD) {
        kept.records = realloc(kept.records, (kept.n + 1) * sizeof *kept.records);
        assert_non_null(kept.records);
        struct kept_record *one = &kept.records[kept.n++];
        one->value = malloc(rec.len + 1);
        assert_non_null(one->value);
        memcpy(one->value, rec.value, rec.len);
        one->value[rec.len] = 0;
        one->len = rec.len;
        one->pos = rec.pos;
        one->next_pos = rec.next_pos;
    }
    if (status != SOURCE_END)
        fail_msg("not read to the end: %s", err.what);
    return kept;
}

void kept_records_done(struct kept_records *kept)
{
    for (size_t i = 0; i < kept->n; i++)
        free(kept->records[i].value);
    free(kept->records);
    *kept = (struct kept_records){0, NULL};
}

static void check_same(const struct source_record *rec, const struct kept_record *kept)
{
    assert_int_equal(rec->len, kept->len);
    assert_memory_equal(rec->value, kept->value, kept->len);
    assert_int_equal(rec->pos.offset, kept->pos.offset);
    assert_int_equal(rec->pos.row, kept->pos.row);
}

void replay_check_again_and_seek(struct source *src, const struct kept_records *kept)
{
    struct source_record rec;
    struct pt_error err;
    for (size_t i = 0; i < kept->n; i++) {
        size_t back = (i * 7) % kept->n;
        assert_int_equal(src->ops->seek(src, &kept->records[i].pos, &err), PT_OK);
        rec = next_record(src);
        check_same(&rec, &kept->records[i]);
        assert_int_equal(src->ops->again(src, back, &kept->records[back].pos, &rec, &err),
                         SOURCE_RECORD);
        check_same(&rec, &kept->records[back]);
        if (i + 1 == kept->n)
            break;
        rec = next_record(src);
        check_same(&rec, &kept->records[i + 1]);
        assert_int_equal(src->ops->seek(src, &kept->records[i].next_pos, &err), PT_OK);
        rec = next_record(src);
        check_same(&rec, &kept->records[i + 1]);
    }
    if (kept->n > 0) {
        assert_int_equal(src->ops->seek(src, &kept->records[kept->n - 1].next_pos, &err), PT_OK);
        assert_int_equal(src->ops->next(src, 0, &rec, &err), SOURCE_END);
    }
}

void assert_next(struct source *src, const char *text)
{
    struct source_record rec = next_record(src);
    char *value = strndup(rec.value, rec.len);
    assert_non_null(value);
    assert_string_equal(value, text);
    free(value);
}

void assert_end(struct source *src)
{
    struct source_record rec;
    struct pt_error err;
    assert_int_equal(src->ops->next(src, 0, &rec, &err), SOURCE_END);
}

void replay_log_reset(void)
{
    n_lines = 0;
}

size_t replay_log_count(void)
{
    return n_lines;
}

const char *replay_log_line(size_t i)
{
    return i < n_lines && i < LINES_KEPT ? lines[i] : "";
}

long resident_kib(void)
{
    long kib = -1;
    char line[128];
    FILE *file = fopen("/proc/self/status", "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    fclose(file);
    assert_true(kib > 0);
    return kib;
}

uint32_t test_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = *state;
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdu;
    return (uint32_t)(x >> 32);
}
