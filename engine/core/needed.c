/* Which topics' offsets are needed each second, because something that is judged here depends on
 * them: those of the streams, and those that a connector reads by name. */
#include <string.h>

#include "core/engine_state.h"

/* A connector that reads hundreds is judged by what it is seen to take (the watcher asks more often
 * where its group is at work). */
enum { NEEDED_MAX = 100 };

static bool has(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Its topics after the others; as they were when there are too many. */
static size_t add_connector(const struct conn_model *cm, const char **names, size_t n)
{
    size_t more = n;
    for (size_t i = 0; i < cm->n_rows; i++) {
        const char *topic = cm->rows[i].topic;
        if (has(names, more, topic))
            continue;
        if (more == NEEDED_MAX)
            return n;
        names[more++] = topic;
    }
    return more;
}

void reactor_need_topics(struct pt_engine *eng)
{
    const struct conn_models *cs = &eng->model.connectors;
    const char *names[NEEDED_MAX];
    size_t n = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        if (eng->set.topics[i][0] != 0 && !has(names, n, eng->set.topics[i]))
            names[n++] = eng->set.topics[i];
    for (size_t i = 0; i < cs->n; i++)
        n = add_connector(&cs->items[i], names, n);
    watch_want(eng->watch, WATCH_NEEDED, names, n);
}
