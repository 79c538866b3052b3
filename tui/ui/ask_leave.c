/* Quitting a screen over another pintop's engine: it goes on, unless the user wants it to end. */
#include "ui/ask_leave.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/wish_state.h"
#include "ui/context_next.h"
#include "ui/cost.h"
#include "widget/format.h"

void quit_now(struct ui *ui)
{
    context_hand_over(ui);
    ui->is_quitting = true;
    if (ui->host.quit != NULL)
        ui->host.quit(ui->host.arg);
}

enum { LEAVE_RUNNING, LEAVE_STOPPED };

static bool leave_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    if (!is_yes) {
        context_stay(ui);
    } else if (dialog->chosen == LEAVE_RUNNING || ui->host.end == NULL) {
        quit_now(ui);
    } else {
        context_hand_over(ui);
        ui->host.end(ui->host.arg);
    }
    return true;
}

/* What it costs when they go on. */
static void leave_cost_words(const struct ui *ui, char *out, size_t cap)
{
    char objects[160];
    struct cost cost = cost_of(&ui->desk, 0, NAN);
    cost_words(&ui->desk, &cost, objects, sizeof objects);
    if (objects[0] != '\0')
        snprintf(out, cap, "; the sink then writes %s", objects);
    else
        out[0] = '\0';
}

static void leave_words(const struct ui *ui, const char *running, char *out, size_t cap)
{
    const struct pt_session_section *session = ui->desk.snap->session;
    char cost[240];
    leave_cost_words(ui, cost, sizeof cost);
    snprintf(out, cap,
             "Running there: %s, in pintop %" PRId64 " of %s.\n\n"
             "Left running, they go on sending records without this screen%s. `pintop` shows them "
             "again, `pintop stream --stop` stops them, and `pintop engine --stop` ends that "
             "pintop.\n\n"
             "Stopped, they wait at most %s for acknowledgements, then that pintop ends for "
             "everybody who looks at it; the next start goes on from there.%s",
             running, session->engine_pid, session->engine_user, cost,
             show_age(pt_session_stop_ms(session, ui->stop_timeout_ms)).s,
             session->is_embedded
                 ? " The embedded cluster ends with it; what its sink has written stays."
                 : "");
}

bool ask_leave(struct ui *ui, const char *running)
{
    const struct pt_session_section *session = ui->desk.snap->session;
    char text[1700], next[400], title[100] = "Quit this screen";
    if (session->link == PT_LINK_HERE)
        return false;
    if (session->link == PT_LINK_GONE || session->is_readonly || running == NULL) {
        quit_now(ui);
        return true;
    }
    leave_words(ui, running, text, sizeof text);
    context_words(ui, next, sizeof next);
    size_t len = strlen(text);
    snprintf(text + len, sizeof text - len, "%s%s", next[0] != '\0' ? "\n\n" : "", next);
    if (context_next(ui) != NULL)
        snprintf(title, sizeof title, "Take context %.60s", context_next(ui));
    struct dialog *dialog = ui_ask(ui, DIALOG_MENU, title, text, leave_done);
    if (dialog == NULL)
        return true;
    dialog->choices[LEAVE_RUNNING] = "Leave them running";
    dialog->choices[LEAVE_STOPPED] = "Stop them, and end that engine";
    dialog->n_choices = 2;
    return true;
}
