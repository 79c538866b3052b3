/* What each witness of a connector reports, in words. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "connector/watch/commits.h"
#include "connector/watch/group.h"
#include "connector/watch/internal.h"
#include "connector/watch/losses.h"
#include "connector/watch/probe.h"
#include "connector/watch/workers.h"

enum { STALE_POLLS = 3 };

static struct pt_evidence *say_pending(struct pt_connector *c, const char *who, const char *source)
{
    struct pt_evidence *e = conn_say(c, who, source, PT_UNKNOWN, "not asked yet");
    e->is_pending = true;
    return e;
}

bool conn_is_stale(const struct conn_models *cs, const struct conn_model *cm,
                   const struct witnesses *w)
{
    const struct conn_backend_ops *ops = cs->ops;
    int64_t period_ms = conn_list_usual_ms(cs);
    return cm->asked_ms != PT_UNKNOWN && ops != NULL && ops->list != NULL &&
           w->now_ms - cm->asked_ms > STALE_POLLS * period_ms;
}

static void say_state(const struct conn_models *cs, const struct conn_model *cm,
                      const struct witnesses *w, struct pt_connector *c)
{
    const struct conn_backend_ops *row = conn_row_of(cs);
    const char *source = row->state_source;
    struct pt_evidence *e;
    char means[40] = "";
    bool is_failed = strcmp(w->state, "FAILED") == 0;
    if (strcmp(w->state, "RUNNING") == 0 && row->running_means[0] != '\0')
        snprintf(means, sizeof means, " (%s)", row->running_means);
    if (w->is_gone)
        e = conn_say(c, "API state", source, cs->asked_ms, "there is no such connector");
    else if (w->state[0] == '\0')
        e = conn_say(c, "API state", source, PT_UNKNOWN, "unknown%s%s",
                     w->state_error[0] != '\0' ? ": " : ", not answered yet", w->state_error);
    else
        e = conn_say(c, "API state", source, cm->asked_ms, "%s%s%s%s", w->state, means,
                     w->state_error[0] != '\0' ? "; now: "
                     : w->message[0] != '\0'   ? ": "
                                               : "",
                     w->state_error[0] != '\0' ? w->state_error : w->message);
    e->since_ms = w->state[0] != '\0' ? w->state_since_ms : PT_UNKNOWN;
    e->is_bad = is_failed || w->is_gone || (w->state_error[0] != '\0' && !w->is_state_denied);
    e->is_stale = conn_is_stale(cs, cm, w);
}

int32_t conn_count(double metric)
{
    return isnan(metric) || metric < 0 || metric > 1e6 ? -1 : (int32_t)metric;
}

/* Writes a count that may be unknown (-1); with words before it, unknown is "". */
static const char *count_text(int64_t n, const char *before, char *out, size_t cap)
{
    if (n >= 0)
        snprintf(out, cap, "%s%" PRId64, before, n);
    else
        snprintf(out, cap, "%s", *before == '\0' ? "unknown" : "");
    return out;
}

int64_t conn_as_seen(const struct conn_model *cm, int64_t since_ms)
{
    return since_ms != cm->first_ms ? since_ms : PT_UNKNOWN;
}

/* Shows the last report, with its age. */
static void say_tasks(const struct conn_models *cs, const struct conn_model *cm,
                      const struct witnesses *w, struct pt_connector *c)
{
    const struct conn_backend_ops *row = conn_row_of(cs);
    struct pt_evidence *e;
    if (cm->conn.has_tasks) {
        bool has_fewer = c->tasks_max != PT_UNKNOWN && cm->conn.n_tasks > 0 &&
                         c->tasks_max > (int64_t)cm->conn.n_tasks;
        char most[40] = "";
        if (has_fewer)
            snprintf(most, sizeof most, ", tasks.max %" PRId64, c->tasks_max);
        e = conn_say(c, "tasks", row->tasks_source, cm->asked_ms, "%d running, %d failed%s%s",
                     cm->running, cm->failed, cm->unassigned > 0 ? ", others not assigned" : "",
                     most);
        e->since_ms = conn_as_seen(cm, cm->failed > 0 ? cm->failed_since_ms : cm->tasks_since_ms);
        e->is_bad = cm->failed > 0;
        e->is_stale = conn_is_stale(cs, cm, w);
    } else if (w->has_metrics) {
        char running[24], failed[24], most[32];
        e = conn_say(c, "tasks", row->tasks_source, w->metrics_ms, "%s running, %s failed%s",
                     count_text(conn_count(w->metric_running), "", running, sizeof running),
                     count_text(conn_count(w->metric_errored), "", failed, sizeof failed),
                     count_text(c->tasks_max != PT_UNKNOWN ? c->tasks_max : -1, ", tasks.max ",
                                most, sizeof most));
        e->since_ms = w->metric_errored > 0 ? w->failed_since_ms : PT_UNKNOWN;
        e->is_bad = w->metric_errored > 0;
    } else if (row->has_metrics && cm->metrics_asked_ms == PT_UNKNOWN) {
        say_pending(c, "tasks", row->tasks_source);
    } else if (row->has_metrics) {
        conn_say(c, "tasks", row->tasks_source, PT_UNKNOWN, "unknown%s%s",
                 cm->metrics_error.code != PT_OK ? ": " : "", cm->metrics_error.what);
    }
}

