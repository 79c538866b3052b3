#include "record/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "pintop/engine.h"
#include "record/marks.h"
#include "record/patch.h"
#include "record/ring.h"
#include "record/segment.h"
#include "record/unpack.h"

enum {
    FIGURES_MS = 3000, /* between two patches while only figures change */
    MINUTE_MS = 60000,
    SEGMENT_MS = 600000,
    SEGMENT_SHARE = 16, /* a file is at most this part of the ring */
    CPU_SHARE = 200     /* a snapshot so large that a patch takes long is recorded less often */
};
static const uint64_t SEGMENT_BYTES = (uint64_t)4 << 20;
static const size_t PATCH_MAX = (size_t)256 << 20;

struct recording {
    char path[4096];
    bool is_ring;
    int64_t hours;
    uint64_t limit_bytes;
    int lock_fd;             /* of a ring's directory; -1 */
    struct segment *segment; /* NULL: none is open */
    int64_t segment_ms, minute_ms, taken_ms, pace_ms;
    bool has_written;
    /* The text before, and that of the last minute, each with the sum of its line. */
    struct recorded_text {
        char *text;
        uint32_t sum;
    } last, minute;
    const struct pt_snapshot *before;
    struct marks marks;
};

pt_code recording_new(const struct recording_opts *opts, struct recording **out,
                      struct pt_error *err)
{
    struct recording *rec = calloc(1, sizeof *rec);
    if (rec == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
    text_copy(rec->path, sizeof rec->path, opts->path);
    rec->is_ring = opts->is_ring;
    rec->hours = opts->hours;
    rec->limit_bytes = opts->limit_bytes;
    rec->lock_fd = -1;
    rec->pace_ms = FIGURES_MS;
    *out = rec;
    return PT_OK;
}

/* ---- files ---- */

/* One process records to a ring at a time. */
static pt_code recording_lock(struct recording *rec, struct pt_error *err)
{
    char path[4200];
    pt_code code = rec->lock_fd < 0 ? file_make_dirs(rec->path, 0700, err) : PT_OK;
    if (rec->lock_fd >= 0 || code != PT_OK)
        return code;
    snprintf(path, sizeof path, "%s/lock", rec->path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        char why[128];
        bool is_full = errno == ENOSPC || errno == EDQUOT;
        return pt_error_set(err, is_full ? PT_EFULL : PT_EIO,
                            is_full ? "Free some disk space; pintop records again as soon as "
                                      "there is some."
                                    : "Check that this user may write there.",
                            "recording: open %s: %s", path, strerror_r(errno, why, sizeof why));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return pt_error_set(err, PT_ELOCKED, "Use another state directory, or --record FILE.",
                            "recording: another pintop records to %s", rec->path);
    }
    rec->lock_fd = fd;
    return PT_OK;
}

static void recording_header(struct recording *rec, const struct pt_snapshot *snap)
{
    char time[32];
    cJSON *json = cJSON_CreateObject(), *about = cJSON_AddObjectToObject(json, "recording");
    clock_format_ms(snap->time_ms, time, sizeof time);
    cJSON_AddNumberToObject(about, "api", 1);
    cJSON_AddStringToObject(about, "version", PINTOP_VERSION);
    cJSON_AddStringToObject(about, "context", snap->session->context);
    cJSON_AddStringToObject(about, "begun", time);
    cJSON_AddNumberToObject(about, "pid", (double)getpid());
    char *text = cJSON_PrintUnformatted(json);
    if (text != NULL)
        segment_line(rec->segment, text, strlen(text));
    free(text);
    cJSON_Delete(json);
}

static void recording_drop_segment(struct recording *rec)
{
    segment_close(rec->segment);
    rec->segment = NULL;
    free(rec->last.text);
    free(rec->minute.text);
    rec->last = rec->minute = (struct recorded_text){0};
}

static pt_code recording_begin(struct recording *rec, const struct pt_snapshot *snap,
                               struct pt_error *err)
{
    char path[4200], name[RING_NAME_MAX];
    pt_code code = rec->is_ring ? recording_lock(rec, err) : PT_OK;
    recording_drop_segment(rec);
    if (code != PT_OK)
        return code;
    ring_name(snap->time_ms, name, sizeof name);
    snprintf(path, sizeof path, "%s%s%s", rec->path, rec->is_ring ? "/" : "",
             rec->is_ring ? name : "");
    if (rec->is_ring)
        ring_trim(rec->path, rec->limit_bytes - rec->limit_bytes / SEGMENT_SHARE,
                  snap->time_ms - rec->hours * 3600 * 1000);
    code = segment_open(path, &rec->segment, err);
    if (code == PT_OK)
        recording_header(rec, snap);
    return code;
}

/* A file of its own goes on as another gzip member then, which begins with a whole snapshot. */
static bool recording_is_full(const struct recording *rec, int64_t now_ms)
{
    uint64_t share = rec->limit_bytes / SEGMENT_SHARE, bytes = segment_bytes(rec->segment);
    return now_ms - rec->segment_ms >= SEGMENT_MS ||
           (rec->is_ring && bytes >= (share < SEGMENT_BYTES ? share : SEGMENT_BYTES));
}

/* ---- lines ---- */

/* Takes ownership of text. */
static void recording_keep(struct recorded_text *slot, char *text, uint32_t sum)
{
    free(slot->text);
    *slot = (struct recorded_text){text, sum};
}

/* A line ends with its sum in the place of the brace. */
static pt_code recording_line(struct recording *rec, struct buf *line, uint32_t sum,
                              struct pt_error *err)
{
    buf_printf(line, LINE_SUM_FORMAT, sum);
    pt_code code =
        line->is_over ? pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory") : PT_OK;
    if (code == PT_OK)
        segment_line(rec->segment, line->data, line->len);
    buf_done(line);
    return code;
}

static pt_code recording_key(struct recording *rec, const char *text, size_t len, uint32_t *sum,
                             struct pt_error *err)
{
    struct buf line;
    buf_init(&line, PATCH_MAX);
    *sum = line_sum(0, text, len);
    buf_append(&line, text, len - 1);
    return recording_line(rec, &line, *sum, err);
}

static pt_code recording_patch(struct recording *rec, const char *kind,
                               const struct recorded_text *before, const char *text, uint32_t *sum,
                               struct pt_error *err)
{
    struct buf line;
    struct piece from = {before->text, strlen(before->text)}, to = {text, strlen(text)};
    buf_init(&line, PATCH_MAX);
    buf_printf(&line, "{\"%s\":", kind);
    size_t begun = line.len;
    patch_make(&from, &to, &line);
    *sum = line.is_over ? 0 : line_sum(before->sum, line.data + begun, line.len - begun);
    return recording_line(rec, &line, *sum, err);
}

/* Takes ownership of text. */
static pt_code recording_write(struct recording *rec, char *text, bool is_new, int64_t now_ms,
                               struct pt_error *err)
{
    bool is_minute = is_new || now_ms - rec->minute_ms >= MINUTE_MS;
    uint32_t sum = 0;
    pt_code code = is_new ? recording_key(rec, text, strlen(text), &sum, err)
                          : recording_patch(rec, is_minute ? "minute" : "delta",
                                            is_minute ? &rec->minute : &rec->last, text, &sum, err);
    if (is_new)
        rec->segment_ms = now_ms;
    if (is_minute) {
        recording_keep(&rec->minute, strdup(text), sum);
        rec->minute_ms = now_ms;
    }
    recording_keep(&rec->last, text, sum);
    if (code == PT_OK && rec->minute.text == NULL)
        code = pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
    return code;
}

static void recording_mark(void *arg, const struct pt_mark *mark)
{
    struct recording *rec = arg;
    char *text = mark_json(mark), *line = NULL;
    int len = text != NULL ? asprintf(&line, "{\"mark\":%s" LINE_SUM_FORMAT, text,
                                      line_sum(0, text, strlen(text)))
                           : -1;
    if (len > 0)
        segment_line(rec->segment, line, (size_t)len);
    if (len >= 0)
        free(line);
    free(text);
}

static void recording_marks(struct recording *rec, const struct pt_snapshot *snap)
{
    if (rec->before == NULL) {
        struct pt_mark start = {
            .time_ms = snap->time_ms, .kind = PT_MARK_START, .severity = PT_NOTICE};
        start.text = "pintop " PINTOP_VERSION " began to record";
        recording_mark(rec, &start);
    }
    marks_take(&rec->marks, rec->before, snap, recording_mark, rec);
}

/* ---- the pace ---- */

static bool is_other_stream(const struct pt_snapshot *a, const struct pt_snapshot *b)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (a->streams->streams[i].state != b->streams->streams[i].state)
            return true;
    return false;
}

