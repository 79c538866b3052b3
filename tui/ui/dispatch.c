/* Takes snapshots and keys, and submits commands. Drawing is in frame.c. */
#include "ui/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/names.h"
#include "page/shared.h"
#include "term/key.h"
#include "ui/ask.h"
#include "ui/ask_connector.h"
#include "ui/ask_many.h"
#include "ui/ask_produce.h"
#include "ui/ask_record.h"
#include "ui/ask_setup.h"
#include "ui/command_line.h"
#include "ui/context.h"
#include "ui/find.h"
#include "ui/fix_all.h"
#include "ui/help.h"
#include "ui/incident.h"
#include "ui/keys.h"
#include "ui/replay.h"
#include "ui/wish.h"
#include "widget/format.h"

/* ---- results of commands ---- */

/* Shows the results of the commands that the user waits for. */
static void ui_tell_results(struct ui *ui)
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
                   show_second(ui->desk.now_ms).s);
        else if (result->kind == PT_CMD_CONNECTOR_PROBE)
            probe_show(ui, result);
        else if (result->text[0] != '\0')
            ui_say(ui, "%s", result->text);
    }
}

/* Selects a topic that was created here. The list of topics may arrive after the result. */
static void ui_choose_made_topic(struct ui *ui)
{
    if (ui->made_topic[0] == '\0' || topic_find(ui->desk.snap, ui->made_topic) == NULL)
        return;
    for (size_t i = 0; i < ui->pages->n; i++)
        if (ui->pages->rows[i].ops->choose != NULL)
            ui->pages->rows[i].ops->choose(ui->states[i], ui->made_topic);
    ui->made_topic[0] = '\0';
}

void ui_snapshot(struct ui *ui, const struct pt_snapshot *snap, int64_t now_ms)
{
    ui->desk.snap = snap;
    ui->desk.now_ms = now_ms;
    replay_update(ui);
    incident_update(ui);
    context_update(ui);
    if (ui->status_until_ms < ui_mono_ms(ui))
        ui->status[0] = '\0';
    ui_tell_results(ui);
    ui_choose_made_topic(ui);
    wish_update(ui);
    connector_update(ui);
    many_update(ui);
    produce_update(ui);
    fix_all_update(ui);
    ask_record_update(ui);
    ui_recalc(ui);
}

/* ---- actions ---- */

/* The selected stream, or -1 with a message. */
static int act_stream(struct ui *ui)
{
    int stream = ui_selected_stream(ui);
    if (stream < 0)
        ui_say(ui, "no stream is selected: this row is a topic of somebody else");
    return stream;
}

static void act_toggle(struct ui *ui)
{
    int stream = act_stream(ui);
    if (stream >= 0)
        wish_toggle(ui, (enum pt_stream_id)stream);
}

static void act_faster(struct ui *ui)
{
    int stream = act_stream(ui);
    if (stream >= 0)
        wish_step_rate(ui, (enum pt_stream_id)stream, true);
}

static void act_slower(struct ui *ui)
{
    int stream = act_stream(ui);
    if (stream >= 0)
        wish_step_rate(ui, (enum pt_stream_id)stream, false);
}

static void act_refresh(struct ui *ui)
{
    struct pt_command cmd = {.kind = PT_CMD_REFRESH};
    if (ui_submit(ui, &cmd, true, NULL) != 0)
        ui_say(ui, "asking everything again …");
}

static void act_copy(struct ui *ui)
{
    const struct page_ops *ops = ui_page(ui)->ops;
    char *text = NULL;
    size_t len = 0;
    FILE *out = ops->copy != NULL ? open_memstream(&text, &len) : NULL;
    bool was_local = show_set_local(false); /* who reads it may be elsewhere */
    bool has_some = out != NULL && ops->copy(ui_page_state(ui), &ui->desk, out);
    show_set_local(was_local);
    if (out != NULL)
        fclose(out);
    if (!has_some || text == NULL) {
        ui_say(ui, "nothing here to copy");
        free(text);
        return;
    }
    bool is_sent = ui->host.copy != NULL && ui->host.copy(ui->host.arg, text);
    ui_ask(ui, DIALOG_TEXT,
           is_sent ? "Sent to the clipboard (OSC 52); or select it here" : "Select it here", text,
           NULL);
    free(text);
}

/* The row is written by the recalc, which knows its cells. */
static void act_exact(struct ui *ui)
{
    struct listing *listing = ui_listing(ui);
    if (listing == NULL) {
        ui_say(ui, "there is no list here");
        return;
    }
    listing->is_whole_asked = true;
    ui_recalc(ui);
    if (listing->whole != NULL && listing->whole[0] != '\0')
        ui_ask(ui, DIALOG_TEXT, "The row in full", listing->whole, NULL);
    else
        ui_say(ui, "no row with figures is selected");
}

