/* What is known of the brokers from the statistics of two handles: whose figures count, how they
 * are put together, and when they are too old. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/broker_figures.h"

enum { SECOND = 1000000 };

static struct broker_figures figures;
static struct stats stats;
static struct pt_broker broker;

static int new_figures(void **state)
{
    (void)state;
    memset(&figures, 0, sizeof figures);
    return 0;
}

/* One broker, with the id 1. rtt_us 0: no request was answered. */
static const struct stats *told(const char *state, int64_t ts_us, int64_t sent, int rtt_us,
                                int throttle_ms)
{
    char json[400];
    snprintf(json, sizeof json,
             "{\"ts\":%lld,\"brokers\":{\"b\":{\"name\":\"h:1/1\",\"nodeid\":1,\"state\":\"%s\","
             "\"txbytes\":%lld,\"rtt\":{\"cnt\":%d,\"avg\":%d,\"p99\":%d},"
             "\"throttle\":{\"cnt\":%d,\"avg\":%d}}}}",
             (long long)ts_us, state, (long long)sent, rtt_us > 0, rtt_us, 2 * rtt_us,
             throttle_ms > 0, throttle_ms);
    assert_int_equal(stats_parse(json, strlen(json), &stats, NULL), PT_OK);
    return &stats;
}

static const struct pt_broker *known_at(int64_t now_us)
{
    memset(&broker, 0x5a, sizeof broker);
    broker.id = 1;
    broker_figures_fill(&figures, now_us, &broker);
    return &broker;
}

static void assert_nothing_at(int64_t now_us)
{
    known_at(now_us);
    assert_true(isnan(broker.rtt_ms));
    assert_true(isnan(broker.rtt_p99_ms));
    assert_int_equal(broker.rtt_of, PT_RTT_UNKNOWN);
    assert_true(isnan(broker.throttle_ms));
    assert_true(isnan(broker.sent_bytes_per_s));
}

static void nothing_is_known_without_statistics_or_a_connection(void **state)
{
    (void)state;
    assert_nothing_at(SECOND);
    broker_figures_producer(&figures, told("INIT", SECOND, 0, 0, 0), SECOND);
    broker_figures_watcher(&figures, told("INIT", SECOND, 0, 0, 0), SECOND);
    broker_figures_producer(&figures, told("INIT", 2 * SECOND, 0, 0, 0), 2 * SECOND);
    broker_figures_watcher(&figures, told("INIT", 6 * SECOND, 0, 0, 0), 6 * SECOND);
    assert_nothing_at(6 * SECOND);
}

static void the_watcher_knows_what_a_silent_producer_does_not(void **state)
{
    (void)state;
    broker_figures_watcher(&figures, told("UP", SECOND, 1000, 400, 0), SECOND);
    assert_true(known_at(SECOND)->rtt_ms == 0.4);
    assert_true(isnan(broker.sent_bytes_per_s)); /* that takes two statistics */
    broker_figures_watcher(&figures, told("UP", 6 * SECOND, 2000, 500, 0), 6 * SECOND);
    broker_figures_producer(&figures, told("INIT", 6 * SECOND, 0, 0, 0), 6 * SECOND);
    assert_true(known_at(7 * SECOND)->rtt_ms == 0.5);
    assert_true(broker.rtt_p99_ms == 1);
    assert_int_equal(broker.rtt_of, PT_RTT_WATCH);
    assert_true(broker.throttle_ms == 0);
    assert_true(broker.sent_bytes_per_s == 200);
}

static void the_producer_goes_first_while_it_sends(void **state)
{
    (void)state;
    broker_figures_watcher(&figures, told("UP", SECOND, 1000, 400, 30), SECOND);
    broker_figures_producer(&figures, told("UP", 5 * SECOND, 50000, 3000, 20), 5 * SECOND);
    broker_figures_watcher(&figures, told("UP", 6 * SECOND, 2000, 500, 30), 6 * SECOND);
    assert_true(known_at(6 * SECOND)->rtt_ms == 3);
    /* What the producer sends is not known yet, so the sum is not. */
    assert_true(isnan(broker.sent_bytes_per_s));
    broker_figures_producer(&figures, told("UP", 6 * SECOND, 60000, 4000, 20), 6 * SECOND);
    assert_true(known_at(6 * SECOND)->rtt_ms == 4);
    assert_true(broker.rtt_p99_ms == 8);
    assert_int_equal(broker.rtt_of, PT_RTT_PRODUCE);
    assert_true(broker.throttle_ms == 30);
    assert_true(broker.sent_bytes_per_s == 10200);
    broker_figures_producer(&figures, told("UP", 7 * SECOND, 60000, 0, 0), 7 * SECOND);
    assert_true(known_at(7 * SECOND)->rtt_ms == 0.5);
    assert_int_equal(broker.rtt_of, PT_RTT_WATCH);
    assert_true(broker.sent_bytes_per_s == 200);
}

