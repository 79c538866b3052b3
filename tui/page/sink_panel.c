/* The sink's panel. */
#include "page/sink_panel.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/page.h"
#include "ui/format.h"

/* What follows the verdict, by weight: a part that does not fit whole is left out. */
struct parts {
    char text[300];
    int room; /* columns left */
};

static void add_part(struct parts *parts, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void add_part(struct parts *parts, const char *fmt, ...)
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

static void add_facts(const struct pt_connector *sink, int64_t now_ms, struct parts *parts)
{
    bool is_embedded = strcmp(sink->backend, "embedded") == 0;
    bool has_trend = !isnan(sink->lag_per_s) && fabs(sink->lag_per_s) >= 0.05;
    if (sink->state[0] != '\0')
        add_part(parts, "  %s%s", is_embedded ? "" : "API: ", sink->state);
    if (sink->state[0] != '\0' && sink->is_state_stale)
        add_part(parts, " (%s old)", show_since(sink->state_asked_ms, now_ms).s);
    if (sink->lost_records > 0)
        add_part(parts, "  LOST %s", show_count(sink->lost_records).s);
    if (sink->n_tasks > 0)
        add_part(parts, "  tasks %s of %s", show_some(sink->running_tasks).s,
                 show_some(sink->n_tasks).s);
    add_part(parts, "  lag %s", show_count(sink->lag_total).s);
    if (has_trend)
        add_part(parts, " %s%s/s", sink->lag_per_s < 0 ? "-" : "+",
                 show_rate(fabs(sink->lag_per_s)).s);
    if (sink->objects != PT_UNKNOWN)
        add_part(parts, "  %s objects", show_count(sink->objects).s);
    if (sink->bytes != PT_UNKNOWN)
        add_part(parts, "  %s", show_bytes(sink->bytes).s);
    if (sink->expired_objects > 0)
        add_part(parts, "  %s expired", show_count(sink->expired_objects).s);
}

static void draw_first(const struct pt_connector *sink, int64_t now_ms, struct canvas *canvas,
                       struct rect area)
{
    int x = 1 + canvas_text(canvas, area, 0, 1, STYLE_HEAD, "SINK ");
    int w = text_cols(sink->name), most = area.w / 3;
    w = w < most ? w : most;
    canvas_field(canvas, area, 0, x, w, ALIGN_LEFT, STYLE_BOLD, sink->name);
    x += w + 2;
    x += canvas_text(canvas, area, 0, x, verdict_style(sink->verdict),
                     pt_verdict_word(sink->verdict));
    struct parts parts = {.text = "", .room = area.w - x - 1};
    add_facts(sink, now_ms, &parts);
    canvas_text(canvas, area, 0, x, sink->lost_records > 0 ? STYLE_WARN : STYLE_NORMAL, parts.text);
}

/* "   Cause  S3 answers 403 …" */
static int draw_named(struct canvas *canvas, struct rect area, int y, const char *name,
                      const char *text)
{
    if (text[0] == '\0' || y >= area.h)
        return y;
    canvas_text(canvas, area, y, 3, STYLE_DIM, name);
    canvas_field(canvas, area, y, 18, area.w - 19, ALIGN_LEFT, STYLE_NORMAL, text);
    return y + 1;
}

static int draw_witness(const struct pt_evidence *witness, int64_t now_ms, struct canvas *canvas,
                        struct rect area, int y)
{
    char *text = NULL;
    if (asprintf(&text, "%s%s%s  %s", witness->says,
                 witness->since_ms != PT_UNKNOWN ? "  since " : "",
                 witness->since_ms != PT_UNKNOWN ? show_minute(witness->since_ms, now_ms).s : "",
                 witness->source) < 0)
        return y;
    if (witness->is_bad && y < area.h)
        canvas_text(canvas, area, y, 1, STYLE_WARN, "!");
    y = draw_named(canvas, area, y, witness->witness, text);
    free(text);
    return y;
}

void sink_draw(const struct ui *ui, struct canvas *canvas, struct rect area)
{
    const struct pt_connectors_section *sinks = ui->snap->connectors;
    if (area.h < 1)
        return;
    if (sinks->n_connectors == 0) {
        int x = 1 + canvas_text(canvas, area, 0, 1, STYLE_HEAD, "SINK ");
        canvas_field(canvas, area, 0, x, area.w - x - 1, ALIGN_LEFT, STYLE_NORMAL,
                     ui->snap->cluster->state == PT_CLUSTER_UNKNOWN
                         ? "not known yet"
                         : "none is known here: the last hop that is seen is the topic");
        return;
    }
    const struct pt_connector *sink = &sinks->connectors[0];
    draw_first(sink, ui->now_ms, canvas, area);
    int y = draw_named(canvas, area, 1, "Cause", sink->cause);
    y = draw_named(canvas, area, y, "Next", sink->fix);
    for (size_t i = 0; i < sink->n_evidence && i < PT_EVIDENCE_MAX; i++)
        y = draw_witness(&sink->evidence[i], ui->now_ms, canvas, area, y);
    if (sink->n_evidence == 0) /* else it is one of the witnesses */
        draw_named(canvas, area, y, "newest object", sink->newest_object);
}
