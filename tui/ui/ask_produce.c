#include "ui/ask_produce.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pintop/draft.h"
#include "ui/ask_connector.h"

static const char goes_on[] = "nothing was sent; P goes on with what you typed";

/* ---- the text ---- */

static void hand_drop(struct ui_draft *draft)
{
    free(draft->text);
    free(draft->record);
    draft->text = draft->record = NULL;
    draft->len = 0;
}

/* The text that the editor begins with. from: the record that is to be changed; NULL none. */
static void hand_begin_text(struct ui_draft *draft, const char *from)
{
    char remarks[900];
    snprintf(
        remarks, sizeof remarks,
        "One record for the topic %s.%s\n"
        "Lines like these are left out. An empty file, or one that is left as it is, produces\n"
        "nothing; pintop shows the record and asks before it sends it.\n"
        "key: without a text is no key; \"\" is the empty one. More headers: more lines\n"
        "header: NAME=VALUE. Bytes that cannot be typed: in quotes as \\xHH. Without a\n"
        "partition the key decides. The value is what stands below its line, as it is;\n"
        "\"value: base64\" for bytes, \"value: null\" for a tombstone.\n",
        draft->topic, from != NULL ? " It begins as the selected one." : "");
    hand_drop(draft);
    draft->is_new = from == NULL;
    struct pt_draft empty = {.value = "", .partition = -1};
    struct pt_draft *read = NULL;
    if (from != NULL && pt_draft_read(from, strlen(from), &read, NULL, NULL) != PT_OK)
        return;
    draft->text = pt_draft_write(read != NULL ? read : &empty, remarks);
    draft->len = draft->text != NULL ? strlen(draft->text) : 0;
    pt_draft_free(read);
}

/* ---- the plan, and the question ---- */

static uint64_t hand_submit(struct ui *ui, bool is_plan, struct pt_error *err)
{
    const struct pt_command cmd = {.kind = PT_CMD_TOPIC_PRODUCE,
                                   .topic = ui->draft.topic,
                                   .partitions = -1,
                                   .replication = -1,
                                   .record = ui->draft.record,
                                   .seen = is_plan ? NULL : ui->draft.seen,
                                   .is_plan = is_plan};
    return ui_submit(ui, &cmd, false, err);
}

static void hand_edit(struct ui *ui);

static bool hand_again_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    (void)dialog;
    if (is_yes)
        hand_edit(ui);
    else
        ui_say(ui, "%s", goes_on);
    return true;
}

/* What was typed cannot be sent: why, and whether to go on with it. */
static void hand_ask_again(struct ui *ui, const char *why, const char *fix)
{
    char *text = NULL;
    if (asprintf(&text, "%s%s%s%s\n\nNothing was sent. Edit it again?", why,
                 fix[0] != '\0' ? ".\n\n" : "", fix, fix[0] != '\0' ? "." : "") < 0)
        return;
    ui_ask(ui, DIALOG_CONFIRM, "This record cannot be produced", text, hand_again_done);
    free(text);
}

static void hand_plan(struct ui *ui)
{
    struct pt_error err = {.code = PT_OK};
    ui->draft.id = hand_submit(ui, true, &err);
    ui->draft.phase = ui->draft.id != 0 ? DRAFT_PLANS : DRAFT_OFF;
    if (ui->draft.id == 0)
        hand_ask_again(ui, err.what, err.fix);
    else
        ui_say(ui, "looking up what would be produced …");
}

static bool hand_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    struct pt_error err = {.code = PT_OK};
    (void)dialog;
    if (!is_yes) {
        ui_say(ui, "%s", goes_on);
        return true;
    }
    ui->draft.id = hand_submit(ui, false, &err);
    ui->draft.phase = ui->draft.id != 0 ? DRAFT_SENDS : DRAFT_OFF;
    if (ui->draft.id == 0)
        hand_ask_again(ui, err.what, err.fix);
    else
        ui_say(ui, "%s …", pt_command_info(PT_CMD_TOPIC_PRODUCE)->doing);
    return true;
}

static void hand_show_plan(struct ui *ui, const struct pt_result *result)
{
    char title[100];
    const struct pt_command_info *info = pt_command_info(PT_CMD_TOPIC_PRODUCE);
    char *text = plan_text(result, info->means);
    snprintf(ui->draft.seen, sizeof ui->draft.seen, "%s", result->seen);
    snprintf(title, sizeof title, "%s %.60s?", info->title, result->topic);
    ui_ask(ui, DIALOG_CONFIRM, title, text, hand_done);
    free(text);
}

/* ---- the editor ---- */

/* Makes the record of the text. False: it cannot be made, and why is told. */
static bool hand_read(struct ui *ui)
{
    struct ui_draft *draft = &ui->draft;
    struct pt_draft *read = NULL;
    struct pt_error err = {.code = PT_OK};
    char *mistakes = NULL;
    free(draft->record);
    draft->record = NULL;
    if (pt_draft_read(draft->text, draft->len, &read, &mistakes, &err) == PT_OK)
        draft->record = pt_draft_write(read, NULL);
    else
        hand_ask_again(ui, mistakes != NULL ? mistakes : err.what, mistakes != NULL ? "" : err.fix);
    if (read != NULL && draft->record == NULL)
        hand_ask_again(ui, "The record is too large", "Make it smaller");
    pt_draft_free(read);
    free(mistakes);
    return draft->record != NULL;
}

