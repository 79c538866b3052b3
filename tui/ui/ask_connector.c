/* The actions of a connector: a menu of what its back end can do, then a question that names the
 * connector and the consequences. Before a change of settings, or one that costs money, it shows
 * what would be sent. */
#include "ui/ask_connector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/names.h"

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

/* The numbers in the menu are fixed, because users learn them by heart. */
static const struct {
    const char *word;
    unsigned can;
    enum pt_command_kind kind;
} deeds[DEEDS] = {
    [DEED_RESTART] = {"Restart it, all tasks         ", PT_CONN_CAN_RESTART,
                      PT_CMD_CONNECTOR_RESTART                                                             },
    [DEED_RESTART_FAILED] = {"Restart the failed tasks only ", PT_CONN_CAN_RESTART_FAILED,
                      PT_CMD_CONNECTOR_RESTART                                                             },
    [DEED_PAUSE] = {"Pause it                      ", PT_CONN_CAN_PAUSE,          PT_CMD_CONNECTOR_PAUSE },
    [DEED_RESUME] = {"Resume it                     ", PT_CONN_CAN_PAUSE,          PT_CMD_CONNECTOR_RESUME},
    [DEED_UPDATE] = {"Change a setting              ", PT_CONN_CAN_UPDATE,         PT_CMD_CONNECTOR_UPDATE},
    [DEED_CREATE] = {"Create one from the template  ", PT_CONN_CAN_CREATE,         PT_CMD_CONNECTOR_CREATE},
    [DEED_DELETE] = {"Delete it                     ", PT_CONN_CAN_DELETE,         PT_CMD_CONNECTOR_DELETE},
    [DEED_PROBE] = {"Test a write into its store   ", 0,                          PT_CMD_CONNECTOR_PROBE },
};

static bool connector_is_paused(const struct pt_connector *c)
{
    return strcmp(c->state, "PAUSED") == 0 || strcmp(c->state, "STOPPED") == 0;
}

static const char *probe_why_not(const struct pt_connector *c)
{
    const struct pt_backend_info *backend = pt_backend_info(c->backend);
    if (backend->is_in_process)
        return backend->cannot;
    return c->is_s3 ? NULL : "it writes to no S3 store";
}

/* Why this action is not possible now; NULL when it is. c is NULL when there is no connector yet.
 */
static const char *deed_why_not(const struct ui *ui, const struct pt_connector *c, enum deed deed)
{
    const struct pt_backend_info *asked = pt_backend_info(ui->desk.snap->connectors->backend);
    if (deed == DEED_CREATE && c == NULL)
        return (asked->can & PT_CONN_CAN_CREATE) != 0
                   ? NULL
                   : "neither Kafka Connect nor MSK Connect is configured";
    if (c == NULL)
        return "there is no connector";
    if (deed == DEED_PROBE)
        return probe_why_not(c);
    if ((c->can & deeds[deed].can) == 0) {
        if (deed == DEED_RESTART_FAILED && (c->can & PT_CONN_CAN_RESTART) != 0)
            return "requires Connect 3.0 or newer";
        return pt_backend_info(c->backend)->cannot;
    }
    if (deed == DEED_RESTART_FAILED && c->failed_tasks <= 0)
        return c->failed_tasks == 0 ? "no task has failed" : "whether a task failed is unknown";
    if (deed == DEED_PAUSE && connector_is_paused(c))
        return "it is not running";
    if (deed == DEED_RESUME && !connector_is_paused(c))
        return "it is not paused";
    return NULL;
}

bool connector_can(const struct ui *ui)
{
    const struct pt_connector *c = ui_selected_connector(ui);
    for (int i = 0; i < DEEDS; i++)
        if (deed_why_not(ui, c, (enum deed)i) == NULL)
            return true;
    return false;
}

/* ---- sending ---- */

/* The dialog remembers the connector, because the order of the list may have changed. */
static bool deed_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    enum deed deed = (enum deed)dialog->tag;
    struct pt_command cmd = {.kind = deeds[deed].kind,
                             .connector = dialog->subject,
                             .is_failed_only = deed == DEED_RESTART_FAILED};
    if (is_yes && ui_submit(ui, &cmd, true, NULL) != 0)
        ui_say(ui, "%s …", pt_command_info((int)cmd.kind)->doing);
    return true;
}

/* ---- plans ---- */

pt_code plan_partitions(const char *setting, int32_t *n, struct pt_error *err)
{
    static const char name[] = "partitions=";
    char *end;
    *n = -1;
    if (strncmp(setting, name, strlen(name)) != 0)
        return PT_OK;
    const char *text = setting + strlen(name);
    long number = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number <= 0 || number > INT32_MAX)
        return pt_error_set(err, PT_EUSAGE, "Write a whole number, like partitions=6",
                            "'%s' is not a number of partitions", text);
    *n = (int32_t)number;
    return PT_OK;
}

