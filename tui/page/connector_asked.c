/* The sections of a connector that are requested from the engine: configuration, changes and log
 * are copied into lines. The record at the committed offset is shown when it arrives. */
#include "page/connector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/record_text.h"
#include "page/shared.h"
#include "widget/format.h"

enum { LOG_MINUTES = 15, LOG_EVERY_MS = 5000, DESCRIBE_EVERY_MS = 60000 };

/* ---- answers ---- */

/* True when the request failed; the section then shows why. */
static bool conn_take_error(struct conn_page *page, const struct pt_result *result,
                            enum conn_section section)
{
    return error_of_result(result, page->errors[section], sizeof page->errors[0]);
}

static void conn_take_config(struct conn_page *page, const struct pt_result *result)
{
    if (!lines_start(&page->config, result->n_configs))
        return;
    for (size_t i = 0; i < result->n_configs; i++) {
        const struct pt_config_entry *entry = &result->configs[i];
        char *whole = NULL;
        const char *note = entry->note != NULL ? entry->note : "";
        if (asprintf(&whole, "%s=%s%s\n\n%s", entry->name, entry->value,
                     entry->is_default ? "\n\nNobody set it: that is the default." : "", note) < 0)
            whole = NULL;
        lines_add_named(&page->config, entry->name, 30, whole, "%s%s%s%s", entry->value,
                        entry->is_default ? "  (default)" : "", note[0] != '\0' ? "  - " : "",
                        note);
    }
}

static void conn_add_line(struct lines *lines, const struct pt_line *from)
{
    char *line = NULL;
    bool has_time = from->time_ms != PT_UNKNOWN;
    char count[24] = "", rule[48] = "";
    if (from->count > 1)
        snprintf(count, sizeof count, "%dx ", from->count);
    if (from->rule[0] != '\0')
        snprintf(rule, sizeof rule, "[%s] ", from->rule);
    const char *text = from->text;
    /* The time in the text is cut off, because the line already begins with it. */
    if (has_time && text[0] == '[' && strchr(text, ']') != NULL && strlen(text) > 26)
        text = strchr(text, ']') + 1;
    if (asprintf(&line, "%s%s%s%s", has_time ? "\t " : "", count, rule, text) < 0)
        return;
    char *whole = from->whole != NULL ? strdup(from->whole) : NULL;
    if (whole == NULL && asprintf(&whole, "%s%s%s%s%s", has_time ? show_stamp(from->time_ms).s : "",
                                  has_time ? "  " : "", count, rule, text) < 0)
        whole = NULL;
    lines_add(lines, line, whole);
    lines_date(lines, from->time_ms);
}

static void conn_take_lines(struct lines *lines, const struct pt_result *result,
                            bool is_newest_first)
{
    if (!lines_start(lines, result->n_lines))
        return;
    for (size_t i = 0; i < result->n_lines; i++)
        conn_add_line(lines, &result->lines[is_newest_first ? result->n_lines - 1 - i : i]);
}

static void conn_take_answers(struct conn_page *page, const struct page_desk *desk)
{
    const struct pt_result *result =
        page->describe_id != 0 ? desk_result(desk, page->describe_id) : NULL;
    if (result != NULL && result->state != PT_RESULT_RUNNING) {
        page->describe_id = 0;
        page->described_ms = desk->now_ms;
        bool is_bad = conn_take_error(page, result, SECTION_CONFIG);
        conn_take_error(page, result, SECTION_CHANGES);
        if (!is_bad) {
            conn_take_config(page, result);
            conn_take_lines(&page->changes, result, false);
        }
    }
    result = page->logs_id != 0 ? desk_result(desk, page->logs_id) : NULL;
    if (result == NULL || result->state == PT_RESULT_RUNNING)
        return;
    page->logs_id = 0;
    page->logged_ms = desk->now_ms;
    if (conn_take_error(page, result, SECTION_LOG))
        return;
    const struct list *list = &page->lists[SECTION_LOG].list;
    bool was_at_end = list->selected + 1 >= list->count;
    conn_take_lines(&page->log, result, false);
    page->is_log_cut = result->is_truncated;
    if (page->log.n == 0)
        snprintf(page->errors[SECTION_LOG], sizeof page->errors[0], "%s",
                 result->text[0] != '\0' ? result->text : "nothing in the last 15 minutes");
    if (was_at_end) /* the view follows the newest line */
        listing_stay(&page->lists[SECTION_LOG], (int)page->log.n);
}

