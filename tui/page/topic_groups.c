/* The consumer groups of one topic, as lines of its details. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/shared.h"
#include "page/topics.h"
#include "term/canvas.h"
#include "widget/format.h"

enum { NAME_COLS = 30, HEAD_COLS = 17 };

const struct column details_groups_columns[DETAILS_GROUPS_COLUMNS] = {
    {"GROUP",   31, 0, 0, ALIGN_LEFT },
    {"STATE",   20, 0, 0, ALIGN_LEFT },
    {"MEMBERS", 8,  0, 0, ALIGN_RIGHT},
    {"PARTS",   8,  0, 0, ALIGN_RIGHT},
    {"LAG",     12, 0, 0, ALIGN_RIGHT},
};

/* A long name keeps its begin and its end, because groups of one owner often begin alike. */
static void details_group_name(const char *name, char *out, size_t cap)
{
    int cols = text_cols(name);
    if (cols <= NAME_COLS) {
        snprintf(out, cap, "%s%*s", name, NAME_COLS - cols, "");
        return;
    }
    snprintf(out, cap, "%.*s…%s", (int)text_bytes(name, HEAD_COLS), name,
             name + text_bytes(name, cols - (NAME_COLS - HEAD_COLS - 1)));
    snprintf(out + strlen(out), cap - strlen(out), "%*s",
             text_cols(out) < NAME_COLS ? NAME_COLS - text_cols(out) : 0, "");
}

static const char *details_group_state(const struct pt_described_group *group)
{
    return group->is_denied ? "denied" : group->state[0] != '\0' ? group->state : "–";
}

/* "2/3": the partitions with a committed offset. */
static struct shown details_group_parts(const struct pt_described_group *group)
{
    struct shown shown;
    if (group->n_committed < 0)
        return show_some(-1);
    snprintf(shown.s, sizeof shown.s, "%s/%s", show_some(group->n_committed).s,
             show_some(group->n_partitions).s);
    return shown;
}

/* A sum of which parts are missing has a plus behind it. */
static struct shown details_group_lag(const struct pt_described_group *group)
{
    struct shown shown, known = show_count(group->known_lag);
    bool is_part = group->n_unknown > 0 && group->known_lag != PT_UNKNOWN;
    snprintf(shown.s, sizeof shown.s, "%.30s%s", known.s, is_part ? "+" : "");
    return shown;
}

static char *details_group_whole(const struct pt_described_group *group)
{
    char *whole = NULL;
    if (asprintf(&whole,
                 "group %s\nstate %s\nprotocol type %s\nmembers %s\npartitions with a committed "
                 "offset %s\nlag %s%s%s\n\nA partition in which the group has never committed "
                 "counts with all its records.%s%s%s%s",
                 group->group, details_group_state(group),
                 group->protocol_type[0] != '\0' ? group->protocol_type : "–",
                 show_count(group->members).s, details_group_parts(group).s,
                 group->n_unknown > 0 ? "at least " : "", show_count(group->known_lag).s,
                 group->n_unknown > 0 ? ", because the lag of some partitions is unknown" : "",
                 group->why[0] != '\0' ? "\n\n" : "", group->why, group->fix[0] != '\0' ? ". " : "",
                 group->fix) < 0)
        return NULL;
    return whole;
}

/* Nobody reads what waits, or something of it is unknown: nobody has said that it is well. */
static bool details_group_is_fault(const struct pt_described_group *group)
{
    return group->lag == PT_UNKNOWN || group->members == PT_UNKNOWN ||
           (group->members == 0 && group->lag > 0);
}

void details_take_groups(struct details *details, const struct pt_result *result)
{
    struct lines *lines = &details->sections[DETAILS_GROUPS];
    snprintf(details->notes[DETAILS_GROUPS], sizeof details->notes[0], "%s", result->text);
    if (!lines_start(lines, result->n_groups))
        return;
    for (size_t i = 0; i < result->n_groups; i++) {
        const struct pt_described_group *group = &result->groups[i];
        char name[sizeof group->group + 8], *line = NULL;
        details_group_name(group->group, name, sizeof name);
        struct shown state;
        snprintf(state.s, sizeof state.s, "%s", details_group_state(group));
        if (asprintf(&line, "%s %s %s %s %s", name, show_left(state, 19).s,
                     show_right(show_count(group->members), 7).s,
                     show_right(details_group_parts(group), 7).s,
                     show_right(details_group_lag(group), 11).s) < 0)
            continue;
        lines_add(lines, line, details_group_whole(group));
        if (details_group_is_fault(group))
            lines_warn(lines);
    }
}
