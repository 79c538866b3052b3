/* The front end's core: snapshots and keys in, commands out. Drawing is in frame.c. */
#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/page.h"
#include "term/key.h"
#include "ui/format.h"
#include "ui/wish.h"

/* --- life ---------------------------------------------------------------------------------------
 */

pt_code ui_init(struct ui *ui, const struct ui_link *link, const struct looks *looks)
{
    memset(ui, 0, sizeof *ui);
    ui->link = *link;
    ui->looks = *looks;
    ui->chart_form = looks->is_ascii ? CHART_ASCII : CHART_BRAILLE;
    ui->snap = ui_unknown_snapshot();
    ui->rows = 24;
    ui->cols = 80;
    for (int i = 0; i < PAGES; i++) {
        const struct page_ops *ops = page_at((enum page_id)i);
        if (ops == NULL)
            continue;
        ui->pages[i] = ops->new ();
        if (ui->pages[i] == NULL) {
            ui_done(ui);
            return PT_ENOMEM;
        }
    }
    return PT_OK;
}

void ui_done(struct ui *ui)
{
    for (int i = 0; i < PAGES; i++) {
        if (ui->pages[i] != NULL)
            page_at((enum page_id)i)->free(ui->pages[i]);
        ui->pages[i] = NULL;
    }
    while (ui->n_dialogs > 0)
        free(ui->dialogs[--ui->n_dialogs].text);
}

static void recalc(struct ui *ui)
{
    page_at(ui->page)->recalc(ui->pages[ui->page], ui, ui_frame_now(ui).body);
}

/* --- the ends of commands -----------------------------------------------------------------------
 */

/* Tell how commands ended that somebody waits for. */
static void tell_results(struct ui *ui)
{
    for (int i = 0; i < UI_WATCHED; i++) {
        const struct pt_result *result = ui->watched[i] != 0 ? ui_result(ui, ui->watched[i]) : NULL;
        if (result == NULL || result->state == PT_RESULT_RUNNING)
            continue;
        ui->watched[i] = 0;
        if (result->state == PT_RESULT_FAILED) {
            ui_fail(ui, "Failed", &result->error);
            continue;
        }
        if (result->kind == PT_CMD_TOPIC_CREATE)
            snprintf(ui->made_topic, sizeof ui->made_topic, "%s", result->topic);
        if (result->kind == PT_CMD_REFRESH)
            ui_say(ui, "%s %s", result->text[0] != '\0' ? result->text : "asked again",
                   show_second(ui->now_ms).s);
        else if (result->kind == PT_CMD_CONNECTOR_PROBE)
            probe_show(ui, result);
        else if (result->text[0] != '\0')
            ui_say(ui, "%s", result->text);
    }
}

/* The list of topics may come after the word that one was made. */
static void choose_made_topic(struct ui *ui)
{
    if (ui->made_topic[0] == '\0' || topic_find(ui->snap, ui->made_topic) == NULL)
        return;
    for (int i = 0; i < PAGES; i++) {
        const struct page_ops *ops = page_at((enum page_id)i);
        if (ops != NULL && ops->choose != NULL)
            ops->choose(ui->pages[i], ui->made_topic);
    }
    ui->made_topic[0] = '\0';
}

bool ui_is_waiting(const struct ui *ui)
{
    if (ui->is_quitting || ui->snap->session->is_stopping ||
        ui->snap->cluster->state == PT_CLUSTER_UNKNOWN)
        return true;
    for (int i = 0; i < UI_WATCHED; i++)
        if (ui->watched[i] != 0)
            return true;
    for (int i = 0; i < PT_STREAMS; i++) {
        enum pt_stream_state state = ui->snap->streams->streams[i].state;
        if (ui->wishes[i].is_pending || ui->wishes[i].is_rate_pending ||
            state == PT_STREAM_STARTING || state == PT_STREAM_STOPPING)
            return true;
    }
    return false;
}

