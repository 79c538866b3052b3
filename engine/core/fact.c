#include "core/fact.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"

static const struct pt_error nothing = {.code = PT_OK};
static const struct pt_error no_memory = {.code = PT_ENOMEM, .what = "pintop: out of memory"};

struct fact *fact_new(enum fact_kind kind)
{
    struct fact *fact = calloc(1, sizeof *fact);
    if (fact) {
        fact->kind = kind;
        fact->error = &nothing;
    }
    return fact;
}

static void drop_error(struct fact *fact)
{
    if (fact->error != &nothing && fact->error != &no_memory)
        free((struct pt_error *)(uintptr_t)fact->error);
}

void fact_fail(struct fact *fact, const struct pt_error *err)
{
    drop_error(fact);
    fact->error = &nothing;
    if (err->code == PT_OK)
        return;
    struct pt_error *copy = malloc(sizeof *copy);
    if (copy != NULL)
        *copy = *err;
    fact->error = copy != NULL ? copy : &no_memory;
}

void fact_free(void *item)
{
    struct fact *fact = item;
    if (fact == NULL)
        return;
    switch (fact->kind) {
    case FACT_REPORT:
        if (fact->u.report)
            watch_report_free(fact->u.report);
        break;
    case FACT_RESULT:
        if (fact->u.result)
            result_release(&fact->u.result->pub);
        break;
    case FACT_COMMAND:
        free(fact->u.command);
        break;
    case FACT_STATS:
        free(fact->u.stats);
        break;
    case FACT_LOOKED:
        free(fact->u.checkpoint);
        break;
    case FACT_AUTH:
        free(fact->u.auth);
        break;
    case FACT_SINK:
        free(fact->u.sink);
        break;
    case FACT_LINE:
    case FACT_EVENT:
        event_release(fact->u.line);
        break;
    case FACT_CONNECTORS:
        conn_news_free(fact->u.news);
        break;
    default:
        break;
    }
    drop_error(fact);
    free(fact);
}

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

struct pt_command *command_copy(const struct pt_command *cmd)
{
    size_t size = sizeof *cmd + cmd->n_configs * sizeof *cmd->configs + size_of(cmd->topic) +
                  size_of(cmd->connector) + size_of(cmd->seen);
    for (size_t i = 0; i < cmd->n_configs; i++)
        size += size_of(cmd->configs[i]);
    struct pt_command *copy = malloc(size);
    if (copy == NULL)
        return NULL;
    *copy = *cmd;
    const char **configs = (const char **)(void *)(copy + 1);
    char *text = (char *)(configs + cmd->n_configs);
    for (size_t i = 0; i < cmd->n_configs; i++) {
        configs[i] = memcpy(text, cmd->configs[i], size_of(cmd->configs[i]));
        text += size_of(cmd->configs[i]);
    }
    copy->configs = configs;
    if (cmd->topic)
        copy->topic = memcpy(text, cmd->topic, size_of(cmd->topic));
    text += size_of(cmd->topic);
    if (cmd->connector)
        copy->connector = memcpy(text, cmd->connector, size_of(cmd->connector));
    text += size_of(cmd->connector);
    if (cmd->seen)
        copy->seen = memcpy(text, cmd->seen, size_of(cmd->seen));
    return copy;
}
