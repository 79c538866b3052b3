#include "doctor/ssh.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/printable.h"
#include "base/text.h"

enum { BANNER_MAX = 4096, SSH_OUT_MAX = 256 * 1024, SSH_ERR_MAX = 64 * 1024 };

/* ------------------------------------------------------------------ the banner */

static int64_t ssh_left_ms(int64_t end_us)
{
    int64_t left = (end_us - clock_mono_us()) / 1000;
    return left > 0 ? left : 0;
}

/* Waits until the socket can be read or written. */
static bool ssh_await(int fd, short events, int64_t end_us)
{
    struct pollfd at = {.fd = fd, .events = events};
    int n;
    while ((n = poll(&at, 1, (int)ssh_left_ms(end_us))) < 0 && errno == EINTR) {
    }
    return n > 0;
}

static bool ssh_connect(int fd, const struct sockaddr *address, socklen_t len, int64_t end_us)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (connect(fd, address, len) == 0)
        return true;
    return errno == EINPROGRESS && ssh_await(fd, POLLOUT, end_us) &&
           getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

/* Returns a connected socket, or -1. */
static int ssh_open(const char *address, int port, int64_t end_us)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    bool is_v6 = inet_pton(AF_INET6, address, &v6.sin6_addr) == 1;
    if (!is_v6 && inet_pton(AF_INET, address, &v4.sin_addr) != 1)
        return -1;
    int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && !(is_v6 ? ssh_connect(fd, (const struct sockaddr *)&v6, sizeof v6, end_us)
                           : ssh_connect(fd, (const struct sockaddr *)&v4, sizeof v4, end_us))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* The line that begins with "SSH-"; a server may say others before it. NULL: there is none yet. */
static const char *ssh_line(const char *text)
{
    for (const char *at = text; at != NULL && *at != '\0';) {
        const char *end = strchr(at, '\n');
        if (end != NULL && strncmp(at, "SSH-", 4) == 0)
            return at;
        at = end != NULL ? end + 1 : NULL;
    }
    return NULL;
}

/* Reads until the line has come, the connection is closed, or it is too late. */
static const char *read_banner(int fd, char *text, size_t cap, int64_t end_us, bool *is_closed)
{
    size_t len = 0;
    const char *line = NULL;
    *is_closed = false;
    while (line == NULL && len + 1 < cap && !*is_closed && ssh_await(fd, POLLIN, end_us)) {
        ssize_t n = recv(fd, text + len, cap - 1 - len, 0);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        *is_closed = n <= 0;
        len += n > 0 ? (size_t)n : 0;
        text[len] = '\0';
        line = ssh_line(text);
    }
    return line;
}

pt_code ssh_banner(const char *address, int port, int64_t limit_ms, char *banner, size_t cap,
                   struct pt_error *err)
{
    char text[BANNER_MAX] = "";
    bool is_closed = false;
    int64_t end_us = clock_mono_us() + limit_ms * 1000;
    int fd = ssh_open(address, port, end_us);
    banner[0] = '\0';
    if (fd < 0)
        return pt_error_set(err, PT_EUNREACHABLE, "Check again", "%s port %d: no connection",
                            address, port);
    const char *line = read_banner(fd, text, sizeof text, end_us, &is_closed);
    const char *shown = line != NULL ? line : text;
    close(fd);
    printable_copy(banner, cap, shown, strcspn(shown, "\r\n"));
    if (line != NULL && (strncmp(line, "SSH-2.0-", 8) == 0 || strncmp(line, "SSH-1.99-", 9) == 0))
        return PT_OK;
    if (text[0] != '\0')
        return pt_error_set(
            err, PT_EDATA, "Check the host and the port; a proxy may stand between",
            "%s port %d accepts the TCP connection, and answers “%s” instead of SSH-2.0", address,
            port, banner);
    if (is_closed)
        return pt_error_set(
            err, PT_EUNREACHABLE,
            "Look at sshd on the host. A firewall may close the connection, too",
            "%s port %d accepts the TCP connection, and closes it without an SSH banner", address,
            port);
    return pt_error_set(
        err, PT_ETIMEOUT, "Check again, since a busy host answers late",
        "%s port %d accepts the TCP connection, and sends no SSH banner within %lld ms", address,
        port, (long long)limit_ms);
}

/* ------------------------------------------------------------------ logging in */

