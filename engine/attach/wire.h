/* Lines over a Unix socket, in both directions, without ever waiting: what cannot be written yet
 * stays in a buffer. Both ends use it.
 *
 * A line is a word, a blank, and the rest. The client begins with "hello", and the server answers
 * with "hello"; then
 *
 *   to the server     command ID ASKED JSON
 *                     look TOPIC TOPIC …
 *                     stop ASKED LIMIT_MS WHY
 *   to the client     snapshot JSON      a change, as pt_snapshot_delta_json makes it
 *                     refused ID JSON    an error: the command was not queued
 *                     bye WHY            the last line: why the server closes the connection
 *
 * ASKED is the time at which it was asked for, by clock_even_ms, which both ends share: an engine
 * that was stopped, or hung, does not do minutes later what nobody waits for any more. */
#ifndef ATTACH_WIRE_H
#define ATTACH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/shard.h"
#include "pintop/error.h"

enum {
    WIRE_PROTOCOL = 2,
    WIRE_LINE_MAX = 1 << 20,  /* of a line to the server */
    WIRE_FRAME_MAX = 64 << 20 /* of a line to the client */
};

struct wire {
    int fd; /* -1 none */
    struct buf in, out;
    size_t in_at, out_at; /* what is before them is done with */
    size_t scanned;       /* bytes behind in_at without the end of a line */
    size_t line_max;
    bool is_too_long; /* a line has no end within line_max */
};

/* line_max: of a line that is read. The wire closes fd. */
void wire_init(struct wire *wire, int fd, size_t line_max);
void wire_done(struct wire *wire);

/* Reads what there is, up to some kilobytes. Returns false at the end of file or an error. */
bool wire_read(struct wire *wire);
/* The next whole line without its end, valid until the next wire_read; NULL: there is none. It may
 * be written into. *len has its length. */
char *wire_line(struct wire *wire, size_t *len);

/* Adds "WORD REST\n" to what is to be written; rest may be NULL. */
void wire_put(struct wire *wire, const char *word, const char *rest);
/* Bytes that are not written yet. */
size_t wire_pending(const struct wire *wire);
/* Writes what the socket takes; *moved: whether it took something. Returns false on an error. */
bool wire_flush(struct wire *wire, bool *moved);

/* Splits off the first word of a line: returns it, and *rest is what follows its blank. */
char *wire_word(char *line, char **rest);
/* Takes a number off the front of *rest. False: there is none. */
bool wire_number(char **rest, int64_t *value);

/* The address of the socket in a state directory. A path that is too long for an address goes by
 * an open descriptor of the directory: *dir_fd, to be closed after bind or connect; -1 none.
 * Errors PT_ENOTFOUND, PT_EIO. */
pt_code wire_address(const char *dir, struct shard shard, struct sockaddr_un *to, int *dir_fd,
                     struct pt_error *err);
/* "engine.sock"; each shard has a socket of its own, as it has a lock: "engine.2of4.sock". */
void wire_socket_name(struct shard shard, char *out, size_t cap);
/* Whether the process at the other end belongs to this process's user. *uid and *pid tell whose it
 * is; -1 unknown. */
bool wire_is_ours(int fd, int64_t *uid, int64_t *pid);

#endif
