/* Owns which topics a look asks about: all of a small cluster, and of a large one those that
 * somebody looks at, those at which the group is at work, and the others in turn. */
#include "kafka/watch_look_private.h"

#include <stdlib.h>
#include <string.h>

/* Beyond this many partitions, those that nobody looks at take turns, all of them within
 * TURN_US. */
enum { MANY = 500 };
#define TURN_US INT64_C(25000000)
/* How long a topic is part of each look after the group consumed there, or began to lag: long
 * enough to distinguish a stall from a turn that has not come yet. */
#define BUSY_US INT64_C(60000000)

static void add_items(struct look *look, const struct pt_topic *topic)
{
    for (int32_t p = 0; p < topic->n_partitions; p++) {
        size_t partition = topic->first_partition + (size_t)p;
        look->items[look->n_items] =
            (struct offsets_item){.topic = topic->name,
                                  .partition = look->list.partitions[partition].partition,
                                  .leader = look->list.partitions[partition].leader,
                                  .is_refused = look->is_refused[partition]};
        look->partition_of[look->n_items++] = partition;
    }
}

static int compare_name(const void *name, const void *entry)
{
    return strcmp(name, *(char *const *)entry);
}

static bool is_wanted(const struct look *look, const char *name)
{
    for (int i = 0; i < WATCH_WHYS; i++) {
        const struct look_names *names = &look->wanted[i];
        if (names->n > 0 &&
            bsearch(name, names->names, names->n, sizeof(*names->names), compare_name)) {
            return true;
        }
    }
    return false;
}

/* Returns how many partitions have their turn now, so that all have one within TURN_US. */
static size_t count_turns(struct look *look, int64_t now_us)
{
    int64_t passed_us = look->turn_us ? now_us - look->turn_us : 0;
    if (passed_us > TURN_US) {
        passed_us = TURN_US;
    }
    return (size_t)((double)look->n_watched * (double)passed_us / (double)TURN_US);
}

/* Marks the next topics after the last one that had its turn, up to this many partitions. */
static void take_turns(struct look *look, size_t n_partitions, bool *is_due)
{
    size_t n = look->list.n_topics, at = 0, taken = 0;
    while (at < n && strcmp(look->list.topics[at].name, look->turn) <= 0) {
        at++;
    }
    for (size_t i = 0; i < n && taken < n_partitions; i++) {
        size_t k = (at + i) % n;
        const struct pt_topic *topic = &look->list.topics[k];
        if (!topic->is_watched) {
            continue;
        }
        taken += (size_t)topic->n_partitions;
        is_due[k] = true;
        memcpy(look->turn, topic->name, sizeof(look->turn));
    }
}

/* Chooses what this look asks for. Topics stay whole, so that their sums are of one moment. */
pt_code look_choose_items(struct look *look, int64_t now_us, struct pt_error *err)
{
    bool is_all = look->is_all_due || look->n_watched <= MANY;
    bool *is_due = calloc(look->list.n_topics + 1, sizeof(*is_due));
    if (!is_due) {
        return pt_error_set(err, PT_ENOMEM, NULL, "watch topics: out of memory");
    }
    size_t n_turns = count_turns(look, now_us);
    if (!is_all && n_turns > 0) {
        take_turns(look, n_turns, is_due);
    }
    if (is_all || n_turns > 0 || !look->turn_us) {
        look->turn_us = now_us;
    }
    look->n_items = 0;
    for (size_t i = 0; i < look->list.n_topics; i++) {
        const struct pt_topic *topic = &look->list.topics[i];
        const struct look_topic *known = &look->topics[i];
        if (topic->is_watched &&
            (is_all || is_due[i] || known->asked_us == 0 || now_us < known->busy_until_us ||
             topic->leaderless > 0 || is_wanted(look, topic->name))) {
            add_items(look, topic);
        }
    }
    free(is_due);
    return PT_OK;
}

/* Notes whether the group is active: it consumed since the last time, or has begun to lag. */
void look_note_work(struct look_topic *known, const struct pt_topic *topic,
                    const struct pt_partition *partitions, int64_t now_us)
{
    int64_t committed = 0, lag = 0;
    bool has_any = false;
    for (int32_t i = 0; i < topic->n_partitions; i++) {
        const struct pt_partition *p = &partitions[i];
        if (p->committed == PT_UNKNOWN || p->committed == COMMITTED_NONE) {
            continue;
        }
        has_any = true;
        committed += p->committed;
        lag += p->high != PT_UNKNOWN ? offsets_lag(p->low, p->high, p->committed) : 0;
    }
    if (has_any && (committed != known->committed || (lag > 0 && known->lag == 0)) &&
        known->asked_us != 0) {
        known->busy_until_us = now_us + BUSY_US;
    }
    known->committed = has_any ? committed : -1;
    known->lag = lag;
}
