/* The program itself, run against a server that counts writes. */
#ifndef UNIT_GUARDS_H
#define UNIT_GUARDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "core/command.h"
#include "fake_worker.h"
#include "scratch.h"

enum { WORDS_MAX = 28, LIMIT_MS = 30000 };

static struct fake_worker worker;
/* Which back end the lines are for: each guard is walked for both. */
static bool is_msk;
static char url[100], aws_url[100];

/* A sink that writes to this very server: what a probe would write is counted with the rest. */
static void set_sink(const char *more)
{
    char config[800];
    snprintf(config, sizeof config,
             "{\"connector.class\":\"io.confluent.connect.s3.S3SinkConnector\",\"topics\":"
             "\"demo.pin\",\"s3.bucket.name\":\"objects\",\"s3.region\":\"us-east-1\","
             "\"store.url\":\"http://127.0.0.1:%d\",\"aws.access.key.id\":\"AKIASINK\","
             "\"aws.secret.access.key\":\"kept\"%s}",
             worker.port, more);
    fake_worker_set(&worker, config);
}

static int use_connect(void **state)
{
    (void)state;
    is_msk = false;
    set_sink(",\"tasks.max\":\"1\",\"name\":\"sink\"");
    return 0;
}

static int start_worker(void **state)
{
    if (scratch_make(state) != 0)
        return -1;
    fake_worker_start(&worker, "{}");
    use_connect(NULL);
    snprintf(url, sizeof url, "pintop.connector.url=http://127.0.0.1:%d", worker.port);
    setenv("TERM", "xterm", 1); /* the program may be started where there is none */
    setenv("XDG_CONFIG_HOME", scratch_dir, 1);
    setenv("XDG_STATE_HOME", scratch_dir, 1);
    setenv("HOME", scratch_dir, 1);
    snprintf(aws_url, sizeof aws_url, "http://127.0.0.1:%d", worker.port);
    setenv("AWS_ENDPOINT_URL", aws_url, 1);
    setenv("AWS_REGION", "us-east-1", 1);
    setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "example", 1);
    return 0;
}

static int stop_worker(void **state)
{
    fake_worker_stop(&worker);
    return scratch_remove(state);
}

static const char *program(void)
{
    static char path[4096];
    const char *build = getenv("PINTOP_BUILD");
    snprintf(path, sizeof path, "%s/pintop", build != NULL ? build : "build/release");
    return path;
}

struct said {
    int status;
    char text[16384];
    int64_t took_ms;
};

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Run the program; with a terminal `typed` is given once it asks (it says "Type"). */
static struct said run(char *const words[], bool has_terminal, const char *typed)
{
    struct said said = {0};
    int fds[2], fd;
    size_t used = 0;
    bool has_typed = typed == NULL;
    int64_t until_ms = now_ms() + LIMIT_MS, typed_ms = 0;
    pid_t pid;
    if (has_terminal) {
        pid = forkpty(&fd, NULL, NULL, NULL);
    } else {
        assert_int_equal(pipe(fds), 0);
        pid = fork();
        fd = fds[0];
    }
    assert_true(pid >= 0);
    if (pid == 0) {
        if (!has_terminal) {
            int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
            dup2(null, 0);
            dup2(fds[1], 1);
            dup2(fds[1], 2);
        }
        execv(program(), words);
        _exit(99);
    }
    if (!has_terminal)
        close(fds[1]);
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int64_t left_ms = until_ms - now_ms();
        if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) <= 0 || used + 1 >= sizeof said.text)
            break;
        ssize_t n = read(fd, said.text + used, sizeof said.text - used - 1);
        if (n <= 0)
            break;
        used += (size_t)n;
        if (!has_typed && strstr(said.text, "Type the") != NULL) {
            assert_int_equal(write(fd, typed, strlen(typed)), (ssize_t)strlen(typed));
            has_typed = true;
            typed_ms = now_ms();
        }
    }
    int status = 0;
    if (now_ms() >= until_ms)
        kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    close(fd);
    said.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    said.took_ms = typed_ms != 0 ? now_ms() - typed_ms : 0;
    return said;
}

/* pintop -b … -X url [--readonly] COMMAND ACTION … */
struct line {
    char *words[WORDS_MAX + 1];
    size_t n;
};

static void add(struct line *line, const char *word)
{
    assert_true(line->n < WORDS_MAX);
    line->words[line->n++] = (char *)(uintptr_t)word;
    line->words[line->n] = NULL;
}

static struct line begin(const char *option)
{
    struct line line = {.n = 0};
    add(&line, program());
    add(&line, "-b");
    add(&line, "127.0.0.1:1");
    add(&line, "-X");
    add(&line, is_msk ? "pintop.connector.backend=mskconnect" : url);
    add(&line, "-X");
    add(&line, "pintop.user.id=demo");
    if (is_msk) {
        add(&line, "-X");
        add(&line, "pintop.msk.cluster=prod");
    }
    if (option != NULL)
        add(&line, option);
    return line;
}

static inline struct said connector(const char *const *words)
{
    struct line line = begin(NULL);
    add(&line, "connector");
    for (; *words != NULL; words++)
        add(&line, *words);
    return run(line.words, false, NULL);
}

static int use_msk(void **state)
{
    (void)state;
    is_msk = true;
    set_sink("");
    return 0;
}

#define MSK_TEST(test)                                                                             \
    {                                                                                              \
        "msk connect: " #test, test, use_msk, use_connect, NULL                                    \
    }

#endif