static void act_freeze(struct ui *ui)
{
    if (ui->is_replay) {
        replay_do(ui, PT_REPLAY_PLAY);
        return;
    }
    ui->is_frozen = !ui->is_frozen; /* the title shows it, with the time and without an age */
    if (!ui->is_frozen)
        ui_say(ui, "live again");
}

static void act_delete_topic(struct ui *ui)
{
    const char *only = many_topics_only(ui), *topic = only != NULL ? only : ui_selected_topic(ui);
    if (many_topics_delete(ui))
        return;
    if (topic == NULL)
        ui_say(ui, "no topic is selected");
    else
        ask_topic_delete(ui, topic);
}

static void act_alter_topic(struct ui *ui)
{
    const struct page_ops *ops = ui_page(ui)->ops;
    const char *only = many_topics_only(ui), *topic = only != NULL ? only : ui_selected_topic(ui);
    if (many_topics_alter(ui))
        return;
    if (topic == NULL)
        ui_say(ui, "no topic is selected");
    else
        ask_topic_alter(ui, topic,
                        only == NULL && ops->setting != NULL ? ops->setting(ui_page_state(ui))
                                                             : NULL);
}

/* On the page of the setup it first ends what goes on there; in a recording nothing does. */
static void act_back(struct ui *ui)
{
    bool is_setup = ui_page(ui)->ops->check != NULL && !ui->is_replay;
    if (is_setup && fix_is_running(ui))
        ask_fix_cancel(ui);
    else if (is_setup && fix_all_is_on(ui))
        fix_all_end(ui, "Stopped by you");
    else
        ui_show_page(ui, 0);
}

/* The command is that of the check ec2.ssh, which knows the host, the user and the key. */
static void act_ssh(struct ui *ui)
{
    const struct pt_setup_section *setup = ui->desk.snap->setup;
    struct pt_error err;
    const char *command = "";
    for (size_t i = 0; i < setup->n_checks; i++)
        if (strcmp(setup->checks[i].id, "ec2.ssh") == 0)
            command = setup->checks[i].copy;
    if (command[0] == '\0')
        ui_say(ui,
               "no SSH command is known: the check ec2.ssh on page 5 makes it, or says why not");
    else if (ui->host.run == NULL)
        ui_say(ui, "not possible here: y on page 5 copies the command");
    else if (ui->host.run(ui->host.arg, command, &err) != PT_OK)
        ui_fail(ui, "SSH", &err);
}

/* Enter, on a page that has nothing to open. */
static void act_enter(struct ui *ui)
{
    if (ui_page(ui)->ops->check != NULL)
        ask_choice(ui);
    else
        ui_say(ui, "nothing is selected");
}

static void act_redraw(struct ui *ui)
{
    if (ui->host.redraw != NULL)
        ui->host.redraw(ui->host.arg);
}

static void act_zone(struct ui *ui)
{
    show_set_local(!show_is_local());
    ui_say(ui, "times are %s; what y copies of a page is UTC", show_zone_words(ui->desk.now_ms).s);
}

/* The terminal follows (ui/mouse.c). */
static void act_mouse(struct ui *ui)
{
    ui->is_mouse = !ui->is_mouse;
    ui_say(ui, ui->is_mouse ? "mouse on: click a row or a page; Shift selects text; m turns it off"
                            : "mouse off: the terminal selects text again");
}

static void act_replay_step(struct ui *ui)
{
    replay_do(ui, PT_REPLAY_STEP);
}

static void act_replay_step_back(struct ui *ui)
{
    replay_do(ui, PT_REPLAY_STEP_BACK);
}

static void act_replay_faster(struct ui *ui)
{
    replay_do(ui, PT_REPLAY_FASTER);
}

static void act_replay_slower(struct ui *ui)
{
    replay_do(ui, PT_REPLAY_SLOWER);
}

static void act_replay_next(struct ui *ui)
{
    replay_do(ui, PT_REPLAY_NEXT);
}

static void act_replay_back(struct ui *ui)
{
    replay_do(ui, PT_REPLAY_BACK);
}

