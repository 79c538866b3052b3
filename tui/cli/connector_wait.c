/* What `pintop connector` waits for before it prints: the list of connectors, the topics, the facts
 * that a verdict needs. Each wait has a time limit, and Ctrl-C ends it. */
#include <math.h>
#include <string.h>

#include "cli/connector.h"
#include "cli/session.h"

enum {
    LIST_MS = 10000,    /* the back end's first answer */
    SETTLE_MS = 5000,   /* status: two samples of the lag */
    TOPICS_MS = 4000,   /* --probe: the topics that the connector reads */
    KAFKA_MS = 1000,    /* the same, while Kafka is unreachable */
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

/* How long to wait for the back end's first answer: at least as long as --wait says. */
static int64_t list_ms(const struct cli *cli)
{
    return cli->given.wait_ms > LIST_MS ? cli->given.wait_ms : LIST_MS;
}

static pt_code nobody_answered(const struct cli *cli, const struct connector_args *a,
                               const struct pt_snapshot *snap, struct pt_error *err)
{
    const struct pt_connectors_section *all = snap->connectors;
    if (all->error[0]) {
        return pt_error_set(err, PT_EIO, all->fix, "connector %s: %s", a->row.name, all->error);
    }
    if (snap->session->is_embedded && a->names_others) {
        return pt_error_set(
            err, PT_ECONFIG, "Leave -b embedded (bootstrap.servers=embedded) out.",
            "connector %s: no embedded cluster runs here, and it has no connector but its own; "
            "pintop.connector.url and pintop.connector.backend do not apply to it",
            a->row.name);
    }
    if (snap->session->is_embedded) {
        return pt_error_set(err, PT_ECONFIG,
                            "Set -X pintop.connector.url=http://host:8083 for Kafka Connect, or "
                            "pintop.msk.cluster for MSK Connect; or start `pintop -b embedded`.",
                            "connector %s: no Kafka Connect or MSK Connect is configured, and no "
                            "embedded cluster runs here",
                            a->row.name);
    }
    if (!all->is_expected) {
        return pt_error_set(err, PT_ECONFIG,
                            "Set -X pintop.connector.url=http://host:8083 for Kafka Connect, or "
                            "pintop.msk.cluster for MSK Connect.",
                            "connector %s: no Kafka Connect or MSK Connect is configured",
                            a->row.name);
    }
    return pt_error_set(
        err, PT_ETIMEOUT, "Check that its process runs, and that this host can reach it.",
        "connector %s: %s has not answered for %d s", a->row.name,
        all->backend_title[0] ? all->backend_title : "the cluster", (int)(list_ms(cli) / 1000));
}

static bool is_answered(const struct pt_snapshot *snap)
{
    const struct pt_connectors_section *all = snap->connectors;
    bool is_asked = pt_backend_info(all->backend)->is_asked;
    return is_asked ? all->asked_ms != PT_UNKNOWN : snap->topics->asked_ms != PT_UNKNOWN;
}

/* Waits until the back end has answered. An error that the back end reports ends the wait, unless
 * it is temporary. */
pt_code connector_wait_list(struct cli *cli, const struct connector_args *a,
                            const struct pt_snapshot **snap, struct pt_error *err)
{
    int64_t until_ms = session_now_ms() + list_ms(cli);
    for (;;) {
        const struct pt_snapshot *now = session_next(cli, until_ms);
        bool is_hopeless = (now->connectors->error[0] && !now->connectors->is_error_passing) ||
                           !now->connectors->is_expected;
        pt_code code = pt_link_failure(&cli->link, err);
        if (code == PT_ENOTFOUND && now->session->is_embedded) {
            code = nobody_answered(cli, a, now, err);
        } else if (code == PT_OK) {
            code = session_interrupted("connector", err);
        }
        /* Some actions report on a worker that does not answer, so its known connectors are enough.
         */
        if (code == PT_OK && (is_answered(now) || (a->row.shows_away && now->connectors->error[0] &&
                                                   now->connectors->n_connectors > 0))) {
            *snap = now;
            return PT_OK;
        }
        if (code == PT_OK && (is_hopeless || session_now_ms() >= until_ms)) {
            code = nobody_answered(cli, a, now, err);
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

/* The connector commits records, but the lag is not seen to shrink. The verdict needs minutes to
 * say whether it falls behind, and only a user who gives --wait is made to wait for that. */
static bool may_fall_behind(const struct pt_connector *c)
{
    return c->verdict == PT_V_OK && c->lag_total != PT_UNKNOWN && c->lag_total > 0 &&
           (isnan(c->lag_per_s) || c->lag_per_s > 0.05);
}

/* Whether diagnose has everything that is worth a wait. */
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

/* Whether the result of a probe has arrived, or none was made. */
static bool is_probed(const struct pt_snapshot *snap, const struct connector_args *a)
{
    const struct pt_connector *c = connector_named(snap, a->name);
    return !a->row.info || a->row.info->answer != PT_ANSWER_STEPS || !c ||
           c->probe.asked_ms != PT_UNKNOWN;
}

/* Whether the connector's topics are known, or the reason why they are not. */
static bool are_topics_known(const struct pt_connector *c)
{
    for (size_t i = 0; i < c->n_evidence; i++) {
        if (c->evidence[i].is_refused && !strcmp(c->evidence[i].witness, "group lag")) {
            return true;
        }
    }
    return c->n_lags > 0;
}

/* A probe writes below each topic. Without Kafka, these are the topics that the configuration
 * names. */
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

pt_code connector_wait_verdict(struct cli *cli, const struct connector_args *a,
                               const struct pt_snapshot **snap, struct pt_error *err)
{
    bool is_long = a->row.is_thorough;
    int64_t wait_ms = cli->given.wait_ms ? cli->given.wait_ms : is_long ? DIAGNOSE_MS : SETTLE_MS;
    int64_t until_ms = session_now_ms() + wait_ms;
    while (session_now_ms() < until_ms &&
           !(are_settled(*snap, a->name) &&
             (!is_long || is_thorough(*snap, a->name, cli->given.wait_ms > 0)) &&
             is_probed(*snap, a))) {
        pt_snapshot_release(*snap);
        *snap = session_next(cli, until_ms);
        pt_code code = session_interrupted("connector", err);
        if (code != PT_OK) {
            return code;
        }
    }
    return PT_OK;
}
