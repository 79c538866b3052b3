#include "ui/replay.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ui/when.h"
#include "widget/format.h"

int64_t replay_present_ms(const struct pt_link *link)
{
    struct pt_replay_state state;
    struct timespec now;
    if (pt_link_replay_state(link, &state))
        return state.time_ms;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void replay_do(struct ui *ui, enum pt_replay_deed deed)
{
    if (ui->is_replay)
        pt_link_replay(ui->host.link, deed, 0);
    else
        ui_say(ui, "this is no recording: `pintop replay` shows one");
}

static bool replay_time_done(void *owner, struct dialog *dialog, bool is_yes)
{
    struct ui *ui = owner;
    struct pt_error err;
    int64_t time_ms;
    if (!is_yes)
        return true;
    if (when_parse(dialog->prompt.text, ui->replay.last_ms, "time", &time_ms, &err) != PT_OK) {
        ui_fail(ui, "Not understood", &err);
        return false;
    }
    pt_link_replay(ui->host.link, PT_REPLAY_JUMP, time_ms);
    return true;
}

void replay_ask_time(struct ui *ui)
{
    char title[80];
    if (!ui->is_replay) {
        replay_do(ui, PT_REPLAY_JUMP);
        return;
    }
    bool was_local = show_set_local(false); /* as a time is typed */
    snprintf(title, sizeof title,
             "go to (%s to %s): ", show_minute(ui->replay.first_ms, ui->replay.time_ms).s,
             show_minute(ui->replay.last_ms, ui->replay.time_ms).s);
    show_set_local(was_local);
    ui_ask(ui, DIALOG_LINE, title, NULL, replay_time_done);
}

void replay_update(struct ui *ui)
{
    uint64_t n_notes = ui->replay.n_notes;
    ui->is_replay = pt_link_replay_state(ui->host.link, &ui->replay);
    if (ui->is_replay && ui->replay.n_notes != n_notes)
        ui_say(ui, "%s", ui->replay.note);
}

void replay_band(const struct ui *ui, char *out, size_t cap)
{
    const struct pt_replay_state *replay = &ui->replay;
    char time[40], speed[40] = "";
    bool was_local = show_set_local(false);
    snprintf(time, sizeof time, "%.19s", show_stamp(replay->time_ms).s);
    if (replay->speed < 1 || replay->speed > 1)
        snprintf(speed, sizeof speed, " %gx", replay->speed);
    snprintf(out, cap, " REPLAY  %sZ  %s%s  recorded %s to %s", time,
             replay->is_playing  ? "playing"
             : replay->is_at_end ? "at its end"
                                 : "paused",
             speed, show_minute(replay->first_ms, replay->time_ms).s,
             show_minute(replay->last_ms, replay->time_ms).s);
    show_set_local(was_local);
}

/* What only shows. An action that is not here changes something, or runs a command that the
 * recording names: whoever wrote the file would choose what this user runs. */
static const bool replay_allows[ACTIONS] = {
    [ACT_QUIT] = true,
    [ACT_HELP] = true,
    [ACT_PAGE] = true,
    [ACT_PANEL] = true,
    [ACT_UP] = true,
    [ACT_DOWN] = true,
    [ACT_LEFT] = true,
    [ACT_RIGHT] = true,
    [ACT_PAGE_UP] = true,
    [ACT_PAGE_DOWN] = true,
    [ACT_TOP] = true,
    [ACT_BOTTOM] = true,
    [ACT_FIND] = true,
    [ACT_FAULTS] = true,
    [ACT_SORT_NEXT] = true,
    [ACT_SORT_BACK] = true,
    [ACT_SORT_TURN] = true,
    [ACT_EXACT] = true,
    [ACT_MARK] = true,
    [ACT_ENTER] = true,
    [ACT_BACK] = true,
    [ACT_SECTION_BACK] = true,
    [ACT_SECTION_NEXT] = true,
    [ACT_FREEZE] = true,
    [ACT_COPY] = true,
    [ACT_COMMAND] = true,
    [ACT_REDRAW] = true,
    [ACT_ZONE] = true,
    [ACT_MOUSE] = true,
    [ACT_INCIDENT] = true,
    [ACT_REPLAY_STEP] = true,
    [ACT_REPLAY_STEP_BACK] = true,
    [ACT_REPLAY_FASTER] = true,
    [ACT_REPLAY_SLOWER] = true,
    [ACT_REPLAY_NEXT] = true,
    [ACT_REPLAY_BACK] = true,
    [ACT_REPLAY_JUMP] = true,
};

bool replay_forbids(enum action action)
{
    return action != ACT_NONE && !replay_allows[action];
}

bool replay_refuses(struct ui *ui, enum action action)
{
    if (!ui->is_replay || !replay_forbids(action))
        return false;
    ui_say(ui, "what is shown here takes no commands");
    return true;
}

bool replay_needs(enum action action)
{
    return action_is_of_replay(action);
}
