/* What stands in each section of a connector: rows out of the snapshot as they are looked at, or
 * lines that were asked for and copied. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/connector.h"
#include "page/record_text.h"
#include "ui/format.h"

enum { LOG_MINUTES = 15, LOG_EVERY_MS = 5000, DESCRIBE_EVERY_MS = 60000, LINE_BYTES = 400 };

const char *conn_section_name(enum conn_section section)
{
    static const char *const names[SECTIONS] = {"Verdict", "Tasks", "Lag",    "Config",
                                                "Changes", "Log",   "History"};
    return names[section];
}

/* ------------------------------------------------------------------ asked ones */

static bool take_error(struct conn_page *page, const struct pt_result *result,
                       enum conn_section section)
{
    page->errors[section][0] = '\0';
    if (result->state != PT_RESULT_FAILED)
        return false;
    snprintf(page->errors[section], sizeof page->errors[0], "%s%s%s", result->error.what,
             result->error.fix[0] != '\0' ? ". " : "", result->error.fix);
    return true;
}

static void take_config(struct conn_page *page, const struct pt_result *result)
{
    if (!lines_start(&page->config, result->n_configs))
        return;
    for (size_t i = 0; i < result->n_configs; i++) {
        const struct pt_config_entry *entry = &result->configs[i];
        char *line = NULL, *whole = NULL;
        if (asprintf(&line, "%-30s %s%s%s%s", entry->name, entry->value,
                     entry->is_default ? "  (default)" : "", entry->note != NULL ? "  - " : "",
                     entry->note != NULL ? entry->note : "") < 0)
            continue;
        if (asprintf(&whole, "%s=%s%s\n\n%s", entry->name, entry->value,
                     entry->is_default ? "\n\nNobody set it: that is the default." : "",
                     entry->note != NULL ? entry->note : "") < 0)
            whole = NULL;
        lines_add(&page->config, line, whole);
    }
}

static void add_line(struct lines *lines, const struct pt_line *from)
{
    char *line = NULL;
    bool has_time = from->time_ms != PT_UNKNOWN;
    char count[24] = "", rule[48] = "";
    if (from->count > 1)
        snprintf(count, sizeof count, "%dx ", from->count);
    if (from->rule[0] != '\0')
        snprintf(rule, sizeof rule, "[%s] ", from->rule);
    const char *text = from->text;
    /* The line's own time is the one in front of it. */
    if (has_time && text[0] == '[' && strchr(text, ']') != NULL && strlen(text) > 26)
        text = strchr(text, ']') + 1;
    if (asprintf(&line, "%s%s%s%s%s", has_time ? show_second(from->time_ms).s : "",
                 has_time ? " " : "", count, rule, text) >= 0)
        lines_add(lines, line, from->whole != NULL ? strdup(from->whole) : NULL);
}

static void take_lines(struct lines *lines, const struct pt_result *result, bool is_newest_first)
{
    if (!lines_start(lines, result->n_lines))
        return;
    for (size_t i = 0; i < result->n_lines; i++)
        add_line(lines, &result->lines[is_newest_first ? result->n_lines - 1 - i : i]);
}

static void take_answers(struct conn_page *page, const struct ui *ui)
{
    const struct pt_result *result =
        page->describe_id != 0 ? ui_result(ui, page->describe_id) : NULL;
    if (result != NULL && result->state != PT_RESULT_RUNNING) {
        page->describe_id = 0;
        page->described_ms = ui->now_ms;
        bool is_bad = take_error(page, result, SECTION_CONFIG);
        take_error(page, result, SECTION_CHANGES);
        if (!is_bad) {
            take_config(page, result);
            take_lines(&page->changes, result, false);
        }
    }
    result = page->logs_id != 0 ? ui_result(ui, page->logs_id) : NULL;
    if (result == NULL || result->state == PT_RESULT_RUNNING)
        return;
    page->logs_id = 0;
    page->logged_ms = ui->now_ms;
    if (take_error(page, result, SECTION_LOG))
        return;
    bool was_at_end = page->lists[SECTION_LOG].selected + 1 >= page->lists[SECTION_LOG].count;
    take_lines(&page->log, result, false);
    page->is_log_cut = result->is_truncated;
    if (page->log.n == 0)
        snprintf(page->errors[SECTION_LOG], sizeof page->errors[0], "%s",
                 result->text[0] != '\0' ? result->text : "nothing in the last 15 minutes");
    if (was_at_end) /* it follows */
        page->lists[SECTION_LOG].selected = (int)page->log.n;
}

