/* The sink's panel of the Overview. */
#include "page/sink_panel.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/shared.h"
#include "widget/format.h"

/* What follows the verdict, the most important first. A part that does not fit is left out. */
struct sink_panel_parts {
    char text[300];
    int room; /* columns left */
};

static void sink_add_part(struct sink_panel_parts *parts, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void sink_add_part(struct sink_panel_parts *parts, const char *fmt, ...)
{
    char part[120];
    va_list args;
    va_start(args, fmt);
    vsnprintf(part, sizeof part, fmt, args);
    va_end(args);
    int cols = text_cols(part);
    size_t len = strlen(parts->text);
    if (cols > parts->room || len + strlen(part) >= sizeof parts->text)
        return;
    snprintf(parts->text + len, sizeof parts->text - len, "%s", part);
    parts->room -= cols;
}

static void sink_add_facts(const struct pt_connector *sink, int64_t now_ms,
                           struct sink_panel_parts *parts)
{
    bool is_embedded = pt_backend_info(sink->backend)->is_in_process;
    bool has_trend = !isnan(sink->lag_per_s) && fabs(sink->lag_per_s) >= 0.05;
    if (sink->state[0] != '\0')
        sink_add_part(parts, "  %s%s", is_embedded ? "" : "API: ", sink->state);
    if (sink->state[0] != '\0' && sink->is_state_stale)
        sink_add_part(parts, " (%s old)", show_since(sink->state_asked_ms, now_ms).s);
    if (sink->lost_records > 0)
        sink_add_part(parts, "  LOST %s", show_count(sink->lost_records).s);
    if (sink->n_tasks > 0)
        sink_add_part(parts, "  tasks %s of %s", show_some(sink->running_tasks).s,
                      show_some(sink->n_tasks).s);
    sink_add_part(parts, "  lag %s", show_count(sink->lag_total).s);
    if (has_trend)
        sink_add_part(parts, " %s%s/s", sink->lag_per_s < 0 ? "-" : "+",
                      show_rate(fabs(sink->lag_per_s)).s);
    if (sink->objects != PT_UNKNOWN)
        sink_add_part(parts, "  %s objects", show_count(sink->objects).s);
    if (sink->bytes != PT_UNKNOWN)
        sink_add_part(parts, "  %s", show_bytes(sink->bytes).s);
    if (sink->expired_objects > 0)
        sink_add_part(parts, "  %s expired", show_count(sink->expired_objects).s);
}

static void sink_draw_first(const struct pt_connector *sink, int64_t now_ms, struct canvas *canvas,
                            struct rect area)
{
    int x = 1 + canvas_text(canvas, area, 0, 1, STYLE_HEAD, "SINK ");
    int w = text_cols(sink->name), most = area.w / 3;
    w = w < most ? w : most;
    canvas_field(canvas, area, 0, x, w, ALIGN_LEFT, STYLE_BOLD, sink->name);
    x += w + 2;
    x += canvas_text(canvas, area, 0, x, verdict_style(sink->verdict),
                     pt_verdict_word(sink->verdict));
    struct sink_panel_parts parts = {.text = "", .room = area.w - x - 1};
    sink_add_facts(sink, now_ms, &parts);
    canvas_text(canvas, area, 0, x, sink->lost_records > 0 ? STYLE_WARN : STYLE_NORMAL, parts.text);
}

/* Draws "   Cause  S3 answers 403 …". Returns the next row. */
static int sink_draw_named(struct canvas *canvas, struct rect area, int y, const char *name,
                           const char *text)
{
    if (text[0] == '\0' || y >= area.h)
        return y;
    canvas_text(canvas, area, y, 3, STYLE_DIM, name);
    canvas_field(canvas, area, y, 18, area.w - 19, ALIGN_LEFT, STYLE_NORMAL, text);
    return y + 1;
}

static int sink_draw_witness(const struct pt_evidence *witness, int64_t now_ms,
                             struct canvas *canvas, struct rect area, int y)
{
    char *text = NULL;
    if (asprintf(&text, "%s%s%s  %s", witness->says,
                 witness->since_ms != PT_UNKNOWN ? "  since " : "",
                 witness->since_ms != PT_UNKNOWN ? show_minute(witness->since_ms, now_ms).s : "",
                 witness->source) < 0)
        return y;
    if (witness->is_bad && y < area.h)
        canvas_text(canvas, area, y, 1, STYLE_WARN, "!");
    y = sink_draw_named(canvas, area, y, witness->witness, text);
    free(text);
    return y;
}

void sink_draw(const struct page_desk *desk, struct canvas *canvas, struct rect area)
{
    const struct pt_connectors_section *sinks = desk->snap->connectors;
    if (area.h < 1)
        return;
    if (sinks->n_connectors == 0) {
        int x = 1 + canvas_text(canvas, area, 0, 1, STYLE_HEAD, "SINK ");
        canvas_field(canvas, area, 0, x, area.w - x - 1, ALIGN_LEFT, STYLE_NORMAL,
                     desk->snap->cluster->state == PT_CLUSTER_UNKNOWN
                         ? "not known yet"
                         : "no sink is known; the last visible hop is the topic");
        return;
    }
    const struct pt_connector *sink = &sinks->connectors[0];
    sink_draw_first(sink, desk->now_ms, canvas, area);
    int y = sink_draw_named(canvas, area, 1, "Cause", sink->cause);
    y = sink_draw_named(canvas, area, y, "Next", sink->fix);
    for (size_t i = 0; i < sink->n_evidence && i < PT_EVIDENCE_MAX; i++)
        y = sink_draw_witness(&sink->evidence[i], desk->now_ms, canvas, area, y);
    if (sink->n_evidence == 0) /* otherwise a witness says it */
        sink_draw_named(canvas, area, y, "newest object", sink->newest_object);
}
