#include "page/wish_state.h"

const struct pt_stream *wish_stream(const struct page_desk *desk, enum pt_stream_id id)
{
    return &desk->snap->streams->streams[id];
}

enum pt_stream_state wish_state(const struct page_desk *desk, enum pt_stream_id id)
{
    const struct wish *wish = &desk->wishes[id];
    enum pt_stream_state state = wish_stream(desk, id)->state;
    if (!wish->is_pending)
        return state;
    if (wish->is_wanted)
        return pt_stream_is_going(state) && state != PT_STREAM_STOPPING ? state
                                                                        : PT_STREAM_STARTING;
    return pt_stream_is_going(state) ? PT_STREAM_STOPPING : state;
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
    return stream->is_wanted && pt_stream_is_going(stream->state) &&
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
        if (pt_stream_is_going(wish_stream(desk, (enum pt_stream_id)i)->state) ||
            wish_is_on(desk, i))
            return true;
    return false;
}
