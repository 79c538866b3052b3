#include "state/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/producer.h"

void account_init(struct account *account)
{
    memset(account, 0, sizeof *account);
    pthread_mutex_init(&account->lock, NULL);
}

void account_done(struct account *account)
{
    if (account->is_open)
        streamer_done(&account->streamer);
    account->is_open = false;
    for (int i = 0; i < ACCOUNT_PARTITIONS; i++)
        free(account->commits[i].entries);
    pthread_mutex_destroy(&account->lock);
}

static bool commit_push(struct commit_queue *queue, struct commit_entry entry)
{
    if (queue->n == queue->cap) {
        size_t cap = queue->cap ? queue->cap * 2 : 256;
        struct commit_entry *entries = malloc(cap * sizeof *entries);
        if (entries == NULL)
            return false;
        for (size_t i = 0; i < queue->n; i++)
            entries[i] = queue->entries[(queue->first + i) % queue->cap];
        free(queue->entries);
        *queue = (struct commit_queue){entries, cap, 0, queue->n, queue->committed};
    }
    queue->entries[(queue->first + queue->n++) % queue->cap] = entry;
    return true;
}

pt_code account_delivered(struct account *account, uint64_t index, int32_t partition,
                          int64_t offset, size_t len, int64_t now_us, size_t *settled_bytes)
{
    struct window *win = &account->streamer.win;
    *settled_bytes = 0;
    if (!account->is_embedded) {
        window_delivered(win, index, len, now_us, true);
        return PT_OK;
    }
    pt_code code = PT_OK;
    struct commit_queue *queue = &account->commits[partition % ACCOUNT_PARTITIONS];
    pthread_mutex_lock(&account->lock);
    /* Acknowledged first: the sink's commit may be waiting for this lock. */
    if (window_delivered(win, index, len, now_us, false)) {
        if (offset >= 0 && offset < queue->committed) {
            window_committed(win, index);
            *settled_bytes = producer_record_bytes(len);
        } else if (!commit_push(queue, (struct commit_entry){offset, index, (uint32_t)len})) {
            code = PT_ENOMEM;
        }
    }
    pthread_mutex_unlock(&account->lock);
    return code;
}

size_t account_committed(struct account *account, int32_t partition, int64_t next_offset)
{
    struct commit_queue *queue = &account->commits[partition % ACCOUNT_PARTITIONS];
    size_t settled = 0;
    pthread_mutex_lock(&account->lock);
    if (next_offset > queue->committed)
        queue->committed = next_offset;
    while (queue->n > 0 && queue->entries[queue->first].offset < next_offset) {
        const struct commit_entry *entry = &queue->entries[queue->first];
        window_committed(&account->streamer.win, entry->index);
        settled += producer_record_bytes(entry->bytes);
        queue->first = (queue->first + 1) % queue->cap;
        queue->n--;
    }
    pthread_mutex_unlock(&account->lock);
    return settled;
}

/* Where the account is and where its record came from. While a stream runs, the ring's cell of
 * the position may be taken by a later index, but not while the index holds its slot (a window
 * that stays full); then it is read again. */
static struct source_pos account_read_place(const struct window *win, struct checkpoint *cp,
                                            uint64_t *at)
{
    struct source_pos pos;
    do {
        /* lowest first: then the file never says lowest > taken. */
        cp->next_index = atomic_load(&win->lowest);
        cp->taken_index = atomic_load(&win->next);
        if (cp->taken_index < cp->next_index)
            cp->taken_index = cp->next_index;
        *at = cp->taken_index > cp->next_index ? cp->next_index : cp->next_index - win->stride;
        pos = window_position(win, *at);
    } while ((atomic_load(&win->next) - *at) / win->stride > win->mask &&
             atomic_load(&win->lowest) > *at);
    return pos;
}

char *account_checkpoint(struct account *account, const char *why)
{
    struct checkpoint *cp = malloc(sizeof *cp);
    uint64_t at;
    if (cp == NULL)
        return NULL;
    *cp = account->cp;
    struct source_pos pos = account_read_place(&account->streamer.win, cp, &at);
    if (cp->taken_index > account->run_first) {
        cp->source_index = at;
        cp->source_offset = pos.offset;
        cp->source_row = pos.row;
    }
    cp->written_ms = clock_real_ms();
    snprintf(cp->ended_why, sizeof cp->ended_why, "%s", why);
    cp->ended_ms = *why ? cp->written_ms : 0;
    char *text = checkpoint_format(cp);
    free(cp);
    return text;
}
