/* The words of a verdict, and what a back end's state means. */
#include "base/text.h"
#include "connector/judge/judge_private.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MINUTE_MS = JUDGE_MINUTE_MS };

void witnesses_init(struct witnesses *w)
{
    memset(w, 0, sizeof *w);
    w->name = w->backend = w->tasks_from = w->state = w->state_error = w->state_fix = w->code =
        w->message = "";
    w->task_said = w->tasks_error = w->operation = w->operation_state = w->operation_code = "";
    w->operation_message = w->stuck_topic = w->lag_error = w->lag_fix = w->missing_topic = "";
    w->leaderless_topic = w->unread_error = w->changed = "";
    w->changed_ms = PT_UNKNOWN;
    w->leaderless_since_ms = PT_UNKNOWN;
    w->unowned_topic = w->foreign = w->own_servers = w->own_protocol = "";
    w->away_worker = w->away_tasks = w->twice_host = "";
    w->rebalance_since_ms = PT_UNKNOWN;
    w->twice_task = w->task_other = -1;
    w->away_since_ms = w->commits_since_ms = w->max_poll_ms = PT_UNKNOWN;
    w->no_members_since_ms = w->unowned_since_ms = PT_UNKNOWN;
    w->flush_topic = w->s3_error = w->s3_fix = w->log_said = w->check_says = "";
    w->state_since_ms = w->state_asked_ms = w->state_error_since_ms = PT_UNKNOWN;
    w->restarted_ms = w->gone_since_ms = w->lag_asked_ms = PT_UNKNOWN;
    w->failed_since_ms = w->tasks_since_ms = w->operation_ms = PT_UNKNOWN;
    w->lag = w->newborn_since_ms = w->stuck_since_ms = w->in_ms = w->out_ms = w->oldest_ms =
        PT_UNKNOWN;
    w->backlog_ms = w->behind_since_ms = w->s3_asked_ms = w->newest_object_ms = PT_UNKNOWN;
    w->probe_cause = w->probe_fix = "";
    w->probed_ms = PT_UNKNOWN;
    w->probe_s = NAN;
    w->metrics_ms = w->stuck_offset = PT_UNKNOWN;
    w->state_fresh_ms = w->lag_fresh_ms = INT64_MAX;
    w->stuck_partition = w->flush_partition = w->workers_wanted = -1;
    w->tasks_max = PT_UNKNOWN;
    w->lag_per_s = w->in_per_s = w->fill_s = w->takes_per_s = w->comes_per_s = NAN;
    w->metric_running = w->metric_errored = w->metric_workers = NAN;
    w->read_per_s = w->send_per_s = w->rebalances_per_h = NAN;
}

/* ------------------------------------------------------------------ states */

static const struct {
    const char *word;
    enum state_kind kind;
    int64_t normal_ms;
    const char *normal;
} states[] = {
    {"RUNNING",    STATE_RUNNING, 0,              ""           },
    {"PAUSED",     STATE_PAUSED,  0,              ""           },
    {"STOPPED",    STATE_PAUSED,  0,              ""           },
    {"FAILED",     STATE_FAILED,  0,              ""           },
    {"CREATING",   STATE_PASSING, 30 * MINUTE_MS, "5 to 15 min"},
    {"UPDATING",   STATE_PASSING, 30 * MINUTE_MS, "5 to 15 min"},
    {"DELETING",   STATE_PASSING, 30 * MINUTE_MS, "a few min"  },
    {"PAUSING",    STATE_PASSING, 10 * MINUTE_MS, "1 to 3 min" },
    {"RESUMING",   STATE_PASSING, 10 * MINUTE_MS, "1 to 3 min" },
    {"RESTARTING", STATE_PASSING, 10 * MINUTE_MS, "under 2 min"},
    {"UNASSIGNED", STATE_PASSING, MINUTE_MS,      "seconds"    },
    {"STARTING",   STATE_PASSING, MINUTE_MS,      "seconds"    },
};

enum state_kind judge_state(const char *state, int64_t *normal_ms, const char **normal_text)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strcmp(states[i].word, state) != 0)
            continue;
        *normal_ms = states[i].normal_ms;
        *normal_text = states[i].normal;
        return states[i].kind;
    }
    *normal_ms = 0;
    *normal_text = "";
    return STATE_UNKNOWN;
}

bool judge_is_running(const char *state)
{
    return strcmp(state, "RUNNING") == 0;
}

/* ------------------------------------------------------------------ saying */

void judge_say(struct judgement *j, enum pt_verdict verdict, int64_t since_ms, const char *fmt, ...)
{
    va_list args;
    j->verdict = verdict;
    j->since_ms = since_ms;
    va_start(args, fmt);
    text_put_args(j->cause, sizeof j->cause, fmt, args);
    va_end(args);
}

void judge_fix(struct judgement *j, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    text_put_args(j->fix, sizeof j->fix, fmt, args);
    va_end(args);
}

bool judge_is_known(const char *text)
{
    return *text != '\0';
}

void judge_how_long(double seconds, char *out, size_t cap)
{
    if (seconds < 120)
        snprintf(out, cap, "%.0f s", seconds);
    else if (seconds < 7200)
        snprintf(out, cap, "%.0f min", seconds / 60);
    else if (seconds < 172800)
        snprintf(out, cap, "%.0f h", seconds / 3600);
    else
        snprintf(out, cap, "%.0f days", seconds / 86400);
}

/* Sets a rule's cause, followed by the original message. words are those made for that text; NULL
 * makes them from the message. */
void judge_by_words(struct judgement *j, enum pt_verdict verdict, int64_t since_ms,
                    const struct rule *rule, const struct rule_words *words, const char *said)
{
    struct rule_words own;
    if (words == NULL || words->cause[0] == '\0') {
        rule_explain(rule, said, NULL, &own);
        words = &own;
    }
    /* A message that the sentence already quotes is not repeated. */
    judge_say(j, verdict, since_ms, "%s%s%s", words->cause,
              *said != '\0' && !words->is_named ? ": " : "", words->is_named ? "" : said);
    judge_fix(j, "%s", words->fix);
    text_copy(j->rule, sizeof j->rule, rule->id);
    j->is_specific = !rule->is_generic;
}

void judge_by_rule(struct judgement *j, enum pt_verdict verdict, int64_t since_ms,
                   const struct rule *rule, const char *said)
{
    judge_by_words(j, verdict, since_ms, rule, NULL, said);
}