static const char *ssh_text(const struct buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

/* The last line that is not empty: ssh says there why it ends. */
static void last_line(const char *text, char *out, size_t cap)
{
    const char *last = "";
    while (*text != '\0') {
        size_t len = strcspn(text, "\r\n");
        if (len > 0)
            last = text;
        text += len + strspn(text + len, "\r\n");
    }
    printable_copy(out, cap, last, strcspn(last, "\r\n"));
}

/* A host that lets nobody in as root says: Please login as the user "ec2-user" rather than … */
static bool wanted_user(const char *said, char *out, size_t cap)
{
    const char *at = strstr(said, "Please login as the user ");
    if (at == NULL)
        return false;
    at += strlen("Please login as the user ");
    at += strspn(at, "\"'");
    printable_copy(out, cap, at, strcspn(at, "\"' \r\n"));
    return true;
}

static pt_code ssh_refused(const struct ssh_to *to, const char *said, const char *last,
                           struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    if (strstr(said, "UNPROTECTED PRIVATE KEY FILE") != NULL ||
        strstr(said, "bad permissions") != NULL) {
        snprintf(fix, sizeof fix, "chmod 600 \"%s\"", to->key_file);
        return pt_error_set(err, PT_ECONFIG, fix,
                            "ssh refuses %s, because other users than you can read it",
                            to->key_file);
    }
    if (strstr(said, "invalid format") != NULL || strstr(said, "error in libcrypto") != NULL)
        return pt_error_set(err, PT_ECONFIG, "Fix keypair.file first", "ssh cannot read %s",
                            to->key_file);
    if (strstr(said, "Permission denied (") != NULL)
        return pt_error_set(err, PT_EAUTH,
                            "Check pintop.ssh.user (Amazon Linux: ec2-user, Ubuntu: ubuntu), and "
                            "that the host was launched with this key pair",
                            "%s refuses the login of %s with the key %s: %s", to->host, to->user,
                            to->key_file, last);
    return pt_error_set(err, PT_EUNREACHABLE, "Run the command yourself: ssh -v shows each step",
                        "the login to %s failed: %s", to->host,
                        last[0] != '\0' ? last : "ssh ended without a message");
}

static pt_code ssh_judge(const struct ssh_to *to, const struct child_result *result,
                         struct pt_error *err)
{
    char last[300], user[80], fix[PT_FIX_MAX];
    const char *said = ssh_text(&result->err);
    last_line(said, last, sizeof last);
    if (result->end == CHILD_NOT_STARTED)
        return pt_error_set(err, PT_ENOTFOUND, "Install OpenSSH's client, then check again",
                            "there is no program ssh here: %s", strerror(result->error));
    if (wanted_user(ssh_text(&result->out), user, sizeof user) ||
        wanted_user(said, user, sizeof user)) {
        snprintf(fix, sizeof fix, "Set pintop.ssh.user=%s", user);
        return pt_error_set(err, PT_EUSAGE, fix, "%s takes the key, and wants the user %s, not %s",
                            to->host, user, to->user);
    }
    if (result->end == CHILD_CANCELLED)
        return pt_error_set(err, PT_ECANCELLED, NULL, "interrupted");
    if (result->end == CHILD_LOST)
        return pt_error_set(
            err, PT_EUNREACHABLE, "Start pintop from a shell that does not ignore SIGCHLD",
            "ssh has ended, and the system does not report how: %s", strerror(result->error));
    if (result->end != CHILD_ENDED)
        return pt_error_set(err, PT_ETIMEOUT, "Check again, since a busy host answers late",
                            "the login to %s did not end within the time allowed", to->host);
    if (child_exited(result, 0))
        return PT_OK;
    if (child_exited(result, 255))
        return ssh_refused(to, said, last, err);
    if (last[0] == '\0')
        last_line(ssh_text(&result->out), last, sizeof last);
    return pt_error_set(err, PT_EDATA,
                        "Run the command yourself, and look at the user's shell there",
                        "%s accepts the login of %s, and does not run a command: %s", to->host,
                        to->user, last[0] != '\0' ? last : "it prints no message");
}

pt_code ssh_login(const struct ssh_to *to, int64_t limit_ms, bool (*is_cancelled)(void *arg),
                  void *arg, struct pt_error *err)
{
    char port[16], user_at[400];
    /* For this test alone the host's key is neither looked up nor kept: the operator is asked about
     * it by ssh itself, at the first login by hand. Nothing is sent but a signature of this
     * session, which is good for no other host. */
    const char *const words[] = {"ssh",
                                 "-F", /* no settings, which could name other keys and hosts */
                                 "none",
                                 "-n",
                                 "-T",
                                 "-i",
                                 to->key_file,
                                 "-p",
                                 port,
                                 "-oBatchMode=yes",
                                 "-oConnectTimeout=3",
                                 "-oStrictHostKeyChecking=no",
                                 "-oUserKnownHostsFile=/dev/null",
                                 "-oGlobalKnownHostsFile=/dev/null",
                                 "-oUpdateHostKeys=no",
                                 "-oIdentitiesOnly=yes",
                                 "-oIdentityAgent=none",
                                 "-oPreferredAuthentications=publickey",
                                 "-oControlPath=none",
                                 "-oClearAllForwardings=yes",
                                 "-oForwardAgent=no",
                                 "-oPermitLocalCommand=no",
                                 "-oLogLevel=ERROR",
                                 "--",
                                 user_at,
                                 "true",
                                 NULL};
    snprintf(port, sizeof port, "%d", to->port);
    snprintf(user_at, sizeof user_at, "%s@%s", to->user, to->host);
    const struct child_run run = {.words = (char *const *)(uintptr_t)words, /* only read */
                                  .limit_ms = limit_ms,
                                  .out_max = SSH_OUT_MAX,
                                  .err_max = SSH_ERR_MAX,
                                  .is_cancelled = is_cancelled,
                                  .arg = arg};
    struct child_result result;
    child_run(&run, &result);
    pt_code code = ssh_judge(to, &result, err);
    child_result_done(&result);
    return code;
}

/* ------------------------------------------------------------------ by hand */

/* In double quotes where these leave the text as it is, else in single ones. */
static void put_quoted(const char *text, char *out, size_t cap)
{
    if (strpbrk(text, "\"$`\\!") == NULL) {
        snprintf(out, cap, "\"%s\"", text);
        return;
    }
    size_t used = (size_t)snprintf(out, cap, "'");
    for (; *text != '\0' && used + 8 < cap; text++)
        if (*text == '\'')
            used += (size_t)snprintf(out + used, cap - used, "'\\''");
        else
            out[used++] = *text;
    snprintf(out + used, cap - used, "'");
}

void ssh_command(const struct ssh_to *to, char *out, size_t cap)
{
    char key[2200] = "", port[24] = "";
    if (to->key_file != NULL && to->key_file[0] != '\0')
        put_quoted(to->key_file, key, sizeof key);
    if (to->port != 22)
        snprintf(port, sizeof port, "-p %d ", to->port);
    snprintf(out, cap, "ssh %s%s%s%s%s@%s", key[0] != '\0' ? "-i " : "", key,
             key[0] != '\0' ? " " : "", port, to->user, to->host);
}
