/* The lists beside the page. */
#include "incident/texts.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "pintop/engine.h"

enum { SERIES_S = 900 };
static const size_t CONFIG_MAX = (size_t)1 << 20;

static void texts_figure(struct buf *out, float value, const char *end)
{
    if (isnan(value))
        buf_puts(out, end);
    else
        buf_printf(out, "%.3f%s", (double)value, end);
}

/* The newest n samples, of which one comes each period. */
static void texts_samples(const struct pt_series_section *series, int64_t n, int64_t period_ms,
                          struct buf *out)
{
    char time[INCIDENT_TIME_MAX];
    int64_t last = series->last_sample, first = last >= n ? last - n + 1 : 0;
    buf_puts(out, "time,produced_per_s,in_per_s,out_per_s,lag,ack_p99_ms,token_left_s\n");
    for (int64_t i = first; i <= last; i++) {
        size_t at = (size_t)i % PT_SERIES_LEN;
        int64_t back_ms = (last - i) * period_ms;
        buf_printf(out, "%s,", incident_time(time, series->last_sample_ms - back_ms));
        texts_figure(out, series->produced[at], ",");
        texts_figure(out, series->in[at], ",");
        texts_figure(out, series->out[at], ",");
        texts_figure(out, series->lag[at], ",");
        texts_figure(out, series->ack_p99_ms[at], ",");
        texts_figure(out, series->token_left_s[at], "\n");
    }
}

void incident_series(const struct pt_incident *incident, struct buf *out)
{
    texts_samples(incident->snap->series, SERIES_S, 1000, out);
}

void incident_minutes(const struct pt_incident *incident, struct buf *out)
{
    texts_samples(incident->snap->minutes, PT_SERIES_LEN, 60000, out);
}

static void texts_lines(const struct pt_event *const *lines, size_t n, struct buf *out)
{
    char time[INCIDENT_TIME_MAX];
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s %-7s %-8s %s\n", incident_time(time, lines[i]->time_ms),
                   pt_severity_word(lines[i]->severity), lines[i]->area, lines[i]->text);
}

void incident_events(const struct pt_incident *incident, struct buf *out)
{
    texts_lines(incident->snap->events->events, incident->snap->events->n_events, out);
}

void incident_log(const struct pt_incident *incident, struct buf *out)
{
    texts_lines(incident->snap->log->lines, incident->snap->log->n_lines, out);
}

static void texts_block(struct buf *out, const char *head, const char *text)
{
    if (text != NULL && text[0] != '\0')
        buf_printf(out, "%s:\n%s\n", head, text);
}

static void texts_connector(const struct pt_connector *c, struct buf *out)
{
    char since[INCIDENT_TIME_MAX], asked[INCIDENT_TIME_MAX];
    buf_printf(out, "%s (%s): %s since %s\n", c->name, c->backend_title,
               pt_verdict_word(c->verdict), incident_time(since, c->verdict_since_ms));
    texts_block(out, "cause", c->cause);
    texts_block(out, "fix", c->fix);
    texts_block(out, "note", c->note);
    texts_block(out, "state", c->state_description);
    for (size_t i = 0; i < c->n_evidence; i++)
        buf_printf(out, "evidence %s: %s (since %s, asked %s, %s)\n", c->evidence[i].witness,
                   c->evidence[i].says, incident_time(since, c->evidence[i].since_ms),
                   incident_time(asked, c->evidence[i].asked_ms), c->evidence[i].source);
    for (size_t i = 0; i < c->n_lags; i++)
        buf_printf(out, "lag %s %d: committed %s, high watermark %s\n", c->lags[i].topic,
                   (int)c->lags[i].partition, incident_count(since, c->lags[i].committed),
                   incident_count(asked, c->lags[i].high));
    for (size_t i = 0; i < c->n_listed; i++) {
        buf_printf(out, "task %d: %s on %s\n", (int)c->tasks[i].id, c->tasks[i].state,
                   c->tasks[i].worker);
        texts_block(out, "trace", c->tasks[i].trace);
    }
    texts_block(out, "last error in the log", c->last_error);
    buf_puts(out, "\n");
}

