#include "parts/recent.h"

#include <math.h>
#include <string.h>

enum { RECENT_US = PT_RECENT_S * 1000000 };

void recent_init(struct recent *recent)
{
    *recent = (struct recent){.slot = -1};
}

/* Begins the next ten seconds, of which nothing is known yet. */
static void recent_begin(struct recent *recent)
{
    if (recent->n == PT_RECENT)
        memmove(recent->per_s, recent->per_s + 1, sizeof recent->per_s - sizeof *recent->per_s);
    else
        recent->n++;
    recent->per_s[recent->n - 1] = NAN;
    recent->sum = 0;
    recent->n_rates = 0;
}

void recent_add(struct recent *recent, int64_t now_us, double per_s)
{
    int64_t slot = now_us / RECENT_US;
    if (recent->n == 0 && isnan(per_s)) /* it begins with the first that is known */
        return;
    int64_t passed = recent->n == 0 ? 1 : slot - recent->slot;
    for (int64_t i = 0; i < passed && i < PT_RECENT; i++)
        recent_begin(recent);
    recent->slot = slot;
    if (isnan(per_s))
        return;
    recent->sum += per_s;
    recent->n_rates++;
    recent->per_s[recent->n - 1] = (float)(recent->sum / recent->n_rates);
}

void recent_sample(struct recent recent[PT_STREAMS], const struct pt_topics_section *topics,
                   int64_t now_us)
{
    double per_s[PT_STREAMS];
    for (int i = 0; i < PT_STREAMS; i++)
        per_s[i] = NAN;
    for (size_t i = 0; topics != NULL && i < topics->n_topics; i++)
        if (topics->topics[i].stream >= 0 && topics->source == PT_TOPICS_OF_KAFKA)
            per_s[topics->topics[i].stream] = topics->topics[i].in_per_s;
    for (int i = 0; i < PT_STREAMS; i++)
        recent_add(&recent[i], now_us, per_s[i]);
}
