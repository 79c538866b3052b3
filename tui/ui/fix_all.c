#include "ui/fix_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/ask_connector.h"

bool fix_all_is_on(const struct ui *ui)
{
    return ui->walk.phase != WALK_OFF;
}

/* ---- the end ---- */

/* Appends to a list: "a, b and c" would have to know its end, so it is "a, b, c". */
static void walk_name(char *list, size_t cap, const char *id, const char *why)
{
    size_t len = strlen(list);
    bool has_why = why != NULL && why[0] != '\0';
    snprintf(list + len, cap - len, "%s%s%s%.300s%s", len > 0 ? ", " : "", id, has_why ? " (" : "",
             has_why ? why : "", has_why ? ")" : "");
}

/* "needs iam.role", of "needs iam.role, which fails". */
static const char *walk_needs(const struct pt_check *check, char *room, size_t cap)
{
    const char *comma = strstr(check->evidence, ", "), *colon = strstr(check->evidence, ": ");
    const char *end = check->evidence + strlen(check->evidence);
    if (comma != NULL && comma < end)
        end = comma;
    if (colon != NULL && colon < end)
        end = colon;
    snprintf(room, cap, "%.*s", (int)(end - check->evidence), check->evidence);
    return room;
}

/* Why a check is still not good. */
static const char *walk_why(const struct ui *ui, size_t i, const struct pt_check *check, char *room,
                            size_t cap)
{
    switch (ui->walk.rows[i]) {
    case WALK_DECLINED:
        return "you said no";
    case WALK_FAILED:
        return ui->walk.why[i];
    case WALK_FIXED:
        return "its fix was done, but the check is not ok yet";
    case WALK_OPEN:
        break;
    }
    if (check->is_fixable)
        return "not done";
    if (check->choices[0] != '\0')
        return "choose one: f on its row";
    if (strncmp(check->fix, "Fix ", 4) == 0) { /* "Fix s3.plugin first; then: …" */
        snprintf(room, cap, "f%.*s", (int)strcspn(check->fix, ";") - 1, check->fix + 1);
        return room;
    }
    return strncmp(check->evidence, "needs ", 6) == 0 ? walk_needs(check, room, cap) : "by hand";
}

void fix_all_end(struct ui *ui, const char *why)
{
    const struct pt_setup_section *s = ui->desk.snap->setup;
    char fixed[PT_CHECKS_MAX * 40] = "", left[PT_CHECKS_MAX * 256] = "", room[160], *text = NULL;
    for (size_t i = 0; i < s->n_checks && i < PT_CHECKS_MAX; i++) {
        const struct pt_check *check = &s->checks[i];
        bool is_bad =
            check->state == PT_CHECK_FAIL || (check->state == PT_CHECK_UNKNOWN && !check->is_early);
        bool is_fixed = ui->walk.rows[i] == WALK_FIXED;
        if (is_fixed)
            walk_name(fixed, sizeof fixed, check->id, NULL);
        bool is_open = ui->walk.rows[i] == WALK_DECLINED || ui->walk.rows[i] == WALK_FAILED;
        if (is_bad || (is_open && check->state != PT_CHECK_OK))
            walk_name(left, sizeof left, check->id, walk_why(ui, i, check, room, sizeof room));
    }
    ui->walk.phase = WALK_OFF;
    if (asprintf(&text, "%s%s%s%s%s%s.", why != NULL ? why : "", why != NULL ? ". " : "",
                 fixed[0] != '\0' ? "Fixed: " : "Nothing was fixed", fixed,
                 left[0] != '\0' ? ". Left: " : ", and no check is left that is known to be wrong",
                 left) >= 0)
        ui_ask(ui, DIALOG_TEXT, "Fix all", text, NULL);
    free(text);
}

/* ---- one step after the other ---- */

static uint64_t walk_submit(struct ui *ui, bool is_plan)
{
    const struct pt_command cmd = {.kind = PT_CMD_SETUP_FIX,
                                   .check = ui->desk.snap->setup->checks[ui->walk.at].id,
                                   .seen = is_plan ? NULL : ui->walk.seen,
                                   .is_plan = is_plan};
    return ui_submit(ui, &cmd, false, NULL);
}

/* The first check in the order of the steps that can be fixed and was not offered yet. */
static bool walk_find(struct ui *ui)
{
    const struct pt_setup_section *s = ui->desk.snap->setup;
    for (size_t i = 0; i < s->n_checks && i < PT_CHECKS_MAX; i++)
        if (s->checks[i].is_fixable && ui->walk.rows[i] == WALK_OPEN) {
            ui->walk.at = i;
            return true;
        }
    return false;
}

