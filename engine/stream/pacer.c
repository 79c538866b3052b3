#include "stream/pacer.h"

#include "pintop/config.h"

enum { BUCKET_US = 100000, ORIGINAL_SLEEP_US = 1000000 };

void pacer_init(struct pacer *pacer, double per_s, uint64_t seed, int64_t now_us)
{
    *pacer = (struct pacer){.per_s = per_s, .seed = seed, .next_us = (double)now_us};
}

static double interval_us(const struct pacer *pacer)
{
    return pacer->per_s >= PT_RATE_MAX ? 0 : 1e6 / pacer->per_s;
}

void pacer_set_rate(struct pacer *pacer, double per_s, int64_t now_us)
{
    pacer->per_s = per_s;
    double latest = (double)now_us + (per_s < 0 ? ORIGINAL_SLEEP_US : interval_us(pacer));
    if (pacer->next_us > latest)
        pacer->next_us = latest;
}

int64_t pacer_wait_us(struct pacer *pacer, int64_t now_us)
{
    if (pacer->per_s >= PT_RATE_MAX)
        return 0;
    if (pacer->next_us < (double)now_us - BUCKET_US)
        pacer->next_us = (double)now_us - BUCKET_US;
    double wait = pacer->next_us - (double)now_us;
    return wait <= 0 ? 0 : (int64_t)wait + 1;
}

/* The original emulator sleeps 0 or 1 s at random before each turn. The coin is a function of seed
 * and index, so that the three streams take their turns together. */
static int coin(uint64_t seed, uint64_t index)
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
    pacer->next_us +=
        pacer->per_s < 0 ? coin(pacer->seed, index + 1) * ORIGINAL_SLEEP_US : interval_us(pacer);
}
