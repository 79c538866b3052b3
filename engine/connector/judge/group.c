/* What the consumer group shows: the expected consumers are missing, or foreign ones are
 * present. */
#include "connector/judge/judge_private.h"

#include <string.h>

#include "base/text.h"

enum {
    SETTLE_MS = JUDGE_MINUTE_MS,     /* a group needs this long to assign its partitions */
    EMPTY_MS = 5 * 1000,             /* seen in more than one poll */
    UNOWNED_MS = 6 * JUDGE_MINUTE_MS /* consumers look for new partitions every 5 min */
};

/* A partition without a leader cannot be read; its end offset is then the last known one. */
bool fault_leader(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict)
{
    if (w->n_leaderless == 0)
        return false;
    if (w->n_leaderless == 1)
        judge_say(j, verdict, w->leaderless_since_ms,
                  "partition %d of %s has no leader: it cannot be read or written",
                  w->leaderless_partition, w->leaderless_topic);
    else
        judge_say(
            j, verdict, w->leaderless_since_ms,
            "%d of %d partitions have no leader, %s-%d among them: they cannot be read or written",
            w->n_leaderless, w->n_partitions, w->leaderless_topic, w->leaderless_partition);
    judge_fix(j, "Restore the broker that holds its replicas (page 2 and `pintop status` show "
                 "which brokers are down). The connector then continues automatically");
    j->source = JUDGE_OFFSETS;
    j->is_specific = true;
    return true;
}

static bool is_longer(const struct witnesses *w, int64_t since_ms, int64_t ms)
{
    return since_ms != PT_UNKNOWN && w->now_ms - since_ms > ms;
}

/* Suggests what keeps the tasks out of the group: the consumer's own servers and protocol are
 * the first suspects. */
static void say_way_in(const struct witnesses *w, struct judgement *j)
{
    static const char log[] = "the worker log shows why a task cannot join the group (network, "
                              "authentication, permission on the group)";
    if (w->own_servers[0] != '\0' || w->own_protocol[0] != '\0')
        judge_fix(j,
                  "First check the consumer's own settings: consumer.override.bootstrap.servers is "
                  "%s, consumer.override.security.protocol is %s; %s",
                  w->own_servers[0] != '\0' ? w->own_servers : "not set",
                  w->own_protocol[0] != '\0' ? w->own_protocol : "not set", log);
    else
        judge_fix(j, "Read the worker log: it shows why a task cannot join the group (network, "
                     "authentication, permission on the group)");
}

/* A group is empty for moments while its members restart; this one has been empty for longer,
 * with records waiting. */
static bool is_deserted(const struct witnesses *w, enum pt_verdict verdict)
{
    bool is_standing =
        is_longer(w, w->stuck_since_ms, SETTLE_MS) || is_longer(w, w->oldest_ms, SETTLE_MS);
    bool is_seen =
        verdict == PT_V_STALLED && is_standing && is_longer(w, w->no_members_since_ms, EMPTY_MS);
    return w->members == 0 && (is_seen || is_longer(w, w->no_members_since_ms, SETTLE_MS));
}

/* Reports faults of the consumer group: the expected consumers are missing, or foreign ones are
 * present. */
bool fault_group(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict)
{
    if (!w->has_group)
        return false;
    j->source = JUDGE_GROUP;
    j->is_specific = true;
    if (is_deserted(w, verdict)) {
        judge_say(j, verdict, w->no_members_since_ms,
                  "none of the connector's tasks is a member of its consumer group, so the topics "
                  "are not read");
        say_way_in(w, j);
        return true;
    }
    /* A foreign member without partitions may be intended: it is on standby, or reads other
     * topics. */
    if (w->foreign[0] != '\0' && (w->n_foreign > 0 || verdict == PT_V_STALLED)) {
        judge_say(j, verdict, PT_UNKNOWN,
                  "a member of the consumer group does not belong to the connector: %s has %d of "
                  "its %d partitions and reads records that the connector does not get",
                  w->foreign, w->n_foreign, w->n_partitions);
        judge_fix(j, "Stop that consumer, and give it a group of its own (group.id). The connector "
                     "does not read again what that consumer has committed: to read it, reset the "
                     "offsets of the group while the connector is stopped");
        return true;
    }
    if (w->unowned > 0 &&
        is_longer(w, w->unowned_since_ms, verdict == PT_V_STALLED ? SETTLE_MS : UNOWNED_MS)) {
        judge_say(
            j, verdict, w->unowned_since_ms,
            "%d partition%s of the connector %s no owner in its consumer group, %s-%d among them",
            w->unowned, text_s(w->unowned), w->unowned == 1 ? "has" : "have", w->unowned_topic,
            w->unowned_partition);
        judge_fix(j, "Find out which worker or task is missing; restarting the connector with its "
                     "tasks assigns the partitions again");
        return true;
    }
    /* Rebalances that are over are not a fault any more. */
    if (w->member_changes_per_h >= JUDGE_STORM_PER_HOUR &&
        w->member_changes_of_late >= JUDGE_STORM_PER_HOUR / 6) {
        judge_say(j, verdict, PT_UNKNOWN,
                  "members joined or left the consumer group at least %d times within an hour",
                  w->member_changes_per_h);
        judge_fix(j, "%s", rules_by_id("rebalance-storm")->fix);
        return true;
    }
    j->source = JUDGE_NOBODY;
    j->is_specific = false;
    return false;
}
