/* One topic: its newest records, partitions and configuration. What is looked at is asked for again
 * every few seconds, and its age is shown. What came back is copied into lines: results leave the
 * snapshot after a while. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/record_text.h"
#include "page/topics.h"
#include "ui/format.h"

enum { PEEK_RECORDS = 50, HEAD_ROWS = 3, LINE_BYTES = 512 };
enum {
    RECORDS_EVERY_MS = 5000,
    PARTITIONS_EVERY_MS = 5000,
    CONFIGS_EVERY_MS = 30000,
    LOST_MS = 60000 /* an answer that came while another page was shown may be gone */
};

static const char *const section_names[DETAILS_SECTIONS] = {"Records", "Partitions", "Configs"};

/* --- asking and answers -------------------------------------------------------------------------
 */

static void note_refusal(struct details *details, enum details_section section,
                         const struct pt_error *err)
{
    snprintf(details->errors[section], sizeof details->errors[0], "%s%s%s", err->what,
             err->fix[0] != '\0' ? ". " : "", err->fix);
}

static void ask_records(struct details *details, struct ui *ui)
{
    struct pt_error err = {.code = PT_OK};
    struct pt_command peek = {
        .kind = PT_CMD_TOPIC_PEEK, .topic = details->topic, .count = PEEK_RECORDS};
    details->tried_ms[DETAILS_RECORDS] = ui->now_ms;
    details->peek_id = ui_submit(ui, &peek, false, &err);
    if (details->peek_id == 0)
        note_refusal(details, DETAILS_RECORDS, &err);
}

static void ask_description(struct details *details, struct ui *ui)
{
    struct pt_error err = {.code = PT_OK};
    struct pt_command describe = {.kind = PT_CMD_TOPIC_DESCRIBE, .topic = details->topic};
    details->tried_ms[DETAILS_PARTITIONS] = details->tried_ms[DETAILS_CONFIGS] = ui->now_ms;
    details->describe_id = ui_submit(ui, &describe, false, &err);
    if (details->describe_id == 0) {
        note_refusal(details, DETAILS_PARTITIONS, &err);
        note_refusal(details, DETAILS_CONFIGS, &err);
    }
}

static void ask(struct details *details, struct ui *ui)
{
    ask_description(details, ui); /* what was asked before isn't waited for any more */
    ask_records(details, ui);
}

/* Somebody reads further down: records stay as they are until the newest is chosen again. */
static bool is_reading(const struct details *details)
{
    return details->section == DETAILS_RECORDS && details->lists[DETAILS_RECORDS].selected > 0;
}

static void ask_when_old(struct details *details, struct ui *ui)
{
    static const int every_ms[DETAILS_SECTIONS] = {RECORDS_EVERY_MS, PARTITIONS_EVERY_MS,
                                                   CONFIGS_EVERY_MS};
    int64_t age_ms = ui->now_ms - details->tried_ms[details->section];
    if (ui->is_frozen || ui->is_quitting || ui->link.submit == NULL || is_reading(details) ||
        (age_ms >= 0 && age_ms < every_ms[details->section]))
        return;
    bool is_lost = age_ms < 0 || age_ms > LOST_MS;
    if (details->section == DETAILS_RECORDS && (details->peek_id == 0 || is_lost))
        ask_records(details, ui);
    if (details->section != DETAILS_RECORDS && (details->describe_id == 0 || is_lost))
        ask_description(details, ui);
}

void details_open(struct details *details, struct ui *ui, const char *topic)
{
    details_close(details);
    details->is_open = true;
    snprintf(details->topic, sizeof details->topic, "%s", topic);
    ask(details, ui);
}

void details_close(struct details *details)
{
    for (int i = 0; i < DETAILS_SECTIONS; i++)
        lines_clear(&details->sections[i]);
    memset(details, 0, sizeof *details);
}

