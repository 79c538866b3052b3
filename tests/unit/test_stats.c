/* librdkafka's statistics, as a producer on a mock cluster of three brokers gave them: with all
 * brokers up, and with broker 2 down; and as a watcher gave them. Then the same with what other
 * clusters and versions may say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "kafka/stats.h"

static struct stats stats;

static void parse_text(const char *json)
{
    memset(&stats, 0x5a, sizeof stats);
    assert_int_equal(stats_parse(json, strlen(json), &stats, NULL), PT_OK);
}

static void parse_recorded(const char *name)
{
    char path[128], *json;
    size_t len;
    snprintf(path, sizeof path, "tests/data/stats/%s", name);
    assert_int_equal(file_read(path, 1024 * 1024, &json, &len, NULL), PT_OK);
    memset(&stats, 0x5a, sizeof stats);
    /* Not terminated, as librdkafka's need not be. */
    json[len - 1] = 'x';
    assert_int_equal(stats_parse(json, len - 1, &stats, NULL), PT_OK);
    free(json);
}

static const struct pt_broker *broker(int32_t id)
{
    for (size_t i = 0; i < stats.n_brokers; i++)
        if (stats.brokers[i].id == id)
            return &stats.brokers[i];
    fail_msg("no broker %d", (int)id);
    return NULL;
}

static int64_t queued(const char *topic)
{
    for (size_t i = 0; i < stats.n_topics; i++)
        if (strcmp(stats.topics[i].name, topic) == 0)
            return stats.topics[i].queued;
    fail_msg("no topic %s", topic);
    return -1;
}

static void all_up(void **state)
{
    static const int32_t ports[] = {40499, 37639, 39449};
    static const double rtts_ms[] = {0.434, 0.444, 0.356}, p99s_ms[] = {0.607, 0.883, 0.511};
    (void)state;
    parse_recorded("three_up.json");
    assert_int_equal(stats.n_brokers, 3);
    for (int32_t id = 1; id <= 3; id++) {
        assert_string_equal(broker(id)->host, "127.0.0.1");
        assert_int_equal(broker(id)->port, ports[id - 1]);
        assert_int_equal(broker(id)->state, PT_BROKER_UP);
        assert_true(fabs(broker(id)->rtt_ms - rtts_ms[id - 1]) < 1e-9);
        assert_true(fabs(broker(id)->rtt_p99_ms - p99s_ms[id - 1]) < 1e-9);
        assert_true(isnan(broker(id)->sent_bytes_per_s)); /* that takes two statistics */
        assert_int_equal(broker(id)->leads, -1);
        assert_true(broker(id)->throttle_ms == 0);
        assert_int_equal(broker(id)->since_ms, 0);
    }
    assert_int_equal(stats.ts_us, 6167404921);
    assert_int_equal(stats.retries, 0);
    assert_int_equal(stats.n_topics, 3);
    assert_int_equal(queued("demo.pin"), 119);
    assert_int_equal(queued("demo.geo"), 235);
    assert_int_equal(queued("demo.user"), 356);
}

static void one_down(void **state)
{
    (void)state;
    parse_recorded("one_down.json");
    assert_int_equal(stats.n_brokers, 3);
    assert_int_equal(broker(1)->state, PT_BROKER_UP);
    assert_int_equal(broker(2)->state, PT_BROKER_CONNECTING);
    assert_int_equal(broker(3)->state, PT_BROKER_UP);
    /* Nothing came back from it: unknown, not 0. */
    assert_true(isnan(broker(2)->rtt_ms));
    assert_false(isnan(broker(1)->rtt_ms));
    assert_int_equal(queued("demo.pin"), 0);
    assert_int_equal(queued("demo.geo"), 328);
    assert_int_equal(queued("demo.user"), 0);
}

