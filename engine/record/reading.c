#include "record/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "pintop/record.h"
#include "pintop/report.h"
#include "record/patch.h"
#include "record/ring.h"
#include "record/segment.h"
#include "record/unpack.h"

static const size_t SNAPSHOT_MAX = (size_t)256 << 20;

/* A snapshot within the file that is open. */
struct frame {
    size_t line;
    int64_t time_ms;
};

struct recorded {
    char path[4096]; /* of the file, or of the directory */
    bool is_ring;
    struct ring ring; /* of one file alone: that one */
    size_t file;      /* the one that is open */
    struct unpacked open;
    struct frame *frames;
    size_t n_frames, at;
    int64_t first_ms, last_ms;
    /* The text of the snapshot made last, and of the last minute before it, each with the sum of
     * its line. An empty one is damaged, or follows a damaged one. */
    struct reading_text {
        struct buf buf;
        uint32_t sum;
    } text, minute;
    size_t made;             /* the frame that text is of; SIZE_MAX: of none */
    bool is_cut;             /* something of what was opened could not be read */
    struct pt_history marks; /* of the whole recording, once one was looked for */
    bool has_marks;
};

/* ---- one file ---- */

static bool line_is_frame(const struct record_line *line)
{
    return line->kind == LINE_KEY || line->kind == LINE_MINUTE || line->kind == LINE_DELTA;
}

/* Patches before the first whole snapshot are of no use. */
static bool reading_list_frames(struct recorded *reading)
{
    const struct unpacked *open = &reading->open;
    int64_t time_ms = PT_UNKNOWN;
    reading->frames = calloc(open->n_lines + 1, sizeof *reading->frames);
    reading->n_frames = 0;
    for (size_t i = 0; reading->frames != NULL && i < open->n_lines; i++) {
        const struct record_line *line = &open->lines[i];
        if (!line_is_frame(line) || (reading->n_frames == 0 && line->kind != LINE_KEY))
            continue;
        line_time(&line->value, &time_ms);
        if (time_ms != PT_UNKNOWN)
            reading->frames[reading->n_frames++] = (struct frame){i, time_ms};
    }
    return reading->frames != NULL;
}

static void reading_drop_file(struct recorded *reading)
{
    unpacked_done(&reading->open);
    free(reading->frames);
    reading->frames = NULL;
    reading->n_frames = reading->at = 0;
    reading->made = SIZE_MAX;
}

static void reading_file_path(const struct recorded *reading, size_t file, char *out, size_t cap)
{
    snprintf(out, cap, "%s%s%s", reading->path, reading->is_ring ? "/" : "",
             reading->is_ring ? reading->ring.files[file].name : "");
}

/* Opens one of the files; it may be without a snapshot: then n_frames is 0. */
static pt_code reading_load(struct recorded *reading, size_t file, struct pt_error *err)
{
    char path[4200];
    if (reading->frames != NULL && reading->file == file)
        return PT_OK;
    reading_drop_file(reading);
    reading_file_path(reading, file, path, sizeof path);
    reading->file = file;
    pt_code code = unpack_file(path, &reading->open, err);
    /* A file may have left the ring meanwhile. */
    reading->is_cut |= code == PT_OK ? reading->open.is_cut : code != PT_ENOTFOUND;
    if (code == PT_OK && !reading_list_frames(reading))
        code = pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
    if (code != PT_OK)
        reading_drop_file(reading);
    return code;
}

/* Opens the nearest file with a snapshot, in one of the two directions. False: there is none, and
 * one stands where one stood. */
static bool reading_load_beside(struct recorded *reading, bool is_on)
{
    size_t was = reading->file, was_at = reading->at;
    for (size_t i = was; is_on ? i + 1 < reading->ring.n : i > 0;) {
        i = is_on ? i + 1 : i - 1;
        if (reading_load(reading, i, NULL) == PT_OK && reading->n_frames > 0) {
            reading->at = is_on ? 0 : reading->n_frames - 1;
            return true;
        }
    }
    if (reading_load(reading, was, NULL) == PT_OK)
        reading->at = was_at < reading->n_frames ? was_at : 0;
    return false;
}

/* ---- open and close ---- */

static pt_code reading_find_files(struct recorded *reading, struct pt_error *err)
{
    struct stat st;
    if (stat(reading->path, &st) != 0)
        return pt_error_set(err, PT_ENOTFOUND, "Check the name of the file.",
                            "recording: %s is not there", reading->path);
    reading->is_ring = S_ISDIR(st.st_mode);
    if (reading->is_ring) {
        pt_code code = ring_list(reading->path, &reading->ring, err);
        if (code == PT_OK && reading->ring.n == 0)
            code = pt_error_set(err, PT_ENOTFOUND,
                                "Set pintop.record=on, and pintop records from its next start on.",
                                "recording: nothing is recorded in %s yet", reading->path);
        return code;
    }
    reading->ring.files = calloc(1, sizeof *reading->ring.files);
    reading->ring.n = 1;
    return reading->ring.files != NULL
               ? PT_OK
               : pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
}

