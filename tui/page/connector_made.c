/* The sections of a connector that are made from the snapshot: its verdict with all that is known
 * of it, and its history. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "page/connector.h"
#include "widget/format.h"
#include "widget/spark.h"

static void conn_add_text(struct lines *lines, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void conn_add_text(struct lines *lines, const char *fmt, ...)
{
    char *line = NULL;
    va_list args;
    va_start(args, fmt);
    if (vasprintf(&line, fmt, args) >= 0)
        lines_add(lines, line, NULL);
    va_end(args);
}

static void conn_can_words(const struct pt_connector *c, char *out, size_t cap)
{
    static const struct {
        unsigned can;
        const char *word;
    } words[] = {
        {PT_CONN_CAN_RESTART,        "restart all"              },
        {PT_CONN_CAN_RESTART_FAILED, "restart failed tasks only"},
        {PT_CONN_CAN_PAUSE,          "pause"                    },
        {PT_CONN_CAN_UPDATE,         "update"                   },
        {PT_CONN_CAN_DELETE,         "delete"                   },
    };
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words && len < cap; i++)
        if ((c->can & words[i].can) != 0)
            len +=
                (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "", words[i].word);
    if (len == 0)
        snprintf(out, cap, "nothing: %s", pt_backend_info(c->backend)->cannot);
    else if ((c->can & PT_CONN_CAN_RESTART) != 0 && (c->can & PT_CONN_CAN_RESTART_FAILED) == 0 &&
             len < cap)
        snprintf(out + len, cap - len, " (Connect %s cannot restart only the failed tasks)",
                 c->version);
}

enum { VERDICT_LINES = 32 + PT_EVIDENCE_MAX, ERROR_LINES = 6, LINE_BYTES = 400 };

static void conn_add_error(struct lines *lines, const struct pt_connector *c)
{
    const char *text = c->last_error;
    if (text == NULL)
        return;
    char when[64] = "", count[40] = "";
    if (c->last_error_ms != PT_UNKNOWN)
        snprintf(when, sizeof when, ", %s", show_second(c->last_error_ms).s);
    if (c->n_errors > 1)
        snprintf(count, sizeof count, " of %d similar errors", c->n_errors);
    conn_add_text(lines, "Last error%s%s; in full: %s", count, when,
                  (c->can & PT_CONN_CAN_LOGS) != 0 ? "Log" : "Tasks, Log");
    lines_warn(lines);
    for (int n = 0; *text != '\0' && n < ERROR_LINES; n++) {
        size_t len = strcspn(text, "\n");
        conn_add_text(lines, " %.*s", (int)(len < LINE_BYTES ? len : LINE_BYTES), text);
        text += len + (text[len] == '\n');
    }
}

/* Adds a text on one line, which Enter opens in full. */
static void conn_add_whole(struct lines *lines, const char *name, const char *text)
{
    char *line = NULL;
    if (text[0] != '\0' && asprintf(&line, "%-9s %s", name, text) >= 0)
        lines_add(lines, line, strdup(text));
}

static void conn_add_witness(struct lines *lines, const struct page_desk *desk,
                             const struct pt_evidence *e)
{
    char *line = NULL, *whole = NULL;
    const char *mark = e->is_bad ? "!" : " ";
    if (asprintf(&line, "%s %-14s %s", mark, e->witness, e->says) < 0)
        return;
    if (asprintf(&whole, "%s\n\nsince %s, asked %s ago, %s", e->says,
                 show_minute(e->since_ms, desk->now_ms).s, show_since(e->asked_ms, desk->now_ms).s,
                 e->source) < 0)
        whole = NULL;
    lines_add(lines, line, whole);
    if (e->is_bad)
        lines_warn(lines);
}

