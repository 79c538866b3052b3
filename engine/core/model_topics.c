/* What the watcher reports: cluster and topics sections, with the rates. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/engine_state.h"
#include "kafka/connection.h"

enum { LATE_MS = 30000 };

/* ---- reports ---- */

static void set_cluster_state(struct pt_engine *eng, enum pt_cluster_state state)
{
    struct model *m = &eng->model;
    if (m->cluster_state == state)
        return;
    if (state == PT_CLUSTER_DOWN)
        model_event(eng, PT_ERROR, "kafka", "no broker answers: %s", m->last_error);
    if (state == PT_CLUSTER_UP && m->cluster_state == PT_CLUSTER_DOWN)
        model_event(eng, PT_INFO, "kafka", "the brokers answer again");
    if (state == PT_CLUSTER_UP && m->cluster_state < PT_CLUSTER_UP)
        model_event(eng, PT_INFO, "kafka", "connected: %zu brokers, %zu topics",
                    m->report->n_brokers, m->report->n_topics);
    m->cluster_state = state;
    m->cluster_since_ms = clock_real_ms();
}

/* Brokers that statistics know to be down (metadata still lists them for a while), or that are only
 * named by their replicas. */
static bool is_any_broker_down(const struct model *m)
{
    for (size_t i = 0; i < m->report->n_brokers; i++)
        if (m->report->brokers[i].state == PT_BROKER_DOWN)
            return true;
    for (size_t i = 0; m->has_stats && i < m->stats.n_brokers; i++)
        if (m->stats.brokers[i].state == PT_BROKER_DOWN)
            return true;
    return false;
}

static bool is_any_leaderless(const struct watch_report *report)
{
    for (size_t i = 0; i < report->n_topics; i++)
        if (report->topics[i].is_watched && report->topics[i].leaderless > 0)
            return true;
    return false;
}

static void note_moves(struct model *m, int64_t now_ms)
{
    int64_t in = 0, out = 0;
    for (size_t i = 0; i < m->report->n_topics; i++) {
        const struct pt_topic *t = &m->report->topics[i];
        if (!t->is_watched || t->high == PT_UNKNOWN)
            continue;
        in += t->high;
        out += t->lag == PT_UNKNOWN ? 0 : t->high - t->lag;
    }
    struct moves *moves = &m->moves;
    bool is_first = moves->watched_since_ms == PT_UNKNOWN;
    if (is_first)
        moves->watched_since_ms = now_ms;
    if (!is_first && in != moves->in_sum)
        moves->in_ms = now_ms;
    if (!is_first && out != moves->out_sum)
        moves->out_ms = now_ms;
    if (in == out)
        moves->clear_ms = now_ms;
    moves->in_sum = in;
    moves->out_sum = out;
}

/* Both lists are sorted by name: carry each topic's history over, and add this look's sample. */
static void update_means(struct model *m)
{
    const struct watch_report *r = m->report;
    struct topic_means *means = calloc(r->n_topics ? r->n_topics : 1, sizeof *means);
    size_t old = 0;
    if (means == NULL)
        return;
    for (size_t i = 0; i < r->n_topics; i++) {
        const struct pt_topic *t = &r->topics[i];
        while (old < m->n_means && strcmp(m->means[old].name, t->name) < 0)
            old++;
        if (old < m->n_means && strcmp(m->means[old].name, t->name) == 0)
            means[i] = m->means[old];
        else
            text_copy(means[i].name, sizeof means[i].name, t->name);
        /* One that was not asked in this look has nothing new to say. */
        bool is_new = means[i].asked_ms != t->asked_ms;
        means[i].asked_ms = t->asked_ms;
        if (is_new && t->high != PT_UNKNOWN)
            mean_add(&means[i].in, r->mono_us, (double)t->high);
        if (is_new && t->lag != PT_UNKNOWN)
            mean_add(&means[i].out, r->mono_us, (double)(t->high - t->lag));
    }
    free(m->means);
    m->means = means;
    m->n_means = r->n_topics;
}

/* Brokers, controller and id are asked only now and then: keep the last ones. */
static void keep_metadata(struct watch_report *next, struct watch_report *before)
{
    if (before == NULL || next->has_metadata)
        return;
    struct pt_broker *brokers = next->brokers;
    memcpy(next->cluster_id, before->cluster_id, sizeof next->cluster_id);
    next->controller_id = before->controller_id;
    next->n_brokers = before->n_brokers;
    next->brokers = before->brokers;
    before->brokers = brokers;
    before->n_brokers = 0;
}

/* Brokers that are late may still answer: they count as down when they were silent for longer than
 * anybody waits. Where the way there fails, they are down. */
static bool is_silent(const struct pt_engine *eng, const struct watch_report *report)
{
    int64_t patience_ms = LATE_MS > eng->run.wait_ms ? LATE_MS : eng->run.wait_ms;
    return !report->is_late ||
           (report->since_ms != PT_UNKNOWN && report->time_ms - report->since_ms >= patience_ms);
}

void model_report(struct pt_engine *eng, struct watch_report *report)
{
    struct model *m = &eng->model;
    if (report->error.code == PT_ECONFIG)
        engine_fail(eng, &report->error);
    if (report->error.code != PT_OK) {
        text_copy(m->last_error, sizeof m->last_error, report->error.what);
        m->last_error_ms = report->time_ms;
        m->topics_error = report->error;
        if (m->cluster_state == PT_CLUSTER_UNKNOWN)
            set_cluster_state(eng, PT_CLUSTER_CONNECTING);
        else if (is_silent(eng, report) && (m->cluster_state != PT_CLUSTER_CONNECTING ||
                                            report->time_ms - m->cluster_since_ms > 3000))
            set_cluster_state(eng, PT_CLUSTER_DOWN);
        watch_report_free(report);
        return;
    }
    keep_metadata(report, m->report);
    watch_report_free(m->report);
    m->report = report;
    m->n_lists += report->has_metadata;
    if (report->group_error.code != PT_OK)
        m->group_error = report->group_error;
    m->topics_error.code = PT_OK;
    m->topics_dirty = true;
    if (report->has_answer)
        model_auth_taken(eng, report->time_ms);
    note_moves(m, report->time_ms);
    update_means(m);
    set_cluster_state(eng, is_any_broker_down(m) || is_any_leaderless(report) ? PT_CLUSTER_PARTIAL
                                                                              : PT_CLUSTER_UP);
}

