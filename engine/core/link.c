/* Links to an engine: what all kinds have in common, and the kind whose engine runs in this
 * process. */
#include "pintop/link.h"

#include <string.h>
#include <unistd.h>

#include "pintop/engine.h"

/* ---- every kind ---- */

bool pt_link_is_open(const struct pt_link *link)
{
    return link != NULL && link->acquire != NULL;
}

bool pt_link_can_submit(const struct pt_link *link)
{
    return link != NULL && link->submit != NULL;
}

const struct pt_snapshot *pt_link_acquire(const struct pt_link *link)
{
    return link->acquire(link->arg);
}

int pt_link_wake_fd(const struct pt_link *link)
{
    return link != NULL && link->wake_fd != NULL ? link->wake_fd(link->arg) : -1;
}

static pt_code link_refuses(const struct pt_link *link, struct pt_error *err)
{
    if (!pt_link_is_open(link))
        return pt_error_set(err, PT_ECLOSED, "Choose a cluster first.", "no cluster is chosen yet");
    return pt_error_set(err, PT_ECLOSED, "Run pintop on the cluster itself to change something.",
                        "command: what is shown here takes no commands");
}

pt_code pt_link_check(const struct pt_link *link, const struct pt_command *cmd,
                      struct pt_error *err)
{
    if (!pt_link_can_submit(link))
        return link_refuses(link, err);
    return link->check != NULL ? link->check(link->arg, cmd, err) : PT_OK;
}

pt_code pt_link_submit(const struct pt_link *link, const struct pt_command *cmd, uint64_t *id,
                       struct pt_error *err)
{
    if (!pt_link_can_submit(link))
        return link_refuses(link, err);
    return link->submit(link->arg, cmd, id, err);
}

bool pt_link_asks_record(const struct pt_link *link)
{
    return link != NULL && link->record != NULL;
}

pt_code pt_link_record(const struct pt_link *link, bool is_on, struct pt_error *err)
{
    return pt_link_asks_record(link) ? link->record(link->arg, is_on, err) : PT_OK;
}

void pt_link_look_at(const struct pt_link *link, const char *const *topics, size_t n)
{
    if (link != NULL && link->look_at != NULL)
        link->look_at(link->arg, topics, n);
}

void pt_link_stop(const struct pt_link *link, const char *why, int64_t limit_ms)
{
    if (link != NULL && link->stop != NULL)
        link->stop(link->arg, why, limit_ms);
}

bool pt_link_is_attached(const struct pt_link *link)
{
    return link != NULL && link->end != NULL;
}

void pt_link_end(const struct pt_link *link, const char *why, int64_t limit_ms)
{
    if (pt_link_is_attached(link))
        link->end(link->arg, why, limit_ms);
    else
        pt_link_stop(link, why, limit_ms);
}

bool pt_link_is_stopped(const struct pt_link *link)
{
    if (!pt_link_is_open(link))
        return true;
    return link->is_stopped != NULL && link->is_stopped(link->arg);
}

const char *pt_link_ended_by(const struct pt_link *link)
{
    return link != NULL && link->ended_by != NULL ? link->ended_by(link->arg) : NULL;
}

pt_code pt_link_failure(const struct pt_link *link, struct pt_error *err)
{
    return link != NULL && link->failure != NULL ? link->failure(link->arg, err) : PT_OK;
}

bool pt_link_replay_state(const struct pt_link *link, struct pt_replay_state *state)
{
    *state = (struct pt_replay_state){.time_ms = PT_UNKNOWN};
    if (link == NULL || link->replay_state == NULL)
        return false;
    link->replay_state(link->arg, state);
    return true;
}

void pt_link_replay(const struct pt_link *link, enum pt_replay_deed deed, int64_t time_ms)
{
    if (link != NULL && link->replay != NULL)
        link->replay(link->arg, deed, time_ms);
}

void pt_link_close(struct pt_link *link, int64_t wait_ms)
{
    if (link == NULL)
        return;
    if (link->close != NULL)
        link->close(link->arg, wait_ms);
    memset(link, 0, sizeof *link);
}

void pt_link_free(struct pt_link *link)
{
    if (link == NULL)
        return;
    if (link->free != NULL)
        link->free(link->arg);
    else if (link->close != NULL)
        link->close(link->arg, 0);
    memset(link, 0, sizeof *link);
}

/* ---- an engine in this process ---- */

static const struct pt_snapshot *engine_link_acquire(void *arg)
{
    uint64_t count;
    /* Read before the snapshot is acquired: one that is published in between wakes again. */
    ssize_t n = read(pt_engine_wake_fd(arg), &count, sizeof count);
    (void)n; /* nothing to read: there is no newer snapshot */
    return pt_engine_acquire(arg);
}

static int engine_link_wake_fd(void *arg)
{
    return pt_engine_wake_fd(arg);
}

static pt_code engine_link_check(void *arg, const struct pt_command *cmd, struct pt_error *err)
{
    return pt_engine_check(arg, cmd, err);
}

static pt_code engine_link_submit(void *arg, const struct pt_command *cmd, uint64_t *id,
                                  struct pt_error *err)
{
    return pt_engine_submit(arg, cmd, id, err);
}

static void engine_link_look_at(void *arg, const char *const *topics, size_t n)
{
    pt_engine_look_at(arg, topics, n);
}

static void engine_link_stop(void *arg, const char *why, int64_t limit_ms)
{
    pt_engine_stop(arg, why, limit_ms);
}

static bool engine_link_is_stopped(void *arg)
{
    return pt_engine_is_stopped(arg);
}

static const char *engine_link_ended_by(void *arg)
{
    return pt_engine_ended_by(arg);
}

static pt_code engine_link_failure(void *arg, struct pt_error *err)
{
    return pt_engine_failure(arg, err);
}

static void engine_link_close(void *arg, int64_t wait_ms)
{
    pt_engine_abandon(arg, wait_ms);
}

static void engine_link_free(void *arg)
{
    pt_engine_free(arg);
}

struct pt_link pt_engine_link(struct pt_engine *eng)
{
    return (struct pt_link){
        .arg = eng,
        .acquire = engine_link_acquire,
        .wake_fd = engine_link_wake_fd,
        .check = engine_link_check,
        .submit = engine_link_submit,
        .look_at = engine_link_look_at,
        .stop = engine_link_stop,
        .is_stopped = engine_link_is_stopped,
        .ended_by = engine_link_ended_by,
        .failure = engine_link_failure,
        .close = engine_link_close,
        .free = engine_link_free,
    };
}