static void take_records(struct details *details, const struct pt_result *result)
{
    struct lines *lines = &details->sections[DETAILS_RECORDS];
    details->notes[DETAILS_RECORDS][0] = '\0';
    if (result->is_truncated)
        snprintf(details->notes[DETAILS_RECORDS], sizeof details->notes[0], "cut at 1 MiB");
    if (!lines_start(lines, result->n_records))
        return;
    for (size_t i = result->n_records; i > 0; i--) { /* newest first */
        const struct pt_peeked *record = &result->records[i - 1];
        char *line = NULL;
        if (asprintf(&line, "%3d %s %s %8s  %s", record->partition,
                     show_right(show_count(record->offset), 13).s,
                     show_left(show_day_second(record->time_ms), 16).s,
                     record->key != NULL ? record->key : "null", record_value(record)) >= 0)
            lines_add(lines, line, record_text(record));
    }
}

static void take_configs(struct details *details, const struct pt_result *result)
{
    struct lines *lines = &details->sections[DETAILS_CONFIGS];
    if (!result->has_configs) {
        snprintf(details->errors[DETAILS_CONFIGS], sizeof details->errors[0],
                 "this cluster cannot tell (the embedded one has no configurations)");
        return;
    }
    if (!lines_start(lines, result->n_configs))
        return;
    for (size_t i = 0; i < result->n_configs; i++) {
        const struct pt_config_entry *entry = &result->configs[i];
        char *line = NULL;
        if (asprintf(&line, "%-38s %s%s%s", entry->name, entry->value,
                     entry->is_default ? "  (default)" : "",
                     entry->is_readonly ? "  (read-only)" : "") >= 0)
            lines_add(lines, line, NULL);
    }
}

static void take_partitions(struct details *details, const struct pt_result *result)
{
    struct lines *lines = &details->sections[DETAILS_PARTITIONS];
    if (!lines_start(lines, result->n_partitions))
        return;
    for (size_t i = 0; i < result->n_partitions; i++) {
        const struct pt_described_partition *part = &result->partitions[i];
        char replicas[64] = "";
        size_t len = 0;
        for (int r = 0; r < part->n_replicas && r < 8 && len < sizeof replicas; r++)
            len += (size_t)snprintf(replicas + len, sizeof replicas - len, "%s%d", r > 0 ? "," : "",
                                    part->replicas[r]);
        char *line = NULL;
        int64_t lag = part->committed == PT_UNKNOWN || part->high == PT_UNKNOWN
                          ? PT_UNKNOWN
                          : part->high - part->committed;
        if (asprintf(&line, "%5d %s %s/%-2s %-9s %s %s %s %s", part->partition,
                     show_right(show_some(part->leader), 6).s,
                     show_right(show_some(part->n_in_sync), 2).s, show_some(part->n_replicas).s,
                     replicas, show_right(show_count(part->low), 12).s,
                     show_right(show_count(part->high), 12).s,
                     show_right(show_count(part->committed), 12).s,
                     show_right(show_count(lag), 8).s) >= 0)
            lines_add(lines, line, NULL);
    }
}

static bool take_error(struct details *details, const struct pt_result *result,
                       enum details_section section)
{
    details->errors[section][0] = '\0';
    if (result->state != PT_RESULT_FAILED)
        return false;
    snprintf(details->errors[section], sizeof details->errors[0], "%s%s%s", result->error.what,
             result->error.fix[0] != '\0' ? ". " : "", result->error.fix);
    return true;
}

static void take_answers(struct details *details, const struct ui *ui)
{
    const struct pt_result *describe =
        details->describe_id != 0 ? ui_result(ui, details->describe_id) : NULL;
    if (describe != NULL && describe->state != PT_RESULT_RUNNING) {
        details->describe_id = 0;
        take_error(details, describe, DETAILS_CONFIGS);
        if (!take_error(details, describe, DETAILS_PARTITIONS)) {
            details->asked_ms[DETAILS_PARTITIONS] = details->asked_ms[DETAILS_CONFIGS] =
                details->tried_ms[DETAILS_PARTITIONS];
            take_partitions(details, describe);
            take_configs(details, describe);
        }
    }
    const struct pt_result *peek = details->peek_id != 0 ? ui_result(ui, details->peek_id) : NULL;
    if (peek != NULL && peek->state != PT_RESULT_RUNNING) {
        details->peek_id = 0;
        bool is_late = is_reading(details) && details->sections[DETAILS_RECORDS].n > 0;
        if (!is_late && !take_error(details, peek, DETAILS_RECORDS)) {
            details->asked_ms[DETAILS_RECORDS] = details->tried_ms[DETAILS_RECORDS];
            take_records(details, peek);
        }
    }
}

