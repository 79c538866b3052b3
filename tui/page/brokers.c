/* The Brokers page: the brokers of the cluster, as its metadata, librdkafka's statistics and their
 * own configurations tell of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/page.h"
#include "page/shared.h"
#include "widget/format.h"
#include "widget/table.h"

enum {
    COL_BROKER,
    COL_STATE,
    COL_RACK,
    COL_RTT,
    COL_P99,
    COL_THROTTLE,
    COL_LEADS,
    COL_BEHIND,
    COL_SENT,
    COLS
};

static const struct column columns[COLS] = {
    [COL_BROKER] = {"BROKER",   22, 0, 90, ALIGN_LEFT },
    [COL_STATE] = {"STATE",    11, 0, 12, ALIGN_LEFT },
    [COL_RACK] = {"RACK",     10, 2, 24, ALIGN_LEFT },
    [COL_RTT] = {"RTT",      7,  1, 9,  ALIGN_RIGHT},
    [COL_P99] = {"RTT-P99",  8,  3, 9,  ALIGN_RIGHT},
    [COL_THROTTLE] = {"THROTTLE", 9,  4, 10, ALIGN_RIGHT},
    [COL_LEADS] = {"LEADS",    6,  0, 9,  ALIGN_RIGHT},
    [COL_BEHIND] = {"BEHIND",   7,  0, 9,  ALIGN_RIGHT},
    [COL_SENT] = {"SENT/s",   8,  3, 10, ALIGN_RIGHT},
};

struct brokers_page {
    struct listing listing;
};

static const struct pt_broker *brokers_at(const struct page_desk *desk, size_t row)
{
    return &desk->snap->cluster->brokers[row];
}

/* ---- cells ---- */

static void brokers_address(const struct pt_broker *broker, char *out, size_t cap)
{
    if (broker->host[0] == '\0')
        snprintf(out, cap, "–");
    else
        snprintf(out, cap, "%s:%d", broker->host, (int)broker->port);
}

static const char *brokers_rack(const struct pt_broker *broker)
{
    return !broker->is_rack_known ? "–" : broker->rack[0] != '\0' ? broker->rack : "none";
}

static struct shown brokers_sent(const struct pt_broker *broker)
{
    if (isnan(broker->sent_bytes_per_s))
        return show_some(-1);
    return show_bytes((int64_t)broker->sent_bytes_per_s);
}

static struct shown brokers_figure(const struct pt_broker *broker, int column)
{
    switch (column) {
    case COL_RTT:
        return show_ms(broker->rtt_ms);
    case COL_P99:
        return show_ms(broker->rtt_p99_ms);
    case COL_THROTTLE:
        return show_ms(broker->throttle_ms);
    case COL_LEADS:
        return show_some(broker->leads);
    case COL_BEHIND:
        return show_some(broker->behind);
    default:
        return brokers_sent(broker);
    }
}

static enum style brokers_style(const struct pt_broker *broker, int column)
{
    if (column == COL_STATE && broker->state != PT_BROKER_UP)
        return broker->state == PT_BROKER_DOWN ? STYLE_BAD : STYLE_WARN;
    if ((column == COL_BEHIND && broker->behind > 0) ||
        (column == COL_THROTTLE && broker->throttle_ms > 0))
        return STYLE_WARN;
    return STYLE_NORMAL;
}

static void brokers_cell(const void *arg, int row, int column, int cols, char *out, size_t cap,
                         enum style *style)
{
    const struct pt_broker *broker = brokers_at(arg, (size_t)row);
    char address[PT_HOST_MAX + 16];
    (void)cols;
    brokers_address(broker, address, sizeof address);
    if (column == COL_BROKER)
        snprintf(out, cap, "%d %s", (int)broker->id, address);
    else if (column == COL_STATE)
        snprintf(out, cap, "%s", pt_broker_state_word(broker->state));
    else if (column == COL_RACK)
        snprintf(out, cap, "%s", brokers_rack(broker));
    else
        snprintf(out, cap, "%s", brokers_figure(broker, column).s);
    if (brokers_style(broker, column) != STYLE_NORMAL)
        *style = brokers_style(broker, column);
}

