#include "ui/ask_record.h"

#include <string.h>

static const char question[] =
    "Record this, so that pintop history can tell what happened (16 MB a day)? y/n";

/* The embedded cluster is there to try things, and ends with this process. */
static bool record_is_of_use(const struct ui *ui)
{
    const struct pt_snapshot *snap = ui->desk.snap;
    bool has_running = false;
    for (int i = 0; i < PT_STREAMS; i++)
        has_running = has_running || snap->streams->streams[i].state == PT_STREAM_RUNNING;
    return has_running && !snap->session->is_embedded && !snap->session->is_stopping;
}

void ask_record_update(struct ui *ui)
{
    bool is_free = ui->n_dialogs == 0 && ui->status[0] == '\0' && !ui->is_quitting &&
                   !ui->is_replay && !ui->is_frozen;
    if (ui->has_asked_record || !is_free || !pt_link_asks_record(ui->host.link) ||
        !record_is_of_use(ui))
        return;
    ui->has_asked_record = true;
    ui_say(ui, "%s", question);
    ui->status_until_ms = INT64_MAX; /* up to the next key */
}

bool ask_record_takes(struct ui *ui, int key)
{
    struct pt_error err = {0};
    if (ui->n_dialogs > 0 || (key != 'y' && key != 'n') || strcmp(ui->status, question) != 0)
        return false;
    if (pt_link_record(ui->host.link, key == 'y', &err) != PT_OK)
        ui_fail(ui, "Not recorded", &err);
    else if (key == 'y')
        ui_say(ui, "it is recorded from now on; pintop history tells what happened");
    else
        ui_say(ui, "it is not recorded; -X pintop.record=on would do it");
    return true;
}
