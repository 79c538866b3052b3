/* The words of a plan to change a topic: a line for each change, and one for each thing that
 * follows from it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/shown.h"
#include "base/text.h"
#include "kafka/alter_private.h"
#include "kafka/plan_lines.h"
#include "pintop/snapshot.h"

enum { ALTER_REMARKS_MAX = 16, ALTER_VALUE_MAX = 200 };

/* ------------------------------------------------------------------ changes */

/* A value as it is shown; that of a sensitive setting is not. */
static void alter_value(const struct alter_step *step, const char *value, const char *none,
                        char *out, size_t cap)
{
    char name[128];
    if (value != NULL && step->was != NULL && step->was->is_sensitive) {
        text_copy(out, cap, "***");
        return;
    }
    snprintf(name, sizeof name, "%.*s", step->name_len, step->name);
    if (value != NULL)
        shown_value(out, cap, name, value);
    else
        text_copy(out, cap, none);
    if (out[0] == '\0')
        text_copy(out, cap, "(empty)");
}

static void alter_step_words(const struct alter_plan *plan, const struct alter_step *step,
                             char *out, size_t cap)
{
    char from[ALTER_VALUE_MAX], to[ALTER_VALUE_MAX];
    const char *missing = plan->now->missing != NULL ? plan->now->missing : "(unknown)";
    bool is_hidden = step->was != NULL && step->was->is_sensitive;
    alter_value(step, alter_before(step), is_hidden ? "***" : missing, from, sizeof from);
    alter_value(step, alter_after(step), "its default", to, sizeof to);
    text_put(out, cap, "%.*s %s%s -> %s%s", step->name_len, step->name, from,
             step->was != NULL && step->was->is_default ? " (default)" : "", to,
             step->to == NULL && alter_after(step) != NULL ? " (default)" : "");
}

void alter_words(const struct alter_plan *plan, char *out, size_t cap)
{
    char words[PLAN_LINE_MAX];
    out[0] = '\0';
    if (plan->to > 0)
        text_list(out, cap, "partitions %" PRId32 " -> %" PRId32, plan->now->n_partitions,
                  plan->to);
    for (size_t i = 0; i < plan->n_steps; i++) {
        alter_step_words(plan, &plan->steps[i], words, sizeof words);
        text_list(out, cap, "%s", words);
    }
}

/* ------------------------------------------------------------------ what follows */

static void alter_duration(int64_t ms, char *out, size_t cap)
{
    int64_t s = ms / 1000, minutes = s / 60, hours = minutes / 60, days = hours / 24;
    if (days > 0)
        snprintf(out, cap, "%" PRId64 " d %" PRId64 " h", days, hours % 24);
    else if (hours > 0)
        snprintf(out, cap, "%" PRId64 " h %" PRId64 " min", hours, minutes % 60);
    else if (minutes > 0)
        snprintf(out, cap, "%" PRId64 " min %" PRId64 " s", minutes, s % 60);
    else
        snprintf(out, cap, "%" PRId64 " s", s);
}

static void alter_tell_partitions(const struct alter_plan *plan, struct plan_lines *to)
{
    if (plan->to == 0)
        return;
    const struct alter_setting *own =
        alter_find(plan->now, "cleanup.policy", strlen("cleanup.policy"));
    const char *policy = own != NULL ? own->value : NULL;
    plan_line(to, "WARN", "Partitions cannot be removed again.");
    if (policy == NULL || alter_has_policy(policy, "compact"))
        plan_line(to, "WARN",
                  "%s: a key's new records go to another partition than its old one, which is "
                  "then never replaced. Kafka Connect's own topics and those of Kafka Streams do "
                  "not work after that.",
                  policy == NULL ? "Unless the topic is not compacted, which is unknown"
                                 : "The topic is compacted");
    plan_line(to, "note",
              "Records with a key go to another partition than before; those that are there stay "
              "where they are, so the order of the records of one key is not kept across the "
              "change.");
    plan_line(to, "note",
              "Consumers find the new partitions within metadata.max.age.ms (5 min by default); "
              "a sink with auto.offset.reset=latest would skip what is written there before.");
}

/* How long records stay when the plan lets age delete them sooner: false when it does not, or when
 * that is unknown, or without a limit. */
