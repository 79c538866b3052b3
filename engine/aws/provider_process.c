/* credential_process: a program of the user's prints the keys. Split as a shell would, run without
 * one; its end is waited for within a bound of time and of output. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/json.h"
#include "aws/provider.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/printable.h"

enum {
    WORDS_MAX = 64,
    OUT_MAX = 256 * 1024,
    ERR_MAX = 2048,
    LIMIT_MS = 30000,
    CLOSED_MS = 5000, /* from the end of its output to its own */
    KILLED_MS = 2000,
    SLICE_MS = 50
};

extern char **environ;

/* ------------------------------------------------------------------ words */

/* One word of `in` into `out`, quotes and backslashes undone; moves both on. False: a quote is not
 * closed. */
static bool next_word(const char **in, char **out)
{
    char quote = '\0';
    for (; **in != '\0'; (*in)++) {
        char c = **in;
        if (quote == '\0' && (c == ' ' || c == '\t'))
            break;
        if (c == quote && quote != '\0') {
            quote = '\0';
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == '\\' && quote != '\'' && (*in)[1] != '\0') {
            *(*out)++ = *++*in;
        } else {
            *(*out)++ = c;
        }
    }
    *(*out)++ = '\0';
    return quote == '\0';
}

/* words point into room, which is as long as the command. NULL at the end; false: malformed. */
static bool split(const char *command, char *room, char **words)
{
    size_t n = 0;
    for (;;) {
        command += strspn(command, " \t");
        if (*command == '\0')
            break;
        if (n == WORDS_MAX)
            return false;
        words[n++] = room;
        if (!next_word(&command, &room))
            return false;
    }
    words[n] = NULL;
    return n > 0;
}

/* ------------------------------------------------------------------ running it */

struct child {
    pid_t pid;
    int out, err; /* to be read; -1 at their end */
    bool is_ended;
    int status;
};