static uint64_t plan_submit(struct ui *ui, bool is_plan, struct pt_error *err)
{
    const char *configs[1] = {ui->plan.setting};
    const struct pt_command_info *info = pt_command_info((int)ui->plan.kind);
    bool is_check = pt_command_is(info, PT_COMMAND_CHECK);
    bool is_topic = pt_command_is(info, PT_COMMAND_TOPIC);
    int32_t partitions = -1;
    if (is_topic && plan_partitions(ui->plan.setting, &partitions, err) != PT_OK)
        return 0;
    struct pt_command cmd = {.kind = ui->plan.kind,
                             .connector = is_check || is_topic ? NULL : ui->plan.connector,
                             .check = is_check ? ui->plan.connector : NULL,
                             .topic = is_topic ? ui->plan.connector : NULL,
                             .partitions = partitions,
                             .replication = -1,
                             .configs = configs,
                             .n_configs = ui->plan.setting[0] != '\0' && partitions < 0,
                             .seen = is_plan ? NULL : ui->plan.seen,
                             .is_plan = is_plan};
    return ui_submit(ui, &cmd, !is_plan, err);
}

static bool plan_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    (void)dialog;
    if (is_yes && plan_submit(ui, false, NULL) != 0)
        ui_say(ui, "%s …", pt_command_info((int)ui->plan.kind)->doing);
    return true;
}

size_t plan_put_line(const struct pt_line *line, char *out, size_t cap)
{
    bool is_bare = strcmp(line->level, "fact") == 0 || strcmp(line->level, "who") == 0 ||
                   strcmp(line->level, "change") == 0 || strcmp(line->level, "note") == 0;
    int n =
        snprintf(out, cap, "%s%s%s\n", is_bare ? "" : line->level, is_bare ? "" : " ", line->text);
    return n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
}

char *plan_text(const struct pt_result *result, const char *end)
{
    size_t cap = 1024, len = 0;
    for (size_t i = 0; i < result->n_lines; i++)
        cap += strlen(result->lines[i].text) + sizeof result->lines[i].level + 2;
    char *text = malloc(cap);
    if (text == NULL)
        return NULL;
    text[0] = '\0';
    for (size_t i = 0; i < result->n_lines; i++)
        len += plan_put_line(&result->lines[i], text + len, cap - len);
    snprintf(text + len, cap - len, "\n%s", end);
    return text;
}

struct dialog *plan_ask(struct ui *ui, const struct pt_result *result, dialog_done_fn done)
{
    const struct pt_command_info *info = pt_command_info((int)result->kind);
    bool is_costly_fix = pt_command_is(info, PT_COMMAND_CHECK) && pt_check_is_costly(result->topic);
    bool is_topic = pt_command_is(info, PT_COMMAND_TOPIC);
    bool is_typed = pt_command_is(info, PT_COMMAND_MAKES) || is_costly_fix || is_topic;
    char title[100];
    char *text = plan_text(result, info->means);
    snprintf(title, sizeof title, "%s %.60s?", info->title, result->topic);
    struct dialog *dialog = ui_ask(ui, is_typed ? DIALOG_INPUT : DIALOG_CONFIRM, title, text, done);
    if (dialog != NULL && is_typed)
        snprintf(dialog->expected, sizeof dialog->expected, "%s", result->topic);
    /* Beside the line that is typed, because the plan may be longer than the screen. */
    if (dialog != NULL && is_costly_fix)
        snprintf(dialog->note, sizeof dialog->note, "Type %s to have it done.", result->topic);
    free(text);
    return dialog;
}

static void plan_show(struct ui *ui, const struct pt_result *result)
{
    if (result->text[0] != '\0' && result->n_lines == 0) { /* nothing would change */
        ui_say(ui, "%s", result->text);
        return;
    }
    snprintf(ui->plan.seen, sizeof ui->plan.seen, "%s", result->seen);
    plan_ask(ui, result, plan_done);
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
        plan_show(ui, result);
}

bool plan_begin(struct ui *ui, enum pt_command_kind kind, const char *connector,
                const char *setting, struct pt_error *err)
{
    ui->plan.kind = kind;
    snprintf(ui->plan.connector, sizeof ui->plan.connector, "%s", connector);
    snprintf(ui->plan.setting, sizeof ui->plan.setting, "%s", setting);
    ui->plan.id = plan_submit(ui, true, err);
    if (ui->plan.id != 0)
        ui_say(ui, "looking up what would be %s …", pt_command_info((int)kind)->planned);
    return ui->plan.id != 0;
}

static bool setting_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    struct pt_error err;
    memset(&err, 0, sizeof err);
    if (!is_yes || plan_begin(ui, (enum pt_command_kind)dialog->tag, dialog->subject,
                              dialog->prompt.text, &err))
        return true;
    snprintf(dialog->note, sizeof dialog->note, "%.200s. %.160s", err.what, err.fix);
    return false;
}

