#include "ui/ask_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/wish_state.h"
#include "ui/ask_connector.h"

static const struct pt_check *setup_find(const struct ui *ui, const char *id)
{
    const struct pt_setup_section *s = ui->desk.snap->setup;
    for (size_t i = 0; id != NULL && i < s->n_checks; i++)
        if (strcmp(s->checks[i].id, id) == 0)
            return &s->checks[i];
    return NULL;
}

void ask_fix(struct ui *ui)
{
    const char *check = ui_selected_check(ui);
    if (check != NULL && choice_can(ui, check))
        ask_choice(ui);
    else if (ui->desk.snap->session->is_readonly)
        ui_say(ui, "READONLY: started with --readonly, so nothing is fixed");
    else if (check == NULL)
        ui_say(ui, "no check is selected");
    else
        plan_begin(ui, PT_CMD_SETUP_FIX, check, "", NULL);
}

/* ---- one of several values ---- */

bool choice_can(const struct ui *ui, const char *check)
{
    const struct pt_check *at = setup_find(ui, check);
    return at != NULL && at->choices[0] != '\0' && ui->host.connect != NULL && !ui->is_replay;
}

static bool choice_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    const char *setting = ui->choices[dialog->chosen].setting;
    if (!is_yes)
        return true;
    ui->host.connect(ui->host.arg, &setting, 1);
    ui->desk.is_chosen = true;
    return true;
}

/* Takes the choices of a check, "KEY=VALUE", a tab and words. Returns how many there are; those
 * that have no room are counted, too. */
static int choices_take(struct ui *ui, const char *lines)
{
    int n = 0;
    for (const char *at = lines; *at != '\0'; n++) {
        int len = (int)strcspn(at, "\n"), key = (int)strcspn(at, "\t\n");
        const char *value = memchr(at, '=', (size_t)key);
        int value_at = value != NULL ? (int)(value + 1 - at) : 0;
        const char *words = at + key + (key < len);
        if (n < UI_CHOICES_MAX) {
            struct ui_choice *choice = &ui->choices[n];
            snprintf(choice->setting, sizeof choice->setting, "%.*s", key, at);
            snprintf(choice->shown, sizeof choice->shown, "%.*s  %.*s", key - value_at,
                     at + value_at, (int)(at + len - words), words);
        }
        at += len + (at[len] == '\n');
    }
    return n;
}

void ask_choice(struct ui *ui)
{
    const struct pt_check *check = setup_find(ui, ui_selected_check(ui));
    char text[500];
    if (check == NULL || !choice_can(ui, check->id)) {
        ui_say(ui, "there is nothing to choose for this check");
        return;
    }
    if (fix_is_running(ui) || ui->walk.phase != WALK_OFF) {
        ui_say(ui, "a fix is running: wait for its end, or stop it with Esc, then choose");
        return;
    }
    if (wish_any_runs(&ui->desk)) {
        ui_say(ui, "stop the streams first (S): pintop starts again with what is chosen");
        return;
    }
    int n = choices_take(ui, check->choices);
    int len = snprintf(text, sizeof text,
                       "pintop starts again with it, and checks the setup again; w then saves it.");
    if (n > UI_CHOICES_MAX)
        snprintf(text + len, sizeof text - (size_t)len, " %d more are not in this list: set %.*s.",
                 n - UI_CHOICES_MAX, (int)strcspn(check->choices, "="), check->choices);
    struct dialog *dialog = ui_ask(ui, DIALOG_MENU, check->title, text, choice_done);
    if (dialog == NULL)
        return;
    dialog->n_choices = n < UI_CHOICES_MAX ? n : UI_CHOICES_MAX;
    for (int i = 0; i < dialog->n_choices; i++)
        dialog->choices[i] = ui->choices[i].shown;
}

/* ---- stopping a fix ---- */

bool fix_is_running(const struct ui *ui)
{
    return ui->desk.snap->setup->fix.id[0] != '\0';
}

static bool cancel_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    const struct pt_command cmd = {.kind = PT_CMD_SETUP_CANCEL};
    (void)dialog;
    if (is_yes && !fix_is_running(ui))
        ui_say(ui, "the fix has ended meanwhile");
    else if (is_yes && ui_submit(ui, &cmd, false, NULL) != 0)
        ui_say(ui, "stopping the fix …");
    return true;
}

void ask_fix_cancel(struct ui *ui)
{
    const struct pt_progress *fix = &ui->desk.snap->setup->fix;
    char title[80], text[600];
    snprintf(title, sizeof title, "Stop the fix %s?", fix->id);
    snprintf(text, sizeof text,
             "It is %s. What AWS was asked for goes on without pintop, which then says what that "
             "is, and what it costs. When the fix is done again, it continues from there.",
             fix->does);
    ui_ask(ui, DIALOG_CONFIRM, title, text, cancel_done);
}
