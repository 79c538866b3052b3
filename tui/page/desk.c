#include "page/desk.h"

#include <stdarg.h>
#include <stdio.h>

void desk_say(struct page_desk *desk, const char *fmt, ...)
{
    char text[200];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    desk->ops->say(desk, text);
}

void desk_unsay(struct page_desk *desk)
{
    desk->ops->say(desk, "");
}

void desk_show(struct page_desk *desk, const char *title, const char *text)
{
    desk->ops->show(desk, title, text);
}

void desk_fail(struct page_desk *desk, const char *title, const struct pt_error *err)
{
    char text[PT_WHAT_MAX + PT_FIX_MAX + 64];
    snprintf(text, sizeof text, "%s%s%s\n\nAny key closes this.", err->what,
             err->fix[0] != '\0' ? "\n\nNext: " : "", err->fix);
    desk_show(desk, title, text);
}

uint64_t desk_submit(struct page_desk *desk, const struct pt_command *cmd, struct pt_error *err)
{
    return desk->ops->submit(desk, cmd, err);
}

const struct pt_result *desk_result(const struct page_desk *desk, uint64_t id)
{
    const struct pt_completed_section *completed = desk->snap->completed;
    for (size_t i = 0; i < completed->n_results; i++)
        if (completed->results[i]->id == id)
            return completed->results[i];
    return NULL;
}

bool desk_is_live(const struct page_desk *desk)
{
    return desk->ops->is_live(desk);
}

void desk_look_at(const struct page_desk *desk, const char *const *topics, size_t n)
{
    desk->ops->look_at(desk, topics, n);
}

void desk_open_topic(struct page_desk *desk, const char *topic)
{
    desk->ops->open_topic(desk, topic);
}
