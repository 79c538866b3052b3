/* Target: both ends of the socket that an engine is attached to by. What comes is what a client
 * says to the server, and also what a server says to a client. */
#include "targets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attach/attached.h"
#include "attach/client.h"
#include "attach/wire.h"
#include "pintop/config.h"
#include "pintop/report.h"

static const struct pt_snapshot *fuzz_base;

static const struct pt_snapshot *fuzz_acquire(void *arg)
{
    (void)arg;
    return pt_snapshot_acquire(fuzz_base);
}

static pt_code fuzz_submit(void *arg, const struct pt_command *cmd, uint64_t id, int64_t asked_ms,
                           struct pt_error *err)
{
    char *json = pt_command_json(cmd);
    (void)arg;
    fuzz_must(asked_ms >= 0, "a time that is none");
    fuzz_must(json != NULL && id >> 32 == 8, "a command with an ID of another's");
    free(json);
    return pt_error_set(err, PT_EBUSY, NULL, "busy");
}

static bool fuzz_look_at(void *arg, const char *const *topics, size_t n)
{
    (void)arg;
    for (size_t i = 0; i < n; i++)
        fuzz_must(strlen(topics[i]) < PT_TOPIC_MAX, "a topic's name that is too long");
    return true;
}

static void fuzz_stop(void *arg, const char *why, int64_t limit_ms, int64_t asked_ms)
{
    (void)arg;
    fuzz_must(limit_ms >= -2 && asked_ms >= 0, "a limit that is none");
    for (const char *c = why; *c != '\0'; c++)
        fuzz_must((unsigned char)*c >= 0x20, "a reason that is not printable");
}

static bool fuzz_is_stopped(void *arg)
{
    (void)arg;
    return false;
}

/* A connection on which that has been said. */
static int fuzz_said(const uint8_t *data, size_t len, int *other)
{
    int fds[2], room = INPUT_MAX * 2;
    fuzz_must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0, "no sockets");
    setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    ssize_t n = send(fds[1], data, len, MSG_NOSIGNAL);
    (void)n; /* what fits */
    shutdown(fds[1], SHUT_WR);
    *other = fds[1];
    return fds[0];
}

static void fuzz_server(const uint8_t *data, size_t len)
{
    const struct pt_serving_host host = {.acquire = fuzz_acquire,
                                         .submit = fuzz_submit,
                                         .look_at = fuzz_look_at,
                                         .stop = fuzz_stop,
                                         .is_stopped = fuzz_is_stopped};
    struct attach_client client;
    bool is_look_new = false;
    int other, fd = fuzz_said(data, len, &other);
    client_begin(&client, fd, 7, 1, 0);
    for (int i = 0; i < 8; i++)
        if (!client_read(&client, &host, "{\"version\":\"1.0\"}", &is_look_new) ||
            !client_write(&client, i) || client.is_ending)
            break;
    if (client_wants_frame(&client, fuzz_base)) {
        char *frame = pt_snapshot_delta_json(fuzz_base, client.sent);
        client_put_frame(&client, frame, fuzz_base);
        free(frame);
    }
    client_end(&client);
    close(other);
}

/* What is shown after that can be told again. */
static void fuzz_shown(const struct attached *at)
{
    if (at->shown == NULL)
        return;
    char *json = pt_snapshot_json(at->shown), *change = pt_snapshot_delta_json(at->shown, at->base);
    fuzz_must(json != NULL && change != NULL, "a snapshot that cannot be told");
    free(json);
    free(change);
}

/* The lines go to the function that takes those of an engine. Some find a snapshot and a command
 * that waits there already, so that changes and answers are reached, too. */
static void fuzz_client(const uint8_t *data, size_t len, const struct pt_config *cfg)
{
    const struct pt_run run = {.has_connectors = true};
    const struct pt_command cmd = {.kind = PT_CMD_START, .streams = 1};
    struct attached *at = attached_new(cfg, &run);
    struct wire wire;
    struct pt_error err;
    char *line;
    size_t n;
    bool is_good = true;
    int other, fd = fuzz_said(data, len, &other);
    wire_init(&wire, fd, WIRE_FRAME_MAX);
    if (len % 2 == 0) {
        at->base = pt_snapshot_acquire(fuzz_base);
        at->state = PT_LINK_ATTACHED;
        at->is_greeted = true;
        fuzz_must(attached_ask(at, &cmd, NULL, &err) == PT_OK, "a command that is not taken");
    }
    while (is_good && wire_read(&wire) && wire.in.len > 0)
        while (is_good && (line = wire_line(&wire, &n)) != NULL)
            is_good = attached_take(at, line);
    fuzz_shown(at);
    attached_forsaken(at);
    fuzz_must(at->n_asked == 0, "a command without an answer");
    attached_free(at);
    wire_done(&wire);
    close(other);
}

int fuzz_attach(const uint8_t *data, size_t len)
{
    static struct pt_config *cfg;
    const char *base = "{\"api\":1,\"events\":[{\"text\":\"a\"},{\"text\":\"b\"}],"
                       "\"events_first_number\":4,\"series\":{\"last_sample\":2,\"in\":[1,2,3]},"
                       "\"results\":[{\"id\":5}],\"log\":{\"first_number\":1,\"lines\":[]}}";
    const char *const settings[] = {"bootstrap.servers=embedded"};
    const struct pt_config_args args = {.settings = settings, .n_settings = 1};
    if (cfg == NULL) {
        fuzz_must(pt_config_load(&args, &cfg, NULL) == PT_OK, "no configuration");
        fuzz_must(pt_snapshot_read(base, strlen(base), &fuzz_base, NULL) == PT_OK, "no snapshot");
    }
    fuzz_server(data, len);
    fuzz_client(data, len, cfg);
    return 0;
}