static bool alter_deadline(const struct alter_plan *plan, int64_t *ms)
{
    bool is_sooner = false;
    for (size_t i = 0; i < plan->n_steps; i++)
        is_sooner = is_sooner || (!alter_is(&plan->steps[i], "retention.bytes") &&
                                  alter_is_shorter(&plan->steps[i]));
    return is_sooner && alter_number(alter_will_hold(plan, "retention.ms"), ms) && *ms >= 0;
}

/* What the size of a partition does to its oldest records, whatever their age is. */
static void alter_size_words(const struct alter_plan *plan, const char *when, char *out, size_t cap)
{
    int64_t bytes;
    const char *text = alter_will_hold(plan, "retention.bytes");
    out[0] = '\0';
    if (!alter_number(text, &bytes))
        snprintf(out, cap, "; whether retention.bytes deletes them sooner is unknown");
    else if (bytes >= 0)
        snprintf(out, cap, " %s a partition is larger than retention.bytes (%" PRId64 ")", when,
                 bytes);
}

/* The age of the oldest record that is waiting; false when it is unknown. A producer's clock may be
 * ahead of this one. */
static bool alter_age(const struct alter_facts *facts, struct plan_lines *to, char *out, size_t cap)
{
    char age[48];
    if (facts->oldest_ms == PT_UNKNOWN)
        return false;
    if (facts->oldest_ms > facts->now_ms) {
        plan_line(to, "note",
                  "The time of the oldest of these records is ahead of this computer's clock, so "
                  "its age is unknown.");
        return false;
    }
    alter_duration(facts->now_ms - facts->oldest_ms, age, sizeof age);
    snprintf(out, cap, "%s%s", facts->is_in_part ? "at least " : "", age);
    return true;
}

/* group: "the group NAME" or "a sink". */
static void alter_tell_waiting(const struct alter_plan *plan, const struct alter_facts *facts,
                               const char *group, struct plan_lines *to)
{
    char age[64], limit[48], size[160];
    int64_t ms = 0;
    bool has_age = alter_age(facts, to, age, sizeof age);
    if (!alter_deadline(plan, &ms) || !has_age) {
        alter_size_words(plan, "as soon as", size, sizeof size);
        plan_line(to, "WARN",
                  "%" PRId64 " record%s that %s has not committed may be deleted before they are "
                  "read%s.",
                  facts->lag, text_s(facts->lag), group, size);
        return;
    }
    alter_duration(ms, limit, sizeof limit);
    if (facts->now_ms - facts->oldest_ms > ms) {
        plan_line(to, "WARN",
                  "Records will be lost: %s has not committed %" PRId64 " record%s, the oldest of "
                  "them is %s old, and what is older than %s is deleted.",
                  group, facts->lag, text_s(facts->lag), age, limit);
        return;
    }
    alter_size_words(plan, "and before", size, sizeof size);
    plan_line(to, "WARN",
              "So far %s has not committed %" PRId64 " record%s, the oldest of them %s old: they "
              "are lost unless they are read before they are %s old%s.",
              group, facts->lag, text_s(facts->lag), age, limit, size);
}

static void alter_tell_lag(const struct alter_plan *plan, const struct alter_facts *facts,
                           struct plan_lines *to)
{
    char group[300];
    bool has_group = facts->group != NULL && facts->group[0] != '\0';
    snprintf(group, sizeof group, "%s%s", has_group ? "the group " : "a sink",
             has_group ? facts->group : "");
    if (!alter_wants_lag(plan))
        return;
    if (facts->lag == PT_UNKNOWN) {
        plan_line(to, "WARN",
                  "Records may be deleted before they are read: how many of them %s has not "
                  "committed is unknown.",
                  group);
        return;
    }
    if (facts->is_lag_late)
        plan_line(to, "note", "The lag is CloudWatch's, one to three minutes old.");
    if (facts->lag == 0)
        plan_line(to, "note", "%s %s.", has_group ? group : "A sink",
                  facts->is_lag_late ? "had committed every record that was there then"
                                     : "has committed every record that is there now");
    else
        alter_tell_waiting(plan, facts, group, to);
}