/* Shown only while they are missing. */
static void evidence_say_settings(const struct conn_models *cs, const struct conn_model *cm,
                                  struct pt_connector *c)
{
    const struct conn_backend_ops *row = conn_row_of(cs);
    if (!row->is_list_brief || (cm->conn.has_settings && cm->details_error.code == PT_OK))
        return;
    if (cm->details_asked_ms == PT_UNKNOWN)
        say_pending(c, "settings", row->state_source);
    else if (cm->details_error.code != PT_OK)
        conn_say(c, "settings", row->state_source, cm->details_asked_ms, "%s: %s",
                 cm->conn.has_settings ? "as they were; now" : "unknown", cm->details_error.what);
}

static void say_change(const struct conn_models *cs, const struct conn_model *cm,
                       struct pt_connector *c)
{
    const struct conn_operation *last = &cm->conn.operation;
    const char *source = conn_row_of(cs)->state_source;
    if (conn_row_of(cs)->last_change == NULL)
        return;
    bool is_bad = strstr(last->state, "FAILED") != NULL || strncmp(last->state, "ROLLB", 5) == 0;
    struct pt_evidence *e;
    if (last->type[0] != '\0')
        e = conn_say(c, "last change", source, cm->changes_asked_ms, "%s %s%s%s", last->type,
                     last->state, last->message[0] != '\0' ? ": " : "", last->message);
    else if (cm->changes_error.code != PT_OK)
        e = conn_say(c, "last change", source, cm->changes_asked_ms, "unknown: %s",
                     cm->changes_error.what);
    else if (cm->changes_asked_ms == PT_UNKNOWN)
        e = say_pending(c, "last change", source);
    else
        e = conn_say(c, "last change", source, cm->changes_asked_ms, "none since it was made");
    e->is_bad = is_bad;
    e->since_ms = last->ended_ms != PT_UNKNOWN     ? last->ended_ms
                  : last->created_ms != PT_UNKNOWN ? last->created_ms
                                                   : cm->conn.created_ms;
}

static void say_lag(const struct conn_model *cm, const struct witnesses *w, struct pt_connector *c)
{
    struct pt_evidence *e;
    if (!w->is_sink)
        return;
    if (w->lag == PT_UNKNOWN) {
        e = conn_say(c, "group lag", "Kafka", PT_UNKNOWN, "unknown%s%s",
                     w->lag_error[0] != '\0' ? ": " : "", w->lag_error);
        e->is_refused = w->lag_error[0] != '\0';
        return;
    }
    char trend[80] = "", flush[64] = "";
    if (!isnan(w->lag_per_s) && fabs(w->lag_per_s) >= 0.05)
        snprintf(trend, sizeof trend, ", %s %.1f/s", w->lag_per_s > 0 ? "grows" : "shrinks",
                 fabs(w->lag_per_s));
    if (w->waiting_for_flush > 0 && w->stuck == 0 && cm->failed <= 0)
        snprintf(flush, sizeof flush, ", %" PRId64 " wait for the flush", w->waiting_for_flush);
    e = conn_say(c, "group lag", "Kafka", cm->lag_asked_ms, "%" PRId64 "%s%s%s", w->lag, trend,
                 w->stuck > 0 ? ", no commit" : "", flush);
    e->is_bad = w->stuck > 0;
    e->since_ms =
        w->stuck > 0 ? (w->oldest_ms != PT_UNKNOWN ? w->oldest_ms : w->stuck_since_ms) : w->out_ms;
}

static void evidence_say_group(const struct conn_models *cs, const struct conn_model *cm,
                               const struct witnesses *w, struct pt_connector *c)
{
    char says[PT_WHAT_MAX + 64];
    int64_t since_ms;
    bool is_bad;
    if (!conn_group_is_asked(cs, cm))
        return;
    conn_group_say(cm, w->now_ms, says, sizeof says, &since_ms, &is_bad);
    struct pt_evidence *e = conn_say(c, "group members", "Kafka", cm->members.asked_ms, "%s", says);
    e->is_pending = cm->members.asked_ms == PT_UNKNOWN && cm->members.error.code == PT_OK;
    e->since_ms = since_ms;
    e->is_bad = is_bad;
}

static void say_workers(const struct conn_model *cm, const struct witnesses *w,
                        struct pt_connector *c)
{
    char says[PT_WHAT_MAX + 64];
    bool is_bad;
    if (!conn_workers_say(cm, w->now_ms, says, sizeof says, &is_bad))
        return;
    struct pt_evidence *e = conn_say(c, "other workers", "REST", cm->workers.asked_ms, "%s", says);
    e->is_bad = is_bad;
    e->since_ms = w->away_since_ms;
}

