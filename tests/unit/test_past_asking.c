/* When CloudWatch is asked for the time before a pintop, on a clock that only the test moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/section.h"
#include "parts/minutes.h"
#include "test_desk.h"

enum { TOPICS = 3, DAY_S = 24 * 3600 };

static struct test_desk desk;
static struct minutes_part minutes;
static struct away_past_wish asked; /* the newest question */
static int n_asked;
static bool has_somebody;

static bool may_ask(void *arg)
{
    (void)arg;
    return has_somebody;
}

static void note_question(void *arg, const struct away_past_wish *wish)
{
    (void)arg;
    asked = *wish;
    n_asked++;
}

static void begin(const char *const *settings)
{
    const struct minutes_hooks hooks = {NULL, may_ask, note_question};
    test_desk_init(&desk, settings);
    minutes_part_init(&minutes, &desk.desk, &hooks);
    test_desk_put(&desk, (const void **)&desk.now.minutes, minutes_part.section(&minutes));
    has_somebody = true;
    n_asked = 0;
}

static const char *const with_sink[] = {"bootstrap.servers=b1:9092", "pintop.user.id=demo",
                                        "pintop.connector.name=sink", NULL};
static const char *const without_sink[] = {"bootstrap.servers=b1:9092", "pintop.user.id=demo",
                                           NULL};

static int start(void **state)
{
    (void)state;
    begin(with_sink);
    return 0;
}

static int end(void **state)
{
    (void)state;
    minutes_part_done(&minutes);
    test_desk_done(&desk);
    return 0;
}

/* n watched topics and one that is not; the first is a stream's. */
static void have_topics(size_t n, enum pt_topics_source source)
{
    struct pt_topics_section *s = section_new(sizeof *s + (n + 1) * sizeof *s->topics);
    struct pt_topic *topics = (struct pt_topic *)(s + 1);
    s->source = source;
    s->topics = topics;
    s->n_topics = n + 1;
    for (size_t i = 0; i <= n; i++) {
        snprintf(topics[i].name, sizeof topics[i].name, "demo.%02zu", i);
        topics[i].is_watched = i < n;
        topics[i].stream = i == 0 ? PT_GEO : -1;
    }
    test_desk_put(&desk, (const void **)&desk.now.topics, s);
}

/* Seconds pass; returns how often CloudWatch was asked. */
static int pass(int64_t seconds)
{
    int before = n_asked;
    for (int64_t i = 0; i < seconds; i++) {
        test_desk_wait_ms(1000);
        minutes_part.tick(&minutes, desk_mono_us(&desk.desk));
        const void *section = minutes_part.section(&minutes);
        if (section != NULL)
            test_desk_put(&desk, (const void **)&desk.now.minutes, section);
    }
    return n_asked - before;
}

static void tell(const struct away_past_told *told)
{
    test_desk_take(&minutes_part, &minutes, fact_copy(FACT_AWAY_PAST, told, sizeof *told));
    pass(1);
}

static void tell_one(float in, const char *note)
{
    static struct away_past_told told;
    memset(&told, 0, sizeof told);
    told.past.first_ms = test_desk_ms() - 600000;
    told.past.period_ms = 300000;
    told.past.n = 2;
    told.past.samples[0].in = told.past.samples[1].in = in;
    snprintf(told.past.note, sizeof told.past.note, "%s", note);
    tell(&told);
}

static void refuse(pt_code code)
{
    static struct away_past_told told;
    memset(&told, 0, sizeof told);
    told.past.first_ms = PT_UNKNOWN;
    pt_error_set(&told.error, code, "Do something", "CloudWatch GetMetricData: no (%d)", code);
    tell(&told);
}

static const struct pt_away_past *past(void)
{
    return &desk.now.minutes->away;
}

/* ---- tests ---- */

static void it_is_asked_once_while_brokers_answer(void **state)
{
    (void)state;
    assert_int_equal(pass(100), 0); /* no topic is known yet */
    have_topics(TOPICS, PT_TOPICS_OF_KAFKA);
    assert_int_equal(pass(1), 1);
    assert_int_equal(asked.n_watched, TOPICS);
    assert_string_equal(asked.watched[2], "demo.02");
    assert_int_equal(asked.n_lags, 1);
    assert_string_equal(asked.lags[0], "demo.00");
    assert_string_equal(asked.group, "connect-sink");
    assert_int_equal(pass(7200), 0); /* one question at a time */
    assert_int_equal(past()->n, 0);
    tell_one(7, "");
    assert_int_equal(past()->n, 2);
    assert_true(past()->samples[1].in == 7);
    assert_string_equal(past()->note, "");
    assert_int_equal(test_desk_events(&desk), 0);
    assert_int_equal(pass(DAY_S), 0);
}

static void who_is_refused_does_not_ask_again(void **state)
{
    static const pt_code codes[] = {PT_EAUTH, PT_ECONFIG, PT_EUNSUPPORTED, PT_EREFUSED};
    (void)state;
    have_topics(TOPICS, PT_TOPICS_OF_KAFKA);
    assert_int_equal(pass(1), 1);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        refuse(codes[i]);
        assert_non_null(strstr(past()->note, "CloudWatch GetMetricData: no ("));
        assert_int_equal(past()->n, 0);
        assert_int_equal(past()->first_ms, PT_UNKNOWN);
        assert_int_equal(test_desk_events(&desk), i + 1);
        assert_non_null(strstr(test_desk_event(&desk), "asked again when everything is refreshed"));
        assert_non_null(strstr(test_desk_event(&desk), "). Do something"));
        assert_int_equal(pass(DAY_S), 0);
        have_topics(TOPICS, i % 2 == 0 ? PT_TOPICS_OF_AWS : PT_TOPICS_OF_KAFKA);
        assert_int_equal(pass(7200), 0);
        past_asking_refresh(&minutes.asking); /* the operator asks for everything */
        assert_int_equal(pass(1), 1);
    }
    tell_one(3, "");
    assert_string_equal(past()->note, "");
    assert_int_equal(past()->n, 2);
    past_asking_refresh(&minutes.asking); /* what was told is not asked again */
    assert_int_equal(pass(DAY_S), 0);
}

