/* The topics' part with an AWS beside the brokers: when AWS is asked in their place, when its
 * topics are shown, and when that ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts/topics.h"
#include "test_desk.h"

static struct test_desk desk;
static struct topics_part topics;
static bool is_late; /* the watcher's failed look: by a timeout only */
static struct {
    bool can_ask, is_wanted, is_shown;
    int n_wanted;
} aws;

static bool on_away(void *arg, bool is_wanted)
{
    (void)arg;
    aws.is_wanted = is_wanted;
    aws.n_wanted++;
    return aws.can_ask;
}

static void on_shown(void *arg, bool is_of_aws)
{
    (void)arg;
    aws.is_shown = is_of_aws;
}

static int start(void **state)
{
    const struct topics_hooks hooks = {NULL, on_away, on_shown};
    (void)state;
    is_late = false;
    memset(&aws, 0, sizeof aws);
    aws.can_ask = true;
    test_desk_init(&desk, test_desk_usual);
    desk.desk.is_booted = true;
    topics_part_init(&topics, &desk.desk, &hooks);
    return 0;
}

static int end(void **state)
{
    (void)state;
    topics_part_done(&topics);
    test_desk_done(&desk);
    return 0;
}

static const struct pt_topics_section *now(void)
{
    test_desk_put(&desk, (const void **)&desk.now.topics, topics_part_section(&topics));
    return desk.now.topics;
}

static void drop_report(void *report)
{
    watch_report_free(report);
}

/* The watcher's look; code PT_OK: it answered, with one topic. */
static void look(pt_code code, const char *what, int64_t since_ms)
{
    struct watch_report *r = calloc(1, sizeof *r);
    r->is_late = is_late;
    r->time_ms = test_desk_ms();
    r->mono_us = desk_mono_us(&desk.desk);
    r->since_ms = since_ms;
    if (code != PT_OK) {
        pt_error_set(&r->error, code, NULL, "%s", what);
    } else {
        r->topics = calloc(1, sizeof *r->topics);
        r->n_topics = 1;
        r->topics[0] = (struct pt_topic){.name = "of.kafka", .stream = -1, .lag = PT_UNKNOWN};
    }
    test_desk_take(&topics_part, &topics, fact_with(FACT_REPORT, r, drop_report));
}

static void told(pt_code code, const char *note)
{
    struct away_view *view = calloc(1, sizeof *view);
    view->time_ms = test_desk_ms();
    snprintf(view->note, sizeof view->note, "%s", note);
    if (code != PT_OK) {
        pt_error_set(&view->error, code, "Ask for it", "MSK ListTopics: denied");
    } else {
        view->topics = calloc(1, sizeof *view->topics);
        view->n_topics = 1;
        view->topics[0] = (struct pt_topic){.name = "demo.pin",
                                            .in_per_s = 2.5,
                                            .out_per_s = NAN,
                                            .lag = 7,
                                            .messages = PT_UNKNOWN};
    }
    assert_true(test_desk_take(&topics_part, &topics, fact_with(FACT_AWAY, view, away_view_free)));
}

static void boot(void)
{
    test_desk_take(&topics_part, &topics, fact_new(FACT_BOOTED));
}

/* A round of the reactor, after so long. Returns when the part wants the next one, from now on. */
static int64_t round_after_ms(int64_t ms)
{
    test_desk_wait_ms(ms);
    int64_t now_us = desk_mono_us(&desk.desk), due_us = topics_part.look(&topics, now_us);
    topics_part.tick(&topics, now_us);
    return due_us == INT64_MAX ? INT64_MAX : (due_us - now_us) / 1000;
}

/* ---- when AWS is asked ---- */

static void brokers_that_were_never_reached_are_replaced_at_once(void **state)
{
    (void)state;
    assert_false(now()->is_aws_awaited);
    look(PT_EKAFKA, "b-1:9098: connect timed out", test_desk_ms());
    assert_true(aws.is_wanted);
    assert_true(now()->is_aws_awaited);
    assert_int_equal(now()->source, PT_TOPICS_OF_KAFKA);
    assert_int_equal(now()->asked_ms, PT_UNKNOWN);
    test_desk_wait_ms(500);
    told(PT_OK, "");
    const struct pt_topics_section *s = now();
    assert_int_equal(s->source, PT_TOPICS_OF_AWS);
    assert_false(s->is_aws_awaited);
    assert_true(aws.is_shown);
    assert_int_equal(s->asked_ms, test_desk_ms());
    assert_string_equal(s->topics[0].name, "demo.pin");
    assert_int_equal(s->topics[0].stream, PT_PIN);
    assert_true(fabs(s->topics[0].in_per_s - 2.5) < 0.001);
    assert_int_equal(s->topics[0].lag, 7);
    assert_non_null(strstr(s->error, "connect timed out"));
    assert_non_null(strstr(test_desk_event(&desk), "told by AWS"));
}