void details_recalc(struct details *details, struct ui *ui, struct rect body)
{
    take_answers(details, ui);
    ask_when_old(details, ui);
    for (int i = 0; i < DETAILS_SECTIONS; i++)
        list_fit(&details->lists[i], (int)details->sections[i].n, body.h - HEAD_ROWS);
}

/* --- drawing ------------------------------------------------------------------------------------
 */

static void draw_facts(const struct details *details, const struct ui *ui, struct canvas *canvas,
                       struct rect body)
{
    const struct pt_topic *topic = topic_find(ui->snap, details->topic);
    if (topic == NULL) {
        canvas_text(canvas, body, 0, 1, STYLE_WARN, "not in the cluster's list of topics");
        return;
    }
    char text[300];
    snprintf(text, sizeof text, "%s partitions x %s   records %s   in %s/s   out %s/s   lag %s%s%s",
             show_some(topic->n_partitions).s, show_some(topic->replication).s,
             show_count(topic->messages).s, show_rate(topic->in_per_s).s,
             show_rate(topic->out_per_s).s, show_count(topic->lag).s,
             topic->leaderless > 0 ? "   partitions without a leader" : "",
             topic->under_replicated > 0 ? "   replicas behind" : "");
    canvas_field(canvas, body, 0, 1, body.w - 2, ALIGN_LEFT, STYLE_NORMAL, text);
}

/* How old what is shown is, and why it grows older. */
static void age_words(const struct details *details, const struct ui *ui, char *out, size_t cap)
{
    enum details_section section = details->section;
    int64_t asked_ms = details->asked_ms[section];
    const char *why = details->errors[section][0] != '\0' && details->sections[section].n > 0
                          ? ", the last question failed: r says why"
                      : is_reading(details) ? ", g follows again"
                                            : "";
    out[0] = '\0';
    if (asked_ms > 0)
        snprintf(out, cap, "%s old%s", show_age(ui->now_ms - asked_ms).s, why);
}

static void draw_tabs(const struct details *details, const struct ui *ui, struct canvas *canvas,
                      struct rect body)
{
    int x = 1;
    for (int i = 0; i < DETAILS_SECTIONS; i++) {
        bool is_here = i == (int)details->section;
        x += canvas_printf(canvas, body, 1, x, is_here ? STYLE_BOLD : STYLE_DIM, "%s%s%s",
                           is_here ? "[" : " ", section_names[i], is_here ? "]" : " ");
        x++;
    }
    char age[160];
    age_words(details, ui, age, sizeof age);
    int w = text_cols(age);
    canvas_field(canvas, body, 1, body.w - w - 1, w, ALIGN_LEFT,
                 details->errors[details->section][0] != '\0' ? STYLE_WARN : STYLE_DIM, age);
    const char *note =
        details->search[0] != '\0' ? details->search : details->notes[details->section];
    char words[100];
    snprintf(words, sizeof words, "%s%s", details->search[0] != '\0' ? "/" : "", note);
    if (note[0] != '\0')
        canvas_field(canvas, body, 1, x + 2, body.w - w - x - 4, ALIGN_LEFT, STYLE_DIM, words);
}

static const char *head_of(enum details_section section)
{
    static const char *const heads[DETAILS_SECTIONS] = {
        "PRT        OFFSET TIME                  KEY  VALUE, newest first",
        " PART LEADER SYNC  REPLICAS           LOW         HIGH    COMMITTED      LAG",
        "NAME                                   VALUE"};
    return heads[section];
}

static const char *empty_words(const struct details *details)
{
    const char *error = details->errors[details->section];
    uint64_t id = details->section == DETAILS_RECORDS ? details->peek_id : details->describe_id;
    return error[0] != '\0' ? error : id != 0 ? "asking …" : "none";
}

