/* What making a synthetic record costs, on one thread: medians of several rounds. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "stream/record.h"

enum { ROUNDS = 11, RECORDS = 200000, SEED = 100 };

struct round {
    double ns, bytes; /* of one record */
};

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The indexes go on from round to round: no round meets words that the caches know. */
static struct round run_round(const struct record_gen *gen, enum pt_stream_id id, uint64_t first)
{
    static char out[RECORD_MAX_BYTES];
    uint64_t bytes = 0;
    double start = now_ns();
    for (uint64_t i = first; i < first + RECORDS; i++)
        bytes += record_write(gen, id, i, out);
    return (struct round){(now_ns() - start) / RECORDS, (double)bytes / RECORDS};
}

static int by_ns(const void *a, const void *b)
{
    const struct round *x = a, *y = b;
    return (x->ns > y->ns) - (x->ns < y->ns);
}

int main(void)
{
    static struct round rounds[PT_STREAMS][ROUNDS];
    static const char *const names[PT_STREAMS] = {"pin", "geo", "user"};
    struct record_gen gen;
    record_gen_init(&gen, SEED, 5);
    /* Kinds alternate, so that a noisy second hits all of them. */
    for (int r = 0; r < ROUNDS; r++)
        for (int id = 0; id < PT_STREAMS; id++)
            rounds[id][r] = run_round(&gen, (enum pt_stream_id)id, (uint64_t)r * RECORDS);

    double ns = 0, bytes = 0;
    for (int id = 0; id < PT_STREAMS; id++) {
        qsort(rounds[id], ROUNDS, sizeof(rounds[id][0]), by_ns);
        const struct round *median = &rounds[id][ROUNDS / 2];
        printf("record.%s_ns %.1f ns\n", names[id], median->ns);
        printf("record.%s_bytes %.1f bytes\n", names[id], median->bytes);
        ns += median->ns / PT_STREAMS;
        bytes += median->bytes / PT_STREAMS;
    }
    printf("record.mean_ns %.1f ns\n", ns);
    printf("record.mean_bytes %.1f bytes\n", bytes);
    return 0;
}
