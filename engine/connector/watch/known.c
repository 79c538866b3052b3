/* What is still unknown about the connectors: what they read, and why they are in their state. */
#include "connector/watch/internal.h"

bool conn_reads_ours(const struct conn_models *cs, const struct conn_model *cm, bool *is_known)
{
    const struct watch_report *r = cs->report;
    struct sink_topics topics;
    bool is_one = false;
    sink_topics_init(&topics, &cm->sink);
    for (int i = 0; i < PT_STREAMS && !is_one; i++)
        is_one = cs->desk->set->topics[i][0] != '\0' &&
                 sink_does_read(&topics, cs->desk->set->topics[i]);
    for (size_t i = 0; r != NULL && i < r->n_topics && !is_one; i++)
        is_one = r->topics[i].is_watched && sink_does_read(&topics, r->topics[i].name);
    if (is_known != NULL)
        *is_known = topics.is_known;
    sink_topics_done(&topics);
    return is_one;
}

size_t conn_models_unknown_readers(const struct conn_models *cs)
{
    size_t n = 0;
    for (size_t i = 0; i < cs->n; i++) {
        bool is_known;
        const struct conn_model *cm = &cs->items[i];
        if (cm->is_gone || (cm->conn.has_settings && !conn_is_sink(&cm->conn)))
            continue;
        conn_reads_ours(cs, cm, &is_known);
        n += !is_known;
    }
    return n;
}

size_t conn_models_not_asked(const struct conn_models *cs)
{
    size_t n = 0;
    for (size_t i = 0; cs->ops != NULL && cs->ops->is_list_brief && i < cs->n; i++)
        n += cs->items[i].details_asked_ms == PT_UNKNOWN && !cs->items[i].is_gone;
    return n;
}
