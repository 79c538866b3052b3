/* Which topics' offsets are needed every second, because verdicts depend on them: those of the
 * streams, and those that the connectors read. */
#include <string.h>

#include "connector/watch/internal.h"

static bool needed_has(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Adds a connector's topics after the others; none of them when there are too many. */
static size_t needed_add(const struct conn_model *cm, const char **names, size_t n)
{
    size_t more = n;
    for (size_t i = 0; i < cm->n_rows; i++) {
        const char *topic = cm->rows[i].topic;
        if (needed_has(names, more, topic))
            continue;
        if (more == CONN_NEEDED_MAX)
            return n;
        names[more++] = topic;
    }
    return more;
}

size_t conn_needed_topics(const struct conn_models *cs, const char *names[CONN_NEEDED_MAX])
{
    size_t n = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        if (cs->desk->set->topics[i][0] != 0 && !needed_has(names, n, cs->desk->set->topics[i]))
            names[n++] = cs->desk->set->topics[i];
    for (size_t i = 0; i < cs->n; i++)
        n = needed_add(&cs->items[i], names, n);
    return n;
}

void conn_need_topics(const struct conn_models *cs)
{
    const char *names[CONN_NEEDED_MAX];
    watch_want(cs->watch, WATCH_NEEDED, names, conn_needed_topics(cs, names));
}
