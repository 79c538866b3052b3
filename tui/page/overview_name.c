#include "page/overview.h"

const char *overview_name(const struct page_desk *desk, const struct overview_row *row)
{
    if (row->stream >= 0) {
        const struct pt_stream *stream = &desk->snap->streams->streams[row->stream];
        return stream->topic[0] != '\0' ? stream->topic : stream->name;
    }
    return desk->snap->topics->topics[row->topic].name;
}
