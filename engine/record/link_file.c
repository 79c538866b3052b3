/* A link to a recording: a thread reads it and publishes its snapshots in their time. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cond.h"
#include "pintop/record.h"
#include "record/reading.h"

enum {
    DEEDS_MAX = 32,
    GAP_MS = 30000 /* nothing was recorded for so long: it is passed over */
};

static const double speeds[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300};
enum { SPEEDS = sizeof speeds / sizeof *speeds, SPEED_PLAIN = 3 };

struct deed {
    enum pt_replay_deed deed;
    int64_t time_ms;
};

struct player {
    pthread_t thread;
    pthread_mutex_t lock; /* held for moments: no file is read under it */
    pthread_cond_t more;
    int wake_fd;
    /* Under the lock: what is shown. */
    const struct pt_snapshot *shown;
    struct pt_replay_state state; /* its time_ms: at since_us */
    int64_t since_us;             /* monotonic */
    struct deed deeds[DEEDS_MAX];
    size_t n_deeds;
    bool is_ending, is_stopped;
    /* The thread's own: what is shown next. */
    struct recorded *reading;
    struct pt_replay_state next;
    int64_t next_us;
    size_t speed;
};

/* What time it is since this state was made. */
static int64_t player_time(const struct pt_replay_state *state, int64_t since_us)
{
    double passed_ms = (double)(clock_mono_us() - since_us) / 1000 * state->speed;
    return state->time_ms + (state->is_playing ? (int64_t)llround(passed_ms) : 0);
}

static void player_wake(const struct player *player)
{
    uint64_t one = 1;
    ssize_t n = write(player->wake_fd, &one, sizeof one);
    (void)n; /* a write to a full counter fails, but the descriptor is readable then */
}

/* ---- the thread ---- */

static int64_t player_now(const struct player *player)
{
    return player_time(&player->next, player->next_us);
}

static void player_note(struct player *player, const char *text)
{
    snprintf(player->next.note, sizeof player->next.note, "%s", text);
    player->next.n_notes++;
}

/* From now on it is this time, and it goes on as the state says. snap: NULL: the same as before;
 * otherwise the link's from here on. */
static void player_publish(struct player *player, const struct pt_snapshot *snap, int64_t time_ms)
{
    player->next.time_ms = time_ms;
    player->next_us = clock_mono_us();
    pthread_mutex_lock(&player->lock);
    const struct pt_snapshot *before = snap != NULL ? player->shown : NULL;
    if (snap != NULL)
        player->shown = snap;
    player->state = player->next;
    player->since_us = player->next_us;
    pthread_mutex_unlock(&player->lock);
    pt_snapshot_release(before);
    player_wake(player);
}

/* Shows the snapshot where the reading stands. */
static void player_show(struct player *player, int64_t time_ms)
{
    const struct pt_snapshot *snap = reading_snapshot(player->reading);
    if (snap == NULL)
        player_note(player, "the recording is damaged here: what is shown is older");
    player_publish(player, snap, time_ms);
}

static void player_step(struct player *player, bool is_on)
{
    bool is_moved = reading_step(player->reading, is_on);
    player->next.is_playing = false;
    player->next.is_at_end = is_on && !is_moved;
    if (!is_moved)
        player_note(player, is_on ? "the recording ends here" : "the recording begins here");
    player_show(player, reading_ms(player->reading));
}

static void player_jump(struct player *player, int64_t time_ms)
{
    int64_t first_ms = reading_first_ms(player->reading),
            last_ms = reading_last_ms(player->reading);
    if (time_ms < first_ms || time_ms > last_ms)
        player_note(player, time_ms < first_ms ? "the recording begins here, after that time"
                                               : "the recording ends here, before that time");
    time_ms = time_ms < first_ms ? first_ms : time_ms > last_ms ? last_ms : time_ms;
    reading_seek(player->reading, time_ms);
    player->next.is_at_end = false;
    int64_t at_ms = reading_ms(player->reading);
    /* Nothing may have been recorded then. */
    player_show(player, time_ms - at_ms > GAP_MS || time_ms < at_ms ? at_ms : time_ms);
}

/* The first time, that takes a while: it is said. */
static pt_code player_find_mark(struct player *player, int64_t now_ms, bool is_next,
                                int64_t *found_ms, struct pt_error *err)
{
    bool is_first = !reading_has_marks(player->reading);
    if (is_first) {
        player_note(player, "looking through the whole recording …");
        player_publish(player, NULL, now_ms);
    }
    pt_code code = reading_find_mark(player->reading, now_ms, is_next, found_ms, err);
    if (is_first)
        player_note(player, "");
    return code;
}

