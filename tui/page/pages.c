/* The pages, in the order of their keys. */
#include "page/page.h"

static const struct {
    const char *name;
    const struct page_ops *ops; /* NULL: there is no such page */
} pages[PAGES] = {
    [PAGE_OVERVIEW] = {"Overview",  &page_overview },
    [PAGE_TOPICS] = {"Topics",    &page_topics   },
    [PAGE_CONNECTOR] = {"Connector", &page_connector},
    [PAGE_AUTH] = {"Auth",      &page_auth     },
    [PAGE_SETUP] = {"Setup",     NULL           },
    [PAGE_LOG] = {"Log",       &page_log      },
};

const struct page_ops *page_at(enum page_id id)
{
    return pages[id].ops;
}

const char *page_name(enum page_id id)
{
    return pages[id].name;
}