static void conn_make_verdict(struct conn_page *page, const struct page_desk *desk,
                              const struct pt_connector *c)
{
    struct lines *lines = &page->verdict;
    char can[200];
    if (!lines_start(lines, VERDICT_LINES))
        return;
    if (page->is_full) { /* the head, which shows these otherwise, is hidden */
        conn_add_whole(lines, "Cause", c->cause);
        conn_add_whole(lines, "Next", c->fix);
        conn_add_whole(lines, "Safe", c->safe);
        for (size_t i = 0; i < c->n_evidence; i++)
            conn_add_witness(lines, desk, &c->evidence[i]);
    }
    conn_add_error(lines, c);
    if (c->note[0] != '\0' && c->cause[0] == '\0')
        conn_add_text(lines, "Note      %s", c->note);
    char usd[64];
    bool is_little = c->usd_per_hour > 0 && c->usd_per_hour < 0.005;
    snprintf(usd, sizeof usd, "%s%s", is_little ? "less than $0.01" : "about ",
             is_little ? "" : show_usd(c->usd_per_hour).s);
    if (isfinite(c->objects_per_hour) && c->flush_size > 0)
        conn_add_text(lines, "Cost      flush.size %" PRId64 ": %s objects/h, %s/h in PUTs",
                      c->flush_size, show_count((int64_t)c->objects_per_hour).s, usd);
    if (isfinite(c->catch_up_s) && c->catch_up_s >= 0)
        conn_add_text(lines, "Catch up  the lag is gone in %s at this pace",
                      show_age((int64_t)(c->catch_up_s * 1000)).s);
    if (c->class_name[0] != '\0')
        conn_add_text(lines, "Class     %s", c->class_name);
    conn_add_text(lines, "Group     %s", c->group);
    if (c->where[0] != '\0')
        conn_add_text(lines, "Store     %s", c->where);
    conn_can_words(c, can, sizeof can);
    conn_add_text(lines, "Can do    %s", can);
}

/* Adds a chart of the rate at which it read: each sign is the highest rate of a few minutes. */
static void conn_add_spark(struct lines *lines, const struct page_desk *desk,
                           const struct pt_connector *c)
{
    enum { CELLS = 60 };
    char text[CELLS * 4 + 1] = "";
    float cells[CELLS], most = spark_most(c->read_per_s, c->n_minutes);
    size_t each = c->n_minutes / CELLS;
    for (size_t cell = 0; each > 0 && cell < CELLS; cell++) {
        cells[cell] = NAN;
        for (size_t i = cell * each; i < (cell + 1) * each; i++)
            if (!isnan(c->read_per_s[i]) && !(c->read_per_s[i] <= cells[cell]))
                cells[cell] = c->read_per_s[i];
    }
    if (each > 0)
        spark_text(cells, CELLS, most, desk->looks.is_ascii, text, sizeof text);
    conn_add_text(lines, "Records/s that it read, from %s on, at most %s (CloudWatch)",
                  show_minute(c->minutes_from_ms, desk->now_ms).s, show_rate(most).s);
    conn_add_text(lines, "%s", text);
}

static void conn_add_event(struct lines *lines, const struct pt_event *event)
{
    conn_add_text(lines, "%s  %s", show_left(show_second(event->time_ms), 9).s, event->text);
    lines_date(lines, event->time_ms);
}

static void conn_make_history(struct conn_page *page, const struct page_desk *desk,
                              const struct pt_connector *c)
{
    struct lines *lines = &page->history;
    const struct pt_events_section *events = desk->snap->events;
    if (!lines_start(lines, events->n_events + 2))
        return;
    if (c->n_minutes > 0)
        conn_add_spark(lines, desk, c);
    for (size_t i = events->n_events; i > 0; i--) { /* newest first */
        const struct pt_event *event = events->events[i - 1];
        if (strcmp(event->area, "sink") == 0 &&
            (strstr(event->text, c->name) != NULL || desk->snap->connectors->n_connectors == 1))
            conn_add_event(lines, event);
    }
}

void conn_made_recalc(struct conn_page *page, const struct page_desk *desk,
                      const struct pt_connector *c)
{
    if (page->section == SECTION_VERDICT)
        conn_make_verdict(page, desk, c);
    if (page->section == SECTION_HISTORY)
        conn_make_history(page, desk, c);
}
