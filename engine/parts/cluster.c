#include "parts/cluster.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "desk/section.h"
#include "kafka/connection.h"
#include "kafka/handle.h"

enum { LATE_MS = 30000 };

void cluster_part_init(struct cluster_part *cp, const struct desk *desk,
                       const char *embedded_servers)
{
    *cp = (struct cluster_part){
        .desk = desk, .embedded_servers = embedded_servers, .since_ms = desk_real_ms(desk)};
}

void cluster_part_done(struct cluster_part *cp)
{
    watch_report_release(cp->report);
    cp->report = NULL;
}

/* ---- the state ---- */

static void cluster_set_state(struct cluster_part *cp, enum pt_cluster_state state)
{
    if (cp->state == state)
        return;
    if (state == PT_CLUSTER_DOWN)
        desk_event(cp->desk, PT_ERROR, "kafka", "no broker answers: %s", cp->last_error);
    if (state == PT_CLUSTER_UP && cp->state == PT_CLUSTER_DOWN)
        desk_event(cp->desk, PT_INFO, "kafka", "the brokers answer again");
    if (state == PT_CLUSTER_UP && cp->state < PT_CLUSTER_UP)
        desk_event(cp->desk, PT_INFO, "kafka", "connected: %zu broker%s, %zu topic%s",
                   cp->report->n_brokers, text_s((int64_t)cp->report->n_brokers),
                   cp->report->n_topics, text_s((int64_t)cp->report->n_topics));
    cp->state = state;
    cp->since_ms = desk_real_ms(cp->desk);
}

/* A broker is down when the statistics say so (the metadata still lists it for a while), or when
 * the metadata names it only as a replica. */
static bool cluster_has_down(const struct cluster_part *cp)
{
    for (size_t i = 0; i < cp->report->n_brokers; i++)
        if (cp->report->brokers[i].state == PT_BROKER_DOWN)
            return true;
    const struct stats *stats = &cp->figures.producer;
    for (size_t i = 0; i < stats->n_brokers; i++)
        if (stats->brokers[i].state == PT_BROKER_DOWN)
            return true;
    return false;
}

static bool cluster_has_leaderless(const struct watch_report *report)
{
    for (size_t i = 0; i < report->n_topics; i++)
        if (report->topics[i].is_watched && report->topics[i].leaderless > 0)
            return true;
    return false;
}

/* Brokers that only time out may still answer: they count as down when they have not answered for
 * longer than the user waits for answers. Unreachable brokers are down at once. */
static bool cluster_is_silent(const struct cluster_part *cp, const struct watch_report *report)
{
    int64_t patience_ms = LATE_MS > cp->desk->run->wait_ms ? LATE_MS : cp->desk->run->wait_ms;
    return !report->is_late ||
           (report->since_ms != PT_UNKNOWN && report->time_ms - report->since_ms >= patience_ms);
}

/* ---- facts ---- */

static void cluster_failed(struct cluster_part *cp, const struct watch_report *report)
{
    text_copy(cp->last_error, sizeof cp->last_error, report->error.what);
    cp->last_error_ms = report->time_ms;
    if (cp->state == PT_CLUSTER_UNKNOWN)
        cluster_set_state(cp, PT_CLUSTER_CONNECTING);
    else if (cluster_is_silent(cp, report) &&
             (cp->state != PT_CLUSTER_CONNECTING || report->time_ms - cp->since_ms > 3000))
        cluster_set_state(cp, PT_CLUSTER_DOWN);
}

static void cluster_report(struct cluster_part *cp, const struct watch_report *report)
{
    if (report->error.code != PT_OK) {
        cluster_failed(cp, report);
        return;
    }
    watch_report_acquire(report);
    watch_report_release(cp->report);
    cp->report = report;
    cluster_set_state(cp, cluster_has_down(cp) || cluster_has_leaderless(report)
                              ? PT_CLUSTER_PARTIAL
                              : PT_CLUSTER_UP);
}

static void cluster_booted(struct cluster_part *cp, const struct pt_error *err)
{
    if (err->code == PT_OK)
        return;
    text_copy(cp->last_error, sizeof cp->last_error, err->what);
    cp->last_error_ms = desk_real_ms(cp->desk);
    if (err->code == PT_ENOTFOUND) { /* no cluster was asked, so none is down */
        cp->boot_error = *err;
        return;
    }
    cp->state = PT_CLUSTER_DOWN;
    cp->since_ms = cp->last_error_ms;
}

static void cluster_trouble_told(struct cluster_part *cp, const struct pt_error *err)
{
    bool is_news = strcmp(cp->boot_error.what, err->what) != 0;
    cp->boot_error = *err;
    cp->last_error_ms = desk_real_ms(cp->desk);
    if (err->code == PT_OK)
        desk_event(cp->desk, PT_INFO, "kafka", "the cluster is found: %s",
                   pt_config_get(cp->desk->cfg, "bootstrap.servers"));
    else if (is_news)
        desk_event(cp->desk, PT_ERROR, "kafka", "%s. %s", err->what, err->fix);
}

static void cluster_kafka_error(struct cluster_part *cp, const struct fact *fact)
{
    kafka_note_error(cp->last_error, sizeof cp->last_error, (rd_kafka_resp_err_t)fact->number,
                     fact->text);
    cp->last_error_ms = desk_real_ms(cp->desk);
    cp->errors++;
}

