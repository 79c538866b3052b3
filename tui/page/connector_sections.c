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
    for (int i = 0; i < SECTIONS; i++) {
        listing_forget(&page->lists[i]);
        listing_show_all(&page->lists[i]);
    }
    memset(page->errors, 0, sizeof page->errors);
    page->describe_id = page->logs_id = page->record_id = 0;
    page->described_ms = page->logged_ms = 0;
    page->seen_errors = page->seen_failed = 0;
    page->seen_changes = 0;
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
    char state[64], worker[128];
    text_in_cols(state, sizeof state, task->state, 12, ALIGN_LEFT);
    text_in_cols(worker, sizeof worker, task->worker, 22, ALIGN_LEFT);
    snprintf(out, cap, "%4d  %s %s %.*s", task->id, state, worker, len,
             task->trace != NULL ? task->trace : "");
}

/* A topic in so many columns: where one is too long for them, its beginning and its end, since
 * names often differ at the end. */
static void conn_topic_in_cols(char *out, size_t cap, const char *topic, int cols)
{
    int head = cols / 3, tail = cols - head - 1;
    size_t from = text_bytes(topic, text_cols(topic) - tail);
    char cut[PT_TOPIC_MAX + 8];
    snprintf(cut, sizeof cut, "%.*s…%s", (int)text_bytes(topic, head), topic, topic + from);
    text_in_cols(out, cap, text_cols(topic) > cols ? cut : topic, cols, ALIGN_LEFT);
}

static void conn_lag_row(const struct page_desk *desk, const struct pt_lag *lag, char *out,
                         size_t cap, enum style *style)
{
    *style = lag->is_stuck ? STYLE_BAD : STYLE_NORMAL;
    char topic[256];
    conn_topic_in_cols(topic, sizeof topic, lag->topic, 30);
    snprintf(
        out, cap, "%s %s %s %s %s  %s", topic, show_right(show_count_in(lag->partition, 4), 4).s,
        show_right(show_offset_in(lag->committed, 11), 11).s,
        show_right(show_offset_in(lag->high, 11), 11).s,
        show_right(show_count_in(lag->lag, 9), 9).s, show_since(lag->moved_ms, desk->now_ms).s);
}

