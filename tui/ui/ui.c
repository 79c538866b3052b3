/* The front end's state, and what the questions, the command line and the pages do with it. */
#include "ui/ui.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/names.h"
#include "ui/band.h"
#include "ui/context_job.h"
#include "ui/incident_job.h"

enum { STATUS_MS = 6000 };

/* ---- pages ---- */

const struct page *ui_page(const struct ui *ui)
{
    return &ui->pages->rows[ui->page];
}

void *ui_page_state(const struct ui *ui)
{
    return ui->states[ui->page];
}

const struct page_key *ui_page_keys(const struct ui *ui)
{
    const struct page_ops *ops = ui_page(ui)->ops;
    if (ops->places == NULL)
        return NULL;
    return ops->places[ops->place != NULL ? ops->place(ui_page_state(ui)) : 0].keys;
}

struct listing *ui_listing(const struct ui *ui)
{
    const struct page_ops *ops = ui_page(ui)->ops;
    return ops->listing != NULL ? ops->listing(ui_page_state(ui)) : NULL;
}

void ui_show_page(struct ui *ui, size_t row)
{
    if (row < ui->pages->n)
        ui->page = row;
}

void ui_show_topic(struct ui *ui, const char *topic)
{
    for (size_t i = 0; i < ui->pages->n; i++) {
        const struct page_ops *ops = ui->pages->rows[i].ops;
        if (ops->open_topic == NULL)
            continue;
        if (topic != NULL)
            ops->open_topic(ui->states[i], &ui->desk, topic);
        ui_show_page(ui, i);
        return;
    }
}

int ui_selected_stream(const struct ui *ui)
{
    const struct page_ops *ops = ui_page(ui)->ops;
    return ops->stream != NULL ? ops->stream(ui_page_state(ui), &ui->desk) : -1;
}

const char *ui_selected_topic(const struct ui *ui)
{
    const struct page_ops *ops = ui_page(ui)->ops;
    return ops->topic != NULL ? ops->topic(ui_page_state(ui)) : NULL;
}

const char *ui_selected_check(const struct ui *ui)
{
    const struct page_ops *ops = ui_page(ui)->ops;
    return ops->check != NULL ? ops->check(ui_page_state(ui)) : NULL;
}

const struct pt_connector *ui_selected_connector(const struct ui *ui)
{
    const struct page_ops *ops = ui_page(ui)->ops;
    return connector_find(ui->desk.snap,
                          ops->connector != NULL ? ops->connector(ui_page_state(ui)) : NULL);
}

bool ui_has_band(const struct ui *ui)
{
    const struct pt_session_section *session = ui->desk.snap->session;
    return ui->is_replay || session->is_embedded || session->link >= PT_LINK_OLD;
}

struct ui_frame ui_frame(int rows, int cols, bool has_band)
{
    struct rect all = {0, 0, rows, cols};
    struct ui_frame frame = {.title = rect_row(all, 0), .foot = rect_row(all, rows - 1)};
    int band = has_band ? 1 : 0;
    frame.band = (struct rect){1, 0, band, cols};
    frame.body = (struct rect){1 + band, 0, rows - 2 - band, cols};
    return frame;
}

struct ui_frame ui_frame_now(const struct ui *ui, int rows, int cols)
{
    enum { TABS_FROM = 14 };
    struct ui_frame frame = ui_frame(rows, cols, ui_has_band(ui));
    if (!ui->is_mouse || rows < TABS_FROM)
        return frame;
    frame.tabs = rect_row(frame.body, 0);
    frame.body.y++;
    frame.body.h--;
    return frame;
}

void ui_recalc(struct ui *ui)
{
    struct ui_frame frame = ui_frame_now(ui, ui->rows, ui->cols);
    ui_page(ui)->ops->recalc(ui_page_state(ui), &ui->desk, frame.body);
}

void ui_size(struct ui *ui, int rows, int cols)
{
    ui->rows = rows;
    ui->cols = cols;
    ui_recalc(ui);
}

