/* How long a stream's oldest record may wait for its acknowledgement. Thread: the reactor's. */
#include "parts/streams.h"

enum { PATIENCE_MIN_MS = 5000, PATIENCE_MAX_MS = 60000 };

int64_t streams_patience_ms(const struct stream_model *sm)
{
    double ms = 4 * sm->usual_ms;
    return ms < PATIENCE_MIN_MS   ? PATIENCE_MIN_MS
           : ms > PATIENCE_MAX_MS ? PATIENCE_MAX_MS
                                  : (int64_t)ms;
}

/* The usual wait is learnt only while acknowledgements arrive, so that an outage does not count. */
void streams_learn_patience(struct stream_model *sm, const struct window_figures *f, int64_t now_us)
{
    double age_ms = f->oldest_us != INT64_MIN ? (double)(now_us - f->oldest_us) / 1000 : 0;
    bool has_come = f->delivered != sm->last_delivered;
    if (has_come && f->in_flight > 0 && age_ms < (double)streams_patience_ms(sm))
        sm->usual_ms += (age_ms - sm->usual_ms) / 8;
}
