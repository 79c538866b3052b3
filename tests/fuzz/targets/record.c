/* Target: whatever reads a recording. What comes is a file as it is, or its lines; those get their
 * checksums again, so that patches which do not fit are applied, too. */
#include "targets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "pintop/record.h"
#include "pintop/report.h"
#include "record/reading.h"
#include "record/segment.h"
#include "record/unpack.h"

/* In the place of the library's: what a run writes need not last. */
int fsync(int fd)
{
    return fd >= 0 ? 0 : -1;
}

enum { STEPS_MAX = 100 };

struct fuzz_sums {
    uint32_t last, minute;
};

/* Where the value of a line begins, and the sum that it leads from; false: the line has no sum. */
static bool fuzz_leads_from(const char *line, const struct fuzz_sums *sums, size_t *begins,
                            uint32_t *before)
{
    static const char *const kinds[] = {"{\"api\":", "{\"mark\":", "{\"delta\":", "{\"minute\":"};
    size_t kind = 0;
    while (kind < 4 && strncmp(line, kinds[kind], strlen(kinds[kind])) != 0)
        kind++;
    if (kind == 4)
        return false;
    *begins = kind == 0 ? 0 : strlen(kinds[kind]);
    *before = kind == 2 ? sums->last : kind == 3 ? sums->minute : 0;
    return true;
}

/* The line as it is, but with its right sum when it has one. */
static void fuzz_put_line(const char *line, size_t len, struct fuzz_sums *sums, struct buf *out)
{
    size_t begins;
    uint32_t before;
    bool has_sum = len > LINE_SUM_CHARS + 10 && memcmp(line + len - 2, "\"}", 2) == 0 &&
                   fuzz_leads_from(line, sums, &begins, &before);
    if (!has_sum) {
        buf_append(out, line, len);
        buf_puts(out, "\n");
        return;
    }
    size_t at = out->len;
    buf_append(out, line, len - LINE_SUM_CHARS);
    buf_puts(out, "}");
    size_t own = out->len - at - begins - (begins > 0);
    uint32_t sum = out->is_over ? 0 : line_sum(before, out->data + at + begins, own);
    out->len--;
    buf_printf(out, LINE_SUM_FORMAT "\n", sum);
    if (strncmp(line, "{\"mark\"", 7) != 0)
        sums->last = sum;
    if (begins == 0 || strncmp(line, "{\"minute\"", 9) == 0)
        sums->minute = sum;
}

static void fuzz_put_lines(const uint8_t *data, size_t len, struct segment *to)
{
    const char *at = (const char *)data, *end = at + len;
    struct fuzz_sums sums = {0, 0};
    struct buf out;
    buf_init(&out, (size_t)INPUT_MAX * 4);
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop != NULL ? stop : end;
        buf_reset(&out);
        fuzz_put_line(at, (size_t)(stop - at), &sums, &out);
        if (!out.is_over && out.len > 0)
            segment_line(to, out.data, out.len - 1);
        at = stop + 1;
    }
    buf_done(&out);
}

static void fuzz_see(struct recorded *reading)
{
    const struct pt_snapshot *snap = reading_snapshot(reading);
    char *json = snap != NULL ? pt_snapshot_json(snap) : NULL;
    fuzz_must(snap == NULL || json != NULL, "a snapshot that cannot be told");
    free(json);
    pt_snapshot_release(snap);
}

static void fuzz_move(struct recorded *reading)
{
    int64_t found_ms;
    for (int i = 0; i < STEPS_MAX; i++) {
        fuzz_see(reading);
        if (!reading_step(reading, true))
            break;
    }
    for (int i = 0; i < STEPS_MAX && reading_step(reading, false); i++)
        fuzz_see(reading);
    reading_seek(reading, reading_last_ms(reading) - 3000);
    fuzz_see(reading);
    reading_find_mark(reading, reading_ms(reading), true, &found_ms, NULL);
    reading_find_mark(reading, reading_ms(reading), false, &found_ms, NULL);
}

static void fuzz_read(const char *path)
{
    struct recorded *reading = NULL;
    struct pt_history history;
    struct pt_error err;
    if (reading_open(path, &reading, &err) == PT_OK)
        fuzz_move(reading);
    reading_close(reading);
    if (pt_history_read(path, PT_UNKNOWN, PT_UNKNOWN, &history, &err) != PT_OK)
        return;
    for (size_t i = 0; i < history.n_marks; i++)
        for (const char *c = history.marks[i].text; *c != '\0'; c++)
            fuzz_must((unsigned char)*c >= 0x20, "a text that is not printable");
    pt_history_done(&history);
}

int fuzz_record(const uint8_t *data, size_t len)
{
    char path[64];
    struct segment *to = NULL;
    bool is_file = len > 0 && data[0] == 0x1f;
    snprintf(path, sizeof path, "build/asan/fuzz-record-%d", (int)getpid());
    unlink(path);
    if (is_file) {
        FILE *out = fopen(path, "we");
        fuzz_must(out != NULL && fwrite(data, 1, len, out) == len && fclose(out) == 0, "no file");
    } else {
        fuzz_must(segment_open(path, &to, NULL) == PT_OK, "no file");
        fuzz_put_lines(data, len, to);
        segment_flush(to, NULL);
        segment_close(to);
    }
    fuzz_read(path);
    unlink(path);
    return 0;
}