/* The editor is on the screen until it ends; the engine goes on meanwhile. */
static void hand_edit(struct ui *ui)
{
    struct ui_draft *draft = &ui->draft;
    struct pt_error err = {.code = PT_OK};
    char *before = draft->text != NULL ? strdup(draft->text) : NULL;
    size_t before_len = draft->len;
    if (before == NULL) {
        ui_say(ui, "out of memory: the editor was not started");
        return;
    }
    pt_code code = ui->host.edit(ui->host.arg, &draft->text, &draft->len, &err);
    bool is_as_it_was = draft->len == before_len && memcmp(draft->text, before, before_len) == 0;
    free(before);
    if (code != PT_OK) {
        if (is_as_it_was && draft->is_new)
            hand_drop(draft);
        draft->is_new = draft->is_new && is_as_it_was;
        ui_fail(ui, "Nothing is produced", &err);
    } else if (pt_draft_is_empty(draft->text, draft->len)) {
        hand_drop(draft);
        ui_say(ui, "the file is empty: nothing is produced");
    } else if (is_as_it_was && draft->is_new) {
        hand_drop(draft);
        ui_say(ui, "nothing was typed: nothing is produced");
    } else {
        draft->is_new = false;
        if (hand_read(ui))
            hand_plan(ui);
    }
}

/* ---- answers ---- */

static void hand_take_record(struct ui *ui, const struct pt_result *result)
{
    const char *whole = result->n_records > 0 ? result->records[0].whole : NULL;
    if (result->n_records == 0)
        ui_say(ui, "that record is no longer there");
    else if (whole == NULL)
        ui_say(ui, "that record is too large to be edited here: topics produce --file takes it");
    else
        hand_begin_text(&ui->draft, whole);
    if (whole != NULL)
        hand_edit(ui);
}

/* An outcome that nobody knows is called so; the text is kept, and P asks before it is used. */
static void hand_told(struct ui *ui, const struct pt_result *result)
{
    if (result->state == PT_RESULT_FAILED) {
        if (result->is_unsure)
            ui_fail(ui, "It may have been written", &result->error);
        else
            hand_ask_again(ui, result->error.what, result->error.fix);
        return;
    }
    ui_say(ui, "%s", result->text);
    hand_drop(&ui->draft);
}

void produce_update(struct ui *ui)
{
    enum draft_phase phase = ui->draft.phase;
    const struct pt_result *result = phase != DRAFT_OFF ? ui_result(ui, ui->draft.id) : NULL;
    if (result == NULL || result->state == PT_RESULT_RUNNING || ui->n_dialogs > 0)
        return;
    ui->draft.phase = DRAFT_OFF;
    ui->draft.id = 0;
    if (phase == DRAFT_SENDS)
        hand_told(ui, result);
    else if (result->state == PT_RESULT_FAILED && phase == DRAFT_READS)
        ui_fail(ui, "The record cannot be read", &result->error);
    else if (result->state == PT_RESULT_FAILED)
        hand_ask_again(ui, result->error.what, result->error.fix);
    else if (phase == DRAFT_READS)
        hand_take_record(ui, result);
    else
        hand_show_plan(ui, result);
}

/* ---- the key ---- */

/* The record as it is comes from the cluster, since the list has only what can be shown of it. */
static void hand_begin(struct ui *ui)
{
    const struct page_ops *ops = ui_page(ui)->ops;
    struct pt_command peek = {.kind = PT_CMD_TOPIC_PEEK,
                              .topic = ui->draft.topic,
                              .count = 1,
                              .is_at = true,
                              .is_whole = true};
    if (ops->record == NULL || !ops->record(ui_page_state(ui), &peek.partition, &peek.offset)) {
        hand_begin_text(&ui->draft, NULL);
        hand_edit(ui);
        return;
    }
    ui->draft.id = ui_submit(ui, &peek, false, NULL);
    if (ui->draft.id == 0)
        return;
    ui->draft.phase = DRAFT_READS;
    ui_say(ui, "reading the record …");
}

/* Esc leaves it as it is; No begins another record. */
static bool hand_kept_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    if (is_yes) {
        hand_edit(ui);
    } else if (!dialog->is_left) {
        snprintf(ui->draft.topic, sizeof ui->draft.topic, "%s", dialog->subject);
        hand_begin(ui);
    }
    return true;
}

static void hand_ask_kept(struct ui *ui, const char *topic)
{
    char text[500];
    snprintf(text, sizeof text,
             "A record for %s that you typed was not produced, or nobody knows whether it was.\n\n"
             "Yes goes on with it. No drops it, and begins another one for %s. Esc keeps it.",
             ui->draft.topic, topic);
    struct dialog *dialog =
        ui_ask(ui, DIALOG_CONFIRM, "Go on with what you typed?", text, hand_kept_done);
    if (dialog != NULL)
        snprintf(dialog->subject, sizeof dialog->subject, "%s", topic);
}

void ask_produce(struct ui *ui)
{
    const char *topic = ui_selected_topic(ui);
    if (ui->desk.snap->session->is_readonly)
        ui_say(ui, "READONLY: started with --readonly, so no record is produced");
    else if (ui->host.edit == NULL)
        ui_say(ui, "not possible here: topics produce does it on the command line");
    else if (topic == NULL)
        ui_say(ui, "no topic is selected");
    else if (ui->draft.phase != DRAFT_OFF)
        ui_say(ui, "a record for %.80s is on its way", ui->draft.topic);
    else if (ui->draft.text != NULL)
        hand_ask_kept(ui, topic);
    else {
        snprintf(ui->draft.topic, sizeof ui->draft.topic, "%s", topic);
        hand_begin(ui);
    }
}
