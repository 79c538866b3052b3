/* incident.md: one page that a colleague understands who has not seen the screen. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "incident/texts.h"
#include "pintop/engine.h"

enum { EVENTS_TOLD = 20 };

const char *incident_time(char out[INCIDENT_TIME_MAX], int64_t time_ms)
{
    char text[40];
    if (time_ms == PT_UNKNOWN || time_ms <= 0) {
        snprintf(out, INCIDENT_TIME_MAX, "unknown");
        return out;
    }
    clock_format_ms(time_ms, text, sizeof text);
    snprintf(out, INCIDENT_TIME_MAX, "%.10s %.8sZ", text, text + 11);
    return out;
}

const char *incident_count(char out[INCIDENT_TIME_MAX], int64_t n)
{
    if (n == PT_UNKNOWN)
        snprintf(out, INCIDENT_TIME_MAX, "unknown");
    else
        snprintf(out, INCIDENT_TIME_MAX, "%" PRId64, n);
    return out;
}

/* ---- what is wrong ---- */

static bool page_is_bad(enum pt_verdict verdict)
{
    return verdict != PT_V_OK && verdict != PT_V_IDLE;
}

static void page_wrong(const struct pt_snapshot *snap, struct buf *out)
{
    const struct pt_session_section *session = snap->session;
    char since[INCIDENT_TIME_MAX];
    buf_printf(out, "## What is wrong\n\n%sThe pipeline is %s since %s%s: %s.%s%s\n",
               page_is_bad(session->verdict) ? "" : "Nothing that pintop sees. ",
               pt_verdict_word(session->verdict), incident_time(since, session->verdict_since_ms),
               session->is_since_found ? " or before" : "",
               session->verdict_text[0] != '\0' ? session->verdict_text : "no reason is known",
               session->verdict_detail[0] != '\0' ? " " : "", session->verdict_detail);
    for (size_t i = 0; i < snap->connectors->n_connectors; i++) {
        const struct pt_connector *c = &snap->connectors->connectors[i];
        if (page_is_bad(c->verdict))
            buf_printf(out, "- Connector %s is %s since %s: %s\n", c->name,
                       pt_verdict_word(c->verdict), incident_time(since, c->verdict_since_ms),
                       c->cause[0] != '\0' ? c->cause : "no cause is known");
    }
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *stream = &snap->streams->streams[i];
        if (stream->reason[0] != '\0' || stream->blocked_by[0] != '\0')
            buf_printf(out, "- Stream %s is %s since %s: %s\n", stream->name,
                       pt_stream_state_word(stream->state), incident_time(since, stream->since_ms),
                       stream->reason[0] != '\0' ? stream->reason : stream->blocked_by);
    }
}

/* ---- what was seen ---- */

static void page_stream(const struct pt_stream *s, struct buf *out)
{
    char unresolved[INCIDENT_TIME_MAX];
    buf_printf(out, "- Stream %s to %s: %s", s->name,
               s->topic[0] != '\0' ? s->topic : "an unknown topic", pt_stream_state_word(s->state));
    if (s->state == PT_STREAM_ELSEWHERE || s->state == PT_STREAM_UNKNOWN)
        buf_puts(out, "; its figures are unknown here\n");
    else
        buf_printf(out,
                   ", generated %" PRId64 ", delivered %" PRId64 ", failed %" PRId64
                   ", in flight %" PRId64 ", unresolved %s\n",
                   s->generated, s->delivered, s->failed, s->in_flight,
                   incident_count(unresolved, s->unresolved));
}

static void page_connector(const struct pt_connector *c, struct buf *out)
{
    char since[INCIDENT_TIME_MAX], asked[INCIDENT_TIME_MAX];
    buf_printf(out, "- Connector %s: %s, state %s", c->name, pt_verdict_word(c->verdict),
               c->state[0] != '\0' ? c->state : "unknown");
    if (c->lag_total != PT_UNKNOWN)
        buf_printf(out, ", lag %" PRId64 " records", c->lag_total);
    buf_puts(out, "\n");
    for (size_t i = 0; i < c->n_evidence; i++) {
        const struct pt_evidence *e = &c->evidence[i];
        buf_printf(out, "  - %s: %s (since %s, asked %s%s)\n", e->witness, e->says,
                   incident_time(since, e->since_ms), incident_time(asked, e->asked_ms),
                   e->is_stale ? ", old by now" : "");
    }
}