static void states(void **state)
{
    static const struct {
        const char *word;
        enum pt_broker_state want;
    } rows[] = {
        {"INIT",                 PT_BROKER_UNKNOWN   },
        {"DOWN",                 PT_BROKER_DOWN      },
        {"TRY_CONNECT",          PT_BROKER_CONNECTING},
        {"CONNECT",              PT_BROKER_CONNECTING},
        {"SSL_HANDSHAKE",        PT_BROKER_CONNECTING},
        {"AUTH_HANDSHAKE",       PT_BROKER_CONNECTING},
        {"AUTH_REQ",             PT_BROKER_CONNECTING},
        {"APIVERSION_QUERY",     PT_BROKER_CONNECTING},
        {"UP",                   PT_BROKER_UP        },
        {"UPDATE",               PT_BROKER_UP        },
        {"a word of the future", PT_BROKER_CONNECTING},
    };
    char json[256];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(json, sizeof json,
                 "{\"brokers\":{\"h:1/1\":{\"name\":\"h:1/1\",\"nodeid\":1,\"state\":\"%s\"}}}",
                 rows[i].word);
        parse_text(json);
        assert_int_equal(stats.n_brokers, 1);
        assert_int_equal(stats.brokers[0].state, rows[i].want);
        assert_true(isnan(stats.brokers[0].rtt_ms));
        assert_true(isnan(stats.brokers[0].rtt_p99_ms));
        assert_int_equal(stats.sent_bytes[0], PT_UNKNOWN);
        assert_int_equal(stats.ts_us, PT_UNKNOWN);
        assert_true(isnan(stats.brokers[0].throttle_ms));
    }
}

static void names(void **state)
{
    static const struct {
        const char *name, *host;
        int32_t port;
    } rows[] = {
        {"kafka1:9092/1",                         "kafka1",               9092},
        {"ssl://kafka1.example:9094/1",           "kafka1.example",       9094},
        {"sasl_ssl://b-1.x.amazonaws.com:9098/1", "b-1.x.amazonaws.com",  9098},
        {"[::1]:9092/1",                          "[::1]",                9092},
        {"sasl_plaintext://[fe80::1]:1/1",        "[fe80::1]",            1   },
        {"nothing",                               "nothing",              0   },
        {"evil\\u001b[31m\\u202e:1/1",            "evil\\x1b[31m\\u202e", 1   },
    };
    char json[256];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(json, sizeof json, "{\"brokers\":{\"k\":{\"name\":\"%s\",\"nodeid\":1}}}",
                 rows[i].name);
        parse_text(json);
        assert_int_equal(stats.n_brokers, 1);
        assert_string_equal(stats.brokers[0].host, rows[i].host);
        assert_int_equal(stats.brokers[0].port, rows[i].port);
    }
}

/* Bootstrap entries and the group coordinator are the same machines again, without an id. */
static void only_brokers_with_an_id(void **state)
{
    (void)state;
    parse_text("{\"brokers\":{"
               "\"h:1/bootstrap\":{\"name\":\"h:1/bootstrap\",\"nodeid\":-1,\"state\":\"UP\"},"
               "\"GroupCoordinator\":{\"name\":\"GroupCoordinator\",\"nodeid\":-1},"
               "\"h:1/7\":{\"name\":\"h:1/7\",\"nodeid\":7,\"state\":\"UP\",\"txretries\":3,"
               "\"throttle\":{\"avg\":120}},"
               "\"h:2/8\":{\"name\":\"h:2/8\",\"nodeid\":8,\"state\":\"UP\",\"txretries\":4},"
               "\"odd\":{\"nodeid\":9},\"odder\":5,\"oddest\":null}}");
    assert_int_equal(stats.n_brokers, 2);
    assert_int_equal(stats.retries, 7);
    assert_true(broker(7)->throttle_ms == 120);
}

/* As the watcher's handle gave them: broker 2 is its group's coordinator, too, with a connection of
 * its own for that. */
static void a_watcher(void **state)
{
    static const double rtts_ms[] = {0.108, 0.138, 0.081}, p99s_ms[] = {0.263, 0.357, 0.232};
    static const int64_t sent[] = {331, 331, 406};
    (void)state;
    parse_recorded("watcher.json");
    assert_int_equal(stats.n_brokers, 3);
    for (size_t i = 0; i < 3; i++) {
        int32_t id = stats.brokers[i].id;
        assert_string_equal(broker(id)->host, "127.0.0.1");
        assert_true(fabs(broker(id)->rtt_ms - rtts_ms[id - 1]) < 1e-9);
        assert_true(fabs(broker(id)->rtt_p99_ms - p99s_ms[id - 1]) < 1e-9);
        assert_int_equal(stats.sent_bytes[i], sent[id - 1]);
    }
    assert_int_equal(stats.n_topics, 0);
    assert_int_equal(stats.age_us, 1002884);
}