static void say_commits(const struct conn_model *cm, struct pt_connector *c)
{
    char says[PT_WHAT_MAX + 64];
    bool is_bad;
    if (!conn_commits_say(&cm->commits, says, sizeof says, &is_bad))
        return;
    struct pt_evidence *e = conn_say(c, "offsets topic", "Kafka", cm->commits.asked_ms, "%s", says);
    e->is_bad = is_bad;
    e->since_ms = cm->commits.since_ms;
}

static void say_objects(const struct conn_model *cm, const struct witnesses *w,
                        struct pt_connector *c)
{
    if (w->is_embedded) {
        struct pt_evidence *e =
            conn_say(c, "newest object", "directory", cm->asked_ms, "%s",
                     c->newest_object[0] != '\0' ? c->newest_object : "none yet");
        e->since_ms = c->newest_object_ms;
        return;
    }
    if (!w->is_sink || !w->is_s3) {
        if (cm->conn.has_settings)
            conn_say(c, "newest object", "S3", PT_UNKNOWN, "not applicable");
        return;
    }
    struct pt_evidence *e;
    if (cm->objects_error.code != PT_OK) {
        e = conn_say(c, "newest object", "S3 list", cm->objects_asked_ms, "unknown: %s",
                     cm->objects_error.what);
        e->is_bad = w->s3_error[0] != '\0';
    } else if (cm->objects_asked_ms == PT_UNKNOWN) {
        e = say_pending(c, "newest object", "S3 list");
    } else if (cm->objects.newest_ms == PT_UNKNOWN && cm->objects.is_unsure) {
        e = conn_say(
            c, "newest object", "S3 list", cm->objects_asked_ms,
            "not found yet: its keys are looked through bit by bit, or are in no order of time");
    } else if (cm->objects.newest_ms == PT_UNKNOWN) {
        e = conn_say(c, "newest object", "S3 list", cm->objects_asked_ms, "none found");
    } else {
        char when[32];
        clock_format_ms(cm->objects.newest_ms, when, sizeof when);
        e = conn_say(c, "newest object", "S3 list", cm->objects_asked_ms, "%.8sZ %s", when + 11,
                     cm->objects.newest);
        e->is_bad = w->stuck > 0;
    }
    e->since_ms = cm->objects.newest_ms;
}

static void say_rights(const struct conn_models *cs, const struct conn_model *cm,
                       struct pt_connector *c)
{
    if (!conn_row_of(cs)->has_checks)
        return;
    struct pt_evidence *e;
    if (cm->checks_asked_ms == PT_UNKNOWN)
        e = say_pending(c, "role, settings", "IAM");
    else
        e = conn_say(c, "role, settings", "IAM", cm->checks_asked_ms, "%s%s%s",
                     cm->checks.rights[0] != '\0' ? cm->checks.rights : "no role asked",
                     cm->checks.rule != NULL ? "; " : "",
                     cm->checks.rule == NULL      ? ""
                     : cm->checks.says[0] != '\0' ? cm->checks.says
                                                  : cm->checks.rule->cause);
    e->is_bad = cm->checks.rule != NULL && cm->checks.rule->weight != RULE_WARNING;
}

static void say_log(const struct conn_models *cs, const struct conn_model *cm,
                    struct pt_connector *c)
{
    if (!conn_row_of(cs)->has_worker_log || cm->log_asked_ms == PT_UNKNOWN)
        return;
    struct pt_evidence *e;
    if (cm->log_error.code != PT_OK)
        e = conn_say(c, "worker log", "CW Logs", cm->log_asked_ms, "unknown: %s",
                     cm->log_error.what);
    else
        e = conn_say(c, "worker log", "CW Logs", cm->log_asked_ms, "%s%s%s",
                     cm->log.rule != NULL ? cm->log.rule->id : "no error that a rule knows",
                     cm->log.rule != NULL ? ": " : "", cm->log.said);
    e->is_bad = cm->log.rule != NULL;
    e->since_ms = cm->log.rule != NULL ? cm->log.time_ms : PT_UNKNOWN;
}

void conn_evidence(const struct conn_models *cs, const struct conn_model *cm,
                   const struct witnesses *w, struct pt_connector *c)
{
    if (cs->ops != NULL && w->backend[0] != '\0')
        say_state(cs, cm, w, c);
    say_tasks(cs, cm, w, c);
    evidence_say_settings(cs, cm, c);
    say_change(cs, cm, c);
    say_lag(cm, w, c);
    evidence_say_group(cs, cm, w, c);
    say_workers(cm, w, c);
    say_commits(cm, c);
    if (cs->ops != NULL && w->backend[0] != '\0')
        say_objects(cm, w, c);
    say_rights(cs, cm, c);
    say_log(cs, cm, c);
    conn_probe_evidence(cm, c);
    conn_losses_evidence(cm, w, c);
}