/* ---- sections ---- */

const struct pt_topic *model_topic(const struct pt_engine *eng, const char *name)
{
    const struct pt_topics_section *topics = eng->model.parts.topics;
    for (size_t i = 0; topics && i < topics->n_topics; i++)
        if (strcmp(topics->topics[i].name, name) == 0)
            return &topics->topics[i];
    return NULL;
}

static int8_t stream_of(const struct pt_engine *eng, const char *topic)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (strcmp(eng->set.topics[i], topic) == 0)
            return (int8_t)i;
    return -1;
}

const void *model_topics_section(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    const struct watch_report *r = m->report;
    const struct pt_topics_section *before = m->parts.topics;
    bool is_error_new =
        before &&
        strcmp(before->error, m->topics_error.code != PT_OK ? m->topics_error.what : "") != 0;
    if (before && !m->topics_dirty && !is_error_new)
        return NULL;
    size_t n = r ? r->n_topics : 0, n_parts = r ? r->n_partitions : 0;
    struct pt_topics_section *s =
        section_new(sizeof *s + n * sizeof *s->topics + n_parts * sizeof *s->partitions);
    if (s == NULL)
        return NULL;
    struct pt_topic *topics = (struct pt_topic *)(s + 1);
    struct pt_partition *partitions = (struct pt_partition *)(topics + n);
    s->asked_ms = r ? r->time_ms : PT_UNKNOWN;
    if (m->topics_error.code != PT_OK)
        text_copy(s->error, sizeof s->error, m->topics_error.what);
    s->n_topics = n;
    s->n_partitions = n_parts;
    s->topics = topics;
    s->partitions = partitions;
    if (n > 0)
        memcpy(topics, r->topics, n * sizeof *topics);
    if (n_parts > 0)
        memcpy(partitions, r->partitions, n_parts * sizeof *partitions);
    for (size_t i = 0; i < n; i++) {
        bool has_mean = i < m->n_means && m->topics_error.code == PT_OK;
        topics[i].stream = stream_of(eng, topics[i].name);
        topics[i].in_per_s = has_mean ? mean_per_s(&m->means[i].in) : NAN;
        topics[i].out_per_s = has_mean ? mean_per_s(&m->means[i].out) : NAN;
    }
    m->topics_dirty = false;
    return s;
}

static void add_stats(const struct model *m, struct pt_broker *broker)
{
    for (size_t i = 0; m->has_stats && i < m->stats.n_brokers; i++) {
        const struct pt_broker *known = &m->stats.brokers[i];
        if (known->id != broker->id)
            continue;
        if (known->state != PT_BROKER_UNKNOWN &&
            !(broker->state == PT_BROKER_DOWN && known->state == PT_BROKER_CONNECTING))
            broker->state = known->state;
        broker->rtt_ms = known->rtt_ms;
        broker->throttle_ms = known->throttle_ms;
    }
    if (m->cluster_state == PT_CLUSTER_DOWN)
        broker->state = PT_BROKER_DOWN;
}

static void since(const struct pt_cluster_section *before, struct pt_broker *broker)
{
    broker->since_ms = clock_real_ms();
    for (size_t i = 0; before && i < before->n_brokers; i++)
        if (before->brokers[i].id == broker->id && before->brokers[i].state == broker->state)
            broker->since_ms = before->brokers[i].since_ms;
}

const void *model_cluster_section(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    const struct pt_cluster_section *before = m->parts.cluster;
    struct pt_cluster_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    s->state = m->cluster_state;
    s->since_ms = m->cluster_since_ms;
    s->controller_id = -1;
    /* A configuration's list, or the embedded cluster's once it is there. */
    text_copy(s->bootstrap_servers, sizeof s->bootstrap_servers,
              eng->set.is_embedded ? (m->is_booted ? eng->bootstrap : "embedded")
                                   : pt_config_get(eng->cfg, "bootstrap.servers"));
    struct trouble trouble = model_trouble(m);
    text_copy(s->last_error, sizeof s->last_error, trouble.what);
    text_copy(s->last_fix, sizeof s->last_fix, trouble.fix);
    s->last_error_ms = m->last_error_ms;
    s->errors = m->errors;
    s->retries = m->has_stats ? m->stats.retries : PT_UNKNOWN;
    if (m->report) {
        text_copy(s->id, sizeof s->id, m->report->cluster_id);
        s->controller_id = m->report->controller_id;
        s->n_brokers =
            m->report->n_brokers < PT_BROKERS_MAX ? m->report->n_brokers : PT_BROKERS_MAX;
        if (s->n_brokers > 0)
            memcpy(s->brokers, m->report->brokers, s->n_brokers * sizeof *s->brokers);
    }
    for (size_t i = 0; i < s->n_brokers; i++) {
        s->brokers[i].rtt_ms = s->brokers[i].throttle_ms = NAN;
        add_stats(m, &s->brokers[i]);
        since(before, &s->brokers[i]);
    }
    if (before &&
        memcmp(&before->section + 1, &s->section + 1, sizeof *s - sizeof s->section) == 0) {
        section_release(s);
        return NULL;
    }
    return s;
}
