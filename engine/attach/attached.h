/* The client's end: a thread that reads what the engine says, and what follows from it for the
 * screen. */
#ifndef ATTACH_ATTACHED_H
#define ATTACH_ATTACHED_H

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "attach/hello.h"
#include "attach/wire.h"
#include "pintop/config.h"
#include "pintop/engine.h"
#include "pintop/snapshot.h"

enum { ATTACHED_REFUSED_MAX = 16, ATTACHED_OUT_MAX = 4 << 20 };

/* A command that was asked of the engine, and not answered yet. */
struct attached_asked {
    uint64_t id;
    enum pt_command_kind kind;
    bool is_change;
};

struct attached {
    const struct pt_config *cfg;
    char dir[PATH_MAX];
    struct shard shard;    /* whose engine it is */
    bool may_be_whole;     /* that of the whole is meant where the shard has none */
    bool is_readonly;      /* this pintop's own */
    bool needs_connectors; /* of its run */
    enum hello_needs needs;
    pthread_t thread;
    bool has_thread;
    int wake_fd; /* readable when there is a newer snapshot */
    int work_fd; /* wakes the thread */

    pthread_mutex_t lock;            /* guards what follows */
    pthread_cond_t changed;          /* a snapshot came, or an answer to the attaching */
    struct buf out;                  /* lines that the thread has not taken yet */
    const struct pt_snapshot *base;  /* as the engine made it, or the one before; NULL none yet */
    const struct pt_snapshot *shown; /* with what this end knows; NULL none yet */
    enum pt_link_state state;
    int64_t since_ms;
    uint64_t n_states; /* how often it changed */
    struct hello hello;
    uint64_t next_id;
    char why[200];
    bool is_unread; /* it is gone for this pintop, which could not read what it said */
    char fix[320];  /* why there is another engine that cannot be shown: what to do; "" */
    const struct pt_result *refused[ATTACHED_REFUSED_MAX]; /* commands without an answer */
    size_t n_refused;
    struct attached_asked asked[ATTACHED_REFUSED_MAX]; /* the oldest leave */
    size_t n_asked;
    struct pt_error error; /* why it could not be attached */
    bool is_ended;         /* the engine was asked to end */
    bool is_closing, is_left;

    /* The thread's own. */
    struct wire wire; /* fd -1: not connected */
    /* Of the process at the other end, as it is numbered here: in a container it calls itself by
     * another number. 0 or less: unknown. */
    int64_t peer_pid;
    bool is_greeted;
    bool is_first; /* the engine's next snapshot is its first one, and no change of base */
    int64_t heard_us, tried_us;
    char *look; /* the last list of topics, for the next engine; under the lock */
};

/* One that is not connected yet; NULL without memory. It is freed when its thread has ended. */
struct attached *attached_new(const struct pt_config *cfg, const struct pt_run *run);
void attached_free(struct attached *at);

/* Connects, without waiting, and says hello. Errors as pt_attach_open. */
pt_code attached_connect(struct attached *at, struct pt_error *err);
void *attached_run(void *attached);
/* One turn of the thread: waits until something is to be done, and does it. */
void attached_turn(struct attached *at);
/* Takes a line of the engine, which is written into. False: the connection is over. Thread: its
 * own, as attached_turn. */
bool attached_take(struct attached *at, char *line);

/* asked.c: what the engine is asked. */
/* Adds a line for the engine. False: the engine is gone, or too much waits already. Thread: any. */
bool attached_send(struct attached *at, const char *line);
/* The same; the caller holds the lock. */
bool attached_put(struct attached *at, const char *line);
/* Whether there is an engine to ask. Errors PT_ECLOSED. Thread: any. */
pt_code attached_is_there(struct attached *at, struct pt_error *err);
/* Sends a command; *id is its ID, id may be NULL. Errors PT_ECLOSED, PT_EBUSY, PT_EFULL, PT_ENOMEM.
 * Thread: any. */
pt_code attached_ask(struct attached *at, const struct pt_command *cmd, uint64_t *id,
                     struct pt_error *err);
/* The engine refused that command: its result is the error. The caller holds the lock. */
void attached_fails(struct attached *at, uint64_t id, const struct pt_error *why);
/* Forgets the commands that `base` shows as ended. The caller holds the lock. */
void attached_settle(struct attached *at);
/* The engine is gone: each command that it has not answered fails. Returns whether there was one.
 * The caller holds the lock. */
bool attached_forsaken(struct attached *at);

/* dress.c: makes `shown` from `base` and the state of the link. The caller holds the lock. */
void attached_dress(struct attached *at);
/* What to do when the engine's words cannot be read. */
void attached_unread_fix(const struct attached *at, char *out, size_t cap);
/* The same when it is gone, or when there is another one that cannot be shown. */
void attached_gone_fix(const struct attached *at, char *out, size_t cap);
/* Remembers the refusal of a command as its result; takes it. The caller holds the lock. */
void attached_refused(struct attached *at, const struct pt_result *result);

#endif
