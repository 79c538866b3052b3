/* The questions before an action that costs something or cannot be undone. */
#ifndef UI_ASK_H
#define UI_ASK_H

#include "ui/ui.h"

void ask_quit(struct ui *ui);
/* The same before another context is shown, which is loaded (ui/context.c). */
void ask_other(struct ui *ui);
/* For SIGTSTP and Ctrl-Z: suspends, and asks first while a stream runs here. */
void ask_suspend(struct ui *ui);
void ask_save(struct ui *ui);
/* No cluster is configured: try it here, connect to servers, or set up AWS? (ask_first.c) */
void ask_first(struct ui *ui);
void ask_topic_new(struct ui *ui);
/* Asks what is to be changed; the difference is shown before it is sent.
 * setting: of the topic, as struct page_ops gives it; NULL: none is offered. */
void ask_topic_alter(struct ui *ui, const char *topic, const char *setting);
/* Asks from where the records of the topic that is shown are to be read. */
void ask_records_from(struct ui *ui);
void ask_topic_delete(struct ui *ui, const char *topic);
/* How much of a topic no sink has committed, and who says so. facts NULL: nothing is known. */
void topic_lag_words(const struct ui *ui, const struct pt_topic *facts, char *lag, size_t cap);
void ask_rate(struct ui *ui);
/* Creates a topic. False: refused at once, and err says why. */
bool topic_create(struct ui *ui, const char *topic, struct pt_error *err);

#endif