/* ---- rows ---- */

static uint64_t brokers_key(const void *arg, size_t row)
{
    char name[16];
    snprintf(name, sizeof name, "%d", (int)brokers_at(arg, row)->id);
    return listing_key(name);
}

/* What is unknown counts: nobody has said that it is well. */
static bool brokers_is_fault(const void *arg, size_t row)
{
    const struct pt_broker *broker = brokers_at(arg, row);
    return broker->state != PT_BROKER_UP || broker->behind != 0 || broker->throttle_ms > 0;
}

/* The rows above the table: the cluster, and why racks are unknown. */
static int brokers_note_rows(const struct pt_cluster_section *cluster)
{
    return 1 + (cluster->racks_why[0] != '\0');
}

static void brokers_recalc(void *state, struct page_desk *desk, struct rect body)
{
    struct brokers_page *page = state;
    struct listing_rows rows = {.columns = columns,
                                .n_columns = COLS,
                                .n = desk->snap->cluster->n_brokers,
                                .arg = desk,
                                .cell = brokers_cell,
                                .key = brokers_key,
                                .is_fault = brokers_is_fault};
    listing_recalc(&page->listing, &rows, body.h - 1 - brokers_note_rows(desk->snap->cluster));
}

/* ---- drawing ---- */

static void brokers_draw_notes(const struct pt_cluster_section *cluster, struct canvas *canvas,
                               struct rect body)
{
    char text[PT_REASON_MAX + PT_FIX_MAX + 8];
    int up = 0;
    for (size_t i = 0; i < cluster->n_brokers; i++)
        up += cluster->brokers[i].state == PT_BROKER_UP;
    snprintf(text, sizeof text, "up %d of %s   controller %s   cluster %s", up,
             cluster->n_brokers > 0 ? show_some((int64_t)cluster->n_brokers).s : "–",
             show_some(cluster->controller_id).s, cluster->id[0] != '\0' ? cluster->id : "–");
    canvas_field(canvas, body, 0, 1, body.w - 2, ALIGN_LEFT, STYLE_NORMAL, text);
    if (cluster->racks_why[0] == '\0')
        return;
    snprintf(text, sizeof text, "%s. %s", cluster->racks_why, cluster->racks_fix);
    canvas_field(canvas, body, 1, 1, body.w - 2, ALIGN_LEFT, STYLE_DIM, text);
}

static void brokers_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                         struct rect body)
{
    const struct brokers_page *page = state;
    const struct pt_cluster_section *cluster = desk->snap->cluster;
    int notes = brokers_note_rows(cluster);
    struct rect area = {body.y + notes, body.x, body.h - notes, body.w};
    struct table table = {columns, COLS, &page->listing, brokers_cell, desk, true};
    brokers_draw_notes(cluster, canvas, body);
    table_draw(&table, canvas, area);
    if (page->listing.list.count > 0)
        return;
    const char *why = listing_why_empty(&page->listing);
    canvas_field(canvas, area, 1, 1, area.w - 2, ALIGN_LEFT, STYLE_NORMAL,
                 why != NULL                      ? why
                 : cluster->last_error[0] != '\0' ? cluster->last_error
                                                  : "waiting for the cluster's list of brokers");
}

static void brokers_title(const void *state, const struct page_desk *desk, char *out, size_t cap)
{
    const struct brokers_page *page = state;
    (void)desk;
    listing_title(&page->listing, out, cap);
}

/* ---- keys ---- */

static const struct pt_broker *brokers_selected(const struct brokers_page *page,
                                                const struct page_desk *desk)
{
    int row = listing_selected(&page->listing);
    return row >= 0 && (size_t)row < desk->snap->cluster->n_brokers ? brokers_at(desk, (size_t)row)
                                                                    : NULL;
}

