/* How `pintop connector` prints what it was told. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/connector.h"

static const char *cell_tasks(char out[CELL_MAX], const struct pt_connector *c)
{
    if (c->running_tasks < 0)
        snprintf(out, CELL_MAX, "–");
    else
        snprintf(out, CELL_MAX, "%d/%d", c->running_tasks, c->n_tasks);
    return out;
}

void connector_print_list(const struct pt_snapshot *snap)
{
    static const char *const heads[] = {"<NAME",  "<VERDICT", "<SINCE", "<STATE",
                                        ">TASKS", ">LAG",     "<CAUSE"};
    struct table table;
    char cell[CELL_MAX];
    table_init(&table, heads, sizeof heads / sizeof *heads);
    for (size_t i = 0; i < snap->connectors->n_connectors; i++) {
        const struct pt_connector *c = &snap->connectors->connectors[i];
        table_cell(&table, c->name);
        table_cell(&table, pt_verdict_word(c->verdict));
        table_cell(&table, cell_since(cell, c->verdict_since_ms, c->is_since_found));
        table_cell(&table, cell_state(cell, c, snap->time_ms));
        table_cell(&table, cell_tasks(cell, c));
        table_cell(&table, cell_count(cell, c->lag_total));
        table_cell(&table, c->cause[0] ? c->cause : c->note);
    }
    table_print(&table);
    if (snap->connectors->is_truncated)
        printf("There are more: name one.\n");
}

static void print_named(const char *name, const char *text)
{
    if (text[0])
        printf("  %-7s %s\n", name, text);
}

static void print_witnesses(const struct pt_snapshot *snap, const struct pt_connector *c)
{
    static const char *const heads[] = {"<  WITNESS", "<SINCE", ">AGE", "<SOURCE", "<SAYS"};
    struct table table;
    char cell[CELL_MAX];
    table_init(&table, heads, sizeof heads / sizeof *heads);
    for (size_t i = 0; i < c->n_evidence; i++) {
        const struct pt_evidence *e = &c->evidence[i];
        char who[40], age[CELL_MAX];
        snprintf(who, sizeof who, "%s %s", e->is_bad ? "!" : " ", e->witness);
        table_cell(&table, who);
        table_cell(&table, cell_time(cell, e->since_ms));
        if (e->asked_ms == PT_UNKNOWN)
            snprintf(age, sizeof age, "–");
        else
            snprintf(age, sizeof age, "%.0fs", (double)(snap->time_ms - e->asked_ms) / 1000);
        table_cell(&table, age);
        table_cell(&table, e->source);
        table_cell(&table, e->says); /* the last: however long it is, the others stay in sight */
    }
    table_print(&table);
}

static void print_lines(const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        printf("    %.*s\n", (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static void print_sum(const struct pt_connector *c)
{
    char objects[CELL_MAX];
    if (isnan(c->objects_per_hour))
        return;
    printf("  sum     flush.size %" PRId64 ": %s objects/h, about $%.2f/h in PUTs\n", c->flush_size,
           cell_figure(objects, c->objects_per_hour, 0), c->usd_per_hour);
}

void connector_print_status(const struct pt_snapshot *snap, const struct pt_connector *c,
                            bool is_thorough)
{
    char since[CELL_MAX];
    printf("%s  %s since %s  (%s%s%s)\n", c->name, pt_verdict_word(c->verdict),
           cell_since(since, c->verdict_since_ms, c->is_since_found), c->backend_title,
           c->version[0] ? " " : "", c->version);
    if (c->cause[0]) {
        printf("  %-7s %s%s%s%s\n", "cause", c->cause, c->rule[0] ? "  [rule " : "", c->rule,
               c->rule[0] ? "]" : "");
    }
    print_named("note", c->cause[0] ? "" : c->note);
    print_named("next", c->fix);
    print_named("safe", c->safe);
    if (is_thorough)
        print_sum(c);
    print_witnesses(snap, c);
    if (is_thorough && c->last_error) {
        printf("  Last error%s:\n", c->n_errors > 1 ? ", of several alike" : "");
        print_lines(c->last_error);
    }
}

void connector_print_described(const struct pt_result *result)
{
    for (size_t i = 0; i < result->n_lines; i++) {
        const struct pt_line *line = &result->lines[i];
        char when[CELL_MAX];
        if (!strcmp(line->level, "fact"))
            printf("%s\n", line->text);
        else if (line->time_ms != PT_UNKNOWN)
            printf("%s %s\n", cell_time(when, line->time_ms), line->text);
        else
            printf("%s\n", line->text);
    }
    if (result->n_lines)
        putchar('\n');
    for (size_t i = 0; i < result->n_configs; i++) {
        const struct pt_config_entry *entry = &result->configs[i];
        printf("%s=%s%s%s%s\n", entry->name, entry->value, entry->is_default ? "  (default)" : "",
               entry->note ? "  # " : "", entry->note ? entry->note : "");
    }
}

void connector_print_lines(const struct pt_result *result, bool has_wholes)
{
    for (size_t i = 0; i < result->n_lines; i++) {
        const struct pt_line *line = &result->lines[i];
        char when[CELL_MAX] = "";
        bool is_diff = line->level[0] == '+' || line->level[0] == '-';
        if (line->time_ms != PT_UNKNOWN)
            cell_time(when, line->time_ms);
        if (is_diff) {
            printf("%s %s\n", line->level, line->text);
            continue;
        }
        printf("%s%s%s%s%s%s", when, when[0] ? " " : "",
               has_wholes && line->whole ? line->whole : line->text,
               line->rule[0] ? "  [rule " : "", line->rule, line->rule[0] ? "]" : "");
        if (line->count > 1)
            printf("  (%d alike)", line->count);
        putchar('\n');
    }
}

void connector_print_probe(const struct pt_result *result, FILE *out)
{
    fprintf(out, "Write probe: %s\n", result->text);
    for (size_t i = 0; i < result->n_lines; i++) {
        const struct pt_line *line = &result->lines[i];
        bool is_step = strcmp(line->level, "who") != 0;
        fprintf(out, "  %-4s %s\n", is_step ? line->level : "",
                line->whole ? line->whole : line->text);
    }
}

cJSON *connector_result_json(const struct pt_result *result)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "name", result->topic);
    json_text(json, "text", result->text);
    if (result->has_configs) {
        cJSON *map = cJSON_AddObjectToObject(json, "config");
        for (size_t i = 0; i < result->n_configs; i++)
            if (!result->configs[i].is_default)
                cJSON_AddStringToObject(map, result->configs[i].name, result->configs[i].value);
        map = cJSON_AddObjectToObject(json, "defaults");
        for (size_t i = 0; i < result->n_configs; i++)
            if (result->configs[i].is_default)
                cJSON_AddStringToObject(map, result->configs[i].name, result->configs[i].value);
    }
    cJSON *list = cJSON_AddArrayToObject(json, "lines");
    for (size_t i = 0; i < result->n_lines; i++) {
        const struct pt_line *line = &result->lines[i];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(list, row);
        json_time(row, "time", line->time_ms);
        json_text(row, "level", line->level);
        json_text(row, "rule", line->rule);
        json_count(row, "count", line->count);
        json_text(row, "text", line->whole ? line->whole : line->text);
    }
    cJSON_AddBoolToObject(json, "truncated", result->is_truncated);
    return json;
}
