#include "ui/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pintop/context.h"
#include "ui/ask.h"
#include "ui/context_job.h"
#include "ui/context_next.h"

/* ---- reading ---- */

static void context_begin(struct ui *ui, const char *name, bool is_readonly)
{
    struct pt_context_carry *carry = calloc(1, sizeof *carry);
    if (ui->contexts.job != NULL && name != NULL) {
        context_job_leave(ui->contexts.job);
        ui->contexts.job = NULL;
    }
    if (carry != NULL && ui->contexts.job == NULL && ui->host.config != NULL) {
        pt_context_carry(ui->host.config(ui->host.arg), carry);
        carry->is_readonly |= is_readonly;
        ui->contexts.job = context_job_start(name, carry);
    }
    free(carry);
}

void context_look(struct ui *ui)
{
    context_begin(ui, NULL, false);
}

bool context_looked(struct ui *ui)
{
    if (!ui->contexts.is_list_wanted && !ui->contexts.is_loading)
        context_update(ui); /* nothing is asked then: the list alone is taken */
    return ui->contexts.job == NULL;
}

const struct pt_error *context_look_failure(const struct ui *ui)
{
    return ui->contexts.code != PT_OK ? &ui->contexts.err : NULL;
}

/* ---- the list ---- */

/* Whether the context of this screen has that name. */
static bool context_is_open(const struct ui *ui, const char *name)
{
    const char *open = pt_config_context(ui->host.config(ui->host.arg));
    bool is_shown = ui->desk.snap != ui_unknown_snapshot(); /* not while another one is opened */
    return is_shown && open != NULL && strcmp(open, name) == 0;
}

static bool context_list_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    size_t at = (size_t)dialog->chosen;
    if (is_yes && at < ui->contexts.n)
        context_take(ui, ui->contexts.list[at].name, false);
    return true;
}

static void context_line(const struct pt_context *context, bool is_open, char *out, size_t cap)
{
    snprintf(out, cap, "%-16s %-8s %s%s%s", context->name, context->band, is_open ? "(open) " : "",
             context->is_readonly ? "(readonly) " : "",
             context->why[0] != '\0' ? "damaged " : context->cluster);
}

static void context_show(struct ui *ui)
{
    if (ui->contexts.n == 0) {
        ui_say(ui, "there are no contexts yet: w saves these settings as one");
        return;
    }
    struct dialog *dialog =
        ui_ask(ui, DIALOG_MENU, "Contexts",
               "Enter takes one: what runs here is asked about first. `:context NAME readonly` "
               "takes it without being able to change anything.",
               context_list_done);
    if (dialog == NULL)
        return;
    dialog->chosen = 0;
    for (int i = (int)ui->contexts.n - 1; i >= 0; i--) {
        struct pt_context *context = &ui->contexts.list[i];
        bool is_open = context_is_open(ui, context->name);
        context_line(context, is_open, ui->contexts.lines[i], sizeof ui->contexts.lines[i]);
        dialog->choices[i] = ui->contexts.lines[i];
        dialog->why_not[i] = context->why[0] != '\0' ? context->why : NULL;
        if (!is_open && context->why[0] == '\0')
            dialog->chosen = i; /* the first one that can be taken */
    }
    dialog->n_choices = (int)ui->contexts.n;
}

void context_list(struct ui *ui)
{
    if (ui->host.context == NULL) {
        ui_say(ui, "not possible here: `pintop -c NAME` takes a context");
        return;
    }
    ui->contexts.is_list_wanted = true;
    context_look(ui);
    context_update(ui);
}

/* ---- another one ---- */

void context_take(struct ui *ui, const char *name, bool is_readonly)
{
    if (ui->host.context == NULL)
        ui_say(ui, "not possible here: `pintop -c NAME` takes a context");
    else if (context_is_open(ui, name) && (!is_readonly || ui->desk.snap->session->is_readonly))
        ui_say(ui, "context %.60s is open already", name);
    else if (ui->incident != NULL)
        ui_say(ui, "the incident file is still being written: take the context after that");
    else {
        context_stay(ui);
        snprintf(ui->contexts.name, sizeof ui->contexts.name, "%.*s",
                 (int)sizeof ui->contexts.name - 1, name);
        ui->contexts.is_list_wanted = false;
        context_begin(ui, ui->contexts.name, is_readonly);
        ui->contexts.is_loading = ui->contexts.job != NULL;
        if (ui->contexts.job == NULL)
            ui_say(ui, "the context was not loaded: out of memory");
        else
            ui_say(ui, "loading context %.60s …", name);
    }
}

static void context_loaded(struct ui *ui, struct context_found *found)
{
    if (found->code != PT_OK) {
        char title[100];
        ui->status[0] = '\0';
        snprintf(title, sizeof title, "Context %.60s is not taken", ui->contexts.name);
        ui_fail(ui, title, &found->err);
    } else if (found->cfg != NULL) {
        ui->contexts.next = found->cfg;
        ui->status[0] = '\0';
        ask_other(ui);
    }
}

/* The line that waited for the list. */
static void context_complete(struct ui *ui)
{
    struct dialog *top = ui->n_dialogs > 0 ? &ui->dialogs[ui->n_dialogs - 1] : NULL;
    if (top == NULL || !top->is_awaited)
        return;
    top->is_awaited = false;
    top->note[0] = '\0';
    top->complete(ui, top);
}

void context_update(struct ui *ui)
{
    struct context_found found;
    if (ui->contexts.job == NULL || !context_job_take(ui->contexts.job, &found))
        return;
    bool is_list_wanted = ui->contexts.is_list_wanted;
    ui->contexts.job = NULL;
    ui->contexts.is_list_wanted = ui->contexts.is_loading = false;
    free(ui->contexts.list);
    ui->contexts.list = found.list;
    ui->contexts.n = found.n;
    ui->contexts.code = found.list_code;
    ui->contexts.err = found.list_err;
    context_complete(ui);
    if (is_list_wanted && found.list_code != PT_OK)
        ui_fail(ui, "No list of contexts", &found.list_err);
    else if (is_list_wanted)
        context_show(ui);
    context_loaded(ui, &found);
}
