/* The frame around a page: title, DEMO band, footer; and the text of a screen that is too
 * small. */
#include "ui/frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pintop/engine.h"
#include "ui/band.h"
#include "ui/can.h"
#include "ui/keys.h"
#include "ui/replay.h"
#include "ui/tabs.h"
#include "ui/wish.h"
#include "widget/format.h"

/* ---- title ---- */

static int frame_brokers_up(const struct pt_cluster_section *cluster)
{
    int up = 0;
    for (size_t i = 0; i < cluster->n_brokers; i++)
        up += cluster->brokers[i].state == PT_BROKER_UP;
    return up;
}

/* The first of the bootstrap servers, and how many more there are. */
static void frame_servers_words(const char *servers, char *out, size_t cap)
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

static void frame_cluster_words(const struct ui *ui, char *out, size_t cap)
{
    const struct pt_cluster_section *cluster = ui->desk.snap->cluster;
    char where[80] = "embedded";
    if (!ui->desk.snap->session->is_embedded)
        frame_servers_words(cluster->bootstrap_servers, where, sizeof where);
    if (cluster->n_brokers > 0)
        snprintf(out, cap, "%s  %d/%zu brokers%s", where, frame_brokers_up(cluster),
                 cluster->n_brokers, cluster->state == PT_CLUSTER_DOWN ? " DOWN" : "");
    else if (cluster->state == PT_CLUSTER_UNKNOWN || cluster->state == PT_CLUSTER_CONNECTING)
        snprintf(out, cap, "%s%sconnecting", where, where[0] != '\0' ? "  " : "");
    else
        snprintf(out, cap, "%s  brokers %s", where, pt_cluster_state_word(cluster->state));
}

static int frame_draw_clock(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    char text[120];
    struct shown age = {""};
    if (ui->desk.snap->time_ms != PT_UNKNOWN)
        age = show_since(ui->desk.snap->time_ms, ui->desk.now_ms);
    if (ui->is_frozen)
        snprintf(text, sizeof text, "FROZEN %s%s ", show_second(ui->desk.now_ms).s,
                 show_is_local() ? show_zone(ui->desk.now_ms).s : "");
    else
        snprintf(text, sizeof text, "%s%s %s ", show_minute(ui->desk.now_ms, ui->desk.now_ms).s,
                 show_is_local() ? show_zone(ui->desk.now_ms).s : "", age.s);
    int w = text_cols(text);
    canvas_text(canvas, row, 0, row.w - w, ui->is_frozen ? STYLE_WARN : STYLE_TITLE, text);
    return w;
}

/* The context and its colour in words, in at most half of the row. Returns the columns it takes. */
static int frame_draw_context(const struct ui *ui, struct canvas *canvas, struct rect left)
{
    char words[96];
    if (!band_is_on(ui->desk.snap->session))
        return 0;
    band_words(ui->desk.snap->session, words, sizeof words);
    int w = text_cols(words) < left.w / 2 ? text_cols(words) : left.w / 2;
    canvas_field(canvas, left, 0, 1, w, ALIGN_LEFT, STYLE_TITLE, words);
    return w + 2;
}

/* Gives the title row the context's colour; what is written in reverse between its name and x stays
 * so. */
static void frame_draw_colour(const struct ui *ui, struct canvas *canvas, struct rect row, int x)
{
    for (int i = 0; band_is_on(ui->desk.snap->session) && i < row.w; i++) {
        struct rect cell = {row.y, row.x + i, 1, 1};
        if (i >= x || canvas_at(canvas, row.y, row.x + i)->style != STYLE_BAND)
            canvas_restyle(canvas, cell, band_style(ui->desk.snap->session));
    }
}

