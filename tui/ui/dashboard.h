/* The dashboard: one engine on one terminal. */
#ifndef UI_DASHBOARD_H
#define UI_DASHBOARD_H

#include <stdbool.h>

#include "pintop/config.h"
#include "pintop/engine.h"

struct looks {
    bool is_mono;  /* --no-color, NO_COLOR */
    bool is_ascii; /* --ascii, or a locale that is not UTF-8 */
};

/* Run it to its end and give the terminal back. The signal thread is not started yet; signals are
 * blocked. Returns the exit status (INTERFACE: 0, 1 unresolved records, 2 no terminal or what the
 * engine refused); one line on stderr for anything but 0, after the screen is restored.
 * The process may end by _exit right after. Thread: main. */
int dashboard_run(const struct pt_config *cfg, const struct pt_run *run, const struct looks *looks);

#endif
