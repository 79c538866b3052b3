/* A command inside the engine: one row of a table, from which its guards, its runner and the event
 * about its outcome follow. */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "pintop/command.h"
#include "pintop/event.h"

struct conn_deed;
struct fact;
struct pt_engine;

/* Carries a command out on a thread that may wait. Errors: the command's. */
typedef pt_code (*command_work_fn)(struct pt_engine *eng, const struct pt_command *cmd,
                                   struct pt_result *result, struct pt_error *err);

struct command_row {
    struct pt_command_info info;
    /* On the reactor's thread: answers the fact, or claims its command and gives it to a worker. */
    void (*run)(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                int64_t now_us);
    command_work_fn work, plan;   /* on the admin worker, and its dry run; NULL: it has none */
    const struct conn_deed *deed; /* on the connectors' command worker; NULL: elsewhere */
    /* The outcome becomes an event of this area: a failure as an error, a success as the result's
     * text with this severity. NULL: no event, since whoever requested it shows the answer. */
    const char *area;
    enum pt_severity severity;
    void (*done)(struct pt_engine *eng); /* after success, on the reactor's thread; NULL */
};

/* A row's index is the command's kind. */
struct command_table {
    const struct command_row *rows;
    size_t n;
};
/* commands.c: all commands of the engine. */
extern const struct command_table command_all;

/* Returns NULL when there is no such command. */
const struct command_row *command_row(const struct command_table *table, int kind);

/* Checks whether a command may be carried out. info: its row's, or NULL when it has no row. prefix:
 * how the names of new topics must begin, "" no rule. Errors PT_EUSAGE: unknown, incomplete, or a
 * plan of a command that has none; PT_EREADONLY; PT_ENAME. Pure. */
pt_code command_check(const struct pt_command_info *info, const struct pt_command *cmd,
                      bool is_readonly, const char *prefix, struct pt_error *err);

/* Checks whether a command is carried out that was asked for at asked_ms (clock_even_ms): whoever
 * asked longer ago than ten seconds was told that the engine does not answer, and may have done
 * something else since. does: what it does, for the error. Errors PT_ETIMEOUT. Pure. */
pt_code command_is_in_time(const char *does, int64_t asked_ms, int64_t now_ms,
                           struct pt_error *err);

/* Returns a deep copy in one allocation, to be freed with free(); NULL when out of memory. */
struct pt_command *command_copy(const struct pt_command *cmd);

#endif
