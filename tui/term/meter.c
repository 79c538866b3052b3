#include "term/meter.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "pintop/stream.h"

enum { METER_SECOND_MS = 1000 };

static void meter_put(struct meter *meter, const struct meter_second *second)
{
    meter->seconds[meter->n++ % METER_SECONDS] = *second;
}

static void meter_begin(struct meter *meter, const struct meter_counters *now, int64_t now_ms)
{
    meter->second_ms = now_ms;
    meter->began = *now;
}

/* The CPU time of several seconds is spread over them, since threads may have used it at any time.
 */
static void meter_put_several(struct meter *meter, const struct meter_counters *now, int64_t n)
{
    bool is_known = now->cpu_ms != PT_UNKNOWN && meter->began.cpu_ms != PT_UNKNOWN;
    int64_t used_ms = is_known ? now->cpu_ms - meter->began.cpu_ms : 0, spread_ms = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t until_ms = used_ms * (i + 1) / n;
        struct meter_second second = {.cpu_ms = is_known ? until_ms - spread_ms : PT_UNKNOWN};
        spread_ms = until_ms;
        if (i == 0) {
            second.bytes = now->bytes - meter->began.bytes;
            second.frames = now->frames - meter->began.frames;
        }
        meter_put(meter, &second);
    }
}

void meter_take(struct meter *meter, const struct meter_counters *now, int64_t now_ms)
{
    if (meter->second_ms == 0) {
        meter_begin(meter, now, now_ms);
        return;
    }
    int64_t n = (now_ms - meter->second_ms) / METER_SECOND_MS;
    if (n <= 0)
        return;
    if (n > METER_SECONDS) { /* the process was stopped for so long: nothing of that is a figure */
        meter->n = 0;
        meter_begin(meter, now, now_ms);
        return;
    }
    meter_put_several(meter, now, n);
    int64_t end_ms = meter->second_ms + n * METER_SECOND_MS;
    meter_begin(meter, now, end_ms);
}

struct meter_reading meter_read(const struct meter *meter)
{
    struct meter_reading reading = {PT_UNKNOWN, PT_UNKNOWN, NAN, NAN};
    uint64_t n = meter->n < METER_SECONDS ? meter->n : METER_SECONDS;
    uint64_t of_mean = n < METER_MEAN_SECONDS ? n : METER_MEAN_SECONDS;
    uint64_t bytes = 0, frames = 0, most = 0;
    int64_t cpu_ms = 0;
    if (n == 0)
        return reading;
    for (uint64_t i = 0; i < n; i++) {
        const struct meter_second *second = &meter->seconds[(meter->n - 1 - i) % METER_SECONDS];
        most = second->bytes > most ? second->bytes : most;
        if (i >= of_mean)
            continue;
        bytes += second->bytes;
        frames += second->frames;
        if (cpu_ms != PT_UNKNOWN)
            cpu_ms = second->cpu_ms == PT_UNKNOWN ? PT_UNKNOWN : cpu_ms + second->cpu_ms;
    }
    reading.bytes_per_s = (int64_t)((bytes + of_mean / 2) / of_mean);
    reading.bytes_per_s_most = (int64_t)most;
    reading.frames_per_s = (double)frames / (double)of_mean;
    if (cpu_ms != PT_UNKNOWN)
        reading.cpu_pct = (double)cpu_ms / (double)(of_mean * METER_SECOND_MS) * 100;
    return reading;
}
