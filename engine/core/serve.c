/* The lock of the state directory, and the engine as its server sees it: what pintops that are
 * attached may ask for. */
#include <unistd.h>

#include "base/clock.h"
#include "core/command.h"
#include "core/engine_state.h"
#include "pintop/serving.h"

static const struct pt_snapshot *serve_acquire(void *arg)
{
    return board_acquire(&((struct pt_engine *)arg)->board);
}

static pt_code serve_submit(void *arg, const struct pt_command *cmd, uint64_t id, int64_t asked_ms,
                            struct pt_error *err)
{
    return engine_submit_as(arg, cmd, id, asked_ms, err);
}

static bool serve_look_at(void *arg, const char *const *topics, size_t n)
{
    struct pt_engine *eng = arg;
    bool is_up = atomic_load(&eng->has_disk); /* the boot is over: the watcher exists */
    if (is_up)
        watch_want(eng->watch, WATCH_ATTACHED, topics, n);
    return is_up;
}

static void serve_stop(void *arg, const char *why, int64_t limit_ms, int64_t asked_ms)
{
    struct pt_engine *eng = arg;
    struct pt_error late = {0};
    if (command_is_in_time("end this engine", asked_ms, clock_even_ms(), &late) == PT_OK)
        pt_engine_stop(eng, why, limit_ms);
    else
        inbox_event(&eng->inbox, PT_WARN, "pintop", "%s (by %s)", late.what, why);
}

static bool serve_is_stopped(void *arg)
{
    return atomic_load(&((struct pt_engine *)arg)->is_stopped);
}

pt_code engine_serve(struct pt_engine *eng, struct pt_error *err)
{
    const struct pt_serving *serving = eng->run.serving;
    const struct pt_serving_host host = {.arg = eng,
                                         .cfg = eng->given_cfg,
                                         .state_dir = eng->set.state_dir,
                                         .has_connectors = eng->run.has_connectors,
                                         .wake_fd = eng->board.server_fd,
                                         .acquire = serve_acquire,
                                         .submit = serve_submit,
                                         .look_at = serve_look_at,
                                         .stop = serve_stop,
                                         .is_stopped = serve_is_stopped,
                                         .shard = eng->set.lock_shard.i,
                                         .n_shards = eng->set.lock_shard.n};
    struct pt_error why = {0};
    if (serving == NULL || eng->server != NULL)
        return PT_OK;
    pt_code code = serving->start(&host, &eng->server, &why);
    if (code == PT_OK)
        return PT_OK;
    if (eng->run.is_holder) {
        *err = why;
        return code;
    }
    inbox_event(&eng->inbox, PT_WARN, "pintop", "no other pintop can attach to this one: %s%s%s",
                why.what, why.fix[0] != '\0' ? ". " : "", why.fix);
    return PT_OK;
}

void engine_serve_no_more(struct pt_engine *eng)
{
    if (eng->server != NULL)
        eng->run.serving->stop(eng->server, "the engine has stopped");
    eng->server = NULL;
}

pt_code engine_take_lock(struct pt_engine *eng, struct pt_error *err)
{
    struct lock_note owner, self = {.pid = getpid()};
    if (eng->lock_fd >= 0)
        return PT_OK;
    pt_code code =
        lock_take_shard(eng->set.state_dir, eng->set.lock_shard, &eng->lock_fd, &owner, err);
    if (code == PT_ELOCKED)
        atomic_store(&eng->owner.pid, owner.pid);
    if (code == PT_OK)
        code = engine_serve(eng, err);
    if (code != PT_OK)
        return code;
    atomic_store(&eng->owner.is_self, true);
    atomic_store(&eng->owner.is_unseen, false);
    atomic_store(&eng->owner.pid, PT_UNKNOWN);
    return lock_note_write(eng->lock_fd, &self, err);
}

void engine_look_for_owner(struct pt_engine *eng)
{
    struct lock_note owner;
    struct pt_error err = {0};
    if (eng->lock_fd >= 0)
        return;
    pt_code code = lock_read_shard(eng->set.state_dir, eng->set.lock_shard, &owner, &err);
    bool is_unseen = code != PT_OK && code != PT_ENOTFOUND;
    atomic_store(&eng->owner.pid, code == PT_OK ? owner.pid : PT_UNKNOWN);
    if (is_unseen && !atomic_exchange(&eng->owner.is_unseen, true))
        inbox_event(&eng->inbox, PT_WARN, "pintop",
                    "whether another pintop runs the streams cannot be seen: %s. %s", err.what,
                    err.fix);
    else if (!is_unseen)
        atomic_store(&eng->owner.is_unseen, false);
}
