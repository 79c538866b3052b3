/* What a flow test asks of its engine: states, events, commands, audits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "engine_fixture.h"
#include "scratch.h"
#include "state/checkpoint.h"

/* ---- streams, topics, events ---- */

const struct pt_stream *flow_stream(const struct flow *flow, enum pt_stream_id id)
{
    return &flow->snap->streams->streams[id];
}

const struct pt_topic *flow_topic(const struct flow *flow, const char *name)
{
    const struct pt_topics_section *topics = flow->snap->topics;
    for (size_t i = 0; i < topics->n_topics; i++)
        if (strcmp(topics->topics[i].name, name) == 0)
            return &topics->topics[i];
    return NULL;
}

static bool is_up(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return flow->snap->cluster->state == PT_CLUSTER_UP &&
           flow->snap->topics->asked_ms != PT_UNKNOWN;
}

void flow_wait_up(struct flow *flow)
{
    flow_wait(flow, is_up, 0, "the cluster answers");
}

/* streams in the low bits, the state above */
static bool is_in_state(const struct flow *flow, int64_t arg)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (arg & PT_STREAM_BIT(i) && flow_stream(flow, i)->state != arg >> 8)
            return false;
    return true;
}

void flow_wait_state(struct flow *flow, unsigned streams, enum pt_stream_state state)
{
    flow_wait(flow, is_in_state, streams | (int64_t)state << 8, pt_stream_state_word(state));
}

static bool has_delivered(const struct flow *flow, int64_t arg)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (arg & PT_STREAM_BIT(i) && flow_stream(flow, i)->delivered < arg >> 8)
            return false;
    return true;
}

void flow_wait_delivered(struct flow *flow, unsigned streams, int64_t at_least)
{
    flow_wait(flow, has_delivered, streams | at_least << 8, "delivered");
}

bool flow_has_event(const struct flow *flow, const char *text)
{
    for (size_t i = 0; i < flow->snap->events->n_events; i++)
        if (strstr(flow->snap->events->events[i]->text, text))
            return true;
    return false;
}

static bool has_event(const struct flow *flow, int64_t arg)
{
    return flow_has_event(flow, (const char *)(intptr_t)arg);
}

void flow_wait_event(struct flow *flow, const char *text)
{
    flow_wait(flow, has_event, (int64_t)(intptr_t)text, text);
}

/* ---- commands ---- */

uint64_t flow_submit(struct flow *flow, const struct pt_command *cmd)
{
    struct pt_error err = {0};
    uint64_t id = 0;
    if (pt_engine_submit(flow->eng, cmd, &id, &err) != PT_OK)
        fail_msg("command: %s", err.what);
    return id;
}

void flow_start_streams(struct flow *flow, unsigned streams)
{
    flow_submit(flow, &(struct pt_command){.kind = PT_CMD_START, .streams = streams});
}

void flow_stop_streams(struct flow *flow, unsigned streams)
{
    flow_submit(flow, &(struct pt_command){.kind = PT_CMD_STOP, .streams = streams});
}

void flow_set_rate(struct flow *flow, unsigned streams, double per_s)
{
    flow_submit(flow,
                &(struct pt_command){.kind = PT_CMD_RATE, .streams = streams, .rate_per_s = per_s});
}

static const struct pt_result *find_result(const struct flow *flow, uint64_t id)
{
    const struct pt_completed_section *completed = flow->snap->completed;
    for (size_t i = 0; i < completed->n_results; i++)
        if (completed->results[i]->id == id)
            return completed->results[i];
    return NULL;
}

static bool is_answered(const struct flow *flow, int64_t id)
{
    const struct pt_result *result = find_result(flow, (uint64_t)id);
    return result && result->state != PT_RESULT_RUNNING;
}

const struct pt_result *flow_ask(struct flow *flow, const struct pt_command *cmd)
{
    uint64_t id = flow_submit(flow, cmd);
    flow_wait(flow, is_answered, (int64_t)id, "the command's result");
    return find_result(flow, id);
}

static void tell_result(const struct pt_result *result)
{
    print_error("%s: state %d, %s\n", result->topic, (int)result->state, result->text);
    if (result->state == PT_RESULT_FAILED)
        print_error("error %d: %s. %s\n", (int)result->error.code, result->error.what,
                    result->error.fix);
    for (size_t i = 0; i < result->n_lines; i++)
        print_error("line %zu: %s %s\n", i, result->lines[i].level, result->lines[i].text);
}

void flow_check_result(const struct pt_result *result, enum pt_result_state state)
{
    if (result->state == state)
        return;
    tell_result(result);
    fail_msg("a command's result has state %d instead of %d", (int)result->state, (int)state);
}

void flow_check_lines(const struct pt_result *result, const char *const *lines)
{
    size_t n = 0;
    flow_check_result(result, PT_RESULT_DONE);
    while (n < result->n_lines && lines[n] && strcmp(result->lines[n].text, lines[n]) == 0)
        n++;
    if (!lines[n] && n == result->n_lines)
        return;
    tell_result(result);
    fail_msg("a command's result has other lines than expected, from line %zu on: %s", n,
             lines[n] ? lines[n] : "there should be no more");
}

/* ---- audit, checkpoint ---- */

