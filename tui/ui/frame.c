/* The frame around a page: title, DEMO band, footer; and the one line of a screen that is too
 * small. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/page.h"
#include "pintop/engine.h"
#include "ui/format.h"
#include "ui/wish.h"

struct ui_frame ui_frame(int rows, int cols, bool has_band)
{
    struct rect all = {0, 0, rows, cols};
    struct ui_frame frame = {.title = rect_row(all, 0), .foot = rect_row(all, rows - 1)};
    int band = has_band ? 1 : 0;
    frame.band = (struct rect){1, 0, band, cols};
    frame.body = (struct rect){1 + band, 0, rows - 2 - band, cols};
    return frame;
}

struct ui_frame ui_frame_now(const struct ui *ui)
{
    return ui_frame(ui->rows, ui->cols, ui->snap->session->is_embedded);
}

/* --- title --------------------------------------------------------------------------------------
 */

static int brokers_up(const struct pt_cluster_section *cluster)
{
    int up = 0;
    for (size_t i = 0; i < cluster->n_brokers; i++)
        up += cluster->brokers[i].state == PT_BROKER_UP;
    return up;
}

/* The first of the bootstrap servers, and how many more there are. */
static void servers_words(const char *servers, char *out, size_t cap)
{
    enum { FIRST_MAX = 34 };
    int more = 0, len = (int)strcspn(servers, ",");
    for (const char *p = servers; *p != '\0'; p++)
        more += *p == ',';
    bool is_cut = len > FIRST_MAX;
    snprintf(out, cap, "%.*s%s", is_cut ? FIRST_MAX - 1 : len, servers, is_cut ? "…" : "");
    size_t used = strlen(out);
    if (more > 0)
        snprintf(out + used, cap - used, " +%d", more);
}

static void cluster_words(const struct ui *ui, char *out, size_t cap)
{
    const struct pt_cluster_section *cluster = ui->snap->cluster;
    char where[80] = "embedded";
    if (!ui->snap->session->is_embedded)
        servers_words(cluster->bootstrap_servers, where, sizeof where);
    if (cluster->n_brokers > 0)
        snprintf(out, cap, "%s  %d/%zu brokers%s", where, brokers_up(cluster), cluster->n_brokers,
                 cluster->state == PT_CLUSTER_DOWN ? " DOWN" : "");
    else if (cluster->state == PT_CLUSTER_UNKNOWN || cluster->state == PT_CLUSTER_CONNECTING)
        snprintf(out, cap, "%s%sconnecting", where, where[0] != '\0' ? "  " : "");
    else
        snprintf(out, cap, "%s  brokers %s", where, pt_cluster_state_word(cluster->state));
}

static int draw_clock(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    char text[120];
    struct shown age = {""};
    if (ui->snap->time_ms != PT_UNKNOWN)
        age = show_since(ui->snap->time_ms, ui->now_ms);
    if (ui->is_frozen)
        snprintf(text, sizeof text, "FROZEN %s ", show_second(ui->now_ms).s);
    else
        snprintf(text, sizeof text, "%s %s ", show_minute(ui->now_ms, ui->now_ms).s, age.s);
    int w = text_cols(text);
    canvas_text(canvas, row, 0, row.w - w, ui->is_frozen ? STYLE_WARN : STYLE_TITLE, text);
    return w;
}

static void draw_title(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    const struct pt_session_section *session = ui->snap->session;
    char cluster[320], page[160] = "", text[640];
    struct rect left = row;
    left.w -= draw_clock(ui, canvas, row) + 1;
    cluster_words(ui, cluster, sizeof cluster);
    const struct page_ops *ops = page_at(ui->page);
    if (ops->title != NULL)
        ops->title(ui->pages[ui->page], ui, page, sizeof page);
    if (ui->page == PAGE_OVERVIEW)
        snprintf(text, sizeof text, "pintop %s%s%s  %s", PINTOP_VERSION,
                 session->context[0] != '\0' ? "  " : "", session->context, cluster);
    else
        snprintf(text, sizeof text, "%d %s  %s%s%s", (int)ui->page + 1, ops->name, page,
                 page[0] != '\0' ? "  " : "", cluster);
    int x = 1;
    if (session->is_readonly)
        x += canvas_text(canvas, left, 0, x, STYLE_BAND, "READONLY") + 1;
    canvas_field(canvas, left, 0, x, left.w - x, ALIGN_LEFT, STYLE_TITLE, text);
}

