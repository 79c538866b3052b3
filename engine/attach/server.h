/* The server of an engine: a thread of its own that gives the engine's snapshots to other pintops
 * of the same user, and takes their commands, over the socket in the state directory. The engine
 * never waits for a client: each has one buffer with at most one frame in it, and gets the newest
 * changes when it has taken that one. Who takes nothing for some seconds is dropped. */
#ifndef ATTACH_SERVER_H
#define ATTACH_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/serving.h"

enum { ATTACH_CLIENTS_MAX = 16, ATTACH_STALL_MS = 10000 };

struct attach_server;

/* Makes the socket and the thread. Whoever calls it holds the lock of the directory: a socket that
 * is there already is a dead process's and is replaced.
 *
 * hello   as hello_make makes it; taken.
 * host    copied.
 * Errors  PT_EIO, PT_ENOMEM; PT_EEXISTS: another kind of file has the socket's name. */
pt_code attach_server_start(const char *dir, char *hello, const struct pt_serving_host *host,
                            struct attach_server **server, struct pt_error *err);
/* Removes the socket, tells the clients why, and joins the thread; NULL is fine. It takes
 * milliseconds. */
void attach_server_stop(struct attach_server *server, const char *why);

#endif
