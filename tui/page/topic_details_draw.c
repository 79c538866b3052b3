/* How one topic is drawn. */
#include <stdio.h>
#include <string.h>

#include "page/names.h"
#include "page/shared.h"
#include "page/topics.h"
#include "widget/format.h"

enum { LINE_BYTES = 512 };

static const char *const section_names[DETAILS_SECTIONS] = {"Records", "Partitions", "Groups",
                                                            "Configs"};

/* Facts of the topic, or what is to be known of the section that is shown. */
static void details_draw_facts(const struct details *details, const struct page_desk *desk,
                               struct canvas *canvas, struct rect body)
{
    const struct pt_topic *topic = topic_find(desk->snap, details->topic);
    if (details->notes[details->section][0] != '\0') {
        canvas_field(canvas, body, 0, 1, body.w - 2, ALIGN_LEFT, STYLE_WARN,
                     details->notes[details->section]);
        return;
    }
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

/* The age of what is shown, and why it is not refreshed. */
static void details_age_words(const struct details *details, const struct page_desk *desk,
                              char *out, size_t cap)
{
    enum details_section section = details->section;
    int64_t asked_ms = details->asked_ms[section];
    const char *why = details->errors[section][0] != '\0' && details->sections[section].n > 0
                          ? ", r shows what failed"
                      : details_is_reading(details) ? ", g follows again"
                      : section != DETAILS_RECORDS  ? ""
                      : details_is_placed(details)  ? ", f follows the newest"
                      : details->is_following       ? ", following the newest"
                                                    : ", newest first";
    out[0] = '\0';
    if (asked_ms > 0)
        snprintf(out, cap, "%s old%s", show_age(desk->now_ms - asked_ms).s, why);
}

/* The names of all sections, or where they do not fit, that of the one that is shown. Returns the
 * column behind them. */
static int details_draw_names(const struct details *details, struct canvas *canvas,
                              struct rect body)
{
    int x = 1, w = 0, section = (int)details->section;
    for (int i = 0; i < DETAILS_SECTIONS; i++)
        w += text_cols(section_names[i]) + 3;
    if (w > body.w)
        return x + canvas_printf(canvas, body, 1, x, STYLE_BOLD, "[%s] %d of %d",
                                 section_names[section], section + 1, DETAILS_SECTIONS);
    for (int i = 0; i < DETAILS_SECTIONS; i++) {
        bool is_here = i == section;
        x += canvas_printf(canvas, body, 1, x, is_here ? STYLE_BOLD : STYLE_DIM, "%s%s%s",
                           is_here ? "[" : " ", section_names[i], is_here ? "]" : " ");
        x++;
    }
    return x;
}

static void details_draw_tabs(const struct details *details, const struct page_desk *desk,
                              struct canvas *canvas, struct rect body)
{
    char age[160];
    details_age_words(details, desk, age, sizeof age);
    int room = body.w - details_draw_names(details, canvas, body) - 2, w = text_cols(age);
    if (w > room)
        w = room;
    if (w > 0)
        canvas_field(canvas, body, 1, body.w - w - 1, w, ALIGN_LEFT,
                     details->errors[details->section][0] != '\0' ? STYLE_WARN : STYLE_DIM, age);
}

static const char *details_empty_words(const struct details *details)
{
    const char *error = details->errors[details->section];
    const char *why = listing_why_empty(&details->lists[details->section]);
    uint64_t id = details_pending(details);
    if (why != NULL)
        return why;
    const char *note = details->notes[details->section];
    const char *none = details->section == DETAILS_CONFIGS
                           ? "this cluster reports no topic configuration (the embedded cluster "
                             "has none)"
                           : "none";
    return error[0] != '\0' ? error : id != 0 ? "asking …" : note[0] != '\0' ? note : none;
}

void details_draw(const struct details *details, const struct page_desk *desk,
                  struct canvas *canvas, struct rect body)
{
    const struct listing *listing = &details->lists[details->section];
    struct text_list texts = details_texts(details, (int)details->section);
    details_draw_facts(details, desk, canvas, body);
    details_draw_tabs(details, desk, canvas, body);
    struct rect area = {body.y + DETAILS_HEAD_ROWS - 1, body.x, body.h - DETAILS_HEAD_ROWS + 1,
                        body.w};
    text_list_draw(listing, &texts, true, canvas, area);
    if (listing->list.count > 0)
        return;
    const char *words = details_empty_words(details);
    char line[LINE_BYTES];
    for (int y = 1; y < area.h && text_wrap(&words, area.w - 2, line, sizeof line); y++)
        canvas_text(canvas, area, y, 1, STYLE_NORMAL, line);
}
