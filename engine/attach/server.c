#include "attach/server.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/client.h"
#include "attach/wire.h"
#include "base/clock.h"
#include "base/text.h"
#include "pintop/report.h"

enum {
    SERVER_BACKLOG = 16,
    SERVER_IDLE_MS = 60000,
    SERVER_NO_FD_MS = 1000, /* no descriptor is left: so long nobody is accepted */
    SERVER_FDS = 3
};

struct attach_server {
    struct pt_serving_host host;
    char *hello;
    int listen_fd, end_fd;
    int dir_fd; /* of a directory whose path is too long for an address; -1 */
    struct sockaddr_un address;
    pthread_t thread;
    atomic_bool is_ending;
    char why[160]; /* for the clients; written before is_ending */
    struct attach_client clients[ATTACH_CLIENTS_MAX];
    uint64_t n_accepted; /* counts on from a number of this engine's own */
    int64_t deaf_until_us;
    bool is_look_new;
    /* The last frame that was made, for the next client that needs the same one. */
    const struct pt_snapshot *frame_from, *frame_to;
    char *frame;
};

/* ---- frames ---- */

static void server_forget_frame(struct attach_server *server)
{
    pt_snapshot_release(server->frame_from);
    pt_snapshot_release(server->frame_to);
    free(server->frame);
    server->frame_from = server->frame_to = NULL;
    server->frame = NULL;
}

static const char *server_frame(struct attach_server *server, const struct pt_snapshot *from,
                                const struct pt_snapshot *to)
{
    if (server->frame != NULL && server->frame_from == from && server->frame_to == to)
        return server->frame;
    server_forget_frame(server);
    server->frame = pt_snapshot_delta_json(to, from);
    if (from != NULL)
        server->frame_from = pt_snapshot_acquire(from);
    server->frame_to = pt_snapshot_acquire(to);
    return server->frame;
}

/* Each client that has taken its last frame gets the next one. */
static void server_give(struct attach_server *server)
{
    const struct pt_snapshot *now = server->host.acquire(server->host.arg);
    for (int i = 0; now != NULL && i < ATTACH_CLIENTS_MAX; i++) {
        struct attach_client *client = &server->clients[i];
        if (!client_wants_frame(client, now))
            continue;
        const char *frame = server_frame(server, client->sent, now);
        if (frame == NULL)
            continue; /* out of memory: with the next snapshot */
        client_put_frame(client, frame, now);
    }
    pt_snapshot_release(now);
}

/* ---- clients ---- */

static int server_free_place(const struct attach_server *server)
{
    for (int i = 0; i < ATTACH_CLIENTS_MAX; i++)
        if (server->clients[i].wire.fd < 0)
            return i;
    return -1;
}

/* One line, if the socket takes it, and the end. */
static void server_turn_away(int fd, const char *why)
{
    char line[200];
    int n = snprintf(line, sizeof line, "bye %s\n", why);
    ssize_t sent = send(fd, line, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* it is closed all the same */
    close(fd);
}

static void server_accept(struct attach_server *server, int64_t now_us)
{
    char why[160];
    int64_t uid, pid;
    int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            server->deaf_until_us = now_us + SERVER_NO_FD_MS * 1000;
        return;
    }
    int place = server_free_place(server);
    if (!wire_is_ours(fd, &uid, &pid)) {
        text_put(why, sizeof why,
                 "this engine belongs to the user with uid %d, and you are uid %" PRId64,
                 (int)geteuid(), uid);
        server_turn_away(fd, why);
    } else if (place < 0) {
        text_put(why, sizeof why, "%d screens are attached already, which is the most there can be",
                 ATTACH_CLIENTS_MAX);
        server_turn_away(fd, why);
    } else {
        client_begin(&server->clients[place], fd, ++server->n_accepted, pid, now_us);
    }
}

static void server_drop(struct attach_server *server, struct attach_client *client)
{
    client_end(client);
    server->is_look_new = true;
}

/* The topics on the screens of all clients. An engine that is still starting is told again when it
 * has another snapshot. */
static void server_look(struct attach_server *server)
{
    const char *all[ATTACH_CLIENTS_MAX * CLIENT_TOPICS_MAX];
    size_t n = 0;
    for (int i = 0; i < ATTACH_CLIENTS_MAX; i++)
        if (server->clients[i].wire.fd >= 0)
            for (size_t t = 0; t < server->clients[i].n_topics; t++)
                all[n++] = server->clients[i].topics[t];
    server->is_look_new = !server->host.look_at(server->host.arg, all, n);
}

