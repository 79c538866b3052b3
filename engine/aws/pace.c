#include "aws/pace.h"

#include <stddef.h>
#include <string.h>

enum {
    SECOND_MS = 1020, /* a little more than a second: the clocks of two hosts differ */
    MINUTE_MS = 61000,
    BUSY_MS = 100 /* until a running call is checked again */
};

void aws_pace_init(struct aws_pace *pace, int64_t (*now_ms)(void))
{
    memset(pace, 0, sizeof *pace);
    pthread_mutex_init(&pace->lock, NULL);
    pace->now_ms = now_ms;
    for (int i = 0; i < AWS_PACE_SERVICES; i++)
        for (int place = 0; place < AWS_PACE_A_SECOND; place++)
            pace->services[i].free_ms[place] = INT64_MIN;
}

void aws_pace_done(struct aws_pace *pace)
{
    pthread_mutex_destroy(&pace->lock);
}

/* NULL: its calls are not delayed, or there are more services than that. */
static struct aws_pace_service *pace_find(struct aws_pace *pace, const struct aws_service *service)
{
    for (int i = 0; i < AWS_PACE_SERVICES && !service->is_ample; i++) {
        struct aws_pace_service *own = &pace->services[i];
        if (own->service == NULL)
            own->service = service;
        if (own->service == service)
            return own;
    }
    return NULL;
}

/* Returns the place that becomes free first; the first place is reserved for regular calls. */
static int first_free(const struct aws_pace_service *own, bool is_regular)
{
    int best = is_regular ? 0 : 1;
    for (int place = best + 1; place < AWS_PACE_A_SECOND; place++)
        if (own->free_ms[place] < own->free_ms[best])
            best = place;
    return best;
}

int aws_pace_take(struct aws_pace *pace, const struct aws_service *service, bool is_regular,
                  int64_t *wait_ms)
{
    *wait_ms = 0;
    pthread_mutex_lock(&pace->lock);
    int64_t now_ms = pace->now_ms();
    struct aws_pace_service *own = pace_find(pace, service);
    int place = own != NULL ? first_free(own, is_regular) : 0;
    if (own != NULL && own->free_ms[place] > now_ms) {
        *wait_ms = own->free_ms[place] == INT64_MAX ? BUSY_MS : own->free_ms[place] - now_ms;
        place = -1;
    } else if (own != NULL) {
        own->free_ms[place] = INT64_MAX;
    }
    if (place >= 0 && !is_regular)
        pace->made_ms[pace->n_made++ % AWS_PACE_KEPT] = now_ms;
    pthread_mutex_unlock(&pace->lock);
    return place;
}

void aws_pace_give(struct aws_pace *pace, const struct aws_service *service, int place)
{
    pthread_mutex_lock(&pace->lock);
    struct aws_pace_service *own = pace_find(pace, service);
    if (own != NULL)
        own->free_ms[place] = pace->now_ms() + SECOND_MS;
    pthread_mutex_unlock(&pace->lock);
}

int aws_pace_count(struct aws_pace *pace)
{
    int n = 0;
    pthread_mutex_lock(&pace->lock);
    int64_t now_ms = pace->now_ms();
    unsigned kept = pace->n_made < AWS_PACE_KEPT ? pace->n_made : AWS_PACE_KEPT;
    for (unsigned i = 0; i < kept; i++)
        n += now_ms - pace->made_ms[i] < MINUTE_MS;
    pthread_mutex_unlock(&pace->lock);
    return n;
}
