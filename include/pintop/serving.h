/* What an engine lets others do with it while it holds the lock of its state directory. The engine
 * itself knows nothing of sockets: who starts it gives it a pt_serving (pintop/attach.h has one).
 */
#ifndef PINTOP_SERVING_H
#define PINTOP_SERVING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/command.h"
#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/snapshot.h"

PT_API_BEGIN

/* The engine, as its server uses it. No function waits. Thread: any. */
struct pt_serving_host {
    void *arg;
    const struct pt_config *cfg;
    const char *state_dir;    /* whose lock is held */
    uint32_t shard, n_shards; /* of the lock; 1 of 1, or 0 of 0, is the whole */
    bool has_connectors;      /* they are watched */
    int wake_fd; /* an eventfd: readable when there is a newer snapshot; the server reads it */
    const struct pt_snapshot *(*acquire)(void *arg); /* NULL: there is none yet */
    /* The command gets this ID, which nobody else uses. asked_ms: when it was asked for, in the
     * milliseconds of CLOCK_BOOTTIME; one that is older than ten seconds when its turn comes is not
     * carried out, and its result says so. Errors as pt_engine_submit. */
    pt_code (*submit)(void *arg, const struct pt_command *cmd, uint64_t id, int64_t asked_ms,
                      struct pt_error *err);
    /* Of all clients together. False: the engine cannot take it yet, and is to be told again. */
    bool (*look_at)(void *arg, const char *const *topics, size_t n);
    /* One that is too old becomes an event, and nothing else. */
    void (*stop)(void *arg, const char *why, int64_t limit_ms, int64_t asked_ms);
    bool (*is_stopped)(void *arg);
    int64_t stall_ms; /* how long a client may take nothing; 0: the server's own limit */
};

struct pt_serving {
    /* Called when the lock has been taken; host is copied, what it points to outlives the server.
     * *server is passed to stop. Thread: the engine's. */
    pt_code (*start)(const struct pt_serving_host *host, void **server, struct pt_error *err);
    /* Tells the clients why, and joins what start made. It takes milliseconds. */
    void (*stop)(void *server, const char *why);
};

PT_API_END

#endif
