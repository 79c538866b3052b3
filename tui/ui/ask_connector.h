/* The actions of the selected connector. Each asks first. */
#ifndef UI_ASK_CONNECTOR_H
#define UI_ASK_CONNECTOR_H

#include "ui/ui.h"

void ask_connector(struct ui *ui);
/* Writes one small object into its store. The question says what is written where, and with whose
 * credentials. */
void ask_probe(struct ui *ui);
void ask_acknowledge(struct ui *ui);
/* Has the engine say what would be changed; the question follows when it has (connector_update).
 * name: the connector's or the topic's, or the check's ID. Returns false when it is refused; err as
 * ui_submit. */
bool plan_begin(struct ui *ui, enum pt_command_kind kind, const char *name, const char *setting,
                struct pt_error *err);
/* Takes "KEY=VALUE" for a connector or a topic, and begins the plan for it. name as there. Returns
 * the question; NULL: too many are open. */
struct dialog *ask_setting(struct ui *ui, enum pt_command_kind kind, const char *name,
                           const char *title, const char *text);
/* Shows a plan that has come, and asks. Returns the question; NULL: too many are open. */
struct dialog *plan_ask(struct ui *ui, const struct pt_result *result, dialog_done_fn done);
/* Takes the number of "partitions=6", which is no setting of a topic. *n: -1 when it is a setting.
 * Errors PT_EUSAGE: it is no number. */
pt_code plan_partitions(const char *setting, int32_t *n, struct pt_error *err);
/* The lines of a plan, and below them what it means; the caller's, free. NULL when out of memory.
 */
char *plan_text(const struct pt_result *result, const char *end);
/* Writes a line of a plan or of a probe, with its mark. Returns the length. */
size_t plan_put_line(const struct pt_line *line, char *out, size_t cap);
/* Whether an action is possible. */
bool connector_can(const struct ui *ui);
bool probe_can(const struct ui *ui); /* it has a store that a probe can write to */
bool acknowledge_can(const struct ui *ui);
/* Shows what a probe met, step by step. */
void probe_show(struct ui *ui, const struct pt_result *result);
/* Takes the plan that was requested from the snapshot, and asks whether to carry it out. */
void connector_update(struct ui *ui);

#endif
