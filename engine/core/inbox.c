/* What any thread may hand in: facts, the failure that ends the errand, events. */
#include <stdarg.h>

#include "base/event.h"
#include "core/engine_state.h"

void engine_post(struct pt_engine *eng, struct fact *fact)
{
    if (fact && !queue_push_always(eng->facts, fact))
        fact_free(fact);
}

void engine_fail(struct pt_engine *eng, const struct pt_error *err)
{
    pthread_mutex_lock(&eng->failure_lock);
    if (eng->failure.code == PT_OK)
        eng->failure = *err;
    pthread_mutex_unlock(&eng->failure_lock);
}

void engine_event(struct pt_engine *eng, enum pt_severity severity, const char *area,
                  const char *fmt, ...)
{
    struct fact *fact = fact_new(FACT_EVENT);
    va_list args;
    if (fact == NULL)
        return;
    va_start(args, fmt);
    fact->u.line = event_new(severity, area, fmt, args);
    va_end(args);
    engine_post(eng, fact);
}