static void frame_draw_title(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    const struct pt_session_section *session = ui->desk.snap->session;
    char cluster[320], page[160] = "", whose[80] = "", text[640];
    struct rect left = row;
    left.w -= frame_draw_clock(ui, canvas, row) + 1;
    frame_cluster_words(ui, cluster, sizeof cluster);
    if (session->link != PT_LINK_HERE)
        snprintf(whose, sizeof whose, "engine: pid %" PRId64 " %s  ", session->engine_pid,
                 session->engine_user);
    const struct page *shown = ui_page(ui);
    if (shown->ops->title != NULL)
        shown->ops->title(ui_page_state(ui), &ui->desk, page, sizeof page);
    bool is_named = session->context[0] != '\0' && !band_is_on(ui->desk.snap->session);
    if (ui->page == 0)
        snprintf(text, sizeof text, "pintop %s%s%s  %s%s%s%s", PINTOP_VERSION, is_named ? "  " : "",
                 is_named ? session->context : "", whose, page, page[0] != '\0' ? "  " : "",
                 cluster);
    else
        snprintf(text, sizeof text, "%c %s  %s%s%s%s", shown->key, shown->name, whose, page,
                 page[0] != '\0' ? "  " : "", cluster);
    int x = 1 + frame_draw_context(ui, canvas, left);
    if (session->is_readonly)
        x += canvas_text(canvas, left, 0, x, STYLE_BAND, "READONLY") + 1;
    if (session->shard[0] != '\0' && strcmp(session->shard, "1/1") != 0) {
        char shard[32];
        snprintf(shard, sizeof shard, "SHARD %s", session->shard);
        x += canvas_text(canvas, left, 0, x, STYLE_BAND, shard) + 1;
    }
    canvas_field(canvas, left, 0, x, left.w - x, ALIGN_LEFT, STYLE_TITLE, text);
    frame_draw_colour(ui, canvas, row, x);
}

static void frame_draw_replay(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    char text[400];
    replay_band(ui, text, sizeof text);
    canvas_blank(canvas, row, STYLE_BAND);
    canvas_field(canvas, row, 0, 0, row.w, ALIGN_LEFT, STYLE_BAND, text);
}

/* The engine that was shown does not answer any more: all below is as it was then. */
static void frame_draw_gone(const struct pt_session_section *session, struct canvas *canvas,
                            struct rect row)
{
    char text[400];
    const struct shown when = show_second(session->link_since_ms);
    const char *since = when.s;
    int n = snprintf(text, sizeof text, " ENGINE %s  pintop %" PRId64 " ",
                     session->link == PT_LINK_GONE ? "GONE" : "SILENT", session->engine_pid);
    if (session->link != PT_LINK_GONE)
        snprintf(text + n, sizeof text - (size_t)n, "does not answer; what is shown is from %s",
                 since);
    else if (session->link_why[0] != '\0')
        snprintf(text + n, sizeof text - (size_t)n, "at %s: %s; this is from then", since,
                 session->link_why);
    else
        snprintf(text + n, sizeof text - (size_t)n, "ended at %s without a word; this is from then",
                 since);
    canvas_blank(canvas, row, STYLE_BAND);
    canvas_field(canvas, row, 0, 0, row.w, ALIGN_LEFT, STYLE_BAND, text);
}