struct pt_audit flow_audit(const char *const *settings, int from)
{
    struct pt_audit_opts opts = {
        .from = from, .from_index = -1, .until = -1, .streams = PT_STREAM_ALL};
    struct pt_config *cfg = flow_config(settings);
    struct pt_audit audit;
    struct pt_error err = {0};
    pt_code code = pt_audit_run(cfg, &opts, &audit, &err);
    pt_audit_done(&audit);
    pt_config_free(cfg);
    if (code != PT_OK)
        fail_msg("audit: %s", err.what);
    return audit;
}

void flow_check_audit(const char *const *settings, int64_t max_doubled)
{
    struct pt_audit audit = flow_audit(settings, PT_AUDIT_AUTO);
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_audit_stream *s = &audit.streams[i];
        assert_true(s->has_account);
        if (s->missing != 0 || s->foreign != 0 || s->doubled > max_doubled ||
            s->present != s->last_index + 1 - s->first_index)
            fail_msg("audit of %s, %lld to %lld: present %lld missing %lld doubled %lld foreign "
                     "%lld expired %lld beyond %lld",
                     s->name, (long long)s->first_index, (long long)s->last_index,
                     (long long)s->present, (long long)s->missing, (long long)s->doubled,
                     (long long)s->foreign, (long long)s->expired, (long long)s->beyond);
    }
}

struct checkpoint *flow_checkpoint(const char *cluster_id, const char *topic)
{
    char path[4096];
    struct pt_error err = {0};
    struct checkpoint *cp = malloc(sizeof *cp);
    assert_non_null(cp);
    checkpoint_path(scratch_path("state"), cluster_id, topic, SHARD_WHOLE, path, sizeof path);
    if (checkpoint_load(path, cp, &err) != PT_OK)
        fail_msg("checkpoint: %s", err.what);
    return cp;
}

/* ---- strings ---- */

static bool is_printable(const char *text)
{
    const char *end = text + strlen(text);
    unsigned rune;
    for (size_t len; text < end; text += len) {
        len = utf8_next(text, end, &rune);
        if (len == 0 || rune < 0x20 || (rune >= 0x7f && rune < 0xa0))
            return false;
    }
    return true;
}

static const char *of_lines(const struct pt_event *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_printable(lines[i]->text))
            return lines[i]->text;
        if (!is_printable(lines[i]->area))
            return lines[i]->area;
    }
    return NULL;
}

static const char *of_list(const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (texts[i] && !is_printable(texts[i]))
            return texts[i];
    return NULL;
}

static const char *of_streams(const struct pt_snapshot *snap)
{
    const char *bad = NULL;
    for (int i = 0; i < PT_STREAMS && bad == NULL; i++) {
        const struct pt_stream *s = &snap->streams->streams[i];
        const char *texts[] = {s->name, s->topic, s->reason, s->fix, s->source};
        bad = of_list(texts, sizeof texts / sizeof *texts);
    }
    for (size_t i = 0; i < snap->topics->n_topics && bad == NULL; i++)
        bad = of_list((const char *[]){snap->topics->topics[i].name}, 1);
    return bad;
}

static const char *of_connectors(const struct pt_snapshot *snap)
{
    const char *bad = NULL;
    for (size_t i = 0; i < snap->connectors->n_connectors && bad == NULL; i++) {
        const struct pt_connector *c = &snap->connectors->connectors[i];
        const char *texts[] = {c->name,  c->group, c->state,         c->state_description,
                               c->cause, c->fix,   c->newest_object, c->where};
        bad = of_list(texts, sizeof texts / sizeof *texts);
        for (size_t e = 0; e < c->n_evidence && bad == NULL; e++)
            bad = of_list((const char *[]){c->evidence[e].says}, 1);
    }
    return bad;
}

static const char *of_results(const struct pt_snapshot *snap)
{
    const char *bad = NULL;
    for (size_t i = 0; i < snap->completed->n_results && bad == NULL; i++) {
        const struct pt_result *r = snap->completed->results[i];
        const char *texts[] = {r->topic, r->text, r->error.what, r->error.fix};
        bad = of_list(texts, sizeof texts / sizeof *texts);
        for (size_t k = 0; k < r->n_records && bad == NULL; k++)
            bad = of_list((const char *[]){r->records[k].key, r->records[k].value}, 2);
        for (size_t k = 0; k < r->n_configs && bad == NULL; k++)
            bad = of_list((const char *[]){r->configs[k].name, r->configs[k].value}, 2);
    }
    return bad;
}

const char *flow_unprintable(const struct pt_snapshot *snap)
{
    const struct pt_session_section *s = snap->session;
    const char *texts[] = {s->user_id,
                           s->prefix,
                           s->state_dir,
                           s->stopping_text,
                           s->stopping_why,
                           s->verdict_text,
                           s->verdict_detail,
                           snap->cluster->id,
                           snap->cluster->bootstrap_servers,
                           snap->cluster->last_error,
                           snap->topics->error};
    const char *bad = of_list(texts, sizeof texts / sizeof *texts);
    for (size_t i = 0; i < snap->cluster->n_brokers && bad == NULL; i++)
        bad = of_list((const char *[]){snap->cluster->brokers[i].host}, 1);
    bad = bad ? bad : of_streams(snap);
    bad = bad ? bad : of_connectors(snap);
    bad = bad ? bad : of_results(snap);
    bad = bad ? bad : of_lines(snap->events->events, snap->events->n_events);
    return bad ? bad : of_lines(snap->log->lines, snap->log->n_lines);
}
