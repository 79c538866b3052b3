#include "record/marks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/text.h"

/* A lag below this is no peak, however quickly it came. */
enum { PEAK_LEAST = 1000, PEAK_LEAST_S = 30 };

const char *pt_mark_word(enum pt_mark_kind kind)
{
    static const char *const words[] = {
#define MARK_WORD(id, word) word,
        PT_MARKS(MARK_WORD)
#undef MARK_WORD
    };
    return (size_t)kind < sizeof words / sizeof *words ? words[kind] : "?";
}

/* Where marks go to. */
struct telling {
    mark_fn tell;
    void *arg;
    int64_t time_ms;
};

static void marks_tell(const struct telling *to, struct pt_mark mark, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void marks_tell(const struct telling *to, struct pt_mark mark, const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, fmt);
    int n = vasprintf(&text, fmt, args);
    va_end(args);
    if (n < 0)
        return;
    mark.text = text;
    mark.time_ms = mark.time_ms != 0 ? mark.time_ms : to->time_ms;
    to->tell(to->arg, &mark);
    free(text);
}

/* ---- verdicts ---- */

static enum pt_severity marks_severity(enum pt_verdict verdict)
{
    return verdict >= PT_V_DEGRADED ? PT_ERROR : PT_INFO;
}

static void marks_of_verdict(const struct telling *to, const struct pt_session_section *before,
                             const struct pt_session_section *now)
{
    if (before == now || (before != NULL && before->verdict == now->verdict))
        return;
    struct pt_mark mark = {.kind = PT_MARK_VERDICT, .severity = marks_severity(now->verdict)};
    marks_tell(to, mark, "%s%s%s%s%s", before != NULL ? pt_verdict_word(before->verdict) : "",
               before != NULL ? " -> " : "", pt_verdict_word(now->verdict),
               now->verdict_text[0] != '\0' ? ": " : "", now->verdict_text);
}

static const struct pt_connector *marks_connector(const struct pt_connectors_section *all,
                                                  const char *id)
{
    for (size_t i = 0; all != NULL && i < all->n_connectors; i++)
        if (strcmp(all->connectors[i].id, id) == 0)
            return &all->connectors[i];
    return NULL;
}

static bool is_restart(const char *word)
{
    return strcasestr(word, "restart") != NULL;
}

/* The back end's own word for its state, or for its last operation, says that it was restarted. */
static void marks_of_restart(const struct telling *to, const struct pt_connector *before,
                             const struct pt_connector *now)
{
    bool is_state = is_restart(now->state) && strcmp(before->state, now->state) != 0;
    bool is_operation =
        is_restart(now->last_operation) && now->operation_ms != before->operation_ms;
    struct pt_mark mark = {.kind = PT_MARK_RESTART, .severity = PT_NOTICE};
    if (!is_state && !is_operation)
        return;
    text_copy(mark.subject, sizeof mark.subject, now->name);
    marks_tell(to, mark, "%s: %s", now->name, is_state ? now->state : now->last_operation);
}

static void marks_of_connectors(const struct telling *to,
                                const struct pt_connectors_section *before,
                                const struct pt_connectors_section *now)
{
    for (size_t i = 0; before != now && i < now->n_connectors; i++) {
        const struct pt_connector *c = &now->connectors[i], *old = marks_connector(before, c->id);
        struct pt_mark mark = {.kind = PT_MARK_CONNECTOR, .severity = marks_severity(c->verdict)};
        if (old != NULL)
            marks_of_restart(to, old, c);
        if (!c->is_ours || (old != NULL && old->verdict == c->verdict))
            continue;
        text_copy(mark.subject, sizeof mark.subject, c->name);
        marks_tell(to, mark, "%s %s%s%s%s%s", c->name,
                   old != NULL ? pt_verdict_word(old->verdict) : "", old != NULL ? " -> " : "",
                   pt_verdict_word(c->verdict), c->cause[0] != '\0' ? ": " : "", c->cause);
    }
}

/* A restart that was asked for here, with its answer. */
static void marks_of_results(const struct telling *to, const struct pt_snapshot *before,
                             const struct pt_snapshot *now)
{
    if (before == NULL || before->completed == now->completed)
        return;
    for (size_t i = 0; i < now->completed->n_results; i++) {
        const struct pt_result *result = now->completed->results[i];
        bool is_old =
            result->state == PT_RESULT_RUNNING || result->kind != PT_CMD_CONNECTOR_RESTART;
        for (size_t k = 0; !is_old && k < before->completed->n_results; k++)
            is_old = before->completed->results[k]->id == result->id &&
                     before->completed->results[k]->state != PT_RESULT_RUNNING;
        struct pt_mark mark = {.kind = PT_MARK_RESTART, .severity = PT_NOTICE};
        if (!is_old)
            marks_tell(to, mark, "connector restart: %s",
                       result->state == PT_RESULT_FAILED ? result->error.what : result->text);
    }
}

