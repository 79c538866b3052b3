/* The functions that the rows of the table of commands point to. */
#ifndef CORE_COMMAND_RUNS_H
#define CORE_COMMAND_RUNS_H

#include "core/command.h"

/* Runs the command of a fact by its row, on the reactor's thread, or answers that it is too old
 * (now_ms: clock_even_ms). pt_engine_submit has refused commands without a row. */
void command_run(struct pt_engine *eng, const struct command_table *table, struct fact *fact,
                 int64_t now_us, int64_t now_ms);

/* Runs those that came while the engine was starting; to be called when it has started, or could
 * not. */
void command_run_kept(struct pt_engine *eng, int64_t now_us);

/* For command_row.run, on the reactor's thread: these answer at once. */
void command_run_start(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                       int64_t now_us);
void command_run_stop(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                      int64_t now_us);
void command_run_rate(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                      int64_t now_us);
void command_run_refresh(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                         int64_t now_us);
void command_run_setup_cancel(struct pt_engine *eng, const struct command_row *row,
                              struct fact *fact, int64_t now_us);
/* For command_row.run, too: these give the command to a worker, row->work or row->plan to the admin
 * worker or the doctor's, row->deed to the connectors' command worker. */
void command_run_admin(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                       int64_t now_us);
void command_run_doctor(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                        int64_t now_us);
void command_run_connector(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                           int64_t now_us);

/* For command_row.work and command_row.plan, on the admin worker (admin_worker.c). */
pt_code command_create_topic(struct pt_engine *eng, const struct pt_command *cmd,
                             struct pt_result *result, struct pt_error *err);
pt_code command_plan_create_topic(struct pt_engine *eng, const struct pt_command *cmd,
                                  struct pt_result *result, struct pt_error *err);
pt_code command_delete_topic(struct pt_engine *eng, const struct pt_command *cmd,
                             struct pt_result *result, struct pt_error *err);
pt_code command_plan_delete_topic(struct pt_engine *eng, const struct pt_command *cmd,
                                  struct pt_result *result, struct pt_error *err);
/* Also its dry run. */
pt_code command_alter_topic(struct pt_engine *eng, const struct pt_command *cmd,
                            struct pt_result *result, struct pt_error *err);
pt_code command_describe_topic(struct pt_engine *eng, const struct pt_command *cmd,
                               struct pt_result *result, struct pt_error *err);
pt_code command_peek_topic(struct pt_engine *eng, const struct pt_command *cmd,
                           struct pt_result *result, struct pt_error *err);
pt_code command_topic_groups(struct pt_engine *eng, const struct pt_command *cmd,
                             struct pt_result *result, struct pt_error *err);
/* Also its dry run. */
pt_code command_produce_record(struct pt_engine *eng, const struct pt_command *cmd,
                               struct pt_result *result, struct pt_error *err);

/* The same, on the doctor's worker (doctor_worker.c). */
pt_code command_setup_check(struct pt_engine *eng, const struct pt_command *cmd,
                            struct pt_result *result, struct pt_error *err);
pt_code command_setup_fix(struct pt_engine *eng, const struct pt_command *cmd,
                          struct pt_result *result, struct pt_error *err);

/* For command_row.done: the topics have changed, so their list is polled again. */
void command_topics_changed(struct pt_engine *eng);

#endif