/* What was asked of a log on the screen is an answer with lines. */
static void texts_asked(const struct pt_completed_section *completed, struct buf *out)
{
    char time[INCIDENT_TIME_MAX];
    for (size_t i = 0; i < completed->n_results; i++) {
        const struct pt_result *result = completed->results[i];
        const struct pt_command_info *info = pt_command_info((int)result->kind);
        if (info == NULL || info->answer != PT_ANSWER_LOG || result->n_lines == 0)
            continue;
        buf_printf(out, "%s %s:\n", info->name, result->topic);
        for (size_t k = 0; k < result->n_lines; k++)
            buf_printf(out, "%s %s %s\n", incident_time(time, result->lines[k].time_ms),
                       result->lines[k].level,
                       result->lines[k].whole != NULL ? result->lines[k].whole
                                                      : result->lines[k].text);
        buf_puts(out, "\n");
    }
}

void incident_connectors(const struct pt_incident *incident, struct buf *out)
{
    const struct pt_connectors_section *all = incident->snap->connectors;
    if (all->n_connectors == 0)
        buf_printf(out, "no connectors%s%s\n", all->error[0] != '\0' ? ": " : "", all->error);
    for (size_t i = 0; i < all->n_connectors; i++)
        texts_connector(&all->connectors[i], out);
    texts_asked(incident->snap->completed, out);
}

void incident_setup(const struct pt_incident *incident, struct buf *out)
{
    const struct pt_setup_section *setup = incident->snap->setup;
    char time[INCIDENT_TIME_MAX];
    if (setup->ended_ms == PT_UNKNOWN)
        buf_puts(out, "the checks of the setup were not made here; `pintop doctor` makes them\n");
    else
        buf_printf(out, "checked %s\n", incident_time(time, setup->ended_ms));
    for (size_t i = 0; i < setup->n_checks; i++) {
        const struct pt_check *check = &setup->checks[i];
        buf_printf(out, "%-8s %s: %s\n", pt_check_state_word(check->state), check->id,
                   check->title);
        if (check->evidence != NULL && check->evidence[0] != '\0')
            buf_printf(out, "         %s\n", check->evidence);
        if (check->state == PT_CHECK_FAIL && check->fix != NULL && check->fix[0] != '\0')
            buf_printf(out, "         next: %s\n", check->fix);
    }
}

static void texts_property(const struct pt_property *property, struct buf *out)
{
    char *value = pt_property_shown(property);
    buf_printf(out, "%s=%s  (%s)\n", property->name, value != NULL ? value : "",
               property->origin != NULL ? property->origin : "");
    free(value);
}

char *pt_incident_config(const struct pt_config *cfg)
{
    struct buf out;
    buf_init(&out, CONFIG_MAX);
    for (size_t i = 0; i < pt_config_count(cfg); i++) {
        struct pt_property property = pt_config_at(cfg, i);
        texts_property(&property, &out);
    }
    for (size_t i = 0; i < pt_config_login_count(cfg); i++) {
        struct pt_property property = pt_config_login_at(cfg, i);
        texts_property(&property, &out);
    }
    char *text = buf_take(&out, NULL);
    buf_done(&out);
    return text;
}

void incident_config(const struct pt_incident *incident, struct buf *out)
{
    buf_puts(out, incident->config != NULL ? incident->config : "");
}

void incident_versions(const struct pt_incident *incident, struct buf *out)
{
    const struct pt_session_section *session = incident->snap->session;
    struct utsname host;
    buf_printf(out, "pintop %s; the engine is %s, with librdkafka %s\n", PINTOP_VERSION,
               session->version, session->librdkafka);
    buf_printf(out, "%s\n", curl_version());
    if (uname(&host) == 0)
        buf_printf(out, "%s %s %s\n", host.sysname, host.release, host.machine);
    for (size_t i = 0; i < incident->snap->connectors->n_connectors; i++)
        if (incident->snap->connectors->connectors[i].version[0] != '\0')
            buf_printf(out, "Kafka Connect %s of %s\n",
                       incident->snap->connectors->connectors[i].version,
                       incident->snap->connectors->connectors[i].name);
}
