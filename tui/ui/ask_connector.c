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
    DEED_PROBE,
    DEEDS
};

/* Their numbers in the menu are fixed: fingers learn them. */
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
    [DEED_PROBE] = {"Test a write into its store   ", 0                         },
};

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

static const char *why_no_probe(const struct pt_connector *c)
{
    if (strcmp(c->backend, "embedded") == 0)
        return "this sink is a part of pintop";
    return c->is_s3 ? NULL : "it writes to no S3 store";
}

/* Why something can't be done to it now; NULL: it can. c NULL: there is none yet. */
static const char *why_not(const struct ui *ui, const struct pt_connector *c, enum deed deed)
{
    const char *backend = ui->snap->connectors->backend;
    if (deed == DEED_CREATE && c == NULL)
        return strcmp(backend, "connect") == 0 || strcmp(backend, "mskconnect") == 0
                   ? NULL
                   : "no Kafka Connect and no MSK Connect is asked";
    if (c == NULL)
        return "there is no connector";
    if (deed == DEED_PROBE)
        return why_no_probe(c);
    if ((c->can & deeds[deed].can) == 0) {
        if (strcmp(c->backend, "embedded") == 0)
            return "this sink is a part of pintop";
        if (strcmp(c->backend, "group") == 0)
            return "only its consumer group is known";
        if (deed == DEED_RESTART_FAILED && (c->can & PT_CONN_CAN_RESTART) != 0)
            return "that takes Connect 3.0";
        return strcmp(c->backend, "mskconnect") == 0 ? "MSK Connect has no such call"
                                                     : "this worker can't do that";
    }
    if (deed == DEED_RESTART_FAILED && c->failed_tasks <= 0)
        return c->failed_tasks == 0 ? "no task has failed" : "it isn't known if one failed";
    if (deed == DEED_PAUSE && is_paused(c))
        return "it doesn't run now";
    if (deed == DEED_RESUME && !is_paused(c))
        return "it isn't paused";
    return NULL;
}

bool connector_can(const struct ui *ui)
{
    const struct pt_connector *c = selected(ui);
    for (int i = 0; i < DEEDS; i++)
        if (why_not(ui, c, (enum deed)i) == NULL)
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
                             .seen = is_plan ? NULL : ui->plan.seen,
                             .is_plan = is_plan};
    return ui_submit(ui, &cmd, !is_plan, err);
}

static bool plan_done(struct ui *ui, struct dialog *dialog, bool is_yes)
{
    (void)dialog;
    if (is_yes && submit_planned(ui, false, NULL) != 0)
        ui_say(ui, "%s …",
               ui->plan.kind == PT_CMD_CONNECTOR_CREATE        ? "creating"
               : ui->plan.kind == PT_CMD_CONNECTOR_PROBE       ? "writing, reading and deleting"
               : ui->plan.kind == PT_CMD_CONNECTOR_ACKNOWLEDGE ? "writing it down"
                                                               : "changing");
    return true;
}

/* A line of a plan or of a probe, with its mark. */
static size_t put_line(const struct pt_line *line, char *out, size_t cap)
{
    bool is_bare = strcmp(line->level, "fact") == 0 || strcmp(line->level, "who") == 0;
    int n =
        snprintf(out, cap, "%s%s%s\n", is_bare ? "" : line->level, is_bare ? "" : " ", line->text);
    return n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
}

static const char *plan_ends(enum pt_command_kind kind)
{
    if (kind == PT_CMD_CONNECTOR_CREATE)
        return "It costs from now on until it is deleted; worker logs can't be added later. Type "
               "the connector's name to create it.";
    if (kind == PT_CMD_CONNECTOR_PROBE)
        return "Each call is made once, with its answer and its time told; what is written is "
               "deleted again. The connector itself is not touched.";
    if (kind == PT_CMD_CONNECTOR_ACKNOWLEDGE)
        return "It is written down here who has seen this, and when. These losses stay among the "
               "witnesses and make no alarm any more; one that comes later does. Nothing is sent "
               "anywhere.";
    return "The whole configuration is sent with this change; its tasks start anew.";
}

