/* The actions of a connector: a menu of what its back end can do, then a question that names it and
 * what it means; for what changes settings or costs, what would be sent first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/page.h"
#include "ui/format.h"

enum deed {
    DEED_RESTART,
    DEED_RESTART_FAILED,
    DEED_PAUSE,
    DEED_RESUME,
    DEED_UPDATE,
    DEED_CREATE,
    DEED_DELETE,
    DEEDS
};

static const struct {
    const char *word;
    unsigned can;
} deeds[DEEDS] = {
    [DEED_RESTART] = {"Restart it, all tasks         ", PT_CONN_CAN_RESTART       },
    [DEED_RESTART_FAILED] = {"Restart the failed tasks only ", PT_CONN_CAN_RESTART_FAILED},
    [DEED_PAUSE] = {"Pause it                      ", PT_CONN_CAN_PAUSE         },
    [DEED_RESUME] = {"Resume it                     ", PT_CONN_CAN_PAUSE         },
    [DEED_UPDATE] = {"Change a setting              ", PT_CONN_CAN_UPDATE        },
    [DEED_CREATE] = {"Create one from the template  ", PT_CONN_CAN_CREATE        },
    [DEED_DELETE] = {"Delete it                     ", PT_CONN_CAN_DELETE        },
};

const struct pt_connector *connector_find(const struct pt_snapshot *snap, const char *id)
{
    const struct pt_connectors_section *all = snap->connectors;
    for (size_t i = 0; i < all->n_connectors; i++)
        if (id == NULL || strcmp(all->connectors[i].id, id) == 0)
            return &all->connectors[i];
    return NULL;
}

static const struct pt_connector *selected(const struct ui *ui)
{
    const struct page_ops *ops = page_at(ui->page);
    const char *id = ops->connector != NULL ? ops->connector(ui->pages[ui->page]) : NULL;
    return connector_find(ui->snap, id);
}

static bool is_paused(const struct pt_connector *c)
{
    return strcmp(c->state, "PAUSED") == 0 || strcmp(c->state, "STOPPED") == 0;
}

/* What makes sense for it now. c NULL: there is none yet. */
static bool can_do(const struct ui *ui, const struct pt_connector *c, enum deed deed)
{
    const char *backend = ui->snap->connectors->backend;
    if (deed == DEED_CREATE)
        return c != NULL ? (c->can & PT_CONN_CAN_CREATE) != 0
                         : strcmp(backend, "connect") == 0 || strcmp(backend, "mskconnect") == 0;
    if (c == NULL || (c->can & deeds[deed].can) == 0)
        return false;
    switch (deed) {
    case DEED_RESTART_FAILED:
        return c->failed_tasks > 0;
    case DEED_PAUSE:
        return !is_paused(c);
    case DEED_RESUME:
        return is_paused(c);
    default:
        return true;
    }
}

bool connector_can(const struct ui *ui)
{
    const struct pt_connector *c = selected(ui);
    for (int i = 0; i < DEEDS; i++)
        if (can_do(ui, c, (enum deed)i))
            return true;
    return false;
}

/* ------------------------------------------------------------------ sending */

static void send_kind(struct ui *ui, const struct pt_command *cmd, const char *words)
{
    if (ui_submit(ui, cmd, true, NULL) != 0)
        ui_say(ui, "%s …", words);
}

/* The dialog remembers whose it is: the list may be in another order by then. */
static bool deed_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    enum deed deed = (enum deed)dialog->tag;
    struct pt_command cmd = {.connector = dialog->subject};
    if (!is_yes)
        return true;
    switch (deed) {
    case DEED_RESTART:
    case DEED_RESTART_FAILED:
        cmd.kind = PT_CMD_CONNECTOR_RESTART;
        cmd.is_failed_only = deed == DEED_RESTART_FAILED;
        send_kind(ui, &cmd, "restarting");
        break;
    case DEED_PAUSE:
        cmd.kind = PT_CMD_CONNECTOR_PAUSE;
        send_kind(ui, &cmd, "pausing");
        break;
    case DEED_RESUME:
        cmd.kind = PT_CMD_CONNECTOR_RESUME;
        send_kind(ui, &cmd, "resuming");
        break;
    default:
        cmd.kind = PT_CMD_CONNECTOR_DELETE;
        send_kind(ui, &cmd, "deleting");
        break;
    }
    return true;
}

