/* How the dashboard comes to an engine (at its start, after a choice of the user, and with another
 * context), and what it takes of it. */
#include <string.h>

#include "term/signals.h"
#include "ui/alarm.h"
#include "ui/ask.h"
#include "ui/chosen.h"
#include "ui/dashboard_private.h"
#include "ui/dispatch.h"
#include "ui/replay.h"
#include "ui/view.h"

/* Shows once what the engine could not start. */
static void dash_tell_failure(struct dashboard *dash)
{
    struct pt_error err;
    if (dash->is_failure_told || dash->ui.n_dialogs > 0)
        return;
    memset(&err, 0, sizeof err);
    if (pt_link_failure(&dash->link, &err) == PT_OK)
        return;
    dash->is_failure_told = true;
    ui_fail(&dash->ui, "The engine says", &err);
}

void dash_set_title(struct dashboard *dash)
{
    char title[160];
    alarm_title(dash->cfg, dash->run.recording, dash->ui.desk.snap, title, sizeof title);
    screen_title(dash->screen, title);
}

void dash_take_snapshot(struct dashboard *dash)
{
    const struct pt_snapshot *old = dash->snap;
    bool is_held = dash->ui.is_frozen && !dash->ui.is_quitting;
    if (pt_link_is_open(&dash->link) && (!is_held || dash->snap == NULL))
        dash->snap = pt_link_acquire(&dash->link);
    dash_tell_failure(dash);
    ui_snapshot(&dash->ui, dash->snap != NULL ? dash->snap : ui_unknown_snapshot(),
                is_held ? dash->ui.desk.now_ms : replay_present_ms(&dash->link));
    if (dash->snap != old)
        pt_snapshot_release(old);
    refresh_update(&dash->refresh, dash->screen, &dash->ui);
    dash->is_dirty = true;
    dash_set_title(dash);
    if (dash->run.recording == NULL && alarm_rings(dash->cfg, dash->ui.desk.snap, &dash->was_red))
        screen_bell(dash->screen);
}

void dash_give_up(struct dashboard *dash, int status)
{
    dash->is_over = true;
    if (dash->status == 0) /* else a context before has left something open */
        dash->status = status;
}

pt_code dash_open_link(struct dashboard *dash)
{
    pt_code code = dash->open(dash->cfg, &dash->run, &dash->link, &dash->error);
    if (code != PT_OK)
        return code;
    signals_set_link(&dash->link);
    dash_set_title(dash);
    if (dash->run.recording == NULL) /* whoever made a recording had a view of their own */
        view_begin(&dash->ui);
    return PT_OK;
}

void dash_configure(struct dashboard *dash)
{
    dash->ui.stop_timeout_ms = pt_config_int(dash->cfg, "pintop.stop.timeout.ms");
    signals_set_grace(signals_grace_ms(dash->ui.stop_timeout_ms));
    enum theme theme = theme_named(pt_config_get(dash->cfg, "pintop.theme"));
    if (theme == dash->ui.desk.looks.theme)
        return;
    dash->ui.desk.looks.theme = theme;
    screen_look(dash->screen, &dash->ui.desk.looks);
}

void dash_connect(struct dashboard *dash, struct pt_config *made)
{
    pt_config_free(dash->own_cfg);
    dash->cfg = dash->own_cfg = made;
    dash_configure(dash);
    if (dash_open_link(dash) != PT_OK) {
        dash_give_up(dash, pt_code_exit(dash->error.code));
        return;
    }
    dash_take_snapshot(dash);
    ui_say(&dash->ui, "%s",
           dash->left[0] != '\0' ? dash->left : "w saves this choice as a context");
    dash->left[0] = '\0';
}