static void walk_next(struct ui *ui)
{
    if (!walk_find(ui)) {
        fix_all_end(ui, NULL);
        return;
    }
    ui->walk.phase = WALK_PLANS;
    ui->walk.id = walk_submit(ui, true);
    if (ui->walk.id == 0)
        ui->walk.phase = WALK_OFF; /* the screen says why */
    else
        ui_say(ui, "fix all: looking up what %s would change …",
               ui->desk.snap->setup->checks[ui->walk.at].id);
}

static bool walk_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    if (is_yes) {
        ui->walk.n_rounds = ui->desk.snap->setup->n_rounds;
        ui->walk.phase = WALK_FIXES;
        ui->walk.id = walk_submit(ui, false);
        if (ui->walk.id == 0)
            ui->walk.phase = WALK_OFF;
        else
            ui_say(ui, "fixing %s …", ui->desk.snap->setup->checks[ui->walk.at].id);
    } else if (dialog->is_left) {
        fix_all_end(ui, "Stopped by you");
    } else {
        ui->walk.rows[ui->walk.at] = WALK_DECLINED;
        walk_next(ui);
    }
    return true;
}

static void walk_ask(struct ui *ui, const struct pt_result *result)
{
    snprintf(ui->walk.seen, sizeof ui->walk.seen, "%s", result->seen);
    ui->walk.phase = WALK_ASKS;
    ui->status[0] = '\0'; /* the foot has the keys of the question */
    struct dialog *dialog = plan_ask(ui, result, walk_done);
    if (dialog == NULL) {
        fix_all_end(ui, "Too many questions are open");
        return;
    }
    dialog->can_skip = true;
    dialog->foot = dialog->kind == DIALOG_INPUT
                       ? "Enter its name: do it   Enter alone: leave it   Esc ends fix all"
                       : "y do it   n leave it, go on   Esc q end fix all   Enter confirm";
}

static void walk_fail(struct ui *ui, const struct pt_result *result)
{
    ui->walk.rows[ui->walk.at] = WALK_FAILED;
    const char *what = result->error.what;
    snprintf(ui->walk.why[ui->walk.at], sizeof *ui->walk.why, "%.190s%s", what,
             strlen(what) > 190 ? "…" : "");
}

static void walk_take(struct ui *ui, const struct pt_result *result)
{
    bool has_failed = result->state == PT_RESULT_FAILED;
    ui->walk.id = 0;
    if (has_failed)
        walk_fail(ui, result);
    if (ui->walk.phase == WALK_PLANS && !has_failed) {
        walk_ask(ui, result);
    } else if (ui->walk.phase == WALK_PLANS) {
        walk_next(ui);
    } else if (has_failed && result->error.code == PT_ECANCELLED) {
        fix_all_end(ui, "Stopped by you");
        ui_fail(ui, "Stopped", &result->error);
    } else {
        if (!has_failed)
            ui->walk.rows[ui->walk.at] = WALK_FIXED;
        ui->walk.phase = WALK_CHECKS;
    }
}

void fix_all_update(struct ui *ui)
{
    const struct pt_setup_section *s = ui->desk.snap->setup;
    if (ui->walk.phase == WALK_PLANS || ui->walk.phase == WALK_FIXES) {
        const struct pt_result *result = ui_result(ui, ui->walk.id);
        if (result != NULL && result->state != PT_RESULT_RUNNING)
            walk_take(ui, result);
    } else if (ui->walk.phase == WALK_CHECKS && !s->is_running && s->n_rounds > ui->walk.n_rounds) {
        walk_next(ui);
    }
}

void ask_fix_all(struct ui *ui)
{
    const struct pt_setup_section *s = ui->desk.snap->setup;
    const struct pt_command check = {.kind = PT_CMD_SETUP_CHECK};
    if (ui->desk.snap->session->is_readonly) {
        ui_say(ui, "READONLY: started with --readonly, so nothing is fixed");
        return;
    }
    if (fix_all_is_on(ui)) {
        ui_say(ui, "fix all has begun already; Esc ends it");
        return;
    }
    memset(&ui->walk, 0, sizeof ui->walk);
    ui->walk.n_rounds = s->n_rounds;
    if (s->n_rounds > 0 && !s->is_running) {
        walk_next(ui);
        return;
    }
    /* What can be fixed is known when the checks have ended. */
    ui->walk.phase = WALK_CHECKS;
    if (!s->is_running && ui_submit(ui, &check, false, NULL) == 0)
        ui->walk.phase = WALK_OFF;
    else
        ui_say(ui, "fix all: begins when the checks have ended");
}
