/* The current sections, and the snapshot that any thread may read. A snapshot is made from the
 * parts' sections in the order of their seats; it is reference-counted and never changes. */
#ifndef CORE_BOARD_H
#define CORE_BOARD_H

#include <pthread.h>

#include "desk/part.h"

struct board {
    struct pt_snapshot now; /* the current sections; its own head is not used. The reactor's */
    uint64_t versions, published_version, n_snapshots;
    int64_t published_s, published_us;
    int wake_fd;          /* readable when there is a newer snapshot */
    int server_fd;        /* the same, for the server of the engine */
    pthread_mutex_t lock; /* guards current */
    const struct pt_snapshot *current;
};

/* Returns false when there is no descriptor; board_done is fine then, too. */
bool board_init(struct board *board);
void board_done(struct board *board);
/* Asks the parts for new sections, and publishes a snapshot when there are some or when a new
 * second has begun. Thread: the reactor's. */
void board_publish(struct board *board, const struct part_seat *seats, size_t n,
                   const struct desk *desk);
/* Wakes whoever waits on wake_fd. Thread: any. */
void board_wake(const struct board *board);
/* Returns the newest snapshot, one reference for the caller; NULL before the first. Thread: any. */
const struct pt_snapshot *board_acquire(struct board *board);

#endif
