/* The wishes of the operator for the streams: start, stop, pace. They are shown at once
 * (page/wish_state.h), before the engine answers. */
#ifndef UI_WISH_H
#define UI_WISH_H

#include "ui/ui.h"

/* Stops a stream that runs, and starts one that does not. While a wish is unanswered, the next one
 * is kept until it can be carried out. A start asks first when it costs much, or when a topic holds
 * records of somebody else. */
void wish_toggle(struct ui *ui, enum pt_stream_id id);
void wish_toggle_all(struct ui *ui);
/* streams: bits of PT_STREAM_BIT. */
void wish_run(struct ui *ui, unsigned streams, bool is_on);
void wish_set_rate(struct ui *ui, unsigned streams, double per_s);
/* Sets the next step of the pace, up or down. */
void wish_step_rate(struct ui *ui, enum pt_stream_id id, bool is_up);
double wish_next_rate(double per_s, bool is_up);
/* "stop pin", "start all": the words of the footer. */
void wish_word(const struct ui *ui, int stream, char *out, size_t cap);
void wish_all_word(const struct ui *ui, char *out, size_t cap);

/* Called after each snapshot: drops the wishes that were answered, and carries out those that were
 * kept. */
void wish_update(struct ui *ui);

#endif
