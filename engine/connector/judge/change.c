/* The last change of a connector: in progress, failed, or rolled back. */
#include "connector/conn.h"
#include "connector/judge/judge_private.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum {
    MINUTE_MS = JUDGE_MINUTE_MS,
    OPERATION_MS = 24 * 60 * MINUTE_MS, /* a change that failed longer ago is only a note */
    RESTART_MS = 10 * MINUTE_MS,
    CHANGE_MS = 30 * MINUTE_MS, /* the normal duration of a change */
    AFTER_MS = 10 * MINUTE_MS,  /* a fault that begins this soon after a change may come from it */
    BEFORE_MS = MINUTE_MS       /* records may wait since before the change, for the commit that
                                 * never came */
};

/* A change in progress is normal for a while. */
static bool by_running_operation(const struct witnesses *w, struct judgement *j)
{
    char age[24];
    bool is_restart = strstr(w->operation, "RESTART") != NULL;
    int64_t normal_ms = is_restart ? RESTART_MS : CHANGE_MS;
    int64_t age_ms = w->operation_ms != PT_UNKNOWN ? w->now_ms - w->operation_ms : 0;
    if (!text_ends_with(w->operation_state, "_IN_PROGRESS") &&
        !text_ends_with(w->operation_state, "PENDING"))
        return false;
    judge_how_long((double)age_ms / 1000, age, sizeof age);
    if (age_ms <= normal_ms) {
        judge_say(j, PT_V_TRANSITION, w->operation_ms,
                  "the last change of the connector (%s) is %s", w->operation, w->operation_state);
        return true;
    }
    judge_say(j, PT_V_DEGRADED, w->operation_ms,
              "the last change of the connector (%s) has been %s for %s; normal is %s",
              w->operation, w->operation_state, age, is_restart ? "under 2 min" : "5 to 15 min");
    judge_fix(j, "Read the log of the connector's workers: it shows what the change waits for");
    return true;
}

void judge_add_change(const struct witnesses *w, struct judgement *j)
{
    char when[32];
    size_t len = strlen(j->cause);
    if (!judge_is_known(w->changed) || j->verdict <= PT_V_PAUSED)
        return;
    int64_t begun_ms = j->since_ms != PT_UNKNOWN ? j->since_ms : w->now_ms;
    if (begun_ms < w->changed_ms - BEFORE_MS || begun_ms > w->changed_ms + AFTER_MS)
        return;
    clock_format_ms(w->changed_ms, when, sizeof when);
    text_put(j->cause + len, sizeof j->cause - len,
             ". Shortly before, at %.8sZ, a setting was changed: %s", when + 11, w->changed);
}

static const char *what_runs(const struct witnesses *w)
{
    if (strcmp(w->operation_state, "ROLLBACK_FAILED") == 0)
        return "and the rollback failed, too: it is unknown which configuration runs";
    if (strstr(w->operation, "UPDATE") != NULL || strncmp(w->operation_state, "UPDATE", 6) == 0 ||
        strncmp(w->operation_state, "ROLLBACK", 8) == 0)
        return "the previous configuration runs";
    return "the connector is as it was before the change";
}

bool fault_operation(const struct witnesses *w, struct judgement *j)
{
    char text[CONN_TEXT_MAX + 128];
    struct rule_words words;
    bool is_back = strcmp(w->operation_state, "ROLLBACK_COMPLETE") == 0;
    if (by_running_operation(w, j))
        return true;
    if (!text_ends_with(w->operation_state, "_FAILED") && !is_back)
        return false;
    bool is_old = w->operation_ms != PT_UNKNOWN && w->now_ms - w->operation_ms > OPERATION_MS;
    if (is_old && strcmp(w->operation_state, "ROLLBACK_FAILED") != 0) {
        /* The connector has run well since then: worth a note, not an alarm. */
        snprintf(j->note, sizeof j->note, "more than a day ago the change %s ended as %s; %s",
                 w->operation, w->operation_state, what_runs(w));
        return false;
    }
    snprintf(text, sizeof text, "%s: %s", w->operation_code, w->operation_message);
    const struct rule *rule = rules_find(text, RULE_STATE | RULE_LOG | RULE_API, NULL, &words);
    bool is_known = rule != NULL && !rule->is_generic;
    judge_say(j, PT_V_DEGRADED, w->operation_ms,
              "the last change of the connector (%s) ended as %s; %s%s%s%s%s", w->operation,
              w->operation_state, what_runs(w), is_known ? ": " : "", is_known ? words.cause : "",
              judge_is_known(w->operation_message) ? ". The reason given: " : "",
              w->operation_message);
    judge_fix(j, "%s",
              is_known ? words.fix : "Correct the settings of the change, and send it again");
    if (rule != NULL)
        text_copy(j->rule, sizeof j->rule, rule->id);
    return true;
}
