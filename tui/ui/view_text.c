#include "ui/view_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const figure_words[] = {"rates", "lag", "ack", "token"};
static const char *const time_words[] = {"utc", "local"};

#define N_OF(words) ((int)(sizeof(words) / sizeof *(words)))

static const char reversed_words[] = ", reversed";

/* ---- writing ---- */

size_t view_format(const struct view *view, char *out, size_t cap)
{
    FILE *file = fmemopen(out, cap, "w");
    if (file == NULL)
        return 0;
    fputs("# What the dashboard looked like last. pintop writes this file; without it the defaults "
          "hold.\n",
          file);
    if (view->has_theme)
        fprintf(file, "theme=%s\n", theme_word(view->theme));
    fprintf(file, "times=%s\nchart.figure=%s\nchart.step=%d\n", time_words[view->is_local],
            figure_words[view->figure], view->step);
    if (view->has_form)
        fprintf(file, "chart.form=%s\n", chart_form_word(view->form));
    for (int i = 0; i < view->n_orders; i++) {
        const struct view_order *order = &view->orders[i];
        fprintf(file, "order.%s=%s%s\n", order->list, order->column,
                order->is_reversed ? reversed_words : "");
    }
    long len = ftell(file);
    fclose(file);
    return len > 0 ? (size_t)len : 0;
}

/* ---- reading ---- */

/* The place of a word among some; -1: none of them is. */
static int view_word(const char *const *words, int n, const char *value)
{
    for (int i = 0; i < n; i++)
        if (strcmp(words[i], value) == 0)
            return i;
    return -1;
}

static bool view_take_order(struct view *view, const char *list, const char *value)
{
    struct view_order order = {.is_reversed = false};
    size_t len = strlen(value), end = sizeof reversed_words - 1;
    order.is_reversed = len >= end && strcmp(value + len - end, reversed_words) == 0;
    len -= order.is_reversed ? end : 0;
    if (list[0] == '\0' || strlen(list) >= sizeof order.list || len >= sizeof order.column)
        return false;
    snprintf(order.list, sizeof order.list, "%s", list);
    snprintf(order.column, sizeof order.column, "%.*s", (int)len, value);
    view_set_order(view, &order);
    return true;
}

static bool view_take_step(struct view *view, const char *value)
{
    char *end;
    long step = strtol(value, &end, 10);
    view->step = (int)step;
    return *end == '\0' && end != value && step >= 0 && step < CHART_STEPS;
}

/* False: the value is none of that key. */
static bool view_take_value(struct view *view, const char *key, const char *value)
{
    int word = 0;
    if (strncmp(key, "order.", 6) == 0)
        return view_take_order(view, key + 6, value);
    if (strcmp(key, "chart.step") == 0)
        return view_take_step(view, value);
    if (strcmp(key, "theme") == 0)
        return view->has_theme = theme_find(value, &view->theme);
    if (strcmp(key, "chart.form") == 0)
        return view->has_form = chart_form_find(value, &view->form);
    if (strcmp(key, "chart.figure") == 0) {
        word = view_word(figure_words, N_OF(figure_words), value);
        view->figure = word >= 0 ? (enum chart_figure)word : FIGURE_RATES;
    } else if (strcmp(key, "times") == 0) {
        word = view_word(time_words, N_OF(time_words), value);
        view->is_local = word == 1;
    }
    return word >= 0;
}

/* One line, which is cut up. False: it cannot be read. */
static bool view_take_line(struct view *view, char *line)
{
    if (line[0] == '#' || line[0] == '\0')
        return true;
    for (const char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return false;
    char *equals = strchr(line, '=');
    if (equals == NULL || equals == line)
        return false;
    *equals = '\0';
    return view_take_value(view, line, equals + 1);
}

int view_parse(const char *text, struct view *view)
{
    char *copy = strdup(text), *rest = copy;
    int line = 0;
    bool is_good = true;
    *view = (struct view){.step = 0};
    while (is_good && rest != NULL) {
        char *at = strsep(&rest, "\n");
        line++;
        is_good = view_take_line(view, at);
    }
    free(copy);
    if (is_good)
        return 0;
    *view = (struct view){.step = 0};
    return line;
}

/* ---- orders ---- */

const struct view_order *view_order_of(const struct view *view, const char *list)
{
    for (int i = 0; i < view->n_orders; i++)
        if (strcmp(view->orders[i].list, list) == 0)
            return &view->orders[i];
    return NULL;
}

void view_set_order(struct view *view, const struct view_order *order)
{
    struct view_order *old = (struct view_order *)(uintptr_t)view_order_of(view, order->list);
    if (old != NULL) {
        *old = *order;
        return;
    }
    if (view->n_orders == VIEW_ORDERS)
        memmove(view->orders, view->orders + 1, --view->n_orders * sizeof *view->orders);
    view->orders[view->n_orders++] = *order;
}
