#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/event.h"

/* The one global of the engine: librdkafka's callbacks and every room log without a handle. The
 * lock is held during the call, so after log_set_receiver(NULL) no thread is still inside the
 * old receiver. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static log_receive_fn receiver;
static void *receiver_arg;
static atomic_int level = PT_INFO;
static atomic_int file_fd = -1;

void log_set_receiver(log_receive_fn receive, void *arg)
{
    pthread_mutex_lock(&lock);
    receiver = receive;
    receiver_arg = arg;
    pthread_mutex_unlock(&lock);
}

void log_set_level(enum pt_severity severity)
{
    atomic_store(&level, (int)severity);
}

int log_open(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

bool log_put(int fd, const struct pt_event *line)
{
    char when[32], *text = NULL;
    clock_format_ms(line->time_ms, when, sizeof when);
    int len = asprintf(&text, "%s %-7s %-8s %s\n", when, pt_severity_word(line->severity),
                       line->area, line->text);
    if (len < 0)
        return false;
    bool is_written = write(fd, text, (size_t)len) == len;
    free(text);
    return is_written;
}

pt_code log_to_file(const char *path, struct pt_error *err)
{
    char why[128];
    int fd = log_open(path);
    if (fd < 0)
        return pt_error_set(err, PT_EIO, "Name a file that this user can write",
                            "open the log file %.200s: %s", path,
                            strerror_r(errno, why, sizeof why));
    atomic_store(&file_fd, fd);
    return PT_OK;
}

void log_write(const struct pt_event *line)
{
    int fd = atomic_load(&file_fd);
    if (fd >= 0)
        log_put(fd, line); /* a full disk does not stop the command */
}

void log_line(enum pt_severity severity, const char *area, const char *fmt, ...)
{
    if ((int)severity < atomic_load_explicit(&level, memory_order_relaxed))
        return;
    va_list args;
    va_start(args, fmt);
    struct pt_event *line = event_new(severity, area, fmt, args);
    va_end(args);
    if (line == NULL)
        return;
    log_write(line);
    pthread_mutex_lock(&lock);
    if (receiver)
        receiver(receiver_arg, line);
    pthread_mutex_unlock(&lock);
    event_release(line);
}
