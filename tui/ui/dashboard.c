/* The dashboard's loop: it takes keys, signals and snapshots, and draws cells. It holds the link to
 * the engine and the terminal; the ui decides what keys and snapshots mean. It blocks only in
 * poll(). */
#include "ui/dashboard.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pintop/draft.h"
#include "term/even_clock.h"
#include "term/screen.h"
#include "term/signals.h"
#include "term/slice.h"
#include "ui/aside.h"
#include "ui/ask.h"
#include "ui/dashboard_private.h"
#include "ui/dispatch.h"
#include "ui/editor.h"
#include "ui/ending.h"
#include "ui/frame.h"
#include "ui/incident.h"
#include "ui/last_words.h"
#include "ui/mouse.h"
#include "ui/ui.h"
#include "ui/view.h"

enum {
    TICK_MS = 1000, /* data is drawn once a second, so that an idle screen costs little */
    FAR_MS = 400,  /* and more often over another's engine: when it is gone, that is said at once */
    EAGER_MS = 50, /* at most this often while an answer is pending */
    HANGUP_MS = 300, /* time for the SIGHUP of a hangup to arrive first */
    ABANDON_MS = 200 /* for the threads that hold files to end */
};

/* ---- drawing ---- */

static void dash_draw(struct dashboard *dash)
{
    dash->is_dirty = false;
    if (dash->hangup_ms != 0)
        return;
    int rows, cols;
    screen_size(dash->screen, &rows, &cols);
    if (dash->canvas == NULL || dash->canvas->rows != rows || dash->canvas->cols != cols) {
        canvas_free(dash->canvas);
        dash->canvas = canvas_new(rows, cols, dash->ui.desk.looks.is_ascii);
        if (dash->canvas == NULL)
            return;
        ui_size(&dash->ui, rows, cols);
    }
    ui_draw(&dash->ui, dash->canvas);
    screen_blit(dash->screen, dash->canvas);
}

/* ---- what the ui asks for ---- */

static void dash_begin_stop(struct dashboard *dash)
{
    dash->ui.is_quitting = true;
    dash->ui.n_dialogs = 0;
    if (dash->ending.stop_ms == 0)
        dash->ending.stop_ms = even_clock_ms(NULL);
    dash->is_dirty = true;
}

static void host_quit(void *arg)
{
    struct dashboard *dash = arg;
    if (!pt_link_is_open(&dash->link)) {
        if (dash->next_cfg != NULL)
            dash_take_context(dash);
        else
            dash_give_up(dash, 0);
        return;
    }
    pt_link_stop(&dash->link, dash->next_cfg != NULL ? "another context is shown" : "quit",
                 PT_STOP_CONFIGURED);
    dash_begin_stop(dash);
}

static void host_end(void *arg)
{
    struct dashboard *dash = arg;
    pt_link_end(&dash->link, "quit", PT_STOP_CONFIGURED);
    dash->ending.has_ended_engine = true;
    dash_begin_stop(dash);
}

/* Something else had the terminal. */
static void dash_is_back(struct dashboard *dash)
{
    refresh_now(&dash->refresh);
    dash->is_dirty = true;
}

static void host_suspend(void *arg)
{
    struct dashboard *dash = arg;
    screen_suspend(dash->screen);
    signals_suspend();
    screen_resume(dash->screen);
    dash_is_back(dash);
}

static pt_code host_run(void *arg, const char *command, struct pt_error *err)
{
    struct dashboard *dash = arg;
    pt_code code = aside_run(dash->screen, command, err);
    dash_is_back(dash);
    return code;
}

static pt_code host_edit(void *arg, char **text, size_t *len, struct pt_error *err)
{
    struct dashboard *dash = arg;
    pt_code code = editor_run(dash->screen, text, len, PT_DRAFT_BYTES_MAX, err);
    dash_is_back(dash);
    return code;
}

static void host_redraw(void *arg)
{
    struct dashboard *dash = arg;
    screen_resized(dash->screen);
}

static void host_look(void *arg, const struct looks *looks)
{
    struct dashboard *dash = arg;
    screen_look(dash->screen, looks);
    dash->is_dirty = true;
}

static bool host_copy(void *arg, const char *text)
{
    struct dashboard *dash = arg;
    return screen_copy(dash->screen, text);
}

static pt_code host_save(void *arg, const char *name, char *path, size_t cap, struct pt_error *err)
{
    struct dashboard *dash = arg;
    return pt_config_save(dash->cfg, name, path, cap, err);
}

static pt_code host_save_plan(void *arg, const char *name, char **plan, struct pt_error *err)
{
    struct dashboard *dash = arg;
    return pt_config_save_plan(dash->cfg, name, plan, err);
}

static const struct pt_config *host_config(void *arg)
{
    return ((const struct dashboard *)arg)->cfg;
}

