#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/printable.h"
#include "base/shown.h"

/* The one global of the engine: librdkafka's callbacks and every room log without a handle. The
 * lock is held during the call, so that after log_set_receiver(NULL) nobody is in the old one. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static log_receive_fn receiver;
static void *receiver_arg;
static atomic_int level = PT_INFO;

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

void log_line(enum pt_severity severity, const char *area, const char *fmt, ...)
{
    if ((int)severity < atomic_load_explicit(&level, memory_order_relaxed))
        return;
    struct pt_event line = {.time_ms = clock_real_ms(), .severity = severity};
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    mask_secrets(text, sizeof text);
    printable_str(line.area, sizeof line.area, area);
    printable_str(line.text, sizeof line.text, text);
    pthread_mutex_lock(&lock);
    if (receiver)
        receiver(receiver_arg, &line);
    pthread_mutex_unlock(&lock);
}
