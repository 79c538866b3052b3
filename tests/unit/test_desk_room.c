/* The desk: facts and who frees what they carry, the inbox, the rings of events, the board. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "core/board.h"
#include "desk/section.h"
#include "parts/log.h"
#include "test_desk.h"

static struct test_desk desk;

static int start(void **state)
{
    (void)state;
    test_desk_init(&desk, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_desk_done(&desk);
    return 0;
}

static int n_dropped;

static void drop(void *payload)
{
    n_dropped++;
    free(payload);
}

static void what_a_fact_carries_is_freed_once(void **state)
{
    (void)state;
    n_dropped = 0;
    fact_free(fact_with(FACT_SINK, malloc(1), drop));
    assert_int_equal(n_dropped, 1);
    struct fact *fact = fact_with(FACT_SINK, malloc(1), drop);
    void *mine = fact_claim(fact);
    assert_null(fact->payload);
    fact_free(fact);
    assert_int_equal(n_dropped, 1); /* it is the claimer's now */
    free(mine);
    fact_free(fact_with(FACT_SINK, NULL, drop));
    assert_int_equal(n_dropped, 1);
    fact_free(NULL);
}

static void a_fact_tells_of_its_last_error(void **state)
{
    struct pt_error err = {0};
    struct fact *fact = fact_new(FACT_BOOTED);
    (void)state;
    assert_int_equal(fact->error->code, PT_OK);
    pt_error_set(&err, PT_EIO, "Free it.", "disk: full");
    fact_fail(fact, &err);
    err.code = PT_EAUTH; /* it holds a copy */
    assert_int_equal(fact->error->code, PT_EIO);
    assert_string_equal(fact->error->what, "disk: full");
    err.code = PT_OK;
    fact_fail(fact, &err);
    assert_int_equal(fact->error->code, PT_OK);
    fact_free(fact);
    fact_fail(NULL, &err);
}

static void a_copy_is_the_facts_own(void **state)
{
    int64_t figure = 7;
    struct fact *fact = fact_copy(FACT_STATS, &figure, sizeof figure);
    (void)state;
    figure = 8;
    assert_int_equal(*(int64_t *)fact->payload, 7);
    fact_free(fact);
}

static void the_inbox_keeps_the_first_failure_and_the_order(void **state)
{
    struct pt_error err = {0}, told;
    (void)state;
    assert_int_equal(inbox_failure(&desk.inbox, &told), PT_OK);
    pt_error_set(&err, PT_EIO, NULL, "first");
    inbox_fail(&desk.inbox, &err);
    pt_error_set(&err, PT_EAUTH, NULL, "second");
    inbox_fail(&desk.inbox, &err);
    assert_int_equal(inbox_failure(&desk.inbox, &told), PT_EIO);
    assert_string_equal(told.what, "first");
    inbox_event(&desk.inbox, PT_WARN, "pintop", "one %d", 1);
    inbox_post(&desk.inbox, fact_new(FACT_STREAM));
    inbox_post(&desk.inbox, NULL); /* out of memory */
    struct fact *fact = test_desk_fact(&desk);
    assert_int_equal(fact->kind, FACT_EVENT);
    assert_string_equal(((const struct pt_event *)fact->payload)->text, "one 1");
    fact_free(fact);
    fact = test_desk_fact(&desk);
    assert_int_equal(fact->kind, FACT_STREAM);
    fact_free(fact);
    assert_null(test_desk_fact(&desk));
}

static void a_closed_inbox_frees_what_comes(void **state)
{
    (void)state;
    n_dropped = 0;
    queue_close(desk.inbox.facts);
    inbox_post(&desk.inbox, fact_with(FACT_SINK, malloc(1), drop));
    assert_int_equal(n_dropped, 1);
}

/* ---- events ---- */

static int n_kept;

static void keep(void *arg, const struct pt_event *line)
{
    (void)arg;
    (void)line;
    n_kept++;
}

static uint64_t dropped(void *arg)
{
    (void)arg;
    return 3;
}

static void tell(void *section, const char *text)
{
    (void)section;
    desk_event(&desk.desk, PT_INFO, "test", "%s", text);
}

static void the_newest_events_stay_and_are_numbered(void **state)
{
    char text[32];
    (void)state;
    n_kept = 0;
    desk.events.file = (struct events_file){NULL, keep, dropped};
    for (int i = 1; i <= PT_EVENTS_MAX + 5; i++) {
        snprintf(text, sizeof text, "event %d", i);
        tell(NULL, text);
    }
    assert_int_equal(n_kept, PT_EVENTS_MAX + 5);
    assert_true(desk.events.is_dirty);
    const struct pt_events_section *s = events_part.section(&desk.events);
    assert_int_equal(s->n_events, PT_EVENTS_MAX);
    assert_int_equal(s->first_number, 6);
    assert_string_equal(s->events[0]->text, "event 6");
    assert_string_equal(s->events[PT_EVENTS_MAX - 1]->text, "event 205");
    assert_null(events_part.section(&desk.events)); /* nothing is new */
    const struct pt_log_section *log = log_part.section(&desk.events);
    assert_int_equal(log->n_lines, PT_EVENTS_MAX + 5);
    assert_int_equal(log->dropped, 3);
    section_release(log);
    /* What the section shows stays while it is held, whatever the ring forgets. */
    for (int i = 0; i < PT_EVENTS_MAX; i++)
        tell(NULL, "another");
    assert_string_equal(s->events[0]->text, "event 6");
    section_release(s);
}

