/* What is asked of an engine: commands, what is on a screen, the stop. Each is a fact for the
 * reactor. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/command.h"
#include "core/engine_state.h"

pt_code pt_engine_check(const struct pt_engine *eng, const struct pt_command *cmd,
                        struct pt_error *err)
{
    const struct command_row *row = command_row(eng->commands, (int)cmd->kind);
    return command_check(row != NULL ? &row->info : NULL, cmd, eng->set.is_readonly,
                         eng->set.prefix, err);
}

pt_code engine_submit_as(struct pt_engine *eng, const struct pt_command *cmd, uint64_t id,
                         int64_t asked_ms, struct pt_error *err)
{
    if (atomic_load(&eng->is_stopping))
        return pt_error_set(err, PT_ECLOSED, NULL, "engine: it is stopping");
    pt_code code = pt_engine_check(eng, cmd, err);
    if (code != PT_OK)
        return code;
    if (atomic_fetch_add(&eng->n_commands, 1) >= COMMANDS_MAX) {
        atomic_fetch_sub(&eng->n_commands, 1);
        return pt_error_set(err, PT_EBUSY, "Wait a moment.", "engine: %d commands are waiting",
                            COMMANDS_MAX);
    }
    struct fact *fact = fact_with(FACT_COMMAND, command_copy(cmd), free);
    if (fact == NULL || fact->payload == NULL) {
        atomic_fetch_sub(&eng->n_commands, 1);
        fact_free(fact);
        return pt_error_set(err, PT_ENOMEM, NULL, "command: out of memory");
    }
    fact->id = id;
    fact->number = asked_ms;
    inbox_post(&eng->inbox, fact);
    return PT_OK;
}

pt_code pt_engine_submit(struct pt_engine *eng, const struct pt_command *cmd, uint64_t *id,
                         struct pt_error *err)
{
    uint64_t own = atomic_fetch_add(&eng->next_id, 1) + 1;
    if (id)
        *id = own;
    return engine_submit_as(eng, cmd, own, clock_even_ms(), err);
}

void pt_engine_look_at(struct pt_engine *eng, const char *const *topics, size_t n)
{
    if (atomic_load(&eng->has_disk)) /* the boot is over: the watcher exists */
        watch_want(eng->watch, WATCH_SEEN, topics, n);
}

void pt_engine_stop(struct pt_engine *eng, const char *why, int64_t limit_ms)
{
    struct fact *fact = fact_new(FACT_STOP);
    atomic_store(&eng->is_stopping, true);
    if (fact) {
        fact->number = limit_ms;
        text_copy(fact->text, sizeof fact->text, why);
    }
    inbox_post(&eng->inbox, fact);
}
