#include "cli/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/notify.h"
#include "cli/print.h"
#include "cli/session.h"

enum { DETACH_READY_MS = 20000, DETACH_LOG_MAX = 1 << 20, DETACH_SAYS_MAX = 2000 };

pt_code detach_take(struct cli *cli, const char *value, struct pt_error *err)
{
    cli->detach = DETACH_YES;
    if (!value || strcmp(value, "yes") == 0) {
        return PT_OK;
    }
    cli->detach = DETACH_NO;
    return strcmp(value, "no") == 0
               ? PT_OK
               : pt_error_set(err, PT_EUSAGE, "Write --detach, or --detach=no.",
                              "--detach=%s: neither yes nor no", value);
}

/* ---- the answer that is kept ---- */

static const char *detach_dir(const struct pt_config *cfg)
{
    const char *dir = pt_config_get(cfg, "pintop.state.dir");
    return dir ? dir : "";
}

static pt_code detach_make_dir(const char *dir, struct pt_error *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", dir);
    for (char *c = path + 1; *c; c++) {
        if (*c == '/') {
            *c = '\0';
            mkdir(path, 0700);
            *c = '/';
        }
    }
    if (mkdir(path, 0700) == 0 || errno == EEXIST) {
        return PT_OK;
    }
    return pt_error_set(err, PT_EIO,
                        "Make it writable, or choose another with -X pintop.state.dir=DIR.",
                        "state directory %s: %s", dir, strerror(errno));
}

static enum detach_wish detach_kept(const struct pt_config *cfg)
{
    char path[PATH_MAX], word[8] = "";
    snprintf(path, sizeof path, "%s/detach", detach_dir(cfg));
    FILE *file = fopen(path, "re");
    if (file) {
        if (!fgets(word, sizeof word, file)) {
            word[0] = '\0';
        }
        fclose(file);
    }
    return strncmp(word, "yes", 3) == 0  ? DETACH_YES
           : strncmp(word, "no", 2) == 0 ? DETACH_NO
                                         : DETACH_UNSAID;
}

static bool detach_write(const char *path, enum detach_wish wish)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return false;
    }
    bool is_good = dprintf(fd, "%s\n", wish == DETACH_YES ? "yes" : "no") > 0;
    return close(fd) == 0 && is_good;
}

/* Without it the question comes again, which is no error, but not what was announced. */
static void detach_keep(const struct pt_config *cfg, enum detach_wish wish)
{
    char path[PATH_MAX];
    struct pt_error err;
    snprintf(path, sizeof path, "%s/detach", detach_dir(cfg));
    if (detach_make_dir(detach_dir(cfg), &err) != PT_OK) {
        fprintf(stderr, "pintop: the answer is not kept, so it is asked again: %s\n", err.what);
    } else if (!detach_write(path, wish)) {
        fprintf(stderr, "pintop: the answer is not kept, so it is asked again: %s: %s\n", path,
                strerror(errno));
    }
}

/* ---- whether ---- */

static bool detach_is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

/* A session that ends with its link. */
static bool detach_is_fragile(void)
{
    bool is_ssh = detach_is_set("SSH_CONNECTION") || detach_is_set("SSH_TTY");
    return is_ssh && !detach_is_set("TMUX") && !detach_is_set("STY");
}

static enum detach_wish detach_ask(const struct pt_config *cfg)
{
    char line[32] = "";
    fprintf(stderr,
            "This terminal is an SSH session: when its link drops, what runs in it ends.\n"
            "pintop can run its engine apart. The streams then outlive the link, every later\n"
            "`pintop` shows them again, and they go on, with what they cost, until somebody\n"
            "stops them. The answer is kept in\n  %s/detach\n"
            "Run the engine apart? [y/N] ",
            detach_dir(cfg));
    fflush(stderr);
    if (!fgets(line, sizeof line, stdin)) {
        return DETACH_NO;
    }
    enum detach_wish wish = line[0] == 'y' || line[0] == 'Y' ? DETACH_YES : DETACH_NO;
    detach_keep(cfg, wish);
    return wish;
}

/* Without asking: unsaid is what has to be asked. */
static enum detach_wish detach_wished(const struct cli *cli, const struct pt_config *cfg)
{
    if (cli->detach != DETACH_UNSAID) {
        return cli->detach;
    }
    if (!detach_is_fragile() || pt_config_is_readonly(cfg) || pt_config_is_embedded(cfg) ||
        pt_config_is_unset(cfg)) {
        return DETACH_NO;
    }
    return detach_kept(cfg);
}

/* Whether an engine serves this directory already, or another pintop has it: the dashboard then
 * says what it finds. */
static bool detach_is_there(const struct cli *cli, const struct pt_config *cfg)
{
    const struct pt_run run = {
        .first_index = -1, .has_connectors = true, .may_attach = true, .must_attach = true};
    struct pt_link link = {0};
    struct pt_error err;
    pt_code code = cli->open(cfg, &run, &link, &err);
    if (code == PT_OK) {
        pt_link_free(&link);
    }
    return code != PT_ENOTFOUND;
}

