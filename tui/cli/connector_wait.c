/* What `pintop connector` waits for before it speaks: the list, the topics, the facts that a
 * verdict needs. Each wait has its end, and ^C ends it. */
#include <math.h>
#include <string.h>

#include "cli/connector.h"
#include "cli/session.h"

enum {
    LIST_MS = 10000,    /* for the back end's first answer */
    SETTLE_MS = 5000,   /* status: two samples of the lag */
    TOPICS_MS = 4000,   /* --probe: which topics it reads */
    KAFKA_MS = 1000,    /* … when Kafka isn't there */
    DIAGNOSE_MS = 15000 /* diagnose: the witnesses that take longer */
};

const struct pt_connector *connector_named(const struct pt_snapshot *snap, const char *name)
{
    const struct pt_connectors_section *all = snap->connectors;
    for (size_t i = 0; name && i < all->n_connectors; i++) {
        if (!strcmp(all->connectors[i].name, name) || !strcmp(all->connectors[i].id, name)) {
            return &all->connectors[i];
        }
    }
    return !name && all->n_connectors == 1 ? &all->connectors[0] : NULL;
}

/* For the back end's first answer: a wait that was asked for is never cut short. */
static int64_t list_ms(const struct connector_args *a)
{
    return a->wait_ms > LIST_MS ? a->wait_ms : LIST_MS;
}

static pt_code nobody(const struct connector_args *a, const struct pt_snapshot *snap,
                      struct pt_error *err)
{
    const struct pt_connectors_section *all = snap->connectors;
    if (all->error[0]) {
        return pt_error_set(err, PT_EIO, all->fix, "connector %s: %s", a->action, all->error);
    }
    if (snap->session->is_embedded && a->names_others) {
        return pt_error_set(err, PT_ECONFIG, "Leave -b embedded (bootstrap.servers=embedded) out.",
                            "connector %s: the embedded cluster is named, which has no connectors "
                            "but its own, and none runs here; pintop.connector.url and "
                            "pintop.connector.backend say nothing to it",
                            a->action);
    }
    if (snap->session->is_embedded) {
        return pt_error_set(
            err, PT_ECONFIG,
            "Set -X pintop.connector.url=http://host:8083 for Kafka Connect, or "
            "pintop.msk.cluster for MSK Connect; or start `pintop -b embedded`.",
            "connector %s: nothing names whose connectors are meant, and no embedded cluster runs "
            "here",
            a->action);
    }
    if (!all->is_expected) {
        return pt_error_set(err, PT_ECONFIG,
                            "Set -X pintop.connector.url=http://host:8083 for Kafka Connect, or "
                            "pintop.msk.cluster for MSK Connect.",
                            "connector %s: nobody is named who could be asked", a->action);
    }
    return pt_error_set(
        err, PT_ETIMEOUT, "See whether it hangs, and whether the way to it is open.",
        "connector %s: %s has not answered for %d s", a->action,
        all->backend_title[0] ? all->backend_title : "the cluster", (int)(list_ms(a) / 1000));
}

static bool is_answered(const struct pt_snapshot *snap)
{
    const struct pt_connectors_section *all = snap->connectors;
    bool is_asked = all->backend[0] && strcmp(all->backend, "embedded") != 0;
    return is_asked ? all->asked_ms != PT_UNKNOWN : snap->topics->asked_ms != PT_UNKNOWN;
}

/* Until the back end has answered. An error of its own ends the wait, unless it passes by itself:
 * it is told. */
pt_code connector_wait_list(struct cli *cli, const struct connector_args *a,
                            const struct pt_snapshot **snap, struct pt_error *err)
{
    int64_t until_ms = session_now_ms() + list_ms(a);
    for (;;) {
        const struct pt_snapshot *now = session_next(cli, until_ms);
        bool is_hopeless = (now->connectors->error[0] && !now->connectors->is_error_passing) ||
                           !now->connectors->is_expected;
        bool is_read = strcmp(a->action, "status") == 0 || strcmp(a->action, "diagnose") == 0;
        pt_code code = pt_engine_failure(cli->eng, err);
        if (code == PT_ENOTFOUND && now->session->is_embedded) {
            code = nobody(a, now, err);
        } else if (code == PT_OK) {
            code = session_interrupted("connector", err);
        }
        /* A worker that is away is what status and diagnose are asked about. */
        if (code == PT_OK && (is_answered(now) || (is_read && now->connectors->error[0] &&
                                                   now->connectors->n_connectors > 0))) {
            *snap = now;
            return PT_OK;
        }
        if (code == PT_OK && (is_hopeless || session_now_ms() >= until_ms)) {
            code = nobody(a, now, err);
        }
        pt_snapshot_release(now);
        if (code != PT_OK) {
            return code;
        }
    }
}

