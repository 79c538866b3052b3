/* What follows from the change of a setting, and what is refused for it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/alter_private.h"
#include "pintop/snapshot.h"

const struct alter_setting *alter_find(const struct alter_now *now, const char *name, size_t len)
{
    for (size_t i = 0; i < now->n_settings; i++)
        if (strlen(now->settings[i].name) == len && strncmp(now->settings[i].name, name, len) == 0)
            return &now->settings[i];
    return NULL;
}

bool alter_is(const struct alter_step *step, const char *name)
{
    return strlen(name) == (size_t)step->name_len &&
           strncmp(step->name, name, (size_t)step->name_len) == 0;
}

const char *alter_after(const struct alter_step *step)
{
    if (step->to != NULL)
        return step->to;
    return step->was != NULL ? step->was->otherwise : NULL;
}

const char *alter_before(const struct alter_step *step)
{
    return step->was != NULL ? step->was->value : NULL;
}

const char *alter_will_hold(const struct alter_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_steps; i++)
        if (alter_is(&plan->steps[i], name))
            return alter_after(&plan->steps[i]);
    const struct alter_setting *own = alter_find(plan->now, name, strlen(name));
    return own != NULL ? own->value : NULL;
}

bool alter_number(const char *text, int64_t *n)
{
    char *end;
    if (text == NULL || text[0] == '\0')
        return false;
    errno = 0;
    *n = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0';
}

/* -1 is without a limit. */
static bool alter_limit(const char *text, int64_t *limit)
{
    if (!alter_number(text, limit))
        return false;
    if (*limit < 0)
        *limit = INT64_MAX;
    return true;
}

bool alter_has_policy(const char *text, const char *word)
{
    while (text != NULL && *text != '\0') {
        text += strspn(text, ", ");
        size_t len = strcspn(text, ", ");
        if (len == strlen(word) && strncmp(text, word, len) == 0)
            return true;
        text += len;
    }
    return false;
}

static bool alter_adds_policy(const struct alter_step *step, const char *word)
{
    return alter_is(step, "cleanup.policy") && alter_has_policy(alter_after(step), word) &&
           !alter_has_policy(alter_before(step), word);
}

/* A policy that is unknown may have the word after, and lack it before. */
static bool alter_may_add_policy(const struct alter_step *step, const char *word)
{
    const char *before = alter_before(step), *after = alter_after(step);
    return alter_is(step, "cleanup.policy") && (after == NULL || alter_has_policy(after, word)) &&
           (before == NULL || !alter_has_policy(before, word));
}

static bool alter_keeps_newest(const char *policy)
{
    return alter_has_policy(policy, "compact") && !alter_has_policy(policy, "delete");
}

enum alter_loss alter_loss_of(const struct alter_step *step)
{
    const char *before = alter_before(step), *after = alter_after(step);
    if (!alter_is(step, "cleanup.policy"))
        return ALTER_LOSES_NOTHING;
    if ((before == NULL || alter_keeps_newest(before)) &&
        (after == NULL || !alter_keeps_newest(after)))
        return ALTER_LOSES_NEWEST;
    if (alter_has_policy(before, "compact") &&
        (after == NULL || !alter_has_policy(after, "compact")))
        return ALTER_LOSES_COMPACTION;
    return ALTER_LOSES_NOTHING;
}

/* A limit that is unknown may be a longer one before, and a shorter one after. */
bool alter_is_shorter(const struct alter_step *step)
{
    int64_t before, after;
    if (alter_may_add_policy(step, "delete"))
        return true;
    if (!alter_is(step, "retention.ms") && !alter_is(step, "retention.bytes"))
        return false;
    if (!alter_limit(alter_after(step), &after))
        return true;
    return after != INT64_MAX && (!alter_limit(alter_before(step), &before) || after < before);
}

/* Without "delete" in its policy no retention holds for the topic. */
bool alter_wants_lag(const struct alter_plan *plan)
{
    const char *policy = alter_will_hold(plan, "cleanup.policy");
    if (policy != NULL && !alter_has_policy(policy, "delete"))
        return false;
    for (size_t i = 0; i < plan->n_steps; i++)
        if (alter_is_shorter(&plan->steps[i]))
            return true;
    return false;
}

bool alter_wants_keys(const struct alter_plan *plan)
{
    for (size_t i = 0; i < plan->n_steps; i++)
        if (alter_adds_policy(&plan->steps[i], "compact"))
            return true;
    return false;
}

pt_code alter_check_internal(const struct alter_plan *plan, struct pt_error *err)
{
    if (strncmp(plan->now->topic, "__", 2) != 0)
        return PT_OK;
    for (size_t i = 0; i < plan->n_steps; i++)
        if (alter_loss_of(&plan->steps[i]) != ALTER_LOSES_NOTHING)
            return pt_error_set(
                err, PT_ENAME, "Leave its cleanup.policy as it is",
                "change topic %.100s: refused, it is Kafka's own: unless it is only "
                "compacted, the newest record of a key is deleted in time, and with "
                "it a consumer group's position or a transaction's state",
                plan->now->topic);
    return PT_OK;
}

pt_code alter_check_replicas(const struct alter_plan *plan, struct pt_error *err)
{
    const struct alter_now *now = plan->now;
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct alter_step *step = &plan->steps[i];
        int64_t min;
        if (!alter_is(step, "min.insync.replicas") || !alter_number(alter_after(step), &min) ||
            now->replication < 0 || min <= now->replication)
            continue;
        return pt_error_set(err, PT_EUSAGE, "Set it to at most the number of replicas",
                            "topic %.100s: min.insync.replicas %lld is above its %d replica%s, so "
                            "every record that is sent with acks=all would be refused",
                            now->topic, (long long)min, (int)now->replication,
                            now->replication == 1 ? "" : "s");
    }
    return PT_OK;
}

void alter_facts_init(struct alter_facts *facts, const char *group, enum alter_writer writer,
                      int64_t now_ms)
{
    *facts = (struct alter_facts){.group = group != NULL ? group : "",
                                  .lag = PT_UNKNOWN,
                                  .oldest_ms = PT_UNKNOWN,
                                  .now_ms = now_ms,
                                  .has_keyless = writer == ALTER_WRITER_KEYLESS,
                                  .are_keys_seen = writer == ALTER_WRITER_KEYED};
}

pt_code alter_judge(const struct alter_plan *plan, const struct alter_facts *facts,
                    struct pt_error *err)
{
    if (!alter_wants_keys(plan) || !facts->has_keyless)
        return PT_OK;
    return pt_error_set(err, PT_EUSAGE,
                        "Keep cleanup.policy=delete, or write records with a key first",
                        "topic %.100s: its records have no key, and a compacted topic refuses "
                        "every record without one",
                        plan->now->topic);
}