static void host_region(void *arg, char *out, size_t cap)
{
    const struct dashboard *dash = arg;
    pt_aws_region(dash->cfg, out, cap, NULL, 0);
}

/* ---- one turn ---- */

static bool dash_is_eager(const struct dashboard *dash)
{
    return pt_link_is_open(&dash->link) &&
           (dash->ui.is_replay || (ui_is_waiting(&dash->ui) && !dash->ui.is_frozen));
}

static void dash_read_keys(struct dashboard *dash)
{
    int key;
    screen_read(dash->screen);
    while (!dash->is_over && (key = screen_key(dash->screen)) >= 0) {
        dash->refresh.key_ms = even_clock_ms(NULL);
        mouse_or_key(&dash->ui, dash->screen, dash->canvas, key);
        dash->is_dirty = true;
    }
}

static void dash_read_signals(struct dashboard *dash)
{
    char bytes[64];
    ssize_t n = read(signals_fd(), bytes, sizeof bytes);
    for (ssize_t i = 0; i < n; i++) {
        switch (bytes[i]) {
        case 'W':
            screen_resized(dash->screen);
            dash->is_dirty = true;
            break;
        case 'Z':
            if (dash->ui.n_dialogs < UI_DIALOGS)
                ask_suspend(&dash->ui);
            dash->is_dirty = true;
            break;
        case 'C':
            screen_continued(dash->screen);
            dash->is_dirty = true;
            break;
        case 'T':
            if (!pt_link_is_open(&dash->link))
                dash_give_up(dash, 0);
            else
                dash_begin_stop(dash);
            break;
        default:
            break;
        }
    }
}

/* The terminal is gone, so nothing is drawn any more. Usually a SIGHUP arrives too, and the signal
 * thread stops the engine. A second stop would cut the drain short. */
static void dash_check_hangup(struct dashboard *dash)
{
    if (dash->hangup_ms == 0 || dash->ending.stop_ms != 0)
        return;
    if (!pt_link_is_open(&dash->link)) {
        dash_give_up(dash, 0);
    } else if (signals_stopped_by() != 0) {
        dash_begin_stop(dash);
    } else if (even_clock_ms(NULL) - dash->hangup_ms >= HANGUP_MS) {
        pt_link_stop(&dash->link, "terminal hung up", PT_STOP_CONFIGURED);
        dash_begin_stop(dash);
    }
}

static void dash_check_stop(struct dashboard *dash)
{
    if (!pt_link_is_open(&dash->link) || !ending_is_asked(&dash->ending, &dash->link, dash->snap))
        return;
    if (dash->ending.stop_ms == 0)
        dash_begin_stop(dash);
    if (pt_link_is_stopped(&dash->link)) {
        dash_take_snapshot(dash);
        if (dash->next_cfg != NULL && signals_stopped_by() == 0)
            dash_take_context(dash);
        else
            dash_give_up(dash, 0);
    } else if (ending_is_late(&dash->ending, &dash->link, dash->snap, dash->ui.stop_timeout_ms,
                              &dash->error)) {
        dash_give_up(dash, 1);
    }
}

/* Returns how long nothing is due. */
static int dash_plan(struct dashboard *dash)
{
    bool is_ending = dash->ending.stop_ms != 0 || dash->hangup_ms != 0 || dash->restart.is_on ||
                     dash->ui.contexts.job != NULL;
    int64_t calm_ms = pt_link_is_attached(&dash->link) ? FAR_MS : TICK_MS;
    struct refresh_wants wants = {.calm_ms = is_ending ? EAGER_MS : calm_ms,
                                  .eager_ms = dash_is_eager(dash) ? EAGER_MS : PT_UNKNOWN,
                                  .is_urgent = is_ending,
                                  .is_dirty = dash->is_dirty};
    return (int)refresh_plan(&dash->refresh, dash->screen, &wants);
}

