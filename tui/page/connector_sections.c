/* The rows of each section of a connector: made from the snapshot when they are drawn, or lines
 * that were requested or made before. */
#include <stdio.h>
#include <string.h>

#include "page/connector.h"
#include "widget/format.h"

const char *conn_section_name(enum conn_section section)
{
    static const char *const names[SECTIONS] = {"Verdict", "Tasks", "Lag",    "Config",
                                                "Changes", "Log",   "History"};
    return names[section];
}

void conn_sections_recalc(struct conn_page *page, struct page_desk *desk,
                          const struct pt_connector *c)
{
    conn_asked_recalc(page, desk, c);
    conn_made_recalc(page, desk, c);
    if (page->section == SECTION_LOG)
        page->seen_errors = c->n_errors;
    if (page->section == SECTION_TASKS)
        page->seen_failed = c->failed_tasks;
    if (page->section == SECTION_CHANGES)
        page->seen_changes = page->changes.n;
}

void conn_sections_forget(struct conn_page *page)
{
    lines_clear(&page->config);
    lines_clear(&page->changes);
    lines_clear(&page->log);
    lines_clear(&page->verdict);
    lines_clear(&page->history);
    memset(page->lists, 0, sizeof page->lists);
    memset(page->errors, 0, sizeof page->errors);
    page->describe_id = page->logs_id = page->record_id = 0;
    page->described_ms = page->logged_ms = 0;
    page->seen_errors = page->seen_failed = 0;
    page->seen_changes = 0;
    page->search[0] = '\0';
}

/* ---- rows ---- */

static const struct lines *conn_lines_of(const struct conn_page *page)
{
    switch (page->section) {
    case SECTION_CONFIG:
        return &page->config;
    case SECTION_CHANGES:
        return &page->changes;
    case SECTION_LOG:
        return &page->log;
    case SECTION_VERDICT:
        return &page->verdict;
    case SECTION_HISTORY:
        return &page->history;
    default:
        return NULL;
    }
}

int conn_section_rows(const struct conn_page *page, const struct pt_connector *c)
{
    const struct lines *lines = conn_lines_of(page);
    if (lines != NULL)
        return (int)lines->n;
    return page->section == SECTION_TASKS ? (int)c->n_listed : (int)c->n_lags;
}

static void conn_task_row(const struct pt_task *task, char *out, size_t cap, enum style *style)
{
    bool is_bad = strcmp(task->state, "FAILED") == 0;
    int len = task->trace != NULL ? (int)strcspn(task->trace, "\n") : 0;
    *style = is_bad ? STYLE_BAD : STYLE_NORMAL;
    snprintf(out, cap, "%4d  %-12s %-22s %.*s", task->id, task->state, task->worker, len,
             task->trace != NULL ? task->trace : "");
}

static void conn_lag_row(const struct page_desk *desk, const struct pt_lag *lag, char *out,
                         size_t cap, enum style *style)
{
    *style = lag->is_stuck ? STYLE_BAD : STYLE_NORMAL;
    snprintf(out, cap, "%-30s %4d %s %s %s  %s", lag->topic, lag->partition,
             show_right(show_count(lag->committed), 11).s, show_right(show_count(lag->high), 11).s,
             show_right(show_count(lag->lag), 9).s, show_since(lag->moved_ms, desk->now_ms).s);
}

void conn_section_row(const struct conn_page *page, const struct page_desk *desk,
                      const struct pt_connector *c, int row, char *out, size_t cap,
                      enum style *style)
{
    const struct lines *lines = conn_lines_of(page);
    *style = STYLE_NORMAL;
    out[0] = '\0';
    if (lines != NULL)
        snprintf(out, cap, "%s", row < (int)lines->n ? lines->lines[row] : "");
    else if (page->section == SECTION_TASKS)
        conn_task_row(&c->tasks[row], out, cap, style);
    else
        conn_lag_row(desk, &c->lags[row], out, cap, style);
    if (page->section == SECTION_LOG &&
        (strstr(out, "ERROR") != NULL || strstr(out, "FATAL") != NULL))
        *style = STYLE_BAD;
    if ((page->section == SECTION_CHANGES || page->section == SECTION_HISTORY) &&
        (strstr(out, "FAILED") != NULL || strstr(out, "STALLED") != NULL))
        *style = STYLE_WARN;
    if (page->search[0] != '\0' && strcasestr(out, page->search) != NULL)
        *style = STYLE_BOLD;
}

const char *conn_section_whole(const struct conn_page *page, const struct pt_connector *c, int row)
{
    const struct lines *lines = conn_lines_of(page);
    if (lines != NULL)
        return lines_whole(lines, row);
    if (page->section == SECTION_TASKS && row < (int)c->n_listed)
        return c->tasks[row].trace != NULL ? c->tasks[row].trace : "It has no trace.";
    return NULL;
}

const char *conn_section_head(enum conn_section section)
{
    static const char *const heads[SECTIONS] = {
        [SECTION_VERDICT] = "",
        [SECTION_TASKS] = "TASK  STATE        WORKER                 TRACE",
        [SECTION_LAG] =
            "TOPIC                           PRT   COMMITTED        HIGH       LAG  COMMIT",
        [SECTION_CONFIG] = "SETTING                        VALUE",
        [SECTION_CHANGES] = "TIME      CHANGE",
        [SECTION_LOG] = "TIME      LINE, the last 15 minutes; repeats shown once, with a count",
        [SECTION_HISTORY] = "TIME       WHAT, newest first",
    };
    return heads[section];
}

const char *conn_section_empty(const struct conn_page *page, const struct pt_connector *c)
{
    if (page->errors[page->section][0] != '\0')
        return page->errors[page->section];
    if (page->describe_id != 0 || page->logs_id != 0)
        return "asking …";
    switch (page->section) {
    case SECTION_TASKS:
        return c->running_tasks >= 0 && (c->can & PT_CONN_CAN_LOGS) != 0
                   ? "MSK Connect counts tasks, but doesn't list them: see the witnesses above"
                   : "it has none";
    case SECTION_LAG:
        return "its group's offsets aren't known";
    case SECTION_HISTORY:
        return "nothing has changed since pintop started";
    default:
        return pt_backend_info(c->backend)->is_in_process
                   ? "the embedded sink has none: it is in this pintop"
                   : "nothing";
    }
}

void conn_section_mark(const struct conn_page *page, const struct pt_connector *c,
                       enum conn_section section, char *out, size_t cap)
{
    out[0] = '\0';
    if (section == page->section)
        return;
    if (section == SECTION_LOG && c->n_errors > page->seen_errors)
        snprintf(out, cap, " %d!", c->n_errors);
    if (section == SECTION_TASKS && c->failed_tasks > page->seen_failed)
        snprintf(out, cap, " %d!", c->failed_tasks);
    if (section == SECTION_CHANGES && page->changes.n > page->seen_changes &&
        page->seen_changes > 0)
        snprintf(out, cap, " !");
}