void ui_snapshot(struct ui *ui, const struct pt_snapshot *snap, int64_t now_ms)
{
    ui->snap = snap;
    ui->now_ms = now_ms;
    if (ui->status_until_ms < now_ms)
        ui->status[0] = '\0';
    tell_results(ui);
    choose_made_topic(ui);
    wish_update(ui);
    connector_update(ui);
    recalc(ui);
}

void ui_size(struct ui *ui, int rows, int cols)
{
    ui->rows = rows;
    ui->cols = cols;
    recalc(ui);
}

/* --- actions ------------------------------------------------------------------------------------
 */

static void act_on_stream(struct ui *ui, enum action action)
{
    int stream = ui_selected_stream(ui);
    if (stream < 0) {
        ui_say(ui, "no stream is selected: this row is a topic of somebody else");
        return;
    }
    enum pt_stream_id id = (enum pt_stream_id)stream;
    if (action == ACT_STREAM)
        wish_toggle(ui, id);
    else
        wish_step_rate(ui, id, action == ACT_FASTER);
}

static void refresh(struct ui *ui)
{
    struct pt_command cmd = {.kind = PT_CMD_REFRESH};
    if (ui_submit(ui, &cmd, true, NULL) != 0)
        ui_say(ui, "asking everything again …");
}

static void copy(struct ui *ui)
{
    const struct page_ops *ops = page_at(ui->page);
    char *text = NULL;
    size_t len = 0;
    FILE *out = ops->copy != NULL ? open_memstream(&text, &len) : NULL;
    bool has_some = out != NULL && ops->copy(ui->pages[ui->page], ui, out);
    if (out != NULL)
        fclose(out);
    if (!has_some || text == NULL) {
        ui_say(ui, "nothing here to copy");
        free(text);
        return;
    }
    bool is_sent = ui->link.copy != NULL && ui->link.copy(ui->link.arg, text);
    ui_ask(ui, DIALOG_TEXT,
           is_sent ? "Sent to the clipboard (OSC 52); or select it here" : "Select it here", text,
           NULL);
    free(text);
}

static bool find_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    const struct page_ops *ops = page_at(ui->page);
    const char *text = is_yes ? dialog->prompt.text : "";
    bool is_found = ops->find(ui->pages[ui->page], ui, text);
    recalc(ui);
    if (!is_found && text[0] != '\0')
        ui_say(ui, "nothing here has \"%s\"", text);
    return true;
}

static void find_changed(struct ui *ui, const char *text)
{
    page_at(ui->page)->find(ui->pages[ui->page], ui, text);
    recalc(ui);
}

static void find(struct ui *ui)
{
    if (page_at(ui->page)->find == NULL)
        return;
    struct dialog *dialog = ui_ask(ui, DIALOG_LINE, "/", NULL, find_done);
    if (dialog != NULL)
        dialog->change = find_changed;
}

static void freeze(struct ui *ui)
{
    ui->is_frozen = !ui->is_frozen; /* the title says so: with the time it shows, and no age */
    if (!ui->is_frozen)
        ui_say(ui, "live again");
}

static void delete_topic(struct ui *ui)
{
    const char *topic = ui_selected_topic(ui);
    if (topic == NULL)
        ui_say(ui, "no topic is selected");
    else if (ui->snap->session->is_readonly)
        ui_say(ui, "READONLY: started with --readonly, so topics stay as they are");
    else
        ask_topic_delete(ui, topic);
}

