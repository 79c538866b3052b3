/* How long a stream's oldest record may wait for its acknowledgement. The reactor's thread. */
#include "core/engine_state.h"

enum {
    PATIENCE_MIN_MS = 5000, /* for an acknowledgement */
    PATIENCE_MAX_MS = 60000
};

int64_t model_patience_ms(const struct stream_model *sm)
{
    double ms = 4 * sm->usual_ms;
    return ms < PATIENCE_MIN_MS   ? PATIENCE_MIN_MS
           : ms > PATIENCE_MAX_MS ? PATIENCE_MAX_MS
                                  : (int64_t)ms;
}

/* What is usual is learnt while acknowledgements come, not from an outage. */
void model_learn_patience(struct stream_model *sm, const struct window_figures *f, int64_t now_us)
{
    double age_ms = f->oldest_us != INT64_MIN ? (double)(now_us - f->oldest_us) / 1000 : 0;
    bool has_come = f->delivered != sm->last_delivered;
    if (has_come && f->in_flight > 0 && age_ms < (double)model_patience_ms(sm))
        sm->usual_ms += (age_ms - sm->usual_ms) / 8;
}