static void server_serve(struct attach_server *server, struct attach_client *client, short events,
                         int64_t now_us)
{
    bool is_good = true;
    if (events & (POLLIN | POLLHUP | POLLERR))
        is_good = client_read(client, &server->host, server->hello, &server->is_look_new);
    if (is_good)
        is_good = client_write(client, now_us);
    if (!is_good)
        server_drop(server, client);
}

/* Whoever has not taken anything for too long is dropped; returns when the next one is due. */
static int64_t server_drop_stalled(struct attach_server *server, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    for (int i = 0; i < ATTACH_CLIENTS_MAX; i++) {
        struct attach_client *client = &server->clients[i];
        int64_t due_us = client_due_us(client, server->host.stall_ms);
        if (due_us <= now_us)
            server_drop(server, client);
        else if (due_us < next_us)
            next_us = due_us;
    }
    return next_us;
}

/* ---- the thread ---- */

static void server_drain_fd(int fd)
{
    uint64_t count;
    ssize_t n = read(fd, &count, sizeof count);
    (void)n; /* nothing to read is fine */
}

static int server_timeout_ms(const struct attach_server *server, int64_t next_us)
{
    int64_t now_us = clock_mono_us();
    if (server->deaf_until_us > now_us && server->deaf_until_us < next_us)
        next_us = server->deaf_until_us;
    int64_t left_ms = next_us == INT64_MAX ? SERVER_IDLE_MS : (next_us - now_us) / 1000 + 1;
    return left_ms < 0 ? 0 : left_ms > SERVER_IDLE_MS ? SERVER_IDLE_MS : (int)left_ms;
}

static size_t server_fill_fds(struct attach_server *server, struct pollfd *fds)
{
    bool has_clients = false;
    for (int i = 0; i < ATTACH_CLIENTS_MAX; i++) {
        const struct attach_client *client = &server->clients[i];
        fds[SERVER_FDS + i] =
            (struct pollfd){.fd = client->wire.fd, .events = client->is_ending ? 0 : POLLIN};
        if (client->wire.fd >= 0 && wire_pending(&client->wire) > 0)
            fds[SERVER_FDS + i].events |= POLLOUT;
        has_clients = has_clients || client->is_greeted;
    }
    bool is_deaf = server->deaf_until_us > clock_mono_us();
    fds[0] = (struct pollfd){.fd = server->end_fd, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = is_deaf ? -1 : server->listen_fd, .events = POLLIN};
    /* Without anybody to tell, snapshots wake nobody. */
    fds[2] = (struct pollfd){.fd = has_clients ? server->host.wake_fd : -1, .events = POLLIN};
    return SERVER_FDS + ATTACH_CLIENTS_MAX;
}

static void server_turn(struct attach_server *server, int64_t *next_us)
{
    struct pollfd fds[SERVER_FDS + ATTACH_CLIENTS_MAX];
    size_t n = server_fill_fds(server, fds);
    if (poll(fds, n, server_timeout_ms(server, *next_us)) < 0)
        return;
    int64_t now_us = clock_mono_us();
    if (fds[2].revents != 0)
        server_drain_fd(server->host.wake_fd);
    for (int i = 0; i < ATTACH_CLIENTS_MAX; i++)
        if (fds[SERVER_FDS + i].fd >= 0 && fds[SERVER_FDS + i].revents != 0)
            server_serve(server, &server->clients[i], fds[SERVER_FDS + i].revents, now_us);
    if (fds[1].revents != 0)
        server_accept(server, now_us);
    for (int i = 0; i < ATTACH_CLIENTS_MAX; i++)
        if (server->clients[i].wire.fd >= 0 && !client_write(&server->clients[i], now_us))
            server_drop(server, &server->clients[i]);
    /* Last: whoever is passed over still has something to take, and poll tells when it has. */
    server_give(server);
    *next_us = server_drop_stalled(server, now_us);
    if (server->is_look_new)
        server_look(server);
}

/* The last snapshot, and why it is the last; what the sockets take of it. */
static void server_part(struct attach_server *server, const char *why)
{
    const struct pt_snapshot *now = server->host.acquire(server->host.arg);
    for (int i = 0; i < ATTACH_CLIENTS_MAX; i++) {
        struct attach_client *client = &server->clients[i];
        if (client->wire.fd < 0)
            continue;
        const char *frame = client->is_greeted && now != NULL && client->sent != now
                                ? server_frame(server, client->sent, now)
                                : NULL;
        if (frame != NULL)
            client_put_frame(client, frame, now);
        wire_put(&client->wire, "bye", why);
        client_write(client, clock_mono_us());
        client_end(client);
    }
    pt_snapshot_release(now);
}