/* ------------------------------------------------------------------ the record it stands at */

void conn_section_open_record(struct conn_page *page, struct ui *ui, const struct pt_connector *c,
                              int row)
{
    if (row < 0 || (size_t)row >= c->n_lags) /* a newer wish takes the place of the one before */
        return;
    const struct pt_lag *lag = &c->lags[row];
    if (lag->committed == PT_UNKNOWN || lag->committed < 0) {
        ui_say(ui, "nothing is committed in partition %d of %s yet", lag->partition, lag->topic);
        return;
    }
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_PEEK,
                             .topic = lag->topic,
                             .count = 1,
                             .is_at = true,
                             .partition = lag->partition,
                             .offset = lag->committed};
    page->record_offset = lag->committed;
    page->record_id = ui_submit(ui, &cmd, false, NULL);
    if (page->record_id != 0)
        ui_say(ui, "reading the record at which it stands …");
}

static void take_record(struct conn_page *page, struct ui *ui)
{
    const struct pt_result *result = page->record_id != 0 ? ui_result(ui, page->record_id) : NULL;
    if (result == NULL || result->state == PT_RESULT_RUNNING)
        return;
    page->record_id = 0;
    ui->status[0] = '\0';
    if (result->state == PT_RESULT_FAILED) {
        ui_fail(ui, "The record can't be read", &result->error);
        return;
    }
    char title[100], *text = NULL, *record = NULL;
    snprintf(title, sizeof title, "%.60s at %s, the committed offset", result->topic,
             show_count(page->record_offset).s);
    if (result->n_records > 0)
        record = record_text(&result->records[0]);
    if (asprintf(&text, "%s%s%s%s", result->n_records > 0 ? "It takes this record next.\n" : "",
                 result->text, result->text[0] != '\0' ? ".\n\n" : "\n",
                 record != NULL ? record : "") >= 0)
        ui_ask(ui, DIALOG_TEXT, title, text, NULL);
    free(text);
    free(record);
}

static void ask_for(struct conn_page *page, struct ui *ui, const struct pt_connector *c)
{
    struct pt_error err = {.code = PT_OK};
    bool was_frozen = ui->is_frozen;
    bool wants_config = page->section == SECTION_CONFIG || page->section == SECTION_CHANGES;
    if (was_frozen || ui->link.submit == NULL || strcmp(c->backend, "group") == 0 ||
        strcmp(c->backend, "embedded") == 0)
        return;
    /* An answer that came while another page was shown may be gone: it isn't waited for for ever.
     */
    if (wants_config && ui->now_ms - page->described_ms > DESCRIBE_EVERY_MS) {
        struct pt_command cmd = {.kind = PT_CMD_CONNECTOR_DESCRIBE, .connector = c->id};
        page->described_ms = ui->now_ms;
        page->describe_id = ui_submit(ui, &cmd, false, &err);
    }
    if (page->section == SECTION_LOG &&
        ui->now_ms - page->logged_ms > (page->logs_id == 0 ? LOG_EVERY_MS : DESCRIBE_EVERY_MS)) {
        struct pt_command cmd = {
            .kind = PT_CMD_CONNECTOR_LOGS, .connector = c->id, .count = LOG_MINUTES};
        page->logged_ms = ui->now_ms;
        page->logs_id = ui_submit(ui, &cmd, false, &err);
    }
}

/* ------------------------------------------------------------------ made ones */

static void add_text(struct lines *lines, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void add_text(struct lines *lines, const char *fmt, ...)
{
    char *line = NULL;
    va_list args;
    va_start(args, fmt);
    if (vasprintf(&line, fmt, args) >= 0)
        lines_add(lines, line, NULL);
    va_end(args);
}

static void can_words(const struct pt_connector *c, char *out, size_t cap)
{
    static const struct {
        unsigned can;
        const char *word;
    } words[] = {
        {PT_CONN_CAN_RESTART,        "restart all"       },
        {PT_CONN_CAN_RESTART_FAILED, "failed tasks alone"},
        {PT_CONN_CAN_PAUSE,          "pause"             },
        {PT_CONN_CAN_UPDATE,         "update"            },
        {PT_CONN_CAN_DELETE,         "delete"            },
    };
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words && len < cap; i++)
        if ((c->can & words[i].can) != 0)
            len +=
                (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "", words[i].word);
    if (len == 0)
        snprintf(out, cap, "nothing from here");
    else if ((c->can & PT_CONN_CAN_RESTART) != 0 && (c->can & PT_CONN_CAN_RESTART_FAILED) == 0 &&
             len < cap)
        snprintf(out + len, cap - len, " (Connect %s: not the failed tasks alone)", c->version);
}

