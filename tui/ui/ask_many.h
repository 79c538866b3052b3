/* One question for several topics: those that are marked in the list (Space). Nothing is sent
 * before the question, which names all of them, is answered with a typed line. */
#ifndef UI_ASK_MANY_H
#define UI_ASK_MANY_H

#include "ui/ui.h"

/* Begins with the topics that are marked on the page. False: fewer than two are. */
bool many_topics_delete(struct ui *ui);
bool many_topics_alter(struct ui *ui);
/* The one marked topic; NULL: none, or several. */
const char *many_topics_only(struct ui *ui);
/* Takes plans and results from the snapshot. */
void many_update(struct ui *ui);

#endif
