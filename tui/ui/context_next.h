/* The context that is shown next: it is loaded, and what is shown now has to be left first. Thread:
 * the UI's alone. */
#ifndef UI_CONTEXT_NEXT_H
#define UI_CONTEXT_NEXT_H

#include "ui/ui.h"

/* The name of the context that is about to be shown, for the question; NULL: it is quit. */
const char *context_next(const struct ui *ui);
/* What happens after the question; "" when pintop is quit. */
void context_words(const struct ui *ui, char *out, size_t cap);
/* Hands it to the host, right before it ends what is shown; nothing when there is none. */
void context_hand_over(struct ui *ui);
/* Forgets it: pintop stays where it is. */
void context_stay(struct ui *ui);

#endif