static bool is_other_connector(const struct pt_connectors_section *a,
                               const struct pt_connectors_section *b)
{
    if (a == b)
        return false;
    if (a->n_connectors != b->n_connectors)
        return true;
    for (size_t i = 0; i < a->n_connectors; i++)
        if (a->connectors[i].verdict != b->connectors[i].verdict ||
            strcmp(a->connectors[i].state, b->connectors[i].state) != 0)
            return true;
    return false;
}

/* Something happened: more than figures differ. */
static bool is_news(const struct pt_snapshot *a, const struct pt_snapshot *b)
{
    return a == NULL || a->events != b->events || a->log != b->log ||
           a->completed != b->completed || a->setup != b->setup ||
           a->session->verdict != b->session->verdict ||
           a->session->is_stopping != b->session->is_stopping ||
           a->auth->auth.state != b->auth->auth.state || a->cluster->state != b->cluster->state ||
           is_other_stream(a, b) || is_other_connector(a->connectors, b->connectors);
}

static int64_t cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool recording_is_due(const struct recording *rec, const struct pt_snapshot *snap,
                             int64_t now_ms)
{
    if (rec->segment == NULL || rec->before == NULL)
        return true;
    if (rec->before->section.version == snap->section.version)
        return false;
    int64_t waited_ms = now_ms - rec->taken_ms;
    return waited_ms >= rec->pace_ms ||
           (is_news(rec->before, snap) && waited_ms >= rec->pace_ms - FIGURES_MS);
}

