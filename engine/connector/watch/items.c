/* One connector as it is remembered: created, found, freed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "connector/watch/commits.h"
#include "connector/watch/group.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/losses.h"
#include "connector/watch/probe.h"
#include "connector/watch/workers.h"

void conn_item_read(struct conn_model *cm)
{
    sink_read(&cm->conn, &cm->sink);
}

static void item_init(struct conn_model *cm, int64_t now_ms)
{
    memset(cm, 0, sizeof *cm);
    conn_init(&cm->conn);
    conn_item_read(cm);
    conn_group_init(&cm->members);
    conn_workers_init(&cm->workers);
    conn_commits_init(&cm->commits);
    conn_losses_init(&cm->losses);
    conn_probe_init(&cm->probe);
    cm->gone_since_ms = cm->restarted_ms = cm->state_seen_ms = PT_UNKNOWN;
    cm->asked_ms = cm->state_since_ms = cm->failed_since_ms = cm->tasks_since_ms = PT_UNKNOWN;
    cm->first_ms = cm->tasks_seen_ms = PT_UNKNOWN;
    cm->lag = cm->in_ms = cm->out_ms = cm->lag_asked_ms = PT_UNKNOWN;
    cm->backlog_ms = cm->backlog_asked_ms = PT_UNKNOWN;
    pace_init(&cm->pace);
    cm->objects_asked_ms = cm->metrics_asked_ms = cm->log_asked_ms = cm->checks_asked_ms =
        PT_UNKNOWN;
    cm->details_asked_ms = cm->changes_asked_ms = PT_UNKNOWN;
    cm->is_detail_old = true;
    cm->told = PT_V_UNKNOWN;
    cm->objects.newest_ms = PT_UNKNOWN;
    cm->in_slow = NAN;
    cm->verdict.since_ms = PT_UNKNOWN;
    since_init(&cm->since, now_ms);
}

void conn_item_done(struct conn_model *cm)
{
    conn_done(&cm->conn);
    conn_losses_done(&cm->losses);
    free(cm->rows);
    free(cm->metrics);
    free(cm->log.text);
}

/* Without a cluster the lag is not waited for, and what AWS alone tells is asked at once. */
static void item_without_cluster(const struct conn_models *cs, struct conn_model *cm)
{
    const struct pt_run *run = cs->desk->run;
    bool is_told = run != NULL && run->no_cluster != NULL;
    if (cs->desk->cfg == NULL || pt_config_has_cluster(cs->desk->cfg))
        return;
    pt_error_set(&cm->lag_error, PT_ECONFIG,
                 is_told ? run->no_cluster_fix
                         : "Name it: -b HOST:PORT, or -X pintop.msk.cluster=NAME",
                 "%s", is_told ? run->no_cluster : "no Kafka cluster is named");
}

struct conn_model *conn_item_add(struct conn_models *cs)
{
    struct conn_model *grown = realloc(cs->items, (cs->n + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    cs->items = grown;
    item_init(&grown[cs->n], desk_real_ms(cs->desk));
    item_without_cluster(cs, &grown[cs->n]);
    grown[cs->n].key = ++cs->last_key;
    return &grown[cs->n++];
}

void conn_item_set_group(struct conn_model *cm, const char *configured)
{
    if (configured[0] != '\0')
        text_copy(cm->group, sizeof cm->group, configured);
    else
        conn_group(&cm->conn, cm->group, sizeof cm->group);
}

struct conn_model *conn_item_find(struct conn_models *cs, const char *id)
{
    for (size_t i = 0; i < cs->n; i++)
        if (strcmp(cs->items[i].conn.id, id) == 0)
            return &cs->items[i];
    return NULL;
}

struct conn_model *conn_item_find_key(struct conn_models *cs, uint64_t key)
{
    for (size_t i = 0; i < cs->n; i++)
        if (cs->items[i].key == key)
            return &cs->items[i];
    return NULL;
}
