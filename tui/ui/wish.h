/* What the operator last wished of the streams: shown at once, before the engine answers. */
#ifndef UI_WISH_H
#define UI_WISH_H

#include "ui/ui.h"

/* ui/wish_state.c */
const struct pt_stream *wish_stream(const struct ui *ui, enum pt_stream_id id);
/* The stream as it is to be shown: a wish that is not answered changes state and pace. */
enum pt_stream_state wish_state(const struct ui *ui, enum pt_stream_id id);
double wish_rate(const struct ui *ui, enum pt_stream_id id);
/* The last wish is that it runs: the next one is to stop it. */
bool wish_is_on(const struct ui *ui, enum pt_stream_id id);
/* It has a topic, and is not another pintop's. */
bool wish_can(const struct ui *ui, enum pt_stream_id id);
/* A stream of this process is at work, or winds down. */
bool wish_any_runs(const struct ui *ui);

/* ui/wish.c. Wish the opposite: start or stop. While a wish is unanswered the next one is kept
 * until it can be done. Starting asks first where it costs much, or where a topic holds records of
 * somebody else.
 */
void wish_toggle(struct ui *ui, enum pt_stream_id id);
void wish_toggle_all(struct ui *ui);
/* bits of PT_STREAM_BIT. */
void wish_run(struct ui *ui, unsigned streams, bool is_on);
void wish_set_rate(struct ui *ui, unsigned streams, double per_s);
/* The next step of the pace up or down. */
void wish_step_rate(struct ui *ui, enum pt_stream_id id, bool is_up);
double wish_next_rate(double per_s, bool is_up);
/* "stop pin", "start all"; for the footer. */
void wish_word(const struct ui *ui, int stream, char *out, size_t cap);
void wish_all_word(const struct ui *ui, char *out, size_t cap);

/* After each snapshot: drop the wishes that were answered. */
void wish_update(struct ui *ui);

#endif
