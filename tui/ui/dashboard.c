/* The dashboard's loop: keys, signals and snapshots in; cells out. It holds the engine and the
 * terminal; what they mean is the ui's. Blocks only in poll(), and in write() to its terminal. */
#include "ui/dashboard.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "page/auth_words.h"
#include "term/screen.h"
#include "term/signals.h"
#include "term/slice.h"
#include "ui/ui.h"

enum {
    TICK_MS = 1000,      /* data is drawn once a second: an idle screen costs no more */
    EAGER_MS = 50,       /* while an answer is waited for */
    HANGUP_MS = 300,     /* the signal thread's SIGHUP comes first when there is one */
    ABANDON_MS = 200,    /* for the threads that hold files */
    STOP_SPARE_MS = 3000 /* after the stop timeout the engine is given up */
};

struct dashboard {
    const struct pt_config *cfg;
    struct pt_config *own_cfg; /* made after the first choice; NULL: cfg is the caller's */
    struct pt_run run;
    struct pt_engine *eng; /* NULL until a cluster is chosen */
    const struct pt_snapshot *snap;
    struct screen *screen;
    struct canvas *canvas;
    struct ui ui;
    int64_t drawn_ms;  /* monotonic: when data was drawn last */
    int64_t hangup_ms; /* monotonic; 0: the terminal is there */
    int64_t stop_ms;   /* monotonic; 0: no stop is under way */
    bool is_dirty, is_over, is_failure_told;
    int status;
    struct pt_error error; /* what is said at the end */
};

static int64_t mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t real_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- drawing ------------------------------------------------------------------------------------
 */

static void draw(struct dashboard *dash)
{
    dash->is_dirty = false;
    if (dash->hangup_ms != 0)
        return;
    int rows, cols;
    screen_size(dash->screen, &rows, &cols);
    if (dash->canvas == NULL || dash->canvas->rows != rows || dash->canvas->cols != cols) {
        canvas_free(dash->canvas);
        dash->canvas = canvas_new(rows, cols, dash->ui.looks.is_ascii);
        if (dash->canvas == NULL)
            return;
        ui_size(&dash->ui, rows, cols);
    }
    ui_draw(&dash->ui, dash->canvas);
    screen_blit(dash->screen, dash->canvas);
}

/* What the engine could not start, told once. */
static void tell_failure(struct dashboard *dash)
{
    struct pt_error err;
    if (dash->is_failure_told || dash->eng == NULL || dash->ui.n_dialogs > 0)
        return;
    memset(&err, 0, sizeof err);
    if (pt_engine_failure(dash->eng, &err) == PT_OK)
        return;
    dash->is_failure_told = true;
    ui_fail(&dash->ui, "The engine says", &err);
}