static void a_coordinator_counts_where_it_has_no_other_connection(void **state)
{
    static const char own[] = "\"h:1/2\":{\"name\":\"h:1/2\",\"nodeid\":2,\"state\":\"INIT\","
                              "\"source\":\"configured\",\"txbytes\":0}",
                      role[] = "\"GroupCoordinator\":{\"name\":\"GroupCoordinator\",\"nodeid\":2,"
                               "\"source\":\"logical\",\"state\":\"UP\",\"txbytes\":70,"
                               "\"rtt\":{\"cnt\":1,\"avg\":500,\"p99\":600},"
                               "\"throttle\":{\"avg\":9}}";
    char json[600];
    (void)state;
    for (int is_swapped = 0; is_swapped < 2; is_swapped++) {
        snprintf(json, sizeof json, "{\"brokers\":{%s,%s}}", is_swapped ? role : own,
                 is_swapped ? own : role);
        parse_text(json);
        assert_int_equal(stats.n_brokers, 1);
        assert_string_equal(broker(2)->host, "h");
        assert_int_equal(broker(2)->state, PT_BROKER_UP);
        assert_true(broker(2)->rtt_ms == 0.5);
        assert_true(broker(2)->rtt_p99_ms == 0.6);
        assert_true(broker(2)->throttle_ms == 9);
        assert_int_equal(stats.sent_bytes[0], PT_UNKNOWN);
    }
}

/* No librdkafka says this. */
static void what_cannot_be_is_unknown(void **state)
{
    static const char *const rows[] = {"1e300", "-1e300", "1e999", "-1", "\"7\"", "null", "[]"};
    char json[600];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *odd = rows[i];
        snprintf(json, sizeof json,
                 "{\"ts\":%s,\"age\":%s,\"brokers\":{\"a\":{\"name\":\"h:1/1\",\"nodeid\":%s},"
                 "\"b\":{\"name\":\"h:1/2\",\"nodeid\":2,\"state\":\"UP\",\"txbytes\":%s,"
                 "\"txretries\":%s,\"rtt\":{\"cnt\":%s,\"avg\":%s,\"p99\":%s},\"throttle\":%s}},"
                 "\"topics\":{\"t\":{\"partitions\":{\"0\":{\"msgq_cnt\":%s}}}},"
                 "\"eos\":{\"idemp_state\":\"WaitPID\",\"idemp_stateage\":%s}}",
                 odd, odd, odd, odd, odd, odd, odd, odd, odd, odd, odd);
        parse_text(json);
        assert_int_equal(stats.ts_us, PT_UNKNOWN);
        assert_int_equal(stats.age_us, PT_UNKNOWN);
        assert_int_equal(stats.n_brokers, 1);
        assert_int_equal(stats.brokers[0].id, 2);
        assert_int_equal(stats.sent_bytes[0], PT_UNKNOWN);
        assert_true(isnan(broker(2)->rtt_ms));
        assert_true(isnan(broker(2)->throttle_ms));
        assert_int_equal(stats.retries, 0);
        assert_int_equal(queued("t"), 0);
        assert_int_equal(stats.no_producer_id_ms, 0);
    }
}

