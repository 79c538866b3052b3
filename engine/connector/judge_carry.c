/* What keeps a sink that runs from taking records, beside the store: its commits find no taker, the
 * worker that carries its tasks is away, or a batch takes longer than Kafka waits. */
#include "connector/judge_private.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"

enum {
    ELECTION_MS = 3000, /* a new leader is there in less */
    MAX_POLL_MS = 5 * JUDGE_MINUTE_MS,
    REBALANCE_MS = 10000, /* longer than one takes in which all take part */
    REJOINS = 2           /* it left, and it came again */
};

/* A verdict that isn't STALLED needs records that nothing is seen to take. */
static bool is_in_question(const struct witnesses *w, enum pt_verdict verdict)
{
    return verdict == PT_V_STALLED || w->unproven > 0;
}

/* As a rule of the symptoms, by its id. Whoever can wait hears whether it stands still. */
static void name(const struct witnesses *w, struct judgement *j, enum judge_source source,
                 const char *rule)
{
    j->is_awaited = j->verdict != PT_V_STALLED && w->unproven > 0;
    j->source = source;
    j->is_specific = true;
    text_copy(j->rule, sizeof j->rule, rule);
}

/* A commit is a record of __consumer_offsets, and the brokers take it by the same conditions. */
bool fault_commits(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict)
{
    bool was_seen = w->out_ms != PT_UNKNOWN && w->out_ms > w->commits_since_ms;
    if (w->commits_since_ms == PT_UNKNOWN || was_seen || w->lag <= 0 ||
        (w->is_commits_leaderless && w->now_ms - w->commits_since_ms < ELECTION_MS))
        return false;
    if (w->is_commits_leaderless)
        judge_say(j, verdict, w->commits_since_ms,
                  "its group can't commit: partition %d of __consumer_offsets, which keeps its "
                  "offsets, has no leader",
                  w->commits_partition);
    else
        judge_say(j, verdict, w->commits_since_ms,
                  "the brokers refuse its commits: partition %d of __consumer_offsets, which keeps "
                  "its group's offsets, has %d replica%s in sync, and min.insync.replicas is "
                  "%" PRId64,
                  w->commits_partition, w->commits_in_sync, w->commits_in_sync == 1 ? "" : "s",
                  w->commits_wanted);
    judge_fix(j, "Bring back the broker that holds the missing replica (page 2 and `pintop status` "
                 "show which brokers are down); the connector goes on by itself then");
    name(w, j, JUDGE_OFFSETS, "commits-refused");
    return true;
}

bool fault_worker(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict)
{
    const char *s = w->n_away_tasks == 1 ? "" : "s";
    if (!judge_is_known(w->away_worker) || !is_in_question(w, verdict))
        return false;
    judge_say(j, verdict, w->away_since_ms, "the worker %s, which has its task%s %s, %s%s",
              w->away_worker, s, w->away_tasks,
              w->is_away_silent ? "takes connections and doesn't answer" : "can't be reached",
              !w->is_away_absent     ? ""
              : w->n_away_tasks == 1 ? ", and that task is not in the consumer group"
                                     : ", and none of them is in the consumer group");
    if (w->is_away_silent)
        judge_fix(j, "See what that worker does (a process that is stopped, a long garbage "
                     "collection, a machine without memory), and restart it. Only when it has left "
                     "their group for scheduled.rebalance.max.delay.ms (5 minutes unless set) do "
                     "the other workers take its tasks over");
    else
        judge_fix(j, "See whether that worker lives, and start it again; without it the other "
                     "workers take its tasks over after scheduled.rebalance.max.delay.ms (5 "
                     "minutes unless set)");
    name(w, j, JUDGE_GROUP, "worker-away");
    return true;
}

/* Connect gave the task to another worker, and the group still has the member of the one before: it
 * waits for it in a rebalance, in which nobody takes anything. */
bool fault_ghost(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict)
{
    bool is_long = w->rebalance_since_ms != PT_UNKNOWN &&
                   (verdict == PT_V_STALLED || w->now_ms - w->rebalance_since_ms >= REBALANCE_MS);
    if (!w->has_group || w->twice_task < 0 || !is_long || !is_in_question(w, verdict))
        return false;
    judge_say(j, verdict, w->rebalance_since_ms,
              "its consumer group waits in a rebalance for a member that doesn't answer: two go by "
              "the name of task %d, of which Connect has one; the other, at %s, was left behind by "
              "a worker that hangs, died or was cut off",
              w->twice_task, judge_is_known(w->twice_host) ? w->twice_host : "a host not told");
    judge_fix(j, "Wait: the brokers put that member out after its session.timeout.ms (45 s unless "
                 "set), and the group goes on by itself; see what became of the worker at that "
                 "host, and restart it");
    name(w, j, JUDGE_GROUP, "member-gone");
    return true;
}

/* Nobody tells pintop why a member left. Two witnesses fit together: tasks that run without a
 * failure leave and come again, and no commit comes for longer than a batch may take. */
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
    judge_say(j, verdict, w->stuck_since_ms,
              "most likely a batch takes longer to write than max.poll.interval.ms (%s%s): its "
              "tasks left the consumer group and came again while no commit came, and none failed",
              limit, is_own ? "" : " unless the worker sets another");
    judge_fix(
        j,
        "See what makes writes slow (`pintop connector diagnose %s --probe` times one), lower "
        "consumer.override.max.poll.records, or raise "
        "consumer.override.max.poll.interval.ms. The worker's log says \"consumer poll "
        "timeout has expired\" if that is so",
        w->name);
    name(w, j, JUDGE_GROUP, "poll-timeout");
    return true;
}
