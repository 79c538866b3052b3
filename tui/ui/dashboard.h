/* The dashboard: an engine on a terminal. */
#ifndef UI_DASHBOARD_H
#define UI_DASHBOARD_H

#include "pintop/config.h"
#include "pintop/engine.h"
#include "pintop/link.h"
#include "term/looks.h"

/* Runs the dashboard to its end and gives the terminal back.
 *
 * open     reaches the engine, at once or after the first choice of a cluster.
 * Returns  the exit status: 0; 1 unresolved records; 2 no terminal, or what the engine refused.
 *          Anything but 0 prints one line on stderr after the screen is restored.
 * Thread   main. Signals are blocked, and the signal thread is not started yet. The process may end
 *          by _exit right after this. */
int dashboard_run(const struct pt_config *cfg, const struct pt_run *run, pt_link_open_fn open,
                  const struct looks *looks);

#endif