/* ---- the login ---- */

static bool is_login_bad(enum pt_auth_state state)
{
    return state == PT_AUTH_EXPIRED || state == PT_AUTH_FAILED || state == PT_AUTH_REFUSED;
}

static void marks_of_token(const struct telling *to, const struct pt_auth_section *before,
                           const struct pt_auth_section *now)
{
    if (before == now)
        return;
    const struct pt_auth *auth = &now->auth;
    enum pt_auth_state old = before != NULL ? before->auth.state : PT_AUTH_UNKNOWN;
    bool was_failing = before != NULL && before->auth.last_error[0] != '\0';
    bool is_failing = auth->last_error[0] != '\0';
    bool is_bad = is_login_bad(auth->state);
    struct pt_mark mark = {.kind = PT_MARK_TOKEN, .severity = is_bad ? PT_ERROR : PT_WARN};
    if ((is_bad && auth->state != old) || (is_failing && !was_failing)) {
        const char *why = is_failing ? auth->last_error : is_bad ? auth->broker_said : "";
        marks_tell(to, mark, "login %s%s%s", pt_auth_state_word(auth->state),
                   why[0] != '\0' ? ": " : "", why);
    } else if ((is_login_bad(old) || was_failing) && auth->state == PT_AUTH_OK && !is_failing) {
        mark.severity = PT_INFO;
        marks_tell(to, mark, "login ok again");
    }
}

/* ---- lag ---- */

static struct lag_peak *peak_of(struct marks *marks, const char *connector)
{
    for (int i = 0; i < MARKS_CONNECTORS; i++) {
        struct lag_peak *peak = &marks->peaks[i];
        if (peak->connector[0] == '\0') {
            text_copy(peak->connector, sizeof peak->connector, connector);
            peak->low = PT_UNKNOWN;
        }
        if (strcmp(peak->connector, connector) == 0)
            return peak;
    }
    return NULL;
}

/* A connector that writes an object each minute has a peak each minute: what is told is higher than
 * the usual, and more than arrives in half a minute. */
static bool is_peak_told(const struct lag_peak *peak, const struct pt_connector *c)
{
    double in_time = c->out_per_s > 0 ? c->out_per_s * PEAK_LEAST_S : 0; /* NAN: not known */
    return peak->high >= PEAK_LEAST && peak->high / 2 >= peak->low &&
           peak->high / 2 >= peak->usual && (double)peak->high >= in_time;
}

/* A peak is told when it becomes one, since it may last for hours; its top is known later. */
static void marks_of_rise(struct lag_peak *peak, const struct telling *to,
                          const struct pt_connector *c)
{
    struct pt_mark mark = {.kind = PT_MARK_LAG, .severity = PT_NOTICE};
    char since[32];
    if (peak->is_told || !is_peak_told(peak, c))
        return;
    peak->is_told = true;
    clock_format_ms(peak->low_ms, since, sizeof since);
    text_copy(mark.subject, sizeof mark.subject, c->name);
    marks_tell(to, mark, "%s: the lag rises since %.5sZ: %" PRId64 " records and growing", c->name,
               since + strlen("2026-11-30T"), peak->high);
}

/* "90 s", "4 min". */
static void marks_span(int64_t ms, char *out, size_t cap)
{
    if (ms < 120000)
        snprintf(out, cap, "%" PRId64 " s", ms / 1000);
    else
        snprintf(out, cap, "%" PRId64 " min", ms / 60000);
}

static void marks_of_fall(struct lag_peak *peak, const struct telling *to,
                          const struct pt_connector *c)
{
    struct pt_mark mark = {.kind = PT_MARK_LAG, .severity = PT_NOTICE, .time_ms = peak->high_ms};
    int64_t now_ms = to->time_ms;
    char rose[32], fell[32];
    text_copy(mark.subject, sizeof mark.subject, c->name);
    marks_span(peak->high_ms - peak->low_ms, rose, sizeof rose);
    marks_span(now_ms - peak->high_ms, fell, sizeof fell);
    if (peak->is_told)
        marks_tell(to, mark,
                   "%s: the lag rose from %" PRId64 " to %" PRId64
                   " records in %s, and half of that was gone %s later",
                   c->name, peak->low, peak->high, rose, fell);
    peak->usual = (peak->usual * 7 + peak->high) / 8;
    peak->low = peak->high = c->lag_total;
    peak->low_ms = peak->high_ms = now_ms;
    peak->is_told = false;
}

