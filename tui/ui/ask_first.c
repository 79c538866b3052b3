/* The first question, when no cluster is configured: try it here, connect to servers, or set up
 * AWS. */
#include <stdio.h>
#include <string.h>

#include "ui/ask.h"
#include "ui/ask_leave.h"

enum first_choice { FIRST_EMBEDDED, FIRST_SERVERS, FIRST_AWS, FIRST_CHOICES };

static void first_connect(struct ui *ui, const char *setting)
{
    ui->host.connect(ui->host.arg, &setting, 1);
}

static bool connect_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    char setting[PROMPT_MAX + 32];
    if (!is_yes) {
        ask_first(ui);
        return true;
    }
    if (strchr(dialog->prompt.text, ':') == NULL) {
        snprintf(dialog->note, sizeof dialog->note,
                 "host:port, or several with commas between; Kafka's usual port is 9092.");
        return false;
    }
    snprintf(setting, sizeof setting, "bootstrap.servers=%s", dialog->prompt.text);
    first_connect(ui, setting);
    return true;
}

static void ask_servers(struct ui *ui)
{
    struct dialog *input = ui_ask(ui, DIALOG_INPUT, "Connect to a Kafka cluster",
                                  "Bootstrap servers, host:port. Security settings come from a "
                                  "file: pintop -F client.properties",
                                  connect_done);
    if (input != NULL)
        prompt_set(&input->prompt, "localhost:9092");
}

/* ---- AWS ---- */

static bool region_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    char user[sizeof dialog->subject + 32], region[PROMPT_MAX + 32];
    if (!is_yes) {
        ask_first(ui);
        return true;
    }
    if (dialog->prompt.text[0] == '\0') {
        snprintf(dialog->note, sizeof dialog->note,
                 "The region of the cluster and the bucket, like us-east-1.");
        return false;
    }
    snprintf(user, sizeof user, "pintop.user.id=%s", dialog->subject);
    snprintf(region, sizeof region, "pintop.aws.region=%s", dialog->prompt.text);
    const char *const settings[] = {user, region, "pintop.msk.cluster=auto"};
    ui->host.connect(ui->host.arg, settings, sizeof settings / sizeof *settings);
    for (size_t i = 0; i < ui->pages->n; i++)
        if (strcmp(ui->pages->rows[i].word, "setup") == 0)
            ui_show_page(ui, i);
    return true;
}

static bool user_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    char region[64] = "";
    if (!is_yes) {
        ask_first(ui);
        return true;
    }
    if (dialog->prompt.text[0] == '\0' || strchr(dialog->prompt.text, ' ') != NULL) {
        snprintf(dialog->note, sizeof dialog->note,
                 "One word, like 0a1b2c3d4e5f: topics, role, bucket and host are named after it.");
        return false;
    }
    struct dialog *input = ui_ask(ui, DIALOG_INPUT, "Set up AWS: the region",
                                  "The AWS region of the cluster and the bucket.", region_done);
    if (input == NULL)
        return true;
    snprintf(input->subject, sizeof input->subject, "%s", dialog->prompt.text);
    if (ui->host.region != NULL)
        ui->host.region(ui->host.arg, region, sizeof region);
    prompt_set(&input->prompt, region);
    return true;
}

static void ask_user(struct ui *ui)
{
    ui_ask(ui, DIALOG_INPUT, "Set up AWS: your UserID",
           "Your name in the pipeline, like 0a1b2c3d4e5f. The AWS credentials are those that the "
           "AWS command line uses (`pintop whoami`). Nothing is changed without asking: page 5 "
           "checks each step first.",
           user_done);
}

/* ---- the menu ---- */

static bool first_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    if (!is_yes)
        quit_now(ui);
    else if (dialog->chosen == FIRST_EMBEDDED)
        first_connect(ui, "bootstrap.servers=embedded");
    else if (dialog->chosen == FIRST_SERVERS)
        ask_servers(ui);
    else
        ask_user(ui);
    return true;
}

void ask_first(struct ui *ui)
{
    struct dialog *dialog =
        ui_ask(ui, DIALOG_MENU, "No cluster is named yet",
               "What should pintop connect to? w then saves the answer as a context. Esc quits.",
               first_done);
    if (dialog == NULL)
        return;
    dialog->choices[FIRST_EMBEDDED] = "Try it here: an embedded Kafka cluster, three streams";
    dialog->choices[FIRST_SERVERS] = "Connect to host:port";
    dialog->choices[FIRST_AWS] = "Set up AWS: Amazon MSK, MSK Connect, the bucket";
    dialog->n_choices = FIRST_CHOICES;
}
