#include "doctor/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/shown.h"
#include "base/text.h"

enum { RATE_FROM_MS = 500 };

static void progress_tell(struct check_progress *p)
{
    p->told_us = p->clock->mono_us();
    if (p->tell != NULL)
        p->tell(p->arg, &p->now);
}

static void progress_tell_in_time(struct check_progress *p)
{
    if (p->clock->mono_us() - p->told_us >= (int64_t)PROGRESS_EVERY_MS * 1000)
        progress_tell(p);
}

void progress_step(struct check *check, int64_t limit_ms, const char *fmt, ...)
{
    struct check_progress *p = check->progress;
    va_list args;
    if (p == NULL)
        return;
    p->now = (struct pt_progress){PT_PROGRESS_NONE};
    p->now.limit_ms = limit_ms;
    p->now.begun_ms = p->clock->real_ms();
    p->begun_us = p->clock->mono_us();
    p->first_bytes = PT_UNKNOWN;
    text_copy(p->now.id, sizeof p->now.id, check->row->id);
    va_start(args, fmt);
    text_put_args(p->now.does, sizeof p->now.does, fmt, args);
    va_end(args);
    show_in_place(p->now.does, sizeof p->now.does);
    progress_tell(p);
}

bool progress_is_leaving(const struct check *check)
{
    const struct check_progress *p = check->progress;
    return p != NULL && p->is_leaving != NULL && atomic_load(p->is_leaving);
}

bool progress_bytes(void *arg, int64_t done, int64_t total)
{
    const struct check *check = arg;
    struct check_progress *p = check->progress;
    if (p == NULL)
        return true;
    int64_t took_ms = (p->clock->mono_us() - p->begun_us) / 1000;
    if (p->first_bytes == PT_UNKNOWN)
        p->first_bytes = done; /* an earlier upload may have left some of them */
    p->now.done_bytes = done;
    p->now.total_bytes = total;
    p->now.bytes_per_s = took_ms >= RATE_FROM_MS && done > p->first_bytes
                             ? (double)(done - p->first_bytes) * 1000 / (double)took_ms
                             : NAN;
    progress_tell_in_time(p);
    return !progress_is_leaving(check);
}

void progress_state(struct check *check, const char *word)
{
    struct check_progress *p = check->progress;
    if (p == NULL || strcmp(p->now.state, word) == 0)
        return;
    shown_str(p->now.state, sizeof p->now.state, word);
    progress_tell(p);
}

void progress_log(struct check *check, const char *text)
{
    struct check_progress *p = check->progress;
    if (p == NULL)
        return;
    shown_lines(p->now.log, sizeof p->now.log, text);
    progress_tell_in_time(p);
}

void progress_tick(struct check *check)
{
    if (check->progress != NULL)
        progress_tell_in_time(check->progress);
}

void progress_goes_on(struct check *check, const char *fmt, ...)
{
    struct check_progress *p = check->progress;
    va_list args;
    if (p == NULL)
        return;
    va_start(args, fmt);
    text_put_args(p->goes_on, sizeof p->goes_on, fmt, args);
    va_end(args);
    show_in_place(p->goes_on, sizeof p->goes_on);
}