/* AWS is asked early; what it tells is shown only when the brokers are not just slow. */
static void silent_brokers_are_replaced_after_a_while(void **state)
{
    (void)state;
    assert_int_equal(round_after_ms(60000), INT64_MAX); /* the boot is not over */
    boot();
    assert_int_equal(round_after_ms(500), 1000);
    assert_int_equal(aws.n_wanted, 0);
    assert_int_equal(round_after_ms(1000), 4500);
    assert_true(aws.is_wanted);
    assert_true(now()->is_aws_awaited);
    int n = aws.n_wanted;
    round_after_ms(1000); /* the group may be another by now */
    assert_int_equal(aws.n_wanted, n + 1);
    told(PT_OK, "");
    assert_true(now()->is_aws_awaited);
    assert_int_equal(now()->source, PT_TOPICS_OF_KAFKA);
    assert_false(aws.is_shown);
    is_late = true;
    look(PT_ETIMEOUT, "no answer in time", test_desk_ms());
    assert_int_equal(round_after_ms(3500), INT64_MAX);
    assert_int_equal(now()->source, PT_TOPICS_OF_AWS);
    assert_false(now()->is_aws_awaited);
    assert_true(aws.is_shown);
}

/* The watcher fails while AWS's answer is there already: it is shown at once. */
static void what_was_told_early_is_shown_when_the_watcher_fails(void **state)
{
    (void)state;
    boot();
    round_after_ms(1500);
    told(PT_OK, "");
    assert_int_equal(now()->source, PT_TOPICS_OF_KAFKA);
    look(PT_EKAFKA, "connect timed out", test_desk_ms());
    assert_int_equal(now()->source, PT_TOPICS_OF_AWS);
    assert_true(aws.is_shown);
}

/* A broker that answers late, after AWS: nobody has seen AWS's topics. */
static void slow_brokers_are_not_replaced(void **state)
{
    (void)state;
    boot();
    round_after_ms(1500);
    told(PT_OK, "");
    round_after_ms(3000);
    is_late = true;
    look(PT_ETIMEOUT, "no answer in time", test_desk_ms());
    assert_int_equal(now()->source, PT_TOPICS_OF_KAFKA);
    assert_true(now()->is_aws_awaited);
    is_late = false;
    look(PT_OK, "", PT_UNKNOWN);
    assert_int_equal(now()->source, PT_TOPICS_OF_KAFKA);
    assert_string_equal(now()->topics[0].name, "of.kafka");
    assert_false(now()->is_aws_awaited);
    assert_false(aws.is_wanted || aws.is_shown);
    assert_int_equal(test_desk_events(&desk), 0);
}

static void brokers_that_answer_in_time_are_not_replaced(void **state)
{
    (void)state;
    boot();
    look(PT_OK, "", PT_UNKNOWN);
    assert_int_equal(round_after_ms(60000), INT64_MAX);
    assert_int_equal(aws.n_wanted, 0);
}

static void brokers_that_were_reached_get_half_a_minute(void **state)
{
    (void)state;
    look(PT_OK, "", PT_UNKNOWN);
    int64_t since_ms = test_desk_ms();
    test_desk_wait_ms(29000);
    look(PT_ETIMEOUT, "no answer", since_ms);
    assert_false(aws.is_wanted);
    assert_string_equal(now()->topics[0].name, "of.kafka");
    test_desk_wait_ms(2000);
    look(PT_ETIMEOUT, "no answer", since_ms);
    assert_true(aws.is_wanted);
    assert_string_equal(now()->topics[0].name, "of.kafka"); /* until AWS has told */
    told(PT_OK, "");
    assert_string_equal(now()->topics[0].name, "demo.pin");
}

/* Who refuses a login was reached. */
static void a_broker_that_refuses_is_not_out_of_reach(void **state)
{
    (void)state;
    look(PT_EAUTH, "the broker rejects the credentials", test_desk_ms());
    assert_false(aws.is_wanted);
    look(PT_ECONFIG, "no such setting", test_desk_ms());
    assert_false(aws.is_wanted);
    look(PT_EKAFKA, "b-1:9098: the broker denies the IAM login (Access denied)", test_desk_ms());
    boot();
    round_after_ms(10000);
    assert_false(aws.is_wanted);
}

