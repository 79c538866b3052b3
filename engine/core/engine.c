/* The engine as the front end sees it: start, commands, snapshots, stop. */
#include "pintop/engine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
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
    struct fact *fact = fact_new(FACT_LINE);
    if (fact)
        fact->u.line = event_acquire(line);
    else
        atomic_fetch_sub(&eng->n_lines, 1);
    engine_post(eng, fact);
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
    queue_push_always(eng->open_jobs, boot);
    eng->has_reactor = start_thread(&eng->reactor, reactor_run, eng);
    eng->has_opener = eng->has_reactor && start_thread(&eng->opener, opener_run, eng);
    eng->has_admin = eng->has_opener && start_thread(&eng->admin_thread, admin_run, eng);
    return eng->has_admin ? PT_OK
                          : pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u).",
                                         "engine: a thread cannot be started");
}

static bool make_parts(struct pt_engine *eng)
{
    eng->facts = queue_new(SIZE_MAX);
    eng->open_jobs = queue_new(SIZE_MAX);
    eng->admin_jobs = queue_new(SIZE_MAX);
    eng->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&eng->snap_lock, NULL);
    pthread_mutex_init(&eng->failure_lock, NULL);
    pthread_mutex_init(&eng->start_lock, NULL);
    for (int i = 0; i < PT_STREAMS; i++)
        account_init(&eng->accounts[i]);
    model_init(eng);
    return eng->facts && eng->open_jobs && eng->admin_jobs && eng->wake_fd >= 0 &&
           eng->model.events.lines && eng->model.log.lines;
}

/* What begins with the engine is guarded as what is asked for later. */
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
    discovery_end_init(&eng->discovery);
    eng->run = *run;
    eng->lock_fd = eng->wake_fd = -1;
    atomic_init(&eng->owner_pid, PT_UNKNOWN);
    for (int i = 0; i < PT_STREAMS; i++)
        atomic_init(&eng->newest_object_ms[i], PT_UNKNOWN);
    settings_resolve(&eng->set, cfg);
    pt_code code =
        make_parts(eng) ? PT_OK : pt_error_set(err, PT_ENOMEM, NULL, "engine: out of memory");
    if (code == PT_OK) {
        set_log_level(cfg);
        /* The first, all-unknown snapshot is there before any thread is. */
        model_publish(eng, 0);
        log_set_receiver(on_line, eng);
        code = eng->current ? start_threads(eng, err)
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
    return eng->wake_fd;
}

const struct pt_snapshot *pt_engine_acquire(struct pt_engine *eng)
{
    pthread_mutex_lock(&eng->snap_lock);
    const struct pt_snapshot *snap = pt_snapshot_acquire(eng->current);
    pthread_mutex_unlock(&eng->snap_lock);
    return snap;
}

pt_code pt_engine_check(const struct pt_engine *eng, const struct pt_command *cmd,
                        struct pt_error *err)
{
    return command_check(cmd, eng->set.is_readonly, eng->set.prefix, err);
}

pt_code pt_engine_submit(struct pt_engine *eng, const struct pt_command *cmd, uint64_t *id,
                         struct pt_error *err)
{
    if (atomic_load(&eng->is_stopping))
        return pt_error_set(err, PT_ECLOSED, NULL, "engine: it is stopping");
    pt_code code = pt_engine_check(eng, cmd, err);
    if (code != PT_OK)
        return code;
    if (atomic_fetch_add(&eng->n_commands, 1) >= COMMANDS_MAX) {
        atomic_fetch_sub(&eng->n_commands, 1);
        return pt_error_set(err, PT_EBUSY, "Wait a moment.", "engine: %d commands are waiting",
                            COMMANDS_MAX);
    }
    struct fact *fact = fact_new(FACT_COMMAND);
    if (fact)
        fact->u.command = command_copy(cmd);
    if (fact == NULL || fact->u.command == NULL) {
        atomic_fetch_sub(&eng->n_commands, 1);
        fact_free(fact);
        return pt_error_set(err, PT_ENOMEM, NULL, "command: out of memory");
    }
    fact->id = atomic_fetch_add(&eng->next_id, 1) + 1;
    if (id)
        *id = fact->id;
    engine_post(eng, fact);
    return PT_OK;
}

void pt_engine_look_at(struct pt_engine *eng, const char *const *topics, size_t n)
{
    if (atomic_load(&eng->has_disk)) /* the boot is over: the watcher is there */
        watch_want(eng->watch, WATCH_SEEN, topics, n);
}

/* ---- stop ---- */

void pt_engine_stop(struct pt_engine *eng, const char *why, int64_t limit_ms)
{
    struct fact *fact = fact_new(FACT_STOP);
    atomic_store(&eng->is_stopping, true);
    if (fact) {
        fact->number = limit_ms;
        text_copy(fact->text, sizeof fact->text, why);
    }
    engine_post(eng, fact);
}

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
    pthread_mutex_lock(&eng->failure_lock);
    struct pt_error failure = eng->failure;
    pthread_mutex_unlock(&eng->failure_lock);
    if (err)
        *err = failure;
    return failure.code;
}

static void stop_and_wait(struct pt_engine *eng)
{
    struct timespec nap = {.tv_nsec = 2000000};
    /* A stop that waits without limit, for brokers that do not answer, ends here. */
    pt_engine_stop(eng, "freed", atomic_load(&eng->is_stopping) ? 0 : -2);
    while (!atomic_load(&eng->is_stopped))
        nanosleep(&nap, NULL);
}

static void join(bool *has, pthread_t thread)
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
    queue_close(eng->open_jobs);
    queue_close(eng->admin_jobs);
    join(&eng->has_opener, eng->opener);
    join(&eng->has_admin, eng->admin_thread);
    watch_free(eng->watch);
    sink_free(eng->sink);
    if (eng->has_kafka)
        producer_wake(&eng->producer);
    join(&eng->has_kafka, eng->kafka);
    connectors_stop(eng->connectors);
    admin_free(eng->admin);
    auth_stop(eng->auth);
}

static void free_parts(struct pt_engine *eng)
{
    /* First: it looks into the accounts. */
    queue_close(eng->facts);
    join(&eng->has_reactor, eng->reactor);
    producer_close(&eng->producer);
    for (int i = 0; i < PT_STREAMS; i++)
        account_done(&eng->accounts[i]);
    if (eng->embedded.rk)
        embedded_stop(&eng->embedded);
    manifest_done(&eng->manifest);
    disk_free(eng->disk);
    log_set_receiver(NULL, NULL);
    model_done(eng);
    queue_free(eng->facts, fact_free);
    queue_free(eng->open_jobs, free);
    queue_free(eng->admin_jobs, admin_job_free);
    pt_snapshot_release(eng->current);
    if (eng->lock_fd >= 0)
        close(eng->lock_fd);
    if (eng->wake_fd >= 0)
        close(eng->wake_fd);
    pthread_mutex_destroy(&eng->snap_lock);
    pthread_mutex_destroy(&eng->failure_lock);
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

enum { PROBE_END_MS = 8000 }; /* its cleaner has a deadline for each call */

void pt_engine_abandon(struct pt_engine *eng, int64_t wait_ms)
{
    /* Everything that must last is on disk when the engine is stopped; give a write under way its
     * time. Threads are left as they are: the process ends now. */
    log_set_receiver(NULL, NULL);
    if (eng->connectors != NULL) /* what a probe wrote into a store does not stay there */
        connectors_await_probe(eng->connectors, PROBE_END_MS);
    if (atomic_load(&eng->has_disk))
        disk_flush(eng->disk, clock_mono_us() + wait_ms * 1000);
}