/* Take the newest snapshot, unless the screen is frozen, and the time in any case. */
static void set_title(struct dashboard *dash)
{
    const char *servers = pt_config_get(dash->cfg, "bootstrap.servers");
    const char *cluster = pt_config_get(dash->cfg, "pintop.msk.cluster");
    const char *context = pt_config_context(dash->cfg);
    const char *name = context != NULL                    ? context
                       : pt_config_is_embedded(dash->cfg) ? "embedded"
                       : servers != NULL                  ? servers
                       : cluster != NULL                  ? cluster
                                                          : "";
    char title[160];
    const char *warning = auth_warning(&dash->ui.snap->auth->auth);
    snprintf(title, sizeof title, "%s%spintop %.100s", warning, warning[0] != '\0' ? ": " : "",
             name);
    for (char *p = title; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    screen_title(dash->screen, title);
}

static void take_snapshot(struct dashboard *dash)
{
    const struct pt_snapshot *old = dash->snap;
    bool is_held = dash->ui.is_frozen && !dash->ui.is_quitting;
    if (dash->eng != NULL) {
        uint64_t drained;
        ssize_t n = read(pt_engine_wake_fd(dash->eng), &drained, sizeof drained);
        (void)n;
    }
    if (dash->eng != NULL && (!is_held || dash->snap == NULL))
        dash->snap = pt_engine_acquire(dash->eng);
    tell_failure(dash);
    ui_snapshot(&dash->ui, dash->snap != NULL ? dash->snap : ui_unknown_snapshot(),
                is_held ? dash->ui.now_ms : real_ms());
    if (dash->snap != old)
        pt_snapshot_release(old);
    dash->drawn_ms = mono_ms();
    dash->is_dirty = true;
    set_title(dash);
}

/* --- what the ui asks for -----------------------------------------------------------------------
 */

static void give_up(struct dashboard *dash, int status)
{
    dash->is_over = true;
    dash->status = status;
}

static void link_look_at(void *arg, const char *const *topics, size_t n)
{
    struct dashboard *dash = arg;
    if (dash->eng != NULL)
        pt_engine_look_at(dash->eng, topics, n);
}

static pt_code link_submit(void *arg, const struct pt_command *cmd, uint64_t *id,
                           struct pt_error *err)
{
    struct dashboard *dash = arg;
    if (dash->eng == NULL)
        return pt_error_set(err, PT_ECLOSED, "Choose a cluster first", "no cluster is chosen yet");
    return pt_engine_submit(dash->eng, cmd, id, err);
}

static void begin_stop(struct dashboard *dash)
{
    dash->ui.is_quitting = true;
    dash->ui.n_dialogs = 0;
    if (dash->stop_ms == 0)
        dash->stop_ms = mono_ms();
    dash->is_dirty = true;
}

static void link_quit(void *arg)
{
    struct dashboard *dash = arg;
    if (dash->eng == NULL) {
        give_up(dash, 0);
        return;
    }
    pt_engine_stop(dash->eng, "quit", -2);
    begin_stop(dash);
}

static void link_suspend(void *arg)
{
    struct dashboard *dash = arg;
    screen_suspend(dash->screen);
    signals_suspend();
    screen_resume(dash->screen);
    dash->drawn_ms = 0;
    dash->is_dirty = true;
}

static void link_redraw(void *arg)
{
    struct dashboard *dash = arg;
    screen_resized(dash->screen);
}

static bool link_copy(void *arg, const char *text)
{
    struct dashboard *dash = arg;
    return screen_copy(dash->screen, text);
}

static pt_code link_save(void *arg, const char *name, char *path, size_t cap, struct pt_error *err)
{
    struct dashboard *dash = arg;
    return pt_config_save(dash->cfg, name, path, cap, err);
}

static pt_code link_save_plan(void *arg, const char *name, char **plan, struct pt_error *err)
{
    struct dashboard *dash = arg;
    return pt_config_save_plan(dash->cfg, name, plan, err);
}

/* The settings that are in force, and these servers. */
static pt_code config_with(const struct pt_config *cfg, const char *servers, struct pt_config **out,
                           struct pt_error *err)
{
    size_t n = pt_config_count(cfg), used = 0;
    char **settings = calloc(n + 1, sizeof *settings);
    if (settings == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "settings: no memory");
    for (size_t i = 0; i < n; i++) {
        struct pt_property property = pt_config_at(cfg, i);
        if (property.value == NULL || strcmp(property.origin, "default") == 0 ||
            strcmp(property.name, "bootstrap.servers") == 0)
            continue;
        if (asprintf(&settings[used], "%s=%s", property.name, property.value) >= 0)
            used++;
    }
    if (asprintf(&settings[used], "bootstrap.servers=%s", servers) >= 0)
        used++;
    struct pt_config_args args = {.settings = (const char *const *)settings,
                                  .n_settings = used,
                                  .is_readonly = pt_config_is_readonly(cfg)};
    pt_code code = pt_config_load(&args, out, err);
    for (size_t i = 0; i < used; i++)
        free(settings[i]);
    free(settings);
    return code;
}

static pt_code start_engine(struct dashboard *dash)
{
    pt_code code = pt_engine_start(dash->cfg, &dash->run, &dash->eng, &dash->error);
    if (code != PT_OK)
        return code;
    signals_set_engine(dash->eng);
    set_title(dash);
    return PT_OK;
}

static void link_connect(void *arg, const char *servers)
{
    struct dashboard *dash = arg;
    struct pt_config *made = NULL;
    struct pt_error err;
    memset(&err, 0, sizeof err);
    if (config_with(dash->cfg, servers, &made, &err) != PT_OK) {
        ask_first(&dash->ui);
        ui_fail(&dash->ui, "Not understood", &err);
        return;
    }
    pt_config_free(dash->own_cfg);
    dash->cfg = dash->own_cfg = made;
    if (pt_config_is_embedded(made) && dash->run.start == 0)
        dash->run.start = PT_STREAM_ALL; /* that is what trying it is */
    if (start_engine(dash) != PT_OK) {
        give_up(dash, pt_code_exit(dash->error.code));
        return;
    }
    take_snapshot(dash);
    ui_say(&dash->ui, "w saves this choice as a context");
}

/* --- one turn -----------------------------------------------------------------------------------
 */

static bool is_eager(const struct dashboard *dash)
{
    return dash->eng != NULL && ui_is_waiting(&dash->ui) && !dash->ui.is_frozen;
}

static void read_keys(struct dashboard *dash)
{
    int key;
    while ((key = screen_key(dash->screen)) >= 0 && !dash->is_over) {
        ui_key(&dash->ui, key);
        dash->is_dirty = true;
    }
}

static void read_signals(struct dashboard *dash)
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
                ui_ask_suspend(&dash->ui);
            dash->is_dirty = true;
            break;
        case 'C': /* others may have used the terminal meanwhile */
            screen_resized(dash->screen);
            dash->is_dirty = true;
            break;
        case 'T':
            if (dash->eng == NULL)
                give_up(dash, 0);
            else
                begin_stop(dash);
            break;
        default:
            break;
        }
    }
}

