/* The streams as they are to be shown, wishes included. */
#include "ui/wish.h"

const struct pt_stream *wish_stream(const struct ui *ui, enum pt_stream_id id)
{
    return &ui->snap->streams->streams[id];
}

static bool is_at_work(enum pt_stream_state state)
{
    return state == PT_STREAM_STARTING || state == PT_STREAM_RUNNING ||
           state == PT_STREAM_WAITING || state == PT_STREAM_HELD || state == PT_STREAM_STOPPING;
}

enum pt_stream_state wish_state(const struct ui *ui, enum pt_stream_id id)
{
    const struct wish *wish = &ui->wishes[id];
    enum pt_stream_state state = wish_stream(ui, id)->state;
    if (!wish->is_pending)
        return state;
    if (wish->is_wanted)
        return is_at_work(state) && state != PT_STREAM_STOPPING ? state : PT_STREAM_STARTING;
    return is_at_work(state) ? PT_STREAM_STOPPING : state;
}

double wish_rate(const struct ui *ui, enum pt_stream_id id)
{
    const struct wish *wish = &ui->wishes[id];
    return wish->is_rate_pending ? wish->rate_per_s : wish_stream(ui, id)->target_per_s;
}

bool wish_is_on(const struct ui *ui, enum pt_stream_id id)
{
    const struct pt_stream *stream = wish_stream(ui, id);
    if (ui->wishes[id].is_kept)
        return ui->wishes[id].is_kept_on;
    if (ui->wishes[id].is_pending)
        return ui->wishes[id].is_wanted;
    return stream->is_wanted && is_at_work(stream->state) && stream->state != PT_STREAM_STOPPING;
}

bool wish_can(const struct ui *ui, enum pt_stream_id id)
{
    const struct pt_stream *stream = wish_stream(ui, id);
    return stream->topic[0] != '\0' && stream->state != PT_STREAM_ELSEWHERE &&
           !ui->snap->session->is_readonly;
}

bool wish_any_runs(const struct ui *ui)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (is_at_work(wish_stream(ui, (enum pt_stream_id)i)->state) || wish_is_on(ui, i))
            return true;
    return false;
}
