#include "cli/engine_words.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/print.h"

void engine_sums(const struct pt_snapshot *snap, int64_t *delivered, int64_t *unresolved)
{
    *delivered = *unresolved = 0;
    for (int id = 0; id < PT_STREAMS; id++) {
        const struct pt_stream *st = &snap->streams->streams[id];
        if (st->generated > 0) {
            *delivered += st->delivered;
            *unresolved += st->unresolved + st->in_flight;
        }
    }
}

unsigned engine_going(const struct pt_snapshot *snap)
{
    unsigned going = 0;
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        if (pt_stream_is_going(snap->streams->streams[id].state)) {
            going |= PT_STREAM_BIT(id);
        }
    }
    return going;
}

void engine_names(unsigned streams, char *out, size_t cap)
{
    size_t len = 0;
    out[0] = '\0';
    for (unsigned id = 0; id < PT_STREAMS && len < cap; id++) {
        if (streams & PT_STREAM_BIT(id)) {
            len += (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "",
                                    pt_stream_name((enum pt_stream_id)id));
        }
    }
}

cJSON *engine_said(const struct pt_snapshot *snap)
{
    cJSON *json = cJSON_CreateObject();
    json_time(json, "time", snap->time_ms);
    json_count(json, "engine_pid", snap->session->engine_pid);
    json_text(json, "engine_user", snap->session->engine_user);
    return json;
}

pt_code engine_said_print(cJSON *json, const struct pt_snapshot *snap, struct pt_error *err)
{
    char *text = pt_snapshot_json(snap);
    cJSON *whole = text ? cJSON_Parse(text) : NULL;
    free(text);
    cJSON_AddItemToObject(json, "streams", cJSON_DetachItemFromObject(whole, "streams"));
    cJSON_Delete(whole);
    return print_json(json, err);
}