/* Another engine takes the place of the one that runs (dash_turn). */
static void dash_begin_restart(struct dashboard *dash, struct pt_config *made, const char *says)
{
    const struct pt_snapshot *old = dash->snap;
    struct pt_link none = {0};
    struct pt_error err;
    signals_set_link(&none);
    dash->snap = NULL;
    ui_forget(&dash->ui);
    ui_snapshot(&dash->ui, ui_unknown_snapshot(), replay_present_ms(&dash->link));
    pt_snapshot_release(old);
    if (restart_begin(&dash->restart, &dash->link, made, &err) != PT_OK) {
        signals_set_link(&dash->link);
        pt_config_free(made);
        ui_fail(&dash->ui, "Not possible", &err);
        return;
    }
    dash->run.start = 0;
    dash->is_failure_told = false;
    ui_say(&dash->ui, "%s", says);
}

void dash_host_connect(void *arg, const char *const *settings, size_t n)
{
    struct dashboard *dash = arg;
    struct pt_config *made = NULL;
    struct pt_error err;
    memset(&err, 0, sizeof err);
    if (chosen_config(dash->cfg, settings, n, &made, &err) != PT_OK) {
        if (!pt_link_is_open(&dash->link))
            ask_first(&dash->ui);
        ui_fail(&dash->ui, "Not understood", &err);
        return;
    }
    if (pt_link_is_open(&dash->link)) {
        dash_begin_restart(dash, made, "starting again with what you chose …");
        return;
    }
    if (pt_config_is_embedded(made) && dash->run.start == 0)
        dash->run.start = PT_STREAM_ALL; /* "Try it here" includes the streams */
    dash_connect(dash, made);
}

/* ---- another context ---- */

void dash_host_context(void *arg, struct pt_config *cfg)
{
    struct dashboard *dash = arg;
    pt_config_free(dash->next_cfg);
    dash->next_cfg = cfg;
}

/* Keeps what the context that has ended has left open: the exit status, and its error. */
static bool dash_keep_status(struct dashboard *dash, const char *context)
{
    struct pt_error err = {0};
    int status = ending_status(&dash->ending, &dash->link, dash->snap, &err);
    if (status == 0)
        return false;
    dash->status = status;
    pt_error_set(&dash->error, err.code, err.fix, "context %s: %s", context, err.what);
    return true;
}

/* What is said when the next one is shown: what did not come along, and what the one before has
 * left open. */
static void dash_say_context(struct dashboard *dash)
{
    char left[120];
    const char *to = pt_config_context(dash->next_cfg), *was = pt_config_context(dash->cfg);
    pt_context_left(dash->cfg, left, sizeof left);
    if (dash_keep_status(dash, was != NULL ? was : "before this one"))
        snprintf(dash->left, sizeof dash->left, "context %.60s is shown; %.160s", to,
                 dash->error.what);
    else
        snprintf(dash->left, sizeof dash->left, "context %.60s is shown%s%s%s", to,
                 left[0] != '\0' ? ", without " : "", left, left[0] != '\0' ? " of the start" : "");
}

/* Another front end: no filter, mark or selection of one context is in force in another. */
static pt_code dash_renew_ui(struct dashboard *dash)
{
    struct looks looks = dash->ui.desk.looks;
    bool is_mouse = dash->ui.is_mouse;
    int rows = dash->ui.rows, cols = dash->ui.cols;
    view_end(&dash->ui);
    ui_done(&dash->ui);
    pt_code code = ui_init(&dash->ui, &dash->host, &looks);
    if (code != PT_OK)
        return code;
    dash->ui.is_mouse = is_mouse;
    ui_size(&dash->ui, rows, cols);
    return PT_OK;
}

void dash_take_context(struct dashboard *dash)
{
    struct pt_config *next = dash->next_cfg;
    dash_say_context(dash);
    if (dash->restart.is_on) { /* the engine before is still being freed: this one follows it */
        pt_config_free(dash->restart.next);
        dash->restart.next = next;
        dash->next_cfg = NULL;
        dash->ui.is_quitting = false;
        return;
    }
    dash->next_cfg = NULL;
    dash->ending = (struct ending){.stop_ms = 0};
    dash->was_red = false;
    if (dash_renew_ui(dash) != PT_OK) {
        pt_config_free(next);
        dash_give_up(dash, 1);
        return;
    }
    dash_begin_restart(dash, next, "the other context is opened …");
}
