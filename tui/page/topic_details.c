/* One topic: its newest records, partitions, consumer groups and configuration. The section that is
 * shown is requested again every few seconds, and its age is shown. Results are copied into lines,
 * because they leave the snapshot after a while. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/names.h"
#include "page/record_text.h"
#include "page/shared.h"
#include "page/text_list.h"
#include "page/topics.h"
#include "widget/format.h"

enum {
    RECORDS_EVERY_MS = 5000,
    FOLLOW_EVERY_MS = 1000,
    PARTITIONS_EVERY_MS = 5000,
    CONFIGS_EVERY_MS = 30000,
    /* Each group costs the brokers connections. */
    GROUPS_EVERY_MS = 30000,
    /* AWS renews what it tells about once a minute. */
    AWS_EVERY_MS = 60000,
    /* An answer that arrived while another page was shown may have left the snapshot. */
    LOST_MS = 60000
};

/* ---- requests and answers ---- */

static void details_ask_records(struct details *details, struct page_desk *desk)
{
    struct pt_error err = {.code = PT_OK};
    struct pt_command peek = details->place;
    peek.kind = PT_CMD_TOPIC_PEEK;
    peek.topic = details->topic;
    peek.count = DETAILS_RECORDS_MAX;
    details->tried_ms[DETAILS_RECORDS] = desk->now_ms;
    details->peek_id = desk_submit(desk, &peek, &err);
    if (details->peek_id == 0)
        error_line(&err, details->errors[DETAILS_RECORDS], sizeof details->errors[0]);
}

static void details_ask_description(struct details *details, struct page_desk *desk)
{
    struct pt_error err = {.code = PT_OK};
    struct pt_command describe = {.kind = PT_CMD_TOPIC_DESCRIBE, .topic = details->topic};
    details->tried_ms[DETAILS_PARTITIONS] = details->tried_ms[DETAILS_CONFIGS] = desk->now_ms;
    details->describe_id = desk_submit(desk, &describe, &err);
    if (details->describe_id == 0) {
        error_line(&err, details->errors[DETAILS_PARTITIONS], sizeof details->errors[0]);
        error_line(&err, details->errors[DETAILS_CONFIGS], sizeof details->errors[0]);
    }
}

static void details_ask_groups(struct details *details, struct page_desk *desk)
{
    struct pt_error err = {.code = PT_OK};
    struct pt_command groups = {.kind = PT_CMD_TOPIC_GROUPS, .topic = details->topic};
    details->tried_ms[DETAILS_GROUPS] = desk->now_ms;
    details->groups_id = desk_submit(desk, &groups, &err);
    if (details->groups_id == 0)
        error_line(&err, details->errors[DETAILS_GROUPS], sizeof details->errors[0]);
}

static void details_ask(struct details *details, struct page_desk *desk)
{
    details_ask_description(details, desk); /* replaces a request without an answer */
    details_ask_records(details, desk);
    if (details->section == DETAILS_GROUPS)
        details_ask_groups(details, desk);
}

uint64_t details_pending(const struct details *details)
{
    return details->section == DETAILS_RECORDS  ? details->peek_id
           : details->section == DETAILS_GROUPS ? details->groups_id
                                                : details->describe_id;
}

bool details_is_placed(const struct details *details)
{
    return details->place.is_at || details->place.is_from;
}

bool details_is_reading(const struct details *details)
{
    const struct listing *listing = &details->lists[DETAILS_RECORDS];
    bool is_first = listing->list.selected == 0;
    return details->section == DETAILS_RECORDS && !is_first && !details_is_placed(details);
}

