/* `x`: the incident file of what is on the screen. Thread: the UI's. */
#ifndef UI_INCIDENT_H
#define UI_INCIDENT_H

#include "ui/ui.h"

/* Has the file made and written into the working directory. */
void incident_begin(struct ui *ui);
/* Says where it is, or why not, once it is written. */
void incident_update(struct ui *ui);
/* Waits some seconds for one that is being written, and prints why it is not there. After the
 * terminal was given back. */
void incident_leave(struct ui *ui);

#endif
