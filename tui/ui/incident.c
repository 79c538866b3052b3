#include "ui/incident.h"

#include <string.h>

#include "pintop/incident.h"
#include "pintop/record.h"
#include "term/signals.h"
#include "ui/frame.h"
#include "ui/incident_job.h"
#include "ui/last_words.h"
#include "widget/format.h"

/* Between the end of the wait for a file that is being written, and the end of a program that was
 * told to end by a signal: what there is to say is said before. */
enum { INCIDENT_WORDS_MS = 200 };

/* The screen with its times in UTC, since a colleague may be elsewhere. NULL: out of memory, and
 * the file is made without it. */
static char *incident_screen(struct ui *ui)
{
    struct canvas *canvas = canvas_new(ui->rows, ui->cols, ui->desk.looks.is_ascii);
    if (canvas == NULL)
        return NULL;
    bool was_local = show_set_local(false);
    ui_recalc(ui);
    ui_draw(ui, canvas);
    show_set_local(was_local);
    ui_recalc(ui);
    char *text = canvas_dump(canvas, false);
    canvas_free(canvas);
    return text;
}

/* The one that is shown; otherwise the one that this configuration's engine makes. */
static char *incident_recording(const struct ui *ui)
{
    char path[4096];
    if (ui->host.recording != NULL)
        return strdup(ui->host.recording);
    pt_record_path(ui->host.config(ui->host.arg), path, sizeof path);
    return strdup(path);
}

static pt_code incident_start(struct ui *ui, struct pt_error *err)
{
    const struct incident_parts parts = {
        .snap = ui->desk.snap,
        .screen = incident_screen(ui),
        .config = pt_incident_config(ui->host.config(ui->host.arg)),
        .recording = incident_recording(ui),
        .now_ms = ui->desk.now_ms,
    };
    pt_incident_name(ui->desk.now_ms, ui->incident_path, sizeof ui->incident_path);
    return incident_job_start(ui->incident_path, &parts, &ui->incident, err);
}

void incident_begin(struct ui *ui)
{
    struct pt_error err;
    if (ui->incident != NULL)
        ui_say(ui, "the incident file is still being written");
    else if (ui->host.config == NULL)
        ui_say(ui, "not possible here: `pintop incident` writes the incident file");
    else if (incident_start(ui, &err) != PT_OK)
        ui_fail(ui, "No incident file", &err);
    else
        ui_say(ui, "writing %s …", ui->incident_path);
}

void incident_update(struct ui *ui)
{
    struct pt_error err;
    if (ui->incident == NULL || !incident_job_is_over(ui->incident))
        return;
    pt_code code = incident_job_end(ui->incident, 0, &err);
    ui->incident = NULL;
    if (code == PT_OK)
        ui_say(ui, "wrote %s where pintop was started", ui->incident_path);
    else
        ui_fail(ui, "No incident file", &err);
}

void incident_leave(struct ui *ui)
{
    struct pt_error err = {0};
    int64_t limit_ms = signals_left_ms() - INCIDENT_WORDS_MS;
    limit_ms = limit_ms < 0 ? 0 : limit_ms > INCIDENT_END_MS ? INCIDENT_END_MS : limit_ms;
    incident_job_end(ui->incident, limit_ms, &err);
    ui->incident = NULL;
    last_words(&err);
}