/* ---- messages and dialogs ---- */

int64_t ui_mono_ms(const struct ui *ui)
{
    return ui->host.mono_ms != NULL ? ui->host.mono_ms(ui->host.arg) : ui->desk.now_ms;
}

void ui_say(struct ui *ui, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(ui->status, sizeof ui->status, fmt, args);
    va_end(args);
    ui->status_until_ms = ui_mono_ms(ui) + STATUS_MS;
}

void ui_fail(struct ui *ui, const char *title, const struct pt_error *err)
{
    desk_fail(&ui->desk, title, err);
}

/* The text of a question that says in which context it is asked; NULL when out of memory. */
static char *ask_where(const char *where, const char *text)
{
    char *named = NULL;
    if (asprintf(&named, "%s:\n\n%s", where, text != NULL ? text : "") < 0)
        return NULL;
    return named;
}

struct dialog *ui_ask(struct ui *ui, enum dialog_kind kind, const char *title, const char *text,
                      dialog_done_fn done)
{
    char where[100], *named = NULL;
    bool is_question = kind == DIALOG_CONFIRM || kind == DIALOG_INPUT || kind == DIALOG_MENU;
    if (ui->n_dialogs == UI_DIALOGS)
        return NULL;
    if (is_question && band_where(ui->desk.snap->session, where, sizeof where) &&
        (named = ask_where(where, text)) == NULL)
        return NULL; /* a question that does not say where is not asked */
    struct dialog *dialog = &ui->dialogs[ui->n_dialogs++];
    memset(dialog, 0, sizeof *dialog);
    dialog->kind = kind;
    dialog->done = done;
    snprintf(dialog->title, sizeof dialog->title, "%s", title);
    dialog->text = named != NULL ? named : text != NULL ? strdup(text) : NULL;
    return dialog;
}

/* ---- commands ---- */

const struct pt_result *ui_result(const struct ui *ui, uint64_t id)
{
    return desk_result(&ui->desk, id);
}

static void ui_watch(struct ui *ui, uint64_t id)
{
    for (int i = 0; i < UI_WATCHED; i++) {
        if (ui->watched[i] == 0) {
            ui->watched[i] = id;
            return;
        }
    }
}

uint64_t ui_submit(struct ui *ui, const struct pt_command *cmd, bool is_told, struct pt_error *err)
{
    struct pt_error own;
    uint64_t id = 0;
    memset(&own, 0, sizeof own);
    ui->is_frozen = false; /* the result must become visible */
    if (pt_link_submit(ui->host.link, cmd, &id, &own) != PT_OK) {
        if (err != NULL)
            *err = own;
        else
            ui_fail(ui, "Refused", &own);
        return 0;
    }
    if (is_told)
        ui_watch(ui, id);
    return id;
}

void ui_forget(struct ui *ui)
{
    memset(ui->watched, 0, sizeof ui->watched);
    memset(&ui->plan, 0, sizeof ui->plan);
    memset(&ui->walk, 0, sizeof ui->walk);
    memset(&ui->many, 0, sizeof ui->many);
    ui->draft.phase = DRAFT_OFF; /* what was typed is kept */
    ui->draft.id = 0;
    memset(ui->desk.wishes, 0, sizeof ui->desk.wishes);
    ui->made_topic[0] = ui->desk.saved[0] = '\0';
    ui->is_frozen = false;
    while (ui->n_dialogs > 0)
        dialog_done(&ui->dialogs[--ui->n_dialogs]);
}

bool ui_is_waiting(const struct ui *ui)
{
    const struct pt_snapshot *snap = ui->desk.snap;
    if (ui->is_quitting || snap->session->is_stopping ||
        snap->cluster->state == PT_CLUSTER_UNKNOWN || ui->plan.id != 0 ||
        ui->walk.phase != WALK_OFF || ui->many.phase > MANY_ASKS || ui->incident != NULL ||
        ui->contexts.job != NULL || ui->draft.phase != DRAFT_OFF || snap->setup->is_running ||
        snap->setup->fix.id[0] != '\0')
        return true;
    for (int i = 0; i < UI_WATCHED; i++)
        if (ui->watched[i] != 0)
            return true;
    for (int i = 0; i < PT_STREAMS; i++) {
        enum pt_stream_state state = snap->streams->streams[i].state;
        const struct wish *wish = &ui->desk.wishes[i];
        if (wish->is_pending || wish->is_rate_pending || state == PT_STREAM_STARTING ||
            state == PT_STREAM_STOPPING)
            return true;
    }
    return false;
}