/* ------------------------------------------------------------------ plans */

static uint64_t submit_planned(struct ui *ui, bool is_plan, struct pt_error *err)
{
    const char *configs[1] = {ui->plan.setting};
    struct pt_command cmd = {.kind = ui->plan.kind,
                             .connector = ui->plan.connector,
                             .configs = configs,
                             .n_configs = ui->plan.setting[0] != '\0',
                             .is_plan = is_plan};
    return ui_submit(ui, &cmd, !is_plan, err);
}

static bool plan_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    (void)dialog;
    if (is_yes && submit_planned(ui, false, NULL) != 0)
        ui_say(ui, "%s …", ui->plan.kind == PT_CMD_CONNECTOR_CREATE ? "creating" : "changing");
    return true;
}

static char *plan_text(const struct ui *ui, const struct pt_result *result)
{
    bool is_create = ui->plan.kind == PT_CMD_CONNECTOR_CREATE;
    size_t cap = 1024, len = 0;
    for (size_t i = 0; i < result->n_lines; i++)
        cap += strlen(result->lines[i].text) + 8;
    char *text = malloc(cap);
    if (text == NULL)
        return NULL;
    text[0] = '\0';
    for (size_t i = 0; i < result->n_lines; i++) {
        const struct pt_line *line = &result->lines[i];
        bool is_fact = strcmp(line->level, "fact") == 0;
        len += (size_t)snprintf(text + len, cap - len, "%s%s%s\n", is_fact ? "" : line->level,
                                is_fact ? "" : " ", line->text);
    }
    snprintf(text + len, cap - len, "\n%s",
             is_create ? "It costs from now on until it is deleted; worker logs can't be added "
                         "later. Type the connector's name to create it."
                       : "The whole configuration is sent with this change; its tasks start anew.");
    return text;
}

static void show_plan(struct ui *ui, const struct pt_result *result)
{
    bool is_create = ui->plan.kind == PT_CMD_CONNECTOR_CREATE;
    char title[100];
    if (result->text[0] != '\0' && result->n_lines == 0) { /* nothing would change */
        ui_say(ui, "%s", result->text);
        return;
    }
    char *text = plan_text(ui, result);
    snprintf(title, sizeof title, "%s %.70s?", is_create ? "Create" : "Change", result->topic);
    struct dialog *dialog =
        ui_ask(ui, is_create ? DIALOG_INPUT : DIALOG_CONFIRM, title, text, plan_done);
    if (dialog != NULL && is_create)
        snprintf(dialog->expected, sizeof dialog->expected, "%s", result->topic);
    free(text);
}

void connector_update(struct ui *ui)
{
    const struct pt_result *result = ui->plan.id != 0 ? ui_result(ui, ui->plan.id) : NULL;
    if (result == NULL || result->state == PT_RESULT_RUNNING)
        return;
    ui->plan.id = 0;
    if (result->state == PT_RESULT_FAILED)
        ui_fail(ui, "Not possible", &result->error);
    else
        show_plan(ui, result);
}

static bool ask_plan(struct ui *ui, enum pt_command_kind kind, const char *connector,
                     const char *setting, struct pt_error *err)
{
    ui->plan.kind = kind;
    snprintf(ui->plan.connector, sizeof ui->plan.connector, "%s", connector);
    snprintf(ui->plan.setting, sizeof ui->plan.setting, "%s", setting);
    ui->plan.id = submit_planned(ui, true, err);
    if (ui->plan.id != 0)
        ui_say(ui, "looking up what would be sent …");
    return ui->plan.id != 0;
}

static bool setting_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    struct pt_error err;
    memset(&err, 0, sizeof err);
    if (!is_yes ||
        ask_plan(ui, PT_CMD_CONNECTOR_UPDATE, dialog->subject, dialog->prompt.text, &err))
        return true;
    snprintf(dialog->note, sizeof dialog->note, "%.200s. %.160s", err.what, err.fix);
    return false;
}

/* ------------------------------------------------------------------ the menu */

