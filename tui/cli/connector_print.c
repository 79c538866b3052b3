/* How `pintop connector` prints connectors for people. */
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
    struct text_table table;
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
        printf("There are more connectors than these; name one to see it.\n");
}

static void print_named(const char *name, const char *text)
{
    if (text[0])
        printf("  %-7s %s\n", name, text);
}

static void print_witnesses(const struct pt_snapshot *snap, const struct pt_connector *c)
{
    static const char *const heads[] = {"<  WITNESS", "<SINCE", ">AGE", "<SOURCE", "<SAYS"};
    struct text_table table;
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
        table_cell(&table, e->says); /* the last column, because its length varies most */
    }
    table_print(&table);
}

static void connector_print_lines(const char *text)
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
        printf("  Last error%s:\n", c->n_errors > 1 ? ", one of several like it" : "");
        connector_print_lines(c->last_error);
    }
}
