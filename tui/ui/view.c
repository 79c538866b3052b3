#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/chart_panel.h"
#include "pintop/engine.h"
#include "ui/view_keeper.h"
#include "widget/format.h"

enum { VIEW_TEXT_MAX = 6000 };

/* ---- beginning and end ---- */

void view_begin(struct ui *ui)
{
    view_end(ui);
    if (ui->host.config == NULL)
        return;
    const struct pt_config *cfg = ui->host.config(ui->host.arg);
    const char *dir = pt_config_get(cfg, "pintop.state.dir"), *context = pt_config_context(cfg);
    if (dir != NULL)
        ui->view.keeper = view_keeper_start(dir, context != NULL ? context : "");
    ui->view.is_theme_given = pt_config_given(cfg, "pintop.theme") != NULL;
}

void view_end(struct ui *ui)
{
    enum { VIEW_END_MS = 200 };
    view_keeper_end(ui->view.keeper, VIEW_END_MS);
    free(ui->view.last);
    ui->view = (struct ui_view){.keeper = NULL};
}

/* ---- charts and lists ---- */

/* The chart of the first page that has one. */
static struct chart_panel *view_chart(const struct ui *ui)
{
    for (size_t i = 0; i < ui->pages->n; i++)
        if (ui->pages->rows[i].ops->chart != NULL)
            return ui->pages->rows[i].ops->chart(ui->states[i]);
    return NULL;
}

/* Copies a column's title as people read it. */
static void view_title(const struct column *column, char *out, size_t cap)
{
    const char *title = column->title + strspn(column->title, " ");
    snprintf(out, cap, "%.*s", (int)strcspn(title, ","), title);
}

/* "topics.PART+LEADER": the page and the first columns of the list that is shown. */
static void view_list_name(const struct ui *ui, const struct listing *listing, char *out,
                           size_t cap)
{
    char first[VIEW_COLUMN_MAX], second[VIEW_COLUMN_MAX] = "";
    view_title(&listing->columns[0], first, sizeof first);
    if (listing->n_columns > 1)
        view_title(&listing->columns[1], second, sizeof second);
    snprintf(out, cap, "%.10s.%.16s+%.16s", ui_page(ui)->word, first, second);
    for (char *c = out; *c != '\0'; c++)
        if (*c == '=' || *c == ' ')
            *c = '_';
}

/* Sorts the list as it was; a column that it has no more leaves it in its own order. */
static void view_sort(struct listing *listing, const struct view_order *order)
{
    char title[VIEW_COLUMN_MAX];
    int sort = 0;
    for (int i = 0; i < listing->n_columns && order->column[0] != '\0' && sort == 0; i++) {
        view_title(&listing->columns[i], title, sizeof title);
        sort = strcmp(title, order->column) == 0 ? i + 1 : 0;
    }
    if (sort == 0 && order->column[0] != '\0')
        return;
    listing->sort = sort;
    listing->is_reversed = order->is_reversed;
}

/* The first time that a list is shown it gets its order back; later its order is remembered. */
static void view_follow_list(struct ui *ui)
{
    struct listing *listing = ui_listing(ui);
    struct view_order now = {.is_reversed = false};
    if (listing == NULL || listing->columns == NULL || listing->n_columns == 0)
        return;
    view_list_name(ui, listing, now.list, sizeof now.list);
    const struct view_order *old = view_order_of(&ui->view.now, now.list);
    bool is_own = listing->sort == 0 && !listing->is_reversed;
    if (!listing->is_recalled && old != NULL && is_own) {
        view_sort(listing, old);
        ui_recalc(ui);
    }
    listing->is_recalled = true;
    if (listing->sort > 0)
        view_title(&listing->columns[listing->sort - 1], now.column, sizeof now.column);
    now.is_reversed = listing->is_reversed;
    if (old != NULL || listing->sort != 0 || listing->is_reversed)
        view_set_order(&ui->view.now, &now);
}

/* ---- taking over and remembering ---- */

static void view_look(struct ui *ui, enum theme theme)
{
    if (theme == ui->desk.looks.theme)
        return;
    ui->desk.looks.theme = theme;
    if (ui->host.look != NULL)
        ui->host.look(ui->host.arg, &ui->desk.looks);
}

/* A file that cannot be read is as none, and the next change replaces it. */
static void view_read(struct ui *ui, const char *text)
{
    struct pt_error err;
    int line = text != NULL ? view_parse(text, &ui->view.now) : 0;
    if (line == 0)
        return;
    pt_error_set(&err, PT_EDATA, "The next change of the view writes a new one",
                 "the view of this context cannot be read, and the defaults are shown: line %d of "
                 "its file in the state directory is damaged",
                 line);
    pt_log_error(&err);
}

/* Takes over what was read. */
static void view_take(struct ui *ui)
{
    const struct view *view = &ui->view.now;
    struct chart_panel *chart = view_chart(ui);
    show_set_local(view->is_local);
    if (view->has_theme && !ui->view.is_theme_given)
        view_look(ui, view->theme);
    if (view->has_form && !ui->desk.looks.is_ascii)
        ui->desk.chart_form = view->form;
    if (chart != NULL) {
        chart->figure = view->figure;
        chart->step = view->step;
    }
    ui_recalc(ui);
}

static void view_gather(struct ui *ui)
{
    struct view *view = &ui->view.now;
    const struct chart_panel *chart = view_chart(ui);
    view->is_local = show_is_local();
    if (ui->desk.chart_form != CHART_BRAILLE && !ui->desk.looks.is_ascii)
        view->has_form = true;
    if (view->has_form && !ui->desk.looks.is_ascii)
        view->form = ui->desk.chart_form;
    if (chart != NULL) {
        view->figure = chart->figure;
        view->step = chart->step;
    }
    view_follow_list(ui);
}

void view_follow(struct ui *ui)
{
    char text[VIEW_TEXT_MAX], *read = NULL;
    if (ui->view.keeper == NULL)
        return;
    if (!ui->view.is_read) {
        if (!view_keeper_take(ui->view.keeper, &read))
            return;
        ui->view.is_read = true;
        view_read(ui, read);
        free(read);
        view_take(ui);
        view_format(&ui->view.now, text, sizeof text);
        ui->view.last = strdup(text);
    }
    view_gather(ui);
    size_t len = view_format(&ui->view.now, text, sizeof text);
    if (len == 0 || (ui->view.last != NULL && strcmp(ui->view.last, text) == 0))
        return;
    view_keeper_put(ui->view.keeper, text);
    free(ui->view.last);
    ui->view.last = strdup(text);
}

/* ---- themes ---- */

bool view_set_theme(struct ui *ui, const char *name)
{
    enum theme theme;
    if (!theme_find(name, &theme))
        return false;
    view_look(ui, theme);
    ui->view.now.has_theme = !ui->view.is_theme_given || ui->view.now.has_theme;
    if (!ui->view.is_theme_given)
        ui->view.now.theme = theme;
    if (ui->desk.looks.is_mono)
        ui_say(ui, "theme %s; colours are off here (--no-color, or NO_COLOR)", name);
    else if (ui->view.is_theme_given)
        ui_say(ui, "theme %s until pintop ends: pintop.theme is set for the next start", name);
    else
        ui_say(ui, "theme %s, remembered for the next start", name);
    return true;
}
