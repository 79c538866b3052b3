#include "stream/pacer.h"

#include "pintop/config.h"

enum {
    BUCKET_US = 100000,
    ORIGINAL_SLEEP_US = 1000000,
    /* Records of a slow stream are sent twice a second, together: nobody sees the difference,
     * and three streams of 10/s cost half as much. In a fast one they wait less than they do in
     * the producer (linger.ms). */
    SLOW_PER_S = 100,
    SLOW_GRID_US = 500000,
    FAST_GRID_US = 20000
};

void pacer_init(struct pacer *pacer, double per_s, uint64_t seed, int64_t now_us)
{
    *pacer =
        (struct pacer){.per_s = per_s, .seed = seed, .next_us = (double)now_us, .is_new = true};
}

static double interval_us(const struct pacer *pacer)
{
    return pacer->per_s >= PT_RATE_MAX ? 0 : 1e6 / pacer->per_s;
}

void pacer_set_rate(struct pacer *pacer, double per_s, int64_t now_us)
{
    pacer->per_s = per_s;
    pacer->is_new = true;
    double latest = (double)now_us + (per_s < 0 ? ORIGINAL_SLEEP_US : interval_us(pacer));
    if (pacer->next_us > latest)
        pacer->next_us = latest;
}

int64_t pacer_wait_us(struct pacer *pacer, int64_t now_us)
{
    if (pacer->per_s >= PT_RATE_MAX)
        return 0;
    /* A thread that wakes much later than requested was stopped or suspended. */
    bool is_on_time = now_us <= pacer->slept_until_us + BUCKET_US;
    double oldest_us = (double)(is_on_time ? pacer->slept_from_us : now_us) - BUCKET_US;
    if (pacer->next_us < oldest_us)
        pacer->next_us = oldest_us;
    double wait = pacer->next_us - (double)now_us;
    return wait <= 0 ? 0 : (int64_t)wait + 1;
}

static int64_t grid_us(const struct pacer *pacer, uint64_t most)
{
    double longest = (double)most * interval_us(pacer);
    int64_t grid = pacer->per_s <= SLOW_PER_S ? SLOW_GRID_US : FAST_GRID_US;
    return longest < (double)grid ? (int64_t)longest : grid;
}

int64_t pacer_sleep_us(struct pacer *pacer, int64_t now_us, int64_t wait_us, uint64_t most)
{
    int64_t until_us = now_us + wait_us;
    if (!pacer->is_new && pacer->per_s > 0) {
        int64_t grid = grid_us(pacer, most);
        until_us = grid > 1 ? (until_us + grid - 1) / grid * grid : until_us;
    }
    pacer->slept_from_us = now_us;
    pacer->slept_until_us = until_us;
    return until_us - now_us;
}

/* The original emulator sleeps 0 or 1 s at random before each turn. The coin is a function of
 * seed and index, so that the three streams take their turns together. */
static int pacer_coin(uint64_t seed, uint64_t index)
{
    uint64_t x = seed * 0x9e3779b97f4a7c15u + index;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (int)(x >> 40 & 1);
}

void pacer_took(struct pacer *pacer, uint64_t index)
{
    if (pacer->per_s >= PT_RATE_MAX)
        return;
    pacer->is_new = false;
    pacer->next_us += pacer->per_s < 0 ? pacer_coin(pacer->seed, index + 1) * ORIGINAL_SLEEP_US
                                       : interval_us(pacer);
}
