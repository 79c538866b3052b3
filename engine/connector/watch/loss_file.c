#include "connector/watch/loss_file.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

enum {
    FILE_MAX = 4 * 1024 * 1024,
    MARKS_MAX = 4000,
    TRIES = 60,
    BETWEEN_NS = 50 * 1000 * 1000,
    DAY_MS = 24 * 3600 * 1000 /* how long a seen loss is kept */
};

static const struct {
    const char *name, *time; /* of the file, and of a mark's time in it */
} files[] = {
    [LOSS_FILE_ACKNOWLEDGED] = {"losses.json",      "acknowledged_ms"},
    [LOSS_FILE_SEEN] = {"losses-seen.json", "seen_ms"        },
};

static void loss_file_path_of(const char *dir, const char *name, char *out, size_t cap)
{
    snprintf(out, cap, "%s/%s", dir, name);
}

/* ------------------------------------------------------------------ reading */

static bool read_text(const cJSON *o, const char *name, char *out, size_t cap)
{
    const char *text = json_get(o, name);
    if (text == NULL || strlen(text) >= cap)
        return false;
    text_copy(out, cap, text);
    return true;
}

/* A mark that cannot be read is skipped: a loss that is not acknowledged is shown. */
static bool read_mark(const cJSON *o, enum loss_file which, struct loss_mark *mark)
{
    char kind[32];
    memset(mark, 0, sizeof *mark);
    if (!read_text(o, "kind", kind, sizeof kind) ||
        !read_text(o, "cluster", mark->cluster, sizeof mark->cluster) ||
        !read_text(o, "connector", mark->connector, sizeof mark->connector) ||
        !read_text(o, "group", mark->group, sizeof mark->group) ||
        !read_text(o, "topic", mark->topic, sizeof mark->topic) ||
        !read_text(o, "by", mark->by, sizeof mark->by))
        return false;
    mark->kind = loss_kind_of(kind);
    mark->partition = (int32_t)json_int(o, "partition", PT_UNKNOWN);
    mark->from = json_int(o, "from", PT_UNKNOWN);
    mark->to = json_int(o, "to", PT_UNKNOWN);
    mark->records = json_int(o, "records", PT_UNKNOWN);
    mark->end = json_int(o, "end", PT_UNKNOWN);
    mark->marked_ms = json_int(o, files[which].time, PT_UNKNOWN);
    mark->written_from_ms = json_int(o, "written_from_ms", PT_UNKNOWN);
    mark->written_to_ms = json_int(o, "written_to_ms", PT_UNKNOWN);
    return mark->kind != LOSS_KINDS && mark->from >= 0 && mark->to > mark->from &&
           mark->marked_ms > 0;
}

pt_code loss_file_read(const char *dir, enum loss_file which, struct loss_marks *marks,
                       struct pt_error *err)
{
    char path[4200], *text = NULL;
    struct loss_mark mark;
    const cJSON *item;
    *marks = (struct loss_marks){0};
    loss_file_path_of(dir, files[which].name, path, sizeof path);
    pt_code code = file_read(path, FILE_MAX, &text, NULL, err);
    if (code == PT_ENOTFOUND)
        return PT_OK;
    if (code != PT_OK)
        return code;
    cJSON *json = cJSON_Parse(text);
    const cJSON *list = cJSON_GetObjectItem(json, "losses");
    if (!cJSON_IsArray(list))
        code = pt_error_set(err, PT_EDATA,
                            which == LOSS_FILE_SEEN ? "Move that file away."
                                                    : "Move that file away, and acknowledge again.",
                            "%s: it holds no list of losses", path);
    cJSON_ArrayForEach(item, list)
    {
        if (code == PT_OK && read_mark(item, which, &mark) && !loss_marks_add(marks, &mark))
            code = pt_error_set(err, PT_ENOMEM, NULL, "%s: out of memory", path);
    }
    cJSON_Delete(json);
    free(text);
    if (code != PT_OK)
        loss_marks_done(marks);
    return code;
}

bool loss_file_changed(const char *dir, enum loss_file which, struct stat *known)
{
    char path[4200];
    struct stat now;
    loss_file_path_of(dir, files[which].name, path, sizeof path);
    if (stat(path, &now) != 0)
        memset(&now, 0, sizeof now);
    bool is_same = now.st_ino == known->st_ino && now.st_size == known->st_size &&
                   now.st_mtim.tv_sec == known->st_mtim.tv_sec &&
                   now.st_mtim.tv_nsec == known->st_mtim.tv_nsec;
    *known = now;
    return !is_same;
}