/* ---- taking ---- */

static pt_code recording_put(struct recording *rec, const struct pt_snapshot *snap, int64_t now_ms,
                             struct pt_error *err)
{
    pt_code code = PT_OK;
    bool is_new = rec->segment == NULL || recording_is_full(rec, now_ms);
    char *text = pt_snapshot_json(snap);
    if (text == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
    if (is_new)
        code = recording_begin(rec, snap, err);
    if (code != PT_OK) {
        free(text);
        return code;
    }
    code = recording_write(rec, text, is_new, now_ms, err);
    recording_marks(rec, snap);
    return code == PT_OK ? segment_flush(rec->segment, err) : code;
}

pt_code recording_take(struct recording *rec, const struct pt_snapshot *snap, int64_t now_ms,
                       struct pt_error *err)
{
    int64_t begun_us = cpu_us();
    struct marks told = rec->marks;
    rec->has_written = false;
    if (!recording_is_due(rec, snap, now_ms))
        return PT_OK;
    pt_code code = recording_put(rec, snap, now_ms, err);
    if (code != PT_OK) {
        recording_drop_segment(rec);
        rec->marks = told; /* what could not be written is told later */
        return code;
    }
    const struct pt_snapshot *before = rec->before;
    rec->before = pt_snapshot_acquire(snap);
    pt_snapshot_release(before);
    rec->taken_ms = now_ms;
    rec->has_written = true;
    int64_t cost_ms = (cpu_us() - begun_us) * CPU_SHARE / 1000;
    rec->pace_ms = cost_ms > FIGURES_MS ? cost_ms : FIGURES_MS;
    return PT_OK;
}

bool recording_has_written(const struct recording *rec)
{
    return rec->has_written;
}

pt_code recording_sync(struct recording *rec, struct pt_error *err)
{
    return rec->segment != NULL ? segment_sync(rec->segment, err) : PT_OK;
}

void recording_free(struct recording *rec)
{
    if (rec == NULL)
        return;
    recording_drop_segment(rec);
    pt_snapshot_release(rec->before);
    if (rec->lock_fd >= 0)
        close(rec->lock_fd);
    free(rec);
}