static bool cluster_take(void *self, struct fact *fact)
{
    struct cluster_part *cp = self;
    switch (fact->kind) {
    case FACT_BOOTED:
        cluster_booted(cp, fact->error);
        return true;
    case FACT_TROUBLE:
        cluster_trouble_told(cp, fact->error);
        return true;
    case FACT_KAFKA_ERROR:
        cluster_kafka_error(cp, fact);
        return true;
    case FACT_REPORT:
        if (fact->payload != NULL)
            cluster_report(cp, fact->payload);
        return true;
    case FACT_STATS:
        if (fact->payload != NULL)
            broker_figures_producer(&cp->figures, fact->payload, desk_mono_us(cp->desk));
        return false;
    case FACT_WATCH_STATS:
        if (fact->payload != NULL)
            broker_figures_watcher(&cp->figures, fact->payload, desk_mono_us(cp->desk));
        return false;
    default:
        return false;
    }
}

/* ---- the section ---- */

struct trouble cluster_trouble(const struct cluster_part *cp, const struct pt_auth *auth)
{
    const char *fix = connection_fix(cp->last_error);
    if (cp->boot_error.code != PT_OK)
        return (struct trouble){cp->boot_error.what, cp->boot_error.fix};
    bool has_none = auth->state == PT_AUTH_FAILED || auth->state == PT_AUTH_EXPIRED;
    if (has_none && auth->last_error[0] != '\0')
        return (struct trouble){auth->last_error, auth->last_fix};
    if (fix != NULL && auth->broker_meaning[0] != '\0' &&
        connection_login(cp->last_error) == CONNECTION_LOGIN_DENIED)
        fix = auth->broker_meaning;
    return (struct trouble){cp->last_error, fix != NULL ? fix : ""};
}

static void cluster_add_stats(const struct cluster_part *cp, struct pt_broker *broker)
{
    const struct stats *stats = &cp->figures.producer;
    for (size_t i = 0; i < stats->n_brokers; i++) {
        const struct pt_broker *known = &stats->brokers[i];
        if (known->id == broker->id && known->state != PT_BROKER_UNKNOWN &&
            !(broker->state == PT_BROKER_DOWN && known->state == PT_BROKER_CONNECTING))
            broker->state = known->state;
    }
    broker_figures_fill(&cp->figures, desk_mono_us(cp->desk), broker);
    if (cp->state == PT_CLUSTER_DOWN)
        broker->state = PT_BROKER_DOWN;
}

static void cluster_since(const struct desk *desk, const struct pt_cluster_section *before,
                          struct pt_broker *broker)
{
    broker->since_ms = desk_real_ms(desk);
    for (size_t i = 0; before && i < before->n_brokers; i++)
        if (before->brokers[i].id == broker->id && before->brokers[i].state == broker->state)
            broker->since_ms = before->brokers[i].since_ms;
}

const void *cluster_part_section(struct cluster_part *cp)
{
    const struct pt_cluster_section *before = cp->desk->now->cluster;
    struct pt_cluster_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    s->state = cp->state;
    s->since_ms = cp->since_ms;
    s->controller_id = -1;
    /* The configuration's list, or the embedded cluster's once it has started. */
    text_copy(s->bootstrap_servers, sizeof s->bootstrap_servers,
              cp->desk->set->is_embedded ? (cp->desk->is_booted ? cp->embedded_servers : "embedded")
                                         : pt_config_get(cp->desk->cfg, "bootstrap.servers"));
    static const struct pt_auth none = {.state = PT_AUTH_NOT_NEEDED};
    const struct pt_auth_section *auth = cp->desk->now->auth;
    struct trouble trouble = cluster_trouble(cp, auth != NULL ? &auth->auth : &none);
    text_copy(s->last_error, sizeof s->last_error, trouble.what);
    text_copy(s->last_fix, sizeof s->last_fix, trouble.fix);
    s->last_error_ms = cp->last_error_ms;
    s->errors = cp->errors;
    s->retries = cp->figures.has_producer ? cp->figures.producer.retries : PT_UNKNOWN;
    if (cp->report) {
        text_copy(s->id, sizeof s->id, cp->report->cluster_id);
        s->controller_id = cp->report->controller_id;
        text_copy(s->racks_why, sizeof s->racks_why, cp->report->racks_error.what);
        text_copy(s->racks_fix, sizeof s->racks_fix, cp->report->racks_error.fix);
        s->n_brokers =
            cp->report->n_brokers < PT_BROKERS_MAX ? cp->report->n_brokers : PT_BROKERS_MAX;
        if (s->n_brokers > 0)
            memcpy(s->brokers, cp->report->brokers, s->n_brokers * sizeof *s->brokers);
    }
    for (size_t i = 0; i < s->n_brokers; i++) {
        cluster_add_stats(cp, &s->brokers[i]);
        cluster_since(cp->desk, before, &s->brokers[i]);
    }
    if (before &&
        memcmp(&before->section + 1, &s->section + 1, sizeof *s - sizeof s->section) == 0) {
        section_release(s);
        return NULL;
    }
    return s;
}

static const void *cluster_section(void *self)
{
    return cluster_part_section(self);
}

static void cluster_clock_set(void *self, int64_t by_ms)
{
    struct cluster_part *cp = self;
    clock_shift(&cp->since_ms, by_ms);
    clock_shift(&cp->last_error_ms, by_ms);
}

const struct part cluster_part = {
    .name = "cluster",
    .take = cluster_take,
    .clock_set = cluster_clock_set,
    .section = cluster_section,
};
