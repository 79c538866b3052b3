/* What follows from the change of a setting, and what is refused for it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/alter_private.h"
#include "pintop/snapshot.h"

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

/* A limit that is unknown may be a longer one before, and a shorter one after. */
bool alter_is_shorter(const struct alter_step *step)
{
    int64_t before, after;
    if (alter_adds_policy(step, "delete"))
        return alter_before(step) != NULL;
    if (!alter_is(step, "retention.ms") && !alter_is(step, "retention.bytes"))
        return false;
    if (!alter_limit(alter_after(step), &after))
        return true;
    return after != INT64_MAX && (!alter_limit(alter_before(step), &before) || after < before);
}

bool alter_wants_lag(const struct alter_plan *plan)
{
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