static int spawn(char **words, const int out[2], const int err[2], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    /* A group of its own: what it starts is ended with it. */
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    int error = posix_spawnp(pid, words[0], &actions, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static int start(char **words, struct child *child)
{
    int out[2], err[2];
    if (pipe2(out, O_CLOEXEC) != 0)
        return errno;
    if (pipe2(err, O_CLOEXEC) != 0) {
        int error = errno;
        close(out[0]);
        close(out[1]);
        return error;
    }
    int error = spawn(words, out, err, &child->pid);
    close(out[1]);
    close(err[1]);
    child->out = out[0];
    child->err = err[0];
    fcntl(child->out, F_SETFL, O_NONBLOCK);
    fcntl(child->err, F_SETFL, O_NONBLOCK);
    return error;
}

static void take(int *fd, struct buf *buf)
{
    char bytes[4096];
    ssize_t n;
    while ((n = read(*fd, bytes, sizeof bytes)) > 0)
        buf_append(buf, bytes, (size_t)n);
    explicit_bzero(bytes, sizeof bytes);
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        close(*fd);
        *fd = -1;
    }
}

/* It has ended: its status is known from now on. */
static bool has_ended(struct child *child)
{
    if (child->is_ended)
        return true;
    pid_t pid;
    while ((pid = waitpid(child->pid, &child->status, WNOHANG)) < 0 && errno == EINTR) {
    }
    child->is_ended = pid != 0;
    return child->is_ended;
}

static void read_some(struct child *child, struct buf *out, struct buf *err, int timeout_ms)
{
    struct pollfd fds[2] = {
        {.fd = child->out, .events = POLLIN},
        {.fd = child->err, .events = POLLIN}
    };
    poll(fds, 2, timeout_ms);
    if (fds[0].revents != 0)
        take(&child->out, out);
    if (fds[1].revents != 0)
        take(&child->err, err);
    err->is_over = false; /* only its beginning is shown */
}

/* Read both until the program has ended. What it started may hold them open for as long as it
 * likes: nothing more is waited for then. NULL: all is read, else why not. */
static const char *read_all(const struct provider_query *query, struct child *child,
                            struct buf *out, struct buf *err, pt_code *code)
{
    const struct http_transport *net = &query->client->net;
    int64_t limit_ms =
        query->client->process_ms > 0 ? query->client->process_ms : (int64_t)LIMIT_MS;
    int64_t end_us = clock_mono_us() + limit_ms * 1000;
    int64_t closed_us = 0; /* when it had closed both */
    while (!has_ended(child)) {
        int64_t now_us = clock_mono_us();
        bool is_closed = child->out < 0 && child->err < 0;
        *code = PT_ECANCELLED;
        if (net->wait(net->arg, 0) != PT_OK)
            return "cancelled";
        if (is_closed && closed_us == 0)
            closed_us = now_us;
        *code = PT_ETIMEOUT;
        if (now_us > end_us)
            return child->out < 0 ? "it closes its output, but doesn't end in time"
                                  : "it doesn't end in time";
        if (is_closed && now_us - closed_us > CLOSED_MS * INT64_C(1000))
            return "it closes its output, but doesn't end";
        read_some(child, out, err, SLICE_MS);
        *code = PT_EDATA;
        if (out->is_over)
            return "it prints over 256 KiB";
    }
    /* What it had written before its end is there by now. */
    read_some(child, out, err, 0);
    *code = PT_EDATA;
    if (out->is_over)
        return "it prints over 256 KiB";
    *code = PT_OK;
    return NULL;
}

/* Its exit status; is_killed: it was still running, or is not to go on. SIGKILL is not disobeyed,
 * but a process that the kernel can't end (a dead network disk) is not waited for. */
static int finish(struct child *child, bool is_killed)
{
    if (is_killed)
        kill(-child->pid, SIGKILL);
    if (child->out >= 0)
        close(child->out);
    if (child->err >= 0)
        close(child->err);
    int64_t end_us = clock_mono_us() + KILLED_MS * INT64_C(1000);
    while (!has_ended(child) && clock_mono_us() < end_us)
        poll(NULL, 0, 1);
    return child->status;
}

/* ------------------------------------------------------------------ its answer */

static enum provided refuse_exit(const struct provider_query *query, int status,
                                 const struct buf *said, struct pt_error *err)
{
    char shown[120];
    size_t len = said->data != NULL ? strcspn(said->data, "\n") : 0;
    printable_copy(shown, sizeof shown, said->data != NULL ? said->data : "", len);
    return provider_fail(err, PT_ELOGIN, "Run it by hand, and see what it says",
                         "AWS profile %.40s: credential_process ends with %s %d%s%s",
                         query->profile, WIFSIGNALED(status) ? "signal" : "status",
                         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
                         shown[0] != '\0' ? ": " : "", shown);
}

static enum provided take_answer(const struct provider_query *query, const struct buf *out,
                                 struct aws_keys *keys, struct pt_error *err)
{
    char who[80];
    cJSON *json;
    const char *text = out->data != NULL ? out->data : "";
    snprintf(who, sizeof who, "AWS profile %.40s: credential_process", query->profile);
    if (json_parse(text, out->len, &json, NULL) == PT_OK) {
        int64_t version = json_int(json, "Version", 0);
        json_free(json);
        if (version != 1)
            return provider_fail(err, PT_EDATA, "It must print \"Version\": 1",
                                 "%s: its Version is not 1", who);
    }
    provider_place(query, AWS_PLACE_PROCESS, NULL, keys);
    snprintf(keys->source, sizeof keys->source, "credential_process of profile %.80s",
             query->profile);
    return provider_take_json(text, out->len, who, "SessionToken", keys, err);
}

static enum provided run(struct provider_query *query, char **words, struct aws_keys *keys,
                         struct pt_error *err)
{
    struct child child = {.pid = -1, .out = -1, .err = -1};
    struct buf out, said;
    pt_code code;
    int error = start(words, &child);
    if (error != 0) {
        child.out >= 0 ? close(child.out) : 0;
        child.err >= 0 ? close(child.err) : 0;
        return provider_fail(err, PT_ELOGIN, "Correct the path in the AWS config file",
                             "AWS profile %.40s: credential_process %.80s can't be started: %s",
                             query->profile, words[0], strerror(error));
    }
    buf_init_secret(&out, OUT_MAX);
    buf_init_secret(&said, ERR_MAX);
    const char *why = read_all(query, &child, &out, &said, &code);
    int status = finish(&child, why != NULL);
    enum provided provided;
    if (why != NULL)
        provided = provider_fail(err, code,
                                 "Run it by hand, and see what it does: `time` in front of "
                                 "it tells how long it takes",
                                 "AWS profile %.40s: credential_process: %s", query->profile, why);
    else if (status != 0)
        provided = refuse_exit(query, status, &said, err);
    else
        provided = take_answer(query, &out, keys, err);
    buf_done(&out);
    buf_done(&said);
    return provided;
}

static enum provided load(struct provider_query *query, struct aws_keys *keys, struct pt_error *err)
{
    char *words[WORDS_MAX + 1];
    const char *command = provider_setting(query, "credential_process");
    if (command == NULL)
        return PROVIDED_NOTHING;
    char *room = malloc(2 * strlen(command) + 2);
    if (room == NULL)
        return provider_fail(err, PT_ENOMEM, NULL, "AWS credentials: no memory");
    enum provided provided =
        split(command, room, words)
            ? run(query, words, keys, err)
            : provider_fail(err, PT_ECONFIG, "Close its quotes; at most 64 words",
                            "AWS profile %.40s: credential_process is malformed", query->profile);
    explicit_bzero(room, strlen(command));
    free(room);
    return provided;
}

const struct provider provider_process = {
    .word = "custom-process", .is_of_profile = true, .load = load};