/* ---- the record at the committed offset ---- */

void conn_section_open_record(struct conn_page *page, struct page_desk *desk,
                              const struct pt_connector *c, int row)
{
    if (row < 0 || (size_t)row >= c->n_lags)
        return;
    const struct pt_lag *lag = &c->lags[row];
    if (lag->committed == PT_UNKNOWN || lag->committed < 0) {
        desk_say(desk, "nothing is committed in partition %d of %s yet", lag->partition,
                 lag->topic);
        return;
    }
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_PEEK,
                             .topic = lag->topic,
                             .count = 1,
                             .is_at = true,
                             .partition = lag->partition,
                             .offset = lag->committed};
    /* A newer request replaces the one before. */
    page->record_offset = lag->committed;
    page->record_id = desk_submit(desk, &cmd, NULL);
    if (page->record_id != 0)
        desk_say(desk, "reading the record at the committed offset …");
}

static void conn_take_record(struct conn_page *page, struct page_desk *desk)
{
    const struct pt_result *result =
        page->record_id != 0 ? desk_result(desk, page->record_id) : NULL;
    if (result == NULL || result->state == PT_RESULT_RUNNING)
        return;
    page->record_id = 0;
    desk_unsay(desk);
    if (result->state == PT_RESULT_FAILED) {
        desk_fail(desk, "The record cannot be read", &result->error);
        return;
    }
    char title[100], *text = NULL, *record = NULL;
    snprintf(title, sizeof title, "%.60s at %s, the committed offset", result->topic,
             show_count(page->record_offset).s);
    if (result->n_records > 0)
        record = record_text(&result->records[0]);
    if (asprintf(&text, "%s%s%s%s",
                 result->n_records > 0 ? "The connector reads this record next.\n" : "",
                 result->text, result->text[0] != '\0' ? ".\n\n" : "\n",
                 record != NULL ? record : "") >= 0)
        desk_show(desk, title, text);
    free(text);
    free(record);
}

static void conn_ask_for(struct conn_page *page, struct page_desk *desk,
                         const struct pt_connector *c)
{
    struct pt_error err = {.code = PT_OK};
    bool wants_config = page->section == SECTION_CONFIG || page->section == SECTION_CHANGES;
    if (!desk_is_live(desk) || !pt_backend_info(c->backend)->is_asked)
        return;
    /* An answer that arrived while another page was shown may have left the snapshot, so the
     * request is repeated after a while. */
    if (wants_config && desk->now_ms - page->described_ms > DESCRIBE_EVERY_MS) {
        struct pt_command cmd = {.kind = PT_CMD_CONNECTOR_DESCRIBE, .connector = c->id};
        page->described_ms = desk->now_ms;
        page->describe_id = desk_submit(desk, &cmd, &err);
        if (page->describe_id == 0) {
            error_line(&err, page->errors[SECTION_CONFIG], sizeof page->errors[0]);
            error_line(&err, page->errors[SECTION_CHANGES], sizeof page->errors[0]);
        }
    }
    if (page->section == SECTION_LOG &&
        desk->now_ms - page->logged_ms > (page->logs_id == 0 ? LOG_EVERY_MS : DESCRIBE_EVERY_MS)) {
        struct pt_command cmd = {
            .kind = PT_CMD_CONNECTOR_LOGS, .connector = c->id, .count = LOG_MINUTES};
        page->logged_ms = desk->now_ms;
        page->logs_id = desk_submit(desk, &cmd, &err);
        if (page->logs_id == 0)
            error_line(&err, page->errors[SECTION_LOG], sizeof page->errors[0]);
    }
}

void conn_asked_recalc(struct conn_page *page, struct page_desk *desk, const struct pt_connector *c)
{
    conn_take_answers(page, desk);
    conn_take_record(page, desk);
    conn_ask_for(page, desk, c);
}
