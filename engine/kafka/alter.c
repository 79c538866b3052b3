#include "kafka/alter_private.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the difference */

static bool alter_is_same(const struct alter_step *step)
{
    const struct alter_setting *was = step->was;
    if (step->to == NULL)
        return was != NULL && was->is_default;
    return was != NULL && !was->is_default && was->value != NULL &&
           strcmp(was->value, step->to) == 0;
}

static pt_code alter_add_step(struct alter_plan *plan, const char *config, struct pt_error *err)
{
    const struct alter_now *now = plan->now;
    const char *equals = strchr(config, '=');
    size_t len = equals != NULL ? (size_t)(equals - config) : strlen(config);
    struct alter_step step = {.name = config,
                              .name_len = (int)len,
                              .to = equals != NULL && equals[1] != '\0' ? equals + 1 : NULL,
                              .was = alter_find(now, config, len)};
    if (step.was == NULL && now->are_all_told)
        return pt_error_set(err, PT_EUSAGE, "List the settings with `pintop topics describe NAME`",
                            "topic %.100s: the cluster knows no topic setting %.*s", now->topic,
                            step.name_len, step.name);
    if (step.to == NULL && now->no_unset != NULL)
        return pt_error_set(err, PT_EUNSUPPORTED, "Set it to a value instead",
                            "topic %.100s: %.*s cannot be taken out: %s", now->topic, step.name_len,
                            step.name, now->no_unset);
    if (!alter_is_same(&step))
        plan->steps[plan->n_steps++] = step;
    return PT_OK;
}

static pt_code alter_partitions(const struct pt_command *cmd, struct alter_plan *plan,
                                struct pt_error *err)
{
    const struct alter_now *now = plan->now;
    if (cmd->partitions <= 0 || cmd->partitions == now->n_partitions)
        return PT_OK;
    if (now->n_partitions < 0)
        return pt_error_set(err, PT_EDATA, "Try again in a minute",
                            "topic %.100s: how many partitions it has is unknown", now->topic);
    if (cmd->partitions < now->n_partitions)
        return pt_error_set(err, PT_EUSAGE,
                            "Create another topic with fewer partitions, and let its producers and "
                            "consumers change over",
                            "topic %.100s: it has %d partitions, and Kafka cannot remove any: %d "
                            "is too few",
                            now->topic, (int)now->n_partitions, (int)cmd->partitions);
    plan->to = cmd->partitions;
    return PT_OK;
}

pt_code alter_plan_make(const struct pt_command *cmd, const struct alter_now *now,
                        struct alter_plan *plan, struct pt_error *err)
{
    *plan =
        (struct alter_plan){.now = now, .steps = calloc(cmd->n_configs + 1, sizeof *plan->steps)};
    if (plan->steps == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "change topic %.100s: out of memory", now->topic);
    pt_code code = alter_partitions(cmd, plan, err);
    for (size_t i = 0; i < cmd->n_configs && code == PT_OK; i++)
        code = alter_add_step(plan, cmd->configs[i], err);
    if (code == PT_OK)
        code = alter_check_internal(plan, err);
    if (code == PT_OK)
        code = alter_check_replicas(plan, err);
    return code;
}

void alter_plan_done(struct alter_plan *plan)
{
    free(plan->steps);
    memset(plan, 0, sizeof *plan);
}

bool alter_is_empty(const struct alter_plan *plan)
{
    return plan->to == 0 && plan->n_steps == 0;
}
