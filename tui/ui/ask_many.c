#include "ui/ask_many.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/names.h"
#include "ui/ask.h"
#include "ui/ask_connector.h"
#include "widget/format.h"

/* ---- which topics ---- */

static int many_marked(struct ui *ui, const char *names[LISTING_MARKS_MAX])
{
    const struct page_ops *ops = ui_page(ui)->ops;
    return ops->marked != NULL ? ops->marked(ui_page_state(ui), &ui->desk, names) : 0;
}

const char *many_topics_only(struct ui *ui)
{
    const char *names[LISTING_MARKS_MAX];
    return many_marked(ui, names) == 1 ? names[0] : NULL;
}

/* Takes the marked topics over. False: fewer than two are, or the last ones are not done yet. */
static bool many_begin(struct ui *ui, enum pt_command_kind kind)
{
    const char *names[LISTING_MARKS_MAX];
    struct ui_many *many = &ui->many;
    int n = many_marked(ui, names);
    if (n < 2)
        return false;
    memset(many, 0, sizeof *many);
    many->kind = kind;
    many->n = n;
    for (int i = 0; i < n; i++)
        snprintf(many->topics[i].name, sizeof many->topics[i].name, "%s", names[i]);
    return true;
}

static bool many_refuses(struct ui *ui)
{
    if (ui->desk.snap->session->is_readonly)
        ui_say(ui, "READONLY: started with --readonly, so topics stay as they are");
    else if (ui->many.phase != MANY_OFF)
        ui_say(ui, "the last topics are not done yet: wait for what is said of them");
    else
        return false;
    return true;
}

/* ---- the text of the question ---- */

/* What deleting this topic would lose. */
static void many_lost_words(const struct ui *ui, const char *name, char *out, size_t cap)
{
    const struct pt_topic *facts = topic_find(ui->desk.snap, name);
    bool is_known = facts != NULL && facts->messages != PT_UNKNOWN;
    char lag[120];
    topic_lag_words(ui, facts, lag, sizeof lag);
    snprintf(out, cap, "%s: %s records; %s", name,
             is_known ? show_count(facts->messages).s : "an unknown number of", lag);
}

static void many_put_plan(FILE *out, const char *name, const struct pt_result *result)
{
    char line[600];
    fprintf(out, "%s\n", name);
    for (size_t i = 0; i < result->n_lines; i++) {
        plan_put_line(&result->lines[i], line, sizeof line);
        fprintf(out, "  %s", line);
    }
}

/* ---- carrying it out ---- */

static uint64_t many_submit(struct ui *ui, int i, bool is_plan, struct pt_error *err)
{
    struct ui_many *many = &ui->many;
    const char *configs[1] = {many->setting};
    int32_t partitions = -1;
    bool is_altered = many->kind == PT_CMD_TOPIC_ALTER;
    if (is_altered && plan_partitions(many->setting, &partitions, err) != PT_OK)
        return 0;
    struct pt_command cmd = {.kind = many->kind,
                             .topic = many->topics[i].name,
                             .partitions = is_altered ? partitions : 0,
                             .replication = is_altered ? -1 : 0,
                             .configs = configs,
                             .n_configs = is_altered && partitions < 0,
                             .seen = is_altered && !is_plan ? many->topics[i].seen : NULL,
                             .is_plan = is_plan};
    return ui_submit(ui, &cmd, false, err);
}

/* Sends the command for each topic that is not left out. One that is refused at once is told with
 * the results. */
static void many_send(struct ui *ui, bool is_plan)
{
    struct ui_many *many = &ui->many;
    for (int i = 0; i < many->n; i++) {
        struct many_topic *topic = &many->topics[i];
        struct pt_error err = {.code = PT_OK};
        if (topic->is_out)
            continue;
        topic->id = many_submit(ui, i, is_plan, &err);
        if (topic->id == 0)
            snprintf(topic->why, sizeof topic->why, "%.200s. %.160s", err.what, err.fix);
    }
    many->phase = is_plan ? MANY_PLANS : MANY_DOES;
}

static bool many_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    (void)dialog;
    ui->many.phase = MANY_OFF;
    if (!is_yes)
        return true;
    many_send(ui, false);
    ui_say(ui, "%s %d topics …", pt_command_info((int)ui->many.kind)->doing, ui->many.n);
    if (ui_listing(ui) != NULL)
        ui_listing(ui)->n_marks = 0;
    return true;
}

static void many_ask(struct ui *ui, const char *word, int n, const char *text)
{
    char title[100];
    snprintf(title, sizeof title, "%s %d topics?", word, n);
    struct dialog *dialog = ui_ask(ui, DIALOG_INPUT, title, text, many_done);
    ui->many.phase = dialog != NULL ? MANY_ASKS : MANY_OFF;
    if (dialog == NULL)
        return;
    snprintf(dialog->expected, sizeof dialog->expected, "%s %d topics", word, n);
    /* Beside the line that is typed, because the text may be longer than the screen. */
    snprintf(dialog->note, sizeof dialog->note, "Type \"%s\" to have it done.", dialog->expected);
}

/* ---- delete ---- */