/* Of two statistics, by the broker's id. */
static void what_is_sent_is_what_came_since(void **state)
{
    static struct stats before;
    (void)state;
    parse_text("{\"ts\":1000000,\"brokers\":{"
               "\"a\":{\"name\":\"h:1/1\",\"nodeid\":1,\"txbytes\":500},"
               "\"b\":{\"name\":\"h:1/2\",\"nodeid\":2,\"txbytes\":900},"
               "\"c\":{\"name\":\"h:1/3\",\"nodeid\":3}}}");
    before = stats;
    parse_text("{\"ts\":3000000,\"brokers\":{"
               "\"d\":{\"name\":\"h:1/4\",\"nodeid\":4,\"txbytes\":70},"
               "\"c\":{\"name\":\"h:1/3\",\"nodeid\":3,\"txbytes\":70},"
               "\"b\":{\"name\":\"h:1/2\",\"nodeid\":2,\"txbytes\":100},"
               "\"a\":{\"name\":\"h:1/1\",\"nodeid\":1,\"txbytes\":2500}}}");
    stats_rates(&before, &stats);
    assert_true(broker(1)->sent_bytes_per_s == 1000);
    assert_true(isnan(broker(2)->sent_bytes_per_s)); /* a new handle counts from 0 */
    assert_true(isnan(broker(3)->sent_bytes_per_s));
    assert_true(isnan(broker(4)->sent_bytes_per_s));
    stats.age_us = 2000000; /* the handle is as old as the first statistics */
    stats_rates(&before, &stats);
    assert_true(broker(1)->sent_bytes_per_s == 1000);
    stats.age_us = 1999999; /* it is newer: it has sent 2500 bytes, not 2000 more */
    stats_rates(&before, &stats);
    assert_true(isnan(broker(1)->sent_bytes_per_s));
    stats.age_us = PT_UNKNOWN;
    before.ts_us = stats.ts_us;
    stats_rates(&before, &stats);
    assert_true(isnan(broker(1)->sent_bytes_per_s));
    before.ts_us = PT_UNKNOWN;
    stats_rates(&before, &stats);
    assert_true(isnan(broker(1)->sent_bytes_per_s));
}

static void more_than_it_holds(void **state)
{
    char *json = malloc(100000);
    int len = snprintf(json, 100000, "{\"brokers\":{");
    (void)state;
    for (int i = 0; i < PT_BROKERS_MAX + 20; i++)
        len += snprintf(json + len, 200, "%s\"h:1/%d\":{\"name\":\"h:1/%d\",\"nodeid\":%d}",
                        i ? "," : "", i, i, i);
    len += snprintf(json + len, 200, "},\"topics\":{");
    for (int i = 0; i < STATS_TOPICS + 20; i++)
        len += snprintf(json + len, 200, "%s\"t%d\":{\"partitions\":{\"0\":{\"msgq_cnt\":%d}}}",
                        i ? "," : "", i, i);
    snprintf(json + len, 10, "}}");
    parse_text(json);
    assert_int_equal(stats.n_brokers, PT_BROKERS_MAX);
    assert_int_equal(stats.n_topics, STATS_TOPICS);
    free(json);
}

/* Both queues of a partition count, and those not yet assigned to one. */
static void queued_is_all_that_was_not_sent(void **state)
{
    (void)state;
    parse_text("{\"topics\":{\"t\":{\"partitions\":{"
               "\"0\":{\"msgq_cnt\":5,\"xmit_msgq_cnt\":7,\"msgs_inflight\":100},"
               "\"-1\":{\"msgq_cnt\":11},\"1\":{\"msgq_cnt\":-3},\"2\":{}}},\"u\":{}}}");
    assert_int_equal(queued("t"), 23);
    assert_int_equal(queued("u"), 0);
}

static void what_is_not_there_is_empty(void **state)
{
    static const char *const rows[] = {"{}", "{\"brokers\":[],\"topics\":7}", "[]", "null", "5"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        parse_text(rows[i]);
        assert_int_equal(stats.n_brokers, 0);
        assert_int_equal(stats.n_topics, 0);
        assert_int_equal(stats.retries, 0);
    }
}

static void not_json(void **state)
{
    static const char *const rows[] = {"", "{", "{\"brokers\":", "statistics", "\xff"};
    struct pt_error err;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(stats_parse(rows[i], strlen(rows[i]), &stats, &err), PT_EDATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_up),
        cmocka_unit_test(one_down),
        cmocka_unit_test(states),
        cmocka_unit_test(names),
        cmocka_unit_test(only_brokers_with_an_id),
        cmocka_unit_test(a_watcher),
        cmocka_unit_test(a_coordinator_counts_where_it_has_no_other_connection),
        cmocka_unit_test(what_cannot_be_is_unknown),
        cmocka_unit_test(what_is_sent_is_what_came_since),
        cmocka_unit_test(more_than_it_holds),
        cmocka_unit_test(queued_is_all_that_was_not_sent),
        cmocka_unit_test(what_is_not_there_is_empty),
        cmocka_unit_test(not_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