void details_draw(const struct details *details, const struct ui *ui, struct canvas *canvas,
                  struct rect body)
{
    const struct lines *lines = &details->sections[details->section];
    const struct list *list = &details->lists[details->section];
    draw_facts(details, ui, canvas, body);
    draw_tabs(details, ui, canvas, body);
    canvas_blank(canvas, rect_row(body, 2), STYLE_HEAD);
    canvas_field(canvas, body, 2, 1, body.w - 2, ALIGN_LEFT, STYLE_HEAD, head_of(details->section));
    struct rect text = {body.y + HEAD_ROWS, body.x, body.h - HEAD_ROWS, body.w};
    if (lines->n == 0) {
        const char *words = empty_words(details);
        char line[LINE_BYTES];
        for (int y = 0; y < text.h && text_wrap(&words, text.w - 2, line, sizeof line); y++)
            canvas_text(canvas, text, y, 1, STYLE_NORMAL, line);
        return;
    }
    for (int y = 0; y < text.h && list->top + y < (int)lines->n; y++) {
        int row = list->top + y;
        bool is_selected = row == list->selected;
        if (is_selected)
            canvas_text(canvas, text, y, 0, STYLE_BOLD, ">");
        canvas_field(canvas, text, y, 1, text.w - 2, ALIGN_LEFT,
                     is_selected ? STYLE_BOLD : STYLE_NORMAL, lines->lines[row]);
    }
}

/* --- keys ---------------------------------------------------------------------------------------
 */

bool details_copy(const struct details *details, FILE *out)
{
    const char *whole = lines_whole(&details->sections[details->section],
                                    details->lists[details->section].selected);
    fputs(whole != NULL ? whole : details->topic, out);
    return true;
}

static bool is_hit(const struct details *details, int row)
{
    const struct lines *lines = &details->sections[details->section];
    return strcasestr(lines->lines[row], details->search) != NULL ||
           strcasestr(lines_whole(lines, row), details->search) != NULL;
}

bool details_find(struct details *details, const char *text)
{
    struct list *list = &details->lists[details->section];
    int n = (int)details->sections[details->section].n;
    snprintf(details->search, sizeof details->search, "%s", text);
    for (int i = 0; i < n && text[0] != '\0'; i++) {
        int row = (list->selected + i) % n;
        if (!is_hit(details, row))
            continue;
        list_select(list, row);
        return true;
    }
    return text[0] == '\0';
}

/* The next line in this direction whose whole has the searched text. */
static void find_next(struct details *details, struct ui *ui, int by)
{
    const struct lines *lines = &details->sections[details->section];
    struct list *list = &details->lists[details->section];
    if (details->search[0] == '\0') {
        ui_say(ui, "/ asks what to look for");
        return;
    }
    for (int row = list->selected + by; row >= 0 && row < (int)lines->n; row += by) {
        if (!is_hit(details, row))
            continue;
        list_select(list, row);
        return;
    }
    ui_say(ui, "no more lines that way have \"%s\"", details->search);
}

static void turn(struct details *details, int by)
{
    details->section =
        (enum details_section)(((int)details->section + by + DETAILS_SECTIONS) % DETAILS_SECTIONS);
}

/* The last question failed while older lines are still shown. */
static void tell_error(const struct details *details, struct ui *ui)
{
    if (details->sections[details->section].n > 0)
        ui_ask(ui, DIALOG_TEXT, details->topic, details->errors[details->section], NULL);
}

bool details_act(struct details *details, struct ui *ui, enum action action)
{
    const char *whole;
    if (list_act(&details->lists[details->section], action))
        return true;
    switch (action) {
    case ACT_SECTION_NEXT:
    case ACT_RIGHT:
    case ACT_PANEL:
        turn(details, 1);
        return true;
    case ACT_SECTION_BACK:
    case ACT_LEFT:
        turn(details, -1);
        return true;
    case ACT_ENTER:
        whole = lines_whole(&details->sections[details->section],
                            details->lists[details->section].selected);
        if (whole != NULL)
            ui_ask(ui, DIALOG_TEXT, details->topic, whole, NULL);
        return true;
    case ACT_FIND_NEXT:
    case ACT_FIND_BACK:
        find_next(details, ui, action == ACT_FIND_NEXT ? 1 : -1);
        return true;
    case ACT_REFRESH:
        if (details->errors[details->section][0] != '\0')
            tell_error(details, ui);
        if (details->section == DETAILS_RECORDS)
            list_select(&details->lists[DETAILS_RECORDS], 0); /* it follows again */
        ask(details, ui);
        ui_say(ui, "asking again …");
        return true;
    case ACT_BACK:
        details_close(details);
        return true;
    default:
        return false;
    }
}