static void details_ask_when_old(struct details *details, struct page_desk *desk)
{
    static const int every_ms[DETAILS_SECTIONS] = {RECORDS_EVERY_MS, PARTITIONS_EVERY_MS,
                                                   GROUPS_EVERY_MS, CONFIGS_EVERY_MS};
    bool is_of_aws = desk->snap->topics->source == PT_TOPICS_OF_AWS;
    int64_t period_ms = is_of_aws ? AWS_EVERY_MS : every_ms[details->section];
    int64_t age_ms = desk->now_ms - details->tried_ms[details->section];
    if (details->section == DETAILS_RECORDS && details->is_following && !is_of_aws)
        period_ms = FOLLOW_EVERY_MS;
    if (details->section == DETAILS_RECORDS && details_is_placed(details) &&
        (details->asked_ms[DETAILS_RECORDS] > 0 || details->errors[DETAILS_RECORDS][0] != '\0'))
        return;
    if (!desk_is_live(desk) || details_is_reading(details) || (age_ms >= 0 && age_ms < period_ms))
        return;
    bool is_lost = age_ms < 0 || age_ms > LOST_MS;
    if (details_pending(details) != 0 && !is_lost)
        return;
    if (details->section == DETAILS_RECORDS)
        details_ask_records(details, desk);
    else if (details->section == DETAILS_GROUPS)
        details_ask_groups(details, desk);
    else
        details_ask_description(details, desk);
}

void details_open(struct details *details, struct page_desk *desk, const char *topic)
{
    details_close(details);
    details->is_open = true;
    snprintf(details->topic, sizeof details->topic, "%s", topic);
    details_ask(details, desk);
}

void details_close(struct details *details)
{
    for (int i = 0; i < DETAILS_SECTIONS; i++) {
        lines_clear(&details->sections[i]);
        listing_done(&details->lists[i]);
    }
    memset(details, 0, sizeof *details);
}

static void details_take_records(struct details *details, const struct pt_result *result)
{
    struct lines *lines = &details->sections[DETAILS_RECORDS];
    snprintf(details->notes[DETAILS_RECORDS], sizeof details->notes[0], "%s", result->text);
    if (result->is_truncated && result->text[0] == '\0')
        snprintf(details->notes[DETAILS_RECORDS], sizeof details->notes[0], "cut at 1 MiB");
    if (!lines_start(lines, result->n_records))
        return;
    for (size_t i = 0; i < result->n_records; i++) { /* the newest ones newest first */
        size_t from_end = result->n_records - 1 - i;
        const struct pt_peeked *record =
            &result->records[details_is_placed(details) ? i : from_end];
        char *line = NULL, key[128];
        text_in_cols(key, sizeof key, record->key != NULL ? record->key : "null", 8, ALIGN_RIGHT);
        if (asprintf(&line, "%3d %s %s %s  %s", record->partition,
                     show_right(show_offset_in(record->offset, 13), 13).s,
                     record->time_ms != PT_UNKNOWN
                         ? "\t"
                         : show_left(show_day_second(record->time_ms), 16).s,
                     key, record_value(record)) < 0)
            continue;
        if (lines->n < DETAILS_RECORDS_MAX)
            details->places[lines->n] = (struct details_place){record->partition, record->offset};
        lines_add(lines, line, record_text(record));
        lines_date(lines, record->time_ms);
    }
}

static void details_take_configs(struct details *details, const struct pt_result *result)
{
    struct lines *lines = &details->sections[DETAILS_CONFIGS];
    if (!result->has_configs) /* the page says so */
        return;
    if (!lines_start(lines, result->n_configs))
        return;
    for (size_t i = 0; i < result->n_configs; i++) {
        const struct pt_config_entry *entry = &result->configs[i];
        char *whole = NULL;
        if (asprintf(&whole, "%s=%s%s%s", entry->name, entry->value,
                     entry->is_default
                         ? "\n\nThe topic does not set it: that is the brokers' value, "
                           "or Kafka's default."
                         : "",
                     entry->is_readonly ? "\n\nIt cannot be changed." : "") < 0)
            whole = NULL;
        lines_add_named(lines, entry->name, 38, whole, "%s%s%s", entry->value,
                        entry->is_default ? "  (default)" : "",
                        entry->is_readonly ? "  (read-only)" : "");
    }
}

/* The most lagging partition first; where the lag is the same or unknown, by their numbers. */
static int details_compare_lags(const void *a, const void *b)
{
    const struct pt_described_partition *left = *(const struct pt_described_partition *const *)a;
    const struct pt_described_partition *right = *(const struct pt_described_partition *const *)b;
    if (left->lag != right->lag)
        return left->lag > right->lag ? -1 : 1; /* PT_UNKNOWN is below every number */
    return left->partition < right->partition ? -1 : left->partition > right->partition;
}

