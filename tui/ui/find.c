#include "ui/find.h"

#include "term/key.h"
#include "ui/ask.h"

/* ---- in a list ---- */

/* Esc clears the filter; Enter leaves it in force, and the title says it. */
static bool find_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    struct listing *listing = ui_listing(ui);
    if (listing == NULL)
        return true;
    listing_filter(listing, is_yes ? dialog->prompt.text : "");
    ui_recalc(ui);
    if (listing->filter[0] != '\0' && listing->list.count == 0)
        ui_say(ui, "no match for \"%s\"; Esc clears the filter", listing->filter);
    return true;
}

static void find_changed(void *owner, const char *text)
{
    struct ui *ui = owner;
    if (ui_listing(ui) != NULL)
        listing_filter(ui_listing(ui), text);
    ui_recalc(ui);
}

void find_ask(struct ui *ui)
{
    const struct listing *listing = ui_listing(ui);
    if (listing == NULL) {
        ui_say(ui, "there is no list here to filter");
        return;
    }
    struct dialog *dialog = ui_ask(ui, DIALOG_LINE, "/", NULL, find_done);
    if (dialog == NULL)
        return;
    dialog->change = find_changed;
    prompt_set(&dialog->prompt, listing->filter);
}

/* ---- in a text ---- */

/* The text below the line that is typed. */
static void text_find_changed(void *owner, const char *text)
{
    struct ui *ui = owner;
    if (ui->n_dialogs >= 2)
        dialog_filter(&ui->dialogs[ui->n_dialogs - 2], text);
}

static bool text_find_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    if (ui->n_dialogs >= 1)
        dialog_filter(&ui->dialogs[ui->n_dialogs - 1], is_yes ? dialog->prompt.text : "");
    return true;
}

bool find_in_text(struct ui *ui, const struct dialog *text, int key)
{
    bool is_find = key == '/' || key == KEY_F_(3) || key == KEY_F_(4);
    if (text->kind != DIALOG_TEXT || text->text == NULL || !is_find)
        return false;
    struct dialog *line = ui_ask(ui, DIALOG_LINE, "/", NULL, text_find_done);
    if (line == NULL)
        return true;
    line->change = text_find_changed;
    prompt_set(&line->prompt, text->filter);
    return true;
}