/* What an action does when the page does not handle it. */
static void (*const acts[ACTIONS])(struct ui *ui) = {
    [ACT_QUIT] = ask_quit,
    [ACT_HELP] = help_show,
    [ACT_BACK] = act_back,
    [ACT_STREAM] = act_toggle,
    [ACT_FASTER] = act_faster,
    [ACT_SLOWER] = act_slower,
    [ACT_STREAMS] = wish_toggle_all,
    [ACT_RATE] = ask_rate,
    [ACT_TOPIC_NEW] = ask_topic_new,
    [ACT_TOPIC_DELETE] = act_delete_topic,
    [ACT_TOPIC_ALTER] = act_alter_topic,
    [ACT_RECORDS_FROM] = ask_records_from,
    [ACT_PRODUCE] = ask_produce,
    [ACT_FIND] = find_ask,
    [ACT_EXACT] = act_exact,
    [ACT_CONNECTOR] = ask_connector,
    [ACT_ACKNOWLEDGE] = ask_acknowledge,
    [ACT_PROBE] = ask_probe,
    [ACT_FIX] = ask_fix,
    [ACT_FIX_ALL] = ask_fix_all,
    [ACT_ENTER] = act_enter,
    [ACT_SSH] = act_ssh,
    [ACT_REFRESH] = act_refresh,
    [ACT_FREEZE] = act_freeze,
    [ACT_COPY] = act_copy,
    [ACT_SAVE] = ask_save,
    [ACT_COMMAND] = ask_command,
    [ACT_REDRAW] = act_redraw,
    [ACT_ZONE] = act_zone,
    [ACT_MOUSE] = act_mouse,
    [ACT_INCIDENT] = incident_begin,
    [ACT_REPLAY_STEP] = act_replay_step,
    [ACT_REPLAY_STEP_BACK] = act_replay_step_back,
    [ACT_REPLAY_FASTER] = act_replay_faster,
    [ACT_REPLAY_SLOWER] = act_replay_slower,
    [ACT_REPLAY_NEXT] = act_replay_next,
    [ACT_REPLAY_BACK] = act_replay_back,
    [ACT_REPLAY_JUMP] = replay_ask_time,
};

static void ui_act(struct ui *ui, enum action action)
{
    const struct page_ops *ops = ui_page(ui)->ops;
    if (replay_refuses(ui, action))
        return;
    struct listing *listing = ui_listing(ui);
    if (listing != NULL && listing_act(listing, &ui->desk, action))
        return;
    if (ops->act != NULL && ops->act(ui_page_state(ui), &ui->desk, action))
        return;
    if (acts[action] != NULL)
        acts[action](ui);
    else /* the key belongs to another view of this page */
        ui_say(ui, "that key does nothing here; ? shows the keys");
}

/* ---- keys ---- */

/* Copies the text of a dialog, which stays open. */
static void dialog_copy(struct ui *ui, const struct dialog *dialog)
{
    char *text = NULL;
    const char *shown = dialog_shown(dialog);
    /* Who reads it elsewhere must know the zone. */
    if (show_is_local() && asprintf(&text, "%s\n\nTimes without a Z: %s", shown,
                                    show_zone_words(ui->desk.now_ms).s) < 0)
        text = NULL;
    bool is_sent =
        ui->host.copy != NULL && ui->host.copy(ui->host.arg, text != NULL ? text : shown);
    free(text);
    ui_say(ui, is_sent ? "sent to the clipboard (OSC 52)"
                       : "this terminal does not support copying (OSC 52): select the text here");
}

static void dialog_takes(struct ui *ui, int key)
{
    struct dialog *top = &ui->dialogs[ui->n_dialogs - 1];
    bool is_edited;
    if (top->kind == DIALOG_TEXT && key == 'y' && top->text != NULL) {
        dialog_copy(ui, top);
        return;
    }
    if (find_in_text(ui, top, key))
        return;
    if (top->complete != NULL) {
        top->note[0] = '\0';
        top->is_awaited = false;
    }
    if (top->complete != NULL && key == KEY_TAB_) {
        top->complete(ui, top);
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
        dialog_done(&closed);
    else
        ui->dialogs[ui->n_dialogs++] = closed;
}

/* The row of the page with that key; the number of pages when there is none. */
static size_t page_of_key(const struct page_table *pages, int key)
{
    size_t i = 0;
    while (i < pages->n && pages->rows[i].key != key)
        i++;
    return i;
}

static void page_takes(struct ui *ui, int key)
{
    char name[16];
    size_t page = page_of_key(ui->pages, key);
    enum action action = keys_find(ui_page_keys(ui), key, ui->is_replay);
    if (page < ui->pages->n) {
        ui_show_page(ui, page);
    } else if (action != ACT_NONE) {
        ui_act(ui, action);
    } else {
        keys_name(key, name, sizeof name);
        ui_say(ui, "%s does nothing here; ? shows the keys", name);
    }
}

void ui_key(struct ui *ui, int key)
{
    if (ask_record_takes(ui, key))
        return;
    ui->status[0] = '\0';
    ui->made_topic[0] = '\0';
    if (key == KEY_CTRL_('l')) {
        ui_act(ui, ACT_REDRAW);
        return;
    }
    if (ui->is_quitting) {
        if (key == 'q' && ui->host.quit != NULL)
            ui->host.quit(ui->host.arg);
        return;
    }
    if (ui->n_dialogs > 0)
        dialog_takes(ui, key);
    else
        page_takes(ui, key);
    if (ui->next != ACT_NONE) {
        enum action next = ui->next;
        ui->next = ACT_NONE;
        ui_act(ui, next);
    }
    ui_recalc(ui);
}
