/* The engine as the front end sees it: start, commands, snapshots, stop. */
#include "pintop/engine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/log.h"
#include "base/text.h"
#include "core/command.h"
#include "core/engine_state.h"

/* ---- start ---- */

static void on_line(void *arg, const struct pt_event *line)
{
    struct pt_engine *eng = arg;
    if (atomic_fetch_add(&eng->n_lines, 1) >= LINES_MAX) {
        atomic_fetch_sub(&eng->n_lines, 1);
        return;
    }
    if (!inbox_line(&eng->inbox, line))
        atomic_fetch_sub(&eng->n_lines, 1);
}

static void set_log_level(const struct pt_config *cfg)
{
    const char *word = pt_config_get(cfg, "pintop.log.level");
    for (int level = PT_DEBUG; word && level <= PT_ERROR; level++)
        if (strcmp(word, pt_severity_word((enum pt_severity)level)) == 0)
            log_set_level((enum pt_severity)level);
}

pt_code pt_log_start(const struct pt_config *cfg, const char *what, struct pt_error *err)
{
    const char *path = pt_config_get(cfg, "pintop.log.file");
    set_log_level(cfg);
    pt_code code = path != NULL ? log_to_file(path, err) : PT_OK;
    if (code == PT_OK)
        log_line(PT_INFO, "pintop", "pintop %s: %s", PINTOP_VERSION, what);
    return code;
}

void pt_log_error(const struct pt_error *error)
{
    log_line(PT_ERROR, "pintop", "%s. %s", error->what, error->fix);
}

static bool start_thread(pthread_t *thread, void *(*run)(void *), struct pt_engine *eng)
{
    return pthread_create(thread, NULL, run, eng) == 0;
}

static pt_code start_threads(struct pt_engine *eng, struct pt_error *err)
{
    struct open_job *boot = calloc(1, sizeof *boot);
    if (boot == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "engine: out of memory");
    boot->kind = OPEN_BOOT;
    queue_push(eng->open_jobs, boot);
    eng->has_reactor = start_thread(&eng->reactor_thread, reactor_run, eng);
    eng->has_opener = eng->has_reactor && start_thread(&eng->opener, opener_run, eng);
    eng->has_admin = eng->has_opener && start_thread(&eng->admin_thread, admin_run, eng);
    eng->has_doctor = eng->has_admin && start_thread(&eng->doctor_thread, doctor_run, eng);
    return eng->has_doctor ? PT_OK
                           : pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u).",
                                          "engine: a thread cannot be started");
}

static pt_code make_parts(struct pt_engine *eng, struct pt_error *err)
{
    bool has_inbox = inbox_init(&eng->inbox), has_board = board_init(&eng->board);
    eng->open_jobs = queue_new();
    eng->admin_jobs = queue_new();
    eng->doctor_jobs = queue_new();
    eng->early_commands = queue_new();
    pthread_mutex_init(&eng->start_lock, NULL);
    for (int i = 0; i < PT_STREAMS; i++)
        account_init(&eng->accounts[i]);
    bool has_parts = parts_init(eng);
    if (!has_board)
        return pt_error_set(err, PT_EIO, "Raise the limit of open files (ulimit -n).",
                            "engine: no file descriptor is left");
    if (!has_inbox || !has_parts || eng->open_jobs == NULL || eng->admin_jobs == NULL ||
        eng->doctor_jobs == NULL || eng->early_commands == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "engine: out of memory");
    return PT_OK;
}

/* Streams that start with the engine are guarded like those that a command starts later. */
static pt_code check_run(const struct pt_config *cfg, const struct pt_run *run,
                         struct pt_error *err)
{
    if (run->start == 0 || !pt_config_is_readonly(cfg))
        return PT_OK;
    return pt_error_set(err, PT_EREADONLY,
                        "Leave --start out to look only; else leave --readonly out, and set "
                        "pintop.readonly=off.",
                        "streams: not started, because this pintop is read-only");
}

pt_code pt_engine_start(const struct pt_config *cfg, const struct pt_run *run,
                        struct pt_engine **out, struct pt_error *err)
{
    if (check_run(cfg, run, err) != PT_OK)
        return PT_EREADONLY;
    struct pt_engine *eng = calloc(1, sizeof *eng);
    if (eng == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "engine: out of memory");
    atomic_init(&eng->cfg, cfg);
    eng->given_cfg = cfg;
    discovery_end_init(&eng->discovery);
    eng->run = *run;
    eng->commands = &command_all;
    eng->lock_fd = -1;
    atomic_init(&eng->owner.pid, PT_UNKNOWN);
    settings_resolve(&eng->set, cfg);
    pt_code code = make_parts(eng, err);
    if (code == PT_OK) {
        set_log_level(cfg);
        /* The first snapshot, in which everything is unknown, exists before any thread does. */
        reactor_publish(eng);
        eng->board.published_us = 0;
        log_set_receiver(on_line, eng);
        code = eng->board.current ? start_threads(eng, err)
                                  : pt_error_set(err, PT_ENOMEM, NULL, "engine: out of memory");
    }
    if (code != PT_OK) {
        pt_engine_free(eng);
        return code;
    }
    *out = eng;
    return PT_OK;
}