static void page_seen(const struct pt_snapshot *snap, struct buf *out)
{
    const struct pt_cluster_section *cluster = snap->cluster;
    const struct pt_auth *auth = &snap->auth->auth;
    char time[INCIDENT_TIME_MAX];
    buf_puts(out, "\n## What was seen\n\n");
    buf_printf(out, "- Cluster %s: %s, %zu brokers%s%s\n", cluster->bootstrap_servers,
               pt_cluster_state_word(cluster->state), cluster->n_brokers,
               cluster->last_error[0] != '\0' ? "; last error: " : "", cluster->last_error);
    buf_printf(out, "- Login: %s%s%s\n", pt_auth_state_word(auth->state),
               auth->last_error[0] != '\0' ? ": " : "", auth->last_error);
    for (int i = 0; i < PT_STREAMS; i++)
        page_stream(&snap->streams->streams[i], out);
    for (size_t i = 0; i < snap->connectors->n_connectors; i++)
        page_connector(&snap->connectors->connectors[i], out);
    buf_puts(out, "\nThe last events:\n\n");
    const struct pt_events_section *events = snap->events;
    size_t first = events->n_events > EVENTS_TOLD ? events->n_events - EVENTS_TOLD : 0;
    for (size_t i = first; i < events->n_events; i++)
        buf_printf(out, "- %s %s %s: %s\n", incident_time(time, events->events[i]->time_ms),
                   pt_severity_word(events->events[i]->severity), events->events[i]->area,
                   events->events[i]->text);
}

/* ---- what was tried, and what is next ---- */

static void page_tried(const struct pt_snapshot *snap, struct buf *out)
{
    static const char *const words[] = {"runs", "done", "failed"};
    bool has_some = false;
    buf_puts(out, "\n## What was tried\n\n");
    for (size_t i = 0; i < snap->completed->n_results; i++) {
        const struct pt_result *result = snap->completed->results[i];
        const struct pt_command_info *info = pt_command_info((int)result->kind);
        if (!pt_command_is(info, PT_COMMAND_CHANGES))
            continue;
        has_some = true;
        buf_printf(out, "- %s %s: %s%s%s\n", info->name, result->topic, words[result->state],
                   result->state == PT_RESULT_FAILED || result->text[0] != '\0' ? ": " : "",
                   result->state == PT_RESULT_FAILED ? result->error.what : result->text);
    }
    if (!has_some)
        buf_puts(out, "Nothing was changed by this pintop.\n");
}

static void page_step(struct buf *out, const char *about, const char *fix, size_t *n)
{
    if (fix == NULL || fix[0] == '\0')
        return;
    buf_printf(out, "%zu. %s: %s\n", ++*n, about, fix);
}

static void page_next(const struct pt_snapshot *snap, struct buf *out)
{
    char about[200];
    size_t n = 0;
    buf_puts(out, "\n## What to do next\n\n");
    for (size_t i = 0; i < snap->connectors->n_connectors; i++) {
        const struct pt_connector *c = &snap->connectors->connectors[i];
        snprintf(about, sizeof about, "Connector %s", c->name);
        if (page_is_bad(c->verdict))
            page_step(out, about, c->fix, &n);
        if (page_is_bad(c->verdict) && c->safe[0] != '\0')
            buf_printf(out, "   (%s)\n", c->safe);
    }
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *s = &snap->streams->streams[i];
        snprintf(about, sizeof about, "Stream %s", s->name);
        page_step(out, about, s->fix[0] != '\0' ? s->fix : s->blocked_fix, &n);
    }
    page_step(out, "Cluster", snap->cluster->last_fix, &n);
    page_step(out, "Login", snap->auth->auth.last_fix, &n);
    for (size_t i = 0; i < snap->setup->n_checks; i++)
        if (snap->setup->checks[i].state == PT_CHECK_FAIL)
            page_step(out, snap->setup->checks[i].id, snap->setup->checks[i].fix, &n);
    if (n == 0)
        buf_puts(out, "No next step is known.\n");
}

void incident_page(const struct pt_incident *incident, const char *past, struct buf *out)
{
    const struct pt_snapshot *snap = incident->snap;
    char now[INCIDENT_TIME_MAX];
    buf_printf(out, "# pintop %s: %s at %s\n\n", PINTOP_VERSION,
               pt_verdict_word(snap->session->verdict), incident_time(now, incident->now_ms));
    page_wrong(snap, out);
    page_seen(snap, out);
    buf_printf(out, "\n%s\n", past);
    page_tried(snap, out);
    page_next(snap, out);
    buf_puts(out,
             "\n## What is beside this page\n\n"
             "screen.txt as it was shown, connectors.txt with evidence and logs, series.csv of the "
             "last 15 minutes, minutes.csv of up to 24 hours, events.txt, " INCIDENT_HISTORY
             " (`pintop history`), log.txt, setup.txt (`pintop doctor`), config.txt with *** "
             "for secrets, versions.txt, and snapshot.json with everything that pintop knew. All "
             "times are UTC.\n");
}