static void long_events_leave_fewer(void **state)
{
    static char text[40000];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i < 100; i++)
        tell(NULL, text);
    const struct pt_events_section *s = events_part.section(&desk.events);
    size_t bytes = 0;
    for (size_t i = 0; i < s->n_events; i++)
        bytes += strlen(s->events[i]->text);
    assert_true(s->n_events < 100 && bytes <= PT_EVENTS_BYTES);
    assert_int_equal(s->first_number + s->n_events - 1, 100);
    section_release(s);
}

static void event_drop(void *event)
{
    event_release(event);
}

static struct pt_event *event_of(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct pt_event *event = event_new(PT_WARN, "test", fmt, args);
    va_end(args);
    return event;
}

static void a_line_is_for_the_log_and_an_event_for_both(void **state)
{
    (void)state;
    assert_true(test_desk_take(&log_part, &desk.events,
                               fact_with(FACT_LINE, event_of("a line"), event_drop)));
    assert_int_equal(test_desk_events(&desk), 0);
    assert_true(test_desk_take(&events_part, &desk.events,
                               fact_with(FACT_EVENT, event_of("an event"), event_drop)));
    assert_string_equal(test_desk_event(&desk), "an event");
    assert_false(test_desk_take(&events_part, &desk.events, fact_new(FACT_STREAM)));
    const struct pt_log_section *log = log_part.section(&desk.events);
    assert_int_equal(log->n_lines, 2);
    section_release(log);
}

/* ---- the board ---- */

struct counter {
    int n_made, n_left;
};

static const void *counter_section(void *self)
{
    struct counter *counter = self;
    if (counter->n_left == 0)
        return NULL;
    counter->n_left--;
    counter->n_made++;
    return section_new(sizeof(struct pt_auth_section));
}

static void a_snapshot_shares_what_did_not_change(void **state)
{
    static const struct part part = {.name = "counter", .section = counter_section};
    static const struct part silent = {.name = "silent"};
    struct counter counter = {.n_left = 1};
    struct board board;
    (void)state;
    assert_true(board_init(&board));
    const struct part_seat seats[] = {
        {&part,   &counter, (const void **)&board.now.auth   },
        {&silent, NULL,     (const void **)&board.now.session},
    };
    assert_null(board_acquire(&board));
    desk.desk.now = &board.now;
    board_publish(&board, seats, 2, &desk.desk);
    const struct pt_snapshot *first = board_acquire(&board);
    assert_non_null(first->auth);
    board_publish(&board, seats, 2, &desk.desk); /* nothing new within the second */
    const struct pt_snapshot *same = board_acquire(&board);
    assert_ptr_equal(first, same);
    test_desk_wait_ms(1000);
    board_publish(&board, seats, 2, &desk.desk); /* its time is new */
    const struct pt_snapshot *later = board_acquire(&board);
    assert_true(later->section.version > first->section.version);
    assert_ptr_equal(later->auth, first->auth);
    counter.n_left = 1;
    board_publish(&board, seats, 2, &desk.desk);
    const struct pt_snapshot *last = board_acquire(&board);
    assert_ptr_not_equal(last->auth, first->auth);
    assert_true(last->auth->section.version > first->auth->section.version);
    pt_snapshot_release(first);
    pt_snapshot_release(same);
    pt_snapshot_release(later);
    pt_snapshot_release(last);
    board_done(&board);
    desk.desk.now = &desk.now;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_fact_carries_is_freed_once),
        cmocka_unit_test(a_fact_tells_of_its_last_error),
        cmocka_unit_test(a_copy_is_the_facts_own),
        cmocka_unit_test_setup_teardown(the_inbox_keeps_the_first_failure_and_the_order, start,
                                        end),
        cmocka_unit_test_setup_teardown(a_closed_inbox_frees_what_comes, start, end),
        cmocka_unit_test_setup_teardown(the_newest_events_stay_and_are_numbered, start, end),
        cmocka_unit_test_setup_teardown(long_events_leave_fewer, start, end),
        cmocka_unit_test_setup_teardown(a_line_is_for_the_log_and_an_event_for_both, start, end),
        cmocka_unit_test_setup_teardown(a_snapshot_shares_what_did_not_change, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
