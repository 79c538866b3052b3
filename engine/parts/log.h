/* The log lines and events of other threads: two parts over the desk's rings, because they are two
 * sections. Thread: the reactor's. */
#ifndef PARTS_LOG_H
#define PARTS_LOG_H

#include "desk/part.h"

/* self is the desk's struct events. */
extern const struct part events_part, log_part;

#endif
