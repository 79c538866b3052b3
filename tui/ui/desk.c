/* What pages, dialogs and the command line ask of the front end: to tell, to ask, to submit. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/ui.h"

enum { STATUS_MS = 6000 };

void ui_say(struct ui *ui, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(ui->status, sizeof ui->status, fmt, args);
    va_end(args);
    ui->status_until_ms = ui->now_ms + STATUS_MS;
}

void ui_fail(struct ui *ui, const char *title, const struct pt_error *err)
{
    char text[PT_WHAT_MAX + PT_FIX_MAX + 64];
    snprintf(text, sizeof text, "%s%s%s\n\nAny key closes this.", err->what,
             err->fix[0] != '\0' ? "\n\nNext: " : "", err->fix);
    ui_ask(ui, DIALOG_TEXT, title, text, NULL);
}

struct dialog *ui_ask(struct ui *ui, enum dialog_kind kind, const char *title, const char *text,
                      dialog_done_fn done)
{
    if (ui->n_dialogs == UI_DIALOGS)
        return NULL;
    struct dialog *dialog = &ui->dialogs[ui->n_dialogs++];
    memset(dialog, 0, sizeof *dialog);
    dialog->kind = kind;
    dialog->done = done;
    snprintf(dialog->title, sizeof dialog->title, "%s", title);
    dialog->text = text != NULL ? strdup(text) : NULL;
    return dialog;
}

const struct pt_result *ui_result(const struct ui *ui, uint64_t id)
{
    const struct pt_completed_section *completed = ui->snap->completed;
    for (size_t i = 0; i < completed->n_results; i++)
        if (completed->results[i]->id == id)
            return completed->results[i];
    return NULL;
}

static void watch(struct ui *ui, uint64_t id)
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
    ui->is_frozen = false; /* what is asked for is also to be seen */
    if (ui->link.submit == NULL) {
        ui_say(ui, "no cluster is chosen yet");
        return 0;
    }
    if (ui->link.submit(ui->link.arg, cmd, &id, &own) != PT_OK) {
        if (err != NULL)
            *err = own;
        else
            ui_fail(ui, "Refused", &own);
        return 0;
    }
    if (is_told)
        watch(ui, id);
    return id;
}

void ui_show_page(struct ui *ui, enum page_id page)
{
    if (ui->pages[page] != NULL)
        ui->page = page;
}
