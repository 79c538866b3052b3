/* What the consumer group says: whoever should read is not there, or somebody else is. */
#include "connector/judge_private.h"

#include <string.h>

enum {
    SETTLE_MS = JUDGE_MINUTE_MS,     /* a group that deals its partitions out needs so long */
    EMPTY_MS = 5 * 1000,             /* seen in more than one look */
    UNOWNED_MS = 6 * JUDGE_MINUTE_MS /* consumers look for new partitions each 5 min */
};

/* Nobody reads a partition without a leader; its end is then only what was known before. */
bool fault_leader(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict)
{
    if (w->n_leaderless == 0)
        return false;
    if (w->n_leaderless == 1)
        judge_say(j, verdict, w->leaderless_since_ms,
                  "partition %d of %s has no leader: nothing can be read from it or written to it",
                  w->leaderless_partition, w->leaderless_topic);
    else
        judge_say(j, verdict, w->leaderless_since_ms,
                  "%d of its %d partitions have no leader, %s-%d among them: nothing can be read "
                  "from them or written to them",
                  w->n_leaderless, w->n_partitions, w->leaderless_topic, w->leaderless_partition);
    judge_fix(j, "Bring back the broker that holds its replicas (page 2 and `pintop status` show "
                 "which brokers are down); the connector goes on by itself then");
    j->source = JUDGE_OFFSETS;
    j->is_specific = true;
    return true;
}

static bool is_longer(const struct witnesses *w, int64_t since_ms, int64_t ms)
{
    return since_ms != PT_UNKNOWN && w->now_ms - since_ms > ms;
}

/* What keeps its tasks out of the group: its consumer's own servers and protocol are the first
 * suspects. */
static void say_way_in(const struct witnesses *w, struct judgement *j)
{
    static const char log[] = "the worker's log says why a task can't join the group (network, "
                              "login, rights on the group)";
    if (w->own_servers[0] != '\0' || w->own_protocol[0] != '\0')
        judge_fix(j,
                  "See first whether its consumer's own settings are right and fit together: "
                  "consumer.override.bootstrap.servers is %s, consumer.override.security.protocol "
                  "is %s; %s",
                  w->own_servers[0] != '\0' ? w->own_servers : "not set",
                  w->own_protocol[0] != '\0' ? w->own_protocol : "not set", log);
    else
        judge_fix(j, "Read the worker's log: a task that can't join the group says why (network, "
                     "login, rights on the group)");
}

/* A group is empty for moments, when its members begin anew; records that stand for as long as that
 * takes, and nobody there, are no such moment. */
static bool is_deserted(const struct witnesses *w, enum pt_verdict verdict)
{
    bool is_standing =
        is_longer(w, w->stuck_since_ms, SETTLE_MS) || is_longer(w, w->oldest_ms, SETTLE_MS);
    bool is_seen =
        verdict == PT_V_STALLED && is_standing && is_longer(w, w->no_members_since_ms, EMPTY_MS);
    return w->members == 0 && (is_seen || is_longer(w, w->no_members_since_ms, SETTLE_MS));
}

/* What its group says: whoever should read is not there, or somebody else is. */
bool fault_group(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict)
{
    if (!w->has_group)
        return false;
    j->source = JUDGE_GROUP;
    j->is_specific = true;
    if (is_deserted(w, verdict)) {
        judge_say(j, verdict, w->no_members_since_ms,
                  "no task of it is a member of its consumer group: nobody reads the topics");
        say_way_in(w, j);
        return true;
    }
    /* Without a partition it may be meant so: it waits, or reads topics of its own. */
    if (w->foreign[0] != '\0' && (w->n_foreign > 0 || verdict == PT_V_STALLED)) {
        judge_say(j, verdict, PT_UNKNOWN,
                  "a member of its consumer group is not the connector's: %s has %d of its %d "
                  "partitions and takes records that the connector does not get",
                  w->foreign, w->n_foreign, w->n_partitions);
        judge_fix(j, "Stop that consumer, and give it a group of its own (group.id); what it has "
                     "committed the connector does not read again: set the group back for that "
                     "with the connector stopped");
        return true;
    }
    if (w->unowned > 0 &&
        is_longer(w, w->unowned_since_ms, verdict == PT_V_STALLED ? SETTLE_MS : UNOWNED_MS)) {
        judge_say(j, verdict, w->unowned_since_ms,
                  "%d of its partitions %s no owner in its consumer group, %s-%d among them",
                  w->unowned, w->unowned == 1 ? "has" : "have", w->unowned_topic,
                  w->unowned_partition);
        judge_fix(
            j, "See which worker or task is missing; restarting the connector with its tasks deals "
               "the partitions out anew");
        return true;
    }
    /* One that is over is no fault any more. */
    if (w->member_changes_per_h >= JUDGE_STORM_PER_HOUR &&
        w->member_changes_of_late >= JUDGE_STORM_PER_HOUR / 6) {
        judge_say(j, verdict, PT_UNKNOWN,
                  "members of its consumer group came or went %d times or more within an hour",
                  w->member_changes_per_h);
        judge_fix(j, "%s", rules_by_id("rebalance-storm")->fix);
        return true;
    }
    j->source = JUDGE_NOBODY;
    j->is_specific = false;
    return false;
}
