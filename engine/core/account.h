/* The account of one stream: its streamer with its window, its checkpoint, and on the embedded
 * cluster the queue of what is acknowledged but not yet in a durable object. */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include <pthread.h>

#include "core/checkpoint.h"
#include "stream/streamer.h"

enum { ACCOUNT_PARTITIONS = 16 };

/* Acknowledged records of one partition in offset order. */
struct commit_queue {
    struct commit_entry {
        int64_t offset;
        uint64_t index;
        uint32_t bytes;
    } * entries; /* a ring of cap */
    size_t cap, first, n;
    int64_t committed; /* the next offset the sink has committed */
};

struct account {
    bool is_open; /* everything below is valid; set by the opener, read after FACT_OPENED */
    bool is_embedded;
    char path[4096];      /* of the checkpoint */
    struct checkpoint cp; /* as loaded or made; next_index etc. are filled when it is written */
    int64_t base_offsets[ACCOUNT_PARTITIONS]; /* embedded: what to add to the mock's offsets */
    size_t n_bases;
    uint64_t run_first;        /* next_index at the start of this run */
    uint64_t doubles_possible; /* at open: taken by the last run, outcome not known here */
    char last_end[192];        /* why and when the last run ended, "" */
    struct streamer streamer;
    pthread_mutex_t lock; /* of the commit queues */
    struct commit_queue commits[ACCOUNT_PARTITIONS];
};

void account_init(struct account *account);
/* After its threads have ended. */
void account_done(struct account *account);

/* A broker acknowledged index (the producer's report). settled_bytes: what of `len` is settled at
 * once, because the sink had committed the offset before this report came. Errors PT_ENOMEM: the
 * slot stays acked and its index is sent again by the next run. */
pt_code account_delivered(struct account *account, uint64_t index, int32_t partition,
                          int64_t offset, size_t len, int64_t now_us, size_t *settled_bytes);
/* The sink has committed everything of the partition below next_offset. Returns the bytes that this
 * settles. Thread: the sink's. */
size_t account_committed(struct account *account, int32_t partition, int64_t next_offset);

/* The checkpoint as JSON as of now, to be freed; NULL without memory. why: "" while it runs.
 * Thread: any. */
char *account_checkpoint(struct account *account, const char *why);

#endif