enum { VERDICT_LINES = 32 + PT_EVIDENCE_MAX, ERROR_LINES = 6 };

static void add_error(struct lines *lines, const struct pt_connector *c)
{
    const char *text = c->last_error;
    if (text == NULL)
        return;
    char when[64] = "", count[40] = "";
    if (c->last_error_ms != PT_UNKNOWN)
        snprintf(when, sizeof when, ", %s", show_second(c->last_error_ms).s);
    if (c->n_errors > 1)
        snprintf(count, sizeof count, " of %d alike", c->n_errors);
    add_text(lines, "Last error%s%s; in full: %s", count, when,
             (c->can & PT_CONN_CAN_LOGS) != 0 ? "Log" : "Tasks, Log");
    for (int n = 0; *text != '\0' && n < ERROR_LINES; n++) {
        size_t len = strcspn(text, "\n");
        add_text(lines, " %.*s", (int)(len < LINE_BYTES ? len : LINE_BYTES), text);
        text += len + (text[len] == '\n');
    }
}

/* On one line, and whole with Enter. */
static void add_whole(struct lines *lines, const char *name, const char *text)
{
    char *line = NULL;
    if (text[0] != '\0' && asprintf(&line, "%-9s %s", name, text) >= 0)
        lines_add(lines, line, strdup(text));
}

static void add_witness(struct lines *lines, const struct ui *ui, const struct pt_evidence *e)
{
    char *line = NULL, *whole = NULL;
    const char *mark = e->is_bad ? "!" : " ";
    if (asprintf(&line, "%s %-14s %s", mark, e->witness, e->says) < 0)
        return;
    if (asprintf(&whole, "%s\n\nsince %s, asked %s ago, %s", e->says,
                 show_minute(e->since_ms, ui->now_ms).s, show_since(e->asked_ms, ui->now_ms).s,
                 e->source) < 0)
        whole = NULL;
    lines_add(lines, line, whole);
}

static void make_verdict(struct conn_page *page, const struct ui *ui, const struct pt_connector *c)
{
    struct lines *lines = &page->verdict;
    char can[200];
    if (!lines_start(lines, VERDICT_LINES))
        return;
    if (page->is_full) { /* the head, which has them, is not shown then */
        add_whole(lines, "Cause", c->cause);
        add_whole(lines, "Next", c->fix);
        add_whole(lines, "Safe", c->safe);
        for (size_t i = 0; i < c->n_evidence; i++)
            add_witness(lines, ui, &c->evidence[i]);
    }
    add_error(lines, c);
    if (c->note[0] != '\0' && c->cause[0] == '\0')
        add_text(lines, "Note      %s", c->note);
    if (isfinite(c->objects_per_hour) && c->flush_size > 0)
        add_text(lines, "Sink sum  flush.size %" PRId64 ": %s objects/h, about %s/h in PUTs",
                 c->flush_size, show_count((int64_t)c->objects_per_hour).s,
                 show_usd(c->usd_per_hour).s);
    if (isfinite(c->catch_up_s) && c->catch_up_s >= 0)
        add_text(lines, "Catch up  the lag is gone in %s at this pace",
                 show_age((int64_t)(c->catch_up_s * 1000)).s);
    if (c->class_name[0] != '\0')
        add_text(lines, "Class     %s", c->class_name);
    add_text(lines, "Group     %s", c->group);
    if (c->where[0] != '\0')
        add_text(lines, "Store     %s", c->where);
    can_words(c, can, sizeof can);
    add_text(lines, "Can do    %s", can);
}

