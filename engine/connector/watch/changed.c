/* What somebody changed in a connector's settings while pintop watched: reported as events, and
 * kept for the judge, because a fault that begins right after a change may come from it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/shown.h"
#include "connector/watch/group.h"
#include "connector/watch/internal.h"

/* Notes a setting that was changed or removed. */
static void tell_setting(struct conn_models *cs, struct conn_model *cm, const char *name,
                         const char *before, const char *after)
{
    char from[64], to[64];
    shown_value(from, sizeof from, name, *before != '\0' ? before : "(not set)");
    shown_value(to, sizeof to, name, *after != '\0' ? after : "(not set)");
    snprintf(cm->changed, sizeof cm->changed, "%.60s %s -> %s", name, from, to);
    cm->changed_ms = desk_real_ms(cs->desk);
    conn_group_meant(&cm->members, cm->changed_ms);
    cm->next_ms[CONN_ASK_OBJECTS] = cm->next_ms[CONN_ASK_CHECKS] = 0; /* it may be a fix */
    desk_event(cs->desk, PT_NOTICE, "sink", "%s: %s", cm->conn.name, cm->changed);
}

void conn_tell_settings(struct conn_models *cs, struct conn_model *cm, const struct conn *next)
{
    if (!cm->conn.has_settings || !next->has_settings || !cm->is_ours)
        return;
    int n = 0;
    for (size_t i = 0; i < cm->conn.n_settings; i++) {
        const struct conn_setting *own = &cm->conn.settings[i];
        if (own->value[0] == '\0' || conn_get(next, own->name)[0] != '\0')
            continue;
        tell_setting(cs, cm, own->name, own->value, "");
        n++;
    }
    for (size_t i = 0; i < next->n_settings; i++) {
        const struct conn_setting *own = &next->settings[i];
        const char *before = conn_get(&cm->conn, own->name);
        if (own->value[0] == '\0' || strcmp(before, own->value) == 0)
            continue;
        tell_setting(cs, cm, own->name, before, own->value);
        n++;
    }
    size_t len = strlen(cm->changed);
    if (n > 1)
        snprintf(cm->changed + len, sizeof cm->changed - len, " and %d more", n - 1);
}
