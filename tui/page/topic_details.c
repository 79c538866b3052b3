/* One topic: its newest records, partitions and configuration, as they were when it was asked. What
 * came back is copied into lines: results leave the snapshot after a while. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/topics.h"
#include "ui/format.h"

enum { PEEK_RECORDS = 50, HEAD_ROWS = 3, LINE_BYTES = 512 };

static const char *const section_names[DETAILS_SECTIONS] = {"Records", "Partitions", "Configs"};

/* --- asking and answers -------------------------------------------------------------------------
 */

static void ask(struct details *details, struct ui *ui)
{
    struct pt_error err;
    memset(&err, 0, sizeof err);
    struct pt_command describe = {.kind = PT_CMD_TOPIC_DESCRIBE, .topic = details->topic};
    struct pt_command peek = {
        .kind = PT_CMD_TOPIC_PEEK, .topic = details->topic, .count = PEEK_RECORDS};
    details->describe_id = ui_submit(ui, &describe, false, &err);
    details->peek_id = ui_submit(ui, &peek, false, &err);
    for (int i = 0; i < DETAILS_SECTIONS; i++)
        details->errors[i][0] = '\0';
    if (details->peek_id == 0)
        snprintf(details->errors[DETAILS_RECORDS], sizeof details->errors[0], "%s. %s", err.what,
                 err.fix);
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

static char *record_whole(const struct pt_peeked *record)
{
    char *text = NULL;
    if (asprintf(&text, "partition %d, offset %" PRId64 ", %s\nkey %s\n%" PRId64 " bytes%s\n\n%s",
                 record->partition, record->offset, show_second(record->time_ms).s,
                 record->key != NULL ? record->key : "(none)", record->value_bytes,
                 record->is_cut ? ", cut here" : "", record->value) < 0)
        return NULL;
    return text;
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
        if (asprintf(&line, "%3d %10" PRId64 " %s %8s  %s", record->partition, record->offset,
                     record->time_ms != PT_UNKNOWN ? show_second(record->time_ms).s : "         ",
                     record->key != NULL ? record->key : "–", record->value) >= 0)
            lines_add(lines, line, record_whole(record));
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
        if (asprintf(&line, "%5d %6d %2d/%-2d %-9s %s %s %s %s", part->partition, part->leader,
                     part->n_in_sync, part->n_replicas, replicas,
                     show_right(show_count(part->low), 12).s,
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
            take_partitions(details, describe);
            take_configs(details, describe);
        }
    }
    const struct pt_result *peek = details->peek_id != 0 ? ui_result(ui, details->peek_id) : NULL;
    if (peek != NULL && peek->state != PT_RESULT_RUNNING) {
        details->peek_id = 0;
        if (!take_error(details, peek, DETAILS_RECORDS))
            take_records(details, peek);
    }
}

void details_recalc(struct details *details, struct ui *ui, struct rect body)
{
    take_answers(details, ui);
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
    snprintf(text, sizeof text, "%d partitions x %d   records %s   in %s/s   out %s/s   lag %s%s%s",
             topic->n_partitions, topic->replication, show_count(topic->messages).s,
             show_rate(topic->in_per_s).s, show_rate(topic->out_per_s).s, show_count(topic->lag).s,
             topic->leaderless > 0 ? "   partitions without a leader" : "",
             topic->under_replicated > 0 ? "   replicas behind" : "");
    canvas_field(canvas, body, 0, 1, body.w - 2, ALIGN_LEFT, STYLE_NORMAL, text);
}

static void draw_tabs(const struct details *details, struct canvas *canvas, struct rect body)
{
    int x = 1;
    for (int i = 0; i < DETAILS_SECTIONS; i++) {
        bool is_here = i == (int)details->section;
        x += canvas_printf(canvas, body, 1, x, is_here ? STYLE_BOLD : STYLE_DIM, "%s%s%s",
                           is_here ? "[" : " ", section_names[i], is_here ? "]" : " ");
        x++;
    }
    const char *note =
        details->search[0] != '\0' ? details->search : details->notes[details->section];
    if (note[0] != '\0')
        canvas_printf(canvas, body, 1, x + 2, STYLE_DIM, "%s%s",
                      details->search[0] != '\0' ? "/" : "", note);
}

static const char *head_of(enum details_section section)
{
    static const char *const heads[DETAILS_SECTIONS] = {
        "PRT     OFFSET TIME           KEY  VALUE, newest first",
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
    draw_tabs(details, canvas, body);
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

bool details_copy(const struct details *details, char *out, size_t cap)
{
    const char *whole = lines_whole(&details->sections[details->section],
                                    details->lists[details->section].selected);
    snprintf(out, cap, "%s", whole != NULL ? whole : details->topic);
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
        ask(details, ui);
        ui_say(ui, "asking again");
        return true;
    case ACT_BACK:
        details_close(details);
        return true;
    default:
        return false;
    }
}