static void player_mark(struct player *player, bool is_next)
{
    int64_t now_ms = player_now(player), found_ms;
    struct pt_error err = {0};
    player->next.is_playing = false;
    pt_code code = player_find_mark(player, now_ms, is_next, &found_ms, &err);
    if (code != PT_OK || found_ms == PT_UNKNOWN) {
        player_note(player, code != PT_OK ? err.what
                            : is_next     ? "nothing happened after this"
                                          : "nothing happened before this");
        player_publish(player, NULL, now_ms);
        return;
    }
    player->next.is_at_end = false;
    reading_seek(player->reading, found_ms);
    /* The first snapshot that shows it. */
    while (reading_ms(player->reading) < found_ms && reading_step(player->reading, true)) {
    }
    player_show(player, found_ms);
}

static void player_speed(struct player *player, bool is_faster)
{
    int64_t now_ms = player_now(player);
    if (is_faster ? player->speed + 1 < SPEEDS : player->speed > 0)
        player->speed = is_faster ? player->speed + 1 : player->speed - 1;
    player->next.speed = speeds[player->speed];
    player_publish(player, NULL, now_ms);
}

static void player_play(struct player *player)
{
    int64_t now_ms = player_now(player);
    if (player->next.is_at_end && !player->next.is_playing)
        player_note(player, "the recording ends here");
    player->next.is_playing = !player->next.is_playing && !player->next.is_at_end;
    player_publish(player, NULL, now_ms);
}

static void player_do(struct player *player, const struct deed *deed)
{
    switch (deed->deed) {
    case PT_REPLAY_PLAY:
        player_play(player);
        break;
    case PT_REPLAY_STEP:
    case PT_REPLAY_STEP_BACK:
        player_step(player, deed->deed == PT_REPLAY_STEP);
        break;
    case PT_REPLAY_FASTER:
    case PT_REPLAY_SLOWER:
        player_speed(player, deed->deed == PT_REPLAY_FASTER);
        break;
    case PT_REPLAY_NEXT:
    case PT_REPLAY_BACK:
        player_mark(player, deed->deed == PT_REPLAY_NEXT);
        break;
    case PT_REPLAY_JUMP:
        player_jump(player, deed->time_ms);
        break;
    }
}

/* Shows what is due by now; returns when the next snapshot is due (mono µs). */
static int64_t player_go_on(struct player *player)
{
    int64_t now_ms = player_now(player), next_ms = reading_next_ms(player->reading);
    bool is_moved = false, is_end = false;
    if (!player->next.is_playing)
        return INT64_MAX;
    while (!is_end && next_ms != PT_UNKNOWN &&
           (next_ms <= now_ms || next_ms - reading_ms(player->reading) > GAP_MS)) {
        is_end = !reading_step(player->reading, true);
        is_moved = is_moved || !is_end;
        now_ms = now_ms > reading_ms(player->reading) ? now_ms : reading_ms(player->reading);
        next_ms = reading_next_ms(player->reading);
    }
    if (is_end || next_ms == PT_UNKNOWN) {
        player->next.is_playing = false;
        player->next.is_at_end = true;
        player_note(player, "the recording ends here");
        player_show(player, reading_ms(player->reading));
        return INT64_MAX;
    }
    if (is_moved)
        player_show(player, now_ms);
    double wait_ms = (double)(next_ms - now_ms) / player->next.speed;
    return clock_mono_us() + (int64_t)(wait_ms * 1000) + 1000;
}

static void *player_run(void *arg)
{
    struct player *player = arg;
    pthread_setname_np(pthread_self(), "replay");
    pthread_mutex_lock(&player->lock);
    while (!player->is_ending) {
        struct deed deed = player->deeds[0];
        bool has_deed = player->n_deeds > 0;
        int64_t until_us = 0;
        if (has_deed)
            memmove(player->deeds, player->deeds + 1, --player->n_deeds * sizeof deed);
        pthread_mutex_unlock(&player->lock);
        if (has_deed)
            player_do(player, &deed);
        else
            until_us = player_go_on(player);
        pthread_mutex_lock(&player->lock);
        if (!has_deed && player->n_deeds == 0 && !player->is_ending)
            cond_wait_until(&player->more, &player->lock, until_us);
    }
    pthread_mutex_unlock(&player->lock);
    return NULL;
}

/* ---- the link ---- */

