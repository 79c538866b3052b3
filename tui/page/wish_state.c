#include "page/wish_state.h"

const struct pt_stream *wish_stream(const struct page_desk *desk, enum pt_stream_id id)
{
    return &desk->snap->streams->streams[id];
}

static bool wish_is_at_work(enum pt_stream_state state)
{
    return state == PT_STREAM_STARTING || state == PT_STREAM_RUNNING ||
           state == PT_STREAM_WAITING || state == PT_STREAM_HELD || state == PT_STREAM_STOPPING;
}

enum pt_stream_state wish_state(const struct page_desk *desk, enum pt_stream_id id)
{
    const struct wish *wish = &desk->wishes[id];
    enum pt_stream_state state = wish_stream(desk, id)->state;
    if (!wish->is_pending)
        return state;
    if (wish->is_wanted)
        return wish_is_at_work(state) && state != PT_STREAM_STOPPING ? state : PT_STREAM_STARTING;
    return wish_is_at_work(state) ? PT_STREAM_STOPPING : state;
}

double wish_rate(const struct page_desk *desk, enum pt_stream_id id)
{
    const struct wish *wish = &desk->wishes[id];
    return wish->is_rate_pending ? wish->rate_per_s : wish_stream(desk, id)->target_per_s;
}

bool wish_is_on(const struct page_desk *desk, enum pt_stream_id id)
{
    const struct pt_stream *stream = wish_stream(desk, id);
    if (desk->wishes[id].is_kept)
        return desk->wishes[id].is_kept_on;
    if (desk->wishes[id].is_pending)
        return desk->wishes[id].is_wanted;
    return stream->is_wanted && wish_is_at_work(stream->state) &&
           stream->state != PT_STREAM_STOPPING;
}

bool wish_can(const struct page_desk *desk, enum pt_stream_id id)
{
    const struct pt_stream *stream = wish_stream(desk, id);
    return stream->topic[0] != '\0' && stream->state != PT_STREAM_ELSEWHERE &&
           !desk->snap->session->is_readonly;
}

bool wish_any_runs(const struct page_desk *desk)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (wish_is_at_work(wish_stream(desk, (enum pt_stream_id)i)->state) || wish_is_on(desk, i))
            return true;
    return false;
}
