#include "state/disk.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/event.h"
#include "base/file.h"
#include "base/log.h"

enum { LOG_LINES = 1024, RETRY_US = 1000000, SLOW_US = 100000, PATH_BYTES = 4096 };

struct slot {
    char path[PATH_BYTES];
    char *text;       /* to be written, or NULL */
    int64_t retry_us; /* not before */
    bool is_writing;
    bool is_held;    /* put, and disk_write was not called yet */
    bool has_failed; /* writing the present text has failed before */
};

/* The files that are written together. */
struct batch {
    size_t n;
    unsigned slots[DISK_SLOTS];
    char paths[DISK_SLOTS][PATH_BYTES];
    char *texts[DISK_SLOTS];
};

struct disk {
    pthread_mutex_t lock;
    pthread_cond_t more, done;
    pthread_t thread;
    disk_written_fn written;
    void *arg;
    struct slot slots[DISK_SLOTS];
    const struct pt_event *lines[LOG_LINES];
    size_t first_line, n_lines;
    uint64_t dropped;
    int log_fd;
    struct batch batch; /* used by the thread only */
    bool is_slow;       /* the last files took long */
    bool is_hurried;    /* a thread waits for the end of it */
    bool is_ending;
    _Atomic int64_t answered_us;
};

/* ---- checkpoints ---- */

static bool disk_is_due(const struct slot *slot, int64_t now_us)
{
    return slot->text && !slot->is_held && (!slot->has_failed || slot->retry_us <= now_us);
}

/* Takes what is due. The caller holds the lock. */
static void take_due(struct disk *disk, struct batch *batch)
{
    int64_t now_us = clock_mono_us();
    batch->n = 0;
    for (unsigned i = 0; i < DISK_SLOTS; i++) {
        struct slot *slot = &disk->slots[i];
        if (!disk_is_due(slot, now_us))
            continue;
        batch->slots[batch->n] = i;
        memcpy(batch->paths[batch->n], slot->path, sizeof slot->path);
        batch->texts[batch->n++] = slot->text;
        slot->text = NULL;
        slot->is_writing = true;
    }
}

/* Settles the outcome of a text. The caller holds the lock. */
static void disk_settle(struct disk *disk, struct slot *slot, char *text, bool is_good,
                        bool was_ending)
{
    slot->is_writing = false;
    if (is_good || slot->text) {
        free(text); /* it is written, or replaced by a newer one */
        return;
    }
    slot->text = text;
    slot->has_failed = true;
    /* One more attempt when the end was requested meanwhile: see disk_free. */
    bool is_again = disk->is_ending && !was_ending;
    slot->retry_us = is_again ? 0 : clock_mono_us() + RETRY_US;
}

static void disk_on_answer(void *arg)
{
    atomic_store(&((struct disk *)arg)->answered_us, clock_mono_us());
}

/* The lock is released while the files are written. */
static void write_batch(struct disk *disk, struct batch *batch)
{
    struct file_new files[DISK_SLOTS];
    bool was_ending = disk->is_ending;
    int64_t begun_us = clock_mono_us();
    /* Starting several threads a second for a fast disk would cost more than it saves. */
    bool is_side_by_side = disk->is_hurried || disk->is_slow;
    take_due(disk, batch);
    pthread_mutex_unlock(&disk->lock);
    for (size_t i = 0; i < batch->n; i++)
        files[i] = (struct file_new){.path = batch->paths[i],
                                     .data = batch->texts[i],
                                     .len = strlen(batch->texts[i]),
                                     .mode = 0600};
    file_replace_all(files, batch->n, is_side_by_side, disk_on_answer, disk);
    for (size_t i = 0; disk->written && i < batch->n; i++)
        disk->written(disk->arg, batch->slots[i], &files[i].err);
    pthread_mutex_lock(&disk->lock);
    disk->is_slow = clock_mono_us() - begun_us > SLOW_US;
    for (size_t i = 0; i < batch->n; i++)
        disk_settle(disk, &disk->slots[batch->slots[i]], batch->texts[i],
                    files[i].err.code == PT_OK, was_ending);
    pthread_cond_broadcast(&disk->done);
}

static void disk_write_lines(struct disk *disk)
{
    const struct pt_event *line = disk->lines[disk->first_line];
    disk->first_line = (disk->first_line + 1) % LOG_LINES;
    disk->n_lines--;
    pthread_mutex_unlock(&disk->lock);
    bool is_lost = disk->log_fd >= 0 && !log_put(disk->log_fd, line);
    event_release(line);
    pthread_mutex_lock(&disk->lock);
    disk->dropped += is_lost;
    pthread_cond_broadcast(&disk->done);
}

/* Returns whether a slot is to be written now; otherwise *until_us says when. */
static bool has_due(const struct disk *disk, int64_t *until_us)
{
    int64_t now_us = clock_mono_us();
    *until_us = INT64_MAX;
    for (int i = 0; i < DISK_SLOTS; i++) {
        const struct slot *slot = &disk->slots[i];
        if (disk_is_due(slot, now_us))
            return true;
        if (slot->text && !slot->is_held && slot->retry_us < *until_us)
            *until_us = slot->retry_us;
    }
    return false;
}

