/* What keeps a running sink from consuming, apart from the store: its commits are refused, the
 * worker of its tasks is unreachable, or a batch takes longer than Kafka allows. */
#include "connector/judge/judge_private.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"

enum {
    ELECTION_MS = 3000, /* electing a leader takes less */
    MAX_POLL_MS = 5 * JUDGE_MINUTE_MS,
    REBALANCE_MS = 10000, /* a rebalance in which all members take part takes less */
    REJOINS = 2           /* the member left and joined again */
};

/* Any verdict but STALLED needs waiting records whose consumption is unproven. */
static bool is_in_question(const struct witnesses *w, enum pt_verdict verdict)
{
    return verdict == PT_V_STALLED || w->unproven > 0;
}

/* Sets the rule of the symptom by its ID. A caller that can wait learns whether the connector is
 * stuck. */
static void carry_name(const struct witnesses *w, struct judgement *j, enum judge_source source,
                       const char *rule)
{
    j->is_awaited = j->verdict != PT_V_STALLED && w->unproven > 0;
    j->source = source;
    j->is_specific = true;
    text_copy(j->rule, sizeof j->rule, rule);
}

/* A commit is a record of __consumer_offsets, and brokers accept it under the same conditions as
 * any record. */
bool fault_commits(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict)
{
    bool was_seen = w->out_ms != PT_UNKNOWN && w->out_ms > w->commits_since_ms;
    if (w->commits_since_ms == PT_UNKNOWN || was_seen || w->lag <= 0 ||
        (w->is_commits_leaderless && w->now_ms - w->commits_since_ms < ELECTION_MS))
        return false;
    if (w->is_commits_leaderless)
        judge_say(j, verdict, w->commits_since_ms,
                  "its consumer group cannot commit: partition %d of __consumer_offsets, which "
                  "stores its offsets, has no leader",
                  w->commits_partition);
    else
        judge_say(
            j, verdict, w->commits_since_ms,
            "the brokers refuse its commits: partition %d of __consumer_offsets, which stores the "
            "offsets of its group, has %d replica%s in sync, and min.insync.replicas is %" PRId64,
            w->commits_partition, w->commits_in_sync, text_s(w->commits_in_sync),
            w->commits_wanted);
    judge_fix(j, "Restore the broker that holds the missing replica (page 2 and `pintop status` "
                 "show which brokers are down). The connector then continues automatically");
    carry_name(w, j, JUDGE_OFFSETS, "commits-refused");
    return true;
}

bool fault_worker(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict)
{
    const char *s = text_s(w->n_away_tasks);
    if (!judge_is_known(w->away_worker) || !is_in_question(w, verdict))
        return false;
    judge_say(j, verdict, w->away_since_ms, "the worker %s, which runs its task%s %s, %s%s",
              w->away_worker, s, w->away_tasks,
              w->is_away_silent ? "accepts connections and does not answer" : "is unreachable",
              !w->is_away_absent     ? ""
              : w->n_away_tasks == 1 ? ", and that task is not in the consumer group"
                                     : ", and none of them is in the consumer group");
    if (w->is_away_silent)
        judge_fix(
            j, "Find out what that worker is doing (stopped process, long garbage collection, out "
               "of memory), and restart it. The other workers take over its tasks only when it has "
               "left their group for scheduled.rebalance.max.delay.ms (5 minutes by default)");
    else
        judge_fix(j, "Check whether that worker is running, and start it again. Without it the "
                     "other workers take over its tasks after scheduled.rebalance.max.delay.ms (5 "
                     "minutes by default)");
    carry_name(w, j, JUDGE_GROUP, "worker-away");
    return true;
}

/* Connect gave the task to another worker, and the group still has the member of the previous
 * one: the group waits for it in a rebalance, during which no member consumes. */
bool fault_ghost(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict)
{
    bool is_long = w->rebalance_since_ms != PT_UNKNOWN &&
                   (verdict == PT_V_STALLED || w->now_ms - w->rebalance_since_ms >= REBALANCE_MS);
    if (!w->has_group || w->twice_task < 0 || !is_long || !is_in_question(w, verdict))
        return false;
    judge_say(j, verdict, w->rebalance_since_ms,
              "its consumer group waits in a rebalance for a member that does not answer: two "
              "members have the name of task %d, and Connect runs only one of them; the other, at "
              "%s, was left behind by a worker that hangs, died or was cut off",
              w->twice_task, judge_is_known(w->twice_host) ? w->twice_host : "an unknown host");
    judge_fix(j, "Wait: the brokers remove that member after its session.timeout.ms (45 s by "
                 "default), and the group then continues automatically. Find out what happened to "
                 "the worker at that host, and restart it");
    carry_name(w, j, JUDGE_GROUP, "member-gone");
    return true;
}

/* No source reports why a member left. Two observations fit together: tasks that run without a
 * failure leave and join again, and no commit comes for longer than a batch may take. */
bool fault_poll(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict)
{
    char limit[24];
    bool is_own = w->max_poll_ms != PT_UNKNOWN;
    int64_t limit_ms = is_own ? w->max_poll_ms : MAX_POLL_MS;
    bool do_all_run = w->has_tasks && w->n_tasks > 0 && w->running == w->n_tasks;
    if (w->stuck <= 0 || !w->has_group || w->member_changes_stuck < REJOINS || !do_all_run ||
        w->stuck_since_ms == PT_UNKNOWN || w->now_ms - w->stuck_since_ms < limit_ms)
        return false;
    judge_how_long((double)limit_ms / 1000, limit, sizeof limit);
    judge_say(
        j, verdict, w->stuck_since_ms,
        "most likely a batch takes longer to write than max.poll.interval.ms (%s%s): the tasks "
        "left the consumer group and joined again without a commit and without a failure",
        limit, is_own ? "" : " unless the worker sets another value");
    judge_fix(
        j,
        "Find out what makes writes slow (`pintop connector diagnose %s --probe` times one), lower "
        "consumer.override.max.poll.records, or raise consumer.override.max.poll.interval.ms. If "
        "this is the cause, the worker log contains \"consumer poll timeout has expired\"",
        w->name);
    carry_name(w, j, JUDGE_GROUP, "poll-timeout");
    return true;
}