/* A peak is over when half of its rise is gone. */
static void marks_of_lag(struct marks *marks, const struct telling *to,
                         const struct pt_connector *c)
{
    struct lag_peak *peak = c->lag_total != PT_UNKNOWN ? peak_of(marks, c->name) : NULL;
    if (peak == NULL)
        return;
    if (peak->low == PT_UNKNOWN || c->lag_total > peak->high) {
        peak->low = peak->low == PT_UNKNOWN ? c->lag_total : peak->low;
        peak->high = c->lag_total;
        peak->high_ms = to->time_ms;
        marks_of_rise(peak, to, c);
    } else if (c->lag_total <= peak->high - (peak->high - peak->low) / 2) {
        marks_of_fall(peak, to, c);
    }
    if (c->lag_total <= peak->low) {
        peak->low = c->lag_total;
        peak->low_ms = to->time_ms;
    }
}

/* ---- events ---- */

/* Changes of a verdict are told from the verdict itself. */
static bool is_of_verdict(const struct pt_event *event, const struct pt_connectors_section *all)
{
    if (strcmp(event->area, "pipeline") == 0)
        return true;
    for (size_t i = 0; strcmp(event->area, "sink") == 0 && i < all->n_connectors; i++) {
        size_t len = strlen(all->connectors[i].name);
        const char *arrow = strstr(event->text, " -> ");
        if (arrow != NULL && strncmp(event->text, all->connectors[i].name, len) == 0 &&
            event->text + len < arrow && strchr(event->text + len + 1, ' ') == arrow)
            return true;
    }
    return false;
}

static void marks_of_events(struct marks *marks, const struct telling *to,
                            const struct pt_snapshot *now)
{
    const struct pt_events_section *events = now->events;
    for (size_t i = 0; i < events->n_events; i++) {
        const struct pt_event *event = events->events[i];
        struct pt_mark mark = {
            .kind = PT_MARK_EVENT, .severity = event->severity, .time_ms = event->time_ms};
        if (events->first_number + i <= marks->n_events)
            continue;
        marks->n_events = events->first_number + i;
        text_copy(mark.subject, sizeof mark.subject, event->area);
        if (event->severity >= PT_WARN && !is_of_verdict(event, now->connectors))
            marks_tell(to, mark, "%s", event->text);
    }
}

void marks_take(struct marks *marks, const struct pt_snapshot *before,
                const struct pt_snapshot *now, mark_fn tell, void *arg)
{
    const struct telling to = {tell, arg, now->time_ms};
    marks_of_events(marks, &to, now);
    marks_of_token(&to, before != NULL ? before->auth : NULL, now->auth);
    marks_of_results(&to, before, now);
    marks_of_connectors(&to, before != NULL ? before->connectors : NULL, now->connectors);
    marks_of_verdict(&to, before != NULL ? before->session : NULL, now->session);
    for (size_t i = 0; i < now->connectors->n_connectors; i++)
        marks_of_lag(marks, &to, &now->connectors->connectors[i]);
}

/* ---- JSON ---- */

char *mark_json(const struct pt_mark *mark)
{
    char time[32];
    cJSON *json = cJSON_CreateObject();
    clock_format_ms(mark->time_ms, time, sizeof time);
    cJSON_AddStringToObject(json, "time", time);
    cJSON_AddStringToObject(json, "kind", pt_mark_word(mark->kind));
    cJSON_AddStringToObject(json, "severity", pt_severity_word(mark->severity));
    cJSON_AddStringToObject(json, "subject", mark->subject);
    cJSON_AddStringToObject(json, "text", mark->text);
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    return text;
}

static bool mark_read_words(const cJSON *json, struct pt_mark *mark)
{
    const char *kind = json_get(json, "kind"), *severity = json_get(json, "severity");
    bool has_kind = false, has_severity = false;
    for (int i = PT_MARK_START; kind != NULL && i <= PT_MARK_EVENT && !has_kind; i++) {
        has_kind = strcmp(kind, pt_mark_word((enum pt_mark_kind)i)) == 0;
        mark->kind = (enum pt_mark_kind)i;
    }
    for (int i = PT_DEBUG; severity != NULL && i <= PT_ERROR && !has_severity; i++) {
        has_severity = strcmp(severity, pt_severity_word((enum pt_severity)i)) == 0;
        mark->severity = (enum pt_severity)i;
    }
    mark->time_ms = json_time_ms(json, "time", PT_UNKNOWN);
    return has_kind && has_severity && mark->time_ms != PT_UNKNOWN;
}

bool mark_read(const struct piece *piece, struct pt_mark *mark)
{
    cJSON *json = NULL;
    *mark = (struct pt_mark){0};
    if (json_parse(piece->text, piece->len, &json, NULL) != PT_OK)
        return false;
    const char *text = json_get(json, "text"), *subject = json_get(json, "subject");
    bool is_good = mark_read_words(json, mark);
    size_t cap = 8 + (text != NULL ? strlen(text) : 0) * 2; /* some bytes become longer */
    char *own = is_good ? malloc(cap) : NULL;
    if (own != NULL) {
        printable_str(own, cap, text);
        printable_str(mark->subject, sizeof mark->subject, subject);
        mark->text = own;
    }
    json_free(json);
    return own != NULL;
}