/* What holds no longer when the policy changes. */
static void alter_tell_policy(const struct alter_plan *plan, struct plan_lines *to)
{
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct alter_step *step = &plan->steps[i];
        enum alter_loss loss = alter_loss_of(step);
        const char *unless =
            alter_before(step) == NULL  ? "Unless the topic was not compacted, which is unknown: "
            : alter_after(step) == NULL ? "Unless the broker's own cleanup.policy, which is "
                                          "unknown, is compact: "
                                        : "";
        if (loss == ALTER_LOSES_NEWEST)
            plan_line(to, "WARN",
                      "%sThe newest record of a key is no longer kept: it is deleted as well when "
                      "retention.ms or retention.bytes says so. Kafka Connect's own topics, a "
                      "schema registry's and those of Kafka Streams lose their state by that.",
                      unless);
        else if (loss == ALTER_LOSES_COMPACTION)
            plan_line(to, "WARN",
                      "%sThe topic is no longer compacted: each record of a key stays until "
                      "retention.ms or retention.bytes deletes it, so the topic may grow, and "
                      "whoever reads it from its beginning reads old values, too.",
                      unless);
    }
}

static void alter_tell_keys(const struct alter_plan *plan, const struct alter_facts *facts,
                            struct plan_lines *to)
{
    if (!alter_wants_keys(plan))
        return;
    plan_line(to, "WARN",
              "Of each key only the newest record is kept: older ones are deleted, also when no "
              "sink has read them.");
    if (!facts->are_keys_seen)
        plan_line(to, "WARN",
                  "Whether its records have keys is unknown: a compacted topic refuses every "
                  "record without one.");
}

static void alter_tell_safety(const struct alter_plan *plan, struct plan_lines *to)
{
    int64_t n;
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct alter_step *step = &plan->steps[i];
        const char *after = alter_after(step);
        if (alter_is(step, "min.insync.replicas") && alter_number(after, &n) && n > 1 &&
            n == plan->now->replication)
            plan_line(to, "WARN",
                      "min.insync.replicas would be the number of replicas: writes stop as soon "
                      "as one broker is down.");
        if (alter_is(step, "unclean.leader.election.enable") && after != NULL &&
            strcmp(after, "true") == 0)
            plan_line(to, "WARN",
                      "With unclean.leader.election.enable=true acknowledged records may be lost "
                      "when a broker fails.");
    }
}

/* ------------------------------------------------------------------ the result */

static void alter_tell_changes(const struct alter_plan *plan, struct plan_lines *to)
{
    char words[PLAN_LINE_MAX];
    if (plan->to > 0)
        plan_line(to, "change", "partitions %" PRId32 " -> %" PRId32, plan->now->n_partitions,
                  plan->to);
    for (size_t i = 0; i < plan->n_steps; i++) {
        alter_step_words(plan, &plan->steps[i], words, sizeof words);
        plan_line(to, "change", "%s", words);
    }
}

pt_code alter_tell(const struct alter_plan *plan, const struct alter_facts *facts,
                   struct pt_result *result, struct pt_error *err)
{
    struct plan_lines to;
    if (!plan_lines_begin(&to, plan->n_steps + ALTER_REMARKS_MAX))
        return pt_error_set(err, PT_ENOMEM, NULL, "change topic %.100s: out of memory",
                            plan->now->topic);
    alter_tell_changes(plan, &to);
    alter_tell_partitions(plan, &to);
    alter_tell_lag(plan, facts, &to);
    alter_tell_keys(plan, facts, &to);
    alter_tell_policy(plan, &to);
    alter_tell_safety(plan, &to);
    plan_lines_end(&to, plan_lines_sum(&to, HASH64_EMPTY), result);
    return PT_OK;
}

pt_code alter_check_seen(const struct pt_command *cmd, const struct pt_result *result,
                         struct pt_error *err)
{
    if (cmd->seen == NULL || cmd->seen[0] == '\0' || strcmp(cmd->seen, result->seen) == 0)
        return PT_OK;
    return pt_error_set(err, PT_EBUSY, "Look at the difference again, and decide then",
                        "topic %.100s: nothing was sent, because it was changed after the "
                        "difference was shown",
                        cmd->topic);
}
