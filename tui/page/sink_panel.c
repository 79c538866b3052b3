/* The sink's panel. */
#include "page/sink_panel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/format.h"

static enum style style_of(enum pt_verdict verdict)
{
    return verdict == PT_V_OK                                  ? STYLE_OK
           : verdict == PT_V_FAILED || verdict == PT_V_STALLED ? STYLE_BAD
           : verdict == PT_V_IDLE || verdict == PT_V_UNKNOWN   ? STYLE_BOLD
                                                               : STYLE_WARN;
}

/* What follows the verdict: as much of it as the line holds. */
static void facts_of(const struct pt_connector *sink, char *out, size_t cap)
{
    bool is_embedded = strcmp(sink->backend, "embedded") == 0;
    size_t len = 0;
    out[0] = '\0';
    if (sink->state[0] != '\0')
        len = (size_t)snprintf(out, cap, "  %s%s", is_embedded ? "" : "API: ", sink->state);
    if (len < cap && sink->n_tasks > 0)
        len += (size_t)snprintf(out + len, cap - len, "  tasks %d of %d", sink->running_tasks,
                                sink->n_tasks);
    if (len < cap)
        len += (size_t)snprintf(out + len, cap - len, "  lag %s", show_count(sink->lag_total).s);
    if (len < cap && !isnan(sink->lag_per_s) && fabs(sink->lag_per_s) >= 0.05)
        len += (size_t)snprintf(out + len, cap - len, " %s%s/s", sink->lag_per_s < 0 ? "-" : "+",
                                show_rate(fabs(sink->lag_per_s)).s);
    if (len < cap && sink->lost_records > 0)
        len += (size_t)snprintf(out + len, cap - len, "  LOST %s",
                                show_count(sink->lost_records).s);
    if (len < cap && sink->objects != PT_UNKNOWN)
        len += (size_t)snprintf(out + len, cap - len, "  %s objects, %s",
                                show_count(sink->objects).s, show_bytes(sink->bytes).s);
    if (len < cap && sink->expired_objects > 0)
        snprintf(out + len, cap - len, ", %s expired", show_count(sink->expired_objects).s);
}

static void draw_first(const struct pt_connector *sink, struct canvas *canvas, struct rect area)
{
    char facts[300];
    int x = 1 + canvas_text(canvas, area, 0, 1, STYLE_HEAD, "SINK ");
    int w = text_cols(sink->name), most = area.w / 3;
    canvas_field(canvas, area, 0, x, w < most ? w : most, ALIGN_LEFT, STYLE_BOLD, sink->name);
    x += (w < most ? w : most) + 2;
    x += canvas_text(canvas, area, 0, x, style_of(sink->verdict), pt_verdict_word(sink->verdict));
    facts_of(sink, facts, sizeof facts);
    canvas_field(canvas, area, 0, x, area.w - x - 1, ALIGN_LEFT,
                 sink->lost_records > 0 ? STYLE_WARN : STYLE_NORMAL, facts);
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
    char text[200];
    snprintf(text, sizeof text, "%s%s%s  %s", witness->says,
             witness->since_ms != PT_UNKNOWN ? "  since " : "",
             witness->since_ms != PT_UNKNOWN ? show_minute(witness->since_ms, now_ms).s : "",
             witness->source);
    if (witness->is_bad && y < area.h)
        canvas_text(canvas, area, y, 1, STYLE_WARN, "!");
    return draw_named(canvas, area, y, witness->witness, text);
}

void sink_draw(const struct ui *ui, struct canvas *canvas, struct rect area)
{
    const struct pt_connectors_section *sinks = ui->snap->connectors;
    if (area.h < 1)
        return;
    if (sinks->n_connectors == 0) {
        int x = 1 + canvas_text(canvas, area, 0, 1, STYLE_HEAD, "SINK ");
        canvas_field(canvas, area, 0, x, area.w - x - 1, ALIGN_LEFT, STYLE_NORMAL,
                     "none is known here: the last hop that is seen is the topic");
        return;
    }
    const struct pt_connector *sink = &sinks->connectors[0];
    draw_first(sink, canvas, area);
    int y = draw_named(canvas, area, 1, "Cause", sink->cause);
    y = draw_named(canvas, area, y, "Next", sink->fix);
    for (size_t i = 0; i < sink->n_evidence && i < PT_EVIDENCE_MAX; i++)
        y = draw_witness(&sink->evidence[i], ui->now_ms, canvas, area, y);
    draw_named(canvas, area, y, "newest object", sink->newest_object);
}