static void ui_act(struct ui *ui, enum action action)
{
    if (page_at(ui->page)->act(ui->pages[ui->page], ui, action))
        return;
    if (action >= ACT_PAGE_1 && action <= ACT_PAGE_4) {
        ui_show_page(ui, (enum page_id)(action - ACT_PAGE_1));
        return;
    }
    if (action == ACT_PAGE_6) {
        ui_show_page(ui, PAGE_LOG);
        return;
    }
    switch (action) {
    case ACT_QUIT:
        ask_quit(ui);
        break;
    case ACT_HELP:
        help_show(ui);
        break;
    case ACT_STREAM:
    case ACT_FASTER:
    case ACT_SLOWER:
        act_on_stream(ui, action);
        break;
    case ACT_STREAMS:
        wish_toggle_all(ui);
        break;
    case ACT_RATE:
        ask_rate(ui);
        break;
    case ACT_TOPIC_NEW:
        ask_topic_new(ui);
        break;
    case ACT_TOPIC_DELETE:
        delete_topic(ui);
        break;
    case ACT_FIND:
        find(ui);
        break;
    case ACT_CONNECTOR:
        ask_connector(ui);
        break;
    case ACT_ACKNOWLEDGE:
        ask_acknowledge(ui);
        break;
    case ACT_PROBE:
        ask_probe(ui);
        break;
    case ACT_REFRESH:
        refresh(ui);
        break;
    case ACT_FREEZE:
        freeze(ui);
        break;
    case ACT_COPY:
        copy(ui);
        break;
    case ACT_SAVE:
        ask_save(ui);
        break;
    case ACT_COMMAND:
        ask_command(ui);
        break;
    case ACT_REDRAW:
        if (ui->link.redraw != NULL)
            ui->link.redraw(ui->link.arg);
        break;
    default: /* of another place on this page */
        ui_say(ui, "that key does nothing here; ? shows the keys");
        break;
    }
}

/* --- keys ---------------------------------------------------------------------------------------
 */

/* What is read can be copied without leaving it. */
static void copy_dialog(struct ui *ui, const struct dialog *dialog)
{
    bool is_sent = ui->link.copy != NULL && ui->link.copy(ui->link.arg, dialog->text);
    ui_say(ui, is_sent ? "sent to the clipboard (OSC 52)"
                       : "this terminal takes no text for its clipboard: select it here");
}

static void dialog_takes(struct ui *ui, int key)
{
    struct dialog *top = &ui->dialogs[ui->n_dialogs - 1];
    bool is_edited;
    if (top->kind == DIALOG_TEXT && key == 'y' && top->text != NULL) {
        copy_dialog(ui, top);
        return;
    }
    enum dialog_answer answer = dialog_key(top, key, ui->rows, ui->cols, &is_edited);
    if (is_edited && top->change != NULL)
        top->change(ui, top->prompt.text);
    if (answer == DIALOG_OPEN)
        return;
    struct dialog closed = *top;
    ui->n_dialogs--;
    bool is_over = closed.done == NULL || closed.done(ui, &closed, answer == DIALOG_YES);
    if (is_over || ui->n_dialogs == UI_DIALOGS)
        free(closed.text);
    else
        ui->dialogs[ui->n_dialogs++] = closed;
}

static void take_key(struct ui *ui, int key)
{
    char name[16];
    enum action action = keys_find(page_at(ui->page)->place(ui->pages[ui->page]), key);
    if (action != ACT_NONE) {
        ui_act(ui, action);
        return;
    }
    keys_name(key, name, sizeof name);
    ui_say(ui, "%s does nothing here; ? shows the keys", name);
}

void ui_key(struct ui *ui, int key)
{
    ui->status[0] = '\0';
    ui->made_topic[0] = '\0';
    if (key == KEY_CTRL_('l')) {
        ui_act(ui, ACT_REDRAW);
        return;
    }
    if (ui->is_quitting) {
        if (key == 'q' && ui->link.quit != NULL)
            ui->link.quit(ui->link.arg);
        return;
    }
    if (ui->n_dialogs > 0)
        dialog_takes(ui, key);
    else
        take_key(ui, key);
    if (ui->next != ACT_NONE) {
        enum action next = ui->next;
        ui->next = ACT_NONE;
        ui_act(ui, next);
    }
    recalc(ui);
}