/* The terminal is gone: nothing is drawn any more. A signal usually says so too, and then the
 * signal thread stops the engine; stopping it twice would cut the drain short. */
static void check_hangup(struct dashboard *dash)
{
    if (dash->hangup_ms == 0 || dash->stop_ms != 0)
        return;
    if (dash->eng == NULL) {
        give_up(dash, 0);
    } else if (signals_stopped_by() != 0) {
        begin_stop(dash);
    } else if (mono_ms() - dash->hangup_ms >= HANGUP_MS) {
        pt_engine_stop(dash->eng, "terminal hung up", -2);
        begin_stop(dash);
    }
}

static void check_stop(struct dashboard *dash)
{
    if (dash->eng == NULL || (dash->stop_ms == 0 && signals_stopped_by() == 0))
        return;
    if (dash->stop_ms == 0)
        begin_stop(dash);
    if (pt_engine_is_stopped(dash->eng)) {
        take_snapshot(dash);
        give_up(dash, 0);
    } else if (mono_ms() - dash->stop_ms > dash->ui.stop_timeout_ms + STOP_SPARE_MS) {
        pt_error_set(&dash->error, PT_EUNRESOLVED, "The checkpoint on disk is at most a second old",
                     "stop: the engine did not end in time");
        give_up(dash, 1);
    }
}

/* How long until data is drawn in any case. */
static int tick_left_ms(const struct dashboard *dash)
{
    bool is_ending = dash->stop_ms != 0 || dash->hangup_ms != 0;
    int64_t left = dash->drawn_ms + (is_ending ? EAGER_MS : TICK_MS) - mono_ms();
    return left < 0 ? 0 : left > TICK_MS ? TICK_MS : (int)left;
}

/* While an answer is waited for, a newer snapshot is looked at as it comes, but not in a rush: how
 * long until the engine's descriptor is polled too; -1 it is not. */
static int eager_left_ms(const struct dashboard *dash)
{
    if (!is_eager(dash))
        return -1;
    int64_t left = dash->drawn_ms + EAGER_MS - mono_ms();
    return left < 0 ? 0 : left > EAGER_MS ? EAGER_MS : (int)left;
}