static void *server_run(void *arg)
{
    struct attach_server *server = arg;
    int64_t next_us = INT64_MAX;
    pthread_setname_np(pthread_self(), "attach");
    while (!atomic_load(&server->is_ending) && !server->host.is_stopped(server->host.arg))
        server_turn(server, &next_us);
    bool is_asked = atomic_load(&server->is_ending);
    server_part(server, is_asked ? server->why : "the engine has stopped");
    return NULL;
}

/* ---- start and stop ---- */

/* A socket that is there belongs to a process that is gone. */
static pt_code server_clear_path(const char *dir, const char *path, struct pt_error *err)
{
    const char *name = strrchr(path, '/') + 1;
    struct stat st;
    if (lstat(path, &st) != 0)
        return PT_OK;
    if (!S_ISSOCK(st.st_mode))
        return pt_error_set(err, PT_EEXISTS, "Move that file away.",
                            "%s/%s: it is no socket, so this engine cannot be attached to", dir,
                            name);
    unlink(path);
    return PT_OK;
}

static pt_code server_listen(struct attach_server *server, const char *dir, struct pt_error *err)
{
    char why[128];
    struct shard shard = {server->host.shard, server->host.n_shards};
    if (shard.n == 0)
        shard = SHARD_WHOLE;
    pt_code code = wire_address(dir, shard, &server->address, &server->dir_fd, err);
    if (code == PT_OK)
        code = server_clear_path(dir, server->address.sun_path, err);
    if (code != PT_OK)
        return code;
    server->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* The mode of the socket becomes that of its file; the umask of a process with threads is
     * better left alone. */
    if (server->listen_fd < 0 || fchmod(server->listen_fd, 0600) != 0 ||
        bind(server->listen_fd, (const struct sockaddr *)&server->address,
             sizeof server->address) != 0 ||
        listen(server->listen_fd, SERVER_BACKLOG) != 0)
        return pt_error_set(err, PT_EIO,
                            "Choose a directory on a local file system with -X "
                            "pintop.state.dir=DIR.",
                            "%s/%s: no socket can be made there: %s", dir,
                            strrchr(server->address.sun_path, '/') + 1,
                            strerror_r(errno, why, sizeof why));
    return PT_OK;
}

static void server_free(struct attach_server *server)
{
    server_forget_frame(server);
    if (server->listen_fd >= 0) {
        unlink(server->address.sun_path);
        close(server->listen_fd);
    }
    if (server->end_fd >= 0)
        close(server->end_fd);
    if (server->dir_fd >= 0)
        close(server->dir_fd);
    free(server->hello);
    free(server);
}

pt_code attach_server_start(const char *dir, char *hello, const struct pt_serving_host *host,
                            struct attach_server **out, struct pt_error *err)
{
    struct attach_server *server = hello != NULL ? calloc(1, sizeof *server) : NULL;
    *out = NULL;
    if (server == NULL) {
        free(hello);
        return pt_error_set(err, PT_ENOMEM, NULL, "attach: out of memory");
    }
    server->host = *host;
    server->hello = hello;
    /* So that the IDs of an engine that is gone are not those of the next one: it accepts less than
     * one client in a millisecond. */
    server->n_accepted = (uint64_t)clock_real_ms();
    server->listen_fd = server->dir_fd = -1;
    server->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->host.stall_ms <= 0)
        server->host.stall_ms = ATTACH_STALL_MS;
    for (int i = 0; i < ATTACH_CLIENTS_MAX; i++)
        server->clients[i].wire.fd = -1;
    pt_code code = server_listen(server, dir, err);
    if (code == PT_OK &&
        (server->end_fd < 0 || pthread_create(&server->thread, NULL, server_run, server) != 0))
        code = pt_error_set(err, PT_EIO, "Raise the limits of threads and open files (ulimit).",
                            "attach: the server's thread cannot be started");
    if (code != PT_OK) {
        server_free(server);
        return code;
    }
    *out = server;
    return PT_OK;
}

void attach_server_stop(struct attach_server *server, const char *why)
{
    uint64_t one = 1;
    if (server == NULL)
        return;
    text_copy(server->why, sizeof server->why, why);
    atomic_store(&server->is_ending, true);
    ssize_t n = write(server->end_fd, &one, sizeof one);
    (void)n; /* an eventfd that is full is readable, too */
    pthread_join(server->thread, NULL);
    server_free(server);
}