static char *plan_text(const struct pt_result *result, const char *end)
{
    size_t cap = 1024, len = 0;
    for (size_t i = 0; i < result->n_lines; i++)
        cap += strlen(result->lines[i].text) + sizeof result->lines[i].level + 2;
    char *text = malloc(cap);
    if (text == NULL)
        return NULL;
    text[0] = '\0';
    for (size_t i = 0; i < result->n_lines; i++)
        len += put_line(&result->lines[i], text + len, cap - len);
    snprintf(text + len, cap - len, "\n%s", end);
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
    char *text = plan_text(result, plan_ends(ui->plan.kind));
    snprintf(ui->plan.seen, sizeof ui->plan.seen, "%s", result->seen);
    bool is_probe = ui->plan.kind == PT_CMD_CONNECTOR_PROBE;
    snprintf(title, sizeof title, "%s %.60s?",
             is_create                                       ? "Create"
             : is_probe                                      ? "Write into the store of"
             : ui->plan.kind == PT_CMD_CONNECTOR_ACKNOWLEDGE ? "Acknowledge the losses of"
                                                             : "Change",
             result->topic);
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
        ui_say(ui, "looking up what would be %s …",
               kind == PT_CMD_CONNECTOR_PROBE         ? "written"
               : kind == PT_CMD_CONNECTOR_ACKNOWLEDGE ? "acknowledged"
                                                      : "sent");
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
    char title[100], text[2 * PT_CAUSE_MAX + 400];
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
    enum deed deed = (enum deed)dialog->chosen;
    if (deed == DEED_CREATE) {
        ask_plan(ui, PT_CMD_CONNECTOR_CREATE, "", "", NULL);
        return true;
    }
    if (c == NULL) {
        ui_say(ui, "that connector is gone");
        return true;
    }
    if (deed == DEED_PROBE) {
        ask_plan(ui, PT_CMD_CONNECTOR_PROBE, c->id, "", NULL);
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
        if (c != NULL)
            ui_say(ui, "nothing can be done to %.80s: %s", c->name, why_not(ui, c, DEED_RESTART));
        else
            ui_say(ui, "no Kafka Connect is asked: set pintop.connector.url, or for MSK Connect "
                       "pintop.msk.cluster");
        return;
    }
    char title[100], text[PT_CAUSE_MAX + 32] = "";
    snprintf(title, sizeof title, "%.80s", c != NULL ? c->name : "No connector yet");
    if (c != NULL)
        snprintf(text, sizeof text, "%s%s%s", pt_verdict_word(c->verdict),
                 c->cause[0] != '\0' ? ": " : "", c->cause);
    struct dialog *dialog = ui_ask(ui, DIALOG_MENU, title, text, menu_done);
    if (dialog == NULL)
        return;
    dialog->chosen = -1;
    for (int i = 0; i < DEEDS; i++) {
        dialog->choices[i] = deeds[i].word;
        dialog->why_not[i] = why_not(ui, c, (enum deed)i);
        if (dialog->chosen < 0 && dialog->why_not[i] == NULL)
            dialog->chosen = i;
    }
    dialog->n_choices = DEEDS;
    snprintf(dialog->subject, sizeof dialog->subject, "%s", c != NULL ? c->id : "");
}

/* ------------------------------------------------------------------ losses */

bool acknowledge_can(const struct ui *ui)
{
    const struct pt_connector *c = selected(ui);
    for (size_t i = 0; c != NULL && i < c->n_evidence; i++)
        if (c->evidence[i].is_bad && strcmp(c->evidence[i].witness, "records lost") == 0)
            return true;
    return false;
}

void ask_acknowledge(struct ui *ui)
{
    const struct pt_connector *c = selected(ui);
    if (ui->snap->session->is_readonly)
        ui_say(ui, "READONLY: started with --readonly, so nothing is written down");
    else if (c == NULL)
        ui_say(ui, "there is no connector");
    else if (!acknowledge_can(ui))
        ui_say(ui, "%.80s has lost nothing that isn't acknowledged", c->name);
    else
        ask_plan(ui, PT_CMD_CONNECTOR_ACKNOWLEDGE, c->id, "", NULL);
}

/* ------------------------------------------------------------------ the probe */

bool probe_can(const struct ui *ui)
{
    const struct pt_connector *c = selected(ui);
    return c != NULL && why_no_probe(c) == NULL;
}

void ask_probe(struct ui *ui)
{
    const struct pt_connector *c = selected(ui);
    if (ui->snap->session->is_readonly)
        ui_say(ui, "READONLY: started with --readonly, so nothing is written into a store");
    else if (!probe_can(ui))
        ui_say(ui, "%s", c == NULL ? "there is no connector" : why_no_probe(c));
    else
        ask_plan(ui, PT_CMD_CONNECTOR_PROBE, c->id, "", NULL);
}

void probe_show(struct ui *ui, const struct pt_result *result)
{
    char *text = plan_text(result, result->text);
    if (text != NULL)
        ui_ask(ui, DIALOG_TEXT, "What the store answered", text, NULL);
    else
        ui_say(ui, "%s", result->text);
    free(text);
}
