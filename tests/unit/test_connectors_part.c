/* The connectors' part on a desk of the test's: what it tells of the embedded sink, and what it
 * hands to the other parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector/watch/connectors.h"
#include "desk/section.h"
#include "test_desk.h"

static struct test_desk desk;
static struct conn_models models;

static int start(void **state)
{
    static const char *const settings[] = {"bootstrap.servers=embedded", "pintop.user.id=demo",
                                           "pintop.state.dir=/nonexistent", NULL};
    (void)state;
    test_desk_init(&desk, settings);
    conn_models_init(&models, &desk.desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    conn_models_done(&models);
    test_desk_done(&desk);
    return 0;
}

static void sink_says(int now, int64_t lost, const char *error)
{
    struct sink_status status = {.state = now, .lost_records = lost};
    snprintf(status.error, sizeof status.error, "%s", error);
    snprintf(status.fix, sizeof status.fix, "Free it");
    assert_false(
        test_desk_take(&connectors_part, &models, fact_copy(FACT_SINK, &status, sizeof status)));
}

static void a_sink_that_fails_is_told_once_and_so_is_its_return(void **state)
{
    (void)state;
    sink_says(SINK_RUNNING, 0, "");
    assert_int_equal(test_desk_events(&desk), 0);
    sink_says(SINK_FAILED, 0, "disk full");
    sink_says(SINK_FAILED, 0, "disk full");
    assert_int_equal(test_desk_events(&desk), 1);
    assert_string_equal(test_desk_event(&desk), "disk full. Free it");
    sink_says(SINK_RUNNING, 0, "");
    assert_int_equal(test_desk_events(&desk), 2);
    assert_string_equal(test_desk_event(&desk), "works again");
}

static void records_that_were_gone_are_told_by_how_many_more(void **state)
{
    (void)state;
    sink_says(SINK_RUNNING, 3, "");
    assert_string_equal(test_desk_event(&desk), "3 records were gone before the sink read them");
    sink_says(SINK_RUNNING, 3, "");
    assert_int_equal(test_desk_events(&desk), 1);
    sink_says(SINK_RUNNING, 10, "");
    assert_string_equal(test_desk_event(&desk), "7 records were gone before the sink read them");
}

static struct conn_news *news_of(enum conn_ask ask)
{
    struct conn_news *news = calloc(1, sizeof *news);
    assert_non_null(news);
    news->ask = ask;
    news->asked_ms = test_desk_ms();
    return news;
}

/* The time of the newest record goes to whoever asks when something came in last. */
static void the_newest_record_is_handed_on(void **state)
{
    struct conn_news *news = news_of(CONN_ASK_TIMES);
    (void)state;
    news->is_newest = true;
    news->n_times = 2;
    news->times = calloc(2, sizeof *news->times);
    assert_non_null(news->times);
    news->times[0].time_ms = test_desk_ms() - 5000;
    news->times[1].time_ms = test_desk_ms() + 5000; /* of a clock that is ahead */
    conn_models_news(&models, news);
    conn_news_free(news);
    struct fact *fact = test_desk_fact(&desk);
    assert_non_null(fact);
    assert_int_equal(fact->kind, FACT_NEWEST);
    assert_int_equal(fact->number, test_desk_ms() - 5000);
    fact_free(fact);
    assert_null(test_desk_fact(&desk));
}

/* What the sink wrote of a stream's topic is shown beside that stream. */
static void a_streams_object_is_handed_on(void **state)
{
    struct conn_news *news = news_of(CONN_ASK_OBJECTS);
    (void)state;
    news->key = models.items[0].key;
    news->objects.newest_ms = PT_UNKNOWN;
    for (int i = 0; i < PT_STREAMS; i++)
        news->objects.topic_ms[i] = i == 1 ? test_desk_ms() - 1000 : PT_UNKNOWN;
    conn_models_news(&models, news);
    conn_news_free(news);
    struct fact *fact = test_desk_fact(&desk);
    assert_non_null(fact);
    assert_int_equal(fact->kind, FACT_OBJECT);
    assert_int_equal(fact->streams, PT_STREAM_BIT(1));
    assert_int_equal(fact->number, test_desk_ms() - 1000);
    fact_free(fact);
    assert_null(test_desk_fact(&desk));
}

#define ON(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(a_sink_that_fails_is_told_once_and_so_is_its_return),
        ON(records_that_were_gone_are_told_by_how_many_more),
        ON(the_newest_record_is_handed_on),
        ON(a_streams_object_is_handed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