static const char *brokers_rtt_of(const struct pt_broker *broker)
{
    switch (broker->rtt_of) {
    case PT_RTT_PRODUCE:
        return ", of the producer's requests";
    case PT_RTT_WATCH:
        return ", of the requests that watch the cluster";
    default:
        return "";
    }
}

static void brokers_write(const struct pt_broker *broker, const struct page_desk *desk, FILE *out)
{
    const struct pt_cluster_section *cluster = desk->snap->cluster;
    char address[PT_HOST_MAX + 16];
    brokers_address(broker, address, sizeof address);
    fprintf(out, "broker %d%s\naddress %s\nstate %s since %s\nrack %s%s%s%s%s\n", (int)broker->id,
            broker->id == cluster->controller_id ? ", the controller" : "", address,
            pt_broker_state_word(broker->state), show_from(broker->since_ms, desk->now_ms, false).s,
            brokers_rack(broker),
            !broker->is_rack_known && cluster->racks_why[0] != '\0' ? ": " : "",
            !broker->is_rack_known ? cluster->racks_why : "",
            !broker->is_rack_known && cluster->racks_fix[0] != '\0' ? ". " : "",
            !broker->is_rack_known ? cluster->racks_fix : "");
    fprintf(out, "round trip %s, p99 %s%s\n", show_ms(broker->rtt_ms).s,
            show_ms(broker->rtt_p99_ms).s, brokers_rtt_of(broker));
    fprintf(out, "throttle %s\n", show_ms(broker->throttle_ms).s);
    fprintf(out, "partitions led %s\n", show_some(broker->leads).s);
    fprintf(out, "copies not in sync %s\n", show_some(broker->behind).s);
    fprintf(out, "sent to it %s/s\n", brokers_sent(broker).s);
}

static bool brokers_copy(const void *state, const struct page_desk *desk, FILE *out)
{
    const struct pt_broker *broker = brokers_selected(state, desk);
    if (broker != NULL)
        brokers_write(broker, desk, out);
    return broker != NULL;
}

static bool brokers_act(void *state, struct page_desk *desk, enum action action)
{
    const struct pt_broker *broker = brokers_selected(state, desk);
    char *text = NULL, title[32];
    size_t len;
    if (action != ACT_ENTER || broker == NULL)
        return false;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return false;
    brokers_write(broker, desk, out);
    snprintf(title, sizeof title, "Broker %d", (int)broker->id);
    if (fclose(out) == 0)
        desk_show(desk, title, text);
    free(text);
    return true;
}

static bool brokers_can(const void *state, const struct page_desk *desk, enum action action)
{
    return action != ACT_ENTER || brokers_selected(state, desk) != NULL;
}

static const struct page_key brokers_keys[] = {
    {ACT_STREAMS},
    {ACT_ENTER,   4, "in full", "all that is known of the broker"},
    {ACT_BACK,  0, NULL, "show all rows; back"},
    LISTING_KEYS,
    {ACT_NONE          },
};

static const struct page_place brokers_places[] = {
    {"Brokers", brokers_keys},
    {NULL        },
};

static struct listing *brokers_listing(void *state)
{
    return &((struct brokers_page *)state)->listing;
}

static void *brokers_new(void)
{
    return calloc(1, sizeof(struct brokers_page));
}

static void brokers_free(void *state)
{
    struct brokers_page *page = state;
    listing_done(&page->listing);
    free(page);
}

const struct page_ops page_brokers = {
    .new = brokers_new,
    .free = brokers_free,
    .recalc = brokers_recalc,
    .draw = brokers_draw,
    .title = brokers_title,
    .act = brokers_act,
    .places = brokers_places,
    .listing = brokers_listing,
    .can = brokers_can,
    .copy = brokers_copy,
};