static void draw_band(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    char text[400] = " DEMO  this Kafka lives inside pintop and ends with it";
    const struct pt_connectors_section *sinks = ui->snap->connectors;
    const char *where = sinks->n_connectors > 0 ? sinks->connectors[0].where : "";
    const char *home = getenv("HOME");
    size_t len = strlen(text), home_len = home != NULL ? strlen(home) : 0;
    bool is_home = home_len > 1 && strncmp(where, home, home_len) == 0 && where[home_len] == '/';
    if (where[0] != '\0')
        snprintf(text + len, sizeof text - len, "; files: %s%s", is_home ? "~" : "",
                 is_home ? where + home_len : where);
    canvas_blank(canvas, row, STYLE_BAND);
    canvas_field(canvas, row, 0, 0, row.w, ALIGN_LEFT, STYLE_BAND, text);
}

/* --- footer -------------------------------------------------------------------------------------
 */

enum { FOOT_MAX = 32 };

struct foot_item {
    const struct binding *binding;
    char word[64];
    int rank, cols;
    bool is_in;
};

static void foot_word(const struct ui *ui, const struct binding *binding, char *out, size_t cap)
{
    const struct page_ops *ops = page_at(ui->page);
    int stream = ops->stream != NULL ? ops->stream(ui->pages[ui->page], ui) : -1;
    const char *own = ops->foot != NULL ? ops->foot(ui->pages[ui->page], binding->action) : NULL;
    if (binding->action == ACT_STREAM && stream >= 0)
        wish_word(ui, stream, out, cap);
    else if (binding->action == ACT_STREAMS)
        wish_all_word(ui, out, cap);
    else if (binding->action == ACT_FREEZE && ui->is_frozen)
        snprintf(out, cap, "go on");
    else
        snprintf(out, cap, "%s", own != NULL ? own : binding->footer);
}

static int foot_items(const struct ui *ui, struct foot_item *items)
{
    unsigned at = page_at(ui->page)->place(ui->pages[ui->page]);
    int n = 0;
    for (size_t i = 0; i < keys_count() && n < FOOT_MAX; i++) {
        const struct binding *binding = keys_at(i);
        if (binding->rank == 0 || (binding->at & at) == 0 || !ui_can(ui, binding->action))
            continue;
        struct foot_item *item = &items[n++];
        item->binding = binding;
        item->rank = ui->is_frozen && binding->action == ACT_FREEZE ? 1 : binding->rank;
        item->is_in = false;
        foot_word(ui, binding, item->word, sizeof item->word);
        item->cols = text_cols(binding->shown) + 1 + text_cols(item->word) + 2;
    }
    return n;
}

/* Let in by rank what fits. */
static void fit_items(struct foot_item *items, int n, int cols)
{
    int used = 0;
    for (int rank = 1; rank <= 20; rank++) {
        for (int i = 0; i < n; i++) {
            if (items[i].rank != rank || used + items[i].cols > cols + 2)
                continue;
            items[i].is_in = true;
            used += items[i].cols;
        }
    }
}

static void draw_keys(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    struct foot_item items[FOOT_MAX];
    int n = foot_items(ui, items), x = 1;
    fit_items(items, n, row.w - 2);
    for (int i = 0; i < n; i++) {
        if (!items[i].is_in)
            continue;
        int w = canvas_text(canvas, row, 0, x, STYLE_KEY, items[i].binding->shown);
        canvas_text(canvas, row, 0, x + w + 1, STYLE_NORMAL, items[i].word);
        x += items[i].cols;
    }
}

static void draw_foot(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    if (ui->is_quitting)
        canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT, STYLE_BOLD,
                     "stopping; q again does not wait for what is in flight");
    else if (ui->status[0] != '\0')
        canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT, STYLE_BOLD, ui->status);
    else if (ui->n_dialogs > 0)
        canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT, STYLE_NORMAL,
                     dialog_foot(&ui->dialogs[ui->n_dialogs - 1]));
    else
        draw_keys(ui, canvas, row);
}

void ui_draw(const struct ui *ui, struct canvas *canvas)
{
    canvas_clear(canvas);
    struct rect all = canvas_rect(canvas);
    if (all.h < UI_ROWS_MIN || all.w < UI_COLS_MIN) {
        char text[160];
        if (ui->n_dialogs > 0) /* it can still be answered */
            snprintf(text, sizeof text, "%s", ui->dialogs[ui->n_dialogs - 1].title);
        else
            snprintf(text, sizeof text, "pintop needs 40x10, has %dx%d; q quits", all.w, all.h);
        canvas_field(canvas, all, 0, 0, all.w, ALIGN_LEFT, STYLE_NORMAL, text);
        return;
    }
    struct ui_frame frame = ui_frame(all.h, all.w, ui->snap->session->is_embedded);
    draw_title(ui, canvas, frame.title);
    if (frame.band.h > 0)
        draw_band(ui, canvas, frame.band);
    page_at(ui->page)->draw(ui->pages[ui->page], ui, canvas, frame.body);
    draw_foot(ui, canvas, frame.foot);
    for (int i = 0; i < ui->n_dialogs; i++)
        dialog_draw(&ui->dialogs[i], canvas);
}
