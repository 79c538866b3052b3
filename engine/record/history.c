/* What happened, read from the marks of a recording. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "pintop/record.h"
#include "record/marks.h"
#include "record/ring.h"
#include "record/segment.h"
#include "record/unpack.h"

struct history_range {
    int64_t from_ms, to_ms;
};

static bool history_is_asked(const struct history_range *asked, int64_t time_ms)
{
    return (asked->from_ms == PT_UNKNOWN || time_ms >= asked->from_ms) &&
           (asked->to_ms == PT_UNKNOWN || time_ms <= asked->to_ms);
}

static bool history_add(struct pt_history *history, size_t *cap, const struct pt_mark *mark)
{
    if (history->n_marks == *cap) {
        size_t more = *cap > 0 ? *cap * 2 : 64;
        struct pt_mark *marks = realloc(history->marks, more * sizeof *marks);
        if (marks == NULL)
            return false;
        history->marks = marks;
        *cap = more;
    }
    history->marks[history->n_marks++] = *mark;
    return true;
}

static void history_note_time(struct pt_history *history, const struct history_range *asked,
                              int64_t time_ms)
{
    if (!history_is_asked(asked, time_ms))
        return;
    if (history->first_ms == PT_UNKNOWN || time_ms < history->first_ms)
        history->first_ms = time_ms;
    if (history->last_ms == PT_UNKNOWN || time_ms > history->last_ms)
        history->last_ms = time_ms;
}

static bool history_add_file(struct pt_history *history, size_t *cap,
                             const struct history_range *asked, const struct unpacked *file)
{
    for (size_t i = 0; i < file->n_lines; i++) {
        const struct record_line *line = &file->lines[i];
        struct pt_mark mark;
        int64_t time_ms;
        bool is_snapshot =
            line->kind == LINE_KEY || line->kind == LINE_MINUTE || line->kind == LINE_DELTA;
        if (is_snapshot && line_time(&line->value, &time_ms))
            history_note_time(history, asked, time_ms);
        if (line->kind != LINE_MARK || !mark_read(&line->value, &mark))
            continue;
        if (!history_is_asked(asked, mark.time_ms)) {
            free((void *)(uintptr_t)mark.text);
        } else if (!history_add(history, cap, &mark)) {
            free((void *)(uintptr_t)mark.text);
            return false;
        }
    }
    return true;
}

static int history_compare(const void *a, const void *b)
{
    const struct pt_mark *x = a, *y = b;
    return x->time_ms < y->time_ms ? -1 : x->time_ms > y->time_ms;
}

static pt_code history_file(const char *path, struct pt_history *history, size_t *cap,
                            const struct history_range *asked, struct pt_error *err)
{
    struct unpacked file;
    pt_code code = unpack_file(path, &file, err);
    bool is_held = code == PT_OK && file.is_open && segment_is_held(path);
    history->is_cut = history->is_cut || file.is_cut || (file.is_open && !is_held);
    history->is_going_on = history->is_going_on || is_held;
    if (code == PT_OK && !history_add_file(history, cap, asked, &file))
        code = pt_error_set(err, PT_ENOMEM, NULL, "history: out of memory");
    unpacked_done(&file);
    return code;
}

/* The marks of a file may be of a time before it: a peak of the lag is told when it is over. */
static bool is_file_asked(const struct ring *ring, size_t i, const struct history_range *asked)
{
    return asked->from_ms == PT_UNKNOWN || i + 1 == ring->n ||
           ring->files[i + 1].begun_ms >= asked->from_ms;
}

static pt_code history_ring(const char *dir, struct pt_history *history, size_t *cap,
                            const struct history_range *asked, struct pt_error *err)
{
    struct ring ring;
    pt_code code = ring_list(dir, &ring, err);
    for (size_t i = 0; code == PT_OK && i < ring.n; i++) {
        char path[4200];
        if (!is_file_asked(&ring, i, asked))
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, ring.files[i].name);
        code = history_file(path, history, cap, asked, err);
        /* It has left the ring meanwhile, or has only just begun. */
        if (code == PT_ENOTFOUND || code == PT_EDATA) {
            history->is_cut = history->is_cut || code == PT_EDATA;
            code = PT_OK;
        }
    }
    ring_done(&ring);
    return code;
}

pt_code pt_history_read(const char *path, int64_t from_ms, int64_t to_ms,
                        struct pt_history *history, struct pt_error *err)
{
    const struct history_range asked = {from_ms, to_ms};
    struct stat st;
    size_t cap = 0;
    *history = (struct pt_history){.first_ms = PT_UNKNOWN, .last_ms = PT_UNKNOWN};
    if (stat(path, &st) != 0)
        return pt_error_set(err, PT_ENOTFOUND, "Check the name of the file.",
                            "recording: %s is not there", path);
    pt_code code = S_ISDIR(st.st_mode) ? history_ring(path, history, &cap, &asked, err)
                                       : history_file(path, history, &cap, &asked, err);
    if (code != PT_OK)
        pt_history_done(history);
    else if (history->n_marks > 0)
        qsort(history->marks, history->n_marks, sizeof *history->marks, history_compare);
    return code;
}

void pt_history_done(struct pt_history *history)
{
    for (size_t i = 0; i < history->n_marks; i++)
        free((void *)(uintptr_t)history->marks[i].text);
    free(history->marks);
    *history = (struct pt_history){0};
}

void pt_record_path(const struct pt_config *cfg, char *path, size_t cap)
{
    const char *where = pt_config_get(cfg, "pintop.record");
    const char *dir = pt_config_get(cfg, "pintop.state.dir");
    bool is_file = where != NULL && strcmp(where, "on") != 0 && strcmp(where, "off") != 0;
    snprintf(path, cap, "%s%s",
             is_file       ? where
             : dir != NULL ? dir
                           : ".",
             is_file ? "" : "/record");
}

pt_code pt_record_find(const struct pt_config *cfg, char *path, size_t cap, struct pt_error *err)
{
    pt_record_path(cfg, path, cap);
    if (access(path, F_OK) == 0)
        return PT_OK;
    return pt_error_set(err, PT_ENOTFOUND,
                        "Start pintop with -X pintop.record=on: it records from then on.",
                        "recording: nothing is recorded in %s yet", path);
}
