#include "core/board.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "desk/section.h"

bool board_init(struct board *board)
{
    *board = (struct board){.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                            .server_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    pthread_mutex_init(&board->lock, NULL);
    return board->wake_fd >= 0 && board->server_fd >= 0;
}

void board_done(struct board *board)
{
    sections_release(&board->now);
    pt_snapshot_release(board->current);
    if (board->wake_fd >= 0)
        close(board->wake_fd);
    if (board->server_fd >= 0)
        close(board->server_fd);
    pthread_mutex_destroy(&board->lock);
}

static void board_put(struct board *board, const void **slot, const void *section)
{
    if (section == NULL)
        return;
    struct pt_section *head = (struct pt_section *)(uintptr_t)section;
    head->version = ++board->versions;
    section_release(*slot);
    *slot = section;
}

void board_wake(const struct board *board)
{
    uint64_t one = 1;
    /* A write to a full counter fails, but the descriptor is readable then. */
    ssize_t n = write(board->wake_fd, &one, sizeof one);
    (void)n;
    n = write(board->server_fd, &one, sizeof one);
    (void)n;
}

void board_publish(struct board *board, const struct part_seat *seats, size_t n,
                   const struct desk *desk)
{
    for (size_t i = 0; i < n; i++)
        if (seats[i].part->section != NULL)
            board_put(board, seats[i].slot, seats[i].part->section(seats[i].self));
    board->published_us = desk_mono_us(desk);
    board->now.time_ms = desk_real_ms(desk);
    if (board->versions == board->published_version &&
        board->now.time_ms / 1000 == board->published_s)
        return;
    board->published_version = board->versions;
    board->published_s = board->now.time_ms / 1000;
    struct pt_snapshot *snap = snapshot_new(&board->now, ++board->n_snapshots);
    if (snap == NULL)
        return;
    pthread_mutex_lock(&board->lock);
    const struct pt_snapshot *before = board->current;
    board->current = snap;
    pthread_mutex_unlock(&board->lock);
    pt_snapshot_release(before);
    board_wake(board);
}

const struct pt_snapshot *board_acquire(struct board *board)
{
    pthread_mutex_lock(&board->lock);
    const struct pt_snapshot *snap =
        board->current != NULL ? pt_snapshot_acquire(board->current) : NULL;
    pthread_mutex_unlock(&board->lock);
    return snap;
}
