/* What is on screen before there is an engine. */
#ifndef UI_UNKNOWN_H
#define UI_UNKNOWN_H

#include "pintop/snapshot.h"

/* A snapshot in which nothing is known; static. */
const struct pt_snapshot *ui_unknown_snapshot(void);

#endif
