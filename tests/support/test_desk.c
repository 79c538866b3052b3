#include "test_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "desk/section.h"

static int64_t now_us; /* since the beginning */

static int64_t mono_us(void)
{
    return INT64_C(1000000000) + now_us;
}

static int64_t even_ms(void)
{
    return mono_us() / 1000;
}

int64_t test_desk_ms(void)
{
    return INT64_C(1767225600000) + now_us / 1000;
}

void test_desk_wait_ms(int64_t ms)
{
    now_us += ms * 1000;
}

static const struct clock test_clock = {mono_us, even_ms, test_desk_ms};

const char *const test_desk_usual[] = {"bootstrap.servers=127.0.0.1:1", "pintop.user.id=demo",
                                       NULL};

void test_desk_init(struct test_desk *td, const char *const *settings)
{
    struct pt_error err;
    struct pt_config_args args = {.settings = settings};
    while (settings != NULL && settings[args.n_settings] != NULL)
        args.n_settings++;
    memset(td, 0, sizeof *td);
    now_us = 0;
    if (pt_config_load(&args, &td->cfg, &err) != PT_OK)
        fail_msg("%s", err.what);
    settings_resolve(&td->set, td->cfg);
    atomic_init(&td->owner.pid, PT_UNKNOWN);
    assert_true(events_init(&td->events));
    assert_true(inbox_init(&td->inbox));
    td->desk = (struct desk){.set = &td->set,
                             .run = &td->run,
                             .cfg = td->cfg,
                             .clock = &test_clock,
                             .owner = &td->owner,
                             .now = &td->now,
                             .events = &td->events,
                             .inbox = &td->inbox};
}

void test_desk_done(struct test_desk *td)
{
    sections_release(&td->now);
    events_done(&td->events);
    inbox_done(&td->inbox);
    pt_config_free(td->cfg);
}

void test_desk_put(struct test_desk *td, const void **slot, const void *section)
{
    (void)td;
    if (section == NULL)
        return;
    section_release(*slot);
    *slot = section;
}

bool test_desk_take(const struct part *part, void *self, struct fact *fact)
{
    assert_non_null(fact);
    bool is_worth_showing = part->take(self, fact);
    fact_free(fact);
    return is_worth_showing;
}

uint64_t test_desk_events(const struct test_desk *td)
{
    return td->events.events.total;
}

const char *test_desk_event(const struct test_desk *td)
{
    const struct line_ring *ring = &td->events.events;
    return ring->n > 0 ? ring->lines[(ring->total - 1) % ring->cap]->text : "";
}

struct fact *test_desk_fact(struct test_desk *td)
{
    return queue_take(td->inbox.facts, 0);
}