static void *disk_run(void *arg)
{
    struct disk *disk = arg;
    pthread_setname_np(pthread_self(), "disk");
    pthread_mutex_lock(&disk->lock);
    for (;;) {
        int64_t until_us;
        if (has_due(disk, &until_us)) {
            write_batch(disk, &disk->batch);
        } else if (disk->n_lines > 0) {
            disk_write_lines(disk);
        } else if (disk->is_ending) {
            break;
        } else {
            cond_wait_until(&disk->more, &disk->lock, until_us);
        }
    }
    pthread_mutex_unlock(&disk->lock);
    return NULL;
}

pt_code disk_start(const char *log_path, disk_written_fn written, void *arg, struct disk **out,
                   struct pt_error *err)
{
    struct disk *disk = calloc(1, sizeof *disk);
    if (disk == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "disk worker: out of memory");
    disk->written = written;
    disk->arg = arg;
    disk->log_fd = -1;
    if (log_path && *log_path) {
        disk->log_fd = log_open(log_path);
        if (disk->log_fd < 0) {
            char why[128];
            pt_error_set(err, PT_EIO, "Name a file that this user can write",
                         "open the log file %s: %s", log_path, strerror_r(errno, why, sizeof why));
            free(disk);
            return PT_EIO;
        }
    }
    pthread_mutex_init(&disk->lock, NULL);
    cond_init(&disk->more);
    cond_init(&disk->done);
    if (pthread_create(&disk->thread, NULL, disk_run, disk) != 0) {
        if (disk->log_fd >= 0)
            close(disk->log_fd);
        free(disk);
        return pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u)",
                            "disk worker: no thread can be started");
    }
    *out = disk;
    return PT_OK;
}

void disk_put(struct disk *disk, unsigned i, const char *path, char *text)
{
    pthread_mutex_lock(&disk->lock);
    struct slot *slot = &disk->slots[i];
    snprintf(slot->path, sizeof slot->path, "%s", path);
    free(slot->text);
    slot->text = text;
    slot->has_failed = false;
    slot->is_held = true;
    pthread_mutex_unlock(&disk->lock);
}

/* The caller holds the lock. */
static void let_go(struct disk *disk)
{
    for (int i = 0; i < DISK_SLOTS; i++)
        disk->slots[i].is_held = false;
    pthread_cond_signal(&disk->more);
}

void disk_write(struct disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    let_go(disk);
    pthread_mutex_unlock(&disk->lock);
}

int64_t disk_answered_us(struct disk *disk)
{
    return atomic_load(&disk->answered_us);
}

void disk_log(struct disk *disk, const struct pt_event *line)
{
    if (disk->log_fd < 0)
        return;
    pthread_mutex_lock(&disk->lock);
    if (disk->n_lines == LOG_LINES) {
        disk->dropped++;
    } else {
        disk->lines[(disk->first_line + disk->n_lines++) % LOG_LINES] = event_acquire(line);
        pthread_cond_signal(&disk->more);
    }
    pthread_mutex_unlock(&disk->lock);
}

uint64_t disk_dropped(struct disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    uint64_t dropped = disk->dropped;
    pthread_mutex_unlock(&disk->lock);
    return dropped;
}

bool disk_flush(struct disk *disk, int64_t deadline_us)
{
    bool is_clean = false, is_late = false;
    pthread_mutex_lock(&disk->lock);
    disk->is_hurried = true;
    let_go(disk);
    for (;;) {
        bool is_open = disk->n_lines > 0, has_failed = false;
        for (int i = 0; i < DISK_SLOTS; i++) {
            is_open |=
                disk->slots[i].is_writing || (disk->slots[i].text && !disk->slots[i].has_failed);
            has_failed |= disk->slots[i].text && disk->slots[i].has_failed;
        }
        is_clean = !is_open && !has_failed;
        if (!is_open || is_late)
            break;
        is_late = cond_wait_until(&disk->done, &disk->lock, deadline_us) == ETIMEDOUT;
    }
    disk->is_hurried = !is_clean;
    pthread_mutex_unlock(&disk->lock);
    return is_clean;
}

void disk_free(struct disk *disk)
{
    if (disk == NULL)
        return;
    pthread_mutex_lock(&disk->lock);
    disk->is_ending = disk->is_hurried = true;
    let_go(disk);
    /* What failed before gets its last attempt now. */
    for (int i = 0; i < DISK_SLOTS; i++)
        disk->slots[i].retry_us = 0;
    pthread_mutex_unlock(&disk->lock);
    pthread_join(disk->thread, NULL);
    for (int i = 0; i < DISK_SLOTS; i++)
        free(disk->slots[i].text);
    if (disk->log_fd >= 0)
        close(disk->log_fd);
    pthread_cond_destroy(&disk->more);
    pthread_cond_destroy(&disk->done);
    pthread_mutex_destroy(&disk->lock);
    free(disk);
}