static void a_window_without_requests_leaves_the_last_round_trip_for_a_while(void **state)
{
    (void)state;
    broker_figures_watcher(&figures, told("UP", SECOND, 1000, 400, 0), SECOND);
    for (int64_t at = 6; at <= 16; at += 5) {
        broker_figures_watcher(&figures, told("UP", at * SECOND, 1000, 0, 0), at * SECOND);
        assert_true(known_at(at * SECOND)->rtt_ms == 0.4);
        assert_true(broker.throttle_ms == 0);
    }
    broker_figures_watcher(&figures, told("UP", 21 * SECOND, 1000, 0, 0), 21 * SECOND);
    known_at(21 * SECOND);
    assert_true(isnan(broker.rtt_ms));
    assert_int_equal(broker.rtt_of, PT_RTT_UNKNOWN);
    assert_true(isnan(broker.throttle_ms)); /* nothing was asked: nothing could be made to wait */
    assert_true(broker.sent_bytes_per_s == 0);
    broker_figures_watcher(&figures, told("UP", 26 * SECOND, 1500, 600, 0), 26 * SECOND);
    assert_true(known_at(26 * SECOND)->rtt_ms == 0.6);
    assert_true(broker.sent_bytes_per_s == 100);
}

static void a_connection_that_is_lost_keeps_no_round_trip(void **state)
{
    (void)state;
    broker_figures_watcher(&figures, told("UP", SECOND, 1000, 400, 0), SECOND);
    broker_figures_watcher(&figures, told("DOWN", 6 * SECOND, 1000, 0, 0), 6 * SECOND);
    assert_true(isnan(known_at(6 * SECOND)->rtt_ms));
}

static void statistics_that_come_no_more_become_unknown(void **state)
{
    (void)state;
    broker_figures_watcher(&figures, told("UP", SECOND, 1000, 400, 0), SECOND);
    broker_figures_watcher(&figures, told("UP", 6 * SECOND, 2000, 500, 0), 6 * SECOND);
    broker_figures_producer(&figures, told("UP", 6 * SECOND, 0, 3000, 0), 6 * SECOND);
    broker_figures_producer(&figures, told("UP", 7 * SECOND, 10, 3000, 0), 7 * SECOND);
    assert_true(known_at(12 * SECOND)->rtt_ms == 3);
    assert_true(known_at(12 * SECOND + 1)->rtt_ms == 0.5);
    assert_true(known_at(21 * SECOND)->sent_bytes_per_s == 200);
    assert_nothing_at(21 * SECOND + 1);
}

static void the_brokers_are_told_apart_and_may_change_places(void **state)
{
    static const char before[] = "{\"ts\":1000000,\"brokers\":{"
                                 "\"a\":{\"name\":\"h:1/1\",\"nodeid\":1,\"state\":\"UP\","
                                 "\"rtt\":{\"cnt\":1,\"avg\":100,\"p99\":100}},"
                                 "\"b\":{\"name\":\"h:1/2\",\"nodeid\":2,\"state\":\"UP\","
                                 "\"rtt\":{\"cnt\":1,\"avg\":200,\"p99\":200}}}}",
                      after[] = "{\"ts\":6000000,\"brokers\":{"
                                "\"b\":{\"name\":\"h:1/2\",\"nodeid\":2,\"state\":\"UP\"},"
                                "\"c\":{\"name\":\"h:1/3\",\"nodeid\":3,\"state\":\"UP\"},"
                                "\"a\":{\"name\":\"h:1/1\",\"nodeid\":1,\"state\":\"UP\","
                                "\"rtt\":{\"cnt\":1,\"avg\":300,\"p99\":300}}}}";
    static const double want[] = {0.3, 0.2, NAN};
    (void)state;
    assert_int_equal(stats_parse(before, strlen(before), &stats, NULL), PT_OK);
    broker_figures_watcher(&figures, &stats, SECOND);
    assert_int_equal(stats_parse(after, strlen(after), &stats, NULL), PT_OK);
    broker_figures_watcher(&figures, &stats, 6 * SECOND);
    for (int32_t id = 1; id <= 3; id++) {
        broker.id = id;
        broker_figures_fill(&figures, 16 * SECOND, &broker);
        assert_true(id == 3 ? isnan(broker.rtt_ms) : broker.rtt_ms == want[id - 1]);
        /* That of broker 2 is the older one. */
        broker_figures_fill(&figures, 16 * SECOND + 1, &broker);
        assert_true(id != 1 ? isnan(broker.rtt_ms) : broker.rtt_ms == want[id - 1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_known_without_statistics_or_a_connection, new_figures),
        cmocka_unit_test_setup(the_watcher_knows_what_a_silent_producer_does_not, new_figures),
        cmocka_unit_test_setup(the_producer_goes_first_while_it_sends, new_figures),
        cmocka_unit_test_setup(a_window_without_requests_leaves_the_last_round_trip_for_a_while,
                               new_figures),
        cmocka_unit_test_setup(a_connection_that_is_lost_keeps_no_round_trip, new_figures),
        cmocka_unit_test_setup(statistics_that_come_no_more_become_unknown, new_figures),
        cmocka_unit_test_setup(the_brokers_are_told_apart_and_may_change_places, new_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