static bool is_settled(const struct pt_connector *c)
{
    return !c->is_awaited;
}

static bool are_settled(const struct pt_snapshot *snap, const char *name)
{
    const struct pt_connectors_section *all = snap->connectors;
    for (size_t i = 0; i < all->n_connectors; i++) {
        const struct pt_connector *c = &all->connectors[i];
        if ((!name || !strcmp(c->name, name) || !strcmp(c->id, name)) && !is_settled(c)) {
            return false;
        }
    }
    return all->n_connectors > 0;
}

/* It takes records, and whether as many as come in isn't known yet, or they are fewer of late: the
 * verdict needs minutes for that, which are given only by whoever names a time. */
static bool may_fall_behind(const struct pt_connector *c)
{
    return c->verdict == PT_V_OK && c->lag_total != PT_UNKNOWN && c->lag_total > 0 &&
           (isnan(c->lag_per_s) || c->lag_per_s > 0.05);
}

/* diagnose: until nothing that is worth a wait is still under way. */
static bool is_thorough(const struct pt_snapshot *snap, const char *name, bool has_time)
{
    const struct pt_connectors_section *all = snap->connectors;
    for (size_t i = 0; i < all->n_connectors; i++) {
        const struct pt_connector *c = &all->connectors[i];
        if (name && strcmp(c->name, name) != 0 && strcmp(c->id, name) != 0) {
            continue;
        }
        if (has_time && may_fall_behind(c)) {
            return false;
        }
        for (size_t e = 0; e < c->n_evidence; e++) {
            if (c->evidence[e].is_pending) {
                return false;
            }
        }
        if ((c->can & PT_CONN_CAN_LOGS) && c->log_group[0] && c->verdict > PT_V_PAUSED &&
            !c->last_error) {
            return false;
        }
    }
    return true;
}

/* What a probe found is in, if one was made. */
static bool is_probed(const struct pt_snapshot *snap, const struct connector_args *a)
{
    const struct pt_connector *c = connector_named(snap, a->name);
    return a->row->kind != PT_CMD_CONNECTOR_PROBE || !c || c->probe.asked_ms != PT_UNKNOWN;
}

/* Its topics are known, or why they are not. */
static bool are_topics_known(const struct pt_connector *c)
{
    for (size_t i = 0; i < c->n_evidence; i++) {
        if (c->evidence[i].is_refused && !strcmp(c->evidence[i].witness, "group lag")) {
            return true;
        }
    }
    return c->n_lags > 0;
}

/* A probe writes below each of them; without Kafka, below those that the configuration names. snap:
 * in and out. */
pt_code connector_wait_topics(struct cli *cli, const struct connector_args *a,
                              const struct pt_snapshot **snap, struct pt_error *err)
{
    int64_t begun_ms = session_now_ms();
    const struct pt_connector *c = connector_named(*snap, a->name);
    pt_code code = PT_OK;
    while (code == PT_OK && c && !are_topics_known(c)) {
        enum pt_cluster_state state = (*snap)->cluster->state;
        bool is_up = state == PT_CLUSTER_UP || state == PT_CLUSTER_PARTIAL;
        int64_t until_ms = begun_ms + (is_up ? TOPICS_MS : KAFKA_MS);
        if (session_now_ms() >= until_ms) {
            break;
        }
        pt_snapshot_release(*snap);
        *snap = session_next(cli, until_ms);
        code = session_interrupted("connector diagnose --probe", err);
        c = connector_named(*snap, a->name);
    }
    return code;
}

/* snap: in and out. */
pt_code connector_wait_verdict(struct cli *cli, const struct connector_args *a,
                               const struct pt_snapshot **snap, struct pt_error *err)
{
    bool is_long = !strcmp(a->action, "diagnose");
    int64_t wait_ms = a->wait_ms ? a->wait_ms : is_long ? DIAGNOSE_MS : SETTLE_MS;
    int64_t until_ms = session_now_ms() + wait_ms;
    while (session_now_ms() < until_ms &&
           !(are_settled(*snap, a->name) &&
             (!is_long || is_thorough(*snap, a->name, a->wait_ms > 0)) && is_probed(*snap, a))) {
        pt_snapshot_release(*snap);
        *snap = session_next(cli, until_ms);
        pt_code code = session_interrupted("connector", err);
        if (code != PT_OK) {
            return code;
        }
    }
    return PT_OK;
}
