#include "attach/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WIRE_READ = 64 * 1024 };

void wire_init(struct wire *wire, int fd, size_t line_max)
{
    *wire = (struct wire){.fd = fd, .line_max = line_max};
    buf_init(&wire->in, line_max + WIRE_READ + 1);
    buf_init(&wire->out, (size_t)WIRE_FRAME_MAX + 2 * WIRE_LINE_MAX);
}

void wire_done(struct wire *wire)
{
    if (wire->fd >= 0)
        close(wire->fd);
    wire->fd = -1;
    buf_done(&wire->in);
    buf_done(&wire->out);
}

/* ---- reading ---- */

/* Moves what is not read yet to the front. */
static void wire_compact(struct wire *wire)
{
    size_t left = wire->in.len - wire->in_at;
    if (wire->in_at == 0)
        return;
    memmove(wire->in.data, wire->in.data + wire->in_at, left);
    wire->in.len = left;
    wire->in_at = 0;
}

bool wire_read(struct wire *wire)
{
    char bytes[WIRE_READ];
    ssize_t n = recv(wire->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        return false;
    wire_compact(wire);
    buf_append(&wire->in, bytes, (size_t)n);
    return !wire->in.is_over;
}

char *wire_line(struct wire *wire, size_t *len)
{
    size_t left = wire->in.len - wire->in_at;
    char *line = left > 0 ? wire->in.data + wire->in_at : NULL, *end = NULL;
    if (left > wire->scanned)
        end = memchr(line + wire->scanned, '\n', left - wire->scanned);
    wire->scanned = end != NULL ? 0 : left;
    *len = end != NULL ? (size_t)(end - line) : left;
    wire->is_too_long = *len > wire->line_max;
    if (end == NULL || wire->is_too_long)
        return NULL;
    *end = '\0';
    wire->in_at += *len + 1;
    return line;
}

/* ---- writing ---- */

void wire_put(struct wire *wire, const char *word, const char *rest)
{
    buf_puts(&wire->out, word);
    if (rest != NULL) {
        buf_append(&wire->out, " ", 1);
        buf_puts(&wire->out, rest);
    }
    buf_append(&wire->out, "\n", 1);
}

size_t wire_pending(const struct wire *wire)
{
    return wire->out.len - wire->out_at;
}

bool wire_flush(struct wire *wire, bool *moved)
{
    *moved = false;
    while (wire_pending(wire) > 0) {
        ssize_t n = send(wire->fd, wire->out.data + wire->out_at, wire_pending(wire),
                         MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        wire->out_at += (size_t)n;
        *moved = true;
    }
    buf_reset(&wire->out);
    wire->out_at = 0;
    return true;
}

/* ---- words ---- */

char *wire_word(char *line, char **rest)
{
    size_t n = strcspn(line, " ");
    *rest = line + n + (line[n] == ' ');
    line[n] = '\0';
    return line;
}

bool wire_number(char **rest, int64_t *value)
{
    char *text = wire_word(*rest, rest), *end = text;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    *value = number;
    return end != text && *end == '\0' && errno == 0;
}

/* ---- where ---- */

void wire_socket_name(struct shard shard, char *out, size_t cap)
{
    char part[SHARD_TEXT];
    shard_format_name(shard, part);
    snprintf(out, cap, "engine%s%s.sock", part[0] != '\0' ? "." : "", part);
}

pt_code wire_address(const char *dir, struct shard shard, struct sockaddr_un *to, int *dir_fd,
                     struct pt_error *err)
{
    char why[128], name[40];
    wire_socket_name(shard, name, sizeof name);
    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    *dir_fd = -1;
    int n = snprintf(to->sun_path, sizeof to->sun_path, "%s/%s", dir, name);
    if (n >= 0 && (size_t)n < sizeof to->sun_path)
        return PT_OK;
    *dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*dir_fd < 0)
        return pt_error_set(err, errno == ENOENT ? PT_ENOTFOUND : PT_EIO,
                            "Choose another directory with -X pintop.state.dir=DIR.",
                            "state directory %s: %s", dir, strerror_r(errno, why, sizeof why));
    snprintf(to->sun_path, sizeof to->sun_path, "/proc/self/fd/%d/%s", *dir_fd, name);
    return PT_OK;
}

bool wire_is_ours(int fd, int64_t *uid, int64_t *pid)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    *uid = *pid = -1;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    *uid = peer.uid;
    *pid = peer.pid;
    return peer.uid == geteuid();
}