/* fds: as dash_turn has polled them; nothing is set in those that are not used. */
static void dash_take_events(struct dashboard *dash, const struct pollfd *fds)
{
    if (fds[3].revents != 0)
        screen_push(dash->screen);
    if ((fds[0].revents & POLLIN) != 0 || screen_held_ms(dash->screen) == 0)
        dash_read_keys(dash);
    if ((fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
        dash->hangup_ms = even_clock_ms(NULL);
    if ((fds[1].revents & POLLIN) != 0)
        dash_read_signals(dash);
}

static void dash_turn(struct dashboard *dash)
{
    int wait_ms = dash_plan(dash);
    bool is_eager = refresh_is_eager_due(&dash->refresh);
    struct pollfd fds[4] = {
        {.fd = dash->hangup_ms == 0 ? STDIN_FILENO : -1,     .events = POLLIN },
        {.fd = signals_fd(),                                 .events = POLLIN },
        {.fd = is_eager ? pt_link_wake_fd(&dash->link) : -1, .events = POLLIN },
        {.fd = screen_wait_fd(dash->screen),                 .events = POLLOUT},
    };
    bool is_newer = poll(fds, 4, wait_ms) > 0 && (fds[2].revents & POLLIN) != 0;
    dash_take_events(dash, fds);
    if (dash->is_over)
        return;
    dash_plan(dash);
    if (refresh_is_due(&dash->refresh) || (is_newer && refresh_is_eager_due(&dash->refresh)))
        dash_take_snapshot(dash);
    if (restart_is_over(&dash->restart))
        dash_connect(dash, restart_take(&dash->restart));
    dash_check_hangup(dash);
    dash_check_stop(dash);
    if (dash->is_dirty && refresh_may_draw(&dash->refresh)) {
        view_follow(&dash->ui);
        dash_draw(dash);
    }
}

/* ---- beginning and end ---- */

static pt_code dash_init_ui(struct dashboard *dash, const struct looks *looks)
{
    dash->host = (struct ui_host){.link = &dash->link,
                                  .arg = dash,
                                  .recording = dash->run.recording,
                                  .quit = host_quit,
                                  .end = host_end,
                                  .suspend = host_suspend,
                                  .redraw = host_redraw,
                                  .look = host_look,
                                  .run = host_run,
                                  .edit = host_edit,
                                  .copy = host_copy,
                                  .save = host_save,
                                  .save_plan = host_save_plan,
                                  .connect = dash_host_connect,
                                  .context = dash_host_context,
                                  .config = host_config,
                                  .mono_ms = even_clock_ms,
                                  .region = host_region};
    if (ui_init(&dash->ui, &dash->host, looks) != PT_OK)
        return pt_error_set(&dash->error, PT_ENOMEM, NULL, "dashboard: out of memory");
    return PT_OK;
}

/* The first frame is drawn without waiting for the engine's threads or for files. */
static pt_code dash_begin(struct dashboard *dash, const struct looks *looks)
{
    slice_shorten();
    pt_code code = dash_init_ui(dash, looks);
    if (code == PT_OK) {
        dash->ui.desk.looks.theme = theme_named(pt_config_get(dash->cfg, "pintop.theme"));
        code = screen_open(&dash->ui.desk.looks, &dash->screen, &dash->error);
    }
    if (code != PT_OK)
        return code;
    int rows, cols;
    refresh_begin(&dash->refresh);
    screen_size(dash->screen, &rows, &cols);
    ui_size(&dash->ui, rows, cols);
    /* Where no cluster is named, the engine that serves the state directory is the one to show. */
    bool is_unset = pt_config_is_unset(dash->cfg) && dash->run.recording == NULL;
    dash->run.must_attach = is_unset;
    dash_configure(dash);
    code = dash_open_link(dash);
    dash->run.must_attach = false;
    if (is_unset && code != PT_OK) {
        dash->error = (struct pt_error){0};
        ask_first(&dash->ui);
        code = PT_OK;
    }
    if (code != PT_OK)
        return code;
    dash_take_snapshot(dash);
    dash_draw(dash);
    return signals_start(&dash->link, signals_grace_ms(dash->ui.stop_timeout_ms), true,
                         &dash->error);
}

static void dash_end(struct dashboard *dash)
{
    screen_close(dash->screen, dash->hangup_ms != 0);
    if (dash->status == 0)
        dash->status = ending_status(&dash->ending, &dash->link, dash->snap, &dash->error);
    if (dash->ending.is_elsewhere)
        last_words_elsewhere(dash->snap != NULL ? dash->snap->session->stopping_why : "");
    last_words(&dash->error);
    if (pt_link_is_open(&dash->link)) {
        pt_snapshot_release(dash->snap);
        pt_link_close(&dash->link, ABANDON_MS);
    } else if (!dash->restart.is_on) { /* an engine that stops still reads it */
        pt_config_free(dash->own_cfg);
    }
    view_end(&dash->ui);
    incident_leave(&dash->ui); /* it may wait; what the engine has to put away is put away by now */
    ui_done(&dash->ui);
    canvas_free(dash->canvas);
}

int dashboard_run(const struct pt_config *cfg, const struct pt_run *run, pt_link_open_fn open,
                  const struct looks *looks)
{
    struct dashboard *dash = calloc(1, sizeof *dash);
    if (dash == NULL)
        return 1;
    dash->cfg = cfg;
    dash->run = *run;
    dash->open = open;
    pt_code code = dash_begin(dash, looks);
    if (code != PT_OK) {
        dash->status = pt_code_exit(code);
        pt_link_stop(&dash->link, "did not start", 0);
    }
    while (code == PT_OK && !dash->is_over)
        dash_turn(dash);
    dash_end(dash);
    int status = dash->status;
    free(dash);
    return status;
}