/* ---- the engine's process ---- */

/* What the engine says goes to DIR/engine.log; what was there before is kept once it is large. */
static int detach_log(const char *dir)
{
    char path[PATH_MAX], old[PATH_MAX];
    struct stat st;
    snprintf(path, sizeof path, "%s/engine.log", dir);
    snprintf(old, sizeof old, "%s/engine.log.old", dir);
    if (stat(path, &st) == 0 && st.st_size > DETACH_LOG_MAX) {
        rename(path, old);
    }
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Never returns. Closes log_fd when it has become the standard ones. */
static void detach_be_engine(struct cli *cli, const struct pt_config *cfg, int log_fd, int told_fd)
{
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    setsid();
    if (fork() != 0) {
        _exit(0); /* the engine leads no session, so no terminal can become its own */
    }
    dup3(null_fd, STDIN_FILENO, 0); /* the standard ones are for children, too */
    dup3(log_fd, STDOUT_FILENO, 0);
    dup3(log_fd, STDERR_FILENO, 0);
    close(null_fd);
    close(log_fd);
    signal(SIGHUP, SIG_IGN);
    unsetenv("NOTIFY_SOCKET"); /* of a service that this one is no part of */
    unsetenv("JOURNAL_STREAM");
    cli->told_fd = told_fd;
    void *args = calloc(1, command_engine.args_bytes + 1);
    int status = args ? command_engine.run(cli, args, cfg) : 1;
    status = print_finish(status);
    session_end(cli);
    _exit(status);
}

/* Until the engine serves, or says why it cannot. */
static pt_code detach_await(int fd, const char *dir, struct pt_error *err)
{
    char text[DETACH_SAYS_MAX] = "";
    size_t len = 0;
    int64_t until_ms = session_now_ms() + DETACH_READY_MS, left_ms = 0;
    while (len + 1 < sizeof text && (left_ms = until_ms - session_now_ms()) > 0) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        ssize_t n =
            poll(&wait, 1, (int)left_ms) == 1 ? read(fd, text + len, sizeof text - 1 - len) : -1;
        if (n == 0) {
            break;
        }
        len += n > 0 ? (size_t)n : 0;
    }
    text[len] = '\0';
    if (strcmp(text, NOTIFY_READY) == 0) {
        return PT_OK;
    }
    if (left_ms <= 0) {
        return pt_error_set(err, PT_ETIMEOUT,
                            "`pintop status` shows it when it serves, and its log says what it "
                            "waits for.",
                            "engine apart, whose log is %s/engine.log: it has not said within "
                            "%d s whether it can start",
                            dir, DETACH_READY_MS / 1000);
    }
    char *first = strncmp(text, "pintop: ", 8) == 0 ? text + 8 : text;
    size_t used = strlen(first);
    while (used > 0 && strchr(".\n", first[used - 1])) {
        first[--used] = '\0';
    }
    return pt_error_set(err, PT_EIO, "--detach=no runs it in this terminal.",
                        "engine apart, whose log is %s/engine.log: %s", dir,
                        first[0] ? first : "it did not start");
}

static pt_code detach_fork(struct cli *cli, const struct pt_config *cfg, struct pt_error *err)
{
    const char *dir = detach_dir(cfg);
    int fds[2];
    pt_code code = detach_make_dir(dir, err);
    if (code != PT_OK) {
        return code;
    }
    int log_fd = detach_log(dir);
    if (log_fd < 0) {
        return pt_error_set(err, PT_EIO, "--detach=no runs it in this terminal.",
                            "engine apart: %s/engine.log: %s", dir, strerror(errno));
    }
    if (pipe2(fds, O_CLOEXEC) != 0) {
        close(log_fd);
        return pt_error_set(err, PT_EIO, "--detach=no runs it in this terminal.",
                            "engine apart: no pipe can be made: %s", strerror(errno));
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        detach_be_engine(cli, cfg, log_fd, fds[1]);
    }
    close(fds[1]);
    close(log_fd);
    code = pid > 0 ? detach_await(fds[0], dir, err)
                   : pt_error_set(err, PT_EIO, "--detach=no runs it in this terminal.",
                                  "engine apart: no process can be made: %s", strerror(errno));
    if (pid > 0) {
        waitpid(pid, NULL, 0);
    }
    close(fds[0]);
    return code;
}

pt_code detach_start(struct cli *cli, const struct pt_config *cfg, struct pt_error *err)
{
    enum detach_wish wish = detach_wished(cli, cfg);
    if (wish == DETACH_NO || detach_is_there(cli, cfg)) {
        return PT_OK;
    }
    if (wish == DETACH_UNSAID && detach_ask(cfg) != DETACH_YES) {
        return PT_OK;
    }
    pt_code code = detach_fork(cli, cfg, err);
    if (code == PT_OK) {
        cli->start = 0; /* they start there */
    }
    return code;
}