static void frame_draw_demo(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    char text[400], pid[24] = "";
    const struct pt_session_section *session = ui->desk.snap->session;
    if (session->link != PT_LINK_HERE)
        snprintf(pid, sizeof pid, " %" PRId64, session->engine_pid);
    snprintf(text, sizeof text, " DEMO  this Kafka lives inside pintop%s and ends with it", pid);
    const struct pt_connectors_section *sinks = ui->desk.snap->connectors;
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

static void frame_draw_band(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    const struct pt_session_section *session = ui->desk.snap->session;
    if (ui->is_replay)
        frame_draw_replay(ui, canvas, row);
    else if (session->link >= PT_LINK_OLD)
        frame_draw_gone(session, canvas, row);
    else
        frame_draw_demo(ui, canvas, row);
}

/* ---- footer ---- */

enum { FOOT_MAX = 32 };

struct foot_item {
    char shown[32], word[64];
    int rank, cols;
    bool is_in;
};

static void foot_word(const struct ui *ui, const struct key_here *key, char *out, size_t cap)
{
    enum action action = key->binding->action;
    const struct page_ops *ops = ui_page(ui)->ops;
    int stream = ui_selected_stream(ui);
    const char *own = ops->foot != NULL ? ops->foot(ui_page_state(ui), action) : NULL;
    if (action == ACT_STREAM && stream >= 0)
        wish_word(ui, stream, out, cap);
    else if (action == ACT_STREAMS)
        wish_all_word(ui, out, cap);
    else if (action == ACT_FREEZE && ui->is_replay)
        snprintf(out, cap, "%s", ui->replay.is_playing ? "pause" : "play");
    else if (action == ACT_FREEZE && ui->is_frozen)
        snprintf(out, cap, "unfreeze");
    else
        snprintf(out, cap, "%s", own != NULL ? own : key->footer);
}

static int foot_items(const struct ui *ui, struct foot_item *items)
{
    struct key_here keys[KEYS_HERE_MAX];
    size_t n_keys = keys_here(ui_page_keys(ui), keys);
    int n = 0;
    for (size_t i = 0; i < n_keys && n < FOOT_MAX; i++) {
        enum action action = keys[i].binding->action;
        if (keys[i].rank == 0 || !ui_can(ui, action))
            continue;
        struct foot_item *item = &items[n++];
        item->rank = (ui->is_frozen || ui->is_replay) && action == ACT_FREEZE ? 1 : keys[i].rank;
        item->is_in = false;
        if (action == ACT_PAGE)
            pages_keys(ui->pages, item->shown, sizeof item->shown);
        else
            snprintf(item->shown, sizeof item->shown, "%s", keys[i].binding->shown);
        foot_word(ui, &keys[i], item->word, sizeof item->word);
        item->cols = text_cols(item->shown) + 1 + text_cols(item->word) + 2;
    }
    return n;
}

/* Chooses by rank the keys that fit. */
static void foot_fit(struct foot_item *items, int n, int cols)
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

static void foot_draw_keys(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    struct foot_item items[FOOT_MAX];
    int n = foot_items(ui, items), x = 1;
    foot_fit(items, n, row.w - 2);
    for (int i = 0; i < n; i++) {
        if (!items[i].is_in)
            continue;
        int w = canvas_text(canvas, row, 0, x, STYLE_KEY, items[i].shown);
        canvas_text(canvas, row, 0, x + w + 1, STYLE_NORMAL, items[i].word);
        x += items[i].cols;
    }
}

static void foot_draw(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    if (ui->is_quitting)
        canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT, STYLE_BOLD,
                     "stopping; press q again to quit without waiting for records in flight");
    else if (ui->status[0] != '\0')
        canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT, STYLE_BOLD, ui->status);
    else if (ui->n_dialogs > 0)
        canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT, STYLE_NORMAL,
                     dialog_foot(&ui->dialogs[ui->n_dialogs - 1]));
    else
        foot_draw_keys(ui, canvas, row);
}

/* Wraps the text; what the last row cannot hold is cut. */
static void frame_draw_small(const struct ui *ui, struct canvas *canvas, struct rect all,
                             const char *text)
{
    char line[160];
    int y = 0;
    if (band_is_on(ui->desk.snap->session) && all.h > 1) {
        band_words(ui->desk.snap->session, line, sizeof line);
        canvas_blank(canvas, rect_row(all, 0), band_style(ui->desk.snap->session));
        canvas_field(canvas, all, y++, 0, all.w, ALIGN_LEFT, band_style(ui->desk.snap->session),
                     line);
    }
    for (; y + 1 < all.h && text_wrap(&text, all.w, line, sizeof line); y++)
        canvas_text(canvas, all, y, 0, STYLE_NORMAL, line);
    canvas_field(canvas, all, y, 0, all.w, ALIGN_LEFT, STYLE_NORMAL, text);
}

void ui_draw(const struct ui *ui, struct canvas *canvas)
{
    canvas_clear(canvas);
    struct rect all = canvas_rect(canvas);
    if (all.h < UI_ROWS_MIN || all.w < UI_COLS_MIN) {
        char text[160];
        if (ui->n_dialogs > 0) /* the dialog can still be answered */
            snprintf(text, sizeof text, "%s", ui->dialogs[ui->n_dialogs - 1].title);
        else
            snprintf(text, sizeof text,
                     "pintop needs at least 40x10, this terminal is %dx%d; q quits", all.w, all.h);
        frame_draw_small(ui, canvas, all, text);
        return;
    }
    struct ui_frame frame = ui_frame_now(ui, all.h, all.w);
    frame_draw_title(ui, canvas, frame.title);
    if (frame.band.h > 0)
        frame_draw_band(ui, canvas, frame.band);
    if (frame.tabs.h > 0)
        tabs_draw(ui, canvas, frame.tabs);
    ui_page(ui)->ops->draw(ui_page_state(ui), &ui->desk, canvas, frame.body);
    foot_draw(ui, canvas, frame.foot);
    for (int i = 0; i < ui->n_dialogs; i++)
        dialog_draw(&ui->dialogs[i], canvas);
}
