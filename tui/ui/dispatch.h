/* The input of the front end: snapshots and keys. */
#ifndef UI_DISPATCH_H
#define UI_DISPATCH_H

#include "ui/ui.h"

/* Takes a new snapshot, which the caller keeps alive until the next one. The old one is no longer
 * used. */
void ui_snapshot(struct ui *ui, const struct pt_snapshot *snap, int64_t now_ms);
void ui_key(struct ui *ui, int key);

#endif
