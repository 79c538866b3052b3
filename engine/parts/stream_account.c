/* What the account of a stream shows: its records from the first index on, how many of them are in
 * the topic, and how many are committed. */
#include <string.h>

#include "parts/streams.h"

static const struct pt_topic *streams_topic(const struct pt_topics_section *topics,
                                            const char *name)
{
    for (size_t i = 0; topics != NULL && i < topics->n_topics; i++)
        if (strcmp(topics->topics[i].name, name) == 0)
            return &topics->topics[i];
    return NULL;
}

/* Counts the topic's records since the account's start, and how many of them are committed;
 * PT_UNKNOWN where that is unknown. */
static void streams_flow_line(const struct streams_part *sp, int i, struct pt_stream *s)
{
    const struct stream_model *sm = &sp->streams[i];
    const struct account *account = &sp->accounts[i];
    const struct pt_topics_section *topics = sp->desk->now->topics;
    const struct pt_topic *topic = streams_topic(topics, sp->desk->set->topics[i]);
    const struct checkpoint *cp = sm->is_open ? &account->cp : sm->has_look ? &sm->look : NULL;
    s->account_in_topic = s->account_committed = PT_UNKNOWN;
    if (topic == NULL || topic->messages == PT_UNKNOWN)
        return;
    int64_t in = 0, committed = 0;
    for (int32_t p = 0; p < topic->n_partitions; p++) {
        const struct pt_partition *part = &topics->partitions[topic->first_partition + (size_t)p];
        int64_t base = (size_t)p < account->n_bases ? account->base_offsets[p] : 0;
        int64_t start = cp && (size_t)p < cp->n_partitions ? cp->start_offsets[p] : 0;
        if (part->high == PT_UNKNOWN)
            return;
        in += part->high + base - start;
        /* A group that has not committed yet has read nothing. */
        int64_t taken = part->committed == PT_UNKNOWN ? 0 : part->committed;
        committed += taken + base > start ? taken + base - start : 0;
    }
    s->account_in_topic = in < 0 ? 0 : in;
    if (topic->lag != PT_UNKNOWN)
        s->account_committed = committed;
}

void streams_account_figures(const struct streams_part *sp, int i, struct pt_stream *s)
{
    const struct stream_model *sm = &sp->streams[i];
    s->account_first_index = s->account_generated = s->account_delivered = PT_UNKNOWN;
    if (sm->is_open) {
        int64_t before = (int64_t)shard_count(sp->desk->set->shard, sp->accounts[i].cp.first_index,
                                              sp->accounts[i].run_first);
        s->account_first_index = (int64_t)sp->accounts[i].cp.first_index;
        s->account_generated = before + s->generated;
        s->account_delivered = before + s->delivered;
    } else if (sm->has_look) {
        s->account_first_index = (int64_t)sm->look.first_index;
        s->account_generated = (int64_t)shard_count(checkpoint_shard(&sm->look),
                                                    sm->look.first_index, sm->look.next_index);
        s->account_delivered = s->account_generated;
        s->next_index = s->lowest_unresolved = (int64_t)sm->look.next_index;
    }
    streams_flow_line(sp, i, s);
}
