/* What isn't known of the connectors yet: what they read, and why they are in their state. */
#include "core/conn_model_private.h"

bool conn_reads_ours(const struct pt_engine *eng, const struct conn *conn, bool *is_known)
{
    const struct watch_report *r = eng->model.report;
    struct sink sink;
    struct sink_topics topics;
    bool is_one = false;
    sink_read(conn, &sink);
    sink_topics_init(&topics, &sink);
    for (int i = 0; i < PT_STREAMS && !is_one; i++)
        is_one = eng->set.topics[i][0] != '\0' && sink_does_read(&topics, eng->set.topics[i]);
    for (size_t i = 0; r != NULL && i < r->n_topics && !is_one; i++)
        is_one = r->topics[i].is_watched && sink_does_read(&topics, r->topics[i].name);
    if (is_known != NULL)
        *is_known = topics.is_known;
    sink_topics_done(&topics);
    return is_one;
}

size_t model_connectors_unknown_readers(const struct pt_engine *eng)
{
    const struct conn_models *cs = &eng->model.connectors;
    size_t n = 0;
    for (size_t i = 0; i < cs->n; i++) {
        bool is_known;
        const struct conn *conn = &cs->items[i].conn;
        if (cs->items[i].is_gone || (conn->has_settings && !conn_is_sink(conn)))
            continue;
        conn_reads_ours(eng, conn, &is_known);
        n += !is_known;
    }
    return n;
}

size_t model_connectors_not_asked(const struct conn_models *cs)
{
    size_t n = 0;
    for (size_t i = 0; cs->ops != NULL && cs->ops->is_list_brief && i < cs->n; i++)
        n += cs->items[i].details_asked_ms == PT_UNKNOWN && !cs->items[i].is_gone;
    return n;
}