/* ---- the desk ---- */

static struct ui *ui_of(struct page_desk *desk)
{
    return (struct ui *)desk; /* the desk is its first member */
}

static const struct ui *ui_of_const(const struct page_desk *desk)
{
    return (const struct ui *)desk;
}

static void ui_desk_say(struct page_desk *desk, const char *text)
{
    ui_say(ui_of(desk), "%s", text);
}

static void ui_desk_show(struct page_desk *desk, const char *title, const char *text)
{
    ui_ask(ui_of(desk), DIALOG_TEXT, title, text, NULL);
}

static uint64_t ui_desk_submit(struct page_desk *desk, const struct pt_command *cmd,
                               struct pt_error *err)
{
    return ui_submit(ui_of(desk), cmd, false, err);
}

static bool ui_desk_is_live(const struct page_desk *desk)
{
    const struct ui *ui = ui_of_const(desk);
    return !ui->is_frozen && !ui->is_quitting && pt_link_can_submit(ui->host.link);
}

static void ui_desk_look_at(const struct page_desk *desk, const char *const *topics, size_t n)
{
    pt_link_look_at(ui_of_const(desk)->host.link, topics, n);
}

static void ui_desk_open_topic(struct page_desk *desk, const char *topic)
{
    ui_show_topic(ui_of(desk), topic);
}

static const struct desk_ops ui_desk_ops = {
    .say = ui_desk_say,
    .show = ui_desk_show,
    .submit = ui_desk_submit,
    .is_live = ui_desk_is_live,
    .look_at = ui_desk_look_at,
    .open_topic = ui_desk_open_topic,
};

/* ---- init and done ---- */

pt_code ui_init(struct ui *ui, const struct ui_host *host, const struct looks *looks)
{
    return ui_init_pages(ui, host, looks, &page_table);
}

pt_code ui_init_pages(struct ui *ui, const struct ui_host *host, const struct looks *looks,
                      const struct page_table *pages)
{
    memset(ui, 0, sizeof *ui);
    ui->host = *host;
    ui->pages = pages;
    ui->desk = (struct page_desk){
        .snap = ui_unknown_snapshot(),
        .looks = *looks,
        .chart_form = looks->is_ascii ? CHART_ASCII : CHART_BRAILLE,
        .cost = screen_cost_unknown(),
        .ops = &ui_desk_ops,
    };
    ui->rows = 24;
    ui->cols = 80;
    for (size_t i = 0; i < pages->n; i++) {
        ui->states[i] = pages->rows[i].ops->new ();
        if (ui->states[i] == NULL) {
            ui_done(ui);
            return PT_ENOMEM;
        }
    }
    return PT_OK;
}

void ui_done(struct ui *ui)
{
    incident_job_end(ui->incident, INCIDENT_END_MS, NULL);
    ui->incident = NULL;
    context_job_leave(ui->contexts.job);
    pt_config_free(ui->contexts.next);
    free(ui->contexts.list);
    ui->contexts = (struct ui_contexts){.job = NULL};
    free(ui->draft.text);
    free(ui->draft.record);
    ui->draft.text = ui->draft.record = NULL;
    for (size_t i = 0; ui->pages != NULL && i < ui->pages->n; i++) {
        if (ui->states[i] != NULL)
            ui->pages->rows[i].ops->free(ui->states[i]);
        ui->states[i] = NULL;
    }
    while (ui->n_dialogs > 0)
        dialog_done(&ui->dialogs[--ui->n_dialogs]);
}