static void without_an_msk_cluster_nothing_is_awaited(void **state)
{
    (void)state;
    aws.can_ask = false;
    look(PT_EKAFKA, "connect timed out", test_desk_ms());
    assert_false(now()->is_aws_awaited);
}

/* ---- how it ends ---- */

static void the_brokers_answer_again_and_the_view_ends(void **state)
{
    (void)state;
    look(PT_EKAFKA, "connect timed out", test_desk_ms());
    told(PT_OK, "rates are unknown");
    assert_string_equal(now()->aws_note, "rates are unknown");
    look(PT_OK, "", PT_UNKNOWN);
    const struct pt_topics_section *s = now();
    assert_int_equal(s->source, PT_TOPICS_OF_KAFKA);
    assert_string_equal(s->topics[0].name, "of.kafka");
    assert_string_equal(s->aws_note, "");
    assert_false(aws.is_wanted);
    assert_false(aws.is_shown);
    told(PT_OK, ""); /* an answer that comes too late */
    assert_int_equal(now()->source, PT_TOPICS_OF_KAFKA);
}

static void a_failed_look_leaves_what_was_told_with_its_age(void **state)
{
    (void)state;
    look(PT_EKAFKA, "connect timed out", test_desk_ms());
    told(PT_OK, "");
    int64_t asked_ms = now()->asked_ms;
    test_desk_wait_ms(60000);
    told(PT_EAUTH, "");
    assert_int_equal(now()->source, PT_TOPICS_OF_AWS);
    assert_int_equal(now()->asked_ms, asked_ms);
    assert_string_equal(now()->aws_note, "MSK ListTopics: denied. Ask for it");
    told(PT_OK, "");
    assert_string_equal(now()->aws_note, "");
}

static void an_aws_that_tells_nothing_is_said(void **state)
{
    (void)state;
    look(PT_EKAFKA, "connect timed out", test_desk_ms());
    told(PT_EAUTH, "");
    assert_int_equal(now()->source, PT_TOPICS_OF_KAFKA);
    assert_int_equal(now()->asked_ms, PT_UNKNOWN);
    assert_false(now()->is_aws_awaited);
    assert_false(aws.is_shown);
    assert_string_equal(now()->aws_note, "MSK ListTopics: denied. Ask for it");
    uint64_t n = test_desk_events(&desk);
    told(PT_EAUTH, "");
    assert_int_equal(test_desk_events(&desk), n); /* said once */
}

/* ---- whose lag ---- */

static void the_lag_is_of_one_sink_and_stays_so(void **state)
{
    /* As the section has them: abnormal ones first. */
    struct pt_connector items[] = {
        {.name = "a-other", .group = "connect-a-other"},
        {                .name = "b-new",  .is_ours = true                          },
        { .name = "d-sink",  .group = "connect-d",                            .is_ours = true},
        { .name = "c-sink",  .group = "connect-c",                            .is_ours = true}
    };
    const struct pt_connectors_section all = {.connectors = items, .n_connectors = 4};
    char chosen[PT_NAME_MAX] = "";
    (void)state;
    assert_string_equal(topics_sink_group(NULL, chosen, sizeof chosen), "");
    assert_string_equal(topics_sink_group(&all, chosen, sizeof chosen), "connect-c");
    snprintf(items[1].group, sizeof items[1].group, "connect-b");
    assert_string_equal(topics_sink_group(&all, chosen, sizeof chosen), "connect-c");
    items[3].is_ours = false; /* it is gone */
    assert_string_equal(topics_sink_group(&all, chosen, sizeof chosen), "connect-b");
    assert_string_equal(chosen, "b-new");
}

#define ON_DESK(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DESK(brokers_that_were_never_reached_are_replaced_at_once),
        ON_DESK(silent_brokers_are_replaced_after_a_while),
        ON_DESK(what_was_told_early_is_shown_when_the_watcher_fails),
        ON_DESK(slow_brokers_are_not_replaced),
        ON_DESK(brokers_that_answer_in_time_are_not_replaced),
        ON_DESK(brokers_that_were_reached_get_half_a_minute),
        ON_DESK(a_broker_that_refuses_is_not_out_of_reach),
        ON_DESK(without_an_msk_cluster_nothing_is_awaited),
        ON_DESK(the_brokers_answer_again_and_the_view_ends),
        ON_DESK(a_failed_look_leaves_what_was_told_with_its_age),
        ON_DESK(an_aws_that_tells_nothing_is_said),
        ON_DESK(the_lag_is_of_one_sink_and_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
