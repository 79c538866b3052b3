#include "parts/log.h"

static bool log_take(void *self, struct fact *fact)
{
    if (fact->kind == FACT_LINE)
        events_add_line(self, fact->payload);
    return fact->kind == FACT_LINE;
}

static const void *log_section(void *self)
{
    return events_log_section(self);
}

static bool events_take(void *self, struct fact *fact)
{
    if (fact->kind == FACT_EVENT)
        events_add(self, fact->payload);
    return fact->kind == FACT_EVENT;
}

static const void *events_part_section(void *self)
{
    return events_section(self);
}

const struct part events_part = {
    .name = "events",
    .take = events_take,
    .section = events_part_section,
};

const struct part log_part = {
    .name = "log",
    .take = log_take,
    .section = log_section,
};