bool many_topics_delete(struct ui *ui)
{
    struct ui_many *many = &ui->many;
    const char *names[LISTING_MARKS_MAX];
    char *text = NULL;
    size_t len = 0;
    if (many_marked(ui, names) < 2)
        return false;
    if (many_refuses(ui) || !many_begin(ui, PT_CMD_TOPIC_DELETE))
        return true;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return true;
    fputs("Deleting these topics loses their records for good:\n", out);
    for (int i = 0; i < many->n; i++) {
        char lost[PT_TOPIC_MAX + 160];
        many_lost_words(ui, many->topics[i].name, lost, sizeof lost);
        fprintf(out, "\n%s", lost);
    }
    fputs("\n\nA new topic of such a name starts at offset 0, and an S3 sink then overwrites the "
          "objects it wrote before.",
          out);
    fclose(out);
    many_ask(ui, "delete", many->n, text);
    free(text);
    return true;
}

/* ---- alter ---- */

static bool many_setting_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    ui->many.phase = MANY_OFF;
    if (!is_yes)
        return true;
    snprintf(ui->many.setting, sizeof ui->many.setting, "%s", dialog->prompt.text);
    many_send(ui, true);
    ui_say(ui, "looking up what would be changed …");
    return true;
}

bool many_topics_alter(struct ui *ui)
{
    struct ui_many *many = &ui->many;
    const char *names[LISTING_MARKS_MAX];
    char title[40], *text = NULL;
    size_t len = 0;
    if (many_marked(ui, names) < 2)
        return false;
    if (many_refuses(ui) || !many_begin(ui, PT_CMD_TOPIC_ALTER))
        return true;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return true;
    for (int i = 0; i < many->n; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", many->topics[i].name);
    fputs("\n\npartitions=N, or KEY=VALUE like retention.ms=86400000; KEY= lets the broker's value "
          "hold again. pintop shows what would change in each of them before it sends anything.",
          out);
    fclose(out);
    snprintf(title, sizeof title, "Change %d topics", many->n);
    if (ui_ask(ui, DIALOG_INPUT, title, text, many_setting_done) != NULL)
        many->phase = MANY_ASKS;
    free(text);
    return true;
}

/* Asks about all plans at once. One that failed ends it, because nothing was sent yet. */
static void many_show_plans(struct ui *ui)
{
    struct ui_many *many = &ui->many;
    char *text = NULL;
    size_t len = 0;
    int n = 0;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return;
    for (int i = 0; i < many->n; i++) {
        struct many_topic *topic = &many->topics[i];
        const struct pt_result *plan = ui_result(ui, topic->id);
        topic->is_out = plan == NULL || plan->n_lines == 0;
        if (topic->is_out) {
            fprintf(out, "%s stays as it is: %s\n", topic->name,
                    plan != NULL ? plan->text : "its plan has left the screen's data");
            continue;
        }
        snprintf(topic->seen, sizeof topic->seen, "%s", plan->seen);
        many_put_plan(out, topic->name, plan);
        n++;
    }
    fclose(out);
    if (n > 0)
        many_ask(ui, "change", n, text);
    else
        ui_ask(ui, DIALOG_TEXT, "Nothing to change", text, NULL);
    free(text);
}

/* ---- what came of it ---- */

/* Takes what has ended. Returns whether some have not. */
static bool many_waits(struct ui *ui)
{
    bool is_waiting = false;
    for (int i = 0; i < ui->many.n; i++) {
        struct many_topic *topic = &ui->many.topics[i];
        if (topic->is_out || topic->is_over || topic->id == 0)
            continue;
        const struct pt_result *result = ui_result(ui, topic->id);
        if (result == NULL || result->state == PT_RESULT_RUNNING) {
            is_waiting = true;
            continue;
        }
        topic->is_over = true;
        if (result->state == PT_RESULT_FAILED)
            snprintf(topic->why, sizeof topic->why, "%.200s. %.160s", result->error.what,
                     result->error.fix);
    }
    return is_waiting;
}

/* Shows the topics for which it failed. False: for none. */
static bool many_show_failures(struct ui *ui, const char *title, const char *end)
{
    char *text = NULL;
    size_t len = 0;
    int n = 0;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return false;
    for (int i = 0; i < ui->many.n; i++) {
        const struct many_topic *topic = &ui->many.topics[i];
        if (topic->why[0] != '\0') {
            fprintf(out, "%s: %s\n\n", topic->name, topic->why);
            n++;
        }
    }
    fputs(end, out);
    fclose(out);
    if (n > 0)
        ui_ask(ui, DIALOG_TEXT, title, text, NULL);
    free(text);
    return n > 0;
}

void many_update(struct ui *ui)
{
    struct ui_many *many = &ui->many;
    if ((many->phase != MANY_PLANS && many->phase != MANY_DOES) || many_waits(ui))
        return;
    bool is_plan = many->phase == MANY_PLANS;
    many->phase = MANY_OFF;
    if (is_plan) {
        if (!many_show_failures(ui, "Not possible", "Nothing was changed in any of them."))
            many_show_plans(ui);
        for (int i = 0; i < many->n; i++)
            many->topics[i].is_over = false;
        return;
    }
    int n = 0;
    for (int i = 0; i < many->n; i++)
        n += !many->topics[i].is_out && many->topics[i].why[0] == '\0';
    if (!many_show_failures(ui, n > 0 ? "Failed for some" : "Failed",
                            n > 0 ? "The others are done." : ""))
        ui_say(ui, "%s %d topics", many->kind == PT_CMD_TOPIC_DELETE ? "deleted" : "changed", n);
}