static void turn(struct dashboard *dash)
{
    int eager = eager_left_ms(dash), tick = tick_left_ms(dash);
    struct pollfd fds[3] = {
        {.fd = dash->hangup_ms == 0 ? STDIN_FILENO : -1,       .events = POLLIN},
        {.fd = signals_fd(),                                   .events = POLLIN},
        {.fd = eager == 0 ? pt_engine_wake_fd(dash->eng) : -1, .events = POLLIN},
    };
    int n = poll(fds, 3, eager > 0 && eager < tick ? eager : tick);
    if (n > 0 && (fds[0].revents & POLLIN) != 0)
        read_keys(dash);
    if (n > 0 && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
        dash->hangup_ms = mono_ms();
    if (n > 0 && (fds[1].revents & POLLIN) != 0)
        read_signals(dash);
    if (dash->is_over)
        return;
    if (tick_left_ms(dash) == 0 || (n > 0 && (fds[2].revents & POLLIN) != 0))
        take_snapshot(dash);
    check_hangup(dash);
    check_stop(dash);
    if (dash->is_dirty)
        draw(dash);
}

/* --- beginning and end --------------------------------------------------------------------------
 */

static void init_ui(struct dashboard *dash, const struct looks *looks)
{
    struct ui_link link = {.arg = dash,
                           .submit = link_submit,
                           .quit = link_quit,
                           .suspend = link_suspend,
                           .redraw = link_redraw,
                           .copy = link_copy,
                           .save = link_save,
                           .save_plan = link_save_plan,
                           .connect = link_connect,
                           .look_at = link_look_at};
    if (ui_init(&dash->ui, &link, looks) != PT_OK)
        give_up(dash, 1);
    dash->ui.stop_timeout_ms = pt_config_int(dash->cfg, "pintop.stop.timeout.ms");
}

/* The first paint waits for nothing: not for the engine's threads, not for files. */
static pt_code begin(struct dashboard *dash, const struct looks *looks)
{
    slice_shorten();
    pt_code code = screen_open(looks->is_mono, &dash->screen, &dash->error);
    if (code != PT_OK)
        return code;
    init_ui(dash, looks);
    int rows, cols;
    screen_size(dash->screen, &rows, &cols);
    ui_size(&dash->ui, rows, cols);
    bool is_unset = pt_config_is_unset(dash->cfg);
    if (is_unset)
        ask_first(&dash->ui);
    else
        code = start_engine(dash);
    if (code != PT_OK)
        return code;
    take_snapshot(dash);
    draw(dash);
    return signals_start(dash->eng, dash->ui.stop_timeout_ms + 700, true, &dash->error);
}

/* Records whose fate is open at the end, and the sentence about them. */
static void judge_end(struct dashboard *dash)
{
    int64_t unresolved = 0;
    for (int i = 0; dash->snap != NULL && i < PT_STREAMS; i++)
        unresolved += dash->snap->streams->streams[i].unresolved;
    if (unresolved == 0 || dash->status != 0)
        return;
    dash->status = 1;
    pt_error_set(&dash->error, PT_EUNRESOLVED, "The next start sends them again",
                 "stop: %lld records have no answer from the brokers", (long long)unresolved);
}

static void end(struct dashboard *dash)
{
    screen_close(dash->screen, dash->hangup_ms != 0);
    judge_end(dash);
    if (dash->error.what[0] != '\0')
        fprintf(stderr, "pintop: %s%s%s\n", dash->error.what,
                dash->error.fix[0] != '\0' ? ". " : "", dash->error.fix);
    ui_done(&dash->ui);
    canvas_free(dash->canvas);
    if (dash->eng != NULL) {
        pt_snapshot_release(dash->snap);
        pt_engine_abandon(dash->eng, ABANDON_MS);
    } else {
        pt_config_free(dash->own_cfg);
    }
}

int dashboard_run(const struct pt_config *cfg, const struct pt_run *run, const struct looks *looks)
{
    struct dashboard *dash = calloc(1, sizeof *dash);
    if (dash == NULL)
        return 1;
    dash->cfg = cfg;
    dash->run = *run;
    pt_code code = begin(dash, looks);
    if (code != PT_OK) {
        dash->status = pt_code_exit(code);
        if (dash->eng != NULL)
            pt_engine_stop(dash->eng, "did not start", 0);
    }
    while (code == PT_OK && !dash->is_over)
        turn(dash);
    end(dash);
    int status = dash->status;
    free(dash);
    return status;
}
