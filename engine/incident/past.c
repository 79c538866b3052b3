#include "incident/past.h"

#include <stdio.h>

#include "incident/texts.h"
#include "pintop/record.h"

enum { PAST_HOURS = 6 };

static void past_list(const struct pt_history *history, struct buf *list)
{
    char time[INCIDENT_TIME_MAX];
    for (size_t i = 0; i < history->n_marks; i++) {
        const struct pt_mark *mark = &history->marks[i];
        bool is_event = mark->kind == PT_MARK_EVENT;
        buf_printf(list, "%s %-7s %-9s %s%s%s\n", incident_time(time, mark->time_ms),
                   pt_severity_word(mark->severity), pt_mark_word(mark->kind),
                   is_event ? mark->subject : "", is_event ? ": " : "", mark->text);
    }
    if (history->is_cut)
        buf_puts(list, "A file of the recording was cut off, or is damaged: something may be "
                       "missing.\n");
    else if (history->n_marks == 0 && history->first_ms != PT_UNKNOWN)
        buf_puts(list, "Nothing happened.\n");
}

static void past_found(const struct pt_history *history, char *line, size_t cap)
{
    char from[INCIDENT_TIME_MAX], to[INCIDENT_TIME_MAX];
    if (history->first_ms == PT_UNKNOWN)
        snprintf(line, cap, "Nothing was recorded in the last %d hours.", PAST_HOURS);
    else
        snprintf(line, cap,
                 "%s has what happened in the last %d hours%s: it was recorded from %s to %s.",
                 INCIDENT_HISTORY, PAST_HOURS, history->is_cut ? ", as far as it can be read" : "",
                 incident_time(from, history->first_ms), incident_time(to, history->last_ms));
}

void incident_past(const struct pt_incident *incident, struct buf *list, char *line, size_t cap)
{
    struct pt_history history;
    struct pt_error err = {0};
    int64_t from_ms = incident->now_ms - (int64_t)PAST_HOURS * 3600 * 1000;
    pt_code code = incident->recording == NULL ? PT_ENOTFOUND
                                               : pt_history_read(incident->recording, from_ms,
                                                                 incident->now_ms, &history, &err);
    if (code == PT_OK) {
        past_list(&history, list);
        past_found(&history, line, cap);
        pt_history_done(&history);
    } else if (code == PT_ENOTFOUND) {
        snprintf(line, cap,
                 "There is no recording, so what happened before is not known here. With "
                 "pintop.record=on, pintop records it.");
    } else {
        snprintf(line, cap, "What happened before is not known here: %s.", err.what);
    }
    if (list->len == 0)
        buf_printf(list, "%s\n", line);
}