static void details_take_partitions(struct details *details, const struct pt_result *result)
{
    struct lines *lines = &details->sections[DETAILS_PARTITIONS];
    const struct pt_described_partition **order = calloc(result->n_partitions + 1, sizeof *order);
    if (order == NULL || !lines_start(lines, result->n_partitions)) {
        free(order);
        return;
    }
    for (size_t i = 0; i < result->n_partitions; i++)
        order[i] = &result->partitions[i];
    qsort(order, result->n_partitions, sizeof *order, details_compare_lags);
    for (size_t i = 0; i < result->n_partitions; i++) {
        const struct pt_described_partition *part = order[i];
        char replicas[64] = "";
        size_t len = 0;
        for (int r = 0; r < part->n_replicas && r < 8 && len < sizeof replicas; r++)
            len += (size_t)snprintf(replicas + len, sizeof replicas - len, "%s%d", r > 0 ? "," : "",
                                    part->replicas[r]);
        char *line = NULL;
        if (asprintf(&line, "%5d %s %s/%-2s %-9s %s %s %s %s", part->partition,
                     show_right(show_some(part->leader), 6).s,
                     show_right(show_some(part->n_in_sync), 2).s, show_some(part->n_replicas).s,
                     replicas, show_right(show_offset_in(part->low, 12), 12).s,
                     show_right(show_offset_in(part->high, 12), 12).s,
                     show_right(show_offset_in(part->committed, 12), 12).s,
                     show_right(show_count_in(part->lag, 8), 8).s) < 0)
            continue;
        lines_add(lines, line, NULL);
        /* What is unknown counts: nobody has said that it is well. */
        if (part->leader < 0 || part->n_in_sync < 0 || part->n_in_sync < part->n_replicas)
            lines_warn(lines);
    }
    free(order);
}

/* True when the request failed; the section then shows why. */
static bool details_take_error(struct details *details, const struct pt_result *result,
                               enum details_section section)
{
    return error_of_result(result, details->errors[section], sizeof details->errors[0]);
}

static void details_take_answers(struct details *details, const struct page_desk *desk)
{
    const struct pt_result *describe =
        details->describe_id != 0 ? desk_result(desk, details->describe_id) : NULL;
    if (describe != NULL && describe->state != PT_RESULT_RUNNING) {
        details->describe_id = 0;
        details_take_error(details, describe, DETAILS_CONFIGS);
        if (!details_take_error(details, describe, DETAILS_PARTITIONS)) {
            details->asked_ms[DETAILS_PARTITIONS] = details->asked_ms[DETAILS_CONFIGS] =
                details->tried_ms[DETAILS_PARTITIONS];
            details_take_partitions(details, describe);
            details_take_configs(details, describe);
        }
    }
    const struct pt_result *groups =
        details->groups_id != 0 ? desk_result(desk, details->groups_id) : NULL;
    if (groups != NULL && groups->state != PT_RESULT_RUNNING) {
        details->groups_id = 0;
        if (!details_take_error(details, groups, DETAILS_GROUPS)) {
            details->asked_ms[DETAILS_GROUPS] = details->tried_ms[DETAILS_GROUPS];
            details_take_groups(details, groups);
        }
    }
    const struct pt_result *peek =
        details->peek_id != 0 ? desk_result(desk, details->peek_id) : NULL;
    if (peek != NULL && peek->state != PT_RESULT_RUNNING) {
        details->peek_id = 0;
        bool is_late = details_is_reading(details) && details->sections[DETAILS_RECORDS].n > 0;
        if (!is_late && !details_take_error(details, peek, DETAILS_RECORDS)) {
            details->asked_ms[DETAILS_RECORDS] = details->tried_ms[DETAILS_RECORDS];
            details_take_records(details, peek);
        }
    }
}

static const struct column records_columns[] = {
    {"PRT",    3,  0, 0, ALIGN_RIGHT},
    {"OFFSET", 14, 0, 0, ALIGN_RIGHT},
    {"TIME",   17, 0, 0, ALIGN_LEFT },
    {"KEY",    9,  0, 0, ALIGN_RIGHT},
    {" VALUE", 30, 0, 0, ALIGN_LEFT },
};