/* Looks for a file with a snapshot, from one of the two ends on. */
static pt_code reading_load_end(struct recorded *reading, bool is_last, struct pt_error *err)
{
    pt_code code = PT_OK;
    for (size_t i = 0; i < reading->ring.n && code != PT_ENOMEM; i++) {
        code = reading_load(reading, is_last ? reading->ring.n - 1 - i : i, err);
        if (code == PT_OK && reading->n_frames > 0)
            return PT_OK;
    }
    return code != PT_OK ? code
                         : pt_error_set(err, PT_EDATA, "Name another recording.",
                                        "recording: %s has no whole snapshot", reading->path);
}

/* Stands at the first snapshot, after a look at the last one. */
static pt_code reading_begin(struct recorded *reading, struct pt_error *err)
{
    pt_code code = reading_load_end(reading, true, err);
    if (code == PT_OK)
        reading->last_ms = reading->frames[reading->n_frames - 1].time_ms;
    if (code == PT_OK)
        code = reading_load_end(reading, false, err);
    if (code == PT_OK)
        reading->first_ms = reading->frames[0].time_ms;
    return code;
}

pt_code reading_open(const char *path, struct recorded **out, struct pt_error *err)
{
    struct recorded *reading = calloc(1, sizeof *reading);
    if (reading == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
    text_copy(reading->path, sizeof reading->path, path);
    buf_init(&reading->text.buf, SNAPSHOT_MAX);
    buf_init(&reading->minute.buf, SNAPSHOT_MAX);
    pt_code code = reading_find_files(reading, err);
    if (code == PT_OK)
        code = reading_begin(reading, err);
    if (code != PT_OK) {
        reading_close(reading);
        return code;
    }
    *out = reading;
    return PT_OK;
}

void reading_close(struct recorded *reading)
{
    if (reading == NULL)
        return;
    reading_drop_file(reading);
    ring_done(&reading->ring);
    pt_history_done(&reading->marks);
    buf_done(&reading->text.buf);
    buf_done(&reading->minute.buf);
    free(reading);
}

bool reading_is_whole(const struct recorded *reading)
{
    return !reading->is_cut;
}

bool reading_is_held(const struct recorded *reading)
{
    char path[4200];
    reading_file_path(reading, reading->ring.n - 1, path, sizeof path);
    return segment_is_held(path);
}

int64_t reading_first_ms(const struct recorded *reading)
{
    return reading->first_ms;
}

int64_t reading_last_ms(const struct recorded *reading)
{
    return reading->last_ms;
}

/* ---- moving ---- */

int64_t reading_ms(const struct recorded *reading)
{
    return reading->at < reading->n_frames ? reading->frames[reading->at].time_ms : PT_UNKNOWN;
}

bool reading_step(struct recorded *reading, bool is_on)
{
    if (is_on ? reading->at + 1 < reading->n_frames : reading->at > 0) {
        reading->at = is_on ? reading->at + 1 : reading->at - 1;
        return true;
    }
    return reading_load_beside(reading, is_on);
}

int64_t reading_next_ms(struct recorded *reading)
{
    if (reading->at + 1 < reading->n_frames)
        return reading->frames[reading->at + 1].time_ms;
    bool has_more = reading->file + 1 < reading->ring.n;
    return has_more ? reading->ring.files[reading->file + 1].begun_ms : PT_UNKNOWN;
}

/* The last file that begins at or before a time. */
static size_t reading_file_at(const struct recorded *reading, int64_t time_ms)
{
    size_t file = 0;
    while (file + 1 < reading->ring.n && reading->ring.files[file + 1].begun_ms <= time_ms)
        file++;
    return file;
}

void reading_seek(struct recorded *reading, int64_t time_ms)
{
    size_t was = reading->file, was_at = reading->at;
    if (reading_load(reading, reading_file_at(reading, time_ms), NULL) != PT_OK ||
        reading->n_frames == 0) {
        reading->at = 0;
        if (!reading_load_beside(reading, false) && !reading_load_beside(reading, true)) {
            reading_load(reading, was, NULL);
            reading->at = was_at < reading->n_frames ? was_at : 0;
        }
        return;
    }
    reading->at = 0;
    for (size_t i = 0; i < reading->n_frames; i++)
        if (reading->frames[i].time_ms <= time_ms)
            reading->at = i;
}

/* ---- marks ---- */

static pt_code reading_load_marks(struct recorded *reading, struct pt_error *err)
{
    pt_code code = PT_OK;
    if (!reading->has_marks)
        code = pt_history_read(reading->path, reading->first_ms, reading->last_ms, &reading->marks,
                               err);
    reading->has_marks = code == PT_OK;
    return code;
}

bool reading_has_marks(const struct recorded *reading)
{
    return reading->has_marks;
}

pt_code reading_find_mark(struct recorded *reading, int64_t time_ms, bool is_next,
                          int64_t *found_ms, struct pt_error *err)
{
    pt_code code = reading_load_marks(reading, err);
    const struct pt_history *history = &reading->marks;
    *found_ms = PT_UNKNOWN;
    for (size_t i = 0; code == PT_OK && i < history->n_marks; i++) {
        int64_t mark_ms = history->marks[i].time_ms;
        if (is_next && mark_ms > time_ms) {
            *found_ms = mark_ms;
            break;
        }
        if (!is_next && mark_ms < time_ms)
            *found_ms = mark_ms;
    }
    return code;
}

/* ---- the snapshot ---- */

/* False: there is none. */
static bool reading_copy(struct reading_text *to, const struct piece *from, uint32_t sum)
{
    buf_reset(&to->buf);
    buf_append(&to->buf, from->text, from->len);
    to->sum = sum;
    return from->len > 0 && !to->buf.is_over;
}

static bool reading_key(struct reading_text *text, const struct record_line *line)
{
    struct piece none = {"", 0};
    bool is_good = line_sum(0, line->value.text, line->value.len) == line->sum;
    return reading_copy(text, is_good ? &line->value : &none, line->sum);
}

/* Applies a patch. False: it, or what it leads from, is damaged or missing, and the text is empty:
 * what is made from it fails, too, up to a line that leads from elsewhere. */
static bool reading_patch(struct reading_text *text, const struct record_line *line)
{
    struct buf made;
    struct piece before = {text->buf.data, text->buf.len};
    buf_init(&made, SNAPSHOT_MAX);
    bool is_good = before.len > 0 &&
                   line_sum(text->sum, line->value.text, line->value.len) == line->sum &&
                   patch_apply(&before, &line->value, &made);
    if (is_good) {
        buf_done(&text->buf);
        text->buf = made;
        text->sum = line->sum;
    } else {
        buf_done(&made);
        buf_reset(&text->buf);
    }
    return is_good;
}

/* Makes the text of this frame out of those that were made before. False: it, or one of those, is
 * damaged. */
static bool reading_make(struct recorded *reading, size_t frame)
{
    const struct record_line *line = &reading->open.lines[reading->frames[frame].line];
    if (line->kind == LINE_DELTA)
        return reading_patch(&reading->text, line);
    if (line->kind == LINE_KEY)
        reading_key(&reading->minute, line);
    else
        reading_patch(&reading->minute, line);
    struct piece minute = {reading->minute.buf.data, reading->minute.buf.len};
    return reading_copy(&reading->text, &minute, reading->minute.sum);
}

static enum line_kind frame_kind(const struct recorded *reading, size_t frame)
{
    return reading->open.lines[reading->frames[frame].line].kind;
}

static size_t reading_key_at(const struct recorded *reading)
{
    size_t key = reading->at;
    while (key > 0 && key < reading->n_frames && frame_kind(reading, key) != LINE_KEY)
        key--;
    return key;
}

int64_t reading_key_ms(const struct recorded *reading)
{
    size_t key = reading_key_at(reading);
    return key < reading->n_frames ? reading->frames[key].time_ms : PT_UNKNOWN;
}

bool reading_step_key(struct recorded *reading)
{
    size_t was = reading->at;
    reading->at = reading_key_at(reading);
    if (reading_step(reading, false))
        return true;
    reading->at = was;
    return false;
}

/* From the last whole snapshot on: first the minutes, then what follows the last of them. */
static bool reading_make_from_key(struct recorded *reading, size_t frame)
{
    size_t key = frame, minute = frame;
    bool is_good = true;
    while (key > 0 && frame_kind(reading, key) != LINE_KEY)
        key--;
    while (minute > key && frame_kind(reading, minute) == LINE_DELTA)
        minute--;
    for (size_t i = key; i <= frame; i++)
        if (i >= minute || frame_kind(reading, i) != LINE_DELTA)
            is_good = reading_make(reading, i);
    return is_good;
}

enum { NEAR = 64 }; /* so many patches are less work than to begin with a whole snapshot */

const struct pt_snapshot *reading_snapshot(struct recorded *reading)
{
    const struct pt_snapshot *snap = NULL;
    size_t made = reading->made;
    bool is_good = reading->at < reading->n_frames;
    if (is_good && made != SIZE_MAX && made <= reading->at && reading->at - made <= NEAR)
        for (size_t i = made + 1; i <= reading->at; i++)
            is_good = reading_make(reading, i);
    else if (is_good)
        is_good = reading_make_from_key(reading, reading->at);
    reading->made = is_good ? reading->at : SIZE_MAX;
    if (is_good)
        pt_snapshot_read(reading->text.buf.data, reading->text.buf.len, &snap, NULL);
    return snap;
}
