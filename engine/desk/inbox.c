#include "desk/inbox.h"

#include <stdarg.h>

#include "base/event.h"
#include "desk/section.h"

bool inbox_init(struct inbox *inbox)
{
    *inbox = (struct inbox){.facts = queue_new()};
    pthread_mutex_init(&inbox->lock, NULL);
    return inbox->facts != NULL;
}

void inbox_done(struct inbox *inbox)
{
    queue_free(inbox->facts, fact_free);
    pthread_mutex_destroy(&inbox->lock);
}

void inbox_post(struct inbox *inbox, struct fact *fact)
{
    if (fact != NULL && !queue_push(inbox->facts, fact))
        fact_free(fact);
}

static void event_drop(void *event)
{
    event_release(event);
}

static void result_drop(void *result)
{
    result_release(result);
}

bool inbox_line(struct inbox *inbox, const struct pt_event *line)
{
    /* The reference count is in memory that is const to all others. */
    void *held = (void *)(uintptr_t)event_acquire(line);
    struct fact *fact = fact_with(FACT_LINE, held, event_drop);
    inbox_post(inbox, fact);
    return fact != NULL;
}

void inbox_result(struct inbox *inbox, struct pt_result *result)
{
    inbox_post(inbox, fact_with(FACT_RESULT, result, result_drop));
}

void inbox_event(struct inbox *inbox, enum pt_severity severity, const char *area, const char *fmt,
                 ...)
{
    va_list args;
    va_start(args, fmt);
    struct pt_event *event = event_new(severity, area, fmt, args);
    va_end(args);
    if (event != NULL)
        inbox_post(inbox, fact_with(FACT_EVENT, event, event_drop));
}

void inbox_fail(struct inbox *inbox, const struct pt_error *err)
{
    pthread_mutex_lock(&inbox->lock);
    if (inbox->failure.code == PT_OK)
        inbox->failure = *err;
    pthread_mutex_unlock(&inbox->lock);
}

pt_code inbox_failure(struct inbox *inbox, struct pt_error *failure)
{
    pthread_mutex_lock(&inbox->lock);
    *failure = inbox->failure;
    pthread_mutex_unlock(&inbox->lock);
    return failure->code;
}