static void ask_deed(struct ui *ui, const struct pt_connector *c, enum deed deed)
{
    char title[100], text[900];
    enum dialog_kind kind = deed == DEED_DELETE ? DIALOG_INPUT : DIALOG_CONFIRM;
    const char *verb = deed == DEED_PAUSE    ? "Pause"
                       : deed == DEED_RESUME ? "Resume"
                       : deed == DEED_DELETE ? "Delete"
                                             : "Restart";
    const char *means =
        deed == DEED_PAUSE
            ? "Its tasks stop taking records; they wait in Kafka until it is resumed."
        : deed == DEED_RESUME ? "Its tasks go on where the group's offsets are."
        : deed == DEED_DELETE
            ? "Nothing carries these records to the store any more. Its group's offsets stay in "
              "Kafka: one of the same name goes on from there.\n\nType its name to delete it."
        : deed == DEED_RESTART_FAILED
            ? "Only the tasks that failed start anew; without the cause mended they fail again."
            : "All its tasks start anew; records that are not committed are read again.";
    snprintf(title, sizeof title, "%s %.80s?", verb, c->name);
    snprintf(text, sizeof text, "%s\n\n%s%s", means, c->safe, c->safe[0] != '\0' ? "." : "");
    if (c->cause[0] != '\0' && deed <= DEED_RESTART_FAILED) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "\n\nCause now: %s", c->cause);
    }
    struct dialog *dialog = ui_ask(ui, kind, title, text, deed_done);
    if (dialog == NULL)
        return;
    dialog->tag = deed;
    snprintf(dialog->subject, sizeof dialog->subject, "%s", c->id);
    if (deed == DEED_DELETE)
        snprintf(dialog->expected, sizeof dialog->expected, "%s", c->name);
}

static bool menu_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    const struct pt_connector *c =
        dialog->subject[0] != '\0' ? connector_find(ui->snap, dialog->subject) : NULL;
    if (!is_yes)
        return true;
    enum deed deed = (enum deed)((dialog->tag >> (4 * dialog->chosen)) & 15);
    if (deed == DEED_CREATE) {
        ask_plan(ui, PT_CMD_CONNECTOR_CREATE, "", "", NULL);
        return true;
    }
    if (c == NULL) {
        ui_say(ui, "it is gone");
        return true;
    }
    if (deed != DEED_UPDATE) {
        ask_deed(ui, c, deed);
        return true;
    }
    char title[100];
    snprintf(title, sizeof title, "Change a setting of %.70s", c->name);
    struct dialog *input =
        ui_ask(ui, DIALOG_INPUT, title,
               "KEY=VALUE, like flush.size=1000; KEY= takes it out. What would be sent is shown "
               "before it is.",
               setting_done);
    if (input != NULL)
        snprintf(input->subject, sizeof input->subject, "%s", c->id);
    return true;
}

void ask_connector(struct ui *ui)
{
    const struct pt_connector *c = selected(ui);
    if (ui->snap->session->is_readonly) {
        ui_say(ui, "READONLY: started with --readonly, so connectors stay as they are");
        return;
    }
    if (!connector_can(ui)) {
        ui_say(ui, c != NULL ? "nothing can be done to it from here"
                             : "nobody is there to ask: set pintop.connector.url");
        return;
    }
    char title[100], text[400] = "";
    snprintf(title, sizeof title, "%.80s", c != NULL ? c->name : "No connector yet");
    if (c != NULL)
        snprintf(text, sizeof text, "%s%s%s", pt_verdict_word(c->verdict),
                 c->cause[0] != '\0' ? ": " : "", c->cause);
    struct dialog *dialog = ui_ask(ui, DIALOG_MENU, title, text, menu_done);
    if (dialog == NULL)
        return;
    for (int i = 0; i < DEEDS && dialog->n_choices < DIALOG_CHOICES_MAX; i++) {
        if (!can_do(ui, c, (enum deed)i))
            continue;
        dialog->tag |= (intptr_t)i << (4 * dialog->n_choices);
        dialog->choices[dialog->n_choices++] = deeds[i].word;
    }
    snprintf(dialog->subject, sizeof dialog->subject, "%s", c != NULL ? c->id : "");
}