void conn_section_row(const struct conn_page *page, const struct page_desk *desk,
                      const struct pt_connector *c, int row, char *out, size_t cap,
                      enum style *style)
{
    const struct lines *lines = conn_lines_of(page);
    *style = STYLE_NORMAL;
    out[0] = '\0';
    if (lines != NULL && row < (int)lines->n)
        lines_text(lines, (size_t)row, (struct lines_clock){9, false}, out, cap);
    else if (lines != NULL)
        return;
    else if (page->section == SECTION_TASKS)
        conn_task_row(&c->tasks[row], out, cap, style);
    else
        conn_lag_row(desk, &c->lags[row], out, cap, style);
    if (lines != NULL && lines->warns[row])
        *style = STYLE_WARN;
    if (page->section == SECTION_LOG &&
        (strstr(out, "ERROR") != NULL || strstr(out, "FATAL") != NULL))
        *style = STYLE_BAD;
    if ((page->section == SECTION_CHANGES || page->section == SECTION_HISTORY) &&
        (strstr(out, "FAILED") != NULL || strstr(out, "STALLED") != NULL))
        *style = STYLE_WARN;
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

/* ---- the list ---- */

static const struct column tasks_columns[] = {
    {"TASK",   4,  0, 0, ALIGN_RIGHT},
    {" STATE", 14, 0, 0, ALIGN_LEFT },
    {"WORKER", 23, 0, 0, ALIGN_LEFT },
    {"TRACE",  30, 0, 0, ALIGN_LEFT },
};

static const struct column lag_columns[] = {
    {"TOPIC",     30, 0, 0, ALIGN_LEFT },
    {" PRT",      5,  0, 0, ALIGN_RIGHT},
    {"COMMITTED", 12, 0, 0, ALIGN_RIGHT},
    {"HIGH",      12, 0, 0, ALIGN_RIGHT},
    {"LAG",       10, 0, 0, ALIGN_RIGHT},
    {" COMMIT",   10, 0, 0, ALIGN_LEFT },
};

static const struct column config_columns[] = {
    {"SETTING", 30, 0, 0, ALIGN_LEFT},
    {"VALUE",   40, 0, 0, ALIGN_LEFT},
};

static const struct column change_columns[] = {
    {"TIME",   9,  0, 0, ALIGN_LEFT},
    {"CHANGE", 40, 0, 0, ALIGN_LEFT},
};

static const struct column log_columns[] = {
    {"TIME",                                                        9,  0, 0, ALIGN_LEFT},
    {"LINE, the last 15 minutes; repeats shown once, with a count", 40, 0, 0, ALIGN_LEFT},
};

static const struct column history_columns[] = {
    {"TIME",               10, 0, 0, ALIGN_LEFT},
    {"WHAT, newest first", 40, 0, 0, ALIGN_LEFT},
};

/* What is known of the verdict has an order of its own and no columns. */
static const struct column verdict_columns[] = {
    {"", 0, 0, 0, ALIGN_LEFT}
};

static void conn_text_row(const void *arg, size_t row, char *out, size_t cap, enum style *style)
{
    const struct conn_section_at *at = arg;
    conn_section_row(at->page, at->desk, at->c, (int)row, out, cap, style);
}

static const char *conn_text_whole(const void *arg, size_t row)
{
    const struct conn_section_at *at = arg;
    return conn_section_whole(at->page, at->c, (int)row);
}

static int64_t conn_text_time(const void *arg, size_t row)
{
    const struct lines *lines = conn_lines_of(((const struct conn_section_at *)arg)->page);
    return lines != NULL ? lines->times[row] : PT_UNKNOWN;
}

#define COLUMNS_OF(columns) columns, sizeof(columns) / sizeof *(columns)

struct text_list conn_section_texts(const struct conn_section_at *at)
{
    static const struct {
        const struct column *columns;
        int n, keys, time;
        bool has_faults;
    } tables[SECTIONS] = {
        [SECTION_VERDICT] = {verdict_columns, 0,            0,               -1, true},
        [SECTION_TASKS] = {COLUMNS_OF(tasks_columns),               1,   -1,   true},
        [SECTION_LAG] = {COLUMNS_OF(lag_columns),               2,     -1,     true},
        [SECTION_CONFIG] = {COLUMNS_OF(config_columns),               1,  -1,  false},
        [SECTION_CHANGES] = {COLUMNS_OF(change_columns),               0,  0,  true },
        [SECTION_LOG] = {COLUMNS_OF(log_columns),               0,     0,     true},
        [SECTION_HISTORY] = {COLUMNS_OF(history_columns),               0, 0, true },
    };
    enum conn_section section = at->page->section;
    return (struct text_list){.columns = tables[section].columns,
                              .n_columns = tables[section].n,
                              .key_columns = tables[section].keys,
                              .time_column = tables[section].time,
                              .has_faults = tables[section].has_faults,
                              .n = (size_t)conn_section_rows(at->page, at->c),
                              .arg = at,
                              .row = conn_text_row,
                              .whole = conn_text_whole,
                              .time_ms = conn_text_time};
}

const char *conn_section_empty(const struct conn_page *page, const struct pt_connector *c)
{
    const char *why = listing_why_empty(&page->lists[page->section]);
    if (why != NULL)
        return why;
    if (page->errors[page->section][0] != '\0')
        return page->errors[page->section];
    if (page->describe_id != 0 || page->logs_id != 0)
        return "asking …";
    switch (page->section) {
    case SECTION_TASKS:
        return c->running_tasks >= 0 && (c->can & PT_CONN_CAN_LOGS) != 0
                   ? "MSK Connect counts tasks, but doesn't list them: see the witnesses above"
               : c->n_tasks < 0 ? "its tasks are unknown"
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