struct dialog *ask_setting(struct ui *ui, enum pt_command_kind kind, const char *name,
                           const char *title, const char *text)
{
    struct dialog *dialog = ui_ask(ui, DIALOG_INPUT, title, text, setting_done);
    if (dialog == NULL)
        return NULL;
    dialog->tag = kind;
    snprintf(dialog->subject, sizeof dialog->subject, "%s", name);
    return dialog;
}

/* ---- the menu ---- */

static void ask_deed(struct ui *ui, const struct pt_connector *c, enum deed deed)
{
    char title[100], text[2 * PT_CAUSE_MAX + 400];
    enum dialog_kind kind = deed == DEED_DELETE ? DIALOG_INPUT : DIALOG_CONFIRM;
    const struct pt_command_info *info = pt_command_info((int)deeds[deed].kind);
    const char *means =
        deed == DEED_RESTART_FAILED
            ? "Only the failed tasks are restarted; they fail again unless the cause is fixed."
            : info->means;
    snprintf(title, sizeof title, "%s %.80s?", info->title, c->name);
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

static bool menu_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    const struct pt_connector *c =
        dialog->subject[0] != '\0' ? connector_find(ui->desk.snap, dialog->subject) : NULL;
    if (!is_yes)
        return true;
    enum deed deed = (enum deed)dialog->chosen;
    if (deed == DEED_CREATE) {
        plan_begin(ui, PT_CMD_CONNECTOR_CREATE, "", "", NULL);
        return true;
    }
    if (c == NULL) {
        ui_say(ui, "that connector is gone");
        return true;
    }
    if (deed == DEED_PROBE) {
        plan_begin(ui, PT_CMD_CONNECTOR_PROBE, c->id, "", NULL);
        return true;
    }
    if (deed != DEED_UPDATE) {
        ask_deed(ui, c, deed);
        return true;
    }
    char title[100];
    snprintf(title, sizeof title, "Change a setting of %.70s", c->name);
    ask_setting(ui, PT_CMD_CONNECTOR_UPDATE, c->id, title,
                "KEY=VALUE, like flush.size=1000; KEY= removes it. pintop shows the request "
                "before sending it.");
    return true;
}

void ask_connector(struct ui *ui)
{
    const struct pt_connector *c = ui_selected_connector(ui);
    if (ui->desk.snap->session->is_readonly) {
        ui_say(ui, "READONLY: started with --readonly, so connectors stay as they are");
        return;
    }
    if (!connector_can(ui)) {
        if (c != NULL)
            ui_say(ui, "nothing can be done to %.80s: %s", c->name,
                   deed_why_not(ui, c, DEED_RESTART));
        else
            ui_say(ui,
                   "no Kafka Connect is configured: set pintop.connector.url, or for MSK Connect "
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
        dialog->why_not[i] = deed_why_not(ui, c, (enum deed)i);
        if (dialog->chosen < 0 && dialog->why_not[i] == NULL)
            dialog->chosen = i;
    }
    dialog->n_choices = DEEDS;
    snprintf(dialog->subject, sizeof dialog->subject, "%s", c != NULL ? c->id : "");
}

/* ---- losses ---- */

bool acknowledge_can(const struct ui *ui)
{
    const struct pt_connector *c = ui_selected_connector(ui);
    for (size_t i = 0; c != NULL && i < c->n_evidence; i++)
        if (c->evidence[i].is_bad && strcmp(c->evidence[i].witness, "records lost") == 0)
            return true;
    return false;
}

void ask_acknowledge(struct ui *ui)
{
    const struct pt_connector *c = ui_selected_connector(ui);
    if (ui->desk.snap->session->is_readonly)
        ui_say(ui, "READONLY: started with --readonly, so losses cannot be acknowledged");
    else if (c == NULL)
        ui_say(ui, "there is no connector");
    else if (!acknowledge_can(ui))
        ui_say(ui, "%.80s has no unacknowledged losses", c->name);
    else
        plan_begin(ui, PT_CMD_CONNECTOR_ACKNOWLEDGE, c->id, "", NULL);
}

/* ---- the probe ---- */

bool probe_can(const struct ui *ui)
{
    const struct pt_connector *c = ui_selected_connector(ui);
    return c != NULL && probe_why_not(c) == NULL;
}

void ask_probe(struct ui *ui)
{
    const struct pt_connector *c = ui_selected_connector(ui);
    if (ui->desk.snap->session->is_readonly)
        ui_say(ui, "READONLY: started with --readonly, so nothing is written into a store");
    else if (!probe_can(ui))
        ui_say(ui, "%s", c == NULL ? "there is no connector" : probe_why_not(c));
    else
        plan_begin(ui, PT_CMD_CONNECTOR_PROBE, c->id, "", NULL);
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