/* ------------------------------------------------------------------ writing */

static void add_number(cJSON *o, const char *name, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    cJSON_AddRawToObject(o, name, value == PT_UNKNOWN ? "null" : digits);
}

static cJSON *format_mark(enum loss_file which, const struct loss_mark *mark)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "cluster", mark->cluster);
    cJSON_AddStringToObject(o, "connector", mark->connector);
    cJSON_AddStringToObject(o, "group", mark->group);
    cJSON_AddStringToObject(o, "kind", loss_kind_word(mark->kind));
    cJSON_AddStringToObject(o, "topic", mark->topic);
    add_number(o, "partition", mark->partition);
    add_number(o, "from", mark->from);
    add_number(o, "to", mark->to);
    add_number(o, "records", mark->records);
    add_number(o, "end", mark->end);
    add_number(o, files[which].time, mark->marked_ms);
    if (which == LOSS_FILE_SEEN) {
        add_number(o, "written_from_ms", mark->written_from_ms);
        add_number(o, "written_to_ms", mark->written_to_ms);
    }
    cJSON_AddStringToObject(o, "by", mark->by);
    return o;
}

static char *loss_file_format(enum loss_file which, const struct loss_marks *marks)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "version", 1);
    cJSON *list = cJSON_AddArrayToObject(json, "losses");
    for (size_t i = 0; i < marks->n; i++)
        cJSON_AddItemToArray(list, format_mark(which, &marks->items[i]));
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    return text;
}

/* The file itself is replaced, so the lock is on another one. */
static int loss_file_lock(const char *dir, struct pt_error *err)
{
    char path[4200], why[128];
    const struct timespec between = {0, BETWEEN_NS};
    loss_file_path_of(dir, "losses.lock", path, sizeof path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        pt_error_set(err, PT_EIO,
                     "Make the directory writable, or choose another: -X "
                     "pintop.state.dir=DIR.",
                     "%s: %s", path, strerror_r(errno, why, sizeof why));
        return -1;
    }
    for (int i = 0; i < TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fd;
        nanosleep(&between, NULL);
    }
    close(fd);
    pt_error_set(err, PT_EBUSY, "Try again.", "%s: another pintop holds it", path);
    return -1;
}

/* Drops the seen losses that are older than a day. */
static void forget_old(struct loss_marks *marks)
{
    size_t n = 0;
    int64_t now_ms = clock_real_ms();
    for (size_t i = 0; i < marks->n; i++)
        if (now_ms - marks->items[i].marked_ms < DAY_MS)
            marks->items[n++] = marks->items[i];
    marks->n = n;
}

static pt_code loss_file_replace(const char *dir, enum loss_file which,
                                 const struct loss_marks *marks, struct pt_error *err)
{
    char path[4200];
    char *text = loss_file_format(which, marks);
    if (text == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "losses: out of memory");
    loss_file_path_of(dir, files[which].name, path, sizeof path);
    pt_code code = file_replace(path, text, strlen(text), 0600, err);
    free(text);
    return code;
}

pt_code loss_file_add(const char *dir, enum loss_file which, const struct loss_marks *more,
                      struct loss_marks *all, struct pt_error *err)
{
    *all = (struct loss_marks){0};
    pt_code code = file_make_dirs(dir, 0700, err);
    int fd = code == PT_OK ? loss_file_lock(dir, err) : -1;
    if (fd < 0)
        return code != PT_OK ? code : err != NULL ? err->code : PT_EIO;
    code = loss_file_read(dir, which, all, err);
    if (which == LOSS_FILE_SEEN)
        forget_old(all);
    for (size_t i = 0; i < more->n && code == PT_OK; i++)
        if (!loss_marks_put(all, &more->items[i], MARKS_MAX))
            code = pt_error_set(err, PT_ENOMEM, NULL, "losses: out of memory");
    if (code == PT_OK)
        code = loss_file_replace(dir, which, all, err);
    close(fd);
    if (code != PT_OK)
        loss_marks_done(all);
    return code;
}