/* ---- snapshots and commands ---- */

int pt_engine_wake_fd(const struct pt_engine *eng)
{
    return eng->board.wake_fd;
}

const struct pt_snapshot *pt_engine_acquire(struct pt_engine *eng)
{
    return board_acquire(&eng->board);
}

void pt_engine_accompany(struct pt_engine *eng, const struct pt_companion *companion)
{
    eng->companion = *companion;
}

void pt_engine_tell(struct pt_engine *eng, enum pt_severity severity, const char *text)
{
    inbox_event(&eng->inbox, severity, "pintop", "%s", text);
}

void pt_engine_recall(struct pt_engine *eng, const struct pt_series_section *minutes)
{
    inbox_post(&eng->inbox, fact_copy(FACT_PAST, minutes, sizeof *minutes));
}

/* ---- stop ---- */

bool pt_engine_is_stopped(struct pt_engine *eng)
{
    return atomic_load(&eng->is_stopped);
}

const char *pt_engine_ended_by(struct pt_engine *eng)
{
    return atomic_load(&eng->ended_by);
}

pt_code pt_engine_failure(struct pt_engine *eng, struct pt_error *err)
{
    struct pt_error failure;
    inbox_failure(&eng->inbox, &failure);
    if (err)
        *err = failure;
    return failure.code;
}

static void stop_and_wait(struct pt_engine *eng)
{
    struct timespec nap = {.tv_nsec = 2000000};
    /* A stop that waits without limit, for brokers that do not answer, is ended here. */
    pt_engine_stop(eng, "freed", atomic_load(&eng->is_stopping) ? 0 : -2);
    while (!atomic_load(&eng->is_stopped))
        nanosleep(&nap, NULL);
}

static void engine_join(bool *has, pthread_t thread)
{
    if (*has)
        pthread_join(thread, NULL);
    *has = false;
}

static void end_workers(struct pt_engine *eng)
{
    atomic_store(&eng->is_ending, true);
    atomic_store(&eng->is_stopping, true);
    discovery_end_now(&eng->discovery);
    if (atomic_load(&eng->has_disk))
        away_cancel(eng->away);
    queue_close(eng->open_jobs);
    queue_close(eng->admin_jobs);
    queue_close(eng->doctor_jobs);
    engine_join(&eng->has_opener, eng->opener);
    engine_serve_no_more(eng);
    engine_join(&eng->has_admin, eng->admin_thread);
    engine_join(&eng->has_doctor, eng->doctor_thread);
    watch_free(eng->watch);
    sink_free(eng->sink);
    if (eng->has_kafka)
        producer_wake(&eng->producer);
    engine_join(&eng->has_kafka, eng->kafka);
    connectors_stop(eng->connectors);
    away_stop(eng->away);
    admin_free(eng->admin);
    auth_stop(eng->auth);
}

static void free_parts(struct pt_engine *eng)
{
    if (eng->companion.free != NULL)
        eng->companion.free(eng->companion.arg);
    /* The reactor ends first, because it reads the accounts. */
    queue_close(eng->inbox.facts);
    engine_join(&eng->has_reactor, eng->reactor_thread);
    producer_close(&eng->producer);
    for (int i = 0; i < PT_STREAMS; i++)
        account_done(&eng->accounts[i]);
    if (eng->embedded.rk)
        embedded_stop(&eng->embedded);
    manifest_done(&eng->manifest);
    disk_free(eng->disk);
    log_set_receiver(NULL, NULL);
    parts_done(eng);
    queue_free(eng->open_jobs, free);
    queue_free(eng->admin_jobs, admin_job_free);
    queue_free(eng->doctor_jobs, admin_job_free);
    queue_free(eng->early_commands, fact_free);
    board_done(&eng->board);
    inbox_done(&eng->inbox);
    if (eng->lock_fd >= 0)
        close(eng->lock_fd);
    pthread_mutex_destroy(&eng->start_lock);
    discovery_end_done(&eng->discovery);
    pt_config_free(eng->found_cfg);
    free(eng);
}

void pt_engine_free(struct pt_engine *eng)
{
    if (eng == NULL)
        return;
    if (eng->has_reactor && eng->has_opener)
        stop_and_wait(eng);
    end_workers(eng);
    free_parts(eng);
}

enum { PROBE_END_MS = 8000 }; /* the probe's cleaner has a deadline for each call */

void pt_engine_abandon(struct pt_engine *eng, int64_t wait_ms)
{
    /* When the engine has stopped, everything that must last is on disk or being written; that
     * write gets wait_ms. The threads are not joined: the process ends now. */
    log_set_receiver(NULL, NULL);
    if (atomic_load(&eng->owner.is_self))
        engine_serve_no_more(eng);
    if (eng->connectors != NULL) /* so that no object of a probe is left in its store */
        connectors_await_probe(eng->connectors, PROBE_END_MS);
    if (eng->companion.finish != NULL)
        eng->companion.finish(eng->companion.arg, wait_ms);
    if (atomic_load(&eng->has_disk))
        disk_flush(eng->disk, clock_mono_us() + wait_ms * 1000);
}