/* Three hours of what it read, a sign for so many minutes. */
static void add_spark(struct lines *lines, const struct ui *ui, const struct pt_connector *c)
{
    static const char *const signs[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[] = {"_", ".", ":", "-", "=", "+", "*", "#"};
    enum { CELLS = 60, SIGNS = 8 };
    char text[CELLS * 4 + 1] = "";
    size_t len = 0, each = c->n_minutes / CELLS;
    float most = 0;
    for (size_t i = 0; i < c->n_minutes; i++)
        most = !isnan(c->read_per_s[i]) && c->read_per_s[i] > most ? c->read_per_s[i] : most;
    for (size_t cell = 0; each > 0 && cell < CELLS; cell++) {
        float sum = NAN;
        for (size_t i = cell * each; i < (cell + 1) * each; i++)
            if (!isnan(c->read_per_s[i]) && (isnan(sum) || c->read_per_s[i] > sum))
                sum = c->read_per_s[i];
        int level = most > 0 && !isnan(sum) ? (int)(sum / most * (SIGNS - 1) + 0.5F) : 0;
        len += (size_t)snprintf(text + len, sizeof text - len, "%s",
                                isnan(sum)           ? " "
                                : ui->looks.is_ascii ? ascii[level]
                                                     : signs[level]);
    }
    add_text(lines, "Records/s that it read, from %s on, at most %s (CloudWatch)",
             show_minute(c->minutes_from_ms, ui->now_ms).s, show_rate(most).s);
    add_text(lines, "%s", text);
}

static void make_history(struct conn_page *page, const struct ui *ui, const struct pt_connector *c)
{
    struct lines *lines = &page->history;
    const struct pt_events_section *events = ui->snap->events;
    if (!lines_start(lines, events->n_events + 2))
        return;
    if (c->n_minutes > 0)
        add_spark(lines, ui, c);
    for (size_t i = events->n_events; i > 0; i--) { /* newest first */
        const struct pt_event *event = events->events[i - 1];
        if (strcmp(event->area, "sink") == 0 &&
            (strstr(event->text, c->name) != NULL || ui->snap->connectors->n_connectors == 1))
            add_text(lines, "%s  %s", show_second(event->time_ms).s, event->text);
    }
}

void conn_sections_recalc(struct conn_page *page, struct ui *ui, const struct pt_connector *c)
{
    take_answers(page, ui);
    take_record(page, ui);
    ask_for(page, ui, c);
    if (page->section == SECTION_VERDICT)
        make_verdict(page, ui, c);
    if (page->section == SECTION_HISTORY)
        make_history(page, ui, c);
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

/* ------------------------------------------------------------------ rows */

static const struct lines *lines_of(const struct conn_page *page)
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
    const struct lines *lines = lines_of(page);
    if (lines != NULL)
        return (int)lines->n;
    return page->section == SECTION_TASKS ? (int)c->n_listed : (int)c->n_lags;
}

static void task_row(const struct pt_task *task, char *out, size_t cap, enum style *style)
{
    bool is_bad = strcmp(task->state, "FAILED") == 0;
    int len = task->trace != NULL ? (int)strcspn(task->trace, "\n") : 0;
    *style = is_bad ? STYLE_BAD : STYLE_NORMAL;
    snprintf(out, cap, "%4d  %-12s %-22s %.*s", task->id, task->state, task->worker, len,
             task->trace != NULL ? task->trace : "");
}

static void lag_row(const struct ui *ui, const struct pt_lag *lag, char *out, size_t cap,
                    enum style *style)
{
    *style = lag->is_stuck ? STYLE_BAD : STYLE_NORMAL;
    snprintf(out, cap, "%-30s %4d %s %s %s  %s", lag->topic, lag->partition,
             show_right(show_count(lag->committed), 11).s, show_right(show_count(lag->high), 11).s,
             show_right(show_count(lag->lag), 9).s, show_since(lag->moved_ms, ui->now_ms).s);
}

void conn_section_row(const struct conn_page *page, const struct ui *ui,
                      const struct pt_connector *c, int row, char *out, size_t cap,
                      enum style *style)
{
    const struct lines *lines = lines_of(page);
    *style = STYLE_NORMAL;
    out[0] = '\0';
    if (lines != NULL)
        snprintf(out, cap, "%s", row < (int)lines->n ? lines->lines[row] : "");
    else if (page->section == SECTION_TASKS)
        task_row(&c->tasks[row], out, cap, style);
    else
        lag_row(ui, &c->lags[row], out, cap, style);
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
    const struct lines *lines = lines_of(page);
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
        [SECTION_LOG] = "TIME      LINE, the last 15 minutes; alike ones once, with their count",
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
        return "nothing has changed since pintop looks";
    default:
        return strcmp(c->backend, "embedded") == 0
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