static const struct pt_snapshot *player_acquire(void *arg)
{
    struct player *player = arg;
    uint64_t count;
    ssize_t n = read(player->wake_fd, &count, sizeof count);
    (void)n; /* nothing to read: there is no newer snapshot */
    pthread_mutex_lock(&player->lock);
    const struct pt_snapshot *snap = pt_snapshot_acquire(player->shown);
    pthread_mutex_unlock(&player->lock);
    return snap;
}

static int player_wake_fd(void *arg)
{
    return ((struct player *)arg)->wake_fd;
}

static void player_replay(void *arg, enum pt_replay_deed deed, int64_t time_ms)
{
    struct player *player = arg;
    pthread_mutex_lock(&player->lock);
    if (player->n_deeds < DEEDS_MAX)
        player->deeds[player->n_deeds++] = (struct deed){deed, time_ms};
    pthread_cond_signal(&player->more);
    pthread_mutex_unlock(&player->lock);
}

static void player_state(void *arg, struct pt_replay_state *state)
{
    struct player *player = arg;
    pthread_mutex_lock(&player->lock);
    *state = player->state;
    state->time_ms = player_time(state, player->since_us);
    pthread_mutex_unlock(&player->lock);
}

static void player_stop(void *arg, const char *why, int64_t limit_ms)
{
    struct player *player = arg;
    (void)why, (void)limit_ms;
    pthread_mutex_lock(&player->lock);
    player->is_stopped = true;
    player_wake(player);
    pthread_mutex_unlock(&player->lock);
}

static bool player_is_stopped(void *arg)
{
    struct player *player = arg;
    pthread_mutex_lock(&player->lock);
    bool is_stopped = player->is_stopped;
    pthread_mutex_unlock(&player->lock);
    return is_stopped;
}

static void player_free(void *arg)
{
    struct player *player = arg;
    pthread_mutex_lock(&player->lock);
    player->is_ending = true;
    pthread_cond_signal(&player->more);
    pthread_mutex_unlock(&player->lock);
    pthread_join(player->thread, NULL);
    pt_snapshot_release(player->shown);
    reading_close(player->reading);
    close(player->wake_fd);
    pthread_cond_destroy(&player->more);
    pthread_mutex_destroy(&player->lock);
    free(player);
}

/* The process ends: the thread only reads. */
static void player_close(void *arg, int64_t wait_ms)
{
    (void)arg, (void)wait_ms;
}

/* The first snapshot is there before the thread is. */
static pt_code player_begin(struct player *player, const struct pt_run *run, struct pt_error *err)
{
    pt_code code = reading_open(run->recording, &player->reading, err);
    if (code != PT_OK)
        return code;
    bool has_time = run->recording_at_ms != PT_UNKNOWN;
    player->speed = SPEED_PLAIN;
    player->next = (struct pt_replay_state){.first_ms = reading_first_ms(player->reading),
                                            .last_ms = reading_last_ms(player->reading),
                                            .speed = speeds[SPEED_PLAIN],
                                            .is_playing = !has_time};
    player_jump(player, has_time ? run->recording_at_ms : player->next.first_ms);
    if (player->shown == NULL)
        return pt_error_set(err, PT_EDATA, "Name another recording, or another time.",
                            "recording: %s is damaged at that time", run->recording);
    return pthread_create(&player->thread, NULL, player_run, player) == 0
               ? PT_OK
               : pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u).",
                              "recording: no thread can be started");
}

static const struct pt_link player_link = {
    .acquire = player_acquire,
    .wake_fd = player_wake_fd,
    .stop = player_stop,
    .is_stopped = player_is_stopped,
    .close = player_close,
    .free = player_free,
    .replay = player_replay,
    .replay_state = player_state,
};

pt_code pt_replay_open(const struct pt_config *cfg, const struct pt_run *run, struct pt_link *link,
                       struct pt_error *err)
{
    struct player *player = calloc(1, sizeof *player);
    (void)cfg;
    *link = (struct pt_link){0};
    if (player == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
    pthread_mutex_init(&player->lock, NULL);
    cond_init(&player->more);
    player->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pt_code code = player->wake_fd >= 0
                       ? player_begin(player, run, err)
                       : pt_error_set(err, PT_EIO, "Raise the limit of open files (ulimit -n).",
                                      "recording: no file descriptor is left");
    if (code != PT_OK) {
        pt_snapshot_release(player->shown);
        reading_close(player->reading);
        if (player->wake_fd >= 0)
            close(player->wake_fd);
        free(player);
        return code;
    }
    *link = player_link;
    link->arg = player;
    return PT_OK;
}
