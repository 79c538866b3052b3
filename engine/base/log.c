#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mask.h"
#include "base/printable.h"
#include "base/text.h"

/* The one global of the engine: librdkafka's callbacks and every room log without a handle. The
 * lock is held during the call, so that after log_set_receiver(NULL) nobody is in the old one. */
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

size_t log_format(const struct pt_event *line, char *out, size_t cap)
{
    char when[32];
    clock_format_ms(line->time_ms, when, sizeof when);
    int len = snprintf(out, cap, "%s %-7s %-8s %s\n", when, pt_severity_word(line->severity),
                       line->area, line->text);
    return len < (int)cap ? (size_t)len : cap - 1;
}

pt_code log_to_file(const char *path, struct pt_error *err)
{
    char why[128];
    int fd = log_open(path);
    if (fd < 0)
        return pt_error_set(err, PT_EIO, "Name a file that can be written.", "log file %.200s: %s",
                            path, strerror_r(errno, why, sizeof why));
    atomic_store(&file_fd, fd);
    return PT_OK;
}

void log_write(const struct pt_event *line)
{
    char text[400];
    int fd = atomic_load(&file_fd);
    if (fd < 0)
        return;
    size_t len = log_format(line, text, sizeof text);
    ssize_t n = write(fd, text, len); /* one call: lines of threads stay whole */
    (void)n;                          /* a full disk does not stop the command */
}

void log_line(enum pt_severity severity, const char *area, const char *fmt, ...)
{
    if ((int)severity < atomic_load_explicit(&level, memory_order_relaxed))
        return;
    struct pt_event line = {.time_ms = clock_real_ms(), .severity = severity};
    char text[1024];
    va_list args;
    va_start(args, fmt);
    text_put_args(text, sizeof text, fmt, args);
    va_end(args);
    mask_secrets(text, sizeof text);
    printable_str(line.area, sizeof line.area, area);
    printable_str(line.text, sizeof line.text, text);
    log_write(&line);
    pthread_mutex_lock(&lock);
    if (receiver)
        receiver(receiver_arg, &line);
    pthread_mutex_unlock(&lock);
}