static void the_pauses_grow_after_what_may_pass(void **state)
{
    static const int minutes_of[] = {1, 2, 4, 8, 16, 32, 60, 60};
    (void)state;
    have_topics(TOPICS, PT_TOPICS_OF_KAFKA);
    assert_int_equal(pass(1), 1);
    for (size_t i = 0; i < sizeof minutes_of / sizeof *minutes_of; i++) {
        refuse(PT_ETIMEOUT);
        assert_int_equal(test_desk_events(&desk), 1); /* the same is said once */
        assert_int_equal(pass(minutes_of[i] * 60 - 2), 0);
        assert_int_equal(pass(1), 1);
    }
    test_desk_take(&minutes_part, &minutes, fact_with(FACT_AWAY_PAST, NULL, free));
    pass(1);
    assert_string_equal(past()->note, "out of memory");
    assert_int_equal(pass(3600), 1);
    tell_one(3, "");
    assert_int_equal(pass(DAY_S), 0);
    assert_int_equal(past()->n, 2);
}

/* What is told stays after an error, which is said beside it. */
static void while_aws_tells_the_topics_it_is_asked_each_ten_minutes(void **state)
{
    (void)state;
    have_topics(TOPICS, PT_TOPICS_OF_AWS);
    assert_int_equal(pass(1), 1);
    tell_one(1, "");
    assert_int_equal(pass(597), 0);
    assert_int_equal(pass(2), 1);
    refuse(PT_ESERVER);
    assert_int_equal(past()->n, 2);
    assert_true(past()->samples[0].in == 1);
    assert_string_not_equal(past()->note, "");
    assert_int_equal(pass(60), 1);
    tell_one(2, "");
    have_topics(TOPICS, PT_TOPICS_OF_KAFKA); /* the minutes up to this are asked for once more */
    assert_int_equal(pass(700), 1);
    tell_one(3, "");
    assert_int_equal(pass(DAY_S), 0);
    assert_true(past()->samples[0].in == 3);
}

static void the_group_of_the_lag_is_waited_for(void **state)
{
    (void)state;
    end(state);
    begin(without_sink);
    have_topics(TOPICS, PT_TOPICS_OF_KAFKA);
    assert_int_equal(pass(30), 0);
    assert_int_equal(pass(1), 1);
    assert_string_equal(asked.group, "");
    tell_one(1, "lag is unknown");
    assert_string_equal(test_desk_event(&desk), "charts: CloudWatch tells not all of the time "
                                                "before this start: lag is unknown");
    assert_int_equal(pass(1000), 0);
    struct pt_connectors_section *s = section_new(sizeof *s + sizeof *s->connectors);
    struct pt_connector *connector = (struct pt_connector *)(s + 1);
    s->connectors = connector;
    s->n_connectors = 1;
    connector->is_ours = true;
    snprintf(connector->name, sizeof connector->name, "late");
    snprintf(connector->group, sizeof connector->group, "connect-late");
    test_desk_put(&desk, (const void **)&desk.now.connectors, s);
    assert_int_equal(pass(1), 1);
    assert_string_equal(asked.group, "connect-late");
    tell_one(1, "");
    assert_int_equal(pass(DAY_S), 0);
}

static void nobody_is_asked_where_there_is_no_cloudwatch(void **state)
{
    (void)state;
    has_somebody = false;
    have_topics(TOPICS, PT_TOPICS_OF_KAFKA);
    assert_int_equal(pass(7200), 0);
    minutes_part_init(&minutes, &desk.desk, NULL);
    assert_int_equal(pass(7200), 0);
}

static void of_too_many_topics_the_number_is_given(void **state)
{
    (void)state;
    have_topics(73, PT_TOPICS_OF_KAFKA);
    assert_int_equal(pass(1), 1);
    assert_int_equal(asked.n_watched, 73);
    assert_string_equal(asked.watched[AWAY_PAST_TOPICS_MAX - 1], "demo.49");
    assert_int_equal(asked.n_lags, 1);
}

static void without_watched_topics_nothing_is_asked(void **state)
{
    (void)state;
    have_topics(0, PT_TOPICS_OF_KAFKA);
    struct pt_topic *topics = (struct pt_topic *)(uintptr_t)desk.now.topics->topics;
    topics[0].stream = -1;
    assert_int_equal(pass(100), 0);
    have_topics(1, PT_TOPICS_OF_KAFKA);
    assert_int_equal(pass(1), 1);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(it_is_asked_once_while_brokers_answer),
        ON(who_is_refused_does_not_ask_again),
        ON(the_pauses_grow_after_what_may_pass),
        ON(while_aws_tells_the_topics_it_is_asked_each_ten_minutes),
        ON(the_group_of_the_lag_is_waited_for),
        ON(nobody_is_asked_where_there_is_no_cloudwatch),
        ON(of_too_many_topics_the_number_is_given),
        ON(without_watched_topics_nothing_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