static const struct column partitions_columns[] = {
    {"PART",      5,  0, 0, ALIGN_RIGHT},
    {"LEADER",    7,  0, 0, ALIGN_RIGHT},
    {"SYNC ",     6,  0, 0, ALIGN_RIGHT},
    {"REPLICAS",  10, 0, 0, ALIGN_LEFT },
    {"LOW",       13, 0, 0, ALIGN_RIGHT},
    {"HIGH",      13, 0, 0, ALIGN_RIGHT},
    {"COMMITTED", 13, 0, 0, ALIGN_RIGHT},
    {"LAG",       9,  0, 0, ALIGN_RIGHT},
};

static const struct column configs_columns[] = {
    {"NAME",  38, 0, 0, ALIGN_LEFT},
    {"VALUE", 40, 0, 0, ALIGN_LEFT},
};

static void details_row(const void *arg, size_t row, char *out, size_t cap, enum style *style)
{
    const struct lines *lines = arg;
    *style = lines->warns[row] ? STYLE_WARN : STYLE_NORMAL;
    lines_text(lines, row, (struct lines_clock){16, true}, out, cap);
}

static const char *details_whole(const void *arg, size_t row)
{
    return lines_whole(arg, (int)row);
}

static int64_t details_time(const void *arg, size_t row)
{
    return ((const struct lines *)arg)->times[row];
}

struct text_list details_texts(const struct details *details, int section)
{
    static const struct {
        const struct column *columns;
        int n, keys, time;
    } tables[DETAILS_SECTIONS] = {
        [DETAILS_RECORDS] = {records_columns,        sizeof records_columns / sizeof *records_columns, 2,
                             2                                                                              },
        [DETAILS_PARTITIONS] = {partitions_columns,
                             sizeof partitions_columns / sizeof *partitions_columns,                   1, -1},
        [DETAILS_GROUPS] = {details_groups_columns, DETAILS_GROUPS_COLUMNS,                           1, -1},
        [DETAILS_CONFIGS] = {configs_columns,        sizeof configs_columns / sizeof *configs_columns, 1,
                             -1                                                                             },
    };
    return (struct text_list){.columns = tables[section].columns,
                              .n_columns = tables[section].n,
                              .key_columns = tables[section].keys,
                              .time_column = tables[section].time,
                              .has_faults =
                                  section == DETAILS_PARTITIONS || section == DETAILS_GROUPS,
                              .n = details->sections[section].n,
                              .arg = &details->sections[section],
                              .row = details_row,
                              .whole = details_whole,
                              .time_ms = details_time};
}

void details_recalc(struct details *details, struct page_desk *desk, struct rect body)
{
    details_take_answers(details, desk);
    details_ask_when_old(details, desk);
    if (!details_is_reading(details) && details->section == DETAILS_RECORDS &&
        !details_is_placed(details))
        listing_stay(&details->lists[DETAILS_RECORDS], 0); /* on the newest, whichever it is */
    for (int i = 0; i < DETAILS_SECTIONS; i++) {
        struct text_list texts = details_texts(details, i);
        text_list_recalc(&details->lists[i], &texts, body.h - DETAILS_HEAD_ROWS);
    }
}

/* ---- keys ---- */

const char *details_setting(const struct details *details)
{
    if (details->section != DETAILS_CONFIGS)
        return NULL;
    return lines_whole(&details->sections[DETAILS_CONFIGS],
                       listing_selected(&details->lists[DETAILS_CONFIGS]));
}

bool details_record(const struct details *details, int32_t *partition, int64_t *offset)
{
    int row = listing_selected(&details->lists[DETAILS_RECORDS]);
    bool is_there = details->section == DETAILS_RECORDS && row >= 0 && row < DETAILS_RECORDS_MAX &&
                    (size_t)row < details->sections[DETAILS_RECORDS].n;
    if (is_there) {
        *partition = details->places[row].partition;
        *offset = details->places[row].offset;
    }
    return is_there;
}

