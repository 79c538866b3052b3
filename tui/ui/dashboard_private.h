/* The dashboard's own: its loop (dashboard.c), and how it comes to an engine (dashboard_engine.c).
 */
#ifndef UI_DASHBOARD_PRIVATE_H
#define UI_DASHBOARD_PRIVATE_H

#include "term/screen.h"
#include "ui/dashboard.h"
#include "ui/ending.h"
#include "ui/refresh.h"
#include "ui/restart.h"
#include "ui/ui.h"

struct dashboard {
    const struct pt_config *cfg;
    struct pt_config *own_cfg; /* made after the first choice; NULL: cfg is the caller's */
    struct pt_run run;
    pt_link_open_fn open;
    struct pt_link link; /* closed until a cluster is chosen, and between two engines */
    struct restart restart;
    struct pt_config *next_cfg; /* of the context that is shown when this engine has ended */
    char left[240];             /* what is said when that context is shown */
    const struct pt_snapshot *snap;
    struct screen *screen;
    struct canvas *canvas;
    struct ui ui;
    struct ui_host host; /* what the ui asks this dashboard for */
    struct refresh refresh;
    int64_t hangup_ms; /* monotonic time of the hangup; 0: none */
    struct ending ending;
    bool is_dirty, is_over, is_failure_told, was_red;
    int status;
    struct pt_error error; /* printed at the end */
};

/* All of these are in dashboard_engine.c. Sets the terminal's title. */
void dash_set_title(struct dashboard *dash);
/* Takes the newest snapshot and the time, unless the screen is frozen. */
void dash_take_snapshot(struct dashboard *dash);
/* Ends the loop with an exit status. */
void dash_give_up(struct dashboard *dash, int status);
/* Opens the link for the configuration in force. */
pt_code dash_open_link(struct dashboard *dash);
/* Takes over what of the configuration in force is the dashboard's: how it looks, how long a stop
 * takes. */
void dash_configure(struct dashboard *dash);
/* Opens it for another configuration, which is the dashboard's from now on. */
void dash_connect(struct dashboard *dash, struct pt_config *made);
/* The engine has ended, and next_cfg takes its place. */
void dash_take_context(struct dashboard *dash);
/* Of struct ui_host. */
void dash_host_connect(void *arg, const char *const *settings, size_t n);
void dash_host_context(void *arg, struct pt_config *cfg);

#endif
