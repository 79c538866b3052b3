#include "page/event_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "widget/format.h"

void event_open(struct page_desk *desk, const char *title, const struct pt_event *event)
{
    char *text = NULL;
    if (event == NULL || asprintf(&text, "%s  %s  %s\n\n%s", show_stamp(event->time_ms).s,
                                  pt_severity_word(event->severity), event->area, event->text) < 0)
        return;
    desk_show(desk, title, text);
    free(text);
}