bool details_copy(const struct details *details, FILE *out)
{
    const char *whole = lines_whole(&details->sections[details->section],
                                    listing_selected(&details->lists[details->section]));
    fputs(whole != NULL ? whole : details->topic, out);
    return true;
}

void details_title(const struct details *details, char *out, size_t cap)
{
    char rows[160];
    const struct listing *listing = &details->lists[details->section];
    bool is_plain = listing_is_plain(listing);
    static const char *const nouns[DETAILS_SECTIONS] = {[DETAILS_RECORDS] = "record",
                                                        [DETAILS_PARTITIONS] = "partition",
                                                        [DETAILS_GROUPS] = "group",
                                                        [DETAILS_CONFIGS] = "setting"};
    int n = listing->list.count;
    listing_title(listing, rows, sizeof rows);
    /* A long name must not push a filter out of the title. */
    if (is_plain)
        snprintf(out, cap, "%s  %s %s%s", details->topic, rows, nouns[details->section],
                 n == 1 ? "" : "s");
    else
        snprintf(out, cap, "%s  %s", rows, details->topic);
}

struct listing *details_listing(struct details *details)
{
    return &details->lists[details->section];
}

static void details_turn(struct details *details, int by)
{
    details->section =
        (enum details_section)(((int)details->section + by + DETAILS_SECTIONS) % DETAILS_SECTIONS);
}

/* Shows why the last request failed, while older lines are still shown. */
static void details_tell_error(const struct details *details, struct page_desk *desk)
{
    if (details->sections[details->section].n > 0)
        desk_show(desk, details->topic, details->errors[details->section]);
}

void details_from(struct details *details, struct page_desk *desk, const struct pt_command *place)
{
    details->place = *place;
    details->section = DETAILS_RECORDS;
    details->is_following = false;
    details->asked_ms[DETAILS_RECORDS] = 0;
    details->errors[DETAILS_RECORDS][0] = details->notes[DETAILS_RECORDS][0] = '\0';
    lines_clear(&details->sections[DETAILS_RECORDS]);
    listing_stay(&details->lists[DETAILS_RECORDS], 0);
    details_ask_records(details, desk);
}

static void details_follow(struct details *details, struct page_desk *desk)
{
    static const struct pt_command newest;
    details_from(details, desk, &newest);
    details->is_following = true;
    desk_say(desk, "following the newest records");
}

const struct page_key details_keys[] = {
    {ACT_STREAMS        },
    {ACT_ENTER,           4, "open", "the whole line or record"},
    {ACT_BACK,             6, "back", "back to the list"},
    {ACT_RECORDS_FROM                  },
    {ACT_FOLLOW     },
    {ACT_SECTION_BACK},
    {ACT_SECTION_NEXT   },
    {ACT_TOPIC_ALTER,          6, "change", "change this topic: partitions, a setting; asks first"},
    {ACT_TOPIC_DELETE   },
    {ACT_PRODUCE,    8, "produce",
     "produce a record by hand in your editor, from the selected one; asks first"},
    LISTING_KEYS,
    {ACT_NONE    },
};

bool details_act(struct details *details, struct page_desk *desk, enum action action)
{
    const char *whole;
    switch (action) {
    case ACT_SECTION_NEXT:
    case ACT_RIGHT:
    case ACT_PANEL:
        details_turn(details, 1);
        return true;
    case ACT_SECTION_BACK:
    case ACT_LEFT:
        details_turn(details, -1);
        return true;
    case ACT_ENTER:
        whole = lines_whole(&details->sections[details->section],
                            listing_selected(&details->lists[details->section]));
        if (whole != NULL)
            desk_show(desk, details->topic, whole);
        return true;
    case ACT_REFRESH:
        if (details->errors[details->section][0] != '\0')
            details_tell_error(details, desk);
        if (details->section == DETAILS_RECORDS)
            list_select(&details->lists[DETAILS_RECORDS].list, 0); /* follows the newest again */
        details_ask(details, desk);
        desk_say(desk, "asking again …");
        return true;
    case ACT_FOLLOW:
        details_follow(details, desk);
        return true;
    case ACT_BACK:
        details_close(details);
        return true;
    default:
        return false;
    }
}
